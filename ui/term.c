#define _XOPEN_SOURCE_EXTENDED 1

#include "ui/term.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/keys.h"
#include "ui/term_lost.h"
#include "ui/theme.h"

static SCREEN *screen;

int term_open(const struct wizard_options *options, struct err *err)
{
    term_lost_keep();
    screen = newterm(NULL, stdout, stdin);
    if (screen == NULL) {
        const char *name = getenv("TERM");
        err_set(err, ERR_USAGE, "the terminal type \"%s\" is not known here", name != NULL ? name : "");
        return err_hint(err, "set TERM, or use `dualserver setup --plain`");
    }
    set_term(screen);
    atexit(term_close);
    term_lost_ready();
    mem_on_exhausted(term_lost);
    set_escdelay(25);
    raw(); /* Ctrl-C is a key: as a signal it would also end ssh's helpers */
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    theme_init(options->color);
    if (options->mouse) {
        mousemask(BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
    return 0;
}

void term_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

/* To put a character into the last place curses (6.4, PutCharLR) goes one column back, and in a terminal of one column takes what lies in
 * memory before the line: there it stays empty. */
static const struct cell *cell_of(const struct canvas *canvas, int row, int col)
{
    static const struct cell empty = { .c = L' ' };
    return canvas->cols == 1 && row == canvas->rows - 1 ? &empty : &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

void term_show(const struct canvas *canvas)
{
    static int rows, cols; /* at the last time */
    term_lost_begin();
    if (canvas->rows != rows || canvas->cols != cols)
        clearok(stdscr, TRUE); /* what a terminal keeps of a larger one nobody knows */
    rows = canvas->rows;
    cols = canvas->cols;
    for (int row = 0; row < canvas->rows; row++) {
        for (int col = 0; col < canvas->cols; col++) {
            const struct cell *cell = cell_of(canvas, row, col);
            wchar_t text[3] = { cell->c, cell->mark, 0 };
            unsigned long attributes;
            short pair;
            cchar_t c;
            if (cell->c == 0)
                continue; /* the wide character before covers it */
            theme_of(cell->style, &attributes, &pair);
            if (setcchar(&c, text, (attr_t)attributes, pair, NULL) == OK)
                mvadd_wch(row, col, &c);
        }
    }
    curs_set(canvas->cursor_row >= 0);
    if (canvas->cursor_row >= 0)
        move(canvas->cursor_row, canvas->cursor_col);
    refresh();
    term_lost_end();
}

void term_leave(void)
{
    endwin();
}

/* The modes are another's now: as if we had left, so that refresh() sets ours. */
void term_again(void)
{
    endwin();
    clearok(stdscr, TRUE);
}

void term_redraw(void)
{
    clearok(stdscr, TRUE);
}

static const struct {
    int curses, key;
} special[] = {
    { KEY_ENTER, K_ENTER }, { KEY_UP, K_UP },         { KEY_DOWN, K_DOWN },           { KEY_LEFT, K_LEFT },
    { KEY_RIGHT, K_RIGHT }, { KEY_HOME, K_HOME },     { KEY_END, K_END },             { KEY_PPAGE, K_PAGE_UP },
    { KEY_NPAGE, K_PAGE_DOWN }, { KEY_BACKSPACE, K_BACKSPACE }, { KEY_DC, K_DELETE }, { KEY_BTAB, K_BACK_TAB },
    { KEY_RESIZE, K_RESIZE }, { KEY_F(1), K_F1 },     { KEY_F(2), K_F2 },             { KEY_F(10), K_F10 },
};

static const struct {
    wint_t c;
    int key;
} characters[] = {
    { '\r', K_ENTER }, { '\n', K_ENTER }, { 27, K_ESC }, { 8, K_BACKSPACE }, { 127, K_BACKSPACE },
};

static int mouse_key(void)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return K_RESIZE;
    return (event.bstate & BUTTON4_PRESSED) != 0 ? K_WHEEL_UP : K_WHEEL_DOWN;
}

int term_key(void)
{
    wint_t c;
    int kind = get_wch(&c);
    if (kind == ERR)
        return K_NONE;
    if (kind == KEY_CODE_YES) {
        if (c == KEY_MOUSE)
            return mouse_key();
        for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
            if ((wint_t)special[i].curses == c)
                return special[i].key;
        return K_RESIZE; /* a key without a meaning: draw again, no more */
    }
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++)
        if (characters[i].c == c)
            return characters[i].key;
    return c == 0 ? K_RESIZE : (int)c;
}

void term_close(void)
{
    if (screen == NULL)
        return;
    endwin();
    delscreen(screen);
    screen = NULL;
    mem_on_exhausted(NULL);
}
