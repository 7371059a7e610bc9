/* ssh.h - one SSH session; not for other rooms.
 *
 * How waiting works. libssh2's own blocking mode waits on its socket only, so it cannot be cancelled; its non-blocking
 * mode loses its place when a packet is half sent and another call follows, which is why it hangs while keys are
 * exchanged anew (1.10). Here the session does not block, but
 *   - our send callback sends all it is given, waiting by itself: no packet is ever half sent;
 *   - a call that answers EAGAIN is therefore waiting for the server, and is repeated after ssh_wait() until it is done.
 * ssh_wait() polls the socket and the cancel descriptor, sends keepalives, and ends at its time-out. */
#ifndef DUALSERVER_HOST_SSH_H
#define DUALSERVER_HOST_SSH_H

#include <libssh2.h>

#include "base/clock.h"
#include "ssh_login.h"

#define WINDOW_BYTES (8u << 20) /* receive window: fills 1 Gbit/s at 20 ms */
#define CLOSE_MS     100u       /* for a channel to say good-bye */

struct ssh {
    struct host host;
    struct ssh_login *login;
    LIBSSH2_SESSION *session; /* NULL: to be opened again before the next command */
    int fd;
    pid_t proxy;         /* the ssh -W or ProxyCommand behind fd; 0: none */
    unsigned generation; /* counts sessions: a channel belongs to one */
    bool authenticated;
    bool broken;   /* the socket is of no more use */
    bool stopping; /* good-byes are not cancelled */
    bool was_cancelled;
    uint64_t heard; /* when bytes last came */
    const struct host_asker *asker; /* while opening */
    struct tunnels tunnels;
};

/* Waits until the server has sent something; since: when the silence began, timeout_ms: how long it may last. */
int ssh_wait(struct ssh *ssh, uint64_t since, unsigned timeout_ms, struct err *err);
/* Repeats a call that returns a libssh2 code until it is done; `rc` is its result, and `waited` -1 when the wait failed. */
#define SSH_CALL(ssh, rc, waited, timeout_ms, err, call)                                                        \
    do {                                                                                                        \
        uint64_t since_ = clock_ms();                                                                           \
        (waited) = 0;                                                                                           \
        while (((rc) = (call)) == LIBSSH2_ERROR_EAGAIN)                                                         \
            if (((waited) = ssh_wait((ssh), since_, (timeout_ms), (err))) != 0)                                 \
                break;                                                                                          \
    } while (0)

/* ssh_session.c: socket, session, keys exchanged; not logged in yet. */
int ssh_session_open(struct ssh *ssh, struct err *err);
void ssh_session_close(struct ssh *ssh);
/* Says what libssh2's last error was about; marks the session broken when it is. */
int ssh_fail(struct ssh *ssh, const char *what, struct err *err);
/* The session is there, opened again when it broke: a command that has not begun may do that. */
int ssh_ready(struct ssh *ssh, struct err *err);

/* ssh_proxy.c: a connected socket, through ProxyJump or ProxyCommand where ssh_config says so. */
int ssh_connect(struct ssh *ssh, struct err *err);

/* ssh_hostkey.c */
/* The types of host key to ask for, as a list with commas, from known_hosts; NULL: any. Free it. */
char *ssh_hostkey_types(const struct ssh *ssh);
int ssh_hostkey_check(struct ssh *ssh, struct err *err);
int ssh_hostkey_no_common(const struct ssh *ssh, const char *types, struct err *err);

/* ssh_auth.c, ssh_auth_key.c */
int ssh_auth(struct ssh *ssh, struct err *err);
struct ssh_tried {
    struct buf what; /* for the message */
    bool rsa;        /* an RSA key was among them */
};
/* 1: logged in, 0: refused, -1: error */
int ssh_auth_agent(struct ssh *ssh, struct ssh_tried *tried, struct err *err);
int ssh_auth_files(struct ssh *ssh, struct ssh_tried *tried, struct err *err);

/* ssh_channel.c */
LIBSSH2_CHANNEL *ssh_exec(struct ssh *ssh, const char *const *argv, struct err *err);
/* Bytes, 0 nothing now, -1 error. Never waits. stream 0 or SSH_EXTENDED_DATA_STDERR.
 * Every read asks for the same number of bytes: a read also widens the window, by what it asks for; when keys are being
 * exchanged the message waits, and the next read, of either stream, sends it and books what that one asked for. If the
 * two differ, libssh2 (1.10, 1.11) and the server hold different windows, and what comes beyond the smaller is dropped
 * without an error. */
#define TAKE_BYTES 262144
ssize_t ssh_take(struct ssh *ssh, LIBSSH2_CHANNEL *channel, int stream, char bytes[static TAKE_BYTES], struct err *err);
int ssh_send_eof(struct ssh *ssh, LIBSSH2_CHANNEL *channel, struct err *err);
/* After the end of its output: waits for its end, gives its exit status and frees the channel, in any case. */
int ssh_channel_end(struct ssh *ssh, LIBSSH2_CHANNEL *channel, unsigned timeout_ms, int *status, struct err *err);
/* Frees the channel; breaks the session rather than wait for long. */
void ssh_channel_drop(struct ssh *ssh, LIBSSH2_CHANNEL *channel);
int ssh_run(struct host *host, struct run *run, struct err *err);

/* ssh_stream.c: see struct host_ops */
struct stream *ssh_stream(struct host *host, const char *const *argv, struct err *err);
ssize_t ssh_stream_read(struct stream *stream, void *bytes, size_t size, struct err *err);
int ssh_stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err);
int ssh_stream_end_input(struct stream *stream, struct err *err);
int ssh_stream_finish(struct stream *stream, int *status, struct buf *errout, struct err *err);
void ssh_stream_abandon(struct stream *stream);

/* ssh_forward.c */
const char *ssh_tunnel(struct host *host, const struct tunnel_target *target, struct err *err);

/* ssh.c: another session for a thread of the tunnel; login is copied. */
struct ssh *ssh_again(const struct host *like, const struct ssh_login *login, int cancel_fd, struct err *err);
void ssh_close(struct host *host);

#endif
