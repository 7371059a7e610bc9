/* Definitions of tables and other objects, read as SHOW CREATE gives them, and executed as mariadb-dump's output is: each
 * in the sql_mode, character set and time zone of its making. Source: client/mysqldump.c of MariaDB 10.11. */
#include "mysql/inventory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/session.h"

static struct definition *add(struct definitions *definitions, int kind, const char *name)
{
    definitions->items = mem_grow(definitions->items, definitions->count + 1, sizeof *definitions->items);
    struct definition *item = &definitions->items[definitions->count++];
    *item = (struct definition){ .kind = kind, .name = mem_dup(name) };
    return item;
}

static void definition_free(struct definition *item)
{
    char *const texts[] = { item->name, item->sql_mode, item->charset, item->connection_collation, item->time_zone,
                            item->sql, item->own };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
}

void definitions_free(struct definitions *definitions)
{
    for (size_t i = 0; i < definitions->count; i++)
        definition_free(&definitions->items[i]);
    free(definitions->items);
    *definitions = (struct definitions){ .count = 0 };
}

/* How the definition of each kind is asked for. */
static const struct kind {
    const char *show, *column;
    int define;
} kinds[] = {
    [OBJECT_VIEW] = { "SHOW CREATE VIEW", "Create View", DEFINE_VIEW },
    [OBJECT_TRIGGER] = { "SHOW CREATE TRIGGER", "SQL Original Statement", DEFINE_TRIGGER },
    [OBJECT_PROCEDURE] = { "SHOW CREATE PROCEDURE", "Create Procedure", DEFINE_ROUTINE },
    [OBJECT_FUNCTION] = { "SHOW CREATE FUNCTION", "Create Function", DEFINE_ROUTINE },
    [OBJECT_EVENT] = { "SHOW CREATE EVENT", "Create Event", DEFINE_EVENT },
    [OBJECT_SEQUENCE] = { "SHOW CREATE SEQUENCE", "Create Table", DEFINE_TABLE },
    [OBJECT_PACKAGE] = { "SHOW CREATE PACKAGE", "Create Package", DEFINE_ROUTINE },
    [OBJECT_PACKAGE_BODY] = { "SHOW CREATE PACKAGE BODY", "Create Package Body", DEFINE_ROUTINE },
};

static int show_create(struct db *db, const char *show, const char *database, const char *name, struct rows *rows,
                       struct err *err)
{
    struct buf table = BUF_INIT;
    quote_table(&table, database, name);
    const int rc = db_queryf(db, rows, err, "%s %s", show, buf_str(&table));
    buf_free(&table);
    return rc;
}

static int missing_text(struct rows *rows, const char *name, struct err *err)
{
    rows_free(rows);
    err_set(err, ERR_AUTH, "the account may not read the definition of %s", name);
    return err_hint(err, "use the server's root account");
}

/* The text comes in the character set of its making: translating it would break what has no equal in ours. */
static int read_object(struct db *db, const char *database, const struct object *object,
                       struct definitions *definitions, struct err *err)
{
    const struct kind *kind = &kinds[object->kind];
    struct rows rows = ROWS_INIT;
    if (show_create(db, kind->show, database, object->name, &rows, err) != 0)
        return -1;
    const char *text = row_get(&rows, 0, kind->column);
    if (text == NULL) /* the server gives NULL to an account without the right to see it */
        return missing_text(&rows, object->name, err);
    struct definition *item = add(definitions, kind->define, object->name);
    item->sql_mode = mem_dup(row_get(&rows, 0, "sql_mode"));
    item->charset = mem_dup(row_get(&rows, 0, "character_set_client"));
    item->connection_collation = mem_dup(row_get(&rows, 0, "collation_connection"));
    item->time_zone = mem_dup(row_get(&rows, 0, "time_zone"));
    item->sql = kind->define == DEFINE_EVENT ? definition_disable_event(text) : mem_dup(text);
    item->own = kind->define == DEFINE_EVENT ? mem_dup(text) : NULL;
    rows_free(&rows);
    return item->sql != NULL ? 0 : err_set(err, ERR_DATA, "the definition of event %s cannot be read", object->name);
}

/* Before SHOW CREATE TRIGGER there was only what SHOW TRIGGERS lists. The text has no character set of its own then. */
static int read_listed_trigger(struct db *db, const char *database, const struct object *object,
                               struct definitions *definitions, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT;
    char *text = NULL;
    quote_name(&name, database);
    if (db_queryf(db, &rows, err, "SHOW TRIGGERS FROM %s", buf_str(&name)) == 0) {
        for (size_t i = 0; i < rows.count && text == NULL; i++)
            if (strcmp(row_str(&rows, i, "Trigger"), object->name) == 0) {
                struct definition *item = add(definitions, DEFINE_TRIGGER, object->name);
                item->sql_mode = mem_dup(row_get(&rows, i, "sql_mode"));
                item->sql = text = definition_of_trigger(&rows, i);
            }
        if (text == NULL)
            err_set(err, ERR_WORLD, "the trigger %s is gone", object->name);
    }
    rows_free(&rows);
    buf_free(&name);
    return text != NULL ? 0 : -1;
}

static int read_kind(struct db *db, const struct inventory *inventory, enum object_kind kind,
                     struct definitions *definitions, struct err *err)
{
    const bool listed = kind == OBJECT_TRIGGER && !db_dialect(db)->show_create_trigger;
    for (size_t i = 0; i < inventory->object_count; i++)
        if (inventory->objects[i].kind == kind &&
            (listed ? read_listed_trigger : read_object)(db, inventory->database, &inventory->objects[i], definitions, err) != 0)
            return -1;
    return 0;
}

/* The stored value, which is the first that no server has handed out yet: what the master's binlog would bring too. */
static int read_sequence_value(struct db *db, const char *database, const char *name, struct definitions *definitions,
                               struct err *err)
{
    struct buf table = BUF_INIT;
    struct rows rows = ROWS_INIT;
    quote_table(&table, database, name);
    const int rc = db_queryf(db, &rows, err, "SELECT next_not_cached_value, cycle_count FROM %s", buf_str(&table));
    if (rc == 0)
        add(definitions, DEFINE_TABLE, name)->sql =
            mem_printf("SELECT SETVAL(%s, %s, 0, %s)", buf_str(&table), row_str(&rows, 0, "next_not_cached_value"),
                       row_str(&rows, 0, "cycle_count"));
    rows_free(&rows);
    buf_free(&table);
    return rc;
}

static int read_sequences(struct db *db, const struct inventory *inventory, struct definitions *definitions,
                          struct err *err)
{
    for (size_t i = 0; i < inventory->object_count; i++) {
        const struct object *object = &inventory->objects[i];
        if (object->kind == OBJECT_SEQUENCE &&
            (read_object(db, inventory->database, object, definitions, err) != 0 ||
             read_sequence_value(db, inventory->database, object->name, definitions, err) != 0))
            return -1;
    }
    return 0;
}

static int read_tables(struct db *db, const struct inventory *inventory, struct definitions *definitions, struct err *err)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct rows rows = ROWS_INIT;
        const char *name = inventory->tables[i].name;
        if (show_create(db, "SHOW CREATE TABLE", inventory->database, name, &rows, err) != 0)
            return -1;
        const char *text = row_get(&rows, 0, "Create Table");
        if (text == NULL)
            return missing_text(&rows, name, err);
        add(definitions, DEFINE_TABLE, name)->sql = definition_placed_here(text);
        rows_free(&rows);
    }
    return 0;
}

/* Does the text of one view name the other? The server writes `database`.`view`, and leaves the database out only where it
 * is the session's own; then a column of that name is taken for the view too, which costs nothing but a needless order. */
static bool names(const struct definition *view, const struct definition *other, const char *database)
{
    struct buf folder = BUF_INIT, wanted = BUF_INIT;
    quote_name(&folder, database);
    buf_addc(&folder, '.');
    const char *body = strstr(view->sql, " AS ");
    if (body != NULL && strstr(body, buf_str(&folder)) != NULL)
        buf_adds(&wanted, buf_str(&folder));
    quote_name(&wanted, other->name);
    const bool found = body != NULL && strstr(body, buf_str(&wanted)) != NULL;
    buf_free(&folder);
    buf_free(&wanted);
    return found;
}

/* Each view behind those it names: again and again the first whose needs are met; when none is (names of columns that look
 * like a circle), the first one left. */
static void order_views(struct definition *views, size_t count, const char *database)
{
    for (size_t done = 0; done < count; done++) {
        size_t next = count;
        for (size_t i = done; i < count && next == count; i++) {
            bool ready = true;
            for (size_t j = done; j < count && ready; j++)
                ready = i == j || !names(&views[i], &views[j], database);
            if (ready)
                next = i;
        }
        if (next == count)
            continue;
        const struct definition view = views[next];
        memmove(&views[done + 1], &views[done], (next - done) * sizeof views[0]);
        views[done] = view;
    }
}

static int read_all(struct db *db, const struct inventory *inventory, struct definitions *definitions, struct err *err)
{
    static const enum object_kind routines[] = { OBJECT_PACKAGE, OBJECT_PACKAGE_BODY, OBJECT_FUNCTION, OBJECT_PROCEDURE };
    if (read_sequences(db, inventory, definitions, err) != 0 || read_tables(db, inventory, definitions, err) != 0 ||
        db_exec(db, err, "SET SESSION character_set_results = NULL") != 0)
        return -1;
    for (size_t i = 0; i < sizeof routines / sizeof routines[0]; i++)
        if (read_kind(db, inventory, routines[i], definitions, err) != 0)
            return -1;
    const size_t first = definitions->count;
    if (read_kind(db, inventory, OBJECT_VIEW, definitions, err) != 0)
        return -1;
    order_views(definitions->items + first, definitions->count - first, inventory->database);
    return read_kind(db, inventory, OBJECT_TRIGGER, definitions, err) != 0 ||
                   read_kind(db, inventory, OBJECT_EVENT, definitions, err) != 0
               ? -1
               : 0;
}

int definitions_read(struct db *db, const struct inventory *inventory, struct definitions *definitions, struct err *err)
{
    struct err ignored = ERR_INIT;
    *definitions = (struct definitions){ .count = 0 };
    int rc = read_all(db, inventory, definitions, err);
    if (db_exec(db, rc == 0 ? err : &ignored, "SET SESSION character_set_results = @@session.character_set_client") != 0)
        rc = -1;
    if (rc != 0) {
        definitions_free(definitions);
        err_wrap(err, "cannot read the definitions of %s", inventory->database);
    }
    return rc;
}

static void add_setting(struct buf *sql, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(sql, ", SESSION %s = ", name);
    quote_sql(sql, value, strlen(value));
}

static int enter_session(struct db *db, const char *database, const struct definition *item, struct err *err)
{
    struct buf sql = BUF_INIT, modes = BUF_INIT;
    buf_adds(&sql, "USE ");
    quote_name(&sql, database);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_clear(&sql);
    buf_adds(&sql, "SET @dualserver_mode = @@sql_mode, @dualserver_zone = @@time_zone, "
                   "@dualserver_keys = @@foreign_key_checks");
    if (rc == 0)
        rc = db_exec(db, err, buf_str(&sql));
    buf_clear(&sql);
    buf_adds(&sql, "SET SESSION foreign_key_checks = 0");
    session_sql_modes(db_dialect(db), item->sql_mode != NULL ? item->sql_mode : db_dialect(db)->table_sql_mode, &modes);
    add_setting(&sql, "sql_mode", buf_str(&modes));
    add_setting(&sql, "time_zone", item->time_zone);
    add_setting(&sql, "character_set_client", item->charset);
    add_setting(&sql, "collation_connection", item->connection_collation);
    if (rc == 0)
        rc = db_exec(db, err, buf_str(&sql));
    buf_free(&modes);
    buf_free(&sql);
    return rc;
}

static int leave_session(struct db *db, struct err *err)
{
    if (db_execf(db, err, "SET NAMES %s", db_dialect(db)->charset) != 0)
        return -1;
    return db_exec(db, err, "SET SESSION sql_mode = @dualserver_mode, SESSION time_zone = @dualserver_zone, "
                            "SESSION foreign_key_checks = @dualserver_keys");
}

int definition_execute(struct db *db, const char *database, const struct definition *item, struct err *err)
{
    struct err ignored = ERR_INIT;
    int rc = enter_session(db, database, item, err);
    if (rc == 0)
        rc = db_exec(db, err, item->sql);
    if (leave_session(db, rc == 0 ? err : &ignored) != 0)
        rc = -1;
    return rc == 0 ? 0 : err_wrap(err, "cannot make %s", item->name);
}
