/* guard.h - what a run makes sure of before its first change, and holds until its end: that the machines and servers are those
 * that were planned for, and that nobody else is at work on them.
 *
 *     guard_look(world, err)              -1, ERR_REFUSED: somebody is at work there already; changes nothing
 *     guard_begin(world, bound, err)      0: both locks are held; ERR_REFUSED: nothing was touched
 *     guard_kept(world, err)              before each change: -1 when somebody has broken a lock of ours meanwhile
 *     guard_end(world)                    lets go of both locks; repeatable
 *
 * A run that is resumed has the run id and the identities of the first one: `bound` then comes from the journal, and its own
 * stale lock is taken over.
 */
#ifndef DUALSERVER_ENGINE_GUARD_H
#define DUALSERVER_ENGINE_GUARD_H

#include "plan/world.h"

/* Of each side machine_id, fingerprint, datadir, datadir_inode, server_uuid are looked at; what is not known is not compared. */
int guard_look(struct world *world, struct err *err);
int guard_begin(struct world *world, const struct facts *bound, struct err *err);
int guard_kept(struct world *world, struct err *err);
void guard_end(struct world *world);
/* Is this the machine, with `data_too` also the server, that `bound` is about? Asked over world->hosts now. Without
 * data_too (mysqld is down, or its data directory was exchanged by the run) only the machine counts. ERR_REFUSED if not. */
int guard_roles(struct world *world, const struct server_facts *bound, bool data_too, struct err *err);

#endif
