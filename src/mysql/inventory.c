/* Reads what a database holds, from INFORMATION_SCHEMA and SHOW; writes nothing. */
#include "config.h"

#include "mysql/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

const struct table *inventory_table(const struct inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->table_count; i++)
        if (strcmp(inventory->tables[i].name, name) == 0)
            return &inventory->tables[i];
    return NULL;
}

static struct table *find_table(struct inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->table_count; i++)
        if (strcmp(inventory->tables[i].name, name) == 0)
            return &inventory->tables[i];
    return NULL;
}

void inventory_free(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct table *table = &inventory->tables[i];
        char *const texts[] = { table->name, table->file, table->engine, table->row_format, table->collation };
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
    free(inventory->charset);
    free(inventory->collation);
    *inventory = (struct inventory){ .table_count = 0 };
}

static bool has_word(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

/* The name as a file's is computed by the server itself: its rules for letters beyond ASCII are its own. */
#define AS_FILE(name) "CONVERT(CONVERT(" name " USING filename) USING binary)"

static int read_database(struct db *db, struct inventory *inventory, const char *quoted, char **file, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT DEFAULT_CHARACTER_SET_NAME AS charset_name, DEFAULT_COLLATION_NAME AS collation_name, "
                  AS_FILE("SCHEMA_NAME") " AS file_name FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = %s",
                  quoted) != 0)
        return -1;
    const bool found = rows.count > 0;
    if (found) {
        inventory->charset = mem_dup(row_str(&rows, 0, "charset_name"));
        inventory->collation = mem_dup(row_str(&rows, 0, "collation_name"));
        *file = mem_dup(row_str(&rows, 0, "file_name"));
    }
    rows_free(&rows);
    return found ? 0 : err_set(err, ERR_WORLD, "there is no database %s", inventory->database);
}

static void fill_table(struct table *table, const struct rows *rows, size_t row)
{
    const char *options = row_str(rows, row, "create_options"), *type = row_str(rows, row, "table_type");
    *table = (struct table){
        .name = mem_dup(row_str(rows, row, "name")),
        .file = mem_dup(row_str(rows, row, "file_name")),
        .engine = mem_dup(row_str(rows, row, "engine")),
        .row_format = mem_dup(row_str(rows, row, "row_format")),
        .collation = mem_dup(row_str(rows, row, "collation_name")),
        .rows = row_u64(rows, row, "row_count"),
        .bytes = row_u64(rows, row, "bytes"),
        .partitioned = has_word(options, "partitioned"),
        .temporal = strcasecmp(type, "SYSTEM VERSIONED") == 0,
        .encrypted = has_word(options, "ENCRYPTED`=YES") || has_word(options, "ENCRYPTED=YES") ||
                     has_word(options, "ENCRYPTION='Y'") || has_word(options, "ENCRYPTION=\"Y\""),
        .compressed = has_word(options, "PAGE_COMPRESSED`=1") || has_word(options, "PAGE_COMPRESSED=1") ||
                      has_word(options, "PAGE_COMPRESSED`=ON") || has_word(options, "COMPRESSION="),
    };
}

static int read_tables(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT TABLE_NAME AS name, " AS_FILE("TABLE_NAME") " AS file_name, ENGINE AS engine, "
                  "TABLE_TYPE AS table_type, ROW_FORMAT AS row_format, TABLE_COLLATION AS collation_name, "
                  "TABLE_ROWS AS row_count, COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0) AS bytes, "
                  "CREATE_OPTIONS AS create_options FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = %s "
                  "AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY BINARY TABLE_NAME",
                  quoted) != 0)
        return -1;
    inventory->tables = mem_alloc((rows.count + 1) * sizeof *inventory->tables);
    inventory->table_count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        fill_table(&inventory->tables[i], &rows, i);
    rows_free(&rows);
    return 0;
}

static int read_indexes(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err,
                  "SELECT DISTINCT TABLE_NAME AS name, INDEX_TYPE AS type, INDEX_NAME AS index_name "
                  "FROM INFORMATION_SCHEMA.STATISTICS WHERE TABLE_SCHEMA = %s "
                  "AND (INDEX_TYPE = 'FULLTEXT' OR INDEX_NAME = 'PRIMARY')",
                  quoted) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct table *table = find_table(inventory, row_str(&rows, i, "name"));
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

/* MySQL 8 writes "#p#" in lower case; its partitions are not taken as files here. */
static int read_partitions(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (!db_dialect(db)->mariadb)
        return 0;
    if (db_queryf(db, &rows, err,
                  "SELECT TABLE_NAME AS name, PARTITION_NAME AS part, " AS_FILE("PARTITION_NAME") " AS file_name, "
                  "SUBPARTITION_NAME AS subpart FROM INFORMATION_SCHEMA.PARTITIONS WHERE TABLE_SCHEMA = %s "
                  "AND PARTITION_NAME IS NOT NULL ORDER BY BINARY TABLE_NAME, PARTITION_ORDINAL_POSITION",
                  quoted) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct table *table = find_table(inventory, row_str(&rows, i, "name"));
        if (table == NULL)
            continue;
        char *file = mem_printf("%s#P#%s", table->file, row_str(&rows, i, "file_name"));
        table->subpartitioned = table->subpartitioned || row_get(&rows, i, "subpart") != NULL;
        strings_add(&table->partitions, row_str(&rows, i, "part"));
        strings_add(&table->partition_files, file);
        free(file);
    }
    rows_free(&rows);
    return 0;
}

/* Table options stand behind the closing parenthesis of the columns, the last one that begins a line; "DATA DIRECTORY="
 * in a column's comment is in front of it, and one in the table's own comment costs no more than a dump by rows. */
static bool lies_elsewhere(const char *create)
{
    const char *options = NULL;
    for (const char *at = create; (at = strstr(at, "\n)")) != NULL; at++)
        options = at;
    return options != NULL && (strstr(options, "DATA DIRECTORY") != NULL || strstr(options, "INDEX DIRECTORY") != NULL);
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
        table->data_directory = lies_elsewhere(row_str(&rows, 0, "Create Table"));
        rows_free(&rows);
    }
    return 0;
}

/* InnoDB's own tables about itself were INNODB_SYS_* and lost the SYS in MySQL 8.0. "" when there is no InnoDB. */
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

/* "folder/" as the start of an InnoDB table name. LIKE would take the folder's _ as a wildcard. */
static int query_innodb(struct db *db, struct rows *rows, const char *view, const char *folder, struct err *err)
{
    struct buf prefix = BUF_INIT;
    buf_addf(&prefix, "%s/", folder);
    struct buf quoted = BUF_INIT;
    quote_sql(&quoted, prefix.data, prefix.len);
    const int rc = db_queryf(db, rows, err, "SELECT * FROM INFORMATION_SCHEMA.%s WHERE LEFT(NAME, %zu) = %s", view,
                             prefix.len, buf_str(&quoted));
    buf_free(&prefix);
    buf_free(&quoted);
    return rc;
}

/* The table of an InnoDB name "folder/t", or of its partition "folder/t#P#p0" (MySQL 8: "#p#"). */
static struct table *innodb_table(struct inventory *inventory, const char *name)
{
    const char *slash = strchr(name, '/');
    if (slash == NULL)
        return NULL;
    const char *file = slash + 1;
    const char *part = strcasestr(file, "#p#");
    const size_t len = part != NULL ? (size_t)(part - file) : strlen(file);
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct table *table = &inventory->tables[i];
        if (strlen(table->file) == len && strncasecmp(table->file, file, len) == 0)
            return table;
    }
    return NULL;
}

static void fill_tablespaces(struct inventory *inventory, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct table *table = innodb_table(inventory, row_str(rows, i, "NAME"));
        if (table == NULL || strcasecmp(table->engine, "InnoDB") != 0)
            continue;
        const char *type = row_str(rows, i, "SPACE_TYPE");
        table->own_tablespace = row_u64(rows, i, "SPACE") != 0 && (*type == '\0' || strcasecmp(type, "Single") == 0);
    }
}

static void fill_sizes(struct inventory *inventory, const struct rows *rows)
{
    char **seen = mem_alloc((inventory->table_count + 1) * sizeof *seen);
    for (size_t i = 0; i < rows->count; i++) {
        struct table *table = innodb_table(inventory, row_str(rows, i, "NAME"));
        const uint64_t size = row_u64(rows, i, "FILE_SIZE");
        if (table == NULL || size == 0)
            continue;
        if (seen[table - inventory->tables] == NULL) /* the files' sizes instead of the estimate */
            table->bytes = 0;
        seen[table - inventory->tables] = table->name;
        table->bytes += size;
    }
    free(seen);
}

static int read_innodb(struct db *db, struct inventory *inventory, const char *folder, struct err *err)
{
    int rc = -1;
    struct rows rows = ROWS_INIT;
    char *tables = innodb_view(db, "TABLES", err), *spaces = NULL;
    if (tables == NULL || (spaces = innodb_view(db, "TABLESPACES", err)) == NULL)
        goto out;
    if (*tables != '\0') {
        if (query_innodb(db, &rows, tables, folder, err) != 0)
            goto out;
        fill_tablespaces(inventory, &rows);
        rows_free(&rows);
    }
    if (*spaces != '\0') {
        if (query_innodb(db, &rows, spaces, folder, err) != 0)
            goto out;
        fill_sizes(inventory, &rows);
        rows_free(&rows);
    }
    rc = 0;
out:
    free(tables);
    free(spaces);
    return rc;
}

/* Encryption that no table option tells of: innodb_encrypt_tables and aria_encrypt_tables. */
static int read_encryption(struct db *db, struct inventory *inventory, const char *folder, struct err *err)
{
    struct rows rows = ROWS_INIT;
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
    const int rc = *view != '\0' ? query_innodb(db, &rows, view, folder, err) : 0;
    for (size_t i = 0; i < rows.count; i++) {
        struct table *table = innodb_table(inventory, row_str(&rows, i, "NAME"));
        if (table != NULL && row_u64(&rows, i, "CURRENT_KEY_VERSION") != 0)
            table->encrypted = true;
    }
    rows_free(&rows);
    free(view);
    return rc;
}

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

static int read_objects(struct db *db, struct inventory *inventory, const char *quoted, struct err *err)
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

int inventory_read(struct db *db, const char *database, struct inventory *inventory, struct err *err)
{
    struct buf quoted = BUF_INIT;
    char *folder = NULL;
    int rc = -1;
    *inventory = (struct inventory){ .database = mem_dup(database) };
    quote_sql(&quoted, database, strlen(database));
    const char *name = buf_str(&quoted);
    if (read_database(db, inventory, name, &folder, err) != 0 || read_tables(db, inventory, name, err) != 0 ||
        read_indexes(db, inventory, name, err) != 0 || read_partitions(db, inventory, name, err) != 0 || read_directories(db, inventory, err) != 0 ||
        read_innodb(db, inventory, folder, err) != 0 || read_encryption(db, inventory, folder, err) != 0 ||
        read_objects(db, inventory, name, err) != 0 || read_triggers(db, inventory, err) != 0)
        goto out;
    for (size_t i = 0; i < inventory->table_count; i++)
        inventory->bytes += inventory->tables[i].bytes;
    rc = 0;
out:
    free(folder);
    buf_free(&quoted);
    if (rc != 0) {
        inventory_free(inventory);
        err_wrap(err, "cannot read what %s holds", database);
    }
    return rc;
}
