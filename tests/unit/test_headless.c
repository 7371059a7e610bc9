/* The headless front end against an engine of the test's making. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/further.h"
#include "headless.h"
#include "steps/copy_way.h"

extern const struct copy_way way_rows;

/* What the engine of this test does. */
static struct {
    const struct port *port;
    struct plan plan;
    struct err look_error, run_error;
    const struct question *question;
    struct answer answer;
    int asked, looks, runs, fails_at; /* fails_at: the run, from 1 */
    bool ran, raise_in_run;
    struct facts facts;
} fake;

struct engine {
    const struct answers *answers;
};

struct engine *engine_new(const struct answers *answers, const struct port *port, const char *state_dir)
{
    (void)state_dir;
    struct engine *engine = mem_alloc(sizeof *engine);
    engine->answers = answers;
    fake.port = port;
    return engine;
}

int engine_confirm(struct engine *engine, struct err *err)
{
    const struct question question = { .kind = QUESTION_CONFIRM, .text = "moved aside", .expected = engine->answers->slave.host };
    struct answer answer;
    return fake.port->ask(fake.port->context, &question, &answer, err);
}

/* Of several slaves. */
const struct facts *engine_facts(const struct engine *engine)
{
    (void)engine;
    return &fake.facts;
}

const struct answers *engine_answers(const struct engine *engine)
{
    return engine->answers;
}

void engine_further(struct engine *engine, const struct further *further)
{
    (void)engine, (void)further;
}

void engine_keep_copy(struct engine *engine)
{
    (void)engine;
}

void engine_confirmed(struct engine *engine)
{
    (void)engine;
}

bool engine_begins_anew(const struct engine *engine)
{
    (void)engine;
    return false;
}

int engine_settle(struct engine *engine, const struct past *past, struct err *err)
{
    (void)engine, (void)past, (void)err;
    return 0;
}

int engine_least(const struct engine *engine, enum side side, struct buf *to, struct err *err)
{
    (void)engine, (void)side, (void)to, (void)err;
    return 0;
}

static void emit(const struct event event)
{
    fake.port->emit(fake.port->context, &event);
}

int engine_look(struct engine *engine, struct err *err)
{
    (void)engine;
    emit((struct event){ .kind = EVENT_PHASE, .phase = PHASE_CONNECT, .text = "connecting" });
    emit((struct event){ .kind = EVENT_CHECK, .id = "disk", .text = "room \"enough\"", .verdict = CHECK_OK });
    fake.looks++;
    *err = fake.look_error;
    return err->code == ERR_NONE ? 0 : -1;
}

int engine_plan(struct engine *engine, struct err *err)
{
    (void)engine;
    (void)err;
    emit((struct event){ .kind = EVENT_PLAN, .text = "the plan\nin lines", .done = 700, .ms = fake.plan.count });
    return 0;
}

const struct plan *engine_planned(const struct engine *engine)
{
    (void)engine;
    return &fake.plan;
}

static int run_end(struct err *err)
{
    *err = fake.run_error;
    emit((struct event){ .kind = EVENT_RESULT, .ok = err->code == ERR_NONE, .id = "run-7", .text = "the verdict",
                         .fix = "what next", .downtime_ms = 512, .done = 2048, .ms = 9000 });
    return err->code == ERR_NONE ? 0 : -1;
}

int engine_run(struct engine *engine, struct err *err)
{
    (void)engine;
    fake.ran = true;
    if (++fake.runs == fake.fails_at)
        err_set(&fake.run_error, ERR_SQL, "it broke");
    if (fake.question != NULL) {
        fake.asked = fake.port->ask(fake.port->context, fake.question, &fake.answer, err);
        if (fake.asked != 0)
            return -1;
    }
    emit((struct event){ .kind = EVENT_STEP, .step = 2, .id = "master-stop", .state = STEP_BEGIN, .text = "Stop mysqld" });
    emit((struct event){ .kind = EVENT_COMMAND, .side = SIDE_SLAVE, .text = "true" });
    emit((struct event){ .kind = EVENT_PROGRESS, .step = 2, .done = 10, .total = 40, .rate = 5 });
    emit((struct event){ .kind = EVENT_STEP, .step = 2, .id = "master-stop", .state = STEP_DONE, .ms = 412 });
    emit((struct event){ .kind = EVENT_NOTE, .severity = SEVERITY_WARNING, .text = "mind this", .fix = "do that" });
    emit((struct event){ .kind = EVENT_PROOF, .id = "canary", .verdict = CHECK_REFUSED, .text = "not seen" });
    if (fake.raise_in_run) {
        raise(SIGTERM);
        struct pollfd wait = { .fd = fake.port->cancel_fd, .events = POLLIN };
        assert_int_equal(poll(&wait, 1, 5000), 1);
        err_set(&fake.run_error, ERR_CANCELLED, "stopped");
    }
    return run_end(err);
}

int engine_resume(struct engine *engine, const struct past *past, struct err *err)
{
    (void)past;
    return engine_run(engine, err);
}

int engine_undo(struct engine *engine, const struct past *past, struct err *err)
{
    (void)past;
    return engine_run(engine, err);
}

int engine_accept(struct engine *engine, const struct past *past, struct err *err)
{
    (void)past;
    return engine_run(engine, err);
}

void engine_free(struct engine *engine)
{
    free(engine);
}

char *engine_state_dir(void)
{
    return mem_dup("/nonexistent");
}

static const char *further[4]; /* sections of further slaves, [slave HOST] */

/* Runs it with its standard output in a file; the caller frees what it wrote. */
static char *run(const struct options *options, int *rc, struct err *err)
{
    struct answers answers;
    answers_init(&answers);
    assert_int_equal(answers_set(&answers, "master", "host", "db1", 0, NULL), 0);
    assert_int_equal(answers_set(&answers, "slave", "host", "db2", 0, NULL), 0);
    for (size_t i = 0; further[i] != NULL; i++)
        assert_int_equal(answers_set(&answers, further[i], "host", further[i] + strlen(ANSWERS_SLAVE_PREFIX), 0, NULL), 0);
    FILE *file = tmpfile();
    assert_non_null(file);
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    *rc = headless_run(&answers, options, err);
    (void)fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    char *text = mem_alloc(16384);
    rewind(file);
    size_t got = fread(text, 1, 16383, file);
    assert_true(got < 16383);
    (void)fclose(file);
    answers_free(&answers);
    return text;
}

static int reset(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    memset(further, 0, sizeof further);
    return 0;
}

static const char *member(json_object *object, const char *key)
{
    json_object *value = NULL;
    assert_true(json_object_object_get_ex(object, key, &value));
    return json_object_get_string(value);
}

/* Every line is an object with an event; hands back the last one. */
static json_object *last_object(char *text, int *lines)
{
    json_object *last = NULL;
    *lines = 0;
    for (char *line; (line = text_line(&text)) != NULL; ++*lines) {
        json_object_put(last);
        last = json_tokener_parse(line);
        assert_non_null(last);
        assert_non_null(member(last, "event"));
    }
    return last;
}

static void test_lines(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true };
    struct err err = ERR_INIT;
    int rc;
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 0);
    assert_string_equal(text, "connecting\n"
                              "  ok       disk: room \"enough\"\n"
                              "plan: 0 changes, forecast of the master's downtime: 0.7 s\n"
                              "  [ 2/14] done     Stop mysqld (0.4 s)\n"
                              "  warning  mind this\n"
                              "           do:  do that\n"
                              "  FAILED   canary: not seen\n"
                              "OK       the verdict\n"
                              "  master away for 0.5 s, shipped 2 KiB, took 9.0 s\n"
                              "  next: what next\n");
    free(text);
}

static void test_quiet(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .quiet = true };
    struct err err = ERR_INIT;
    int rc;
    char *text = run(&options, &rc, &err);
    assert_null(strstr(text, "disk"));
    assert_null(strstr(text, "Stop mysqld"));
    assert_non_null(strstr(text, "mind this"));
    assert_non_null(strstr(text, "the verdict"));
    free(text);
}

static void test_json(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .json = true };
    struct err err = ERR_INIT;
    int rc, lines;
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 0);
    assert_non_null(strstr(text, "{\"event\":\"step\",\"step\":2,\"id\":\"master-stop\",\"state\":\"done\",\"ms\":412}\n"));
    assert_non_null(strstr(text, "{\"event\":\"progress\",\"step\":2,\"done\":10,\"total\":40,\"rate\":5}\n"));
    assert_non_null(strstr(text, "{\"event\":\"note\",\"severity\":\"warning\",\"text\":\"mind this\",\"fix\":\"do that\"}\n"));
    assert_null(strstr(text, "\"command\""));
    json_object *last = last_object(text, &lines);
    assert_int_equal(lines, 9);
    assert_string_equal(member(last, "event"), "result");
    assert_string_equal(member(last, "ok"), "true");
    assert_string_equal(member(last, "run"), "run-7");
    assert_string_equal(member(last, "downtime_ms"), "512");
    assert_string_equal(member(last, "shipped_bytes"), "2048");
    assert_string_equal(member(last, "total_ms"), "9000");
    assert_string_equal(member(last, "checks"), "[ { \"id\": \"disk\", \"ok\": true, \"text\": \"room \\\"enough\\\"\" }, "
                                                "{ \"id\": \"canary\", \"ok\": false, \"text\": \"not seen\" } ]");
    json_object_put(last);
    free(text);
}

/* A failure before any result still ends in a result object. */
static void test_json_failure(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .json = true };
    struct err err = ERR_INIT;
    int rc, lines;
    err_set(&fake.look_error, ERR_REFUSED, "the slave is the master");
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 4);
    assert_false(fake.ran);
    json_object *last = last_object(text, &lines);
    assert_string_equal(member(last, "event"), "result");
    assert_string_equal(member(last, "ok"), "false");
    assert_string_equal(member(last, "verdict"), "the slave is the master");
    assert_string_equal(member(last, "error"), "the slave is the master");
    json_object_put(last);
    free(text);
}

static void test_plan(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .plan = true };
    struct err err = ERR_INIT;
    int rc;
    fake.plan.count = 3;
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 3);
    assert_false(fake.ran);
    assert_int_equal(err.code, ERR_NONE);
    assert_non_null(strstr(text, "the plan\nin lines\n"));
    free(text);
    fake.plan.count = 0;
    text = run(&options, &rc, &err);
    assert_int_equal(rc, 0);
    free(text);
}

static void test_plan_json(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .plan = true, .json = true };
    struct err err = ERR_INIT;
    int rc, lines;
    fake.plan.count = 3;
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 3);
    json_object *last = last_object(text, &lines);
    assert_string_equal(member(last, "event"), "result");
    assert_string_equal(member(last, "changes"), "3");
    assert_string_equal(member(last, "forecast_ms"), "700");
    assert_string_equal(member(last, "plan"), "the plan\nin lines");
    json_object_put(last);
    free(text);
}

/* Nobody is asked and nothing said yes: not a change is made. */
static void test_nobody_to_ask(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP };
    struct err err = ERR_INIT;
    int rc;
    free(run(&options, &rc, &err));
    assert_int_equal(rc, 4);
    assert_false(fake.ran);
    assert_non_null(strstr(err.hint, "--yes"));
}

static const struct question confirm = { .kind = QUESTION_CONFIRM, .text = "data is moved aside", .expected = "db2" };

static void test_confirm(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *more;
        int rc;
    } cases[] = { { NULL, NULL, 4 }, { "db1", NULL, 4 }, { "", NULL, 4 }, { "DB2", NULL, 4 }, { "db2", NULL, 0 },
                  { "db2", "run", 0 }, { "run", "db2", 0 }, { "run", "db1", 4 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct options options = { .command = COMMAND_SETUP, .yes = true, .confirm = { cases[i].typed, cases[i].more } };
        struct err err = ERR_INIT;
        int rc;
        fake.question = &confirm;
        free(run(&options, &rc, &err));
        assert_int_equal(rc, cases[i].rc);
        assert_int_equal(fake.answer.yes, cases[i].rc == 0);
    }
}

/* --yes answers neither for a stranger's host key nor a secret, nor with --plain. */
static void test_yes_is_no_person(void **state)
{
    (void)state;
    static const struct question key = { .kind = QUESTION_HOST_KEY, .text = "SHA256:x" };
    static const struct question secret = { .kind = QUESTION_SECRET, .text = "password: " };
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .plain = true };
    struct err err = ERR_INIT;
    int rc;
    fake.question = &key;
    free(run(&options, &rc, &err));
    assert_true(rc != 0);
    assert_int_equal(err.code, ERR_HOSTKEY);
    assert_false(fake.answer.yes);
    err_clear(&err);
    fake.question = &secret;
    free(run(&options, &rc, &err));
    assert_int_equal(rc, 1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_null(fake.answer.secret);
}

static void test_signal(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true };
    struct err err = ERR_INIT;
    int rc;
    fake.raise_in_run = true;
    free(run(&options, &rc, &err));
    assert_int_equal(rc, 128 + SIGTERM);
    assert_string_equal(err.text, "ended by signal 15: stopped");
}

static void test_failed_run(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true };
    struct err err = ERR_INIT;
    int rc;
    err_set(&fake.run_error, ERR_SQL, "it broke");
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 1);
    assert_non_null(strstr(text, "FAILED   the verdict\n"));
    free(text);
}

static void three_slaves(void)
{
    further[0] = "slave db3";
    further[1] = "slave db4";
    fake.plan.way = &way_rows;
}

/* All are looked at before the first is run, and the last object tells of each. */
static void test_several(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .json = true, .confirm = { "db3", "db2", "db4" } };
    struct err err = ERR_INIT;
    int rc;
    three_slaves();
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 0);
    assert_int_equal(fake.looks, 5); /* but for the first, once more before its own run */
    assert_int_equal(fake.runs, 3);
    const char *end = strstr(text, "\"event\":\"result\",\"ok\":true,");
    assert_non_null(end);
    assert_non_null(strstr(end, "\"verdict\":\"3 slaves of db1 are proven: db2, db3, db4\""));
    assert_non_null(strstr(end, "\"downtime_ms\":1536,"));
    assert_non_null(strstr(end, "{\"section\":\"slave db4\",\"host\":\"db4\",\"state\":\"proven\",\"run\":\"run-7\""));
    assert_non_null(strstr(text, "slave 2 of 3, db3 ([slave db3]): its run begins"));
    free(text);
}

/* What is proven stays so; what comes after the one that failed is not begun. */
static void test_second_fails(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .json = true, .confirm = { "db2", "db3", "db4" } };
    struct err err = ERR_INIT;
    int rc;
    three_slaves();
    fake.fails_at = 2;
    char *text = run(&options, &rc, &err);
    const char *end = strstr(text, "\"event\":\"result\",\"ok\":false,");
    assert_int_equal(rc, 1);
    assert_int_equal(fake.runs, 2);
    assert_non_null(end);
    assert_non_null(strstr(end, "not all of the 3 slaves of db1 are proven; proven: db2; failed: db3; not begun: db4"));
    assert_non_null(strstr(end, "\"host\":\"db4\",\"state\":\"untouched\""));
    assert_non_null(strstr(end, "`dualserver setup` with the same answers then goes on"));
    free(text);
}

/* One that nobody has confirmed keeps all of them from being begun. */
static void test_several_confirmed(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true, .confirm = { "db2", "db4" } };
    struct err err = ERR_INIT;
    int rc;
    three_slaves();
    free(run(&options, &rc, &err));
    assert_int_equal(rc, 4);
    assert_int_equal(fake.runs, 0);
    assert_non_null(strstr(err.text, "db3"));
}

/* Two sections, one server; or two that one account of the master would stand for. */
static void test_clash(void **state)
{
    (void)state;
    static char id[] = "0123", boot[] = "4567", name[] = "db2", other[] = "db3", uuid[] = "89ab", here[] = "192.0.2.2", there[] = "192.0.2.3";
    struct facts one = { .slave = { .machine_id = id, .boot_id = boot, .hostname = name, .source_address = here } };
    struct facts two = one;
    assert_non_null(strstr(further_clash(&one, &two), "same machine"));
    two.slave.hostname = other; /* a container made of the same image */
    assert_non_null(strstr(further_clash(&one, &two), "same address"));
    two.slave.source_address = there;
    assert_null(further_clash(&one, &two));
    one.slave.server_uuid = two.slave.server_uuid = uuid;
    assert_non_null(strstr(further_clash(&one, &two), "server_uuid"));
}

/* --plan: of each, and nothing is run. */
static void test_several_planned(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .plan = true, .json = true };
    struct err err = ERR_INIT;
    int rc;
    static struct change changes[2];
    three_slaves();
    fake.plan.changes = changes;
    fake.plan.count = 2;
    char *text = run(&options, &rc, &err);
    assert_int_equal(rc, 3);
    assert_int_equal(fake.runs, 0);
    assert_non_null(strstr(text, "6 changes are pending; nothing was changed"));
    assert_non_null(strstr(text, "\"state\":\"planned\""));
    free(text);
}

static void test_answers_are_checked_first(void **state)
{
    (void)state;
    const struct options options = { .command = COMMAND_SETUP, .yes = true };
    struct answers answers;
    struct err err = ERR_INIT;
    answers_init(&answers);
    assert_int_equal(headless_run(&answers, &options, &err), 2);
    assert_string_equal(err.text, "[master] host: is required");
    assert_null(fake.port);
    answers_free(&answers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lines, reset),       cmocka_unit_test_setup(test_quiet, reset),
        cmocka_unit_test_setup(test_json, reset),        cmocka_unit_test_setup(test_json_failure, reset),
        cmocka_unit_test_setup(test_plan, reset),        cmocka_unit_test_setup(test_plan_json, reset),
        cmocka_unit_test_setup(test_nobody_to_ask, reset), cmocka_unit_test_setup(test_confirm, reset),
        cmocka_unit_test_setup(test_yes_is_no_person, reset), cmocka_unit_test_setup(test_signal, reset),
        cmocka_unit_test_setup(test_several, reset), cmocka_unit_test_setup(test_second_fails, reset),
        cmocka_unit_test_setup(test_several_confirmed, reset), cmocka_unit_test_setup(test_several_planned, reset),
        cmocka_unit_test_setup(test_clash, reset),
        cmocka_unit_test_setup(test_failed_run, reset),  cmocka_unit_test_setup(test_answers_are_checked_first, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
