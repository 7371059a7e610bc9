/* What cannot be executed: read from the relay log with the host's own mysqlbinlog, and looked up on both sides. */
#include "trouble_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

/* $1 folder of the log, $2 its name, $3 position. Its own options only: no password is needed for a file. */
static const char decode_script[] =
    "#: logs leaf word\n# what is in $1/$2 from position $3 on?\n"
    "tool=$(command -v mariadb-binlog || command -v mysqlbinlog) || exit 1\n"
    "[ -r \"$1/$2\" ] || exit 1\n"
    "\"$tool\" --no-defaults --base64-output=DECODE-ROWS --verbose --start-position=\"$3\" -- \"$1/$2\" 2>/dev/null | head -c 1000000\n"
    "exit 0\n";

static bool decode(struct trouble *trouble, enum side side, const char *base, const char *name, uint64_t position)
{
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    char number[24];
    const char *slash = strrchr(facts_setting(facts_of(&trouble->care->world.facts, side), base), '/');
    const char *path = facts_setting(facts_of(&trouble->care->world.facts, side), base);
    char *folder = slash != NULL ? mem_dup_n(path, (size_t)(slash - path)) : mem_dup(facts_of(&trouble->care->world.facts, side)->datadir);
    const char *file = strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : name;
    snprintf(number, sizeof number, "%llu", (unsigned long long)position);
    if (folder != NULL && file[0] != '\0' &&
        host_script(trouble->care->world.hosts[side], &out, &ignored, decode_script, folder, file, number, NULL) == 0)
        failing_parse(&trouble->failing, buf_str(&out), failing_position(trouble->sql_error));
    buf_free(&out);
    free(folder);
    return trouble->failing.seen;
}

/* Type of a column by its place. */
static const char *type_of(const struct rows *columns, const char *name, size_t *place)
{
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(row_str(columns, i, "Field"), name) == 0) {
            *place = i;
            return row_str(columns, i, "Type");
        }
    return NULL;
}

/* A key: "(`a` = 1 AND `b` = 'x')". false: a value of it is NULL or cannot be written with certainty. */
static bool add_key(struct buf *to, const struct rows *columns, const struct rows *keys, const char *key, const struct strings *values)
{
    struct buf text = BUF_INIT;
    bool certain = true;
    for (size_t i = 0; certain && i < keys->count; i++) {
        size_t place = 0;
        if (strcmp(row_str(keys, i, "Key_name"), key) != 0)
            continue;
        const char *type = type_of(columns, row_str(keys, i, "Column_name"), &place);
        buf_adds(&text, text.len > 0 ? " AND " : "(");
        quote_name(&text, row_str(keys, i, "Column_name"));
        buf_adds(&text, " = ");
        certain = type != NULL && place < values->count && failing_literal(&text, values->items[place], type);
    }
    if (certain && text.len > 0)
        buf_addf(to, "%s)", buf_str(&text));
    certain = certain && text.len > 0;
    buf_free(&text);
    return certain;
}

bool trouble_row_where(struct db *slave, const struct changed_row *row, struct buf *where)
{
    struct rows columns = ROWS_INIT, keys = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct buf name = BUF_INIT;
    const struct strings *values = row->before.count > 0 ? &row->before : &row->after;
    bool found = false;
    if (row->database == NULL || row->table == NULL)
        return false;
    quote_table(&name, row->database, row->table);
    if (db_queryf(slave, &columns, &ignored, "SHOW FULL COLUMNS FROM %s", buf_str(&name)) == 0 &&
        db_queryf(slave, &keys, &ignored, "SHOW INDEX FROM %s", buf_str(&name)) == 0)
        found = add_key(where, &columns, &keys, "PRIMARY", values);
    rows_free(&columns);
    rows_free(&keys);
    buf_free(&name);
    return found;
}

static void read_row(const struct trouble *trouble, struct db *db, struct rows *rows)
{
    struct err ignored = ERR_INIT;
    rows_free(rows);
    if (db != NULL)
        (void)db_queryf(db, rows, &ignored, "SELECT * FROM %s WHERE %s LIMIT 2", trouble->row_table, trouble->row_where);
}

static void look_trigger(struct trouble *trouble, struct db *slave, const struct changed_row *row)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct buf database = BUF_INIT, table = BUF_INIT;
    if (row->database == NULL || row->table == NULL)
        return;
    quote_sql(&database, row->database, strlen(row->database));
    quote_sql(&table, row->table, strlen(row->table));
    if (db_dialect(slave)->information_schema &&
        db_queryf(slave, &rows, &ignored, "SELECT TRIGGER_NAME AS name FROM information_schema.triggers WHERE EVENT_OBJECT_SCHEMA = %s "
                  "AND EVENT_OBJECT_TABLE = %s AND EVENT_MANIPULATION <> 'UPDATE'", buf_str(&database), buf_str(&table)) == 0 &&
        rows.count > 0)
        trouble->row_trigger = mem_dup(row_str(&rows, 0, "name"));
    rows_free(&rows);
    buf_free(&database);
    buf_free(&table);
}

enum { ROWS_LOOKED_AT = 50 };

/* One row of the event, as it stands on both sides. Is it the one that fails: in the way of an insert, or missing? */
static bool look_row(struct trouble *trouble, const struct changed_row *row, struct db *master, struct db *slave)
{
    struct buf where = BUF_INIT, name = BUF_INIT;
    if (!trouble_row_where(slave, row, &where)) {
        buf_free(&where);
        return false;
    }
    quote_table(&name, row->database, row->table);
    free(trouble->row_where);
    free(trouble->row_table);
    free(trouble->row_trigger);
    trouble->row_where = buf_steal(&where);
    trouble->row_table = buf_steal(&name);
    trouble->row_trigger = NULL;
    read_row(trouble, slave, &trouble->slave_row);
    read_row(trouble, master, &trouble->master_row);
    look_trigger(trouble, slave, row);
    return (row->kind == CHANGED_INSERT) == (trouble->slave_row.count > 0);
}

void trouble_look_failing(struct trouble *trouble, struct db *master, struct db *slave)
{
    const struct slave_status *status = trouble->status;
    if (!decode(trouble, SIDE_SLAVE, "relay_log_basename", row_str(&status->rows, 0, "Relay_Log_File"),
                trouble_status_number(trouble, "Relay_Log_Pos")) &&
        trouble->care->sides[SIDE_MASTER].server)
        (void)decode(trouble, SIDE_MASTER, "log_bin_basename", status->relay_master_log_file, status->exec_master_log_pos);
    for (size_t i = 0; i < trouble->failing.count && i < ROWS_LOOKED_AT; i++)
        if (look_row(trouble, &trouble->failing.rows[i], master, slave))
            return;
}

enum { CELL = 36 };

static void add_cell(struct buf *to, const struct rows *rows, const char *column)
{
    struct buf text = BUF_INIT;
    const char *value = rows->count > 0 ? row_get(rows, 0, column) : NULL;
    if (rows->count == 0)
        buf_adds(&text, "-");
    else if (value == NULL)
        buf_adds(&text, "NULL");
    else
        quote_printable(&text, value, strnlen(value, 60), 0);
    buf_addf(to, " %-*.*s", CELL, CELL, buf_str(&text));
    buf_free(&text);
}

void trouble_show_rows(const struct trouble *trouble, struct buf *to)
{
    const struct rows *either = trouble->master_row.columns > 0 ? &trouble->master_row : &trouble->slave_row;
    if (trouble->row_where == NULL || either->columns == 0)
        return;
    buf_addf(to, "%s where %s\n", trouble->row_table, trouble->row_where);
    buf_addf(to, "  %-20s %-*s %s\n", "", CELL, trouble->master_row.count > 0 ? "master now" : "master now: no such row",
             trouble->slave_row.count > 0 ? "slave now" : "slave now: no such row");
    for (size_t i = 0; i < either->columns && (trouble->master_row.count > 0 || trouble->slave_row.count > 0); i++) {
        buf_addf(to, "  %-20.20s", either->names[i]);
        add_cell(to, &trouble->master_row, either->names[i]);
        add_cell(to, &trouble->slave_row, either->names[i]);
        buf_trim(to);
        buf_addc(to, '\n');
    }
}
