/* aside.h - the slave's own database of the same name is renamed aside: as SQL, so that InnoDB's dictionary goes along
 * and the tables stay usable. RENAME TABLE across databases keeps rows, indexes and foreign keys and takes no time; it
 * refuses tables with triggers and views (errors 1435, 1450), so those are saved as statements and dropped first.
 */
#ifndef DUALSERVER_STEPS_ASIDE_H
#define DUALSERVER_STEPS_ASIDE_H

#include "plan/change.h"
#include "plan/world.h"

#define ASIDE_PREFIX "dualserver_old_"

char *aside_database(const struct world *world); /* "dualserver_old_20261122_184501_3f9c"; owned by the caller */
int aside_apply(struct world *world, const struct change *change, struct err *err);
int aside_revert(struct world *world, const struct change *change, struct err *err);
/* It has begun to come back, at least: what stands under the database's name is not to be removed. */
int aside_is_coming_back(struct world *world, bool *so, struct err *err);

#endif
