/* One thing at a time that a server or a host says is made hostile: it ends in what steers a terminal, breaks out of a line, or is no
 * text at all. The real look, checks and plan run on it, and whatever they say goes every way out there is: as text, as JSON, into the
 * report and onto each screen. Nothing of it may arrive there as it was. */
#include "config.h"

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
#include "base/quote.h"
#include "engine/check.h"
#include "engine/report.h"
#include "headless.h"
#include "rig.h"
#include "steps/copy_way.h"
#include "steps/step.h"
#include "ui/care.h"
#include "ui/app.h"

/* Clear the screen, set the title, a C1 control, written backwards, no UTF-8, another line, Markdown; MARK is what must be seen. */
#define MARK "_0wned_"
static const char hostile[] = "\x1b[2J" MARK "\x1b]0;x\x07\xc2\x9b" "31m\xe2\x80\xae\xff\x08\x7f\rok `id` <b>|";

struct sink {
    struct rig rig;
    struct spoil spoil;
    struct model model;
    struct outcome outcome;
    struct buf shown; /* by all ways out but the screens */
    size_t marks;
};

/* What is written to standard output, by any function, goes into a buffer. */
static void take_output(struct sink *sink, void (*write)(struct sink *, const void *), const void *argument)
{
    char *text = NULL;
    size_t size = 0;
    FILE *real = stdout, *memory = open_memstream(&text, &size);
    assert_non_null(memory);
    stdout = memory;
    write(sink, argument);
    stdout = real;
    fclose(memory);
    buf_add(&sink->shown, text, size);
    free(text);
}

static void write_event(struct sink *sink, const void *argument)
{
    struct output output = { .verbose = true, .whole_plan = true };
    (void)sink;
    output_text(&output, argument, 0);
    free(output.title);
    output_json(&output, argument);
}

static void write_end(struct sink *sink, const void *argument)
{
    struct output output = { .verbose = true };
    output_text_end(&output, &sink->outcome);
    output_json_end(&sink->outcome, argument);
}

static void emit(void *context, const struct event *event)
{
    struct sink *sink = context;
    take_output(sink, write_event, event);
    model_apply(&sink->model, event, 0);
    outcome_take(&sink->outcome, event);
}

/* As the engine does it. */
static int look_and_plan(struct sink *sink, struct err *err)
{
    struct world *world = &sink->rig.world;
    if (facts_gather(world, &world->facts, err) != 0)
        return -1;
    copy_way_carry(copy_way_wanted(&world->facts, &sink->rig.answers), &world->facts.master.inventory);
    for (size_t i = 0; i < check_count; i++) {
        struct buf text = BUF_INIT;
        const enum check_verdict verdict = checks[i].test(&world->facts, &sink->rig.answers, &text);
        world_emit(world, &(struct event){ .kind = EVENT_CHECK, .id = checks[i].id, .verdict = verdict, .text = buf_str(&text),
                                           .why = checks[i].why, .fix = checks[i].fix });
        buf_free(&text);
    }
    if (steps_plan(&world->facts, &sink->rig.answers, &sink->rig.plan, err) != 0)
        return -1;
    world->plan = &sink->rig.plan;
    struct buf text = BUF_INIT;
    plan_render(&sink->rig.plan, &text);
    world_emit(world, &(struct event){ .kind = EVENT_PLAN, .text = buf_str(&text) });
    buf_free(&text);
    for (size_t i = 0; i < sink->rig.plan.option_count; i++) {
        plan_render_option(&sink->rig.plan.options[i], &text);
        world_emit(world, &(struct event){ .kind = EVENT_METHOD, .id = sink->rig.plan.options[i].id, .text = buf_str(&text) });
        buf_free(&text);
    }
    for (size_t i = 0; i < sink->rig.plan.count; i++)
        world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .step = 1, .text = sink->rig.plan.changes[i].what });
    return 0;
}

static int look_at_status(struct sink *sink, struct err *err)
{
    struct world *world = &sink->rig.world;
    struct slave_status status = { .configured = false };
    struct buf text = BUF_INIT;
    free(world->facts.slave.socket);
    world->facts.slave.socket = mem_dup("/run/mysqld/mysqld.sock");
    struct db *db = world_db(world, SIDE_SLAVE, err);
    if (db == NULL || slave_status_read(db, &status, err) != 0)
        return -1;
    assert_true(status.configured);
    slave_status_render(&status, &text);
    world_emit(world, &(struct event){ .kind = EVENT_STATUS, .side = SIDE_SLAVE, .text = buf_str(&text) });
    buf_free(&text);
    err_set(err, ERR_WORLD, "IO %s, SQL %s: %s %s", status.io_running, status.sql_running, status.last_io_error, status.last_sql_error);
    slave_status_free(&status);
    return -1;
}

static void check(struct sink *sink, const char *what, const char *text, size_t len)
{
    struct buf printable = BUF_INIT;
    quote_printable(&printable, text, len, 1);
    if (len != printable.len || memcmp(buf_str(&printable), text, len) != 0) {
        size_t at = 0;
        while (text[at] == printable.data[at])
            at++;
        at = at > 100 ? at - 100 : 0;
        fail_msg("%s, number %u of kind %d: \"%.300s\"", what, sink->spoil.at, (int)sink->spoil.kind, printable.data + at);
    }
    for (const char *at = buf_str(&printable); (at = strstr(at, MARK)) != NULL; at++)
        sink->marks++;
    buf_free(&printable);
}

static void check_report(struct sink *sink)
{
    char *path = mem_printf("%s/report.md", sink->rig.folder), text[65536];
    struct err err = ERR_INIT;
    if (sink->rig.world.plan != NULL) {
        assert_int_equal(report_write(path, &sink->rig.world, &sink->rig.plan, &sink->model, &err), 0);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        const size_t len = fread(text, 1, sizeof text, file);
        fclose(file);
        unlink(path);
        check(sink, "the report", text, len);
    }
    free(path);
}

static void check_screens(struct sink *sink, const struct err *err)
{
    struct state state = { .err = *err, .answers = &sink->rig.answers, .report = "/state/report.md",
                           .pair = { .known = true, .answers = &sink->rig.answers }, .care = { .action = &care_check_action, .err = *err } };
    struct canvas canvas;
    canvas_init(&canvas, 60, 200, false);
    form_init(&state.form, &sink->rig.answers);
    for (enum page page = 0; page < PAGE_COUNT; page++) {
        struct buf text = BUF_INIT;
        state.page = page;
        canvas_clear(&canvas);
        screens[page]->draw(&sink->model, &state, &canvas);
        canvas_dump(&canvas, &text);
        check(sink, "a screen", buf_str(&text), text.len);
        buf_free(&text);
    }
    form_free(&state.form);
    canvas_free(&canvas);
}

static void tell(struct sink *sink, struct err *err, int rc)
{
    struct world *world = &sink->rig.world;
    if (rc != 0) {
        buf_addf(&sink->shown, "dualserver: %s\n  hint: %s\n", err->text, err->hint);
        world_emit(world, &(struct event){ .kind = EVENT_STEP, .step = 2, .id = "master-stop", .state = STEP_FAILED, .text = err->text });
        world_note(world, SEVERITY_ERROR, "%s", err->text);
    }
    world_emit(world, &(struct event){ .kind = EVENT_RESULT, .id = "RUN", .text = err->text, .fix = err->hint });
    take_output(sink, write_end, err);
    check(sink, "the output", buf_str(&sink->shown), sink->shown.len);
    check_report(sink);
    check_screens(sink, err);
}

/* How many things of that kind there were; fewer than `at`: nothing was spoilt any more. */
static unsigned run(const char *server, enum spoil_kind kind, unsigned at, int (*what)(struct sink *, struct err *), size_t *marks)
{
    static struct sink sink;
    struct err err = ERR_INIT;
    sink = (struct sink){ .spoil = { .kind = kind, .with = hostile, .at = at } };
    rig_open(&sink.rig, server, server);
    sink.rig.port.context = &sink;
    sink.rig.port.emit = emit;
    sink.rig.texts[SIDE_MASTER].spoil = sink.rig.texts[SIDE_SLAVE].spoil = &sink.spoil;
    model_init(&sink.model);
    const int rc = what(&sink, &err);
    tell(&sink, &err, rc);
    *marks += sink.marks > 0;
    outcome_free(&sink.outcome);
    model_free(&sink.model);
    buf_free(&sink.shown);
    rig_close(&sink.rig);
    return sink.spoil.seen;
}

static void try_all(const char *server, enum spoil_kind kind, int (*what)(struct sink *, struct err *), size_t least_shown)
{
    size_t shown = 0;
    unsigned at = 0;
    while (run(server, kind, at, what, &shown) > at)
        at++;
    print_message("%s: %u, of which %zu are shown somewhere\n", server, at, shown);
    assert_true(shown >= least_shown);
}

static void cells(void **state)
{
    (void)state;
    try_all("mariadb-10.11", SPOIL_CELL, look_and_plan, 10);
    try_all("mysql-8.4", SPOIL_CELL, look_and_plan, 10);
}

static void errors(void **state)
{
    (void)state;
    try_all("mariadb-10.11", SPOIL_ERROR, look_and_plan, 10);
    try_all("mysql-8.4", SPOIL_ERROR, look_and_plan, 10);
}

static void lines(void **state)
{
    (void)state;
    try_all("mariadb-10.11", SPOIL_LINE, look_and_plan, 10);
}

static void failures(void **state)
{
    (void)state;
    try_all("mariadb-10.11", SPOIL_FAILURE, look_and_plan, 5);
}

static void status(void **state)
{
    (void)state;
    try_all("stopped_slave", SPOIL_CELL, look_at_status, 10);
}

/* A server greets with its version before it has been asked anything. */
static int greet_and_plan(struct sink *sink, struct err *err)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        char **version = &sink->rig.texts[side].version, *with = mem_printf("%s%s", *version, hostile);
        free(*version);
        *version = with;
    }
    return look_and_plan(sink, err);
}

static void greeting(void **state)
{
    (void)state;
    try_all("mariadb-10.11", SPOIL_NONE, greet_and_plan, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells),    cmocka_unit_test(errors), cmocka_unit_test(lines),
        cmocka_unit_test(failures), cmocka_unit_test(status), cmocka_unit_test(greeting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
