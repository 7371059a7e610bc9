#include "config.h"

#include "mysql/table_sum.h"

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

/* A column's own bytes. What can be long is taken as a sum of its own, so that no row becomes longer than a packet: CRC32 too,
 * which is what the row gets, and every server has (MySQL 9.7 has no MD5 any more). */
static void add_column(struct buf *to, const char *name, const char *type)
{
    static const char *const longs[] = { "blob", "text", "json", "geom", "point", "linestring", "polygon", "vector" };
    char *word = mem_dup_n(type, strcspn(type, "( ")); /* an ENUM's values stand in its type */
    bool long_one = false;
    for (size_t i = 0; i < sizeof longs / sizeof longs[0]; i++)
        long_one = long_one || strcasestr(word, longs[i]) != NULL;
    free(word);
    buf_adds(to, long_one ? ", CRC32(CAST(" : ", CAST(");
    quote_name(to, name);
    buf_adds(to, long_one ? " AS BINARY))" : " AS BINARY)");
}

/* The stored columns one after the other, and which of them are NULL, because CONCAT_WS leaves those out. VIRTUAL columns are
 * not stored, so there is nothing of them to compare. '' when the table has no columns (it is gone). */
int table_sum_row(struct db *db, const char *table, struct buf *expression, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf columns = BUF_INIT, nulls = BUF_INIT;
    const int rc = db_queryf(db, &rows, err, "SHOW COLUMNS FROM %s", table);
    for (size_t i = 0; i < rows.count; i++) {
        if (strcasestr(row_str(&rows, i, "Extra"), "VIRTUAL") != NULL)
            continue;
        add_column(&columns, row_str(&rows, i, "Field"), row_str(&rows, i, "Type"));
        if (strcasecmp(row_str(&rows, i, "Null"), "YES") != 0)
            continue;
        buf_adds(&nulls, ", ISNULL(");
        quote_name(&nulls, row_str(&rows, i, "Field"));
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

static int read_sum(struct db *db, const char *table, char **text, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf row = BUF_INIT;
    int rc = table_sum_row(db, table, &row, err);
    /* times are read in one zone on both sides */
    if (rc == 0)
        rc = db_exec(db, err, "SET SESSION time_zone = '+00:00'");
    if (rc == 0)
        rc = db_queryf(db, &rows, err,
                       "SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CRC32(%s)), 0)) AS text FROM %s", buf_str(&row),
                       table);
    if (rc == 0)
        *text = mem_dup(row_str(&rows, 0, "text"));
    rows_free(&rows);
    buf_free(&row);
    return rc;
}

int table_sum_read(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err)
{
    struct buf name = BUF_INIT;
    struct err own = ERR_INIT;
    *sum = (struct table_sum){ .text = NULL };
    quote_table(&name, database, table);
    int rc = read_sum(db, buf_str(&name), &sum->text, &own);
    if (rc != 0 && own.code == ERR_SQL) { /* the table's trouble, not the connection's */
        const char *said = strstr(own.text, "...: "); /* the statement says nothing to a reader */
        set_why(sum, (unsigned)own.detail, said != NULL ? said + 5 : own.text);
        rc = 0;
    } else if (rc != 0 && err != NULL) {
        *err = own;
    }
    buf_free(&name);
    return rc;
}
