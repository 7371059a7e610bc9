/* Result: the verdict, what was proven, the slave's status, and what to do next. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/quote.h"
#include "ui/keys.h"
#include "ui/screen.h"

static void add_fact(struct lines *lines, int width, const char *name, const char *value)
{
    char *text = mem_printf("  %-16s%s", name, value);
    lines_wrap(lines, STYLE_TEXT, width, 4, text); /* a long path stands on a line of its own */
    free(text);
}

static void add_verdict(const struct model *model, const struct state *state, struct canvas *canvas, struct lines *lines,
                        int width)
{
    bool ok = model->ended && model->ok;
    const char *words = model->verdict != NULL ? model->verdict : state->err.code != ERR_NONE ? state->err.text : "ended";
    char *text = mem_printf("%s %s", canvas_glyph(canvas, ok ? GLYPH_OK : GLYPH_ERROR), words);
    lines_wrap(lines, ok ? STYLE_OK : STYLE_ERROR, width, 2, text);
    free(text);
    if (!ok && state->err.code != ERR_NONE && strcmp(words, state->err.text) != 0)
        lines_wrap(lines, STYLE_TEXT, width, 2, state->err.text);
    const char *advice = model->advice != NULL ? model->advice : state->err.hint;
    if (advice[0] != '\0')
        lines_wrap(lines, STYLE_TEXT, width, 0, advice);
}

static void add_facts(const struct model *model, const struct state *state, struct lines *lines, int width)
{
    struct buf downtime = BUF_INIT, shipped = BUF_INIT, total = BUF_INIT;
    quote_duration(&downtime, model->downtime_ms);
    quote_size(&shipped, model->shipped_bytes);
    quote_duration(&total, model->total_ms);
    if (state->ran != JOB_ACCEPT)
        add_fact(lines, width, "master was down", buf_str(&downtime));
    if (state->ran <= JOB_RESUME)
        add_fact(lines, width, "shipped", buf_str(&shipped));
    add_fact(lines, width, "took", buf_str(&total));
    if (model->run_id != NULL)
        add_fact(lines, width, "run", model->run_id);
    if (state->report != NULL)
        add_fact(lines, width, "report", state->report);
    buf_free(&downtime);
    buf_free(&shipped);
    buf_free(&total);
}

static void add_proofs(const struct model *model, struct canvas *canvas, struct lines *lines, int width)
{
    for (size_t i = 0; i < model->proof_count; i++) {
        const struct model_check *proof = &model->proofs[i];
        bool ok = proof->verdict == CHECK_OK;
        char *text = mem_printf("  %s %-14s%s", canvas_glyph(canvas, verdict_glyph(proof->verdict)),
                                ok ? "proven" : proof->verdict == CHECK_WARNING ? "warning" : "NOT PROVEN",
                                proof->text != NULL ? proof->text : proof->id);
        lines_wrap(lines, verdict_style(proof->verdict), width, 18, text);
        free(text);
    }
}

/* The three lines that matter come marked by "-> "; `only_marked` leaves the others out. */
static void add_status(const struct model *model, struct lines *lines, bool only_marked)
{
    char *copy = mem_dup(model->status), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;) {
        bool marked = strncmp(line, "-> ", 3) == 0;
        if (marked || !only_marked)
            lines_add(lines, marked ? STYLE_STRONG : STYLE_DIM, line);
    }
    free(copy);
}

static void add_section(struct lines *lines, const char *title)
{
    lines_add(lines, STYLE_TEXT, "");
    lines_add(lines, STYLE_HEADING, title);
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    struct lines lines = LINES_INIT;
    int width = canvas->cols - 2;
    add_verdict(model, state, canvas, &lines, width);
    if (screen_job(state, JOB_RUN) == JOB_BUSY) {
        char *text = mem_printf("%s %s", screen_spinner(state, canvas), state->cancelling ? "stopping safely" : "not at its end yet");
        lines_add(&lines, STYLE_DIM, text);
        free(text);
    }
    if (model->status != NULL) {
        add_section(&lines, "The slave");
        add_status(model, &lines, true);
    }
    add_section(&lines, "The run");
    add_facts(model, state, &lines, width);
    if (model->proof_count > 0) {
        add_section(&lines, "Proofs");
        add_proofs(model, canvas, &lines, width);
    }
    if (model->notes.count > 0)
        add_section(&lines, "Notes");
    for (size_t i = 0; i < model->notes.count; i++) {
        char *text = mem_printf("  %s", model->notes.items[i]);
        lines_wrap(&lines, strncmp(text, "  note", 6) == 0 ? STYLE_TEXT : STYLE_WARNING, width, 4, text);
        free(text);
    }
    if (model->status != NULL) {
        add_section(&lines, "The slave's whole status");
        add_status(model, &lines, false);
    }
    state->rows = canvas->rows - 4;
    state->lines = lines.count;
    lines_draw(canvas, 2, 1, state->rows, width, &lines, &state->result_top);
    if (state->rows > 0)
        lines_where(canvas, canvas->rows - 2, 1, width, STYLE_DIM, state->result_top, (size_t)state->rows, lines.count);
    lines_free(&lines);
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    (void)model;
    switch (action) {
    case ACT_NEXT:
    case ACT_QUIT:
        return (struct intent){ .kind = INTENT_LEAVE };
    case ACT_BACK:
        return (struct intent){ .kind = INTENT_PAGE, .page = PAGE_RUN };
    case ACT_START:
        return (struct intent){ .kind = state->job == JOB_NONE ? INTENT_START : INTENT_NONE };
    case ACT_RESUME:
        return (struct intent){ .kind = INTENT_LATER, .job = JOB_RESUME };
    case ACT_UNDO:
        return (struct intent){ .kind = INTENT_LATER, .job = JOB_UNDO };
    case ACT_ACCEPT:
        return (struct intent){ .kind = INTENT_LATER, .job = JOB_ACCEPT };
    case ACT_CANCEL:
        return (struct intent){ .kind = INTENT_CANCEL };
    default:
        screen_scroll(&state->result_top, action, state->rows, state->lines);
        return (struct intent){ .kind = INTENT_NONE };
    }
}

static const struct binding bindings[] = {
    { K_ENTER, ACT_NEXT, "leave", WHEN_IDLE },
    { 'r', ACT_RESUME, "resume", WHEN_RESUME },
    { 'u', ACT_UNDO, "undo", WHEN_UNDO },
    { 'a', ACT_ACCEPT, "accept", WHEN_ACCEPT },
    { 's', ACT_START, "start page", WHEN_START },
    { K_ESC, ACT_BACK, "steps and log", 0 },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, "scroll", WHEN_ALONE },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, NULL, 0 },
    { K_F1, ACT_HELP, "help", 0 },
    { 'q', ACT_CANCEL, NULL, WHEN_BUSY },
    { 'q', ACT_QUIT, NULL, 0 }, /* as Enter */
    SCROLL_KEYS,
};

const struct screen screen_result = {
    .title = "Result", .help = "page-result", BINDINGS(bindings), .draw = draw, .act = act,
};
