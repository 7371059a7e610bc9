#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/settings.h"

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const char *host = settings_account_host(facts, SIDE_MASTER);
    struct buf grant = BUF_INIT, sql = BUF_INIT;
    buf_adds(&grant, "SELECT, DROP, CREATE ON ");
    settings_grant_database(&grant, answers->database);
    const enum account_plugin plugin = settings_reports_plugin(facts);
    account_statements(&sql, facts->slave.dialect,
                       &(struct account){ .user = answers->reports.user, .host = host, .plugin = plugin,
                                          .hash = plugin == ACCOUNT_SHA2 ? SECRET_REPORTS_SHA2 : SECRET_REPORTS_NATIVE,
                                          .grant = buf_str(&grant) });
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("grant %s@%s read access for reports", answers->reports.user, host),
                       .why = mem_dup("the master's report program reads from the slave with this account"),
                       .after = buf_steal(&sql),
                       .undo = mem_printf("DROP USER '%s'@'%s'", answers->reports.user, host),
                   });
    plan_note(plan, 14, "SELECT, DROP and CREATE as the how-to writes; a DROP of a replicated table on the slave breaks replication");
    if (answers->reports.password_file == NULL)
        plan_note(plan, 14, "no password_file is given for reports: the account gets a strong password that only the server "
                            "knows; set one of yours when you fill in billing.ini");
    buf_free(&grant);
    return 0;
}

static int verify(struct world *world, struct err *err)
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

const struct step step_grant_reports = {
    .number = 14,
    .id = "grant-reports",
    .title = "Grant the master read access for reports",
    .howto = "Grant access to Master to read reports from slave (required permissions: select, drop, create)",
    .plan = plan,
    .verify = verify,
};
