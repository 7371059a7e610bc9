/* widgets.h - what the screens are made of. All of it is pure: state in, cells out. */
#ifndef DUALSERVER_UI_WIDGETS_H
#define DUALSERVER_UI_WIDGETS_H

#include <stdint.h>
#include "ui/canvas.h"

/* One line of text being edited, UTF-8. */
#define FIELD_SIZE 512
struct field {
    char text[FIELD_SIZE]; /* always a string */
    size_t len, cursor;    /* bytes; the cursor stands between characters */
    bool hidden;           /* a password: bullets are drawn */
};

void field_set(struct field *field, const char *text); /* what does not fit is cut */
bool field_key(struct field *field, int key);          /* true when the key was the field's */
void field_draw(struct canvas *canvas, int row, int col, int width, const struct field *field, bool on);
void field_wipe(struct field *field);

/* Styled lines, made anew for each drawing. */
struct line {
    enum style style;
    char *text;
};
struct lines {
    struct line *items;
    size_t count;
};

#define LINES_INIT { .items = NULL }

void lines_add(struct lines *lines, enum style style, const char *text);
/* Wraps at blanks to `width` columns; lines after the first begin with `indent` blanks; newlines hold.
 * LINES_LABELS: below the text that follows a label and two blanks or more. */
#define LINES_LABELS (-1)
void lines_wrap(struct lines *lines, enum style style, int width, int indent, const char *text);
void lines_free(struct lines *lines);
/* Draws from line *top, which is first brought into range. */
void lines_draw(struct canvas *canvas, int row, int col, int rows, int width, const struct lines *lines, size_t *top);
/* Row at which line *top.. are: "12-30 of 240" against the right edge, when not all fits. */
void lines_where(struct canvas *canvas, int row, int col, int width, enum style style, size_t top, size_t rows, size_t count);
/* Where to scroll so that line `at` is seen. */
size_t lines_follow(size_t top, size_t at, size_t rows, size_t count);

void bar_draw(struct canvas *canvas, int row, int col, int width, uint64_t done, uint64_t total);
unsigned bar_percent(uint64_t done, uint64_t total); /* 0 to 100; 100 only when all is done */
#define TIME_UNKNOWN UINT64_MAX
uint64_t time_left_ms(uint64_t done, uint64_t total, uint64_t rate);
/* "3.4 s", "1:02 min" for clocks that tick. */
void clock_text(struct buf *to, uint64_t ms);

/* A heading with a line to the right edge. */
void rule_draw(struct canvas *canvas, int row, int col, int width, const char *title);

struct area {
    int row, col, rows, cols;
};
/* A box in the middle with a title; returns its inside. Shrinks to the canvas. */
struct area box_draw(struct canvas *canvas, int rows, int cols, const char *title);

#endif
