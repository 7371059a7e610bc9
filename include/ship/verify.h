/* verify.h - what really lies in a folder on a host: its files, their sizes, their SHA-256. */
#ifndef DUALSERVER_SHIP_VERIFY_H
#define DUALSERVER_SHIP_VERIFY_H

#include "host/host.h"
#include "ship/manifest.h"

/* Lists names and sizes, sorted, and counts the folders below. Anything but regular files and folders is ERR_DATA. */
int verify_list(struct host *host, const char *dir, struct manifest *found, uint64_t *folders, struct err *err);

/* Flushes the folder's file system to its disk and fills in the SHA-256 of the listed files, on two sessions at once when
 * `second` (a clone; NULL: none) is there. No process per file: `openssl dgst` or sha256sum takes many. */
int verify_hash(struct host *host, struct host *second, const char *dir, struct manifest *found, struct err *err);

#endif
