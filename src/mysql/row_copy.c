#include "config.h"

#include "mysql/row_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/session.h"

#define STATEMENT_BYTES (512u << 10)   /* larger ones are not faster */
#define TRANSACTION_BYTES (64ull << 20) /* then a COMMIT, so that undo logs stay small */
#define PACKET_MARGIN 1024u
#define PACKET_LEAST (64u << 10)

/* What the types' names begin with. What is not listed is text without a character set of its own: DATE and the like, UUID,
 * INET6 are plain ASCII, JSON is UTF-8. */
static const struct {
    const char *begin;
    enum row_form form;
} types[] = {
    { "tinyint", ROW_NUMBER },  { "smallint", ROW_NUMBER }, { "mediumint", ROW_NUMBER },  { "int", ROW_NUMBER },
    { "bigint", ROW_NUMBER },   { "decimal", ROW_NUMBER },  { "double", ROW_NUMBER },     { "float", ROW_FLOAT },
    { "year", ROW_NUMBER },     { "bit", ROW_BITS },        { "binary", ROW_BYTES },      { "varbinary", ROW_BYTES },
    { "tinyblob", ROW_BYTES },  { "blob", ROW_BYTES },      { "mediumblob", ROW_BYTES },  { "longblob", ROW_BYTES },
    { "geom", ROW_BYTES },      { "point", ROW_BYTES },     { "linestring", ROW_BYTES },  { "polygon", ROW_BYTES },
    { "multipoint", ROW_BYTES }, { "multiline", ROW_BYTES }, { "multipolygon", ROW_BYTES }, { "vector", ROW_BYTES },
};

enum row_form row_copy_form(const char *type, const char *collation, const char *extra, char charset[64])
{
    static const char *const generated[] = { "VIRTUAL", "STORED", "PERSISTENT" };
    charset[0] = '\0';
    for (size_t i = 0; i < sizeof generated / sizeof generated[0]; i++)
        if (strcasestr(extra, generated[i]) != NULL)
            return ROW_SKIP;
    if (collation == NULL || collation[0] == '\0' || strcasecmp(collation, "NULL") == 0) {
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (strncasecmp(type, types[i].begin, strlen(types[i].begin)) == 0)
                return types[i].form;
        snprintf(charset, 64, "%s", strcasecmp(type, "json") == 0 ? "utf8mb4" : "latin1"); /* a server with JSON has utf8mb4 */
        return ROW_TEXT;
    }
    /* a collation's name begins with its character set's: latin1_swedish_ci, utf8mb4_uca1400_ai_ci; "binary" is both */
    size_t len = strcspn(collation, "_");
    if (len >= 64 || strcasecmp(collation, "binary") == 0)
        return ROW_BYTES;
    memcpy(charset, collation, len);
    charset[len] = '\0';
    return ROW_TEXT;
}

/* The session reads literals byte by byte (character_set_client = binary), so these escapes hold in any character set. */
static void add_quoted(struct buf *to, const char *value, size_t len)
{
    static const struct {
        char byte, escape;
    } escapes[] = { { '\0', '0' }, { '\'', '\'' }, { '\\', '\\' }, { '\n', 'n' }, { '\r', 'r' }, { '\032', 'Z' } };
    size_t from = 0;
    buf_addc(to, '\'');
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)value[i] > '\\')
            continue;
        for (size_t e = 0; e < sizeof escapes / sizeof escapes[0]; e++)
            if (value[i] == escapes[e].byte) {
                const char pair[2] = { '\\', escapes[e].escape };
                buf_add(to, value + from, i - from);
                buf_add(to, pair, sizeof pair);
                from = i + 1;
                break;
            }
    }
    buf_add(to, value + from, len - from);
    buf_addc(to, '\'');
}

static void add_hex(struct buf *to, const char *value, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    buf_adds(to, "0x");
    for (size_t i = 0; i < len; i++) {
        buf_addc(to, digits[(unsigned char)value[i] >> 4]);
        buf_addc(to, digits[(unsigned char)value[i] & 15]);
    }
}

void row_copy_literal(struct buf *to, enum row_form form, const char *charset, const char *value, size_t len)
{
    if (value == NULL) {
        buf_adds(to, "NULL");
        return;
    }
    switch (form) {
    case ROW_SKIP:
        break;
    case ROW_NUMBER:
    case ROW_FLOAT:
        buf_add(to, value, len);
        break;
    case ROW_BITS:
        if (len > 0)
            add_hex(to, value, len);
        else
            buf_adds(to, "b''");
        break;
    case ROW_TEXT:
        buf_addc(to, '_');
        buf_adds(to, charset);
        add_quoted(to, value, len);
        break;
    case ROW_BYTES:
        add_quoted(to, value, len);
        break;
    }
}

struct column {
    enum row_form form;
    char charset[64];
};

struct table_copy {
    struct row_copy *copy;
    struct column *columns;
    size_t count;
    struct buf select, insert, statement;
    size_t head;          /* length of "INSERT ... VALUES " */
    uint64_t in_statement, in_transaction; /* bytes of values */
};

int row_copy_begin(struct row_copy *copy, struct err *err)
{
    static const struct session_setting no_checks = { "check_constraint_checks", "0" };
    /* results in the columns' own character sets; numbers and names are ASCII and UTF-8 all the same */
    if (db_exec(copy->from, err, "SET SESSION time_zone = '+00:00', character_set_results = NULL") != 0)
        return -1;
    char *packet = db_value(copy->to, err, "SELECT @@max_allowed_packet");
    if (packet == NULL)
        return -1;
    size_t most = (size_t)strtoull(packet, NULL, 10);
    copy->statement_most = most > PACKET_LEAST ? most - PACKET_MARGIN : PACKET_LEAST - PACKET_MARGIN;
    free(packet);
    /* only tables with their own rows are ever filled, so their CHECKs have held already; not every server has the switch */
    return session_set_known(copy->to, &no_checks, 1, err) != 0 ||
                   db_execf(copy->to, err,
                            "SET SESSION sql_log_bin = 0, foreign_key_checks = 0, unique_checks = 0, time_zone = '+00:00', "
                            "sql_mode = '%s', autocommit = 0", db_dialect(copy->to)->rows_sql_mode) != 0 ||
                   db_exec(copy->to, err, "SET NAMES binary") != 0
               ? -1
               : 0;
}

static void add_column(struct table_copy *table, const char *name, enum row_form form, const char *charset)
{
    struct column *column = &table->columns[table->count++];
    const char *comma = table->count > 1 ? ", " : "";
    column->form = form;
    snprintf(column->charset, sizeof column->charset, "%s", charset);
    buf_adds(&table->select, comma);
    quote_name(&table->select, name);
    if (form == ROW_FLOAT)
        buf_adds(&table->select, " + 0E0");
    buf_adds(&table->insert, comma);
    quote_name(&table->insert, name);
}

static int read_columns(struct table_copy *table, struct err *err)
{
    const struct row_copy *copy = table->copy;
    struct rows rows = ROWS_INIT;
    struct buf name = BUF_INIT;
    quote_table(&name, copy->from_database, copy->table);
    int rc = db_queryf(copy->from, &rows, err, "SHOW FULL COLUMNS FROM %s", buf_str(&name));
    if (rc == 0) {
        table->columns = mem_alloc((rows.count + 1) * sizeof *table->columns);
        /* who reads is not who holds the table: behind an UPDATE of MyISAM that waits for the lock, it would wait for ever */
        buf_adds(&table->select, "SELECT HIGH_PRIORITY ");
        buf_adds(&table->insert, "INSERT INTO ");
        quote_table(&table->insert, copy->to_database, copy->table);
        buf_adds(&table->insert, " (");
    }
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        char charset[64];
        enum row_form form = row_copy_form(row_str(&rows, i, "Type"), row_get(&rows, i, "Collation"), row_str(&rows, i, "Extra"),
                                           charset);
        if (form != ROW_SKIP)
            add_column(table, row_str(&rows, i, "Field"), form, charset);
    }
    buf_addf(&table->select, " FROM %s", buf_str(&name));
    if (copy->where != NULL)
        buf_addf(&table->select, " WHERE %s", copy->where);
    buf_adds(&table->insert, ") VALUES ");
    rows_free(&rows);
    buf_free(&name);
    if (rc == 0 && table->count == 0)
        rc = err_set(err, ERR_DATA, "it has no column that could be copied");
    return rc;
}

/* The first warning is kept: what it means is for the comparison of both tables to say. */
static void keep_warning(struct row_copy *copy, unsigned count)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    copy->warnings += count;
    if (copy->warned == NULL && db_query(copy->to, &rows, &ignored, "SHOW WARNINGS LIMIT 1") == 0)
        copy->warned = mem_dup(row_str(&rows, 0, "Message"));
    rows_free(&rows);
}

static int flush(struct table_copy *table, struct err *err)
{
    struct row_copy *copy = table->copy;
    unsigned warnings = 0;
    if (table->statement.len <= table->head)
        return 0;
    if (db_exec_bytes(copy->to, err, buf_str(&table->statement), table->statement.len, &warnings) != 0)
        return -1;
    if (warnings > 0)
        keep_warning(copy, warnings);
    uint64_t passed = table->in_statement;
    table->in_transaction += passed;
    copy->bytes += passed;
    table->in_statement = 0;
    buf_clear(&table->statement);
    if (table->in_transaction >= TRANSACTION_BYTES) {
        table->in_transaction = 0;
        if (db_exec(copy->to, err, "COMMIT") != 0)
            return -1;
    }
    return copy->passed != NULL ? copy->passed(copy->context, passed, err) : 0;
}

static void begin_statement(struct table_copy *table)
{
    buf_add(&table->statement, buf_str(&table->insert), table->insert.len);
    table->head = table->statement.len;
}

static void add_row(struct table_copy *table, size_t columns, char *const *cells, const unsigned long *lengths)
{
    if (table->statement.len == 0)
        begin_statement(table);
    buf_addc(&table->statement, table->statement.len > table->head ? ',' : ' ');
    for (size_t i = 0; i < columns; i++) {
        buf_addc(&table->statement, i == 0 ? '(' : ',');
        row_copy_literal(&table->statement, table->columns[i].form, table->columns[i].charset, cells[i], lengths[i]);
        table->in_statement += lengths[i];
    }
    buf_addc(&table->statement, ')');
}

/* A row that would make the statement longer than a packet begins the next one. */
static int take_row(void *context, size_t columns, char *const *cells, const unsigned long *lengths, struct err *err)
{
    struct table_copy *table = context;
    const size_t before = table->statement.len;
    const uint64_t bytes_before = table->in_statement;
    add_row(table, columns, cells, lengths);
    table->copy->rows++;
    if (before > table->head && table->statement.len > table->copy->statement_most) {
        table->statement.len = before; /* the row is taken back */
        table->in_statement = bytes_before;
        if (flush(table, err) != 0)
            return -1;
        add_row(table, columns, cells, lengths);
    }
    if (table->statement.len > table->copy->statement_most) {
        err_set(err, ERR_DATA, "a row of it is larger than the slave takes (max_allowed_packet)");
        return err_hint(err, "raise max_allowed_packet on the slave: at least twice the largest row");
    }
    return table->statement.len >= STATEMENT_BYTES || table->statement.len >= table->copy->statement_most ? flush(table, err) : 0;
}

static int keys(struct row_copy *copy, const char *what, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "ALTER TABLE ");
    quote_table(&sql, copy->to_database, copy->table);
    buf_addf(&sql, " %s KEYS", what);
    int rc = copy->keys_last ? db_exec(copy->to, err, buf_str(&sql)) : 0;
    buf_free(&sql);
    return rc;
}

int row_copy_table(struct row_copy *copy, struct err *err)
{
    struct table_copy table = { .copy = copy };
    copy->rows = copy->bytes = 0;
    int rc = read_columns(&table, err);
    if (rc == 0)
        rc = keys(copy, "DISABLE", err);
    if (rc == 0)
        rc = db_stream(copy->from, err, buf_str(&table.select), take_row, &table);
    if (rc == 0)
        rc = flush(&table, err);
    if (rc == 0)
        rc = db_exec(copy->to, err, "COMMIT");
    if (rc == 0)
        rc = keys(copy, "ENABLE", err);
    if (rc != 0)
        err_wrap(err, "cannot copy the rows of table %s", copy->table);
    free(table.columns);
    buf_free(&table.select);
    buf_free(&table.insert);
    buf_free(&table.statement);
    return rc;
}
