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

int table_sum_quick(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT;
    *sum = (struct table_sum){ .text = NULL };
    quote_table(&name, database, table);
    /* EXTENDED: a MyISAM table with a checksum of its own is read too */
    const int rc = db_queryf(db, &rows, err, "CHECKSUM TABLE %s EXTENDED", buf_str(&name));
    buf_free(&name);
    if (rc != 0)
        return -1;
    const char *text = row_get(&rows, 0, "Checksum");
    sum->text = text != NULL ? mem_printf("checksum %s", text) : NULL;
    rows_free(&rows);
    if (sum->text != NULL)
        return 0;
    if (db_query(db, &rows, err, "SHOW WARNINGS") != 0)
        return -1;
    set_why(sum, (unsigned)row_u64(&rows, 0, "Code"), row_str(&rows, 0, "Message"));
    rows_free(&rows);
    return 0;
}

static int read_columns(struct db *db, const char *database, const char *table, struct rows *rows, struct err *err)
{
    struct buf schema = BUF_INIT, name = BUF_INIT;
    quote_sql(&schema, database, strlen(database));
    quote_sql(&name, table, strlen(table));
    const int rc = db_queryf(db, rows, err,
                             "SELECT COLUMN_NAME AS name, EXTRA AS extra FROM INFORMATION_SCHEMA.COLUMNS "
                             "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
                             buf_str(&schema), buf_str(&name));
    buf_free(&schema);
    buf_free(&name);
    return rc;
}

int table_has_generated(struct db *db, const char *database, const char *table, bool *has, struct err *err)
{
    static const char *const words[] = { "VIRTUAL", "STORED", "PERSISTENT" };
    struct rows rows = ROWS_INIT;
    *has = false;
    if (read_columns(db, database, table, &rows, err) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        for (size_t j = 0; j < sizeof words / sizeof words[0]; j++)
            *has = *has || strcasestr(row_str(&rows, i, "extra"), words[j]) != NULL;
    rows_free(&rows);
    return 0;
}

/* Each column on its own, so that no value runs into the next one and no row becomes longer than a packet; VIRTUAL columns
 * are not stored, so there is nothing of them to compare. "" when the table has no columns (it is gone). */
static int row_expression(struct db *db, const char *database, const char *table, struct buf *expression, struct err *err)
{
    struct rows rows = ROWS_INIT;
    const int rc = read_columns(db, database, table, &rows, err);
    for (size_t i = 0; i < rows.count; i++) {
        if (strcasestr(row_str(&rows, i, "extra"), "VIRTUAL") != NULL)
            continue;
        buf_adds(expression, expression->len == 0 ? "CONCAT(IFNULL(MD5(CAST(" : ", IFNULL(MD5(CAST(");
        quote_name(expression, row_str(&rows, i, "name"));
        buf_adds(expression, " AS BINARY)), '-')");
    }
    if (expression->len > 0)
        buf_addc(expression, ')');
    rows_free(&rows);
    return rc;
}

int table_sum_exact(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT, row = BUF_INIT;
    struct err own = ERR_INIT;
    *sum = (struct table_sum){ .text = NULL };
    int rc = row_expression(db, database, table, &row, err);
    quote_table(&name, database, table);
    /* 48 bits of each row's MD5, added up without overflow; times are read in one zone on both sides */
    if (rc == 0)
        rc = db_exec(db, err, "SET SESSION time_zone = '+00:00'");
    if (rc == 0 && db_queryf(db, &rows, &own,
                             "SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CAST(CONV(LEFT(MD5(%s), 12), 16, 10) "
                             "AS UNSIGNED)), 0)) AS text FROM %s",
                             row.len > 0 ? buf_str(&row) : "''", buf_str(&name)) == 0) {
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
