/* verify.h - what really lies in a folder on a host: its files, their sizes, their SHA-256. */
#ifndef DUALSERVER_SHIP_VERIFY_H
#define DUALSERVER_SHIP_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "host/host.h"
#include "ship/manifest.h"

/* Lists names and sizes, sorted, and the folders below. Anything but regular files and folders is ERR_DATA. */
int verify_list(struct host *host, const char *dir, struct manifest *found, struct strings *folders, struct err *err);

/* Fills in the SHA-256 of the listed files, on two sessions at once when `second` (a clone; NULL: none) is there, and with
 * `flush` sees to it that the folder's file system is on its disk. No process per file: `openssl dgst` or sha256sum takes many. */
int verify_hash(struct host *host, struct host *second, const char *dir, bool flush, struct manifest *found, struct err *err);

/* The SHA-256 of each of a file's first `count` pieces. The file must have them. */
enum { VERIFY_PIECE = 8 * 1024 * 1024 };
int verify_pieces(struct host *host, const char *dir, const char *path, size_t count, unsigned char (*sha256)[32], struct err *err);

#endif
