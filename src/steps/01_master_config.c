#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "steps/config.h"
#include "steps/settings.h"

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    const struct server_facts *master = &facts->master;
    char *id = mem_printf("%u", settings_server_id(facts, answers, SIDE_MASTER));
    struct wanted wanted[8];
    size_t n = 0;
    wanted[n++] = (struct wanted){ .key = "server-id", .value = id,
                                   .why = "every server of a replication needs a number of its own" };
    if (!master->log_bin)
        wanted[n++] = (struct wanted){ .key = "log-bin", .value = "mysql-bin",
                                       .why = "the slave reads the binary log; a bare log-bin changes its name with the host's" };
    if (master->dialect->binlog_format == NULL)
        plan_note(plan, 1, "this server logs statements only: what a statement does on the master it must do on the slave again, "
                           "so statements that read tables of other databases, or give another result each time, make the data differ");
    else
        wanted[n++] = (struct wanted){ .key = master->dialect->binlog_format, .value = "ROW",
                                       .why = "with STATEMENT or MIXED, writes made without USE are lost by the slave's filter",
                                       .unless = "row" };
    n += settings_listen(facts, SIDE_MASTER, &wanted[n]);
    if (answers->as_written)
        wanted[n++] = (struct wanted){ .key = "replicate-do-db", .value = answers->database,
                                       .why = "as the how-to writes it; without effect on a master" };
    else
        plan_note(plan, 1, "the how-to writes replicate-do-db = %s on the master; not here: it has no effect on a master",
                  answers->database);
    if (!master->log_bin)
        plan_note(plan, 1, "the how-to writes a bare log-bin; here log-bin = mysql-bin, because the bare name follows the host "
                           "name or pid file");
    int rc = config_plan(master, wanted, n, plan, err);
    free(id);
    return rc;
}

const struct step step_master_config = {
    .number = 1,
    .id = "master-config",
    .title = "Edit my.cnf on the master",
    .howto = "Edit the my.cnf file on the master server: server-id, log-bin",
    .plan = plan,
};
