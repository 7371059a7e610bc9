#include "config.h"

#include "care/monitor.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"

enum field_kind { TEXT, NUMBER, SIGNED, TRUTH };

/* A sample as lines "NAME VALUE". */
static const struct {
    const char *name;
    enum field_kind kind;
    size_t offset;
} fields[] = {
#define FIELD(name, kind) { #name, kind, offsetof(struct monitor_sample, name) }
    FIELD(host, TEXT),         FIELD(version, TEXT),    FIELD(uptime_s, NUMBER), FIELD(connections, NUMBER),
    FIELD(queries, NUMBER),    FIELD(disk_free, NUMBER), FIELD(log_file, TEXT),  FIELD(log_pos, NUMBER),
    FIELD(log_count, NUMBER),  FIELD(log_bytes, NUMBER), FIELD(configured, TRUTH), FIELD(io, TEXT),
    FIELD(sql, TEXT),          FIELD(error, TEXT),      FIELD(behind, SIGNED),   FIELD(read_file, TEXT),
    FIELD(read_pos, NUMBER),
#undef FIELD
};
#define FIELDS (sizeof fields / sizeof *fields)

static void *place_of(struct monitor_sample *sample, size_t field)
{
    return (char *)sample + fields[field].offset;
}

static const void *value_of(const struct monitor_sample *sample, size_t field)
{
    return (const char *)sample + fields[field].offset;
}

void monitor_write(const struct monitor_sample *sample, struct buf *to)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const void *value = value_of(sample, i);
        buf_addf(to, "%s ", fields[i].name);
        if (fields[i].kind == NUMBER)
            buf_addf(to, "%llu", (unsigned long long)*(const uint64_t *)value);
        else if (fields[i].kind == SIGNED)
            buf_addf(to, "%lld", *(const long long *)value);
        else if (fields[i].kind == TRUTH)
            buf_adds(to, *(const bool *)value ? "1" : "0");
        else if (*(char *const *)value != NULL)
            quote_printable(to, *(char *const *)value, strlen(*(char *const *)value), 0);
        buf_addc(to, '\n');
    }
    for (size_t i = 0; i < sample->statement_count; i++) {
        const struct monitor_statement *one = &sample->statements[i];
        buf_addf(to, "statement %llu %llu %s %s\n", (unsigned long long)one->id, (unsigned long long)one->seconds, one->user, one->text);
    }
}

static void read_field(struct monitor_sample *sample, size_t field, const char *value)
{
    if (fields[field].kind == NUMBER)
        *(uint64_t *)place_of(sample, field) = strtoull(value, NULL, 10);
    else if (fields[field].kind == SIGNED)
        *(long long *)place_of(sample, field) = strtoll(value, NULL, 10);
    else if (fields[field].kind == TRUTH)
        *(bool *)place_of(sample, field) = strcmp(value, "1") == 0;
    else {
        char **text = place_of(sample, field);
        free(*text);
        *text = mem_dup(value);
    }
}

/* "ID SECONDS USER TEXT" */
static void read_statement(struct monitor_sample *sample, const char *value)
{
    char *end = NULL;
    if (sample->statement_count == MONITOR_STATEMENTS)
        return;
    const uint64_t id = strtoull(value, &end, 10), seconds = strtoull(end, &end, 10);
    const char *user = end + strspn(end, " ");
    const size_t len = strcspn(user, " ");
    sample->statements[sample->statement_count++] = (struct monitor_statement){
        .id = id, .seconds = seconds, .user = mem_dup_n(user, len), .text = mem_dup(user[len] == ' ' ? user + len + 1 : ""),
    };
}

void monitor_read(const char *text, struct monitor_sample *sample)
{
    char *copy = mem_dup(text), *at = copy;
    *sample = (struct monitor_sample){ .behind = -1 };
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].kind == TEXT)
            read_field(sample, i, "");
    for (char *line; (line = text_line(&at)) != NULL;) {
        char *value = strchr(line, ' ');
        if (value == NULL)
            continue;
        *value++ = '\0';
        if (strcmp(line, "statement") == 0)
            read_statement(sample, value);
        for (size_t i = 0; i < FIELDS; i++)
            if (strcmp(line, fields[i].name) == 0)
                read_field(sample, i, value);
    }
    free(copy);
}

void monitor_sample_free(struct monitor_sample *sample)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].kind == TEXT)
            free(*(char **)place_of(sample, i));
    for (size_t i = 0; i < sample->statement_count; i++) {
        free(sample->statements[i].user);
        free(sample->statements[i].text);
    }
    *sample = (struct monitor_sample){ .behind = -1 };
}

/* On one line, without runs of white space. */
void monitor_show_statement(const char *statement, struct buf *to)
{
    static const char *const secret_words[] = { "password", "identified", "secret" };
    struct buf line = BUF_INIT;
    for (size_t i = 0; i < sizeof secret_words / sizeof *secret_words; i++) {
        if (strcasestr(statement, secret_words[i]) != NULL) {
            buf_adds(to, "(not shown: it speaks of a password)");
            return;
        }
    }
    for (const char *at = statement; *at != '\0' && line.len < 400; at++) {
        const bool blank = strchr(" \t\r\n", *at) != NULL;
        if (!blank)
            buf_addc(&line, *at);
        else if (line.len > 0 && line.data[line.len - 1] != ' ')
            buf_addc(&line, ' ');
    }
    quote_printable(to, buf_str(&line), line.len, 0);
    buf_free(&line);
}

static int longest_first(const void *one, const void *other)
{
    const struct monitor_statement *a = one, *b = other;
    return a->seconds < b->seconds ? 1 : a->seconds > b->seconds ? -1 : a->id < b->id ? -1 : a->id > b->id;
}

/* What replication itself does is no statement of anybody. */
static bool somebodys(const struct rows *rows, size_t row, uint64_t ours)
{
    static const char *const idle[] = { "Sleep", "Daemon", "Binlog Dump", "Binlog Dump GTID", "Connect", "Slave_SQL", "Slave_IO", "Slave_worker" };
    const char *command = row_str(rows, row, "Command"), *user = row_str(rows, row, "User");
    if (row_u64(rows, row, "Id") == ours || strcmp(user, "system user") == 0 || strcmp(user, "event_scheduler") == 0)
        return false;
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (strcmp(command, idle[i]) == 0)
            return false;
    return true;
}

static int take_statements(struct db *db, struct monitor_sample *sample, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct monitor_statement *all = NULL;
    size_t count = 0;
    if (db_query(db, &rows, err, "SHOW FULL PROCESSLIST") != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct buf text = BUF_INIT, user = BUF_INIT;
        if (!somebodys(&rows, i, db_connection_id(db)))
            continue;
        monitor_show_statement(row_get(&rows, i, "Info") != NULL ? row_str(&rows, i, "Info") : row_str(&rows, i, "State"), &text);
        for (const char *at = row_str(&rows, i, "User"); *at != '\0'; at++)
            buf_addc(&user, *at == ' ' || *at == '\n' ? '_' : *at);
        all = mem_grow(all, count + 1, sizeof *all);
        all[count++] = (struct monitor_statement){ .id = row_u64(&rows, i, "Id"), .seconds = row_u64(&rows, i, "Time"),
                                                   .user = buf_steal(&user), .text = buf_steal(&text) };
    }
    if (count > 1)
        qsort(all, count, sizeof *all, longest_first);
    for (size_t i = 0; i < count; i++) {
        if (sample->statement_count < MONITOR_STATEMENTS) {
            sample->statements[sample->statement_count++] = all[i];
            continue;
        }
        free(all[i].user);
        free(all[i].text);
    }
    free(all);
    rows_free(&rows);
    return 0;
}

static int take_counters(struct db *db, struct monitor_sample *sample, struct err *err)
{
    static const struct {
        const char *name;
        size_t offset;
    } counters[] = {
        { "Uptime", offsetof(struct monitor_sample, uptime_s) },
        { "Threads_connected", offsetof(struct monitor_sample, connections) },
        { "Questions", offsetof(struct monitor_sample, queries) },
    };
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        struct rows rows = ROWS_INIT;
        if (db_queryf(db, &rows, err, "%s LIKE '%s'", db_dialect(db)->global_status, counters[i].name) != 0)
            return -1;
        if (rows.count > 0)
            *(uint64_t *)((char *)sample + counters[i].offset) = row_u64(&rows, 0, "Value");
        rows_free(&rows);
    }
    return 0;
}

static int take_binlogs(struct db *db, struct monitor_sample *sample, struct err *err)
{
    struct binlog_position position;
    struct rows rows = ROWS_INIT;
    if (binlog_position_read(db, &position, err) != 0)
        return -1;
    sample->log_file = mem_dup(position.file);
    sample->log_pos = position.position;
    if (position.file[0] == '\0')
        return 0;
    if (db_query(db, &rows, err, "SHOW BINARY LOGS") != 0)
        return -1;
    sample->log_count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        sample->log_bytes += row_u64(&rows, i, "File_size");
    rows_free(&rows);
    return 0;
}

static int take_slave(struct db *db, struct monitor_sample *sample, struct err *err)
{
    struct slave_status status;
    if (slave_status_read(db, &status, err) != 0)
        return -1;
    sample->configured = status.configured;
    if (status.configured) {
        const bool sql = status.last_sql_error != NULL && status.last_sql_error[0] != '\0';
        sample->io = mem_dup(status.io_running);
        sample->sql = mem_dup(status.sql_running);
        sample->error = mem_dup(sql ? status.last_sql_error : status.last_io_error);
        sample->behind = status.seconds_behind;
        sample->log_file = mem_dup(status.relay_master_log_file);
        sample->log_pos = status.exec_master_log_pos;
        sample->read_file = mem_dup(status.master_log_file);
        sample->read_pos = status.read_master_log_pos;
        sample->log_bytes = row_u64(&status.rows, 0, "Relay_Log_Space");
    }
    slave_status_free(&status);
    return take_statements(db, sample, err);
}

static int take(struct care *care, enum side side, struct monitor_sample *sample, struct err *err)
{
    const struct server_facts *server = facts_of(&care->world.facts, side);
    struct db *db = world_db(&care->world, side, err);
    if (db == NULL || take_counters(db, sample, err) != 0)
        return -1;
    sample->side = side;
    sample->host = mem_dup(server->host);
    sample->version = mem_dup(server->version);
    sample->disk_free = server->datadir_disk_free;
    return side == SIDE_MASTER ? take_binlogs(db, sample, err) : take_slave(db, sample, err);
}

int monitor_take(struct care *care, enum side side, struct buf *to, struct err *err)
{
    struct monitor_sample sample = { .behind = -1 };
    struct care_side *of = &care->sides[side];
    if (!of->server || clock_ms() - of->looked_ms > MONITOR_GLANCE_MS)
        care_look(care, side);
    int rc = care_need(care, side, err);
    if (rc == 0)
        rc = take(care, side, &sample, err);
    if (rc == 0)
        monitor_write(&sample, to);
    else
        of->server = false; /* the next time all is looked at anew */
    monitor_sample_free(&sample);
    return rc;
}
