/* pump.h - the archive's way from one host to another: a thread reads, the caller inspects, a thread writes.
 *
 * Each thread has a session of its own. The first who fails stops the others; both streams are then abandoned, and the
 * error says which end failed with its exit status and what it wrote to standard error. A sender that ends with another
 * status than 0 has failed however whole its archive looks.
 */
#ifndef DUALSERVER_SHIP_PUMP_H
#define DUALSERVER_SHIP_PUMP_H

#include "base/buf.h"
#include "host/host.h"
#include "ship/manifest.h"

enum { PUMP_CANCEL_FDS = 3 };

struct pump {
    struct host *from, *to;   /* clones: the pump sets their cancel_fd for its time */
    const char *from_dir, *to_dir;
    const struct buf *names;  /* NULL: the whole folder; else only these of it, a line each, folders not with what is in them */
    /* Instead of an archive: one file from that byte on, to be appended to what the receiver has of it. path NULL: none */
    struct pump_tail {
        const char *path;
        uint64_t from, size;
    } tail;
    bool compress;
    uint64_t max_files, max_bytes;
    int cancel_fds[PUMP_CANCEL_FDS]; /* -1: none */
    /* from the caller's thread, now and then: bytes of file content so far */
    void (*progress)(void *context, uint64_t done);
    void *context;
    /* results */
    struct manifest manifest; /* the caller frees */
    uint64_t folders, wire_bytes;
};

int pump_run(struct pump *pump, struct err *err);

#endif
