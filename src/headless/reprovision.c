/* reprovision without screens: what is wrong, what of it is carried, and the reports away from the slave meanwhile. */
#include "config.h"

#include "reprovision_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "care/carry_out.h"
#include "care/doubt.h"
#include "engine/engine.h"
#include "engine/guard.h"


void reprovisioning_event(void *context, const struct event *event)
{
    struct reprovisioning *session = context;
    outcome_take(&session->outcome, event);
    if (session->options->json)
        output_json(&session->output, event);
    else
        output_text(&session->output, event, clock_ms());
}

static int on_question(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    struct reprovisioning *session = context;
    (void)fflush(stdout);
    return session->front->ask(session->front->context, question, answer, err);
}

static void show_plan(struct reprovisioning *session)
{
    struct buf text = BUF_INIT;
    care_plan_render(&session->job.plan, &text);
    reprovisioning_event(session, &(struct event){ .kind = EVENT_PLAN, .text = buf_str(&text), .ms = session->job.plan.count });
    buf_free(&text);
}

/* What of the slave is replaced is confirmed by its host's name; the rest by a yes. */
static int confirm(struct reprovisioning *session, bool destroys, struct err *err)
{
    const char *host = session->answers->slave.host;
    char *text = destroys ? mem_printf("Data of the slave is replaced by the master's. Type the slave's host to do it: %s", host)
                          : mem_dup("Shall this be done?");
    const struct question question = { .kind = destroys ? QUESTION_CONFIRM : QUESTION_YES_NO, .text = text, .expected = host };
    struct answer answer = { .yes = false };
    int rc = 0;
    if (destroys && !session->options->yes && !session->options->plain && !isatty(STDIN_FILENO)) {
        err_set(err, ERR_REFUSED, "nobody is there to say yes to these changes");
        rc = err_hint(err, "--yes with --confirm %s makes them, --plan only shows them; nothing was touched", host);
    } else {
        rc = on_question(session, &question, &answer, err);
    }
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_REFUSED, "not confirmed: nothing was touched");
    free(text);
    return rc;
}

static int reports_back(struct reprovisioning *session, struct err *err)
{
    bool back;
    if (reprovision_reports_back(session->care, session->state_dir, &back, err) != 0)
        return -1;
    if (back)
        world_note(&session->care->world, SEVERITY_INFO, "reports are read from the slave again");
    return 0;
}

/* The first that is changed: not while somebody else is at work there. */
int reprovisioning_reports_away(struct reprovisioning *session, struct err *err)
{
    const struct care_side *sides = session->care->sides;
    if (sides[SIDE_MASTER].host && sides[SIDE_SLAVE].host && guard_look(&session->care->world, err) != 0)
        return err_advise(err, "nothing was touched");
    bool away;
    if (reprovision_reports_away(session->care, &session->job.trouble, session->state_dir, &away, err) != 0)
        return -1;
    if (away)
        world_note(&session->care->world, SEVERITY_INFO, "reports are read from the master until the slave is proven");
    return 0;
}

/* ---- some tables */

static int tables(struct reprovisioning *session, struct err *err)
{
    struct reprovision *job = &session->job;
    if (reprovisioning_reports_away(session, err) != 0)
        return -1;
    if (reprovision_carry_out(session->care, job, err) != 0)
        return -1;
    if (job->way == REPROVISION_ALL) {
        world_note(&session->care->world, SEVERITY_WARNING, "everything has to be carried over: %s", job->decision.why.items[job->decision.why.count - 1]);
        return 0;
    }
    return reports_back(session, err);
}

/* ---- everything: the engine's work */

static void hear_nothing(void *context, const struct event *event)
{
    (void)context, (void)event;
}

/* The way that leaves the master running is looked for by a plan that is not shown. */
int reprovisioning_choose_copy(struct reprovisioning *session, struct err *err)
{
    const struct port quiet = { .context = session, .emit = hear_nothing, .ask = on_question, .cancel_fd = session->front->cancel_fd };
    if (session->answers->copy != COPY_AUTO)
        return 0;
    struct engine *engine = engine_new(session->answers, &quiet, session->state_dir);
    int rc = engine_look(engine, err) == 0 && engine_plan(engine, err) == 0 ? 0 : -1;
    if (rc == 0) {
        const struct plan *plan = engine_planned(engine);
        err_clear(err);
        session->answers->copy = reprovision_copy(plan->options, plan->option_count);
    }
    engine_free(engine);
    if (rc == 0 && session->answers->copy == COPY_AUTO)
        world_note(&session->care->world, SEVERITY_WARNING, "no way of copying leaves the master's server running here");
    return rc;
}

/* The engine has its own connections: ours are closed, for servers may restart. */
static int everything(struct reprovisioning *session, struct err *err)
{
    char *hosts[] = { session->answers->slave.host };
    const struct strings anew = { .items = hosts, .count = 1 };
    struct options options = *session->options;
    if (reprovisioning_choose_copy(session, err) != 0)
        return -1;
    if (!options.plan) {
        if (confirm(session, true, err) != 0)
            return -1;
        options.confirm[0] = session->answers->slave.host;
        options.plain = options.plain || !options.yes;
        if (reprovisioning_reports_away(session, err) != 0)
            return -1;
    }
    care_end(session->care);
    care_begin(session->care, session->answers, &session->port);
    return headless_run_anew(session->answers, &options, &anew, err);
}

/* ---- */

static void tell_tables(struct reprovisioning *session)
{
    struct reprovision *job = &session->job;
    struct outcome *outcome = &session->outcome;
    for (size_t i = 0; i < job->carried.count; i++)
        strings_add(&outcome->carried, job->carried.items[i]);
    for (size_t i = 0; i < job->stayed.count; i++)
        if (!strings_has(&job->carried, job->stayed.items[i]) && !strings_has(&job->differ, job->stayed.items[i]))
            strings_add(&outcome->stayed, job->stayed.items[i]);
}

char *reprovisioning_verdict(struct reprovisioning *session, const struct err *err)
{
    const struct outcome *outcome = &session->outcome;
    tell_tables(session);
    if (err->code != ERR_NONE)
        return mem_dup(err->text);
    if (session->job.way == REPROVISION_NOTHING)
        return mem_printf("nothing to do: replication runs, and %zu tables hold the same rows on both servers", session->job.compared_count);
    if (session->options->plan)
        return mem_printf("%zu changes are pending; nothing was changed", session->job.plan.count);
    if (outcome->carried.count == 0)
        return mem_dup("replication runs, and all tables hold the same rows; none had to be carried");
    return mem_printf("replication runs, and all tables hold the same rows: %zu carried, %zu stayed as they were", outcome->carried.count,
                      outcome->stayed.count);
}

static void finish(struct reprovisioning *session, struct err *err)
{
    struct outcome *outcome = &session->outcome;
    if (err->code != ERR_NONE && reprovision_reports_waiting(session->answers, session->state_dir))
        world_note(&session->care->world, SEVERITY_WARNING, "reports stay on the master; `dualserver billing` points them at the slave when it "
                   "is right");
    headless_signal_as_error(err);
    char *text = reprovisioning_verdict(session, err);
    outcome_take(outcome, &(struct event){ .kind = EVENT_RESULT, .ok = err->code == ERR_NONE, .id = "", .text = text,
                                           .fix = err->code != ERR_NONE ? err->hint : "", .done = session->care->world.shipped_bytes,
                                           .ms = clock_ms() - session->begun_ms });
    outcome->way = session->job.way == REPROVISION_NOTHING ? "nothing" : session->job.way == REPROVISION_ALL ? "everything" : "tables";
    if (session->options->json)
        output_json_end(outcome, err);
    else
        output_text_end(&session->output, outcome);
    free(text);
}

static int forget_doubts(const struct reprovisioning *session, struct err *err)
{
    const char *table = session->options->table;
    return table == NULL ? doubt_clear(session->state_dir, session->answers, err)
                         : doubt_clear_table(session->state_dir, session->answers, table, err);
}

/* *told: the engine has said how it ended. */
int reprovisioning_drive(struct reprovisioning *session, bool *told, struct err *err)
{
    struct reprovision *job = &session->job;
    const struct reprovision_wish wish = { .table = session->options->table, .state_dir = session->state_dir };
    session->port = (struct port){ .context = session, .emit = reprovisioning_event, .ask = on_question, .cancel_fd = session->front->cancel_fd };
    session->care->world.port = &session->port;
    if (reprovision_look(session->care, &wish, job, err) != 0)
        return -1;
    err_clear(err);
    if (job->way == REPROVISION_NOT) {
        *err = job->refusal;
        return -1;
    }
    if (job->way == REPROVISION_NOTHING)
        return session->options->plan ? 0 : forget_doubts(session, err);
    show_plan(session);
    if (job->way == REPROVISION_TABLES) {
        if (session->options->plan)
            return 3;
        if (confirm(session, plan_destroys(&job->plan) || !job->compared, err) != 0 || tables(session, err) != 0)
            return -1;
    }
    if (job->way != REPROVISION_ALL)
        return 0;
    if (session->one_of_several)
        return session->options->plan ? 3 : confirm(session, true, err);
    const int rc = everything(session, err);
    *told = rc >= 0;
    return rc > 0 && err->code != ERR_NONE ? -1 : rc;
}

struct reprovisioning reprovisioning(const struct options *options, const char *state_dir, struct answers *answers, struct care *care)
{
    return (struct reprovisioning){
        .options = options, .state_dir = state_dir, .answers = answers, .care = care, .front = care->world.port, .begun_ms = clock_ms(),
        .output = { .color = options_color(options, STDOUT_FILENO), .terminal = isatty(STDOUT_FILENO) && !options->plain,
                    .verbose = options->verbose, .quiet = options->quiet, .whole_plan = true },
    };
}

void reprovisioning_end(struct reprovisioning *session)
{
    outcome_free(&session->outcome);
    reprovision_free(&session->job);
    session->care->world.port = session->front;
}

int headless_reprovision(const struct options *options, const char *state_dir, struct answers *answers, struct care *care, struct err *err)
{
    if (answers->more_count > 0)
        return headless_reprovision_slaves(options, state_dir, answers, care->world.port, err);
    struct reprovisioning session = reprovisioning(options, state_dir, answers, care);
    bool told = false;
    int rc = reprovisioning_drive(&session, &told, err);
    if (!told) {
        if (rc >= 0)
            err_clear(err);
        finish(&session, err);
    } else if (rc != 0 && !options->json && !options->quiet && reprovision_reports_waiting(answers, state_dir)) {
        (void)printf("reports stay on the master; `dualserver billing` points them at the slave when it is right\n");
    }
    reprovisioning_end(&session);
    return rc;
}
