#include "steps/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy.h"
#include "steps/settings.h"

/* ER_TABLE_EXISTS_ERROR, ER_SP_ALREADY_EXISTS, ER_TRG_ALREADY_EXISTS, ER_EVENT_ALREADY_EXISTS */
static bool exists_already(const struct err *err)
{
    return err->code == ERR_SQL &&
           (err->detail == 1050 || err->detail == 1304 || err->detail == 1359 || err->detail == 1537);
}

static struct db *open_session(struct world *world, struct err *err)
{
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    if (db != NULL && db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0, unique_checks = 0") != 0) {
        db_close(db);
        db = NULL;
    }
    return db;
}

static int alter(struct db *db, const char *database, const char *table, const char *what, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "ALTER TABLE ");
    quote_table(&sql, database, table);
    buf_addf(&sql, " %s", what);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc == 0 ? 0 : err_wrap(err, "table %s, %s", table, what);
}

/* Names of the tablespaces that still wait in the run's folder, without suffix. */
static int waiting_files(struct world *world, struct strings *files, struct err *err)
{
    struct buf out = BUF_INIT;
    char *folder = settings_path(world, SIDE_SLAVE, "incoming/import");
    int rc = host_script(world->hosts[SIDE_SLAVE], &out, err,
                         "[ ! -d \"$1\" ] || { cd -- \"$1\" && find . -name '*.ibd' -printf '%P\\n' | sed 's/[.]ibd$//'; }",
                         folder, NULL);
    char *text = buf_steal(&out), *at = text;
    for (char *line; rc == 0 && (line = text_line(&at)) != NULL;)
        strings_add(files, line);
    free(text);
    free(folder);
    return rc;
}

/* A table that is its own tablespace, and one has arrived. */
static bool waits(const struct strings *files, const struct table *table)
{
    return table->carry == CARRY_IMPORT && table->partitions.count == 0 && strings_has(files, table->file);
}

static int move_in(struct world *world, const struct strings *files, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < inventory->table_count; i++) {
        if (!waits(files, &inventory->tables[i]))
            continue;
        buf_addf(&names, "%s.ibd", inventory->tables[i].file);
        buf_addc(&names, '\0');
        buf_addf(&names, "%s.cfg", inventory->tables[i].file);
        buf_addc(&names, '\0');
    }
    char *folder = settings_path(world, SIDE_SLAVE, "incoming/import");
    int rc = host_script_with(world->hosts[SIDE_SLAVE], buf_str(&names), names.len, 0, NULL, NULL, err,
                              "# mv $1/* $2\n"
                              "set -eu; cd -- \"$1\"; xargs -0 -r mv -t \"$2\" --", folder,
                              world->facts.slave.database_path, NULL);
    free(folder);
    buf_free(&names);
    return rc == 0 ? 0 : err_wrap(err, "cannot put the tablespaces in place on the slave");
}

int adopt_definitions(struct world *world, struct db *db, struct err *err)
{
    const struct definitions *definitions = &world->definitions;
    for (size_t i = 0; i < definitions->count; i++) {
        const struct definition *definition = &definitions->items[i];
        if (definition->kind != DEFINE_TABLE)
            continue;
        if (definition_execute(db, world->answers->database, definition, err) != 0 && !exists_already(err))
            return err_wrap(err, "cannot make table %s on the slave", definition->name);
        if (world_cancelled(world, err))
            return -1;
    }
    return 0;
}

#define SPARE "dualserver_partition" /* the table through which a partition comes in */

/* An empty table like the partitioned one, without its tablespace. */
static int make_spare(struct db *db, const char *database, const char *table, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE TABLE ");
    quote_table(&sql, database, SPARE);
    buf_adds(&sql, " LIKE ");
    quote_table(&sql, database, table);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    if (rc == 0)
        rc = alter(db, database, SPARE, "REMOVE PARTITIONING", err);
    return rc == 0 ? alter(db, database, SPARE, "DISCARD TABLESPACE", err) : rc;
}

static int exchange(struct db *db, const char *database, const struct table *table, size_t piece, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "EXCHANGE PARTITION ");
    quote_name(&sql, table->partitions.items[piece]);
    buf_adds(&sql, " WITH TABLE ");
    quote_table(&sql, database, SPARE);
    int rc = alter(db, database, table->name, buf_str(&sql), err);
    buf_clear(&sql);
    buf_adds(&sql, "DROP TABLE ");
    quote_table(&sql, database, SPARE);
    if (rc == 0)
        rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

static int import_partition(struct world *world, struct db *db, const struct table *table, size_t piece, struct err *err)
{
    const char *database = world->answers->database;
    char *folder = settings_path(world, SIDE_SLAVE, "incoming/import");
    int rc = make_spare(db, database, table->name, err);
    if (rc == 0)
        rc = host_script(world->hosts[SIDE_SLAVE], NULL, err,
                         "# mv $1/$2.ibd $3/$4.ibd\n"
                         "set -eu; for s in ibd cfg; do mv -T -- \"$1/$2.$s\" \"$3/$4.$s\"; done",
                         folder, table_piece(table, piece), world->facts.slave.database_path, SPARE, NULL);
    if (rc == 0)
        rc = alter(db, database, SPARE, "IMPORT TABLESPACE", err);
    if (rc == 0)
        rc = exchange(db, database, table, piece, err);
    free(folder);
    return rc == 0 ? 0 : err_wrap(err, "partition %s of table %s", table->partitions.items[piece], table->name);
}

static int import_partitions(struct world *world, struct db *db, const struct strings *files, const struct table *table,
                             struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < table->partitions.count; i++)
        if (strings_has(files, table_piece(table, i)))
            rc = world_cancelled(world, err) ? -1 : import_partition(world, db, table, i, err);
    return rc;
}

static int import_one(struct world *world, struct db *db, const struct strings *files, const struct table *table,
                      struct err *err)
{
    if (table->partitions.count > 0)
        return import_partitions(world, db, files, table, err);
    return waits(files, table) ? alter(db, world->answers->database, table->name, "IMPORT TABLESPACE", err) : 0;
}

static int import_tables(struct world *world, struct db *db, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    struct strings files = { .count = 0 };
    uint64_t done = 0, total = copy_bytes(inventory, CARRY_IMPORT);
    int rc = waiting_files(world, &files, err);
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++)
        if (waits(&files, &inventory->tables[i]))
            rc = alter(db, inventory->database, inventory->tables[i].name, "DISCARD TABLESPACE", err);
    if (rc == 0)
        rc = move_in(world, &files, err);
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++) {
        if (inventory->tables[i].carry != CARRY_IMPORT)
            continue;
        rc = world_cancelled(world, err) ? -1 : import_one(world, db, &files, &inventory->tables[i], err);
        done += inventory->tables[i].bytes;
        world_emit(world, &(struct event){ .kind = EVENT_PROGRESS, .done = done, .total = total });
    }
    strings_free(&files);
    return rc;
}

static int load_rows(struct world *world, struct db *db, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    for (size_t i = 0; i < inventory->table_count; i++) {
        if (inventory->tables[i].carry != CARRY_ROWS)
            continue;
        struct buf sql = BUF_INIT;
        buf_adds(&sql, "TRUNCATE TABLE "); /* what a first try loaded in part */
        quote_table(&sql, inventory->database, inventory->tables[i].name);
        int rc = world_cancelled(world, err) ? -1 : db_exec(db, err, buf_str(&sql));
        buf_free(&sql);
        if (rc != 0 || copy_load_rows(world, i, err) != 0)
            return -1;
    }
    return 0;
}

int adopt_tables(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *db = open_session(world, err);
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE DATABASE IF NOT EXISTS ");
    quote_name(&sql, world->answers->database);
    int rc = db == NULL ? -1 : db_exec(db, err, buf_str(&sql));
    if (rc == 0)
        rc = adopt_definitions(world, db, err);
    if (rc == 0)
        rc = import_tables(world, db, err);
    if (rc == 0)
        rc = load_rows(world, db, err);
    buf_free(&sql);
    db_close(db);
    return rc;
}

int adopt_objects(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct definitions *definitions = &world->definitions;
    struct db *db = open_session(world, err);
    int rc = db == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < definitions->count; i++) {
        const struct definition *definition = &definitions->items[i];
        if (definition->kind == DEFINE_TABLE)
            continue;
        rc = definition_execute(db, world->answers->database, definition, err);
        if (rc != 0 && exists_already(err))
            rc = 0;
        if (rc != 0)
            err_wrap(err, "cannot make %s on the slave", definition->name);
    }
    db_close(db);
    return rc;
}

static int check_one(struct db *db, const struct inventory *inventory, const struct table *table, struct err *err)
{
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    bool files = table->carry == CARRY_FILES;
    buf_adds(&sql, files ? "CHECK TABLE " : "SELECT 1 FROM ");
    quote_table(&sql, inventory->database, table->name);
    buf_adds(&sql, files ? " QUICK" : " LIMIT 1");
    int rc = db_query(db, &rows, err, buf_str(&sql));
    for (size_t i = 0; rc == 0 && files && i < rows.count; i++)
        if (strcmp(row_str(&rows, i, "Msg_type"), "error") == 0)
            rc = err_set(err, ERR_DATA, "%s", row_str(&rows, i, "Msg_text"));
    if (rc != 0)
        err_wrap(err, "table %s is not usable on the slave", table->name);
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

int adopt_verify(struct world *world, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    struct db *db = open_session(world, err);
    int rc = db == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++)
        rc = world_cancelled(world, err) ? -1 : check_one(db, inventory, &inventory->tables[i], err);
    db_close(db);
    return rc;
}
