/* host.h - a machine on which commands run: this one, or one reached over SSH.
 *
 *     struct host *host = host_open(&where, &asker, err);      local when where.host is "local"
 *     host_script(host, &out, err, "cat -- \"$1\"", path, NULL);
 *     host_close(host);
 *
 * Commands are fixed scripts; values travel as quoted arguments ($1, $2, ...) or on standard input, never pasted into
 * the script. With where.sudo the whole command runs under sudo: any command, or where sudo allows that only, those of
 * the gate's list (host/gate.h). A script's first line tells what its arguments may be: "#: run leaf". One host belongs to one thread; host_clone() opens a
 * second session to the same machine, in the same way, for another thread. All waits end at their time-out, and at once
 * when the cancel descriptor becomes readable (ERR_CANCELLED).
 */
#ifndef DUALSERVER_HOST_HOST_H
#define DUALSERVER_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

struct host;

/* How a host is reached. Strings are borrowed for the call to host_open() only (it copies what it keeps). */
struct host_where {
    const char *label;       /* "master", "slave": for messages */
    const char *host;        /* as ssh takes it, or "local" */
    int port;                /* 0: what `ssh -G` names */
    const char *user;        /* NULL: what `ssh -G` names */
    const char *identity;    /* key file; NULL: agent, then what `ssh -G` names */
    const char *known_hosts; /* NULL: what `ssh -G` names */
    const struct secret *password; /* from ssh_password_file; NULL: ask when it comes to that */
    bool sudo;
    const struct secret *sudo_password; /* NULL: sudo -n */
    int cancel_fd;           /* readable: stop waiting; -1: none */
};

/* Questions that may come up while a session opens. Each returns 0 with an answer, -1 (err set) when there is none. */
struct host_asker {
    void *context;
    /* A host key that known_hosts does not list: show the fingerprint, let a person decide. NULL: refuse. */
    int (*host_key)(void *context, const char *host, const char *type, const char *sha256, struct err *err);
    /* A password, a key's passphrase or one keyboard-interactive prompt. NULL: none. */
    struct secret *(*secret)(void *context, const char *prompt, struct err *err);
};

/* One command. Fill argv (NULL-terminated), optionally the rest; read status, out and errout afterwards. */
struct run {
    const char *const *argv;
    const char *input;       /* standard input; NULL: empty */
    size_t input_len;
    unsigned timeout_ms;     /* of silence; 0: 60 s */
    struct buf *out;         /* NULL: thrown away */
    struct buf *errout;      /* NULL: kept inside for the error message only */
    size_t out_limit;        /* 0: 64 MiB; more output than that is ERR_DATA */
    int status;              /* exit status; 128+N when ended by signal N */
};

/* A command with its standard input and output in the caller's hand. Drivers embed this as their first member. A command
 * that writes while it is being fed must be read in turn: 4 MiB of its output are kept meanwhile. A read, a write or the
 * end may take 10 minutes of silence. */
struct stream {
    struct host *host;
};

/* Where a tunnel leads. Borrowed for the call. */
struct tunnel_target {
    const char *path;          /* a Unix socket, or NULL: */
    const char *address;       /* a TCP port */
    int port;
    const char *const *bridge; /* a command that leads its input and output to the path; NULL: the driver connects */
    const char *preface;       /* what that command is fed first; secret */
    size_t preface_len;
};

/* The driver table: what the local and the ssh driver, and the tests' faulty one, provide. argv is complete (sudo is in
 * it). */
struct host_ops {
    const char *name;
    int (*run)(struct host *host, struct run *run, struct err *err);
    struct stream *(*stream)(struct host *host, const char *const *argv, struct err *err);
    ssize_t (*read)(struct stream *stream, void *bytes, size_t size, struct err *err);
    int (*write)(struct stream *stream, const void *bytes, size_t len, struct err *err);
    int (*end_input)(struct stream *stream, struct err *err);
    int (*finish)(struct stream *stream, int *status, struct buf *errout, struct err *err);
    void (*abandon)(struct stream *stream);
    /* A connection from this machine to what the target says, as seen from the host: returns the path of a local Unix
     * socket that leads there until the host is closed; owned by the host. */
    const char *(*tunnel)(struct host *host, const struct tunnel_target *target, struct err *err);
    struct host *(*clone)(struct host *host, struct err *err);
    const char *(*fingerprint)(const struct host *host); /* NULL: the driver has none */
    void (*close)(struct host *host);
};

/* Drivers embed this as their first member. */
struct host {
    const struct host_ops *ops;
    char *label;   /* "master" */
    char *name;    /* as in the answers: db1.example.com */
    int cancel_fd;
    bool sudo;
    bool gate;     /* sudo leads to the gate only (host/gate.h) */
    struct secret *sudo_password; /* owned; NULL: sudo -n. sudo.c puts sudo in front, the drivers never see it */
    const char *bridge; /* script that leads sudo's root to a Unix socket; NULL: not looked for yet */
    /* called with every command that is run, made printable, values included, input excluded; NULL: none */
    void (*log)(void *context, const struct host *host, const char *command);
    void *log_context;
};

struct host *host_open(const struct host_where *where, const struct host_asker *asker, struct err *err);
struct host *host_clone(struct host *host, struct err *err); /* asks nothing: reuses what opened the first; log is NULL */
void host_close(struct host *host);                          /* NULL is legal */
const char *host_name(const struct host *host);
const char *host_label(const struct host *host);
bool host_is_local(const struct host *host);
/* SHA256:... of the host key that was verified; NULL for local. Borrowed. */
const char *host_fingerprint(const struct host *host);

bool host_gated(const struct host *host); /* its root commands go through the gate */
/* When a command ended with that status because the gate refused it, the hint says what helps. Returns -1. */
int host_hint_gate(const struct host *host, int status, struct err *err);
/* 0 when the command ran and ended, whatever its status. */
int host_run(struct host *host, struct run *run, struct err *err);
/* 0 only when it ended with status 0; else the error holds the first line it wrote to standard error. */
int host_run_ok(struct host *host, struct run *run, struct err *err);
/* The script itself, entered in the list of all scripts (host/gate.h). Only a fixed text can be: anything else does not compile.
 * host_script() and host_script_with() do it by themselves; an argv with a script in it needs it. Volatile, or a compiler that
 * knows the value would leave the entry out. */
#define HOST_SCRIPT(script)                                                                                            \
    (__extension__({                                                                                                   \
        static const char *const volatile listed_script __attribute__((used, section("host_scripts"))) = (script);     \
        listed_script;                                                                                                 \
    }))
/* `sh -c SCRIPT dualserver ARG...`, NULL after the last argument; must end with status 0. out may be NULL. Scripts run
 * with LC_ALL=C and the sbin folders in PATH. What a script leaves running must not keep its standard output or error. */
int host_script(struct host *host, struct buf *out, struct err *err, const char *script, ...)
    __attribute__((sentinel));
/* The same with standard input, a time-out (0: default) and the exit status handed back (NULL: must be 0). */
int host_script_with(struct host *host, const char *input, size_t input_len, unsigned timeout_ms, int *status,
                     struct buf *out, struct err *err, const char *script, ...) __attribute__((sentinel));
#define host_script(host, out, err, script, ...) (host_script)(host, out, err, HOST_SCRIPT(script), __VA_ARGS__)
#define host_script_with(host, input, input_len, timeout_ms, status, out, err, script, ...)                            \
    (host_script_with)(host, input, input_len, timeout_ms, status, out, err, HOST_SCRIPT(script), __VA_ARGS__)

struct stream *host_stream(struct host *host, const char *const *argv, struct err *err);
ssize_t stream_read(struct stream *stream, void *bytes, size_t size, struct err *err); /* 0: end of output */
int stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err); /* all of it, or -1 */
/* No more input: the command sees its end; reading goes on. Repeatable. */
int stream_end_input(struct stream *stream, struct err *err);
/* Ends its input, waits for its end. Frees the stream. errout may be NULL. */
int stream_finish(struct stream *stream, int *status, struct buf *errout, struct err *err);
void stream_abandon(struct stream *stream); /* kills and frees; NULL is legal */

/* The path of a Unix socket on this machine that leads to the Unix socket `path`, or to address and port, as seen from the
 * host; with sudo it is root who connects to `path`. Borrowed until the host is closed. */
const char *host_tunnel(struct host *host, const char *path, const char *address, int port, struct err *err);

#endif
