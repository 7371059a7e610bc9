#include "steps/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "import.h"
#include "mysql/session.h"
#include "steps/copy.h"

/* ER_TABLE_EXISTS_ERROR, ER_SP_ALREADY_EXISTS, ER_TRG_ALREADY_EXISTS, ER_EVENT_ALREADY_EXISTS */
static bool exists_already(const struct err *err)
{
    return err->code == ERR_SQL &&
           (err->detail == 1050 || err->detail == 1304 || err->detail == 1359 || err->detail == 1537);
}

struct db *adopt_session(struct world *world, struct err *err)
{
    /* the master's tables are as they are, whatever the slave wants of new ones (MySQL 8.0.13, 8.0.30, 8.4; 5.6) */
    static const struct session_setting wanted[] = {
        { "sql_require_primary_key", "0" },
        { "sql_generate_invisible_primary_key", "0" },
        { "restrict_fk_on_non_standard_key", "0" },
        { "innodb_strict_mode", "0" },
    };
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    if (db == NULL)
        return NULL;
    if (db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0, unique_checks = 0") == 0 &&
        session_set_known(db, wanted, sizeof wanted / sizeof wanted[0], err) == 0)
        return db;
    db_close(db);
    return NULL;
}

/* The definition of a table that an import makes; sequences are no tables of the inventory. */
static bool made_by_import(const struct world *world, const struct definition *definition)
{
    const struct table *table = inventory_table(&world->facts.master.inventory, definition->name);
    const struct import_way *way = table != NULL ? import_way_of(table, world->facts.slave.dialect) : NULL;
    return way != NULL && way->makes_table;
}

int adopt_definitions(struct world *world, struct db *db, struct err *err)
{
    const struct definitions *definitions = &world->definitions;
    for (size_t i = 0; i < definitions->count; i++) {
        const struct definition *definition = &definitions->items[i];
        if (definition->kind != DEFINE_TABLE || made_by_import(world, definition))
            continue;
        if (definition_execute(db, world->answers->database, definition, err) != 0 && !exists_already(err))
            return err_wrap(err, "cannot make table %s on the slave", definition->name);
        if (world_cancelled(world, err))
            return -1;
    }
    return 0;
}

static bool has_rows(struct db *db, const struct inventory *inventory, const char *table)
{
    struct buf sql = BUF_INIT;
    struct err ignored = ERR_INIT;
    buf_adds(&sql, "SELECT 1 FROM ");
    quote_table(&sql, inventory->database, table);
    buf_adds(&sql, " LIMIT 1");
    char *one = db_value(db, &ignored, buf_str(&sql));
    buf_free(&sql);
    free(one);
    return one != NULL;
}

/* What a first try loaded in part goes: by making the table anew, for not every engine can be truncated, and a system-versioned
 * table keeps what is deleted as history. */
static int empty_table(struct world *world, struct db *db, const struct table *table, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    const struct definitions *definitions = &world->definitions;
    struct buf sql = BUF_INIT;
    if (!table->temporal && !has_rows(db, inventory, table->name))
        return 0;
    buf_adds(&sql, "DROP TABLE ");
    quote_table(&sql, inventory->database, table->name);
    int rc = db_exec(db, err, buf_str(&sql));
    for (size_t i = 0; rc == 0 && i < definitions->count; i++)
        if (definitions->items[i].kind == DEFINE_TABLE && strcmp(definitions->items[i].name, table->name) == 0)
            rc = definition_execute(db, inventory->database, &definitions->items[i], err);
    buf_free(&sql);
    return rc;
}

static int load_rows(struct world *world, struct db *db, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].carry == CARRY_ROWS &&
            (world_cancelled(world, err) || empty_table(world, db, &inventory->tables[i], err) != 0 ||
             copy_load_rows(world, i, err) != 0))
            return -1;
    return 0;
}

int adopt_database(struct db *db, const char *name, const struct inventory *like, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE DATABASE IF NOT EXISTS ");
    quote_name(&sql, name);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_clear(&sql);
    buf_adds(&sql, "ALTER DATABASE ");
    quote_name(&sql, name);
    buf_addf(&sql, " CHARACTER SET %s COLLATE %s", like->charset, like->collation);
    if (rc == 0 && like->charset != NULL && like->charset[0] != '\0')
        rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

static int use_database(struct db *db, const char *name, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "USE ");
    quote_name(&sql, name);
    const int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

int adopt_tables(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *db = adopt_session(world, err);
    const struct inventory *inventory = &world->facts.master.inventory;
    int rc = db == NULL ? -1 : adopt_database(db, inventory->database, inventory, err);
    if (rc == 0)
        rc = use_database(db, inventory->database, err);
    if (rc == 0)
        rc = adopt_definitions(world, db, err);
    if (rc == 0)
        rc = import_tables(world, db, err);
    if (rc == 0)
        rc = load_rows(world, db, err);
    db_close(db);
    return rc;
}

/* A function that is not declared DETERMINISTIC is refused on a server with a binary log (1418) unless it trusts the makers of
 * functions; the master's run there already. Returns the statement that puts the setting back; NULL: nothing was set. */
static const char *trust_makers(struct world *world, struct db *db)
{
    struct err ignored = ERR_INIT;
    if (facts_setting(&world->facts.slave, "log_bin_trust_function_creators")[0] == '\0') /* MySQL before 5.0.16 */
        return NULL;
    char *before = db_value(db, &ignored, "SELECT @@GLOBAL.log_bin_trust_function_creators");
    const bool set = before != NULL && strcmp(before, "0") == 0 &&
                     db_exec(db, &ignored, "SET GLOBAL log_bin_trust_function_creators = 1") == 0;
    free(before);
    return set ? "SET GLOBAL log_bin_trust_function_creators = 0" : NULL;
}

/* Preflight has said so. */
static bool left_out(struct world *world, const struct definition *definition)
{
    if (definition->kind != DEFINE_VIEW || !strings_has(&world->facts.needs.views, definition->name))
        return false;
    struct buf name = BUF_INIT;
    quote_printable(&name, definition->name, strlen(definition->name), 0);
    world_note(world, SEVERITY_WARNING, "the view %s was left out: it cannot be made on the slave", buf_str(&name));
    buf_free(&name);
    return true;
}

int adopt_objects(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct definitions *definitions = &world->definitions;
    struct db *db = adopt_session(world, err);
    const char *distrust = db != NULL ? trust_makers(world, db) : NULL;
    struct err ignored = ERR_INIT;
    int rc = db == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < definitions->count; i++) {
        const struct definition *definition = &definitions->items[i];
        if (definition->kind == DEFINE_TABLE || left_out(world, definition))
            continue;
        rc = definition_execute(db, world->answers->database, definition, err);
        if (rc != 0 && exists_already(err))
            rc = 0;
        if (rc != 0)
            err_wrap(err, "cannot make %s on the slave", definition->name);
    }
    if (distrust != NULL && db_exec(db, rc == 0 ? err : &ignored, distrust) != 0)
        rc = -1;
    db_close(db);
    return rc;
}

/* Aria marks a table that another machine wrote, and CHECK TABLE answers once that it "must be zerofilled or repaired": whether
 * it does depends on how far the two servers' logs have come (reproduced, MariaDB 10.5 to 11.8). Repairing makes it this one's. */
static bool from_elsewhere(const char *message)
{
    return strstr(message, "zerofilled or repaired") != NULL;
}

static int check_files(struct db *db, const char *table, bool *moved, struct err *err)
{
    struct rows rows = ROWS_INIT;
    *moved = false;
    int rc = db_queryf(db, &rows, err, "CHECK TABLE %s QUICK", table);
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        const char *message = row_str(&rows, i, "Msg_text");
        if (strcmp(row_str(&rows, i, "Msg_type"), "error") == 0)
            rc = err_set(err, ERR_DATA, "%s", message);
        *moved = *moved || from_elsewhere(message);
    }
    rows_free(&rows);
    return rc;
}

static int check_adopted(struct db *db, const char *table, struct err *err)
{
    bool moved = false;
    int rc = check_files(db, table, &moved, err);
    if (rc != 0 && moved && db_execf(db, err, "REPAIR TABLE %s QUICK", table) == 0)
        rc = check_files(db, table, &moved, err);
    return rc;
}

static int check_one(struct db *db, const struct inventory *inventory, const struct table *table, struct err *err)
{
    struct buf name = BUF_INIT;
    struct rows rows = ROWS_INIT;
    quote_table(&name, inventory->database, table->name);
    int rc = table->carry == CARRY_FILES || table->carry == CARRY_SDI
                 ? check_adopted(db, buf_str(&name), err)
                 : db_queryf(db, &rows, err, "SELECT 1 FROM %s LIMIT 1", buf_str(&name));
    rows_free(&rows);
    buf_free(&name);
    return rc == 0 ? 0 : err_wrap(err, "table %s is not usable on the slave", table->name);
}

int adopt_verify(struct world *world, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    struct db *db = adopt_session(world, err);
    int rc = db == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++)
        rc = world_cancelled(world, err) ? -1 : check_one(db, inventory, &inventory->tables[i], err);
    db_close(db);
    return rc;
}
