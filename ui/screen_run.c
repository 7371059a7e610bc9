/* Run: the fourteen steps, the current change, progress, the master's downtime clock, and the log. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "ui/help.h"
#include "ui/keys.h"
#include "ui/screen.h"

static const struct {
    enum glyph glyph;
    enum style mark, text;
    const char *word;
} states[] = {
    [STEP_PENDING] = { GLYPH_WAITING, STYLE_DIM, STYLE_DIM, "" },
    [STEP_BEGIN] = { GLYPH_NOW, STYLE_STRONG, STYLE_STRONG, "" },
    [STEP_DONE] = { GLYPH_OK, STYLE_OK, STYLE_TEXT, "" },
    [STEP_SKIPPED] = { GLYPH_SKIPPED, STYLE_DIM, STYLE_TEXT, "as is" },
    [STEP_FAILED] = { GLYPH_ERROR, STYLE_ERROR, STYLE_ERROR, "failed" },
    [STEP_UNDONE] = { GLYPH_UNDONE, STYLE_WARNING, STYLE_TEXT, "undone" },
};

static void draw_downtime(const struct model *model, const struct state *state, struct canvas *canvas)
{
    struct buf text = BUF_INIT;
    if (model->master_down) {
        uint64_t ms = state->now_ms > model->down_since_ms ? state->now_ms - model->down_since_ms : 0;
        buf_adds(&text, "master down ");
        clock_text(&text, ms);
        canvas_put(canvas, 1, 1, -1, STYLE_WARNING, buf_str(&text));
    } else if (model->downtime_ms > 0) {
        buf_adds(&text, "master up again, was down ");
        clock_text(&text, model->downtime_ms);
        canvas_put(canvas, 1, 1, -1, STYLE_OK, buf_str(&text));
    } else {
        buf_adds(&text, "master up");
        canvas_put(canvas, 1, 1, -1, STYLE_TEXT, buf_str(&text));
    }
    buf_free(&text);
}

static void draw_elapsed(const struct model *model, const struct state *state, struct canvas *canvas)
{
    struct buf text = BUF_INIT;
    static const char *const doing[] = {
        [JOB_RUN] = "running, ", [JOB_RESUME] = "going on, ", [JOB_UNDO] = "taking back, ", [JOB_ACCEPT] = "letting go, ",
    };
    bool busy = screen_job(state, JOB_RUN) == JOB_BUSY;
    if (busy)
        buf_addf(&text, "%s ", screen_spinner(state, canvas));
    buf_adds(&text, state->cancelling ? "stopping safely, " : busy ? doing[state->job] : "ended, ");
    clock_text(&text, busy ? state->now_ms - state->job_since_ms : model->total_ms);
    canvas_right(canvas, 1, 36, canvas->cols - 37, state->cancelling ? STYLE_WARNING : STYLE_DIM, buf_str(&text));
    buf_free(&text);
}

static void draw_step(const struct model *model, struct canvas *canvas, int step, int row, int col, int width)
{
    const struct help *help = help_find(help_step_id(step));
    enum step_state state = model->steps[step - 1].state;
    canvas_putf(canvas, row, col, 2, states[state].text, "%2d", step);
    canvas_put(canvas, row, col + 3, 1, states[state].mark, canvas_glyph(canvas, states[state].glyph));
    canvas_put(canvas, row, col + 5, width - 14, states[state].text, help != NULL ? help->title : "");
    struct buf took = BUF_INIT;
    buf_adds(&took, states[state].word);
    if (state == STEP_DONE && model->steps[step - 1].ms == 0)
        buf_adds(&took, "before"); /* of a run that is gone on with */
    else if (state == STEP_DONE)
        clock_text(&took, model->steps[step - 1].ms);
    canvas_right(canvas, row, col + width - 8, 8, states[state].mark == STYLE_OK ? STYLE_DIM : states[state].mark,
                 buf_str(&took));
    buf_free(&took);
}

static void draw_progress(const struct model *model, struct canvas *canvas, int row)
{
    struct buf text = BUF_INIT;
    if (model->total == 0)
        return;
    buf_addf(&text, "%3u%%  ", bar_percent(model->done, model->total));
    quote_size(&text, model->done);
    buf_adds(&text, " of ");
    quote_size(&text, model->total);
    if (model->rate > 0) {
        buf_adds(&text, "  ");
        quote_size(&text, model->rate);
        buf_adds(&text, "/s");
    }
    uint64_t left = time_left_ms(model->done, model->total, model->rate);
    if (left != TIME_UNKNOWN && left > 0) {
        buf_adds(&text, "  ");
        quote_duration(&text, left);
        buf_adds(&text, " left");
    }
    int wide = canvas_width(buf_str(&text)), width = canvas->cols - 4 - wide;
    bar_draw(canvas, row, 1, width, model->done, model->total);
    canvas_put(canvas, row, 3 + (width > 0 ? width : 0), -1, STYLE_TEXT, buf_str(&text));
    buf_free(&text);
}

/* The current step: its title, what it changes now, how far it is; or why it failed. */
static void draw_current(const struct model *model, const struct state *state, struct canvas *canvas, int row)
{
    int width = canvas->cols - 2;
    if (model->step == 0) {
        rule_draw(canvas, row, 1, width, "");
        canvas_put(canvas, row + 1, 1, width, STYLE_DIM, model->phase_text);
        return;
    }
    const struct help *help = help_find(help_step_id(model->step));
    char *title = mem_printf("%d of %d  %s", model->step, MODEL_STEPS, help != NULL ? help->title : "");
    rule_draw(canvas, row, 1, width, title);
    free(title);
    const char *failed = model->steps[model->step - 1].state == STEP_FAILED ? model->steps[model->step - 1].text : NULL;
    if (failed != NULL)
        canvas_put(canvas, row + 1, 1, width, STYLE_ERROR, failed);
    else if (model->change != NULL)
        canvas_put(canvas, row + 1, 1, width, STYLE_TEXT, model->change);
    else if (screen_job(state, JOB_RUN) == JOB_BUSY)
        canvas_put(canvas, row + 1, 1, width, STYLE_DIM, model->phase_text);
    draw_progress(model, canvas, row + 2);
}

static enum style log_style(const char *line)
{
    return strncmp(line, "warning", 7) == 0 ? STYLE_WARNING : strncmp(line, "error", 5) == 0 ? STYLE_ERROR : STYLE_DIM;
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    int half = MODEL_STEPS / 2, width = (canvas->cols - 4) / 2;
    draw_elapsed(model, state, canvas);
    draw_downtime(model, state, canvas);
    for (int step = 1; step <= MODEL_STEPS; step++) {
        int right = step > half;
        draw_step(model, canvas, step, 3 + (step - 1) % half, 1 + right * (width + 2), width);
    }
    draw_current(model, state, canvas, 11);
    rule_draw(canvas, 14, 1, canvas->cols - 2, "Log");
    int rows = canvas->rows - 16; /* newest at the bottom */
    for (int i = 0; i < rows; i++) {
        size_t newest = model->log_count > (size_t)rows ? (size_t)(rows - 1 - i) : model->log_count - 1 - (size_t)i;
        const char *line = (size_t)i < model->log_count ? model_log_line(model, newest) : NULL;
        if (line != NULL)
            canvas_put(canvas, 15 + i, 1, canvas->cols - 2, log_style(line), line);
    }
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    (void)model;
    (void)state;
    switch (action) {
    case ACT_NEXT:
        return (struct intent){ .kind = INTENT_PAGE, .page = PAGE_RESULT };
    case ACT_CANCEL:
        return (struct intent){ .kind = INTENT_CANCEL };
    default:
        return (struct intent){ .kind = INTENT_NONE };
    }
}

static const char *topic(const struct model *model, const struct state *state)
{
    (void)state;
    return model->step > 0 ? help_step_id(model->step) : NULL;
}

static const struct binding bindings[] = {
    { K_ESC, ACT_CANCEL, "cancel", WHEN_BUSY },
    { 'c', ACT_CANCEL, NULL, WHEN_BUSY },
    { 'q', ACT_CANCEL, NULL, WHEN_BUSY },
    { K_ENTER, ACT_NEXT, "result", WHEN_IDLE },
    { K_F1, ACT_HELP, "about this step", 0 },
    { 'q', ACT_QUIT, "quit", WHEN_IDLE },
};

const struct screen screen_run = {
    .title = "Run", .help = "page-run", BINDINGS(bindings), .draw = draw, .act = act, .topic = topic,
};
