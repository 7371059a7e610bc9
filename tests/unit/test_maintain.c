/* What may go of the binary logs, how long they must stay, and what is remembered of slaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "care/maintain.h"

static void judges(void **state)
{
    (void)state;
    static const struct {
        size_t logs;
        const char *readers[4]; /* the file that each has executed up to; "-" is one whose place is not known; NULL ends them */
        unsigned keep;
        size_t goes;
        int limit, blocks; /* index of the reader; -1: none */
    } cases[] = {
        { 5, { "5" }, 2, 3, -1, -1 },
        { 5, { "5" }, 0, 3, -1, -1 },  /* never fewer than two stay */
        { 5, { "5" }, 4, 1, -1, -1 },
        { 5, { "5" }, 9, 0, -1, -1 },
        { 5, { "1" }, 2, 0, 0, -1 },
        { 5, { "2" }, 2, 1, 0, -1 },
        { 5, { "4" }, 2, 3, -1, -1 },
        { 5, { "5", "3", "4" }, 2, 2, 1, -1 },
        { 5, { "3", "2", "5" }, 2, 1, 1, -1 },
        { 5, { "5", "-" }, 2, 0, -1, 1 },
        { 5, { "-", "5" }, 2, 0, -1, 0 },
        { 5, { "5", "0" }, 2, 0, -1, 1 },  /* what it needs is gone already */
        { 2, { "2" }, 2, 0, -1, -1 },
        { 1, { "1" }, 2, 0, -1, -1 },
        { 0, { NULL }, 2, 0, -1, -1 },
    };
    static char *const names[] = { "1", "2", "3", "4", "5" };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log_file files[5];
        struct log_reader readers[4];
        struct log_files logs = { .items = files, .count = cases[i].logs };
        struct log_readers all = { .items = readers, .count = 0 };
        for (size_t l = 0; l < logs.count; l++)
            files[l] = (struct log_file){ .name = names[l], .size = 1 };
        for (; all.count < 4 && cases[i].readers[all.count] != NULL; all.count++) {
            const char *file = cases[i].readers[all.count];
            readers[all.count] = (struct log_reader){ .file = strcmp(file, "-") == 0 ? NULL : (char *)(uintptr_t)file };
        }
        const struct log_verdict verdict = maintain_judge(&logs, &all, cases[i].keep);
        if (verdict.goes != cases[i].goes)
            print_error("case %zu\n", i);
        assert_int_equal(verdict.goes, cases[i].goes);
        assert_ptr_equal(verdict.limit, cases[i].limit < 0 ? NULL : &readers[cases[i].limit]);
        assert_ptr_equal(verdict.blocks, cases[i].blocks < 0 ? NULL : &readers[cases[i].blocks]);
    }
}

static void expiry_outlasts_the_outage(void **state)
{
    (void)state;
    static const struct {
        const char *seconds, *days, *in_files;
        unsigned outage;
        const char *variable;
        uint64_t value;
    } cases[] = {
        { NULL, "0", NULL, 7, NULL, 0 },   /* never: that outlasts everything */
        { "0", "0.000000", NULL, 7, NULL, 0 },
        { "2592000", NULL, NULL, 7, NULL, 0 },
        { "604800", NULL, NULL, 7, NULL, 0 },
        { "604799", NULL, NULL, 7, "binlog_expire_logs_seconds", 604800 },
        { "3600", "0.041667", "expire_logs_days", 7, "expire_logs_days", 7 },
        { "864000", "10.000000", "expire_logs_days", 30, "expire_logs_days", 30 },
        { NULL, "3", NULL, 7, "expire_logs_days", 7 },
        { NULL, "10", NULL, 7, NULL, 0 },
        { "0", "3", NULL, 7, "expire_logs_days", 7 },
        { NULL, NULL, NULL, 7, NULL, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *variable;
        uint64_t value;
        maintain_expiry(cases[i].seconds, cases[i].days, cases[i].in_files, cases[i].outage, &variable, &value);
        if (cases[i].variable == NULL)
            assert_null(variable);
        else
            assert_string_equal(variable, cases[i].variable);
        assert_int_equal(value, cases[i].value);
    }
}

static void remembers_slaves(void **state)
{
    (void)state;
    char folder[] = "/tmp/test-maintain-XXXXXX";
    struct seen seen;
    struct err err = ERR_INIT;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(seen_read(folder, "machine", &seen, &err), 0);
    assert_int_equal(seen.count, 0);
    seen_note(&seen, 2, "db2");
    seen_note(&seen, 3, "");
    seen_note(&seen, 2, "db2.example.com\n4 2020-01-01 liar");
    assert_int_equal(seen_write(&seen, &err), 0);
    seen_free(&seen);
    assert_int_equal(seen_read(folder, "machine", &seen, &err), 0);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.items[0].id, 2);
    assert_string_equal(seen.items[0].host, "db2.example.com\\n4 2020-01-01 liar");
    assert_int_equal(strlen(seen.items[0].last), strlen("2026-11-26"));
    assert_string_equal(seen.items[1].host, "");
    assert_int_equal(unlink(seen.path), 0);
    seen_free(&seen);
    char *slaves = mem_printf("%s/slaves", folder);
    assert_int_equal(rmdir(slaves) + rmdir(folder), 0);
    free(slaves);
}

static void reads_what_it_understands(void **state)
{
    (void)state;
    struct seen seen = { .count = 0 };
    seen_parse(&seen, "# 5 2026-01-01 comment\n\n7 2026-01-02 db7 port 3307\nnonsense\n0 2026-01-02 none\n9\n8 2026-01-03\n");
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.items[0].host, "db7 port 3307");
    assert_string_equal(seen.items[1].last, "2026-01-03");
    seen_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges),
        cmocka_unit_test(expiry_outlasts_the_outage),
        cmocka_unit_test(remembers_slaves),
        cmocka_unit_test(reads_what_it_understands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
