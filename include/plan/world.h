/* world.h - what the changes of a run act on: the two hosts, their servers, and what the run has learnt on its way. */
#ifndef DUALSERVER_PLAN_WORLD_H
#define DUALSERVER_PLAN_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include "base/secret.h"
#include "host/host.h"
#include "mysql/db.h"
#include "mysql/inventory.h"
#include "mysql/status.h"
#include "plan/answers.h"
#include "plan/facts.h"
#include "plan/port.h"
#include "ship/manifest.h"

struct plan;
struct lock;

struct world {
    const struct answers *answers;
    const struct port *port;
    const struct plan *plan;     /* what is being applied; NULL while looking */
    struct facts facts;
    struct host *hosts[2];       /* by enum side */
    struct db *dbs[2];           /* open while the server is up: use world_db() */
    struct db *locks[2];         /* connections that hold the master's tables still until its mysqld is gone */
    struct lock *held[2];        /* that nobody else works on them (host/lock.h); NULL: not held */
    struct secret *db_passwords[2]; /* NULL: socket login */
    char run_id[40];             /* "20261122-184501-3f9c" */
    char *run_dir[2];            /* the run's folder on each host: .../.dualserver-RUN */
    char *state_dir;             /* this run's folder on the admin's machine */
    /* learnt by the steps */
    char *flush_undo;            /* statement that sets back what step 2 set for a quick stop; NULL: nothing was set */
    struct secret *replication_password, *reports_password;
    struct definitions definitions;
    bool distrust;               /* a host was rebooted on the way: the proof compares every row, whatever the answers say */
    bool definitions_kept;       /* they are in the run's folder on the master */
    struct strings binlogs_before; /* names in the master's binlog index while it was stopped */
    struct binlog_position start;  /* the coordinates for step 12 */
    struct manifest manifest;
    uint64_t stopped_at_ms;      /* clock_ms() when the master's writers were first held up; 0: they are not */
    int begun;                   /* the furthest step that an earlier try of this run has begun; 0: there was none */
    bool master_stopped;         /* we told its mysqld to stop, and it has not been seen answering since */
    bool slave_stopped;
    bool unreached[2];           /* by enum side: the last try to get to that host failed; nothing more is asked of it */
    bool watched;                /* the watchdog on the master is armed */
    int limit_fd;                /* a timer, readable when limit_downtime is used up; 0: none */
    bool over_limit;             /* it has been */
    bool accepted;               /* what the run had kept is gone: it has no way back */
    uint64_t downtime_ms, shipped_bytes;
    int step;                    /* the step that runs now; 0: none */
};

/* The connection to the server on that side, opened when there is none or it broke. */
struct db *world_db(struct world *world, enum side side, struct err *err);
void world_db_close(struct world *world, enum side side);
void world_unlock(struct world *world); /* lets go of the master's locked tables; repeatable */
/* A further connection beside it; the caller closes it. */
struct db *world_db_open(struct world *world, enum side side, struct err *err);
const char *side_name(enum side side); /* "master", "slave" */
/* A [client] option group with the way into that side's server, for the server's own tools on that host: they read it from
 * standard input (--defaults-extra-file=/dev/stdin), so that no password is in an argument. Wipe it after use. A script that
 * runs such a tool begins with CLIENT_WITHOUT_HOME: what somebody keeps in ~/.my.cnf or ~/.mylogin.cnf is read later than
 * these options and would beat them. */
#define CLIENT_WITHOUT_HOME "HOME=/nonexistent; export HOME\n"
void world_client_options(const struct world *world, enum side side, struct buf *to);
/* KEY="value" for such a group, as the servers' own parser reads it back. Appends. */
void world_client_option(struct buf *to, const char *key, const char *value);
/* Writes the statement with its secret marks (plan/change.h) replaced by the quoted secrets. Wipe it after use. */
int world_fill_secrets(const struct world *world, const char *statement, struct buf *to, struct err *err);

void world_emit(struct world *world, const struct event *event); /* fills in event.step when it is 0 */
void world_note(struct world *world, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void world_phase(struct world *world, enum phase phase, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The master's downtime begins (its writers are held up from now on), and ends. Both are repeatable. */
void world_downtime_begin(struct world *world);
void world_downtime_end(struct world *world);
/* The start that ends the downtime is under way: it is not cut off by limit_downtime any more. */
void world_limit_off(struct world *world);
bool world_over_limit(struct world *world); /* since the run began */
/* True when the front end asked to stop: long loops of our own look here. Fills err with ERR_CANCELLED. */
bool world_cancelled(struct world *world, struct err *err);

#endif
