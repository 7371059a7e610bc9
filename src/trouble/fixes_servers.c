/* The servers themselves, their settings, and the reports' account. */
#include "fixes_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/checksum.h"
#include "mysql/optionfiles.h"
#include "steps/settings.h"
#include "symptoms_room.h"

/* What a filter leaves out is lost without a word: nothing is started beside one. */
int plan_start(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const char *value, *filter = symptom_filter(trouble, &value);
    if (filter != NULL) {
        err_set(err, ERR_REFUSED, "%s of the slave is %s: what it leaves out would be lost", filter, value);
        return err_hint(err, "`dualserver troubleshoot --fix filters` takes it away and starts replication");
    }
    fix_slave_sql(trouble, plan, mem_dup("start replication"), NULL, "");
    return 0;
}

static int apply_start_server(struct world *world, const struct change *change, struct err *err)
{
    return service_start(world->hosts[change->server], &facts_of(&world->facts, change->server)->service, err);
}

static int plan_start_server(struct trouble *trouble, enum side side, struct plan *plan, struct err *err)
{
    const struct service *service = &facts_of(&trouble->care->world.facts, side)->service;
    if (service->unit == NULL)
        return err_set(err, ERR_WORLD, "no service of a database server is known on the %s", side_name(side));
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = side,
                       .what = mem_printf("start %s", service->unit),
                       .after = service_command(service, "start"),
                       .restarts = true,
                       .apply = apply_start_server,
                   });
    return 0;
}

int plan_start_slave_server(struct trouble *trouble, struct plan *plan, struct err *err)
{
    return plan_start_server(trouble, SIDE_SLAVE, plan, err);
}

/* The slave tries again by itself, but after a while only. */
int plan_start_master_server(struct trouble *trouble, struct plan *plan, struct err *err)
{
    if (plan_start_server(trouble, SIDE_MASTER, plan, err) != 0)
        return -1;
    return trouble->care->sides[SIDE_SLAVE].server && trouble->status->configured ? plan_start(trouble, plan, err) : 0;
}

int plan_take_up(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct wanted gone[] = { { .key = "skip-slave-start", .gone = true, .why = "the slave takes replication up by itself again" },
                                   { .key = "skip-replica-start", .gone = true, .why = "the slave takes replication up by itself again" } };
    if (config_plan(&trouble->care->world.facts.slave, gone, sizeof gone / sizeof gone[0], plan, err) != 0)
        return -1;
    return trouble->status->configured ? plan_start(trouble, plan, err) : 0;
}

/* Of the plan that is carried out, as they were before it. */
static int take_files_back(struct world *world, enum side side, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < world->plan->count; i++) {
        const struct change *change = &world->plan->changes[i];
        if (change->kind != CHANGE_FILE || change->server != side || change->before == NULL)
            continue;
        rc = change_apply_file(world, &(struct change){ .kind = CHANGE_FILE, .server = side, .path = change->path, .before = change->after,
                                                        .after = change->before }, err);
    }
    return rc;
}

/* A server that does not start with the new options starts with the old ones. */
static int apply_restart(struct world *world, const struct change *change, struct err *err)
{
    struct host *host = world->hosts[change->server];
    const struct service *service = &facts_of(&world->facts, change->server)->service;
    struct err own = ERR_INIT;
    world_db_close(world, change->server);
    if (service_restart(host, service, err) == 0)
        return 0;
    if (take_files_back(world, change->server, &own) != 0 || service_start(host, service, &own) != 0)
        return err_hint(err, "it does not run now, and could not be started with its options as before: %.150s", own.text);
    return err_hint(err, "its option files are as they were before, and it runs again");
}

int plan_listen(struct trouble *trouble, struct plan *plan, struct err *err)
{
    struct world *world = &trouble->care->world;
    struct server_facts *master = &world->facts.master;
    struct wanted wanted[2];
    const size_t count = settings_listen(&world->facts, SIDE_MASTER, wanted);
    if (optionfiles_read(world->hosts[SIDE_MASTER], world->answers->master.cnf, master->dialect, master->version_number, &master->options,
                         err) != 0 ||
        config_plan(master, wanted, count, plan, err) != 0)
        return -1;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("restart %s", master->service.unit),
                       .why = mem_dup("it is asked for its addresses at its start only; the master is away for a moment"),
                       .after = service_command(&master->service, "restart"),
                       .restarts = true,
                       .apply = apply_restart,
                   });
    return plan_start(trouble, plan, err);
}

bool can_kill(const struct trouble *trouble)
{
    return trouble_longest(trouble) != NULL;
}

static const struct trouble_process *process_of(const struct trouble *trouble, uint64_t id)
{
    for (size_t i = 0; i < trouble->process_count; i++)
        if (trouble->processes[i].id == id)
            return &trouble->processes[i];
    return NULL;
}

int plan_kill(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct trouble_process *process = trouble->chosen != 0 ? process_of(trouble, trouble->chosen) : trouble_longest(trouble);
    struct buf sql = BUF_INIT;
    if (process == NULL)
        return err_set(err, ERR_REFUSED, "there is no thread %llu on the slave", (unsigned long long)trouble->chosen);
    if (process->keep) {
        err_set(err, ERR_REFUSED, "thread %llu of the slave is no report: %s, %s", (unsigned long long)process->id, process->user,
                process->command);
        return err_hint(err, "a thread of the replication is never killed: it would stop without an error");
    }
    char *shown = mem_dup_n(process->info, strnlen(process->info, 80));
    buf_addf(&sql, "KILL %llu\n", (unsigned long long)process->id);
    fix_sql(plan, SIDE_SLAVE, mem_printf("kill thread %llu of %s, which runs for %llu s: %s", (unsigned long long)process->id, process->user,
                                         (unsigned long long)process->seconds, shown),
            "a report can be asked for again", &sql);
    free(shown);
    return 0;
}

int plan_no_delay(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    const struct dialect *dialect = fix_slave_dialect(trouble);
    char *line = mem_printf("%s %s_DELAY = 0\n", dialect->change_master, dialect->key);
    fix_slave_sql(trouble, plan, mem_dup("execute changes as they come"), NULL, line);
    free(line);
    return 0;
}

static void add_filter(const struct trouble *trouble, const char *name, const char *value, struct buf *lines)
{
    if (fix_slave_dialect(trouble)->mariadb) {
        buf_adds(lines, "SET GLOBAL ");
        for (; *name != '\0'; name++)
            buf_addc(lines, (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name));
        buf_adds(lines, " = ");
        quote_sql(lines, value, strlen(value));
    } else {
        buf_adds(lines, "CHANGE REPLICATION FILTER ");
        for (; *name != '\0'; name++)
            buf_addc(lines, (char)(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name));
        buf_adds(lines, " = (");
        if (value[0] != '\0')
            quote_sql(lines, value, strlen(value));
        buf_addc(lines, ')');
    }
    buf_addc(lines, '\n');
}

int plan_filters(struct trouble *trouble, struct plan *plan, struct err *err)
{
    static const char *const leave_out[] = { "Replicate_Ignore_DB", "Replicate_Do_Table", "Replicate_Ignore_Table", "Replicate_Wild_Ignore_Table" };
    const struct rows *rows = &trouble->status->rows;
    struct wanted gone[sizeof leave_out / sizeof leave_out[0]];
    static const char *const options[] = { "replicate-ignore-db", "replicate-do-table", "replicate-ignore-table", "replicate-wild-ignore-table" };
    size_t count = 0;
    struct buf lines = BUF_INIT;
    char *pattern = settings_wild_pattern(trouble->care->world.answers->database);
    for (size_t i = 0; i < sizeof leave_out / sizeof leave_out[0]; i++)
        if (row_str(rows, 0, leave_out[i])[0] != '\0') {
            add_filter(trouble, leave_out[i], "", &lines);
            gone[count++] = (struct wanted){ .key = options[i], .gone = true, .why = "it leaves a part of the database out" };
        }
    const char *wild = row_str(rows, 0, "Replicate_Wild_Do_Table");
    if (wild[0] != '\0' && strstr(wild, pattern) == NULL)
        add_filter(trouble, "Replicate_Wild_Do_Table", pattern, &lines);
    free(pattern);
    const int rc = count > 0 ? config_plan(&trouble->care->world.facts.slave, gone, count, plan, err) : 0;
    if (rc == 0)
        fix_slave_sql(trouble, plan, mem_dup("take the filters away that leave a part of the database out"),
                      "what they left out until now is not on the slave: it counts as doubtful until its checksums agree", buf_str(&lines));
    buf_free(&lines);
    return rc;
}

int plan_disable_events(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "SET SESSION sql_log_bin = 0\n");
    for (size_t i = 0; i < trouble->events.count; i++) {
        const char *definer = trouble->event_definers.items[i], *at = strrchr(definer, '@');
        const size_t user = at != NULL ? (size_t)(at - definer) : strlen(definer);
        buf_adds(&sql, "ALTER DEFINER = "); /* else it becomes ours */
        quote_sql(&sql, definer, user);
        buf_addc(&sql, '@');
        quote_sql(&sql, at != NULL ? at + 1 : "", at != NULL ? strlen(at + 1) : 0);
        buf_adds(&sql, " EVENT ");
        quote_table(&sql, trouble->care->world.answers->database, trouble->events.items[i]);
        buf_adds(&sql, " DISABLE ON SLAVE\n");
    }
    fix_sql(plan, SIDE_SLAVE, mem_dup("disable the database's events on the slave"), "what they do arrives by replication", &sql);
    return 0;
}

int plan_writable(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)trouble, (void)err;
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "SET GLOBAL read_only = 0\n");
    fix_sql(plan, SIDE_MASTER, mem_dup("let the master take writes"), NULL, &sql);
    return 0;
}

bool can_reports_login(const struct trouble *trouble)
{
    return trouble->billing.user != NULL && trouble->billing.password != NULL && trouble->login.user_host != NULL &&
           trouble->care->sides[SIDE_SLAVE].server;
}

int plan_reports_login(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    struct world *world = &trouble->care->world;
    const enum account_plugin plugin = settings_reports_plugin(&world->facts);
    struct buf sql = BUF_INIT, grant = BUF_INIT;
    secret_free(world->reports_password);
    world->reports_password = secret_copy(trouble->billing.password);
    buf_adds(&grant, "SELECT, DROP, CREATE ON ");
    settings_grant_database(&grant, trouble->care->world.answers->database);
    account_statements(&sql, fix_slave_dialect(trouble),
                       &(struct account){ .user = trouble->billing.user, .host = trouble->login.user_host, .plugin = plugin,
                                          .hash = plugin == ACCOUNT_SHA2 ? SECRET_REPORTS_SHA2 : SECRET_REPORTS_NATIVE,
                                          .grant = buf_str(&grant), .require_tls = world->answers->replication.tls == TLS_REQUIRE });
    fix_sql(plan, SIDE_SLAVE, mem_printf("make %s@%s what billing.ini says", trouble->billing.user, trouble->login.user_host),
            plugin == ACCOUNT_SHA2 ? "its password is kept as caching_sha2_password, the only one that this server has"
                                   : "its password is kept as mysql_native_password, which every client speaks", &sql);
    buf_free(&grant);
    return 0;
}

bool can_compare(const struct trouble *trouble)
{
    return trouble->care->sides[SIDE_MASTER].server && trouble->care->sides[SIDE_SLAVE].server && slave_status_running(trouble->status);
}

/* The inventory, cut down to the doubtful tables. What was cut is freed with it. */
static void keep_doubtful(struct inventory *inventory, const char *names)
{
    size_t kept = 0;
    for (size_t i = 0; i < inventory->table_count; i++) {
        char *line = mem_printf("\n%s\n", inventory->tables[i].name);
        if (strcmp(names, "\n" "*" "\n") == 0 || strstr(names, line) != NULL) {
            const struct table swap = inventory->tables[kept];
            inventory->tables[kept++] = inventory->tables[i];
            inventory->tables[i] = swap;
        }
        free(line);
    }
    for (size_t i = kept; i < inventory->table_count; i++)
        inventory->tables[i].carry = CARRY_DEFINITION; /* these are not compared */
}

static int judge(const struct checksum_result *result, struct err *err)
{
    if (result->differing == 0)
        return 0;
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < result->differ.count; i++)
        buf_addf(&names, "%s%s", i > 0 ? "; " : "", result->differ.items[i]);
    err_set(err, ERR_WORLD, "%zu of %zu tables differ from the master's: %s", result->differing, result->compared, buf_str(&names));
    buf_free(&names);
    return err_hint(err, "they stay doubtful: set the slave up anew, or carry these tables over");
}

/* path: the names, each between newlines. */
static int apply_compare(struct world *world, const struct change *change, struct err *err)
{
    struct inventory inventory = { .table_count = 0 };
    struct checksum_result result = { .compared = 0 };
    struct db *lock = world_db_open(world, SIDE_MASTER, err), *master = lock != NULL ? world_db(world, SIDE_MASTER, err) : NULL;
    struct db *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    int rc = slave != NULL ? inventory_read(master, world->answers->database, &inventory, err) : -1;
    if (rc == 0) {
        inventory_choose(&inventory, facts_kind(&world->facts.master), facts_kind(&world->facts.slave), false);
        keep_doubtful(&inventory, change->path);
        rc = checksum_compare(&(struct checksum_job){ .master = master, .slave = slave, .master_lock = lock, .inventory = &inventory,
                                                      .wait_seconds = 60 }, &result, err);
    }
    if (rc == 0)
        rc = judge(&result, err);
    checksum_result_free(&result);
    inventory_free(&inventory);
    db_close(lock);
    return rc;
}

int plan_compare(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    struct buf names = BUF_INIT;
    const bool all = strings_has(&trouble->doubts, "*");
    buf_addc(&names, '\n');
    for (size_t i = 0; i < trouble->doubts.count; i++)
        if (!all || strcmp(trouble->doubts.items[i], "*") == 0)
            buf_addf(&names, "%s\n", trouble->doubts.items[i]);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = all ? mem_dup("compare all tables with the master's") : mem_printf("compare %zu tables with the master's", trouble->doubts.count),
                       .why = mem_dup("when they agree they are doubtful no more; nothing is changed"),
                       .path = buf_steal(&names),
                       .apply = apply_compare,
                   });
    return 0;
}
