/* Hosts: each that is opened gets a table of this file's own, which counts and hands on to the driver's. */
#include "faulty.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/quote.h"
#include "host/host.h"
#include "host/shown.h"

#define LABEL 110

struct host *__real_host_open(const struct host_where *where, const struct host_asker *asker, struct err *err);
struct host *__wrap_host_open(const struct host_where *where, const struct host_asker *asker, struct err *err);

struct faulty {
    struct host_ops ops;
    const struct host_ops *real;
};

struct faulty_stream {
    struct stream stream;
    struct stream *real;         /* NULL: the command is dead */
    const struct fault *dead_by; /* what it then ends with */
    char label[LABEL];
    unsigned generation;
    unsigned long reads, writes;
    bool counted;
};

static const struct host_ops faulty_ops;

static const struct host_ops *real_of(const struct host *host)
{
    return ((const struct faulty *)(const void *)host->ops)->real;
}

static enum side side_of(const struct host *host)
{
    return strcmp(host->label, "slave") == 0 ? SIDE_SLAVE : SIDE_MASTER;
}

static struct host *make_faulty(struct host *host, const struct host_ops *real)
{
    struct faulty *faulty = mem_alloc(sizeof *faulty);
    *faulty = (struct faulty){ .ops = faulty_ops, .real = real };
    if (real->fingerprint == NULL)
        faulty->ops.fingerprint = NULL;
    host->ops = &faulty->ops;
    return host;
}

static void label_of(const char *const *argv, char label[LABEL])
{
    struct buf shown = BUF_INIT, printable = BUF_INIT;
    show_command(&shown, argv);
    quote_printable(&printable, buf_str(&shown), shown.len, 0);
    (void)snprintf(label, LABEL, "%s", buf_str(&printable));
    buf_free(&shown);
    buf_free(&printable);
}

/* What a command says that was not let do its work. */
static void say(const struct fault *fault, struct buf *errout)
{
    if (errout != NULL)
        buf_addf(errout, "%s\n", fault->said);
}

/* The script up to a line in its middle: whole commands of it are done. */
static char *half_of(const char *script)
{
    size_t len = strlen(script) / 2;
    while (script[len] != '\0' && script[len] != '\n')
        len++;
    return mem_dup_n(script, len);
}

static int run_half(struct host *host, struct run *run, struct err *err)
{
    const char **argv = NULL;
    char *half = NULL;
    size_t count = 0;
    for (; run->argv[count] != NULL; count++) {
        argv = mem_grow(argv, count + 2, sizeof *argv);
        argv[count] = run->argv[count];
        if (half == NULL && count > 0 && strcmp(argv[count - 1], "-c") == 0)
            argv[count] = half = half_of(argv[count]);
        argv[count + 1] = NULL;
    }
    struct run part = *run;
    part.argv = argv;
    const int rc = half != NULL ? real_of(host)->run(host, &part, err) : 0;
    free(argv);
    free(half);
    return rc;
}

static int run_with_status(struct host *host, struct run *run, const struct fault *fault, struct err *err)
{
    int rc = fault->moment == AFTER    ? real_of(host)->run(host, run, err)
             : fault->moment == DURING ? run_half(host, run, err)
                                       : 0;
    run->status = fault->status;
    say(fault, run->errout);
    return rc;
}

static int faulty_run(struct host *host, struct run *run, struct err *err)
{
    char label[LABEL];
    label_of(run->argv, label);
    if (fault_gone(side_of(host), CALL_RUN, host->name, err) != 0)
        return -1;
    const struct fault *fault = fault_at(side_of(host), CALL_RUN, label);
    fault_act(fault, BEFORE);
    if (fault != NULL && fault->effect == EFFECT_STATUS)
        return run_with_status(host, run, fault, err);
    const bool fails = fault != NULL && fault->effect != EFFECT_PAUSE;
    if (fails && fault->moment == BEFORE)
        return fault_fail(fault, side_of(host), host->name, err);
    int rc = real_of(host)->run(host, run, err);
    fault_act(fault, AFTER);
    return fails ? fault_fail(fault, side_of(host), host->name, err) : rc;
}

static struct faulty_stream *make_stream(struct host *host, struct stream *real, const char *label)
{
    struct faulty_stream *made = mem_alloc(sizeof *made);
    *made = (struct faulty_stream){ .stream = { .host = host }, .real = real, .generation = fault_generation(side_of(host)) };
    (void)snprintf(made->label, sizeof made->label, "%s", label);
    made->counted = strstr(label, "keep the lock") == NULL;
    return made;
}

static struct stream *faulty_open_stream(struct host *host, const char *const *argv, struct err *err)
{
    char label[LABEL];
    label_of(argv, label);
    if (fault_gone(side_of(host), CALL_STREAM, host->name, err) != 0)
        return NULL;
    struct faulty_stream *made = make_stream(host, NULL, label);
    const struct fault *fault = made->counted ? fault_at(side_of(host), CALL_STREAM, label) : NULL;
    const bool dead = fault != NULL && fault->effect == EFFECT_STATUS;
    const bool fails = fault != NULL && !dead && fault->effect != EFFECT_PAUSE;
    fault_act(fault, BEFORE);
    made->dead_by = dead ? fault : NULL;
    if (!dead && !(fails && fault->moment == BEFORE) && (made->real = real_of(host)->stream(host, argv, err)) == NULL) {
        free(made);
        return NULL;
    }
    fault_act(fault, AFTER);
    if (fails) {
        (void)fault_fail(fault, side_of(host), host->name, err);
        if (made->real != NULL)
            real_of(host)->abandon(made->real);
        free(made);
        return NULL;
    }
    return &made->stream;
}

static void let_die(struct faulty_stream *stream, const struct fault *by)
{
    if (stream->real != NULL)
        real_of(stream->stream.host)->abandon(stream->real);
    stream->real = NULL;
    stream->dead_by = by;
}

/* The first bytes, and now and then later ones, are calls: 1, 8, 64, ... */
static bool is_call(const struct faulty_stream *stream, unsigned long number)
{
    while (number % 8 == 0 && number > 0)
        number /= 8;
    return stream->counted && number == 1;
}

static bool is_broken(struct faulty_stream *stream, enum what what, struct err *err)
{
    struct host *host = stream->stream.host;
    if (fault_gone(side_of(host), what, host->name, err) != 0)
        return true;
    if (stream->generation == fault_generation(side_of(host)))
        return false;
    (void)err_set(err, ERR_CONNECT, "the connection to %s was lost", host->name);
    return true;
}

/* -1: it failed. *fault is set when the call is to take place first. */
static int begin_transfer(struct faulty_stream *stream, enum what what, unsigned long number, const struct fault **fault, struct err *err)
{
    struct host *host = stream->stream.host;
    *fault = NULL;
    if (is_broken(stream, what, err))
        return -1;
    if (stream->real == NULL || !is_call(stream, number))
        return 0;
    *fault = fault_at(side_of(host), what, stream->label);
    fault_act(*fault, BEFORE);
    if (*fault == NULL || (*fault)->effect == EFFECT_KILL || (*fault)->effect == EFFECT_PAUSE)
        return 0;
    if ((*fault)->effect == EFFECT_STATUS) {
        let_die(stream, *fault);
        *fault = NULL;
        return 0;
    }
    return (*fault)->moment == BEFORE ? fault_fail(*fault, side_of(host), host->name, err) : 0;
}

static int end_transfer(struct faulty_stream *stream, const struct fault *fault, struct err *err)
{
    const struct host *host = stream->stream.host;
    fault_act(fault, AFTER);
    if (fault == NULL || fault->effect == EFFECT_KILL || fault->effect == EFFECT_PAUSE)
        return 0;
    return fault_fail(fault, side_of(host), host->name, err);
}

static ssize_t faulty_read(struct stream *stream, void *bytes, size_t size, struct err *err)
{
    struct faulty_stream *mine = (struct faulty_stream *)stream;
    const struct fault *fault;
    if (begin_transfer(mine, CALL_READ, ++mine->reads, &fault, err) != 0)
        return -1;
    const ssize_t got = mine->real != NULL ? real_of(stream->host)->read(mine->real, bytes, size, err) : 0;
    return end_transfer(mine, fault, err) != 0 ? -1 : got;
}

static int faulty_write(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
    struct faulty_stream *mine = (struct faulty_stream *)stream;
    const struct fault *fault;
    if (begin_transfer(mine, CALL_WRITE, ++mine->writes, &fault, err) != 0)
        return -1;
    if (mine->real == NULL)
        return err_set(err, ERR_COMMAND, "the command on %s ended before it took all of its input: %s", stream->host->name,
                       mine->dead_by->said);
    const int rc = real_of(stream->host)->write(mine->real, bytes, len, err);
    return end_transfer(mine, fault, err) != 0 ? -1 : rc;
}

static int faulty_end_input(struct stream *stream, struct err *err)
{
    struct faulty_stream *mine = (struct faulty_stream *)stream;
    if (is_broken(mine, CALL_WRITE, err))
        return -1;
    return mine->real != NULL ? real_of(stream->host)->end_input(mine->real, err) : 0;
}

static void faulty_abandon(struct stream *stream)
{
    let_die((struct faulty_stream *)stream, NULL);
    free(stream);
}

static int faulty_finish(struct stream *stream, int *status, struct buf *errout, struct err *err)
{
    struct faulty_stream *mine = (struct faulty_stream *)stream;
    struct host *host = stream->host;
    const struct fault *fault = NULL;
    int rc = 0;
    if (is_broken(mine, CALL_FINISH, err) || begin_transfer(mine, CALL_FINISH, 1, &fault, err) != 0) {
        faulty_abandon(stream);
        return -1;
    }
    if (mine->real == NULL) {
        if (status != NULL)
            *status = mine->dead_by->status;
        say(mine->dead_by, errout);
    } else {
        rc = real_of(host)->finish(mine->real, status, errout, err);
    }
    if (end_transfer(mine, fault, err) != 0)
        rc = -1;
    free(mine);
    return rc;
}

static const char *faulty_tunnel(struct host *host, const struct tunnel_target *target, struct err *err)
{
    if (fault_gone(side_of(host), CALL_TUNNEL, host->name, err) != 0)
        return NULL;
    const struct fault *fault = fault_at(side_of(host), CALL_TUNNEL, target->path != NULL ? target->path : "tcp");
    fault_act(fault, BEFORE);
    if (fault != NULL && (fault->effect == EFFECT_STATUS || fault->effect == EFFECT_STALL)) {
        (void)err_set(err, ERR_CONNECT, "%s: %s", host->name, fault->said != NULL ? fault->said : "nothing came");
        return NULL;
    }
    if (fault != NULL && fault->effect != EFFECT_PAUSE && fault->effect != EFFECT_KILL) {
        (void)fault_fail(fault, side_of(host), host->name, err);
        return NULL;
    }
    const char *path = real_of(host)->tunnel(host, target, err);
    fault_act(fault, AFTER);
    if (path != NULL)
        fault_tunnel(path, side_of(host));
    return path;
}

static const char *faulty_fingerprint(const struct host *host)
{
    return real_of(host)->fingerprint(host);
}

/* A session that opens: 0 when it may; what is no error of sessions is none of theirs. */
static int begin_session(enum side side, enum what what, const char *name, const struct fault **fault, struct err *err)
{
    if (fault_gone(side, what, name, err) != 0)
        return -1;
    *fault = fault_at(side, what, name);
    fault_act(*fault, BEFORE);
    if (*fault == NULL || (*fault)->effect == EFFECT_KILL || (*fault)->effect == EFFECT_PAUSE)
        return 0;
    return (*fault)->effect == EFFECT_STATUS ? err_set(err, ERR_CONNECT, "%s: %s", name, (*fault)->said)
                                             : fault_fail(*fault, side, name, err);
}

static struct host *faulty_clone(struct host *host, struct err *err)
{
    const struct fault *fault;
    if (begin_session(side_of(host), CALL_CLONE, host->name, &fault, err) != 0)
        return NULL;
    struct host *clone = real_of(host)->clone(host, err);
    fault_act(fault, AFTER);
    return clone != NULL ? make_faulty(clone, real_of(host)) : NULL;
}

struct host *__wrap_host_open(const struct host_where *where, const struct host_asker *asker, struct err *err)
{
    const struct fault *fault;
    const enum side side = where->label != NULL && strcmp(where->label, "slave") == 0 ? SIDE_SLAVE : SIDE_MASTER;
    if (begin_session(side, CALL_OPEN, where->host, &fault, err) != 0)
        return NULL;
    struct host *host = __real_host_open(where, asker, err);
    fault_act(fault, AFTER);
    return host != NULL ? make_faulty(host, host->ops) : NULL;
}

static void faulty_close(struct host *host)
{
    struct faulty *faulty = (struct faulty *)(void *)(uintptr_t)host->ops;
    host->ops = faulty->real;
    faulty->real->close(host);
    free(faulty);
}

static const struct host_ops faulty_ops = {
    .name = "faulty", .run = faulty_run, .stream = faulty_open_stream, .read = faulty_read, .write = faulty_write,
    .end_input = faulty_end_input, .finish = faulty_finish, .abandon = faulty_abandon, .tunnel = faulty_tunnel,
    .clone = faulty_clone, .fingerprint = faulty_fingerprint, .close = faulty_close,
};
