/* ssh_forward.c - the tunnel's way over SSH: each connection has a session of its own. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "ssh.h"

#define CHUNK 32768

/* What every connection starts from; read only. */
struct way {
    struct host like;
    struct ssh_login *login;
};

static void way_free(void *context)
{
    struct way *way = context;

    host_shut(&way->like);
    ssh_login_free(way->login);
    free(way);
}

static void add_string(struct buf *message, const char *text)
{
    size_t len = strlen(text);
    const unsigned char prefix[4] = { (unsigned char)(len >> 24), (unsigned char)(len >> 16),
                                      (unsigned char)(len >> 8), (unsigned char)len };

    buf_add(message, prefix, sizeof prefix);
    buf_adds(message, text);
}

static LIBSSH2_CHANNEL *open_far(struct ssh *ssh, const struct tunnel_target *target)
{
    static const char type[] = "direct-streamlocal@openssh.com";
    const uint64_t since = clock_ms();
    struct buf message = BUF_INIT;
    LIBSSH2_CHANNEL *channel;

    if (target->path != NULL) {
        add_string(&message, target->path);
        add_string(&message, "");                  /* reserved */
        buf_add(&message, "\0\0\0\0", 4);
    }
    do {
        if (target->path != NULL)
            channel = libssh2_channel_open_ex(ssh->session, type, sizeof type - 1, WINDOW_BYTES,
                                              LIBSSH2_CHANNEL_PACKET_DEFAULT, message.data, (unsigned)message.len);
        else
            channel = libssh2_channel_direct_tcpip_ex(ssh->session, target->address, target->port, "127.0.0.1", 0);
    } while (channel == NULL && libssh2_session_last_errno(ssh->session) == LIBSSH2_ERROR_EAGAIN &&
             ssh_wait(ssh, since, RUN_TIMEOUT_MS, NULL) == 0);
    buf_free(&message);
    return channel;
}

/* Writes all of it. */
static bool put_all(struct ssh *ssh, LIBSSH2_CHANNEL *channel, const char *bytes, size_t len)
{
    ssize_t put;
    int waited;

    for (size_t sent = 0; sent < len; sent += (size_t)put) {
        SSH_CALL(ssh, put, waited, RUN_TIMEOUT_MS, NULL, libssh2_channel_write_ex(channel, 0, bytes + sent, len - sent));
        if (waited != 0 || put < 0)
            return false;
    }
    return true;
}

/* The command that makes the connection, fed with what it wants first. */
static LIBSSH2_CHANNEL *open_bridge(struct ssh *ssh, const struct tunnel_target *target)
{
    LIBSSH2_CHANNEL *channel = ssh_exec(ssh, target->bridge, NULL);

    if (channel == NULL || put_all(ssh, channel, target->preface, target->preface_len))
        return channel;
    ssh_channel_drop(ssh, channel);
    return NULL;
}

/* One connection. */
struct relay {
    struct ssh *ssh;
    LIBSSH2_CHANNEL *channel;
    int fd;
    bool near_ended; /* our side said its last */
    size_t len, sent;
    char down[TAKE_BYTES]; /* on its way to fd */
};

/* From the server to fd. -1: over. */
static int move_down(struct relay *relay)
{
    ssize_t put;

    if (relay->len == relay->sent) {
        ssize_t got = ssh_take(relay->ssh, relay->channel, 0, relay->down, NULL);

        if (got < 0)
            return -1;
        relay->len = (size_t)got;
        relay->sent = 0;
    } else {
        static _Thread_local char none[TAKE_BYTES];

        /* Takes in window messages even while fd is slow: there is no second stream to read from. */
        if (ssh_take(relay->ssh, relay->channel, SSH_EXTENDED_DATA_STDERR, none, NULL) < 0)
            return -1;
    }
    if (relay->len == relay->sent)
        return libssh2_channel_eof(relay->channel) ? -1 : 0;
    put = send(relay->fd, relay->down + relay->sent, relay->len - relay->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    relay->sent += (size_t)put;
    return put > 0;
}

/* From fd to the server, no more than its window takes. 1: moved, 0: nothing, -1: over */
static int move_up(struct relay *relay)
{
    char bytes[CHUNK];
    size_t window = libssh2_channel_window_write(relay->channel);
    ssize_t got;

    if (relay->near_ended || window == 0)
        return 0;
    got = recv(relay->fd, bytes, window < CHUNK ? window : CHUNK, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (got == 0) {
        relay->near_ended = true;
        return ssh_send_eof(relay->ssh, relay->channel, NULL) == 0 ? 1 : -1;
    }
    return put_all(relay->ssh, relay->channel, bytes, (size_t)got) ? 1 : -1;
}

/* Until something can move; keepalives go out now and then. */
static bool wait_either(struct relay *relay, int stop_fd)
{
    short wanted = (short)((!relay->near_ended && libssh2_channel_window_write(relay->channel) > 0 ? POLLIN : 0) |
                           (relay->len > relay->sent ? POLLOUT : 0));
    struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN },
                            { .fd = relay->ssh->fd, .events = POLLIN },
                            { .fd = wanted != 0 ? relay->fd : -1, .events = wanted } };
    int next, ready = poll(fds, 3, 15000);

    if (ready == 0)
        return libssh2_keepalive_send(relay->ssh->session, &next) == 0;
    return (ready > 0 || errno == EINTR) && fds[0].revents == 0;
}

static void forward(void *context, const struct tunnel_target *target, int fd, int stop_fd)
{
    const struct way *way = context;
    struct ssh *ssh = ssh_again(&way->like, way->login, stop_fd, NULL);
    struct relay *relay = mem_alloc(sizeof *relay);

    *relay = (struct relay){ .ssh = ssh, .fd = fd };
    if (ssh != NULL)
        relay->channel = target->bridge != NULL ? open_bridge(ssh, target) : open_far(ssh, target);
    while (relay->channel != NULL) {
        int down = move_down(relay), up = down < 0 ? -1 : move_up(relay);

        if (down < 0 || up < 0 || (down == 0 && up == 0 && !wait_either(relay, stop_fd)))
            break;
        if (cancelled(stop_fd))
            break;
    }
    if (relay->channel != NULL)
        ssh_channel_drop(ssh, relay->channel);
    if (ssh != NULL)
        ssh_close(&ssh->host);
    free(relay);
}

const char *ssh_tunnel(struct host *host, const struct tunnel_target *target, struct err *err)
{
    struct ssh *ssh = (struct ssh *)host;
    const char *known = tunnel_known(&ssh->tunnels, target);
    struct way *way;

    if (known != NULL)
        return known;
    way = mem_alloc(sizeof *way);
    host_init_like(&way->like, host);
    way->login = ssh_login_copy(ssh->login);
    return tunnel_to(&ssh->tunnels, target, forward, way, way_free, err);
}
