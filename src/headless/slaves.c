/* setup with several slaves: all pairs are looked at and planned before the first change; then a run for each, one after the other.
 * The first of them takes the copy, the further ones are served from it where that holds (engine/further.h). */
#include "config.h"

#include "slaves_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/runs.h"
#include "steps/copy_way.h"
#include "steps/settings.h"
#include "trouble/reprovision.h"

/* From here on the events are about this one. */
static void name_pair(struct set *set, size_t i, const char *what)
{
    const struct pair *pair = &set->pairs[i];
    char *text = mem_printf("slave %zu of %zu, %s ([%s]): %s", i + 1, set->count, pair->answers.slave.host, pair->section, what);
    slaves_tell(set->session, SEVERITY_INFO, text);
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

static void tell_warnings(struct session *session, const struct check_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].severity == CARE_WARNING)
            slaves_tell(session, SEVERITY_WARNING, report->findings[i].text);
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
    if (past.database == NULL || strcmp(past.database, pair->answers.database) != 0) { /* that run was about something else */
        past_free(&past);
        return;
    }
    name_pair(set, i, "is what an earlier run has made of it still so?");
    care_begin(&pair->care, &pair->answers, set->port);
    const bool checked = care_check(&pair->care, &(struct check_wish){ .state_dir = session->state_dir }, &report, &err) == 0;
    if (checked && replicates(&report)) {
        pair->state = PAIR_THERE;
        pair->id = (unsigned)strtoul(facts_setting(&pair->care.world.facts.slave, "server_id"), NULL, 10);
        pair->outcome.run = mem_dup(past.run);
        pair->outcome.verdict = mem_printf("proven by run %s, and it replicates: left as it is", past.run);
        name_pair(set, i, pair->outcome.verdict);
        tell_warnings(session, &report);
        if (past_state(&past) == PAST_PROVEN && set->source == NULL)
            set->source = mem_dup(past.run); /* its copy may still be there: a set-up that was broken off after it keeps that */
    } else {
        name_pair(set, i, "it does not replicate as it should, so it is set up anew");
        care_end(&pair->care);
    }
    if (checked)
        check_report_free(&report);
    past_free(&past);
}

/* Re-provisioning has just compared all its tables. */
static void leave_as_it_is(struct set *set, size_t i)
{
    struct pair *pair = &set->pairs[i];
    care_begin(&pair->care, &pair->answers, set->port);
    care_look(&pair->care, SIDE_MASTER);
    care_look(&pair->care, SIDE_SLAVE);
    pair->state = PAIR_THERE;
    pair->id = (unsigned)strtoul(facts_setting(&pair->care.world.facts.slave, "server_id"), NULL, 10);
    pair->outcome.verdict = mem_dup("it replicates, and its tables hold the master's rows: left as it is");
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
            return err_advise(err, "nothing was touched");
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
    if (plan_pair(set, i, err) != 0) {
        char *hint = mem_dup(err->hint);
        err_hint(err, "%s%s", strncmp(hint, "nothing was touched", strlen("nothing was touched")) == 0 ? "of this slave " : "", hint);
        free(hint);
        return -1;
    }
    err_clear(err);
    if (pair->stops || !stops_master(engine_planned(pair->engine)))
        engine_confirmed(pair->engine);
    return 0;
}

static void note_kept(struct set *set, const char *run)
{
    if (!strings_has(&set->kept, run))
        strings_add(&set->kept, run);
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
    if (rc == 0 && copy_way_shares(engine_planned(pair->engine)->way, engine_facts(pair->engine)))
        note_kept(set, engine_facts(pair->engine)->copy.run);
    if (rc == 0)
        rc = engine_run(pair->engine, err);
    pair->state = rc == 0 ? PAIR_PROVEN : PAIR_FAILED;
    engine_free(pair->engine);
    pair->engine = NULL;
    set->lead = NULL;
    if (rc == 0)
        err_clear(err);
    else if (session->outcome.verdict == NULL)
        session->outcome.verdict = mem_dup(err->text);
    if (!session->options->json)
        output_text_end(&session->output, &session->outcome);
    else if (session->outcome.seen)
        name_pair(set, i, session->outcome.verdict);
    put_outcome(set, i);
    if (rc == 0 && keeps) {
        free(set->source);
        set->source = mem_dup(pair->outcome.run);
        note_kept(set, set->source);
    }
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
            if (answers_parse(&answers, past.run, past.answers, strlen(past.answers), &err) == 0 &&
                engine_settle(engine, &past, &err) == 0 && is_of_this(set, past.run))
                (void)engine_accept(engine, &past, &err);
            engine_free(engine);
            past_free(&past);
        }
        if (err.code != ERR_NONE && err.code != ERR_REFUSED) /* refused: somebody wants to keep it */
            slaves_tell(session, SEVERITY_WARNING, err.text);
        answers_free(&answers);
        outcome_free(&session->outcome);
    }
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
    const struct strings *anew = set->session->anew;
    for (size_t i = 0; i < set->count; i++)
        if (anew == NULL)
            look_whether_there(set, i);
        else if (!strings_has(anew, set->pairs[i].answers.slave.host))
            leave_as_it_is(set, i);
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
        slaves_sum_up(&set, 0, true);
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
        for (size_t i = 0; rc == 0 && i < set.count; i++)
            if (set.pairs[i].state == PAIR_PROVEN) /* what stayed as it is may still be doubtful */
                rc = reprovision_conclude(&set.pairs[i].answers, port, session->state_dir, err);
    }
    if (begun)
        slaves_sum_up(&set, rc, false);
    end_set(&set);
    return rc == 0 ? 0 : err_exit_code(err);
}
