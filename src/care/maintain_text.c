#include "care/maintain.h"

#include <string.h>

#include "base/quote.h"

static void add_sizes(struct buf *to, const struct log_files *logs, uint64_t disk_free)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < logs->count; i++)
        sum += logs->items[i].size;
    quote_size(to, sum);
    if (disk_free > 0) {
        buf_adds(to, "; ");
        quote_size(to, disk_free);
        buf_adds(to, " free there");
    }
    buf_addc(to, '\n');
}

static void add_line(struct buf *to, bool goes, const struct log_file *log, const char *why)
{
    struct buf size = BUF_INIT;
    quote_size(&size, log->size);
    buf_addf(to, "  %s ", goes ? "goes " : "stays");
    quote_printable(to, log->name, strlen(log->name), 0);
    buf_addf(to, "  %s%s", buf_str(&size), why[0] != '\0' ? "  " : "");
    quote_printable(to, why, strlen(why), 0);
    buf_addc(to, '\n');
    buf_free(&size);
}

static void add_binlogs(const struct maintain *maintain, unsigned keep, struct buf *to)
{
    const struct log_files *logs = &maintain->binlogs;
    for (size_t i = 0; i < logs->count; i++) {
        struct buf why = BUF_INIT;
        if (i < maintain->verdict.goes)
            buf_adds(&why, "every slave has executed it");
        else if (i + 1 == logs->count)
            buf_adds(&why, "in use");
        else if (i + keep >= logs->count)
            buf_addf(&why, "one of the %u newest", keep);
        else if (maintain->refusal.code != ERR_NONE)
            buf_adds(&why, "refused, see below");
        else if (maintain->verdict.limit != NULL)
            buf_addf(&why, "needed by %s", maintain->verdict.limit->name);
        add_line(to, i < maintain->verdict.goes, &logs->items[i], buf_str(&why));
        buf_free(&why);
    }
}

static void add_readers(const struct maintain *maintain, struct buf *to)
{
    buf_adds(to, "Who needs the binary logs\n");
    for (size_t i = 0; i < maintain->readers.count; i++) {
        const struct log_reader *reader = &maintain->readers.items[i];
        struct buf line = BUF_INIT;
        if (reader->file != NULL)
            buf_addf(&line, "%s: has executed up to %s", reader->name, reader->file);
        else
            buf_addf(&line, "%s: not known how far: %s; %s", reader->name, reader->why, reader->advice);
        buf_addf(to, "  %s ", reader->file != NULL ? "known" : "?????");
        quote_printable(to, buf_str(&line), line.len, 0);
        buf_addc(to, '\n');
        buf_free(&line);
    }
}

void maintain_describe(const struct maintain *maintain, const struct facts *facts, unsigned keep, struct buf *to)
{
    buf_addf(to, "%s, the master: %zu binary logs, ", facts->master.host, maintain->binlogs.count);
    add_sizes(to, &maintain->binlogs, facts->master.disk_free);
    add_binlogs(maintain, keep, to);
    if (maintain->expiry != NULL)
        buf_addf(to, "  the server keeps them by itself: %s\n", maintain->expiry);
    buf_addf(to, "%s, the slave: %zu relay logs, ", facts->slave.host, maintain->relay_logs.count);
    add_sizes(to, &maintain->relay_logs, facts->slave.disk_free);
    const char *current = row_str(&facts->slave.slave_status.rows, 0, "Relay_Log_File");
    bool executed = true;
    for (size_t i = 0; i < maintain->relay_logs.count; i++) {
        const struct log_file *log = &maintain->relay_logs.items[i];
        executed = executed && strcmp(log->name, current) != 0;
        const bool goes = executed && maintain->plan.count > 0 && !maintain->relay_purge;
        add_line(to, goes, log, executed ? "executed" : strcmp(log->name, current) == 0 ? "in use" : "to be executed");
    }
    if (maintain->refusal.code == ERR_NONE)
        buf_addf(to, "  the server deletes those it has executed: %s\n", maintain->relay_purge ? "yes" : "no");
    add_readers(maintain, to);
}
