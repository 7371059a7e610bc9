/* inspect.h - an archive checked while it passes by.
 *
 * inspect_run() pulls blocks from a source, reads them as a tar (inside zstd when `compressed`) and fills the manifest with
 * every file's name, size and SHA-256. A block is passed on, in order, only when every header in it was accepted; at the
 * end, when the archive was whole, the rest. Anything but regular files and folders with sane names is ERR_DATA and names
 * the entry; nothing more is passed then.
 */
#ifndef DUALSERVER_SHIP_INSPECT_H
#define DUALSERVER_SHIP_INSPECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/err.h"
#include "ship/manifest.h"

struct inspect_source {
    void *context;
    /* The next block; it stays valid until it is passed. 0: no more; -1: err is set. */
    ssize_t (*next)(void *context, const void **block, struct err *err);
    /* The first `count` blocks may go on. */
    void (*pass)(void *context, uint64_t count);
    /* So many bytes of file content were read. NULL: not asked for. */
    void (*progress)(void *context, uint64_t file_bytes);
};

struct inspect {
    struct inspect_source source;
    bool compressed;
    uint64_t max_files, max_bytes; /* more than that ends it: what the sender announced */
    struct manifest manifest;      /* result, sorted; the caller frees, after a failure too */
    uint64_t folders;              /* result: without the top one */
};

int inspect_run(struct inspect *inspect, struct err *err);
/* What passes is no archive but `size` bytes of one file: they are only counted, no more and no less. */
int inspect_tail(struct inspect *inspect, uint64_t size, struct err *err);

/* NULL when a relative name (folders may end in one slash) may be written below a folder, else what is wrong with it. */
const char *inspect_name_fault(const char *name);

#endif
