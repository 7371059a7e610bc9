/* What was seen of a pair, and what check makes of it: a table of cases, each a healthy pair with something changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "care/judge.h"

struct cell {
    const char *name, *value;
};

/* A healthy slave's status; a case puts other values in. */
static const struct cell healthy[] = {
    { "Master_Host", "db1" }, { "Master_User", "repl" }, { "Slave_IO_Running", "Yes" }, { "Slave_SQL_Running", "Yes" },
    { "Seconds_Behind_Master", "0" }, { "Master_Log_File", "mysql-bin.000003" }, { "Read_Master_Log_Pos", "500" },
    { "Relay_Master_Log_File", "mysql-bin.000003" }, { "Exec_Master_Log_Pos", "500" }, { "Last_IO_Errno", "0" },
    { "Last_IO_Error", "" }, { "Last_SQL_Errno", "0" }, { "Last_SQL_Error", "" }, { "Master_Server_Id", "1" },
    { "Replicate_Do_DB", "" }, { "Replicate_Ignore_DB", "" }, { "Replicate_Do_Table", "" }, { "Replicate_Ignore_Table", "" },
    { "Replicate_Wild_Do_Table", "billing.%" }, { "Replicate_Wild_Ignore_Table", "" }, { "Master_SSL_Allowed", "No" },
    { "SQL_Delay", "0" }, { "Using_Gtid", "No" },
};
#define CELLS (sizeof healthy / sizeof *healthy)

struct pair {
    struct answers answers;
    struct facts facts;
    struct care_side sides[2];
    struct sight sight;
};

static void set(struct server_facts *server, const char *name, const char *value)
{
    for (size_t i = 0; i < server->setting_count; i++) {
        if (strcmp(server->settings[i].name, name) == 0) {
            free(server->settings[i].value);
            server->settings[i].value = mem_dup(value);
            return;
        }
    }
    server->settings = mem_grow(server->settings, server->setting_count + 1, sizeof *server->settings);
    server->settings[server->setting_count++] = (struct setting){ .name = mem_dup(name), .value = mem_dup(value) };
}

static void set_status(struct pair *pair, const struct cell *other, size_t count)
{
    struct rows rows = { .count = 1, .columns = CELLS };
    rows.names = mem_alloc(CELLS * sizeof *rows.names);
    rows.cells = mem_alloc(CELLS * sizeof *rows.cells);
    rows.lengths = mem_alloc(CELLS * sizeof *rows.lengths);
    for (size_t i = 0; i < CELLS; i++) {
        const char *value = healthy[i].value;
        for (size_t k = 0; k < count; k++)
            if (other[k].name != NULL && strcmp(other[k].name, healthy[i].name) == 0)
                value = other[k].value;
        rows.names[i] = mem_dup(healthy[i].name);
        rows.cells[i] = strcmp(value, "NULL") == 0 ? NULL : mem_dup(value);
        rows.lengths[i] = rows.cells[i] != NULL ? strlen(value) : 0;
    }
    slave_status_free(&pair->facts.slave.slave_status);
    slave_status_from_rows(&pair->facts.slave.slave_status, &rows);
}

static void add_server(struct server_facts *server, enum side side)
{
    server->side = side;
    server->host = mem_dup(side == SIDE_MASTER ? "db1" : "db2");
    server->version = mem_dup("10.11.6-MariaDB");
    server->version_number = 101106;
    server->dialect = dialect_for("10.11.6-MariaDB");
    server->machine_id = mem_dup(side == SIDE_MASTER ? "m1" : "m2");
    set(server, "server_id", side == SIDE_MASTER ? "1" : "2");
    set(server, "binlog_format", "ROW");
    set(server, "sql_mode", "STRICT_TRANS_TABLES");
    set(server, "binlog_expire_logs_seconds", "864000");
}

static void add_disk(struct sight_disk *disk)
{
    sight_read_disk(disk, "now 1000000\ndisk 1100 600 500 1048576\nlog 900000 100 /var/lib/mysql/mysql-bin.000002\n"
                          "log 999999 200 /var/lib/mysql/mysql-bin.000003\n");
}

static void pair_init(struct pair *pair)
{
    memset(pair, 0, sizeof *pair);
    answers_init(&pair->answers);
    add_server(&pair->facts.master, SIDE_MASTER);
    add_server(&pair->facts.slave, SIDE_SLAVE);
    add_server(&pair->sight.then.master, SIDE_MASTER);
    add_server(&pair->sight.then.slave, SIDE_SLAVE);
    pair->facts.master.log_bin = true;
    strings_add(&pair->facts.master.binlogs, "mysql-bin.000002");
    strings_add(&pair->facts.master.binlogs, "mysql-bin.000003");
    for (size_t i = 0; i < 2; i++)
        pair->sides[i] = (struct care_side){ .looked = true, .host = true, .server = true };
    set_status(pair, NULL, 0);
    pair->sight.answers = &pair->answers;
    pair->sight.facts = &pair->facts;
    pair->sight.sides = pair->sides;
    pair->sight.unreached_s = -1;
    pair->sight.lag_seen = true;
    pair->sight.lag_ms = 12;
    pair->sight.run = mem_dup("20261126-053324-vcd3");
    add_disk(&pair->sight.disks[0]);
    add_disk(&pair->sight.disks[1]);
    pair->sight.replication = (struct sight_account){ .seen = true, .user = mem_dup("repl"), .granted = true };
    pair->sight.reports = (struct sight_account){ .seen = true, .user = mem_dup("reportreader"), .granted = true };
    strings_add(&pair->sight.replication.hosts, "db2");
    strings_add(&pair->sight.reports.hosts, "db1");
}

static void pair_free(struct pair *pair)
{
    sight_free(&pair->sight);
    facts_free(&pair->facts);
    answers_free(&pair->answers);
}

/* What is changed beside the status. */
static void no_master(struct pair *p) { p->sides[0].server = p->sides[0].host = false; err_set(&p->sides[0].why, ERR_CONNECT, "db1 does not answer"); }
static void master_down(struct pair *p) { p->sides[0].server = false; err_set(&p->sides[0].why, ERR_WORLD, "mysqld is not running"); }
static void no_slave(struct pair *p) { p->sides[1].server = p->sides[1].host = false; err_set(&p->sides[1].why, ERR_CONNECT, "db2 does not answer"); }
static void nobody(struct pair *p) { no_master(p); no_slave(p); }
static void slave_down(struct pair *p) { p->sides[1].server = false; err_set(&p->sides[1].why, ERR_WORLD, "mysqld is not running"); }
static void no_slave_of_anybody(struct pair *p) { p->facts.slave.slave_status.configured = false; }
static void connecting(struct pair *p) { p->sight.unreached_s = 75; p->sight.lag_seen = false; }
static void late_but_moving(struct pair *p) { p->sight.lag_over = p->sight.moves = p->sight.fetched = true; p->sight.lag_ms = 5003; }
static void stands_still(struct pair *p) { p->sight.lag_over = p->sight.fetched = true; p->sight.lag_ms = 5003; }
static void cut(struct pair *p) { p->sight.lag_over = true; p->sight.lag_ms = 5003; }
static void unlogged(struct pair *p) { p->facts.master.log_bin = false; }
static void mixed(struct pair *p) { set(&p->facts.master, "binlog_format", "MIXED"); }
static void read_only(struct pair *p) { set(&p->facts.master, "read_only", "ON"); set(&p->sight.then.master, "read_only", "ON"); }
static void same_ids(struct pair *p) { set(&p->facts.slave, "server_id", "1"); }
static void do_db(struct pair *p) { strings_add(&p->facts.master.binlog_do_db, "crm"); }
static void ignore_db(struct pair *p) { strings_add(&p->facts.master.binlog_ignore_db, "billing"); }
static void newer(struct pair *p) { p->facts.master.version_number = 110802; }
static void tls(struct pair *p) { p->answers.replication.tls = TLS_REQUIRE; }
static void drifted(struct pair *p) { set(&p->facts.slave, "sql_mode", ""); }
static void edited(struct pair *p) { strings_add(&p->sight.edited, "/etc/my.cnf on the slave"); }
static void replaced(struct pair *p) { free(p->facts.slave.machine_id); p->facts.slave.machine_id = mem_dup("m3"); }
static void no_repl(struct pair *p) { strings_free(&p->sight.replication.hosts); }
static void repl_revoked(struct pair *p) { p->sight.replication.granted = false; }
static void repl_locked(struct pair *p) { p->sight.replication.locked = true; }
static void no_reports(struct pair *p) { strings_free(&p->sight.reports.hosts); }
static void disk_92(struct pair *p) { p->sight.disks[0].free = p->sight.disks[0].total / 100 * 8; }
static void disk_97(struct pair *p) { p->sight.disks[1].free = p->sight.disks[1].total / 100 * 3; }
static void growth(struct pair *p) { p->sight.disks[0].logs[1].bytes = p->sight.disks[0].free * 2 - 100; }
static void relays(struct pair *p) { p->sight.disks[1].logs[0].bytes = p->sight.disks[1].free + 1; }
static void an_hour(struct pair *p) { set(&p->facts.master, "binlog_expire_logs_seconds", "3600"); }
static void expires_soon(struct pair *p) { set(&p->facts.master, "binlog_expire_logs_seconds", "110000"); }

#define CRIT CARE_CRITICAL
#define WARN CARE_WARNING

/* The verdict, and the finding that it comes from with words of its text. */
static const struct one_case {
    const char *name, *id;
    enum care_verdict severity, verdict;
    const char *says;
    struct cell cells[4];
    void (*change)(struct pair *pair);
} cases[] = {
    { "healthy", "lag", CARE_OK, CARE_OK, "12 ms later", { { NULL, NULL } }, NULL },
    { "healthy: expiry", "expiry", CARE_OK, CARE_OK, "240 h", { { NULL, NULL } }, NULL },
    { "IO error", "io-thread", CRIT, CRIT, "error 1236: gone", { { "Slave_IO_Running", "No" }, { "Last_IO_Errno", "1236" }, { "Last_IO_Error", "gone" } }, NULL },
    { "IO stopped", "io-thread", CRIT, CRIT, "stopped, without an error", { { "Slave_IO_Running", "No" }, { "Seconds_Behind_Master", "NULL" } }, NULL },
    { "IO connecting", "io-thread", CRIT, CRIT, "Connecting for 1 min 15 s: refused", { { "Slave_IO_Running", "Connecting" }, { "Last_IO_Error", "refused" } }, connecting },
    { "IO preparing is no better", "io-thread", CRIT, CRIT, "cannot reach", { { "Slave_IO_Running", "Preparing" } }, NULL },
    { "IO error, runs again", "io-thread", WARN, WARN, "after error 2003", { { "Last_IO_Errno", "2003" }, { "Last_IO_Error", "refused" } }, NULL },
    { "SQL error", "sql-thread", CRIT, CRIT, "error 1062: twice", { { "Slave_SQL_Running", "No" }, { "Last_SQL_Errno", "1062" }, { "Last_SQL_Error", "twice" } }, NULL },
    { "SQL stopped", "sql-thread", CRIT, CRIT, "stopped, without an error", { { "Slave_SQL_Running", "No" } }, NULL },
    { "SQL error, runs again", "sql-thread", WARN, WARN, "after error 1062", { { "Last_SQL_Errno", "1062" }, { "Last_SQL_Error", "twice" } }, NULL },
    { "59 s", "delay", CARE_OK, CARE_OK, "59 s", { { "Seconds_Behind_Master", "59" } }, NULL },
    { "60 s", "delay", WARN, WARN, "60 s", { { "Seconds_Behind_Master", "60" } }, NULL },
    { "300 s", "delay", CRIT, CRIT, "300 s", { { "Seconds_Behind_Master", "300" } }, NULL },
    { "told to stay behind", "sql-delay", WARN, WARN, "3600 s behind", { { "SQL_Delay", "3600" } }, NULL },
    { "late, at work", "lag", WARN, WARN, "at work", { { NULL, NULL } }, late_but_moving },
    { "stands still, says 0", "position", CRIT, CRIT, "has not moved for 5.0 s", { { NULL, NULL } }, stands_still },
    { "stands still, knows it", "position", WARN, WARN, "has not moved for 5.0 s", { { "Seconds_Behind_Master", "20" } }, stands_still },
    { "the line is cut", "position", CRIT, CRIT, "nothing arrives", { { "Seconds_Behind_Master", "20" } }, cut },
    { "another master", "source", CRIT, CRIT, "server id 9", { { "Master_Server_Id", "9" } }, NULL },
    { "not connected yet", "io-thread", CRIT, CRIT, "Connecting", { { "Master_Server_Id", "0" }, { "Slave_IO_Running", "Connecting" } }, NULL },
    { "no slave", "configured", CRIT, CRIT, "no slave of anybody", { { NULL, NULL } }, no_slave_of_anybody },
    { "slave's host gone", "slave", CARE_UNKNOWN, CARE_UNKNOWN, "db2 does not answer", { { NULL, NULL } }, no_slave },
    { "neither host", "master", CARE_UNKNOWN, CARE_UNKNOWN, "db1 does not answer", { { NULL, NULL } }, nobody },
    { "slave's server down", "slave", CRIT, CRIT, "not running", { { NULL, NULL } }, slave_down },
    { "master's host gone", "master", WARN, WARN, "db1 does not answer", { { NULL, NULL } }, no_master },
    { "master's server down", "master", CRIT, CRIT, "not running", { { NULL, NULL } }, master_down },
    { "no binary log", "log-bin", CRIT, CRIT, "no binary log", { { NULL, NULL } }, unlogged },
    { "MIXED", "binlog-format", WARN, WARN, "MIXED", { { NULL, NULL } }, mixed },
    { "read only", "read-only", WARN, WARN, "read_only", { { NULL, NULL } }, read_only },
    { "equal ids", "server-id", CRIT, CRIT, "server id 1", { { NULL, NULL } }, same_ids },
    { "binlog-do-db", "filters", CRIT, CRIT, "binlog-do-db", { { NULL, NULL } }, do_db },
    { "binlog-ignore-db", "filters", CRIT, CRIT, "binlog-ignore-db", { { NULL, NULL } }, ignore_db },
    { "master newer", "version", WARN, WARN, "newer", { { NULL, NULL } }, newer },
    { "TLS wanted", "encryption", CRIT, CRIT, "not encrypted", { { NULL, NULL } }, tls },
    { "another database", "filters", CRIT, CRIT, "leave out part of billing: crm.%", { { "Replicate_Wild_Do_Table", "crm.%" } }, NULL },
    { "one of two", "settings", CARE_OK, CARE_OK, "as replication needs", { { "Replicate_Wild_Do_Table", "crm.%,billing.%" } }, NULL },
    { "do-db", "filters", WARN, WARN, "without USE", { { "Replicate_Wild_Do_Table", "" }, { "Replicate_Do_DB", "billing" } }, NULL },
    { "another do-db", "filters", CRIT, CRIT, "leave out", { { "Replicate_Wild_Do_Table", "" }, { "Replicate_Do_DB", "crm" } }, NULL },
    { "no filter", "settings", CARE_OK, CARE_OK, "as replication needs", { { "Replicate_Wild_Do_Table", "" } }, NULL },
    { "ignored table", "filters", CRIT, CRIT, "billing.calls", { { "Replicate_Ignore_Table", "billing.calls" } }, NULL },
    { "drift", "drift", WARN, WARN, "sql_mode has changed on the slave", { { NULL, NULL } }, drifted },
    { "edited", "options", WARN, WARN, "/etc/my.cnf on the slave", { { NULL, NULL } }, edited },
    { "another machine", "identity", WARN, WARN, "another machine", { { NULL, NULL } }, replaced },
    { "repl gone", "replication-account", CRIT, CRIT, "is gone", { { NULL, NULL } }, no_repl },
    { "repl revoked", "replication-account", CRIT, CRIT, "has lost", { { NULL, NULL } }, repl_revoked },
    { "repl locked", "replication-account", CRIT, CRIT, "locked", { { NULL, NULL } }, repl_locked },
    { "reports gone", "reports-account", WARN, WARN, "is gone", { { NULL, NULL } }, no_reports },
    { "disk 92", "disk-master", WARN, WARN, "92 % full", { { NULL, NULL } }, disk_92 },
    { "disk 97", "disk-slave", CRIT, CRIT, "97 % full", { { NULL, NULL } }, disk_97 },
    { "logs fill the disk", "disk-master", WARN, WARN, "a day", { { NULL, NULL } }, growth },
    { "relay logs", "relay-logs", WARN, WARN, "2 relay logs on the slave", { { NULL, NULL } }, relays },
    { "expiry of an hour", "expiry", WARN, WARN, "after 1 h 00 min", { { NULL, NULL } }, an_hour },
    { "expires under the slave", "expiry", WARN, WARN, "deletes in 2 h 46 min", { { "Master_Log_File", "mysql-bin.000002" } }, expires_soon },
    { "purged", "purged", CRIT, CRIT, "mysql-bin.000001", { { "Master_Log_File", "mysql-bin.000001" } }, NULL },
    { "purged, with GTIDs", "purged", WARN, WARN, "mysql-bin.000001", { { "Master_Log_File", "mysql-bin.000001" }, { "Using_Gtid", "Slave_Pos" } }, NULL },
};

static void test_case(const struct one_case *one)
{
    struct pair pair;
    struct check_report report;
    bool found = false;
    pair_init(&pair);
    set_status(&pair, one->cells, sizeof one->cells / sizeof *one->cells);
    if (one->change != NULL)
        one->change(&pair);
    check_report_init(&report);
    check_judge(&report, &pair.sight);
    for (size_t i = 0; i < report.count; i++)
        found = found || (strcmp(report.findings[i].id, one->id) == 0 && report.findings[i].severity == one->severity &&
                          strstr(report.findings[i].text, one->says) != NULL);
    if (!found || report.verdict != one->verdict) {
        for (size_t i = 0; i < report.count; i++)
            print_error("%s %s: %s\n", care_verdict_word(report.findings[i].severity), report.findings[i].id, report.findings[i].text);
        fail_msg("%s: verdict %s, expected %s, finding %s '%s'", one->name, care_verdict_word(report.verdict),
                 care_verdict_word(one->verdict), one->id, one->says);
    }
    check_report_free(&report);
    pair_free(&pair);
}

static void each_case_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_case(&cases[i]);
}

/* 0 seconds of a slave that fetches nothing say nothing: MySQL says so while it is Connecting. */
static void no_delay_without_the_io_thread(void **state)
{
    (void)state;
    const struct cell connecting_cells[] = { { "Slave_IO_Running", "Connecting" }, { "Seconds_Behind_Master", "0" } };
    struct pair pair;
    struct check_report report;
    struct buf line = BUF_INIT;
    pair_init(&pair);
    set_status(&pair, connecting_cells, 2);
    check_report_init(&report);
    check_judge(&report, &pair.sight);
    for (size_t i = 0; i < report.count; i++)
        assert_string_not_equal(report.findings[i].id, "delay");
    check_report_line(&report, &line);
    assert_non_null(strstr(buf_str(&line), "| delay=U;60;300"));
    buf_free(&line);
    check_report_free(&report);
    pair_free(&pair);
}

static void line_is(struct check_report *report, const char *expected)
{
    struct buf line = BUF_INIT;
    check_report_line(report, &line);
    assert_string_equal(buf_str(&line), expected);
    buf_free(&line);
    check_report_free(report);
}

static void the_plugin_line(void **state)
{
    (void)state;
    struct pair pair;
    struct check_report report;
    struct err err = ERR_INIT;
    pair_init(&pair);
    check_report_init(&report);
    report.io_running = (free(report.io_running), mem_dup("Yes"));
    report.sql_running = (free(report.sql_running), mem_dup("Yes"));
    report.seconds_behind = 0;
    check_judge(&report, &pair.sight);
    line_is(&report, "DUALSERVER OK - IO Yes, SQL Yes, 0 s behind, 12 ms measured | delay=0s;60;300 lag=0.012s;60;300 disk_master=50%;90;95 "
                     "disk_slave=50%;90;95 binlogs=300B relay_logs=300B");
    pair_free(&pair);
    err_set(&err, ERR_ANSWERS, "answers:3: a | bar\nand a line");
    check_report_unknown(&report, &err);
    line_is(&report, "DUALSERVER UNKNOWN - answers:3: a   bar\\nand a line");
    check_report_init(&report);
    check_find(&report, "a", CARE_WARNING, "", "one");
    check_find(&report, "b", CARE_CRITICAL, "", "two");
    check_find(&report, "c", CARE_UNKNOWN, "", "three");
    line_is(&report, "DUALSERVER CRITICAL - two (and 2 more)");
}

static void what_the_disk_script_says(void **state)
{
    (void)state;
    struct sight sight = { .unreached_s = -1 };
    sight_read_disk(&sight.disks[0], "");
    assert_false(sight.disks[0].seen);
    sight_read_disk(&sight.disks[0], "disk \nnow \nlog 1\nlog 12 x nothing\n");
    assert_false(sight.disks[0].seen);
    assert_int_equal(sight.disks[0].log_count, 0);
    add_disk(&sight.disks[0]);
    assert_true(sight.disks[0].seen);
    assert_int_equal(sight.disks[0].free, 500u << 20);
    assert_int_equal(sight_log_bytes(&sight.disks[0]), 300);
    assert_int_equal(sight_growth(&sight.disks[0]), 172); /* 200 bytes in 100000 s */
    assert_string_equal(sight.disks[0].logs[1].name, "mysql-bin.000003");
    sight_free(&sight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_is_judged),
        cmocka_unit_test(no_delay_without_the_io_thread),
        cmocka_unit_test(the_plugin_line),
        cmocka_unit_test(what_the_disk_script_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
