/* replay - plays a script into the screens and prints what they draw.
 *
 *     replay SCRIPT >dump
 *
 * A script's lines: size ROWS COLS | ascii | at MS | answer SECTION KEY VALUE | page NAME | job NAME not-yet|busy|good|bad |
 * error CODE TEXT HINT | cancelling | report PATH | event ... | key NAME... | type TEXT | dialog KIND TITLE TEXT EXPECTED |
 * past STATE (the run that waits) | waits STATE (the same, and its dialog opens) | dump TITLE | styles TITLE |
 * start unknown|given|made (the start page, and what is known of the pair) | care ID WHAT (a command's page, its first look or another) |
 * care-event said|offer|pending|doing|warning WHAT TEXT | care-busy show|apply | care-done show|apply CODE TEXT HINT |
 * monitor sample SIDE TEXT | monitor lost SIDE WHY | monitor paused|dump TITLE|styles TITLE; # begins a comment.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "script.h"
#include "app_room.h"
#include "ui/care.h"
#include "ui/keys.h"
#include "ui/monitor.h"
#include "ui/start.h"

struct play {
    struct monitor_view monitor;
    struct app app;
    struct canvas canvas;
    struct answers answers;
    bool begun;
};

static const char *const pages[] = { "hosts", "checks", "plan", "run", "result", "start", "care", NULL };
static const char *const jobs[] = { "none", "look", "plan", "run", "resume", "undo", "accept", NULL };
static const char *const job_states[] = { "not-yet", "busy", "good", "bad", NULL };
static const char *const dialogs[] = { "none", "read", "yes-no", "word", "password", NULL };
static const char *const key_words[] = { "enter", "esc", "up", "down", "left", "right", "home", "end", "pgup", "pgdn",
                                         "backspace", "delete", "backtab", "f1", "f2", "f10", "tab", NULL };
static const int key_values[] = { K_ENTER, K_ESC, K_UP, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN,
                                  K_BACKSPACE, K_DELETE, K_BACK_TAB, K_F1, K_F2, K_F10, K_TAB };

static const char *want(char **at)
{
    const char *word = script_word(at);
    return word != NULL ? word : "";
}

static void begin(struct play *play)
{
    struct err err = ERR_INIT;
    if (!play->begun && app_init(&play->app, &play->answers, NULL, "/state", &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
    if (!play->begun)
        play->app.state.now_ms = 0;
    play->begun = true;
}

static void dump(struct play *play, const char *title, bool styles)
{
    struct buf text = BUF_INIT;
    play->app.state.tick = 0;
    app_draw(&play->app, &play->canvas);
    printf("=== %s (%dx%d)\n", title, play->canvas.cols, play->canvas.rows);
    if (styles)
        canvas_dump_styles(&play->canvas, &text);
    else
        canvas_dump(&play->canvas, &text);
    fputs(buf_str(&text), stdout);
    buf_free(&text);
}

/* Journals of a run that broke off, and what makes them others. */
#define BEGUN                                                                                                            \
    "{\"t\":\"2026-11-22T18:45:01Z\",\"kind\":\"begin\",\"run\":\"20261122-184501-3f9c\",\"answers\":\"[run]\\ndatabase = billing\\n\","  \
    "\"database\":\"billing\",\"master\":{\"host\":\"db1.example.com\"},\"slave\":{\"host\":\"db2.example.com\"},"             \
    "\"master_folder\":\"/m\",\"slave_folder\":\"/s\"}\n"                                                                \
    "{\"kind\":\"step\",\"step\":6,\"id\":\"ship\",\"state\":\"begin\"}\n"                                               \
    "{\"t\":\"2026-11-22T18:46:10Z\",\"kind\":\"intent\",\"step\":6,\"change\":8,\"server\":\"slave\",\"what\":\"ship\"}\n"
#define ENDED "{\"t\":\"2026-11-22T18:47:00Z\",\"kind\":\"end\",\"ok\":true,\"verdict\":\"proven: db2.example.com is a live slave of db1.example.com\"}\n"
static const char *const past_words[] = { "unfinished", "undoing", "proven", "accepting", "undone", NULL };
static const char *const pasts[] = {
    BEGUN, BEGUN "{\"t\":\"2026-11-22T18:50:00Z\",\"kind\":\"undo\"}\n", BEGUN ENDED, BEGUN ENDED "{\"kind\":\"accepting\"}\n",
    BEGUN "{\"kind\":\"undo\"}\n{\"kind\":\"undone\"}\n",
};

static void set_past(struct play *play, const char *word, bool ask)
{
    const char *text = pasts[script_index(past_words, word)];
    struct past past;
    struct err err = ERR_INIT;
    if (past_parse("/state/runs/20261122-184501-3f9c", text, strlen(text), &past, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
    app_waits(&play->app, &past);
    if (!ask)
        dialog_close(&play->app.dialog);
}

static void setting(struct play *play, const char *verb, char **at)
{
    struct state *state = &play->app.state;
    if (strcmp(verb, "page") == 0) {
        state->page = (enum page)script_index(pages, want(at));
    } else if (strcmp(verb, "job") == 0) {
        enum job job = (enum job)script_index(jobs, want(at));
        enum job_state how = (enum job_state)script_index(job_states, want(at));
        state->done[job < JOB_RUN ? job : JOB_RUN] = how == JOB_BUSY ? JOB_NOT_YET : how;
        state->job = how == JOB_BUSY ? job : JOB_NONE;
        if (job >= JOB_RUN)
            state->ran = job;
    } else if (strcmp(verb, "error") == 0) {
        int code = atoi(want(at));
        err_set(&state->err, (enum err_code)code, "%s", want(at));
        err_hint(&state->err, "%s", want(at));
    } else if (strcmp(verb, "past") == 0 || strcmp(verb, "waits") == 0) {
        set_past(play, want(at), *verb == 'w');
    } else if (strcmp(verb, "cancelling") == 0) {
        state->cancelling = true;
    } else if (strcmp(verb, "report") == 0) {
        free(state->report);
        state->report = mem_dup(want(at));
    } else if (strcmp(verb, "at") == 0) {
        state->now_ms = strtoull(want(at), NULL, 10);
    } else {
        fprintf(stderr, "replay: unknown line %s\n", verb);
        exit(2);
    }
}

static const char *const side_words[] = { "master", "slave", NULL };

/* The live screen; `at` counts for it too. */
static void play_monitor(struct play *play, char **at)
{
    struct monitor_view *view = &play->monitor;
    const char *verb = want(at);
    struct buf text = BUF_INIT;
    view->hosts[0] = play->answers.master.host;
    view->hosts[1] = play->answers.slave.host;
    view->database = play->answers.database;
    view->now_ms = play->app.state.now_ms;
    if (strcmp(verb, "sample") == 0) {
        const enum side side = (enum side)script_index(side_words, want(at));
        monitor_apply(view, side, want(at), view->now_ms);
    } else if (strcmp(verb, "lost") == 0) {
        const enum side side = (enum side)script_index(side_words, want(at));
        monitor_lost(view, side, want(at));
    } else if (strcmp(verb, "paused") == 0) {
        view->paused = !view->paused;
    } else {
        monitor_draw(view, &play->canvas);
        printf("=== %s (%dx%d)\n", want(at), play->canvas.cols, play->canvas.rows);
        (*verb == 's' ? canvas_dump_styles : canvas_dump)(&play->canvas, &text);
        fputs(buf_str(&text), stdout);
    }
    buf_free(&text);
}

/* As the wizard's start does it, without the state folder's files. */
static void play_start(struct play *play, const char *word)
{
    static const char *const words[] = { "unknown", "given", "made", NULL };
    struct pair_known *pair = &play->app.state.pair;
    struct err err = ERR_INIT;
    const int known = script_index(words, word);
    answers_free(&play->app.pair);
    app_open_start(&play->app, NULL, &err);
    pair->known = known > 0;
    pair->made = known == 2;
    free(pair->origin);
    pair->origin = mem_dup(pair->made ? "set up by run 20261122-184501-3f9c, proven" : "as the answers have it; no run of this machine has set it up");
    start_home(&play->app.state);
}

static const struct care_action *care_named(const char *id)
{
    for (size_t i = 0; i < care_action_count; i++)
        if (strcmp(care_actions[i]->id, id) == 0)
            return care_actions[i];
    fprintf(stderr, "replay: no action %s\n", id);
    exit(2);
}

/* The page, with what its thread would send. */
static void play_care(struct play *play, const char *verb, char **at)
{
    static const char *const kinds[] = { "said", "offer", "pending", "doing", "warning", NULL };
    static const char *const ids[] = { CARE_SAID, CARE_OFFER, CARE_PENDING, NULL, NULL };
    static const char *const job_words[] = { "show", "apply", NULL };
    struct care_page *page = &play->app.state.care;
    if (strcmp(verb, "care") == 0) {
        const struct care_action *action = care_named(want(at));
        page->action = action;
        care_page_keys(page);
        free(page->what);
        page->what = mem_dup(want(at));
        free(page->asked);
        page->asked = mem_dup(page->what);
        play->app.state.page = PAGE_CARE;
    } else if (strcmp(verb, "care-event") == 0) {
        const int kind = script_index(kinds, want(at));
        struct bridge_item item = { .kind = ITEM_EVENT };
        item.event.kind = kind == 3 ? EVENT_CHANGE : kind == 4 ? EVENT_NOTE : EVENT_STATUS;
        item.event.id = ids[kind];
        item.event.severity = SEVERITY_WARNING;
        item.event.why = want(at);
        item.event.text = want(at);
        app_care_take(&play->app, &item);
    } else if (strcmp(verb, "care-busy") == 0) {
        page->job = script_index(job_words, want(at)) == 0 ? JOB_SHOW : JOB_APPLY;
        page->since_ms = play->app.state.now_ms;
        page->fresh = true;
        err_clear(&page->err);
        free(page->notes);
        page->notes = NULL;
    } else {
        struct bridge_item item = { .kind = ITEM_DONE, .job = script_index(job_words, want(at)) == 0 ? JOB_SHOW : JOB_APPLY };
        const int code = atoi(want(at));
        item.rc = code == 0 ? 0 : -1;
        if (code != 0) {
            err_set(&item.err, (enum err_code)code, "%s", want(at));
            err_hint(&item.err, "%s", want(at));
        }
        app_care_take(&play->app, &item);
    }
}

static void act(struct play *play, const char *verb, char **at)
{
    struct app *app = &play->app;
    begin(play);
    if (strcmp(verb, "event") == 0) {
        struct event event = script_event(*at);
        model_apply(&app->model, &event, app->state.now_ms);
    } else if (strcmp(verb, "key") == 0) {
        for (char *word; (word = script_word(at)) != NULL;)
            app_key(app, word[1] == '\0' ? (unsigned char)word[0] : key_values[script_index(key_words, word)]);
    } else if (strcmp(verb, "type") == 0) {
        const char *text = want(at);
        size_t left = strlen(text);
        for (wchar_t c; (c = canvas_next(&text, &left)) != 0;)
            app_key(app, (int)c);
    } else if (strcmp(verb, "dialog") == 0) {
        enum dialog_kind kind = (enum dialog_kind)script_index(dialogs, want(at));
        const char *title = want(at), *text = want(at), *expected = want(at);
        dialog_open(&app->dialog, kind, title, text, expected);
        app->purpose = PURPOSE_HELP;
    } else if (strcmp(verb, "start") == 0) {
        play_start(play, want(at));
    } else if (strncmp(verb, "care", 4) == 0) {
        play_care(play, verb, at);
    } else if (strcmp(verb, "monitor") == 0) {
        play_monitor(play, at);
    } else if (strcmp(verb, "dump") == 0 || strcmp(verb, "styles") == 0) {
        dump(play, want(at), *verb == 's');
    } else {
        setting(play, verb, at);
    }
}

static void play_line(struct play *play, char *line)
{
    struct err err = ERR_INIT;
    char *at = line;
    char *verb = script_word(&at);
    if (verb == NULL || *verb == '#')
        return;
    if (strcmp(verb, "size") == 0) {
        int rows = atoi(want(&at));
        canvas_resize(&play->canvas, rows, atoi(want(&at)));
    } else if (strcmp(verb, "ascii") == 0) {
        play->canvas.ascii = true;
    } else if (strcmp(verb, "answer") == 0) {
        const char *section = want(&at), *key = want(&at);
        if (answers_set(&play->answers, section, key, want(&at), 0, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            exit(2);
        }
    } else {
        act(play, verb, &at);
    }
}

int main(int argc, char **argv)
{
    struct play play = { .begun = false };
    struct err err = ERR_INIT;
    char line[8192];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL || setlocale(LC_ALL, "C.UTF-8") == NULL) {
        fputs("usage: replay SCRIPT, where the locale C.UTF-8 is known\n", stderr);
        return 2;
    }
    answers_init(&play.answers);
    canvas_init(&play.canvas, 24, 80, false);
    while (fgets(line, sizeof line, file) != NULL)
        play_line(&play, line);
    fclose(file);
    begin(&play);
    app_end(&play.app, 0, &err);
    monitor_view_free(&play.monitor);
    answers_free(&play.answers);
    canvas_free(&play.canvas);
    return 0;
}
