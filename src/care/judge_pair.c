/* Settings, what has changed since set-up, and the two accounts. */
#include "care/judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "steps/settings.h"

static const struct server_facts *seen(const struct sight *sight, enum side side)
{
    return sight->sides[side].server ? facts_of(sight->facts, side) : NULL;
}

static void judge_master_settings(struct check_report *report, const struct sight *sight, const struct server_facts *master)
{
    const char *format = facts_setting(master, "binlog_format");
    if (!master->log_bin)
        check_find(report, "log-bin", CARE_CRITICAL, "log-bin = mysql-bin in the master's option file, then a restart",
                   "the master writes no binary log: the slave gets nothing");
    if (format[0] != '\0' && strcasecmp(format, "ROW") != 0)
        check_find(report, "binlog-format", CARE_WARNING, "binlog_format = ROW in the master's option file and SET GLOBAL",
                   "the master's binlog_format is %s: with the slave's filter, writes made without USE may be lost", format);
    if (facts_setting_on(master, "read_only"))
        check_find(report, "read-only", CARE_WARNING, "SET GLOBAL read_only = 0, unless somebody wants it so", "the master is read_only");
    if (master->binlog_do_db.count > 0 && !strings_has(&master->binlog_do_db, sight->answers->database))
        check_find(report, "filters", CARE_CRITICAL, "take binlog-do-db out of the master's option file",
                   "the master's binlog-do-db leaves %s out of the binary log", sight->answers->database);
    if (strings_has(&master->binlog_ignore_db, sight->answers->database))
        check_find(report, "filters", CARE_CRITICAL, "take binlog-ignore-db out of the master's option file",
                   "the master's binlog-ignore-db leaves %s out of the binary log", sight->answers->database);
}

/* One word of a list that is separated by commas. */
static bool listed(const char *list, const char *word)
{
    const size_t len = strlen(word);
    while (*list != '\0') {
        const size_t n = strcspn(list, ",");
        if (n == len && strncasecmp(list, word, len) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* The filter has to let the database in, whole, and nothing may keep parts of it out. */
static void judge_filters(struct check_report *report, const struct sight *sight, const struct slave_status *status)
{
    const struct rows *rows = &status->rows;
    const char *database = sight->answers->database;
    char *pattern = settings_wild_pattern(database), *loose = mem_printf("%s.%%", database);
    const char *wild = row_str(rows, 0, "Replicate_Wild_Do_Table"), *db = row_str(rows, 0, "Replicate_Do_DB");
    const char *tables = row_str(rows, 0, "Replicate_Do_Table");
    const bool by_table = wild[0] != '\0' || tables[0] != '\0';
    const char *trouble = NULL;
    if (by_table && !listed(wild, pattern) && !listed(wild, loose))
        trouble = wild[0] != '\0' ? wild : tables;
    else if (db[0] != '\0' && !listed(db, database))
        trouble = db;
    else if (listed(row_str(rows, 0, "Replicate_Ignore_DB"), database))
        trouble = row_str(rows, 0, "Replicate_Ignore_DB");
    else if (row_str(rows, 0, "Replicate_Ignore_Table")[0] != '\0')
        trouble = row_str(rows, 0, "Replicate_Ignore_Table");
    else if (row_str(rows, 0, "Replicate_Wild_Ignore_Table")[0] != '\0')
        trouble = row_str(rows, 0, "Replicate_Wild_Ignore_Table");
    if (trouble != NULL)
        check_find(report, "filters", CARE_CRITICAL, "correct the replicate-* lines in the slave's option file, restart it, then compare the "
                   "data: check --deep", "the slave's filters leave out part of %s: %s", database, trouble);
    else if (db[0] != '\0' && !by_table && !sight->answers->as_written)
        check_find(report, "filters", CARE_WARNING, "replicate-wild-do-table instead of replicate-do-db on the slave",
                   "the slave's replicate-do-db loses what is written without USE %s", database);
    free(pattern);
    free(loose);
}

void judge_settings(struct check_report *report, const struct sight *sight)
{
    const struct server_facts *master = seen(sight, SIDE_MASTER), *slave = seen(sight, SIDE_SLAVE);
    const size_t before = report->count;
    if (master != NULL)
        judge_master_settings(report, sight, master);
    if (slave != NULL && slave->slave_status.configured)
        judge_filters(report, sight, &slave->slave_status);
    if (master == NULL || slave == NULL)
        return;
    if (strcmp(facts_setting(master, "server_id"), facts_setting(slave, "server_id")) == 0)
        check_find(report, "server-id", CARE_CRITICAL, "give the slave another server-id in its option file, then restart it",
                   "both servers have the server id %s", facts_setting(master, "server_id"));
    if (facts_series(master) > facts_series(slave))
        check_find(report, "version", CARE_WARNING, "upgrade the slave first, always", "the master's server %s is newer than the slave's %s",
                   master->version, slave->version);
    const struct rows *rows = &slave->slave_status.rows;
    const char *encrypted = row_str(rows, 0, row_has(rows, "Source_SSL_Allowed") ? "Source_SSL_Allowed" : "Master_SSL_Allowed");
    if (sight->answers->replication.tls == TLS_REQUIRE && slave->slave_status.configured && strcmp(encrypted, "Yes") != 0)
        check_find(report, "encryption", CARE_CRITICAL, "MASTER_SSL = 1 (MySQL 8: SOURCE_SSL = 1) in CHANGE MASTER",
                   "tls = require, but the replication connection is not encrypted");
    if (report->count == before)
        check_find(report, "settings", CARE_OK, "", "binary log, filters, server ids and versions are as replication needs them");
}

/* What no run of ours changes, and what makes the two servers, or a statement, behave in another way. */
static const char *const kept_settings[] = {
    "read_only", "super_read_only", "sql_mode", "character_set_server", "collation_server", "binlog_row_image", "max_allowed_packet",
    "lower_case_table_names", "time_zone", "gtid_strict_mode", "gtid_mode", "enforce_gtid_consistency", "sync_binlog",
    "innodb_flush_log_at_trx_commit", "event_scheduler", "binlog_checksum", "datadir",
};

static bool has_setting(const struct server_facts *server, const char *name)
{
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcasecmp(server->settings[i].name, name) == 0)
            return true;
    return false;
}

static void compare_settings(struct check_report *report, const struct server_facts *then, const struct server_facts *now)
{
    for (size_t i = 0; i < sizeof kept_settings / sizeof *kept_settings; i++) {
        const char *name = kept_settings[i];
        if (!has_setting(then, name) || !has_setting(now, name) || strcmp(facts_setting(then, name), facts_setting(now, name)) == 0)
            continue;
        check_find(report, "drift", CARE_WARNING, "set it back, or set the pair up anew so that this is what counts",
                   "since set-up %s has changed on the %s: %.200s, it was %.200s", name, side_name(now->side), facts_setting(now, name),
                   facts_setting(then, name));
    }
}

static void compare_identity(struct check_report *report, const struct server_facts *then, const struct server_facts *now)
{
    if (then->machine_id != NULL && now->machine_id != NULL && strcmp(then->machine_id, now->machine_id) != 0)
        check_find(report, "identity", CARE_WARNING, "if the machine was replaced, set the pair up anew",
                   "behind %s there is another machine than at set-up", now->host);
    else if (then->server_uuid != NULL && now->server_uuid != NULL && strcmp(then->server_uuid, now->server_uuid) != 0)
        check_find(report, "identity", CARE_WARNING, "a new auto.cnf, or another data directory: find out which",
                   "the %s's server uuid is another one than at set-up", side_name(now->side));
}

void judge_drift(struct check_report *report, const struct sight *sight)
{
    const size_t before = report->count;
    if (sight->run == NULL)
        return;
    for (size_t i = 0; i < sight->edited.count; i++)
        check_find(report, "options", CARE_WARNING, "compare it with its dated backup; what replication needs is in `dualserver setup --plan`",
                   "since set-up somebody has changed %s", sight->edited.items[i]);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        const struct server_facts *now = seen(sight, side), *then = facts_of(&sight->then, side);
        if (now == NULL || sight->then.master.host == NULL)
            continue;
        compare_identity(report, then, now);
        compare_settings(report, then, now);
    }
    if (report->count == before)
        check_find(report, "drift", CARE_OK, "", "nothing that matters has changed since run %s", sight->run);
}

static void judge_account(struct check_report *report, const char *id, enum care_verdict missing, const struct sight_account *account,
                          const char *where, const char *what)
{
    if (!account->seen)
        return;
    if (account->hosts.count == 0)
        check_find(report, id, missing, "make the account again: dualserver setup does", "the account %s is gone from the %s", account->user,
                   where);
    else if (!account->granted)
        check_find(report, id, missing, "grant it again", "the account %s on the %s has lost %s", account->user, where, what);
    else if (account->locked)
        check_find(report, id, missing, "ALTER USER ... ACCOUNT UNLOCK", "the account %s on the %s is locked", account->user, where);
    else
        check_find(report, id, CARE_OK, "", "the account %s on the %s has %s", account->user, where, what);
}

/* The slave's connection lives on without its account until it breaks: that is why this is looked at while all is green. */
void judge_accounts(struct check_report *report, const struct sight *sight)
{
    judge_account(report, "replication-account", CARE_CRITICAL, &sight->replication, "master", "REPLICATION SLAVE");
    if (sight->then.first_slave == NULL) /* else the first slave has it */
        judge_account(report, "reports-account", CARE_WARNING, &sight->reports, "slave", "SELECT on the database");
}
