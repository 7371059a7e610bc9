/* warm.h - the table files copied while mysqld still serves, so that in the stop only what changed since is copied again.
 *
 *     const char *why = warm_why_not(&facts->master);     pure: NULL, it can be done
 *     warm_copy(world, err);                              before anything is held; after copy_write_lists()
 *     warm_check_limit(world, err);                       is what is left little enough for limit_downtime?
 *     copy_take(world, &index, err);                      in the stop: the rest
 *
 * What changed is told by each file's inode, size and time of change (ctime, which nobody can set back). Files that a running
 * server writes may be torn in the first copy: they have changed by then, so they are copied again, as are all that changed
 * within the half minute before.
 */
#ifndef DUALSERVER_STEPS_WARM_H
#define DUALSERVER_STEPS_WARM_H

#include "plan/world.h"

/* Why the time stamps of this server's files cannot be relied on; NULL: they can. Borrowed. */
const char *warm_why_not(const struct server_facts *master);
int warm_copy(struct world *world, struct err *err);
/* ERR_REFUSED when the rest cannot be copied within limit_downtime. Nothing is held or stopped. */
int warm_check_limit(struct world *world, struct err *err);
/* A note on how much the stop still had to copy. Best effort. */
void warm_report(struct world *world);
/* For step 3: $1 the database's folder, $2 the run's folder, $3 the index of binary logs, which it prints; $4 is empty unless
 * the .sdi files go along: which of them is whose is seen later, their names do not tell. */
extern const char warm_rest_script[];

#endif
