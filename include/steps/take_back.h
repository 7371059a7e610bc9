/* take_back.h - what keeps and takes back the changes of steps that more than a line of SQL is needed for. All repeatable. */
#ifndef DUALSERVER_STEPS_TAKE_BACK_H
#define DUALSERVER_STEPS_TAKE_BACK_H

#include "plan/change.h"
#include "plan/world.h"

/* An account (change->user, user_host): keeps the statements that make it as it was, when it is there already; drops it, and
 * makes it again from them. */
change_apply_fn account_keep, account_revert;
/* The slave's old replication: keeps its login, which the server alone knows; points it there again and starts what ran. */
change_apply_fn replication_keep, replication_revert;
/* The database that the run has put onto the slave is dropped, whatever state it is in; that of before, when it had no tables,
 * is made again. Only after its old data was moved aside, or where there was none. */
change_apply_fn fresh_revert;
/* A database of the slave goes, also one whose folder holds files that the server does not know. */
int take_back_drop(struct world *world, const char *database, const char *folder, struct err *err);

#endif
