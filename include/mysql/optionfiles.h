/* optionfiles.h - reads the option files of the server on a host: which, in which order, with their includes. */
#ifndef DUALSERVER_MYSQL_OPTIONFILES_H
#define DUALSERVER_MYSQL_OPTIONFILES_H

#include "host/host.h"
#include "mysql/cnf.h"
#include "mysql/dialect.h"

/* `cnf` (NULL: ask `SERVER --help --verbose` for the default files) is the top file. Follows !include and !includedir
 * (files ending in .cnf, in the order of names), ten levels deep, each path once. version: as dialect_version(). */
int optionfiles_read(struct host *host, const char *cnf, const struct dialect *dialect, unsigned version,
                     struct cnf_set *set, struct err *err);
/* Does the server accept what is in its option files? Runs its own check; *ok false with its words in `said`. */
int optionfiles_validate(struct host *host, const struct dialect *dialect, const char *cnf, bool *ok, struct buf *said,
                         struct err *err);

#endif
