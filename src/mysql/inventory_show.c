/* What a database holds, of servers without INFORMATION_SCHEMA: SHOW tells of its tables, and there is nothing else yet.
 * Source: MySQL 4.1 manual, 13.5.4 "SHOW". */
#include "config.h"

#include "inventory_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/filename.h"

/* The word behind `mark` in a CREATE DATABASE; "" when it is not there. */
static char *word_behind(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);
    if (at == NULL)
        return mem_dup("");
    at += strlen(mark);
    return mem_dup_n(at, strcspn(at, " */"));
}

/* The text leaves a collation out that is its character set's own. */
static int read_default_collation(struct db *db, struct inventory *inventory, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf charset = BUF_INIT;
    quote_sql(&charset, inventory->charset, strlen(inventory->charset));
    const int rc = db_queryf(db, &rows, err, "SHOW CHARACTER SET LIKE %s", buf_str(&charset));
    free(inventory->collation);
    inventory->collation = mem_dup(row_str(&rows, 0, "Default collation"));
    rows_free(&rows);
    buf_free(&charset);
    return rc;
}

static int read_database(struct db *db, struct inventory *inventory, const char *name, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err, "SHOW CREATE DATABASE %s", name) != 0)
        return -1;
    const char *create = row_str(&rows, 0, "Create Database");
    inventory->charset = word_behind(create, "DEFAULT CHARACTER SET ");
    inventory->collation = word_behind(create, " COLLATE ");
    rows_free(&rows);
    return inventory->collation[0] != '\0' ? 0 : read_default_collation(db, inventory, err);
}

static int read_tables(struct db *db, struct inventory *inventory, const char *name, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_queryf(db, &rows, err, "SHOW TABLE STATUS FROM %s", name) != 0)
        return -1;
    inventory->tables = mem_alloc((rows.count + 1) * sizeof *inventory->tables);
    inventory->table_count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        inventory->tables[i] = (struct table){
            .name = mem_dup(row_str(&rows, i, "Name")),
            .file = filename_of(db_dialect(db), row_str(&rows, i, "Name")),
            .engine = mem_dup(row_str(&rows, i, "Engine")),
            .row_format = mem_dup(row_str(&rows, i, "Row_format")),
            .collation = mem_dup(row_str(&rows, i, "Collation")),
            .rows = row_u64(&rows, i, "Rows"),
            .bytes = row_u64(&rows, i, "Data_length") + row_u64(&rows, i, "Index_length"),
        };
    rows_free(&rows);
    return 0;
}

static int read_indexes(struct db *db, struct inventory *inventory, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++) {
        struct table *table = &inventory->tables[i];
        struct buf name = BUF_INIT;
        struct rows rows = ROWS_INIT;
        quote_table(&name, inventory->database, table->name);
        rc = db_queryf(db, &rows, err, "SHOW INDEX FROM %s", buf_str(&name));
        for (size_t row = 0; row < rows.count; row++) {
            table->fulltext = table->fulltext || strcasecmp(row_str(&rows, row, "Index_type"), "FULLTEXT") == 0;
            table->primary_key = table->primary_key || strcasecmp(row_str(&rows, row, "Key_name"), "PRIMARY") == 0;
        }
        rows_free(&rows);
        buf_free(&name);
    }
    return rc;
}

int inventory_read_shown(struct db *db, struct inventory *inventory, struct err *err)
{
    struct buf name = BUF_INIT;
    quote_name(&name, inventory->database);
    int rc = read_database(db, inventory, buf_str(&name), err);
    if (rc == 0)
        rc = read_tables(db, inventory, buf_str(&name), err);
    if (rc == 0)
        rc = read_indexes(db, inventory, err);
    buf_free(&name);
    return rc;
}
