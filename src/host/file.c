#include "host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

int file_stat(struct host *host, const char *path, struct file_stat *stat, struct err *err)
{
    static const char script[] = "#: file\n# stat $1\n"
                                 "if [ ! -e \"$1\" ] && [ ! -h \"$1\" ]; then echo none; else\n"
                                 "stat -L -c '%a %s %U %G' -- \"$1\"; fi";
    struct buf out = BUF_INIT;
    int rc = host_script(host, &out, err, script, path, NULL);

    *stat = (struct file_stat){ .exists = false };
    buf_trim(&out);
    if (rc == 0 && strcmp(buf_str(&out), "none") != 0) {
        if (sscanf(buf_str(&out), "%o %llu %63s %63s", &stat->mode, &stat->size, stat->owner, stat->group) == 4)
            stat->exists = true;
        else
            rc = err_set(err, ERR_DATA, "cannot understand what stat says about %.200s on %s", path, host_name(host));
    }
    buf_free(&out);
    return rc;
}

int file_read(struct host *host, const char *path, struct buf *content, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(host, &out, err, "#: file\ncat -- \"$1\"", path, NULL);

    if (rc == 0)
        buf_add(content, buf_str(&out), out.len);
    buf_wipe(&out); /* option files hold passwords */
    return rc;
}

/* $1 path, $2 length of the new content, $3 length of the expected content or "-", $4 backup or "". Standard input: the
 * new content, then the expected one. The exit statuses are explained in `refusals`. */
static const char replace_script[] =
    "#: file word word file? <lines\n# write $1\n"
    "set -eu; umask 077\n"
    "path=$1 len=$2 want=$3 backup=$4 new= old= made=\n"
    "clean() { rm -f -- ${new:+\"$new\"} ${old:+\"$old\"} ${made:+\"$made\"}; }\n"
    "trap clean EXIT; trap 'exit 99' HUP INT TERM PIPE\n"
    "if [ -h \"$path\" ]; then path=$(readlink -f -- \"$path\"); fi\n"
    "dir=$(dirname -- \"$path\")\n"
    "new=$(mktemp -- \"$dir/.dualserver-XXXXXXXX\"); old=$(mktemp -- \"$dir/.dualserver-XXXXXXXX\")\n"
    "head -c \"$len\" >\"$new\"; cat >\"$old\"\n"
    "[ \"$(stat -c %s -- \"$new\")\" = \"$len\" ] || exit 94\n"
    "[ \"$want\" = - ] || [ \"$(stat -c %s -- \"$old\")\" = \"$want\" ] || exit 94\n"
    "same() { [ \"$want\" = - ] || { [ -f \"$path\" ] && cmp -s -- \"$old\" \"$path\"; }; }\n"
    "same || exit 91\n"
    "if [ -e \"$path\" ]; then\n"
    "  [ -f \"$path\" ] || exit 93\n"
    "  if [ -n \"$backup\" ]; then\n"
    "    if [ -e \"$backup\" ] || [ -h \"$backup\" ]; then exit 92; fi\n"
    "    made=$backup; cp -p -- \"$path\" \"$backup\"; sync -- \"$backup\"\n"
    "  fi\n"
    "  chown --reference=\"$path\" -- \"$new\"; chmod --reference=\"$path\" -- \"$new\"\n"
    "  chcon --reference=\"$path\" -- \"$new\" 2>/dev/null || :\n"
    "else\n"
    "  chmod 0644 -- \"$new\"\n"
    "fi\n"
    "sync -- \"$new\"\n"
    "same || exit 91\n"
    "mv -f -T -- \"$new\" \"$path\"; new= made=\n"
    "sync -- \"$dir\"\n";

static const struct {
    int status;
    enum err_code code;
    const char *text, *hint;
} refusals[] = {
    { 91, ERR_WORLD, "somebody else has changed it meanwhile", "look at it, then plan again" },
    { 92, ERR_WORLD, "its backup would replace a file that is there", "move that file away" },
    { 93, ERR_WORLD, "it is not a regular file", "" },
    { 94, ERR_DATA, "its new content did not arrive whole", "" },
    { 99, ERR_COMMAND, "the command on the host was ended", "" },
};

static int refused(struct host *host, const char *path, int status, const struct buf *errout, struct err *err)
{
    struct buf line = BUF_INIT;

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (refusals[i].status == status) {
            err_set_detail(err, refusals[i].code, status, "%.200s on %s: %s", path, host_name(host), refusals[i].text);
            return err_hint(err, "%s", refusals[i].hint);
        }
    quote_printable(&line, buf_str(errout), strcspn(buf_str(errout), "\n"), 0);
    err_set_detail(err, ERR_COMMAND, status, "cannot write %.150s on %s: %.250s", path, host_name(host),
                   line.len > 0 ? buf_str(&line) : "no reason given");
    buf_free(&line);
    return host_hint_gate(host, status, err);
}

int file_replace(struct host *host, const char *path, const char *content, size_t len, const struct buf *expected,
                 const char *backup, struct err *err)
{
    size_t expected_len = expected != NULL ? expected->len : 0;
    char sizes[2][24] = { "-", "-" };
    const char *const argv[] = { "env", "LC_ALL=C", "sh", "-c", HOST_SCRIPT(replace_script), "dualserver",
                                 path, sizes[0], sizes[1], backup != NULL ? backup : "", NULL };
    struct buf input = { .cap = len + expected_len + 1 }, errout = BUF_INIT;
    struct run run = { .argv = argv, .errout = &errout };
    int rc;

    snprintf(sizes[0], sizeof sizes[0], "%zu", len);
    if (expected != NULL)
        snprintf(sizes[1], sizeof sizes[1], "%zu", expected_len);
    input.data = mem_grow(NULL, input.cap, 1);
    buf_add(&input, content, len);
    if (expected != NULL)
        buf_add(&input, buf_str(expected), expected_len);
    run.input = input.data;
    run.input_len = input.len;
    rc = host_run(host, &run, err);
    if (rc == 0 && run.status != 0)
        rc = refused(host, path, run.status, &errout, err);
    buf_wipe(&input);
    buf_free(&errout);
    return rc;
}

int file_remove(struct host *host, const char *path, struct err *err)
{
    return host_script(host, NULL, err, "#: file\n# rm $1\nrm -f -- \"$1\"; sync -- \"${1%/*}\"", path, NULL);
}
