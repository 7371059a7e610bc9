/* Reads what a database holds, from INFORMATION_SCHEMA and SHOW; writes nothing. */
#include "config.h"

#include "mysql/inventory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "inventory_room.h"
#include "mysql/filename.h"
#include "mysql/session.h"

static int by_name(const void *name, const void *table)
{
    return strcmp(name, ((const struct table *)table)->name);
}

/* Servers list them in the order of their bytes, so ten thousand are found quickly; who lists them otherwise is believed too. */
const struct table *inventory_table(const struct inventory *inventory, const char *name)
{
    const struct table *found = inventory->table_count > 0 ? bsearch(name, inventory->tables, inventory->table_count,
                                                                     sizeof *inventory->tables, by_name)
                                                           : NULL;
    for (size_t i = 0; i < inventory->table_count && found == NULL; i++)
        if (strcmp(inventory->tables[i].name, name) == 0)
            found = &inventory->tables[i];
    return found;
}

struct table *inventory_find(struct inventory *inventory, const char *name)
{
    const struct table *found = inventory_table(inventory, name);
    return found != NULL ? &inventory->tables[found - inventory->tables] : NULL;
}

void inventory_free(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct table *table = &inventory->tables[i];
        char *const texts[] = { table->name, table->file, table->engine, table->row_format, table->collation, table->parent_outside };
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            free(texts[j]);
        strings_free(&table->partitions);
        strings_free(&table->partition_files);
    }
    for (size_t i = 0; i < inventory->object_count; i++) {
        free(inventory->objects[i].name);
        free(inventory->objects[i].definer);
    }
    free(inventory->tables);
    free(inventory->objects);
    free(inventory->database);
    free(inventory->folder);
    free(inventory->charset);
    free(inventory->collation);
    *inventory = (struct inventory){ .table_count = 0 };
}

static bool has_word(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

static int read_database(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT DEFAULT_CHARACTER_SET_NAME AS charset_name, DEFAULT_COLLATION_NAME AS collation_name "
                  "FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = %s",
                  quoted) != 0)
        return -1;
    const bool found = rows.count > 0;
    if (found) {
        inventory->charset = mem_dup(row_str(&rows, 0, "charset_name"));
        inventory->collation = mem_dup(row_str(&rows, 0, "collation_name"));
    }
    rows_free(&rows);
    return found ? 0 : err_set(err, ERR_WORLD, "there is no database %s", inventory->database);
}

static bool asks_for_key(const char *options)
{
    return has_word(options, "ENCRYPTED`=YES") || has_word(options, "ENCRYPTED=YES") || has_word(options, "ENCRYPTION='Y'") ||
           has_word(options, "ENCRYPTION=\"Y\"");
}

static void fill_table(struct table *table, const struct dialect *dialect, const struct rows *rows, size_t row)
{
    const char *options = row_str(rows, row, "create_options"), *type = row_str(rows, row, "table_type");
    *table = (struct table){
        .name = mem_dup(row_str(rows, row, "name")),
        .file = filename_of(dialect, row_str(rows, row, "name")),
        .engine = mem_dup(row_str(rows, row, "engine")),
        .row_format = mem_dup(row_str(rows, row, "row_format")),
        .collation = mem_dup(row_str(rows, row, "collation_name")),
        .rows = row_u64(rows, row, "row_count"),
        .bytes = row_u64(rows, row, "bytes"),
        .partitioned = has_word(options, "partitioned"),
        .temporal = strcasecmp(type, "SYSTEM VERSIONED") == 0,
        .encrypted = asks_for_key(options),
        .wants_key = asks_for_key(options),
        .compressed = has_word(options, "PAGE_COMPRESSED`=1") || has_word(options, "PAGE_COMPRESSED=1") ||
                      has_word(options, "PAGE_COMPRESSED`=ON") || has_word(options, "COMPRESSION="),
    };
}

static int read_tables(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT TABLE_NAME AS name, ENGINE AS engine, "
                  "TABLE_TYPE AS table_type, ROW_FORMAT AS row_format, TABLE_COLLATION AS collation_name, "
                  "TABLE_ROWS AS row_count, COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0) AS bytes, "
                  "CREATE_OPTIONS AS create_options FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = %s "
                  "AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY CAST(TABLE_NAME AS BINARY)",
                  quoted) != 0)
        return -1;
    inventory->tables = mem_alloc((rows.count + 1) * sizeof *inventory->tables);
    inventory->table_count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        fill_table(&inventory->tables[i], db_dialect(db), &rows, i);
    rows_free(&rows);
    return 0;
}

static int read_indexes(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT TABLE_NAME AS name, INDEX_TYPE AS type, INDEX_NAME AS index_name "
                  "FROM INFORMATION_SCHEMA.STATISTICS WHERE TABLE_SCHEMA = %s "
                  "AND SEQ_IN_INDEX = 1 AND (INDEX_TYPE = 'FULLTEXT' OR INDEX_NAME = 'PRIMARY')",
                  quoted) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct table *table = inventory_find(inventory, row_str(&rows, i, "name"));
        if (table == NULL)
            continue;
        if (strcasecmp(row_str(&rows, i, "type"), "FULLTEXT") == 0)
            table->fulltext = true;
        if (strcasecmp(row_str(&rows, i, "index_name"), "PRIMARY") == 0)
            table->primary_key = true;
    }
    rows_free(&rows);
    return 0;
}

static int read_directories(struct db *db, struct inventory *inventory, struct err *err)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct table *table = &inventory->tables[i];
        struct buf name = BUF_INIT;
        struct rows rows = ROWS_INIT;
        quote_table(&name, inventory->database, table->name);
        const int rc = db_queryf(db, &rows, err, "SHOW CREATE TABLE %s", buf_str(&name));
        buf_free(&name);
        if (rc != 0)
            return err_hint(err, "the table cannot be read on this server: repair or drop it first");
        table->data_directory = definition_lies_elsewhere(row_str(&rows, 0, "Create Table"));
        table->parent_outside = definition_parent_outside(row_str(&rows, 0, "Create Table"));
        rows_free(&rows);
    }
    return 0;
}

static int read_from_schema(struct db *db, struct inventory *inventory, struct err *err)
{
    struct buf quoted = BUF_INIT;
    quote_sql(&quoted, inventory->database, strlen(inventory->database));
    const char *name = buf_str(&quoted);
    const int rc = read_database(db, inventory, name, err) != 0 || read_tables(db, inventory, name, err) != 0 ||
                           read_indexes(db, inventory, name, err) != 0 || inventory_read_innodb(db, inventory, err) != 0 ||
                           inventory_read_objects(db, inventory, err) != 0
                       ? -1
                       : 0;
    buf_free(&quoted);
    return rc;
}

int inventory_read(struct db *db, const char *database, struct inventory *inventory, struct err *err)
{
    /* sizes as they are, not as they were a day ago (8.0.3); hidden primary keys are columns too (8.0.30) */
    static const struct session_setting wanted[] = {
        { "information_schema_stats_expiry", "0" }, { "show_gipk_in_create_table_and_information_schema", "ON" }
    };
    *inventory = (struct inventory){ .database = mem_dup(database), .folder = filename_of(db_dialect(db), database) };
    int rc = session_set_known(db, wanted, sizeof wanted / sizeof wanted[0], err);
    if (rc == 0)
        rc = (db_dialect(db)->information_schema ? read_from_schema : inventory_read_shown)(db, inventory, err);
    if (rc == 0)
        rc = read_directories(db, inventory, err);
    for (size_t i = 0; i < inventory->table_count; i++)
        inventory->bytes += inventory->tables[i].bytes;
    if (rc != 0) {
        inventory_free(inventory);
        err_wrap(err, "cannot read what %s holds", database);
    }
    return rc;
}
