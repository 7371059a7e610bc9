/* Definitions of two servers side by side: what is a difference, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "care/alike.h"

struct row {
    int owner;
    const char *name, *part, *value;
};

static struct parts parts_of(const struct row *rows)
{
    struct parts parts = { .count = 0 };
    for (; rows->name != NULL; rows++) {
        parts.items = mem_grow(parts.items, parts.count + 1, sizeof *parts.items);
        parts.items[parts.count++] = (struct part){ .owner = rows->owner, .name = mem_dup(rows->name), .part = mem_dup(rows->part),
                                                    .value = mem_dup(rows->value) };
    }
    return parts;
}

static void free_parts(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->items[i].name);
        free(parts->items[i].part);
        free(parts->items[i].value);
    }
    free(parts->items);
}

#define TABLE(name) { PART_TABLE, name, "", "" }
#define COLUMN(table, column, value) { PART_TABLE, table, "column " column, value }
#define INDEX(table, index, value) { PART_TABLE, table, "index " index, value }
#define END { 0, NULL, NULL, NULL }

static const struct scene {
    struct row master[8], slave[8];
    size_t compared;
    const char *unlike[3]; /* "NAME how" */
    const char *extra[3];
} scenes[] = {
    { { TABLE("calls"), COLUMN("calls", "id", "1. int"), END }, { COLUMN("calls", "id", "1. int"), TABLE("calls"), END }, 1, { NULL }, { NULL } },
    { { TABLE("calls"), INDEX("calls", "by_day", "BTREE (day)"), END }, { TABLE("calls"), END }, 1,
      { "calls its index by_day is missing on the slave" }, { NULL } },
    { { TABLE("calls"), COLUMN("calls", "a", "1. int"), COLUMN("calls", "b", "2. int"), END },
      { TABLE("calls"), COLUMN("calls", "a", "2. int"), COLUMN("calls", "b", "1. int"), END }, 1,
      { "calls its column a is 1. int on the master, 2. int on the slave (and 1 more)" }, { NULL } },
    { { TABLE("calls"), END }, { TABLE("calls"), INDEX("calls", "for_reports", "BTREE (day)"), END }, 1, { NULL },
      { "index for_reports of table calls" } },
    { { TABLE("a"), TABLE("b"), TABLE("d"), END }, { TABLE("b"), TABLE("c"), END }, 3, { "a is missing on the slave", "d is missing on the slave" },
      { "table c" } },
    { { { OBJECT_VIEW, "open", "", "select 1" }, { OBJECT_PROCEDURE, "open", "", "begin end" }, END },
      { { OBJECT_VIEW, "open", "", "select 2" }, { OBJECT_FUNCTION, "open", "", "begin end" }, END }, 2,
      { "open is another on the slave", "open is missing on the slave" }, { "function open" } },
    /* a view's columns are no table's, on either side */
    { { { OBJECT_VIEW, "open", "", "" }, COLUMN("open", "id", "1. int"), TABLE("z"), END },
      { COLUMN("open", "id", "1. bigint"), COLUMN("other", "id", "1. int"), TABLE("z"), { OBJECT_VIEW, "open", "", "" }, END }, 2, { NULL }, { NULL } },
    { { { PART_DATABASE, "b", "", "" }, { PART_DATABASE, "b", "default", "CHARACTER SET utf8mb4" }, END },
      { { PART_DATABASE, "b", "", "" }, { PART_DATABASE, "b", "default", "CHARACTER SET latin1" }, END }, 1,
      { "b its default is CHARACTER SET utf8mb4 on the master, CHARACTER SET latin1 on the slave" }, { NULL } },
    { { END }, { END }, 0, { NULL }, { NULL } },
    { { TABLE("a\33[2J"), END }, { END }, 1, { "a\33[2J is missing on the slave" }, { NULL } },
    { { END }, { TABLE("a\33[2J"), END }, 0, { NULL }, { "table a\\x1b[2J" } },
};

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        struct parts master = parts_of(scenes[i].master), slave = parts_of(scenes[i].slave);
        struct alike_result result = { .compared = 0 };
        alike_judge(&master, &slave, &result);
        assert_int_equal(result.compared, scenes[i].compared);
        size_t at = 0;
        for (; at < result.count; at++) {
            char *said = mem_printf("%s %s", result.items[at].name, result.items[at].how);
            assert_non_null(scenes[i].unlike[at]);
            assert_string_equal(said, scenes[i].unlike[at]);
            free(said);
        }
        assert_null(scenes[i].unlike[at]);
        for (at = 0; at < result.extra.count; at++)
            assert_string_equal(result.extra.items[at], scenes[i].extra[at]);
        assert_null(scenes[i].extra[at]);
        alike_free(&result);
        free_parts(&master);
        free_parts(&slave);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    const struct row master[] = { { OBJECT_TRIGGER, "log", "", "x" }, TABLE("log"), END }, slave[] = { END };
    struct parts ours = parts_of(master), theirs = parts_of(slave);
    struct alike_result result = { .compared = 0 };
    alike_judge(&ours, &theirs, &result);
    assert_int_equal(result.count, 2);
    assert_string_equal(alike_word(result.items[0].owner), "table");
    assert_string_equal(alike_word(result.items[1].owner), "trigger");
    assert_true(alike_differs(&result, OBJECT_TRIGGER, "log") && alike_differs(&result, PART_TABLE, "log"));
    assert_false(alike_differs(&result, OBJECT_VIEW, "log") || alike_differs(&result, PART_DATABASE, "log"));
    alike_free(&result);
    free_parts(&ours);
    free_parts(&theirs);
}

static void test_types(void **state)
{
    (void)state;
    static const char *const types[][2] = {
        { "int(11)", "int" },           { "int(10) unsigned zerofill", "int unsigned zerofill" }, { "bigint(20)", "bigint" },
        { "varchar(20)", "varchar(20)" }, { "decimal(10,2)", "decimal(10,2)" },                     { "enum('int(1)')", "enum('int(1)')" },
        { "int", "int" },               { "bit(1)", "bit(1)" },                                    { "year(4)", "year" },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char *type = alike_type(types[i][0]);
        assert_string_equal(type, types[i][1]);
        free(type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_scenes), cmocka_unit_test(test_kinds), cmocka_unit_test(test_types) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
