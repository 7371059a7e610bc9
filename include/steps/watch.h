/* watch.h - the watchdog of a run: armed in step 2 before the master is stopped, disarmed in step 4 when it answers again.
 * It lives in host/watchdog.h; the program is heard of through the lock of the master (host/lock.h). */
#ifndef DUALSERVER_STEPS_WATCH_H
#define DUALSERVER_STEPS_WATCH_H

#include "plan/change.h"
#include "plan/facts.h"
#include "plan/world.h"

/* Adds the change that arms it. */
void watch_plan(const struct facts *facts, struct plan *plan);
/* Arms it: the lock of the master must be held, and the plan be there. */
int watch_begin(struct world *world, struct err *err);
/* After the copy, before the start: -1 when the watchdog has started mysqld under it. */
int watch_held(struct world *world, struct err *err);
/* Disarms it; what it did meanwhile is noted, and appended to `said` (may be NULL). True when it has put option files back.
 * Best effort and repeatable. */
bool watch_end(struct world *world, struct buf *said);

#endif
