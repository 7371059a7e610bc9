/* The table of fixes, and how one is carried out: its changes, then a wait for what they are for, then another look. */
#include "fixes_room.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "care/doubt.h"
#include "engine/guard.h"
#include "symptoms_room.h"

#define RUNNING_LIMIT_MS 90000u
#define SETTLED_MS 1500u /* a thread that was started may stop again at its first event */
#define ROUND_MS 100

/* The next look tells. */
static int done_already(struct trouble *trouble, struct err *err)
{
    (void)trouble, (void)err;
    return 0;
}

static int done_if_configured(struct trouble *trouble, struct err *err)
{
    care_look(trouble->care, SIDE_SLAVE);
    if (!trouble->care->sides[SIDE_SLAVE].server || !trouble->status->configured)
        return 0;
    return fix_wait_running(trouble, err);
}

const struct fix fixes[] = {
    { "start", "start replication", plan_start, NULL, false, NULL },
    { "start-slave-server", "start the slave's server", plan_start_slave_server, NULL, false, done_if_configured },
    { "start-master-server", "start the master's server", plan_start_master_server, NULL, false, done_if_configured },
    { "take-up", "take skip-slave-start out of the option files and start replication", plan_take_up, NULL, false, NULL },
    { "skip", "skip the change that fails", plan_skip, can_skip, true, NULL },
    { "repair-row", "make the slave's row what the master's is, and go on", plan_repair_row, can_repair_row, false, NULL },
    { "bring-table", "carry the table over anew", plan_bring_table, can_bring_table, true, NULL },
    { "refetch", "fetch again from where the SQL thread has executed to", plan_refetch, NULL, false, NULL },
    { "re-point", "tell the slave the master's right address", plan_re_point, can_reach_master, false, NULL },
    { "listen", "let the master listen to the slave, and restart it", plan_listen, NULL, false, NULL },
    { "new-password", "give the replication account a new password on both sides", plan_new_password, can_new_password, false, NULL },
    { "grant", "grant REPLICATION SLAVE", plan_grant, NULL, false, NULL },
    { "tls", "set the slave's TLS options as both servers are now", plan_tls, NULL, false, NULL },
    { "new-id", "give the slave a server id of its own", plan_new_id, NULL, false, NULL },
    { "new-uuid", "let the slave make itself a new UUID", plan_new_uuid, NULL, false, NULL },
    { "raise-packet", "let the slave take larger events", plan_raise_packet, NULL, false, NULL },
    { "from-oldest", "go on from the oldest binary log that is left", plan_from_oldest, can_from_oldest, true, NULL },
    { "next-binlog", "go on from the next binary log", plan_next_binlog, can_next_binlog, true, NULL },
    { "kill", "kill the report that runs longest", plan_kill, can_kill, false, done_already },
    { "no-delay", "take the delay away", plan_no_delay, NULL, false, NULL },
    { "filters", "take the filters away that leave something out", plan_filters, NULL, true, NULL },
    { "disable-events", "disable the events on the slave", plan_disable_events, NULL, false, done_already },
    { "writable", "let the master take writes", plan_writable, NULL, false, done_already },
    { "reports-login", "make the reports' account what billing.ini says", plan_reports_login, can_reports_login, false, done_already },
    { "compare", "compare the doubtful tables with the master's", plan_compare, can_compare, false, done_already },
};
const size_t fix_count = sizeof fixes / sizeof fixes[0];

const struct dialect *fix_slave_dialect(const struct trouble *trouble)
{
    return trouble->care->world.facts.slave.dialect;
}

struct change *fix_sql(struct plan *plan, enum side side, char *what, const char *why, struct buf *statements)
{
    return plan_add(plan, &(struct change){ .kind = CHANGE_SQL, .server = side, .what = what, .why = mem_dup(why),
                                            .after = buf_steal(statements) });
}

struct change *fix_slave_sql(const struct trouble *trouble, struct plan *plan, char *what, const char *why, const char *lines)
{
    const struct dialect *dialect = fix_slave_dialect(trouble);
    struct buf sql = BUF_INIT;
    buf_addf(&sql, "%s\n%s%s\n", dialect->stop, lines, dialect->start);
    return fix_sql(plan, SIDE_SLAVE, what, why, &sql);
}

void fix_add_position(const struct trouble *trouble, struct buf *to)
{
    const struct slave_status *status = trouble->status;
    const char *key = fix_slave_dialect(trouble)->key;
    if (trouble_by_gtid(trouble)) {
        buf_addf(to, ", %s", fix_slave_dialect(trouble)->gtid_use);
        return;
    }
    buf_addf(to, ", %s_LOG_FILE = ", key);
    quote_sql(to, status->relay_master_log_file, strlen(status->relay_master_log_file));
    buf_addf(to, ", %s_LOG_POS = %llu", key, (unsigned long long)status->exec_master_log_pos);
}

/* A thread that stopped with an error does not come back by itself; one that is connecting may. */
static bool hopeless(const struct slave_status *status)
{
    return (strcasecmp(status->sql_running, "No") == 0 && status->last_sql_errno != 0) ||
           (strcasecmp(status->io_running, "No") == 0 && status->last_io_errno != 0);
}

static int not_running(const struct slave_status *status, struct err *err)
{
    const char *why = status->last_sql_errno != 0 ? status->last_sql_error : status->last_io_error;
    struct buf shown = BUF_INIT;
    quote_printable(&shown, why != NULL ? why : "", why != NULL ? strlen(why) : 0, 0);
    err_set(err, ERR_WORLD, "it was done, but replication does not run: IO %s, SQL %s%s%s", status->io_running, status->sql_running,
            shown.len > 0 ? ": " : "", buf_str(&shown));
    buf_free(&shown);
    return err_hint(err, "`dualserver troubleshoot` looks what is in its way now");
}

/* Where the master is now; file "": not known. */
static struct binlog_position master_position(struct care *care)
{
    struct binlog_position position = { .file = "" };
    struct err ignored = ERR_INIT;
    struct db *db = care->sides[SIDE_MASTER].server ? world_db(&care->world, SIDE_MASTER, &ignored) : NULL;
    if (db == NULL || binlog_position_read(db, &position, &ignored) != 0)
        position.file[0] = '\0';
    return position;
}

/* Until its threads run, and either have done so for a while or have executed in two looks all that the master had written. */
int fix_wait_running(struct trouble *trouble, struct err *err)
{
    struct world *world = &trouble->care->world;
    const struct binlog_position last = master_position(trouble->care);
    const uint64_t end = clock_ms() + RUNNING_LIMIT_MS;
    uint64_t since = 0;
    bool reached = false;
    for (;;) {
        struct slave_status status = { .configured = false };
        struct db *db = world_db(world, SIDE_SLAVE, err);
        if (world_cancelled(world, err) || db == NULL || slave_status_read(db, &status, err) != 0)
            return -1;
        const bool runs = slave_status_running(&status) || (status.configured && strcasecmp(status.io_running, "Yes") == 0 &&
                                                            strcasecmp(status.sql_running, "Yes") == 0);
        since = !runs ? 0 : since == 0 ? clock_ms() : since;
        const bool reached_before = reached;
        reached = runs && last.file[0] != '\0' && slave_status_reached(&status, &last);
        int rc = runs && ((reached && reached_before) || clock_ms() >= since + SETTLED_MS) ? 0 : 1;
        if (rc == 1 && (!status.configured || hopeless(&status) || clock_ms() > end))
            rc = not_running(&status, err);
        slave_status_free(&status);
        if (rc != 1)
            return rc;
        poll(NULL, 0, ROUND_MS);
    }
}

static int apply_one(struct world *world, const struct change *change, struct err *err)
{
    world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .side = change->server, .text = change->what });
    if (change->apply != NULL)
        return change->apply(world, change, err);
    return change->kind == CHANGE_FILE ? change_apply_file(world, change, err) : change_apply_sql(world, change, err);
}

/* Remembered before it is done: a program that ends in between must not leave a doubt that nobody knows of. */
static int remember(const struct fix *fix, const struct trouble *trouble, const char *state_dir, struct err *err)
{
    const struct answers *answers = trouble->care->world.answers;
    const struct failing *failing = &trouble->failing;
    int rc = 0;
    if (!fix->doubtful)
        return 0;
    const bool rows = strcmp(fix->id, "skip") == 0 || strcmp(fix->id, "bring-table") == 0;
    const bool known = rows && failing->count > 0 && failing->count == failing->changes;
    if (!known)
        return doubt_add(state_dir, answers, DOUBT_ALL, fix->title, err);
    for (size_t i = 0; rc == 0 && i < failing->count; i++)
        if (failing->rows[i].table != NULL && failing->rows[i].database != NULL && strcmp(failing->rows[i].database, answers->database) == 0)
            rc = doubt_add(state_dir, answers, failing->rows[i].table, fix->title, err);
    return rc;
}

static int look_again(const struct symptom *symptom, struct trouble *trouble, const char *state_dir, struct err *err)
{
    struct care *care = trouble->care;
    trouble_free(trouble);
    if (trouble_look(care, state_dir, trouble, err) != 0)
        return -1;
    if (!symptom_seen(symptom->seen, trouble))
        return 0;
    err_set(err, ERR_WORLD, "it was done, but %s is still there", symptom->id);
    return err_hint(err, "`dualserver troubleshoot` tells what is seen now");
}

int fix_apply(const struct fix *fix, const struct symptom *symptom, struct trouble *trouble, struct plan *plan, const char *state_dir,
              struct err *err)
{
    struct world *world = &trouble->care->world;
    if (world->run_id[0] == '\0')
        clock_stamp(world->run_id, sizeof world->run_id);
    if (trouble->care->sides[SIDE_MASTER].host && trouble->care->sides[SIDE_SLAVE].host && guard_look(world, err) != 0)
        return -1;
    int rc = remember(fix, trouble, state_dir, err);
    world->plan = plan;
    for (size_t i = 0; rc == 0 && i < plan->count; i++)
        rc = world_cancelled(world, err) ? -1 : apply_one(world, &plan->changes[i], err);
    world->plan = NULL;
    if (rc == 0 && strcmp(fix->id, "compare") == 0)
        rc = doubt_clear(state_dir, world->answers, err);
    if (rc == 0)
        rc = fix->done != NULL ? fix->done(trouble, err) : fix_wait_running(trouble, err);
    return rc == 0 ? look_again(symptom, trouble, state_dir, err) : -1;
}
