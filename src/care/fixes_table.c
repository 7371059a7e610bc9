/* A table that the slave lacks: carried over while the master runs. Nobody writes to it on the master while its rows are read; then
 * the slave executes up to that point leaving this table out, and from there on with it. */
#include "fixes_room.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/row_copy.h"
#include "mysql/session.h"
#include "symptoms_room.h"

#define LOCK_WAIT_S 30
#define CATCH_UP_MS 600000u

/* "Table 'billing.call notes' doesn't exist", or the rows of the event. The caller frees; NULL: another database's, or none. */
static char *table_of(const struct trouble *trouble)
{
    const char *database = trouble->care->world.answers->database;
    const struct failing *failing = &trouble->failing;
    if (failing->count > 0 && failing->rows[0].database != NULL && failing->rows[0].table != NULL)
        return strcmp(failing->rows[0].database, database) == 0 ? mem_dup(failing->rows[0].table) : NULL;
    char *begin = mem_printf("Table '%s.", database);
    const char *at = trouble->sql_error != NULL ? strstr(trouble->sql_error, begin) : NULL;
    const char *name = at != NULL ? at + strlen(begin) : NULL, *end = name != NULL ? strstr(name, "' ") : NULL;
    char *table = end != NULL ? mem_dup_n(name, (size_t)(end - name)) : NULL;
    free(begin);
    return table;
}

/* A name with a comma cannot stand in MariaDB's list of tables that are left out; a filter that is there already is somebody's. */
bool can_bring_table(const struct trouble *trouble)
{
    const char *value;
    char *table = table_of(trouble);
    const bool can = table != NULL && strchr(table, ',') == NULL && trouble->care->sides[SIDE_MASTER].server &&
                     symptom_filter(trouble, &value) == NULL;
    free(table);
    return can;
}

void plan_leave_out(const struct dialect *dialect, const char *database, const char *table, struct buf *sql)
{
    struct buf name = BUF_INIT;
    if (dialect->mariadb) {
        buf_adds(sql, "SET GLOBAL replicate_ignore_table = ");
        if (table != NULL)
            buf_addf(&name, "%s.%s", database, table);
        quote_sql(sql, buf_str(&name), name.len);
    } else {
        if (table != NULL)
            quote_table(&name, database, table);
        buf_addf(sql, "CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (%s)", buf_str(&name));
    }
    buf_free(&name);
}

static int leave_out(struct db *slave, const char *database, const char *table, struct err *err)
{
    struct buf sql = BUF_INIT;
    plan_leave_out(db_dialect(slave), database, table, &sql);
    const int rc = db_exec(slave, err, db_dialect(slave)->stop) == 0 ? db_exec(slave, err, buf_str(&sql)) : -1;
    buf_free(&sql);
    return rc;
}

static int make_table(struct db *master, struct db *slave, struct inventory *one, struct err *err)
{
    struct definitions definitions = { .count = 0 };
    int rc = definitions_read(master, one, &definitions, err);
    if (rc == 0)
        rc = db_exec(slave, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    for (size_t i = 0; rc == 0 && i < definitions.count; i++)
        rc = definition_execute(slave, one->database, &definitions.items[i], err);
    definitions_free(&definitions);
    return rc;
}

struct bringing {
    struct world *world;
    struct db *lock, *master, *slave, *rows; /* rows: takes them, and is of no use afterwards */
    const char *database, *table;
    struct binlog_position position;
};

static int copy_locked(struct bringing *at, struct err *err)
{
    struct row_copy copy = { .from = at->lock, .to = at->rows, .from_database = at->database, .to_database = at->database, .table = at->table };
    struct buf name = BUF_INIT;
    quote_table(&name, at->database, at->table);
    int rc = session_limit_lock_wait(at->lock, LOCK_WAIT_S, err);
    if (rc == 0)
        rc = db_execf(at->lock, err, "LOCK TABLES %s READ", buf_str(&name));
    if (rc == 0)
        rc = binlog_position_read(at->master, &at->position, err);
    if (rc == 0)
        rc = row_copy_begin(&copy, err);
    if (rc == 0)
        rc = row_copy_table(&copy, err);
    free(copy.warned);
    buf_free(&name);
    db_close(at->lock); /* lets go of the table */
    at->lock = NULL;
    return rc;
}

/* MariaDB's SQL thread stops there when the next event comes; until then it has only executed so far. */
static bool is_there(const struct slave_status *status, const struct binlog_position *position)
{
    return strcasecmp(status->sql_running, "No") == 0 || (strcmp(status->relay_master_log_file, position->file) == 0 &&
                                                          status->exec_master_log_pos >= position->position);
}

static int catch_up(struct bringing *at, struct err *err)
{
    const struct dialect *dialect = db_dialect(at->slave);
    struct buf file = BUF_INIT;
    bool stopped = false;
    quote_sql(&file, at->position.file, strlen(at->position.file));
    int rc = db_execf(at->slave, err, "%s UNTIL %s_LOG_FILE = %s, %s_LOG_POS = %llu", dialect->start, dialect->key, buf_str(&file), dialect->key,
                      (unsigned long long)at->position.position);
    buf_free(&file);
    for (const uint64_t end = clock_ms() + CATCH_UP_MS; rc == 0 && !stopped;) {
        struct slave_status status = { .configured = false };
        rc = world_cancelled(at->world, err) ? -1 : slave_status_read(at->slave, &status, err);
        stopped = rc == 0 && is_there(&status, &at->position);
        if (stopped && status.last_sql_errno != 0)
            rc = err_set(err, ERR_WORLD, "on its way to where the table was copied the SQL thread stopped: %s", status.last_sql_error);
        else if (rc == 0 && !stopped && clock_ms() > end)
            rc = err_set(err, ERR_TIMEOUT, "the slave has not come to %s:%llu within 10 minutes", at->position.file,
                         (unsigned long long)at->position.position);
        slave_status_free(&status);
        poll(NULL, 0, rc == 0 && !stopped ? 50 : 0);
    }
    return rc;
}

static int bring(struct bringing *at, struct err *err)
{
    struct table table = { .name = (char *)at->table, .carry = CARRY_ROWS };
    struct inventory one = { .database = (char *)at->database, .tables = &table, .table_count = 1 };
    struct err own = ERR_INIT;
    int rc = db_exec(at->slave, err, db_dialect(at->slave)->stop);
    if (rc == 0)
        rc = make_table(at->master, at->slave, &one, err);
    if (rc == 0)
        rc = copy_locked(at, err);
    if (rc != 0)
        return rc;
    rc = leave_out(at->slave, at->database, at->table, err);
    if (rc == 0)
        rc = catch_up(at, err);
    /* Whatever came of it: from here on nothing is left out any more. Where even that fails, the slave stands still, and nothing is
     * started before the filter is gone (plan_start()). */
    if (leave_out(at->slave, at->database, NULL, &own) != 0 && rc == 0) {
        *err = own;
        rc = -1;
    }
    return rc == 0 ? db_exec(at->slave, err, db_dialect(at->slave)->start) : rc;
}

static int apply_bring_table(struct world *world, const struct change *change, struct err *err)
{
    struct bringing at = { .world = world, .database = world->answers->database, .table = change->path };
    struct db **const all[] = { &at.lock, &at.master, &at.slave, &at.rows };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof all / sizeof all[0]; i++) {
        *all[i] = world_db_open(world, i < 2 ? SIDE_MASTER : SIDE_SLAVE, err);
        rc = *all[i] != NULL ? 0 : -1;
    }
    if (rc == 0)
        rc = bring(&at, err);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        db_close(*all[i]);
    return rc == 0 ? 0 : err_wrap(err, "cannot carry the table %s over", change->path);
}

int plan_bring_table(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    const struct dialect *dialect = fix_slave_dialect(trouble);
    const char *database = trouble->care->world.answers->database;
    char *table = table_of(trouble);
    struct buf name = BUF_INIT, out = BUF_INIT, in = BUF_INIT;
    quote_table(&name, database, table);
    plan_leave_out(dialect, database, table, &out);
    plan_leave_out(dialect, database, NULL, &in);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("carry the table %s over with all its rows", buf_str(&name)),
                       .why = mem_dup("on the master it can be read meanwhile, and is not written to while its rows are read"),
                       .path = table,
                       .after = mem_printf("slave: %s; CREATE TABLE as on the master, without binary log\nmaster: LOCK TABLES %s READ; its "
                                           "rows to the slave; UNLOCK TABLES\nslave: %s; %s UNTIL that position; %s; %s", dialect->stop,
                                           buf_str(&name), buf_str(&out), dialect->start, buf_str(&in), dialect->start),
                       .apply = apply_bring_table,
                   });
    buf_free(&name);
    buf_free(&out);
    buf_free(&in);
    return 0;
}
