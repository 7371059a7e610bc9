/* From what is wrong with a slave to what is done about it: tables, everything, or nothing from here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "trouble/reprovision.h"

static const struct dialect mariadb = { .name = "MariaDB", .mariadb = true }, mysql = { .name = "MySQL" };
static struct answers answers;
static struct care care;
static struct trouble trouble;
static struct diagnosis diagnosis;
static struct reprovision_decision decision;
static const struct strings none;

static struct rows *status_rows(void)
{
    return &care.world.facts.slave.slave_status.rows;
}

static int begin(void **state)
{
    static char *names[] = { (char *)"Replicate_Ignore_Table" };
    static char *cells[] = { (char *)"" };
    static size_t lengths[] = { 0 };
    (void)state;
    answers = (struct answers){ .database = (char *)"billing" };
    care = (struct care){ .sides = { { .looked = true, .host = true, .server = true }, { .looked = true, .host = true, .server = true } } };
    care.world.answers = &answers;
    care.world.facts.slave.slave_status = (struct slave_status){ .configured = true };
    cells[0] = (char *)"";
    *status_rows() = (struct rows){ .count = 1, .columns = 1, .names = names, .cells = cells, .lengths = lengths };
    trouble = (struct trouble){ .care = &care, .status = &care.world.facts.slave.slave_status };
    diagnosis = (struct diagnosis){ .count = 0 };
    decision = (struct reprovision_decision){ .way = REPROVISION_NOTHING };
    return 0;
}

static int end(void **state)
{
    (void)state;
    diagnosis_free(&diagnosis);
    reprovision_decision_free(&decision);
    return 0;
}

static const struct fix *fix_named(const char *id)
{
    for (size_t i = 0; i < fix_count; i++)
        if (strcmp(fixes[i].id, id) == 0)
            return &fixes[i];
    return NULL;
}

/* Found, with the first of its fixes offered. */
static void find(const char *id)
{
    for (size_t i = 0; i < symptom_count; i++)
        if (strcmp(symptoms[i].id, id) == 0) {
            diagnosis.found = mem_grow(diagnosis.found, diagnosis.count + 1, sizeof *diagnosis.found);
            struct diagnosed *found = &diagnosis.found[diagnosis.count++];
            *found = (struct diagnosed){ .symptom = &symptoms[i], .evidence = mem_dup("seen") };
            if (symptoms[i].fixes[0] != NULL)
                found->fixes[found->fix_count++] = fix_named(symptoms[i].fixes[0]);
            return;
        }
    fail_msg("there is no symptom %s", id);
}

static void decide(const struct strings *fresh)
{
    reprovision_decide(&trouble, &diagnosis, fresh, &decision);
}

static void test_well(void **state)
{
    (void)state;
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_TABLES); /* to be compared */
    assert_int_equal(decision.why.count + decision.mend_count, 0);
    assert_null(decision.stuck);
}

static void test_everything(void **state)
{
    static const char *const ids[] = { "no-slave", "binlog-off", "binlog-purged", "binlog-beyond", "binlog-corrupt", "wrong-address" };
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        (void)begin(NULL);
        find(ids[i]);
        decide(&none);
        assert_int_equal(decision.way, REPROVISION_ALL);
        assert_int_equal(decision.why.count, 1);
        (void)end(NULL);
    }
    (void)begin(NULL);
    care.world.facts.slave.slave_status.configured = false;
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_ALL);
}

static void test_mended_first(void **state)
{
    (void)state;
    find("slave-down");
    find("account-password");
    find("lag");
    find("reports-grant");
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_TABLES);
    assert_int_equal(decision.mend_count, 2);
    assert_string_equal(decision.mends[1]->id, "account-password");
}

static void test_not_from_here(void **state)
{
    (void)state;
    find("master-down"); /* its server is not started, and not stopped */
    find("binlog-purged");
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_NOT);
    (void)end(NULL);
    (void)begin(NULL);
    find("slave-unreachable");
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_NOT);
}

static void test_stuck(void **state)
{
    struct changed_row row = { .database = (char *)"billing", .table = (char *)"calls" };
    (void)state;
    find("duplicate-key");
    trouble.failing = (struct failing){ .seen = true, .rows = &row, .count = 1 };
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_TABLES);
    assert_string_equal(decision.stuck, "calls");
    reprovision_decision_free(&decision);
    row.database = (char *)"crm"; /* not ours to carry */
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_ALL);
    reprovision_decision_free(&decision);
    trouble.failing = (struct failing){ .seen = false };
    trouble.sql_error = (char *)"Could not execute Write_rows_v1 event on table billing.call notes; Duplicate entry '7'";
    decide(&none);
    assert_string_equal(decision.stuck, "call notes");
}

static void test_filter_left(void **state)
{
    char *names[] = { (char *)"calls", (char *)"call notes" };
    const struct strings fresh = { .items = names, .count = 2 };
    (void)state;
    find("filter");
    status_rows()->cells[0] = (char *)"billing.call notes,billing.calls";
    decide(&fresh);
    assert_int_equal(decision.way, REPROVISION_TABLES);
    assert_true(decision.filter_left);
    assert_true(bring_filter_is_ours("billing.calls", "billing", &fresh));
    assert_false(bring_filter_is_ours("billing.calls,billing.other", "billing", &fresh));
    assert_false(bring_filter_is_ours("crm.calls", "billing", &fresh));
    assert_false(bring_filter_is_ours("", "billing", &fresh));
}

static void test_somebodys_filter(void **state)
{
    (void)state;
    find("filter");
    status_rows()->cells[0] = (char *)"billing.calls";
    decide(&none);
    assert_int_equal(decision.way, REPROVISION_TABLES); /* taken away, then all is compared */
    assert_int_equal(decision.mend_count, 1);
    assert_false(decision.filter_left);
}

static void test_filter_words(void **state)
{
    char *names[] = { (char *)"calls", (char *)"it`s" };
    const struct strings two = { .items = names, .count = 2 };
    struct buf sql = BUF_INIT;
    (void)state;
    bring_filter(&mariadb, "billing", &two, &sql);
    assert_string_equal(buf_str(&sql), "SET GLOBAL replicate_ignore_table = 'billing.calls,billing.it`s'");
    buf_clear(&sql);
    bring_filter(&mysql, "billing", &two, &sql);
    assert_string_equal(buf_str(&sql), "CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (`billing`.`calls`,`billing`.`it``s`)");
    buf_clear(&sql);
    bring_filter(&mysql, "billing", &none, &sql);
    assert_string_equal(buf_str(&sql), "CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = ()");
    buf_free(&sql);
}

static void test_by_itself(void **state)
{
    const struct table plain = { .name = (char *)"calls", .carry = CARRY_FILES }, comma = { .name = (char *)"a,b", .carry = CARRY_ROWS },
                       history = { .name = (char *)"h", .temporal = true, .carry = CARRY_ROWS },
                       empty = { .name = (char *)"m", .carry = CARRY_DEFINITION };
    (void)state;
    assert_null(bring_why_not(&mariadb, &plain, true));
    assert_null(bring_why_not(&mariadb, &comma, false));
    assert_non_null(bring_why_not(&mariadb, &comma, true));
    assert_null(bring_why_not(&mysql, &comma, true));
    assert_non_null(bring_why_not(&mariadb, &history, false));
    assert_non_null(bring_why_not(&mariadb, &empty, false));
    assert_true(reprovision_worth(50, 100));
    assert_false(reprovision_worth(51, 100));
}

static void test_copy(void **state)
{
    struct plan_option options[] = { { .id = "directory" }, { .id = "hot", .why_not = (char *)"no tool" }, { .id = "clone" }, { .id = "rows" } };
    (void)state;
    assert_int_equal(reprovision_copy(options, 4), COPY_ROWS); /* not the clone, which takes the slave's accounts */
    options[1].why_not = NULL;
    assert_int_equal(reprovision_copy(options, 4), COPY_HOT);
    assert_int_equal(reprovision_copy(options, 3), COPY_HOT);
    options[1].why_not = options[2].why_not = (char *)"no";
    assert_int_equal(reprovision_copy(options, 3), COPY_AUTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_well, begin, end),
        cmocka_unit_test_setup_teardown(test_everything, begin, end),
        cmocka_unit_test_setup_teardown(test_mended_first, begin, end),
        cmocka_unit_test_setup_teardown(test_not_from_here, begin, end),
        cmocka_unit_test_setup_teardown(test_stuck, begin, end),
        cmocka_unit_test_setup_teardown(test_filter_left, begin, end),
        cmocka_unit_test_setup_teardown(test_somebodys_filter, begin, end),
        cmocka_unit_test(test_filter_words),
        cmocka_unit_test(test_by_itself),
        cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
