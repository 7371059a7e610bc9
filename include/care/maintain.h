/* maintain.h - what the logs of replication use, what of it can go, and the settings that keep it so.
 *
 *     struct maintain maintain;
 *     maintain_plan(&care, &wish, &maintain, err)     changes nothing on the servers; -1 when they could not be looked at
 *     maintain.refusal.code != ERR_NONE               not now, and why; maintain.plan is empty then
 *     maintain_carry_out(&care, &maintain, err)
 *     maintain_free(&maintain)
 *
 * A binary log goes only when every slave that the master has, or had, has executed it. A slave may be away at the moment, and no
 * server remembers those, so they are looked for in five places: [slave] and [slave NAME] of the answers, the pairs that were set up
 * from this machine, those registered at the master now, those that were registered at an earlier maintain (a file in the state folder),
 * and the hosts from which the replication account may log in. One whose place in the logs cannot be asked is a refusal: better a full
 * disk that is seen coming than a slave that is lost. All deleting is the server's own: PURGE, relay_log_purge, expiry.
 */
#ifndef DUALSERVER_CARE_MAINTAIN_H
#define DUALSERVER_CARE_MAINTAIN_H

#include <stdint.h>
#include "care/care.h"
#include "plan/change.h"

enum { MAINTAIN_KEEP_LEAST = 2, MAINTAIN_OUTAGE_DAYS = 7 };

struct maintain_wish {
    unsigned keep;          /* newest binary logs that stay in any case; at least MAINTAIN_KEEP_LEAST */
    unsigned outage_days;   /* how long a slave may be away and still catch up */
    const char *state_dir;  /* NULL: nothing is remembered */
};

struct log_file {
    char *name;
    uint64_t size;
};
struct log_files {
    struct log_file *items; /* oldest first */
    size_t count;
};

/* Somebody who reads the master's binary logs, or may come back for them. */
struct log_reader {
    char *name;         /* "the slave db2 (server_id 2)" */
    char *file;         /* executed up to somewhere in this one: it and all later ones are needed; NULL: not known */
    char *why, *advice; /* then */
};
struct log_readers {
    struct log_reader *items;
    size_t count;
};

/* What can go. Pure: fills goes, and the reason for what stays. */
struct log_verdict {
    size_t goes;                    /* that many, from the oldest on */
    const struct log_reader *limit; /* who needs the first one that stays; NULL: `keep` is why */
    const struct log_reader *blocks; /* whose place is not known, or needs what the master has no more; nothing goes then */
};
struct log_verdict maintain_judge(const struct log_files *logs, const struct log_readers *readers, unsigned keep);

/* The setting that makes binary logs outlast an outage. Pure. seconds, days: the variables' values as the server says them, NULL where it
 * has none; in_files: the variable that the option files set, NULL: neither. *variable NULL: nothing to do. */
void maintain_expiry(const char *seconds, const char *days, const char *in_files, unsigned outage_days, const char **variable, uint64_t *value);

struct maintain {
    struct log_files binlogs, relay_logs;
    struct log_readers readers;
    struct log_verdict verdict;
    uint64_t freed;           /* bytes that go */
    char *expiry;             /* how long the master keeps its logs by itself, in words */
    bool relay_purge;         /* the slave's server deletes relay logs that it has executed */
    struct plan plan;
    struct err refusal;
};

int maintain_plan(struct care *care, const struct maintain_wish *wish, struct maintain *maintain, struct err *err);
/* Looks and plans again after a person has thought: while that lasted a slave may have come that is not as far. ERR_REFUSED when it is so. */
int maintain_same(struct care *care, const struct maintain_wish *wish, const struct maintain *maintain, struct err *err);
/* Also makes sure that the logs that should stay are there, and that the slave replicates as before. */
int maintain_carry_out(struct care *care, struct maintain *maintain, struct err *err);
/* What uses the disk, what can go and why: lines for a person. Appends. */
void maintain_describe(const struct maintain *maintain, const struct facts *facts, unsigned keep, struct buf *to);
void maintain_free(struct maintain *maintain);

/* Its parts: who reads the logs (care/maintain_readers.c), and what is remembered of them in STATE/slaves/MASTER (care/maintain_seen.c). */
int maintain_find_readers(struct care *care, const struct maintain_wish *wish, struct log_readers *readers, struct err *err);
void log_readers_add(struct log_readers *readers, const struct log_reader *reader); /* takes the strings over */

struct seen {
    struct seen_slave {
        unsigned long id;
        char *host, *last; /* as the master said; the day it was seen last */
    } *items;
    size_t count;
    char *path;
};
int seen_read(const char *state_dir, const char *master, struct seen *seen, struct err *err); /* no file: nothing was seen */
/* Puts it on record, with today's date. */
void seen_note(struct seen *seen, unsigned long id, const char *host);
int seen_write(const struct seen *seen, struct err *err);
void seen_parse(struct seen *seen, const char *text); /* pure; what it does not understand is left out */
void seen_free(struct seen *seen);

#endif
