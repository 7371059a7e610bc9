#include "steps/step.h"

#include <stdlib.h>

#include "base/mem.h"
#include "steps/copy_way.h"
#include "steps/settings.h"

static int apply_owner(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct server_facts *slave = &world->facts.slave;
    char *owner = mem_printf("%s:%s", slave->mysql_user, slave->mysql_group);
    char *import = settings_path(world, SIDE_SLAVE, "incoming/import");
    int rc = host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: owner database in\n# chown -R $1 $2 $3\n"
                       "set -eu; owner=$1; shift\n"
                       "for folder; do [ -d \"$folder\" ] || continue\n"
                       "chown -R -- \"$owner\" \"$folder\"\n"
                       "find \"$folder\" -type d -exec chmod 0700 {} +; find \"$folder\" -type f -exec chmod 0660 {} +; done\n"
                       "! command -v restorecon >/dev/null 2>&1 || restorecon -R -- \"$1\" 2>/dev/null || :",
                       owner, slave->database_path, import, NULL);
    free(owner);
    free(import);
    return rc;
}

/* What step 8 put in place; where nothing was, what waits to be imported. */
static const char *owned_path(const struct server_facts *slave)
{
    return slave->dialect->dictionary ? "RUN/incoming/import" : slave->database_path;
}

int own_folder_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    const struct server_facts *slave = &facts->slave;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("set the owner of %s to %s:%s", owned_path(slave), slave->mysql_user,
                                          slave->mysql_group),
                       .why = mem_dup("mysqld must be able to write its files"),
                       .after = mem_printf("chown -R %s:%s %s", slave->mysql_user, slave->mysql_group, owned_path(slave)),
                       .apply = apply_owner,
                   });
    return 0;
}

int own_folder_verify(struct world *world, struct err *err)
{
    const struct server_facts *slave = &world->facts.slave;
    struct buf found = BUF_INIT;
    char *import = settings_path(world, SIDE_SLAVE, "incoming/import");
    int rc = host_script(world->hosts[SIDE_SLAVE], &found, err,
                         "#: owner owner database in\n# find $3 $4 ! -user $1 ! -group $2\n"
                         "user=$1 group=$2; shift 2\n"
                         "for folder; do [ -d \"$folder\" ] || continue\n"
                         "find \"$folder\" ! -user \"$user\" -print -quit; find \"$folder\" ! -group \"$group\" -print -quit; done",
                         slave->mysql_user, slave->mysql_group, slave->database_path, import, NULL);
    if (rc == 0 && found.len > 0)
        rc = err_set(err, ERR_WORLD, "files below %s or %s do not belong to %s:%s", slave->database_path, import,
                     slave->mysql_user, slave->mysql_group);
    free(import);
    buf_free(&found);
    return rc;
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    return copy_way_plan(9, facts, answers, plan, err);
}

static int verify(struct world *world, struct err *err)
{
    return copy_way_verify(9, world, err);
}

const struct step step_ownership = {
    .number = 9,
    .id = "ownership",
    .title = "Make sure the owner is mysql",
    .howto = "Make sure file owner is MySQL (normally mysql:mysql)",
    .plan = plan,
    .verify = verify,
};
