/* The pure parts of the screens: text field, bar, time left, wrapping, canvas. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ui/keys.h"
#include "ui/widgets.h"

static void type(struct field *field, const char *text)
{
    size_t left = strlen(text);
    for (wchar_t c; (c = canvas_next(&text, &left)) != 0;)
        assert_true(field_key(field, (int)c));
}

static void field_edits(void **unused)
{
    struct field field = { .len = 0 };
    (void)unused;
    type(&field, "db1.exmple");
    for (int i = 0; i < 4; i++)
        field_key(&field, K_LEFT);
    type(&field, "a");
    assert_string_equal(field.text, "db1.example");
    field_key(&field, K_HOME);
    field_key(&field, K_DELETE);
    assert_string_equal(field.text, "b1.example");
    field_key(&field, K_BACKSPACE); /* nothing stands before the cursor */
    assert_string_equal(field.text, "b1.example");
    field_key(&field, K_END);
    field_key(&field, K_BACKSPACE);
    assert_string_equal(field.text, "b1.exampl");
    field_key(&field, K_CTRL_U);
    assert_string_equal(field.text, "");
    assert_int_equal(field.len, 0);
}

static void field_keeps_characters_whole(void **unused)
{
    struct field field = { .len = 0 };
    (void)unused;
    type(&field, "aäé中𝄞");
    assert_int_equal(field.len, 1 + 2 + 2 + 3 + 4);
    field_key(&field, K_BACKSPACE);
    field_key(&field, K_BACKSPACE);
    assert_string_equal(field.text, "aäé");
    field_key(&field, K_LEFT);
    field_key(&field, K_BACKSPACE);
    assert_string_equal(field.text, "aé");
    field_key(&field, K_DELETE);
    assert_string_equal(field.text, "a");
}

static void field_takes_no_control_keys(void **unused)
{
    struct field field = { .len = 0 };
    (void)unused;
    assert_false(field_key(&field, 27));
    assert_false(field_key(&field, K_TAB));
    assert_false(field_key(&field, K_ENTER));
    assert_false(field_key(&field, K_F1));
    assert_false(field_key(&field, 0x9b)); /* the one-byte CSI */
    assert_int_equal(field.len, 0);
}

static void field_is_bounded_and_wiped(void **unused)
{
    struct field field = { .hidden = true };
    (void)unused;
    for (int i = 0; i < 2 * FIELD_SIZE; i++)
        field_key(&field, 'x');
    assert_int_equal(field.len, FIELD_SIZE - 1);
    assert_int_equal(strlen(field.text), FIELD_SIZE - 1);
    field_set(&field, "short");
    for (size_t i = 5; i < FIELD_SIZE; i++)
        assert_int_equal(field.text[i], 0); /* nothing of the longer text is left */
    field_wipe(&field);
    assert_int_equal(field.text[0], 0);
    assert_true(field.hidden);
}

static void field_words(void **unused)
{
    struct field field = { .len = 0 };
    (void)unused;
    type(&field, "one two  ");
    field_key(&field, K_CTRL_W);
    assert_string_equal(field.text, "one ");
}

static void bar_counts(void **unused)
{
    (void)unused;
    assert_int_equal(bar_percent(0, 0), 0);
    assert_int_equal(bar_percent(50, 100), 50);
    assert_int_equal(bar_percent(9999, 10000), 99); /* not all before all is done */
    assert_int_equal(bar_percent(10000, 10000), 100);
    assert_int_equal(bar_percent(UINT64_MAX, UINT64_MAX - 1), 100);
    assert_int_equal(bar_percent(UINT64_MAX / 2, UINT64_MAX), 50);
}

static void time_left(void **unused)
{
    (void)unused;
    assert_int_equal(time_left_ms(0, 1000, 100), 10000);
    assert_int_equal(time_left_ms(1000, 1000, 0), 0);
    assert_true(time_left_ms(0, 1000, 0) == TIME_UNKNOWN);
    assert_true(time_left_ms(0, 0, 5) == TIME_UNKNOWN);
    assert_int_equal(time_left_ms(1ull << 40, 2ull << 40, 1ull << 30), 1024000);
}

static void clocks(void **unused)
{
    struct buf text = BUF_INIT;
    (void)unused;
    clock_text(&text, 3449);
    buf_addc(&text, ' ');
    clock_text(&text, 62000);
    assert_string_equal(buf_str(&text), "3.4 s 1:02 min");
    buf_free(&text);
}

static void wraps(void **unused)
{
    struct lines lines = LINES_INIT;
    (void)unused;
    lines_wrap(&lines, STYLE_TEXT, 10, 2, "one two three fourfivesixseven\n\nend\n");
    const char *const expected[] = { "one two ", "  three ", "  fourfive", "  sixseven", "", "end" };
    assert_int_equal(lines.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < lines.count; i++)
        assert_string_equal(lines.items[i].text, expected[i]);
    lines_free(&lines);
}

static void follows(void **unused)
{
    (void)unused;
    assert_int_equal(lines_follow(0, 12, 10, 20), 3);
    assert_int_equal(lines_follow(8, 2, 10, 20), 2);
    assert_int_equal(lines_follow(15, 19, 10, 20), 10);
    assert_int_equal(lines_follow(5, 1, 10, 4), 0);
    assert_int_equal(lines_follow(5, 1, 0, 4), 0);
}

static void dumps(const struct canvas *canvas, const char *expected)
{
    struct buf text = BUF_INIT;
    canvas_dump(canvas, &text);
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
}

static void canvas_clips(void **unused)
{
    struct canvas canvas;
    (void)unused;
    canvas_init(&canvas, 2, 6, false);
    canvas_put(&canvas, 0, 0, -1, STYLE_TEXT, "abcdefgh");
    canvas_put(&canvas, 1, 4, -1, STYLE_TEXT, "xy");
    canvas_put(&canvas, 7, 0, -1, STYLE_TEXT, "no");
    canvas_put(&canvas, -1, 0, -1, STYLE_TEXT, "no");
    canvas_put(&canvas, 0, 6, -1, STYLE_TEXT, "no");
    dumps(&canvas, "abcde…\n    xy\n");
    canvas_clear(&canvas);
    canvas_put(&canvas, 0, 0, -1, STYLE_TEXT, "a中中中"); /* half a character never shows */
    canvas_put(&canvas, 1, 0, -1, STYLE_TEXT, "中中");
    canvas_put(&canvas, 1, 1, 1, STYLE_TEXT, "x");
    dumps(&canvas, "a中中…\n x中\n");
    canvas_free(&canvas);
}

static void canvas_never_holds_control_characters(void **unused)
{
    struct canvas canvas;
    (void)unused;
    canvas_init(&canvas, 1, 20, false);
    canvas_put(&canvas, 0, 0, -1, STYLE_TEXT, "a\x1b[0m\x07\xc2\x9b\xff\xc0\xaf\xed\xa0\x80\xe2\x80\xae");
    for (int i = 0; i < 20; i++) {
        wchar_t c = canvas.cells[i].c;
        assert_true(c >= 0x20 && c < 0x7f);
    }
    canvas_free(&canvas);
}

static void canvas_in_ascii(void **unused)
{
    struct canvas canvas;
    (void)unused;
    canvas_init(&canvas, 1, 8, true);
    canvas_put(&canvas, 0, 0, -1, STYLE_TEXT, "ä中e\xcc\x81-");
    dumps(&canvas, "??e-\n");
    canvas_free(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_edits),
        cmocka_unit_test(field_keeps_characters_whole),
        cmocka_unit_test(field_takes_no_control_keys),
        cmocka_unit_test(field_is_bounded_and_wiped),
        cmocka_unit_test(field_words),
        cmocka_unit_test(bar_counts),
        cmocka_unit_test(time_left),
        cmocka_unit_test(clocks),
        cmocka_unit_test(wraps),
        cmocka_unit_test(follows),
        cmocka_unit_test(canvas_clips),
        cmocka_unit_test(canvas_never_holds_control_characters),
        cmocka_unit_test(canvas_in_ascii),
    };
    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
