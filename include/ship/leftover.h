/* leftover.h - what a ship that was broken off has left in the receiver's folder: what can stay, and the rest removed.
 *
 *     struct leftover left = { .from = master, .to = slave, .from_dir = "...", .to_dir = "...", .pays = bytes };
 *     if (leftover_sort_out(&left, &listed, err) == 0) ... in to_dir lie left.kept, the head of left.half, and nothing else
 *     leftover_free(&left);
 *
 * Sizes prove nothing: what the page cache lost with the power may be full of zeros at its full length. So a file stays only
 * when its SHA-256, read on both sides, is the sender's; of one large file that is not whole, or not right, the first pieces
 * that are the sender's stay. Where that cannot be found out, or is less than `pays`, everything is removed. The folder is made
 * where there is none; a link or a file in its place is removed.
 */
#ifndef DUALSERVER_SHIP_LEFTOVER_H
#define DUALSERVER_SHIP_LEFTOVER_H

#include <stdint.h>
#include "host/host.h"
#include "ship/manifest.h"

struct leftover {
    struct host *from, *to; /* a thread each while it is looked at */
    const char *from_dir, *to_dir;
    uint64_t pays;
    /* results; the hashes are those of the sender's whole files */
    struct manifest kept, half; /* half: none or one file */
    uint64_t half_bytes;    /* of it are there */
};

/* listed: the sender's files, sorted. */
int leftover_sort_out(struct leftover *left, const struct manifest *listed, struct err *err);
void leftover_free(struct leftover *left);

#endif
