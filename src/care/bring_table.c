/* Tables of the slave made anew: the way of all of them, from the lock on the master to the start of replication. */
#include "bring_room.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/row_copy.h"
#include "mysql/session.h"

#define LOCK_WAIT_S 30
#define PLACE_WAIT_S 60 /* for a report that reads the old table */
#define CATCH_UP_MS 600000u
#define ROUND_MS 50
#define FRESH "dualserver_fresh_"
#define ASIDE "dualserver_aside_"

/* FNV-1a: a database's name may be as long as names can be. */
static unsigned hash_of(const char *text)
{
    unsigned hash = 2166136261u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

void bring_fresh_name(const char *database, struct buf *to)
{
    buf_addf(to, FRESH "%08x", hash_of(database));
}

void bring_aside_name(const char *database, const char *run, struct buf *to)
{
    buf_addf(to, ASIDE "%08x_", hash_of(database));
    for (; *run != '\0'; run++)
        buf_addc(to, *run == '-' ? '_' : *run);
}

const char *bring_why_not(const struct dialect *slave, const struct table *table, bool leave_out)
{
    if (table->carry == CARRY_DEFINITION)
        return table->because != NULL ? table->because : "it holds no rows of its own";
    if (table->temporal)
        return "its rows have a history, which a copy of its rows leaves behind";
    if (table->parent_outside != NULL)
        return "a foreign key leads to another database";
    if (leave_out && slave->mariadb && strchr(table->name, ',') != NULL)
        return "a name with a comma cannot stand in MariaDB's list of tables that are left out";
    return NULL;
}

void bring_filter(const struct dialect *slave, const char *database, const struct strings *tables, struct buf *sql)
{
    struct buf list = BUF_INIT;
    for (size_t i = 0; i < tables->count; i++) {
        buf_adds(&list, i > 0 ? "," : "");
        if (slave->mariadb)
            buf_addf(&list, "%s.%s", database, tables->items[i]);
        else
            quote_table(&list, database, tables->items[i]);
    }
    if (slave->mariadb) {
        buf_adds(sql, "SET GLOBAL replicate_ignore_table = ");
        quote_sql(sql, buf_str(&list), list.len);
    } else {
        buf_addf(sql, "CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (%s)", buf_str(&list));
    }
    buf_free(&list);
}

/* The status has "billing.calls,billing.call notes", in no order that was promised. */
bool bring_filter_is_ours(const char *value, const char *database, const struct strings *fresh)
{
    char *copy = mem_dup(value), *rest = copy;
    bool ours = value[0] != '\0';
    const size_t len = strlen(database);
    for (char *word; ours && (word = strsep(&rest, ",")) != NULL;)
        ours = strncmp(word, database, len) == 0 && word[len] == '.' && strings_has(fresh, word + len + 1);
    free(copy);
    return ours;
}

void bring_left_free(struct bring_left *left)
{
    strings_free(&left->fresh);
    strings_free(&left->aside);
    left->any = false;
}

static int list(struct db *db, const char *what, struct strings *to, struct err *err)
{
    struct rows rows = ROWS_INIT;
    const int rc = db_query(db, &rows, err, what);
    for (size_t i = 0; rc == 0 && i < rows.count; i++)
        strings_add(to, rows.cells[i * rows.columns]);
    rows_free(&rows);
    return rc;
}

int bring_leftovers(struct world *world, struct bring_left *left, struct err *err)
{
    struct buf fresh = BUF_INIT, aside = BUF_INIT, sql = BUF_INIT;
    struct strings databases = { .count = 0 };
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    *left = (struct bring_left){ .any = false };
    bring_fresh_name(world->answers->database, &fresh);
    bring_aside_name(world->answers->database, "", &aside);
    int rc = slave != NULL ? list(slave, "SHOW DATABASES LIKE 'dualserver%'", &databases, err) : -1;
    for (size_t i = 0; rc == 0 && i < databases.count; i++)
        if (strncmp(databases.items[i], buf_str(&aside), aside.len) == 0)
            strings_add(&left->aside, databases.items[i]);
    const bool has_fresh = rc == 0 && strings_has(&databases, buf_str(&fresh));
    buf_addf(&sql, "SHOW TABLES FROM %s", buf_str(&fresh));
    if (has_fresh)
        rc = list(slave, buf_str(&sql), &left->fresh, err);
    left->any = has_fresh || left->aside.count > 0;
    buf_free(&fresh);
    buf_free(&aside);
    buf_free(&sql);
    strings_free(&databases);
    return rc;
}

static int set_filter(struct db *slave, const char *database, const struct strings *tables, struct err *err)
{
    struct buf sql = BUF_INIT;
    bring_filter(db_dialect(slave), database, tables, &sql);
    const int rc = db_exec(slave, err, db_dialect(slave)->stop_sql) == 0 ? db_exec(slave, err, buf_str(&sql)) : -1;
    buf_free(&sql);
    return rc;
}

int bring_leave_nothing_out(struct world *world, struct err *err)
{
    const struct strings none = { .count = 0 };
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    return slave != NULL ? set_filter(slave, world->answers->database, &none, err) : -1;
}

/* Of transactions that are committed, all is in the binary log before their locks go: so under the lock the table is what the log
 * says up to here, and a snapshot that is made now stays so. */
static int hold(struct bringing *at, struct err *err)
{
    struct buf sql = BUF_INIT;
    bool innodb = true;
    buf_adds(&sql, "LOCK TABLES ");
    for (size_t i = 0; i < at->count; i++) {
        buf_adds(&sql, i > 0 ? ", " : "");
        quote_table(&sql, at->database, at->tables[i].name);
        buf_adds(&sql, " READ");
        innodb = innodb && at->tables[i].innodb;
    }
    int rc = session_limit_lock_wait(at->lock, LOCK_WAIT_S, err);
    if (rc == 0)
        rc = db_exec(at->rows_from, err, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    if (rc == 0)
        rc = db_exec(at->lock, err, buf_str(&sql));
    if (rc == 0)
        rc = binlog_position_read(at->lock, &at->position, err);
    if (rc == 0 && at->position.file[0] == '\0')
        rc = err_set(err, ERR_WORLD, "the master writes no binary log");
    if (rc == 0)
        rc = db_exec(at->rows_from, err, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
    if (rc == 0 && innodb)
        rc = db_exec(at->lock, err, "UNLOCK TABLES");
    buf_free(&sql);
    return rc;
}

static int passed(void *context, uint64_t bytes, struct err *err)
{
    (void)bytes;
    struct bringing *at = context;
    return world_cancelled(at->world, err) ? -1 : 0;
}

static int copy_rows(struct bringing *at, struct err *err)
{
    struct row_copy copy = { .from = at->rows_from, .to = at->rows_to, .from_database = at->database, .to_database = at->fresh,
                             .passed = passed, .context = at };
    int rc = row_copy_begin(&copy, err);
    if (rc == 0)
        rc = hold(at, err);
    for (size_t i = 0; rc == 0 && i < at->count; i++) {
        world_phase(at->world, PHASE_RUN, "carry the rows of %s over", at->tables[i].name);
        copy.table = at->tables[i].name;
        copy.keys_last = !at->tables[i].innodb;
        rc = row_copy_table(&copy, err);
        at->world->shipped_bytes += copy.bytes;
    }
    free(copy.warned);
    db_close(at->lock); /* lets go of the tables */
    db_close(at->rows_from);
    at->lock = at->rows_from = NULL;
    return rc;
}

/* 0: not yet, 1: there; -1. */
static int look_how_far(struct bringing *at, bool *stopped, struct err *err)
{
    struct slave_status status = { .configured = false };
    int rc = world_cancelled(at->world, err) ? -1 : slave_status_read(at->slave, &status, err);
    const bool idle = rc == 0 && strcasecmp(status.sql_running, "No") == 0;
    if (rc == 0 && idle && status.last_sql_errno != 0) {
        *stopped = true;
        rc = err_set(err, ERR_WORLD, "on its way to where the rows are of, the SQL thread stopped: %s", status.last_sql_error);
    } else if (rc == 0 && slave_status_reached(&status, &at->position)) {
        rc = 1;
    } else if (rc == 0 && idle) {
        rc = err_set(err, ERR_WORLD, "somebody has stopped the SQL thread on its way to where the rows are of");
    }
    slave_status_free(&status);
    return rc;
}

static int catch_up(struct bringing *at, bool *stopped, struct err *err)
{
    const struct dialect *dialect = db_dialect(at->slave);
    struct buf file = BUF_INIT;
    quote_sql(&file, at->position.file, strlen(at->position.file));
    world_phase(at->world, PHASE_RUN, "wait until the slave has executed up to %s:%llu", at->position.file,
                (unsigned long long)at->position.position);
    int rc = db_execf(at->slave, err, "%s UNTIL %s_LOG_FILE = %s, %s_LOG_POS = %llu", dialect->start_sql, dialect->key, buf_str(&file),
                      dialect->key, (unsigned long long)at->position.position);
    buf_free(&file);
    for (const uint64_t end = clock_ms() + CATCH_UP_MS; rc == 0;) {
        rc = look_how_far(at, stopped, err);
        if (rc == 0 && clock_ms() > end)
            rc = err_set(err, ERR_TIMEOUT, "the slave has not come to %s:%llu within 10 minutes", at->position.file,
                         (unsigned long long)at->position.position);
        poll(NULL, 0, rc == 0 ? ROUND_MS : 0);
    }
    return rc == 1 ? db_exec(at->slave, err, dialect->stop_sql) : -1;
}

static int place_all(struct bringing *at, struct err *err)
{
    struct buf fresh = BUF_INIT;
    quote_name(&fresh, at->fresh);
    int rc = session_limit_lock_wait(at->slave, PLACE_WAIT_S, err);
    for (size_t i = 0; rc == 0 && i < at->count; i++)
        rc = bring_place(at, &at->tables[i], err);
    if (rc == 0)
        rc = db_execf(at->slave, err, "DROP DATABASE %s", buf_str(&fresh));
    buf_free(&fresh);
    return rc;
}

static int bring(struct bringing *at, const struct strings *names, bool leave_out, bool *stopped, struct err *err)
{
    const struct strings none = { .count = 0 };
    struct err own = ERR_INIT;
    /* the IO thread has to run; what the SQL thread executes meanwhile lies before the place that is waited for */
    int rc = db_exec(at->slave, err, db_dialect(at->slave)->start);
    if (rc == 0)
        rc = db_exec(at->slave, err, db_dialect(at->slave)->stop_sql);
    if (rc == 0)
        rc = bring_stage(at, names, err);
    if (rc == 0)
        rc = copy_rows(at, err);
    if (rc == 0 && leave_out)
        rc = set_filter(at->slave, at->database, names, err);
    if (rc == 0)
        rc = catch_up(at, stopped, err);
    if (rc == 0)
        rc = place_all(at, err);
    /* Whatever came of it: from here on nothing is left out any more. Where even that fails, the slave stands still, and nothing is
     * started before the filter is gone. */
    if (leave_out && set_filter(at->slave, at->database, &none, &own) != 0 && rc == 0) {
        *err = own;
        rc = -1;
    }
    if (rc == 0)
        return db_exec(at->slave, err, db_dialect(at->slave)->start);
    if (!leave_out && !*stopped)
        (void)db_exec(at->slave, &own, db_dialect(at->slave)->start_sql);
    return rc;
}

static int open_all(struct bringing *at, struct err *err)
{
    struct db **const all[] = { &at->lock, &at->rows_from, &at->slave, &at->rows_to };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        *all[i] = world_db_open(at->world, i < 2 ? SIDE_MASTER : SIDE_SLAVE, err);
        if (*all[i] == NULL)
            return -1;
    }
    return 0;
}

static void name_databases(struct bringing *at, size_t before)
{
    struct buf fresh = BUF_INIT, aside = BUF_INIT;
    bring_fresh_name(at->database, &fresh);
    bring_aside_name(at->database, at->world->run_id, &aside);
    buf_addf(&aside, "_%zu", before); /* a table may be carried twice in one run */
    at->fresh = buf_steal(&fresh);
    at->aside = buf_steal(&aside);
}

static int can_leave_out(const struct bringing *at, const struct strings *names, struct err *err)
{
    bool can = strpbrk(at->database, ".,") == NULL;
    for (size_t i = 0; i < names->count; i++)
        can = can && strchr(names->items[i], ',') == NULL;
    if (can || !db_dialect(at->slave)->mariadb)
        return 0;
    err_set(err, ERR_UNSUPPORTED, "a name with a comma cannot stand in MariaDB's list of tables that are left out");
    return err_hint(err, "`dualserver setup` carries everything over anew");
}

int bring_tables(struct world *world, const struct strings *tables, bool leave_out, bool *stopped, struct err *err)
{
    struct bringing at = { .world = world, .database = world->answers->database };
    struct bring_left left;
    *stopped = false;
    int rc = bring_leftovers(world, &left, err);
    name_databases(&at, left.aside.count);
    if (rc == 0)
        rc = open_all(&at, err);
    if (rc == 0 && leave_out)
        rc = can_leave_out(&at, tables, err);
    if (rc == 0)
        rc = bring(&at, tables, leave_out, stopped, err);
    struct db *const all[] = { at.lock, at.rows_from, at.slave, at.rows_to };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        db_close(all[i]);
    for (size_t i = 0; i < at.count; i++) {
        definitions_free(&at.tables[i].old_triggers);
        definitions_free(&at.tables[i].new_triggers);
    }
    free(at.tables);
    free(at.fresh);
    free(at.aside);
    bring_left_free(&left);
    return rc;
}

int bring_clear(struct world *world, struct err *err)
{
    struct bring_left left;
    struct buf fresh = BUF_INIT;
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    int rc = db != NULL ? bring_leftovers(world, &left, err) : -1;
    if (rc == 0) {
        bring_fresh_name(world->answers->database, &fresh);
        rc = db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
        if (rc == 0)
            rc = db_execf(db, err, "DROP DATABASE IF EXISTS %s", buf_str(&fresh));
        for (size_t i = 0; rc == 0 && i < left.aside.count; i++)
            rc = db_execf(db, err, "DROP DATABASE IF EXISTS %s", left.aside.items[i]);
        bring_left_free(&left);
    }
    buf_free(&fresh);
    db_close(db);
    return rc == 0 ? 0 : err_wrap(err, "the old tables cannot be removed from the slave");
}
