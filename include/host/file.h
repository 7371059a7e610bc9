/* file.h - whole small files on a host (option files, units), through commands, so that sudo is one flag. */
#ifndef DUALSERVER_HOST_FILE_H
#define DUALSERVER_HOST_FILE_H

#include "host/host.h"

struct file_stat {
    bool exists;
    unsigned mode;       /* permission bits */
    char owner[64], group[64];
    unsigned long long size;
};

int file_stat(struct host *host, const char *path, struct file_stat *stat, struct err *err);
/* Appends the content, byte for byte. A missing file is an error. */
int file_read(struct host *host, const char *path, struct buf *content, struct err *err);
/* Writes temp file beside it, owner and mode of the old one (0644 root for a new one), fsync, rename, fsync of the
 * folder. Follows a symbolic link to the real file. When `backup` is not NULL the old file is first copied to that path
 * (same owner, mode, times), which must not exist. `expected` (NULL: not checked) must still be the file's content. */
int file_replace(struct host *host, const char *path, const char *content, size_t len, const struct buf *expected,
                 const char *backup, struct err *err);

/* Gone from its folder, on disk, when this returns 0; not there is no error. */
int file_remove(struct host *host, const char *path, struct err *err);

#endif
