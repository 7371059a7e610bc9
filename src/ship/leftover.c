#include "ship/leftover.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "ship/verify.h"

/* The other end of a line that broke may not know it yet and still write: it is ended first.
 * "f SIZE NAME" for a file that nobody but tar, run by this user, can have made; "x 0 NAME" for anything else but a folder. */
static const char list_script[] =
    "#: in\n# what was left in $1?\n"
    "LC_ALL=C; export LC_ALL; umask 077\n"
    "if [ -L \"$1\" ] || [ ! -d \"$1\" ]; then rm -f -- \"$1\"; fi\n"
    "mkdir -p -- \"$1\" && chmod 0700 -- \"$1\" || exit 1\n"
    "for cwd in /proc/[0-9]*/cwd; do\n"
    "  [ \"$cwd\" -ef \"$1\" ] && read -r name <\"${cwd%/cwd}/comm\" || continue\n"
    "  case $name in tar | cat | zstd) ;; *) continue ;; esac\n"
    "  pid=${cwd%/cwd}; kill -KILL \"${pid##*/}\"\n"
    "  while [ \"$cwd\" -ef \"$1\" ]; do sleep 0.1; done\n"
    "done\n"
    "cd -- \"$1\" || exit 1\n"
    "exec find . -mindepth 1 '(' -type f -links 1 -user \"$(id -u)\" ! -perm /7077 -printf 'f %s %P\\0' ')' -o "
    "'(' ! -type d -printf 'x 0 %P\\0' ')'\n";

/* Standard input: what has to go. Of the file $2 the first $3 bytes stay. */
static const char keep_script[] =
    "#: in below? word <names\n# remove from $1 what cannot be used\n"
    "cd -- \"$1\" && xargs -0 -r rm -f -- || exit 1\n"
    "find . -depth -mindepth 1 -type d -empty -delete && find . -type d -exec chmod u=rwx,go=,ug-s,-t -- {} + || exit 1\n"
    "[ -z \"$2\" ] || truncate -s \"$3\" -- \"./$2\"\n";

static const char remove_script[] = "#: in\n# rm -r $1\nrm -rf -- \"$1\"\n";

/* What is looked at on one side. */
struct look {
    struct host *host;
    const char *dir;
    struct manifest *files;     /* NULL: */
    const char *path;           /* the first pieces of one file */
    size_t pieces;
    unsigned char (*sha256)[32];
    struct err err;
    int rc;
};

static void *look(void *context)
{
    struct look *look = context;
    look->rc = look->files != NULL
                   ? verify_hash(look->host, NULL, look->dir, false, look->files, &look->err)
                   : verify_pieces(look->host, look->dir, look->path, look->pieces, look->sha256, &look->err);
    return NULL;
}

/* Both sides at once: each reads its own disk. */
static int look_at_both(struct look looks[2], struct err *err)
{
    pthread_t thread;
    const bool beside = pthread_create(&thread, NULL, look, &looks[0]) == 0;
    look(&looks[1]);
    if (beside)
        pthread_join(thread, NULL);
    else
        look(&looks[0]);
    for (int i = 0; i < 2; i++)
        if (looks[i].rc != 0) {
            if (err != NULL)
                *err = looks[i].err;
            return -1;
        }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct manifest_file *)a)->path, ((const struct manifest_file *)b)->path);
}

static const struct manifest_file *find(const struct manifest *manifest, const char *path)
{
    const struct manifest_file key = { .path = (char *)path };
    return manifest->count == 0 ? NULL : bsearch(&key, manifest->files, manifest->count, sizeof key, by_path);
}

/* What may stay: files of the sender's size on both sides, and the largest that is shorter, if it has a whole piece. */
struct candidates {
    struct manifest sent, there; /* the sender's and the receiver's; in `sent` the shorter one too */
    struct manifest shorter;     /* none or one, with the size it has */
};

static void consider(struct candidates *candidates, const struct manifest *listed, const char *path, uint64_t size)
{
    const struct manifest_file *file = find(listed, path);
    if (file == NULL)
        return;
    if (size == file->size) {
        manifest_add(&candidates->sent, path, size, NULL);
        manifest_add(&candidates->there, path, size, NULL);
    } else if (size < file->size && size >= VERIFY_PIECE && size > candidates->shorter.bytes) {
        manifest_free(&candidates->shorter);
        manifest_add(&candidates->shorter, path, size, NULL);
    }
}

/* The path in an entry of the list; NULL when it is none. */
static const char *read_entry(const char *entry, uint64_t *size)
{
    char *end;
    if (entry[0] == '\0' || entry[1] != ' ' || entry[2] < '0' || entry[2] > '9')
        return NULL;
    *size = strtoull(entry + 2, &end, 10);
    return *end == ' ' ? end + 1 : NULL;
}

static int gather(struct leftover *left, const struct manifest *listed, struct buf *found, struct candidates *candidates,
                  struct err *err)
{
    if (host_script(left->to, found, err, list_script, left->to_dir, NULL) != 0)
        return -1;
    for (size_t at = 0; at < found->len; at += strlen(found->data + at) + 1) {
        uint64_t size;
        const char *path = read_entry(found->data + at, &size);
        if (path == NULL)
            return err_set(err, ERR_DATA, "the list of files cannot be understood");
        if (found->data[at] == 'f')
            consider(candidates, listed, path, size);
    }
    if (candidates->shorter.count > 0) {
        const char *path = candidates->shorter.files[0].path;
        manifest_add(&candidates->sent, path, find(listed, path)->size, NULL);
    }
    manifest_sort(&candidates->sent);
    manifest_sort(&candidates->there);
    return 0;
}

/* How many of the file's first pieces are the same on both sides. */
static int same_pieces(struct leftover *left, const struct manifest_file *file, size_t count, size_t *same, struct err *err)
{
    unsigned char(*sha256[2])[32] = { mem_alloc(count * 32), mem_alloc(count * 32) };
    struct look looks[2] = {
        { .host = left->from, .dir = left->from_dir, .path = file->path, .pieces = count, .sha256 = sha256[0] },
        { .host = left->to, .dir = left->to_dir, .path = file->path, .pieces = count, .sha256 = sha256[1] },
    };
    int rc = look_at_both(looks, err);
    *same = 0;
    while (rc == 0 && *same < count && memcmp(sha256[0][*same], sha256[1][*same], 32) == 0)
        ++*same;
    free(sha256[0]);
    free(sha256[1]);
    return rc;
}

static int compare(struct leftover *left, struct candidates *candidates, struct err *err)
{
    struct look looks[2] = { { .host = left->from, .dir = left->from_dir, .files = &candidates->sent },
                             { .host = left->to, .dir = left->to_dir, .files = &candidates->there } };
    const struct manifest_file *half = candidates->shorter.count > 0 ? &candidates->shorter.files[0] : NULL;
    size_t same = 0;
    if (look_at_both(looks, err) != 0)
        return -1;
    for (size_t i = 0; i < candidates->there.count; i++) {
        const struct manifest_file *there = &candidates->there.files[i], *sent = find(&candidates->sent, there->path);
        if (sent != NULL && memcmp(sent->sha256, there->sha256, sizeof sent->sha256) == 0)
            manifest_add(&left->kept, sent->path, sent->size, sent->sha256);
        else if (there->size >= VERIFY_PIECE && (half == NULL || there->size > half->size))
            half = there;
    }
    if (half != NULL && same_pieces(left, half, (size_t)(half->size / VERIFY_PIECE), &same, err) != 0)
        return -1;
    if (same > 0) {
        const struct manifest_file *sent = find(&candidates->sent, half->path);
        manifest_add(&left->half, sent->path, sent->size, sent->sha256);
        left->half_bytes = (uint64_t)same * VERIFY_PIECE;
    }
    return 0;
}

/* Everything goes but what is kept. */
static int keep(struct leftover *left, const struct buf *found, struct err *err)
{
    struct buf names = BUF_INIT;
    char bytes[24];
    for (size_t at = 0; at < found->len; at += strlen(found->data + at) + 1) {
        uint64_t size;
        const char *path = read_entry(found->data + at, &size);
        if (path == NULL || (found->data[at] == 'f' && (find(&left->kept, path) != NULL || find(&left->half, path) != NULL)))
            continue;
        buf_adds(&names, "./");
        buf_add(&names, path, strlen(path) + 1);
    }
    snprintf(bytes, sizeof bytes, "%" PRIu64, left->half_bytes);
    int rc = host_script_with(left->to, buf_str(&names), names.len, 0, NULL, NULL, err, keep_script, left->to_dir,
                              left->half.count > 0 ? left->half.files[0].path : "", bytes, NULL);
    buf_free(&names);
    return rc;
}

static int sort_out(struct leftover *left, const struct manifest *listed, struct buf *found, struct err *err)
{
    struct candidates candidates = { .sent = { .files = NULL } };
    int rc = gather(left, listed, found, &candidates, err);
    if (rc == 0 && candidates.there.bytes + candidates.shorter.bytes >= left->pays)
        rc = compare(left, &candidates, err);
    manifest_free(&candidates.sent);
    manifest_free(&candidates.there);
    manifest_free(&candidates.shorter);
    return rc == 0 ? keep(left, found, err) : rc;
}

int leftover_sort_out(struct leftover *left, const struct manifest *listed, struct err *err)
{
    struct buf found = BUF_INIT;
    struct err why = ERR_INIT;
    left->kept = left->half = (struct manifest){ .files = NULL };
    left->half_bytes = 0;
    int rc = sort_out(left, listed, &found, &why);
    buf_free(&found);
    if (rc != 0)
        leftover_free(left);
    if (rc != 0 && (why.code == ERR_COMMAND || why.code == ERR_DATA)) /* it cannot be read: it is sent again */
        return host_script(left->to, NULL, err, remove_script, left->to_dir, NULL);
    if (rc != 0 && err != NULL)
        *err = why;
    return rc == 0 ? 0 : err_wrap(err, "looking at what is in %s on %s", left->to_dir, host_name(left->to));
}

void leftover_free(struct leftover *left)
{
    manifest_free(&left->kept);
    manifest_free(&left->half);
    left->half_bytes = 0;
}
