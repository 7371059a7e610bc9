/* Each symptom, on a look built in memory: a pair with which all is well, and one change for each thing that can be wrong. Then
 * what mysqlbinlog prints, and billing.ini. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "care/doubt.h"
#include "trouble/troubleshoot.h"
#include "../../src/trouble/trouble_room.h"

static const struct dialect mariadb = { .name = "MariaDB", .mariadb = true };
static const struct dialect mysql = { .name = "MySQL", .mariadb = false };
static struct answers answers;
static struct care care;
static struct trouble trouble;

static void text(char **field, const char *value)
{
    free(*field);
    *field = mem_dup(value);
}

static void set(struct server_facts *server, const char *name, const char *value)
{
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcmp(server->settings[i].name, name) == 0) {
            text(&server->settings[i].value, value);
            return;
        }
    server->settings = mem_grow(server->settings, server->setting_count + 1, sizeof *server->settings);
    server->settings[server->setting_count++] = (struct setting){ mem_dup(name), mem_dup(value) };
}

static struct slave_status *status(void)
{
    return &care.world.facts.slave.slave_status;
}

/* A column of the whole answer. */
static void cell(const char *name, const char *value)
{
    struct rows *rows = &status()->rows;
    for (size_t i = 0; i < rows->columns; i++)
        if (strcmp(rows->names[i], name) == 0) {
            text(&rows->cells[i], value);
            return;
        }
    rows->names = mem_grow(rows->names, rows->columns + 1, sizeof *rows->names);
    rows->cells = mem_grow(rows->cells, rows->columns + 1, sizeof *rows->cells);
    rows->lengths = mem_grow(rows->lengths, rows->columns + 1, sizeof *rows->lengths);
    rows->names[rows->columns] = mem_dup(name);
    rows->cells[rows->columns] = mem_dup(value);
    rows->lengths[rows->columns++] = strlen(value);
    rows->count = 1;
}

static void good_server(struct server_facts *server, enum side side, const char *id)
{
    *server = (struct server_facts){ .side = side, .dialect = &mariadb, .port = 3306, .log_bin = true,
                                     .service = { .systemd = true, .active = true } };
    text(&server->service.unit, "mariadb.service");
    text(&server->host, side == SIDE_MASTER ? "db1" : "db2");
    set(server, "server_id", id);
    set(server, "bind_address", "0.0.0.0");
    set(server, "port", "3306");
    set(server, "read_only", "OFF");
}

static int good(void **state)
{
    (void)state;
    answers = (struct answers){ .database = (char *)"billing" };
    care = (struct care){ .sides = { { .looked = true, .host = true, .server = true }, { .looked = true, .host = true, .server = true } } };
    care.world.answers = &answers;
    good_server(&care.world.facts.master, SIDE_MASTER, "1");
    good_server(&care.world.facts.slave, SIDE_SLAVE, "2");
    strings_add(&care.world.facts.master.binlogs, "bin.000003");
    strings_add(&care.world.facts.master.binlogs, "bin.000004");
    struct slave_status *slave = status();
    slave->configured = true;
    slave->master_port = 3306;
    text(&slave->master_host, "db1");
    text(&slave->master_user, "repl");
    text(&slave->io_running, "Yes");
    text(&slave->sql_running, "Yes");
    text(&slave->io_state, "Waiting for master to send event");
    text(&slave->sql_state, "Slave has read all relay log");
    text(&slave->last_io_error, "");
    text(&slave->last_sql_error, "");
    text(&slave->master_log_file, "bin.000003");
    text(&slave->relay_master_log_file, "bin.000003");
    cell("Replicate_Wild_Do_Table", "billing.%");
    cell("SQL_Delay", "0");
    cell("Using_Gtid", "Slave_Pos");
    trouble = (struct trouble){ .care = &care, .status = slave, .disk_free = 1ull << 30, .reach = REACH_SERVER };
    text(&trouble.sql_error, "");
    text(&trouble.address, "db1");
    text(&trouble.account.host, "db2");
    trouble.account.seen = trouble.account.exists = trouble.account.granted = true;
    return 0;
}

static int end(void **state)
{
    (void)state;
    trouble_free(&trouble);
    facts_free(&care.world.facts);
    return 0;
}

/* Seen is exactly this; "" for nothing. The fix offered first, "" for none. */
static void expect(const char *ids, const char *fix)
{
    struct diagnosis diagnosis;
    struct buf seen = BUF_INIT;
    troubleshoot_diagnose(&trouble, &diagnosis);
    for (size_t i = 0; i < diagnosis.count; i++)
        buf_addf(&seen, "%s%s", i > 0 ? " " : "", diagnosis.found[i].symptom->id);
    assert_string_equal(buf_str(&seen), ids);
    if (diagnosis.count > 0)
        assert_string_equal(diagnosis.found[0].fix_count > 0 ? diagnosis.found[0].fixes[0]->id : "", fix);
    buf_free(&seen);
    diagnosis_free(&diagnosis);
}

static void io(const char *running, unsigned number, const char *words)
{
    text(&status()->io_running, running);
    text(&status()->last_io_error, words);
    status()->last_io_errno = number;
    status()->seconds_behind = -1;
}

static void sql(unsigned number, const char *words)
{
    text(&status()->sql_running, "No");
    text(&trouble.sql_error, words);
    trouble.sql_errno = status()->last_sql_errno = number;
    status()->seconds_behind = -1;
}

static void all_is_well(void **state)
{
    (void)state;
    expect("", "");
}

static void io_errors_are_told_apart(void **state)
{
    static const struct {
        const char *running;
        unsigned number;
        const char *words, *id, *fix;
    } cases[] = {
        { "No", 0, "", "io-stopped", "start" },
        { "Connecting", 1045, "error connecting to master 'repl@db1:3306': Access denied for user 'repl'@'db2' (using password: YES)",
          "account-password", "new-password" },
        { "No", 2061, "Authentication plugin 'caching_sha2_password' reported error: Authentication requires secure connection.",
          "public-key", "tls" },
        { "Connecting", 2026, "SSL connection error: SSL is required but the server does not support it", "tls", "tls" },
        { "No", 1593, "Fatal error: The slave I/O thread stops because master and slave have equal MySQL server ids; these ids must be "
          "different for replication to work", "same-server-id", "new-id" },
        { "No", 13117, "Fatal error: The replica I/O thread stops because source and replica have equal MySQL server UUIDs; these UUIDs "
          "must be different for replication to work.", "same-server-uuid", "new-uuid" },
        { "No", 1153, "Got a packet bigger than 'slave_max_allowed_packet' bytes", "packet", "raise-packet" },
        { "No", 1236, "Got fatal error 1236 from master when reading data from binary log: 'log event entry exceeded max_allowed_packet'",
          "packet", "raise-packet" },
        { "No", 1236, "Got fatal error 1236: 'Could not find first log file name in binary log index file'", "binlog-purged", "from-oldest" },
        { "No", 13114, "Got fatal error 1236 from source: 'Cannot replicate because the source purged required binary logs.'",
          "binlog-purged", "from-oldest" },
        { "No", 1236, "Got fatal error 1236: 'bogus data in log event; the first event'", "binlog-corrupt", "next-binlog" },
        { "No", 1595, "Relay log write failure: could not queue event from master", "binlog-corrupt", "next-binlog" },
        { "No", 1236, "Got fatal error 1236: 'Client requested master to start replication from impossible position'", "binlog-beyond",
          "next-binlog" },
        { "No", 1236, "Got fatal error 1236: 'Binary log is not open'", "binlog-off", "" },
        { "Connecting", 1129, "Host 'db2' is blocked because of many connection errors", "blocked", "" },
        { "No", 1040, "Too many connections", "io-error", "start" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        io(cases[i].running, cases[i].number, cases[i].words);
        expect(cases[i].id, cases[i].fix);
    }
}

static void no_answer_has_several_causes(void **state)
{
    (void)state;
    io("Connecting", 2003, "error connecting to master 'repl@db1:3306'");
    trouble.reach = REACH_SILENT;
    expect("master-silent", "");
    set(&care.world.facts.master, "bind_address", "127.0.0.1");
    expect("bind-address", "listen");
    text(&status()->master_host, "db9");
    expect("wrong-address", "re-point");
    text(&status()->master_host, "db1");
    status()->master_port = 3399;
    expect("wrong-address", "re-point");
    care.sides[SIDE_MASTER].server = false;
    care.world.facts.master.service.active = false;
    expect("master-down", "start-master-server");
    care.world.facts.master.service.active = true;
    expect("master-closed", "");
    care.sides[SIDE_MASTER].host = false;
    expect("master-unreachable", "");
}

static void accounts(void **state)
{
    (void)state;
    io("Connecting", 1045, "Access denied for user 'repl'@'db2' (using password: YES)");
    trouble.account.exists = trouble.account.granted = false;
    expect("account-missing", "new-password");
    trouble.account.exists = trouble.account.granted = true;
    expect("account-password", "new-password");
    trouble.account.granted = false; /* MariaDB 10.11 words it as a refused login */
    io("Connecting", 1597, "Master command COM_REGISTER_SLAVE failed: Access denied for user 'repl'@'db2' (using password: YES)");
    expect("account-grant", "grant");
}

static void sql_errors_are_told_apart(void **state)
{
    static const struct {
        unsigned number;
        const char *words, *id, *fix;
    } cases[] = {
        { 0, "", "sql-stopped", "start" },
        { 1927, "Connection was killed", "sql-stopped", "start" },
        { 1062, "Duplicate entry '7' for key 'PRIMARY'", "duplicate-key", "skip" },
        { 1032, "Can't find record in 'rates'", "missing-row", "skip" },
        { 1146, "Table 'billing.rates' doesn't exist", "missing-table", "bring-table" },
        { 1146, "Table 'crm.rates' doesn't exist", "missing-table", "skip" },
        { 1054, "Unknown column 'x'", "sql-error", "skip" },
        { 1594, "Relay log read failure: Could not parse relay log event entry.", "relay-log", "refetch" },
        { 13121, "Relay log read failure", "relay-log", "refetch" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sql(cases[i].number, cases[i].words);
        expect(cases[i].id, cases[i].fix);
    }
}

/* Neither thread names an error then. */
static void a_lost_relay_log_is_seen_by_its_index(void **state)
{
    (void)state;
    io("No", 0, "");
    text(&trouble.relay_missing, "./relay-bin.000002");
    expect("relay-log", "refetch");
    io("Yes", 0, "");
    expect("", "");
}

/* An empty transaction needs the failing one's id. */
static void a_skip_by_gtid_needs_the_gtid(void **state)
{
    (void)state;
    care.world.facts.slave.dialect = &mysql;
    text(&status()->rows.names[2], "Auto_Position");
    cell("Auto_Position", "1");
    sql(1054, "Unknown column");
    expect("sql-error", "");
    text(&trouble.failing.gtid, "d7ad05b3-e95a-11f1-aaed-befa87f86272:11");
    expect("sql-error", "skip");
}

static void a_row_is_repaired_where_both_sides_are_known(void **state)
{
    (void)state;
    sql(1032, "Can't find record in 'rates'");
    trouble.failing = (struct failing){ .seen = true, .changes = 1, .count = 1, .rows = mem_alloc(sizeof *trouble.failing.rows) };
    trouble.failing.rows[0] = (struct changed_row){ .kind = CHANGED_DELETE };
    text(&trouble.row_where, "(`id` = 7)");
    expect("missing-row", "skip"); /* the master has it no more */
    trouble.master_row.count = 1;
    expect("missing-row", "repair-row");
    text(&trouble.row_trigger, "count_lines"); /* would do more than what the master did */
    expect("missing-row", "skip");
    text(&trouble.row_trigger, NULL);
    sql(1062, "Duplicate entry 'x' for key 'email'");
    trouble.failing.rows[0].kind = CHANGED_INSERT;
    expect("duplicate-key", "skip"); /* what is in the way is another row of the master's, perhaps */
    trouble.slave_row.count = 1;
    expect("duplicate-key", "repair-row");
}

static void the_slave_itself(void **state)
{
    (void)state;
    trouble.disk_free = 4096;
    care.sides[SIDE_SLAVE].server = false; /* it is not asked then */
    expect("disk-full", "");
    care.sides[SIDE_SLAVE].server = true;
    trouble.disk_free = 1ull << 30;
    strings_add(&trouble.skip_files, "/etc/mysql/my.cnf");
    expect("skip-start", "take-up");
    strings_free(&trouble.skip_files);
    trouble.skip_files = (struct strings){ .count = 0 };
    cell("SQL_Delay", "3600");
    expect("delayed", "no-delay");
    cell("SQL_Delay", "0");
    cell("Replicate_Ignore_Table", "billing.invoices");
    expect("filter", "filters");
    cell("Replicate_Ignore_Table", "");
    cell("Replicate_Wild_Do_Table", "other.%");
    expect("filter", "filters");
    cell("Replicate_Wild_Do_Table", "billing.%");
    strings_add(&trouble.events, "nightly");
    expect("events", "disable-events");
    strings_free(&trouble.events);
    trouble.events = (struct strings){ .count = 0 };
    set(&care.world.facts.master, "read_only", "ON");
    expect("master-read-only", "writable");
    set(&care.world.facts.master, "read_only", "OFF");
    strings_add(&trouble.doubts, "rates");
    expect("doubtful", "compare");
    status()->configured = false;
    strings_free(&trouble.doubts);
    trouble.doubts = (struct strings){ .count = 0 };
    expect("no-slave", "");
    care.sides[SIDE_SLAVE].server = false;
    care.world.facts.slave.service.active = false;
    expect("slave-down", "start-slave-server");
    care.sides[SIDE_SLAVE].host = false;
    expect("slave-unreachable", "");
}

static struct trouble_process *process(const char *user, const char *command, const char *state, const char *info, uint64_t seconds)
{
    trouble.processes = mem_grow(trouble.processes, trouble.process_count + 1, sizeof *trouble.processes);
    struct trouble_process *made = &trouble.processes[trouble.process_count++];
    *made = (struct trouble_process){ .id = trouble.process_count, .seconds = seconds, .user = mem_dup(user), .host = mem_dup(""),
                                      .command = mem_dup(command), .state = mem_dup(state), .info = mem_dup(info) };
    return made;
}

static void a_lag_names_the_report(void **state)
{
    (void)state;
    status()->seconds_behind = 59;
    expect("", "");
    status()->seconds_behind = 61;
    expect("lag", ""); /* nobody is there to be killed */
    status()->seconds_behind = 0;
    process("system user", "Slave_SQL", "Waiting for table metadata lock", "ALTER TABLE t", 900)->keep = true;
    process("reports", "Query", "User sleep", "SELECT 1", 5);
    process("reports", "Query", "Sending data", "SELECT everything", 700);
    process("reports", "Sleep", "", "", 5000);
    expect("lag", "kill");
    assert_int_equal(trouble_longest(&trouble)->id, 3);
}

/* Replication's own threads, the scheduler's and ours are kept whatever they say. */
static void threads_that_are_never_killed(void **state)
{
    static char *cells[] = {
        (char *)"1", (char *)"system user", (char *)"Query",       (char *)"900", (char *)"ALTER TABLE t",
        (char *)"2", (char *)"repl",        (char *)"Binlog Dump", (char *)"900", NULL,
        (char *)"3", (char *)"event_scheduler", (char *)"Daemon",  (char *)"900", NULL,
        (char *)"4", (char *)"root",        (char *)"Query",       (char *)"0",   (char *)"SHOW FULL PROCESSLIST",
        (char *)"5", (char *)"reports",     (char *)"Query",       (char *)"9",   (char *)"SELECT 1",
    };
    static char *names[] = { (char *)"Id", (char *)"User", (char *)"Command", (char *)"Time", (char *)"Info" };
    const struct rows rows = { .count = 5, .columns = 5, .names = names, .cells = cells };
    (void)state;
    trouble_take_processes(&trouble, &rows, 4);
    for (size_t i = 0; i < trouble.process_count; i++)
        assert_int_equal(trouble.processes[i].keep, i < 4);
}

static void a_fix_is_found_by_its_name(void **state)
{
    struct diagnosis diagnosis;
    const struct symptom *symptom;
    uint64_t number;
    (void)state;
    process("reports", "Query", "", "SELECT 1", 100);
    status()->seconds_behind = 400;
    troubleshoot_diagnose(&trouble, &diagnosis);
    assert_non_null(diagnosis_fix(&diagnosis, "kill", &symptom, &number));
    assert_int_equal(number, 0);
    assert_non_null(diagnosis_fix(&diagnosis, "kill-17", &symptom, &number));
    assert_int_equal(number, 17);
    assert_string_equal(symptom->id, "lag");
    assert_null(diagnosis_fix(&diagnosis, "kill-x", &symptom, &number));
    assert_null(diagnosis_fix(&diagnosis, "skip", &symptom, &number));
    diagnosis_free(&diagnosis);
}

static void the_reports_way(void **state)
{
    static const struct {
        unsigned error;
        bool exists;
        const char *id, *fix;
    } cases[] = {
        { 0, true, "", "" },
        { 2005, false, "reports-host", "" },
        { 2003, false, "reports-port", "" },
        { 1045, false, "reports-account", "reports-login" },
        { 1130, false, "reports-account", "reports-login" },
        { 1045, true, "reports-password", "reports-login" },
        { 1275, true, "reports-plugin", "reports-login" },
        { 1251, true, "reports-plugin", "reports-login" },
        { 2061, true, "reports-plugin", "reports-login" },
        { 1044, true, "reports-grant", "reports-login" },
        { 1040, true, "reports-other", "" },
    };
    static const char ini[] = "<?php\n$use_slave_db = 1;\n$slavedbuser = \"reader\";\n$slavedbpass = 'a\\'b\"';\n";
    (void)state;
    report_login_read(&trouble.billing, ini, sizeof ini - 1);
    text(&trouble.login.user_host, "db1");
    trouble.login.said = mem_dup("ERROR");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        trouble.login.tried = true;
        trouble.login.error = cases[i].error;
        trouble.login.exists = cases[i].exists;
        expect(cases[i].id, cases[i].fix);
    }
}

static void every_fix_of_a_symptom_exists(void **state)
{
    (void)state;
    for (size_t i = 0; i < symptom_count; i++)
        for (size_t k = 0; k < FIXES_MOST && symptoms[i].fixes[k] != NULL; k++) {
            bool found = false;
            for (size_t f = 0; f < fix_count; f++)
                found = found || strcmp(fixes[f].id, symptoms[i].fixes[k]) == 0;
            if (!found)
                fail_msg("%s names the fix %s", symptoms[i].id, symptoms[i].fixes[k]);
        }
}

/* As mariadb-binlog of 10.11 printed it. */
static const char printed[] =
    "# at 2824\n"
    "#261126  5:36:26 server id 1  end_log_pos 3126 CRC32 0x915fa9b1 \tGTID 0-1-11 trans\n"
    "/*M!100101 SET @@session.skip_parallel_replication=0*//*!*/;\n"
    "START TRANSACTION\n/*!*/;\n"
    "#261126  5:36:26 server id 1  end_log_pos 3264 CRC32 0x3a2f801d \tTable_map: `billing`.`empty``one` mapped to number 72\n"
    "#261126  5:36:26 server id 1  end_log_pos 3316 CRC32 0x1ab1c50a \tWrite_rows: table id 72 flags: STMT_END_F\n"
    "### INSERT INTO `billing`.`empty``one`\n### SET\n###   @1=7\n###   @2='by the master'\n"
    "#261126  5:36:26 server id 1  end_log_pos 3400 CRC32 0x1ab1c50a \tUpdate_rows: table id 73 flags: STMT_END_F\n"
    "### UPDATE `billing`.`rates`\n### WHERE\n###   @1=-1 (255)\n### SET\n###   @1=-2 (254)\n"
    "#261126  5:36:26 server id 1  end_log_pos 3447 CRC32 0xe1072e9e \tXid = 510\n"
    "COMMIT/*!*/;\n"
    "#261126  5:36:27 server id 1  end_log_pos 3500 CRC32 0x915fa9b1 \tGTID 0-1-12 ddl\n"
    "#261126  5:36:27 server id 1  end_log_pos 3600 CRC32 0x915fa9b1 \tQuery\tthread_id=28\texec_time=0\terror_code=0\n"
    "SET TIMESTAMP=1795671388/*!*/;\n"
    "CREATE TABLE a (\n id INT)\n/*!*/;\n";

static void a_transaction_is_decoded(void **state)
{
    struct failing failing;
    (void)state;
    failing_parse(&failing, printed, 3400);
    assert_true(failing.seen);
    assert_string_equal(failing.gtid, "0-1-11");
    assert_int_equal(failing.changes, 2);
    assert_int_equal(failing.count, 1); /* of the event that fails */
    assert_int_equal(failing.rows[0].kind, CHANGED_UPDATE);
    assert_string_equal(failing.rows[0].table, "rates");
    assert_string_equal(failing.rows[0].before.items[0], "-1 (255)");
    assert_string_equal(failing.rows[0].after.items[0], "-2 (254)");
    failing_free(&failing);
    failing_parse(&failing, printed, 0); /* the first */
    assert_int_equal(failing.count, 2);
    assert_string_equal(failing.rows[0].table, "empty`one");
    assert_string_equal(failing.rows[0].after.items[1], "'by the master'");
    failing_free(&failing);
    failing_parse(&failing, printed, 3600);
    assert_string_equal(failing.gtid, "0-1-12");
    assert_int_equal(failing.changes, 1);
    assert_int_equal(failing.count, 0);
    assert_string_equal(failing.text, "CREATE TABLE a (\n id INT)\n");
    failing_free(&failing);
    failing_parse(&failing, "", 7);
    assert_false(failing.seen);
    failing_free(&failing);
}

static void a_gtid_of_mysql_is_read(void **state)
{
    struct failing failing;
    (void)state;
    failing_parse(&failing,
                  "#261126  5:36:28 server id 1  end_log_pos 3310 CRC32 0xc8da4f10 \tGTID\tlast_committed=10\tsequence_number=11\n"
                  "SET @@SESSION.GTID_NEXT= 'd7ad05b3-e95a-11f1-aaed-befa87f86272:11'/*!*/;\n"
                  "#261126  5:36:28 server id 1  end_log_pos 3381 CRC32 0x4364488c \tQuery\tthread_id=28\nBEGIN\n/*!*/;\n"
                  "#261126  5:36:28 server id 1  end_log_pos 3501 CRC32 0xaa92973d \tDelete_rows: table id 171 flags: STMT_END_F\n"
                  "### DELETE FROM `billing`.`t`\n### WHERE\n###   @1=7\nCOMMIT/*!*/;\n"
                  "SET @@SESSION.GTID_NEXT= 'AUTOMATIC' /* added by mysqlbinlog */ /*!*/;\n", 3501);
    assert_string_equal(failing.gtid, "d7ad05b3-e95a-11f1-aaed-befa87f86272:11");
    assert_int_equal(failing.changes, 1);
    assert_int_equal(failing.rows[0].kind, CHANGED_DELETE);
    failing_free(&failing);
}

static void printed_values_become_literals(void **state)
{
    static const struct {
        const char *printed, *type, *literal; /* NULL: not with certainty */
    } cases[] = {
        { "7", "int(11)", "7" },
        { "-1 (255)", "tinyint(4)", "-1" },
        { "-1 (255)", "tinyint(3) unsigned", "255" },
        { "'it's'", "varchar(20)", "'it''s'" },
        { "'a\\x0ab'", "varchar(20)", "'a\nb'" },
        { "'2026:08:01'", "date", "'2026-08-01'" },
        { "1795671388", "timestamp", "FROM_UNIXTIME(1795671388)" },
        { "'Geb\xc3\xbchr'", "varchar(20)", NULL }, /* in whatever character set */
        { "NULL", "int(11)", NULL },
        { "'x'", "blob", NULL },
        { "", "int(11)", NULL },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf to = BUF_INIT;
        const bool certain = failing_literal(&to, cases[i].printed, cases[i].type);
        assert_int_equal(certain, cases[i].literal != NULL);
        if (certain && strchr(cases[i].literal, '\n') == NULL)
            assert_string_equal(buf_str(&to), cases[i].literal);
        buf_free(&to);
    }
    assert_int_equal(failing_position("at source log , end_log_pos 3501; ... binlog.000002, end_log_pos 3502"), 3502);
    assert_int_equal(failing_position("nothing"), 0);
}

static void billing_ini_is_read(void **state)
{
    struct report_login billing;
    static const char ini[] = "<?php\r\n  $slavedbhost=\"old\";\n$slavedbhost = 'db2' ; // \n$slavedbuser = \"re\";\n$slavedbpass = \"p\\\"w\";\n"
                              "$use_slave_db=1;\n$slavedbhostx = \"no\";\n# $slavedbname = \"no\";\n";
    (void)state;
    report_login_read(&billing, ini, sizeof ini - 1);
    assert_true(billing.use_slave);
    assert_string_equal(billing.host, "db2");
    assert_string_equal(billing.user, "re");
    assert_string_equal(secret_text(billing.password), "p\"w");
    assert_null(billing.name);
    report_login_free(&billing);
}

static void hosts_in_messages(void **state)
{
    (void)state;
    char *host = trouble_host_in("Access denied for user 'repl'@'198.18.9.12' (using password: YES)");
    assert_string_equal(host, "198.18.9.12");
    free(host);
    host = trouble_host_in("ERROR 1130 (HY000): Host '198.18.9.11' is not allowed to connect to this server");
    assert_string_equal(host, "198.18.9.11");
    free(host);
    assert_null(trouble_host_in("nothing"));
}

static void doubts_are_kept_until_cleared(void **state)
{
    char folder[] = "/tmp/doubt-XXXXXX";
    struct err err = ERR_INIT;
    struct strings tables = { .count = 0 };
    (void)state;
    assert_non_null(mkdtemp(folder));
    answers.slave.host = (char *)"db/2";
    assert_int_equal(doubt_add(folder, &answers, "rates", "skip", &err), 0);
    assert_int_equal(doubt_add(folder, &answers, "rates", "skip", &err), 0);
    assert_int_equal(doubt_add(folder, &answers, DOUBT_ALL, "line\nbreak", &err), 0);
    doubt_read(folder, &answers, &tables);
    assert_int_equal(tables.count, 2);
    assert_true(strings_has(&tables, "rates") && strings_has(&tables, "*"));
    strings_free(&tables);
    tables = (struct strings){ .count = 0 };
    assert_int_equal(doubt_clear(folder, &answers, &err), 0);
    assert_int_equal(doubt_clear(folder, &answers, &err), 0);
    doubt_read(folder, &answers, &tables);
    assert_int_equal(tables.count, 0);
    strings_free(&tables);
    char *inner = mem_printf("%s/doubts", folder);
    assert_int_equal(remove(inner), 0); /* and nothing else is left in it */
    assert_int_equal(remove(folder), 0);
    free(inner);
}

int main(void)
{
#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, good, end)
    const struct CMUnitTest tests[] = {
        WITH_PAIR(all_is_well),
        WITH_PAIR(io_errors_are_told_apart),
        WITH_PAIR(no_answer_has_several_causes),
        WITH_PAIR(accounts),
        WITH_PAIR(sql_errors_are_told_apart),
        WITH_PAIR(a_lost_relay_log_is_seen_by_its_index),
        WITH_PAIR(a_skip_by_gtid_needs_the_gtid),
        WITH_PAIR(a_row_is_repaired_where_both_sides_are_known),
        WITH_PAIR(the_slave_itself),
        WITH_PAIR(a_lag_names_the_report),
        WITH_PAIR(threads_that_are_never_killed),
        WITH_PAIR(a_fix_is_found_by_its_name),
        WITH_PAIR(the_reports_way),
        WITH_PAIR(doubts_are_kept_until_cleared),
        cmocka_unit_test(every_fix_of_a_symptom_exists),
        cmocka_unit_test(a_transaction_is_decoded),
        cmocka_unit_test(a_gtid_of_mysql_is_read),
        cmocka_unit_test(printed_values_become_literals),
        cmocka_unit_test(billing_ini_is_read),
        cmocka_unit_test(hosts_in_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
