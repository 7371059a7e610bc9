/* ssh_channel.c - one command over a channel. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "ssh.h"

#define CHUNK 262144

LIBSSH2_CHANNEL *ssh_exec(struct ssh *ssh, const char *const *argv, struct err *err)
{
    struct buf line = BUF_INIT;
    LIBSSH2_CHANNEL *channel = NULL;
    uint64_t since;
    int rc, waited;

    if (ssh_ready(ssh, err) != 0)
        return NULL;
    since = clock_ms();
    while ((channel = libssh2_channel_open_ex(ssh->session, "session", 7, WINDOW_BYTES,
                                              LIBSSH2_CHANNEL_PACKET_DEFAULT, NULL, 0)) == NULL) {
        if (libssh2_session_last_errno(ssh->session) != LIBSSH2_ERROR_EAGAIN) {
            ssh_fail(ssh, "opening a channel", err);
            return NULL;
        }
        if (ssh_wait(ssh, since, RUN_TIMEOUT_MS, err) != 0) {
            ssh->broken = true; /* a channel half open is nobody's */
            return NULL;
        }
    }
    buf_adds(&line, "exec"); /* so that a signal which ends the command is seen as one */
    for (size_t i = 0; argv[i] != NULL; i++) {
        buf_addc(&line, ' ');
        quote_shell(&line, argv[i]);
    }
    SSH_CALL(ssh, rc, waited, RUN_TIMEOUT_MS, err,
             libssh2_channel_process_startup(channel, "exec", 4, line.data, (unsigned)line.len));
    buf_free(&line);
    if (waited == 0 && rc == 0)
        return channel;
    if (waited == 0)
        ssh_fail(ssh, "starting a command", err);
    ssh_channel_drop(ssh, channel);
    return NULL;
}

ssize_t ssh_take(struct ssh *ssh, LIBSSH2_CHANNEL *channel, int stream, char bytes[static TAKE_BYTES], struct err *err)
{
    ssize_t got = libssh2_channel_read_ex(channel, stream, bytes, TAKE_BYTES);

    if (got == LIBSSH2_ERROR_EAGAIN)
        return 0;
    return got < 0 ? ssh_fail(ssh, "reading from a command", err) : got;
}

int ssh_send_eof(struct ssh *ssh, LIBSSH2_CHANNEL *channel, struct err *err)
{
    int rc, waited;

    SSH_CALL(ssh, rc, waited, RUN_TIMEOUT_MS, err, libssh2_channel_send_eof(channel));
    if (waited != 0)
        return -1;
    return rc == 0 || rc == LIBSSH2_ERROR_CHANNEL_CLOSED ? 0 : ssh_fail(ssh, "ending the input of a command", err);
}

void ssh_channel_drop(struct ssh *ssh, LIBSSH2_CHANNEL *channel)
{
    int rc, waited;

    ssh->stopping = true;
    SSH_CALL(ssh, rc, waited, CLOSE_MS, NULL, libssh2_channel_free(channel));
    ssh->stopping = false;
    if (waited != 0)
        ssh->broken = true; /* what is left of it goes with the session */
    (void)rc;
}

/* The numbers of the names that RFC 4254 gives to signals; others count as 1. */
static int signal_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {
        { "ABRT", SIGABRT }, { "ALRM", SIGALRM }, { "FPE", SIGFPE },   { "HUP", SIGHUP },   { "ILL", SIGILL },
        { "INT", SIGINT },   { "KILL", SIGKILL }, { "PIPE", SIGPIPE }, { "QUIT", SIGQUIT }, { "SEGV", SIGSEGV },
        { "TERM", SIGTERM }, { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 }, { "BUS", SIGBUS },
    };

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (strcmp(signals[i].name, name) == 0)
            return signals[i].number;
    return 1;
}

int ssh_channel_end(struct ssh *ssh, LIBSSH2_CHANNEL *channel, unsigned timeout_ms, int *status, struct err *err)
{
    char *name = NULL;
    int rc, waited;

    /* sshd closes the channel after it has sent the status. */
    SSH_CALL(ssh, rc, waited, timeout_ms, err, libssh2_channel_wait_closed(channel));
    if (waited == 0 && rc != 0)
        ssh_fail(ssh, "waiting for the end of a command", err);
    if (waited == 0 && rc == 0) {
        *status = libssh2_channel_get_exit_status(channel);
        if (libssh2_channel_get_exit_signal(channel, &name, NULL, NULL, NULL, NULL, NULL) == 0 && name != NULL) {
            *status = 128 + signal_number(name);
            libssh2_free(ssh->session, name);
        }
    }
    ssh_channel_drop(ssh, channel);
    return waited == 0 && rc == 0 ? 0 : -1;
}

/* A run under way. */
struct pump {
    struct ssh *ssh;
    LIBSSH2_CHANNEL *channel;
    struct run *run;
    size_t fed;
    bool eof_sent;
};

/* Feeds no more than the server's window takes, so that feeding never waits for a command which itself waits for us to
 * read. 1: something moved, 0: no room, -1: error. */
static int feed(struct pump *pump, struct err *err)
{
    struct run *run = pump->run;
    size_t left = run->input_len - pump->fed, window = libssh2_channel_window_write(pump->channel);
    ssize_t put;
    int waited;

    if (pump->eof_sent)
        return 0;
    if (left == 0) {
        pump->eof_sent = true;
        return ssh_send_eof(pump->ssh, pump->channel, err) == 0 ? 1 : -1;
    }
    left = left < window ? left : window;
    left = left < CHUNK ? left : CHUNK;
    if (left == 0)
        return 0;
    SSH_CALL(pump->ssh, put, waited, STREAM_TIMEOUT_MS, err,
             libssh2_channel_write_ex(pump->channel, 0, run->input + pump->fed, left));
    if (waited != 0)
        return -1;
    if (put < 0)
        return ssh_fail(pump->ssh, "writing to a command", err);
    pump->fed += (size_t)put;
    return put > 0;
}

/* 1: something came, 0: nothing now, -1: error */
static int take_both(struct pump *pump, char *bytes, struct err *err)
{
    ssize_t out = ssh_take(pump->ssh, pump->channel, 0, bytes, err), errout;

    if (out < 0 || (out > 0 && run_take(pump->run, bytes, (size_t)out, err) != 0))
        return -1;
    errout = ssh_take(pump->ssh, pump->channel, SSH_EXTENDED_DATA_STDERR, bytes, err);
    if (errout < 0)
        return -1;
    errout_add(pump->run->errout, bytes, (size_t)errout);
    return out > 0 || errout > 0;
}

static int pump_all(struct pump *pump, unsigned timeout_ms, struct err *err)
{
    static _Thread_local char bytes[TAKE_BYTES];
    uint64_t since = clock_ms();

    while (!libssh2_channel_eof(pump->channel)) {
        int took = take_both(pump, bytes, err), fed = took < 0 ? -1 : feed(pump, err);

        if (took < 0 || fed < 0)
            return -1;
        if (cancelled(pump->ssh->host.cancel_fd))
            return err_cancelled(err, &pump->ssh->host);
        if (took > 0 || fed > 0)
            since = clock_ms();
        else if (!libssh2_channel_eof(pump->channel) && ssh_wait(pump->ssh, since, timeout_ms, err) != 0)
            return -1;
    }
    return 0;
}

int ssh_run(struct host *host, struct run *run, struct err *err)
{
    struct ssh *ssh = (struct ssh *)host;
    struct pump pump = { .ssh = ssh, .run = run };
    unsigned timeout_ms = run->timeout_ms > 0 ? run->timeout_ms : RUN_TIMEOUT_MS;

    run->status = -1;
    pump.channel = ssh_exec(ssh, run->argv, err);
    if (pump.channel == NULL)
        return -1;
    if (pump_all(&pump, timeout_ms, err) != 0) {
        ssh_channel_drop(ssh, pump.channel);
        return -1;
    }
    return ssh_channel_end(ssh, pump.channel, timeout_ms, &run->status, err);
}
