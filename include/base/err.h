/* err.h - what went wrong, in words for a person.
 *
 * Every fallible call returns 0 or -1 (or a pointer or NULL) and, on failure, has filled the caller's
 * struct err. The lowest level sets it; each level above may add one phrase with err_wrap():
 *
 *     if (host_run(host, &run, err) != 0)
 *         return err_wrap(err, "cannot stop mysqld on %s", host_name(host));
 *
 * `text` says what happened, in lower case and without a full stop; `hint` what the user can do about it.
 * Neither ever holds a secret. Text from outside is passed through quote_printable() first.
 */
#ifndef DUALSERVER_BASE_ERR_H
#define DUALSERVER_BASE_ERR_H

enum err_code {
    ERR_NONE,
    ERR_USAGE,       /* wrong command line */
    ERR_ANSWERS,     /* wrong answers file: nothing was touched */
    ERR_REFUSED,     /* refused for safety: nothing was touched */
    ERR_CANCELLED,   /* the user said stop */
    ERR_SIGNAL,      /* ended by the signal in `detail` */
    ERR_IO,          /* this machine: file, pipe, socket; `detail` is errno */
    ERR_CONNECT,     /* a host or server does not answer */
    ERR_AUTH,        /* login refused */
    ERR_HOSTKEY,     /* host key unknown, changed or revoked */
    ERR_TIMEOUT,
    ERR_COMMAND,     /* a remote command failed; `detail` is its exit status */
    ERR_SQL,         /* `detail` is the server's error number */
    ERR_DATA,        /* what arrived is not what was sent, or cannot be understood */
    ERR_UNSUPPORTED, /* this server or host cannot do that */
    ERR_WORLD,       /* the world is not as the step needs it */
};

struct err {
    enum err_code code;
    int detail;
    char text[480];
    char hint[240];
};

#define ERR_INIT { .code = ERR_NONE }

/* All return -1, so that `return err_set(...)` reads well. A NULL err is legal and ignored. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int err_set_detail(struct err *err, enum err_code code, int detail, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int err_hint(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same where there is no hint yet. -1. */
int err_advise(struct err *err, const char *hint);
/* Puts a phrase in front: "PHRASE: text". Code, detail and hint stay. */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *err);

/* The exit code that CONTRACT gives to an error: 1 failed, 2 usage or answers, 4 refused, 128+N signal. */
int err_exit_code(const struct err *err);

#endif
