/* What all pages share: the frame, the key tables, scrolling. */
#include "ui/screen.h"

#include <string.h>

#include "ui/care.h"
#include "ui/keys.h"

const struct screen *const screens[PAGE_COUNT] = {
    [PAGE_HOSTS] = &screen_hosts, [PAGE_CHECKS] = &screen_checks, [PAGE_PLAN] = &screen_plan,
    [PAGE_RUN] = &screen_run,     [PAGE_RESULT] = &screen_result, [PAGE_START] = &screen_start,
    [PAGE_CARE] = &screen_care,
};

#define SETUP_PAGES (PAGE_RESULT + 1)

static const enum job page_jobs[PAGE_COUNT] = {
    [PAGE_HOSTS] = JOB_NONE, [PAGE_CHECKS] = JOB_LOOK, [PAGE_PLAN] = JOB_PLAN, [PAGE_RUN] = JOB_RUN, [PAGE_RESULT] = JOB_RUN,
    [PAGE_START] = JOB_NONE, [PAGE_CARE] = JOB_NONE,
};

enum job_state screen_job(const struct state *state, enum job job)
{
    const enum job busy = state->job > JOB_RUN ? JOB_RUN : state->job;
    return busy != JOB_NONE && busy == job ? JOB_BUSY : state->done[job];
}

unsigned screen_ways(const struct state *state)
{
    static const unsigned ways[] = {
        [PAST_UNFINISHED] = WHEN_RESUME | WHEN_UNDO, [PAST_PROVEN] = WHEN_UNDO | WHEN_ACCEPT,
        [PAST_ACCEPTING] = WHEN_ACCEPT,              [PAST_UNDOING] = WHEN_UNDO,
        [PAST_UNTOUCHED] = 0,                        [PAST_UNDONE] = 0, [PAST_ACCEPTED] = 0,
    };
    return state->waits && state->job == JOB_NONE ? ways[past_state(&state->past)] : 0;
}

static unsigned care_situation(const struct care_page *page)
{
    if (page->job != JOB_NONE)
        return WHEN_BUSY;
    return WHEN_IDLE | (page->pending ? WHEN_PENDING : WHEN_CALM) | (page->offer_count > 0 ? WHEN_OFFERS : 0) |
           (page->what != NULL && page->what[0] == '\0' && !page->done ? WHEN_FIRST : WHEN_FURTHER);
}

static unsigned situation(const struct state *state)
{
    static const unsigned bits[] = {
        [JOB_NOT_YET] = WHEN_IDLE, [JOB_BUSY] = WHEN_BUSY, [JOB_GOOD] = WHEN_GOOD | WHEN_IDLE, [JOB_BAD] = WHEN_BAD | WHEN_IDLE,
    };
    if (state->page == PAGE_CARE)
        return care_situation(&state->care);
    return bits[screen_job(state, page_jobs[state->page])] | screen_ways(state) | (state->start ? WHEN_START : WHEN_ALONE) |
           (state->pair_form ? WHEN_PAIR : WHEN_SETUP);
}

static size_t bindings_of(const struct screen *screen, const struct state *state, const struct binding **bindings)
{
    *bindings = screen->bindings;
    return screen->keys != NULL ? screen->keys(state, bindings) : screen->binding_count;
}

const struct binding *screen_binding(const struct screen *screen, const struct state *state, int key)
{
    unsigned now = situation(state);
    const struct binding *bindings;
    const size_t count = bindings_of(screen, state, &bindings);
    for (size_t i = 0; i < count; i++) {
        const struct binding *binding = &bindings[i];
        if (binding->key == key && (binding->when == 0 || (binding->when & now) != 0))
            return binding;
    }
    return NULL;
}

static const struct {
    int key;
    const char *name;
} key_names[] = {
    { K_ENTER, "Enter" }, { K_ESC, "Esc" },       { K_TAB, "Tab" },           { K_F1, "F1" },
    { K_F2, "F2" },       { K_F10, "F10" },       { K_PAGE_DOWN, "PgDn" },    { K_UP, "Up/Down" },
    { K_DOWN, "Down" },   { K_SPACE, "Space" },   { K_LEFT, "Left/Right" },
};

static int draw_key_name(struct canvas *canvas, int row, int col, int key)
{
    char one[2] = { (char)key, '\0' };
    const char *name = one;
    for (size_t i = 0; i < sizeof key_names / sizeof key_names[0]; i++)
        if (key_names[i].key == key)
            name = key_names[i].name;
    return canvas_put(canvas, row, col, -1, STYLE_STRONG, name);
}

static void draw_keys(const struct screen *screen, const struct state *state, struct canvas *canvas)
{
    int row = canvas->rows - 1, col = 1;
    unsigned now = situation(state);
    const struct binding *bindings;
    const size_t count = bindings_of(screen, state, &bindings);
    canvas_fill(canvas, row, 0, 1, canvas->cols, STYLE_KEYS);
    for (size_t i = 0; i < count; i++) {
        const struct binding *binding = &bindings[i];
        if (binding->label == NULL || (binding->when != 0 && (binding->when & now) == 0))
            continue;
        col += draw_key_name(canvas, row, col, binding->key) + 1;
        col += canvas_put(canvas, row, col, -1, STYLE_KEYS, binding->label) + 3;
    }
}

const char *screen_title(const struct screen *screen, const struct state *state)
{
    if (state->page == PAGE_CARE)
        return state->care.action->title;
    return state->page == PAGE_HOSTS && state->pair_form ? "Which servers?" : screen->title;
}

/* Where we are on the way of a set-up. */
static void draw_way(const struct state *state, struct canvas *canvas)
{
    if (canvas->cols >= 60) {
        int col = 26;
        for (int page = 0; page < SETUP_PAGES; page++)
            col += canvas_put(canvas, 0, col, -1, STYLE_TITLE,
                              canvas_glyph(canvas, page <= (int)state->page ? GLYPH_BULLET : GLYPH_DOT)) + 1;
    }
    char number[] = { (char)('1' + state->page), '/', (char)('0' + SETUP_PAGES), '\0' };
    canvas_right(canvas, 0, 0, canvas->cols - 1, STYLE_TITLE, number);
}

void screen_frame(const struct screen *screen, const struct state *state, struct canvas *canvas)
{
    canvas_fill(canvas, 0, 0, 1, canvas->cols, STYLE_TITLE);
    canvas_put(canvas, 0, 1, -1, STYLE_TITLE, "dualserver");
    canvas_put(canvas, 0, 13, -1, STYLE_TITLE, screen_title(screen, state));
    if (state->page <= PAGE_RESULT && !state->pair_form)
        draw_way(state, canvas);
    draw_keys(screen, state, canvas);
}

bool screen_scroll(size_t *at, enum action action, int page, size_t count)
{
    size_t step = page > 1 ? (size_t)page - 1 : 1, last = count > 0 ? count - 1 : 0;
    switch (action) {
    case ACT_UP:
        *at -= *at > 0;
        break;
    case ACT_DOWN:
        *at += *at < last;
        break;
    case ACT_PAGE_UP:
        *at -= *at > step ? step : *at;
        break;
    case ACT_PAGE_DOWN:
        *at = *at + step < last ? *at + step : last;
        break;
    case ACT_TOP:
        *at = 0;
        break;
    case ACT_END:
        *at = last;
        break;
    default:
        return false;
    }
    return true;
}

const char *screen_spinner(const struct state *state, const struct canvas *canvas)
{
    static const char *const wide[] = { "⠋", "⠙", "⠸", "⠴", "⠦", "⠇" }, *const ascii[] = { "|", "/", "-", "\\" };
    return canvas->ascii ? ascii[state->tick % 4] : wide[state->tick % 6];
}

static const struct {
    enum glyph glyph;
    enum style style;
    const char *word;
} verdicts[] = {
    [CHECK_OK] = { GLYPH_OK, STYLE_OK, "ok" },
    [CHECK_WARNING] = { GLYPH_WARNING, STYLE_WARNING, "warning" },
    [CHECK_REFUSED] = { GLYPH_ERROR, STYLE_ERROR, "refused" },
};

enum glyph verdict_glyph(enum check_verdict verdict)
{
    return verdicts[verdict].glyph;
}

enum style verdict_style(enum check_verdict verdict)
{
    return verdicts[verdict].style;
}

const char *verdict_word(enum check_verdict verdict)
{
    return verdicts[verdict].word;
}
