/* billing.ini: which assignment counts, and edits that change one value and no other byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "care/billing_ini.h"

#define TEXT BILLING_INI_TEXT
#define NUMBER BILLING_INI_NUMBER

struct edit {
    const char *before, *name, *value;
    enum billing_ini_form form;
    const char *after; /* NULL: refused */
};

static char *edited(const char *before, const struct edit *edit, int *rc, struct err *err)
{
    struct billing_ini ini;
    billing_ini_parse(&ini, before, strlen(before));
    *rc = billing_ini_set(&ini, edit->name, edit->value, edit->form, err);
    char *text = mem_dup_n(buf_str(&ini.text), ini.text.len);
    billing_ini_free(&ini);
    return text;
}

static void check_edit(const struct edit *edit)
{
    struct err err = ERR_INIT;
    struct billing_ini ini;
    struct buf value = BUF_INIT;
    int rc;
    char *once = edited(edit->before, edit, &rc, &err);
    if (edit->after == NULL) {
        assert_int_equal(rc, -1);
        assert_int_equal(err.code, ERR_DATA);
        assert_string_equal(once, edit->before);
        free(once);
        return;
    }
    if (rc != 0 || strcmp(once, edit->after) != 0)
        print_error("%s\n of\n%s\n", err.text, edit->before);
    assert_int_equal(rc, 0);
    assert_string_equal(once, edit->after);
    char *twice = edited(once, edit, &rc, &err);
    assert_string_equal(twice, once);
    billing_ini_parse(&ini, once, strlen(once));
    assert_int_equal(billing_ini_get(&ini, edit->name, &value), BILLING_INI_KNOWN);
    assert_string_equal(buf_str(&value), edit->value);
    billing_ini_free(&ini);
    buf_free(&value);
    free(once);
    free(twice);
}

static void check_all(const struct edit *edits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_edit(&edits[i]);
}

static void changes_the_value_only(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        { "<?php\n$a = 0;\n", "a", "1", NUMBER, "<?php\n$a = 1;\n" },
        { "<?php\n$a\t=0 ; // zero\n$b = 2;\n", "a", "1", NUMBER, "<?php\n$a\t=1 ; // zero\n$b = 2;\n" },
        { "<?php $x = 1; $a = \"old\"; $y = 2; ?>\n", "a", "new", TEXT, "<?php $x = 1; $a = \"new\"; $y = 2; ?>\n" },
        { "<?php\n$a = 'old';\n", "a", "it's", TEXT, "<?php\n$a = 'it\\'s';\n" },
        { "<?php\r\n$a = \"\";\r\n?>\r\n", "a", "x", TEXT, "<?php\r\n$a = \"x\";\r\n?>\r\n" },
        { "<?php\n$a /* b */ = /* c */ 0 /* d */;\n", "a", "1", NUMBER, "<?php\n$a /* b */ = /* c */ 1 /* d */;\n" },
        { "<?php\n$a = \"x\" . f(1, [2]) . 'y';\n", "a", "z", TEXT, "<?php\n$a = \"z\";\n" },
        { "<?php\n$a = <<<END\nx; $a = 3;\n  END;\n", "a", "z", TEXT, "<?php\n$a = \"z\";\n" },
        { "<?php\n$a = \"{$b[\"x\"]}\";\n", "a", "z", TEXT, "<?php\n$a = \"z\";\n" },
        { "<?php\n$a = 0 ?>\n", "a", "1", NUMBER, "<?php\n$a = 1 ?>\n" },
        { "<?php\n$a = \"1\";\n", "a", "1", NUMBER, "<?php\n$a = \"1\";\n" },
        { "<?php\n$a = \"b\\x6flling\";\n", "a", "bolling", TEXT, "<?php\n$a = \"b\\x6flling\";\n" },
        { "<?php\n$a = billing;\n", "a", "billing", TEXT, "<?php\n$a = \"billing\";\n" },
        { "/* no tag */\n$a = 0;\n", "a", "1", NUMBER, "/* no tag */\n$a = 1;\n" },
        { "<? $a = 0;", "a", "1", NUMBER, "<? $a = 1;" },
        { "$a = 9; <?php $a = 0; ?> $a = 8;", "a", "1", NUMBER, "$a = 9; <?php $a = 1; ?> $a = 8;" },
    };
    check_all(edits, sizeof edits / sizeof *edits);
}

static void changes_the_one_that_counts(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        { "<?php\n$a = 1; $a = 2;\n$a = 3;\n", "a", "9", NUMBER, "<?php\n$a = 1; $a = 2;\n$a = 9;\n" },
        { "<?php\n$a = 1;\n// $a = 2;\n# $a = 3;\n/* $a = 4; */\n", "a", "9", NUMBER,
          "<?php\n$a = 9;\n// $a = 2;\n# $a = 3;\n/* $a = 4; */\n" },
        { "<?php\n$a = 1;\n$b = '$a = 2;';\n$c = \"\\$a = 3;\";\n", "a", "9", NUMBER,
          "<?php\n$a = 9;\n$b = '$a = 2;';\n$c = \"\\$a = 3;\";\n" },
        { "<?php // ?> $a = 5; <?php\n$a = 1;\n", "a", "9", NUMBER, "<?php // ?> $a = 5; <?php\n$a = 9;\n" },
        { "<?php\n$a = 1;\n$A = 2; $ab = 3; $x->a = 4; $x['a'] = 5;\n", "a", "9", NUMBER,
          "<?php\n$a = 9;\n$A = 2; $ab = 3; $x->a = 4; $x['a'] = 5;\n" },
        { "<?php\n$a = 1;\nif ($a == 2) { f($a); }\n", "a", "9", NUMBER, "<?php\n$a = 9;\nif ($a == 2) { f($a); }\n" },
        { "<?php\nif ($x) { $b = 1; } else $b = 2;\n$a = 1;\n", "a", "9", NUMBER,
          "<?php\nif ($x) { $b = 1; } else $b = 2;\n$a = 9;\n" },
        { "<?php\ndefined('X') or exit('no');\n$a = 1;\n", "a", "9", NUMBER, "<?php\ndefined('X') or exit('no');\n$a = 9;\n" },
        { "<?php\nif ($x):\n$b = 1;\nelseif (f($y)):\nelse:\n$b = 2;\nendif;\n$a = 1;\n", "a", "9", NUMBER,
          "<?php\nif ($x):\n$b = 1;\nelseif (f($y)):\nelse:\n$b = 2;\nendif;\n$a = 9;\n" },
        { "<?php\n$a = 1;\nreturn;\n$a = 2;\n", "a", "9", NUMBER, "<?php\n$a = 9;\nreturn;\n$a = 2;\n" },
    };
    check_all(edits, sizeof edits / sizeof *edits);
}

/* Which one counts is known only when it runs: one that is executed last does. */
static void adds_where_it_wins(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        { "", "a", "1", NUMBER, "$a = 1;\n" },
        { "<?php\n", "a", "1", NUMBER, "<?php\n$a = 1;\n" },
        { "<?php", "a", "1", NUMBER, "<?php\n$a = 1;\n" },
        { "<?php\n$b = 2;\n?>\n", "a", "x", TEXT, "<?php\n$b = 2;\n$a = \"x\";\n?>\n" },
        { "<?php\r\n$b = 2;\r\n?>\r\n<p>", "a", "x", TEXT, "<?php\r\n$b = 2;\r\n$a = \"x\";\r\n?>\r\n<p>" },
        { "<?php $b = 2 ?>", "a", "1", NUMBER, "<?php $b = 2 \n;\n$a = 1;\n?>" },
        { "<?php // ?>\n$a = 5; <?php $b = 1; ?>", "a", "9", NUMBER, "<?php // ?>\n$a = 5; <?php $b = 1; \n$a = 9;\n?>" },
        { "<?php\n$b = 2; // two", "a", "1", NUMBER, "<?php\n$b = 2; // two\n$a = 1;\n" },
        { "<?php\n$a = 1;\nif ($x) $a = 2;\n", "a", "9", NUMBER, "<?php\n$a = 1;\nif ($x) $a = 2;\n$a = 9;\n" },
        { "<?php\nif ($x) { $a = 2; }\n", "a", "9", NUMBER, "<?php\nif ($x) { $a = 2; }\n$a = 9;\n" },
        { "<?php\nif ($x):\n  $a = 2;\nendif;\n", "a", "9", NUMBER, "<?php\nif ($x):\n  $a = 2;\nendif;\n$a = 9;\n" },
        { "<?php\n$a = 1;\n$a .= 'x';\n", "a", "9", NUMBER, "<?php\n$a = 1;\n$a .= 'x';\n$a = 9;\n" },
        { "<?php\n$b = $a = 1;\n", "a", "9", NUMBER, "<?php\n$b = $a = 1;\n$a = 9;\n" },
        { "<?php\n$a = 1;\nunset($a);\n", "a", "9", NUMBER, "<?php\n$a = 1;\nunset($a);\n$a = 9;\n" },
        { "<?php\nforeach ($x as $a) f();\n", "a", "9", NUMBER, "<?php\nforeach ($x as $a) f();\n$a = 9;\n" },
        { "<?php\n[$a, $b] = f();\n", "a", "9", NUMBER, "<?php\n[$a, $b] = f();\n$a = 9;\n" },
        { "<?php\n$f = function () { $a = 1; };\n", "a", "9", NUMBER, "<?php\n$f = function () { $a = 1; };\n$a = 9;\n" },
        { "<?php\n$a = 1\n$b = 2;\n", "a", "9", NUMBER, "<?php\n$a = 1\n$b = 2;\n$a = 9;\n" },
        { "<?php\n$b = 1;\nreturn $b;\n", "a", "9", NUMBER, "<?php\n$b = 1;\n$a = 9;\nreturn $b;\n" },
        { "<?php\n$b = 1;\n__halt_compiler(); $a = 3; '", "a", "9", NUMBER, "<?php\n$b = 1;\n$a = 9;\n__halt_compiler(); $a = 3; '" },
    };
    check_all(edits, sizeof edits / sizeof *edits);
}

static void quotes_for_php(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        { "<?php\n$p = \"\";\n", "p", "a\"b\\c$d'e{$f}\\n", TEXT, "<?php\n$p = \"a\\\"b\\\\c\\$d'e{\\$f}\\\\n\";\n" },
        { "<?php\n$p = '';\n", "p", "a\"b\\c$d'e\\", TEXT, "<?php\n$p = 'a\"b\\\\c$d\\'e\\\\';\n" },
        { "<?php\n$p = '';\n", "p", "?>", TEXT, "<?php\n$p = '?>';\n" },
        { "<?php\n$p = 0;\n", "p", "\xc3\xa4 ", TEXT, "<?php\n$p = \"\xc3\xa4 \";\n" },
    };
    check_all(edits, sizeof edits / sizeof *edits);
}

static void reads_strings_as_php_does(void **state)
{
    (void)state;
    static const struct {
        const char *literal, *value; /* NULL: known only at run time */
    } cases[] = {
        { "'a\\'b\\\\c\\n'", "a'b\\c\\n" },
        { "\"a\\tb\\x41\\101\\u{e9}\\q\\$x\"", "a\tbAA\xc3\xa9\\q$x" },
        { "\"5 $ and $\"", "5 $ and $" },
        { "12", "12" },
        { "1.5", "1.5" },
        { "TRUE", "TRUE" },
        { "\"a $b\"", NULL },
        { "\"{$b}\"", NULL },
        { "getenv('X')", NULL },
        { "-1", NULL },
        { "'a' . 'b'", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = mem_printf("<?php $a = %s;", cases[i].literal);
        struct billing_ini ini;
        struct buf value = BUF_INIT;
        billing_ini_parse(&ini, text, strlen(text));
        assert_int_equal(billing_ini_get(&ini, "a", &value), cases[i].value != NULL ? BILLING_INI_KNOWN : BILLING_INI_RUNTIME);
        assert_string_equal(buf_str(&value), cases[i].value != NULL ? cases[i].value : "");
        assert_int_equal(billing_ini_get(&ini, "b", NULL), BILLING_INI_ABSENT);
        billing_ini_free(&ini);
        buf_free(&value);
        free(text);
    }
}

static void refuses_what_it_cannot_understand(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        { "<?php\n$a = 1;\n/* never ends", "a", "9", NUMBER, NULL },
        { "<?php\n$a = 'never ends;\n", "a", "9", NUMBER, NULL },
        { "<?php\n$a = \"{$b;\n", "a", "9", NUMBER, NULL },
        { "<?php\n$a = <<<END\nnever ends\n", "a", "9", NUMBER, NULL },
        { "<?php\nif ($x) {\n$a = 1;\n", "a", "9", NUMBER, NULL },
        { "<?php\n}\n$a = 1;\n", "a", "9", NUMBER, NULL },
    };
    check_all(edits, sizeof edits / sizeof *edits);
}

static void shows_no_secret(void **state)
{
    (void)state;
    static const char text[] = "<?php\n// the old pass was hunter1\n$dbpass = 'hunter2'; $slavedbpass = \"hunter3\";\n$slavedbhost = \"db2\";\n"
                               "define('DB', 'hunter4'); /* $slavedbpass = 'hunter5';\n more */\n$api_key = 12345;\n$empty_pass = '';\n?>\n";
    static const char shown[] = "<?php\n// the old pass ********\n$dbpass = ********; $slavedbpass = (new);\n$slavedbhost = \"db2\";\n"
                                "define(********, ********); /* $slavedbpass ********\n\n$api_key = ********;\n$empty_pass = '';\n?>\n";
    struct billing_ini ini;
    struct buf masked = BUF_INIT;
    billing_ini_parse(&ini, text, strlen(text));
    billing_ini_masked(&ini, "(new)", &masked);
    assert_string_equal(buf_str(&masked), shown);
    billing_ini_free(&ini);
    buf_free(&masked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_the_value_only),       cmocka_unit_test(changes_the_one_that_counts),
        cmocka_unit_test(adds_where_it_wins),           cmocka_unit_test(quotes_for_php),
        cmocka_unit_test(reads_strings_as_php_does),    cmocka_unit_test(refuses_what_it_cannot_understand),
        cmocka_unit_test(shows_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
