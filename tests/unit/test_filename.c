/* Names as files': what real servers made of them, and that no two names share a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mysql/filename.h"

static char *encoded(const char *name)
{
    const struct dialect any = { .encoded_names = true };
    return filename_of(&any, name);
}

/* Seen in the folders of MySQL 9.7 and MariaDB 10.5, 10.11. */
static void as_the_servers_do(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file;
    } seen[] = {
        { "calls_2026_08", "calls_2026_08" },
        { "call notes", "call@0020notes" },
        { "-rf", "@002drf" },
        { "$HOME; true", "@0024HOME@003b@0020true" },
        { "in/out.50%", "in@002fout@002e50@0025" },
        { "back`tick", "back@0060tick" },
        { "тарифы", "@y0@g0@w0@o0@g1@n1" },
        { "Gebühren_öäüß", "Geb@1ohren_@1i@0k@1o@1j" },
        { "p größe", "p@0020gr@1i@1je" },
        { "àÀİÿŁπΩ", "@0g@0G@0130@1r@3L@7g@7P" },
        { "ḀἈⅣԱƵ", "@Gl@Gs@J9@H7@Hb" },
        { "×÷", "@00d7@00f7" },
        { "con", "con@@@" },
        { "Lpt3", "Lpt3@@@" },
        { "com", "com" },
        { "☎", "@260e" },
        { "Ⓐⓩ", "@@A@@z" },
        { "ＡＺａｚ", "@A@@Z@@a@@z@" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        char *file = encoded(seen[i].name);
        assert_string_equal(file, seen[i].file);
        free(file);
    }
}

static void utf8(unsigned letter, char text[4])
{
    if (letter < 0x80) {
        text[0] = (char)letter;
    } else if (letter < 0x800) {
        text[0] = (char)(0xC0 | letter >> 6);
        text[1] = (char)(0x80 | (letter & 0x3F));
    } else {
        text[0] = (char)(0xE0 | letter >> 12);
        text[1] = (char)(0x80 | (letter >> 6 & 0x3F));
        text[2] = (char)(0x80 | (letter & 0x3F));
    }
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void no_two_letters_share_a_file(void **state)
{
    (void)state;
    enum { LETTERS = 0xD800 };
    char **files = mem_alloc(LETTERS * sizeof *files);
    for (unsigned letter = 1; letter < LETTERS; letter++) {
        char text[4] = { 0 };
        utf8(letter, text);
        files[letter - 1] = encoded(text);
        assert_true(strspn(files[letter - 1], "@_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
                    strlen(files[letter - 1]));
    }
    qsort(files, LETTERS - 1, sizeof *files, by_text);
    for (unsigned i = 1; i < LETTERS - 1; i++)
        assert_string_not_equal(files[i - 1], files[i]);
    for (unsigned i = 0; i < LETTERS - 1; i++)
        free(files[i]);
    free(files);
}

/* Bytes that are no UTF-8 end neither the loop nor the program. */
static void any_bytes(void **state)
{
    (void)state;
    static const char *const broken[] = { "\xC3", "\xE2\x82", "\xF0\x9F\x93", "\xFF\xFE", "a\x80z" };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        free(encoded(broken[i]));
    char *file = encoded("\xF0\x9F\x93\x9E");
    assert_string_equal(file, "@d83d@dcde");
    free(file);
}

static void old_servers_do_not(void **state)
{
    (void)state;
    char *file = filename_of(dialect_for("5.0.96"), "call notes");
    assert_string_equal(file, "call notes");
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_servers_do),
        cmocka_unit_test(no_two_letters_share_a_file),
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(old_servers_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
