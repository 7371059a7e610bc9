#include "care/deep.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/quote.h"
#include "care/alike.h"
#include "care/compare.h"
#include "care/judge.h"
#include "steps/step.h"

/* Canaries are told as EVENT_PROOF: here they become findings, all else goes on to the front end. */
struct listener {
    struct port port;
    const struct port *front;
    struct check_report *report;
};

/* The events' ids are words of the set-up's code: what is said to scripts is named here. */
static const char *finding_id(const char *proof)
{
    static const char *const ids[] = { "canary-inside", "canary-outside", "canary-removed" };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (strcmp(proof, ids[i]) == 0)
            return ids[i];
    return "canary";
}

static void on_event(void *context, const struct event *event)
{
    struct listener *listener = context;
    if (event->kind == EVENT_PROOF)
        check_find(listener->report, finding_id(event->id), event->verdict == CHECK_REFUSED ? CARE_CRITICAL : CARE_OK,
                   event->verdict == CHECK_REFUSED ? "look at the slave's filters and the master's binlog-do-db, then compare the data" : "",
                   "%s", event->text);
    else
        listener->front->emit(listener->front->context, event);
}

static int on_question(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    struct listener *listener = context;
    return listener->front->ask(listener->front->context, question, answer, err);
}

/* Where a filter goes by the default database, CREATE without one is left out and the rows come: the slave would stop with error 1146. */
static bool outside_is_safe(const struct facts *facts)
{
    const struct rows *rows = &facts->slave.slave_status.rows;
    return facts->master.binlog_do_db.count == 0 && facts->master.binlog_ignore_db.count == 0 &&
           row_str(rows, 0, "Replicate_Do_DB")[0] == '\0' && row_str(rows, 0, "Replicate_Ignore_DB")[0] == '\0';
}

/* Tables of a check that was killed. */
static void find_left(struct world *world, struct check_report *report)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct buf sql = BUF_INIT;
    struct db *master = world_db(world, SIDE_MASTER, &ignored);
    buf_adds(&sql, "SHOW TABLES FROM ");
    quote_name(&sql, world->answers->database);
    buf_adds(&sql, " LIKE 'dualserver\\_canary\\_%'");
    if (master != NULL && db_query(master, &rows, &ignored, buf_str(&sql)) == 0 && rows.count > 0)
        check_find(report, "canary-left", CARE_WARNING, "DROP TABLE on the master, with the database as default (USE)",
                   "%zu canary tables of a run that was cut off are left on the master: %.100s", rows.count, rows.cells[0]);
    rows_free(&rows);
    buf_free(&sql);
}

static int try_canaries(struct world *world, struct check_report *report, struct err *err)
{
    const struct port *front = world->port;
    const struct answers *asked = world->answers;
    struct answers careful = *asked;
    struct listener listener = { .front = front, .report = report };
    struct err own = ERR_INIT;
    char stamp[32];
    listener.port = (struct port){ .context = &listener, .emit = on_event, .ask = on_question, .cancel_fd = front->cancel_fd };
    clock_stamp(stamp, sizeof stamp);
    (void)snprintf(world->run_id, sizeof world->run_id, "%s-check", stamp);
    find_left(world, report);
    const size_t before = report->count;
    careful.as_written = asked->as_written || !outside_is_safe(&world->facts);
    world->port = &listener.port;
    world->answers = &careful;
    const int rc = steps_prove_canaries(world, &own);
    world->answers = asked;
    world->port = front;
    if (rc == 0)
        return 0;
    if (own.code == ERR_CANCELLED) {
        *err = own;
        return -1;
    }
    if (report->count == before || report->verdict != CARE_CRITICAL)
        check_find(report, "canary", CARE_CRITICAL, own.hint, "canaries could not be tried: %s", own.text);
    return 0;
}

static void judge_comparison(struct check_report *report, const struct compare_result *result)
{
    if (result->differ.count > 0)
        check_find(report, "checksums", CARE_CRITICAL, "dualserver reprovision --table NAME, or all of it; the slave's reports are not to "
                   "be trusted until then", "%zu of %zu tables differ: %.600s", result->differ.count, result->compared,
                   result->differ.items[0]);
    if (result->busy.count > 0)
        check_find(report, "checksums-busy", CARE_WARNING, "check --deep again at a quieter time", "%zu of %zu tables were written all the "
                   "while they were compared, nothing can be said for part of them: the first is %.200s", result->busy.count,
                   result->compared, result->busy.items[0]);
    if (result->differ.count == 0 && result->busy.count == 0)
        check_find(report, "checksums", CARE_OK, "", "%zu tables hold the same rows on both servers (%zu pieces, the longest took %llu ms on the "
                   "master)", result->compared, result->pieces, (unsigned long long)result->longest_ms);
}

static int compare(struct world *world, struct check_report *report, struct err *err)
{
    struct inventory inventory = { .database = NULL };
    struct compare_result result = { .compared = 0 };
    struct err own = ERR_INIT;
    struct db *master = world_db(world, SIDE_MASTER, &own);
    int rc = master == NULL ? -1 : inventory_read(master, world->answers->database, &inventory, &own);
    if (rc == 0) {
        inventory_choose(&inventory, facts_kind(&world->facts.master), facts_kind(&world->facts.slave), false);
        rc = compare_tables(world, &inventory, &result, &own);
    }
    if (rc == 0)
        judge_comparison(report, &result);
    else if (own.code != ERR_CANCELLED)
        check_find(report, "checksums", CARE_WARNING, own.hint, "the tables could not be compared: %s", own.text);
    compare_result_free(&result);
    inventory_free(&inventory);
    if (own.code != ERR_CANCELLED)
        return 0;
    *err = own;
    return -1;
}

static void judge_definitions(struct check_report *report, const struct alike_result *result)
{
    if (result->count > 0) {
        const struct unlike *first = &result->items[0];
        check_find(report, "definitions", CARE_WARNING, "`dualserver reprovision` makes it as it is on the master", "%zu of %zu definitions differ: %s %.80s: %.400s",
                   result->count, result->compared, alike_word(first->owner), first->name, first->how);
    } else {
        check_find(report, "definitions", CARE_OK, "", "%zu tables, views, triggers, routines and events are defined alike on both servers",
                   result->compared);
    }
    if (result->extra.count > 0)
        check_find(report, "definitions-extra", CARE_OK, "", "the slave alone has %zu things more: %.400s", result->extra.count, result->extra.items[0]);
}

/* *safe: a table may be made without the slave making another of it. */
static int compare_definitions(struct world *world, struct check_report *report, bool *safe, struct err *err)
{
    struct alike_result result = { .compared = 0 };
    struct err own = ERR_INIT;
    if (alike_compare(world, &result, &own) == 0)
        judge_definitions(report, &result);
    else if (own.code != ERR_CANCELLED)
        check_find(report, "definitions", CARE_WARNING, own.hint, "the definitions could not be compared: %s", own.text);
    *safe = !alike_differs(&result, PART_DATABASE, world->answers->database);
    alike_free(&result);
    if (own.code != ERR_CANCELLED)
        return 0;
    *err = own;
    return -1;
}

int care_deep(struct care *care, struct check_report *report, struct err *err)
{
    const struct slave_status *status = &care->world.facts.slave.slave_status;
    if (!care->sides[SIDE_MASTER].server || !care->sides[SIDE_SLAVE].server || !status->configured ||
        strcasecmp(status->io_running, "Yes") != 0 || strcasecmp(status->sql_running, "Yes") != 0) {
        check_find(report, "deep", CARE_UNKNOWN, "mend what is found first", "canaries and checksums were not tried: replication does not run");
        return 0;
    }
    bool safe = false;
    if (compare_definitions(&care->world, report, &safe, err) != 0)
        return -1;
    if (safe && try_canaries(&care->world, report, err) != 0)
        return -1;
    if (!safe)
        check_find(report, "canary", CARE_UNKNOWN, "mend the database's character set first",
                   "canaries were not tried: the slave would make another table of one that is made without a character set of its own");
    return compare(&care->world, report, err);
}
