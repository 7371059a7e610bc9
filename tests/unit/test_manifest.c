#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ship/manifest.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void fill(struct manifest *manifest, const char *path, uint64_t size, int byte)
{
    unsigned char sha256[32];
    memset(sha256, byte, sizeof sha256);
    manifest_add(manifest, path, size, sha256);
}

static void round_trip(void **state)
{
    (void)state;
    static const char *const names[] = { "b", "a/t1.ibd", "with space", "back\\slash", "new\nline", "cr\rx", "'\"", " lead",
                                         "\xc3\xa9", "end\\" };
    struct manifest one = { .files = NULL }, other = { .files = NULL };
    struct buf text = BUF_INIT, again = BUF_INIT;
    struct err err = ERR_INIT;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        fill(&one, names[i], i * 1000003 + (i == 3 ? UINT64_C(1) << 40 : 0), (int)i);
    manifest_sort(&one);
    manifest_write(&one, &text);
    assert_int_equal(manifest_parse(&other, text.data, text.len, &err), 0);
    assert_int_equal(other.count, sizeof names / sizeof names[0]);
    assert_true(other.bytes == one.bytes);
    assert_int_equal(manifest_compare(&one, &other, &err), 0);
    manifest_write(&other, &again);
    assert_string_equal(buf_str(&text), buf_str(&again));
    buf_free(&text);
    buf_free(&again);
    manifest_free(&one);
    manifest_free(&other);
}

static void text_form(void **state)
{
    (void)state;
    struct manifest manifest = { .files = NULL };
    struct buf text = BUF_INIT;
    fill(&manifest, "x\\y", 12, 0xaa);
    fill(&manifest, "dir/b", 3, 0xaa);
    manifest_sort(&manifest);
    manifest_write(&manifest, &text);
    assert_string_equal(buf_str(&text), "3 " HEX_A "  dir/b\n\\12 " HEX_A "  x\\\\y\n");
    buf_free(&text);
    manifest_free(&manifest);
}

static void bad_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "3 " HEX_A "  a",                                                  /* cut */
        "\n", " \n", "3\n", "3 \n", "x " HEX_A "  a\n", "3 " HEX_A "  \n", /* no name */
        "3 " HEX_A " a\n", "3 " HEX_A "aa\n", "3  " HEX_A "  a\n",
        "18446744073709551616 " HEX_A "  a\n",                             /* one more than fits */
        "\\3 " HEX_A "  a\\\n", "\\3 " HEX_A "  a\\q\n",
        "3 Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  a\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct manifest manifest = { .files = NULL };
        struct err err = ERR_INIT;
        assert_int_equal(manifest_parse(&manifest, texts[i], strlen(texts[i]), &err), -1);
        assert_int_equal(err.code, ERR_DATA);
        manifest_free(&manifest);
    }
    static const char with_nul[] = "3 " HEX_A "  a\0b\n";
    struct manifest manifest = { .files = NULL };
    assert_int_equal(manifest_parse(&manifest, with_nul, sizeof with_nul - 1, NULL), -1);
    manifest_free(&manifest);
}

/* Each row: what is found instead of {a: 1 byte of 1, b: 2 of 2, c: 3 of 3}, and the words expected. */
static void differences(void **state)
{
    (void)state;
    static const struct {
        const char *paths[4];
        uint64_t sizes[4];
        int bytes[4];
        const char *says;
    } rows[] = {
        { { "a", "b", "c" }, { 1, 2, 3 }, { 1, 2, 3 }, NULL },
        { { "a", "c" }, { 1, 3 }, { 1, 3 }, "b is missing" },
        { { "a", "b", "b2", "c" }, { 1, 2, 2, 3 }, { 1, 2, 2, 3 }, "b2 should not be there" },
        { { "a", "b", "c" }, { 1, 2, 4 }, { 1, 2, 3 }, "c has another size" },
        { { "a", "b", "c" }, { 1, 2, 3 }, { 1, 9, 3 }, "b has other content" },
        { { "a\x1b", "b" }, { 1, 2 }, { 1, 2 }, "a is missing, and 2 more differences" },
        { { NULL }, { 0 }, { 0 }, "a is missing, and 2 more differences" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct manifest expected = { .files = NULL }, found = { .files = NULL };
        struct err err = ERR_INIT;
        fill(&expected, "a", 1, 1);
        fill(&expected, "b", 2, 2);
        fill(&expected, "c", 3, 3);
        for (size_t j = 0; j < 4 && rows[i].paths[j] != NULL; j++)
            fill(&found, rows[i].paths[j], rows[i].sizes[j], rows[i].bytes[j]);
        assert_int_equal(manifest_compare(&expected, &found, &err), rows[i].says == NULL ? 0 : -1);
        if (rows[i].says != NULL) {
            assert_string_equal(err.text, rows[i].says);
            assert_int_equal(err.code, ERR_DATA);
        }
        manifest_free(&expected);
        manifest_free(&found);
    }
}

static void sizes_only(void **state)
{
    (void)state;
    struct manifest expected = { .files = NULL }, found = { .files = NULL };
    fill(&expected, "a", 1, 1);
    fill(&found, "a", 1, 2);
    assert_int_equal(manifest_compare_sizes(&expected, &found, NULL), 0);
    found.files[0].size = 2;
    assert_int_equal(manifest_compare_sizes(&expected, &found, NULL), -1);
    manifest_free(&expected);
    manifest_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(text_form),  cmocka_unit_test(bad_texts),
        cmocka_unit_test(differences), cmocka_unit_test(sizes_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
