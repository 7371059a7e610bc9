#include "config.h"
#include "net.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/* 0 connected, else errno; ECANCELED when cancelled. */
static int wait_connected(int fd, const struct net_wait *wait, uint64_t end)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = fd, .events = POLLOUT }, { .fd = wait->cancel_fd, .events = POLLIN } };
        uint64_t now = clock_ms();
        socklen_t size = sizeof(int);
        int error = 0, ready;

        if (now >= end)
            return ETIMEDOUT;
        ready = poll(fds, 2, (int)(end - now));
        if (ready < 0 && errno != EINTR)
            return errno;
        if (ready <= 0)
            continue;
        if (fds[1].revents != 0)
            return ECANCELED;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
            return errno;
        return error;
    }
}

/* A line that died without a word is noticed while nobody waits, too. */
static void set_options(int fd)
{
    const struct {
        int level, name, value;
    } options[] = {
        { IPPROTO_TCP, TCP_NODELAY, 1 },    { SOL_SOCKET, SO_KEEPALIVE, 1 }, { IPPROTO_TCP, TCP_KEEPIDLE, 30 },
        { IPPROTO_TCP, TCP_KEEPINTVL, 10 }, { IPPROTO_TCP, TCP_KEEPCNT, 6 },
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        (void)setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
}

static int connect_one(const struct addrinfo *to, const struct net_wait *wait, uint64_t end, int *error)
{
    int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->ai_protocol);

    if (fd < 0) {
        *error = errno;
        return -1;
    }
    *error = connect(fd, to->ai_addr, to->ai_addrlen) == 0 ? 0 : errno;
    if (*error == EINPROGRESS || *error == EINTR)
        *error = wait_connected(fd, wait, end);
    if (*error != 0) {
        close(fd);
        return -1;
    }
    set_options(fd);
    return fd;
}

int net_connect(const char *address, int port, const struct net_wait *wait, struct err *err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV };
    uint64_t end = clock_ms() + wait->timeout_ms;
    struct addrinfo *list = NULL;
    char service[16];
    int fd = -1, error = 0, rc;

    snprintf(service, sizeof service, "%d", port);
    rc = getaddrinfo(address, service, &hints, &list);
    if (rc != 0)
        return err_set(err, ERR_CONNECT, "cannot find the address of %.200s: %s", address,
                       rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
    for (const struct addrinfo *to = list; to != NULL && fd < 0 && error != ECANCELED; to = to->ai_next)
        fd = connect_one(to, wait, end, &error);
    freeaddrinfo(list);
    if (fd >= 0)
        return fd;
    if (error == ECANCELED)
        return err_set(err, ERR_CANCELLED, "stopped while connecting to %.200s", address);
    return err_set_detail(err, ERR_CONNECT, error, "cannot connect to %.200s port %d: %s", address, port,
                          strerror(error));
}
