#include "engine/recover.h"

#include <poll.h>
#include <string.h>

#include "host/service.h"
#include "steps/aside.h"
#include "steps/config.h"
#include "steps/step.h"

#define RECONNECT_TRIES 12
#define RECONNECT_PAUSE_MS 5000

/* The old session may hang in the middle of a command; a clone is a new one to the same machine. */
static int reconnect(struct world *world, enum side side, struct err *err)
{
    struct host *old = world->hosts[side];
    old->cancel_fd = -1;
    world_db_close(world, side);
    for (int i = 0; i < RECONNECT_TRIES; i++) {
        struct host *fresh = host_clone(old, err);
        if (fresh != NULL) {
            fresh->cancel_fd = -1;
            fresh->log = old->log;
            fresh->log_context = old->log_context;
            host_close(old);
            world->hosts[side] = fresh;
            return 0;
        }
        world_note(world, SEVERITY_WARNING, "%s: %s; trying again", side_name(side), err->text);
        poll(NULL, 0, RECONNECT_PAUSE_MS);
    }
    return -1;
}

static int start_master(struct world *world, struct err *err)
{
    const struct service *service = &world->facts.master.service;
    struct host *host = world->hosts[SIDE_MASTER];
    if (service_start(host, service, err) == 0 && world_db(world, SIDE_MASTER, err) != NULL)
        return 0;
    world_note(world, SEVERITY_WARNING, "the master does not start with the new configuration; taking it back");
    if (config_put_back(world, SIDE_MASTER, err) != 0)
        return -1;
    world_db_close(world, SIDE_MASTER);
    return service_start(host, service, err) == 0 && world_db(world, SIDE_MASTER, err) != NULL ? 0 : -1;
}

static void recover_master(struct world *world, int step, struct buf *state)
{
    struct err err = ERR_INIT;
    bool up = reconnect(world, SIDE_MASTER, &err) == 0;
    if (up && world->master_stopped)
        up = start_master(world, &err) == 0;
    else if (up)
        up = world_db(world, SIDE_MASTER, &err) != NULL;
    if (up) {
        world->master_stopped = false;
        world_downtime_end(world);
        buf_addf(state, "the master's mysqld runs%s. ",
                 step > 1 ? ", with its option files as planned (dated backups beside them)" : "");
    } else {
        buf_addf(state, "THE MASTER could not be seen running: %s. Start it: systemctl start %s. ", err.text,
                 world->facts.master.service.unit);
    }
}

/* Between the swap of step 8 and skip-slave-start of step 10, an old replication would resume onto new data. */
static bool slave_may_start(const struct world *world, int step)
{
    return !(world->facts.slave.slave_status.configured && step >= 8 && step <= 10);
}

static void recover_slave(struct world *world, int step, struct buf *state)
{
    struct err err = ERR_INIT;
    bool reached = reconnect(world, SIDE_SLAVE, &err) == 0;
    if (reached && world->slave_stopped && slave_may_start(world, step) &&
        service_start(world->hosts[SIDE_SLAVE], &world->facts.slave.service, &err) == 0)
        world->slave_stopped = false;
    if (!reached)
        buf_addf(state, "The slave could not be reached: %s. ", err.text);
    else if (step < 7)
        buf_adds(state, "The slave was not changed. ");
    else
        buf_addf(state, "The slave's mysqld %s; %s there is not proven. ", world->slave_stopped ? "is stopped" : "runs",
                 world->answers->database);
    if (step >= 7 && world->facts.slave.inventory.table_count > 0)
        buf_addf(state, "Its old tables are in " ASIDE_PREFIX "%s. ", world->run_id);
}

int recover_clean(struct world *world, struct err *err)
{
    static const char *const parts[2] = { [SIDE_MASTER] = "copy", [SIDE_SLAVE] = "incoming" };
    int rc = 0;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct err one = ERR_INIT;
        if (host_script(world->hosts[side], NULL, &one,
                        "# remove $1/$2\n"
                        "case $1 in */.dualserver-*) ;; *) echo \"not a run's folder: $1\" >&2; exit 1;; esac\n"
                        "[ -d \"$1\" ] || exit 0\n"
                        "rm -rf -- \"$1/$2\" \"$1\"/*.list && { rmdir -- \"$1\" 2>/dev/null || :; }",
                        world->run_dir[side], parts[side], NULL) != 0) {
            *err = one;
            rc = -1;
        }
    }
    return rc;
}

void recover(struct world *world, int step, struct buf *state)
{
    struct err err = ERR_INIT;
    world_unlock(world);
    recover_master(world, step, state);
    recover_slave(world, step, state);
    if (step >= 13)
        steps_prove_clean(world);
    if (recover_clean(world, &err) != 0)
        buf_addf(state, "The run's folder could not be removed: %s. ", err.text);
}
