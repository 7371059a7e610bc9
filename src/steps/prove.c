/* The proof of step 13: each thing is tried, seen on the slave and told as an EVENT_PROOF. */
#include "steps/step.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/checksum.h"
#include "mysql/status.h"
#include "steps/gtid.h"
#include "steps/tls.h"

#define CATCH_UP_S 300u /* after a long ship the slave has to work off what was written meanwhile */

static void proof(struct world *world, const char *id, bool ok, const char *text)
{
    world_emit(world, &(struct event){ .kind = EVENT_PROOF, .id = id, .verdict = ok ? CHECK_OK : CHECK_REFUSED, .text = text });
}

/* The line between the servers may be cut meanwhile: then nothing is waited for. */
static int link_holds(struct db *slave, struct slave_link *link, struct err *err)
{
    struct slave_status status;
    int rc = slave_status_read(slave, &status, err);
    if (rc == 0)
        rc = slave_link_judge(link, &status, clock_ms(), err);
    slave_status_free(&status);
    return rc;
}

/* The slave's SQL thread has executed all that the master has written until now. */
static int catch_up(struct world *world, struct err *err)
{
    struct binlog_position position;
    struct slave_link link = { .lost_ms = 0 };
    struct db *master = world_db(world, SIDE_MASTER, err), *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    if (master == NULL || slave == NULL || binlog_position_read(master, &position, err) != 0)
        return -1;
    for (uint64_t end = clock_ms() + CATCH_UP_S * 1000u; clock_ms() < end;) {
        if (world_cancelled(world, err))
            return -1;
        if (binlog_position_wait(slave, &position, 1, err) == 0)
            return 0;
        if (err->code != ERR_TIMEOUT || link_holds(slave, &link, err) != 0)
            return -1;
    }
    return err_wrap(err, "the slave did not catch up within %u s", CATCH_UP_S);
}

static int running(struct world *world, struct err *err)
{
    struct slave_status status = { .configured = false };
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    if (slave == NULL || slave_status_read(slave, &status, err) != 0)
        return -1;
    bool ok = slave_status_running(&status);
    char *text = mem_printf("IO thread %s, SQL thread %s, %lld s behind", status.io_running != NULL ? status.io_running : "missing",
                            status.sql_running != NULL ? status.sql_running : "missing", status.seconds_behind);
    proof(world, "running", ok, text);
    if (!ok)
        err_set(err, ERR_WORLD, "replication does not run: %s%s%s", text,
                status.last_sql_error != NULL && *status.last_sql_error != '\0' ? ": " : "",
                status.last_sql_error != NULL ? status.last_sql_error : "");
    free(text);
    slave_status_free(&status);
    return ok ? 0 : -1;
}

struct canary {
    char *inside, *outside; /* tables made with and without a default database; quoted, database included */
    char *bare;             /* the first one's bare name */
};

static void canary_name(struct world *world, struct canary *canary)
{
    struct buf name = BUF_INIT;
    char *word = mem_printf("dualserver_canary_%s", world->run_id), *second = mem_printf("%s_b", word);
    quote_name(&name, word);
    canary->bare = buf_steal(&name);
    quote_table(&name, world->answers->database, word);
    canary->inside = buf_steal(&name);
    quote_table(&name, world->answers->database, second);
    canary->outside = buf_steal(&name);
    free(word);
    free(second);
}

static void canary_free(struct canary *canary)
{
    free(canary->inside);
    free(canary->outside);
    free(canary->bare);
}

static int write_outside(struct db *master, const char *table, struct err *err)
{
    int rc = db_execf(master, err, "CREATE TABLE %s (id INT PRIMARY KEY, word VARCHAR(40)) ENGINE=InnoDB", table);
    if (rc == 0)
        rc = db_execf(master, err, "INSERT INTO %s VALUES (1, 'without a default database'), (2, 'goes'), (3, 'changes')", table);
    if (rc == 0)
        rc = db_execf(master, err, "ALTER TABLE %s ADD COLUMN extra INT NOT NULL DEFAULT 7", table);
    if (rc == 0)
        rc = db_execf(master, err, "DELETE FROM %s WHERE id = 2", table);
    return rc;
}

static int write_inside(struct db *master, const char *table, struct err *err)
{
    int rc = db_execf(master, err, "CREATE TABLE %s (id INT PRIMARY KEY, word VARCHAR(40)) ENGINE=InnoDB", table);
    if (rc == 0)
        rc = db_execf(master, err, "INSERT INTO %s VALUES (4, 'with it'), (5, 'goes')", table);
    if (rc == 0)
        rc = db_execf(master, err, "UPDATE %s SET word = 'changed' WHERE id = 4", table);
    if (rc == 0)
        rc = db_execf(master, err, "DELETE FROM %s WHERE id = 5", table);
    return rc;
}

/* The how-to's replicate-do-db drops DDL made without USE but lets its rows pass, so a canary there would stop the slave
 * with error 1146: as_written leaves it out and says so. */
static bool outside_too(const struct world *world)
{
    return !world->answers->as_written;
}

static int canary_write(struct world *world, struct db *master, const struct canary *canary, struct err *err)
{
    struct buf use = BUF_INIT;
    buf_adds(&use, "USE ");
    quote_name(&use, world->answers->database);
    /* this session has no default database yet */
    int rc = outside_too(world) ? write_outside(master, canary->outside, err) : 0;
    if (rc == 0)
        rc = db_exec(master, err, buf_str(&use));
    if (rc == 0)
        rc = write_inside(master, canary->bare, err);
    buf_free(&use);
    return rc;
}

static int canary_expect(struct db *slave, const char *table, const char *column, const char *expected, bool *seen,
                         struct err *err)
{
    char *sql = mem_printf("SELECT GROUP_CONCAT(%s ORDER BY id) FROM %s", column, table);
    err_clear(err);
    char *found = db_value(slave, err, sql);
    *seen = found != NULL && strcmp(found, expected) == 0;
    int rc = found == NULL && err->code != ERR_NONE && err->code != ERR_SQL ? -1 : 0;
    free(found);
    free(sql);
    return rc;
}

static int canary_gone(struct world *world, bool *gone, struct err *err)
{
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    if (slave == NULL)
        return -1;
    buf_adds(&sql, "SHOW TABLES FROM ");
    quote_name(&sql, world->answers->database);
    buf_addf(&sql, " LIKE 'dualserver\\_canary\\_%s%%'", world->run_id);
    int rc = db_query(slave, &rows, err, buf_str(&sql));
    *gone = rc == 0 && rows.count == 0;
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

static int canary_judge(struct world *world, const struct canary *canary, struct err *err)
{
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    bool inside = false, outside = !outside_too(world);
    if (slave == NULL || canary_expect(slave, canary->inside, "CONCAT(id, word)", "4changed", &inside, err) != 0 ||
        (!outside && canary_expect(slave, canary->outside, "id + extra", "8,10", &outside, err) != 0))
        return -1;
    proof(world, "canary-inside", inside,
          inside ? "writes with a default database arrive (CREATE, INSERT, UPDATE, DELETE)" : "writes with a default database do NOT arrive");
    if (!outside_too(world))
        world_emit(world, &(struct event){ .kind = EVENT_PROOF, .id = "canary-outside", .verdict = CHECK_WARNING,
                                           .text = "not tried: with the how-to's replicate-do-db, tables made without a "
                                                   "default database do not arrive" });
    else
        proof(world, "canary-outside", outside,
          outside ? "writes without a default database arrive (CREATE, INSERT, ALTER, DELETE)"
                  : "writes without a default database do NOT arrive");
    err_clear(err);
    return inside && outside ? 0 : err_set(err, ERR_WORLD, "a canary written on the master was not seen on the slave");
}

/* In a session of its own, with the database as its default or without one, as the table was made. */
static int drop_one(struct world *world, const char *table, bool use_database, struct err *err)
{
    struct db *master = world_db_open(world, SIDE_MASTER, err);
    struct buf use = BUF_INIT;
    buf_adds(&use, "USE ");
    quote_name(&use, world->answers->database);
    int rc = master == NULL ? -1 : use_database ? db_exec(master, err, buf_str(&use)) : 0;
    if (rc == 0)
        rc = db_execf(master, err, "DROP TABLE IF EXISTS %s", table);
    buf_free(&use);
    db_close(master);
    return rc;
}

/* Both are tried, whatever becomes of the first. */
static int canary_drop(struct world *world, const struct canary *canary, struct err *err)
{
    struct err second = ERR_INIT;
    int rc = drop_one(world, canary->inside, true, err);
    if (outside_too(world) && drop_one(world, canary->outside, false, &second) != 0 && rc == 0) {
        *err = second;
        rc = -1;
    }
    return rc;
}

static int canaries(struct world *world, struct err *err)
{
    struct canary canary;
    struct db *master = world_db_open(world, SIDE_MASTER, err);
    if (master == NULL)
        return -1;
    canary_name(world, &canary);
    /* an earlier try that was broken off may have left them */
    int rc = world->distrust ? canary_drop(world, &canary, err) : 0;
    if (rc == 0)
        rc = canary_write(world, master, &canary, err);
    if (rc == 0 && (rc = catch_up(world, err)) == 0)
        rc = canary_judge(world, &canary, err);
    struct err dropping = ERR_INIT;
    bool gone = false;
    if (canary_drop(world, &canary, &dropping) != 0 && rc == 0) {
        *err = dropping;
        rc = -1;
    }
    if (rc == 0 && (rc = catch_up(world, err)) == 0 && (rc = canary_gone(world, &gone, err)) == 0) {
        proof(world, "canary-removed", gone, gone ? "the canaries were dropped again on both servers" : "a canary is left on the slave");
        rc = gone ? 0 : err_set(err, ERR_WORLD, "the DROP of a canary did not arrive on the slave");
    }
    canary_free(&canary);
    db_close(master);
    return rc;
}

void steps_prove_clean(struct world *world)
{
    struct canary canary;
    struct err err = ERR_INIT;
    canary_name(world, &canary);
    if (canary_drop(world, &canary, &err) != 0)
        world_note(world, SEVERITY_WARNING, "tables named dualserver_canary_%s may be left in %s on the master: %s",
                   world->run_id, world->answers->database, err.text);
    canary_free(&canary);
}

static int advances(struct world *world, const struct slave_status *before, struct err *err)
{
    struct slave_status after = { .configured = false };
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    if (slave == NULL || slave_status_read(slave, &after, err) != 0)
        return -1;
    const char *old_file = before->relay_master_log_file, *file = after.relay_master_log_file;
    bool ok = file != NULL && old_file != NULL &&
              (strcmp(file, old_file) != 0 || after.exec_master_log_pos > before->exec_master_log_pos);
    char *text = mem_printf("the position advances: %s %llu", file != NULL ? file : "?", (unsigned long long)after.exec_master_log_pos);
    proof(world, "position", ok, text);
    free(text);
    slave_status_free(&after);
    return ok ? 0 : err_set(err, ERR_WORLD, "the slave's position does not advance although the master writes");
}

/* Those that the slave is to have: not the views that cannot be made there. */
static size_t objects_wanted(const struct world *world, const struct inventory *inventory)
{
    size_t count = 0;
    for (size_t i = 0; i < inventory->object_count; i++)
        count += inventory->objects[i].kind != OBJECT_VIEW || !strings_has(&world->facts.needs.views, inventory->objects[i].name);
    return count;
}

/* Tables and other objects: the same names on both sides. */
static int same_objects(struct world *world, struct err *err)
{
    struct inventory master = { .database = NULL }, slave = { .database = NULL };
    struct db *on_master = world_db(world, SIDE_MASTER, err), *on_slave = on_master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    int rc = on_master == NULL || on_slave == NULL ? -1 : 0;
    if (rc == 0 && (rc = inventory_read(on_master, world->answers->database, &master, err)) == 0)
        rc = inventory_read(on_slave, world->answers->database, &slave, err);
    if (rc == 0) {
        const char *missing = NULL;
        for (size_t i = 0; i < master.table_count && missing == NULL; i++)
            if (inventory_table(&slave, master.tables[i].name) == NULL)
                missing = master.tables[i].name;
        const size_t wanted = objects_wanted(world, &master), there = objects_wanted(world, &slave);
        bool ok = missing == NULL && master.table_count == slave.table_count && wanted == there;
        char *text = mem_printf("%zu tables and %zu views, routines, triggers and events on the master, %zu and %zu on the slave%s%s%s",
                                master.table_count, wanted, slave.table_count, there,
                                world->facts.needs.views.count > 0 ? "; not counting views that the slave cannot have" : "",
                                missing != NULL ? "; missing: " : "", missing != NULL ? missing : "");
        proof(world, "objects", ok, text);
        if (!ok)
            rc = err_set(err, ERR_WORLD, "the servers do not hold the same objects: %.300s", text);
        free(text);
    }
    inventory_free(&master);
    inventory_free(&slave);
    return rc;
}

static void checksum_progress(void *context, const char *table, size_t done, size_t total)
{
    struct world *world = context;
    struct buf text = BUF_INIT;
    buf_addf(&text, "compare table %zu of %zu: ", done + 1 < total ? done + 1 : total, total);
    quote_printable(&text, table, strlen(table), 0);
    world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .text = buf_str(&text) });
    buf_free(&text);
}

static int checksums(struct world *world, struct err *err)
{
    struct checksum_result result = { .compared = 0 };
    struct inventory now = { .database = NULL };
    struct db *master = world_db(world, SIDE_MASTER, err), *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    struct db *lock = slave != NULL ? world_db_open(world, SIDE_MASTER, err) : NULL;
    int rc = master == NULL || slave == NULL || lock == NULL ? -1 : inventory_read(master, world->answers->database, &now, err);
    if (rc == 0) {
        struct checksum_job job = {
            .master = master, .slave = slave, .master_lock = lock, .inventory = &now,
            .wait_seconds = 10, .progress = checksum_progress, .context = world,
        };
        rc = checksum_compare(&job, &result, err);
    }
    if (rc == 0) {
        bool ok = result.differing == 0;
        char *text = ok ? mem_printf("%zu tables have the same checksum on both servers at the same position (longest lock %llu ms)",
                                     result.compared, (unsigned long long)result.lock_ms)
                        : mem_printf("%zu of %zu tables differ, the first: %s", result.differing, result.compared,
                                     result.differ.count > 0 ? result.differ.items[0] : "?");
        proof(world, "checksums", ok, text);
        if (!ok)
            rc = err_set(err, ERR_DATA, "%s", text);
        free(text);
    }
    checksum_result_free(&result);
    inventory_free(&now);
    db_close(lock);
    return rc;
}

static int show_status(struct world *world, struct err *err)
{
    struct slave_status status = { .configured = false };
    struct buf text = BUF_INIT;
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    if (slave == NULL || slave_status_read(slave, &status, err) != 0)
        return -1;
    slave_status_render(&status, &text);
    world_emit(world, &(struct event){ .kind = EVENT_STATUS, .side = SIDE_SLAVE, .text = buf_str(&text) });
    buf_free(&text);
    slave_status_free(&status);
    return 0;
}

/* Where TLS is to be used, the slave's own status says that it is: with MASTER_SSL it does not connect in clear. */
static int encrypted(struct world *world, struct err *err)
{
    struct slave_status status = { .configured = false };
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    if (tls_trust(&world->facts, world->answers, SIDE_MASTER) == TRUST_PLAIN)
        return 0;
    if (slave == NULL || slave_status_read(slave, &status, err) != 0)
        return -1;
    const char *allowed = row_str(&status.rows, 0, row_has(&status.rows, "Source_SSL_Allowed") ? "Source_SSL_Allowed" : "Master_SSL_Allowed");
    const bool ok = strcmp(allowed, "Yes") == 0;
    struct buf text = BUF_INIT;
    tls_explain(&world->facts, world->answers, SIDE_MASTER, &text);
    proof(world, "encryption", ok, ok ? buf_str(&text) : "the replication connection is NOT encrypted");
    buf_free(&text);
    slave_status_free(&status);
    return ok ? 0 : err_set(err, ERR_WORLD, "the replication connection is not encrypted");
}

int steps_prove_canaries(struct world *world, struct err *err)
{
    return catch_up(world, err) != 0 ? -1 : canaries(world, err);
}

int steps_prove(struct world *world, struct err *err)
{
    struct slave_status before = { .configured = false };
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    world_phase(world, PHASE_PROVE, "proving that the slave is right");
    int rc = slave == NULL ? -1 : slave_status_read(slave, &before, err);
    if (rc == 0)
        rc = catch_up(world, err);
    if (rc == 0)
        rc = canaries(world, err);
    if (rc == 0)
        rc = advances(world, &before, err);
    if (rc == 0)
        rc = gtid_prove(world, err);
    if (rc == 0)
        rc = encrypted(world, err);
    if (rc == 0)
        rc = same_objects(world, err);
    if (rc == 0 && (world->answers->verify == VERIFY_FULL || world->distrust))
        rc = checksums(world, err);
    if (rc == 0)
        rc = running(world, err);
    struct err status = ERR_INIT;
    if (show_status(world, &status) != 0 && rc == 0) {
        *err = status;
        rc = -1;
    }
    slave_status_free(&before);
    return rc;
}
