/* The rows of one moment, streamed from the master's server into the slave's while both run: no file anywhere. They go into
 * a database of the run's own, which is renamed into place when all is there, so that the slave serves its old data until
 * then and keeps it when the copy fails. */
#include "steps/copy_way.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/row_copy.h"
#include "steps/adopt.h"
#include "steps/copy.h"
#include "steps/snapshot.h"
#include "steps/take_back.h"

#define STAGING_PREFIX "dualserver_new_"

static char *staging(const struct world *world)
{
    char *name = mem_printf(STAGING_PREFIX "%s", world->run_id);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    return name;
}

static enum carry carry(const struct table *table)
{
    return table->natural == CARRY_DEFINITION ? CARRY_DEFINITION : CARRY_ROWS;
}

static bool has_rows(const struct table *table)
{
    return table->natural != CARRY_DEFINITION;
}

/* A consistent read sees the present rows of a system-versioned table only. */
static void why_not(const struct facts *facts, const struct answers *answers, struct buf *why)
{
    (void)answers;
    const struct inventory *inventory = &facts->master.inventory;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].temporal && inventory->tables[i].natural != CARRY_ROWS) {
            buf_adds(why, "the history of the system-versioned table ");
            quote_printable(why, inventory->tables[i].name, strlen(inventory->tables[i].name), 0);
            buf_adds(why, " would stay behind");
            return;
        }
}

static void cost(const struct facts *facts, const struct answers *answers, struct copy_cost *cost)
{
    (void)answers;
    const struct inventory *inventory = &facts->master.inventory;
    uint64_t locked = 0, bytes = 0;
    size_t locked_count = 0, count = 0;
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct table table = inventory->tables[i];
        table.carry = carry(&table);
        if (!has_rows(&table))
            continue;
        count++;
        bytes += table.bytes;
        if (snapshot_needs_lock(&table)) {
            locked_count++;
            locked += table.bytes;
        }
    }
    bool restarts = master_restart_why(facts) != NULL;
    uint64_t locked_ms = locked_count > 0 ? cost_rows_ms(locked, locked_count) : 0;
    const uint64_t restart_ms = restarts ? cost_restart_ms(&facts->master) : 0;
    cost->downtime_ms = restart_ms + locked_ms;
    cost->total_ms = restart_ms + cost_rows_ms(bytes, count);
    cost->disk_slave = cost_disk(bytes + bytes / 2);
    buf_adds(&cost->text, restarts ? "stop and start " : "no stop");
    if (restarts)
        quote_duration(&cost->text, restart_ms);
    if (locked_count > 0) {
        buf_addf(&cost->text, ", read lock on %zu table%s without transactions ", locked_count, locked_count == 1 ? "" : "s");
        quote_duration(&cost->text, locked_ms);
    }
}

/* Step 6. */

struct copying {
    struct world *world;
    struct db *ddl;       /* to the slave, for definitions */
    char *staging;
    struct row_copy copy;
    uint64_t done, total, began_ms;
};

static int passed(void *context, uint64_t bytes, struct err *err)
{
    struct copying *stream = context;
    stream->done += bytes;
    uint64_t ms = clock_ms() - stream->began_ms;
    world_emit(stream->world, &(struct event){ .kind = EVENT_PROGRESS, .done = stream->done,
                                               .total = stream->done > stream->total ? stream->done : stream->total,
                                               .rate = stream->done * 1000 / (ms + 1) });
    return world_cancelled(stream->world, err) ? -1 : 0;
}

static int drop_database(struct db *db, const char *name, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "DROP DATABASE IF EXISTS ");
    quote_name(&sql, name);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

static const struct definition *definition_of(const struct definitions *definitions, const char *table)
{
    for (size_t i = 0; i < definitions->count; i++)
        if (definitions->items[i].kind == DEFINE_TABLE && strcmp(definitions->items[i].name, table) == 0)
            return &definitions->items[i];
    return NULL;
}

static int copy_one(struct copying *stream, const struct table *table, struct err *err)
{
    struct world *world = stream->world;
    const struct definition *definition = definition_of(&world->definitions, table->name);
    if (definition == NULL)
        return err_set(err, ERR_WORLD, "the definition of table %s was not read", table->name);
    if (world_cancelled(world, err) || definition_execute(stream->ddl, stream->staging, definition, err) != 0)
        return -1;
    stream->copy.table = table->name;
    stream->copy.keys_last = snapshot_needs_lock(table);
    int rc = row_copy_table(&stream->copy, err);
    if (stream->copy.warned != NULL)
        world_note(world, SEVERITY_WARNING, "table %s: the slave warned %llu times while rows came in, first: %s", table->name,
                   (unsigned long long)stream->copy.warnings, stream->copy.warned);
    free(stream->copy.warned);
    stream->copy.warned = NULL;
    stream->copy.warnings = 0;
    return rc;
}

/* Locked tables first: their writers wait. */
static int copy_all(struct copying *stream, struct snapshot *snapshot, struct err *err)
{
    struct world *world = stream->world;
    const struct inventory *inventory = &world->facts.master.inventory;
    for (int locked = 1; locked >= 0; locked--) {
        for (size_t i = 0; i < inventory->table_count; i++) {
            const struct table *table = &inventory->tables[i];
            if (table->carry == CARRY_ROWS && snapshot_needs_lock(table) == (locked != 0) && copy_one(stream, table, err) != 0)
                return -1;
        }
        if (locked)
            snapshot_unlock(world, snapshot);
    }
    return 0;
}

static void hint_changed(struct err *err)
{
    /* ER_TABLE_DEF_CHANGED, ER_NO_SUCH_TABLE */
    if (err->code == ERR_SQL && (err->detail == 1412 || err->detail == 1146))
        err_hint(err, "a table was altered or dropped on the master while it was copied; the slave keeps what it had: run setup again");
}

static int stream_snapshot(struct copying *stream, struct snapshot *snapshot, struct err *err)
{
    struct world *world = stream->world;
    const struct inventory *inventory = &world->facts.master.inventory;
    struct db *master = world_db(world, SIDE_MASTER, err);
    if (master == NULL || copy_same_tables(world, master, err) != 0)
        return -1;
    definitions_free(&world->definitions);
    if (definitions_read(master, inventory, &world->definitions, err) != 0)
        return -1;
    stream->copy.from = snapshot->reader;
    stream->copy.from_database = inventory->database;
    stream->copy.to_database = stream->staging;
    stream->copy.passed = passed;
    stream->copy.context = stream;
    stream->total = inventory->bytes;
    stream->began_ms = clock_ms();
    if (row_copy_begin(&stream->copy, err) != 0)
        return -1;
    if (copy_all(stream, snapshot, err) == 0)
        return 0;
    hint_changed(err);
    return -1;
}

static int open_slave(struct copying *stream, struct err *err)
{
    struct world *world = stream->world;
    stream->ddl = world_db_open(world, SIDE_SLAVE, err);
    stream->copy.to = stream->ddl != NULL ? world_db_open(world, SIDE_SLAVE, err) : NULL;
    if (stream->copy.to == NULL || db_exec(stream->ddl, err, "SET SESSION sql_log_bin = 0") != 0)
        return -1;
    /* what an earlier try left is not to be trusted */
    return drop_database(stream->ddl, stream->staging, err) != 0 ||
                   adopt_database(stream->ddl, stream->staging, &world->facts.master.inventory, err) != 0
               ? -1
               : 0;
}

static void note_done(struct copying *stream)
{
    struct world *world = stream->world;
    struct buf text = BUF_INIT;
    quote_size(&text, stream->done);
    buf_adds(&text, " of values in ");
    quote_duration(&text, clock_ms() - stream->began_ms);
    world->shipped_bytes = stream->done;
    world_note(world, SEVERITY_INFO, "%s: the rows of %s:%llu, where replication will begin", buf_str(&text), world->start.file,
               (unsigned long long)world->start.position);
    buf_free(&text);
}

static int apply_stream(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct copying stream = { .world = world, .staging = staging(world) };
    struct snapshot snapshot = { .reader = NULL };
    int rc = open_slave(&stream, err);
    if (rc == 0 && (rc = snapshot_take(world, &snapshot, err)) == 0) {
        rc = stream_snapshot(&stream, &snapshot, err);
        world->start = snapshot.start;
        snapshot_free(world, &snapshot);
    }
    if (rc == 0)
        note_done(&stream);
    db_close(stream.copy.to);
    db_close(stream.ddl);
    free(stream.staging);
    return rc;
}

static int plan_stream(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const struct inventory *inventory = &facts->master.inventory;
    struct buf shown = BUF_INIT;
    bool locks = false;
    buf_adds(&shown, "FLUSH TABLES WITH READ LOCK, for a moment: ");
    for (size_t i = 0; i < inventory->table_count; i++)
        locks = locks || snapshot_needs_lock(&inventory->tables[i]);
    if (locks)
        buf_adds(&shown, "LOCK TABLES without transactions READ, ");
    buf_adds(&shown, "START TRANSACTION WITH CONSISTENT SNAPSHOT, read the binary log's position\nSELECT every table, INSERT into the "
                     "slave's database " STAGING_PREFIX "RUN: ");
    copy_describe(inventory, CARRY_ROWS, &shown);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SHIP,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("stream the rows of %s, all of one moment, to the slave", answers->database),
                       .why = mem_dup("both servers go on serving meanwhile; the slave's own data is not touched"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("DROP DATABASE " STAGING_PREFIX "RUN"),
                       .apply = apply_stream,
                   });
    plan_note(plan, 6, "the how-to copies files while mysqld is stopped; here rows travel from one running server to the other%s",
              locks ? "; tables without transactions (MyISAM, Aria) are locked for reading until they are copied: their "
                               "writers wait" : "");
    return 0;
}

/* Step 11. */

static int rename_all(struct world *world, struct db *db, const char *from, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct buf sql = BUF_INIT;
        if (inventory->tables[i].carry != CARRY_ROWS)
            continue;
        buf_adds(&sql, "RENAME TABLE ");
        quote_table(&sql, from, inventory->tables[i].name);
        buf_adds(&sql, " TO ");
        quote_table(&sql, inventory->database, inventory->tables[i].name);
        int rc = world_cancelled(world, err) ? -1 : db_exec(db, err, buf_str(&sql));
        buf_free(&sql);
        /* ER_NO_SUCH_TABLE, ER_BAD_DB_ERROR: an earlier try has moved it; verify looks at each */
        if (rc != 0 && err->code == ERR_SQL && (err->detail == 1146 || err->detail == 1049))
            rc = 0;
        if (rc != 0)
            return err_wrap(err, "cannot put table %s in place", inventory->tables[i].name);
    }
    return 0;
}

static int apply_rename(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    char *from = staging(world);
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    if (rc == 0)
        rc = adopt_database(db, world->answers->database, &world->facts.master.inventory, err);
    if (rc == 0)
        rc = rename_all(world, db, from, err);
    if (rc == 0)
        rc = drop_database(db, from, err);
    if (rc == 0)
        rc = adopt_definitions(world, db, err);
    db_close(db);
    free(from);
    return rc;
}

static int plan_rename(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const struct inventory *inventory = &facts->master.inventory;
    struct buf shown = BUF_INIT;
    buf_addf(&shown, "RENAME TABLE " STAGING_PREFIX "RUN.* TO %s.*, then DROP DATABASE " STAGING_PREFIX "RUN", answers->database);
    if (copy_count(inventory, CARRY_DEFINITION) > 0) {
        buf_adds(&shown, "\nCREATE only: ");
        copy_describe(inventory, CARRY_DEFINITION, &shown);
    }
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("put the tables in place as %s", answers->database),
                       .why = mem_dup("they are complete, and the old ones are aside"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("DROP TABLE"),
                       .apply = apply_rename,
                       .revert = fresh_revert,
                   });
    adopt_plan_objects(facts, plan);
    return 0;
}

/* All tables are in the run's own database, or in place already. */
static int usable(struct world *world, bool *usable, struct err *err)
{
    int status = 0;
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, 0, &status, NULL, err,
                              "#: run\n# are the definitions in $1\n[ -e \"$1/definitions\" ]", world->run_dir[SIDE_MASTER], NULL);
    *usable = rc == 0 && status == 0;
    return rc;
}

static int discard(struct world *world, struct err *err)
{
    char *name = staging(world);
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0");
    if (rc == 0)
        rc = drop_database(db, name, err);
    db_close(db);
    free(name);
    return rc;
}

const struct copy_way way_rows = {
    .id = "rows",
    .title = "the rows of one moment, streamed from server to server",
    .method = COPY_ROWS,
    .serves = 1u << COPY_ROWS | 1u << COPY_HOT,
    .start = "the file of the snapshot",
    .why_not = why_not,
    .cost = cost,
    .carry = carry,
    .plan = {
        [2] = master_restart_stop_plan,
        [4] = master_restart_start_plan,
        [6] = plan_stream,
        [7] = aside_plan,
        [11] = plan_rename,
    },
    .verify = { [11] = adopt_verify },
    .again = 6,
    .usable = usable,
    .discard = discard,
};
