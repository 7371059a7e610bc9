#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/service.h"
#include "steps/aside.h"
#include "steps/copy_way.h"
#include "steps/take_back.h"

static int apply_stop_replication(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *db = world_db(world, SIDE_SLAVE, err);
    return db == NULL ? -1 : db_exec(db, err, db_dialect(db)->stop);
}

static int apply_stop(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    world_db_close(world, SIDE_SLAVE);
    world->slave_stopped = true;
    return service_stop(world->hosts[SIDE_SLAVE], &world->facts.slave.service, err);
}

int aside_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const struct inventory *old = &facts->slave.inventory;
    if (old->table_count + old->object_count == 0)
        return 0;
    struct buf what = BUF_INIT;
    buf_addf(&what, "move the slave's own %s aside: %zu tables, ", answers->database, old->table_count);
    quote_size(&what, old->bytes);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = buf_steal(&what),
                       .why = mem_dup("nothing is deleted: the old tables stay, under another database's name"),
                       .after = mem_dup("RENAME TABLE each of them into the database " ASIDE_PREFIX "RUN; its views, triggers, "
                                        "routines and events are written to the run's folder, then dropped"),
                       .undo = mem_dup("RENAME TABLE back, then the definitions"),
                       .destroys = true,
                       .apply = aside_apply,
                       .revert = aside_revert,
                   });
    plan_note(plan, 7, "the how-to overwrites the slave's files in step 8; here the old tables are renamed aside, because the new "
                       "ones are not proven yet");
    return 0;
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    const struct server_facts *slave = &facts->slave;
    if (slave->slave_status.configured)
        plan_add(plan, &(struct change){
                           .kind = CHANGE_RUN,
                           .server = SIDE_SLAVE,
                           .what = mem_printf("stop its replication from %s", slave->slave_status.master_host),
                           .after = mem_dup(slave->dialect->stop),
                           .undo = mem_dup(slave->dialect->start),
                           .destroys = true,
                           .apply = apply_stop_replication,
                           .keep = replication_keep,
                           .revert = replication_revert,
                           .revert_last = true,
                       });
    if (copy_way_plan(7, facts, answers, plan, err) != 0)
        return -1;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("stop %s", slave->service.unit),
                       .after = service_command(&slave->service, "stop"),
                       .undo = service_command(&slave->service, "start"),
                       .restarts = true,
                       .apply = apply_stop,
                   });
    return 0;
}

static int verify(struct world *world, struct err *err)
{
    bool active = true;
    if (service_active(world->hosts[SIDE_SLAVE], &world->facts.slave.service, &active, err) != 0)
        return -1;
    return active ? err_set(err, ERR_WORLD, "mysqld still runs on the slave after it was stopped") : 0;
}

const struct step step_slave_stop = {
    .number = 7,
    .id = "slave-stop",
    .title = "Stop mysqld on the slave",
    .howto = "Stop MySQL server on slave",
    .plan = plan,
    .verify = verify,
};
