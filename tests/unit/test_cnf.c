/* Option files: what the reader sees, and edits that change one line and no other byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/cnf.h"

static struct cnf parse(const char *text, size_t len)
{
    struct cnf cnf;
    cnf_parse(&cnf, "/etc/mysql/my.cnf", text, len);
    return cnf;
}

static void reads_lines_as_the_server_does(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum cnf_kind kind;
        const char *key, *value;
    } cases[] = {
        { "\n", CNF_BLANK, NULL, NULL },
        { " \t\r\n", CNF_BLANK, NULL, NULL },
        { "# log-bin\n", CNF_COMMENT, NULL, NULL },
        { "  ; log-bin\n", CNF_COMMENT, NULL, NULL },
        { "log-bin\n", CNF_OPTION, "log_bin", NULL },
        { "log_bin=x\n", CNF_OPTION, "log_bin", "x" },
        { "\tlog-bin \t=  x y \t\r\n", CNF_OPTION, "log_bin", "x y" },
        { "log-bin = x # why", CNF_OPTION, "log_bin", "x" },
        { "log-bin#why", CNF_OPTION, "log_bin", NULL },
        { "a = x ; y\n", CNF_OPTION, "a", "x ; y" },
        { "a = \"x # y\" # z\n", CNF_OPTION, "a", "x # y" },
        { "a = it's # no comment\n", CNF_OPTION, "a", "it's # no comment" },
        { "a = 'x'\n", CNF_OPTION, "a", "x" },
        { "a = \"x'\n", CNF_OPTION, "a", "\"x'" },
        { "a = \"\n", CNF_OPTION, "a", "\"" },
        { "a = ''\n", CNF_OPTION, "a", "" },
        { "a =\n", CNF_OPTION, "a", "" },
        { "a = x\\ty\\nz\\r\\b\\s\\\\\\q\\\n", CNF_OPTION, "a", "x\ty\nz\r\b \\\\q\\" },
        { "a = \"\\\"\"\n", CNF_OPTION, "a", "\"" },
        { "a = b = c\n", CNF_OPTION, "a", "b = c" },
        { "a=\xA0x\xA0\n", CNF_OPTION, "a", "x" },
        { "a-b-c=D-E\n", CNF_OPTION, "a_b_c", "D-E" },
        { "Log-Bin=x\n", CNF_OPTION, "Log_Bin", "x" },
        { "!include /etc/x y.cnf \n", CNF_INCLUDE, "/etc/x y.cnf", NULL },
        { "! includedir\t/etc/x/\r\n", CNF_INCLUDEDIR, "/etc/x/", NULL },
        { "!includedir\n", CNF_OTHER, NULL, NULL },
        { "!other x\n", CNF_OTHER, NULL, NULL },
        { "[mysqld\n", CNF_OTHER, NULL, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        const int len = snprintf(text, sizeof text, "[g]\n%s", cases[i].line);
        struct cnf cnf = parse(text, (size_t)len);
        assert_int_equal(cnf.count, 2);
        assert_int_equal(cnf.lines[1].kind, cases[i].kind);
        if (cases[i].key != NULL)
            assert_string_equal(cnf.lines[1].key, cases[i].key);
        else
            assert_null(cnf.lines[1].key);
        if (cases[i].value != NULL)
            assert_string_equal(cnf.lines[1].value, cases[i].value);
        else
            assert_null(cnf.lines[1].value);
        cnf_free(&cnf);
    }
}

static void reads_groups(void **state)
{
    (void)state;
    static const char text[] = "a=0\n [mysqld ] junk\na=1\n[ x]\na=2\n[MYSQLD]\nb=3\n";
    struct cnf cnf = parse(text, sizeof text - 1);
    assert_int_equal(cnf.lines[0].kind, CNF_OTHER); /* before any group: the server refuses the file */
    assert_string_equal(cnf.lines[1].group, "mysqld");
    assert_string_equal(cnf.lines[2].group, "mysqld");
    assert_string_equal(cnf.lines[3].group, " x");
    assert_string_equal(cnf_find(&cnf, "mysqld", "a")->value, "1");
    assert_string_equal(cnf_find(&cnf, "mysqld", "b")->value, "3");
    assert_null(cnf_find(&cnf, "mysqld", "c"));
    assert_int_equal(cnf_line_number(&cnf, cnf_find(&cnf, "mysqld", "b")), 7);
    cnf_free(&cnf);
}

static void a_nul_byte_ends_what_the_server_sees(void **state)
{
    (void)state;
    static const char text[] = "[mysqld]\na = x\0y\nb = 1\n";
    struct cnf cnf = parse(text, sizeof text - 1);
    assert_int_equal(cnf.count, 3);
    assert_string_equal(cnf.lines[1].value, "x");
    cnf_set(&cnf, "mysqld", "a", "z");
    static const char after[] = "[mysqld]\na = z\0y\nb = 1\n";
    assert_int_equal(cnf.text.len, sizeof after - 1);
    assert_memory_equal(cnf.text.data, after, sizeof after - 1);
    cnf_free(&cnf);
}

static void a_byte_order_mark_is_no_group(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF[mysqld]\na=1\n";
    struct cnf cnf = parse(text, sizeof text - 1);
    assert_int_equal(cnf.lines[0].kind, CNF_OTHER); /* my_print_defaults: "option without preceding group" */
    assert_null(cnf_find(&cnf, "mysqld", "a"));
    assert_memory_equal(cnf.text.data, text, sizeof text - 1);
    cnf_free(&cnf);
}

static void set_changes_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *before, *key, *value, *after;
    } cases[] = {
        { "[mysqld]\nlog-bin=old\n", "log_bin", "new", "[mysqld]\nlog-bin=new\n" },
        { "[mysqld]\n\t log_bin  =\told  # why\r\nx\n", "log-bin", "new", "[mysqld]\n\t log_bin  =\tnew  # why\r\nx\n" },
        { "[mysqld]\nlog-bin\n", "log-bin", "new", "[mysqld]\nlog-bin = new\n" },
        { "[mysqld]\nlog-bin # c", "log-bin", "new", "[mysqld]\nlog-bin = new # c" },
        { "[mysqld]\nlog-bin = x # c\n", "log-bin", NULL, "[mysqld]\nlog-bin # c\n" },
        { "[mysqld]\nlog-bin = # c\n", "log-bin", "new", "[mysqld]\nlog-bin = new # c\n" },
        { "[mysqld]\nlog-bin=\n", "log-bin", "new", "[mysqld]\nlog-bin=new\n" },
        { "[mysqld]\nlog-bin = a\nlog_bin = b\n", "log-bin", "c", "[mysqld]\nlog-bin = a\nlog_bin = c\n" },
        { "[mysqld]\nlog-bin = 'new'\n", "log-bin", "new", "[mysqld]\nlog-bin = 'new'\n" },
        { "[mysqld]\nskip-log-bin # c\n", "log-bin", "new", "[mysqld]\nlog-bin = new # c\n" },
        { "[mysqld]\nloose-log-bin=a\n", "log-bin", "b", "[mysqld]\nloose-log-bin=b\n" },
        { "[mysqld]\ndisable_log_bin\n", "log-bin", NULL, "[mysqld]\nlog-bin\n" },
        { "[mysqld]\nskip_slave_start\n", "skip-slave-start", NULL, "[mysqld]\nskip_slave_start\n" },
        { "[mysqld]\nskip-replica-start=1\n", "skip-slave-start", NULL, "[mysqld]\nskip-replica-start\n" },
        { "[mysqld]\nlog-bin-index=a\n", "log-bin", "b", "[mysqld]\nlog-bin-index=a\nlog-bin = b\n" },
        { "[mysqld]\nmaximum-max-connections=9\n", "max-connections", "5",
          "[mysqld]\nmaximum-max-connections=9\nmax-connections = 5\n" },
        { "[mysqld]\na=1\n\n# next\n[client]\nb=2\n", "k", "v", "[mysqld]\na=1\nk = v\n\n# next\n[client]\nb=2\n" },
        { "[mysqld]\r\na=1\r\n", "k", "v", "[mysqld]\r\na=1\r\nk = v\r\n" },
        { "[mysqld]\na=1", "k", "v", "[mysqld]\na=1\nk = v\n" },
        { "[mysqld]\na=1\n[x]\n[MySQLd]\n[y]\n", "k", "v", "[mysqld]\na=1\n[x]\n[MySQLd]\nk = v\n[y]\n" },
        { "[mysqld]\n!includedir /x\n", "k", "v", "[mysqld]\n!includedir /x\nk = v\n" },
        { "[client]\nk=1", "k", "v", "[client]\nk=1\n\n[mysqld]\nk = v\n" },
        { "", "k", NULL, "[mysqld]\nk\n" },
        { "", "k", "", "[mysqld]\nk =\n" },
        { "[mysqld]\nk = x\n", "k", "a#b", "[mysqld]\nk = \"a#b\"\n" },
        { "[mysqld]\nk = x # c\n", "k", "it's \"\\ ", "[mysqld]\nk = \"it's \\\"\\\\ \" # c\n" },
        { "[mysqld]\nk = x\n", "k", " a\n\t\r\b", "[mysqld]\nk = \" a\\n\\t\\r\\b\"\n" },
        { "[mysqld]\nk = x\n", "k", "citt\xC3\xA0", "[mysqld]\nk = \"citt\xC3\xA0\"\n" },
        { "[mysqld]\nk = x\n", "k", "a = b", "[mysqld]\nk = a = b\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cnf cnf = parse(cases[i].before, strlen(cases[i].before));
        for (int times = 0; times < 2; times++) {
            cnf_set(&cnf, "mysqld", cases[i].key, cases[i].value);
            assert_string_equal(buf_str(&cnf.text), cases[i].after);
        }
        const struct cnf_line *line = cnf_find(&cnf, "mysqld", cases[i].key);
        assert_non_null(line);
        if (cases[i].value != NULL)
            assert_string_equal(line->value, cases[i].value);
        else
            assert_null(line->value);
        cnf_free(&cnf);
    }
}

static void a_line_beyond_the_readers_buffer_is_left_alone(void **state)
{
    (void)state;
    struct buf text = BUF_INIT, after = BUF_INIT;
    buf_adds(&text, "[mysqld]\nk = ");
    for (int i = 0; i < 5000; i++)
        buf_addc(&text, 'x');
    buf_adds(&text, "\nb = 2\n[z]\n");
    struct cnf cnf = parse(text.data, text.len);
    assert_int_equal(cnf.count, 5);
    assert_int_equal(strlen(cnf.lines[1].value), 4094 - 4);
    assert_int_equal(cnf_line_number(&cnf, &cnf.lines[3]), 3);
    cnf_set(&cnf, "mysqld", "k", "y");
    buf_add(&after, text.data, text.len - 4);
    buf_adds(&after, "k = y\n[z]\n");
    assert_string_equal(buf_str(&cnf.text), buf_str(&after));
    cnf_remove(&cnf, "mysqld", "k");
    assert_string_equal(buf_str(&cnf.text), "[mysqld]\nb = 2\n[z]\n");
    cnf_free(&cnf);
    buf_free(&text);
    buf_free(&after);
}

static void remove_takes_every_spelling(void **state)
{
    (void)state;
    static const char text[] = "[mysqld]\nlog-bin\n# log-bin\nx=1\nlog_bin = a\n[other]\nlog-bin\n[mysqld]\nskip-log-bin";
    struct cnf cnf = parse(text, sizeof text - 1);
    cnf_remove(&cnf, "mysqld", "log-bin");
    assert_string_equal(buf_str(&cnf.text), "[mysqld]\n# log-bin\nx=1\n[other]\nlog-bin\n[mysqld]\n");
    cnf_free(&cnf);
}

static void add_file(struct cnf_set *set, const char *path, const char *text)
{
    set->files = realloc(set->files, (set->count + 1) * sizeof *set->files);
    assert_non_null(set->files);
    cnf_parse(&set->files[set->count++], path, text, strlen(text));
}

/* As Debian 12 ships it for MariaDB 10.11. */
static struct cnf_set debian(void)
{
    struct cnf_set set = { .count = 0 };
    add_file(&set, "/etc/mysql/my.cnf", "[client-server]\nsocket = /run/mysqld/mysqld.sock\n"
                                        "!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mariadb.conf.d/\n");
    add_file(&set, "/etc/mysql/conf.d/mysql.cnf", "[mysql]\n");
    add_file(&set, "/etc/mysql/mariadb.conf.d/50-server.cnf",
             "[server]\n\n[mysqld]\npid-file = /run/mysqld/mysqld.pid\nbind-address = 127.0.0.1\n#log_bin = x\n\n"
             "[embedded]\n\n[mariadbd]\n\n[mariadb-10.11]\n");
    add_file(&set, "/etc/mysql/mariadb.conf.d/60-galera.cnf", "[galera]\n#wsrep_on = ON\n");
    cnf_set_groups(&set, true, 101114);
    return set;
}

static void finds_the_home_on_debian(void **state)
{
    (void)state;
    struct cnf_set set = debian();
    const char *group;
    const struct cnf *file;
    const struct cnf *home = cnf_home(&set, &group);
    assert_string_equal(home->path, "/etc/mysql/mariadb.conf.d/50-server.cnf");
    assert_string_equal(group, "mysqld");
    assert_true(cnf_set_reads(&set, "mariadb-10.11"));
    assert_true(cnf_set_reads(&set, "MYSQLD"));
    assert_false(cnf_set_reads(&set, "mariadb-10.5"));
    assert_false(cnf_set_reads(&set, "mysql"));
    assert_string_equal(cnf_winner(&set, "bind_address", &file)->value, "127.0.0.1");
    assert_ptr_equal(file, home);
    assert_null(cnf_winner(&set, "log-bin", &file));
    assert_null(file);
    assert_ptr_equal(cnf_set_put(&set, "log-bin", "mysql-bin"), home);
    assert_string_equal(cnf_winner(&set, "log_bin", &file)->value, "mysql-bin");
    cnf_set_free(&set);
}

static void the_last_line_read_wins(void **state)
{
    (void)state;
    struct cnf_set set = debian();
    const struct cnf *file;
    add_file(&set, "/etc/mysql/mariadb.conf.d/99-local.cnf", "[mysqld]\nskip-log-bin\n[mysqldump]\nserver-id=9\n");
    cnf_set_put(&set, "server-id", "7");
    assert_string_equal(cnf_winner(&set, "server_id", &file)->value, "7");
    assert_string_equal(file->path, "/etc/mysql/mariadb.conf.d/99-local.cnf");
    const struct cnf_line *line = cnf_winner(&set, "log-bin", &file);
    assert_string_equal(line->key, "skip_log_bin");
    assert_true(cnf_negated(line, "log-bin"));
    assert_false(cnf_negated(line, "skip-log-bin"));
    cnf_set_put(&set, "log-bin", "mysql-bin");
    line = cnf_winner(&set, "log-bin", &file);
    assert_string_equal(line->value, "mysql-bin");
    assert_false(cnf_negated(line, "log-bin"));
    cnf_set_free(&set);
}

/* What stands below an include line is read after the included file. */
static void includes_count_where_they_stand(void **state)
{
    (void)state;
    struct cnf_set set = { .count = 0 };
    const struct cnf *file;
    const char *group;
    add_file(&set, "/etc/my.cnf", "!includedir /etc/my.cnf.d\n[mysqld]\na=top\n!include /etc/deep.cnf\n");
    add_file(&set, "/etc/my.cnf.d/a.cnf", "[mysqld]\na=folder\nb=folder\n");
    add_file(&set, "/etc/my.cnf.d/notes", "[mysqld]\nb=no\n"); /* not .cnf: its own top file here, read last */
    add_file(&set, "/etc/deep.cnf", "[mysqld]\nc=deep\n!include /etc/deep.cnf\n");
    cnf_set_groups(&set, false, 80036);
    assert_false(cnf_set_reads(&set, "mariadb"));
    assert_true(cnf_set_reads(&set, "mysqld-8.0"));
    assert_string_equal(cnf_winner(&set, "a", &file)->value, "top");
    assert_string_equal(cnf_winner(&set, "b", &file)->value, "no");
    assert_string_equal(cnf_winner(&set, "c", &file)->value, "deep");
    assert_string_equal(cnf_home(&set, &group)->path, "/etc/my.cnf.d/notes");
    cnf_set_free(&set);
}

static void a_set_without_server_groups_gets_one(void **state)
{
    (void)state;
    struct cnf_set set = { .count = 0 };
    const char *group;
    assert_null(cnf_home(&set, &group));
    add_file(&set, "/etc/my.cnf", "[client]\nport=1\n");
    cnf_set_groups(&set, true, 101114);
    assert_string_equal(cnf_home(&set, &group)->path, "/etc/my.cnf");
    cnf_set_put(&set, "server-id", "2");
    assert_string_equal(buf_str(&set.files[0].text), "[client]\nport=1\n\n[mysqld]\nserver-id = 2\n");
    cnf_set_free(&set);
}

static void diffs(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *diff;
    } cases[] = {
        { "a\n", "a\n", "" },
        { "", "a\n", "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n" },
        { "a\n", "", "--- f\n+++ f\n@@ -1 +0,0 @@\n-a\n" },
        { "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
          "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n" },
        { "a", "a\n", "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n" },
        { "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
          "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n" },
        { "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
          "--- f\n+++ f\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n" },
        { "1\n2\n3\n", "1\n2\nnew\n3\n", "--- f\n+++ f\n@@ -1,3 +1,4 @@\n 1\n 2\n+new\n 3\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf diff = BUF_INIT;
        cnf_diff(&diff, "f", cases[i].before, strlen(cases[i].before), cases[i].after, strlen(cases[i].after));
        assert_string_equal(buf_str(&diff), cases[i].diff);
        buf_free(&diff);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines_as_the_server_does),
        cmocka_unit_test(reads_groups),
        cmocka_unit_test(a_nul_byte_ends_what_the_server_sees),
        cmocka_unit_test(a_byte_order_mark_is_no_group),
        cmocka_unit_test(set_changes_one_line),
        cmocka_unit_test(a_line_beyond_the_readers_buffer_is_left_alone),
        cmocka_unit_test(remove_takes_every_spelling),
        cmocka_unit_test(finds_the_home_on_debian),
        cmocka_unit_test(the_last_line_read_wins),
        cmocka_unit_test(includes_count_where_they_stand),
        cmocka_unit_test(a_set_without_server_groups_gets_one),
        cmocka_unit_test(diffs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
