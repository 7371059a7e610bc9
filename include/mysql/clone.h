/* clone.h - what the CLONE plugin can carry: it takes the InnoDB tables of a whole server, and leaves all others empty.
 * Source: MySQL 8.0 manual 7.6.7 "The Clone Plugin".
 */
#ifndef DUALSERVER_MYSQL_CLONE_H
#define DUALSERVER_MYSQL_CLONE_H

#include "mysql/db.h"
#include "mysql/series.h"

/* NULL: the one may be cloned to the other. Else why not, to be read after "CLONE: ". Borrowed; pure. */
const char *clone_refuse(struct server_kind master, struct server_kind slave);
/* What a clone of this server would lack or put outside of the data directory: "table a.b is of engine MyISAM". *hindrance is
 * NULL when there is nothing, and owned by the caller. */
int clone_hindrance(struct db *db, char **hindrance, struct err *err);

#endif
