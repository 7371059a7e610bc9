/* Sources: mysqlbinlog's --verbose form (MySQL 8.0 manual, 6.6.9.2 "mysqlbinlog Row Event Display"); both vendors' output on the lab. */
#include "trouble/failing.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

enum { TEXT_LINES_MOST = 24 };

/* Where the reader is, in the lines of one transaction. */
struct reader {
    struct failing *failing;
    uint64_t wanted, at;       /* end_log_pos: of the event that fails, and of the one that is being read */
    struct buf text;
    size_t lines;
    enum { NOWHERE, BEFORE, AFTER } part;
    bool failing_event[FAILING_ROWS_MOST]; /* by row: is it of the event that fails? */
    bool statement;            /* lines of one are being read */
};

uint64_t failing_position(const char *message)
{
    static const char word[] = "end_log_pos ";
    uint64_t position = 0;
    for (const char *at = message; at != NULL && (at = strstr(at, word)) != NULL; at += sizeof word - 1)
        position = strtoull(at + sizeof word - 1, NULL, 10);
    return position;
}

static void free_row(struct changed_row *row)
{
    free(row->database);
    free(row->table);
    strings_free(&row->before);
    strings_free(&row->after);
}

static void drop_rows(struct failing *failing)
{
    for (size_t i = 0; i < failing->count; i++)
        free_row(&failing->rows[i]);
    failing->count = 0;
}

static void show(struct reader *reader, const char *line)
{
    if (++reader->lines > TEXT_LINES_MOST)
        return;
    if (reader->lines == TEXT_LINES_MOST)
        line = "...";
    buf_addf(&reader->text, "%.160s\n", line);
}

/* `a``b`: the name, and what follows it. */
static const char *take_name(const char *at, char **name)
{
    struct buf text = BUF_INIT;
    *name = NULL;
    if (*at != '`')
        return at;
    for (at++; *at != '\0'; at++) {
        if (*at == '`' && at[1] != '`') {
            at++;
            break;
        }
        buf_addc(&text, *at);
        at += *at == '`';
    }
    *name = buf_steal(&text);
    return at;
}

static void begin_row(struct reader *reader, enum changed kind, const char *names)
{
    struct failing *failing = reader->failing;
    failing->changes++;
    reader->part = NOWHERE;
    if (failing->count == FAILING_ROWS_MOST)
        return;
    failing->rows = mem_grow(failing->rows, failing->count + 1, sizeof *failing->rows);
    reader->failing_event[failing->count] = reader->wanted != 0 && reader->at == reader->wanted;
    struct changed_row *row = &failing->rows[failing->count++];
    *row = (struct changed_row){ .kind = kind };
    names = take_name(names, &row->database);
    if (*names == '.')
        (void)take_name(names + 1, &row->table);
    reader->part = kind == CHANGED_INSERT ? AFTER : BEFORE;
}

/* What follows "### ". */
static void take_row_line(struct reader *reader, const char *line)
{
    static const struct {
        const char *begin;
        enum changed kind;
    } begins[] = { { "INSERT INTO ", CHANGED_INSERT }, { "UPDATE ", CHANGED_UPDATE }, { "DELETE FROM ", CHANGED_DELETE } };
    struct failing *failing = reader->failing;
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(line, begins[i].begin, strlen(begins[i].begin)) == 0) {
            begin_row(reader, begins[i].kind, line + strlen(begins[i].begin));
            return;
        }
    if (strcmp(line, "SET") == 0 && reader->part == BEFORE)
        reader->part = AFTER;
    line += strspn(line, " ");
    const char *value = *line == '@' ? strchr(line, '=') : NULL;
    if (value == NULL || reader->part == NOWHERE || failing->count == 0)
        return;
    struct changed_row *row = &failing->rows[failing->count - 1];
    strings_add(reader->part == AFTER ? &row->after : &row->before, value + 1);
}

/* "#261126  5:36:26 server id 1  end_log_pos 3316 CRC32 0x1ab1c50a \tWrite_rows: ..." */
static bool is_header(const char *line)
{
    return line[0] == '#' && strstr(line, "end_log_pos ") != NULL && strstr(line, "server id ") != NULL;
}

/* "\tGTID 0-1-11 trans", "\tGTID\tlast_committed=10 ...", "\tAnonymous_GTID ..." */
static const char *begins_transaction(const char *line)
{
    const char *kind = is_header(line) ? strchr(line, '\t') : NULL;
    return kind != NULL && (strncmp(kind, "\tGTID", 5) == 0 || strncmp(kind, "\tAnonymous_GTID", 15) == 0) ? kind : NULL;
}

static void take_header(struct reader *reader, const char *line)
{
    const char *kind = begins_transaction(line);
    if (kind != NULL && strncmp(kind, "\tGTID ", 6) == 0)
        reader->failing->gtid = mem_dup_n(kind + 6, strcspn(kind + 6, " \t"));
    reader->at = failing_position(line);
    reader->statement = false;
}

static bool session_line(const char *line)
{
    static const char *const begins[] = { "SET ", "BEGIN", "COMMIT", "ROLLBACK", "START TRANSACTION", "DELIMITER", "/*", "use ", "XA " };
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(line, begins[i], strlen(begins[i])) == 0)
            return true;
    return line[0] == '\0';
}

static void take_gtid_next(struct reader *reader, const char *line)
{
    static const char words[] = "GTID_NEXT= '";
    const char *at = strstr(line, words);
    if (at == NULL || strstr(line, "'AUTOMATIC'") != NULL || strstr(line, "'ANONYMOUS'") != NULL || reader->failing->gtid != NULL)
        return;
    at += sizeof words - 1;
    reader->failing->gtid = mem_dup_n(at, strcspn(at, "'"));
}

static void take_line(struct reader *reader, const char *line)
{
    if (strncmp(line, "### ", 4) == 0) {
        take_row_line(reader, line + 4);
        show(reader, line + 4);
    } else if (line[0] == '#') {
        if (is_header(line))
            take_header(reader, line);
    } else if (session_line(line)) {
        take_gtid_next(reader, line);
        reader->statement = false;
    } else {
        reader->failing->changes += !reader->statement;
        reader->statement = true;
        show(reader, line);
    }
}

/* Of the failing event alone, where it is known and has rows. */
static void keep_event(struct reader *reader)
{
    struct failing *failing = reader->failing;
    size_t kept = 0;
    bool known = false;
    for (size_t i = 0; i < failing->count; i++)
        known = known || reader->failing_event[i];
    if (!known)
        return;
    for (size_t i = 0; i < failing->count; i++) {
        if (reader->failing_event[i])
            failing->rows[kept++] = failing->rows[i];
        else
            free_row(&failing->rows[i]);
    }
    failing->count = kept;
}

/* The lines of the transaction with that event; of the first transaction when there is no such event. */
static void find_transaction(const struct strings *lines, uint64_t wanted, size_t *from, size_t *to)
{
    bool found = false;
    *from = 0;
    for (size_t i = 0; i < lines->count; i++) {
        const bool begins = begins_transaction(lines->items[i]) != NULL;
        if (begins && found) {
            *to = i;
            return;
        }
        if (begins)
            *from = i;
        found = found || (wanted == 0 ? begins : is_header(lines->items[i]) && failing_position(lines->items[i]) == wanted);
    }
    *to = lines->count;
    if (!found && wanted != 0)
        find_transaction(lines, 0, from, to);
}

void failing_parse(struct failing *failing, const char *text, uint64_t end_log_pos)
{
    struct reader reader = { .failing = failing, .wanted = end_log_pos };
    struct strings lines = { .count = 0 };
    char *copy = mem_dup(text), *at = copy;
    size_t from, to;
    *failing = (struct failing){ .seen = false };
    for (char *line; (line = text_line(&at)) != NULL;)
        strings_add(&lines, line);
    find_transaction(&lines, end_log_pos, &from, &to);
    for (size_t i = from; i < to; i++)
        take_line(&reader, lines.items[i]);
    keep_event(&reader);
    failing->seen = failing->changes > 0 || failing->gtid != NULL;
    failing->text = buf_steal(&reader.text);
    strings_free(&lines);
    free(copy);
}

void failing_free(struct failing *failing)
{
    drop_rows(failing);
    free(failing->rows);
    free(failing->gtid);
    free(failing->text);
    *failing = (struct failing){ .seen = false };
}

static bool begins(const char *type, const char *word)
{
    return strncasecmp(type, word, strlen(word)) == 0;
}

/* "-1 (18446744073709551615)": the log does not know whether a column is signed. */
static bool add_number(struct buf *to, const char *printed, const char *type)
{
    const char *other = strchr(printed, '(');
    if (other != NULL && strcasestr(type, "unsigned") != NULL)
        printed = other + 1;
    const size_t len = strspn(printed, "+-.0123456789eE");
    if (len == 0)
        return false;
    buf_add(to, printed, len);
    return true;
}

/* Between the first quote and the last; only control bytes are escaped (\xNN). */
static bool add_text(struct buf *to, const char *printed, bool date)
{
    struct buf value = BUF_INIT;
    const char *end = strrchr(printed, '\'');
    bool certain = printed[0] == '\'' && end > printed;
    for (const char *at = printed + 1; certain && at < end; at++) {
        certain = (unsigned char)*at < 0x80;
        if (at[0] == '\\' && at[1] == 'x' && end - at >= 4 && isxdigit((unsigned char)at[2]) && isxdigit((unsigned char)at[3])) {
            const char digits[3] = { at[2], at[3], '\0' };
            buf_addc(&value, (char)strtoul(digits, NULL, 16));
            at += 3;
        } else {
            buf_addc(&value, date && *at == ':' ? '-' : *at);
        }
    }
    if (certain)
        quote_sql(to, buf_str(&value), value.len);
    buf_free(&value);
    return certain;
}

bool failing_literal(struct buf *to, const char *printed, const char *type)
{
    static const char *const numbers[] = { "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year" };
    static const char *const texts[] = { "char", "varchar", "datetime", "date", "time", "text", "tinytext" };
    if (strncmp(printed, "NULL", 4) == 0)
        return false;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (begins(type, numbers[i]))
            return add_number(to, printed, type);
    if (begins(type, "timestamp")) { /* printed as seconds since 1970 */
        buf_adds(to, "FROM_UNIXTIME(");
        const bool certain = add_number(to, printed, type);
        buf_addc(to, ')');
        return certain;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (begins(type, texts[i]))
            return add_text(to, printed, strcasecmp(type, "date") == 0);
    return false;
}
