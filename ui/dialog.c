#include "ui/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/keys.h"
#include "ui/screen.h"

#define DIALOG_WIDTH 72

static const struct {
    const char *keys;
    int foot; /* lines below the text */
} kinds[] = {
    [DIALOG_NONE] = { "", 0 },
    [DIALOG_READ] = { "Esc close", 2 },
    [DIALOG_YES_NO] = { "", 2 },
    [DIALOG_WORD] = { "Enter go on   Esc no", 4 },
    [DIALOG_PASSWORD] = { "Enter go on   Esc no", 4 },
    [DIALOG_CHOICE] = { "Enter take it   Esc leave it as it is", 2 },
};

void dialog_open(struct dialog *dialog, enum dialog_kind kind, const char *title, const char *text, const char *expected)
{
    dialog_close(dialog);
    dialog->kind = kind;
    dialog->title = mem_dup(title);
    dialog->text = mem_dup(text != NULL ? text : "");
    dialog->expected = mem_dup(expected != NULL ? expected : "");
    dialog->field.hidden = kind == DIALOG_PASSWORD;
}

void dialog_add(struct dialog *dialog, const char *text, bool possible, bool here)
{
    dialog->choices = mem_grow(dialog->choices, dialog->choice_count + 1, sizeof *dialog->choices);
    dialog->choices[dialog->choice_count] = (struct dialog_choice){ .text = mem_dup(text), .possible = possible };
    if (here)
        dialog->at = dialog->choice_count;
    dialog->choice_count++;
}

void dialog_close(struct dialog *dialog)
{
    for (size_t i = 0; i < dialog->choice_count; i++)
        free(dialog->choices[i].text);
    free(dialog->choices);
    free(dialog->title);
    free(dialog->text);
    free(dialog->expected);
    field_wipe(&dialog->field);
    *dialog = (struct dialog){ .kind = DIALOG_NONE };
}

static void draw_field(struct dialog *dialog, struct canvas *canvas, struct area area)
{
    int row = area.row + area.rows - 3;
    if (dialog->wrong)
        canvas_put(canvas, row - 1, area.col, area.cols, STYLE_ERROR, "That is not it.");
    field_draw(canvas, row, area.col, area.cols, &dialog->field, true);
}

static void draw_buttons(const struct dialog *dialog, struct canvas *canvas, struct area area)
{
    int row = area.row + area.rows - 1;
    canvas_put(canvas, row, area.col, area.cols, dialog->yes ? STYLE_DIALOG : STYLE_SELECTED, "[ No ]");
    canvas_put(canvas, row, area.col + 8, area.cols - 8, dialog->yes ? STYLE_SELECTED : STYLE_DIALOG, "[ Yes ]");
}

/* A mark also where there are no colours. */
static void add_choices(const struct dialog *dialog, int width, struct lines *lines)
{
    for (size_t i = 0; i < dialog->choice_count; i++) {
        const struct dialog_choice *choice = &dialog->choices[i];
        char *line = mem_printf("%s %s", i == dialog->at ? ">" : " ", choice->text);
        lines_wrap(lines, i == dialog->at ? STYLE_SELECTED : choice->possible ? STYLE_DIALOG : STYLE_DIM, width, 4, line);
        free(line);
    }
}

void dialog_draw(struct dialog *dialog, struct canvas *canvas)
{
    struct lines lines = LINES_INIT;
    int width = canvas->cols - 4 < DIALOG_WIDTH ? canvas->cols - 4 : DIALOG_WIDTH;
    int foot = kinds[dialog->kind].foot;
    lines_wrap(&lines, STYLE_DIALOG, width - 4, LINES_LABELS, dialog->text);
    add_choices(dialog, width - 4, &lines);
    int wanted = (int)lines.count + foot + 2;
    if (wanted > canvas->rows - 2)
        wanted = canvas->rows - 2;
    struct area area = box_draw(canvas, wanted, width, dialog->title);
    dialog->rows = area.rows - foot;
    dialog->lines = lines.count;
    lines_draw(canvas, area.row, area.col, dialog->rows, area.cols, &lines, &dialog->top);
    int last = area.row + area.rows - 1;
    if (dialog->rows > 0)
        lines_where(canvas, last, area.col, area.cols, STYLE_DIALOG, dialog->top, (size_t)dialog->rows, lines.count);
    if (dialog->kind == DIALOG_YES_NO)
        draw_buttons(dialog, canvas, area);
    else
        canvas_put(canvas, last, area.col, area.cols, STYLE_DIM, kinds[dialog->kind].keys);
    if (foot == 4)
        draw_field(dialog, canvas, area);
    lines_free(&lines);
}

static const struct {
    int key;
    enum action action;
} scroll_keys[] = {
    { K_UP, ACT_UP },           { K_DOWN, ACT_DOWN },           { K_WHEEL_UP, ACT_UP },
    { K_WHEEL_DOWN, ACT_DOWN }, { K_PAGE_UP, ACT_PAGE_UP },     { K_PAGE_DOWN, ACT_PAGE_DOWN },
    { K_SPACE, ACT_PAGE_DOWN }, { K_HOME, ACT_TOP },            { K_END, ACT_END },
};

static void scroll(struct dialog *dialog, int key)
{
    for (size_t i = 0; i < sizeof scroll_keys / sizeof scroll_keys[0]; i++)
        if (scroll_keys[i].key == key)
            screen_scroll(&dialog->top, scroll_keys[i].action, dialog->rows, dialog->lines);
}

static enum dialog_end yes_no_key(struct dialog *dialog, int key)
{
    switch (key) {
    case 'y':
    case 'Y':
        return DIALOG_YES;
    case 'n':
    case 'N':
        return DIALOG_NO;
    case K_LEFT:
    case K_RIGHT:
    case K_TAB:
    case K_BACK_TAB:
        dialog->yes = !dialog->yes;
        break;
    case K_ENTER:
        return dialog->yes ? DIALOG_YES : DIALOG_NO;
    default:
        scroll(dialog, key);
    }
    return DIALOG_OPEN;
}

static enum dialog_end choice_key(struct dialog *dialog, int key)
{
    if (key == K_ENTER)
        return dialog->at < dialog->choice_count && dialog->choices[dialog->at].possible ? DIALOG_YES : DIALOG_OPEN;
    if ((key == K_UP || key == 'k') && dialog->at > 0)
        dialog->at--;
    else if ((key == K_DOWN || key == 'j') && dialog->at + 1 < dialog->choice_count)
        dialog->at++;
    else if (key == K_PAGE_UP || key == K_PAGE_DOWN)
        scroll(dialog, key);
    return DIALOG_OPEN;
}

static enum dialog_end typed_key(struct dialog *dialog, int key)
{
    if (key == K_ENTER) {
        if (dialog->kind == DIALOG_PASSWORD || strcmp(dialog->field.text, dialog->expected) == 0)
            return DIALOG_YES;
        dialog->wrong = true;
    } else if (field_key(&dialog->field, key)) {
        dialog->wrong = false;
    } else {
        scroll(dialog, key);
    }
    return DIALOG_OPEN;
}

enum dialog_end dialog_key(struct dialog *dialog, int key)
{
    if (key == K_ESC || key == K_CTRL_C || key == K_SIGINT)
        return DIALOG_LEFT;
    switch (dialog->kind) {
    case DIALOG_YES_NO:
        return yes_no_key(dialog, key);
    case DIALOG_WORD:
    case DIALOG_PASSWORD:
        return typed_key(dialog, key);
    case DIALOG_CHOICE:
        return choice_key(dialog, key);
    case DIALOG_READ:
        if (key == K_ENTER || key == 'q' || key == K_F1)
            return DIALOG_LEFT;
        scroll(dialog, key);
        break;
    case DIALOG_NONE:
        break;
    }
    return DIALOG_OPEN;
}
