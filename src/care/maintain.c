#include "care/maintain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/carry_out.h"
#include "care/check.h"
#include "mysql/optionfiles.h"
#include "steps/config.h"

#define DAY_S (24 * 60 * 60u)

static void add_log(struct log_files *logs, const char *name, uint64_t size)
{
    logs->items = mem_grow(logs->items, logs->count + 1, sizeof *logs->items);
    logs->items[logs->count++] = (struct log_file){ .name = mem_dup(name), .size = size };
}

static int read_binlogs(struct care *care, struct log_files *logs, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct db *db = world_db(&care->world, SIDE_MASTER, err);
    if (db == NULL || db_query(db, &rows, err, "SHOW BINARY LOGS") != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        add_log(logs, row_str(&rows, i, "Log_name"), row_u64(&rows, i, "File_size"));
    rows_free(&rows);
    return 0;
}

/* $1 the index, $2 the data directory, from which the names in it lead. */
static const char relay_script[] = "#: log data\n# sizes of the relay logs in $1\n"
                                   "cd -- \"$2\" && [ -f \"$1\" ] || exit 0\n"
                                   "while IFS= read -r f; do printf '%s %s\\n' \"$(stat -c %s -- \"$f\" 2>/dev/null || echo 0)\" \"${f##*/}\"; "
                                   "done <\"$1\"";

static int read_relay_logs(struct care *care, struct log_files *logs, struct err *err)
{
    const struct server_facts *slave = &care->world.facts.slave;
    const char *current = row_str(&slave->slave_status.rows, 0, "Relay_Log_File"), *index = facts_setting(slave, "relay_log_index");
    char *guess = mem_printf("%.*s.index", (int)strcspn(current, "."), current);
    struct buf out = BUF_INIT;
    const int rc = host_script(care->world.hosts[SIDE_SLAVE], &out, err, relay_script, index[0] != '\0' ? index : guess, slave->datadir, NULL);
    char *text = buf_steal(&out), *at = text;
    for (const char *line; (line = text_line(&at)) != NULL;) {
        const char *name = strchr(line, ' ');
        if (name != NULL)
            add_log(logs, name + 1, strtoull(line, NULL, 10));
    }
    free(text);
    free(guess);
    return rc;
}

static int refuse(struct maintain *maintain, const char *hint)
{
    maintain->refusal.code = ERR_REFUSED;
    return err_hint(&maintain->refusal, "%s", hint);
}

/* What must be so before anything is deleted. */
static bool refused(const struct care *care, struct maintain *maintain)
{
    const struct server_facts *master = &care->world.facts.master;
    const struct slave_status *status = &care->world.facts.slave.slave_status;
    const struct log_reader *blocks = maintain->verdict.blocks;
    if (!master->log_bin) {
        err_set(&maintain->refusal, ERR_REFUSED, "binary logging is off on %s: it is no master", master->host);
        refuse(maintain, "`dualserver setup` makes it one");
    } else if (!slave_status_running(status) || status->seconds_behind >= CHECK_DELAY_WARNING_S) {
        err_set(&maintain->refusal, ERR_REFUSED, "replication does not run without significant lag (IO %s, SQL %s, %lld s behind): no log is touched",
                status->configured ? status->io_running : "no", status->configured ? status->sql_running : "no", status->seconds_behind);
        refuse(maintain, "`dualserver check` says what is wrong; nothing was touched");
    } else if (blocks != NULL) {
        if (blocks->file != NULL)
            err_set(&maintain->refusal, ERR_REFUSED, "%s needs %s, which the master has no more", blocks->name, blocks->file);
        else
            err_set(&maintain->refusal, ERR_REFUSED, "%s: how far it is is not known: %s", blocks->name, blocks->why);
        refuse(maintain, blocks->file != NULL ? "it can catch up no more and has to be set up anew" : blocks->advice);
    }
    return maintain->refusal.code != ERR_NONE;
}

static int need_options(struct care *care, enum side side, struct err *err)
{
    struct server_facts *server = side == SIDE_MASTER ? &care->world.facts.master : &care->world.facts.slave;
    const char *cnf = (side == SIDE_MASTER ? &care->world.answers->master : &care->world.answers->slave)->cnf;
    cnf_set_free(&server->options);
    server->options = (struct cnf_set){ .count = 0 };
    return optionfiles_read(care->world.hosts[side], cnf, server->dialect, server->version_number, &server->options, err);
}

/* NULL where the server has no such variable. */
static const char *variable(const struct server_facts *server, const char *name)
{
    const char *value = name != NULL ? facts_setting(server, name) : "";
    return value[0] != '\0' ? value : NULL;
}

/* What MySQL keeps by SET PERSIST beats the option files. */
static bool persisted(struct care *care, enum side side, const char *name)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct db *db = facts_of(&care->world.facts, side)->dialect->persisted ? world_db(&care->world, side, &ignored) : NULL;
    const bool found = db != NULL && db_queryf(db, &rows, &ignored,
                                               "SELECT 1 FROM performance_schema.persisted_variables WHERE VARIABLE_NAME = '%s'", name) == 0 &&
                       rows.count > 0;
    rows_free(&rows);
    return found;
}

static void set_global(struct care *care, enum side side, const char *name, const char *value, const char *also, const char *why,
                       struct plan *plan)
{
    plan_add(plan, &(struct change){ .kind = CHANGE_SQL, .server = side, .what = mem_printf("set %s = %s", name, value), .why = mem_dup(why),
                                     .after = mem_printf("SET %s %s = %s%s%s", persisted(care, side, name) ? "PERSIST" : "GLOBAL", name, value,
                                                         also != NULL ? "\n" : "", also != NULL ? also : "") });
}

static void say_expiry(struct maintain *maintain, const char *seconds, const char *days)
{
    const unsigned long long s = seconds != NULL ? strtoull(seconds, NULL, 10) : 0;
    struct buf text = BUF_INIT;
    if (s >= 2 * DAY_S)
        buf_addf(&text, "%g days", (double)s / DAY_S);
    else if (s > 0)
        quote_duration(&text, s * 1000);
    else if (days != NULL && strtod(days, NULL) > 0)
        buf_addf(&text, "%g days", strtod(days, NULL));
    else
        buf_adds(&text, "for ever");
    maintain->expiry = buf_steal(&text);
}

static int plan_expiry(struct care *care, const struct maintain_wish *wish, struct maintain *maintain, struct err *err)
{
    const struct server_facts *master = &care->world.facts.master;
    const char *seconds = variable(master, master->dialect->expire_seconds), *days = variable(master, master->dialect->expire_days), *name;
    uint64_t value;
    say_expiry(maintain, seconds, days);
    maintain_expiry(seconds, days, NULL, wish->outage_days, &name, &value);
    if (name == NULL)
        return 0;
    if (need_options(care, SIDE_MASTER, err) != 0)
        return -1;
    const struct cnf *file;
    const char *in_files = cnf_winner(&master->options, "binlog_expire_logs_seconds", &file) != NULL ? master->dialect->expire_seconds
                           : cnf_winner(&master->options, "expire_logs_days", &file) != NULL         ? master->dialect->expire_days
                                                                                                      : NULL;
    maintain_expiry(seconds, days, in_files, wish->outage_days, &name, &value);
    char *text = mem_printf("%llu", (unsigned long long)value);
    char *why = mem_printf("a slave that is away for %u days must still find all that it has missed", wish->outage_days);
    int rc = config_plan(master, &(struct wanted){ .key = name, .value = text, .why = why }, 1, &maintain->plan, err);
    if (rc == 0)
        set_global(care, SIDE_MASTER, name, text, NULL, why, &maintain->plan);
    free(text);
    free(why);
    return rc;
}

static bool off(const struct cnf_line *line, const char *key)
{
    return line != NULL && (cnf_negated(line, key) || (line->value != NULL && (strcmp(line->value, "0") == 0 || strcasecmp(line->value, "off") == 0)));
}

static int plan_relay_purge(struct care *care, struct maintain *maintain, struct err *err)
{
    static const char why[] = "the slave deletes each relay log by itself when it has executed it";
    const struct server_facts *slave = &care->world.facts.slave;
    const struct cnf *file;
    maintain->relay_purge = facts_setting_on(slave, "relay_log_purge");
    if (need_options(care, SIDE_SLAVE, err) != 0)
        return -1;
    if (off(cnf_winner(&slave->options, "relay_log_purge", &file), "relay_log_purge") &&
        config_plan(slave, &(struct wanted){ .key = "relay-log-purge", .value = "1", .why = why }, 1, &maintain->plan, err) != 0)
        return -1;
    if (!maintain->relay_purge)
        set_global(care, SIDE_SLAVE, "relay_log_purge", "1", slave->dialect->flush_relay, why, &maintain->plan);
    return 0;
}

static void plan_purge(struct maintain *maintain)
{
    struct buf sql = BUF_INIT, size = BUF_INIT;
    const size_t goes = maintain->verdict.goes;
    for (size_t i = 0; i < goes; i++)
        maintain->freed += maintain->binlogs.items[i].size;
    if (goes == 0)
        return;
    const char *first = maintain->binlogs.items[goes].name;
    buf_adds(&sql, "PURGE BINARY LOGS TO ");
    quote_sql(&sql, first, strlen(first));
    quote_size(&size, maintain->freed);
    plan_add(&maintain->plan, &(struct change){ .kind = CHANGE_SQL, .server = SIDE_MASTER,
                                                .what = mem_printf("purge %zu binary logs, %s", goes, buf_str(&size)),
                                                .why = mem_dup("every slave has executed them"), .after = buf_steal(&sql) });
    buf_free(&size);
}

int maintain_plan(struct care *care, const struct maintain_wish *wish, struct maintain *maintain, struct err *err)
{
    *maintain = (struct maintain){ .refusal = ERR_INIT };
    if (care_need(care, SIDE_MASTER, err) != 0 || care_need(care, SIDE_SLAVE, err) != 0)
        return -1;
    if ((care->world.facts.master.log_bin && read_binlogs(care, &maintain->binlogs, err) != 0) ||
        (care->world.facts.slave.slave_status.configured && read_relay_logs(care, &maintain->relay_logs, err) != 0) ||
        maintain_find_readers(care, wish, &maintain->readers, err) != 0)
        return -1;
    maintain->verdict = maintain_judge(&maintain->binlogs, &maintain->readers, wish->keep);
    if (refused(care, maintain)) {
        maintain->verdict.goes = 0;
        return 0;
    }
    if (plan_expiry(care, wish, maintain, err) != 0 || plan_relay_purge(care, maintain, err) != 0)
        return -1;
    plan_purge(maintain);
    return 0;
}

/* A server may keep what it was told to purge (a reader that holds it, too few slaves connected): told, for it is no loss. */
static int check_binlogs(struct care *care, const struct maintain *maintain, struct err *err)
{
    struct log_files now = { .count = 0 };
    const size_t goes = maintain->verdict.goes;
    int rc = read_binlogs(care, &now, err);
    const char *wanted = maintain->binlogs.count > goes ? maintain->binlogs.items[goes].name : "";
    bool there = false;
    for (size_t i = 0; i < now.count; i++)
        there = there || strcmp(now.items[i].name, wanted) == 0;
    if (rc == 0 && wanted[0] != '\0' && !there)
        rc = err_set(err, ERR_WORLD, "%s should have stayed and is gone from the master's binary logs", wanted);
    else if (rc == 0 && goes > 0 && now.count > 0 && strcmp(now.items[0].name, wanted) != 0)
        world_note(&care->world, SEVERITY_WARNING, "the master keeps %s and later ones: something still reads them", now.items[0].name);
    for (size_t i = 0; i < now.count; i++)
        free(now.items[i].name);
    free(now.items);
    return rc;
}

int maintain_same(struct care *care, const struct maintain_wish *wish, const struct maintain *maintain, struct err *err)
{
    struct maintain again;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        care_look(care, side);
    int rc = maintain_plan(care, wish, &again, err);
    if (rc == 0 && again.refusal.code != ERR_NONE) {
        *err = again.refusal;
        rc = -1;
    } else if (rc == 0 && (again.plan.count != maintain->plan.count || again.verdict.goes < maintain->verdict.goes)) {
        rc = err_set(err, ERR_REFUSED, "the servers are not as they were when the plan was shown: nothing was touched");
        err_hint(err, "look at the plan again");
    }
    maintain_free(&again);
    return rc;
}

int maintain_carry_out(struct care *care, struct maintain *maintain, struct err *err)
{
    if (care_carry_out(care, &maintain->plan, err) != 0)
        return -1;
    struct slave_status status;
    struct db *db = world_db(&care->world, SIDE_SLAVE, err);
    if (check_binlogs(care, maintain, err) != 0 || db == NULL || slave_status_read(db, &status, err) != 0)
        return -1;
    const int rc = slave_status_running(&status) ? 0 : err_set(err, ERR_WORLD, "the slave does not replicate any more (IO %s, SQL %s)",
                                                                status.io_running, status.sql_running);
    if (rc != 0)
        err_hint(err, "`dualserver check` says what is wrong");
    slave_status_free(&status);
    return rc;
}

static void free_logs(struct log_files *logs)
{
    for (size_t i = 0; i < logs->count; i++)
        free(logs->items[i].name);
    free(logs->items);
}

void maintain_free(struct maintain *maintain)
{
    free_logs(&maintain->binlogs);
    free_logs(&maintain->relay_logs);
    for (size_t i = 0; i < maintain->readers.count; i++) {
        free(maintain->readers.items[i].name);
        free(maintain->readers.items[i].file);
        free(maintain->readers.items[i].why);
        free(maintain->readers.items[i].advice);
    }
    free(maintain->readers.items);
    free(maintain->expiry);
    plan_free(&maintain->plan);
    *maintain = (struct maintain){ .refusal = ERR_INIT };
}
