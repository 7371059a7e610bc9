#include "care/billing.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/carry_out.h"
#include "care/check.h"
#include "engine/connect.h"
#include "host/file.h"
#include "mysql/account.h"
#include "steps/settings.h"

#define DEFAULT_PORT 3306u

enum { BAD_PHP = 45 }; /* exit status of our script */

int billing_read(struct care *care, struct billing_ini *ini, struct err *err)
{
    const char *path = care->world.answers->reports.billing_ini;
    struct buf text = BUF_INIT;
    *ini = (struct billing_ini){ .count = 0 };
    if (file_read(care->world.hosts[SIDE_MASTER], path, &text, err) != 0) {
        err_wrap(err, "cannot read %s on the master", path);
        return err->hint[0] != '\0' ? -1 : err_hint(err, "billing_ini in [reports] of the answers names the report program's configuration on the master");
    }
    int rc = 0;
    if (memchr(buf_str(&text), '\0', text.len) != NULL)
        rc = err_set(err, ERR_REFUSED, "%s on the master has a NUL byte in it", path);
    else
        billing_ini_parse(ini, buf_str(&text), text.len);
    if (rc == 0 && ini->trouble != NULL)
        rc = err_set(err, ERR_REFUSED, "%s on the master is no PHP that can be edited safely: %s", path, ini->trouble);
    if (rc != 0)
        err_hint(err, "nothing was touched; mend it by hand");
    buf_wipe(&text);
    return rc;
}

int billing_lint(struct care *care, const struct billing_ini *ini, const char *which, struct err *err)
{
    static const char script[] = "#:\n# php -l\n"
                                 "command -v php >/dev/null 2>&1 || exit 44\n"
                                 "said=$(php -d display_errors=1 -l 2>&1) && exit 0\n"
                                 "printf '%s\\n' \"$said\" | sed -n 's/.*error.* on line \\([0-9][0-9]*\\).*/\\1/p' | head -n 1\n"
                                 "exit 45";
    struct buf line = BUF_INIT;
    int status = 0;
    int rc = host_script_with(care->world.hosts[SIDE_MASTER], buf_str(&ini->text), ini->text.len, 0, &status, &line, err, script, NULL);
    buf_trim(&line);
    if (rc == 0 && status == BAD_PHP) {
        rc = err_set(err, ERR_REFUSED, "%s, %s, is no valid PHP: php -l finds a fault in line %s",
                     care->world.answers->reports.billing_ini, which, line.len > 0 ? buf_str(&line) : "?");
        err_hint(err, "nothing was touched; `php -l` on the master says more");
    }
    buf_free(&line);
    return rc;
}

void billing_login_options(const struct world *world, struct buf *to)
{
    const struct server_facts *master = &world->facts.master;
    const bool tls = world->answers->replication.tls == TLS_REQUIRE;
    const char *slash = master->client_tool != NULL ? strrchr(master->client_tool, '/') : NULL;
    if (master->dialect != NULL ? master->dialect->mariadb : slash != NULL && strcmp(slash, "/mariadb") == 0)
        buf_addf(to, "ssl=%d\nssl-verify-server-cert=0\n", tls);
    else
        buf_addf(to, "loose-ssl-mode=%s\nloose-get-server-public-key=1\n", tls ? "REQUIRED" : "DISABLED");
}

/* The slave's address as PHP takes it: with a port only where it is not the usual one. */
static char *slave_place(const struct care *care)
{
    const struct server_facts *slave = &care->world.facts.slave;
    if (slave->port == DEFAULT_PORT)
        return mem_dup(slave->address);
    return strchr(slave->address, ':') != NULL ? mem_printf("[%s]:%u", slave->address, slave->port)
                                               : mem_printf("%s:%u", slave->address, slave->port);
}

static int need_slave(struct care *care, struct err *err)
{
    struct world *world = &care->world;
    const struct slave_status *status = &world->facts.slave.slave_status;
    if (care_need(care, SIDE_MASTER, err) != 0 || care_need(care, SIDE_SLAVE, err) != 0)
        return -1;
    if (!slave_status_running(status) || status->seconds_behind >= CHECK_DELAY_CRITICAL_S) {
        err_set(err, ERR_REFUSED, "%s is not a slave that is up to date (IO %s, SQL %s, %lld s behind): reports from it would be stale",
                world->facts.slave.host, status->io_running != NULL ? status->io_running : "no",
                status->sql_running != NULL ? status->sql_running : "no", status->seconds_behind);
        return err_hint(err, "`dualserver check` says what is wrong; `dualserver billing --off` has the reports read from the master meanwhile");
    }
    if (facts_addresses(world, err) != 0)
        return -1;
    if (world->facts.slave.address != NULL)
        return 0;
    err_set(err, ERR_REFUSED, "no address is known by which the master reaches the slave");
    return err_hint(err, "give `address` in [slave] of the answers");
}

/* What an account that is not there, or has another password, answers. Everything else is no matter of the password. */
static bool account_to_be_set(const struct err *said)
{
    static const int numbers[] = { 1045, 1130, 1698 };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (said->detail == numbers[i])
            return true;
    return false;
}

/* 1: lets in, or could not be tried; 0: the account has to be set; -1: no password helps. */
static int lets_in(struct world *world, const struct secret *password, bool *tried, struct err *err)
{
    const struct server_facts *slave = &world->facts.slave;
    struct buf options = BUF_INIT, out = BUF_INIT;
    struct err said = ERR_INIT;
    billing_login_options(world, &options);
    const struct login login = { .host = slave->address, .port = slave->port, .user = world->answers->reports.user,
                                 .password = password, .options = buf_str(&options) };
    int rc = login_run(world, SIDE_MASTER, &login, "SELECT 1", &out, tried, &said);
    buf_free(&options);
    buf_free(&out);
    if (rc == 0)
        return 1;
    if (account_to_be_set(&said))
        return 0;
    *err = said;
    err->code = ERR_REFUSED;
    err_wrap(err, "tried from the master");
    return err_hint(err, "nothing was touched; `dualserver troubleshoot` goes through network, port, account and plugin");
}

static int login_applied(struct world *world, const struct change *change, struct err *err)
{
    bool tried = false;
    (void)change;
    int rc = lets_in(world, world->reports_password, &tried, err);
    if (rc == 0)
        rc = err_set(err, ERR_AUTH, "the slave does not let %s in from the master, although its password was set", world->answers->reports.user);
    return rc == 1 ? 0 : -1;
}

/* The host part of the account that is there already: the master's own address first, else the only one. */
static char *account_host(struct care *care, struct err *err)
{
    const struct answers *answers = care->world.answers;
    const char *ours = settings_account_host(&care->world.facts, SIDE_MASTER);
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    char *host = NULL;
    struct db *db = world_db(&care->world, SIDE_SLAVE, err);
    buf_adds(&sql, "SELECT Host FROM mysql.user WHERE User = ");
    quote_sql(&sql, answers->reports.user, strlen(answers->reports.user));
    if (db != NULL && db_query(db, &rows, err, buf_str(&sql)) == 0) {
        host = mem_dup(rows.count == 1 ? row_str(&rows, 0, "Host") : ours);
        for (size_t i = 0; i < rows.count; i++)
            if (strcmp(row_str(&rows, i, "Host"), ours) == 0) {
                free(host);
                host = mem_dup(ours);
            }
    }
    rows_free(&rows);
    buf_free(&sql);
    return host;
}

static int plan_account(struct care *care, struct plan *plan, struct err *err)
{
    const struct facts *facts = &care->world.facts;
    const struct answers *answers = care->world.answers;
    struct buf grant = BUF_INIT, sql = BUF_INIT;
    const enum account_plugin plugin = settings_reports_plugin(facts);
    char *host = account_host(care, err);
    if (host == NULL)
        return -1;
    buf_adds(&grant, "SELECT, DROP, CREATE ON ");
    settings_grant_database(&grant, answers->database);
    account_statements(&sql, facts->slave.dialect,
                       &(struct account){ .user = answers->reports.user, .host = host, .plugin = plugin,
                                          .hash = plugin == ACCOUNT_SHA2 ? SECRET_REPORTS_SHA2 : SECRET_REPORTS_NATIVE,
                                          .grant = buf_str(&grant), .require_tls = answers->replication.tls == TLS_REQUIRE });
    plan_add(plan, &(struct change){ .kind = CHANGE_SQL, .server = SIDE_SLAVE,
                                     .what = mem_printf("set the password of %s@%s by its hash", answers->reports.user, host),
                                     .why = mem_dup(answers->reports.password_file != NULL
                                                        ? "it does not let the master in with the password of password_file"
                                                        : "no password_file is given, and what billing.ini has does not let the master in: a "
                                                          "new one is made, which only billing.ini keeps"),
                                     .after = buf_steal(&sql) });
    plan_add(plan, &(struct change){ .kind = CHANGE_RUN, .server = SIDE_MASTER,
                                     .what = mem_printf("log in to %s as %s", facts->slave.address, answers->reports.user),
                                     .why = mem_dup("before the reports are pointed there"), .apply = login_applied });
    buf_free(&grant);
    free(host);
    return 0;
}

/* From the file of the answers, from billing.ini, or a new one; and whether the account has to be set to it. */
static int choose_password(struct care *care, const struct billing_ini *ini, struct plan *plan, struct err *err)
{
    struct world *world = &care->world;
    const struct answers *answers = world->answers;
    struct buf user = BUF_INIT, now = BUF_INIT;
    bool tried = true;
    int in = 0;
    secret_free(world->reports_password); /* of a plan before this one */
    world->reports_password = NULL;
    if (answers->reports.password_file != NULL) {
        world->reports_password = secret_from_file(answers->reports.password_file, err);
        if (world->reports_password == NULL) {
            err->code = ERR_ANSWERS;
            return -1;
        }
    } else if (ini != NULL && billing_ini_get(ini, "slavedbuser", &user) == BILLING_INI_KNOWN &&
               strcmp(buf_str(&user), answers->reports.user) == 0 && billing_ini_get(ini, "slavedbpass", &now) == BILLING_INI_KNOWN &&
               now.len > 0) {
        world->reports_password = secret_new(buf_str(&now), now.len);
    }
    if (world->reports_password != NULL)
        in = lets_in(world, world->reports_password, &tried, err);
    if (in == 0 && answers->reports.password_file == NULL) {
        secret_free(world->reports_password);
        world->reports_password = secret_random(PASSWORD_LENGTH, err);
        in = world->reports_password != NULL ? 0 : -1;
    }
    buf_free(&user);
    buf_wipe(&now);
    if (!tried)
        plan_note(plan, 0, "the master's host has no client: the login was not tried");
    return in < 0 ? -1 : in == 1 ? 0 : plan_account(care, plan, err);
}

struct setting_wish {
    const char *name, *value;
    enum billing_ini_form form;
};

static size_t wishes(const struct care *care, const struct billing_wish *wish, const char *place, struct setting_wish *settings)
{
    const struct answers *answers = care->world.answers;
    size_t n = 0;
    if (wish->place != BILLING_AS_IT_IS)
        settings[n++] = (struct setting_wish){ "use_slave_db", wish->place == BILLING_SLAVE ? "1" : "0", BILLING_INI_NUMBER };
    if (wish->place == BILLING_SLAVE) {
        settings[n++] = (struct setting_wish){ "slavedbhost", place, BILLING_INI_TEXT };
        settings[n++] = (struct setting_wish){ "slavedbuser", answers->reports.user, BILLING_INI_TEXT };
        settings[n++] = (struct setting_wish){ "slavedbpass", secret_text(care->world.reports_password), BILLING_INI_TEXT };
        settings[n++] = (struct setting_wish){ "slavedbname", answers->database, BILLING_INI_TEXT };
    }
    if (wish->errors >= 0) {
        settings[n++] = (struct setting_wish){ "report_sql_errors", wish->errors > 0 ? "1" : "0", BILLING_INI_NUMBER };
        settings[n++] = (struct setting_wish){ "report_php_errors", wish->errors > 0 ? "1" : "0", BILLING_INI_NUMBER };
    }
    return n;
}

static char *masked_diff(const char *path, const struct billing_ini *before, const struct billing_ini *after)
{
    struct buf texts[2] = { BUF_INIT, BUF_INIT }, passwords[2] = { BUF_INIT, BUF_INIT }, diff = BUF_INIT;
    billing_ini_get(before, "slavedbpass", &passwords[0]);
    billing_ini_get(after, "slavedbpass", &passwords[1]);
    billing_ini_masked(before, "********", &texts[0]);
    billing_ini_masked(after, strcmp(buf_str(&passwords[0]), buf_str(&passwords[1])) == 0 ? "********" : "******** (another one)", &texts[1]);
    cnf_diff(&diff, path, buf_str(&texts[0]), texts[0].len, buf_str(&texts[1]), texts[1].len);
    for (size_t i = 0; i < 2; i++) {
        buf_free(&texts[i]);
        buf_wipe(&passwords[i]);
    }
    return buf_steal(&diff);
}

static const char *why(const struct billing_wish *wish)
{
    return wish->place == BILLING_SLAVE    ? "the report program reads from the slave"
           : wish->place == BILLING_MASTER ? "the report program reads from the master again"
           : wish->errors > 0              ? "the report program says what goes wrong; switch it off again afterwards"
                                           : "the report program keeps errors to itself again";
}

static int plan_file(struct care *care, const struct billing_ini *ini, const struct billing_wish *wish,
                     const struct setting_wish *settings, size_t count, struct billing *billing, struct err *err)
{
    struct billing_ini edited;
    struct buf names = BUF_INIT;
    int rc = 0;
    billing_ini_parse(&edited, buf_str(&ini->text), ini->text.len);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const size_t before = edited.text.len;
        struct buf old = BUF_INIT;
        buf_add(&old, buf_str(&edited.text), before);
        rc = billing_ini_set(&edited, settings[i].name, settings[i].value, settings[i].form, err);
        if (rc == 0 && (edited.text.len != before || memcmp(buf_str(&edited.text), buf_str(&old), before) != 0))
            buf_addf(&names, "%s$%s", names.len > 0 ? ", " : "", settings[i].name);
        buf_wipe(&old);
    }
    if (rc != 0)
        err->code = ERR_REFUSED;
    if (rc == 0 && names.len > 0 && (rc = billing_lint(care, &edited, "as it would be", err)) == 0)
        plan_add(&billing->plan, &(struct change){ .kind = CHANGE_FILE, .server = SIDE_MASTER,
                                                   .what = mem_printf("set %s in %s", buf_str(&names), billing->file),
                                                   .why = mem_dup(why(wish)), .path = mem_dup(billing->file),
                                                   .before = mem_dup(buf_str(&ini->text)), .after = mem_dup(buf_str(&edited.text)),
                                                   .shown = masked_diff(billing->file, ini, &edited),
                                                   .undo = mem_dup("the dated backup beside it has the old content") });
    buf_free(&names);
    billing_ini_free(&edited);
    return rc;
}

/* Without a file to edit: for a person. The password is nowhere shown. */
static int make_paste(const struct care *care, const struct setting_wish *settings, size_t count, struct billing *billing, struct err *err)
{
    const char *password_file = care->world.answers->reports.password_file;
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].name, "slavedbpass") == 0)
            buf_addf(&text, "$slavedbpass = \"********\"; // the first line of %s on this machine", password_file != NULL ? password_file : "");
        else
            billing_ini_line(&text, settings[i].name, settings[i].value, settings[i].form);
        buf_addc(&text, '\n');
        if (strcmp(settings[i].name, "slavedbpass") == 0 && password_file == NULL) {
            buf_free(&text);
            err_set(err, ERR_REFUSED, "the answers name neither billing_ini nor a password_file in [reports]: the password would be kept nowhere");
            return err_hint(err, "give billing_ini (a path on the master), or password_file, or both");
        }
    }
    billing->paste = buf_steal(&text);
    return 0;
}

static void say_outcome(const struct care *care, const struct billing_wish *wish, const char *place, struct billing *billing)
{
    struct buf text = BUF_INIT;
    if (wish->place == BILLING_SLAVE)
        buf_addf(&text, "reports are read from the slave, %s", place);
    else if (wish->place == BILLING_MASTER)
        buf_addf(&text, "reports are read from the master, %s", care->world.facts.master.host);
    if (wish->errors >= 0)
        buf_addf(&text, "%sthe report program %s", text.len > 0 ? "; " : "", wish->errors > 0 ? "shows its errors" : "keeps errors to itself");
    billing->outcome = buf_steal(&text);
}

int billing_plan(struct care *care, const struct billing_wish *wish, struct billing *billing, struct err *err)
{
    struct billing_ini ini = { .count = 0 };
    struct setting_wish settings[8];
    char *place = NULL;
    int rc = 0;
    *billing = (struct billing){ .file = mem_dup(care->world.answers->reports.billing_ini) };
    if (!care->sides[SIDE_MASTER].looked)
        care_look(care, SIDE_MASTER);
    if (!care->sides[SIDE_MASTER].host) {
        *err = care->sides[SIDE_MASTER].why;
        return -1;
    }
    if (wish->place == BILLING_SLAVE)
        rc = need_slave(care, err);
    if (rc == 0 && billing->file != NULL && (rc = billing_read(care, &ini, err)) == 0)
        rc = billing_lint(care, &ini, "as it is", err);
    if (rc == 0 && wish->place == BILLING_SLAVE) {
        place = slave_place(care);
        rc = choose_password(care, billing->file != NULL ? &ini : NULL, &billing->plan, err);
    }
    if (rc == 0) {
        const size_t count = wishes(care, wish, place, settings);
        rc = billing->file != NULL ? plan_file(care, &ini, wish, settings, count, billing, err)
                                   : make_paste(care, settings, count, billing, err);
        say_outcome(care, wish, place, billing);
    }
    if (rc == 0 && wish->place == BILLING_SLAVE && care->world.facts.slave.port != DEFAULT_PORT)
        plan_note(&billing->plan, 0, "the slave listens on port %u: make sure that the report program takes a host with a port", care->world.facts.slave.port);
    billing_ini_free(&ini);
    free(place);
    return rc;
}

int billing_carry_out(struct care *care, struct billing *billing, struct err *err)
{
    const struct change *last = billing->plan.count > 0 ? &billing->plan.changes[billing->plan.count - 1] : NULL;
    if (care_carry_out(care, &billing->plan, err) != 0) {
        if (err->code == ERR_WORLD)
            err_hint(err, "nothing was written to it; run billing again, it plans with the file as it is then");
        return -1;
    }
    if (last != NULL && last->kind == CHANGE_FILE)
        billing->backup = mem_printf("%s.%s.bak", last->path, care->world.run_id);
    return 0;
}

void billing_free(struct billing *billing)
{
    plan_free(&billing->plan);
    free(billing->file);
    free(billing->paste);
    free(billing->backup);
    free(billing->outcome);
    *billing = (struct billing){ .file = NULL };
}
