#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "plan/answers.h"

static int parse(struct answers *answers, const char *text, struct err *err)
{
    answers_init(answers);
    return answers_parse(answers, "f.ini", text, strlen(text), err);
}

static void assert_value(const struct answers *answers, const char *section, const char *key, const char *expected)
{
    struct buf value = BUF_INIT;
    answers_get(answers, section, key, &value);
    assert_string_equal(buf_str(&value), expected);
    buf_free(&value);
}

static void test_defaults(void **state)
{
    (void)state;
    struct answers answers;
    answers_init(&answers);
    assert_string_equal(answers.database, "billing");
    assert_int_equal(answers.copy, COPY_AUTO);
    assert_int_equal(answers.verify, VERIFY_FULL);
    assert_false(answers.as_written);
    assert_string_equal(answers.replication.user, "repl");
    assert_string_equal(answers.reports.user, "reportreader");
    assert_null(answers.master.user);
    assert_int_equal(answers.master.port, 0);
    answers_free(&answers);
}

/* CONTRACT's example, comments after values included. */
static void test_example(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    assert_int_equal(parse(&answers,
                           "\xef\xbb\xbf[run]\r\n"
                           "database = bills\n"
                           "copy = rows                 ; auto, directory, whole, rows, hot\n"
                           "as_written = yes            ; the letter\n"
                           "verify = quick\n"
                           "limit_downtime = 30         ; seconds\n"
                           "# a comment\n"
                           "[master]                    ; and the same keys in [slave]\n"
                           "    host = db1.example.com  ; a name\n"
                           "    port = 2222\n"
                           "    identity =              ; default: agent\n"
                           "    sudo = yes\n"
                           "[ slave ]\n"
                           "host: ::1\n"
                           "server_id = 4294967295\n"
                           "[slave  third]\n"
                           "host=db3\n"
                           "db_port=3307\n"
                           "[replication]\n"
                           "tls = off\n"
                           "gtid = off\n"
                           "[reports]\n"
                           "billing_ini = /etc/a;b.ini", &err),
                     0);
    assert_string_equal(answers.database, "bills");
    assert_int_equal(answers.copy, COPY_ROWS);
    assert_true(answers.as_written);
    assert_int_equal(answers.verify, VERIFY_QUICK);
    assert_int_equal(answers.limit_downtime, 30);
    assert_string_equal(answers.master.host, "db1.example.com");
    assert_int_equal(answers.master.port, 2222);
    assert_int_equal(answers.master.line, 8);
    assert_null(answers.master.identity);
    assert_true(answers.master.sudo);
    assert_string_equal(answers.slave.host, "::1");
    assert_true(answers.slave.server_id == 4294967295u);
    assert_int_equal(answers.more_count, 1);
    assert_string_equal(answers.more_slaves[0].name, "third");
    assert_string_equal(answers.more_slaves[0].host, "db3");
    assert_int_equal(answers.more_slaves[0].db_port, 3307);
    assert_int_equal(answers.replication.tls, TLS_OFF);
    assert_true(answers.replication.gtid_off);
    assert_string_equal(answers.reports.billing_ini, "/etc/a;b.ini");
    assert_int_equal(answers_check(&answers, &err), 0);
    answers_free(&answers);
}

static const struct {
    const char *text, *error;
} wrong[] = {
    { "[run]\ncolour = red\n", "f.ini:2: [run] colour: unknown key" },
    { "[slvae]\n", "f.ini:1: [slvae] unknown section" },
    { "[slave ]x]\n", "f.ini:1: something follows the section's closing bracket" },
    { "[slave a/b]\n", "f.ini:1: [slave a/b] unknown section" },
    { "[run\n", "f.ini:1: a section is written [name]" },
    { "host = x\n", "f.ini:1: host: stands before any [section]" },
    { "[master]\nhost = x\n\n[master]\nhost = y\n", "f.ini:5: [master] host: stands there twice" },
    { "[master]\nport = 0\n", "f.ini:2: [master] port: '0' is not a number from 1 to 65535" },
    { "[master]\nport = 65536\n", "f.ini:2: [master] port: '65536' is not a number from 1 to 65535" },
    { "[master]\nport = 22x\n", "f.ini:2: [master] port: '22x' is not a number from 1 to 65535" },
    { "[master]\nport = -1\n", "f.ini:2: [master] port: '-1' is not a number from 1 to 65535" },
    { "[slave]\nserver_id = 4294967296\n",
      "f.ini:2: [slave] server_id: '4294967296' is not a number from 1 to 4294967295" },
    { "[run]\ncopy = fast\n", "f.ini:2: [run] copy: 'fast' is none of auto|directory|whole|rows|hot" },
    { "[run]\ncopy = auto|directory\n",
      "f.ini:2: [run] copy: 'auto|directory' is none of auto|directory|whole|rows|hot" },
    { "[run]\nas_written = true\n", "f.ini:2: [run] as_written: 'true' is none of yes|no" },
    { "[master]\nhost = -oProxyCommand=x\n", "f.ini:2: [master] host: '-oProxyCommand=x' begins with a dash" },
    { "[master]\nhost = db1 # the old one\n",
      "f.ini:2: [master] host: 'db1 # the old one' holds a space followed by ; or # (a comment after a value begins "
      "with ;)" },
    { "[master]\nhost = \"db1\"\n",
      "f.ini:2: [master] host: '\"db1\"' begins with a quote: values are written without quotes" },
    { "[master]\nhost = db1\n  db2\n", "f.ini:3: neither a [section] nor a line `key = value`" },
    { "[master]\nhost = a\tb\n", "f.ini:2: [master] host: 'a\\x09b' holds a control character" },
    { "[master]\nhost = a\x1b[31m\n", "f.ini:2: the line holds a control character" },
    { "[master]\ndatadir = var/lib\n",
      "f.ini:2: [master] datadir: 'var/lib' is not an absolute path (it is one on the server)" },
    { "[run]\ndatabase = mysql\n", "f.ini:2: [run] database: 'mysql' is one of the server's own databases" },
    { "[run]\ndatabase = ../etc\n",
      "f.ini:2: [run] database: '../etc' holds other characters than letters, digits, _, $ and -" },
    { "[run]\n= x\n", "f.ini:2: a value without a key" },
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct answers answers;
        struct err err = ERR_INIT;
        assert_int_equal(parse(&answers, wrong[i].text, &err), -1);
        assert_string_equal(err.text, wrong[i].error);
        assert_int_equal(err.code, ERR_ANSWERS);
        answers_free(&answers);
    }
}

/* libinih would read the end of such a line as a line of its own. */
static void test_long_line(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    char *pad = mem_alloc(400);
    memset(pad, 'x', 399);
    char *text = mem_printf("[master]\nidentity = /%.190s\n", pad);
    assert_int_equal(parse(&answers, text, &err), -1);
    assert_string_equal(err.text, "f.ini:2: the line is longer than 190 bytes");
    answers_free(&answers);
    free(text);
    text = mem_printf("[master]\nidentity = /%.169s\n; %s\nhost = h\n", pad, pad);
    assert_int_equal(parse(&answers, text, &err), 0);
    assert_int_equal(strlen(answers.master.identity), 170);
    assert_string_equal(answers.master.host, "h");
    answers_free(&answers);
    free(text);
    free(pad);
}

static void test_nul_is_refused(void **state)
{
    (void)state;
    static const char text[] = "[master]\nhost = a\0b\n";
    struct answers answers;
    struct err err = ERR_INIT;
    answers_init(&answers);
    assert_int_equal(answers_parse(&answers, "f.ini", text, sizeof text - 1, &err), -1);
    assert_string_equal(err.text, "f.ini:2: the line holds a control character");
    answers_free(&answers);
}

/* Not in a file, not typed into a form: no answer holds a control byte. */
static void test_no_control_byte_in_any_answer(void **state)
{
    (void)state;
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    for (size_t i = 0; i < count; i++)
        for (unsigned byte = 0; byte <= 0x7f; byte = byte == 0x1f ? 0x7f : byte + 1) {
            char value[] = "a?b";
            struct buf text = BUF_INIT;
            struct answers answers;
            struct err err = ERR_INIT;
            value[1] = (char)byte;
            buf_addf(&text, "[%s]\n%s = ", keys[i].section, keys[i].key);
            buf_add(&text, value, 3);
            buf_addc(&text, '\n');
            answers_init(&answers);
            if (answers_parse(&answers, "f.ini", text.data, text.len, &err) == 0)
                fail_msg("[%s] %s takes byte %02x from a file", keys[i].section, keys[i].key, byte);
            assert_null(strpbrk(err.text, "\x1b\x7f\r\n"));
            answers_free(&answers);
            answers_init(&answers);
            if (byte != 0 && answers_set(&answers, keys[i].section, keys[i].key, value, 0, &err) == 0)
                fail_msg("[%s] %s takes byte %02x", keys[i].section, keys[i].key, byte);
            answers_free(&answers);
            buf_free(&text);
        }
    assert_true(count > 30);
}

static void test_required(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    assert_int_equal(parse(&answers, "[master]\nhost = a\n[slave]\nport = 22\n", &err), 0);
    assert_int_equal(answers_check(&answers, &err), -1);
    assert_string_equal(err.text, "f.ini:3: [slave] host: is required");
    answers_free(&answers);
    assert_int_equal(parse(&answers, "[slave]\nhost = a\n", &err), 0);
    assert_int_equal(answers_check(&answers, &err), -1);
    assert_string_equal(err.text, "f.ini:2: [master] host: is required");
    answers_free(&answers);
    assert_int_equal(parse(&answers, "[master]\nhost = a\n[slave]\nhost = b\n[slave c]\n", &err), 0);
    assert_int_equal(answers_check(&answers, &err), -1);
    assert_string_equal(err.text, "f.ini:5: [slave c] host: is required");
    answers_free(&answers);
}

static void test_files_and_ids(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    assert_int_equal(parse(&answers, "[master]\nhost=a\n[slave]\nhost=b\nidentity=/nonexistent/key\n", &err), 0);
    assert_int_equal(answers_check(&answers, &err), -1);
    assert_string_equal(err.text, "f.ini:3: [slave] identity: cannot read '/nonexistent/key': No such file or directory");
    answers_free(&answers);
    assert_int_equal(parse(&answers, "[master]\nhost=a\nserver_id=7\n[slave]\nhost=b\nserver_id=7\n", &err), 0);
    assert_int_equal(answers_check(&answers, &err), -1);
    assert_string_equal(err.text, "f.ini:4: [slave] server_id: 7 is the master's too");
    answers_free(&answers);
    assert_int_equal(parse(&answers, "[master]\nhost=a\n[slave]\nhost=b\n[reports]\npassword_file=/nonexistent/p\n", &err), 0);
    assert_int_equal(answers_check(&answers, &err), -1);
    assert_non_null(strstr(err.text, "[reports] password_file: cannot read"));
    answers_free(&answers);
}

/* Every slave is a server of its own. */
static void test_slaves_apart(void **state)
{
    (void)state;
    static const struct {
        const char *second, *third, *text;
    } cases[] = {
        { "host=b\n", "host=d\n", "f.ini:5: [slave x] host: 'b' is the host of [slave], too" },
        { "host=a\n", "host=d\n", "f.ini:5: [slave x] host: 'a' is the host of [master], too" },
        { "host=c\n", "host=C\n", "f.ini:7: [slave y] host: 'C' is the host of [slave x], too" },
        { "host=c\nserver_id=9\n", "host=d\nserver_id=9\n", "f.ini:8: [slave y] server_id: 9 is that of [slave x], too" },
        { "host=c\n", "host=c\nport=2222\n", NULL }, /* another port may lead to another machine */
        { "host=c\nserver_id=8\n", "host=d\nserver_id=9\n", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answers answers;
        struct err err = ERR_INIT;
        char *text = mem_printf("[master]\nhost=a\n[slave]\nhost=b\n[slave x]\n%s[slave y]\n%s", cases[i].second, cases[i].third);
        assert_int_equal(parse(&answers, text, &err), 0);
        assert_int_equal(answers_check(&answers, &err), cases[i].text != NULL ? -1 : 0);
        if (cases[i].text != NULL)
            assert_string_equal(err.text, cases[i].text);
        answers_free(&answers);
        free(text);
    }
}

static void test_pairs(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    assert_int_equal(parse(&answers, "[master]\nhost=a\n[slave]\nhost=b\n[slave x]\nhost=c\nserver_id=9\n", &err), 0);
    const struct answers first = answers_of_pair(&answers, 0), second = answers_of_pair(&answers, 1);
    assert_string_equal(first.slave.host, "b");
    assert_int_equal(first.more_count, 0);
    assert_string_equal(second.master.host, "a");
    assert_string_equal(second.slave.host, "c");
    answers_write(&second, &text); /* as a run's journal keeps them */
    assert_non_null(strstr(buf_str(&text), "[slave]\nhost = c\n"));
    assert_null(strstr(buf_str(&text), "[slave x]"));
    char *section = answers_slave_section(&answers, 1);
    assert_string_equal(section, "slave x");
    free(section);
    buf_free(&text);
    answers_free(&answers);
}

static void test_home(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    setenv("HOME", "/home/me", 1);
    assert_int_equal(parse(&answers, "[master]\nidentity = ~/.ssh/id\n", &err), 0);
    assert_string_equal(answers.master.identity, "/home/me/.ssh/id");
    answers_free(&answers);
}

static void test_set(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    answers_init(&answers);
    assert_int_equal(answers_set(&answers, "run", "database", "shop", 0, &err), 0);
    assert_int_equal(answers_set(&answers, "run", "database", "", 0, &err), 0);
    assert_value(&answers, "run", "database", "billing");
    assert_int_equal(answers_set(&answers, "slave", "port", "23", 0, &err), 0);
    assert_value(&answers, "slave", "port", "23");
    assert_int_equal(answers_set(&answers, "slave", "port", "", 0, &err), 0);
    assert_value(&answers, "slave", "port", "");
    assert_int_equal(answers_set(&answers, "slave", "port", "x", 0, &err), -1);
    assert_string_equal(err.text, "[slave] port: 'x' is not a number from 1 to 65535");
    assert_value(&answers, "slave two", "host", "");
    assert_int_equal(answers.more_count, 0);
    assert_value(&answers, "nowhere", "host", "");
    assert_int_equal(answers_set(&answers, "slave", "identity", "/a ;b", 0, &err), -1);
    answers_free(&answers);
}

/* Every key, with a value that is not its default, is written and read back. */
static void test_write_reads_back(void **state)
{
    (void)state;
    struct answers first, second;
    struct err err = ERR_INIT;
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    answers_init(&first);
    for (size_t i = 0; i < count; i++) {
        const char *value = keys[i].type == ANSWER_YES_NO   ? "yes"
                            : keys[i].type == ANSWER_GTID   ? "off"
                            : keys[i].type == ANSWER_CHOICE ? strrchr(keys[i].values, '|') + 1
                            : strcmp(keys[i].values, "number") == 0 ? "17"
                            : keys[i].type == ANSWER_PATH ? "/some/where" : "some-thing";
        assert_int_equal(answers_set(&first, keys[i].section, keys[i].key, value, 0, &err), 0);
    }
    assert_int_equal(answers_set(&first, "slave x", "host", "third", 0, &err), 0);
    struct buf one = BUF_INIT, two = BUF_INIT;
    answers_write(&first, &one);
    assert_int_equal(parse(&second, buf_str(&one), &err), 0);
    answers_write(&second, &two);
    assert_string_equal(buf_str(&one), buf_str(&two));
    assert_non_null(strstr(buf_str(&one), "mysql_group = some-thing"));
    assert_non_null(strstr(buf_str(&one), "[slave x]\nhost = third\n"));
    for (size_t i = 0; i < count; i++) {
        struct buf want = BUF_INIT;
        answers_get(&first, keys[i].section, keys[i].key, &want);
        assert_value(&second, keys[i].section, keys[i].key, buf_str(&want));
        buf_free(&want);
    }
    buf_free(&one);
    buf_free(&two);
    answers_free(&first);
    answers_free(&second);
}

static void test_read_missing(void **state)
{
    (void)state;
    struct answers answers;
    struct err err = ERR_INIT;
    answers_init(&answers);
    assert_int_equal(answers_read(&answers, "/nonexistent/answers", &err), -1);
    assert_int_equal(err.code, ERR_ANSWERS);
    assert_string_equal(err.text, "cannot read the answers file '/nonexistent/answers': No such file or directory");
    answers_free(&answers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_example),
        cmocka_unit_test(test_wrong),         cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_no_control_byte_in_any_answer),
        cmocka_unit_test(test_nul_is_refused), cmocka_unit_test(test_required),
        cmocka_unit_test(test_files_and_ids), cmocka_unit_test(test_slaves_apart), cmocka_unit_test(test_pairs), cmocka_unit_test(test_home),
        cmocka_unit_test(test_set),           cmocka_unit_test(test_write_reads_back),
        cmocka_unit_test(test_read_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
