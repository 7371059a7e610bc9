/* The table of dialects: every version of FACTS finds its row, and no version finds two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/dialect.h"

static void versions_find_their_row(void **state)
{
    (void)state;
    static const struct {
        const char *version, *name, *status, *change, *master, *wait;
    } cases[] = {
        { "10.11.14-MariaDB-0+deb12u2", "MariaDB 10.6.1 and later", "SHOW SLAVE STATUS", "CHANGE MASTER TO",
          "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "5.5.5-10.5.29-MariaDB-0+deb11u1", "MariaDB 10.5 to 10.6.0", "SHOW SLAVE STATUS", "CHANGE MASTER TO",
          "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "5.5.68-MariaDB", "MariaDB 5.1 to 5.5", "SHOW SLAVE STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS",
          "MASTER_POS_WAIT" },
        { "11.8.3-MariaDB-ubu2404", "MariaDB 10.6.1 and later", "SHOW SLAVE STATUS", "CHANGE MASTER TO",
          "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "5.7.44-log", "MySQL 5.7.6 to 5.7", "SHOW SLAVE STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS",
          "MASTER_POS_WAIT" },
        { "8.0.21", "MySQL 8.0.16 to 8.0.21", "SHOW SLAVE STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS",
          "MASTER_POS_WAIT" },
        { "8.0.22", "MySQL 8.0.22", "SHOW REPLICA STATUS", "CHANGE MASTER TO", "SHOW MASTER STATUS", "MASTER_POS_WAIT" },
        { "8.0.36-0ubuntu0.22.04.1", "MySQL 8.0.26 to 8.1", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO",
          "SHOW MASTER STATUS", "SOURCE_POS_WAIT" },
        { "8.3.0", "MySQL 8.2 to 8.3", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO", "SHOW BINARY LOG STATUS",
          "SOURCE_POS_WAIT" },
        { "8.4.6", "MySQL 8.4", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO", "SHOW BINARY LOG STATUS",
          "SOURCE_POS_WAIT" },
        { "9.7.0-1", "MySQL 9 and later", "SHOW REPLICA STATUS", "CHANGE REPLICATION SOURCE TO",
          "SHOW BINARY LOG STATUS", "SOURCE_POS_WAIT" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct dialect *dialect = dialect_for(cases[i].version);
        assert_non_null(dialect);
        assert_string_equal(dialect->name, cases[i].name);
        assert_string_equal(dialect->slave_status, cases[i].status);
        assert_string_equal(dialect->change_master, cases[i].change);
        assert_string_equal(dialect->master_status, cases[i].master);
        assert_string_equal(dialect->wait_position, cases[i].wait);
    }
}

static void unknown_versions_find_none(void **state)
{
    (void)state;
    static const char *const unknown[] = { "4.1.18", "", "unknown", "3.23" };
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_find_their_row),
        cmocka_unit_test(unknown_versions_find_none),
        cmocka_unit_test(numbers),
        cmocka_unit_test(the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
