/* What can go: pure. */
#include "care/maintain.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define DAY_S (24 * 60 * 60u)

void log_readers_add(struct log_readers *readers, const struct log_reader *reader)
{
    readers->items = mem_grow(readers->items, readers->count + 1, sizeof *readers->items);
    readers->items[readers->count++] = *reader;
}

static size_t index_of(const struct log_files *logs, const char *name)
{
    size_t at = 0;
    while (at < logs->count && strcmp(logs->items[at].name, name) != 0)
        at++;
    return at;
}

struct log_verdict maintain_judge(const struct log_files *logs, const struct log_readers *readers, unsigned keep)
{
    struct log_verdict verdict = { .goes = 0 };
    const size_t stays = keep < MAINTAIN_KEEP_LEAST ? MAINTAIN_KEEP_LEAST : keep;
    size_t goes = logs->count > stays ? logs->count - stays : 0;
    for (size_t i = 0; i < readers->count; i++) {
        const struct log_reader *reader = &readers->items[i];
        const size_t needs = reader->file != NULL ? index_of(logs, reader->file) : logs->count;
        if (needs == logs->count) {
            verdict.blocks = reader;
            return verdict;
        }
        if (needs < goes) {
            goes = needs;
            verdict.limit = reader;
        }
    }
    verdict.goes = goes;
    return verdict;
}

/* 0: never, which outlasts everything. */
static uint64_t number(const char *value)
{
    return value != NULL ? strtoull(value, NULL, 10) : 0;
}

void maintain_expiry(const char *seconds, const char *days, const char *in_files, unsigned outage_days, const char **variable, uint64_t *value)
{
    const uint64_t wanted = (uint64_t)outage_days * DAY_S;
    const bool by_seconds = number(seconds) > 0;
    /* days may have a fraction; the rest of a day does not count */
    const uint64_t now = by_seconds ? number(seconds) : number(days) * DAY_S;
    const bool never = !by_seconds && (days == NULL || strtod(days, NULL) <= 0);
    *variable = NULL;
    *value = 0;
    if (never || now >= wanted)
        return;
    *variable = in_files != NULL ? in_files : by_seconds ? "binlog_expire_logs_seconds" : "expire_logs_days";
    *value = strcmp(*variable, "expire_logs_days") == 0 ? outage_days : wanted;
}
