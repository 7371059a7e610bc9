/* local_stream.c - a command of this machine with its input and output in the caller's hand. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quote.h"
#include "local.h"

struct local_stream {
    struct stream stream;
    struct local_child child;
    struct buf pending; /* output that came while it was being fed */
    struct buf errout;
    size_t taken; /* of pending */
};

struct stream *local_stream(struct host *host, const char *const *argv, struct err *err)
{
    struct local_stream *ls = mem_alloc(sizeof *ls);

    ls->stream.host = host;
    if (local_child_start(&ls->child, argv, err) != 0) {
        free(ls);
        return NULL;
    }
    return &ls->stream;
}

/* 1: bytes came, 0: none now, and *fd is -1 when there will be none any more. */
static int drain(int *fd, struct buf *to, int keep_all)
{
    static _Thread_local char bytes[65536];
    ssize_t got;

    if (*fd < 0)
        return 0;
    got = read(*fd, bytes, sizeof bytes);
    if (got > 0) {
        if (keep_all)
            buf_add(to, bytes, (size_t)got);
        else
            errout_add(to, bytes, (size_t)got);
        return 1;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(*fd);
        *fd = -1;
    }
    return 0;
}

ssize_t local_stream_read(struct stream *stream, void *bytes, size_t size, struct err *err)
{
    struct local_stream *ls = (struct local_stream *)stream;

    if (cancelled(stream->host->cancel_fd))
        return err_cancelled(err, stream->host);
    if (ls->pending.len > ls->taken)
        return (ssize_t)pending_take(&ls->pending, &ls->taken, bytes, size);
    while (ls->child.out >= 0) {
        struct pollfd fds[] = { { .fd = ls->child.out, .events = POLLIN },
                                { .fd = ls->child.errout, .events = POLLIN } };
        ssize_t got;

        if (local_wait(stream->host, fds, 2, STREAM_TIMEOUT_MS, err) != 0)
            return -1;
        if (fds[1].revents != 0)
            drain(&ls->child.errout, &ls->errout, 0);
        if (fds[0].revents == 0)
            continue;
        got = read(ls->child.out, bytes, size);
        if (got >= 0)
            return got;
        if (errno != EAGAIN && errno != EINTR)
            return err_set_detail(err, ERR_IO, errno, "cannot read from the command: %s", strerror(errno));
    }
    return 0;
}

static int ended_early(struct local_stream *ls, struct err *err)
{
    struct buf line = BUF_INIT;
    const char *text;

    while (drain(&ls->child.errout, &ls->errout, 0))
        ;
    text = buf_str(&ls->errout);
    quote_printable(&line, text, strcspn(text, "\r\n"), 0);
    err_set(err, ERR_COMMAND, "the command ended before it took all of its input%s%.300s",
            line.len > 0 ? ": " : "", buf_str(&line));
    buf_free(&line);
    return -1;
}

int local_stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
    struct local_stream *ls = (struct local_stream *)stream;
    const char *at = bytes;

    if (cancelled(stream->host->cancel_fd))
        return err_cancelled(err, stream->host);
    while (len > 0) {
        ssize_t put = local_write(ls->child.in, at, len);
        int room = ls->pending.len < PENDING_LIMIT;
        struct pollfd fds[] = { { .fd = ls->child.in, .events = POLLOUT },
                                { .fd = room ? ls->child.out : -1, .events = POLLIN },
                                { .fd = ls->child.errout, .events = POLLIN } };

        if (put >= 0) {
            at += put;
            len -= (size_t)put;
            continue;
        }
        if (errno == EPIPE)
            return ended_early(ls, err);
        if (errno != EAGAIN && errno != EINTR)
            return err_set_detail(err, ERR_IO, errno, "cannot write to the command: %s", strerror(errno));
        if (local_wait(stream->host, fds, 3, STREAM_TIMEOUT_MS, err) != 0)
            return -1;
        if (fds[1].revents != 0)
            drain(&ls->child.out, &ls->pending, 1);
        if (fds[2].revents != 0)
            drain(&ls->child.errout, &ls->errout, 0);
    }
    return 0;
}

static void stream_free(struct local_stream *ls)
{
    local_child_close(&ls->child);
    buf_free(&ls->pending);
    buf_free(&ls->errout);
    free(ls);
}

int local_stream_end_input(struct stream *stream, struct err *err)
{
    struct local_stream *ls = (struct local_stream *)stream;

    (void)err;
    if (ls->child.in >= 0)
        close(ls->child.in);
    ls->child.in = -1;
    return 0;
}

int local_stream_finish(struct stream *stream, int *status, struct buf *errout, struct err *err)
{
    struct local_stream *ls = (struct local_stream *)stream;
    int rc = 0, ended = 0;

    (void)local_stream_end_input(stream, err);
    while (rc == 0 && (ls->child.out >= 0 || ls->child.errout >= 0)) {
        struct pollfd fds[] = { { .fd = ls->child.out, .events = POLLIN },
                                { .fd = ls->child.errout, .events = POLLIN } };

        rc = local_wait(stream->host, fds, 2, STREAM_TIMEOUT_MS, err);
        drain(&ls->child.out, &ls->pending, 1);
        buf_clear(&ls->pending); /* nobody reads it any more */
        drain(&ls->child.errout, &ls->errout, 0);
    }
    if (rc == 0)
        rc = local_reap(stream->host, ls->child.pid, STREAM_TIMEOUT_MS, &ended, err);
    if (rc != 0)
        local_kill(ls->child.pid);
    else if (status != NULL)
        *status = ended;
    if (errout != NULL)
        buf_add(errout, buf_str(&ls->errout), ls->errout.len);
    stream_free(ls);
    return rc;
}

void local_stream_abandon(struct stream *stream)
{
    struct local_stream *ls = (struct local_stream *)stream;

    local_child_close(&ls->child);
    local_kill(ls->child.pid);
    stream_free(ls);
}
