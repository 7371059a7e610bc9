/* How a run, an undo or an accept ends: the result as the last thing that is told, the report, what a failure leaves. */
#include "engine_room.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/guard.h"
#include "engine/recover.h"
#include "engine/report.h"

static struct event result_event(const struct engine *engine, bool ok, const char *verdict, const char *advice)
{
    const struct world *world = &engine->world;
    return (struct event){ .kind = EVENT_RESULT, .ok = ok, .text = verdict, .fix = advice, .id = world->run_id,
                           .downtime_ms = world->downtime_ms, .done = world->shipped_bytes, .ms = clock_ms() - engine->began_ms };
}

void engine_emit_result(struct engine *engine, bool ok, const char *verdict, const char *advice)
{
    const struct event result = result_event(engine, ok, verdict, advice);
    world_emit(&engine->world, &result);
}

void engine_write_report(struct engine *engine)
{
    struct world *world = &engine->world;
    struct err err = ERR_INIT;
    char *path = mem_printf("%s/report.md", world->state_dir);
    if (report_write(path, world, &engine->plan, &engine->model, &err) != 0)
        world_note(world, SEVERITY_WARNING, "the report could not be written: %s", err.text);
    free(path);
}

void engine_amend_report(struct engine *engine, const char *line)
{
    struct world *world = &engine->world;
    struct err err = ERR_INIT;
    char *path = mem_printf("%s/report.md", world->state_dir);
    if (report_amend(path, line, &err) != 0)
        world_note(world, SEVERITY_WARNING, "the report could not be written: %s", err.text);
    free(path);
}

int engine_ask(struct engine *engine, const char *text, struct err *err)
{
    const struct question question = { .kind = QUESTION_YES_NO, .text = text };
    struct answer answer = { .yes = false };
    int rc = engine->port.ask(engine->port.context, &question, &answer, err);
    return rc == 0 && !answer.yes ? err_set(err, ERR_REFUSED, "nothing was done: the run stays as it is") : rc;
}

void engine_end(struct engine *engine, bool ok, const char *verdict, const char *advice)
{
    engine->world.step = 0;
    guard_end(&engine->world);
    engine_emit_result(engine, ok, verdict, advice);
    journal_close(engine->journal);
    engine->journal = NULL;
}

/* The result is the last thing that is told: what may still go wrong, and be noted, goes before it. */
void engine_conclude(struct engine *engine, bool ok, const char *verdict, const char *advice)
{
    const struct event result = result_event(engine, ok, verdict, advice);
    model_apply(&engine->model, &result, clock_ms());
    engine_write_report(engine);
    guard_end(&engine->world);
    engine_emit_result(engine, ok, verdict, advice);
}

/* All of it is on disk before anybody is asked what becomes of the old data. */
void engine_succeed(struct engine *engine)
{
    struct world *world = &engine->world;
    struct err err = ERR_INIT;
    char *verdict = mem_printf("proven: %s is a live slave of %s", engine->answers->slave.host, engine->answers->master.host);
    if ((engine->keep_copy ? recover_clean_side(world, SIDE_SLAVE, &err) : recover_clean(world, &err)) != 0)
        world_note(world, SEVERITY_WARNING, "the run's folder could not be removed: %s", err.text);
    if (journal_end(engine->journal, true, false, verdict, &err) != 0)
        world_note(world, SEVERITY_WARNING, "%s", err.text);
    char *advice = mem_printf("The report of this run is %s/report.md; %s `dualserver accept` lets go of it, `dualserver undo` %s",
                              world->state_dir,
                              plan_destroys(&engine->plan) ? "the slave's old data is kept:" : "what undo needs is kept on both hosts:",
                              plan_destroys(&engine->plan) ? "brings it back" : "takes the run back");
    if (engine->keep_copy)
        engine_conclude(engine, true, verdict, advice); /* what it keeps is let go of when the last slave was served */
    else
        engine_offer_accept(engine, verdict, advice);
    free(advice);
    free(verdict);
}

/* Said instead of how it showed: a wait that was cut off. */
static void name_the_limit(struct world *world, struct err *err)
{
    if (!world_over_limit(world))
        return;
    err_set(err, ERR_WORLD, "the master was held up for longer than limit_downtime (%u s), so the run was ended",
            world->answers->limit_downtime);
    err_hint(err, "raise the limit, or try at a quieter time");
}

/* err is what failed; everything after it is done without being cancelled. */
static void fail(struct engine *engine, int step, const struct err *err)
{
    struct world *world = &engine->world;
    struct err journal_err = ERR_INIT;
    struct buf state = BUF_INIT;
    engine->port.cancel_fd = -1;
    world_phase(world, PHASE_END, "putting the servers in order after the failure");
    const bool nothing_left = recover(world, step, &state);
    if (!nothing_left)
        buf_adds(&state, "`dualserver resume` goes on from here, `dualserver undo` takes the run back. ");
    if (err->hint[0] != '\0')
        buf_adds(&state, err->hint);
    journal_end(engine->journal, false, nothing_left, err->text, &journal_err);
    engine_conclude(engine, false, err->text, buf_str(&state));
    buf_free(&state);
}

int engine_fail(struct engine *engine, int step, struct err *err)
{
    engine->planned = false; /* a plan is good for one run */
    engine->world.step = 0;
    name_the_limit(&engine->world, err);
    fail(engine, step, err);
    journal_close(engine->journal);
    engine->journal = NULL;
    return -1;
}
