/* How a setup with several slaves ends: one result of all; and a further slave's run that has to be begun anew. */
#include "config.h"

#include "slaves_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "engine/runs.h"

void slaves_tell(struct session *session, enum severity severity, const char *text)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, text, strlen(text), 0);
    session_event(session, &(struct event){ .kind = EVENT_NOTE, .severity = severity, .text = buf_str(&shown) });
    buf_free(&shown);
}

static void list_hosts(const struct set *set, enum pair_state state, const char *before, struct buf *to)
{
    bool any = false;
    for (size_t i = 0; i < set->count; i++)
        if (set->pairs[i].state == state) {
            buf_addf(to, "%s%s", any ? ", " : before, set->pairs[i].answers.slave.host);
            any = true;
        }
}

static char *verdict_of(const struct set *set, int rc)
{
    struct buf text = BUF_INIT;
    if (rc == 0)
        buf_addf(&text, "%zu slaves of %s are proven", set->count, set->session->answers->master.host);
    else
        buf_addf(&text, "not all of the %zu slaves of %s are proven", set->count, set->session->answers->master.host);
    list_hosts(set, PAIR_PROVEN, rc == 0 ? ": " : "; proven: ", &text);
    list_hosts(set, PAIR_THERE, "; there already: ", &text);
    list_hosts(set, PAIR_FAILED, "; failed: ", &text);
    list_hosts(set, PAIR_WAITS, "; not begun: ", &text);
    return buf_steal(&text);
}

static bool is_unfinished(const struct set *set, const char *run)
{
    struct past past;
    struct err ignored = ERR_INIT;
    if (run == NULL || runs_find(set->session->state_dir, run, &past, &ignored) != 0)
        return false;
    const bool unfinished = past_state(&past) == PAST_UNFINISHED;
    past_free(&past);
    return unfinished;
}

static char *advice_of(const struct set *set)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < set->count; i++)
        if (set->pairs[i].state == PAIR_FAILED && is_unfinished(set, set->pairs[i].outcome.run))
            buf_addf(&text, "`dualserver resume --run %s` goes on with %s, `dualserver undo --run %s` takes that run back. ",
                     set->pairs[i].outcome.run, set->pairs[i].answers.slave.host, set->pairs[i].outcome.run);
    buf_adds(&text, "`dualserver setup` with the same answers then goes on with the slaves that are left; those that are proven stay as they are.");
    for (size_t i = 0; i < set->kept.count; i++)
        buf_addf(&text, " Run %s keeps its copy on the master for them; `dualserver accept --run %s` removes it.", set->kept.items[i],
                 set->kept.items[i]);
    return buf_steal(&text);
}

static void add_slave(struct outcome *all, const struct pair *pair, bool planned)
{
    static const char *const states[] = { "untouched", "there", "proven", "failed" };
    const struct outcome *own = &pair->outcome;
    all->slaves = mem_grow(all->slaves, all->slave_count + 1, sizeof *all->slaves);
    all->slaves[all->slave_count++] = (struct slave_outcome){
        .section = mem_dup(pair->section),
        .host = mem_dup(pair->answers.slave.host),
        .state = mem_dup(planned && pair->state == PAIR_WAITS ? "planned" : states[pair->state]),
        .run = own->run != NULL ? mem_dup(own->run) : NULL,
        .verdict = own->verdict != NULL ? mem_dup(own->verdict) : NULL,
        .downtime_ms = own->downtime_ms, .shipped_bytes = own->shipped_bytes, .total_ms = own->total_ms,
    };
    all->downtime_ms += own->downtime_ms;
    all->shipped_bytes += own->shipped_bytes;
    all->total_ms += own->total_ms;
    all->changes += own->changes;
    all->forecast_ms += own->forecast_ms;
}

/* Checks and plans of all, one after the other. */
static void add_texts(struct outcome *all, const struct pair *pair, struct buf *plans)
{
    const struct outcome *own = &pair->outcome;
    for (size_t i = 0; i < own->check_count; i++) {
        all->checks = mem_grow(all->checks, all->check_count + 1, sizeof *all->checks);
        all->checks[all->check_count++] = (struct outcome_check){ .id = mem_dup(own->checks[i].id), .ok = own->checks[i].ok,
                                                                  .text = mem_printf("[%s] %s", pair->section, own->checks[i].text) };
    }
    if (own->plan != NULL)
        buf_addf(plans, "[%s] %s\n\n%s\n", pair->section, pair->answers.slave.host, own->plan);
}

void slaves_sum_up(struct set *set, int rc, bool planned)
{
    struct outcome all = { .seen = !planned, .ok = rc == 0 };
    struct buf plans = BUF_INIT;
    for (size_t i = 0; i < set->count; i++) {
        const struct pair *pair = &set->pairs[i];
        add_slave(&all, pair, planned);
        add_texts(&all, pair, &plans);
        if (pair->outcome.run != NULL && (all.run == NULL || pair->state == PAIR_FAILED)) {
            free(all.run);
            all.run = mem_dup(pair->outcome.run); /* the one that something is to be done with */
        }
    }
    all.plan = plans.len > 0 ? buf_steal(&plans) : NULL;
    all.verdict = !planned         ? verdict_of(set, rc)
                  : all.changes == 0 ? mem_dup("nothing to do")
                                     : mem_printf("%llu changes are pending; nothing was changed", (unsigned long long)all.changes);
    all.advice = !planned && rc != 0 ? advice_of(set) : NULL;
    outcome_free(&set->session->outcome);
    set->session->outcome = all;
    buf_free(&plans);
}

/* A run is taken back and begun anew. */

static int ask_anew(struct session *session, const struct plan *plan, struct err *err)
{
    struct buf text = BUF_INIT;
    struct answer answer = { .yes = false };
    buf_adds(&text, "The slave is as before the run. It is set up anew, with a copy of its own; the master is held up for about ");
    quote_duration(&text, plan->forecast_ms);
    buf_adds(&text, ". Go on?");
    int rc = session_question(session, &(struct question){ .kind = QUESTION_YES_NO, .text = buf_str(&text) }, &answer, err);
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_REFUSED, "nothing more was done; `dualserver setup` sets this slave up another time");
    buf_free(&text);
    return rc;
}

int headless_begin_anew(struct session *session, const struct port *port, struct err *err)
{
    struct further further;
    slaves_tell(session, SEVERITY_WARNING, err->text);
    slaves_tell(session, SEVERITY_INFO, "so this run is taken back, and the slave is set up anew with a copy of its own");
    err_clear(err);
    further_begin(&further, past_word(session->past, PAST_FIRST_SLAVE));
    struct engine *engine = engine_new(session->answers, port, session->state_dir);
    int rc = engine_undo(engine, session->past, err);
    for (size_t i = 0; rc == 0 && i < engine_facts(engine)->taken_ids.count; i++)
        strings_add(&further.taken_ids, engine_facts(engine)->taken_ids.items[i]);
    engine_free(engine);
    engine = engine_new(session->answers, port, session->state_dir);
    engine_further(engine, &further);
    if (rc == 0 && (rc = engine_look(engine, err)) == 0 && (rc = engine_plan(engine, err)) == 0 &&
        (rc = ask_anew(session, engine_planned(engine), err)) == 0) {
        engine_confirmed(engine);
        rc = engine_run(engine, err);
    }
    engine_free(engine);
    further_free(&further);
    return rc == 0 ? 0 : err_exit_code(err);
}
