/* canvas.h - an off-screen screen: cells of one character and one style. Screens draw here; term.c puts it on the terminal and
 * the tests dump it. Never holds a control character: what cannot be printed becomes a question mark.
 * Everything clips, so that drawing is safe at any size.
 */
#ifndef DUALSERVER_UI_CANVAS_H
#define DUALSERVER_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>
#include "base/buf.h"

enum style {
    STYLE_TEXT,
    STYLE_DIM,
    STYLE_STRONG,
    STYLE_TITLE,    /* the top line */
    STYLE_KEYS,     /* the bottom line */
    STYLE_HEADING,
    STYLE_OK,
    STYLE_WARNING,
    STYLE_ERROR,
    STYLE_FIELD,
    STYLE_FIELD_ON, /* has the cursor */
    STYLE_SELECTED,
    STYLE_ADDED,    /* a diff's lines */
    STYLE_REMOVED,
    STYLE_BAR,
    STYLE_DIALOG,
    STYLE_COUNT
};

enum glyph {
    GLYPH_OK, GLYPH_WARNING, GLYPH_ERROR, GLYPH_NOW, GLYPH_WAITING, GLYPH_SKIPPED, GLYPH_UNDONE,
    GLYPH_LINE, GLYPH_SIDE, GLYPH_TOP_LEFT, GLYPH_TOP_RIGHT, GLYPH_LOW_LEFT, GLYPH_LOW_RIGHT,
    GLYPH_BAR_FULL, GLYPH_BAR_EMPTY, GLYPH_BULLET, GLYPH_ARROW, GLYPH_UP, GLYPH_DOWN, GLYPH_LESS, GLYPH_MORE, GLYPH_DOT,
    GLYPH_CUT,
    GLYPH_LEVEL_1, GLYPH_LEVEL_2, GLYPH_LEVEL_3, GLYPH_LEVEL_4, GLYPH_LEVEL_5, GLYPH_LEVEL_6, GLYPH_LEVEL_7, GLYPH_LEVEL_8,
    GLYPH_COUNT
};

struct cell {
    wchar_t c;        /* 0: the right half of the wide character before */
    wchar_t mark;     /* one combining character; 0: none */
    unsigned char style;
};

struct canvas {
    int rows, cols;
    bool ascii;
    int cursor_row, cursor_col; /* -1: hidden */
    struct cell *cells;         /* rows * cols */
};

void canvas_init(struct canvas *canvas, int rows, int cols, bool ascii);
void canvas_resize(struct canvas *canvas, int rows, int cols); /* clears */
void canvas_clear(struct canvas *canvas);
/* Puts UTF-8 text within `width` columns (-1: to the right edge); what is too long ends in GLYPH_CUT. Returns the columns used. */
int canvas_put(struct canvas *canvas, int row, int col, int width, enum style style, const char *text);
int canvas_putf(struct canvas *canvas, int row, int col, int width, enum style style, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* The same against the right edge of `width`. */
void canvas_right(struct canvas *canvas, int row, int col, int width, enum style style, const char *text);
void canvas_fill(struct canvas *canvas, int row, int col, int rows, int cols, enum style style);
void canvas_repeat(struct canvas *canvas, int row, int col, int count, enum style style, enum glyph glyph);
const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph);
/* Columns a text takes. */
int canvas_width(const char *text);
/* Reads one character at *at, moves on; never returns a control character ('?' for it and for broken UTF-8); 0 at the end.
 * `left` counts down the bytes. */
wchar_t canvas_next(const char **at, size_t *left);
/* The rows as lines, spaces at their ends cut. */
void canvas_dump(const struct canvas *canvas, struct buf *to);
/* The styles in the same form, one letter a cell ('.' for plain). */
void canvas_dump_styles(const struct canvas *canvas, struct buf *to);
void canvas_free(struct canvas *canvas);

#endif
