/* local.c - commands of this machine: fork, exec, pipes; no shell unless argv says so. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "driver.h"
#include "local.h"

struct local {
    struct host host;
    struct tunnels tunnels;
};

static void pipe_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void local_child_close(struct local_child *child)
{
    pipe_end(&child->in);
    pipe_end(&child->out);
    pipe_end(&child->errout);
}

int local_child_start(struct local_child *child, const char *const *argv, struct err *err)
{
    int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };

    *child = (struct local_child){ .pid = -1, .in = -1, .out = -1, .errout = -1 };
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes[i], O_CLOEXEC) != 0) {
            err_set_detail(err, ERR_IO, errno, "cannot make a pipe: %s", strerror(errno));
            goto out;
        }
    child->pid = local_spawn(argv, pipes[0][0], pipes[1][1], pipes[2][1], err);
    if (child->pid > 0) {
        child->in = pipes[0][1];
        child->out = pipes[1][0];
        child->errout = pipes[2][0];
        pipes[0][1] = pipes[1][0] = pipes[2][0] = -1;
        fcntl(child->in, F_SETFL, O_NONBLOCK);
        fcntl(child->out, F_SETFL, O_NONBLOCK);
        fcntl(child->errout, F_SETFL, O_NONBLOCK);
    }
out:
    for (int i = 0; i < 3; i++) {
        pipe_end(&pipes[i][0]);
        pipe_end(&pipes[i][1]);
    }
    return child->pid > 0 ? 0 : -1;
}

ssize_t local_write(int fd, const void *bytes, size_t len)
{
    sigset_t pipe_only, pending, before;
    const struct timespec now = { 0 };
    ssize_t put;
    int error;

    /* A command that ends early is an answer, not a reason for this process to die of SIGPIPE. */
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    put = write(fd, bytes, len);
    error = errno;
    if (put < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return put;
}

int local_wait(const struct host *host, struct pollfd *fds, nfds_t count, unsigned timeout_ms, struct err *err)
{
    uint64_t end = clock_ms() + timeout_ms;

    for (;;) {
        struct pollfd all[4];
        uint64_t now = clock_ms();
        int ready;

        memcpy(all, fds, count * sizeof *fds);
        all[count] = (struct pollfd){ .fd = host->cancel_fd, .events = POLLIN };
        ready = poll(all, count + 1, now < end ? (int)(end - now) : 0);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return err_set_detail(err, ERR_IO, errno, "cannot wait: %s", strerror(errno));
        if (all[count].revents != 0)
            return err_cancelled(err, host);
        if (ready == 0)
            return err_silent(err, host, timeout_ms);
        memcpy(fds, all, count * sizeof *fds);
        return 0;
    }
}

int local_reap(const struct host *host, pid_t pid, unsigned timeout_ms, int *status, struct err *err)
{
    uint64_t end = clock_ms() + timeout_ms;
    struct pollfd cancel = { .fd = host->cancel_fd, .events = POLLIN };
    int how;

    /* Usually it has ended by now: it gave up its output. A command that closed its output and works on is looked at
     * again and again. */
    for (int pause = 0;; pause = pause < 20 ? pause + 1 : pause) {
        pid_t got = waitpid(pid, &how, WNOHANG);

        if (got == pid) {
            *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
            return 0;
        }
        if (got < 0 && errno != EINTR)
            return err_set_detail(err, ERR_IO, errno, "cannot learn how the command ended: %s",
                                  strerror(errno));
        if (poll(&cancel, 1, pause) > 0)
            return err_cancelled(err, host);
        if (clock_ms() >= end)
            return err_silent(err, host, timeout_ms);
    }
}

/* One wait and what it allows: 1 when both outputs have ended. */
static int pump_once(struct host *host, struct run *run, struct local_child *child, size_t *fed, struct err *err)
{
    static _Thread_local char bytes[65536];
    struct pollfd fds[] = { { .fd = child->in, .events = POLLOUT },
                            { .fd = child->out, .events = POLLIN },
                            { .fd = child->errout, .events = POLLIN } };

    if (local_wait(host, fds, 3, run->timeout_ms > 0 ? run->timeout_ms : RUN_TIMEOUT_MS, err) != 0)
        return -1;
    if (fds[0].revents != 0) {
        ssize_t put = local_write(child->in, run->input + *fed, run->input_len - *fed);

        if (put > 0)
            *fed += (size_t)put;
        if (*fed == run->input_len || (put < 0 && errno != EAGAIN && errno != EINTR))
            pipe_end(&child->in);
    }
    for (int i = 1; i < 3; i++) {
        int *fd = i == 1 ? &child->out : &child->errout;
        ssize_t got = fds[i].revents != 0 ? read(*fd, bytes, sizeof bytes) : -1;

        if (fds[i].revents != 0 && (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)))
            pipe_end(fd);
        if (got > 0 && i == 2)
            errout_add(run->errout, bytes, (size_t)got);
        if (got > 0 && i == 1 && run_take(run, bytes, (size_t)got, err) != 0)
            return -1;
    }
    return child->out < 0 && child->errout < 0;
}

int local_run(struct host *host, struct run *run, struct err *err)
{
    struct local_child child;
    unsigned timeout_ms = run->timeout_ms > 0 ? run->timeout_ms : RUN_TIMEOUT_MS;
    size_t fed = 0;
    int rc;

    run->status = -1;
    if (cancelled(host->cancel_fd))
        return err_cancelled(err, host);
    if (local_child_start(&child, run->argv, err) != 0)
        return -1;
    if (run->input_len == 0)
        pipe_end(&child.in);
    while ((rc = pump_once(host, run, &child, &fed, err)) == 0)
        ;
    local_child_close(&child);
    if (rc > 0)
        rc = local_reap(host, child.pid, timeout_ms, &run->status, err);
    if (rc != 0)
        local_kill(child.pid);
    return rc;
}

static void serve(void *context, const struct tunnel_target *target, int fd, int stop_fd)
{
    (void)context;
    if (target->bridge != NULL)
        local_relay_bridge(target, fd, stop_fd);
    else
        local_relay_tcp(target->address, target->port, fd, stop_fd);
}

static const char *local_tunnel(struct host *host, const struct tunnel_target *target, struct err *err)
{
    struct local *local = (struct local *)host;
    const char *known = tunnel_known(&local->tunnels, target);

    if (target->path != NULL && target->bridge == NULL)
        return tunnel_direct(&local->tunnels, target->path);
    if (known != NULL)
        return known;
    return tunnel_to(&local->tunnels, target, serve, NULL, NULL, err);
}

static void local_close(struct host *host)
{
    struct local *local = (struct local *)host;

    tunnels_close(&local->tunnels);
    host_shut(host);
    free(local);
}

static struct host *local_clone(struct host *host, struct err *err)
{
    struct local *local = mem_alloc(sizeof *local);

    (void)err;
    host_init_like(&local->host, host);
    return &local->host;
}

static const struct host_ops local_ops = {
    .name = "local",
    .run = local_run,
    .stream = local_stream,
    .read = local_stream_read,
    .write = local_stream_write,
    .end_input = local_stream_end_input,
    .finish = local_stream_finish,
    .abandon = local_stream_abandon,
    .tunnel = local_tunnel,
    .clone = local_clone,
    .close = local_close,
};

struct host *local_open(const struct host_where *where)
{
    struct local *local = mem_alloc(sizeof *local);

    host_init(&local->host, &local_ops, where);
    return &local->host;
}
