/* bring_table.h - tables of the slave made anew with the master's rows, while both servers run.
 *
 *     bring_leftovers(world, &left, err)              what a run that broke off has left on the slave
 *     bring_tables(world, &tables, leave_out, &stopped, err)
 *     ... compare (care/compare.h) ...
 *     bring_clear(world, err)                         lets go of the old tables
 *
 * The new table is filled in a database of its own on the slave. Nobody writes to the table on the master while its rows are read;
 * with InnoDB only until a snapshot is made of it. The slave then executes exactly up to there, and at that place the new table takes
 * the old one's; the old one is kept in another database beside it. Neither database is replicated, or seen by the binary log:
 *
 *     dualserver_fresh_CRC        new tables that are not in their place yet
 *     dualserver_aside_CRC_RUN    old tables
 *
 * where CRC stands for the database's name. A table that foreign keys lead from or to cannot be renamed without them: its rows are
 * exchanged instead, in one transaction, and the old ones kept as a copy.
 *
 * Wherever it breaks off, a table is either the old one, whole, or the new one, whole, and the slave stands at or before the place that
 * belongs to it. What was left out of a table that is the old one still is missing in it: these tables are in dualserver_fresh_CRC.
 */
#ifndef DUALSERVER_CARE_BRING_TABLE_H
#define DUALSERVER_CARE_BRING_TABLE_H

#include "plan/world.h"

struct bring_left {
    struct strings fresh; /* tables that were being brought */
    struct strings aside; /* databases with old tables */
    bool any;             /* either database is there */
};

int bring_leftovers(struct world *world, struct bring_left *left, struct err *err);
void bring_left_free(struct bring_left *left);

/* leave_out: the slave cannot execute what comes for these tables until then: it is left out. *stopped: on its way there the SQL thread
 * has stopped at an event (-1): with further tables, or with leave_out, it may get there. After a failure with leave_out the SQL thread
 * stands still and nothing is left out any more; after another one it runs as before, unless it is *stopped. */
int bring_tables(struct world *world, const struct strings *tables, bool leave_out, bool *stopped, struct err *err);
/* Once they are proven: the old tables and what is left of the new ones goes. Nothing there: 0. */
int bring_clear(struct world *world, struct err *err);
/* The slave leaves nothing out any more; its SQL thread is stopped for that, and stays so. */
int bring_leave_nothing_out(struct world *world, struct err *err);

/* Do foreign keys lead from or to it, on that server? */
int bring_tied(struct db *db, const char *database, const char *table, bool *tied, struct err *err);

/* Parts, pure. */
/* Why this table cannot be brought so; NULL: it can. leave_out as above. Borrowed. */
const char *bring_why_not(const struct dialect *slave, const struct table *table, bool leave_out);
/* These tables left out of replication, or (none) nothing any more: the statement. Appends. */
void bring_filter(const struct dialect *slave, const char *database, const struct strings *tables, struct buf *sql);
/* Are all of the filter's tables (as in the slave's status) among those? */
bool bring_filter_is_ours(const char *value, const char *database, const struct strings *fresh);
void bring_fresh_name(const char *database, struct buf *to); /* appends */
void bring_aside_name(const char *database, const char *run, struct buf *to); /* run "": what they begin with */

#endif
