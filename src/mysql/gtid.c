#include "mysql/gtid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

#define UUID_LENGTH 36
#define EVENTS_AT_ONCE 10000

static char *without_space(const char *text)
{
    struct buf out = BUF_INIT;
    for (; *text != '\0'; text++)
        if (!isspace((unsigned char)*text))
            buf_addc(&out, *text);
    return buf_steal(&out);
}

char *gtid_now(struct db *master, struct err *err)
{
    char *raw = db_value(master, err, db_dialect(master)->gtid_now);
    if (raw == NULL)
        return NULL;
    char *set = without_space(raw);
    free(raw);
    return set;
}

/* "SET @@SESSION.GTID_NEXT= 'UUID:7'" -> UUID:7 */
static void add_next(struct buf *set, const char *info)
{
    const char *from = strchr(info, '\''), *to = from != NULL ? strchr(from + 1, '\'') : NULL;
    if (to != NULL && to - from > UUID_LENGTH)
        buf_addf(set, "%s%.*s", set->len > 0 ? "," : "", (int)(to - from - 1), from + 1);
}

/* One page of events; *next is where the following one begins, 0 when the coordinates or the end of the file are reached. */
static int add_events(struct db *master, const struct binlog_position *position, const char *file, uint64_t *next,
                      struct buf *set, struct err *err)
{
    struct rows rows = ROWS_INIT;
    uint64_t from = *next;
    if (db_queryf(master, &rows, err, "SHOW BINLOG EVENTS IN %s FROM %llu LIMIT %d", file, (unsigned long long)from,
                  EVENTS_AT_ONCE) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        const char *type = row_str(&rows, i, "Event_type"), *info = row_str(&rows, i, "Info");
        /* the list of what came before this file stands at its beginning: it counts for position 4 too */
        if (strcasecmp(type, "Previous_gtids") == 0)
            buf_addf(set, "%s%s", set->len > 0 && info[0] != '\0' ? "," : "", info);
        else if (row_u64(&rows, i, "Pos") >= position->position && row_u64(&rows, i, "Pos") > 4)
            break;
        else if (strncasecmp(type, "Gtid", 4) == 0)
            add_next(set, info);
        from = row_u64(&rows, i, "End_log_pos");
    }
    *next = rows.count == EVENTS_AT_ONCE && from > *next && from < position->position ? from : 0;
    rows_free(&rows);
    return 0;
}

static char *from_events(struct db *master, const struct binlog_position *position, struct err *err)
{
    struct buf file = BUF_INIT, set = BUF_INIT;
    int rc = 0;
    quote_sql(&file, position->file, strlen(position->file));
    for (uint64_t next = 4; rc == 0 && next != 0;)
        rc = add_events(master, position, buf_str(&file), &next, &set, err);
    char *whole = rc == 0 ? without_space(buf_str(&set)) : NULL;
    buf_free(&file);
    buf_free(&set);
    return whole;
}

char *gtid_at(struct db *master, const struct binlog_position *position, struct err *err)
{
    struct buf sql = BUF_INIT;
    if (db_dialect(master)->gtid_at == NULL)
        return from_events(master, position, err);
    buf_addf(&sql, "SELECT %s(", db_dialect(master)->gtid_at);
    quote_sql(&sql, position->file, strlen(position->file));
    buf_addf(&sql, ", %llu)", (unsigned long long)position->position);
    char *set = db_value(master, err, buf_str(&sql));
    if (set == NULL && err->code == ERR_NONE)
        err_set(err, ERR_WORLD, "the master does not know the GTID at %s:%llu", position->file,
                (unsigned long long)position->position);
    buf_free(&sql);
    return set;
}

int gtid_reached(struct db *slave, const char *set, bool *reached, struct err *err)
{
    struct buf sql = BUF_INIT;
    const struct dialect *dialect = db_dialect(slave);
    *reached = set[0] == '\0';
    if (*reached)
        return 0;
    buf_addf(&sql, "SELECT %s", dialect->gtid_reached);
    quote_sql(&sql, set, strlen(set));
    buf_adds(&sql, dialect->gtid_reached_end);
    char *value = db_value(slave, err, buf_str(&sql));
    *reached = value != NULL && strcmp(value, "1") == 0;
    const int rc = value == NULL && err->code != ERR_NONE ? -1 : 0;
    free(value);
    buf_free(&sql);
    return rc;
}

bool gtid_set_has(const char *set, const char *uuid)
{
    for (const char *at = set; uuid != NULL && strlen(uuid) == UUID_LENGTH && *at != '\0'; at++) {
        while (isspace((unsigned char)*at) || *at == ',')
            at++;
        if (strncasecmp(at, uuid, UUID_LENGTH) == 0)
            return true;
        at = strchr(at, ',');
        if (at == NULL)
            return false;
    }
    return false;
}

bool gtid_sets_meet(const char *one, const char *other)
{
    char *clean = without_space(one);
    bool meet = false;
    for (char *at = clean; at != NULL && *at != '\0' && !meet;) {
        char *end = strchr(at, ',');
        if (strlen(at) > UUID_LENGTH) {
            char *uuid = mem_dup_n(at, UUID_LENGTH);
            meet = gtid_set_has(other, uuid);
            free(uuid);
        }
        at = end != NULL ? end + 1 : NULL;
    }
    free(clean);
    return meet;
}

/* The next "DOMAIN-SERVER-NUMBER"; false at the end. */
static bool next_gtid(const char **at, unsigned long *domain, unsigned long long *number)
{
    char *end;
    *domain = strtoul(*at, &end, 10);
    if (end == *at || *end != '-')
        return false;
    strtoul(end + 1, &end, 10);
    if (*end != '-')
        return false;
    *number = strtoull(end + 1, &end, 10);
    *at = *end == ',' ? end + 1 : end;
    return true;
}

bool gtid_ahead(const char *position, const char *other, unsigned long *domain)
{
    unsigned long long number, seen;
    for (unsigned long there; next_gtid(&position, domain, &number);) {
        unsigned long long most = 0;
        for (const char *at = other; next_gtid(&at, &there, &seen);)
            if (there == *domain && seen > most)
                most = seen;
        if (number > most)
            return true;
    }
    return false;
}
