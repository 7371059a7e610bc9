/* Compares tables at one position of the master's binlog while the master goes on writing. Two ways, both of which leave
 * a table of the slave as the master's was at that position:
 *
 * held     LOCK TABLES t READ on the master, read its position, wait until the slave has executed up to there, and read t
 *          on both sides before the lock is let go. For tables without transactions. The slave is awaited before the
 *          lock is taken as well, so that only the last moment's writes are waited for under it.
 * stopped  The slave's SQL thread is stopped; the master's side is taken at a position (InnoDB: a consistent snapshot;
 *          a table whose slave was too late for `held`: its checksum under a READ lock); the SQL thread then runs UNTIL that
 *          position, and the slave stands still there while it is read. The master is not held up by the wait.
 *
 * Every way out unlocks the master and starts the SQL thread again. A lock dies with its connection anyway.
 */
#include "config.h"

#include "mysql/checksum.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/session.h"
#include "mysql/status.h"
#include "mysql/table_sum.h"

#define HELD_TRIES 3
#define HELD_BYTES (64u << 20) /* `held` reads both sides under the lock, `stopped` the master's only: better for larger tables */
#define LOCK_WAIT_S 5       /* a lock that waits longer would hold up the master's own writers behind it */
#define STOPPED_PATIENCE 10 /* times wait_seconds: nobody waits for us but the slave's readers */
#define ER_LOCK_WAIT_TIMEOUT 1205
#define ER_NO_SUCH_TABLE 1146
#define ER_TABLE_DEF_CHANGED 1412

enum outcome { FAILED = -1, COMPARED, TOO_LATE, GONE };

struct comparison {
    const struct checksum_job *job;
    struct checksum_result *result;
    const struct dialect *dialect; /* of the slave */
    size_t done, total;
    uint64_t locked_at;
    bool slave_is_late; /* seen once: the way with a stopped slave is taken at once */
};

void checksum_result_free(struct checksum_result *result)
{
    strings_free(&result->differ);
    *result = (struct checksum_result){ .compared = 0 };
}

static bool in_snapshot(const struct table *table)
{
    return strcasecmp(table->engine, "InnoDB") == 0;
}

/* A table that cannot be read on a side is not the same: nothing can be said for it. */
static bool same(const struct table_sum *ours, const struct table_sum *theirs)
{
    return ours->text != NULL && theirs->text != NULL && strcmp(ours->text, theirs->text) == 0;
}

static void add_difference(struct comparison *at, const char *table, const struct table_sum *ours,
                           const struct table_sum *theirs)
{
    char *text = mem_printf("%s: %s on the master, %s on the slave", table,
                            ours->text != NULL ? ours->text : buf_str(&ours->why),
                            theirs->text != NULL ? theirs->text : buf_str(&theirs->why));
    strings_add(&at->result->differ, text);
    at->result->differing++;
    free(text);
}

static void judge(struct comparison *at, const char *table, const struct table_sum *ours, const struct table_sum *theirs)
{
    at->result->compared++;
    if (!same(ours, theirs))
        add_difference(at, table, ours, theirs);
}

/* One table, read on both sides. TOO_LATE: it was altered after the snapshot. */
static enum outcome compare_table(struct comparison *at, struct db *master, const char *table, struct err *err)
{
    const char *database = at->job->inventory->database;
    struct table_sum ours = { .text = NULL }, theirs = { .text = NULL };
    enum outcome outcome = FAILED;
    if (table_sum_read(master, database, table, &ours, err) == 0) {
        if (ours.text == NULL && ours.code == ER_NO_SUCH_TABLE)
            outcome = GONE;
        else if (ours.text == NULL && ours.code == ER_TABLE_DEF_CHANGED)
            outcome = TOO_LATE;
        else if (table_sum_read(at->job->slave, database, table, &theirs, err) == 0) {
            judge(at, table, &ours, &theirs);
            outcome = COMPARED;
        }
    }
    table_sum_free(&ours);
    table_sum_free(&theirs);
    return outcome;
}

/* Where the tables are read under a lock, the connection that holds it does the reading on the master. */
static int lock_table(struct comparison *at, const char *table, struct err *err)
{
    struct buf name = BUF_INIT;
    quote_table(&name, at->job->inventory->database, table);
    const int rc = db_execf(at->job->master_lock, err, "LOCK TABLES %s READ", buf_str(&name));
    at->locked_at = clock_ms();
    buf_free(&name);
    return rc;
}

static int unlock(struct comparison *at, struct err *err)
{
    const int rc = db_exec(at->job->master_lock, err, "UNLOCK TABLES");
    const uint64_t held = clock_ms() - at->locked_at;
    if (held > at->result->lock_ms)
        at->result->lock_ms = held;
    return rc;
}

static bool is_sql_error(const struct err *err, int number)
{
    return err->code == ERR_SQL && err->detail == number;
}

/* One try with the lock held until the slave is there. */
static enum outcome try_held(struct comparison *at, const char *table, struct err *err)
{
    struct binlog_position position;
    struct err ignored = ERR_INIT;
    enum outcome outcome = FAILED;
    if (lock_table(at, table, err) != 0) {
        if (is_sql_error(err, ER_NO_SUCH_TABLE))
            return GONE;
        return is_sql_error(err, ER_LOCK_WAIT_TIMEOUT) ? TOO_LATE : FAILED;
    }
    if (binlog_position_read(at->job->master, &position, err) != 0)
        goto out;
    if (binlog_position_wait(at->job->slave, &position, at->job->wait_seconds, err) != 0)
        outcome = err->code == ERR_TIMEOUT ? TOO_LATE : FAILED;
    else
        outcome = compare_table(at, at->job->master_lock, table, err);
out:
    if (unlock(at, outcome == FAILED ? &ignored : err) != 0)
        outcome = FAILED;
    return outcome;
}

/* Without a lock: lets the slave come close. Being late is no error here. */
static int let_slave_catch_up(struct comparison *at, struct err *err)
{
    struct binlog_position position;
    if (binlog_position_read(at->job->master, &position, err) != 0)
        return -1;
    if (binlog_position_wait(at->job->slave, &position, at->job->wait_seconds, err) != 0 && err->code != ERR_TIMEOUT)
        return -1;
    return 0;
}

/* Several tries, each after the slave was given time without a lock. */
static enum outcome compare_held(struct comparison *at, const char *table, struct err *err)
{
    enum outcome outcome = TOO_LATE;
    for (int i = 0; outcome == TOO_LATE && i < HELD_TRIES; i++)
        outcome = let_slave_catch_up(at, err) == 0 ? try_held(at, table, err) : FAILED;
    return outcome;
}

/* Is the SQL thread at the end of its UNTIL? 1 there, 0 still on its way. */
static int has_stopped(struct comparison *at, const struct binlog_position *position, struct slave_link *link, struct err *err)
{
    struct slave_status status;
    if (slave_status_read(at->job->slave, &status, err) != 0)
        return -1;
    int rc = 0;
    if (strcasecmp(status.sql_running, "No") == 0) {
        const int file = strcmp(status.relay_master_log_file, position->file);
        struct buf said = BUF_INIT;
        quote_printable(&said, status.last_sql_error, strlen(status.last_sql_error), 0);
        if (file == 0 && status.exec_master_log_pos == position->position)
            rc = 1;
        else
            rc = err_set(err, ERR_WORLD, "the slave's SQL thread stopped at %s:%llu instead of %s:%llu%s%s",
                         status.relay_master_log_file, (unsigned long long)status.exec_master_log_pos, position->file,
                         (unsigned long long)position->position, said.len > 0 ? ": " : "", buf_str(&said));
        buf_free(&said);
    }
    if (rc == 0)
        rc = slave_link_judge(link, &status, clock_ms(), err);
    slave_status_free(&status);
    return rc;
}

/* Runs the stopped SQL thread up to the position, where it stops by itself. */
static int run_until(struct comparison *at, const struct binlog_position *position, struct err *err)
{
    const unsigned patience = STOPPED_PATIENCE * at->job->wait_seconds;
    const uint64_t end = clock_ms() + (uint64_t)patience * 1000;
    struct slave_link link = { .lost_ms = 0 };
    struct buf file = BUF_INIT;
    quote_sql(&file, position->file, strlen(position->file));
    int rc = db_execf(at->job->slave, err, "%s UNTIL %s_LOG_FILE = %s, %s_LOG_POS = %llu", at->dialect->start_sql,
                      at->dialect->key, buf_str(&file), at->dialect->key, (unsigned long long)position->position);
    buf_free(&file);
    while (rc == 0) {
        rc = has_stopped(at, position, &link, err);
        if (rc == 0 && clock_ms() > end)
            rc = err_set(err, ERR_TIMEOUT, "the slave has not executed up to %s:%llu within %u s", position->file,
                         (unsigned long long)position->position, patience);
        if (rc == 0) {
            const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
            nanosleep(&pause, NULL);
        }
    }
    return rc > 0 ? 0 : -1;
}

/* The SQL thread as it was: running, without an UNTIL. */
static int restart_slave(struct comparison *at, int rc, struct err *err)
{
    struct err own = ERR_INIT;
    if (db_exec(at->job->slave, &own, at->dialect->stop_sql) == 0 &&
        db_exec(at->job->slave, &own, at->dialect->start_sql) == 0)
        return rc;
    if (rc == 0)
        *err = own;
    err_hint(err, "the slave's SQL thread was left stopped: %s", at->dialect->start_sql);
    return -1;
}

/* Opens a snapshot on `master` and tells its binlog position. MariaDB knows the position of a snapshot by itself (KB
 * "START TRANSACTION WITH CONSISTENT SNAPSHOT", 5.3); elsewhere all writes are held for the moment between the two. */
static int open_snapshot(struct comparison *at, struct binlog_position *position, struct err *err)
{
    struct db *master = at->job->master;
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    const bool held = !db_dialect(master)->snapshot_position;
    if (db_exec(master, err, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ") != 0)
        return -1;
    if (held && db_exec(at->job->master_lock, err, "FLUSH TABLES WITH READ LOCK") != 0)
        return -1;
    at->locked_at = clock_ms();
    int rc = db_exec(master, err, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
    if (rc == 0)
        rc = binlog_position_read(master, position, err);
    if (held)
        return unlock(at, rc == 0 ? err : &ignored) == 0 ? rc : -1;
    if (rc == 0)
        rc = db_query(master, &rows, err, "SHOW STATUS LIKE 'binlog_snapshot_%'");
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        const char *name = row_str(&rows, i, "Variable_name"), *value = row_str(&rows, i, "Value");
        if (strcasecmp(name, "binlog_snapshot_file") == 0 && strlen(value) < sizeof position->file)
            memcpy(position->file, value, strlen(value) + 1);
        if (strcasecmp(name, "binlog_snapshot_position") == 0)
            position->position = row_u64(&rows, i, "Value");
    }
    rows_free(&rows);
    return rc;
}

static void report(struct comparison *at, const char *table)
{
    if (at->job->progress != NULL)
        at->job->progress(at->job->context, table, at->done, at->total);
    at->done++;
}

/* All InnoDB tables, in one snapshot. Those altered meanwhile are marked in `again`. */
static int compare_snapshot(struct comparison *at, bool *again, struct err *err)
{
    const struct inventory *inventory = at->job->inventory;
    struct binlog_position position;
    struct err ignored = ERR_INIT;
    int rc = db_exec(at->job->slave, err, at->dialect->stop_sql);
    if (rc == 0)
        rc = open_snapshot(at, &position, err);
    if (rc == 0)
        rc = run_until(at, &position, err);
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        if (table->carry == CARRY_DEFINITION || !in_snapshot(table))
            continue;
        report(at, table->name);
        const enum outcome outcome = compare_table(at, at->job->master, table->name, err);
        again[i] = outcome == TOO_LATE;
        rc = outcome == FAILED ? -1 : 0;
    }
    if (db_exec(at->job->master, rc == 0 ? err : &ignored, "COMMIT") != 0)
        rc = -1;
    return restart_slave(at, rc, err);
}

/* The master's sum, taken under a lock that ends with it. */
static enum outcome take_under_lock(struct comparison *at, const char *table, struct binlog_position *position,
                                    struct table_sum *sum, struct err *err)
{
    struct err ignored = ERR_INIT;
    if (lock_table(at, table, err) != 0)
        return is_sql_error(err, ER_NO_SUCH_TABLE) ? GONE : FAILED;
    int rc = binlog_position_read(at->job->master, position, err);
    if (rc == 0)
        rc = table_sum_read(at->job->master_lock, at->job->inventory->database, table, sum, err);
    if (unlock(at, rc == 0 ? err : &ignored) != 0)
        rc = -1;
    return rc == 0 ? COMPARED : FAILED;
}

/* One table whose slave is too far behind for a lock to be held so long. */
static int compare_stopped(struct comparison *at, const char *table, struct err *err)
{
    struct binlog_position position;
    struct table_sum ours = { .text = NULL }, theirs = { .text = NULL };
    int rc = db_exec(at->job->slave, err, at->dialect->stop_sql);
    enum outcome outcome = rc == 0 ? take_under_lock(at, table, &position, &ours, err) : FAILED;
    if (outcome == COMPARED && (run_until(at, &position, err) != 0 ||
                                table_sum_read(at->job->slave, at->job->inventory->database, table, &theirs, err) != 0))
        outcome = FAILED;
    if (outcome == COMPARED)
        judge(at, table, &ours, &theirs);
    table_sum_free(&ours);
    table_sum_free(&theirs);
    return restart_slave(at, outcome == FAILED ? -1 : 0, err);
}

static int compare_by_lock(struct comparison *at, const struct table *table, struct err *err)
{
    report(at, table->name);
    if (at->slave_is_late || table->bytes > HELD_BYTES)
        return compare_stopped(at, table->name, err);
    const enum outcome outcome = compare_held(at, table->name, err);
    if (outcome != TOO_LATE)
        return outcome == FAILED ? -1 : 0;
    at->slave_is_late = true;
    return compare_stopped(at, table->name, err);
}

static int prepare(struct comparison *at, struct err *err)
{
    struct slave_status status;
    if (slave_status_read(at->job->slave, &status, err) != 0)
        return -1;
    const bool running = status.configured && strcasecmp(status.sql_running, "Yes") == 0;
    slave_status_free(&status);
    if (!running)
        return err_set(err, ERR_WORLD, "the slave's SQL thread does not run, so nothing can be compared");
    return session_limit_lock_wait(at->job->master_lock, LOCK_WAIT_S, err);
}

static int compare_all(struct comparison *at, struct err *err)
{
    const struct inventory *inventory = at->job->inventory;
    bool *again = mem_alloc((inventory->table_count + 1) * sizeof *again), snapshot = false;
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        at->total += table->carry != CARRY_DEFINITION;
        again[i] = table->carry != CARRY_DEFINITION && !in_snapshot(table);
        snapshot = snapshot || (table->carry != CARRY_DEFINITION && in_snapshot(table));
    }
    int rc = prepare(at, err);
    if (rc == 0 && snapshot)
        rc = compare_snapshot(at, again, err);
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++)
        if (again[i])
            rc = compare_by_lock(at, &inventory->tables[i], err);
    free(again);
    return rc;
}

int checksum_compare(const struct checksum_job *job, struct checksum_result *result, struct err *err)
{
    struct err own = ERR_INIT;
    struct comparison at = { .job = job, .result = result, .dialect = db_dialect(job->slave) };
    *result = (struct checksum_result){ .compared = 0 };
    if (compare_all(&at, &own) == 0)
        return 0;
    if (err != NULL)
        *err = own;
    checksum_result_free(result);
    return err_wrap(err, "cannot compare %s", job->inventory->database);
}
