#include "engine/recover.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "engine/guard.h"
#include "host/service.h"
#include "steps/aside.h"
#include "steps/copy_way.h"
#include "steps/config.h"
#include "steps/step.h"
#include "steps/watch.h"

#define RECONNECT_TRIES 12
#define RECONNECT_PAUSE_MS 5000

/* The old session may hang in the middle of a command; a clone is a new one to the same machine. */
static int reconnect(struct world *world, enum side side, int tries, struct err *err)
{
    struct host *old = world->hosts[side];
    old->cancel_fd = -1;
    world_db_close(world, side);
    for (int i = 1;; i++) {
        struct host *fresh = host_clone(old, err);
        if (fresh != NULL) {
            fresh->cancel_fd = -1;
            fresh->log = old->log;
            fresh->log_context = old->log_context;
            host_close(old);
            world->hosts[side] = fresh;
            world->unreached[side] = false;
            return guard_roles(world, facts_of(&world->facts, side), false, err);
        }
        if (i >= tries) {
            world->unreached[side] = true;
            return -1;
        }
        world_note(world, SEVERITY_WARNING, "%s: %s; trying again", side_name(side), err->text);
        poll(NULL, 0, RECONNECT_PAUSE_MS);
    }
}

int recover_reconnect(struct world *world, enum side side, struct err *err)
{
    return reconnect(world, side, RECONNECT_TRIES, err);
}

/* Removes the run's own copy on one host. What is kept of the slave's old data and of accounts stays. */
static int clean(struct world *world, enum side side, struct err *err)
{
    static const char *const parts[2] = { [SIDE_MASTER] = "copy", [SIDE_SLAVE] = "incoming" };
    return host_script(world->hosts[side], NULL, err,
                       "#: run part\n# remove $1/$2\n"
                       "case $1 in */.dualserver-*) ;; *) echo \"not a run's folder: $1\" >&2; exit 1;; esac\n"
                       "[ -d \"$1\" ] || exit 0\n"
                       /* a copy that was cut off may go on by itself; the run's folder is in no other command's words */
                       "if command -v pkill >/dev/null; then pkill -f -- \"$1/copy/\" || :; fi\n"
                       "[ \"$2\" != copy ] || rm -f -- \"$1/definitions\"\n"
                       "rm -rf -- \"$1/$2\" \"$1\"/*.list \"$1\"/*.marks \"$1\"/*.now \"$1\"/*.changed && { rmdir -- \"$1\" 2>/dev/null || :; }",
                       world->run_dir[side], parts[side], NULL);
}

static int start_and_ask(struct world *world, struct err *err)
{
    world_db_close(world, SIDE_MASTER);
    return service_start(world->hosts[SIDE_MASTER], &world->facts.master.service, err) == 0 &&
                   world_db(world, SIDE_MASTER, err) != NULL
               ? 0
               : -1;
}

/* The copy goes first, because a file can be put back only where there is room. */
int recover_start_master(struct world *world, bool *taken_back, struct err *err)
{
    struct err ignored = ERR_INIT;
    if (start_and_ask(world, err) == 0)
        return 0;
    world_note(world, SEVERITY_WARNING, "the master does not start: %s; removing the copy and taking the new configuration back",
               err->text);
    (void)clean(world, SIDE_MASTER, &ignored);
    *taken_back = config_put_back(world, SIDE_MASTER, &ignored) == 0;
    return start_and_ask(world, err);
}

/* What was set in the master while it runs: repeatable, so also what was not set yet. */
static int revert_settings(struct world *world, struct err *err)
{
    for (size_t i = world->plan->count; i-- > 0;) {
        const struct change *change = &world->plan->changes[i];
        if (change->step <= 2 && change->server == SIDE_MASTER && change->revert != NULL && change->revert(world, change, err) != 0)
            return -1;
    }
    return 0;
}

bool recover_master_otherwise(struct world *world)
{
    static const char *const by_files[] = { "log_bin", "server_id", "bind_address" };
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    bool otherwise = false;
    struct db *db = world_db(world, SIDE_MASTER, &ignored);
    if (db != NULL && db_query(db, &rows, &ignored, "SHOW GLOBAL VARIABLES") == 0)
        for (size_t i = 0; i < rows.count; i++)
            for (size_t n = 0; n < sizeof by_files / sizeof *by_files; n++)
                otherwise = otherwise || (strcmp(row_str(&rows, i, "Variable_name"), by_files[n]) == 0 &&
                                          strcmp(row_str(&rows, i, "Value"), facts_setting(&world->facts.master, by_files[n])) != 0);
    rows_free(&rows);
    return otherwise;
}

/* *as_before: it is as if the run had never been. */
static bool recover_master(struct world *world, int step, bool *as_before, struct buf *state)
{
    struct err err = ERR_INIT;
    bool taken_back = false, reached = reconnect(world, SIDE_MASTER, RECONNECT_TRIES, &err) == 0, up = reached;
    if (up && world->master_stopped)
        up = recover_start_master(world, &taken_back, &err) == 0;
    else if (up)
        up = world_db(world, SIDE_MASTER, &err) != NULL;
    /* never stopped by us, so it runs with the old ones still */
    if (reached && step <= 2 && !world->master_stopped && world->begun <= 2)
        *as_before = taken_back = revert_settings(world, &err) == 0 && config_put_back(world, SIDE_MASTER, &err) == 0;
    if (up && *as_before && recover_master_otherwise(world)) { /* it was started by itself meanwhile: undo starts it once more */
        *as_before = false;
        buf_adds(state, "The master's mysqld was started anew meanwhile, so it has the new options until its next start. ");
    }
    if (up) {
        world->master_stopped = false;
        world_downtime_end(world);
        taken_back = watch_end(world, state) || taken_back;
        buf_addf(state, "The master's mysqld runs, with its option files %s. ",
                 taken_back ? "as they were before" : "as planned (dated backups beside them)");
    } else {
        char *command = service_command(&world->facts.master.service, "start");
        buf_addf(state, "THE MASTER could not be seen running: %s. Start it: %s. ", err.text, command);
        free(command);
    }
    return reached;
}

/* A comparison or a change of the way of following that was broken off has left it stopped. */
static void let_slave_run(struct world *world, struct buf *state)
{
    struct err err = ERR_INIT;
    struct db *slave = world_db(world, SIDE_SLAVE, &err);
    if (slave == NULL || slave_let_run(slave, &err) != 0)
        buf_addf(state, "Its replication could not be seen running: %s. ", err.text);
}

/* Until step 10 has written skip-slave-start, an old replication would be taken up while the old tables are aside. */
static bool slave_may_start(const struct world *world, int step)
{
    return !(world->facts.slave.slave_status.configured && step >= 7 && step <= 10);
}

static bool recover_slave(struct world *world, int step, struct buf *state)
{
    struct err err = ERR_INIT;
    /* before step 7 there is nothing there that cannot wait */
    bool reached = reconnect(world, SIDE_SLAVE, step < 7 ? 1 : RECONNECT_TRIES, &err) == 0;
    if (reached && world->slave_stopped && slave_may_start(world, step) &&
        service_start(world->hosts[SIDE_SLAVE], &world->facts.slave.service, &err) == 0)
        world->slave_stopped = false;
    if (reached && !world->slave_stopped && step == 6 && world->plan->way->discard != NULL &&
        world->plan->way->discard(world, &err) != 0)
        buf_addf(state, "What the copy left on the slave could not be removed: %s. ", err.text);
    if (!reached)
        buf_addf(state, "The slave could not be reached: %s. ", err.text);
    if (step < 7 && world->begun < 7)
        buf_adds(state, "The slave's server was not changed. ");
    else if (reached)
        buf_addf(state, "The slave's mysqld %s; %s there is not proven. ", world->slave_stopped ? "is stopped" : "runs",
                 world->answers->database);
    if (step >= 13 && reached)
        let_slave_run(world, state);
    if (world->plan->way->whole && (step >= 8 || world->begun >= 8))
        buf_addf(state, "Its old data directory, where it was renamed already, is %s/old/data. ", world->run_dir[SIDE_SLAVE]);
    else if (!world->plan->way->whole && (step >= 7 || world->begun >= 7) && world->facts.slave.inventory.table_count > 0)
        buf_addf(state, "Its old tables are in " ASIDE_PREFIX "%s. ", world->run_id);
    return reached;
}

int recover_clean_side(struct world *world, enum side side, struct err *err)
{
    return clean(world, side, err);
}

int recover_clean(struct world *world, struct err *err)
{
    int rc = 0;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct err one = ERR_INIT;
        if (clean(world, side, &one) != 0) {
            *err = one;
            rc = -1;
        }
    }
    return rc;
}

static int remove_folder(struct world *world, enum side side, struct err *err)
{
    return host_script(world->hosts[side], NULL, err,
                       "#: run\n# rm -r $1\n"
                       "case $1 in */.dualserver-*) rm -rf -- \"$1\" ;; *) echo \"not a run's folder: $1\" >&2; exit 1;; esac",
                       world->run_dir[side], NULL);
}

int recover_remove(struct world *world, struct err *err)
{
    int rc = 0;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct err one = ERR_INIT;
        if (remove_folder(world, side, &one) != 0) {
            *err = one;
            rc = -1;
        }
    }
    return rc;
}

/* A copy that is whole is what resume goes on with. */
static bool keeps_copy(int step)
{
    return step >= 4;
}

bool recover(struct world *world, int step, struct buf *state)
{
    bool as_before = false;
    world_unlock(world);
    const bool reached[2] = { [SIDE_MASTER] = recover_master(world, step, &as_before, state),
                              [SIDE_SLAVE] = recover_slave(world, step, state) };
    if (step >= 13)
        steps_prove_clean(world);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE && !keeps_copy(step); side++) {
        struct err err = ERR_INIT;
        if (reached[side] && clean(world, side, &err) != 0) {
            as_before = false;
            buf_addf(state, "The folder %s on the %s could not be removed: %s. ", world->run_dir[side], side_name(side), err.text);
        } else if (!reached[side] && side == SIDE_MASTER) {
            buf_addf(state, "The folder %s is left on the %s. ", world->run_dir[side], side_name(side));
        }
    }
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE && as_before; side++) {
        struct err err = ERR_INIT;
        /* nothing is left to go back to: whatever a try that broke off has left there goes too */
        if (reached[side] && remove_folder(world, side, &err) != 0)
            buf_addf(state, "The folder %s is left on the %s: %s. ", world->run_dir[side], side_name(side), err.text);
    }
    return as_before;
}
