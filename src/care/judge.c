/* The threads, the delay, the place: what the slave's status comes to. */
#include "care/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

#define DELAY_WORDS "60", "300" /* CHECK_DELAY_WARNING_S, CHECK_DELAY_CRITICAL_S */

static const struct slave_status *status_of(const struct sight *sight)
{
    return &sight->facts->slave.slave_status;
}

static const char *text(const char *value)
{
    return value != NULL ? value : "";
}

/* What cannot be seen of the slave is not known; a server that is down on a host that answers is worse. Neither host reached: more likely
 * the trouble is on this side. */
static void judge_reach(struct check_report *report, const struct sight *sight)
{
    const struct care_side *master = &sight->sides[SIDE_MASTER], *slave = &sight->sides[SIDE_SLAVE];
    if (!slave->server)
        check_find(report, "slave", slave->host ? CARE_CRITICAL : CARE_UNKNOWN, slave->why.hint, "%s", slave->why.text);
    if (!master->server)
        check_find(report, "master", master->host ? CARE_CRITICAL : slave->host ? CARE_WARNING : CARE_UNKNOWN, master->why.hint, "%s", master->why.text);
}

static void judge_configured(struct check_report *report, const struct sight *sight)
{
    if (sight->sides[SIDE_SLAVE].server && !status_of(sight)->configured)
        check_find(report, "configured", CARE_CRITICAL, "dualserver setup makes it a slave", "%s is no slave of anybody",
                   sight->facts->slave.host);
}

static bool is_slave(const struct sight *sight)
{
    return sight->sides[SIDE_SLAVE].server && status_of(sight)->configured;
}

static void judge_connecting(struct check_report *report, const struct sight *sight)
{
    const struct slave_status *status = status_of(sight);
    struct buf since = BUF_INIT;
    if (sight->unreached_s >= 0) {
        buf_adds(&since, " for ");
        quote_duration(&since, (unsigned long long)sight->unreached_s * 1000);
    }
    const char *error = text(status->last_io_error);
    check_find(report, "io-thread", CARE_CRITICAL, "from the slave, try the master's port with the replication account: network, firewall, "
               "bind-address, password", "the IO thread cannot reach the master %s, or not log in: Connecting%s%s%.400s",
               status->master_host, buf_str(&since), error[0] != '\0' ? ": " : "", error);
    buf_free(&since);
}

static void judge_io(struct check_report *report, const struct sight *sight)
{
    const struct slave_status *status = status_of(sight);
    const char *state = text(status->io_running), *error = text(status->last_io_error);
    if (!is_slave(sight))
        return;
    if (strcasecmp(state, "Yes") == 0 && error[0] == '\0')
        check_find(report, "io-thread", CARE_OK, "", "the IO thread runs: it fetches from %s", status->master_host);
    else if (strcasecmp(state, "Yes") == 0)
        check_find(report, "io-thread", CARE_WARNING, "it runs again; look at what the error was", "the IO thread runs, after error %u: %s",
                   status->last_io_errno, error);
    else if (strcasecmp(state, "No") != 0)
        judge_connecting(report, sight);
    else if (error[0] != '\0')
        check_find(report, "io-thread", CARE_CRITICAL, "see the error: account, password, purged binary log, equal server ids",
                   "the IO thread stopped with error %u: %s", status->last_io_errno, error);
    else
        check_find(report, "io-thread", CARE_CRITICAL, "somebody stopped it, or the server was started with skip-slave-start: START SLAVE on "
                   "the slave, then check again", "the IO thread is stopped, without an error");
}

static void judge_sql(struct check_report *report, const struct sight *sight)
{
    const struct slave_status *status = status_of(sight);
    const char *error = text(status->last_sql_error);
    if (!is_slave(sight))
        return;
    if (strcasecmp(text(status->sql_running), "Yes") == 0 && error[0] == '\0')
        check_find(report, "sql-thread", CARE_OK, "", "the SQL thread runs: it executes what was fetched");
    else if (strcasecmp(text(status->sql_running), "Yes") == 0)
        check_find(report, "sql-thread", CARE_WARNING, "compare the data: dualserver check --deep", "the SQL thread runs, after error %u: %s",
                   status->last_sql_errno, error);
    else if (error[0] != '\0')
        check_find(report, "sql-thread", CARE_CRITICAL, "the slave's data differs from the master's, or a statement cannot be done there: look "
                   "at the error before anything is skipped", "the SQL thread stopped with error %u: %s", status->last_sql_errno, error);
    else
        check_find(report, "sql-thread", CARE_CRITICAL, "somebody stopped or killed it: START SLAVE on the slave, then check again",
                   "the SQL thread is stopped, without an error");
}

/* The slave's own status names the server it reads from, once it has read. */
static void judge_source(struct check_report *report, const struct sight *sight)
{
    if (!is_slave(sight) || !sight->sides[SIDE_MASTER].server)
        return;
    const struct rows *rows = &status_of(sight)->rows;
    const bool old = row_has(rows, "Master_Server_Id");
    const uint64_t follows = row_u64(rows, 0, old ? "Master_Server_Id" : "Source_Server_Id");
    const char *uuid = row_str(rows, 0, old ? "Master_UUID" : "Source_UUID"), *is = text(sight->facts->master.server_uuid);
    const uint64_t id = strtoull(facts_setting(&sight->facts->master, "server_id"), NULL, 10);
    if ((follows != 0 && id != 0 && follows != id) || (uuid[0] != '\0' && is[0] != '\0' && strcasecmp(uuid, is) != 0))
        check_find(report, "source", CARE_CRITICAL, "if that is wanted, name the new master in the answers; else dualserver setup",
                   "the slave follows another server than %s: %s, with server id %llu", sight->facts->master.host,
                   status_of(sight)->master_host, (unsigned long long)follows);
}

static void judge_delay(struct check_report *report, const struct sight *sight)
{
    const long long behind = is_slave(sight) ? status_of(sight)->seconds_behind : -1;
    char number[32];
    (void)snprintf(number, sizeof number, "%lld", behind);
    check_measure(report, "delay", behind >= 0 ? number : NULL, "s", DELAY_WORDS);
    if (behind < 0)
        return; /* a thread that does not run says more */
    check_find(report, "delay", behind >= CHECK_DELAY_CRITICAL_S ? CARE_CRITICAL : behind >= CHECK_DELAY_WARNING_S ? CARE_WARNING : CARE_OK,
               behind >= CHECK_DELAY_WARNING_S ? "look at what runs on the slave: SHOW PROCESSLIST" : "",
               "the slave is %lld s behind, as its server says", behind);
}

static void judge_wanted_delay(struct check_report *report, const struct sight *sight)
{
    const uint64_t delay = is_slave(sight) ? row_u64(&status_of(sight)->rows, 0, "SQL_Delay") : 0;
    if (delay > 0)
        check_find(report, "sql-delay", CARE_WARNING, "MASTER_DELAY = 0 (MySQL 8: SOURCE_DELAY = 0) in CHANGE MASTER makes it live",
                   "the slave is told to stay %llu s behind", (unsigned long long)delay);
}

static void judge_standing(struct check_report *report, const struct sight *sight)
{
    const struct slave_status *status = status_of(sight);
    const bool works = sight->fetched && status->seconds_behind > 0; /* one event may take its time, and the server knows */
    if (sight->moves)
        check_find(report, "lag", CARE_WARNING, "look at what runs on the slave: SHOW PROCESSLIST",
                   "what the master had written %.1f s ago has not been executed yet; the slave is at work", (double)sight->lag_ms / 1000.0);
    else
        check_find(report, "position", works ? CARE_WARNING : CARE_CRITICAL,
                   sight->fetched ? "look at what holds the SQL thread up: SHOW PROCESSLIST on the slave"
                                  : "the line may be cut without either end noticing: STOP SLAVE, START SLAVE, and look at slave_net_timeout",
                   "the slave's place %s:%llu has not moved for %.1f s although the master has written on%s", status->relay_master_log_file,
                   (unsigned long long)status->exec_master_log_pos, (double)sight->lag_ms / 1000.0,
                   sight->fetched ? "" : ", and nothing arrives");
}

static void judge_lag(struct check_report *report, const struct sight *sight)
{
    char number[32];
    (void)snprintf(number, sizeof number, "%.3f", (double)sight->lag_ms / 1000.0);
    check_measure(report, "lag", sight->lag_seen ? number : NULL, "s", DELAY_WORDS);
    if (!sight->lag_seen)
        return;
    report->lag_ms = (long long)sight->lag_ms;
    if (sight->lag_over)
        judge_standing(report, sight);
    else
        check_find(report, "lag", CARE_OK, "", "measured: what the master had written was executed on the slave %llu ms later",
                   (unsigned long long)sight->lag_ms);
}

void check_judge(struct check_report *report, const struct sight *sight)
{
    static void (*const judges[])(struct check_report *, const struct sight *) = {
        judge_reach, judge_configured, judge_io, judge_sql, judge_source, judge_delay, judge_wanted_delay, judge_lag,
        judge_settings, judge_drift, judge_accounts, judge_disks, judge_logs, judge_expiry,
    };
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++)
        judges[i](report, sight);
}
