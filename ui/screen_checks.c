/* Checks: what was found on both hosts, live; the one with the cursor says why it matters and what to do. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/keys.h"
#include "ui/screen.h"

static size_t count_of(const struct model *model, enum check_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < model->check_count; i++)
        count += model->checks[i].verdict == verdict;
    return count;
}

static void draw_summary(const struct model *model, const struct state *state, struct canvas *canvas)
{
    int col = 1;
    for (enum check_verdict verdict = CHECK_OK; verdict <= CHECK_REFUSED; verdict++) {
        size_t count = count_of(model, verdict);
        col += canvas_putf(canvas, 1, col, -1, count > 0 ? verdict_style(verdict) : STYLE_DIM, "%zu %s%s", count,
                           verdict_word(verdict), verdict == CHECK_WARNING && count != 1 ? "s" : "") + 3;
    }
    if (screen_job(state, JOB_LOOK) != JOB_BUSY)
        return;
    char *text = mem_printf("%s %s", screen_spinner(state, canvas),
                            state->cancelling ? "stopping" : model->phase_text != NULL ? model->phase_text : "looking");
    canvas_right(canvas, 1, col, canvas->cols - col - 1, STYLE_DIM, text);
    free(text);
}

/* What the page says when the look has ended: the error, or what to do now. */
static void verdict_lines(const struct model *model, const struct state *state, struct lines *lines, int width)
{
    size_t refused = count_of(model, CHECK_REFUSED);
    enum job_state look = screen_job(state, JOB_LOOK);
    if (look == JOB_BAD && refused == 0) {
        lines_wrap(lines, STYLE_ERROR, width, 0, state->err.text);
        lines_wrap(lines, STYLE_TEXT, width, 0, state->err.hint);
        lines_add(lines, STYLE_TEXT, "Nothing was changed. r looks again, Esc goes back to the answers.");
    } else if (look == JOB_BAD) {
        char *text = mem_printf("Refused by %zu %s: nothing was changed. Mend it and press r, or Esc for other answers.",
                                refused, refused == 1 ? "check" : "checks");
        lines_wrap(lines, STYLE_ERROR, width, 0, text);
        free(text);
    } else if (look == JOB_GOOD) {
        lines_add(lines, STYLE_OK, "Nothing stands in the way. Enter makes the plan; that changes nothing yet.");
    }
}

static void draw_row(const struct model_check *check, struct canvas *canvas, int row, bool selected)
{
    enum style style = selected ? STYLE_SELECTED : STYLE_TEXT;
    canvas_fill(canvas, row, 0, 1, canvas->cols, style);
    enum style mark = selected ? STYLE_SELECTED : verdict_style(check->verdict);
    canvas_putf(canvas, row, 1, 10, mark, "%s %s", canvas_glyph(canvas, verdict_glyph(check->verdict)),
                verdict_word(check->verdict));
    canvas_put(canvas, row, 12, 19, style, check->id);
    canvas_put(canvas, row, 32, canvas->cols - 33, style, check->text);
}

static void draw_labelled(struct lines *lines, const char *label, const char *text, int width)
{
    if (text == NULL || *text == '\0')
        return;
    char *whole = mem_printf("%-7s%s", label, text);
    lines_wrap(lines, STYLE_TEXT, width, 7, whole);
    free(whole);
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    struct lines below = LINES_INIT, verdict = LINES_INIT;
    int width = canvas->cols - 2;
    size_t none = 0;
    if (state->check_at >= model->check_count)
        state->check_at = model->check_count > 0 ? model->check_count - 1 : 0;
    verdict_lines(model, state, &verdict, width);
    if (model->check_count > 0) {
        const struct model_check *check = &model->checks[state->check_at];
        draw_labelled(&below, "found", check->text, width);
        draw_labelled(&below, "why", check->why, width);
        draw_labelled(&below, "do", check->fix, width);
    }
    draw_summary(model, state, canvas);
    int foot = canvas->rows - 1 - (int)verdict.count;           /* first line of the verdict */
    int space = foot - 3;                                       /* list, rule and details */
    int details = (int)below.count < 6 ? 6 : (int)below.count;
    if (details > space / 2)
        details = space / 2;
    state->rows = space - details - 2;
    state->lines = model->check_count;
    state->check_top = lines_follow(state->check_top, state->check_at, state->rows > 0 ? (size_t)state->rows : 0,
                                    model->check_count);
    for (int i = 0; i < state->rows && state->check_top + (size_t)i < model->check_count; i++)
        draw_row(&model->checks[state->check_top + (size_t)i], canvas, 3 + i, state->check_top + (size_t)i == state->check_at);
    rule_draw(canvas, 3 + state->rows, 1, width, model->check_count > 0 ? model->checks[state->check_at].id : "");
    if (state->rows > 0)
        lines_where(canvas, 3 + state->rows, 1, width, STYLE_DIM, state->check_top, (size_t)state->rows, model->check_count);
    lines_draw(canvas, 4 + state->rows, 1, details, width, &below, &none);
    lines_draw(canvas, foot, 1, (int)verdict.count, width, &verdict, &none);
    lines_free(&below);
    lines_free(&verdict);
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    (void)model;
    switch (action) {
    case ACT_NEXT:
        return (struct intent){ .kind = INTENT_PLAN };
    case ACT_AGAIN:
        return (struct intent){ .kind = INTENT_LOOK };
    case ACT_CANCEL:
        return (struct intent){ .kind = INTENT_STOP };
    case ACT_BACK:
        return (struct intent){ .kind = INTENT_PAGE, .page = PAGE_HOSTS };
    default:
        screen_scroll(&state->check_at, action, state->rows, state->lines);
        return (struct intent){ .kind = INTENT_NONE };
    }
}

static const char *topic(const struct model *model, const struct state *state)
{
    return state->check_at < model->check_count ? model->checks[state->check_at].id : NULL;
}

static const struct binding bindings[] = {
    { K_ENTER, ACT_NEXT, "plan", WHEN_GOOD },
    { K_ESC, ACT_CANCEL, "stop looking", WHEN_BUSY },
    { 'r', ACT_AGAIN, "look again", WHEN_GOOD | WHEN_BAD },
    { K_ESC, ACT_BACK, "answers", WHEN_IDLE },
    { K_F1, ACT_HELP, "help", 0 },
    { 'q', ACT_QUIT, "quit", 0 },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, NULL, 0 },
    SCROLL_KEYS,
};

const struct screen screen_checks = {
    .title = "Checks", .help = "page-checks", BINDINGS(bindings), .draw = draw, .act = act, .topic = topic,
};
