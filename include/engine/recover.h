/* recover.h - after a failure: the master's mysqld runs again, the slave's too where that is safe, our copies are gone.
 *
 * Works on fresh connections that cannot be cancelled, because the old ones may be broken or cancelled. Tells what it does
 * as notes; never fails itself, but says in `state` what it had to leave.
 */
#ifndef DUALSERVER_ENGINE_RECOVER_H
#define DUALSERVER_ENGINE_RECOVER_H

#include "base/buf.h"
#include "plan/world.h"

/* step: the one that failed, 1..14. Appends to `state` in what state both servers are. True: all that the run had changed is
 * taken back. What has been copied whole stays, for resume. */
bool recover(struct world *world, int step, struct buf *state);
/* It runs with other options than it was planned with: somebody, or its host, has started it since they were written. */
bool recover_master_otherwise(struct world *world);
/* Where the master does not start, what this run did may keep it from it: a copy that fills its disk, or the new configuration.
 * Both go then, and it is tried again. */
int recover_start_master(struct world *world, bool *taken_back, struct err *err);
/* A new session to that side's machine, which cannot be cancelled; the old one may be broken. Tries for a minute. */
int recover_reconnect(struct world *world, enum side side, struct err *err);
/* Removes the run's own copies on both hosts; the slave's old data, when there is any, stays. */
int recover_clean(struct world *world, struct err *err);
int recover_clean_side(struct world *world, enum side side, struct err *err);
/* Removes the run's folders on both hosts, with all that is in them. */
int recover_remove(struct world *world, struct err *err);

#endif
