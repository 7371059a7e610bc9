/* driver.h - what the drivers of the host room share; not for other rooms. */
#ifndef DUALSERVER_HOST_DRIVER_H
#define DUALSERVER_HOST_DRIVER_H

#include <sys/types.h>

#include "host/host.h"

#define RUN_TIMEOUT_MS    60000u             /* silence of a run that names none */
#define STREAM_TIMEOUT_MS 600000u            /* silence of a stream: the far disk may be syncing */
#define OUT_LIMIT         ((size_t)64 << 20) /* output of a run that names none */
#define ERROUT_LIMIT      ((size_t)64 << 10) /* more standard error than this is dropped */

#define PENDING_LIMIT     ((size_t)4 << 20)  /* output kept while a stream is being fed */

/* Fills the common part; host_shut() frees it. */
void host_init(struct host *host, const struct host_ops *ops, const struct host_where *where);
void host_init_like(struct host *host, const struct host *other);
void host_shut(struct host *host);

/* Keeps standard error up to its limit; `to` may be NULL. */
void errout_add(struct buf *to, const void *bytes, size_t len);
/* The next bytes of what is pending, at most `size`; *taken counts what was given before. Emptied when all is. */
size_t pending_take(struct buf *pending, size_t *taken, void *bytes, size_t size);
/* ERR_DATA when `run` may not take more bytes; else they are added to run->out. */
int run_take(struct run *run, const void *bytes, size_t len, struct err *err);
bool cancelled(int cancel_fd);
int err_cancelled(struct err *err, const struct host *host);
int err_silent(struct err *err, const struct host *host, unsigned timeout_ms);

/* local.c */
struct host *local_open(const struct host_where *where);
/* Runs a command of this machine, not under sudo, whatever the host is; `host` gives the name and the cancel descriptor. */
int local_run(struct host *host, struct run *run, struct err *err);
/* Starts argv with its ends of the three descriptors; 0 or -1 with errno in err. The command leads a session of its own. */
pid_t local_spawn(const char *const *argv, int in, int out, int errout, struct err *err);
/* Ends the command's whole process group: politely, then not. */
void local_kill(pid_t pid);

/* $1 stop or start, $2 systemd or sysv, $3 unit, $4 socket unit or "". One script, because every round trip is downtime.
 *
 * One at a time: a stop whose run was cancelled goes on here, and a start that did not wait for it would be undone by it. The
 * lock is on a folder, so nothing is left behind; daemons must not inherit it, nor our output.
 *
 * The socket goes first both ways: it would start the service again, and systemd does not start it beside a running
 * service, nor one on its way down. So where a stop came no further than the socket, the service is restarted.
 *
 * Clients that ask the socket make systemd try a server that does not start again and again, until it refuses to try at all:
 * before a start that is forgotten.
 *
 * A SysV script's status often asks the server alone, which no longer answers while it still writes: only what its stop
 * answers tells that it is gone. */
#define SERVICE_CHANGE                                                                                         \
    "# $1 $4 $3\n"                                                                                             \
    "verb=$1 kind=$2 unit=$3 socket=$4\n"                                                                      \
    "if [ -d /run ] && command -v flock >/dev/null; then exec 9</run; flock 9; fi\n"                           \
    "active() { case $(systemctl is-active -- \"$1\") in active|reloading) return 0;; esac; return 1; }\n"     \
    "quiet() { \"$@\" </dev/null >/dev/null 2>&1 9<&-; }\n"                                                    \
    "change() { systemctl \"$1\" -- \"$2\" 9<&- || :; }\n"                                                     \
    "case $kind.$verb in\n"                                                                                    \
    "  systemd.stop) if [ -n \"$socket\" ]; then change stop \"$socket\"; fi\n"                                \
    "    change stop \"$unit\"; active \"$unit\" || echo stop;;\n"                                             \
    "  systemd.restart) quiet systemctl reset-failed -- \"$unit\"; change restart \"$unit\"\n"                \
    "    if active \"$unit\"; then echo restart; fi;;\n"                                                        \
    "  systemd.start) quiet systemctl reset-failed -- \"$unit\" ${socket:+\"$socket\"}\n"                      \
    "    if [ -n \"$socket\" ] && ! active \"$socket\"; then\n"                                                \
    "      case $(systemctl is-active -- \"$unit\") in inactive|failed) ;; *) change stop \"$unit\";; esac\n"  \
    "      change start \"$socket\"; fi\n"                                                                     \
    "    active \"$unit\" || change start \"$unit\"; if active \"$unit\"; then echo start; fi;;\n"             \
    "  sysv.stop) if quiet service \"$unit\" stop && ! quiet service \"$unit\" status; then echo stop; fi;;\n" \
    "  sysv.restart) quiet service \"$unit\" restart; if quiet service \"$unit\" status; then echo restart; fi;;\n" \
    "  sysv.start) quiet service \"$unit\" status || quiet service \"$unit\" start\n"                          \
    "    if quiet service \"$unit\" status; then echo start; fi;;\n"                                           \
    "esac\n"

/* ssh.c */
struct host *ssh_open(const struct host_where *where, const struct host_asker *asker, struct err *err);

/* host.c: tells host->log about a command. */
void host_log(struct host *host, const char *const *argv);

/* sudo.c */
/* The words of argv behind sudo; free the array only. */
const char **sudo_words(const struct host *host, const char *const *argv);
/* What goes before the command's own input, of which there will be `more` bytes. `to` is empty; wipe it after use. */
void sudo_lines(const struct host *host, size_t more, struct buf *to);

/* bridge.c: a tunnel at whose far end root connects */
const char *bridge_tunnel(struct host *host, const char *path, struct err *err);

/* tunnel.c: a Unix socket in a private folder; each connection to it is served by a thread of its own. */
/* Carries the bytes of one accepted connection until either side ends or stop_fd is readable. Does not close fd.
 * `context` is shared by the threads of a tunnel: read only. */
typedef void tunnel_serve(void *context, const struct tunnel_target *target, int fd, int stop_fd);
struct tunnel;
struct tunnels {
    struct tunnel *first;
};
/* A path that needs no tunnel, kept like one. */
const char *tunnel_direct(struct tunnels *tunnels, const char *path);
/* The path of the tunnel to this target, NULL when there is none yet. */
const char *tunnel_known(const struct tunnels *tunnels, const struct tunnel_target *target);
/* A new one; the target is copied. `context` passes to the tunnel, which frees it with `release`, in any case. */
const char *tunnel_to(struct tunnels *tunnels, const struct tunnel_target *target, tunnel_serve *serve, void *context,
                      void (*release)(void *), struct err *err);
void tunnels_close(struct tunnels *tunnels);

#endif
