/* adopt.h - makes the slave's server own the tables and objects that arrived: InnoDB tablespaces are imported, rows are
 * loaded, definitions executed. In sessions without binlog. Each may be repeated: what is there already is left alone.
 * Source: MariaDB KB "InnoDB File-Per-Table Tablespaces, Importing Transportable Tablespaces"; MySQL 8.0 manual 15.6.1.3.
 */
#ifndef DUALSERVER_STEPS_ADOPT_H
#define DUALSERVER_STEPS_ADOPT_H

#include "plan/change.h"
#include "plan/world.h"

/* A session on the slave in which the master's definitions are accepted as they are; the caller closes it. */
struct db *adopt_session(struct world *world, struct err *err);
/* The database, with the character set of that one: tables that are made later without one of their own have it, and where the
 * slave's is another, what comes for them cannot be executed. It may be there already. */
int adopt_database(struct db *db, const char *name, const struct inventory *like, struct err *err);
int adopt_tables(struct world *world, const struct change *change, struct err *err);
/* CREATE TABLE of each that is not there yet, and of sequences. */
int adopt_definitions(struct world *world, struct db *db, struct err *err);
int adopt_objects(struct world *world, const struct change *change, struct err *err);
/* The change that makes views, routines, triggers and events. */
void adopt_plan_objects(const struct facts *facts, struct plan *plan);
/* The last change after tables were taken over as files: a clean restart. Seen on MariaDB 10.11: of a server that is killed after
 * IMPORT TABLESPACE or with adopted Aria files, before a clean stop, recovery applies to them what its logs say of the empty tables
 * that were there before, and rows are gone. */
void adopt_plan_again(const struct facts *facts, struct plan *plan);
/* Every table of the master's inventory can be opened on the slave; those that came as files pass CHECK TABLE. */
int adopt_verify(struct world *world, struct err *err);

#endif
