/* local_relay.c - a connection from a tunnel's socket to a TCP port or a command, without SSH in between. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "local.h"
#include "net.h"

/* One direction. */
struct flow {
    int from, to;
    bool open;
    size_t len, sent;
    char bytes[32768];
};

static bool flow_move(struct flow *flow, short from_ready, short to_ready)
{
    if (flow->len == 0 && from_ready != 0) {
        ssize_t got = recv(flow->from, flow->bytes, sizeof flow->bytes, MSG_DONTWAIT);

        if (got == 0) {
            flow->open = false;
            shutdown(flow->to, SHUT_WR);
        } else if (got > 0) {
            flow->len = (size_t)got;
            flow->sent = 0;
        } else if (errno != EAGAIN && errno != EINTR) {
            return false;
        }
    } else if (flow->len > 0 && to_ready != 0) {
        ssize_t put = send(flow->to, flow->bytes + flow->sent, flow->len - flow->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        flow->sent += put > 0 ? (size_t)put : 0;
        if (flow->sent == flow->len)
            flow->len = 0;
    }
    return true;
}

static short wants(const struct flow *in, const struct flow *out)
{
    return (short)((in->open && in->len == 0 ? POLLIN : 0) | (out->len > 0 ? POLLOUT : 0));
}

/* Until both directions have ended, or stop_fd is readable. */
static void relay(int far, int fd, int stop_fd)
{
    struct flow up = { .from = fd, .to = far, .open = true }, down = { .from = far, .to = fd, .open = true };

    while (up.open || down.open || up.len > 0 || down.len > 0) {
        struct pollfd fds[] = { { .fd = stop_fd, .events = POLLIN },
                                { .fd = fd, .events = wants(&up, &down) },
                                { .fd = far, .events = wants(&down, &up) } };

        /* A side that wants nothing would report its hang-up for ever. */
        for (int i = 1; i < 3; i++)
            if (fds[i].events == 0)
                fds[i].fd = -1;
        if (poll(fds, 3, -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents != 0 || !flow_move(&up, fds[1].revents, fds[2].revents) ||
            !flow_move(&down, fds[2].revents, fds[1].revents))
            break;
    }
}

void local_relay_tcp(const char *address, int port, int fd, int stop_fd)
{
    struct net_wait wait = { .cancel_fd = stop_fd, .timeout_ms = 30000 };
    int far = net_connect(address, port, &wait, NULL);

    if (far < 0)
        return;
    relay(far, fd, stop_fd);
    close(far);
}

/* A socket pair is the command's input and output; what it complains about is for nobody: a screen may be up. */
void local_relay_bridge(const struct tunnel_target *target, int fd, int stop_fd)
{
    int pair[2], quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = -1;

    if (quiet >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
        pid = local_spawn(target->bridge, pair[1], pair[1], quiet, NULL);
        close(pair[1]);
        /* a socket's buffer holds it all: it is two lines */
        if (pid > 0 && (target->preface_len == 0 ||
                        send(pair[0], target->preface, target->preface_len, MSG_NOSIGNAL) == (ssize_t)target->preface_len))
            relay(pair[0], fd, stop_fd);
        close(pair[0]);
        local_kill(pid);
    }
    if (quiet >= 0)
        close(quiet);
}
