#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/service.h"
#include "import.h"
#include "steps/adopt.h"
#include "steps/copy.h"
#include "steps/copy_way.h"
#include "steps/settings.h"
#include "steps/take_back.h"

static int apply_start(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    if (service_start(world->hosts[SIDE_SLAVE], &world->facts.slave.service, err) != 0)
        return -1;
    if (world_db(world, SIDE_SLAVE, err) == NULL)
        return err_wrap(err, "the slave's mysqld was started but does not answer");
    world->slave_stopped = false;
    return 0;
}

/* Also where it does not run: then it is started only. */
static int apply_again(struct world *world, const struct change *change, struct err *err)
{
    world_db_close(world, SIDE_SLAVE);
    world->slave_stopped = true;
    return service_stop(world->hosts[SIDE_SLAVE], &world->facts.slave.service, err) != 0 ? -1 : apply_start(world, change, err);
}

static bool defines_trigger(const struct inventory *inventory, const char *definer)
{
    for (size_t i = 0; i < inventory->object_count; i++)
        if (inventory->objects[i].kind == OBJECT_TRIGGER && strcmp(inventory->objects[i].definer, definer) == 0)
            return true;
    return false;
}

/* Views and routines run with the rights of an account that exists on the master only: on the slave one of that name is
 * made that nobody can log in with. */
static void plan_definer(const struct facts *facts, const struct answers *answers, const char *definer, struct plan *plan)
{
    const struct dialect *dialect = facts->slave.dialect;
    const char *at = strrchr(definer, '@'), *host = at != NULL ? at + 1 : "%";
    char *user = at != NULL ? mem_dup_n(definer, (size_t)(at - definer)) : mem_dup(definer);
    struct buf sql = BUF_INIT, grant = BUF_INIT;
    buf_adds(&sql, "SET SESSION sql_log_bin = 0\n");
    buf_addf(&grant, "%s ON ", dialect->definer_rights);
    settings_grant_database(&grant, answers->database);
    account_nobody(&sql, dialect, user, host, buf_str(&grant));
    if (dialect->triggers_want_super && defines_trigger(&facts->master.inventory, definer))
        account_nobody(&sql, dialect, user, host, "SUPER ON *.*");
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("make the account %s, locked", definer),
                       .why = mem_dup("views and routines are defined by it and answer 1449 where it does not exist"),
                       .after = buf_steal(&sql),
                       .undo = mem_printf("DROP %s %s", dialect->role != NULL && *host == '\0' ? "ROLE" : "USER", definer),
                       .keep = account_keep,
                       .revert = account_revert,
                       .user = user,
                       .user_host = mem_dup(host),
                   });
    buf_free(&grant);
}

void adopt_plan_objects(const struct facts *facts, struct plan *plan)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("make the %zu views, routines, triggers and events",
                                          facts->master.inventory.object_count),
                       .why = mem_dup("they are definitions, not files; events arrive disabled, or they would run on both servers"),
                       .undo = mem_dup("DROP each"),
                       .apply = adopt_objects,
                   });
}

int adopt_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    const struct inventory *inventory = &facts->master.inventory;
    struct buf shown = BUF_INIT;
    import_describe(inventory, facts->slave.dialect, &shown);
    buf_adds(&shown, "CREATE and load rows: ");
    copy_describe(inventory, CARRY_ROWS, &shown);
    if (copy_count(inventory, CARRY_DEFINITION) > 0) {
        buf_adds(&shown, "\nCREATE only: ");
        copy_describe(inventory, CARRY_DEFINITION, &shown);
    }
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("adopt the tables that are more than their files"),
                       .why = mem_dup("the server keeps a dictionary beside the files; without an import it does not know these tables"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("DROP TABLE"),
                       .apply = adopt_tables,
                       .revert = fresh_revert,
                   });
    adopt_plan_objects(facts, plan);
    return 0;
}

void adopt_plan_again(const struct facts *facts, struct plan *plan)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("start %s once more", facts->slave.service.unit),
                       .why = mem_dup("a crash before that would recover the adopted tables from logs that do not know them, and lose rows"),
                       .after = service_command(&facts->slave.service, "restart"),
                       .restarts = true,
                       .apply = apply_again,
                   });
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("start %s", facts->slave.service.unit),
                       .after = service_command(&facts->slave.service, "start"),
                       .restarts = true,
                       .apply = apply_start,
                   });
    for (size_t i = 0; !plan->way->whole && i < facts->slave.missing_definers.count; i++) /* else they come along */
        plan_definer(facts, answers, facts->slave.missing_definers.items[i], plan);
    return copy_way_plan(11, facts, answers, plan, err);
}

static int verify(struct world *world, struct err *err)
{
    return copy_way_verify(11, world, err);
}

const struct step step_slave_start = {
    .number = 11,
    .id = "slave-start",
    .title = "Start mysqld on the slave",
    .howto = "Start mysql on slave",
    .plan = plan,
    .verify = verify,
};
