/* setup with several slaves: all pairs are looked at and planned before the first change; then a run for each, one after the other.
 * The first of them takes the copy, the further ones are served from it where that holds (engine/further.h). */
#include "config.h"

#include "headless_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/check.h"
#include "engine/further.h"
#include "engine/runs.h"
#include "steps/copy_way.h"
#include "steps/settings.h"

enum pair_state { PAIR_WAITS, PAIR_THERE, PAIR_PROVEN, PAIR_FAILED };

struct pair {
    struct answers answers;  /* borrows the session's */
    char *section;
    enum pair_state state;
    struct care care;        /* of one that is there already */
    struct further further;
    struct engine *engine;   /* of one that is to be set up; NULL when its run is over */
    unsigned id;             /* its server_id */
    bool stops;              /* the plan that was confirmed stops the master */
    struct outcome outcome;
};

struct set {
    struct session *session;
    const struct port *port;
    struct pair *pairs;
    size_t count;
    const struct engine *lead; /* planned to take the copy; NULL: none yet */
    char *source;              /* the run whose copy serves the next ones; NULL: none */
    struct strings kept;       /* runs that keep their copy until the last slave was served */
};

static void tell(struct session *session, enum severity severity, const char *text)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, text, strlen(text), 0);
    session_event(session, &(struct event){ .kind = EVENT_NOTE, .severity = severity, .text = buf_str(&shown) });
    buf_free(&shown);
}

/* From here on the events are about this one. */
static void name_pair(struct set *set, size_t i, const char *what)
{
    const struct pair *pair = &set->pairs[i];
    char *text = mem_printf("slave %zu of %zu, %s ([%s]): %s", i + 1, set->count, pair->answers.slave.host, pair->section, what);
    tell(set->session, SEVERITY_INFO, text);
    free(text);
}

static void put_outcome(struct set *set, size_t i)
{
    outcome_free(&set->pairs[i].outcome);
    set->pairs[i].outcome = set->session->outcome;
    set->session->outcome = (struct outcome){ .seen = false };
}

/* Pairs that an earlier set-up has proven. */

static bool replicates(const struct check_report *report)
{
    return (report->verdict == CARE_OK || report->verdict == CARE_WARNING) && strcmp(report->io_running, "Yes") == 0 &&
           strcmp(report->sql_running, "Yes") == 0;
}

/* What the state folder says is not believed: the pair is checked. */
static void look_whether_there(struct set *set, size_t i)
{
    struct session *session = set->session;
    struct pair *pair = &set->pairs[i];
    struct past past;
    struct check_report report;
    struct err err = ERR_INIT;
    if (!runs_made(session->state_dir, &pair->answers, &past))
        return;
    name_pair(set, i, "is what an earlier run has made of it still so?");
    care_begin(&pair->care, &pair->answers, set->port);
    const bool checked = care_check(&pair->care, &(struct check_wish){ .state_dir = session->state_dir }, &report, &err) == 0;
    if (checked && replicates(&report)) {
        pair->state = PAIR_THERE;
        pair->id = (unsigned)strtoul(facts_setting(&pair->care.world.facts.slave, "server_id"), NULL, 10);
        pair->outcome.run = mem_dup(past.run);
        pair->outcome.verdict = mem_printf("proven by run %s, and it replicates: left as it is", past.run);
        name_pair(set, i, pair->outcome.verdict);
        if (past_state(&past) == PAST_PROVEN && set->source == NULL) {
            set->source = mem_dup(past.run);
            strings_add(&set->kept, past.run);
        }
    } else {
        name_pair(set, i, "it does not replicate as it should, so it is set up anew");
        care_end(&pair->care);
    }
    if (checked)
        check_report_free(&report);
    past_free(&past);
}

/* Looking and planning. */

static const struct facts *facts_of_pair(const struct pair *pair)
{
    return pair->engine != NULL ? engine_facts(pair->engine) : pair->state == PAIR_THERE ? &pair->care.world.facts : NULL;
}

static int stands_apart(const struct set *set, size_t i, struct err *err)
{
    for (size_t before = 0; before < set->count; before++) {
        const struct pair *one = &set->pairs[before], *other = &set->pairs[i];
        const struct facts *facts = before < i || one->state == PAIR_THERE ? facts_of_pair(one) : NULL;
        const char *clash = before != i && facts != NULL ? further_clash(facts, engine_facts(other->engine)) : NULL;
        if (clash == NULL)
            continue;
        err_set(err, ERR_REFUSED, "[%s] %s and [%s] %s: %s", one->section, one->answers.slave.host, other->section,
                other->answers.slave.host, clash);
        return err_hint(err, "nothing was touched; each slave is a server of its own");
    }
    return 0;
}

/* Given to the others in the answers, or theirs since they were looked at. */
static void fill_taken_ids(struct set *set, size_t i)
{
    struct strings *taken = &set->pairs[i].further.taken_ids;
    for (size_t other = 0; other < set->count; other++) {
        const unsigned id = set->pairs[other].id != 0 ? set->pairs[other].id : set->pairs[other].answers.slave.server_id;
        char *text = mem_printf("%u", id);
        if (other != i && id != 0 && !strings_has(taken, text))
            strings_add(taken, text);
        free(text);
    }
}

static bool stops_master(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].restarts && plan->changes[i].server == SIDE_MASTER)
            return true;
    return false;
}

static bool takes_own_copy(const struct pair *pair)
{
    const struct plan *plan = engine_planned(pair->engine);
    return copy_way_leaves_copy(plan->way) && !copy_way_shares(plan->way, engine_facts(pair->engine));
}

static int plan_pair(struct set *set, size_t i, struct err *err)
{
    struct pair *pair = &set->pairs[i];
    fill_taken_ids(set, i);
    free(pair->further.source);
    pair->further.lead = set->lead;
    pair->further.source = set->lead == NULL && set->source != NULL ? mem_dup(set->source) : NULL;
    engine_further(pair->engine, &pair->further);
    int rc = engine_look(pair->engine, err);
    if (rc == 0)
        rc = stands_apart(set, i, err);
    if (rc == 0)
        rc = engine_plan(pair->engine, err);
    return rc == 0 ? 0 : err_wrap(err, "[%s] %s", pair->section, pair->answers.slave.host);
}

static int plan_all(struct set *set, struct err *err)
{
    struct session *session = set->session;
    bool further = false; /* the first of them prepares the master, whether it leaves a copy or not */
    for (size_t i = 0; i < set->count; i++) {
        struct pair *pair = &set->pairs[i];
        if (pair->state != PAIR_WAITS)
            continue;
        name_pair(set, i, "looked at and planned for, nothing is changed");
        pair->engine = engine_new(&pair->answers, set->port, session->state_dir);
        if (plan_pair(set, i, err) != 0)
            return -1;
        err_clear(err);
        pair->id = settings_server_id(engine_facts(pair->engine), &pair->answers, SIDE_SLAVE);
        pair->stops = stops_master(engine_planned(pair->engine));
        if (set->lead == NULL && (takes_own_copy(pair) || set->source == NULL))
            set->lead = pair->engine;
        if (session->options->plan && session_show_least(session, pair->engine, further, err) != 0)
            return -1;
        further = true;
        put_outcome(set, i);
    }
    return 0;
}

static int confirm_all(struct set *set, struct err *err)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->pairs[i].engine != NULL && engine_confirm(set->pairs[i].engine, err) != 0)
            return err->hint[0] == '\0' ? err_hint(err, "nothing was touched") : -1;
    return 0;
}

/* The runs. */

static bool another_waits(const struct set *set, size_t after)
{
    for (size_t i = after + 1; i < set->count; i++)
        if (set->pairs[i].state == PAIR_WAITS)
            return true;
    return false;
}

/* Planned once more: the master is as the runs before have left it. */
static int plan_again(struct set *set, size_t i, struct err *err)
{
    struct pair *pair = &set->pairs[i];
    set->lead = NULL;
    if (plan_pair(set, i, err) != 0)
        return -1;
    err_clear(err);
    if (pair->stops || !stops_master(engine_planned(pair->engine)))
        engine_confirmed(pair->engine);
    return 0;
}

static void note_copy(struct set *set, size_t i)
{
    free(set->source);
    set->source = mem_dup(set->pairs[i].outcome.run);
    strings_add(&set->kept, set->source);
}

static int run_pair(struct set *set, size_t i, bool again, struct err *err)
{
    struct session *session = set->session;
    struct pair *pair = &set->pairs[i];
    name_pair(set, i, "its run begins");
    int rc = again ? plan_again(set, i, err) : 0;
    const bool keeps = rc == 0 && takes_own_copy(pair) && another_waits(set, i);
    if (keeps)
        engine_keep_copy(pair->engine);
    if (rc == 0)
        rc = engine_run(pair->engine, err);
    pair->state = rc == 0 ? PAIR_PROVEN : PAIR_FAILED;
    engine_free(pair->engine);
    pair->engine = NULL;
    set->lead = NULL;
    if (rc == 0)
        err_clear(err);
    if (!session->options->json)
        output_text_end(&session->output, &session->outcome);
    else if (session->outcome.seen)
        name_pair(set, i, session->outcome.verdict);
    put_outcome(set, i);
    if (rc == 0 && keeps)
        note_copy(set, i);
    return rc;
}

static int run_all(struct set *set, struct err *err)
{
    bool again = false;
    for (size_t i = 0; i < set->count; i++) {
        if (set->pairs[i].state != PAIR_WAITS)
            continue;
        if (run_pair(set, i, again, err) != 0)
            return -1;
        again = true;
    }
    return 0;
}

static bool is_of_this(const struct set *set, const char *run)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->pairs[i].state == PAIR_PROVEN && strcmp(set->pairs[i].outcome.run, run) == 0)
            return true;
    return false;
}

/* The last slave was served: the copies go, and it is asked what becomes of what the runs of this set-up have kept for undo. */
static void settle(struct set *set)
{
    struct session *session = set->session;
    for (size_t i = 0; i < set->kept.count; i++) {
        struct past past;
        struct answers answers;
        struct err err = ERR_INIT;
        answers_init(&answers);
        if (runs_find(session->state_dir, set->kept.items[i], &past, &err) == 0) {
            struct engine *engine = engine_new(&answers, set->port, session->state_dir);
            int rc = answers_parse(&answers, past.run, past.answers, strlen(past.answers), &err);
            if (rc == 0)
                rc = engine_settle(engine, &past, &err);
            if (rc == 0 && is_of_this(set, past.run))
                rc = engine_accept(engine, &past, &err);
            engine_free(engine);
            past_free(&past);
        }
        if (err.code != ERR_NONE && err.code != ERR_REFUSED) /* refused: somebody wants to keep it */
            tell(session, SEVERITY_WARNING, err.text);
        answers_free(&answers);
        outcome_free(&session->outcome);
    }
}

/* The end. */

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

static void sum_up(struct set *set, int rc, bool planned)
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

static void begin_set(struct set *set)
{
    const struct answers *answers = set->session->answers;
    set->count = answers->more_count + 1;
    set->pairs = mem_alloc(set->count * sizeof *set->pairs);
    for (size_t i = 0; i < set->count; i++) {
        struct pair *pair = &set->pairs[i];
        pair->answers = answers_of_pair(answers, i);
        pair->section = answers_slave_section(answers, i);
        further_begin(&pair->further, i > 0 ? answers->slave.host : NULL);
    }
    for (size_t i = 0; i < set->count; i++)
        look_whether_there(set, i);
}

static void end_set(struct set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct pair *pair = &set->pairs[i];
        engine_free(pair->engine);
        if (pair->state == PAIR_THERE)
            care_end(&pair->care);
        further_free(&pair->further);
        outcome_free(&pair->outcome);
        free(pair->section);
    }
    free(set->pairs);
    free(set->source);
    strings_free(&set->kept);
}

int headless_slaves(struct session *session, const struct port *port, struct err *err)
{
    struct set set = { .session = session, .port = port };
    bool begun = false;
    begin_set(&set);
    int rc = plan_all(&set, err);
    if (rc == 0 && session->options->plan) {
        sum_up(&set, 0, true);
        rc = session->outcome.changes > 0 ? 3 : 0;
        end_set(&set);
        return rc;
    }
    if (rc == 0 && another_waits(&set, (size_t)-1))
        rc = session_go_on(session, err) != 0 ? -1 : confirm_all(&set, err);
    if (rc == 0) {
        begun = true;
        rc = run_all(&set, err);
        if (rc == 0)
            settle(&set);
    }
    if (begun)
        sum_up(&set, rc, false);
    end_set(&set);
    return rc == 0 ? 0 : err_exit_code(err);
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
    tell(session, SEVERITY_WARNING, err->text);
    tell(session, SEVERITY_INFO, "so this run is taken back, and the slave is set up anew with a copy of its own");
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
