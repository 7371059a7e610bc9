/* A command after set-up: what it says, and the keys that its action has. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/care.h"
#include "ui/keys.h"
#include "ui/screen.h"

/* How the lines of check, billing, maintain and troubleshoot begin. indent: of what follows a line that is too long. */
static const struct {
    const char *begin;
    enum style style;
    int indent;
} marks[] = {
    { "critical ", STYLE_ERROR, 31 }, { "warning ", STYLE_WARNING, 31 }, { "unknown ", STYLE_WARNING, 31 }, { "ok     ", STYLE_TEXT, 31 },
    { "warning: ", STYLE_WARNING, 2 }, { "note: ", STYLE_DIM, 2 },
    { "FAILED ", STYLE_ERROR, 15 },   { "ok  ", STYLE_TEXT, 15 },
    { "DUALSERVER OK", STYLE_OK, 2 }, { "DUALSERVER CRITICAL", STYLE_ERROR, 2 }, { "DUALSERVER ", STYLE_WARNING, 2 },
    { "OK: ", STYLE_OK, 2 },          { "done: ", STYLE_OK, 2 },         { "nothing to do", STYLE_OK, 2 },  { "SICK: ", STYLE_ERROR, 2 },
    { "ODD: ", STYLE_WARNING, 2 },    { "First of all", STYLE_WARNING, 2 }, { "-> ", STYLE_STRONG, 4 },
    { "    seen: ", STYLE_TEXT, 12 }, { "    means: ", STYLE_TEXT, 12 }, { "    safe: ", STYLE_TEXT, 12 },
    { "    fix: ", STYLE_STRONG, 27 }, { "    or: ", STYLE_STRONG, 27 }, { "  goes ", STYLE_WARNING, 8 },   { "  stays ", STYLE_TEXT, 8 },
    { "  known ", STYLE_TEXT, 8 },    { "  ????? ", STYLE_ERROR, 8 },
};

static void add_line(struct lines *lines, int width, const char *line)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strncmp(line, marks[i].begin, strlen(marks[i].begin)) == 0) {
            lines_wrap(lines, marks[i].style, width, marks[i].indent, line);
            return;
        }
    const int blanks = (int)strspn(line, " ");
    const bool plain = blanks == 0 || (blanks > 8 && strncmp(line + blanks, "do: ", 4) != 0);
    lines_wrap(lines, plain ? STYLE_TEXT : blanks > 8 ? STYLE_DIM : plan_line_style(line), width, blanks < width / 2 ? blanks + 4 : 0, line);
}

static void add_text(struct lines *lines, int width, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;)
        add_line(lines, width, line);
    free(copy);
}

/* What went wrong stands above all else. */
static void add_error(struct lines *lines, int width, const struct err *err)
{
    if (err->code == ERR_NONE)
        return;
    lines_wrap(lines, err->code == ERR_CANCELLED ? STYLE_WARNING : STYLE_ERROR, width, 2, err->text);
    if (err->hint[0] != '\0') {
        char *hint = mem_printf("do: %s", err->hint);
        lines_wrap(lines, STYLE_TEXT, width, 4, hint);
        free(hint);
    }
    lines_add(lines, STYLE_TEXT, "");
}

static void draw_failure(struct canvas *canvas, enum err_code code)
{
    const bool calm = code == ERR_CANCELLED || code == ERR_REFUSED;
    canvas_put(canvas, 1, 1, -1, calm ? STYLE_WARNING : STYLE_ERROR, code == ERR_CANCELLED ? "Stopped." : code == ERR_REFUSED ?
               "Refused, for safety: see below." : "It did not work: see below.");
}

static void draw_head(const struct state *state, struct canvas *canvas)
{
    const struct care_page *page = &state->care;
    struct buf since = BUF_INIT;
    if (page->job != JOB_NONE) {
        clock_text(&since, state->now_ms > page->since_ms ? state->now_ms - page->since_ms : 0);
        if (page->total > 0)
            buf_addf(&since, "  %u %%", bar_percent(page->progress, page->total));
        canvas_putf(canvas, 1, 1, canvas->cols - 2, STYLE_DIM, "%s %s  %s", screen_spinner(state, canvas), buf_str(&since),
                    page->cancelling ? "stopping" : page->doing != NULL ? page->doing : page->job == JOB_APPLY ? "at work" : "looking");
    } else if (page->pending) {
        canvas_put(canvas, 1, 1, -1, STYLE_WARNING, "Nothing is changed yet. Enter does it, after one more question.");
    } else if (page->err.code != ERR_NONE) {
        draw_failure(canvas, page->err.code);
    } else if (page->done) {
        canvas_put(canvas, 1, 1, -1, STYLE_OK, "It is done.");
    }
    buf_free(&since);
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    struct care_page *page = &state->care;
    struct lines lines = LINES_INIT;
    const int width = canvas->cols - 2;
    (void)model;
    char *title = mem_printf("master %s   slave %s", state->pair.answers->master.host, state->pair.answers->slave.host);
    draw_head(state, canvas);
    rule_draw(canvas, 2, 1, width, title);
    free(title);
    add_error(&lines, width, &page->err);
    if (page->notes != NULL)
        add_text(&lines, width, page->notes);
    if (page->text != NULL)
        add_text(&lines, width, page->text);
    state->rows = canvas->rows - 4;
    state->lines = lines.count;
    lines_draw(canvas, 3, 1, state->rows, width, &lines, &page->top);
    if (state->rows > 0)
        lines_where(canvas, 1, 1, width, STYLE_DIM, page->top, (size_t)state->rows, lines.count);
    lines_free(&lines);
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    const struct care_page *page = &state->care;
    (void)model;
    if (action >= ACT_WAY) {
        const struct care_way *way = &page->action->ways[action - ACT_WAY];
        if (strcmp(way->what, CARE_CHOOSE) == 0)
            return (struct intent){ .kind = INTENT_CHOOSE };
        return (struct intent){ .kind = INTENT_CARE, .care = page->action, .what = way->what };
    }
    switch (action) {
    case ACT_NEXT:
        return (struct intent){ .kind = INTENT_APPLY };
    case ACT_AGAIN:
        return (struct intent){ .kind = INTENT_CARE, .care = page->action, .what = page->done || page->what == NULL ? "" : page->what };
    case ACT_BACK:
        return (struct intent){ .kind = INTENT_CARE, .care = page->action, .what = "" };
    case ACT_START:
        return (struct intent){ .kind = INTENT_START };
    case ACT_CANCEL:
        return (struct intent){ .kind = INTENT_CANCEL };
    default:
        screen_scroll(&state->care.top, action, state->rows, state->lines);
        return (struct intent){ .kind = INTENT_NONE };
    }
}

static const struct binding first[] = {
    { K_ENTER, ACT_NEXT, "do it", WHEN_PENDING },
    { K_ESC, ACT_CANCEL, "stop", WHEN_BUSY },
    { 'c', ACT_CANCEL, NULL, WHEN_BUSY },
    { 'q', ACT_CANCEL, NULL, WHEN_BUSY },
};
static const struct binding last[] = {
    { 'r', ACT_AGAIN, "look again", WHEN_IDLE },
    { K_ESC, ACT_START, "back", WHEN_FIRST },
    { K_ESC, ACT_BACK, "back", WHEN_FURTHER },
    { 'q', ACT_START, NULL, WHEN_IDLE },
    { K_F1, ACT_HELP, "help", 0 },
    { '?', ACT_HELP, NULL, 0 },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, NULL, 0 },
    SCROLL_KEYS,
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
_Static_assert(COUNT(first) + COUNT(last) + CARE_WAYS <= CARE_KEYS, "all keys have room");

static void add_keys(struct care_page *page, const struct binding *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        page->keys[page->key_count++] = keys[i];
}

/* With five ways there is no room for the name of r. */
void care_page_keys(struct care_page *page)
{
    page->key_count = 0;
    add_keys(page, first, COUNT(first));
    for (int i = 0; i < CARE_WAYS && page->action->ways[i].key != 0; i++) {
        const struct care_way *way = &page->action->ways[i];
        const unsigned when = strcmp(way->what, CARE_CHOOSE) == 0 ? WHEN_OFFERS : WHEN_CALM;
        page->keys[page->key_count++] = (struct binding){ way->key, (enum action)(ACT_WAY + i), way->label, when };
    }
    add_keys(page, last, COUNT(last));
    for (size_t i = 0; i < page->key_count; i++)
        if (page->keys[i].key == 'r' && page->action->ways[CARE_WAYS - 1].key != 0)
            page->keys[i].label = NULL;
}

static size_t keys(const struct state *state, const struct binding **bindings)
{
    *bindings = state->care.keys;
    return state->care.key_count;
}

static const char *topic(const struct model *model, const struct state *state)
{
    (void)model;
    return state->care.action->help;
}

const struct screen screen_care = {
    .title = "Care", .help = "page-care", .keys = keys, .draw = draw, .act = act, .topic = topic,
};
