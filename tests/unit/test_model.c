/* Events in, what a screen shows out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "engine/model.h"

static struct model model;

static int setup(void **unused)
{
    (void)unused;
    model_init(&model);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    model_free(&model);
    return 0;
}

static void apply(struct event event, uint64_t now)
{
    model_apply(&model, &event, now);
}

static void strings_are_copied(void **unused)
{
    char text[] = "connecting";
    (void)unused;
    apply((struct event){ .kind = EVENT_PHASE, .phase = PHASE_CONNECT, .text = text }, 0);
    text[0] = 'X';
    assert_string_equal(model.phase_text, "connecting");
    assert_int_equal(model.phase, PHASE_CONNECT);
}

static void a_check_seen_again_keeps_its_place(void **unused)
{
    (void)unused;
    apply((struct event){ .kind = EVENT_CHECK, .id = "a", .verdict = CHECK_REFUSED, .text = "no" }, 0);
    apply((struct event){ .kind = EVENT_CHECK, .id = "b", .verdict = CHECK_OK }, 0);
    apply((struct event){ .kind = EVENT_CHECK, .id = "a", .verdict = CHECK_OK, .text = "yes" }, 0);
    assert_int_equal(model.check_count, 2);
    assert_string_equal(model.checks[0].text, "yes");
    assert_int_equal(model.checks[0].verdict, CHECK_OK);
    apply((struct event){ .kind = EVENT_PLAN, .text = "plan", .ms = 3, .done = 900 }, 0);
    model_reset_look(&model);
    assert_int_equal(model.check_count, 0);
    assert_null(model.plan);
    assert_int_equal(model.forecast_ms, 0);
}

static void steps_and_their_progress(void **unused)
{
    (void)unused;
    apply((struct event){ .kind = EVENT_STEP, .step = 6, .state = STEP_BEGIN, .text = "ship" }, 0);
    apply((struct event){ .kind = EVENT_CHANGE, .step = 6, .text = "now" }, 0);
    apply((struct event){ .kind = EVENT_PROGRESS, .step = 6, .done = 5, .total = 10, .rate = 2 }, 0);
    assert_int_equal(model.step, 6);
    assert_int_equal(model.total, 10);
    apply((struct event){ .kind = EVENT_STEP, .step = 6, .state = STEP_FAILED, .ms = 7, .text = "broke" }, 0);
    assert_string_equal(model.steps[5].text, "broke");
    assert_int_equal(model.steps[5].ms, 7);
    apply((struct event){ .kind = EVENT_STEP, .step = 7, .state = STEP_BEGIN }, 0);
    assert_int_equal(model.total, 0); /* a new step has no old bar */
    assert_null(model.change);
    apply((struct event){ .kind = EVENT_STEP, .step = 15, .state = STEP_BEGIN }, 0);
    apply((struct event){ .kind = EVENT_STEP, .step = 0, .state = STEP_BEGIN }, 0);
    assert_int_equal(model.step, 7); /* there are fourteen */
}

static void the_downtime_clock(void **unused)
{
    (void)unused;
    apply((struct event){ .kind = EVENT_DOWNTIME, .done = 1 }, 1000);
    assert_true(model.master_down);
    apply((struct event){ .kind = EVENT_DOWNTIME, .done = 1 }, 2000); /* told twice: it began with the first */
    assert_int_equal(model.down_since_ms, 1000);
    apply((struct event){ .kind = EVENT_DOWNTIME, .done = 0, .ms = 3900 }, 5000);
    assert_false(model.master_down);
    assert_int_equal(model.downtime_ms, 3900);
}

static void the_log_is_a_ring(void **unused)
{
    char text[20];
    (void)unused;
    assert_null(model_log_line(&model, 0));
    for (int i = 0; i < MODEL_LOG + 3; i++) {
        snprintf(text, sizeof text, "%d", i);
        apply((struct event){ .kind = EVENT_COMMAND, .side = SIDE_SLAVE, .text = text }, 0);
    }
    assert_string_equal(model_log_line(&model, 0), "slave   502");
    assert_string_equal(model_log_line(&model, MODEL_LOG - 1), "slave   3");
    assert_null(model_log_line(&model, MODEL_LOG));
}

static void notes_go_to_the_log_too(void **unused)
{
    (void)unused;
    apply((struct event){ .kind = EVENT_NOTE, .severity = SEVERITY_WARNING, .text = "t", .fix = "f" }, 0);
    assert_string_equal(model.notes.items[0], "warning: t (f)");
    assert_string_equal(model_log_line(&model, 0), "warning  t");
}

static void a_result_ends_and_a_new_phase_begins_again(void **unused)
{
    (void)unused;
    apply((struct event){ .kind = EVENT_DOWNTIME, .done = 1 }, 0);
    apply((struct event){ .kind = EVENT_PROOF, .id = "p", .verdict = CHECK_OK }, 0);
    apply((struct event){ .kind = EVENT_RESULT, .ok = true, .text = "proven", .id = "r", .fix = "f", .done = 9, .ms = 8,
                          .downtime_ms = 7 }, 0);
    assert_true(model.ended && model.ok);
    assert_false(model.master_down);
    assert_int_equal(model.shipped_bytes, 9);
    assert_int_equal(model.downtime_ms, 7);
    assert_string_equal(model.run_id, "r");
    apply((struct event){ .kind = EVENT_PHASE, .phase = PHASE_END }, 0);
    assert_true(model.ended);
    apply((struct event){ .kind = EVENT_PHASE, .phase = PHASE_RUN }, 0);
    assert_false(model.ended);
    assert_int_equal(model.proof_count, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(strings_are_copied),       TEST(a_check_seen_again_keeps_its_place),
        TEST(steps_and_their_progress), TEST(the_downtime_clock),
        TEST(the_log_is_a_ring),        TEST(notes_go_to_the_log_too),
        TEST(a_result_ends_and_a_new_phase_begins_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
