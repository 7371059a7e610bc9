/* series.h - release series of both vendors, and what may go from one to another. Pure.
 *
 * Sources: MariaDB KB "Replication: Overview" (a slave of the same or a later version), "InnoDB File-Per-Table Tablespaces";
 * MySQL 8.4 manual 19.5.2 "Replication Compatibility Between MySQL Versions" (from one series to the next), 15.6.1.3 (imports
 * within one series). That tables of MariaDB 10.5 and 10.11 can be taken over as files by 10.11 and 11.8 is tried in
 * tests/lab/methods.
 */
#ifndef DUALSERVER_MYSQL_SERIES_H
#define DUALSERVER_MYSQL_SERIES_H

#include <stdbool.h>

#include "mysql/dialect.h"

/* One end of a copy. */
struct server_kind {
    const struct dialect *dialect;
    unsigned version; /* as dialect_version() */
};

/* NULL: such a slave may follow such a master. Else why not, and *way_out what to do. Borrowed. */
const char *series_refuse(struct server_kind master, struct server_kind slave, const char **way_out);
bool series_same(struct server_kind master, struct server_kind slave);
/* The slave's server takes over files of tables that the master's wrote. */
bool series_files(struct server_kind master, struct server_kind slave);
/* System-versioned tables mean the same in both: MariaDB 11.5 moved the end of time from 2038 to 2106. */
bool series_same_end_of_time(struct server_kind master, struct server_kind slave);

#endif
