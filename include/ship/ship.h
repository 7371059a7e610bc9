/* ship.h - a folder from one host to another, through this program, checked on the way and on arrival.
 *
 *     struct ship ship = { .from = master, .to = slave, .from_dir = "...", .to_dir = "...", .total = bytes };
 *     if (ship_run(&ship, err) == 0) ... ship.manifest now lists every file with size and SHA-256, equal on both sides
 *     manifest_free(&ship.manifest);
 *
 * The sender runs `tar`, through zstd where both hosts have it and it pays; one thread reads, one reads along with
 * libarchive, one writes; a block of bytes is passed on only after libarchive has accepted every header in it. Only
 * regular files and folders with sane names pass (no absolute names, no `..`, no links, devices, FIFOs, sockets, setuid,
 * control bytes): anything else ends the ship. A tar cut at a member boundary looks like a clean end (reproduced), so the
 * manifest is the proof: the receiver's files are listed and hashed there and must be the manifest's, no more, no less.
 * Memory is constant (under 64 MiB, whatever the size). The receiver writes only inside to_dir, which is made with mode
 * 0700 and must be empty or absent; or, with keep_from, may hold what a ship that was broken off has left there: what of it
 * is the sender's, by SHA-256 on both sides, is not sent again (ship/leftover.h). The proof at the end is of everything.
 */
#ifndef DUALSERVER_SHIP_SHIP_H
#define DUALSERVER_SHIP_SHIP_H

#include <stdint.h>
#include "host/host.h"
#include "ship/manifest.h"

/* zstd -1 needs the tool on both hosts; without it everything is plain. */
enum compression {
    COMPRESS_BY_LINE, /* by the line's measured speed: from about a gigabit a second the processors are what holds up */
    COMPRESS_NEVER,
    COMPRESS_ALWAYS,
};

#define KEEPING_PAYS (4u << 20) /* bytes: to look costs a few round trips and reads both sides once more */
#define ZSTD_PAYS_BELOW 150000000u /* bytes a second: a gigabit line, which measures a little more, gains; a faster one gains nothing or loses (measured) */

struct ship {
    struct host *from, *to;       /* cloned inside: three sessions at most beside these */
    const char *from_dir, *to_dir;
    uint64_t total;               /* expected bytes of file content, for the progress; 0: unknown */
    uint64_t keep_from;           /* what lies in to_dir is made use of when it is so many bytes; 0: it must be empty */
    int cancel_fd;                /* -1: none */
    enum compression compress;
    /* of what is really sent: called from the caller's thread at most five times a second */
    void (*progress)(void *context, uint64_t done, uint64_t total, uint64_t bytes_per_second);
    void *context;
    /* results */
    struct manifest manifest;
    uint64_t file_bytes, kept_bytes; /* kept_bytes: of these, what was there already */
    uint64_t wire_bytes, ms; /* wire_bytes: as sent, compressed or not; ms: all in all */
    uint64_t line_rate; /* bytes a second, where compression went by it; 0: it was not measured */
    uint64_t verify_ms; /* of these, for the proof on the receiver */
};

int ship_run(struct ship *ship, struct err *err);

#endif
