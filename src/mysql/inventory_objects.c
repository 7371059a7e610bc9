/* What a database holds besides tables. */
#include "inventory_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

static void add_objects(struct inventory *inventory, const struct rows *rows, enum object_kind kind)
{
    inventory->objects = mem_grow(inventory->objects, inventory->object_count + rows->count + 1,
                                  sizeof *inventory->objects);
    for (size_t i = 0; i < rows->count; i++)
        inventory->objects[inventory->object_count++] = (struct object){
            .kind = kind,
            .name = mem_dup(row_str(rows, i, "name")),
            .definer = mem_dup(row_str(rows, i, "definer")),
        };
}

static int read_listed(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    /* Triggers of one event run in the order of their making (5.7.2, 10.2.3), which their text does not say. */
    static const struct {
        enum object_kind kind;
        const char *sql; /* %s: the database, quoted */
    } queries[] = {
        { OBJECT_SEQUENCE, "SELECT TABLE_NAME AS name, '' AS definer FROM INFORMATION_SCHEMA.TABLES "
                           "WHERE TABLE_TYPE = 'SEQUENCE' AND TABLE_SCHEMA = %s ORDER BY 1" },
        { OBJECT_VIEW, "SELECT TABLE_NAME AS name, DEFINER AS definer FROM INFORMATION_SCHEMA.VIEWS "
                       "WHERE TABLE_SCHEMA = %s ORDER BY 1" },
        { OBJECT_PROCEDURE, "SELECT ROUTINE_NAME AS name, DEFINER AS definer FROM INFORMATION_SCHEMA.ROUTINES "
                            "WHERE ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_SCHEMA = %s ORDER BY 1" },
        { OBJECT_FUNCTION, "SELECT ROUTINE_NAME AS name, DEFINER AS definer FROM INFORMATION_SCHEMA.ROUTINES "
                           "WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_SCHEMA = %s ORDER BY 1" },
        { OBJECT_PACKAGE, "SELECT ROUTINE_NAME AS name, DEFINER AS definer FROM INFORMATION_SCHEMA.ROUTINES "
                          "WHERE ROUTINE_TYPE = 'PACKAGE' AND ROUTINE_SCHEMA = %s ORDER BY 1" },
        { OBJECT_PACKAGE_BODY, "SELECT ROUTINE_NAME AS name, DEFINER AS definer FROM INFORMATION_SCHEMA.ROUTINES "
                               "WHERE ROUTINE_TYPE = 'PACKAGE BODY' AND ROUTINE_SCHEMA = %s ORDER BY 1" },
        { OBJECT_EVENT, "SELECT EVENT_NAME AS name, DEFINER AS definer FROM INFORMATION_SCHEMA.EVENTS "
                        "WHERE EVENT_SCHEMA = %s ORDER BY 1" },
    };
    struct rows rows = ROWS_INIT;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        if (queries[i].kind == OBJECT_EVENT && !db_dialect(db)->events)
            continue;
        const char *mark = strstr(queries[i].sql, "%s");
        char *sql = mem_printf("%.*s%s%s", (int)(mark - queries[i].sql), queries[i].sql, quoted, mark + 2);
        const int rc = db_query(db, &rows, err, sql);
        free(sql);
        if (rc != 0)
            return -1;
        add_objects(inventory, &rows, queries[i].kind);
        rows_free(&rows);
    }
    return 0;
}

static int read_triggers(struct db *db, struct inventory *inventory, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT;
    quote_name(&name, inventory->database);
    const int rc = db_queryf(db, &rows, err, "SHOW TRIGGERS FROM %s", buf_str(&name));
    buf_free(&name);
    if (rc != 0)
        return -1;
    inventory->objects = mem_grow(inventory->objects, inventory->object_count + rows.count + 1,
                                  sizeof *inventory->objects);
    for (size_t i = 0; i < rows.count; i++)
        inventory->objects[inventory->object_count++] = (struct object){
            .kind = OBJECT_TRIGGER,
            .name = mem_dup(row_str(&rows, i, "Trigger")),
            .definer = mem_dup(row_str(&rows, i, "Definer")),
        };
    rows_free(&rows);
    return 0;
}

int inventory_read_objects(struct db *db, struct inventory *inventory, struct err *err)
{
    struct buf quoted = BUF_INIT;
    quote_sql(&quoted, inventory->database, strlen(inventory->database));
    const int rc = read_listed(db, inventory, buf_str(&quoted), err);
    buf_free(&quoted);
    return rc == 0 ? read_triggers(db, inventory, err) : rc;
}
