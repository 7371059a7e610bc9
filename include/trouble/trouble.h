/* trouble.h - what a look at a pair that may be sick finds, beyond a glance: everything by which symptoms are recognised.
 *
 *     struct trouble trouble;
 *     trouble_look(&care, state_dir, &trouble, err)    -1 only when it was cancelled; what could not be seen stays empty
 *     trouble_free(&trouble)
 *
 * Looking changes nothing. Strings are owned; NULL: not seen.
 */
#ifndef DUALSERVER_TROUBLE_TROUBLE_H
#define DUALSERVER_TROUBLE_TROUBLE_H

#include "care/report_login.h"
#include "care/care.h"
#include "trouble/failing.h"

#define TROUBLE_DISK_LITTLE (16ull << 20) /* bytes: less is full for a server */

/* One thread of the slave's server. */
struct trouble_process {
    uint64_t id, seconds;
    char *user, *host, *command, *state, *info;
    bool keep;           /* replication, the event scheduler, or our own: never to be killed */
};

/* The account with which the slave logs in, as the master has it. */
struct trouble_account {
    bool seen;           /* the master's accounts could be read */
    bool exists, granted;
    char *host;          /* its host part; where there is none: as the master sees the slave */
};

/* A login from the master's host with what billing.ini says. */
struct trouble_login {
    bool tried;
    unsigned error;      /* the server's or the client's number; 0: it let in */
    char *said;
    char *user_host;     /* the account's host part, from the slave's accounts or from what the server said */
    bool exists;         /* the slave has an account of that user */
};

struct trouble {
    struct care *care;
    const struct slave_status *status; /* of the slave, in care->world.facts */
    unsigned sql_errno;                /* a worker's own words where there are workers */
    char *sql_error;
    struct failing failing;            /* the transaction that cannot be executed, decoded */
    struct rows master_row, slave_row; /* the first row that is in the way or missing, as it stands on either side now */
    char *row_where;                   /* how it is found; NULL: its key cannot be read */
    char *row_table;                   /* `database`.`table` */
    char *row_trigger;                 /* a trigger of that table on the slave; NULL: none */
    struct trouble_process *processes;
    size_t process_count;
    enum reach reach;                  /* from the slave's host to where the slave was told its master is */
    char *reach_text;
    char *address;                     /* where the master is for the slave, as answered; NULL: not answered */
    struct trouble_account account;
    char *relay_missing;               /* a relay log that the index names and that is not there; NULL: none, or replication runs */
    struct strings skip_files;         /* option files of the slave with skip-slave-start */
    struct strings events, event_definers; /* of the database, enabled on the slave; "user@host" */
    uint64_t disk_free;                /* bytes on the slave's data disk; UINT64_MAX: not seen */
    char *disk_eaters;                 /* what is largest there, lines */
    struct report_login billing;       /* billing.ini on the master */
    struct trouble_login login;
    uint64_t chosen;                   /* thread that a person has named to be killed; 0: the longest report */
    struct strings doubts;             /* tables of which the slave may lack something: care/doubt.h */
};

int trouble_look(struct care *care, const char *state_dir, struct trouble *trouble, struct err *err);
void trouble_free(struct trouble *trouble);

/* The rows of both sides, side by side, lines. Appends nothing when there is none to show. */
void trouble_show_rows(const struct trouble *trouble, struct buf *to);
/* A report that others may wait for: the longest that runs and may be killed; NULL: none. */
const struct trouble_process *trouble_longest(const struct trouble *trouble);
/* A number of the status that only some versions have; 0 otherwise. */
uint64_t trouble_status_number(const struct trouble *trouble, const char *column);
/* Does the slave find its place by GTID? */
bool trouble_by_gtid(const struct trouble *trouble);
/* 'user'@'host' in a server's message: the host; NULL: there is none. The caller frees. Pure. */
char *trouble_host_in(const char *message);

#endif
