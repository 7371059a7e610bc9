/* tarwalk.h - the headers of a tar, read strictly, before anyone else sees them.
 *
 * Two programs read the same archive here: libarchive, which checks it, and the receiver's tar, which obeys it. Where the
 * format has several readings (pax records, global headers, sparse maps, a second long name, old dialects) the two could
 * disagree, and a checked name need not be the name that is written. So only the part of GNU tar's format with one reading
 * passes: regular files, folders, and one long name in front of either, then zero blocks to the end.
 *
 *     struct tarwalk walk = TARWALK_INIT;
 *     while (more) tarwalk_feed(&walk, bytes, len, err);
 *     tarwalk_end(&walk, err);              the end-of-archive was there: a tar cut anywhere fails here
 */
#ifndef DUALSERVER_SHIP_TARWALK_H
#define DUALSERVER_SHIP_TARWALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

enum { TAR_BLOCK = 512 };

struct tarwalk {
    unsigned char head[TAR_BLOCK]; /* the header under way */
    size_t have;
    uint64_t skip;       /* bytes of content and padding still to come */
    bool long_name;      /* the last header was a long name: a file or folder must follow */
    bool ended;          /* a zero block was seen: nothing but zeros may follow */
    uint64_t zeros;      /* how many since then */
};

#define TARWALK_INIT { .have = 0 }

int tarwalk_feed(struct tarwalk *walk, const void *bytes, size_t len, struct err *err);
int tarwalk_end(const struct tarwalk *walk, struct err *err);

#endif
