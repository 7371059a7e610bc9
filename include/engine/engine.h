/* engine.h - the main job, for every front end. Call in this order, all on one thread:
 *
 *     struct engine *engine = engine_new(&answers, &port, state_dir);
 *     engine_look(engine, err)     connect to both hosts, gather facts, run the checks (EVENT_PHASE, EVENT_CHECK)
 *     engine_plan(engine, err)     every change of all steps (EVENT_PLAN); changes nothing
 *     engine_run(engine, err)      the fourteen steps and the proof (EVENT_STEP ... EVENT_RESULT)
 *     engine_free(engine)
 *
 * At the end of a run that is proven, engine_run() tells the result, then asks (QUESTION_YES_NO) whether what it keeps for
 * undo may go. After a yes a second EVENT_RESULT tells what became of that; it is ok in any case, the run is proven.
 *
 * engine_look() may be called again after answers were changed. A failure of engine_look() or engine_plan() has touched
 * nothing. When engine_run() fails the master's mysqld is running again, and the last EVENT_RESULT says what state both
 * servers are in and what to do. The events are the output; err is the same in one line, for the exit code.
 */
#ifndef DUALSERVER_ENGINE_ENGINE_H
#define DUALSERVER_ENGINE_ENGINE_H

#include "base/buf.h"
#include "plan/answers.h"
#include "plan/change.h"
#include "plan/port.h"

struct engine;

/* Borrows answers and port for its life time; state_dir as CONTRACT's --state-dir. */
struct engine *engine_new(const struct answers *answers, const struct port *port, const char *state_dir);
int engine_look(struct engine *engine, struct err *err);  /* -1 with ERR_REFUSED when a check refuses */
int engine_plan(struct engine *engine, struct err *err);
const struct plan *engine_planned(const struct engine *engine); /* NULL before engine_plan() */
/* Asks for the slave's host to be typed, once for a plan: engine_run() does where it was not done before. */
int engine_confirm(struct engine *engine, struct err *err);
int engine_run(struct engine *engine, struct err *err);
/* What sudo has to allow the login of that side for what is planned, and no more: a line of what it is, then text for a shell of
 * root's on that host (host/gate.h). After engine_plan(). */
int engine_least(const struct engine *engine, enum side side, struct buf *to, struct err *err);

/* A run that was begun earlier: the answers must be those of its journal (engine/past.h, `answers`). Instead of look, plan
 * and run:
 *     engine_resume(engine, &past, err)    asks (QUESTION_YES_NO), goes on where it is right, ends as engine_run() does
 *     engine_undo(engine, &past, err)      asks, takes all back, from the last change to the first; ERR_REFUSED with
 *                                          nothing touched when somebody has edited an option file since
 *     engine_accept(engine, &past, err)    asks, lets go of the slave's old data and of the run's folders; proven runs only.
 *                                          From its first removal on the run cannot be undone any more (PAST_ACCEPTING)
 * All may be repeated until they succeed. */
struct past;
int engine_resume(struct engine *engine, const struct past *past, struct err *err);
/* engine_resume() has failed, and touched nothing, because the run was to be served from another one's copy, which is gone: it has
 * to be taken back and begun anew, with a copy of its own. */
bool engine_begins_anew(const struct engine *engine);
int engine_undo(struct engine *engine, const struct past *past, struct err *err);
int engine_accept(struct engine *engine, const struct past *past, struct err *err);
const struct answers *engine_answers(const struct engine *engine); /* as given to engine_new() */
void engine_free(struct engine *engine);

/* CONTRACT's default: $XDG_STATE_HOME/dualserver, else ~/.local/state/dualserver; NULL when neither is known. Owned. */
char *engine_state_dir(void);

#endif
