/* Plan: every change that will be made, as text with its diffs. */
#define _GNU_SOURCE 1 /* strcasestr */

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/quote.h"
#include "ui/keys.h"
#include "ui/screen.h"

/* How plan_render() begins its lines; the first that fits counts. */
static const struct {
    const char *begin;
    enum style style;
} marks[] = {
    { "      +", STYLE_ADDED },  { "      -", STYLE_REMOVED }, { "      @@", STYLE_DIM }, { "      ", STYLE_TEXT },
    { "  ! ", STYLE_WARNING },   { "  * ", STYLE_STRONG },     { "    why:", STYLE_DIM }, { "    undo:", STYLE_DIM },
    { " ", STYLE_TEXT },
};

enum style plan_line_style(const char *line)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strncmp(line, marks[i].begin, strlen(marks[i].begin)) == 0)
            return marks[i].style;
    return STYLE_HEADING;
}

static void plan_lines(const char *plan, struct lines *lines, int width)
{
    char *copy = mem_dup(plan), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;) {
        int indent = (int)strspn(line, " ") + 4;
        lines_wrap(lines, plan_line_style(line), width, indent < width / 2 ? indent : 0, line);
    }
    free(copy);
}

static void draw_header(const struct model *model, const struct state *state, struct canvas *canvas)
{
    enum job_state job = screen_job(state, JOB_PLAN);
    if (job == JOB_BUSY || model->plan == NULL) {
        if (job == JOB_BUSY)
            canvas_putf(canvas, 1, 1, -1, STYLE_DIM, "%s %s", screen_spinner(state, canvas),
                        model->phase_text != NULL ? model->phase_text : "making the plan");
        return;
    }
    struct buf time = BUF_INIT;
    quote_duration(&time, model->forecast_ms);
    int used = canvas_putf(canvas, 1, 1, -1, STYLE_STRONG, "%llu %s", (unsigned long long)model->plan_changes,
                           model->plan_changes == 1 ? "change" : "changes");
    canvas_putf(canvas, 1, used + 3, -1, STYLE_TEXT, "forecast: the master is down for about %s", buf_str(&time));
    buf_free(&time);
}

static void draw_foot(const struct state *state, struct canvas *canvas, int row)
{
    if (state->searching) {
        canvas_put(canvas, row, 1, 1, STYLE_STRONG, "/");
        field_draw(canvas, row, 2, canvas->cols - 3, &state->search, true);
    } else if (screen_job(state, JOB_PLAN) == JOB_BAD || state->err.code != ERR_NONE) {
        canvas_putf(canvas, row, 1, canvas->cols - 2, STYLE_ERROR, "%s%s%s", state->err.text,
                    state->err.hint[0] != '\0' ? ": " : "", state->err.hint);
    } else {
        canvas_put(canvas, row, 1, -1, STYLE_DIM, "Nothing has been changed yet.");
    }
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    struct lines lines = LINES_INIT;
    int width = canvas->cols - 2;
    state->rows = canvas->rows - 5;
    if (model->plan != NULL)
        plan_lines(model->plan, &lines, width);
    draw_header(model, state, canvas);
    rule_draw(canvas, 2, 1, width, "");
    lines_draw(canvas, 3, 1, state->rows, width, &lines, &state->plan_top);
    if (state->rows > 0)
        lines_where(canvas, 1, 1, width, STYLE_DIM, state->plan_top, (size_t)state->rows, lines.count);
    draw_foot(state, canvas, canvas->rows - 2);
    state->lines = lines.count;
    state->cols = width;
    lines_free(&lines);
}

/* The next line that holds the text searched for, after the first one shown; from the top when there is none below. */
static void search(const struct model *model, struct state *state)
{
    struct lines lines = LINES_INIT;
    if (model->plan == NULL || state->search.len == 0)
        return;
    plan_lines(model->plan, &lines, state->cols);
    for (size_t i = 1; i <= lines.count; i++) {
        size_t at = (state->plan_top + i) % lines.count;
        if (strcasestr(lines.items[at].text, state->search.text) != NULL) {
            state->plan_top = at;
            break;
        }
    }
    lines_free(&lines);
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    switch (action) {
    case ACT_NEXT:
        if (state->searching) {
            state->searching = false;
            search(model, state);
            break;
        }
        return (struct intent){ .kind = INTENT_RUN };
    case ACT_BACK:
        if (state->searching) {
            state->searching = false;
            break;
        }
        return (struct intent){ .kind = INTENT_PAGE, .page = PAGE_CHECKS };
    case ACT_CANCEL:
        return (struct intent){ .kind = INTENT_STOP };
    case ACT_METHOD:
        return (struct intent){ .kind = INTENT_METHOD };
    case ACT_SEARCH:
        state->searching = true;
        field_set(&state->search, "");
        break;
    case ACT_SEARCH_NEXT:
        search(model, state);
        break;
    default:
        screen_scroll(&state->plan_top, action, state->rows, state->lines);
    }
    return (struct intent){ .kind = INTENT_NONE };
}

static bool text(struct state *state, int key)
{
    return state->searching && field_key(&state->search, key);
}

static const struct binding bindings[] = {
    { K_ENTER, ACT_NEXT, "run", WHEN_GOOD },
    { K_ESC, ACT_CANCEL, "stop", WHEN_BUSY },
    { K_ESC, ACT_BACK, "checks", WHEN_IDLE },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, "scroll", 0 },
    { 'm', ACT_METHOD, "method", WHEN_IDLE },
    { '/', ACT_SEARCH, "search", WHEN_IDLE },
    { 'n', ACT_SEARCH_NEXT, NULL, 0 },
    { K_F1, ACT_HELP, "help", 0 },
    { 'q', ACT_QUIT, "quit", 0 },
    SCROLL_KEYS,
};

const struct screen screen_plan = {
    .title = "Plan", .help = "page-plan", BINDINGS(bindings), .draw = draw, .act = act, .text = text,
};
