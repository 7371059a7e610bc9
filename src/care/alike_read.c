/* What the definitions of a database say, part by part. */
#include "alike_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

#define OURS "dualserver_" /* canaries and the like */

void parts_free(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->items[i].name);
        free(parts->items[i].part);
        free(parts->items[i].value);
    }
    free(parts->items);
    *parts = (struct parts){ .count = 0 };
}

/* Takes part and value over. */
static void add(struct parts *parts, int owner, const char *name, char *part, char *value)
{
    if ((parts->count & (parts->count - 1)) == 0)
        parts->items = mem_grow(parts->items, parts->count > 0 ? parts->count * 2 : 1, sizeof *parts->items);
    parts->items[parts->count++] = (struct part){ .owner = owner, .name = mem_dup(name), .part = part, .value = value };
}

/* Lengths of integers tell how they are shown, and MySQL 8.0.19 writes them no more. */
char *alike_type(const char *type)
{
    static const char *const integers[] = { "tinyint(", "smallint(", "mediumint(", "int(", "bigint(", "year(" };
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        const size_t len = strlen(integers[i]);
        const char *end = strncasecmp(type, integers[i], len) == 0 ? strchr(type, ')') : NULL;
        if (end != NULL)
            return mem_printf("%.*s%s", (int)len - 1, type, end + 1);
    }
    return mem_dup(type);
}

static void add_if(struct buf *to, const char *word, const char *value)
{
    if (value[0] != '\0')
        buf_addf(to, " %s%s", word, value);
}

static char *column_value(const struct rows *rows, size_t row, bool texts)
{
    char *plain = texts ? mem_dup(row_str(rows, row, "COLUMN_TYPE")) : alike_type(row_str(rows, row, "COLUMN_TYPE"));
    struct buf value = BUF_INIT;
    buf_addf(&value, "%s. %s%s", row_str(rows, row, "ORDINAL_POSITION"), plain, strcmp(row_str(rows, row, "IS_NULLABLE"), "NO") == 0 ? " NOT NULL" : "");
    if (texts) {
        add_if(&value, "COLLATE ", row_str(rows, row, "COLLATION_NAME"));
        add_if(&value, "DEFAULT ", row_str(rows, row, "COLUMN_DEFAULT"));
        add_if(&value, "", row_str(rows, row, "EXTRA"));
        add_if(&value, "AS ", row_str(rows, row, "GENERATION_EXPRESSION"));
    }
    free(plain);
    return buf_steal(&value);
}

static char *index_value(const struct rows *rows, size_t row, bool texts)
{
    (void)texts;
    return mem_printf("%s%s (%s)", row_u64(rows, row, "non_unique") == 0 ? "UNIQUE " : "", row_str(rows, row, "type"), row_str(rows, row, "columns"));
}

static char *key_value(const struct rows *rows, size_t row, bool texts)
{
    (void)texts;
    return mem_printf("to %s, %s", row_str(rows, row, "parent"), row_str(rows, row, "columns"));
}

static char *rule_value(const struct rows *rows, size_t row, bool texts)
{
    (void)texts;
    return mem_printf("ON UPDATE %s ON DELETE %s", row_str(rows, row, "on_update"), row_str(rows, row, "on_delete"));
}

static char *check_value(const struct rows *rows, size_t row, bool texts)
{
    (void)texts;
    return mem_printf("%s%s", row_str(rows, row, "clause"), strcmp(row_str(rows, row, "enforced"), "NO") == 0 ? " NOT ENFORCED" : "");
}

enum { ER_UNKNOWN_TABLE_NUMBER = 1109 }; /* what an INFORMATION_SCHEMA says to a table that it does not have yet */

/* Of views there are columns too: they belong to no table, and are left alone when parts are judged. What only some versions have is
 * asked for by `*`. */
static const struct query {
    const char *word, *sql; /* %s: the database, quoted */
    char *(*value)(const struct rows *rows, size_t row, bool texts);
    enum { OF_ANY, OF_MARIADB, OF_MYSQL } of;
    bool text; /* in words that each series has of its own, or not at all: compared between servers of one series only */
} queries[] = {
    { "column", "SELECT TABLE_NAME AS owner, COLUMN_NAME AS part, COLUMNS.* FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = %s",
      column_value, OF_ANY, false },
    { "index", "SELECT TABLE_NAME AS owner, INDEX_NAME AS part, MIN(NON_UNIQUE) AS non_unique, MIN(INDEX_TYPE) AS type, GROUP_CONCAT(COALESCE(COLUMN_NAME, "
               "'expression'), COALESCE(CONCAT('(', SUB_PART, ')'), '') ORDER BY SEQ_IN_INDEX SEPARATOR ', ') AS columns "
               "FROM INFORMATION_SCHEMA.STATISTICS WHERE TABLE_SCHEMA = %s GROUP BY TABLE_NAME, INDEX_NAME", index_value, OF_ANY, false },
    { "foreign key", "SELECT TABLE_NAME AS owner, CONSTRAINT_NAME AS part, MIN(REFERENCED_TABLE_NAME) AS parent, GROUP_CONCAT(COLUMN_NAME, ' = ', "
                     "REFERENCED_COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR ', ') AS columns FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE "
                     "WHERE TABLE_SCHEMA = %s AND REFERENCED_TABLE_NAME IS NOT NULL GROUP BY TABLE_NAME, CONSTRAINT_NAME", key_value, OF_ANY, false },
    /* a table that MySQL 5.0 does not have; what was not said is RESTRICT to one vendor, NO ACTION to the other */
    { "rule of foreign key", "SELECT TABLE_NAME AS owner, CONSTRAINT_NAME AS part, UPDATE_RULE AS on_update, DELETE_RULE AS on_delete "
                             "FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = %s", rule_value, OF_ANY, true },
    /* MariaDB's checks of a column have its name, which is the same in several tables */
    { "check", "SELECT TABLE_NAME AS owner, CONSTRAINT_NAME AS part, CHECK_CLAUSE AS clause, '' AS enforced FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS "
               "WHERE CONSTRAINT_SCHEMA = %s", check_value, OF_MARIADB, true },
    { "check", "SELECT T.TABLE_NAME AS owner, C.CONSTRAINT_NAME AS part, C.CHECK_CLAUSE AS clause, T.ENFORCED AS enforced "
               "FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS C JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS T ON T.CONSTRAINT_SCHEMA = C.CONSTRAINT_SCHEMA "
               "AND T.CONSTRAINT_NAME = C.CONSTRAINT_NAME AND T.CONSTRAINT_TYPE = 'CHECK' WHERE C.CONSTRAINT_SCHEMA = %s", check_value, OF_MYSQL, true },
};

static int read_parts(struct db *db, const struct query *query, const char *quoted, bool texts, struct parts *parts, struct err *err)
{
    struct rows rows = ROWS_INIT;
    const char *mark = strstr(query->sql, "%s");
    char *sql = mem_printf("%.*s%s%s", (int)(mark - query->sql), query->sql, quoted, mark + 2);
    int rc = db_query(db, &rows, err, sql);
    if (rc != 0 && query->text && err->detail == ER_UNKNOWN_TABLE_NUMBER) {
        err_clear(err);
        rc = 0;
    }
    for (size_t row = 0; rc == 0 && row < rows.count; row++)
        add(parts, PART_TABLE, row_str(&rows, row, "owner"), mem_printf("%s %s", query->word, row_str(&rows, row, "part")),
            query->value(&rows, row, texts));
    rows_free(&rows);
    free(sql);
    return rc;
}

static int read_parts_of_tables(struct db *db, const char *database, bool texts, struct parts *parts, struct err *err)
{
    struct buf quoted = BUF_INIT;
    quote_sql(&quoted, database, strlen(database));
    int rc = db_exec(db, err, "SET SESSION group_concat_max_len = 65536");
    for (size_t i = 0; rc == 0 && i < sizeof queries / sizeof *queries; i++)
        if ((texts || !queries[i].text) && (queries[i].of == OF_ANY || (queries[i].of == OF_MARIADB) == db_dialect(db)->mariadb))
            rc = read_parts(db, &queries[i], buf_str(&quoted), texts, parts, err);
    buf_free(&quoted);
    return rc;
}

int alike_definition(struct db *db, const char *database, enum object_kind kind, const char *name, struct definitions *definition,
                     struct err *err)
{
    struct object object = { .kind = kind, .name = (char *)name };
    const struct inventory one = { .database = (char *)database, .objects = &object, .object_count = 1 };
    return definitions_read(db, &one, definition, err);
}

/* Its statement and the mode in which that is read. A sequence's value, its second item, moves all the while. */
static int add_object(struct db *db, const char *database, const struct object *object, bool texts, struct parts *parts, struct err *err)
{
    struct definitions definition = { .count = 0 };
    if (texts && alike_definition(db, database, object->kind, object->name, &definition, err) != 0)
        return -1;
    const struct definition *first = definition.count > 0 ? &definition.items[0] : NULL;
    add(parts, (int)object->kind, object->name, mem_dup(""),
        first == NULL ? mem_dup("") : mem_printf("%s\n%s", first->sql, first->sql_mode != NULL ? first->sql_mode : ""));
    definitions_free(&definition);
    return 0;
}

/* What tables get that are made without a character set of their own. */
static char *database_value(const struct inventory *inventory, bool texts)
{
    const char *charset = inventory->charset != NULL ? inventory->charset : "", *collation = inventory->collation;
    return mem_printf("CHARACTER SET %s%s%s", charset, texts ? " COLLATE " : "", texts && collation != NULL ? collation : "");
}

int alike_read(struct db *db, const char *database, bool texts, struct parts *parts, struct err *err)
{
    struct inventory inventory = { .table_count = 0 };
    int rc = inventory_read(db, database, &inventory, err);
    if (rc == 0) {
        add(parts, PART_DATABASE, database, mem_dup(""), mem_dup(""));
        add(parts, PART_DATABASE, database, mem_dup("default"), database_value(&inventory, texts));
    }
    for (size_t i = 0; rc == 0 && i < inventory.table_count; i++)
        if (strncmp(inventory.tables[i].name, OURS, strlen(OURS)) != 0)
            add(parts, PART_TABLE, inventory.tables[i].name, mem_dup(""), mem_dup(""));
    if (rc == 0 && db_dialect(db)->information_schema)
        rc = read_parts_of_tables(db, database, texts, parts, err);
    for (size_t i = 0; rc == 0 && i < inventory.object_count; i++)
        rc = add_object(db, database, &inventory.objects[i], texts, parts, err);
    inventory_free(&inventory);
    return rc;
}
