#include "steps/step.h"

#include <stdlib.h>

#include "base/mem.h"
#include "steps/config.h"
#include "steps/settings.h"

/* In an option file a backslash is doubled: the server reads "my\\_db.%" as the pattern my\_db.% . cnf_set() does that. */
static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    const struct server_facts *slave = &facts->slave;
    char *id = mem_printf("%u", settings_server_id(facts, answers, SIDE_SLAVE));
    char *pattern = settings_wild_pattern(answers->database);
    struct wanted wanted[8];
    size_t n = 0;
    wanted[n++] = (struct wanted){ .key = "server-id", .value = id, .why = "another number than the master's" };
    if (answers->as_written)
        wanted[n++] = (struct wanted){ .key = "replicate-do-db", .value = answers->database,
                                       .why = "as the how-to writes it" };
    else
        wanted[n++] = (struct wanted){ .key = "replicate-wild-do-table", .value = pattern,
                                       .why = "only this database, also for statements made without USE" };
    wanted[n++] = (struct wanted){ .key = "relay-log", .value = "mysql-relay-bin",
                                   .why = "the default name changes with the host's" };
    wanted[n++] = (struct wanted){ .key = "skip-slave-start",
                                   .why = "nothing is replicated before step 12 has set the right place; taken out again then" };
    n += settings_listen(facts, SIDE_SLAVE, &wanted[n]);
    if (!answers->as_written) {
        plan_note(plan, 10, "the how-to writes replicate-do-db = %s; here replicate-wild-do-table = %s, because the former loses "
                            "what is written without USE", answers->database, pattern);
        plan_note(plan, 10, "skip-slave-start is not in the how-to; it keeps an old master.info from resuming an old replication");
    }
    int rc = config_plan(slave, wanted, n, plan, err);
    free(id);
    free(pattern);
    return rc;
}

const struct step step_slave_config = {
    .number = 10,
    .id = "slave-config",
    .title = "Edit my.cnf on the slave",
    .howto = "Edit the my.cnf file on the slave: server-id = 2, replicate-do-db = billing",
    .plan = plan,
};
