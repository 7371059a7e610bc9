/* Hosts: the answers as a form: the most important ones side by side, or all of them in a list with their help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/form.h"
#include "ui/keys.h"
#include "ui/screen.h"

static bool is_choice(const struct answers_key *key)
{
    return strchr(key->values, '|') != NULL;
}

static void draw_value(const struct form *form, size_t index, struct canvas *canvas, int row, int col, int width)
{
    const struct answers_key *key = form_key(index);
    const struct field *field = &form->fields[index];
    bool on = index == form->at;
    if (is_choice(key)) {
        canvas_putf(canvas, row, col, width, on ? STYLE_SELECTED : STYLE_TEXT, "%s %s %s", canvas_glyph(canvas, GLYPH_LESS),
                    field->text, canvas_glyph(canvas, GLYPH_MORE));
        if (on) {
            canvas->cursor_row = row;
            canvas->cursor_col = col;
        }
        return;
    }
    field_draw(canvas, row, col, width, field, on);
    if (field->len == 0 && key->fallback != NULL)
        canvas_put(canvas, row, col + on, width - on, STYLE_DIM, key->fallback);
}

/* The short form. */

static void draw_short(const struct form *form, struct canvas *canvas)
{
    static const char *const headings[] = { "Master", "Slave" };
    int half = (canvas->cols - 4) / 2;
    for (int side = 0; side < 2; side++)
        rule_draw(canvas, 2, 1 + side * (half + 2), half, headings[side]);
    rule_draw(canvas, 11, 1, canvas->cols - 2, "Data");
    for (size_t i = 0; i < form_cell_count; i++) {
        const struct form_cell *cell = &form_cells[i];
        size_t index = form_index(cell->section, cell->key);
        if (index == FORM_NONE)
            continue;
        int col = 1 + cell->col * (half + 2);
        int row = cell->row < 8 ? 3 + cell->row : 4 + cell->row;
        canvas_put(canvas, row, col + 1, 10, index == form->at ? STYLE_STRONG : STYLE_TEXT, cell->label);
        draw_value(form, index, canvas, row, col + 12, half - 12);
    }
}

/* All keys. */

static void draw_all(struct form *form, struct state *state, struct canvas *canvas)
{
    state->rows = canvas->rows - 8;
    form->top = lines_follow(form->top, form->at, state->rows > 0 ? (size_t)state->rows : 0, form->count);
    rule_draw(canvas, 2, 1, canvas->cols - 2, "All answers");
    if (state->rows > 0)
        lines_where(canvas, 1, 1, canvas->cols - 2, STYLE_DIM, form->top, (size_t)state->rows, form->count);
    for (int i = 0; i < state->rows && form->top + (size_t)i < form->count; i++) {
        size_t index = form->top + (size_t)i;
        const struct answers_key *key = form_key(index);
        enum style style = index == form->at ? STYLE_STRONG : STYLE_TEXT;
        bool first = i == 0 || strcmp(key->section, form_key(index - 1)->section) != 0;
        canvas_put(canvas, 3 + i, 1, 12, STYLE_HEADING, first ? key->section : "");
        canvas_put(canvas, 3 + i, 14, 19, style, key->key);
        draw_value(form, index, canvas, 3 + i, 34, canvas->cols - 35);
    }
}

static void draw_foot(const struct form *form, struct canvas *canvas)
{
    struct lines lines = LINES_INIT;
    const struct answers_key *key = form_key(form->at);
    int width = canvas->cols - 2;
    size_t top = 0;
    int row = canvas->rows - 5;
    rule_draw(canvas, row, 1, width, "");
    char *help = mem_printf("%s / %s: %s", key->section, key->key, key->help);
    lines_wrap(&lines, STYLE_DIM, width, 2, help);
    free(help);
    if (form->err.code != ERR_NONE) {
        lines_wrap(&lines, STYLE_ERROR, width, 2, form->err.text);
        lines_wrap(&lines, STYLE_TEXT, width, 2, form->err.hint);
    }
    lines_draw(canvas, row + 1, 1, 3, width, &lines, &top);
    lines_free(&lines);
}

static void draw(const struct model *model, struct state *state, struct canvas *canvas)
{
    struct form *form = &state->form;
    (void)model;
    if (form->all)
        draw_all(form, state, canvas);
    else
        draw_short(form, canvas);
    draw_foot(form, canvas);
}

static struct intent act(const struct model *model, struct state *state, enum action action)
{
    struct form *form = &state->form;
    (void)model;
    switch (action) {
    case ACT_NEXT:
        return (struct intent){ .kind = INTENT_LOOK };
    case ACT_BACK:
        if (!form->all)
            return (struct intent){ .kind = state->start ? INTENT_START : INTENT_QUIT };
        form_show_all(form, false);
        break;
    case ACT_SWITCH:
        form_show_all(form, !form->all);
        break;
    case ACT_LEFT:
    case ACT_RIGHT:
        form_choose(form, action == ACT_RIGHT ? 1 : -1);
        break;
    default:
        form_move(form, action, state->rows);
    }
    return (struct intent){ .kind = INTENT_NONE };
}

static bool text(struct state *state, int key)
{
    struct form *form = &state->form;
    if (is_choice(form_key(form->at)))
        return form_choose_letter(form, key);
    if (!field_key(&form->fields[form->at], key))
        return false;
    err_clear(&form->err);
    return true;
}

static const struct binding bindings[] = {
    { K_ENTER, ACT_NEXT, "look at the hosts", WHEN_SETUP },
    { K_ENTER, ACT_NEXT, "use these servers", WHEN_PAIR },
    { K_TAB, ACT_DOWN, "next", 0 },
    { K_F2, ACT_SWITCH, "all answers", 0 },
    { K_F1, ACT_HELP, "help", 0 },
    { K_F10, ACT_QUIT, "quit", WHEN_ALONE },
    { K_ESC, ACT_BACK, "start", WHEN_START },
    { K_F10, ACT_QUIT, NULL, 0 },
    { K_ESC, ACT_BACK, NULL, 0 },
    { 'q', ACT_QUIT, NULL, 0 },
    { K_SPACE, ACT_RIGHT, NULL, 0 },
    { K_LEFT, ACT_LEFT, NULL, 0 },
    { K_RIGHT, ACT_RIGHT, NULL, 0 },
    { K_BACK_TAB, ACT_UP, NULL, 0 },
    { K_UP, ACT_UP, NULL, 0 },
    { K_DOWN, ACT_DOWN, NULL, 0 },
    { K_WHEEL_UP, ACT_UP, NULL, 0 },
    { K_WHEEL_DOWN, ACT_DOWN, NULL, 0 },
    { K_PAGE_UP, ACT_PAGE_UP, NULL, 0 },
    { K_PAGE_DOWN, ACT_PAGE_DOWN, NULL, 0 },
    { K_HOME, ACT_TOP, NULL, 0 },
    { K_END, ACT_END, NULL, 0 },
};

const struct screen screen_hosts = {
    .title = "Hosts", .help = "page-hosts", BINDINGS(bindings), .draw = draw, .act = act, .text = text,
};
