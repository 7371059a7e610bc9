/* The table of dialects: every version of FACTS finds its row, and no version finds two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/dialect.h"
#include "../../src/mysql/dialect_words.h"

static void versions_find_their_row(void **state)
{
    (void)state;
    static const struct {
        const char *version, *status, *change, *master, *wait;
    } cases[] = {
        { "10.11.14-MariaDB-0+deb12u2", "SHOW SLAVE STATUS", "CHANGE MASTER TO",
          "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "5.5.5-10.5.29-MariaDB-0+deb11u1", "SHOW SLAVE STATUS", "CHANGE MASTER TO",
          "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "5.5.68-MariaDB", "SHOW SLAVE STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS",
          "MASTER_POS_WAIT" },
        { "11.8.3-MariaDB-ubu2404", "SHOW SLAVE STATUS", "CHANGE MASTER TO",
          "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "5.7.44-log", "SHOW SLAVE STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS",
          "MASTER_POS_WAIT" },
        { "8.0.21", "SHOW SLAVE STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS",
          "MASTER_POS_WAIT" },
        { "8.0.22", "SHOW REPLICA STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "8.0.36-0ubuntu0.22.04.1", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO",
          "SHOW MASTER STATUS", "SOURCE_POS_WAIT" },
        { "8.3.0", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO", "SHOW BINARY LOG STATUS",
          "SOURCE_POS_WAIT" },
        { "8.4.6", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO", "SHOW BINARY LOG STATUS",
          "SOURCE_POS_WAIT" },
        { "9.7.0-1", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO",
          "SHOW BINARY LOG STATUS", "SOURCE_POS_WAIT" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct dialect *dialect = dialect_for(cases[i].version);
        assert_non_null(dialect);
        assert_true(dialect->from <= dialect_version(cases[i].version) && dialect_version(cases[i].version) < dialect->below);
        assert_string_equal(dialect->slave_status, cases[i].status);
        assert_string_equal(dialect->change_master, cases[i].change);
        assert_string_equal(dialect->master_status, cases[i].master);
        assert_string_equal(dialect->wait_position, cases[i].wait);
    }
}

static void unknown_versions_find_none(void **state)
{
    (void)state;
    static const char *const unknown[] = { "4.0.30", "", "unknown", "3.23" };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_null(dialect_for(unknown[i]));
    assert_null(dialect_for(NULL));
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(dialect_version("10.11.14-MariaDB-0+deb12u2"), 101114);
    assert_int_equal(dialect_version("5.5.5-10.11.14-MariaDB"), 101114);
    assert_int_equal(dialect_version("5.5.5"), 50505);
    assert_int_equal(dialect_version("8.0.36"), 80036);
    assert_int_equal(dialect_version("8.4"), 80400);
    assert_int_equal(dialect_version("x"), 0);
}

/* Ranges of a vendor touch and do not overlap; every word that is always used is there. */
static void the_table_is_whole(void **state)
{
    (void)state;
    const struct dialect *before = NULL, *row;
    for (unsigned i = 0; (row = dialect_at(i)) != NULL; before = row, i++) {
        if (before != NULL && before->mariadb == row->mariadb)
            assert_int_equal(before->below, row->from);
        assert_true(row->from < row->below);
        assert_ptr_equal(strstr(row->name, row->mariadb ? "MariaDB " : "MySQL "), row->name);
        const char *const words[] = { row->name, row->slave_status, row->master_status, row->slave_hosts, row->start,
                                      row->stop, row->reset_all, row->start_sql, row->stop_sql, row->change_master,
                                      row->key, row->wait_position, row->slave_word, row->dump_tool, row->client_tool,
                                      row->server_binary, row->validate };
        for (size_t j = 0; j < sizeof words / sizeof words[0]; j++)
            assert_non_null(words[j]);
        assert_true(row->native_as != NULL || row->sha2_as != NULL);
        assert_true((row->create_user == NULL) == (row->alter_user == NULL));
        assert_true(row->expire_days != NULL || row->expire_seconds != NULL);
        assert_true((strstr(row->change_master, row->key) != NULL));
        if (row->no_gtid != NULL)
            assert_memory_equal(row->no_gtid, row->key, strlen(row->key));
    }
    assert_false(before->mariadb);
    assert_int_equal(before->below, DIALECT_FOREVER); /* the room for ranges is enough */
}

/* No member is said two ways in one version, each line has its source, and no range is empty. */
static void words_do_not_overlap(void **state)
{
    (void)state;
    for (size_t i = 0; i < dialect_word_count; i++) {
        const struct dialect_word *one = &dialect_words[i];
        assert_true(one->from < one->below);
        assert_true(one->source != NULL && one->source[0] != '\0');
        for (size_t j = i + 1; j < dialect_word_count; j++) {
            const struct dialect_word *other = &dialect_words[j];
            if (one->member == other->member && one->mariadb == other->mariadb &&
                one->from < other->below && other->from < one->below)
                fail_msg("two words at once: %s (%s), %s (%s)", one->text, one->source, other->text, other->source);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_find_their_row),
        cmocka_unit_test(unknown_versions_find_none),
        cmocka_unit_test(numbers),
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(words_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
