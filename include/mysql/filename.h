/* filename.h - the name of a table, database or partition as a file's (MySQL 8.0 manual 11.2.4 "Mapping of Identifiers to
 * File Names"; since 5.1.6, on MariaDB and MySQL alike). MariaDB and old MySQL servers would compute it (CONVERT(name USING
 * filename)), MySQL 8 does not, so it is done here for all.
 */
#ifndef DUALSERVER_MYSQL_FILENAME_H
#define DUALSERVER_MYSQL_FILENAME_H

#include "base/buf.h"
#include "mysql/dialect.h"

/* `name` in UTF-8. Letters of the basic plane only: no server takes others in a name; theirs are encoded in UTF-16. */
void filename_encode(struct buf *to, const char *name);
/* The name of a file as that server makes it; the caller frees. */
char *filename_of(const struct dialect *dialect, const char *name);

#endif
