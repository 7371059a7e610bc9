#include "steps/snapshot.h"

#include <poll.h>
#include <strings.h>

#include "base/quote.h"
#include "mysql/session.h"

#define LOCK_LIMIT_S 10u  /* new writes queue up behind a lock that is being waited for */
#define LOCK_TRIES 3
#define LOCK_PAUSE_MS 5000

bool snapshot_needs_lock(const struct table *table)
{
    static const char *const transactional[] = { "InnoDB", "ROCKSDB", "TokuDB" };
    if (table->carry == CARRY_DEFINITION)
        return false;
    for (size_t i = 0; i < sizeof transactional / sizeof transactional[0]; i++)
        if (strcasecmp(table->engine, transactional[i]) == 0)
            return false;
    return true;
}

/* "LOCK TABLES ... READ"; empty when there is nothing to lock. */
static void lock_statement(const struct inventory *inventory, struct buf *sql)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        if (!snapshot_needs_lock(&inventory->tables[i]))
            continue;
        buf_adds(sql, sql->len == 0 ? "LOCK TABLES " : ", ");
        quote_table(sql, inventory->database, inventory->tables[i].name);
        buf_adds(sql, " READ");
    }
}

static int lock_others(struct world *world, struct snapshot *snapshot, struct err *err)
{
    struct buf sql = BUF_INIT;
    lock_statement(&world->facts.master.inventory, &sql);
    int rc = 0;
    if (sql.len > 0) {
        snapshot->lock = world_db_open(world, SIDE_MASTER, err);
        rc = snapshot->lock == NULL ? -1 : session_limit_lock_wait(snapshot->lock, LOCK_LIMIT_S, err);
        if (rc == 0)
            rc = db_exec(snapshot->lock, err, buf_str(&sql));
    }
    buf_free(&sql);
    return rc;
}

/* With everything stopped by `all`, which lets go when it is closed, whatever happens here. */
static int take_under(struct world *world, struct db *all, struct snapshot *snapshot, struct err *err)
{
    if (db_exec(snapshot->reader, err, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ") != 0 ||
        session_limit_lock_wait(all, LOCK_LIMIT_S, err) != 0 ||
        db_exec(all, err, "FLUSH TABLES WITH READ LOCK") != 0)
        return -1;
    world_downtime_begin(world);
    if (lock_others(world, snapshot, err) != 0 ||
        db_exec(snapshot->reader, err, "START TRANSACTION WITH CONSISTENT SNAPSHOT") != 0)
        return -1;
    return binlog_position_read(all, &snapshot->start, err);
}

static int take_once(struct world *world, struct snapshot *snapshot, struct err *err)
{
    *snapshot = (struct snapshot){ .reader = world_db_open(world, SIDE_MASTER, err) };
    struct db *all = snapshot->reader != NULL ? world_db_open(world, SIDE_MASTER, err) : NULL;
    int rc = all == NULL ? -1 : take_under(world, all, snapshot, err);
    if (rc == 0 && snapshot->start.file[0] == '\0')
        rc = err_set(err, ERR_WORLD, "the master names no binary log: it runs without one");
    db_close(all);
    if (rc == 0 && snapshot->lock == NULL)
        world_downtime_end(world);
    if (rc != 0)
        snapshot_free(world, snapshot);
    return rc;
}

/* 1205: a lock was not granted in time; nothing was held up for longer than that. */
int snapshot_take(struct world *world, struct snapshot *snapshot, struct err *err)
{
    for (int i = 1;; i++) {
        if (take_once(world, snapshot, err) == 0)
            return 0;
        if (err->detail != 1205 || i >= LOCK_TRIES)
            break;
        world_note(world, SEVERITY_WARNING, "the master's tables could not be held still within %u s: a long statement is running; "
                                            "trying again", LOCK_LIMIT_S);
        poll(NULL, 0, LOCK_PAUSE_MS);
        if (world_cancelled(world, err))
            return -1;
        err_clear(err);
    }
    if (err->detail == 1205)
        err_hint(err, "a long statement or transaction is in the way: SHOW PROCESSLIST on the master, then try again");
    return err_wrap(err, "no consistent moment could be taken of the master");
}

void snapshot_unlock(struct world *world, struct snapshot *snapshot)
{
    db_close(snapshot->lock);
    snapshot->lock = NULL;
    world_downtime_end(world);
}

void snapshot_free(struct world *world, struct snapshot *snapshot)
{
    snapshot_unlock(world, snapshot);
    db_close(snapshot->reader);
    *snapshot = (struct snapshot){ .reader = NULL };
}
