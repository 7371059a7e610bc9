/* The wizard's flow with a scripted engine on the real thread: keys in, pages out. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/care.h"
#include "ui/keys.h"

/* What the scripted engine does; only its thread writes, and only the test reads after a job has ended. */
static struct {
    bool refuse, ask_secret, wait_for_cancel, offer;
    const char *journal; /* of the run that waits; NULL: none */
    enum job later;
    char later_run[16], answers_host[16];
    int opened, closed, looks, runs;
    bool confirmed;
    char secret[32];
    struct err declined;
} script;

static const struct port *port;

static void *open_script(const struct answers *answers, const struct port *its_port, const char *state_dir)
{
    strncpy(script.answers_host, answers->slave.host, sizeof script.answers_host - 1);
    (void)state_dir;
    port = its_port;
    script.opened++;
    return &script;
}

static int look(void *engine, struct err *err)
{
    (void)engine;
    script.looks++;
    port->emit(port->context, &(struct event){ .kind = EVENT_CHECK, .id = "a", .verdict = CHECK_OK, .text = "fine" });
    port->emit(port->context, &(struct event){ .kind = EVENT_CHECK, .id = "b", .text = "so so",
                                               .verdict = script.refuse ? CHECK_REFUSED : CHECK_WARNING });
    if (script.ask_secret) {
        struct answer answer = { .yes = false };
        struct question question = { .kind = QUESTION_SECRET, .text = "password?" };
        if (port->ask(port->context, &question, &answer, err) != 0)
            return -1;
        strncpy(script.secret, secret_text(answer.secret), sizeof script.secret - 1);
        secret_free(answer.secret);
    }
    return script.refuse ? err_set(err, ERR_REFUSED, "b: so so") : 0;
}

static int plan(void *engine, struct err *err)
{
    (void)engine;
    (void)err;
    port->emit(port->context, &(struct event){ .kind = EVENT_PLAN, .text = "Step 1\n", .ms = 1, .done = 900 });
    return 0;
}

static int run(void *engine, struct err *err)
{
    struct answer answer = { .yes = false };
    struct question question = { .kind = QUESTION_CONFIRM, .text = "type it", .expected = "db2" };
    (void)engine;
    script.runs++;
    if (port->ask(port->context, &question, &answer, err) != 0) {
        script.declined = *err;
        return -1;
    }
    script.confirmed = answer.yes;
    port->emit(port->context, &(struct event){ .kind = EVENT_STEP, .step = 1, .state = STEP_BEGIN });
    if (script.wait_for_cancel) {
        struct pollfd wait = { .fd = port->cancel_fd, .events = POLLIN };
        poll(&wait, 1, 20000);
        port->emit(port->context, &(struct event){ .kind = EVENT_RESULT, .ok = false, .text = "cancelled", .id = "r1" });
        return err_set(err, ERR_CANCELLED, "cancelled");
    }
    port->emit(port->context, &(struct event){ .kind = EVENT_STEP, .step = 1, .state = STEP_DONE });
    port->emit(port->context, &(struct event){ .kind = EVENT_RESULT, .ok = true, .text = "proven", .id = "r1" });
    if (script.offer) {
        question = (struct question){ .kind = QUESTION_YES_NO, .text = "let go?" };
        if (port->ask(port->context, &question, &answer, err) == 0 && answer.yes)
            port->emit(port->context, &(struct event){ .kind = EVENT_RESULT, .ok = true, .text = "proven; accepted", .id = "r1" });
    }
    return 0;
}

static int later(void *engine, enum job job, const char *state_dir, const char *run, struct err *err)
{
    struct answer answer = { .yes = false };
    struct question question = { .kind = QUESTION_YES_NO, .text = "go on?" };
    (void)engine;
    assert_string_equal(state_dir, "/state");
    script.later = job;
    strncpy(script.later_run, run, sizeof script.later_run - 1);
    port->emit(port->context, &(struct event){ .kind = EVENT_PHASE, .phase = PHASE_CONNECT, .text = "connecting" });
    if (port->ask(port->context, &question, &answer, err) != 0)
        return -1;
    if (!answer.yes)
        return err_set(err, ERR_REFUSED, "nothing was done");
    port->emit(port->context, &(struct event){ .kind = EVENT_RESULT, .ok = true, .text = "over", .id = run });
    return 0;
}

static int find(const char *state_dir, const char *run, struct past *past, struct err *err)
{
    assert_string_equal(state_dir, "/state");
    if (script.journal == NULL)
        return err_set(err, ERR_USAGE, "no run %s", run != NULL ? run : "");
    return past_parse("/state/runs/r1", script.journal, strlen(script.journal), past, err);
}

static void close_script(void *engine)
{
    (void)engine;
    script.closed++;
}

static const struct bridge_engine engine = {
    .open = open_script, .look = look, .plan = plan, .run = run, .close = close_script, .later = later, .find = find,
};

static struct app app;

static int open_app(void)
{
    struct answers answers;
    struct err err = ERR_INIT;
    answers_init(&answers);
    answers_set(&answers, "master", "host", "db1", 0, &err);
    answers_set(&answers, "slave", "host", "db2", 0, &err);
    int rc = app_init(&app, &answers, &engine, "/state", &err);
    answers_free(&answers);
    return rc;
}

static int setup(void **unused)
{
    (void)unused;
    memset(&script, 0, sizeof script);
    return open_app();
}

#define BEGIN                                                                                                            \
    "{\"kind\":\"begin\",\"run\":\"r1\",\"answers\":\"[master]\\nhost = db8\\n[slave]\\nhost = db9\\n\",\"database\":\"billing\","     \
    "\"master_folder\":\"/m\",\"slave_folder\":\"/s\"}\n{\"kind\":\"intent\",\"step\":1,\"change\":0,\"server\":\"master\"}\n"
#define END(ok) "{\"kind\":\"end\",\"ok\":" ok "}\n"

/* A run waits when the wizard opens. */
static int setup_waiting(void **unused)
{
    (void)unused;
    memset(&script, 0, sizeof script);
    script.journal = BEGIN;
    return open_app();
}

/* Takes what the engine behind a bridge sends until `done`; fails after 20 s. */
#define UNTIL(done) UNTIL_OF(app.bridge, done)
#define UNTIL_CARE(done) UNTIL_OF(app.care_bridge, done)
#define UNTIL_OF(bridge, done) \
    do { \
        struct pollfd wait = { .fd = bridge_fd(bridge), .events = POLLIN }; \
        while (!(done)) { \
            if (poll(&wait, 1, 20000) <= 0) \
                fail_msg("waited in vain for %s", #done); \
            app_take(&app); \
        } \
    } while (0)

static void keys(const char *text)
{
    for (; *text != '\0'; text++)
        app_key(&app, (unsigned char)*text);
}

static int leave(struct err *err)
{
    int code = app_end(&app, 0, err);
    assert_int_equal(script.opened, script.closed);
    return code;
}

static void to_plan(void)
{
    app_key(&app, K_ENTER);
    assert_int_equal(app.state.page, PAGE_CHECKS);
    UNTIL(app.state.job == JOB_NONE);
    app_key(&app, K_ENTER);
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(app.state.page, PAGE_PLAN);
}

static void from_start_to_proof(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    to_plan();
    assert_int_equal(app.model.check_count, 2);
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_WORD);
    keys("db1");
    app_key(&app, K_ENTER);
    assert_int_equal(app.dialog.kind, DIALOG_WORD); /* the wrong word opens nothing */
    app_key(&app, K_CTRL_U);
    keys("db2");
    app_key(&app, K_ENTER);
    UNTIL(app.state.page == PAGE_RESULT && app.state.job == JOB_NONE);
    assert_true(script.confirmed);
    assert_string_equal(app.state.report, "/state/runs/r1/report.md");
    app_key(&app, K_ENTER);
    assert_true(app.leave);
    assert_int_equal(leave(&err), 0);
}

static void a_declined_run_goes_back_to_the_plan(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    to_plan();
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_WORD);
    app_key(&app, K_ESC);
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(app.state.page, PAGE_PLAN);
    assert_int_equal(script.declined.code, ERR_CANCELLED);
    assert_false(script.confirmed);
    assert_int_equal(leave(&err), 1);
}

static void refused_checks_stop_the_way(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.refuse = true;
    app_key(&app, K_ENTER);
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(app.state.check_at, 1); /* the cursor is on what refuses */
    app_key(&app, K_ENTER);
    assert_int_equal(app.state.page, PAGE_CHECKS);
    assert_int_equal(app.state.job, JOB_NONE);
    script.refuse = false;
    keys("r");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.looks, 2);
    assert_int_equal(screen_job(&app.state, JOB_LOOK), JOB_GOOD);
    app_key(&app, K_ESC);
    assert_int_equal(app.state.page, PAGE_HOSTS);
    leave(&err);
}

static void leaving_after_a_refusal_is_4(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.refuse = true;
    app_key(&app, K_ENTER);
    UNTIL(app.state.job == JOB_NONE);
    keys("qy");
    assert_true(app.leave);
    assert_int_equal(leave(&err), 4);
}

static void a_password_reaches_the_engine_and_is_wiped(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.ask_secret = true;
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_PASSWORD);
    keys("s3cret q");
    app_key(&app, K_ENTER);
    for (size_t i = 0; i < FIELD_SIZE; i++)
        assert_int_equal(app.dialog.field.text[i], 0);
    UNTIL(app.state.job == JOB_NONE);
    assert_string_equal(script.secret, "s3cret q");
    leave(&err);
}

static void cancelling_a_run(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.wait_for_cancel = true;
    to_plan();
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_WORD);
    keys("db2");
    app_key(&app, K_ENTER);
    UNTIL(app.model.step == 1);
    keys("qn"); /* asked and declined */
    assert_false(app.state.cancelling);
    keys("cy");
    assert_true(app.state.cancelling);
    UNTIL(app.state.page == PAGE_RESULT && app.state.job == JOB_NONE);
    assert_string_equal(app.model.verdict, "cancelled");
    assert_int_equal(leave(&err), 1);
}

static void cancelling_a_look_with_an_open_question(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.ask_secret = true;
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_PASSWORD);
    app_key(&app, K_ESC);
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(app.state.page, PAGE_CHECKS);
    keys("r"); /* asks again */
    UNTIL(app.dialog.kind == DIALOG_PASSWORD);
    assert_int_equal(app_end(&app, 15, &err), 128 + 15); /* ends although the engine waits for an answer */
    assert_int_equal(script.opened, script.closed);
}

static void wrong_answers_stay_on_the_form(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    app_key(&app, K_TAB);
    keys("no port q"); /* a letter in a text field, not a command */
    app_key(&app, K_ENTER);
    assert_int_equal(app.state.page, PAGE_HOSTS);
    assert_int_equal(app.state.form.err.code, ERR_ANSWERS);
    assert_int_equal(script.looks, 0);
    app_key(&app, K_CTRL_U);
    app_key(&app, K_ENTER);
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.looks, 1);
    leave(&err);
}

static void a_run_that_waits_is_gone_on_with(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    assert_int_equal(app.dialog.kind, DIALOG_CHOICE);
    assert_non_null(strstr(app.dialog.text, "Run r1: unfinished"));
    app_key(&app, K_ENTER);
    assert_int_equal(app.state.page, PAGE_RUN);
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "Go on with the run?");
    script.journal = BEGIN END("true");
    keys("y");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.later, JOB_RESUME);
    assert_string_equal(script.later_run, "r1");
    assert_string_equal(script.answers_host, "db9"); /* the run's own answers, not those of the command line */
    assert_int_equal(app.state.page, PAGE_RESULT);
    keys("r"); /* proven: there is nothing to go on with any more */
    assert_int_equal(app.state.job, JOB_NONE);
    keys("a");
    assert_int_equal(app.state.job, JOB_ACCEPT);
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "The old data");
    keys("y");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.later, JOB_ACCEPT);
    assert_int_equal(leave(&err), 0);
}

static void a_run_that_waits_is_left_alone(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    app_key(&app, K_ESC);
    assert_int_equal(app.dialog.kind, DIALOG_NONE);
    assert_int_equal(app.state.page, PAGE_HOSTS);
    app_key(&app, K_ENTER);
    UNTIL(app.state.job == JOB_NONE);
    assert_string_equal(script.answers_host, "db2");
    assert_int_equal(script.later, JOB_NONE);
    leave(&err);
}

/* Proven: what is offered are other ways, and the cursor begins at leaving it. */
static void what_is_kept_is_let_go_of(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    app_end(&app, 0, &err);
    script.journal = BEGIN END("true");
    assert_int_equal(open_app(), 0);
    assert_int_equal(app.dialog.choice_count, 3);
    assert_int_equal(app.dialog.at, 2);
    app_key(&app, K_UP);
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "The old data");
    keys("y");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.later, JOB_ACCEPT);
    assert_int_equal(leave(&err), 0);
}

static void taking_back_is_declined(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    app_key(&app, K_DOWN);
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "Take the run back?");
    keys("n");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.later, JOB_UNDO);
    assert_int_equal(app.state.page, PAGE_RESULT);
    assert_int_equal(screen_ways(&app.state), WHEN_RESUME | WHEN_UNDO);
    keys("u"); /* after all */
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    keys("y");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(leave(&err), 0);
}

static void what_failed_can_be_gone_on_with(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.wait_for_cancel = true;
    to_plan();
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_WORD);
    keys("db2");
    app_key(&app, K_ENTER);
    UNTIL(app.model.step == 1);
    script.journal = BEGIN END("false");
    keys("cy");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(app.state.page, PAGE_RESULT);
    keys("r");
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    keys("y");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.later, JOB_RESUME);
    assert_string_equal(app.model.verdict, "over");
    assert_int_equal(leave(&err), 0);
}

/* The result is seen before the old data is asked about, and Esc keeps it. */
static void the_old_data_is_asked_about(void **unused)
{
    struct err err = ERR_INIT;
    (void)unused;
    script.offer = true;
    to_plan();
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_WORD);
    keys("db2");
    app_key(&app, K_ENTER);
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "The old data");
    assert_int_equal(app.state.page, PAGE_RESULT);
    assert_string_equal(app.model.verdict, "proven");
    script.journal = BEGIN END("true");
    app_key(&app, K_ESC);
    UNTIL(app.state.job == JOB_NONE);
    assert_string_equal(app.model.verdict, "proven");
    assert_int_equal(screen_ways(&app.state), WHEN_ACCEPT | WHEN_UNDO);
    assert_int_equal(leave(&err), 0);
}

/* The start page, with a scripted engine for the commands after set-up. */

static struct {
    int opened, closed, shown, applied;
    char what[40];
    bool fail, wait_for_cancel;
} care;
static const struct port *care_port;

static void *open_care(const struct answers *answers, const struct port *its_port, const char *state_dir)
{
    assert_string_equal(state_dir, "/state");
    strncpy(script.answers_host, answers->slave.host, sizeof script.answers_host - 1);
    care_port = its_port;
    care.opened++;
    return &care;
}

static void close_care(void *engine)
{
    (void)engine;
    care.closed++;
}

static void say(const char *id, const char *text)
{
    care_port->emit(care_port->context, &(struct event){ .kind = EVENT_STATUS, .id = id, .why = "mend", .text = text });
}

static int do_care(void *engine, enum job job, const char *what, struct err *err)
{
    struct answer answer = { .yes = false };
    struct question question = { .kind = QUESTION_YES_NO, .text = "do it?" };
    (void)engine;
    if (job == JOB_SHOW) {
        care.shown++;
        strncpy(care.what, what, sizeof care.what - 1);
        if (care.wait_for_cancel) {
            struct pollfd wait = { .fd = care_port->cancel_fd, .events = POLLIN };
            poll(&wait, 1, 20000);
            return err_set(err, ERR_CANCELLED, "stopped");
        }
        if (care.fail)
            return err_set(err, ERR_CONNECT, "no route");
        say(CARE_SAID, "a plan");
        say(CARE_OFFER, "mend it");
        say(CARE_PENDING, NULL);
        return 0;
    }
    if (care_port->ask(care_port->context, &question, &answer, err) != 0 || !answer.yes) {
        say(CARE_PENDING, NULL);
        return err_set(err, ERR_REFUSED, "not wanted");
    }
    care.applied++;
    say(CARE_SAID, "OK: done");
    return 0;
}

static const struct bridge_engine scripted_care = { .open = open_care, .close = close_care, .care = do_care };

static int setup_start(void **unused)
{
    struct err err = ERR_INIT;
    memset(&care, 0, sizeof care);
    return setup(unused) != 0 ? -1 : app_open_start(&app, &scripted_care, &err);
}

static int setup_start_waiting(void **unused)
{
    struct err err = ERR_INIT;
    memset(&care, 0, sizeof care);
    return setup_waiting(unused) != 0 ? -1 : app_open_start(&app, &scripted_care, &err);
}

static void leave_care(int code)
{
    struct err err = ERR_INIT;
    assert_int_equal(leave(&err), code);
    assert_int_equal(care.opened, care.closed);
}

static void to_billing(void)
{
    keys("b");
    assert_int_equal(app.state.page, PAGE_CARE);
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_string_equal(care.what, "billing");
    assert_string_equal(app.state.care.text, "a plan");
    assert_true(app.state.care.pending);
}

static void what_is_shown_is_done_after_a_yes(void **unused)
{
    (void)unused;
    assert_int_equal(app.state.page, PAGE_START);
    to_billing();
    app_key(&app, K_ENTER);
    UNTIL_CARE(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "Reports");
    keys("n");
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_int_equal(care.applied, 0);
    assert_true(app.state.care.pending); /* declined: it still can be done */
    assert_int_equal(app.dialog.kind, DIALOG_NONE);
    app_key(&app, K_ENTER);
    UNTIL_CARE(app.dialog.kind == DIALOG_YES_NO);
    keys("y");
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_int_equal(care.applied, 1);
    assert_string_equal(app.state.care.text, "OK: done");
    assert_false(app.state.care.pending);
    app_key(&app, K_ENTER); /* nothing is left to be done */
    assert_int_equal(app.state.care.job, JOB_NONE);
    app_key(&app, K_ESC); /* what it is like now */
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_int_equal(care.shown, 2);
    app_key(&app, K_ESC);
    assert_int_equal(app.state.page, PAGE_START);
    keys("q");
    assert_true(app.leave);
    leave_care(0);
}

static void a_way_and_an_offer_are_shown(void **unused)
{
    (void)unused;
    keys("t");
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    keys("f");
    assert_int_equal(app.dialog.kind, DIALOG_CHOICE);
    app_key(&app, K_ENTER);
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_string_equal(care.what, "troubleshoot mend");
    assert_string_equal(app.state.care.what, "mend");
    leave_care(0);
}

static void a_failed_look_is_told(void **unused)
{
    (void)unused;
    care.fail = true;
    keys("c");
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_int_equal(app.dialog.kind, DIALOG_READ);
    app_key(&app, K_ESC);
    assert_int_equal(app.state.page, PAGE_CARE);
    care.fail = false;
    keys("r");
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_int_equal(app.state.care.err.code, ERR_NONE);
    leave_care(0);
}

static void a_look_is_stopped_and_left(void **unused)
{
    (void)unused;
    care.wait_for_cancel = true;
    keys("m");
    assert_int_equal(app.state.care.job, JOB_SHOW);
    app_key(&app, K_ESC);
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    assert_int_equal(app.state.page, PAGE_START);
    leave_care(0);
}

/* Other servers: from the form, and the engine that knew the former ones is not used for them. */
static void another_pair_is_cared_for(void **unused)
{
    (void)unused;
    to_billing();
    assert_string_equal(script.answers_host, "db2");
    app_key(&app, K_ESC);
    keys("w");
    assert_int_equal(app.state.page, PAGE_HOSTS);
    app_key(&app, K_CTRL_U);
    app_key(&app, K_ENTER); /* no host */
    assert_int_equal(app.state.page, PAGE_HOSTS);
    assert_int_equal(app.state.form.err.code, ERR_ANSWERS);
    keys("db7");
    for (int i = 0; i < 7; i++)
        app_key(&app, K_TAB);
    app_key(&app, K_CTRL_U);
    keys("db8");
    app_key(&app, K_ENTER);
    assert_int_equal(app.state.page, PAGE_START);
    assert_string_equal(app.pair.slave.host, "db8");
    to_billing();
    assert_string_equal(script.answers_host, "db8");
    assert_int_equal(care.opened, 2);
    assert_int_equal(care.closed, 1);
    leave_care(0);
}

static void the_live_screen_is_asked_for(void **unused)
{
    (void)unused;
    keys("o");
    assert_true(app.away);
    app_care_from_monitor(&app, care_actions[0]);
    assert_false(app.away);
    UNTIL_CARE(app.state.care.job == JOB_NONE);
    app_key(&app, K_ESC);
    assert_true(app.away); /* back there */
    app_care_from_monitor(&app, NULL);
    assert_int_equal(app.state.page, PAGE_START);
    leave_care(0);
}

static void a_waiting_run_is_gone_on_with_from_the_start_page(void **unused)
{
    (void)unused;
    assert_int_equal(app.dialog.kind, DIALOG_NONE);
    app_key(&app, K_ENTER); /* the first line: resume */
    UNTIL(app.dialog.kind == DIALOG_YES_NO);
    assert_string_equal(app.dialog.title, "Go on with the run?");
    script.journal = NULL;
    keys("y");
    UNTIL(app.state.job == JOB_NONE);
    assert_int_equal(script.later, JOB_RESUME);
    assert_int_equal(app.state.page, PAGE_RESULT);
    keys("s");
    assert_int_equal(app.state.page, PAGE_START);
    assert_string_equal(app.pair.slave.host, "db9"); /* what that run has made */
    assert_int_equal(screen_ways(&app.state), 0);
    keys("s"); /* and a further one, from its beginning */
    assert_int_equal(app.state.page, PAGE_HOSTS);
    assert_false(app.model.ended);
    app_key(&app, K_ESC);
    assert_int_equal(app.state.page, PAGE_START);
    leave_care(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_run_that_waits_is_gone_on_with, setup_waiting),
        cmocka_unit_test_setup(a_run_that_waits_is_left_alone, setup_waiting),
        cmocka_unit_test_setup(what_is_kept_is_let_go_of, setup_waiting),
        cmocka_unit_test_setup(taking_back_is_declined, setup_waiting),
        cmocka_unit_test_setup(what_failed_can_be_gone_on_with, setup),
        cmocka_unit_test_setup(the_old_data_is_asked_about, setup),
        cmocka_unit_test_setup(from_start_to_proof, setup),
        cmocka_unit_test_setup(a_declined_run_goes_back_to_the_plan, setup),
        cmocka_unit_test_setup(refused_checks_stop_the_way, setup),
        cmocka_unit_test_setup(leaving_after_a_refusal_is_4, setup),
        cmocka_unit_test_setup(a_password_reaches_the_engine_and_is_wiped, setup),
        cmocka_unit_test_setup(cancelling_a_run, setup),
        cmocka_unit_test_setup(cancelling_a_look_with_an_open_question, setup),
        cmocka_unit_test_setup(wrong_answers_stay_on_the_form, setup),
        cmocka_unit_test_setup(what_is_shown_is_done_after_a_yes, setup_start),
        cmocka_unit_test_setup(a_way_and_an_offer_are_shown, setup_start),
        cmocka_unit_test_setup(a_failed_look_is_told, setup_start),
        cmocka_unit_test_setup(a_look_is_stopped_and_left, setup_start),
        cmocka_unit_test_setup(another_pair_is_cared_for, setup_start),
        cmocka_unit_test_setup(the_live_screen_is_asked_for, setup_start),
        cmocka_unit_test_setup(a_waiting_run_is_gone_on_with_from_the_start_page, setup_start_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
