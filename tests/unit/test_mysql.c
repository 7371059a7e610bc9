/* The pure parts of the mysql room: the slave's status, ways of carrying, events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mysql/gtid.h"
#include "mysql/inventory.h"
#include "mysql/session.h"
#include "mysql/status.h"

/* name, value, name, value, ..., NULL */
static struct rows one_row(const char *const *cells)
{
    struct rows rows = { .count = 1 };
    while (cells[2 * rows.columns] != NULL)
        rows.columns++;
    rows.names = mem_alloc(rows.columns * sizeof *rows.names);
    rows.cells = mem_alloc(rows.columns * sizeof *rows.cells);
    rows.lengths = mem_alloc(rows.columns * sizeof *rows.lengths);
    for (size_t i = 0; i < rows.columns; i++) {
        rows.names[i] = mem_dup(cells[2 * i]);
        rows.cells[i] = mem_dup(cells[2 * i + 1]);
        rows.lengths[i] = rows.cells[i] != NULL ? strlen(rows.cells[i]) : 0;
    }
    return rows;
}

static const char nothing[] = "";

static void status_by_the_old_names(void **state)
{
    (void)state;
    static const char *const cells[] = {
        "Slave_IO_State", "Waiting for master to send event", "Master_Host", "master.host", "Master_User", "repl",
        "Master_Port", "3306", "Master_Log_File", "mysql-bin.000001", "Read_Master_Log_Pos", "221307609",
        "Relay_Master_Log_File", "mysql-bin.000001", "Slave_IO_Running", "Yes", "Slave_SQL_Running", "Yes",
        "Last_Errno", "0", "Last_Error", nothing, "Exec_Master_Log_Pos", "221307609", "Seconds_Behind_Master", "0", NULL
    };
    static const char golden[] =
        "*************************** 1. row ***************************\n"
        "          Slave_IO_State: Waiting for master to send event\n"
        "             Master_Host: master.host\n"
        "             Master_User: repl\n"
        "             Master_Port: 3306\n"
        "         Master_Log_File: mysql-bin.000001\n"
        "     Read_Master_Log_Pos: 221307609\n"
        "   Relay_Master_Log_File: mysql-bin.000001\n"
        "->      Slave_IO_Running: Yes   <- good: it fetches from the master\n"
        "->     Slave_SQL_Running: Yes   <- good: it executes what was fetched\n"
        "              Last_Errno: 0\n"
        "              Last_Error:\n"
        "     Exec_Master_Log_Pos: 221307609\n"
        "-> Seconds_Behind_Master: 0   <- good: level with the master\n"
        "1 row in set\n";
    struct rows rows = one_row(cells);
    struct slave_status status;
    struct buf text = BUF_INIT;
    slave_status_from_rows(&status, &rows);
    assert_int_equal(rows.count, 0);
    assert_true(status.configured && slave_status_running(&status));
    assert_string_equal(status.master_host, "master.host");
    assert_int_equal(status.master_port, 3306);
    assert_int_equal(status.exec_master_log_pos, 221307609);
    assert_string_equal(status.relay_master_log_file, "mysql-bin.000001");
    slave_status_render(&status, &text);
    assert_string_equal(buf_str(&text), golden);
    buf_free(&text);
    slave_status_free(&status);
}

static void status_by_the_new_names(void **state)
{
    (void)state;
    static const char *const cells[] = {
        "Replica_IO_State", nothing, "Source_Host", "m\x1b[31m", "Source_Port", "3307", "Source_Log_File", "binlog.7",
        "Read_Source_Log_Pos", "5", "Relay_Source_Log_File", "binlog.6", "Replica_IO_Running", "Connecting",
        "Replica_SQL_Running", "Yes", "Exec_Source_Log_Pos", "18446744073709551615", "Seconds_Behind_Source", NULL,
        "Last_IO_Errno", "2003", "Last_IO_Error", "error connecting", "Executed_Gtid_Set", "u:1-9", NULL
    };
    struct rows rows = one_row(cells);
    struct slave_status status;
    struct buf text = BUF_INIT;
    slave_status_from_rows(&status, &rows);
    assert_false(slave_status_running(&status));
    assert_int_equal(status.seconds_behind, -1);
    assert_int_equal(status.last_io_errno, 2003);
    assert_true(status.exec_master_log_pos == UINT64_MAX);
    assert_string_equal(status.relay_master_log_file, "binlog.6");
    assert_string_equal(status.gtid_io_pos, "u:1-9");
    slave_status_render(&status, &text);
    assert_non_null(strstr(buf_str(&text), "Source_Host: m\\x1b[31m\n"));
    assert_non_null(strstr(buf_str(&text), "Replica_IO_Running: Connecting   <- bad: it cannot reach"));
    assert_non_null(strstr(buf_str(&text), "Seconds_Behind_Source: NULL   <- bad: not known"));
    buf_free(&text);
    slave_status_free(&status);
}

static void no_status(void **state)
{
    (void)state;
    struct rows rows = ROWS_INIT;
    struct slave_status status;
    struct buf text = BUF_INIT;
    slave_status_from_rows(&status, &rows);
    assert_false(status.configured);
    assert_false(slave_status_running(&status));
    assert_string_equal(status.io_running, "");
    slave_status_render(&status, &text);
    assert_string_equal(buf_str(&text), "Empty set: this server is nobody's slave\n");
    buf_free(&text);
    slave_status_free(&status);
}

static void judge_link(struct slave_link *link, const char *io, const char *said, uint64_t now_ms, struct err *err)
{
    const char *const cells[] = { "Slave_IO_Running", io, "Slave_SQL_Running", "Yes", "Seconds_Behind_Master", "0",
                                  "Last_IO_Errno", "2003", "Last_IO_Error", said, NULL };
    struct rows rows = one_row(cells);
    struct slave_status status;
    slave_status_from_rows(&status, &rows);
    err_clear(err);
    const int rc = slave_link_judge(link, &status, now_ms, err);
    assert_int_equal(rc, err->code == ERR_NONE ? 0 : -1);
    slave_status_free(&status);
}

static void a_slave_is_waited_for_while_its_line_may_come_back(void **state)
{
    (void)state;
    struct slave_link link = { .lost_ms = 0 };
    struct err err = ERR_INIT;
    static const struct {
        const char *io, *said;
        uint64_t at_ms;
        enum err_code code;
        const char *text;
    } cases[] = {
        { "Yes", nothing, 1000, ERR_NONE, NULL },
        { "Connecting", "error connecting", 2000, ERR_NONE, NULL },
        { "Connecting", "error connecting", 2000 + SLAVE_SEEKS_MS - 1, ERR_NONE, NULL },
        { "Yes", nothing, 3000 + SLAVE_SEEKS_MS, ERR_NONE, NULL },
        { "Preparing", nothing, 4000 + SLAVE_SEEKS_MS, ERR_NONE, NULL },
        { "Connecting", nothing, 4000 + 2 * SLAVE_SEEKS_MS, ERR_WORLD, "IO thread Connecting, without an error so far" },
        { "Connecting", "error\x1b connecting", 5000 + 2 * SLAVE_SEEKS_MS, ERR_WORLD, "IO thread Connecting, error\\x1b connecting" },
        { "Yes", nothing, 6000 + 2 * SLAVE_SEEKS_MS, ERR_NONE, NULL },
        { "No", "purged", 6001 + 2 * SLAVE_SEEKS_MS, ERR_WORLD, "IO thread No, purged" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        judge_link(&link, cases[i].io, cases[i].said, cases[i].at_ms, &err);
        assert_int_equal(err.code, cases[i].code);
        assert_true(cases[i].text == NULL || strstr(err.text, cases[i].text) != NULL);
        assert_int_equal(err.hint[0] != '\0', cases[i].text != NULL);
    }
    const struct slave_status nobodys = { .configured = false };
    assert_int_equal(slave_link_judge(&link, &nobodys, 1, &err), -1);
}

static void tables_are_carried_by_their_engine(void **state)
{
    (void)state;
    static const char m1011[] = "10.11.14-MariaDB", m105[] = "10.5.29-MariaDB", m80[] = "8.0.36", m84[] = "8.4.3", m57[] = "5.7.44";
    static const char m118[] = "11.8.3-MariaDB", m103[] = "10.3.39-MariaDB";
    static char *parts[] = { "p0", "p1" }, *files[] = { "t#P#p0", "t#P#p1" };
    static const struct {
        const char *master, *slave;
        struct table table;
        enum carry carry;
        bool explained;
    } cases[] = {
        { m1011, m1011, { .engine = "MyISAM" }, CARRY_FILES, false },
        { m1011, m1011, { .engine = "MyISAM", .fulltext = true }, CARRY_FILES, false },
        { m1011, m1011, { .engine = "Aria" }, CARRY_FILES, false },
        { m105, m1011, { .engine = "Aria" }, CARRY_FILES, false },
        { m1011, m1011, { .engine = "Aria", .encrypted = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "MyISAM", .partitioned = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "MyISAM", .data_directory = true }, CARRY_ROWS, true },
        { m57, m57, { .engine = "MyISAM" }, CARRY_FILES, false },
        { m80, m80, { .engine = "MyISAM" }, CARRY_SDI, false },
        { m80, m80, { .engine = "MyISAM", .data_directory = true }, CARRY_ROWS, true },
        { m80, m84, { .engine = "MyISAM" }, CARRY_ROWS, true },
        { m57, m80, { .engine = "MyISAM" }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .own_tablespace = true }, CARRY_IMPORT, false },
        { m1011, m1011, { .engine = "InnoDB" }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .own_tablespace = true, .fulltext = true }, CARRY_IMPORT, false },
        { m80, m80, { .engine = "InnoDB", .own_tablespace = true, .fulltext = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .own_tablespace = true, .encrypted = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .own_tablespace = true, .compressed = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .own_tablespace = true, .data_directory = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .partitioned = true }, CARRY_ROWS, true },
        { m80, m80, { .engine = "InnoDB", .partitioned = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "InnoDB", .partitioned = true, .partitions = { parts, 2 }, .partition_files = { files, 2 } }, CARRY_IMPORT, false },
        { m1011, m1011, { .engine = "InnoDB", .partitioned = true, .subpartitioned = true, .partitions = { parts, 2 }, .partition_files = { files, 2 } }, CARRY_ROWS, true },
        { m80, m80, { .engine = "InnoDB", .partitioned = true, .subpartitioned = true, .partition_files = { files, 2 } }, CARRY_IMPORT, false },
        { m57, m80, { .engine = "InnoDB", .partitioned = true, .partition_files = { files, 2 } }, CARRY_ROWS, true },
        { m105, m1011, { .engine = "InnoDB", .own_tablespace = true }, CARRY_IMPORT, false },
        { m105, m118, { .engine = "InnoDB", .own_tablespace = true }, CARRY_IMPORT, false },
        { m105, m1011, { .engine = "InnoDB", .own_tablespace = true, .temporal = true }, CARRY_IMPORT, false },
        { m1011, m118, { .engine = "InnoDB", .own_tablespace = true, .temporal = true }, CARRY_ROWS, true },
        { m1011, m118, { .engine = "Aria", .temporal = true }, CARRY_FILES, false },
        { m103, m118, { .engine = "InnoDB", .own_tablespace = true }, CARRY_ROWS, true },
        { m103, m118, { .engine = "MyISAM" }, CARRY_ROWS, true },
        { m118, m1011, { .engine = "MyISAM" }, CARRY_ROWS, true },
        { m57, m80, { .engine = "InnoDB", .own_tablespace = true }, CARRY_ROWS, true },
        { m80, m1011, { .engine = "InnoDB", .own_tablespace = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "CSV" }, CARRY_ROWS, true },
        { m80, m80, { .engine = "InnoDB", .own_tablespace = true, .instant = true }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "" }, CARRY_ROWS, true },
        { m1011, m1011, { .engine = "MEMORY" }, CARRY_DEFINITION, true },
        { m1011, m1011, { .engine = "MRG_MyISAM" }, CARRY_DEFINITION, true },
        { m1011, m1011, { .engine = "FEDERATED" }, CARRY_DEFINITION, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct table table = cases[i].table;
        struct inventory inventory = { .tables = &table, .table_count = 1 };
        const struct server_kind master = { dialect_for(cases[i].master), dialect_version(cases[i].master) };
        const struct server_kind slave = { dialect_for(cases[i].slave), dialect_version(cases[i].slave) };
        inventory_choose(&inventory, master, slave, true);
        assert_string_equal(carry_name(table.carry), carry_name(cases[i].carry));
        assert_int_equal(table.because != NULL, cases[i].explained);
    }
}

static void a_slave_that_reads_no_files_gets_rows(void **state)
{
    (void)state;
    struct table table = { .engine = "MyISAM" };
    struct inventory inventory = { .tables = &table, .table_count = 1 };
    const struct server_kind kind = { dialect_for("9.7.4"), dialect_version("9.7.4") };
    inventory_choose(&inventory, kind, kind, false);
    assert_int_equal(table.carry, CARRY_ROWS);
    assert_non_null(strstr(table.because, "secure_file_priv"));
}

static void a_directory_in_words_is_none(void **state)
{
    (void)state;
    assert_false(definition_lies_elsewhere("CREATE TABLE `a` (\n  `DATA DIRECTORY='/x'` int COMMENT 'DATA DIRECTORY=''/x'''\n) "
                                           "ENGINE=InnoDB COMMENT='DATA DIRECTORY=''/x'''"));
    assert_true(definition_lies_elsewhere("CREATE TABLE `a` (\n  `id` int\n) ENGINE=MyISAM COMMENT='x' INDEX DIRECTORY='/srv/x/'"));
    assert_true(definition_lies_elsewhere("CREATE TABLE `a` (\n  `id` int\n) ENGINE=InnoDB\n PARTITION BY RANGE (`id`)\n(PARTITION `p` "
                                          "VALUES LESS THAN (20) DATA DIRECTORY = '/srv/x' ENGINE = InnoDB)"));
    assert_false(definition_lies_elsewhere(""));
}

static void a_parent_in_another_database_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *create, *parent;
    } cases[] = {
        { "CREATE TABLE `a` (\n  `x` int,\n  CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `b` (`id`),\n  CONSTRAINT `g` FOREIGN KEY (`x`) "
          "REFERENCES `c``m`.`t``s` (`id`) ON DELETE CASCADE\n) ENGINE=InnoDB", "c`m.t`s" },
        { "CREATE TABLE `a` (\n  `x` int COMMENT ' REFERENCES `crm`.`t`',\n  CONSTRAINT ` REFERENCES ``c``.``t``` FOREIGN KEY (`x`) REFERENCES "
          "`b` (`id`)\n) ENGINE=InnoDB COMMENT=' REFERENCES `crm`.`t`'", NULL },
        { "CREATE TABLE `a`", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *parent = definition_parent_outside(cases[i].create);
        assert_int_equal(parent != NULL, cases[i].parent != NULL);
        if (parent != NULL)
            assert_string_equal(parent, cases[i].parent);
        free(parent);
    }
}

static void fulltext_indexes_are_made_anew(void **state)
{
    (void)state;
    static const struct {
        const char *create, *what;
    } cases[] = {
        { "CREATE TABLE `a` (\n  `id` int(10) unsigned NOT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB", NULL },
        { "CREATE TABLE `a` (\n  `t` text,\n  FULLTEXT KEY `w` (`t`)\n) ENGINE=InnoDB",
          "DROP INDEX `w`, ADD FULLTEXT KEY `w` (`t`), ALGORITHM = COPY" },
        { "CREATE TABLE `a (x,` (\n  `t` enum('(',',','''') DEFAULT ',',\n  FULLTEXT KEY `w``),(` (`t`,`FULLTEXT KEY `) /* x */,\n"
          "  KEY `k` (`t`(3)),\n  FULLTEXT KEY `v` (`t`) COMMENT 'a, b) c'\n) ENGINE=InnoDB COMMENT=', FULLTEXT KEY `no` (`t`)'",
          "DROP INDEX `w``),(`, ADD FULLTEXT KEY `w``),(` (`t`,`FULLTEXT KEY `) /* x */, DROP INDEX `v`, ADD FULLTEXT KEY `v` "
          "(`t`) COMMENT 'a, b) c', ALGORITHM = COPY" },
        { "CREATE TABLE `a`", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf what = BUF_INIT;
        assert_int_equal(definition_fulltext_again(cases[i].create, &what), cases[i].what != NULL);
        assert_string_equal(buf_str(&what), cases[i].what != NULL ? cases[i].what : "");
        buf_free(&what);
    }
}

static void events_arrive_disabled(void **state)
{
    (void)state;
    static const struct {
        const char *create, *disabled;
    } cases[] = {
        { "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE DO SELECT 'ENABLE'",
          "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE ON SLAVE DO SELECT 'ENABLE'" },
        { "CREATE DEFINER=`ENABLE`@`do` EVENT `ENABLE DO ``x` ON SCHEDULE AT 'ENABLE' ENABLE COMMENT 'DO' DO SELECT 1",
          "CREATE DEFINER=`ENABLE`@`do` EVENT `ENABLE DO ``x` ON SCHEDULE AT 'ENABLE' DISABLE ON SLAVE COMMENT 'DO' DO "
          "SELECT 1" },
        { "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
          "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO SELECT 1" },
        { "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO SELECT 1",
          "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO SELECT 1" },
        { "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE ON REPLICA COMMENT 'x' DO SELECT 1",
          "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE COMMENT 'x' DO SELECT 1" },
        { "create event e on schedule every 1 day /* enable */ do begin select 1; end",
          "create event e on schedule every 1 day /* enable */ DISABLE ON SLAVE do begin select 1; end" },
        { "CREATE EVENT e ON SCHEDULE EVERY 1 DAY # ENABLE\n -- DO\n COMMENT 'it''s \\' DO' DO SELECT 1",
          "CREATE EVENT e ON SCHEDULE EVERY 1 DAY # ENABLE\n -- DO\n DISABLE ON SLAVE COMMENT 'it''s \\' DO' DO SELECT 1" },
        { "CREATE EVENT e ON SCHEDULE EVERY 1 DAY", NULL },
        { "", NULL },
        { "CREATE EVENT `never closed ENABLE DO", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *disabled = definition_disable_event(cases[i].create);
        if (cases[i].disabled == NULL)
            assert_null(disabled);
        else
            assert_string_equal(disabled, cases[i].disabled);
        free(disabled);
    }
}

#define MASTER_UUID "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define OTHER_UUID "aaaaaaaa-71ca-11e1-9e33-c80aa9429562"

static void sets_of_gtids(void **state)
{
    (void)state;
    assert_true(gtid_set_has(MASTER_UUID ":1-5", MASTER_UUID));
    assert_true(gtid_set_has(OTHER_UUID ":1-5:7,\n3E11FA47-71ca-11e1-9e33-c80aa9429562:tag:1", MASTER_UUID));
    assert_false(gtid_set_has(OTHER_UUID ":1-5", MASTER_UUID));
    assert_false(gtid_set_has("", MASTER_UUID) || gtid_set_has(MASTER_UUID ":1", "") || gtid_set_has(MASTER_UUID ":1", NULL));
    assert_true(gtid_sets_meet(OTHER_UUID ":9,\n" MASTER_UUID ":6-9", MASTER_UUID ":1-5"));
    assert_false(gtid_sets_meet(OTHER_UUID ":9", MASTER_UUID ":1-5"));
    assert_false(gtid_sets_meet("", MASTER_UUID ":1-5") || gtid_sets_meet(MASTER_UUID ":1-5", ""));
}

static void positions_of_domains(void **state)
{
    (void)state;
    unsigned long domain = 99;
    assert_false(gtid_ahead("0-1-100,7-3-5", "7-1-5,0-2-100", &domain));
    assert_true(gtid_ahead("0-1-100,7-3-6", "7-1-5,0-2-100", &domain));
    assert_int_equal(domain, 7);
    assert_true(gtid_ahead("3-1-1", "", &domain));
    assert_int_equal(domain, 3);
    assert_false(gtid_ahead("", "0-1-1", &domain) || gtid_ahead("nonsense", "", &domain));
}

static void tables_come_to_the_slaves_own_place(void **state)
{
    (void)state;
    static const struct {
        const char *create, *here;
    } cases[] = {
        { "CREATE TABLE `t` (\n  `id` int\n) ENGINE=InnoDB AUTO_INCREMENT=7", "CREATE TABLE `t` (\n  `id` int\n) ENGINE=InnoDB AUTO_INCREMENT=7" },
        { "CREATE TABLE `t` (\n  `id` int\n) ENGINE=ARCHIVE AUTO_INCREMENT=7 COMMENT=''",
          "CREATE TABLE `t` (\n  `id` int\n) ENGINE=ARCHIVE COMMENT=''" },
        { "CREATE TABLE `t` (\n  `id` int\n) /*!50100 TABLESPACE `ts``1` */ ENGINE=InnoDB COMMENT=' TABLESPACE `x`'",
          "CREATE TABLE `t` (\n  `id` int\n) /*!50100 */ ENGINE=InnoDB COMMENT=' TABLESPACE `x`'" },
        { "CREATE TABLE `a (b` (\n  `id` int COMMENT ') DATA DIRECTORY=''/x'''\n) ENGINE=InnoDB DATA DIRECTORY='/ext''ern/' "
          "INDEX DIRECTORY='/y/' COMMENT='c'",
          "CREATE TABLE `a (b` (\n  `id` int COMMENT ') DATA DIRECTORY=''/x'''\n) ENGINE=InnoDB COMMENT='c'" },
        { "CREATE TABLE `t` (\n  `id` int\n) ENGINE=InnoDB\n PARTITION BY HASH (`id`)\n(PARTITION `p0` DATA DIRECTORY = '/x' "
          "ENGINE = InnoDB,\n PARTITION `p1` ENGINE = InnoDB)",
          "CREATE TABLE `t` (\n  `id` int\n) ENGINE=InnoDB\n PARTITION BY HASH (`id`)\n(PARTITION `p0` "
          "ENGINE = InnoDB,\n PARTITION `p1` ENGINE = InnoDB)" },
        { "CREATE SEQUENCE `s` start with 1", "CREATE SEQUENCE `s` start with 1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *here = definition_placed_here(cases[i].create);
        assert_string_equal(here, cases[i].here);
        free(here);
    }
}

static void modes_that_are_gone(void **state)
{
    (void)state;
    static const struct {
        const char *version, *modes, *left;
    } cases[] = {
        { "8.0.36", "STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION", "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION" },
        { "8.0.36", "NO_AUTO_CREATE_USER", "" },
        { "8.0.36", "no_table_options,ANSI_QUOTES", "ANSI_QUOTES" },
        { "8.0.36", "TABLE_OPTIONS", "TABLE_OPTIONS" },
        { "5.7.44", "NO_AUTO_CREATE_USER,ANSI", "NO_AUTO_CREATE_USER,ANSI" },
        { "10.11.14-MariaDB", "ORACLE,NO_AUTO_CREATE_USER", "ORACLE,NO_AUTO_CREATE_USER" },
        { "9.7.0", "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf left = BUF_INIT;
        session_sql_modes(dialect_for(cases[i].version), cases[i].modes, &left);
        assert_string_equal(buf_str(&left), cases[i].left);
        buf_free(&left);
    }
}

/* SHOW TRIGGERS of MySQL 5.0. */
static void triggers_are_put_together(void **state)
{
    (void)state;
    static const char *const cells[] = { "Trigger", "st`amp", "Event", "INSERT", "Table", "in voices", "Statement", "SET NEW.a = 'x'",
                                         "Timing", "BEFORE", "Definer", "o'x@y@%", NULL };
    static const char *const nobody[] = { "Trigger", "t", "Event", "DELETE", "Table", "a", "Statement", "BEGIN END",
                                          "Timing", "AFTER", "Definer", nothing, NULL };
    struct rows rows = one_row(cells);
    char *text = definition_of_trigger(&rows, 0);
    assert_string_equal(text, "CREATE DEFINER=`o'x@y`@`%` TRIGGER `st``amp` BEFORE INSERT ON `in voices` FOR EACH ROW SET NEW.a = 'x'");
    free(text);
    rows_free(&rows);
    rows = one_row(nobody);
    text = definition_of_trigger(&rows, 0);
    assert_string_equal(text, "CREATE TRIGGER `t` AFTER DELETE ON `a` FOR EACH ROW BEGIN END");
    free(text);
    rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_by_the_old_names),
        cmocka_unit_test(status_by_the_new_names),
        cmocka_unit_test(no_status),
        cmocka_unit_test(a_slave_is_waited_for_while_its_line_may_come_back),
        cmocka_unit_test(tables_are_carried_by_their_engine),
        cmocka_unit_test(a_slave_that_reads_no_files_gets_rows),
        cmocka_unit_test(a_directory_in_words_is_none),
        cmocka_unit_test(a_parent_in_another_database_is_found),
        cmocka_unit_test(fulltext_indexes_are_made_anew),
        cmocka_unit_test(tables_come_to_the_slaves_own_place),
        cmocka_unit_test(events_arrive_disabled),
        cmocka_unit_test(modes_that_are_gone),
        cmocka_unit_test(triggers_are_put_together),
        cmocka_unit_test(sets_of_gtids),
        cmocka_unit_test(positions_of_domains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
