#include "ship/ship.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/quote.h"
#include "ship/line.h"
#include "ship/pump.h"
#include "ship/verify.h"

enum {
    PROGRESS_MS = 200,
    RATE_MS = 1000,                         /* the rate is that of the last second or so */
    FILE_ROOM = 8 * 1024,                   /* an inode and a half-used block */
    WORTH_MEASURING = 256 * 1024 * 1024,    /* measuring takes 32 MiB of the line */
    SECOND_SESSION_PAYS = 64 * 1024 * 1024, /* opening one costs about as much as hashing so many bytes */
};

/* Makes the folder and prints the room on its file system. */
static const char prepare_script[] =
    "#: in\n# make the folder $1\n"
    "LC_ALL=C; export LC_ALL; umask 077\n"
    "if [ -L \"$1\" ]; then echo \"$1 is a symbolic link\" >&2; exit 1; fi\n"
    "mkdir -p -- \"$1\" && chmod 0700 -- \"$1\" || exit 1\n"
    "if [ -n \"$(ls -A -- \"$1\")\" ]; then echo \"$1 is not empty\" >&2; exit 1; fi\n"
    "exec stat -f -c '%a %S' -- \"$1\"\n";

static const char zstd_script[] = "#:\n# is zstd there?\ncommand -v zstd >/dev/null 2>&1";

struct progress {
    struct ship *ship;
    uint64_t total, said_at, rate_at, rate_bytes, rate, windows;
};

static void tell(void *context, uint64_t done)
{
    struct progress *progress = context;
    struct ship *ship = progress->ship;
    uint64_t now = clock_ms();
    if (ship->progress == NULL || now - progress->said_at < PROGRESS_MS)
        return;
    progress->said_at = now;
    const uint64_t since = now - progress->rate_at;
    if (progress->windows == 0 || since >= RATE_MS) /* the first second has no rate yet but what it has seen so far */
        progress->rate = (done - progress->rate_bytes) * 1000 / (since + 1);
    if (since >= RATE_MS) {
        progress->windows++;
        progress->rate_at = now;
        progress->rate_bytes = done;
    }
    ship->progress(ship->context, done, progress->total, progress->rate);
}

static int prepare(struct ship *ship, const struct manifest *listed, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(ship->to, &out, err, prepare_script, ship->to_dir, NULL);
    if (rc == 0) {
        char *end;
        uint64_t blocks = strtoull(buf_str(&out), &end, 10), size = strtoull(end, NULL, 10);
        uint64_t need = listed->bytes + listed->count * FILE_ROOM;
        /* a file system that reports nothing has no such limit */
        if (size > 0 && blocks > 0 && blocks < need / size) {
            struct buf text = BUF_INIT;
            quote_size(&text, need);
            buf_adds(&text, " are needed, ");
            quote_size(&text, blocks * size);
            rc = err_set(err, ERR_WORLD, "%s on %s has too little room: %s are free", ship->to_dir,
                         host_name(ship->to), buf_str(&text));
            err_hint(err, "make room on %s, or choose a folder on another file system", host_name(ship->to));
            buf_free(&text);
        }
    }
    buf_free(&out);
    return rc == 0 ? 0 : err_wrap(err, "preparing %s on %s", ship->to_dir, host_name(ship->to));
}

static int has_zstd(struct host *host, bool *has, struct err *err)
{
    int status = 0;
    if (host_script_with(host, NULL, 0, 0, &status, NULL, err, zstd_script, NULL) != 0)
        return -1;
    *has = status == 0;
    return 0;
}

static int choose_compression(struct ship *ship, uint64_t bytes, struct pump *pump, struct err *err)
{
    bool from = false, to = false;
    if (ship->compress == COMPRESS_NEVER)
        return 0;
    if (has_zstd(ship->from, &from, err) != 0 || has_zstd(ship->to, &to, err) != 0)
        return -1;
    pump->compress = from && to;
    if (!pump->compress || ship->compress == COMPRESS_ALWAYS || bytes < WORTH_MEASURING)
        return 0;
    if (line_rate(pump->from, pump->to, &ship->line_rate, err) != 0)
        return -1;
    pump->compress = ship->line_rate < ZSTD_PAYS_BELOW;
    return 0;
}

static int pump_over(struct ship *ship, const struct manifest *listed, uint64_t folders, struct host *to,
                     struct err *err)
{
    uint64_t now = clock_ms();
    struct progress progress = {
        .ship = ship, .total = ship->total != 0 ? ship->total : listed->bytes, .said_at = now, .rate_at = now
    };
    struct pump pump = {
        .to = to,
        .from_dir = ship->from_dir,
        .to_dir = ship->to_dir,
        .max_files = listed->count,
        .max_bytes = listed->bytes,
        .cancel_fds = { ship->cancel_fd, ship->from->cancel_fd, ship->to->cancel_fd },
        .progress = tell,
        .context = &progress,
    };
    pump.from = host_clone(ship->from, err);
    int rc = pump.from == NULL ? -1 : choose_compression(ship, listed->bytes, &pump, err);
    if (rc == 0)
        rc = pump_run(&pump, err);
    host_close(pump.from);
    ship->manifest = pump.manifest;
    ship->file_bytes = pump.manifest.bytes;
    ship->wire_bytes = pump.wire_bytes;
    if (rc == 0 && manifest_compare_sizes(listed, &ship->manifest, err) != 0)
        rc = err_wrap(err, "%s did not send what it lists in %s", host_name(ship->from), ship->from_dir);
    if (rc == 0 && pump.folders != folders)
        rc = err_set(err, ERR_DATA, "%s sent %" PRIu64 " folders of %" PRIu64, host_name(ship->from), pump.folders,
                     folders);
    return rc;
}

/* What lies on the receiver's disk is what was sent. */
static int prove(struct ship *ship, uint64_t folders, struct host *second, struct err *err)
{
    struct manifest found = { .files = NULL };
    uint64_t found_folders = 0, start = clock_ms();
    int rc = verify_list(ship->to, ship->to_dir, &found, &found_folders, err);
    if (rc == 0)
        rc = manifest_compare_sizes(&ship->manifest, &found, err);
    if (rc == 0 && found_folders != folders)
        rc = err_set(err, ERR_DATA, "%" PRIu64 " folders of %" PRIu64 " are there", found_folders, folders);
    if (rc == 0)
        rc = verify_hash(ship->to, found.bytes < SECOND_SESSION_PAYS ? NULL : second, ship->to_dir, &found, err);
    if (rc == 0)
        rc = manifest_compare(&ship->manifest, &found, err);
    manifest_free(&found);
    ship->verify_ms = clock_ms() - start;
    return rc == 0 ? 0 : err_wrap(err, "%s on %s is not what was sent", ship->to_dir, host_name(ship->to));
}

int ship_run(struct ship *ship, struct err *err)
{
    uint64_t start = clock_ms(), folders = 0;
    struct manifest listed = { .files = NULL };
    struct host *to = NULL;
    int rc = -1;
    ship->manifest = (struct manifest){ .files = NULL };
    if (verify_list(ship->from, ship->from_dir, &listed, &folders, err) != 0)
        goto out;
    if (prepare(ship, &listed, err) != 0)
        goto out;
    to = host_clone(ship->to, err);
    if (to == NULL || pump_over(ship, &listed, folders, to, err) != 0 || prove(ship, folders, to, err) != 0)
        goto out;
    rc = 0;
out:
    host_close(to);
    manifest_free(&listed);
    if (rc != 0)
        manifest_free(&ship->manifest);
    ship->ms = clock_ms() - start;
    return rc;
}
