/* gtid.h - global transaction ids in step 12. File and position are what the copy is tied to, and what replication is started
 * with; where both servers keep GTIDs, the slave is told which of them came with the copy, and then goes over to them.
 */
#ifndef DUALSERVER_STEPS_GTID_H
#define DUALSERVER_STEPS_GTID_H

#include "plan/change.h"
#include "plan/facts.h"
#include "plan/world.h"

/* Does the slave go over to GTIDs? Pure. */
bool gtid_used(const struct facts *facts, const struct answers *answers);
/* Has the slave executed transactions (MySQL) that carry this master's ids, but are not in this master's history? It would skip
 * the master's own of the same numbers without a word. Pure. */
bool gtid_collides(const struct facts *facts);
/* What is used and what becomes of the slave's own state, in one sentence. Appends. Pure. */
void gtid_explain(const struct facts *facts, const struct answers *answers, struct buf *to);

/* Before CHANGE MASTER: the slave's state becomes that of the coordinates. */
void gtid_plan_state(const struct facts *facts, const struct answers *answers, struct plan *plan);
/* After it: over to GTIDs. */
void gtid_plan_use(const struct facts *facts, const struct answers *answers, struct plan *plan);
/* Part of step 13's proof: a slave that follows by GTID has executed all that the master has written. */
int gtid_prove(struct world *world, struct err *err);

#endif
