/* snapshot.h - one moment of the master, held by sessions while the master goes on working.
 *
 *     struct snapshot snapshot;
 *     snapshot_take(world, &snapshot, err)     coordinates are in snapshot.start
 *     ... read tables through snapshot.reader ...
 *     snapshot_unlock(&snapshot)               tables that know no transactions have been read: writers go on
 *     snapshot_free(&snapshot)
 *
 * Everything is stopped for the moment in which three things are done: tables without transactions are locked for reading,
 * a consistent read begins, the binlog's position is read. Then writers of transactional tables go on at once.
 * Sources: MySQL 8.0 manual 15.3.1 (WITH CONSISTENT SNAPSHOT), 15.7.8.3 (FLUSH TABLES WITH READ LOCK); mydumper does the same.
 */
#ifndef DUALSERVER_STEPS_SNAPSHOT_H
#define DUALSERVER_STEPS_SNAPSHOT_H

#include "plan/world.h"

struct snapshot {
    struct db *reader; /* in a consistent read */
    struct db *lock;   /* holds the other tables; NULL: there are none */
    struct binlog_position start;
};

/* Is this an engine whose tables a consistent read does not cover? */
bool snapshot_needs_lock(const struct table *table);
int snapshot_take(struct world *world, struct snapshot *snapshot, struct err *err);
void snapshot_unlock(struct world *world, struct snapshot *snapshot);
void snapshot_free(struct world *world, struct snapshot *snapshot);

#endif
