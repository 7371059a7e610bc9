/* Start: what is known (the pair, a run that waits), and what can be done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/runs.h"
#include "ui/care.h"
#include "ui/keys.h"
#include "ui/start.h"

static const struct {
    unsigned when;
    struct start_item item;
} waiting[] = {
    { WHEN_RESUME, { 'r', "Resume", "go on with the run that waits", { .kind = INTENT_LATER, .job = JOB_RESUME } } },
    { WHEN_UNDO, { 'u', "Undo", "take that run back: both servers as before it", { .kind = INTENT_LATER, .job = JOB_UNDO } } },
    { WHEN_ACCEPT, { 'a', "Accept", "let go of the old data that the run has kept", { .kind = INTENT_LATER, .job = JOB_ACCEPT } } },
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

size_t start_items(const struct state *state, struct start_item items[START_MOST])
{
    static const struct start_item set_up = { 's', "Set up a slave", "the 14 steps, proven; nothing is changed unasked", { .kind = INTENT_FORM } };
    static const struct start_item last[] = {
        { 'w', "Other servers", "what is above, for another pair", { .kind = INTENT_PAIR } },
        { 'q', "Quit", "", { .kind = INTENT_LEAVE } },
    };
    size_t count = 0;
    for (size_t i = 0; i < COUNT(waiting); i++)
        if ((waiting[i].when & screen_ways(state)) != 0)
            items[count++] = waiting[i].item;
    items[count++] = set_up;
    for (size_t i = 0; i < care_action_count; i++) {
        const struct care_action *action = care_actions[i];
        items[count++] = (struct start_item){ action->key, action->title, action->means, { .kind = INTENT_CARE, .care = action, .what = "" } };
    }
    for (size_t i = 0; i < COUNT(last); i++)
        items[count++] = last[i];
    return count;
}

/* A run that broke off is gone on with; a pair that is there is looked at; else there is one to be made. */
void start_home(struct state *state)
{
    struct start_item items[START_MOST];
    const size_t count = start_items(state, items);
    const int key = (screen_ways(state) & WHEN_RESUME) != 0 ? 'r' : state->pair.made ? 'c' : 's';
    for (size_t i = 0; i < count; i++)
        if (items[i].key == key)
            state->start_at = i;
}

static int draw_pair(const struct state *state, struct canvas *canvas, int row)
{
    const struct pair_known *pair = &state->pair;
    const int width = canvas->cols - 2;
    rule_draw(canvas, row, 1, width, "The pair");
    if (!pair->known) {
        canvas_put(canvas, row + 1, 1, width, STYLE_STRONG, "No pair is known: no slave was set up from this machine.");
        canvas_put(canvas, row + 2, 1, width, STYLE_TEXT, "Set one up, or name two servers that replicate already: w.");
        return row + 3;
    }
    canvas_putf(canvas, row + 1, 1, width, STYLE_STRONG, "master %s   slave %s   database %s", pair->answers->master.host,
                pair->answers->slave.host, pair->answers->database);
    canvas_put(canvas, row + 2, 1, width, STYLE_DIM, pair->origin);
    return row + 3;
}

static int draw_waits(const struct state *state, struct canvas *canvas, int row)
{
    const struct past *past = &state->past;
    const int width = canvas->cols - 2;
    char step[40] = "";
    if (screen_ways(state) == 0)
        return row;
    if (past->step > 0 && (screen_ways(state) & WHEN_RESUME) != 0)
        (void)snprintf(step, sizeof step, " at step %d of %d", past->step, MODEL_STEPS);
    rule_draw(canvas, row, 1, width, "A run waits");
    canvas_putf(canvas, row + 1, 1, width, STYLE_WARNING, "%s: %s%s, last %s", past->run, past_state_word(past_state(past)), step,
                past->last != NULL ? past->last : "?");
    canvas_putf(canvas, row + 2, 1, width, STYLE_TEXT, "master %s, slave %s, database %s", past->hosts[SIDE_MASTER] != NULL ? past->hosts[SIDE_MASTER] : "?",
                past->hosts[SIDE_SLAVE] != NULL ? past->hosts[SIDE_SLAVE] : "?", past->database != NULL ? past->database : "?");
    if (past->verdict == NULL)
        return row + 3;
    canvas_put(canvas, row + 3, 1, width, STYLE_DIM, past->verdict);
    return row + 4;
}

/* A mark also where there are no colours. */
static void draw_item(const struct start_item *item, struct canvas *canvas, int row, bool on)
{
    const enum style style = on ? STYLE_SELECTED : STYLE_TEXT;
    canvas_fill(canvas, row, 0, 1, canvas->cols, style);
    canvas_put(canvas, row, 1, 1, style, on ? ">" : " ");
    canvas_putf(canvas, row, 3, 1, on ? style : STYLE_STRONG, "%c", item->key);
    canvas_put(canvas, row, 6, 18, style, item->label);
    canvas_put(canvas, row, 25, canvas->cols - 26, on ? style : STYLE_DIM, item->text);
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    struct start_item items[START_MOST];
    const size_t count = start_items(state, items);
    (void)model;
    int row = draw_waits(state, canvas, draw_pair(state, canvas, 2));
    if (row + (int)count + 2 < canvas->rows)
        row++; /* there is room for air */
    rule_draw(canvas, row, 1, canvas->cols - 2, "What to do");
    row++;
    state->rows = canvas->rows - 1 - row;
    state->lines = count;
    if (state->start_at >= count)
        state->start_at = count - 1;
    const size_t top = lines_follow(0, state->start_at, state->rows > 0 ? (size_t)state->rows : 0, count);
    for (int i = 0; i < state->rows && top + (size_t)i < count; i++)
        draw_item(&items[top + (size_t)i], canvas, row + i, top + (size_t)i == state->start_at);
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    struct start_item items[START_MOST];
    const size_t count = start_items(state, items);
    (void)model;
    if (action == ACT_NEXT)
        return items[state->start_at].intent;
    if (action >= ACT_WAY && (size_t)(action - ACT_WAY) < count) {
        state->start_at = (size_t)(action - ACT_WAY);
        return items[state->start_at].intent;
    }
    screen_scroll(&state->start_at, action, state->rows, state->lines);
    return (struct intent){ .kind = INTENT_NONE };
}

static const struct binding fixed[] = {
    { K_ENTER, ACT_NEXT, "take it", 0 },
    { K_UP, ACT_UP, "move", 0 },
    { K_DOWN, ACT_DOWN, NULL, 0 },
    { K_F1, ACT_HELP, "help", 0 },
    { '?', ACT_HELP, NULL, 0 },
    { K_TAB, ACT_DOWN, NULL, 0 },
    { K_BACK_TAB, ACT_UP, NULL, 0 },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, NULL, 0 },
    SCROLL_KEYS,
};

/* Each line has its letter. On the screens' thread only. */
static size_t keys(const struct state *state, const struct binding **bindings)
{
    static struct binding all[COUNT(fixed) + START_MOST];
    struct start_item items[START_MOST];
    const size_t item_count = start_items(state, items);
    memcpy(all, fixed, sizeof fixed);
    size_t count = COUNT(fixed);
    for (size_t i = 0; i < item_count; i++)
        all[count++] = (struct binding){ items[i].key, (enum action)(ACT_WAY + (int)i), items[i].key == 'q' ? "quit" : NULL, 0 };
    *bindings = all;
    return count;
}

const struct screen screen_start = {
    .title = "Start", .help = "page-start", .keys = keys, .draw = draw, .act = act,
};
