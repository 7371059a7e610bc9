/* fake_world.h - what is so on two machines that run nothing: which services run, what is in which file, which tables and whose
 * rows the slave holds. It answers the program's scripts and statements by it, and notices what must never happen.
 *
 *     struct fake_world *world = fake_world_new(options);     options: the text of /etc/my.cnf of both
 *     fake_world_run(world, side, script, arguments, run)     a fake_hook's `run`
 *     fake_world_answer(world, side, sql, &reply)             what is so instead of what is written down; also does it
 *     fake_world_fault(world)                                 NULL: nothing that must not happen has happened
 *
 * A row's origin is what counts: of the slave's old data, of the master's, or of nobody (a table that was only made).
 */
#ifndef DUALSERVER_TESTS_FAKE_WORLD_H
#define DUALSERVER_TESTS_FAKE_WORLD_H

#include "fake_host.h"
#include "server_text.h"

enum origin { ORIGIN_NONE, ORIGIN_OLD, ORIGIN_MASTER };

/* A table, or (kind not empty) another object of a database of the slave's. */
struct fake_thing {
    char *database, *name, *kind;
    enum origin origin;
    bool discarded, file; /* its tablespace was let go of; a file for it is in place */
    unsigned pieces;      /* partitions that have come in */
};

struct fake_side {
    bool runs;            /* the database's service */
    bool edited;          /* it was started with an option file that the program has written */
    unsigned boots;       /* since before the run */
    bool gone;            /* the machine cannot be reached */
    bool armed;           /* the watchdog */
    char *barked;         /* what it said when it acted */
    char *lock;           /* run that holds it; NULL: free */
    bool lock_stale;
    struct fake_file {
        char *path, *text;
    } *files;
    size_t file_count;
    struct strings users;
};

struct fake_world {
    struct fake_side sides[2];
    char *options;                     /* of before */
    /* the master */
    unsigned logs;                     /* number of its last binary log; 0: none */
    bool copying, copied;              /* something is in RUN/copy; all is */
    unsigned copied_log;               /* the log whose beginning the copy is the state of */
    unsigned snapshot_log;             /* where it was when its rows were taken; 0: they were not */
    /* the slave */
    bool arriving, arrived;            /* RUN/incoming */
    unsigned arrived_log, data_log;    /* of what arrived, and of what is in place */
    bool files_arrived;                /* RUN/incoming/files is there */
    struct strings waiting;            /* RUN/incoming/import */
    struct fake_thing *things;
    size_t thing_count;
    struct strings databases;
    bool configured, io, sql, until, gtid; /* its replication */
    char until_file[24];               /* where it was told to stop */
    unsigned canaries;                 /* that came and went: how far it has come */
    bool old_master;                   /* from the master of before */
    bool had_master;                   /* before the run */
    char *use;                         /* the last USE */
    bool refusing;                     /* no server starts with an option file that the program has written */
    bool accepting;                    /* old data may go */
    char *fault;
    struct reply reply;                /* room for what is answered */
    struct strings lines;
};

struct fake_world *fake_world_new(const char *options);
void fake_world_free(struct fake_world *world);
bool fake_world_run(struct fake_world *world, enum side side, const char *script, const char *const *arguments, struct run *run);
void fake_world_answer(struct fake_world *world, enum side side, const char *sql, struct reply *reply);
const char *fake_world_fault(const struct fake_world *world);
void fake_world_blame(struct fake_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Nothing is heard of the program any more: locks go stale, the watchdog acts. */
void fake_world_abandoned(struct fake_world *world);
void fake_world_fill(struct fake_world *world, bool mariadb); /* the slave's own billing, as the servers' descriptions have it */
void fake_world_reboot(struct fake_world *world); /* both machines */
/* As before the run; as it should be after it. What is wrong, owned; NULL: nothing. backups: of option files, may be there. */
char *fake_world_not_before(const struct fake_world *world, bool backups);
char *fake_world_not_after(const struct fake_world *world, bool leftovers); /* leftovers: of a copy, may be there */

/* Shared by its files. */
const char *fake_world_file(const struct fake_world *world, enum side side, const char *path); /* NULL: there is none */
bool fake_world_aside(const struct fake_world *world); /* some of the slave's old tables are not in their place */
void fake_world_set_service(struct fake_world *world, enum side side, bool runs);
struct fake_thing *fake_world_thing(const struct fake_world *world, const char *database, const char *kind, const char *name);
struct fake_thing *fake_world_add(struct fake_world *world, const char *database, const char *kind, const char *name, enum origin origin);
void fake_world_move(struct fake_world *world, const char *from, const char *to); /* all of a database; "": they are gone */

#endif
