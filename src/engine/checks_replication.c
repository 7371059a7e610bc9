/* What replicates already, and what would keep the database's changes from arriving. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/quote.h"

#define EXPIRY_LEAST_S 86400ull

enum check_verdict check_slave_has_slaves(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    if (facts->slave.attached_slaves == 0) {
        check_say(text, "no server replicates from %s", facts->slave.host);
        return CHECK_OK;
    }
    check_say(text, "%u server%s from the slave %s", facts->slave.attached_slaves,
              facts->slave.attached_slaves == 1 ? " replicates" : "s replicate", facts->slave.host);
    return CHECK_REFUSED;
}

static bool names_master(const struct server_facts *master, const struct slave_status *status)
{
    const char *names[] = { master->address, master->source_address, master->host, master->hostname };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] != NULL && status->master_host != NULL && strcasecmp(names[i], status->master_host) == 0)
            return status->master_port == 0 || status->master_port == master->port;
    return false;
}

static bool stopped(const char *thread)
{
    return thread == NULL || strcasecmp(thread, "No") == 0 || thread[0] == '\0';
}

enum check_verdict check_slave_replicates(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct slave_status *status = &facts->slave.slave_status;
    if (facts->slave.channels.count > 0) {
        struct buf names = BUF_INIT;
        check_list(&names, &facts->slave.channels, 5);
        check_say(text, "the slave %s follows other servers by connections with a name: %s", facts->slave.host, buf_str(&names));
        buf_free(&names);
        return CHECK_REFUSED;
    }
    if (!status->configured) {
        check_say(text, "%s is no slave yet", facts->slave.host);
        return CHECK_OK;
    }
    if (status->rows.count > 1) {
        check_say(text, "the slave %s follows %zu masters", facts->slave.host, status->rows.count);
        return CHECK_REFUSED;
    }
    bool ours = names_master(&facts->master, status), still = stopped(status->io_running) && stopped(status->sql_running);
    check_say(text, "the slave %s is set to follow %s:%u, %s, and %s", facts->slave.host,
              status->master_host != NULL ? status->master_host : "?", status->master_port,
              ours ? "which is this master" : "which is not this master", still ? "has stopped" : "is running");
    return ours || still ? CHECK_WARNING : CHECK_REFUSED;
}

enum check_verdict check_master_is_slave(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct server_facts *master = &facts->master;
    if (!master->slave_status.configured) {
        check_say(text, "%s follows no other server", master->host);
        return CHECK_OK;
    }
    bool passes_on = facts_setting_on(master, "log_slave_updates") || facts_setting_on(master, "log_replica_updates");
    check_say(text, "the master %s is itself a slave of %s and %s", master->host,
              master->slave_status.master_host != NULL ? master->slave_status.master_host : "?",
              passes_on ? "passes its changes on" : "does not pass its changes on (log_slave_updates is OFF)");
    return CHECK_WARNING;
}

/* Database names in these options compare as the server's table names do. */
static bool listed(const struct server_facts *server, const struct strings *list, const char *database)
{
    bool fold = strcmp(facts_setting(server, "lower_case_table_names"), "0") != 0;
    for (size_t i = 0; i < list->count; i++)
        if ((fold ? strcasecmp : strcmp)(list->items[i], database) == 0)
            return true;
    return false;
}

enum check_verdict check_binlog_filters(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *master = &facts->master;
    struct buf names = BUF_INIT;
    enum check_verdict verdict = CHECK_OK;
    if (listed(master, &master->binlog_ignore_db, answers->database)) {
        check_say(text, "binlog_ignore_db of the master %s names %s", master->host, answers->database);
        verdict = CHECK_REFUSED;
    }
    if (master->binlog_do_db.count > 0) {
        check_list(&names, &master->binlog_do_db, 5);
        bool in = listed(master, &master->binlog_do_db, answers->database);
        check_say(text, "binlog_do_db of the master %s is %s%s", master->host, buf_str(&names),
                  in ? "" : ", without the database");
        verdict = check_worse(verdict, in ? CHECK_WARNING : CHECK_REFUSED);
    }
    if (verdict == CHECK_OK)
        check_say(text, "the binary log of %s leaves nothing of %s out", master->host, answers->database);
    buf_free(&names);
    return verdict;
}

/* Values of a filter: from the running server, which lists them with commas, else from its option files. */
static void filter_values(const struct server_facts *server, const char *name, struct strings *values)
{
    const char *at = facts_setting(server, name);
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        struct buf one = BUF_INIT;
        buf_add(&one, at, len);
        buf_trim(&one);
        if (one.len > 0)
            strings_add(values, buf_str(&one));
        buf_free(&one);
        at += len + (at[len] == ',');
    }
    for (size_t f = 0; f < server->options.count; f++)
        for (size_t i = 0; i < server->options.files[f].count; i++) {
            const struct cnf_line *line = &server->options.files[f].lines[i];
            if (line->kind == CNF_OPTION && line->value != NULL && strcmp(line->key, name) == 0 &&
                cnf_set_reads(&server->options, line->group) && !strings_has(values, line->value))
                strings_add(values, line->value);
        }
}

/* "billing.calls" or "billing.%" is about billing. */
static bool about(const struct strings *tables, const char *database)
{
    size_t len = strlen(database);
    for (size_t i = 0; i < tables->count; i++) {
        const char *dot = strchr(tables->items[i], '.');
        if (dot == NULL)
            continue;
        size_t prefix = (size_t)(dot - tables->items[i]);
        bool any = prefix == 1 && tables->items[i][0] == '%';
        if (any || (prefix == len && strncasecmp(tables->items[i], database, len) == 0))
            return true;
    }
    return false;
}

/* Step 10's replicate_wild_do_table is looked at before a wild ignore, and beside a list of tables to do: those hide
 * nothing by themselves (MySQL 8.0 manual 19.2.5.2 "Evaluation of Table-Level Replication Options"). */
static const struct filter {
    const char *name;
    bool tables, ignores;
    enum check_verdict verdict;
} filters[] = {
    { "replicate_ignore_db", false, true, CHECK_REFUSED },
    { "replicate_do_db", false, false, CHECK_REFUSED },
    { "replicate_ignore_table", true, true, CHECK_REFUSED },
    { "replicate_wild_ignore_table", true, true, CHECK_WARNING },
};

enum check_verdict check_slave_filters(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *slave = &facts->slave;
    enum check_verdict verdict = CHECK_OK;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct strings values = { .items = NULL };
        filter_values(slave, filters[i].name, &values);
        bool names = filters[i].tables ? about(&values, answers->database) : listed(slave, &values, answers->database);
        /* an ignoring filter hides what it names, a list of what to do hides all else */
        bool hides = filters[i].ignores ? names : values.count > 0 && !names;
        if (hides) {
            struct buf list = BUF_INIT;
            check_list(&list, &values, 5);
            check_say(text, "%s of the slave %s is %s", filters[i].name, slave->host, buf_str(&list));
            buf_free(&list);
            verdict = check_worse(verdict, filters[i].verdict);
        }
        strings_free(&values);
    }
    if (verdict == CHECK_OK)
        check_say(text, "no filter of %s hides %s", slave->host, answers->database);
    return verdict;
}

enum check_verdict check_binlog_format(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const char *format = facts_setting(&facts->master, "binlog_format");
    if (facts->master.dialect != NULL && facts->master.dialect->binlog_format == NULL) {
        check_say(text, "the master %s logs statements only, not rows: this version has no binlog_format", facts->master.host);
        check_say(text, "statements that read tables of other databases, or give another result each time, make the data differ");
        return CHECK_WARNING;
    }
    bool rows = strcasecmp(format, "ROW") == 0 || format[0] == '\0';
    check_say(text, "binlog_format of the master %s is %s%s", facts->master.host, format[0] != '\0' ? format : "ROW",
              rows ? "" : ", step 1 makes it ROW");
    return CHECK_OK;
}

/* Seconds that binary logs are kept; 0: for ever. Seconds beat days where both are there. */
static unsigned long long expiry(const struct server_facts *server)
{
    unsigned long long seconds = strtoull(facts_setting(server, "binlog_expire_logs_seconds"), NULL, 10);
    return seconds > 0 ? seconds
                       : (unsigned long long)(strtod(facts_setting(server, "expire_logs_days"), NULL) * 86400.0);
}

enum check_verdict check_binlog_expiry(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    unsigned long long seconds = expiry(&facts->master);
    struct buf span = BUF_INIT;
    if (seconds >= 2 * 86400)
        buf_addf(&span, "%llu days", seconds / 86400);
    else
        quote_duration(&span, seconds * 1000);
    if (seconds == 0)
        check_say(text, "the master %s keeps its binary logs until they are purged", facts->master.host);
    else
        check_say(text, "the master %s keeps its binary logs for %s", facts->master.host, buf_str(&span));
    buf_free(&span);
    return seconds != 0 && seconds < EXPIRY_LEAST_S ? CHECK_WARNING : CHECK_OK;
}

enum check_verdict check_as_written(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)facts;
    if (!answers->as_written) {
        check_say(text, "the safe form of every step is used");
        return CHECK_OK;
    }
    check_say(text, "as_written = yes: the replication login gets SUPER and RELOAD, and replicate-do-db = %s on the "
                    "slave loses structure changes made without USE", answers->database);
    return CHECK_WARNING;
}
