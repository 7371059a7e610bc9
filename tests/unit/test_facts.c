/* The pure parts of looking: what scripts print, and what it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "../../src/plan/facts_room.h"

static void parse(struct look *look, const char *text)
{
    struct buf out = BUF_INIT;
    buf_adds(&out, text);
    look_parse(look, &out);
}

static void test_look(void **state)
{
    (void)state;
    struct look look;
    struct strings links = { .items = NULL };
    parse(&look, "uid 0\nos Debian GNU/Linux 12\nempty \nnonsense\nlink /a b\nlink /c\nlast 18446744073709551615");
    assert_string_equal(look_get(&look, "os"), "Debian GNU/Linux 12");
    assert_int_equal(look_number(&look, "uid"), 0);
    assert_true(look_number(&look, "last") == UINT64_MAX);
    assert_true(look_has(&look, "uid"));
    assert_false(look_has(&look, "empty"));
    assert_false(look_has(&look, "nonsense"));
    assert_null(look_dup(&look, "absent"));
    look_list(&look, "link", &links);
    assert_int_equal(links.count, 2);
    assert_string_equal(links.items[0], "/a b");
    strings_free(&links);
    look_free(&look);
    parse(&look, "");
    assert_string_equal(look_get(&look, "os"), "");
    look_free(&look);
}

static void printed(const char *line, const char *name, const char *expected)
{
    char *found = facts_printed_option(line, name);
    if (expected == NULL)
        assert_null(found);
    else
        assert_string_equal(found, expected);
    free(found);
}

static void test_printed_option(void **state)
{
    (void)state;
    const char *line = "--socket=/run/a b.sock --pid-file=/run/p --port=1 --mysqlx-port=7 --socket=/run/last --port=3307 ";
    printed(line, "socket", "/run/last");
    printed(line, "port", "3307");
    printed("--socket=/run/a b.sock --x", "socket", "/run/a b.sock");
    printed("--admin--port=3", "port", NULL);
    printed("", "port", NULL);
}

static void means(const char *said, enum reach expected)
{
    struct look look;
    parse(&look, said);
    enum reach found = facts_reach_meaning(&look);
    if (found != expected)
        fail_msg("'%s' means %d, not %d", said, (int)found, (int)expected);
    look_free(&look);
}

static void test_reach_meaning(void **state)
{
    (void)state;
    means("", REACH_UNKNOWN);
    means("status 0\nbytes  91   0   0   0  10  53  46\nconnected yes\n", REACH_SERVER);
    /* 1130, host not allowed: an account is missing, but the server was reached */
    means("status 0\nbytes  70   0   0   0 255 106   4\nconnected yes\n", REACH_SERVER);
    means("status 0\nbytes  70   0   0   0 255 105   4\nconnected yes\n", REACH_BLOCKED);
    means("status 0\nbytes  83  83  72  45  50  46  48\nconnected yes\n", REACH_OTHER);
    means("status 124\nconnected yes\n", REACH_OTHER);
    means("status 1\nsaid bash: connect: Connection refused\nsaid bash: line 1: /dev/tcp/10.0.0.1/3306: Connection refused\n",
          REACH_REFUSED);
    means("status 1\nsaid bash: connect: No route to host\n", REACH_SILENT);
    means("status 124\nsaid \n", REACH_SILENT);
    means("client 1\nsaid ERROR 1045 (28000): Access denied for user\n", REACH_SERVER);
    means("client 1\nsaid ERROR 1129 (HY000): Host 'x' is blocked because of many connection errors\n", REACH_BLOCKED);
    means("client 1\nsaid ERROR 2002 (HY000): Can't connect to server on 'x' (115)\n", REACH_SILENT);
    means("client 1\nsaid ERROR 2003 (HY000): Can't connect to MySQL server on 'x' (111)\n", REACH_REFUSED);
    means("client 0\n", REACH_SERVER);
}

static bool closed(const char *name, const char *value)
{
    struct setting settings[] = { { (char *)name, (char *)value } };
    struct server_facts server = { .settings = settings, .setting_count = 1 };
    return facts_loopback_only(&server);
}

static void test_loopback_only(void **state)
{
    (void)state;
    assert_true(closed("bind_address", "127.0.0.1"));
    assert_true(closed("BIND_ADDRESS", "127.0.0.1,::1"));
    assert_true(closed("bind_address", "localhost"));
    assert_true(closed("skip_networking", "ON"));
    assert_true(closed("port", "0"));
    assert_false(closed("bind_address", "*"));
    assert_false(closed("bind_address", "0.0.0.0"));
    assert_false(closed("bind_address", "127.0.0.1, 10.0.0.1"));
    assert_false(closed("bind_address", ""));
    assert_false(closed("skip_networking", "OFF"));
}

static void test_settings_and_sides(void **state)
{
    (void)state;
    struct setting settings[] = { { "server_id", "7" } };
    struct facts facts = { .master = { .settings = settings, .setting_count = 1, .version_number = 101114 } };
    assert_string_equal(facts_setting(&facts.master, "Server_ID"), "7");
    assert_string_equal(facts_setting(&facts.master, "absent"), "");
    assert_ptr_equal(facts_of(&facts, SIDE_MASTER), &facts.master);
    assert_ptr_equal(facts_of(&facts, SIDE_SLAVE), &facts.slave);
    assert_int_equal(facts_series(&facts.master), 1011);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_printed_option),
        cmocka_unit_test(test_reach_meaning),
        cmocka_unit_test(test_loopback_only),
        cmocka_unit_test(test_settings_and_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
