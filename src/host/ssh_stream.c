/* ssh_stream.c - a command with its input and output in the caller's hand. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "ssh.h"

static _Thread_local char scratch[TAKE_BYTES];

struct ssh_stream {
    struct stream stream;
    LIBSSH2_CHANNEL *channel;
    unsigned generation; /* of the session the channel belongs to */
    struct buf pending;  /* output that came while it was being fed, or beyond what a read wanted */
    size_t taken;        /* of pending */
    struct buf errout;
    bool input_ended;
};

static struct ssh *session_of(const struct ssh_stream *ss)
{
    return (struct ssh *)ss->stream.host;
}

/* The channel went when the session did. */
static bool lost(const struct ssh_stream *ss)
{
    const struct ssh *ssh = session_of(ss);

    return ssh->session == NULL || ssh->generation != ss->generation;
}

static int check(const struct ssh_stream *ss, struct err *err)
{
    if (cancelled(ss->stream.host->cancel_fd))
        return err_cancelled(err, ss->stream.host);
    if (lost(ss))
        return err_set(err, ERR_CONNECT, "the connection to %s was lost", ss->stream.host->name);
    return 0;
}

struct stream *ssh_stream(struct host *host, const char *const *argv, struct err *err)
{
    struct ssh *ssh = (struct ssh *)host;
    LIBSSH2_CHANNEL *channel = ssh_exec(ssh, argv, err);
    struct ssh_stream *ss;

    if (channel == NULL)
        return NULL;
    ss = mem_alloc(sizeof *ss);
    ss->stream.host = host;
    ss->channel = channel;
    ss->generation = ssh->generation;
    return &ss->stream;
}

static int take_errout(struct ssh_stream *ss, struct err *err)
{
    ssize_t got;

    while ((got = ssh_take(session_of(ss), ss->channel, SSH_EXTENDED_DATA_STDERR, scratch, err)) > 0)
        errout_add(&ss->errout, scratch, (size_t)got);
    return got < 0 ? -1 : 0;
}

ssize_t ssh_stream_read(struct stream *stream, void *bytes, size_t size, struct err *err)
{
    struct ssh_stream *ss = (struct ssh_stream *)stream;
    bool roomy = size >= TAKE_BYTES;
    uint64_t since = clock_ms();

    if (check(ss, err) != 0)
        return -1;
    while (ss->pending.len == ss->taken) {
        ssize_t got = ssh_take(session_of(ss), ss->channel, 0, roomy ? bytes : scratch, err);

        if (got < 0 || (got > 0 && roomy))
            return got;
        if (got > 0) {
            buf_add(&ss->pending, scratch, (size_t)got);
            break;
        }
        if (take_errout(ss, err) != 0)
            return -1;
        if (libssh2_channel_eof(ss->channel))
            return 0;
        if (ssh_wait(session_of(ss), since, STREAM_TIMEOUT_MS, err) != 0)
            return -1;
    }
    return (ssize_t)pending_take(&ss->pending, &ss->taken, bytes, size);
}

/* Output that comes while the command is fed is kept, so that neither side waits for the other. */
static int keep_output(struct ssh_stream *ss, struct err *err)
{
    ssize_t got;

    while (ss->pending.len < PENDING_LIMIT) {
        got = ssh_take(session_of(ss), ss->channel, 0, scratch, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        buf_add(&ss->pending, scratch, (size_t)got);
    }
    return take_errout(ss, err); /* this also takes in what the server says about its window */
}

static int ended_early(const struct ssh_stream *ss, struct err *err)
{
    struct buf line = BUF_INIT;
    const char *text = buf_str(&ss->errout);

    quote_printable(&line, text, strcspn(text, "\r\n"), 0);
    err_set(err, ERR_COMMAND, "the command on %s ended before it took all of its input%s%.300s",
            ss->stream.host->name, line.len > 0 ? ": " : "", buf_str(&line));
    buf_free(&line);
    return -1;
}

int ssh_stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
    struct ssh_stream *ss = (struct ssh_stream *)stream;
    struct ssh *ssh = session_of(ss);
    const char *at = bytes;
    uint64_t since = clock_ms();

    if (check(ss, err) != 0)
        return -1;
    while (len > 0) {
        size_t window = libssh2_channel_window_write(ss->channel), part = len < window ? len : window;
        ssize_t put;
        int waited;

        if (part == 0) {
            if (keep_output(ss, err) != 0)
                return -1;
            if (libssh2_channel_eof(ss->channel))
                return ended_early(ss, err);
            if (libssh2_channel_window_write(ss->channel) == 0 &&
                ssh_wait(ssh, since, STREAM_TIMEOUT_MS, err) != 0)
                return -1;
            continue;
        }
        SSH_CALL(ssh, put, waited, STREAM_TIMEOUT_MS, err, libssh2_channel_write_ex(ss->channel, 0, at, part));
        if (waited != 0)
            return -1;
        if (put < 0)
            return ssh_fail(ssh, "writing to a command", err);
        at += put;
        len -= (size_t)put;
        since = clock_ms();
    }
    return 0;
}

static void stream_free(struct ssh_stream *ss)
{
    buf_free(&ss->pending);
    buf_free(&ss->errout);
    free(ss);
}

static int drain(struct ssh_stream *ss, struct err *err)
{
    uint64_t since = clock_ms();

    while (!libssh2_channel_eof(ss->channel)) {
        buf_clear(&ss->pending); /* nobody reads it any more */
        if (cancelled(ss->stream.host->cancel_fd))
            return err_cancelled(err, ss->stream.host);
        if (keep_output(ss, err) != 0)
            return -1;
        if (ss->pending.len > 0)
            since = clock_ms();
        else if (!libssh2_channel_eof(ss->channel) && ssh_wait(session_of(ss), since, STREAM_TIMEOUT_MS, err) != 0)
            return -1;
    }
    return 0;
}

int ssh_stream_end_input(struct stream *stream, struct err *err)
{
    struct ssh_stream *ss = (struct ssh_stream *)stream;

    if (ss->input_ended)
        return 0;
    if (check(ss, err) != 0 || ssh_send_eof(session_of(ss), ss->channel, err) != 0)
        return -1;
    ss->input_ended = true;
    return 0;
}

int ssh_stream_finish(struct stream *stream, int *status, struct buf *errout, struct err *err)
{
    struct ssh_stream *ss = (struct ssh_stream *)stream;
    struct ssh *ssh = session_of(ss);
    int ended = -1, rc = -1;

    if (check(ss, err) == 0 && ssh_stream_end_input(stream, err) == 0 && drain(ss, err) == 0)
        rc = ssh_channel_end(ssh, ss->channel, STREAM_TIMEOUT_MS, &ended, err);
    else if (!lost(ss))
        ssh_channel_drop(ssh, ss->channel);
    if (rc == 0 && status != NULL)
        *status = ended;
    if (errout != NULL)
        buf_add(errout, buf_str(&ss->errout), ss->errout.len);
    stream_free(ss);
    return rc;
}

void ssh_stream_abandon(struct stream *stream)
{
    struct ssh_stream *ss = (struct ssh_stream *)stream;

    if (!lost(ss))
        ssh_channel_drop(session_of(ss), ss->channel);
    stream_free(ss);
}
