/* local_relay.c - a connection from a tunnel's socket to a TCP port, without SSH in between. */
#include "config.h"

#include <errno.h>
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

void local_relay_tcp(const char *address, int port, int fd, int stop_fd)
{
    struct net_wait wait = { .cancel_fd = stop_fd, .timeout_ms = 30000 };
    int far = net_connect(address, port, &wait, NULL);
    struct flow up = { .from = fd, .to = far, .open = true }, down = { .from = far, .to = fd, .open = true };

    while (far >= 0 && (up.open || down.open || up.len > 0 || down.len > 0)) {
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
    if (far >= 0)
        close(far);
}
