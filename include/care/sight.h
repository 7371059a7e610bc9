/* sight.h - what a check saw of a pair: the facts of a glance at both servers, and what is asked beyond them. The judgement (judge.h)
 * reads it and nothing else, so that it can be tried without servers.
 *
 *     struct sight sight;
 *     sight_take(&care, state_dir, &sight, err)     -1 only when it was cancelled; what could not be seen says so in itself
 *     sight_free(&sight)                            borrows care's facts until then
 *
 * Nothing is written on either server. On the master it costs one login, a dozen SHOW statements and one small script.
 */
#ifndef DUALSERVER_CARE_SIGHT_H
#define DUALSERVER_CARE_SIGHT_H

#include "care/care.h"

/* What the slave has to execute is waited for that long; a slave that needs longer is looked at a second time. */
enum { SIGHT_WAIT_MS = 5000 };

struct sight_log {
    char *name;
    uint64_t bytes;
    long long written; /* last, in seconds since 1970, by the host's clock */
};

/* The binary logs of the master, the relay logs of the slave, and the disk under them. */
struct sight_disk {
    bool seen;
    uint64_t total, free; /* bytes of the file system with the logs, for an ordinary user */
    long long now;        /* the host's clock */
    struct sight_log *logs; /* oldest first */
    size_t log_count;
};

/* An account that the pair needs. */
struct sight_account {
    bool seen;        /* the server's tables of accounts could be read */
    char *user;
    struct strings hosts; /* from where it may come; none: the account is gone */
    bool granted;     /* it has, from one of them, what it is for */
    bool locked;
};

struct sight {
    const struct answers *answers;
    const struct facts *facts;
    const struct care_side *sides; /* by enum side */
    /* two looks: how long the slave took to execute what the master had written at the first */
    bool lag_seen;          /* it could be waited for */
    bool lag_over;          /* and was not reached within SIGHT_WAIT_MS: lag_ms is how long it was waited for */
    uint64_t lag_ms;
    bool moves;             /* with lag_over: meanwhile it executed something, or fetched something */
    bool fetched;           /* with lag_over: the slave's IO thread had it all */
    long long unreached_s;  /* for so long the IO thread has tried to connect; -1: not known, or it does not */
    struct sight_disk disks[2]; /* by enum side */
    struct sight_account replication, reports;
    /* the run that made this pair */
    char *run;              /* its name; NULL: no run of this pair is known here */
    struct facts then;      /* what it was planned with; then.master.host NULL: not kept */
    struct strings edited;  /* option files that are not as the run has written them: "PATH on the slave" */
};

int sight_take(struct care *care, const char *state_dir, struct sight *sight, struct err *err);
void sight_free(struct sight *sight);

/* Parts, pure. */
/* The lines of the script that looks at the logs. */
void sight_read_disk(struct sight_disk *disk, const char *text);
/* Bytes a day, over what is there; 0: not known. The oldest log's own bytes were written before the time that is measured. */
uint64_t sight_growth(const struct sight_disk *disk);
uint64_t sight_log_bytes(const struct sight_disk *disk);

#endif
