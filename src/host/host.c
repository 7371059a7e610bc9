#include "host/host.h"
#include "host/shown.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "driver.h"
#include "host/gate.h"

/* An ordinary user may ask this. */
static bool has_gate(struct host *host)
{
    const char *const argv[] = { "test", "-x", GATE_PATH, NULL };
    struct run run = { .argv = argv };
    struct err ignored = ERR_INIT;

    return host->ops->run(host, &run, &ignored) == 0 && run.status == 0;
}

static int who_is_root(struct host *host, struct buf *out, struct err *err)
{
    return host_script(host, out, err, "#:\nid -u", NULL);
}

static int sudo_fails(const struct host *host, struct err *err)
{
    if (err == NULL || err->code != ERR_COMMAND)
        return -1;
    err->code = ERR_AUTH;
    err_wrap(err, "sudo does not work on %s", host->name);
    if (host->gate)
        return err_hint(err, "the gate and its rule are what `setup --plan` prints for somebody with full sudo: they belong to one "
                             "version of this program and one plan");
    return err_hint(err, host->sudo_password != NULL ? "check the password in sudo_password_file"
                                                     : "give sudo_password_file, or allow it with NOPASSWD");
}

/* A wrong sudo set-up is found here and not in the middle of the fourth step. Where sudo refuses a shell it may allow the gate. */
static int check_sudo(struct host *host, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = who_is_root(host, &out, err);

    if (rc != 0 && err != NULL && err->code == ERR_COMMAND && has_gate(host)) {
        host->gate = true;
        *err = (struct err)ERR_INIT;
        buf_clear(&out);
        rc = who_is_root(host, &out, err);
    }
    buf_trim(&out);
    if (rc != 0) {
        sudo_fails(host, err);
    } else if (strcmp(buf_str(&out), "0") != 0) {
        rc = err_set(err, ERR_AUTH, "sudo on %s does not lead to root", host->name);
    }
    buf_free(&out);
    return rc;
}

struct host *host_open(const struct host_where *where, const struct host_asker *asker, struct err *err)
{
    struct host *host;

    if (strcmp(where->host, "local") == 0)
        host = local_open(where);
    else
        host = ssh_open(where, asker, err);
    if (host != NULL && host->sudo && check_sudo(host, err) != 0) {
        host_close(host);
        return NULL;
    }
    return host;
}

struct host *host_clone(struct host *host, struct err *err)
{
    return host->ops->clone(host, err);
}

void host_close(struct host *host)
{
    if (host != NULL)
        host->ops->close(host);
}

const char *host_name(const struct host *host)
{
    return host->name;
}

const char *host_label(const struct host *host)
{
    return host->label;
}

bool host_gated(const struct host *host)
{
    return host->gate;
}

bool host_is_local(const struct host *host)
{
    return strcmp(host->name, "local") == 0;
}

const char *host_fingerprint(const struct host *host)
{
    return host->ops->fingerprint != NULL ? host->ops->fingerprint(host) : NULL;
}

void host_log(struct host *host, const char *const *argv)
{
    struct buf line = BUF_INIT, printable = BUF_INIT;

    if (host->log == NULL)
        return;
    if (host->sudo)
        buf_adds(&line, "sudo ");
    show_command(&line, argv);
    quote_printable(&printable, buf_str(&line), line.len, 0);
    host->log(host->log_context, host, buf_str(&printable));
    buf_free(&line);
    buf_free(&printable);
}

int host_run(struct host *host, struct run *run, struct err *err)
{
    struct run inner = *run;
    struct buf input = BUF_INIT;
    const char **words = NULL;
    int rc;

    host_log(host, run->argv);
    if (host->sudo) {
        words = sudo_words(host, run->argv);
        inner.argv = words;
    }
    if (host->sudo && host->sudo_password != NULL) {
        sudo_lines(host, run->input_len, &input);
        buf_add(&input, run->input, run->input_len);
        inner.input = input.data;
        inner.input_len = input.len;
    }
    rc = host->ops->run(host, &inner, err);
    run->status = inner.status;
    buf_wipe(&input);
    free(words);
    return rc;
}

/* The first line of what the command complained about, made printable. */
static void first_line(struct buf *to, const struct buf *errout)
{
    const char *text = buf_str(errout);

    text += strspn(text, " \t\r\n");
    quote_printable(to, text, strcspn(text, "\r\n"), 0);
}

int host_hint_gate(const struct host *host, int status, struct err *err)
{
    return !host->gate || status != GATE_REFUSED
               ? -1
               : err_hint(err, "the gate on %.100s does not let that through: it needs a login with full sudo there, or the gate as "
                               "`setup --plan` prints it for these answers", host->name);
}

static int command_failed(struct host *host, const struct run *run, const struct buf *errout, struct err *err)
{
    struct buf line = BUF_INIT;

    first_line(&line, errout);
    if (line.len > 0)
        err_set_detail(err, ERR_COMMAND, run->status, "%s: %.400s", host->name, buf_str(&line));
    else
        err_set_detail(err, ERR_COMMAND, run->status, "%s: %.200s ended with status %d", host->name,
                       run->argv[0], run->status);
    buf_free(&line);
    return host_hint_gate(host, run->status, err);
}

int host_run_ok(struct host *host, struct run *run, struct err *err)
{
    struct buf mine = BUF_INIT, *theirs = run->errout;
    int rc;

    if (theirs == NULL)
        run->errout = &mine;
    rc = host_run(host, run, err);
    if (rc == 0 && run->status != 0)
        rc = command_failed(host, run, run->errout, err);
    run->errout = theirs;
    buf_free(&mine);
    return rc;
}

/* In front of every script: messages that can be parsed, and the folders of the system's tools, which a login that is
 * not interactive often lacks. */
static const char prologue[] = "LC_ALL=C PATH=\"${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin\"; "
                               "export LC_ALL PATH\n";

static int run_script(struct host *host, struct run *run, int *status, struct err *err, const char *script,
                      va_list args)
{
    char *text = mem_printf("%s%s", host->gate ? "" : prologue, script); /* the gate sets both, and knows the script as it is */
    size_t count = 4;
    const char **argv = mem_grow(NULL, count + 1, sizeof *argv);
    int rc;

    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = text;
    argv[3] = "dualserver";
    for (const char *arg; (arg = va_arg(args, const char *)) != NULL;) {
        argv[count++] = arg;
        argv = mem_grow(argv, count + 1, sizeof *argv);
    }
    argv[count] = NULL;
    run->argv = argv;
    if (status == NULL) {
        rc = host_run_ok(host, run, err);
    } else {
        rc = host_run(host, run, err);
        *status = run->status;
    }
    free(argv);
    free(text);
    return rc;
}

int (host_script)(struct host *host, struct buf *out, struct err *err, const char *script, ...)
{
    struct run run = { .out = out };
    va_list args;
    int rc;

    va_start(args, script);
    rc = run_script(host, &run, NULL, err, script, args);
    va_end(args);
    return rc;
}

int (host_script_with)(struct host *host, const char *input, size_t input_len, unsigned timeout_ms, int *status,
                     struct buf *out, struct err *err, const char *script, ...)
{
    struct run run = { .input = input, .input_len = input_len, .timeout_ms = timeout_ms, .out = out };
    va_list args;
    int rc;

    va_start(args, script);
    rc = run_script(host, &run, status, err, script, args);
    va_end(args);
    return rc;
}

struct stream *host_stream(struct host *host, const char *const *argv, struct err *err)
{
    const char **words = host->sudo ? sudo_words(host, argv) : NULL;
    struct stream *stream;

    host_log(host, argv);
    stream = host->ops->stream(host, words != NULL ? words : argv, err);
    free(words);
    if (stream != NULL && host->sudo && host->sudo_password != NULL) {
        struct buf lines = BUF_INIT;

        sudo_lines(host, 0, &lines);
        if (host->ops->write(stream, lines.data, lines.len, err) != 0) {
            host->ops->abandon(stream);
            stream = NULL;
        }
        buf_wipe(&lines);
    }
    return stream;
}

ssize_t stream_read(struct stream *stream, void *bytes, size_t size, struct err *err)
{
    return stream->host->ops->read(stream, bytes, size, err);
}

int stream_write(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
    return stream->host->ops->write(stream, bytes, len, err);
}

int stream_end_input(struct stream *stream, struct err *err)
{
    return stream->host->ops->end_input(stream, err);
}

int stream_finish(struct stream *stream, int *status, struct buf *errout, struct err *err)
{
    return stream->host->ops->finish(stream, status, errout, err);
}

void stream_abandon(struct stream *stream)
{
    if (stream != NULL)
        stream->host->ops->abandon(stream);
}

const char *host_tunnel(struct host *host, const char *path, const char *address, int port, struct err *err)
{
    if (path != NULL && host->sudo)
        return bridge_tunnel(host, path, err);
    return host->ops->tunnel(host, &(struct tunnel_target){ .path = path, .address = address, .port = port }, err);
}
