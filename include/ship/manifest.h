/* manifest.h - every file of a copy with its size and SHA-256. Text form: one line a file, as sha256sum writes it with the
 * size in front: "SIZE HEX  PATH\n", sorted by path; a name with a backslash or newline is escaped as sha256sum does. */
#ifndef DUALSERVER_SHIP_MANIFEST_H
#define DUALSERVER_SHIP_MANIFEST_H

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

void manifest_add(struct manifest *manifest, const char *path, uint64_t size, const unsigned char sha256[32]);
void manifest_sort(struct manifest *manifest);
void manifest_write(const struct manifest *manifest, struct buf *to);
int manifest_parse(struct manifest *manifest, const char *text, size_t len, struct err *err);
/* 0 when both (sorted) list the same; else ERR_DATA naming the first difference and how many there are. */
int manifest_compare(const struct manifest *expected, const struct manifest *found, struct err *err);
void manifest_free(struct manifest *manifest);

#endif
