/* manifest.h - every file of a copy with its size and SHA-256. Text form: one line a file, as sha256sum writes it with the
 * size in front: "SIZE HEX  PATH\n", sorted by path; a name with a backslash or newline is escaped as sha256sum does. */
#ifndef DUALSERVER_SHIP_MANIFEST_H
#define DUALSERVER_SHIP_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

struct manifest_file {
    char *path;             /* relative, without "./" */
    uint64_t size;
    unsigned char sha256[32];
};
struct manifest {
    struct manifest_file *files;
    size_t count, capacity;
    uint64_t bytes;
};

/* Copies the path. sha256 NULL: all zero, for lists of names and sizes. */
void manifest_add(struct manifest *manifest, const char *path, uint64_t size, const unsigned char sha256[32]);
void manifest_sort(struct manifest *manifest);
void manifest_write(const struct manifest *manifest, struct buf *to);
/* Adds the lines of a text to the manifest; a cut last line is an error. */
int manifest_parse(struct manifest *manifest, const char *text, size_t len, struct err *err);
/* 0 when both (sorted) list the same; else ERR_DATA naming the first difference and how many there are. */
int manifest_compare(const struct manifest *expected, const struct manifest *found, struct err *err);
/* The same for names and sizes only. */
int manifest_compare_sizes(const struct manifest *expected, const struct manifest *found, struct err *err);
/* 64 lower-case hexadecimal digits. */
int manifest_parse_sha256(const char *hex, unsigned char sha256[32]);
/* A name as sha256sum writes it; NULL when it cannot be one. The caller frees. */
char *manifest_parse_path(const char *text, size_t len, bool escaped);
void manifest_free(struct manifest *manifest);

#endif
