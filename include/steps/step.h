/* step.h - the fourteen steps. Each is one file, src/steps/NN_name.c, that ends in one table entry like
 *
 *     const struct step step_master_stop = {
 *         .number = 2, .id = "master-stop", .title = "Stop mysqld on the master",
 *         .plan = plan, .verify = verify,
 *     };
 *
 * plan() turns facts and answers into changes, without I/O; nothing is added when nothing is left to do. The engine
 * applies the changes in order (change->apply, or the generic one of its kind), then calls verify(). Every step may be
 * repeated until it succeeds.
 */
#ifndef DUALSERVER_STEPS_STEP_H
#define DUALSERVER_STEPS_STEP_H

#include "plan/change.h"
#include "plan/world.h"

#define STEP_COUNT 14

struct step {
    int number;
    const char *id;      /* CONTRACT's name: "master-config" */
    const char *title;   /* "Edit my.cnf on the master" */
    const char *howto;   /* the how-to's words, for help */
    int (*plan)(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err);
    /* Looks again: is what the step wanted so? NULL: its changes check themselves. */
    int (*verify)(struct world *world, struct err *err);
};

extern const struct step *const steps[STEP_COUNT];

/* All changes of all steps, with the downtime forecast. Pure. */
int steps_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err);
/* The whole plan as text for a person: per step its title, its changes, where it departs from the how-to; the forecast. */
void plan_render(const struct plan *plan, struct buf *to);
/* One of the plan's options in a line: what it costs, or why it is not possible. Appends. */
void plan_render_option(const struct plan_option *option, struct buf *to);
/* Step 13's proof, also for later commands: emits EVENT_PROOF for each thing proven. */
int steps_prove(struct world *world, struct err *err);
/* Its canaries alone, named after world->run_id: made, seen on the slave, dropped again. */
int steps_prove_canaries(struct world *world, struct err *err);
/* Drops the canaries that a proof cut short has left on the master. Best effort. */
void steps_prove_clean(struct world *world);
/* Sets back what step 2 set on a master that was not stopped after all. Best effort. */
void steps_flush_undo(struct world *world);

#endif
