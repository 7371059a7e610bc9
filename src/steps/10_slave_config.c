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
    wanted[n++] = (struct wanted){ "server-id", id, "another number than the master's", NULL };
    if (answers->as_written)
        wanted[n++] = (struct wanted){ "replicate-do-db", answers->database, "as the how-to writes it", NULL };
    else
        wanted[n++] = (struct wanted){ "replicate-wild-do-table", pattern,
                                       "only this database, also for statements made without USE", NULL };
    wanted[n++] = (struct wanted){ "relay-log", "mysql-relay-bin", "the default name changes with the host's", NULL };
    wanted[n++] = (struct wanted){ "skip-slave-start", NULL,
                                   "nothing is replicated before step 12 has set the right place; taken out again then", NULL };
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
