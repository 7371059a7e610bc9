#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/login.h"
#include "steps/settings.h"
#include "steps/take_back.h"
#include "steps/tls.h"

/* Which client the report program is built with is not known: what it has to speak is told. */
static void plan_login(const struct facts *facts, const struct answers *answers, struct plan *plan)
{
    struct buf text = BUF_INIT;
    if (settings_reports_plugin(facts) == ACCOUNT_SHA2)
        plan_note(plan, 14, "the password is kept as caching_sha2_password, the only one that this server has: PHP speaks it from 7.4 "
                            "on, older clients cannot log in");
    else
        plan_note(plan, 14, "the password is kept as mysql_native_password, which every client since MySQL 4.1 speaks%s",
                  facts->slave.dialect->sha2_as != NULL ? "; MySQL 9 has it no more, so it must be set anew before an upgrade to that" : "");
    tls_explain(facts, answers, SIDE_SLAVE, &text);
    plan_note(plan, 14, "the report program's connection may be %s", buf_str(&text));
    if (answers->replication.tls == TLS_REQUIRE)
        plan_note(plan, 14, "tls = require: the slave lets %s in over TLS only, so the report program must ask for it (mysqli: "
                            "ssl_set and MYSQLI_CLIENT_SSL; PDO: MYSQL_ATTR_SSL_CA)", answers->reports.user);
    buf_free(&text);
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    if (facts->first_slave != NULL) {
        plan_note(plan, 14, "reports are read from the first slave, %s: this one needs no account for them", facts->first_slave);
        return 0;
    }
    const char *host = settings_account_host(facts, SIDE_MASTER);
    struct buf grant = BUF_INIT, sql = BUF_INIT;
    buf_adds(&grant, "SELECT, DROP, CREATE ON ");
    settings_grant_database(&grant, answers->database);
    const enum account_plugin plugin = settings_reports_plugin(facts);
    account_statements(&sql, facts->slave.dialect,
                       &(struct account){ .user = answers->reports.user, .host = host, .plugin = plugin,
                                          .hash = plugin == ACCOUNT_SHA2 ? SECRET_REPORTS_SHA2 : SECRET_REPORTS_NATIVE,
                                          .grant = buf_str(&grant),
                                          .require_tls = answers->replication.tls == TLS_REQUIRE });
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("grant %s@%s read access for reports", answers->reports.user, host),
                       .why = mem_dup("the master's report program reads from the slave with this account"),
                       .after = buf_steal(&sql),
                       .undo = mem_printf("DROP USER '%s'@'%s'", answers->reports.user, host),
                       .keep = account_keep,
                       .revert = account_revert,
                       .user = mem_dup(answers->reports.user),
                       .user_host = mem_dup(host),
                   });
    tls_plan_ca(facts, answers, SIDE_SLAVE, plan);
    plan_login(facts, answers, plan);
    plan_note(plan, 14, "SELECT, DROP and CREATE as the how-to writes; a DROP of a replicated table on the slave breaks replication");
    if (answers->reports.password_file == NULL)
        plan_note(plan, 14, "no password_file is given for reports: the account gets a strong password that only the server "
                            "knows; set one of yours when you fill in billing.ini");
    buf_free(&grant);
    return 0;
}

static int has_grants(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_SLAVE, err);
    struct buf sql = BUF_INIT;
    const char *user = world->answers->reports.user, *host = settings_account_host(&world->facts, SIDE_MASTER);
    struct rows rows = ROWS_INIT;
    if (db == NULL)
        return -1;
    buf_adds(&sql, "SHOW GRANTS FOR ");
    quote_sql(&sql, user, strlen(user));
    buf_addc(&sql, '@');
    quote_sql(&sql, host, strlen(host));
    int rc = db_query(db, &rows, err, buf_str(&sql));
    if (rc == 0 && rows.count < 2)
        rc = err_set(err, ERR_WORLD, "%s@%s was granted nothing on the slave", user, host);
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

/* From the master's own host. That the slave cannot be reached from there was told before anything was changed, and ends no run
 * that has proven its replication; that the account is refused is this step's own fault. */
static int verify(struct world *world, struct err *err)
{
    struct err said = ERR_INIT;
    bool tried = false;
    if (world->facts.first_slave != NULL)
        return 0;
    if (has_grants(world, err) != 0)
        return -1;
    if (login_try(world, SIDE_SLAVE, world->answers->reports.user, world->reports_password, &tried, &said) != 0) {
        if (said.code == ERR_AUTH) {
            *err = said;
            return err_wrap(err, "tried from the master");
        }
        world_note(world, SEVERITY_WARNING, "%s could not be tried from the master: %s", world->answers->reports.user, said.text);
    } else if (!tried) {
        world_note(world, SEVERITY_WARNING, "the master's host has no client: the login of %s was not tried",
                   world->answers->reports.user);
    }
    return 0;
}

const struct step step_grant_reports = {
    .number = 14,
    .id = "grant-reports",
    .title = "Grant the master read access for reports",
    .howto = "Grant access to Master to read reports from slave (required permissions: select, drop, create)",
    .plan = plan,
    .verify = verify,
};
