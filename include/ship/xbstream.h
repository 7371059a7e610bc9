/* xbstream.h - the stream of mariadb-backup, looked at before the receiver's mbstream obeys it: a chain of chunks, each with a
 * file's name and some of its bytes. Names that would lead out of the folder end it; the bytes are guarded by mbstream's own
 * checksums. Source: extra/mariabackup/xbstream.h and xbstream_write.cc of MariaDB 10.11.
 *
 *     struct xbstream walk = XBSTREAM_INIT;
 *     while (more) xbstream_feed(&walk, bytes, len, err);     before these bytes are passed on
 *     xbstream_end(&walk, err);                               it did not stop in the middle
 */
#ifndef DUALSERVER_SHIP_XBSTREAM_H
#define DUALSERVER_SHIP_XBSTREAM_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define XBSTREAM_NAME_MOST 512

struct xbstream {
    enum { XBSTREAM_HEAD, XBSTREAM_NAME, XBSTREAM_SIZE, XBSTREAM_BYTES } at;
    unsigned char part[32]; /* the fixed part under way */
    size_t have;
    char type;              /* of the chunk: 'P' bytes of a file, 'E' its end */
    char name[XBSTREAM_NAME_MOST + 1];
    size_t name_len;
    uint64_t left;          /* bytes of content still to come */
    uint64_t bytes, files;  /* of content so far; ends of files */
};

#define XBSTREAM_INIT { .have = 0 }

int xbstream_feed(struct xbstream *walk, const void *bytes, size_t len, struct err *err);
int xbstream_end(const struct xbstream *walk, struct err *err);

#endif
