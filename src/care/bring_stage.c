/* What is known of the tables that are brought, and the empty ones that are filled. */
#include "bring_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/row_copy.h"

static int value_of(struct db *db, const char *sql, char **value, struct err *err)
{
    struct err own = ERR_INIT;
    *value = db_value(db, &own, sql);
    if (*value == NULL && own.code != ERR_NONE) {
        *err = own;
        return -1;
    }
    return 0;
}

/* `form` with the database's and the table's name as literals. */
static int ask_of(struct db *db, const char *form, const char *database, const char *table, char **value, struct err *err)
{
    struct buf names[2] = { BUF_INIT, BUF_INIT }, sql = BUF_INIT;
    quote_sql(&names[0], database, strlen(database));
    quote_sql(&names[1], table, strlen(table));
    for (const char *at = form; *at != '\0'; at++) {
        if (*at == '$')
            buf_adds(&sql, buf_str(&names[at[1] == 't'])), at++;
        else
            buf_addc(&sql, *at);
    }
    const int rc = value_of(db, buf_str(&sql), value, err);
    buf_free(&names[0]);
    buf_free(&names[1]);
    buf_free(&sql);
    return rc;
}

static const char engine_query[] = "SELECT engine FROM information_schema.tables WHERE table_schema = $d AND table_name = $t";
static const char ties_query[] =
    "SELECT 1 FROM information_schema.key_column_usage WHERE (table_schema = $d AND table_name = $t AND referenced_table_name IS NOT NULL) "
    "OR (referenced_table_schema = $d AND referenced_table_name = $t) LIMIT 1";

int bring_tied(struct db *db, const char *database, const char *table, bool *tied, struct err *err)
{
    char *found = NULL;
    const int rc = ask_of(db, ties_query, database, table, &found, err);
    *tied = found != NULL;
    free(found);
    return rc;
}

static int read_triggers(struct db *db, const char *database, const char *table, struct definitions *definitions, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf names[2] = { BUF_INIT, BUF_INIT };
    quote_sql(&names[0], database, strlen(database));
    quote_sql(&names[1], table, strlen(table));
    int rc = db_queryf(db, &rows, err, "SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = %s AND "
                       "event_object_table = %s ORDER BY action_timing, event_manipulation, action_order", buf_str(&names[0]), buf_str(&names[1]));
    if (rc == 0 && rows.count > 0) {
        struct object *objects = mem_alloc(rows.count * sizeof *objects);
        for (size_t i = 0; i < rows.count; i++)
            objects[i] = (struct object){ .kind = OBJECT_TRIGGER, .name = rows.cells[i] };
        const struct inventory some = { .database = (char *)database, .objects = objects, .object_count = rows.count };
        rc = definitions_read(db, &some, definitions, err);
        free(objects);
    }
    buf_free(&names[0]);
    buf_free(&names[1]);
    rows_free(&rows);
    return rc;
}

static int look(struct bringing *at, struct brought *table, struct err *err)
{
    char *engine = NULL, *theirs = NULL;
    bool tied[2] = { false, false };
    int rc = ask_of(at->lock, engine_query, at->database, table->name, &engine, err);
    if (rc == 0)
        rc = ask_of(at->slave, engine_query, at->database, table->name, &theirs, err);
    if (rc == 0)
        rc = bring_tied(at->lock, at->database, table->name, &tied[0], err);
    if (rc == 0)
        rc = bring_tied(at->slave, at->database, table->name, &tied[1], err);
    if (rc == 0 && engine == NULL)
        rc = err_set(err, ERR_WORLD, "the table %s is not on the master any more", table->name);
    table->innodb = engine != NULL && strcasecmp(engine, "InnoDB") == 0;
    table->there = theirs != NULL;
    table->tied = tied[0] || tied[1];
    if (rc == 0)
        rc = read_triggers(at->lock, at->database, table->name, &table->new_triggers, err);
    if (rc == 0)
        rc = read_triggers(at->slave, at->database, table->name, &table->old_triggers, err);
    free(engine);
    free(theirs);
    return rc;
}

/* In that database of the slave, as the master has it. */
static int make(struct bringing *at, const char *where, const char *name, struct err *err)
{
    struct table table = { .name = (char *)name, .carry = CARRY_ROWS };
    const struct inventory one = { .database = (char *)at->database, .tables = &table, .table_count = 1 };
    struct definitions definitions = { .count = 0 };
    int rc = definitions_read(at->lock, &one, &definitions, err);
    for (size_t i = 0; rc == 0 && i < definitions.count; i++)
        rc = definition_execute(at->slave, where, &definitions.items[i], err);
    definitions_free(&definitions);
    return rc;
}

/* Where foreign keys are, the table in place stays, and only its rows go: it must be the master's already. */
static int same_columns(struct bringing *at, const struct brought *table, struct err *err)
{
    struct buf ours = BUF_INIT, theirs = BUF_INIT;
    int rc = bring_columns(at->lock, at->database, table->name, &ours, err);
    if (rc == 0)
        rc = bring_columns(at->slave, at->database, table->name, &theirs, err);
    if (rc == 0 && strcmp(buf_str(&ours), buf_str(&theirs)) != 0) {
        err_set(err, ERR_UNSUPPORTED, "the table %s has other columns on the slave, and foreign keys hang on it", table->name);
        err_hint(err, "the database has to be carried over as a whole: set [run] copy, and run `dualserver setup`");
        rc = -1;
    }
    buf_free(&ours);
    buf_free(&theirs);
    return rc;
}

static int stage(struct bringing *at, struct brought *table, struct err *err)
{
    struct buf fresh = BUF_INIT, place = BUF_INIT;
    quote_table(&fresh, at->fresh, table->name);
    quote_table(&place, at->database, table->name);
    int rc = look(at, table, err);
    if (rc == 0)
        rc = db_execf(at->slave, err, "DROP TABLE IF EXISTS %s", buf_str(&fresh));
    if (rc == 0 && !table->tied) {
        rc = make(at, at->fresh, table->name, err);
    } else if (rc == 0) {
        if (table->there)
            rc = same_columns(at, table, err);
        else
            rc = make(at, at->database, table->name, err);
        if (rc == 0)
            rc = db_execf(at->slave, err, "CREATE TABLE %s LIKE %s", buf_str(&fresh), buf_str(&place));
        table->there = true;
    }
    buf_free(&fresh);
    buf_free(&place);
    return rc;
}

int bring_stage(struct bringing *at, const struct strings *names, struct err *err)
{
    struct buf name = BUF_INIT;
    quote_name(&name, at->fresh);
    int rc = db_exec(at->slave, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    if (rc == 0)
        rc = db_execf(at->slave, err, "CREATE DATABASE IF NOT EXISTS %s", buf_str(&name));
    at->tables = mem_alloc((names->count + 1) * sizeof *at->tables);
    for (at->count = 0; rc == 0 && at->count < names->count; at->count++) {
        at->tables[at->count].name = names->items[at->count];
        rc = stage(at, &at->tables[at->count], err);
    }
    buf_free(&name);
    return rc;
}

int bring_columns(struct db *db, const char *database, const char *table, struct buf *to, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT;
    char charset[64];
    size_t count = 0;
    quote_table(&name, database, table);
    const int rc = db_queryf(db, &rows, err, "SHOW FULL COLUMNS FROM %s", buf_str(&name));
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        if (row_copy_form(row_str(&rows, i, "Type"), row_get(&rows, i, "Collation"), row_str(&rows, i, "Extra"), charset) == ROW_SKIP)
            continue;
        buf_adds(to, count++ > 0 ? ", " : "");
        quote_name(to, row_str(&rows, i, "Field"));
    }
    buf_free(&name);
    rows_free(&rows);
    return rc;
}
