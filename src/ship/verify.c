#include "ship/verify.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/quote.h"
#include "ship/inspect.h"

static const char list_script[] = "#: in\n# list the files in $1\n"
                                  "LC_ALL=C; export LC_ALL\n"
                                  "cd -- \"$1\" && exec find . -mindepth 1 -printf '%y %s %P\\0'\n";

/* openssl is three times as fast as Debian's sha256sum. */
#define SHA256_TOOL                                                                                                    \
    "if command -v openssl >/dev/null 2>&1; then set -- openssl dgst -sha256 -r\n"                                     \
    "else set -- sha256sum -b; fi\n"

/* The flush runs beside the hashing; its failure is the script's. */
static const char hash_script[] = "#: in word? <names\n# SHA-256 of every file in $1\n"
                                  "LC_ALL=C; export LC_ALL; dir=$1; flush=$2\n"
                                  "cd -- \"$dir\" || exit 1\n"
                                  SHA256_TOOL
                                  "if [ \"$flush\" = flush ]; then sync -f . & flushing=$!; fi\n"
                                  "xargs -0 -r \"$@\" || exit 1\n"
                                  "[ -z \"$flushing\" ] || wait \"$flushing\"\n";

static const char pieces_script[] = "#: in below word\n# SHA-256 of the first $3 pieces of $1/$2\n"
                                    "LC_ALL=C; export LC_ALL; count=$3\n"
                                    "cd -- \"$1\" && exec <\"./$2\" || exit 1\n"
                                    SHA256_TOOL
                                    "while [ \"$count\" -gt 0 ]; do\n"
                                    "  dd bs=1048576 count=8 2>/dev/null | \"$@\" || exit 1\n"
                                    "  count=$((count - 1))\n"
                                    "done\n";
_Static_assert(VERIFY_PIECE == 8 * 1048576, "the script says so too");

/* Silence of a hash: the slowest disk and the largest file in one go. */
enum { SLOWEST_BYTES_PER_MS = 10 * 1000, SHORTEST_WAIT_MS = 120 * 1000, LONGEST_WAIT_MS = 2000 * 1000 * 1000 };

/* One session's part of the files. */
struct part {
    struct host *host;
    const char *dir;
    struct manifest *found;
    size_t *index; /* into found->files, ascending */
    size_t count;
    uint64_t bytes;
    bool flush;
    struct err err;
    int rc;
};

static int name_fault(const char *name, const char *why, struct err *err)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, name, strnlen(name, 256), 0);
    err_set(err, ERR_DATA, "%s %s", buf_str(&shown), why);
    buf_free(&shown);
    return -1;
}

/* "TYPE SIZE NAME", one entry of the list. */
static int take_entry(char *entry, struct manifest *found, struct strings *folders, struct err *err)
{
    char *end;
    if (entry[0] == '\0' || entry[1] != ' ')
        return err_set(err, ERR_DATA, "the list of files cannot be understood");
    unsigned long long size = strtoull(entry + 2, &end, 10);
    if (end == entry + 2 || *end != ' ')
        return err_set(err, ERR_DATA, "the list of files cannot be understood");
    const char *name = end + 1;
    if (entry[0] != 'f' && entry[0] != 'd')
        return name_fault(name, "is neither a regular file nor a folder", err);
    const char *fault = inspect_name_fault(name);
    if (fault != NULL) {
        char *why = mem_printf("cannot be shipped: its name %s", fault);
        name_fault(name, why, err);
        free(why);
        return -1;
    }
    if (entry[0] == 'd')
        strings_add(folders, name);
    else
        manifest_add(found, name, size, NULL);
    return 0;
}

int verify_list(struct host *host, const char *dir, struct manifest *found, struct strings *folders, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(host, &out, err, list_script, dir, NULL);
    for (size_t at = 0; rc == 0 && at < out.len;) {
        char *end = memchr(out.data + at, '\0', out.len - at);
        if (end == NULL)
            rc = err_set(err, ERR_DATA, "the list of files is cut");
        else
            rc = take_entry(out.data + at, found, folders, err);
        at = end == NULL ? out.len : (size_t)(end - out.data) + 1;
    }
    manifest_sort(found);
    buf_free(&out);
    return rc == 0 ? 0 : err_wrap(err, "%s on %s", dir, host_name(host));
}

/* "HEX *./NAME" as openssl and sha256sum write it; sha256sum puts a backslash in front and escapes. */
static int take_hash(const char *line, struct manifest_file *file)
{
    bool escaped = line[0] == '\\';
    line += escaped;
    size_t len = strlen(line);
    if (len < 64 + 4 || line[64] != ' ' || (line[65] != '*' && line[65] != ' ') ||
        manifest_parse_sha256(line, file->sha256) != 0)
        return -1;
    char *name = manifest_parse_path(line + 66, len - 66, escaped);
    int rc = name != NULL && strncmp(name, "./", 2) == 0 && strcmp(name + 2, file->path) == 0 ? 0 : -1;
    free(name);
    return rc;
}

static int take_hashes(struct part *part, struct buf *out)
{
    if (out->len != strlen(buf_str(out)))
        return err_set(&part->err, ERR_DATA, "the hashes cannot be understood");
    char *text = buf_steal(out), *at = text;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < part->count; i++) {
        struct manifest_file *file = &part->found->files[part->index[i]];
        const char *line = text_line(&at);
        if (line == NULL || take_hash(line, file) != 0)
            rc = name_fault(file->path, "has no hash that can be understood", &part->err);
    }
    if (rc == 0 && text_line(&at) != NULL)
        rc = err_set(&part->err, ERR_DATA, "there are more hashes than files");
    free(text);
    return rc;
}

static void hash_part(struct part *part)
{
    struct buf names = BUF_INIT, out = BUF_INIT;
    for (size_t i = 0; i < part->count; i++) {
        buf_adds(&names, "./");
        buf_adds(&names, part->found->files[part->index[i]].path);
        buf_addc(&names, '\0');
    }
    uint64_t wait = SHORTEST_WAIT_MS + part->bytes / SLOWEST_BYTES_PER_MS;
    if (wait > LONGEST_WAIT_MS)
        wait = LONGEST_WAIT_MS;
    part->rc = host_script_with(part->host, names.data, names.len, (unsigned)wait, NULL, &out, &part->err, hash_script,
                                part->dir, part->flush ? "flush" : "", NULL);
    buf_free(&names);
    if (part->rc == 0)
        part->rc = take_hashes(part, &out);
    if (part->rc != 0)
        err_wrap(&part->err, "hashing %s on %s", part->dir, host_name(part->host));
    buf_free(&out);
}

static void *hash_thread(void *context)
{
    hash_part(context);
    return NULL;
}

/* Every file to the part that has less to do. */
static void share_out(struct part *parts, size_t count, struct manifest *found)
{
    enum { FILE_COSTS = 64 * 1024 }; /* opening one, in bytes of hashing */
    for (size_t i = 0; i < count; i++)
        parts[i].index = mem_alloc((found->count + 1) * sizeof *parts[i].index);
    for (size_t i = 0; i < found->count; i++) {
        struct part *part = count == 2 && parts[1].bytes < parts[0].bytes ? &parts[1] : &parts[0];
        part->index[part->count++] = i;
        part->bytes += found->files[i].size + FILE_COSTS;
    }
}

int verify_pieces(struct host *host, const char *dir, const char *path, size_t count, unsigned char (*sha256)[32], struct err *err)
{
    struct buf out = BUF_INIT;
    char digits[24];
    unsigned char nothing[32] = { 0 }; /* the hash of a piece that could not be read: it would be the same on any two hosts */
    EVP_Digest("", 0, nothing, NULL, EVP_sha256(), NULL);
    snprintf(digits, sizeof digits, "%zu", count);
    int rc = host_script_with(host, NULL, 0, SHORTEST_WAIT_MS, NULL, &out, err, pieces_script, dir, path, digits, NULL);
    char *text = buf_steal(&out), *at = text;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const char *line = text_line(&at);
        if (line == NULL || manifest_parse_sha256(line, sha256[i]) != 0 || memcmp(sha256[i], nothing, sizeof nothing) == 0)
            rc = name_fault(path, "has no hash that can be understood", err);
    }
    free(text);
    return rc == 0 ? 0 : err_wrap(err, "hashing %s on %s", dir, host_name(host));
}

int verify_hash(struct host *host, struct host *second, const char *dir, bool flush, struct manifest *found, struct err *err)
{
    struct part parts[2] = {
        { .host = host, .dir = dir, .found = found, .flush = flush },
        { .host = second, .dir = dir, .found = found },
    };
    size_t count = second == NULL ? 1 : 2;
    pthread_t thread;
    bool beside = false;
    share_out(parts, count, found);
    if (count == 2)
        beside = pthread_create(&thread, NULL, hash_thread, &parts[1]) == 0;
    hash_part(&parts[0]);
    if (beside)
        pthread_join(thread, NULL);
    else if (count == 2)
        hash_part(&parts[1]);
    int rc = 0;
    for (size_t i = 0; i < count; i++) {
        free(parts[i].index);
        if (rc == 0 && parts[i].rc != 0) {
            rc = -1;
            if (err != NULL)
                *err = parts[i].err;
        }
    }
    return rc;
}
