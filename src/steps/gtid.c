#include "steps/gtid.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/gtid.h"

#define CONNECT_LIMIT_MS 30000u
#define REACH_LIMIT_MS 30000u

static bool mode_on(const struct server_facts *server)
{
    return strcasecmp(facts_setting(server, "gtid_mode"), "ON") == 0;
}

static bool kept(const struct facts *facts)
{
    const struct dialect *master = facts->master.dialect, *slave = facts->slave.dialect;
    return master->gtid_use != NULL && slave->gtid_use != NULL &&
           (slave->mariadb || (mode_on(&facts->master) && mode_on(&facts->slave)));
}

/* Before 8.0 gtid_purged can be set only where nothing was executed yet. */
static bool settable(const struct facts *facts)
{
    const struct server_facts *slave = &facts->slave;
    return slave->dialect->mariadb || slave->dialect->gtid_purged_adds || facts_setting(slave, "gtid_executed")[0] == '\0';
}

bool gtid_used(const struct facts *facts, const struct answers *answers)
{
    return !answers->replication.gtid_off && kept(facts) && settable(facts);
}

bool gtid_collides(const struct facts *facts)
{
    const char *extra = facts->gtid_extra != NULL ? facts->gtid_extra : "";
    return gtid_set_has(extra, facts->master.server_uuid) ||
           gtid_sets_meet(extra, facts_setting(&facts->master, "gtid_executed"));
}

static void explain_left_over(const struct facts *facts, struct buf *to)
{
    const struct server_facts *slave = &facts->slave;
    const char *position = facts_setting(slave, "gtid_slave_pos");
    if (slave->dialect->mariadb) {
        if (position[0] != '\0')
            buf_addf(to, "; gtid_slave_pos of the slave is '%s', left by what it followed before: it is replaced", position);
    } else if (gtid_collides(facts)) {
        buf_addf(to, "; gtid_executed of the slave has '%s', which carries this master's ids but is not in its history: the slave "
                     "would skip the master's own transactions of these numbers, so %s makes it forget all ids, which "
                     "deletes the slave's own binary logs, too", facts->gtid_extra, slave->dialect->reset_binlogs);
    } else if (facts->gtid_extra != NULL && facts->gtid_extra[0] != '\0') {
        buf_addf(to, "; gtid_executed of the slave has '%s', which the master has not: left as it is, but servers that follow this "
                     "slave one day would be sent it", facts->gtid_extra);
    }
}

void gtid_explain(const struct facts *facts, const struct answers *answers, struct buf *to)
{
    if (facts->slave.dialect->gtid_use == NULL || facts->master.dialect->gtid_use == NULL)
        buf_adds(to, "file and position: these versions have no GTIDs");
    else if (answers->replication.gtid_off)
        buf_adds(to, "file and position: gtid = off");
    else if (!kept(facts))
        buf_adds(to, "file and position: gtid_mode is not ON on both");
    else if (!settable(facts))
        buf_addf(to, "file and position: gtid_executed of the slave is not empty, and this version can add nothing to it (%s would "
                     "empty it, and delete its binary logs)", facts->slave.dialect->reset_binlogs);
    else
        buf_addf(to, "file and position at first, then by GTID (%s), which is right also when the master's binary logs are named "
                     "otherwise one day", facts->slave.dialect->gtid_use);
    if (gtid_used(facts, answers))
        explain_left_over(facts, to);
}

/* The ids of what came with the copy, one statement a line. `set`: all that the master had written at the coordinates. */
static int write_state(struct db *slave, const char *set, bool forget, struct buf *sql, struct err *err)
{
    const struct dialect *dialect = db_dialect(slave);
    struct buf quoted = BUF_INIT, ask = BUF_INIT;
    quote_sql(&quoted, set, strlen(set));
    buf_addf(sql, "%s\n", dialect->stop);
    if (dialect->mariadb) {
        buf_addf(sql, "SET GLOBAL gtid_slave_pos = %s\n", buf_str(&quoted));
        buf_free(&quoted);
        return 0;
    }
    if (forget)
        buf_addf(sql, "%s\n", dialect->reset_binlogs);
    buf_addf(&ask, "SELECT GTID_SUBTRACT(%s, %s)", buf_str(&quoted), forget ? "''" : "@@GLOBAL.gtid_executed");
    char *missing = db_value(slave, err, buf_str(&ask));
    if (missing != NULL && missing[0] != '\0') {
        buf_clear(&quoted);
        quote_sql(&quoted, missing, strlen(missing));
        for (char *c = quoted.data; *c != '\0'; c++)
            if (*c == '\n')
                *c = ' ';
        buf_addf(sql, "SET GLOBAL gtid_purged = '%s%s\n", dialect->gtid_purged_adds ? "+" : "", buf_str(&quoted) + 1);
    }
    const int rc = missing != NULL ? 0 : -1;
    free(missing);
    buf_free(&quoted);
    buf_free(&ask);
    return rc;
}

static int apply_state(struct world *world, const struct change *change, struct err *err)
{
    struct db *master = world_db(world, SIDE_MASTER, err), *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    struct buf sql = BUF_INIT;
    char *set = master != NULL && slave != NULL ? gtid_at(master, &world->start, err) : NULL;
    int rc = set != NULL ? write_state(slave, set, gtid_collides(&world->facts), &sql, err) : -1;
    if (rc == 0) {
        struct change filled = *change;
        filled.after = buf_steal(&sql);
        rc = change_apply_sql(world, &filled, err);
        free(filled.after);
    }
    buf_free(&sql);
    free(set);
    return rc;
}

void gtid_plan_state(const struct facts *facts, const struct answers *answers, struct plan *plan)
{
    const struct dialect *dialect = facts->slave.dialect;
    const bool forget = !dialect->mariadb && gtid_collides(facts);
    if (!gtid_used(facts, answers))
        return;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("tell the slave which transactions came with the copy"),
                       .why = mem_dup("with GTIDs it asks for all that it has not executed, and skips what it has"),
                       .after = dialect->mariadb
                                    ? mem_printf("%s\nSET GLOBAL gtid_slave_pos = 'the GTID at the coordinates'", dialect->stop)
                                    : mem_printf("%s%s%s\nSET GLOBAL gtid_purged = '%sall at the coordinates that it does not have'",
                                                 dialect->stop, forget ? "\n" : "", forget ? dialect->reset_binlogs : "",
                                                 dialect->gtid_purged_adds ? "+" : ""),
                       .undo = dialect->mariadb ? mem_printf("SET GLOBAL gtid_slave_pos = '%s'",
                                                             facts_setting(&facts->slave, "gtid_slave_pos"))
                                                : NULL,
                       .destroys = forget,
                       .apply = apply_state,
                       .revert = dialect->mariadb ? change_revert_sql : NULL,
                   });
}

/* The coordinates have been accepted when the IO thread reads. */
static int wait_for_reading(struct world *world, struct db *slave, struct err *err)
{
    for (uint64_t end = clock_ms() + CONNECT_LIMIT_MS;;) {
        struct slave_status status = { .configured = false };
        if (slave_status_read(slave, &status, err) != 0 || world_cancelled(world, err))
            return -1;
        const bool reads = status.io_running != NULL && strcasecmp(status.io_running, "Yes") == 0;
        if (!reads && clock_ms() >= end)
            err_set_detail(err, ERR_WORLD, (int)status.last_io_errno, "the slave cannot read from the master: %s",
                           status.last_io_error != NULL ? status.last_io_error : "no reason given");
        slave_status_free(&status);
        if (reads)
            return 0;
        if (clock_ms() >= end)
            return err_hint(err, "the data is in place; when the cause is gone, the slave goes on from the right position");
        poll(NULL, 0, 50);
    }
}

/* MariaDB: with an empty position the slave would ask for the oldest log of all. That is right only where the coordinates are
 * in that one. */
static int may_use(struct world *world, struct db *slave, bool *may, struct err *err)
{
    *may = true;
    if (!db_dialect(slave)->mariadb)
        return 0;
    char *position = db_value(slave, err, "SELECT @@GLOBAL.gtid_slave_pos");
    struct rows logs = ROWS_INIT;
    struct db *master = world_db(world, SIDE_MASTER, err);
    int rc = position == NULL || master == NULL ? -1 : 0;
    if (rc == 0 && position[0] == '\0' && (rc = db_query(master, &logs, err, "SHOW BINARY LOGS")) == 0)
        *may = strcmp(row_str(&logs, 0, "Log_name"), world->start.file) == 0;
    rows_free(&logs);
    free(position);
    return rc;
}

static int apply_use(struct world *world, const struct change *change, struct err *err)
{
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    bool may = false;
    /* a first try may have been broken off behind its STOP */
    if (slave == NULL || slave_let_run(slave, err) != 0 || wait_for_reading(world, slave, err) != 0 || may_use(world, slave, &may, err) != 0)
        return -1;
    if (!may) {
        world_note(world, SEVERITY_INFO, "the slave stays with file and position: the master has written no GTID yet");
        return 0;
    }
    return change_apply_sql(world, change, err);
}

void gtid_plan_use(const struct facts *facts, const struct answers *answers, struct plan *plan)
{
    const struct dialect *dialect = facts->slave.dialect;
    if (!gtid_used(facts, answers))
        return;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("go over to GTIDs"),
                       .why = mem_dup("the master has accepted file and position; from here on the slave finds its place by itself"),
                       .after = mem_printf("%s\n%s %s\n%s", dialect->stop, dialect->change_master, dialect->gtid_use, dialect->start),
                       .undo = mem_printf("%s; %s %s", dialect->stop, dialect->change_master, dialect->no_gtid),
                       .apply = apply_use,
                   });
}

/* The slave itself says whether it follows so: "Slave_Pos" or "Current_Pos", and 1. */
static int follows_by_gtid(struct db *slave, bool *follows, struct err *err)
{
    struct slave_status status = { .configured = false };
    if (slave_status_read(slave, &status, err) != 0)
        return -1;
    const char *using = row_str(&status.rows, 0, "Using_Gtid");
    *follows = (using[0] != '\0' && strcasecmp(using, "No") != 0) || row_u64(&status.rows, 0, "Auto_Position") == 1;
    slave_status_free(&status);
    return 0;
}

int gtid_prove(struct world *world, struct err *err)
{
    struct db *master = world_db(world, SIDE_MASTER, err), *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    bool follows = false, reached = false;
    if (!gtid_used(&world->facts, world->answers))
        return 0;
    if (master == NULL || slave == NULL || follows_by_gtid(slave, &follows, err) != 0)
        return -1;
    char *set = follows ? gtid_now(master, err) : NULL;
    int rc = follows && set == NULL ? -1 : 0;
    for (uint64_t end = clock_ms() + REACH_LIMIT_MS; rc == 0 && follows && !reached && clock_ms() < end;) {
        rc = world_cancelled(world, err) ? -1 : gtid_reached(slave, set, &reached, err);
        if (!reached)
            poll(NULL, 0, 100);
    }
    if (rc == 0) {
        char *text = !follows ? mem_dup("the slave follows by file and position")
                              : mem_printf("%s %s", reached ? "by GTID, the slave has executed all of the master's"
                                                            : "by GTID, the slave has NOT executed all of the master's", set);
        world_emit(world, &(struct event){ .kind = EVENT_PROOF, .id = "gtid", .text = text,
                                           .verdict = !follows ? CHECK_WARNING : reached ? CHECK_OK : CHECK_REFUSED });
        rc = !follows || reached ? 0 : err_set(err, ERR_WORLD, "the slave's GTIDs do not reach the master's: %.300s", set);
        free(text);
    }
    free(set);
    return rc;
}
