/* The choice between the ways of copying, the literals of streamed rows, and the stream of mariadb-backup. All pure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mysql/row_copy.h"
#include "ship/xbstream.h"
#include "steps/copy_way.h"
#include "steps/upgrade.h"

#define GIB (1ull << 30)

static char database[] = "billing", root[] = "root@localhost", app[] = "intranet_app@localhost", intranet[] = "intranet";
static char tool[] = "/usr/bin/mariadb-backup", datadir[] = "/var/lib/mysql";
static char *root_only[] = { root }, *with_app[] = { root, app }, *with_intranet[] = { database, intranet };

struct scene {
    struct facts facts;
    struct answers answers;
    struct table tables[2];
    struct setting settings[4];
    struct copy_choice choice;
};

static void fill(struct scene *s, struct server_facts *server, enum side side)
{
    server->side = side;
    server->version_number = 101114;
    server->dialect = dialect_for("10.11.14-MariaDB");
    server->datadir = datadir;
    server->disk_free = 100 * GIB;
    server->parent_same_filesystem = true;
    server->copy_rate = 200u << 20;
    server->backup_tool = tool;
    server->settings = s->settings;
    server->setting_count = 4;
}

/* Two InnoDB tables of 1 GiB, no binary log, a slave that holds nothing else. */
static void begin(struct scene *s)
{
    *s = (struct scene){ .settings = { { "bind_address", "0.0.0.0" }, { "binlog_format", "MIXED" }, { "event_scheduler", "OFF" },
                                       { "innodb_page_size", "16384" } } };
    answers_init(&s->answers);
    fill(s, &s->facts.master, SIDE_MASTER);
    fill(s, &s->facts.slave, SIDE_SLAVE);
    s->facts.slave.accounts = (struct strings){ root_only, 1 };
    for (size_t i = 0; i < 2; i++)
        s->tables[i] = (struct table){ .name = database, .file = database, .bytes = GIB,
                                       .natural = CARRY_IMPORT, .carry = CARRY_IMPORT, .own_tablespace = true };
    static char innodb[] = "InnoDB";
    s->tables[0].engine = s->tables[1].engine = innodb;
    s->facts.master.inventory = (struct inventory){ .database = database, .tables = s->tables, .table_count = 2, .bytes = 2 * GIB };
    s->facts.master.datadir_bytes = 3 * GIB;
}

static const struct copy_option *option(const struct scene *s, const char *id)
{
    for (size_t i = 0; i < s->choice.count; i++)
        if (strcmp(s->choice.options[i].way->id, id) == 0)
            return &s->choice.options[i];
    fail_msg("there is no way named %s", id);
    return NULL;
}

static const char *chosen(struct scene *s, enum copy_method method)
{
    copy_choice_free(&s->choice);
    s->answers.copy = method;
    copy_choose(&s->facts, &s->answers, &s->choice);
    return s->choice.chosen != NULL ? s->choice.chosen->way->id : "none";
}

static void end(struct scene *s)
{
    copy_choice_free(&s->choice);
    answers_free(&s->answers);
}

static void auto_disturbs_least(void **state)
{
    (void)state;
    struct scene s;
    static char myisam[] = "MyISAM";
    begin(&s);
    s.facts.master.backup_tool = NULL;
    s.facts.master.log_bin = true;
    s.tables[0].bytes = s.tables[1].bytes = 10u << 20; /* small: rows without a stop */
    assert_string_equal(chosen(&s, COPY_AUTO), "rows");
    assert_int_equal(s.choice.chosen->cost.downtime_ms, 0);
    s.tables[0].engine = s.tables[1].engine = myisam; /* read locks for as long as the rows travel */
    s.tables[0].natural = s.tables[1].natural = CARRY_FILES;
    s.tables[0].bytes = s.tables[1].bytes = GIB;
    s.facts.master.reflink = true;
    assert_string_equal(chosen(&s, COPY_AUTO), "directory");
    assert_true(option(&s, "rows")->cost.downtime_ms > 10000);
    assert_non_null(strstr(s.choice.because, "by rows"));
    end(&s);
}

/* A copy that is there decides, where the slave can take it. */
static void a_copy_that_is_there_is_taken(void **state)
{
    (void)state;
    struct scene s;
    static char run[] = "20260102-030405-abcd", directory[] = "directory", whole[] = "whole", other[] = "db2";
    begin(&s);
    s.facts.master.log_bin = true;
    s.tables[0].bytes = s.tables[1].bytes = 10u << 20;
    assert_string_equal(chosen(&s, COPY_AUTO), "rows");
    s.facts.copy = (struct shared_copy){ .run = run, .slave = other, .way = directory };
    s.facts.master.disk_free = 0;
    assert_string_equal(chosen(&s, COPY_AUTO), "directory");
    assert_int_equal(s.choice.chosen->cost.downtime_ms, 0);
    assert_int_equal(s.choice.chosen->cost.disk_master, 0);
    assert_non_null(strstr(s.choice.because, run));
    s.facts.copy.way = whole;
    s.facts.slave.databases = (struct strings){ with_intranet, 2 }; /* which would be replaced */
    assert_string_equal(chosen(&s, COPY_AUTO), "rows");
    end(&s);
}

static void binary_logging_decides_about_a_stop(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    assert_non_null(master_restart_why(&s.facts));
    assert_string_equal(chosen(&s, COPY_ROWS), "rows");
    uint64_t with = s.choice.chosen->cost.downtime_ms;
    s.facts.master.log_bin = true;
    assert_null(master_restart_why(&s.facts));
    assert_string_equal(chosen(&s, COPY_ROWS), "rows");
    assert_true(s.choice.chosen->cost.downtime_ms < with);
    s.settings[1].value = (char[]){ "STATEMENT" };
    assert_non_null(master_restart_why(&s.facts));
    s.settings[1].value = (char[]){ "ROW" };
    s.settings[0].value = (char[]){ "127.0.0.1" };
    assert_non_null(master_restart_why(&s.facts));
    end(&s);
}

static void a_full_disk_leaves_what_needs_none(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    s.facts.master.disk_free = 100u << 20;
    s.facts.master.backup_tool = NULL;
    assert_string_equal(chosen(&s, COPY_AUTO), "rows");
    assert_non_null(strstr(option(&s, "directory")->why_not, "master's disk"));
    assert_string_equal(chosen(&s, COPY_DIRECTORY), "none");
    assert_non_null(strstr(s.choice.because, "copy = rows is"));
    s.facts.slave.disk_free = 100u << 20;
    assert_string_equal(chosen(&s, COPY_AUTO), "none");
    end(&s);
}

static void hot_is_a_backup_or_rows(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    assert_string_equal(chosen(&s, COPY_HOT), "hot");
    s.facts.slave.backup_tool = NULL;
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    assert_non_null(strstr(s.choice.because, "slave has no mariadb-backup"));
    s.facts.slave.backup_tool = tool;
    s.facts.slave.gated = true;
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    assert_non_null(strstr(s.choice.because, "does not let mariadb-backup through"));
    s.facts.slave.gated = false;
    s.facts.slave.version_number = 110803;
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    s.facts.master.version_number = s.facts.slave.version_number = 100523;
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    assert_non_null(strstr(option(&s, "hot")->why_not, "may hang"));
    s.facts.master.version_number = s.facts.slave.version_number = 101114;
    s.tables[1].natural = CARRY_ROWS;
    s.tables[1].because = "it is encrypted";
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    assert_non_null(strstr(option(&s, "hot")->why_not, "as rows"));
    end(&s);
}

static void mysql_of(struct scene *s, const char *master, const char *slave)
{
    s->facts.master.dialect = dialect_for(master);
    s->facts.master.version_number = dialect_version(master);
    s->facts.slave.dialect = dialect_for(slave);
    s->facts.slave.version_number = dialect_version(slave);
}

static void hot_is_a_clone_where_mysql_can(void **state)
{
    (void)state;
    static const struct {
        const char *master, *slave;
        bool clone;
    } pairs[] = {
        { "9.7.4", "9.7.4", true },    { "8.4.1", "8.4.9", true },    { "8.0.37", "8.0.42", true },  { "8.0.17", "8.0.17", true },
        { "8.0.36", "8.0.42", false }, { "8.0.42", "8.0.36", false }, { "8.0.16", "8.0.16", false }, { "8.0.42", "8.4.9", false },
        { "9.6.0", "9.7.0", false },   { "5.7.44", "5.7.44", false },
    };
    struct scene s;
    begin(&s);
    s.settings[3] = (struct setting){ (char[]){ "max_allowed_packet" }, (char[]){ "67108864" } };
    s.facts.master.address = (char[]){ "db1.example.com" };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        mysql_of(&s, pairs[i].master, pairs[i].slave);
        if ((strcmp(chosen(&s, COPY_HOT), "clone") == 0) != pairs[i].clone)
            fail_msg("%s to %s: %s, %s", pairs[i].master, pairs[i].slave, s.choice.chosen->way->id, s.choice.because);
        assert_string_not_equal(chosen(&s, COPY_AUTO), "clone"); /* it replaces accounts: only where asked for */
    }
    mysql_of(&s, "9.7.4", "9.7.4");
    s.facts.master.uncloneable = (char[]){ "table crm.notes is of engine MyISAM" };
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    assert_non_null(strstr(s.choice.because, "clone: table crm.notes is of engine MyISAM"));
    s.facts.master.uncloneable = NULL;
    s.facts.slave.accounts = (struct strings){ with_app, 2 };
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    s.facts.slave.accounts = (struct strings){ root_only, 1 };
    s.facts.slave.confinement = (char[]){ "AppArmor: mysqld (enforce)" };
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    s.facts.slave.confinement = NULL;
    s.facts.master.address = (char[]){ "2001:db8::1" };
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    s.facts.master.address = (char[]){ "db1.example.com" };
    s.settings[3].value = (char[]){ "1048576" };
    assert_string_equal(chosen(&s, COPY_HOT), "rows");
    end(&s);
}

static void whole_leaves_nobody_elses_data_behind(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    assert_string_equal(chosen(&s, COPY_WHOLE), "whole");
    assert_string_not_equal(chosen(&s, COPY_AUTO), "whole");
    s.facts.slave.accounts = (struct strings){ with_app, 2 };
    assert_string_equal(chosen(&s, COPY_WHOLE), "none");
    assert_non_null(strstr(s.choice.because, "intranet_app"));
    s.facts.slave.accounts = (struct strings){ root_only, 1 };
    s.facts.slave.databases = (struct strings){ with_intranet, 2 };
    assert_string_equal(chosen(&s, COPY_WHOLE), "none");
    s.facts.slave.databases = (struct strings){ with_intranet, 1 };
    assert_string_equal(chosen(&s, COPY_WHOLE), "whole");
    s.facts.slave.version_number = 110803;
    assert_string_equal(chosen(&s, COPY_WHOLE), "none");
    s.facts.slave.version_number = 101114;
    s.facts.slave.accounts.count = 0; /* not known is not empty */
    assert_string_equal(chosen(&s, COPY_WHOLE), "none");
    end(&s);
}

/* Whoever stops it: a program that is killed then must not leave it so. */
static void no_way_stops_the_master_unwatched(void **state)
{
    (void)state;
    static const enum copy_method methods[] = { COPY_DIRECTORY, COPY_WHOLE, COPY_ROWS, COPY_HOT };
    static char unit[] = "mariadb.service";
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct scene s;
        struct plan plan = { .count = 0 };
        struct err err = ERR_INIT;
        bool watched = false;
        size_t stops = 0;
        begin(&s);
        s.facts.master.service = (struct service){ .unit = unit, .systemd = true };
        assert_string_not_equal(chosen(&s, methods[i]), "none");
        plan.way = s.choice.chosen->way;
        assert_int_equal(s.choice.chosen->way->plan[2](&s.facts, &s.answers, &plan, &err), 0);
        for (size_t k = 0; k < plan.count; k++) {
            watched = watched || strncmp(plan.changes[k].what, "arm a watchdog", 14) == 0;
            if (strncmp(plan.changes[k].what, "stop ", 5) != 0)
                continue;
            stops++;
            if (!watched)
                fail_msg("%s stops the master before a watchdog is armed", s.choice.chosen->way->id);
        }
        assert_int_equal(stops, 1); /* binary logging is off */
        plan_free(&plan);
        end(&s);
    }
}

static void history_is_not_left_behind(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    s.tables[0].temporal = true;
    assert_string_equal(chosen(&s, COPY_ROWS), "none");
    assert_non_null(strstr(s.choice.because, "history"));
    end(&s);
}

static void columns_have_their_form(void **state)
{
    (void)state;
    static const struct {
        const char *type, *collation, *extra;
        enum row_form form;
        const char *charset;
    } cases[] = {
        { "int(11)", NULL, "auto_increment", ROW_NUMBER, "" },
        { "float", NULL, "", ROW_FLOAT, "" },
        { "float(7,3)", "NULL", "", ROW_FLOAT, "" },
        { "bit(5)", NULL, "", ROW_BITS, "" },
        { "varchar(20)", "latin1_swedish_ci", "", ROW_TEXT, "latin1" },
        { "enum('int','x')", "utf8mb4_uca1400_ai_ci", "", ROW_TEXT, "utf8mb4" },
        { "longblob", NULL, "", ROW_BYTES, "" },
        { "char(3)", "binary", "", ROW_BYTES, "" },
        { "geometry", NULL, "", ROW_BYTES, "" },
        { "multilinestring", NULL, "", ROW_BYTES, "" },
        { "json", NULL, "", ROW_TEXT, "utf8mb4" },
        { "inet6", NULL, "", ROW_TEXT, "latin1" },
        { "timestamp(6)", NULL, "on update current_timestamp(6)", ROW_TEXT, "latin1" },
        { "int(11)", NULL, "VIRTUAL GENERATED", ROW_SKIP, "" },
        { "int(11)", NULL, "STORED GENERATED", ROW_SKIP, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char charset[64];
        if (row_copy_form(cases[i].type, cases[i].collation, cases[i].extra, charset) != cases[i].form ||
            strcmp(charset, cases[i].charset) != 0)
            fail_msg("%s with %s: another form or character set (%s)", cases[i].type, cases[i].collation, charset);
    }
}

static void values_have_their_literal(void **state)
{
    (void)state;
    static const struct {
        enum row_form form;
        const char *charset, *value;
        size_t len;
        const char *literal;
    } cases[] = {
        { ROW_NUMBER, "", "-1.5e300", 8, "-1.5e300" },
        { ROW_BITS, "", "\x15\xff", 2, "0x15ff" },
        { ROW_BITS, "", "", 0, "b''" },
        { ROW_BYTES, "", "a\0'\\\n\r\x1a\xff", 8, "'a\\0\\'\\\\\\n\\r\\Z\xff'" },
        { ROW_TEXT, "sjis", "\x83\x5c", 2, "_sjis'\x83\\\\'" },
        { ROW_TEXT, "utf8mb4", "", 0, "_utf8mb4''" },
        { ROW_TEXT, "latin1", NULL, 0, "NULL" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf to = BUF_INIT;
        row_copy_literal(&to, cases[i].form, cases[i].charset, cases[i].value, cases[i].len);
        assert_string_equal(buf_str(&to), cases[i].literal);
        buf_free(&to);
    }
}

static void add_chunk(struct buf *to, char type, const char *name, const char *content)
{
    const unsigned char head[10] = { 'X', 'B', 'S', 'T', 'C', 'K', '0', '1', 0, (unsigned char)type };
    const unsigned char len[4] = { (unsigned char)strlen(name) };
    buf_add(to, head, sizeof head);
    buf_add(to, len, sizeof len);
    buf_adds(to, name);
    if (type == 'E')
        return;
    const unsigned char size[20] = { (unsigned char)strlen(content) };
    buf_add(to, size, sizeof size);
    buf_adds(to, content);
}

static int walk(const struct buf *stream, size_t step, struct xbstream *walk, struct err *err)
{
    *walk = (struct xbstream)XBSTREAM_INIT;
    for (size_t at = 0; at < stream->len; at += step)
        if (xbstream_feed(walk, stream->data + at, stream->len - at < step ? stream->len - at : step, err) != 0)
            return -1;
    return xbstream_end(walk, err);
}

static void a_backups_stream_is_looked_through(void **state)
{
    (void)state;
    struct buf stream = BUF_INIT;
    struct xbstream seen;
    add_chunk(&stream, 'P', "./billing/calls.MYD", "XBSTCK01 in the content");
    add_chunk(&stream, 'P', "ibdata1", "");
    add_chunk(&stream, 'E', "./billing/calls.MYD", "");
    add_chunk(&stream, 'E', "ibdata1", "");
    for (size_t step = 1; step <= stream.len; step++) {
        struct err err = ERR_INIT;
        assert_int_equal(walk(&stream, step, &seen, &err), 0);
        assert_int_equal(seen.files, 2);
        assert_int_equal(seen.bytes, 23);
    }
    for (size_t cut = 1; cut < stream.len; cut++) { /* a cut is seen, but for one between two chunks */
        struct err err = ERR_INIT;
        const struct buf part = { .data = stream.data, .len = cut };
        assert_true(walk(&part, 7, &seen, &err) != 0 || (seen.have == 0 && seen.files >= 1));
    }
    buf_free(&stream);
}

static void names_that_lead_out_end_it(void **state)
{
    (void)state;
    static const char *const names[] = { "/etc/passwd", "../x", "./../x", "a/../../x", "a\nb", "..", "./" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf stream = BUF_INIT;
        struct xbstream seen;
        struct err err = ERR_INIT;
        add_chunk(&stream, 'P', names[i], "x");
        if (walk(&stream, 64, &seen, &err) == 0 || err.code != ERR_DATA)
            fail_msg("%s was let through", names[i]);
        buf_free(&stream);
    }
    struct buf stream = BUF_INIT;
    struct xbstream seen;
    struct err err = ERR_INIT;
    add_chunk(&stream, 'Q', "a", "");
    assert_int_equal(walk(&stream, 64, &seen, &err), -1);
    buf_free(&stream);
}

static void upgrades_are_understood(void **state)
{
    (void)state;
    assert_string_equal(upgrade_asked("Table rebuild required. Please do \"ALTER TABLE `x` FORCE\" or dump/reload to fix it!"),
                        "ALTER TABLE %s FORCE");
    assert_string_equal(upgrade_asked("Table upgrade required. Please do \"REPAIR TABLE `x`\" or dump/reload to fix it!"),
                        "REPAIR TABLE %s");
    assert_null(upgrade_asked("OK"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_disturbs_least),
        cmocka_unit_test(a_copy_that_is_there_is_taken),
        cmocka_unit_test(binary_logging_decides_about_a_stop),
        cmocka_unit_test(a_full_disk_leaves_what_needs_none),
        cmocka_unit_test(hot_is_a_backup_or_rows),
        cmocka_unit_test(hot_is_a_clone_where_mysql_can),
        cmocka_unit_test(whole_leaves_nobody_elses_data_behind),
        cmocka_unit_test(no_way_stops_the_master_unwatched),
        cmocka_unit_test(history_is_not_left_behind),
        cmocka_unit_test(columns_have_their_form),
        cmocka_unit_test(values_have_their_literal),
        cmocka_unit_test(a_backups_stream_is_looked_through),
        cmocka_unit_test(names_that_lead_out_end_it),
        cmocka_unit_test(upgrades_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
