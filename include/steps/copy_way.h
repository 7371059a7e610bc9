/* copy_way.h - the ways in which the data gets from the master to the slave: one table, one file for each way in
 * src/steps/ways/. What differs between them hangs on the steps as hooks; the steps ask the plan's way and know none by name.
 *
 *     struct copy_choice choice;
 *     copy_choose(facts, answers, &choice);      every way: possible or why not, what it costs; and the one to take
 *     copy_way_carry(choice.chosen->way, &facts->master.inventory);
 *     steps_plan(facts, answers, &plan, err);    chooses again, the same: choosing is pure
 *     copy_choice_free(&choice);
 */
#ifndef DUALSERVER_STEPS_COPY_WAY_H
#define DUALSERVER_STEPS_COPY_WAY_H

#include "plan/change.h"
#include "plan/facts.h"
#include "plan/world.h"
#include "steps/step.h"

/* A forecast. */
struct copy_cost {
    uint64_t downtime_ms; /* the master's writers wait: mysqld is away, or their tables are locked for reading */
    uint64_t total_ms;    /* until the data is in place on the slave */
    uint64_t disk_master, disk_slave; /* bytes needed besides what is there */
    struct buf text;      /* what the downtime is made of */
};

typedef int copy_plan_fn(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err);
typedef int copy_verify_fn(struct world *world, struct err *err);

struct copy_way {
    const char *id;          /* "directory": in JSON and in the plan */
    const char *title;       /* "the database's files, adopted table by table" */
    enum copy_method method; /* the answer that asks for it by name */
    unsigned serves;         /* a bit, 1u << enum copy_method, for each answer that may come to it */
    bool whole;              /* takes the whole data directory over: the slave's accounts and other databases are replaced,
                                so auto takes it only where nothing else is possible */
    bool dump_tool;          /* a table that travels as rows goes through the server's dump tool and client */
    const char *start;       /* where replication begins, before it is known: "the file opened in step 4" */
    /* Why it cannot be done here; nothing is written when it can. */
    void (*why_not)(const struct facts *facts, const struct answers *answers, struct buf *why);
    void (*cost)(const struct facts *facts, const struct answers *answers, struct copy_cost *cost);
    enum carry (*carry)(const struct table *table); /* NULL: as is natural for the table */
    /* By the step's number; NULL: nothing to do there. */
    copy_plan_fn *plan[STEP_COUNT + 1];
    copy_verify_fn *verify[STEP_COUNT + 1];
    int again;               /* the step from which the data is taken anew when a run was interrupted; 0: step 2 */
    /* Is what an interrupted run has taken, before `again`'s steps were over, still there and whole? NULL: it is taken anew. */
    int (*usable)(struct world *world, bool *usable, struct err *err);
    /* Takes back what it may have left on the servers when a run failed; NULL: nothing that recovery does not do anyway. */
    int (*discard)(struct world *world, struct err *err);
};

struct copy_option {
    const struct copy_way *way;
    char *why_not;           /* NULL: possible */
    struct copy_cost cost;
};

#define COPY_WAYS_MOST 8

struct copy_choice {
    struct copy_option options[COPY_WAYS_MOST]; /* in the order of the table */
    size_t count;
    const struct copy_option *chosen; /* into options; NULL: what the answers ask for is not possible */
    char *because;           /* why this one, or why none */
};

void copy_choose(const struct facts *facts, const struct answers *answers, struct copy_choice *choice); /* pure */
void copy_choice_free(struct copy_choice *choice);
/* The chosen way; when none is possible the first that the answers ask for. Never NULL. */
const struct copy_way *copy_way_wanted(const struct facts *facts, const struct answers *answers);
const char *copy_method_name(enum copy_method method); /* as in the answers */
/* It leaves a copy on the master for a while; it puts files in place on the slave. */
bool copy_way_leaves_copy(const struct copy_way *way);
bool copy_way_takes_files(const struct copy_way *way);
/* The copy of an earlier run serves this one, too: the master is not held up again. */
bool copy_way_shares(const struct copy_way *way, const struct facts *facts);
/* Sets how each table travels in this way. */
void copy_way_carry(const struct copy_way *way, struct inventory *inventory);
/* What the way does in a step: the hooks of the plan's way. */
int copy_way_plan(int step, const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err);
int copy_way_verify(int step, struct world *world, struct err *err);

/* Why the master's mysqld must be restarted before it can be anybody's master; NULL: its running settings will do, or can be
 * set while it runs. Borrowed. */
const char *master_restart_why(const struct facts *facts);

/* Forecasts that several ways are made of. */
uint64_t cost_restart_ms(const struct server_facts *server); /* stop with clean pages, start, and round trips between them */
uint64_t cost_export_ms(const struct inventory *inventory); /* the InnoDB tables held for export: by their number, not their size */
uint64_t cost_natural_bytes(const struct inventory *inventory, enum carry carry); /* of tables that naturally travel so */
uint64_t cost_disk(uint64_t bytes);               /* with a margin */
uint64_t cost_ship_ms(uint64_t bytes);            /* files over the network, checked */
uint64_t cost_rows_ms(uint64_t bytes, size_t tables); /* rows over the network into indexed tables */
uint64_t cost_files_ms(const struct server_facts *server, uint64_t bytes); /* copied beside each other on one disk */
void cost_say_files(const struct server_facts *server, uint64_t bytes, struct buf *to); /* "copy of 1 GiB at 200 MiB/s (measured) 5 s" */

/* Hooks that ways share. They live with the step they belong to. */
copy_plan_fn master_hold_and_stop_plan;  /* step 2: flush, lock and take what only a running server gives, stop */
copy_plan_fn master_stop_plan;           /* step 2: flush and stop, nothing held */
copy_plan_fn master_restart_stop_plan;   /* step 2: flush and stop, nothing held; or set what can be set while it runs */
copy_plan_fn copy_files_plan;            /* step 3: the database's files beside the data directory */
copy_plan_fn master_start_new_log_plan;  /* step 4: start; replication begins at the log that this opens */
copy_plan_fn master_restart_start_plan;  /* step 4: start, if step 2 stopped it */
copy_plan_fn ship_files_plan;            /* step 6: what step 3 copied, to the slave */
copy_plan_fn shared_copy_plan;           /* step 3: the copy that an earlier run has left (shared_copy.c) */
copy_plan_fn aside_plan;                 /* step 7: the slave's own database of that name, renamed aside */
copy_plan_fn swap_folder_plan;           /* step 8: the database's folder */
copy_plan_fn own_folder_plan;            /* step 9: its owner */
copy_plan_fn adopt_plan;                 /* step 11: tables that are more than their files, definitions */
copy_verify_fn swap_folder_verify, own_folder_verify, adopt_verify;
/* Of ways that take the whole data directory over; it has arrived as RUN/incoming. They live in ways/whole.c. */
void whole_why_not(const struct facts *facts, const struct answers *answers, struct buf *why);
enum carry whole_carry(const struct table *table);
copy_plan_fn whole_swap_plan;            /* step 8: the data directory */
copy_plan_fn whole_owner_plan;           /* step 9: its owner; identity and certificates stay the slave's */
copy_plan_fn whole_events_plan;          /* step 11: what came along and must not run on two servers */
copy_verify_fn whole_swap_verify;

#endif
