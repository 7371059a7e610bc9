/* Samples of the live screen, written and read again, and what of a statement is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "care/monitor.h"

static void a_sample_reads_back(void **state)
{
    (void)state;
    struct monitor_sample sample = {
        .host = mem_dup("db2"), .version = mem_dup("9.7.0"), .uptime_s = 12, .queries = UINT64_MAX, .log_file = mem_dup("mysql-bin.000001"),
        .log_pos = 345, .configured = true, .io = mem_dup("Connecting"), .error = mem_dup("two\nlines \033[31m"), .behind = -1,
        .statements = { { .id = 7, .seconds = 65, .user = mem_dup("root"), .text = mem_dup("SELECT 1") },
                        { .id = 8, .user = mem_dup("app"), .text = mem_dup("") } },
        .statement_count = 2,
    };
    struct monitor_sample read;
    struct buf text = BUF_INIT;
    monitor_write(&sample, &text);
    monitor_read(buf_str(&text), &read);
    assert_string_equal(read.host, "db2");
    assert_int_equal(read.uptime_s, 12);
    assert_true(read.queries == UINT64_MAX);
    assert_int_equal(read.log_pos, 345);
    assert_true(read.configured);
    assert_string_equal(read.io, "Connecting");
    assert_string_equal(read.sql, "");
    assert_string_equal(read.error, "two\\nlines \\x1b[31m");
    assert_int_equal(read.behind, -1);
    assert_int_equal(read.statement_count, 2);
    assert_int_equal(read.statements[0].seconds, 65);
    assert_string_equal(read.statements[0].text, "SELECT 1");
    assert_string_equal(read.statements[1].user, "app");
    assert_string_equal(read.statements[1].text, "");
    monitor_sample_free(&sample);
    monitor_sample_free(&read);
    buf_free(&text);
}

static void odd_text_is_passed_over(void **state)
{
    (void)state;
    struct monitor_sample read;
    monitor_read("nonsense\nunknown 5\nstatement\nstatement x\nbehind\nbehind 9\nhost a b\n", &read);
    assert_int_equal(read.behind, 9);
    assert_string_equal(read.host, "a b");
    assert_int_equal(read.statement_count, 1);
    monitor_sample_free(&read);
    struct buf many = BUF_INIT;
    for (int i = 0; i < 2 * MONITOR_STATEMENTS; i++)
        buf_addf(&many, "statement %d 1 u text\n", i);
    monitor_read(buf_str(&many), &read);
    assert_int_equal(read.statement_count, MONITOR_STATEMENTS);
    monitor_sample_free(&read);
    buf_free(&many);
}

static void statements_are_shown(void **state)
{
    (void)state;
    static const struct {
        const char *statement, *shown;
    } cases[] = {
        { "SELECT 1", "SELECT 1" },
        { "  SELECT\n\t1 ,  2", "SELECT 1 , 2" },
        { "CREATE USER a Identified BY 'hunter2'", "(not shown: it speaks of a password)" },
        { "SET PASSWORD = 'hunter2'", "(not shown: it speaks of a password)" },
        { "SELECT '\033[31m'", "SELECT '\\x1b[31m'" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf shown = BUF_INIT;
        monitor_show_statement(cases[i].statement, &shown);
        assert_string_equal(buf_str(&shown), cases[i].shown);
        buf_free(&shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_reads_back),
        cmocka_unit_test(odd_text_is_passed_over),
        cmocka_unit_test(statements_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
