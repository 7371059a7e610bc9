/* Some tables of the slave made right: what is in the way first, then what differs, then the proof. */
#include "reprovision_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "care/carry_out.h"
#include "care/doubt.h"
#include "engine/guard.h"
#include "fixes_room.h"

enum { ROUNDS = 8 };

#define GOES_ON "each table of the slave is what it was or is already right; `dualserver reprovision` goes on"

static int look_again(struct reprovision *job, struct err *err)
{
    struct care *care = job->trouble.care;
    trouble_free(&job->trouble);
    diagnosis_free(&job->diagnosis);
    if (trouble_look(care, job->wish.state_dir, &job->trouble, err) != 0)
        return -1;
    troubleshoot_diagnose(&job->trouble, &job->diagnosis);
    return 0;
}

static int add_failing(struct reprovision *job, struct strings *tables, struct err *err)
{
    struct err said = *err;
    if (look_again(job, err) != 0)
        return -1;
    char *table = trouble_table(&job->trouble);
    const bool more = table != NULL && strings_add_once(tables, table);
    free(table);
    *err = said;
    return more ? 0 : -1;
}

/* One may take another with it. */
static int mend(struct reprovision *job, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < job->decision.mend_count; i++) {
        const struct symptom *symptom = job->decision.mends[i];
        const struct fix *fix = reprovision_fix(job, symptom);
        struct plan plan = { .count = 0 };
        if (fix == NULL)
            continue;
        world_phase(&job->trouble.care->world, PHASE_RUN, "%s", fix->title);
        rc = fix->plan(&job->trouble, &plan, err);
        if (rc == 0)
            rc = fix_apply(fix, symptom, &job->trouble, &plan, job->wish.state_dir, err);
        plan_free(&plan);
        if (rc != 0 && err->code == ERR_WORLD && (add_failing(job, &job->stuck, err) == 0 || job->stuck.count > 0)) {
            err_clear(err); /* it runs, as far as the next table that has to be brought */
            rc = 0;
        }
        if (rc == 0) {
            diagnosis_free(&job->diagnosis);
            troubleshoot_diagnose(&job->trouble, &job->diagnosis);
        }
    }
    return rc;
}

static int doubt_all(struct reprovision *job, const struct strings *tables, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && job->wish.state_dir != NULL && i < tables->count; i++)
        rc = doubt_add(job->wish.state_dir, job->trouble.care->world.answers, tables->items[i], "it is being carried over anew", err);
    return rc;
}

static void note_carried(struct reprovision *job, const struct strings *tables)
{
    for (size_t i = 0; i < tables->count; i++)
        strings_add_once(&job->carried, tables->items[i]);
}

/* Replication runs, or stands at a table that is the next to be brought: that one is *tables then. */
static int go_on(struct reprovision *job, struct strings *tables, bool *runs, struct err *err)
{
    struct strings next = { .count = 0 };
    note_carried(job, tables);
    *runs = fix_wait_running(&job->trouble, err) == 0;
    if (*runs)
        return 0;
    if (err->code != ERR_WORLD || add_failing(job, &next, err) != 0)
        return -1;
    strings_free(tables);
    *tables = next;
    return 0;
}

/* All of them at once: what comes for them is left out until then, so they must be of one moment. */
static int bring_stuck(struct reprovision *job, struct strings *tables, struct err *err)
{
    for (int round = 0;; round++) {
        bool stopped = false, runs = false;
        err_clear(err);
        int rc = doubt_all(job, tables, err);
        if (rc == 0)
            rc = bring_tables(&job->trouble.care->world, tables, true, &stopped, err);
        if (rc == 0)
            rc = go_on(job, tables, &runs, err);
        else if (stopped)
            rc = add_failing(job, tables, err);
        if (rc == 0 && runs)
            return 0;
        if (rc != 0 || round == ROUNDS)
            return err_hint(err, "the slave stands still now, and no old table was taken away before a new one was in its place; "
                                 "`dualserver reprovision` again takes it from here");
    }
}

static int bring_one(struct reprovision *job, const char *table, struct err *err)
{
    struct strings tables = { .count = 0 };
    bool stopped = false, runs = false;
    strings_add(&tables, table);
    int rc = doubt_all(job, &tables, err);
    if (rc == 0)
        rc = bring_tables(&job->trouble.care->world, &tables, false, &stopped, err);
    if (rc == 0)
        rc = go_on(job, &tables, &runs, err);
    else if (stopped) /* at this table itself, or at another */
        rc = add_failing(job, &tables, err) == 0 || err->code == ERR_WORLD ? 0 : -1;
    if (rc == 0 && !runs)
        rc = bring_stuck(job, &tables, err);
    strings_free(&tables);
    return rc;
}

/* Compares; where the slave stops meanwhile at a table that nobody knew of, that one is brought too. */
static int compare(struct reprovision *job, const struct strings *only, struct strings *differ, struct err *err)
{
    struct strings more = { .count = 0 };
    int rc = reprovision_compare(job, only, differ, err);
    for (int round = 0; rc != 0 && err->code == ERR_WORLD && round < ROUNDS && add_failing(job, &more, err) == 0; round++) {
        err_clear(err);
        rc = bring_stuck(job, &more, err);
        if (rc == 0)
            rc = reprovision_compare(job, only, differ, err);
    }
    strings_free(&more);
    return rc;
}

static void prove(struct world *world, const char *id, bool ok, const char *text)
{
    world_emit(world, &(struct event){ .kind = EVENT_PROOF, .id = id, .verdict = ok ? CHECK_OK : CHECK_REFUSED, .text = text });
}

static int forget_doubts(struct reprovision *job, struct err *err)
{
    const struct answers *answers = job->trouble.care->world.answers;
    const char *state_dir = job->wish.state_dir;
    if (job->wish.table == NULL)
        return doubt_clear(state_dir, answers, err);
    return state_dir != NULL ? doubt_clear_table(state_dir, answers, job->wish.table, err) : 0;
}

/* What was carried is compared again; what agreed did so while replication ran as it does now. */
static int prove_all(struct reprovision *job, const struct strings *only, struct err *err)
{
    struct world *world = &job->trouble.care->world;
    struct strings differ = { .count = 0 };
    int rc = fix_wait_running(&job->trouble, err);
    if (rc == 0)
        prove(world, "replication", true, "replication runs: IO Yes, SQL Yes");
    if (rc == 0)
        rc = compare(job, only, &differ, err);
    if (rc == 0 && differ.count > 0) {
        char *text = mem_printf("%zu tables differ still, the first is %s", differ.count, differ.items[0]);
        prove(world, "tables", false, text);
        rc = err_set(err, ERR_WORLD, "%s", text);
        err_hint(err, "the old tables are kept on the slave in databases dualserver_aside_...; `dualserver reprovision` again");
        free(text);
    }
    strings_free(&differ);
    return rc;
}

/* Tables whose rows cannot be carried may differ still: the plan has said so. */
static int make_definitions(struct reprovision *job, struct err *err)
{
    struct world *world = &job->trouble.care->world;
    size_t made = 0;
    int rc = reprovision_make_definitions(job, &made, err);
    if (rc == 0 && made > 0)
        rc = alike_compare(world, &job->unlike, err);
    for (size_t i = 0; rc == 0 && i < job->unlike.count; i++)
        if (job->unlike.items[i].owner != PART_TABLE)
            rc = err_set(err, ERR_WORLD, "the %s %.80s is another still", alike_word(job->unlike.items[i].owner), job->unlike.items[i].name);
    if (rc != 0)
        return -1;
    char *text = mem_printf("%zu tables, views, triggers, routines and events are defined alike on both servers, %zu of them anew",
                            job->unlike.compared - job->unlike.count, made);
    prove(world, "definitions", true, text);
    free(text);
    return 0;
}

static int carry(struct reprovision *job, struct err *err)
{
    struct world *world = &job->trouble.care->world;
    char *names[] = { (char *)job->wish.table };
    const struct strings one = { .items = names, .count = 1 }, *only = job->wish.table != NULL ? &one : NULL;
    int rc = job->stuck.count > 0 ? bring_stuck(job, &job->stuck, err) : 0;
    if (rc == 0 && !job->compared) {
        rc = compare(job, only, &job->differ, err);
        if (rc == 0)
            rc = reprovision_weigh(job, &job->differ, false, err);
    }
    for (size_t i = 0; rc == 0 && job->way == REPROVISION_TABLES && i < job->differ.count; i++)
        rc = bring_one(job, job->differ.items[i], err);
    if (rc != 0 || job->way != REPROVISION_TABLES)
        return rc;
    if (job->wish.table == NULL && make_definitions(job, err) != 0)
        return -1;
    rc = job->carried.count > 0 ? prove_all(job, &job->carried, err) : fix_wait_running(&job->trouble, err);
    if (rc == 0) {
        char *text = mem_printf("%zu tables carried and %zu others hold the same rows on both servers", job->carried.count,
                                job->stayed.count > job->carried.count ? job->stayed.count - job->carried.count : 0);
        prove(world, "tables", true, text);
        free(text);
        rc = job->wish.table == NULL || job->left.aside.count == 0 ? bring_clear(world, err) : 0;
    }
    return rc == 0 ? forget_doubts(job, err) : -1;
}

int reprovision_carry_out(struct care *care, struct reprovision *job, struct err *err)
{
    struct lock *locks[2];
    int rc = care->sides[SIDE_SLAVE].host && care->sides[SIDE_MASTER].host ? guard_look(&care->world, err) : 0;
    if (rc == 0 && job->decision.filter_left)
        rc = bring_leave_nothing_out(&care->world, err);
    if (rc == 0 && job->decision.filter_left)
        rc = look_again(job, err);
    if (rc == 0)
        rc = mend(job, err);
    if (rc == 0)
        rc = care_lock(care, true, true, locks, err);
    if (rc != 0)
        return err_advise(err, GOES_ON);
    rc = carry(job, err);
    care_unlock(care, locks);
    return rc == 0 ? 0 : err_advise(err, GOES_ON);
}
