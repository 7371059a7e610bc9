#include "config.h"

#include "table_sum.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

void table_sum_free(struct table_sum *sum)
{
    free(sum->text);
    buf_free(&sum->why);
    *sum = (struct table_sum){ .text = NULL };
}

static void set_why(struct table_sum *sum, unsigned code, const char *said)
{
    sum->code = code;
    quote_printable(&sum->why, said, strlen(said), 0);
}

static int read_columns(struct db *db, const char *database, const char *table, struct rows *rows, struct err *err)
{
    struct buf schema = BUF_INIT, name = BUF_INIT;
    quote_sql(&schema, database, strlen(database));
    quote_sql(&name, table, strlen(table));
    const int rc = db_queryf(db, rows, err,
                             "SELECT COLUMN_NAME AS name, EXTRA AS extra, DATA_TYPE AS type, IS_NULLABLE AS nullable FROM INFORMATION_SCHEMA.COLUMNS "
                             "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
                             buf_str(&schema), buf_str(&name));
    buf_free(&schema);
    buf_free(&name);
    return rc;
}

/* A column's own bytes. What can be long is taken as a sum of its own, so that no row becomes longer than a packet: CRC32 too,
 * which is what the row gets, and every server has (MySQL 9.7 has no MD5 any more). */
static void add_column(struct buf *to, const char *name, const char *type)
{
    static const char *const longs[] = { "blob", "text", "json", "geometry", "point", "linestring", "polygon", "geomcollection", "vector" };
    bool long_one = false;
    for (size_t i = 0; i < sizeof longs / sizeof longs[0]; i++)
        long_one = long_one || strcasestr(type, longs[i]) != NULL;
    buf_adds(to, long_one ? ", CRC32(CAST(" : ", CAST(");
    quote_name(to, name);
    buf_adds(to, long_one ? " AS BINARY))" : " AS BINARY)");
}

/* The stored columns one after the other, and which of them are NULL, because CONCAT_WS leaves those out. VIRTUAL columns are
 * not stored, so there is nothing of them to compare. '' when the table has no columns (it is gone). */
static int row_expression(struct db *db, const char *database, const char *table, struct buf *expression, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf columns = BUF_INIT, nulls = BUF_INIT;
    const int rc = read_columns(db, database, table, &rows, err);
    for (size_t i = 0; i < rows.count; i++) {
        if (strcasestr(row_str(&rows, i, "extra"), "VIRTUAL") != NULL)
            continue;
        add_column(&columns, row_str(&rows, i, "name"), row_str(&rows, i, "type"));
        if (strcasecmp(row_str(&rows, i, "nullable"), "YES") != 0)
            continue;
        buf_adds(&nulls, ", ISNULL(");
        quote_name(&nulls, row_str(&rows, i, "name"));
        buf_addc(&nulls, ')');
    }
    if (columns.len > 0)
        buf_addf(expression, "CONCAT_WS('#'%s, CONCAT(''%s))", buf_str(&columns), buf_str(&nulls));
    else
        buf_adds(expression, "''");
    buf_free(&columns);
    buf_free(&nulls);
    rows_free(&rows);
    return rc;
}

int table_sum_read(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT, row = BUF_INIT;
    struct err own = ERR_INIT;
    *sum = (struct table_sum){ .text = NULL };
    int rc = row_expression(db, database, table, &row, err);
    quote_table(&name, database, table);
    /* times are read in one zone on both sides */
    if (rc == 0)
        rc = db_exec(db, err, "SET SESSION time_zone = '+00:00'");
    if (rc == 0 && db_queryf(db, &rows, &own,
                             "SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CRC32(%s)), 0)) AS text FROM %s",
                             buf_str(&row), buf_str(&name)) == 0) {
        sum->text = mem_dup(row_str(&rows, 0, "text"));
    } else if (rc == 0 && own.code == ERR_SQL) { /* the table's trouble, not the connection's */
        const char *said = strstr(own.text, "...: "); /* the statement says nothing to a reader */
        set_why(sum, (unsigned)own.detail, said != NULL ? said + 5 : own.text);
    } else if (rc == 0) {
        rc = -1;
        if (err != NULL)
            *err = own;
    }
    rows_free(&rows);
    buf_free(&name);
    buf_free(&row);
    return rc;
}
