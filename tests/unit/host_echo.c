/* host_echo.c - the far end of a tunnel. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host_cases.h"

#define FLIP 0x55

static void *answer_one(void *argument)
{
    int fd = (int)(intptr_t)argument;
    unsigned char bytes[16384];
    ssize_t got;

    while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            bytes[i] ^= FLIP;
        for (ssize_t put, sent = 0; sent < got; sent += put)
            if ((put = send(fd, bytes + sent, (size_t)(got - sent), MSG_NOSIGNAL)) <= 0)
                break;
    }
    close(fd);
    return NULL;
}

static void *answer_all(void *argument)
{
    int listening = (int)(intptr_t)argument, fd;
    pthread_t thread;

    while ((fd = accept(listening, NULL, NULL)) >= 0)
        if (pthread_create(&thread, NULL, answer_one, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
    return NULL;
}

void echo_start(struct echo *echo, int tcp)
{
    struct sockaddr_un near = { .sun_family = AF_UNIX };
    struct sockaddr_in far = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof far;
    pthread_t thread;

    snprintf(echo->path, sizeof echo->path, "/tmp/dualserver-echo-%d", (int)getpid());
    memcpy(near.sun_path, echo->path, sizeof near.sun_path);
    unlink(echo->path);
    echo->fd = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(echo->fd >= 0);
    if (tcp)
        assert_int_equal(bind(echo->fd, (struct sockaddr *)&far, sizeof far), 0);
    else
        assert_int_equal(bind(echo->fd, (struct sockaddr *)&near, sizeof near), 0);
    assert_int_equal(listen(echo->fd, 8), 0);
    if (tcp) {
        assert_int_equal(getsockname(echo->fd, (struct sockaddr *)&far, &size), 0);
        echo->port = ntohs(far.sin_port);
    }
    assert_int_equal(pthread_create(&thread, NULL, answer_all, (void *)(intptr_t)echo->fd), 0);
    pthread_detach(thread);
}

void echo_stop(struct echo *echo)
{
    shutdown(echo->fd, SHUT_RDWR);
    close(echo->fd);
    unlink(echo->path);
}

struct sending {
    int fd;
    unsigned char *bytes;
    size_t size;
};

static void *send_all(void *argument)
{
    struct sending *sending = argument;

    for (size_t sent = 0; sent < sending->size;) {
        ssize_t put = send(sending->fd, sending->bytes + sent, sending->size - sent, MSG_NOSIGNAL);

        if (put <= 0)
            break;
        sent += (size_t)put;
    }
    shutdown(sending->fd, SHUT_WR);
    return NULL;
}

int echo_check(const char *path, size_t size, unsigned seed)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct sending sending = { .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), .size = size };
    unsigned char bytes[16384];
    size_t right = 0;
    ssize_t got = -1;
    pthread_t thread;

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    sending.bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        sending.bytes[i] = (unsigned char)((i * 2654435761u + seed) >> 11);
    if (connect(sending.fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        pthread_create(&thread, NULL, send_all, &sending) == 0) {
        while ((got = recv(sending.fd, bytes, sizeof bytes, 0)) > 0)
            for (ssize_t i = 0; i < got; i++, right++)
                if (right >= size || bytes[i] != (sending.bytes[right] ^ FLIP))
                    right = size + 1; /* wrong for good */
        pthread_join(thread, NULL);
    }
    close(sending.fd);
    free(sending.bytes);
    return got == 0 && right == size ? 0 : -1;
}
