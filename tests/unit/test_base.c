/* err, buf, mem, clock */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"

static void err_keeps_code_detail_and_hint_when_wrapped(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(err_set_detail(&err, ERR_SQL, 1045, "access denied for %s", "root"), -1);
    err_hint(&err, "check the password");
    assert_int_equal(err_wrap(&err, "cannot ask %s", "db1"), -1);
    assert_string_equal(err.text, "cannot ask db1: access denied for root");
    assert_string_equal(err.hint, "check the password");
    assert_int_equal(err.code, ERR_SQL);
    assert_int_equal(err.detail, 1045);
    assert_int_equal(err_set(NULL, ERR_IO, "nobody listens"), -1);
}

static void err_cuts_what_is_too_long(void **state)
{
    struct err err = ERR_INIT;
    char *text = mem_alloc(2000);

    (void)state;
    memset(text, 'x', 1999);
    err_set(&err, ERR_IO, "%s", text);
    for (int i = 0; i < 20; i++)
        err_wrap(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    free(text);
}

static void err_steers_no_terminal(void **state)
{
    struct err err = ERR_INIT;
    char text[600];
    (void)state;
    err_set(&err, ERR_SQL, "%s", "a\x1b[2Jb\xc2\x9b" "c\xff\r\xe2\x80\xae\nd \xc3\xa4");
    err_hint(&err, "\x07%s", "\x1b]0;x");
    assert_string_equal(err.text, "a\\x1b[2Jb\\xc2\\x9bc\\xff\\x0d\\xe2\\x80\\xae\nd \xc3\xa4");
    assert_string_equal(err.hint, "\\x07\\x1b]0;x");
    err_wrap(&err, "at %s", "\x1b[1m");
    assert_int_equal(strncmp(err.text, "at \\x1b[1m: a\\x1b[2J", 20), 0);
    /* cut within a character, wherever that falls */
    for (size_t before = 0; before < 4; before++) {
        memset(text, 'x', before);
        for (size_t i = before; i < sizeof text - 4; i += 3)
            snprintf(text + i, 4, "\xe2\x82\xac");
        err_set(&err, ERR_IO, "%s", text);
        err_wrap(&err, "wrapped");
        for (const char *at = err.text; *at != '\0'; at++)
            assert_true((unsigned char)*at < 0x80 || strncmp(at, "\xe2\x82\xac", 3) == 0 || ((unsigned char)*at & 0xc0) == 0x80);
        const size_t len = strlen(err.text);
        assert_true((unsigned char)err.text[len - 1] < 0x80 || memcmp(err.text + len - 3, "\xe2\x82\xac", 3) == 0);
    }
}

static void err_exit_codes_are_the_contracts(void **state)
{
    static const struct {
        enum err_code code;
        int detail, exit;
    } cases[] = { { ERR_NONE, 0, 0 },    { ERR_USAGE, 0, 2 },   { ERR_ANSWERS, 0, 2 }, { ERR_REFUSED, 0, 4 },
                  { ERR_SIGNAL, 2, 130 }, { ERR_CONNECT, 0, 1 }, { ERR_SQL, 1045, 1 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = { .code = cases[i].code, .detail = cases[i].detail };
        assert_int_equal(err_exit_code(&err), cases[i].exit);
    }
}

static void buf_grows_and_stays_a_string(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    assert_string_equal(buf_str(&buf), "");
    for (int i = 0; i < 10000; i++)
        buf_addf(&buf, "%d,", i % 10);
    assert_int_equal(buf.len, 20000);
    assert_int_equal(buf.data[buf.len], '\0');
    assert_memory_equal(buf.data + 19998, "9,", 2);
    buf_add(&buf, "a\0b", 3);
    assert_int_equal(buf.len, 20003);
    buf_clear(&buf);
    buf_adds(&buf, "text \t\n\n");
    buf_adds(&buf, NULL);
    buf_trim(&buf);
    assert_string_equal(buf_str(&buf), "text");
    buf_free(&buf);
    assert_null(buf.data);
}

static void buf_steal_is_never_null(void **state)
{
    struct buf buf = BUF_INIT;
    char *text = buf_steal(&buf);

    (void)state;
    assert_string_equal(text, "");
    free(text);
}

static void text_line_gives_every_line_once(void **state)
{
    char text[] = "one\n\nthree\nlast", empty[] = "", *at = text, *none = empty;

    (void)state;
    assert_string_equal(text_line(&at), "one");
    assert_string_equal(text_line(&at), "");
    assert_string_equal(text_line(&at), "three");
    assert_string_equal(text_line(&at), "last");
    assert_null(text_line(&at));
    assert_null(text_line(&at));
    assert_null(text_line(&none));
}

static void strings_own_what_they_hold(void **state)
{
    struct strings list = { .items = NULL };
    char word[] = "mariadb";

    (void)state;
    strings_add(&list, word);
    word[0] = 'x';
    strings_add(&list, "mysql");
    assert_true(strings_has(&list, "mariadb"));
    assert_false(strings_has(&list, "maria"));
    strings_free(&list);
    assert_int_equal(list.count, 0);
}

static void clock_has_the_documented_shapes(void **state)
{
    char stamp[32], iso[32], small[4] = "xxx";
    uint64_t before = clock_ms();

    (void)state;
    clock_stamp(stamp, sizeof stamp);
    clock_iso(iso, sizeof iso);
    clock_iso(small, sizeof small);
    assert_int_equal(strlen(stamp), 15);
    assert_int_equal(stamp[8], '-');
    assert_int_equal(strlen(iso), 20);
    assert_int_equal(iso[19], 'Z');
    assert_string_equal(small, "");
    assert_true(clock_ms() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_keeps_code_detail_and_hint_when_wrapped),
        cmocka_unit_test(err_cuts_what_is_too_long),
        cmocka_unit_test(err_steers_no_terminal),
        cmocka_unit_test(err_exit_codes_are_the_contracts),
        cmocka_unit_test(buf_grows_and_stays_a_string),
        cmocka_unit_test(buf_steal_is_never_null),
        cmocka_unit_test(text_line_gives_every_line_once),
        cmocka_unit_test(strings_own_what_they_hold),
        cmocka_unit_test(clock_has_the_documented_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
