/* The wizard's start page, and the commands after set-up. */
#include "app_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/runs.h"
#include "ui/care.h"
#include "ui/start.h"

/* The pair. */

static void say_origin(struct app *app)
{
    struct pair_known *pair = &app->state.pair;
    struct past past;
    free(pair->origin);
    pair->made = app->engine != NULL && app->engine->made != NULL && app->engine->made(app->state_dir, &app->pair, &past);
    if (!pair->made) {
        pair->origin = mem_dup("as the answers have it; no run of this machine has set it up");
        return;
    }
    pair->origin = mem_printf("set up by run %s, %s", past.run, past_state_word(past_state(&past)));
    past_free(&past);
}

static void set_pair(struct app *app, const struct answers *answers)
{
    struct err ignored = ERR_INIT;
    struct answers copy;
    if (app_copy_answers(&copy, answers, &ignored) != 0)
        return;
    answers_free(&app->pair);
    app->pair = copy;
    app->state.pair.known = true;
    say_origin(app);
    if (app->care_bridge != NULL)
        bridge_renew(app->care_bridge);
}

/* That of the answers that were given, else the one that this machine made last; the form begins with it then. */
static void find_pair(struct app *app)
{
    struct err err = ERR_INIT;
    struct answers answers;
    struct past past;
    if (app->answers.master.host != NULL || app->answers.slave.host != NULL) {
        if (answers_check(&app->answers, &err) == 0)
            set_pair(app, &app->answers);
        return;
    }
    if (app->engine == NULL || app->engine->made == NULL || !app->engine->made(app->state_dir, NULL, &past))
        return;
    answers_init(&answers);
    if (answers_parse(&answers, past.run, past.answers, strlen(past.answers), &err) == 0 && answers_check(&answers, &err) == 0) {
        free(answers.file); /* the form's errors speak of its fields, not of a file's lines */
        answers.file = NULL;
        set_pair(app, &answers);
        answers_free(&app->answers);
        app->answers = answers;
        form_free(&app->state.form);
        form_init(&app->state.form, &app->answers);
    } else {
        answers_free(&answers);
    }
    past_free(&past);
}

int app_open_start(struct app *app, const struct bridge_engine *care, struct err *err)
{
    struct state *state = &app->state;
    dialog_close(&app->dialog); /* a run that waits has its lines on the page */
    answers_init(&app->pair);
    state->pair.answers = &app->pair;
    state->start = true;
    state->page = PAGE_START;
    find_pair(app);
    start_home(state);
    if (care == NULL)
        return 0;
    care_prepare();
    app->care_bridge = bridge_open(care, &app->pair, app->state_dir, err);
    return app->care_bridge != NULL ? 0 : -1;
}

/* The page. */

static void forget_offers(struct care_page *page)
{
    for (size_t i = 0; i < page->offer_count; i++) {
        free(page->offers[i].what);
        free(page->offers[i].text);
    }
    free(page->offers);
    page->offers = NULL;
    page->offer_count = 0;
}

static void set_text(char **to, const char *text)
{
    char *copy = mem_dup(text);
    free(*to);
    *to = copy;
}

static void clear_page(struct care_page *page)
{
    forget_offers(page);
    set_text(&page->text, NULL);
    page->top = 0;
    page->pending = page->done = false;
}

static void free_page(struct care_page *page)
{
    clear_page(page);
    free(page->what);
    free(page->asked);
    free(page->doing);
    free(page->notes);
    *page = (struct care_page){ .action = NULL };
}

static void begin(struct app *app, enum job job, const char *about)
{
    struct care_page *page = &app->state.care;
    if (app->care_bridge == NULL)
        return;
    page->job = job;
    page->since_ms = clock_ms();
    page->cancelling = false;
    page->fresh = true;
    set_text(&page->doing, NULL);
    page->progress = page->total = 0;
    set_text(&page->notes, NULL);
    err_clear(&page->err);
    bridge_start_later(app->care_bridge, job, about);
}

/* An earlier set-up of this session is over. */
static void begin_anew(struct app *app)
{
    struct state *state = &app->state;
    model_free(&app->model);
    model_init(&app->model);
    for (enum job job = JOB_NONE; job <= JOB_RUN; job++)
        state->done[job] = JOB_NOT_YET;
    state->ran = JOB_NONE;
    err_clear(&state->err);
    set_text(&state->report, NULL);
    if (app->bridge != NULL)
        bridge_renew(app->bridge);
}

static void open_form(struct app *app, bool pair, const struct care_action *wanted)
{
    struct state *state = &app->state;
    state->pair_form = pair;
    state->wanted = wanted;
    if (!pair && (app->model.step != 0 || app->model.ended))
        begin_anew(app);
    err_clear(&state->form.err);
    state->page = PAGE_HOSTS;
}

static void show(struct app *app, const struct care_action *action, const char *what)
{
    struct care_page *page = &app->state.care;
    if (page->job != JOB_NONE)
        return;
    if (!app->state.pair.known) {
        open_form(app, true, action);
        return;
    }
    if (action->show == NULL) {
        app->away = true;
        return;
    }
    if (page->action != action || app->state.page != PAGE_CARE) {
        const bool from_monitor = page->from_monitor;
        free_page(page);
        page->action = action;
        page->from_monitor = from_monitor;
        care_page_keys(page);
    }
    page->pending = false;
    app->state.page = PAGE_CARE;
    char *asked = mem_dup(what), *about = mem_printf("%s%s%s", action->id, *what != '\0' ? " " : "", what);
    free(page->asked);
    page->asked = asked;
    begin(app, JOB_SHOW, about);
    free(about);
}

void app_care_from_monitor(struct app *app, const struct care_action *action)
{
    app->away = false;
    app->state.care.from_monitor = action != NULL;
    if (action != NULL)
        show(app, action, "");
    else
        app->state.page = PAGE_START;
}

/* After a set-up it is about what that has made. */
static void go_to_start(struct app *app)
{
    struct state *state = &app->state;
    const bool ran = state->page == PAGE_RESULT;
    if (state->page == PAGE_CARE && state->care.from_monitor) {
        app->away = true;
        return;
    }
    if (ran && state->done[JOB_RUN] == JOB_GOOD && app->model.ok && state->ran != JOB_UNDO)
        set_pair(app, &app->answers);
    else if (ran && state->pair.known)
        say_origin(app);
    if (ran)
        app_see_what_waits(app, NULL);
    state->page = PAGE_START;
    state->pair_form = false;
    if (ran)
        start_home(state);
}

void app_care_stop(struct app *app)
{
    struct care_page *page = &app->state.care;
    if (page->job == JOB_NONE || page->cancelling)
        return;
    page->cancelling = true;
    bridge_cancel(app->care_bridge);
}

/* What only looks is stopped at once. */
static void cancel(struct app *app)
{
    if (app->state.care.job == JOB_SHOW)
        app_care_stop(app);
    else if (app->state.care.job == JOB_APPLY && !app->state.care.cancelling)
        app_ask(app, PURPOSE_CANCEL, DIALOG_YES_NO, "Stop?", "The change that is being made is brought to its end; those after it are not made. What was "
                "done stays, and looking again shows how things are.", NULL);
}

static void open_offers(struct app *app)
{
    const struct care_page *page = &app->state.care;
    app_ask(app, PURPOSE_OFFER, DIALOG_CHOICE, page->action->title, "Enter shows what it would do; nothing is changed by choosing.", NULL);
    for (size_t i = 0; i < page->offer_count; i++)
        dialog_add(&app->dialog, page->offers[i].text, true, i == 0);
}

void app_care_choose(struct app *app, size_t at)
{
    const struct care_page *page = &app->state.care;
    if (at >= page->offer_count)
        return;
    char *what = mem_dup(page->offers[at].what);
    show(app, page->action, what);
    free(what);
}

void app_care_take_pair(struct app *app)
{
    const struct care_action *wanted = app->state.wanted;
    set_pair(app, &app->answers);
    app->state.pair_form = false;
    app->state.page = PAGE_START;
    app->state.care.from_monitor = false;
    if (wanted != NULL)
        show(app, wanted, "");
}

bool app_care_intent(struct app *app, const struct intent *intent)
{
    struct state *state = &app->state;
    switch (intent->kind) {
    case INTENT_START:
        go_to_start(app);
        break;
    case INTENT_FORM:
    case INTENT_PAIR:
        open_form(app, intent->kind == INTENT_PAIR, NULL);
        break;
    case INTENT_CARE:
        if (state->page == PAGE_START)
            state->care.from_monitor = false;
        show(app, intent->care, intent->what);
        break;
    case INTENT_CHOOSE:
        open_offers(app);
        break;
    case INTENT_APPLY:
        if (state->care.job == JOB_NONE && state->care.pending)
            begin(app, JOB_APPLY, state->care.action->id);
        break;
    case INTENT_CANCEL:
        if (state->page != PAGE_CARE)
            return false;
        cancel(app);
        break;
    default:
        return false;
    }
    return true;
}

/* What comes from its thread. */

static void add_offer(struct care_page *page, const struct event *event)
{
    page->offers = mem_grow(page->offers, page->offer_count + 1, sizeof *page->offers);
    page->offers[page->offer_count++] = (struct care_offer){ .what = mem_dup(event->why), .text = mem_dup(event->text) };
}

static void take_status(struct care_page *page, const struct event *event)
{
    const bool ours = strcmp(event->id, CARE_SAID) == 0 || strcmp(event->id, CARE_OFFER) == 0;
    if (ours && page->fresh) {
        clear_page(page);
        page->fresh = false;
    }
    if (strcmp(event->id, CARE_SAID) == 0)
        set_text(&page->text, event->text);
    else if (strcmp(event->id, CARE_OFFER) == 0)
        add_offer(page, event);
    else if (strcmp(event->id, CARE_PENDING) == 0)
        page->pending = true;
}

static void set_doing(struct care_page *page, const char *text)
{
    set_text(&page->doing, text);
    page->progress = page->total = 0;
}

/* One that warns is not lost when the page's lines come. */
static void add_note(struct care_page *page, const struct event *event)
{
    const bool warns = event->severity != SEVERITY_INFO, advised = event->fix != NULL && event->fix[0] != '\0';
    char *all = mem_printf("%s%s: %s%s%s\n", page->notes != NULL ? page->notes : "", warns ? "warning" : "note", event->text,
                           advised ? "; " : "", advised ? event->fix : "");
    free(page->notes);
    page->notes = all;
}

static void take_event(struct care_page *page, const struct event *event)
{
    if (event->kind == EVENT_STATUS && event->id != NULL)
        take_status(page, event);
    else if ((event->kind == EVENT_PHASE || event->kind == EVENT_CHANGE) && event->text != NULL)
        set_doing(page, event->text);
    else if (event->kind == EVENT_STEP && event->state == STEP_BEGIN && event->text != NULL)
        set_doing(page, event->text);
    else if (event->kind == EVENT_NOTE && event->text != NULL)
        add_note(page, event);
    else if (event->kind == EVENT_PROGRESS) {
        page->progress = event->done;
        page->total = event->total;
    }
}

static void tell(struct app *app, const struct err *err)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%s\n", err->text);
    if (err->hint[0] != '\0')
        buf_addf(&text, "\nWhat to do: %s\n", err->hint);
    app_ask(app, PURPOSE_HELP, DIALOG_READ, app->state.care.action->title, buf_str(&text), NULL);
    buf_free(&text);
}

/* Declined: it can still be done. Stopped before there was anything to be seen: the person wanted to go back. */
static void job_done(struct app *app, const struct bridge_item *item)
{
    struct care_page *page = &app->state.care;
    const bool stopped = page->cancelling && item->rc != 0, declined = item->job == JOB_APPLY && page->pending && item->rc != 0;
    page->job = JOB_NONE;
    page->cancelling = false;
    if (stopped && item->job == JOB_SHOW)
        err_set(&page->err, ERR_CANCELLED, "it was stopped before its end; what stands here was seen before");
    else if (item->rc != 0 && !declined)
        page->err = item->err;
    if (item->job == JOB_APPLY) {
        page->pending = declined;
        page->done = item->rc == 0;
    } else if (!stopped) {
        if (page->fresh)
            clear_page(page);
        set_text(&page->what, page->asked);
    } else if (page->text == NULL) {
        go_to_start(app);
    }
    if (item->rc != 0 && item->err.code != ERR_CANCELLED && !declined && app->dialog.kind == DIALOG_NONE)
        tell(app, &item->err);
}

void app_care_take(struct app *app, const struct bridge_item *item)
{
    if (item->kind == ITEM_DONE)
        job_done(app, item);
    else
        take_event(&app->state.care, &item->event);
}

void app_care_free(struct app *app)
{
    bridge_close(app->care_bridge);
    app->care_bridge = NULL;
    free_page(&app->state.care);
    free(app->state.pair.origin);
    answers_free(&app->pair);
}
