/* engine_room.h - what the files of the engine share: the engine itself, and how a plan's changes are applied. */
#ifndef DUALSERVER_ENGINE_ROOM_H
#define DUALSERVER_ENGINE_ROOM_H

#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/model.h"
#include "engine/further.h"
#include "engine/past.h"
#include "plan/world.h"
#include "steps/step.h"

struct engine {
    const struct answers *answers;
    const struct port *outer;   /* the front end's */
    struct port port;           /* ours: feeds the model, then hands on */
    struct model model;
    struct world world;
    struct plan plan;
    bool looked, planned;
    bool confirmed;             /* the slave's host was typed for this plan */
    const struct further *further; /* borrowed: of the other slaves; NULL: there are none */
    bool keep_copy;             /* a run to come is served from this one's copy */
    bool begins_anew;           /* engine_begins_anew() */
    bool leaves_master;         /* undo: another slave needs what the run has made of the master */
    int cancel_fd;              /* the front end's cancel and the downtime limit in one */
    char *state_dir;
    struct journal *journal;
    uint64_t began_ms;
    bool *left;                 /* by change: what a resumed run has left to do; NULL: all */
    bool *kept;                 /* by change: an earlier try of this run has kept what undo needs of it; NULL: none has */
    int first_step;             /* steps before it were done earlier */
    bool same_plan;             /* engine_recall(): the plan is the one of then */
    char *drifted;              /* and what somebody has edited since; NULL: nothing */
    char *told_start;           /* coordinates that the journal knows already */
};

/* Applies what is to do, step after step, and ends the run: verdict, report, or the recovery from a failure. */
int engine_carry_out(struct engine *engine, struct err *err);
/* The end of a run that is proven: journal, report, and the question about what it has kept. */
void engine_succeed(struct engine *engine);
/* Recovers from what failed in a step, and tells the result: -1. */
int engine_fail(struct engine *engine, int step, struct err *err);
void engine_emit_step(struct world *world, const struct step *step, enum step_state state, uint64_t ms, const char *text);
/* The last event. */
void engine_emit_result(struct engine *engine, bool ok, const char *verdict, const char *advice);
void engine_write_report(struct engine *engine);
/* What became of a run whose report was written earlier. */
void engine_amend_report(struct engine *engine, const char *line);
/* Yes or no; ERR_REFUSED: no. */
int engine_ask(struct engine *engine, const char *text, struct err *err);
/* The last event of an undo or accept; lets go of the locks. */
void engine_end(struct engine *engine, bool ok, const char *verdict, const char *advice);
/* The report, the locks, then the result as the last thing that is told. */
void engine_conclude(struct engine *engine, bool ok, const char *verdict, const char *advice);
/* At the end of a run that is proven: tells the result, asks whether the old data may go, and tells what became of it in a further
 * result. Never fails the run. */
void engine_offer_accept(struct engine *engine, const char *verdict, const char *advice);
/* Connects, reads the facts that the run was planned with, and plans again. secrets: the accounts' passwords are wanted, too; to
 * take a run back or to accept it they are not, and their files may be gone. */
int engine_recall(struct engine *engine, const struct past *past, bool secrets, struct err *err);
/* May this run be taken back, seen from other slaves of its master? Sets leaves_master. ERR_REFUSED: not before theirs are. */
int undo_others_may_stay(struct engine *engine, const struct past *past, struct err *err);
/* With leaves_master: what was done there in that step stays. */
bool undo_stays(const struct engine *engine, enum side side, int step);
/* Of the option files: nobody has edited them since, else ERR_REFUSED and the difference is shown. Then one side's as they were. */
int undo_check_files(struct engine *engine, const struct past *past, struct err *err);
int undo_revert_files(struct engine *engine, const struct past *past, enum side side, struct err *err);
/* The servers run when these return; the slave's without taking up an old replication. */
int engine_start_master(struct engine *engine, struct err *err);
/* Where all of the slave's data is exchanged (copy_way.whole): its own is put back, before its server is started. What is there instead
 * need not be fit for a server yet: until step 9 it is root's. Nothing was exchanged: 0. */
int engine_give_data_back(struct engine *engine, const struct past *past, struct err *err);
int engine_start_slave(struct engine *engine, const struct past *past, struct err *err);
char *engine_kept_path(const struct engine *engine); /* of the facts, in the run's folder; owned */

#endif
