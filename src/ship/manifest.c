#include "ship/manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/quote.h"

void manifest_add(struct manifest *manifest, const char *path, uint64_t size,
                  const unsigned char sha256[32])
{
    if (manifest->count == manifest->capacity) {
        manifest->capacity = manifest->capacity == 0 ? 64 : manifest->capacity * 2;
        manifest->files = mem_grow(manifest->files, manifest->capacity, sizeof *manifest->files);
    }
    struct manifest_file *file = &manifest->files[manifest->count++];
    *file = (struct manifest_file){ .path = mem_dup(path), .size = size };
    if (sha256 != NULL)
        memcpy(file->sha256, sha256, sizeof file->sha256);
    manifest->bytes += size;
}

static int by_path(const void *a, const void *b)
{
    const struct manifest_file *one = a, *other = b;
    int order = strcmp(one->path, other->path);
    if (order == 0)
        order = (one->size > other->size) - (one->size < other->size);
    return order != 0 ? order : memcmp(one->sha256, other->sha256, sizeof one->sha256);
}

void manifest_sort(struct manifest *manifest)
{
    if (manifest->count > 1)
        qsort(manifest->files, manifest->count, sizeof *manifest->files, by_path);
}

static void write_path(struct buf *to, const char *path)
{
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '\\')
            buf_adds(to, "\\\\");
        else if (*c == '\n')
            buf_adds(to, "\\n");
        else if (*c == '\r')
            buf_adds(to, "\\r");
        else
            buf_addc(to, *c);
    }
}

void manifest_write(const struct manifest *manifest, struct buf *to)
{
    for (size_t i = 0; i < manifest->count; i++) {
        const struct manifest_file *file = &manifest->files[i];
        if (strpbrk(file->path, "\\\n\r") != NULL)
            buf_addc(to, '\\');
        buf_addf(to, "%" PRIu64 " ", file->size);
        for (size_t j = 0; j < sizeof file->sha256; j++)
            buf_addf(to, "%02x", file->sha256[j]);
        buf_adds(to, "  ");
        write_path(to, file->path);
        buf_addc(to, '\n');
    }
}

int manifest_parse_sha256(const char *hex, unsigned char sha256[32])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 64; i++) {
        const char *digit = hex[i] == '\0' ? NULL : strchr(digits, hex[i]);
        if (digit == NULL)
            return -1;
        unsigned value = (unsigned)(digit - digits);
        sha256[i / 2] = (unsigned char)(i % 2 == 0 ? value << 4 : sha256[i / 2] | value);
    }
    return 0;
}

char *manifest_parse_path(const char *text, size_t len, bool escaped)
{
    struct buf path = BUF_INIT;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '\0' || (c == '\\' && escaped && i + 1 == len)) {
            buf_free(&path);
            return NULL;
        }
        if (c == '\\' && escaped) {
            static const char names[] = "\\nr", meant[] = "\\\n\r";
            const char *name = text[++i] == '\0' ? NULL : strchr(names, text[i]);
            if (name == NULL) {
                buf_free(&path);
                return NULL;
            }
            c = meant[name - names];
        }
        buf_addc(&path, c);
    }
    return buf_steal(&path);
}

/* One line without its newline; NULL-free or not, it stands as `len` bytes. */
static int parse_line(struct manifest *manifest, const char *line, size_t len)
{
    size_t at = 0;
    bool escaped = len > 0 && line[0] == '\\';
    if (escaped)
        at++;
    uint64_t size = 0;
    size_t digits = 0;
    for (; at < len && line[at] >= '0' && line[at] <= '9'; at++, digits++) {
        unsigned digit = (unsigned)(line[at] - '0');
        if (size > (UINT64_MAX - digit) / 10)
            return -1;
        size = size * 10 + digit;
    }
    if (digits == 0 || len - at < 1 + 64 + 2 + 1 || line[at] != ' ' || line[at + 65] != ' ' ||
        line[at + 66] != ' ')
        return -1;
    unsigned char sha256[32];
    if (manifest_parse_sha256(line + at + 1, sha256) != 0)
        return -1;
    char *path = manifest_parse_path(line + at + 67, len - at - 67, escaped);
    if (path == NULL)
        return -1;
    manifest_add(manifest, path, size, sha256);
    free(path);
    return 0;
}

int manifest_parse(struct manifest *manifest, const char *text, size_t len, struct err *err)
{
    size_t number = 0;
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        number++;
        if (end == NULL)
            return err_set(err, ERR_DATA, "line %zu of the list of files is cut", number);
        if (parse_line(manifest, text + at, (size_t)(end - (text + at))) != 0)
            return err_set(err, ERR_DATA, "line %zu of the list of files cannot be understood", number);
        at = (size_t)(end - text) + 1;
    }
    return 0;
}

/* What differs, gathered: the first in words, the rest counted. */
struct difference {
    struct buf first;
    size_t count;
};

static void note(struct difference *difference, const char *path, const char *what)
{
    if (difference->count++ == 0) {
        quote_printable(&difference->first, path, strlen(path), 0);
        buf_addf(&difference->first, " %s", what);
    }
}

static int compare(const struct manifest *expected, const struct manifest *found, bool content,
                   struct err *err)
{
    struct difference difference = { .first = BUF_INIT };
    for (size_t i = 0, j = 0; i < expected->count || j < found->count;) {
        const struct manifest_file *one = i < expected->count ? &expected->files[i] : NULL;
        const struct manifest_file *other = j < found->count ? &found->files[j] : NULL;
        int order = one == NULL ? 1 : other == NULL ? -1 : strcmp(one->path, other->path);
        if (order < 0)
            note(&difference, one->path, "is missing");
        else if (order > 0)
            note(&difference, other->path, "should not be there"); /* NOLINT: the loop ends when both are NULL */
        else if (one->size != other->size)
            note(&difference, one->path, "has another size");
        else if (content && memcmp(one->sha256, other->sha256, sizeof one->sha256) != 0)
            note(&difference, one->path, "has other content");
        i += order <= 0;
        j += order >= 0;
    }
    int rc = 0;
    if (difference.count == 1)
        rc = err_set(err, ERR_DATA, "%s", buf_str(&difference.first));
    else if (difference.count > 1)
        rc = err_set(err, ERR_DATA, "%.300s, and %zu more differences", buf_str(&difference.first),
                     difference.count - 1);
    buf_free(&difference.first);
    return rc;
}

int manifest_compare(const struct manifest *expected, const struct manifest *found, struct err *err)
{
    return compare(expected, found, true, err);
}

int manifest_compare_sizes(const struct manifest *expected, const struct manifest *found,
                           struct err *err)
{
    return compare(expected, found, false, err);
}

void manifest_free(struct manifest *manifest)
{
    if (manifest == NULL)
        return;
    for (size_t i = 0; i < manifest->count; i++)
        free(manifest->files[i].path);
    free(manifest->files);
    *manifest = (struct manifest){ .files = NULL };
}
