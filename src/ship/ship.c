#include "ship/ship.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/quote.h"
#include "ship/leftover.h"
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

/* Makes the folder, which must be empty when $2 says so, and prints the room on its file system. */
static const char prepare_script[] =
    "#: in word?\n# make the folder $1\n"
    "LC_ALL=C; export LC_ALL; umask 077\n"
    "if [ -L \"$1\" ]; then echo \"$1 is a symbolic link\" >&2; exit 1; fi\n"
    "mkdir -p -- \"$1\" && chmod 0700 -- \"$1\" || exit 1\n"
    "if [ \"$2\" = empty ] && [ -n \"$(ls -A -- \"$1\")\" ]; then echo \"$1 is not empty\" >&2; exit 1; fi\n"
    "exec stat -f -c '%a %S' -- \"$1\"\n";

static const char zstd_script[] = "#:\n# is zstd there?\ncommand -v zstd >/dev/null 2>&1";

/* What one ship is about, besides what its caller sees. */
struct job {
    struct ship *ship;
    struct host *from, *to;  /* clones, for the threads */
    struct manifest listed;  /* what the sender has */
    struct manifest rest;    /* of it, what goes as an archive */
    struct strings folders;
    struct leftover left;
    bool compress;
    uint64_t sent; /* bytes of file content that went before what goes now */
    uint64_t total, said_at, rate_at, rate_bytes, rate, windows;
};

static void tell(void *context, uint64_t done)
{
    struct job *job = context;
    struct ship *ship = job->ship;
    uint64_t now = clock_ms();
    if (ship->progress == NULL || now - job->said_at < PROGRESS_MS)
        return;
    done += job->sent;
    job->said_at = now;
    const uint64_t since = now - job->rate_at;
    if (job->windows == 0 || since >= RATE_MS) /* the first second has no rate yet but what it has seen so far */
        job->rate = (done - job->rate_bytes) * 1000 / (since + 1);
    if (since >= RATE_MS) {
        job->windows++;
        job->rate_at = now;
        job->rate_bytes = done;
    }
    ship->progress(ship->context, done, job->total, job->rate);
}

static int prepare(const struct job *job, struct err *err)
{
    const struct ship *ship = job->ship;
    struct buf out = BUF_INIT;
    int rc = host_script(ship->to, &out, err, prepare_script, ship->to_dir, ship->keep_from == 0 ? "empty" : "", NULL);
    if (rc == 0) {
        char *end;
        uint64_t blocks = strtoull(buf_str(&out), &end, 10), size = strtoull(end, NULL, 10);
        uint64_t need = job->total + job->rest.count * FILE_ROOM;
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

static int choose_compression(struct job *job, struct err *err)
{
    struct ship *ship = job->ship;
    bool from = false, to = false;
    if (ship->compress == COMPRESS_NEVER)
        return 0;
    if (has_zstd(ship->from, &from, err) != 0 || has_zstd(ship->to, &to, err) != 0)
        return -1;
    job->compress = from && to;
    if (!job->compress || ship->compress == COMPRESS_ALWAYS || job->total < WORTH_MEASURING)
        return 0;
    if (line_rate(job->from, job->to, &ship->line_rate, err) != 0)
        return -1;
    job->compress = ship->line_rate < ZSTD_PAYS_BELOW;
    return 0;
}

/* What is there already, and so what is left to send. */
static int look_first(struct job *job, struct err *err)
{
    struct ship *ship = job->ship;
    struct leftover *left = &job->left;
    *left = (struct leftover){ .from = job->from, .to = ship->to, .from_dir = ship->from_dir, .to_dir = ship->to_dir,
                               .pays = ship->keep_from };
    if (ship->keep_from != 0 && leftover_sort_out(left, &job->listed, err) != 0)
        return -1;
    for (size_t i = 0, kept = 0; i < job->listed.count; i++) {
        const struct manifest_file *file = &job->listed.files[i];
        if (kept < left->kept.count && strcmp(left->kept.files[kept].path, file->path) == 0)
            kept++;
        else if (left->half.count == 0 || strcmp(left->half.files[0].path, file->path) != 0)
            manifest_add(&job->rest, file->path, file->size, NULL);
    }
    ship->kept_bytes = left->kept.bytes + left->half_bytes;
    job->total = ship->total > ship->kept_bytes ? ship->total - ship->kept_bytes : job->listed.bytes - ship->kept_bytes;
    return 0;
}

/* The folders first: an empty one is made too. */
static void name_rest(const struct job *job, struct buf *names)
{
    buf_adds(names, ".\n");
    for (size_t i = 0; i < job->folders.count; i++)
        buf_addf(names, "./%s\n", job->folders.items[i]);
    for (size_t i = 0; i < job->rest.count; i++)
        buf_addf(names, "./%s\n", job->rest.files[i].path);
}

static int run_pump(struct job *job, struct pump *pump, struct err *err)
{
    struct ship *ship = job->ship;
    pump->from = job->from;
    pump->to = job->to;
    pump->from_dir = ship->from_dir;
    pump->to_dir = ship->to_dir;
    pump->compress = job->compress;
    pump->cancel_fds[0] = ship->cancel_fd;
    pump->cancel_fds[1] = ship->from->cancel_fd;
    pump->cancel_fds[2] = ship->to->cancel_fd;
    pump->progress = tell;
    pump->context = job;
    int rc = pump_run(pump, err);
    ship->wire_bytes += pump->wire_bytes;
    return rc;
}

static int send_archive(struct job *job, struct err *err)
{
    struct ship *ship = job->ship;
    struct buf names = BUF_INIT;
    struct pump pump = { .max_files = job->rest.count, .max_bytes = job->rest.bytes };
    if (ship->kept_bytes > 0) {
        name_rest(job, &names);
        pump.names = &names;
    }
    int rc = run_pump(job, &pump, err);
    buf_free(&names);
    ship->manifest = pump.manifest;
    job->sent += pump.manifest.bytes;
    if (rc == 0 && manifest_compare_sizes(&job->rest, &ship->manifest, err) != 0)
        rc = err_wrap(err, "%s did not send what it lists in %s", host_name(ship->from), ship->from_dir);
    if (rc == 0 && pump.folders != job->folders.count)
        rc = err_set(err, ERR_DATA, "%s sent %" PRIu64 " folders of %zu", host_name(ship->from), pump.folders,
                     job->folders.count);
    return rc;
}

static int send_tail(struct job *job, struct err *err)
{
    const struct leftover *left = &job->left;
    if (left->half.count == 0)
        return 0;
    const struct manifest_file *file = &left->half.files[0];
    struct pump pump = { .tail = { .path = file->path, .from = left->half_bytes, .size = file->size - left->half_bytes } };
    return run_pump(job, &pump, err);
}

static void add_all(struct manifest *to, const struct manifest *from)
{
    for (size_t i = 0; i < from->count; i++)
        manifest_add(to, from->files[i].path, from->files[i].size, from->files[i].sha256);
}

/* What lies on the receiver's disk is what the sender has: what was sent, and what was there already. */
static int prove(struct job *job, struct err *err)
{
    struct ship *ship = job->ship;
    struct manifest found = { .files = NULL };
    struct strings folders = { .count = 0 };
    uint64_t start = clock_ms();
    add_all(&ship->manifest, &job->left.kept);
    add_all(&ship->manifest, &job->left.half);
    manifest_sort(&ship->manifest);
    ship->file_bytes = ship->manifest.bytes;
    int rc = verify_list(ship->to, ship->to_dir, &found, &folders, err);
    if (rc == 0)
        rc = manifest_compare_sizes(&ship->manifest, &found, err);
    if (rc == 0 && folders.count != job->folders.count)
        rc = err_set(err, ERR_DATA, "%zu folders of %zu are there", folders.count, job->folders.count);
    if (rc == 0)
        rc = verify_hash(ship->to, found.bytes < SECOND_SESSION_PAYS ? NULL : job->to, ship->to_dir, true, &found, err);
    if (rc == 0)
        rc = manifest_compare(&ship->manifest, &found, err);
    manifest_free(&found);
    strings_free(&folders);
    ship->verify_ms = clock_ms() - start;
    return rc == 0 ? 0 : err_wrap(err, "%s on %s is not what was sent", ship->to_dir, host_name(ship->to));
}

static int carry_over(struct job *job, struct err *err)
{
    struct ship *ship = job->ship;
    if (verify_list(ship->from, ship->from_dir, &job->listed, &job->folders, err) != 0)
        return -1;
    job->from = host_clone(ship->from, err);
    if (job->from == NULL || look_first(job, err) != 0 || prepare(job, err) != 0)
        return -1;
    job->to = host_clone(ship->to, err);
    if (job->to == NULL || choose_compression(job, err) != 0)
        return -1;
    job->said_at = job->rate_at = clock_ms();
    return send_archive(job, err) != 0 || send_tail(job, err) != 0 || prove(job, err) != 0 ? -1 : 0;
}

int ship_run(struct ship *ship, struct err *err)
{
    const uint64_t start = clock_ms();
    struct job job = { .ship = ship };
    ship->manifest = (struct manifest){ .files = NULL };
    ship->kept_bytes = ship->wire_bytes = 0;
    const int rc = carry_over(&job, err);
    host_close(job.from);
    host_close(job.to);
    manifest_free(&job.listed);
    manifest_free(&job.rest);
    strings_free(&job.folders);
    leftover_free(&job.left);
    if (rc != 0)
        manifest_free(&ship->manifest);
    ship->ms = clock_ms() - start;
    return rc;
}
