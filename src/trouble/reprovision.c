/* The look before a slave is made right again: what is wrong, which tables differ, and the plan of it. */
#include "reprovision_room.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/doubt.h"
#include "engine/runs.h"
#include "mysql/checksum.h"

#define SETTLE_WAIT_S 60

bool strings_add_once(struct strings *list, const char *text)
{
    if (strings_has(list, text))
        return false;
    strings_add(list, text);
    return true;
}

void reprovision_take_all(struct reprovision *job, const char *format, ...)
{
    char why[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    job->way = REPROVISION_ALL;
    strings_add(&job->decision.why, why);
}

static void doubtful_first(const struct strings *doubts, struct inventory *inventory)
{
    size_t first = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (strings_has(doubts, inventory->tables[i].name)) {
            const struct table table = inventory->tables[i];
            inventory->tables[i] = inventory->tables[first];
            inventory->tables[first++] = table;
        }
}

int reprovision_inventory(struct reprovision *job, struct inventory *inventory, struct err *err)
{
    struct world *world = &job->trouble.care->world;
    struct db *master = world_db(world, SIDE_MASTER, err);
    if (master == NULL || inventory_read(master, world->answers->database, inventory, err) != 0)
        return -1;
    inventory_choose(inventory, facts_kind(&world->facts.master), facts_kind(&world->facts.slave), false);
    doubtful_first(&job->trouble.doubts, inventory);
    return 0;
}

/* One that is written too often to be compared as it goes: at one moment, for which the slave waits. */
static int settle(struct world *world, const struct table *table, const struct inventory *inventory, bool *differs, struct err *err)
{
    struct inventory one = { .database = inventory->database, .tables = (struct table *)table, .table_count = 1 };
    struct checksum_result result = { .compared = 0 };
    struct db *lock = world_db_open(world, SIDE_MASTER, err), *master = lock != NULL ? world_db(world, SIDE_MASTER, err) : NULL;
    struct db *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    const struct checksum_job job = { .master = master, .slave = slave, .master_lock = lock, .inventory = &one, .wait_seconds = SETTLE_WAIT_S };
    const int rc = slave != NULL ? checksum_compare(&job, &result, err) : -1;
    *differs = result.differing > 0;
    checksum_result_free(&result);
    db_close(lock);
    return rc;
}

static int settle_all(struct reprovision *job, const struct inventory *inventory, const struct strings *busy, struct strings *differ,
                      struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++) {
        bool differs = false;
        if (!strings_has(busy, inventory->tables[i].name))
            continue;
        rc = settle(&job->trouble.care->world, &inventory->tables[i], inventory, &differs, err);
        if (rc == 0 && differs)
            strings_add_once(differ, inventory->tables[i].name);
    }
    return rc;
}

int reprovision_compare(struct reprovision *job, const struct strings *only, struct strings *differ, struct err *err)
{
    struct inventory inventory = { .table_count = 0 };
    struct compare_result result = { .compared = 0 };
    int rc = reprovision_inventory(job, &inventory, err);
    strings_free(differ);
    if (rc == 0) {
        for (size_t i = 0; only != NULL && i < inventory.table_count; i++)
            if (!strings_has(only, inventory.tables[i].name))
                inventory.tables[i].carry = CARRY_DEFINITION;
        rc = compare_tables(&job->trouble.care->world, &inventory, &result, err);
    }
    for (size_t i = 0; rc == 0 && i < result.differ.count; i++)
        world_note(&job->trouble.care->world, SEVERITY_INFO, "differs: %s", result.differ.items[i]);
    for (size_t i = 0; rc == 0 && i < result.differing.count; i++)
        strings_add_once(differ, result.differing.items[i]);
    if (rc == 0)
        rc = settle_all(job, &inventory, &result.busy, differ, err);
    if (rc == 0)
        rc = reprovision_compare_definitions(job, &inventory, only, differ, err);
    job->compared_count = result.compared;
    for (size_t i = 0; rc == 0 && i < inventory.table_count; i++)
        if (inventory.tables[i].carry != CARRY_DEFINITION && !strings_has(differ, inventory.tables[i].name))
            strings_add_once(&job->stayed, inventory.tables[i].name);
    compare_result_free(&result);
    inventory_free(&inventory);
    return rc;
}

int reprovision_weigh(struct reprovision *job, const struct strings *tables, bool leave_out, struct err *err)
{
    const struct dialect *slave = job->trouble.care->world.facts.slave.dialect;
    struct inventory inventory = { .table_count = 0 };
    uint64_t bytes = 0, all = 0;
    if (tables->count == 0)
        return 0;
    int rc = reprovision_inventory(job, &inventory, err);
    for (size_t i = 0; rc == 0 && i < inventory.table_count; i++) {
        const struct table *table = &inventory.tables[i];
        all += table->bytes;
        if (!strings_has(tables, table->name))
            continue;
        const char *why = bring_why_not(slave, table, leave_out);
        bytes += table->bytes;
        if (why != NULL)
            reprovision_take_all(job, "the table %s cannot be carried by itself: %s", table->name, why);
    }
    if (rc == 0)
        rc = reprovision_weigh_definitions(job, tables, err);
    if (rc == 0 && job->wish.table == NULL && !reprovision_worth(bytes, all)) {
        struct buf sizes = BUF_INIT;
        quote_size(&sizes, bytes);
        buf_adds(&sizes, " of ");
        quote_size(&sizes, all);
        reprovision_take_all(job, "%zu tables with %s differ: that is more than half", tables->count, buf_str(&sizes));
        buf_free(&sizes);
    }
    inventory_free(&inventory);
    return rc;
}

static const char *why_carried(const struct reprovision *job, const char *table, bool leave_out)
{
    return leave_out                           ? "the slave cannot execute what the master does with it"
           : alike_differs(&job->unlike, PART_TABLE, table) ? "it is defined otherwise on the slave"
                                                : "its rows differ from the master's";
}

static void plan_table(struct reprovision *job, const char *table, bool leave_out)
{
    const struct world *world = &job->trouble.care->world;
    const struct dialect *dialect = world->facts.slave.dialect;
    struct buf name = BUF_INIT, filter = BUF_INIT;
    char *names[] = { (char *)table };
    quote_table(&name, world->answers->database, table);
    if (leave_out) {
        bring_filter(dialect, world->answers->database, &(struct strings){ .items = names, .count = 1 }, &filter);
        buf_adds(&filter, "; ");
    }
    plan_add(&job->plan, &(struct change){
                             .kind = CHANGE_RUN, .server = SIDE_SLAVE, .destroys = true,
                             .what = mem_printf("carry the table %s over anew", buf_str(&name)),
                             .why = mem_dup(why_carried(job, table, leave_out)),
                             .after = mem_printf("slave: %s; a new table beside it, without binary log\nmaster: LOCK TABLES %s READ, with InnoDB "
                                                 "for a snapshot only; its rows to the slave\nslave: %s%s UNTIL that position; the new table "
                                                 "takes its place, the old one is kept until it is proven; %s", dialect->stop_sql, buf_str(&name),
                                                 buf_str(&filter), dialect->start_sql, dialect->start),
                         });
    buf_free(&name);
    buf_free(&filter);
}

static void plan_line(struct reprovision *job, enum side side, const char *what, const char *why)
{
    plan_add(&job->plan, &(struct change){ .kind = CHANGE_RUN, .server = side, .what = mem_dup(what), .why = mem_dup(why) });
}

/* One that only starts replication waits until the tables that are in its way are there. */
const struct fix *reprovision_fix(const struct reprovision *job, const struct symptom *symptom)
{
    for (size_t i = 0; i < job->diagnosis.count; i++) {
        const struct diagnosed *found = &job->diagnosis.found[i];
        if (found->symptom == symptom && found->fix_count > 0 && (strcmp(found->fixes[0]->id, "start") != 0 || job->stuck.count == 0))
            return found->fixes[0];
    }
    return NULL;
}

static int plan_mends(struct reprovision *job, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < job->decision.mend_count; i++) {
        const struct fix *fix = reprovision_fix(job, job->decision.mends[i]);
        if (fix == NULL)
            continue;
        if (job->decision.filter_left) /* which forbids any start, and is gone then */
            plan_line(job, SIDE_SLAVE, fix->title, NULL);
        else
            rc = fix->plan(&job->trouble, &job->plan, err);
    }
    return rc;
}

static int make_plan(struct reprovision *job, struct err *err)
{
    const bool waiting = reprovision_reports_waiting(job->trouble.care->world.answers, job->wish.state_dir);
    int rc = 0;
    for (size_t i = 0; i < job->decision.why.count; i++)
        plan_note(&job->plan, 0, "%s", job->decision.why.items[i]);
    if (job->way == REPROVISION_NOTHING)
        return 0;
    if (reprovision_reports_there(job))
        plan_line(job, SIDE_MASTER, "point billing.ini at the master", "until the slave is proven");
    if (job->way == REPROVISION_TABLES && job->decision.filter_left)
        plan_line(job, SIDE_SLAVE, "take the filter away that a run which broke off has left", NULL);
    if (job->way == REPROVISION_TABLES)
        rc = plan_mends(job, err);
    for (size_t i = 0; job->way == REPROVISION_TABLES && i < job->stuck.count; i++)
        plan_table(job, job->stuck.items[i], true);
    if (job->way == REPROVISION_TABLES && !job->compared)
        plan_line(job, SIDE_SLAVE, job->wish.table != NULL ? "compare the table with the master's, and carry it over anew if it differs"
                                                           : "compare all tables and definitions with the master's, and carry those over anew that differ",
                  "while both servers run; tables that agree stay");
    for (size_t i = 0; job->way == REPROVISION_TABLES && i < job->differ.count; i++)
        plan_table(job, job->differ.items[i], false);
    if (job->way == REPROVISION_TABLES && job->compared && job->wish.table == NULL)
        reprovision_plan_definitions(job);
    if (job->way == REPROVISION_TABLES && job->left.any)
        plan_line(job, SIDE_SLAVE, "let go of what a run that broke off has left, once all is proven", NULL);
    if (reprovision_reports_there(job) || waiting)
        plan_line(job, SIDE_MASTER, "point billing.ini at the slave again", "when it is proven");
    return rc;
}

/* What was begun with, and the slave does not execute now, has a hole. */
static void find_stuck(struct reprovision *job)
{
    const struct slave_status *status = job->trouble.status;
    const bool stands = !status->configured || strcasecmp(status->sql_running, "Yes") != 0;
    if (job->decision.stuck != NULL)
        strings_add_once(&job->stuck, job->decision.stuck);
    for (size_t i = 0; (stands || job->decision.filter_left) && i < job->left.fresh.count; i++)
        strings_add_once(&job->stuck, job->left.fresh.items[i]);
}

static int one_table(struct reprovision *job, struct err *err)
{
    const char *name = job->wish.table;
    struct inventory inventory = { .table_count = 0 };
    int rc = care_need(job->trouble.care, SIDE_MASTER, err);
    if (rc == 0)
        rc = reprovision_inventory(job, &inventory, err);
    const struct table *table = rc == 0 ? inventory_table(&inventory, name) : NULL;
    if (rc == 0 && table == NULL) {
        rc = err_set(err, ERR_USAGE, "there is no table '%.64s' in %s on the master", name, job->trouble.care->world.answers->database);
        err_hint(err, "nothing was touched");
    } else if (rc == 0 && table->carry == CARRY_DEFINITION) {
        rc = err_set(err, ERR_REFUSED, "the table %s cannot be carried: %s", name, table->because != NULL ? table->because : "it holds no rows");
    }
    inventory_free(&inventory);
    return rc;
}

/* One table is not enough, or it is another that is in the way. */
static void refuse_one(struct reprovision *job)
{
    const char *first = job->decision.why.count > 0 ? job->decision.why.items[job->decision.why.count - 1] : "it needs everything";
    bool other = false;
    for (size_t i = 0; i < job->stuck.count; i++)
        other = other || strcmp(job->stuck.items[i], job->wish.table) != 0;
    if (job->way != REPROVISION_ALL && !other)
        return;
    job->way = REPROVISION_NOT;
    if (other)
        err_set(&job->refusal, ERR_REFUSED, "one table is not enough: the SQL thread stands at the table %s", job->stuck.items[0]);
    else
        err_set(&job->refusal, ERR_REFUSED, "one table is not enough: %s", first);
    err_hint(&job->refusal, "`dualserver reprovision` without --table; nothing was touched");
}

static int look_at_tables(struct reprovision *job, struct err *err)
{
    char *names[] = { (char *)job->wish.table };
    const struct strings one = { .items = names, .count = 1 };
    int rc = 0;
    find_stuck(job);
    if (job->decision.mend_count == 0 && job->stuck.count == 0 && !job->decision.filter_left) {
        rc = reprovision_compare(job, job->wish.table != NULL ? &one : NULL, &job->differ, err);
        job->compared = rc == 0;
    }
    if (rc == 0 && job->stuck.count > 0)
        rc = alike_look(&job->trouble.care->world, &job->unlike, err);
    if (rc == 0)
        rc = reprovision_weigh(job, &job->stuck, true, err);
    if (rc == 0 && job->way == REPROVISION_TABLES)
        rc = reprovision_weigh(job, &job->differ, false, err);
    const bool waiting = reprovision_reports_waiting(job->trouble.care->world.answers, job->wish.state_dir);
    if (rc == 0 && job->way == REPROVISION_TABLES && job->compared && job->differ.count == 0 && (job->wish.table != NULL || job->unlike.count == 0) &&
        !job->left.any && !waiting)
        job->way = REPROVISION_NOTHING;
    return rc;
}

static int look(struct care *care, const struct reprovision_wish *wish, struct reprovision *job, struct err *err)
{
    *job = (struct reprovision){ .wish = *wish };
    if (runs_refuse_unfinished(wish->state_dir, care->world.answers, err) != 0 || trouble_look(care, wish->state_dir, &job->trouble, err) != 0 || (wish->table != NULL && one_table(job, err) != 0))
        return -1;
    troubleshoot_diagnose(&job->trouble, &job->diagnosis);
    if (care->sides[SIDE_SLAVE].server && bring_leftovers(&care->world, &job->left, err) != 0)
        return -1;
    reprovision_decide(&job->trouble, &job->diagnosis, &job->left.fresh, &job->decision);
    job->way = job->decision.way;
    int rc = job->way == REPROVISION_TABLES && care->sides[SIDE_SLAVE].server ? look_at_tables(job, err) : 0;
    if (rc == 0 && wish->table != NULL)
        refuse_one(job);
    if (job->way == REPROVISION_NOT && job->refusal.code == ERR_NONE) {
        err_set(&job->refusal, ERR_WORLD, "the slave cannot be made right now: %s", job->decision.why.items[job->decision.why.count - 1]);
        err_hint(&job->refusal, "nothing was touched; `dualserver troubleshoot` tells more");
    }
    return rc == 0 ? make_plan(job, err) : -1;
}

/* A slave that stops at an event while its tables are compared is looked at once more: then it is known where it stands. */
int reprovision_look(struct care *care, const struct reprovision_wish *wish, struct reprovision *job, struct err *err)
{
    int rc = look(care, wish, job, err);
    if (rc == 0 || err->code != ERR_WORLD || !care->sides[SIDE_MASTER].server || !care->sides[SIDE_SLAVE].server)
        return rc == 0 ? 0 : err_advise(err, "nothing was touched");
    err_clear(err);
    reprovision_free(job);
    return look(care, wish, job, err) == 0 ? 0 : err_advise(err, "nothing was touched");
}

void reprovision_free(struct reprovision *job)
{
    struct strings *const lists[] = { &job->stuck, &job->differ, &job->carried, &job->stayed };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        strings_free(lists[i]);
    alike_free(&job->unlike);
    plan_free(&job->plan);
    bring_left_free(&job->left);
    reprovision_decision_free(&job->decision);
    diagnosis_free(&job->diagnosis);
    trouble_free(&job->trouble);
}
