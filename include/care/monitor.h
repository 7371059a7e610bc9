/* monitor.h - one look at one server for the live screen: cheap enough for every other second.
 *
 *     struct buf text = BUF_INIT;
 *     if (monitor_take(&care, SIDE_SLAVE, &text, err) == 0)     lines, for an event
 *         monitor_read(buf_str(&text), &sample);                 on the other side of it
 *     monitor_sample_free(&sample)
 *
 * The whole glance (facts_glance()) is done at first, after an error, and once a minute; in between only SHOW statements are sent.
 * Nothing is changed.
 */
#ifndef DUALSERVER_CARE_MONITOR_H
#define DUALSERVER_CARE_MONITOR_H

#include "care/care.h"

enum { MONITOR_GLANCE_MS = 60000, MONITOR_STATEMENTS = 12 };

struct monitor_statement {
    uint64_t id, seconds;
    char *user, *text;       /* text: what it does; a statement that speaks of a password is not shown */
};

/* Strings are owned, never NULL after monitor_read(). */
struct monitor_sample {
    enum side side;
    char *host, *version;
    uint64_t uptime_s, connections, queries, disk_free;
    char *log_file;          /* master: the binary log it writes; slave: the master's log that is executed */
    uint64_t log_pos;
    uint64_t log_count, log_bytes; /* master: binary logs; slave: relay logs (count 0: not known) */
    bool configured;         /* the rest: of a slave */
    char *io, *sql, *error;
    long long behind;        /* -1: NULL */
    char *read_file;
    uint64_t read_pos;
    struct monitor_statement statements[MONITOR_STATEMENTS]; /* of the slave, the longest first */
    size_t statement_count;
};

int monitor_take(struct care *care, enum side side, struct buf *to, struct err *err);
void monitor_write(const struct monitor_sample *sample, struct buf *to);
void monitor_read(const char *text, struct monitor_sample *sample); /* what it does not know it passes over */
void monitor_sample_free(struct monitor_sample *sample);
/* A statement fit for a screen; appends. */
void monitor_show_statement(const char *statement, struct buf *to);

#endif
