#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/login.h"
#include "steps/settings.h"
#include "steps/take_back.h"
#include "steps/tls.h"

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const char *host = settings_account_host(facts, SIDE_SLAVE);
    const char *privileges =
        answers->as_written ? "SUPER, REPLICATION CLIENT, REPLICATION SLAVE, RELOAD ON *.*" : "REPLICATION SLAVE ON *.*";
    struct buf sql = BUF_INIT;
    const enum account_plugin plugin = settings_replication_plugin(facts);
    account_statements(&sql, facts->master.dialect,
                       &(struct account){ .user = answers->replication.user, .host = host, .plugin = plugin,
                                          .hash = plugin == ACCOUNT_SHA2 ? SECRET_REPLICATION_SHA2 : SECRET_REPLICATION_NATIVE,
                                          .grant = privileges, .require_tls = answers->replication.tls == TLS_REQUIRE });
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_MASTER,
                       .what = mem_printf("grant replication to %s@%s", answers->replication.user, host),
                       .why = mem_dup("the slave logs in with this account to read the binary log"),
                       .after = buf_steal(&sql),
                       .undo = mem_printf("DROP USER '%s'@'%s'", answers->replication.user, host),
                       .keep = account_keep,
                       .revert = account_revert,
                       .user = mem_dup(answers->replication.user),
                       .user_host = mem_dup(host),
                   });
    tls_plan_ca(facts, answers, SIDE_MASTER, plan);
    if (!answers->as_written)
        plan_note(plan, 5, "the how-to grants SUPER, REPLICATION CLIENT, REPLICATION SLAVE, RELOAD; here REPLICATION SLAVE alone, "
                           "which is all that replication needs");
    plan_note(plan, 5, "the how-to writes the password into the GRANT; here a hash computed by this program, because the clear text "
                       "would stand in the server's logs");
    return 0;
}

static int has_privilege(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_MASTER, err);
    struct buf sql = BUF_INIT;
    const char *user = world->answers->replication.user, *host = settings_account_host(&world->facts, SIDE_SLAVE);
    if (db == NULL)
        return -1;
    buf_adds(&sql, "SELECT Repl_slave_priv FROM mysql.user WHERE User = ");
    quote_sql(&sql, user, strlen(user));
    buf_adds(&sql, " AND Host = ");
    quote_sql(&sql, host, strlen(host));
    err_clear(err);
    char *value = db_value(db, err, buf_str(&sql));
    buf_free(&sql);
    int rc = value != NULL && strcmp(value, "Y") == 0 ? 0 : -1;
    if (rc != 0 && err->code == ERR_NONE)
        err_set(err, ERR_WORLD, "%s@%s has no REPLICATION SLAVE privilege on the master", user, host);
    free(value);
    return rc;
}

/* From the slave's own host, before anything there is stopped. */
static int verify(struct world *world, struct err *err)
{
    bool tried = false;
    if (has_privilege(world, err) != 0)
        return -1;
    if (login_try(world, SIDE_MASTER, world->answers->replication.user, world->replication_password, &tried, err) != 0) {
        err_wrap(err, "tried from the slave");
        return err_hint(err, "the slave's server was not touched; look at other accounts of that name on the master, at TLS and at "
                             "the way between the two");
    }
    if (!tried)
        world_note(world, SEVERITY_WARNING, "the slave's host has no client: the login of %s is first tried in step 12",
                   world->answers->replication.user);
    return 0;
}

const struct step step_grant_replication = {
    .number = 5,
    .id = "grant-replication",
    .title = "Grant replication to the slave",
    .howto = "On the master server grant replication permission to slave host",
    .plan = plan,
    .verify = verify,
};
