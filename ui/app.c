#include "app_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/ask.h"
#include "ui/care.h"
#include "ui/form.h"
#include "ui/help.h"
#include "ui/keys.h"
#include "ui/waits.h"

int app_copy_answers(struct answers *to, const struct answers *from, struct err *err)
{
    struct buf text = BUF_INIT;
    answers_init(to);
    answers_write(from, &text);
    int rc = answers_parse(to, from->file != NULL ? from->file : "the answers", buf_str(&text), text.len, err);
    /* the lines are those of our own text, not of the user's file */
    to->lines = from->lines;
    to->master.line = from->master.line;
    to->slave.line = from->slave.line;
    buf_free(&text);
    return rc;
}

int app_init(struct app *app, const struct answers *answers, const struct bridge_engine *engine, const char *state_dir,
             struct err *err)
{
    *app = (struct app){ .state_dir = mem_dup(state_dir) };
    model_init(&app->model);
    if (app_copy_answers(&app->answers, answers, err) != 0)
        return -1;
    app->state.answers = &app->answers;
    app->state.now_ms = clock_ms();
    form_init(&app->state.form, &app->answers);
    if (engine == NULL)
        return 0;
    app->engine = engine;
    app->bridge = bridge_open(engine, &app->answers, app->state_dir, err);
    if (app->bridge == NULL)
        return -1;
    struct past past;
    struct err none = ERR_INIT;
    if (engine->find != NULL && engine->find(app->state_dir, NULL, &past, &none) == 0)
        app_waits(app, &past);
    return 0;
}

/* Jobs. */

static void start(struct app *app, enum job job, enum page page)
{
    struct state *state = &app->state;
    if (state->job != JOB_NONE || app->bridge == NULL)
        return;
    err_clear(&state->err);
    for (enum job from = job < JOB_RUN ? job : JOB_RUN; from <= JOB_RUN; from++)
        state->done[from] = JOB_NOT_YET;
    state->job = job;
    if (job >= JOB_RUN)
        state->ran = job;
    state->job_since_ms = clock_ms();
    state->cancelling = false;
    state->page = page;
    if (job > JOB_RUN)
        bridge_start_later(app->bridge, job, state->past.run);
    else
        bridge_start(app->bridge, job);
}

/* With that run's own answers, which the form shows from then on. */
static void start_later(struct app *app, enum job job)
{
    struct state *state = &app->state;
    struct answers answers;
    if (state->job != JOB_NONE || !state->waits)
        return;
    if (waits_answers(&state->past, &answers, &state->err) != 0) {
        state->page = PAGE_RESULT;
        return;
    }
    answers_free(&app->answers);
    app->answers = answers;
    form_free(&state->form);
    form_init(&state->form, &app->answers);
    start(app, job, PAGE_RUN);
}

static void look(struct app *app)
{
    struct state *state = &app->state;
    if (state->job != JOB_NONE)
        return;
    err_clear(&state->form.err);
    if (form_apply(&state->form, &app->answers, &state->form.err) != 0) {
        state->page = PAGE_HOSTS;
        form_follow_error(&state->form);
        return;
    }
    if (state->pair_form) {
        app_care_take_pair(app);
        return;
    }
    model_reset_look(&app->model);
    state->check_at = state->check_top = state->plan_top = 0;
    start(app, JOB_LOOK, PAGE_CHECKS);
}

static void stop(struct app *app)
{
    if (app->state.job == JOB_NONE || app->state.cancelling)
        return;
    app->state.cancelling = true;
    bridge_cancel(app->bridge);
}

/* A run that was declined, or failed, before its first step has changed nothing: back to the plan. */
static bool never_began(const struct app *app)
{
    return app->model.step == 0 && !app->model.ended;
}

static void set_report(struct app *app)
{
    free(app->state.report);
    app->state.report = NULL;
    if (app->state_dir != NULL && app->model.run_id != NULL)
        app->state.report = mem_printf("%s/runs/%s/report.md", app->state_dir, app->model.run_id);
}

/* What can be done now with the run that has ended. */
void app_see_what_waits(struct app *app, const char *run)
{
    struct state *state = &app->state;
    struct past past;
    struct err none = ERR_INIT;
    state->waits = state->waits && run != NULL;
    if (app->engine == NULL || app->engine->find == NULL || app->engine->find(app->state_dir, run, &past, &none) != 0)
        return;
    past_free(&state->past);
    state->past = past;
    state->waits = true;
}

/* The cursor goes to what stands in the way. */
static void show_refused(struct app *app)
{
    for (size_t i = 0; i < app->model.check_count; i++) {
        if (app->model.checks[i].verdict == CHECK_REFUSED) {
            app->state.check_at = i;
            return;
        }
    }
}

static void job_done(struct app *app, const struct bridge_item *item)
{
    struct state *state = &app->state;
    bool stopped = state->cancelling;
    state->done[item->job < JOB_RUN ? item->job : JOB_RUN] = item->rc == 0 ? JOB_GOOD : JOB_BAD;
    state->job = JOB_NONE;
    state->cancelling = false;
    if (item->rc != 0)
        state->err = item->err;
    if (item->job == JOB_LOOK && item->rc != 0)
        show_refused(app);
    if (item->job == JOB_LOOK && stopped && item->rc != 0)
        state->page = PAGE_HOSTS; /* the person wanted to go back */
    if (item->job == JOB_PLAN && stopped && item->rc != 0)
        state->page = PAGE_CHECKS;
    if (item->job >= JOB_RUN) {
        set_report(app);
        const char *run = app->model.ended ? app->model.run_id : state->past.run;
        if (run != NULL)
            app_see_what_waits(app, run);
        state->result_top = 0;
        state->page = item->job == JOB_RUN && item->rc != 0 && never_began(app) ? PAGE_PLAN : PAGE_RESULT;
        if (state->page == PAGE_PLAN)
            state->done[JOB_RUN] = JOB_NOT_YET;
    }
    if (app->leave_when_done)
        app->leave = true;
}

/* Dialogs. */

void app_ask(struct app *app, enum purpose purpose, enum dialog_kind kind, const char *title, const char *text, const char *expected)
{
    dialog_open(&app->dialog, kind, title, text, expected);
    app->purpose = purpose;
}

static void open_question(struct app *app)
{
    const bool care = app->asking == app->care_bridge;
    ask_open(&app->dialog, &app->question->question, care ? app->state.care.action->title : waits_title(app->state.job, app->model.ended));
    app->purpose = PURPOSE_QUESTION;
}

static void answer_question(struct app *app, enum dialog_end end)
{
    ask_answer(app->asking, &app->dialog, end);
    bridge_item_free(app->question);
    app->question = NULL;
}

static void open_help(struct app *app)
{
    const struct screen *screen = screens[app->state.page];
    const char *topic = screen->topic != NULL ? screen->topic(&app->model, &app->state) : NULL;
    const struct help *page = help_find(screen->help), *closer = help_find(topic);
    char *text = mem_printf("%s%s%s", closer != NULL ? closer->text : "", closer != NULL ? "\nThis page\n" : "",
                            page != NULL ? page->text : "");
    app_ask(app, PURPOSE_HELP, DIALOG_READ, closer != NULL ? closer->title : screen->title, text, NULL);
    free(text);
}

static void ask_cancel(struct app *app)
{
    if (app->state.job == JOB_NONE || app->state.cancelling)
        return;
    app_ask(app, PURPOSE_CANCEL, DIALOG_YES_NO, "Cancel?", waits_cancel_text(app->state.job, app->model.ended), NULL);
}

static void ask_quit(struct app *app)
{
    bool begun = app->model.step != 0;
    if (app->state.job >= JOB_RUN) {
        ask_cancel(app);
        return;
    }
    if (app->state.care.job == JOB_APPLY) {
        app_care_intent(app, &(struct intent){ .kind = INTENT_CANCEL });
        return;
    }
    if (app->state.page >= PAGE_START) { /* nothing was typed that would be lost */
        app->leave = true;
        return;
    }
    app_ask(app, PURPOSE_QUIT, DIALOG_YES_NO, "Leave dualserver?",
            begun ? "The run has ended; what it did stays as it is." : "Nothing has been changed on either server.", NULL);
}

static void leave(struct app *app)
{
    if (app->state.job == JOB_NONE) {
        app->leave = true;
        return;
    }
    app->leave_when_done = true;
    stop(app);
}

static void open_methods(struct app *app)
{
    const struct model *model = &app->model;
    if (app->state.job != JOB_NONE || model->method_count == 0)
        return;
    app_ask(app, PURPOSE_METHOD, DIALOG_CHOICE, "How the data travels",
        "The plan is made anew for the way you take; nothing is changed by choosing.", NULL);
    for (size_t i = 0; i < model->method_count; i++) {
        const struct model_check *method = &model->methods[i];
        char *line = mem_printf("%-10s %s", method->id, method->text);
        dialog_add(&app->dialog, line, method->verdict == CHECK_OK, method->fix != NULL);
        free(line);
    }
}

/* The form shows it too, so that a later look keeps it. */
static void take_method(struct app *app, size_t at)
{
    struct err err = ERR_INIT;
    size_t field = form_index("run", "copy");
    if (at >= app->model.method_count || field == FORM_NONE)
        return;
    const char *answer = app->model.methods[at].why;
    if (answers_set(&app->answers, "run", "copy", answer, 0, &err) != 0) {
        app->state.err = err;
        return;
    }
    field_set(&app->state.form.fields[field], answer);
    app->state.plan_top = 0;
    start(app, JOB_PLAN, PAGE_PLAN);
}

void app_waits(struct app *app, struct past *past)
{
    past_free(&app->state.past);
    app->state.past = *past;
    *past = (struct past){ .folder = NULL };
    app->state.waits = true;
    waits_ask(&app->state, &app->dialog);
    app->purpose = PURPOSE_WAITS;
}

/* Left alone, it is not spoken of again. */
static void take_way(struct app *app, enum dialog_end end, size_t at)
{
    const enum job job = end == DIALOG_YES ? waits_job(&app->state, at) : JOB_NONE;
    if (job != JOB_NONE)
        start_later(app, job);
    else
        app->state.waits = false;
}

static void end_dialog(struct app *app, enum dialog_end end)
{
    enum purpose purpose = app->purpose;
    size_t at = app->dialog.at;
    if (purpose == PURPOSE_QUESTION)
        answer_question(app, end);
    dialog_close(&app->dialog);
    if (purpose == PURPOSE_QUIT && end == DIALOG_YES)
        leave(app);
    if (purpose == PURPOSE_CANCEL && end == DIALOG_YES && app->state.page == PAGE_CARE)
        app_care_stop(app);
    else if (purpose == PURPOSE_CANCEL && end == DIALOG_YES)
        stop(app);
    if (purpose == PURPOSE_OFFER && end == DIALOG_YES)
        app_care_choose(app, at);
    if (purpose == PURPOSE_METHOD && end == DIALOG_YES)
        take_method(app, at);
    if (purpose == PURPOSE_WAITS)
        take_way(app, end, at);
}

/* From outside. */

static void show_result(struct app *app)
{
    set_report(app);
    app->state.result_top = 0;
    app->state.page = PAGE_RESULT;
}

static void take_item(struct app *app, const struct bridge_item *item)
{
    if (item->kind == ITEM_DONE) {
        job_done(app, item);
        return;
    }
    model_apply(&app->model, &item->event, item->at_ms);
    if (item->event.kind == EVENT_RESULT && app->state.job >= JOB_RUN)
        show_result(app); /* what is asked then is asked about it */
}

/* Only one of the bridges has a job at a time. */
static void take_from(struct app *app, struct bridge *bridge)
{
    for (struct bridge_item *item; bridge != NULL && (item = bridge_take(bridge)) != NULL;) {
        if (item->kind == ITEM_QUESTION) {
            app->question = item; /* kept until it is answered */
            app->asking = bridge;
            continue;
        }
        if (bridge == app->care_bridge)
            app_care_take(app, item);
        else
            take_item(app, item);
        bridge_item_free(item);
    }
}

void app_take(struct app *app)
{
    take_from(app, app->bridge);
    take_from(app, app->care_bridge);
    if (app->question != NULL && (app->state.cancelling || app->state.care.cancelling)) {
        if (app->dialog.kind != DIALOG_NONE && app->purpose == PURPOSE_QUESTION)
            dialog_close(&app->dialog);
        bridge_item_free(app->question); /* the bridge has declined it */
        app->question = NULL;
    }
    if (app->question != NULL && app->dialog.kind == DIALOG_NONE)
        open_question(app);
}

static void carry_out(struct app *app, struct intent intent)
{
    if (app_care_intent(app, &intent))
        return;
    switch (intent.kind) {
    case INTENT_LOOK:
        look(app);
        break;
    case INTENT_PLAN:
        if (app->state.done[JOB_PLAN] == JOB_GOOD && app->model.plan != NULL)
            app->state.page = PAGE_PLAN; /* it was made already */
        else
            start(app, JOB_PLAN, PAGE_PLAN);
        break;
    case INTENT_RUN:
        start(app, JOB_RUN, PAGE_RUN);
        break;
    case INTENT_PAGE:
        app->state.page = intent.page;
        break;
    case INTENT_CANCEL:
        ask_cancel(app);
        break;
    case INTENT_STOP:
        stop(app);
        break;
    case INTENT_HELP:
        open_help(app);
        break;
    case INTENT_QUIT:
        ask_quit(app);
        break;
    case INTENT_METHOD:
        open_methods(app);
        break;
    case INTENT_LATER:
        start_later(app, intent.job);
        break;
    case INTENT_LEAVE:
        leave(app);
        break;
    default:
        break;
    }
}

static void page_key(struct app *app, int key)
{
    const struct screen *screen = screens[app->state.page];
    if (screen->text != NULL && screen->text(&app->state, key))
        return;
    const struct binding *binding = screen_binding(screen, &app->state, key);
    if (key == K_CTRL_C || key == K_SIGINT || key == K_F10)
        carry_out(app, (struct intent){ .kind = INTENT_QUIT });
    else if (binding != NULL && binding->action == ACT_HELP)
        carry_out(app, (struct intent){ .kind = INTENT_HELP });
    else if (binding != NULL && binding->action == ACT_QUIT && app->state.page != PAGE_RESULT)
        carry_out(app, (struct intent){ .kind = INTENT_QUIT });
    else if (binding != NULL)
        carry_out(app, screen->act(&app->model, &app->state, binding->action));
}

void app_key(struct app *app, int key)
{
    if (app->dialog.kind == DIALOG_NONE) {
        page_key(app, key);
    } else {
        enum dialog_end end = dialog_key(&app->dialog, key);
        if (end != DIALOG_OPEN)
            end_dialog(app, end);
    }
    if (app->question != NULL && app->dialog.kind == DIALOG_NONE)
        open_question(app);
}

bool app_too_small(struct canvas *canvas)
{
    if (canvas->rows >= APP_ROWS && canvas->cols >= APP_COLS)
        return false;
    canvas_put(canvas, 0, 0, -1, STYLE_STRONG, "dualserver");
    canvas_putf(canvas, 1, 0, -1, STYLE_TEXT, "needs 80x24; this is %dx%d.", canvas->cols, canvas->rows);
    canvas_put(canvas, 2, 0, -1, STYLE_TEXT, "Please enlarge.");
    return true;
}

void app_draw(struct app *app, struct canvas *canvas)
{
    const struct screen *screen = screens[app->state.page];
    canvas_clear(canvas);
    if (app_too_small(canvas))
        return;
    app->state.tick++;
    screen->draw(&app->model, &app->state, canvas);
    screen_frame(screen, &app->state, canvas);
    if (app->dialog.kind != DIALOG_NONE) {
        canvas->cursor_row = canvas->cursor_col = -1;
        dialog_draw(&app->dialog, canvas);
    }
}

static int exit_code(const struct app *app, int signal, struct err *err)
{
    const struct state *state = &app->state;
    if (signal != 0) {
        err_set_detail(err, ERR_SIGNAL, signal, "ended by signal %d", signal);
        if (app->model.step != 0 && !app->model.ok)
            err_hint(err, "`dualserver resume` goes on, `dualserver undo` takes it back");
    } else if (state->done[JOB_RUN] == JOB_GOOD) {
        if (!app->model.ended || app->model.ok)
            return 0;
        err_set(err, ERR_WORLD, "%s", app->model.verdict != NULL ? app->model.verdict : "not proven");
    } else if (state->err.code != ERR_NONE) {
        *err = state->err;
    } else if (state->page >= PAGE_START) {
        return 0; /* each page has told what became of its action */
    } else {
        err_set(err, ERR_CANCELLED, "left before anything was changed");
    }
    return err_exit_code(err);
}

int app_end(struct app *app, int signal, struct err *err)
{
    bridge_close(app->bridge);
    app_care_free(app);
    int code = exit_code(app, signal, err);
    bridge_item_free(app->question);
    dialog_close(&app->dialog);
    form_free(&app->state.form);
    past_free(&app->state.past);
    free(app->state.report);
    field_wipe(&app->state.search);
    model_free(&app->model);
    answers_free(&app->answers);
    free(app->state_dir);
    return code;
}
