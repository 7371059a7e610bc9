/* carry_out.h - a plan of the commands after set-up, made real.
 *
 * Statements and the like are made under the locks of their hosts (host/lock.h), so that no run is at work there at the same time;
 * files alone need none, for they are replaced only as long as they are what the plan was made for. Stops at the first failure.
 */
#ifndef DUALSERVER_CARE_CARRY_OUT_H
#define DUALSERVER_CARE_CARRY_OUT_H

#include "care/care.h"
#include "plan/change.h"

int care_carry_out(struct care *care, const struct plan *plan, struct err *err);
/* The locks of the hosts by themselves, for what is more than a plan; ERR_REFUSED: somebody else has one. Of the sides that are not
 * wanted, and after a failure, they are NULL. */
struct lock;
int care_lock(struct care *care, bool master, bool slave, struct lock *locks[2], struct err *err);
void care_unlock(struct care *care, struct lock *locks[2]);
/* All changes and notes as text for a person. Appends. */
void care_plan_render(const struct plan *plan, struct buf *to);

#endif
