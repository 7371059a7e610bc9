/* local.h - the pieces of the local driver; not for other rooms. */
#ifndef DUALSERVER_HOST_LOCAL_H
#define DUALSERVER_HOST_LOCAL_H

#include <poll.h>

#include "driver.h"

/* A command with our ends of its three descriptors; -1: closed. All are non-blocking. */
struct local_child {
    pid_t pid;
    int in, out, errout;
};

int local_child_start(struct local_child *child, const char *const *argv, struct err *err);
void local_child_close(struct local_child *child);
/* poll() of at most three descriptors that also ends with ERR_CANCELLED or, after timeout_ms, ERR_TIMEOUT. */
int local_wait(const struct host *host, struct pollfd *fds, nfds_t count, unsigned timeout_ms, struct err *err);
int local_reap(const struct host *host, pid_t pid, unsigned timeout_ms, int *status, struct err *err);
/* write() that never raises SIGPIPE. */
ssize_t local_write(int fd, const void *bytes, size_t len);

/* local_stream.c: see struct host_ops */
struct stream *local_stream(struct host *host, const char *const *argv, struct err *err);
ssize_t local_stream_read(struct stream *stream, void *bytes, size_t size, struct err *err);
int local_stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err);
int local_stream_end_input(struct stream *stream, struct err *err);
int local_stream_finish(struct stream *stream, int *status, struct buf *errout, struct err *err);
void local_stream_abandon(struct stream *stream);

/* local_relay.c: carries bytes between fd and a TCP port of this machine's view, or the target's bridge. */
void local_relay_tcp(const char *address, int port, int fd, int stop_fd);
void local_relay_bridge(const struct tunnel_target *target, int fd, int stop_fd);

#endif
