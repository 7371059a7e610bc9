/* What InnoDB says about its tables, in its own tables about itself. They name a table as its file: "folder/t", and a
 * partition of it "folder/t#P#p0" (MySQL 8: "#p#", and in lower case). Names of tablespaces are not relied on: MySQL 8 writes
 * them as SQL does. */
#include "config.h"

#include "inventory_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/filename.h"

/* Names and files of partitions, where each is imported as a table and exchanged in; elsewhere the files are enough. */
static int read_partitions(struct db *db, struct inventory *inventory, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf quoted = BUF_INIT;
    if (!db_dialect(db)->import_exchange)
        return 0;
    quote_sql(&quoted, inventory->database, strlen(inventory->database));
    const int rc = db_queryf(db, &rows, err,
                             "SELECT TABLE_NAME AS name, PARTITION_NAME AS part, SUBPARTITION_NAME AS subpart "
                             "FROM INFORMATION_SCHEMA.PARTITIONS WHERE TABLE_SCHEMA = %s AND PARTITION_NAME IS NOT NULL "
                             "ORDER BY CAST(TABLE_NAME AS BINARY), PARTITION_ORDINAL_POSITION",
                             buf_str(&quoted));
    buf_free(&quoted);
    for (size_t i = 0; i < rows.count; i++) {
        struct table *table = inventory_find(inventory, row_str(&rows, i, "name"));
        if (table == NULL)
            continue;
        char *part = filename_of(db_dialect(db), row_str(&rows, i, "part")), *file = mem_printf("%s#P#%s", table->file, part);
        table->subpartitioned = table->subpartitioned || row_get(&rows, i, "subpart") != NULL;
        strings_add(&table->partitions, row_str(&rows, i, "part"));
        strings_add(&table->partition_files, file);
        free(part);
        free(file);
    }
    rows_free(&rows);
    return rc;
}

/* They were INNODB_SYS_* and lost the SYS in MySQL 8.0. "" when there is none. */
static char *innodb_view(struct db *db, const char *name, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'information_schema' "
                  "AND TABLE_NAME IN ('INNODB_SYS_%s', 'INNODB_%s')",
                  name, name) != 0)
        return NULL;
    char *found = mem_dup(row_str(&rows, 0, "name"));
    rows_free(&rows);
    return found;
}

/* The name has to begin with "folder/". LIKE would take the folder's _ as a wildcard. */
static void add_ours(struct buf *sql, const struct inventory *inventory)
{
    struct buf prefix = BUF_INIT;
    buf_addf(&prefix, "%s/", inventory->folder);
    buf_addf(sql, "LEFT(NAME, %zu) = CAST(", prefix.len);
    quote_sql(sql, prefix.data, prefix.len);
    buf_adds(sql, " AS BINARY)");
    buf_free(&prefix);
}

/* Is `file`, up to its end or to "#P#", the table's file? */
static bool is_file_of(const struct table *table, const char *file, size_t len,
                       int (*compare)(const char *, const char *, size_t))
{
    return compare(table->file, file, len) == 0 && table->file[len] == '\0';
}

/* Letter by letter first: the files of `Ü` and `ü` differ in nothing but case. */
static struct table *innodb_table(struct inventory *inventory, const char *name)
{
    const char *slash = strchr(name, '/');
    if (slash == NULL)
        return NULL;
    const char *file = slash + 1;
    const char *part = strcasestr(file, "#p#");
    const size_t len = part != NULL ? (size_t)(part - file) : strlen(file);
    for (size_t i = 0; i < inventory->table_count; i++)
        if (is_file_of(&inventory->tables[i], file, len, strncmp))
            return &inventory->tables[i];
    for (size_t i = 0; i < inventory->table_count; i++)
        if (is_file_of(&inventory->tables[i], file, len, strncasecmp))
            return &inventory->tables[i];
    return NULL;
}

/* One row for each table, or each of its partitions. */
static void fill_tablespaces(struct inventory *inventory, const struct rows *rows, bool with_parts)
{
    for (size_t i = 0; i < rows->count; i++) {
        const char *name = row_str(rows, i, "NAME"), *type = row_str(rows, i, "SPACE_TYPE");
        struct table *table = innodb_table(inventory, name);
        if (table == NULL || strcasecmp(table->engine, "InnoDB") != 0)
            continue;
        table->own_tablespace = row_u64(rows, i, "SPACE") != 0 && (*type == '\0' || strcasecmp(type, "Single") == 0);
        table->instant = table->instant || row_u64(rows, i, "TOTAL_ROW_VERSIONS") != 0;
        if (with_parts && table->partitioned)
            strings_add(&table->partition_files, strchr(name, '/') + 1);
    }
}

/* Both in the order of the tablespaces' numbers. The files' sizes take the place of the estimate. */
static void fill_sizes(struct inventory *inventory, const struct rows *tables, const struct rows *spaces)
{
    bool *seen = mem_alloc((inventory->table_count + 1) * sizeof *seen);
    for (size_t i = 0, t = 0; i < spaces->count; i++) {
        const uint64_t number = row_u64(spaces, i, "SPACE"), size = row_u64(spaces, i, "FILE_SIZE");
        while (t < tables->count && row_u64(tables, t, "SPACE") < number)
            t++;
        if (number == 0 || t == tables->count || row_u64(tables, t, "SPACE") != number)
            continue;
        struct table *table = innodb_table(inventory, row_str(tables, t, "NAME"));
        if (table == NULL || !table->own_tablespace)
            continue;
        table->encrypted = table->encrypted || strcasecmp(row_str(spaces, i, "ENCRYPTION"), "Y") == 0;
        if (size == 0)
            continue;
        if (!seen[table - inventory->tables])
            table->bytes = 0;
        seen[table - inventory->tables] = true;
        table->bytes += size;
    }
    free(seen);
}

static int read_tablespaces(struct db *db, struct inventory *inventory, struct err *err)
{
    int rc = -1;
    struct rows rows = ROWS_INIT, spaces = ROWS_INIT;
    struct buf ours = BUF_INIT;
    char *tables_view = innodb_view(db, "TABLES", err), *spaces_view = NULL;
    if (tables_view == NULL || (spaces_view = innodb_view(db, "TABLESPACES", err)) == NULL)
        goto out;
    add_ours(&ours, inventory);
    if (*tables_view != '\0' &&
        db_queryf(db, &rows, err, "SELECT * FROM INFORMATION_SCHEMA.%s WHERE %s ORDER BY SPACE", tables_view, buf_str(&ours)) != 0)
        goto out;
    fill_tablespaces(inventory, &rows, !db_dialect(db)->import_exchange);
    if (rows.count > 0 && *spaces_view != '\0' &&
        db_queryf(db, &spaces, err,
                  "SELECT * FROM INFORMATION_SCHEMA.%s WHERE SPACE IN (SELECT SPACE FROM INFORMATION_SCHEMA.%s WHERE %s) "
                  "ORDER BY SPACE",
                  spaces_view, tables_view, buf_str(&ours)) != 0)
        goto out;
    fill_sizes(inventory, &rows, &spaces);
    rc = 0;
out:
    free(tables_view);
    free(spaces_view);
    buf_free(&ours);
    rows_free(&rows);
    rows_free(&spaces);
    return rc;
}

/* Encryption that no table option tells of: innodb_encrypt_tables and aria_encrypt_tables. */
static int read_encryption(struct db *db, struct inventory *inventory, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf ours = BUF_INIT;
    if (db_query(db, &rows, err, "SHOW GLOBAL VARIABLES LIKE 'aria_encrypt_tables'") != 0)
        return -1;
    const bool aria = strcasecmp(row_str(&rows, 0, "Value"), "ON") == 0;
    rows_free(&rows);
    for (size_t i = 0; i < inventory->table_count; i++)
        if (aria && strcasecmp(inventory->tables[i].engine, "Aria") == 0)
            inventory->tables[i].encrypted = true;
    char *view = innodb_view(db, "TABLESPACES_ENCRYPTION", err);
    if (view == NULL)
        return -1;
    add_ours(&ours, inventory);
    const int rc = *view != '\0' ? db_queryf(db, &rows, err, "SELECT * FROM INFORMATION_SCHEMA.%s WHERE %s", view,
                                             buf_str(&ours))
                                 : 0;
    for (size_t i = 0; i < rows.count; i++) {
        struct table *table = innodb_table(inventory, row_str(&rows, i, "NAME"));
        if (table != NULL && row_u64(&rows, i, "CURRENT_KEY_VERSION") != 0)
            table->encrypted = true;
    }
    rows_free(&rows);
    buf_free(&ours);
    free(view);
    return rc;
}

int inventory_read_innodb(struct db *db, struct inventory *inventory, struct err *err)
{
    return read_partitions(db, inventory, err) != 0 || read_tablespaces(db, inventory, err) != 0 ||
                   read_encryption(db, inventory, err) != 0
               ? -1
               : 0;
}
