#define _GNU_SOURCE 1 /* wcwidth */

#include "ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct {
    const char *wide, *ascii;
} glyphs[GLYPH_COUNT] = {
    [GLYPH_OK] = { "✓", "+" },         [GLYPH_WARNING] = { "!", "!" },    [GLYPH_ERROR] = { "✗", "x" },
    [GLYPH_NOW] = { "▸", ">" },        [GLYPH_WAITING] = { "·", "." },    [GLYPH_SKIPPED] = { "–", "-" },
    [GLYPH_UNDONE] = { "↶", "<" },     [GLYPH_LINE] = { "─", "-" },       [GLYPH_SIDE] = { "│", "|" },
    [GLYPH_TOP_LEFT] = { "╭", "+" },   [GLYPH_TOP_RIGHT] = { "╮", "+" },  [GLYPH_LOW_LEFT] = { "╰", "+" },
    [GLYPH_LOW_RIGHT] = { "╯", "+" },  [GLYPH_BAR_FULL] = { "█", "#" },   [GLYPH_BAR_EMPTY] = { "░", "." },
    [GLYPH_BULLET] = { "•", "*" },     [GLYPH_ARROW] = { "→", ">" },      [GLYPH_UP] = { "↑", "^" },
    [GLYPH_DOWN] = { "↓", "v" },       [GLYPH_LESS] = { "‹", "<" },       [GLYPH_MORE] = { "›", ">" },
    [GLYPH_DOT] = { "·", "-" },        [GLYPH_CUT] = { "…", "~" },
    [GLYPH_LEVEL_1] = { "▁", "_" },    [GLYPH_LEVEL_2] = { "▂", "_" },    [GLYPH_LEVEL_3] = { "▃", "." },
    [GLYPH_LEVEL_4] = { "▄", ":" },    [GLYPH_LEVEL_5] = { "▅", "-" },    [GLYPH_LEVEL_6] = { "▆", "=" },
    [GLYPH_LEVEL_7] = { "▇", "+" },    [GLYPH_LEVEL_8] = { "█", "#" },
};

void canvas_init(struct canvas *canvas, int rows, int cols, bool ascii)
{
    *canvas = (struct canvas){ .ascii = ascii };
    canvas_resize(canvas, rows, cols);
}

void canvas_resize(struct canvas *canvas, int rows, int cols)
{
    canvas->rows = rows > 0 ? rows : 1;
    canvas->cols = cols > 0 ? cols : 1;
    free(canvas->cells);
    canvas->cells = mem_alloc((size_t)canvas->rows * (size_t)canvas->cols * sizeof *canvas->cells);
    canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
    canvas->cursor_row = canvas->cursor_col = -1;
    canvas_fill(canvas, 0, 0, canvas->rows, canvas->cols, STYLE_TEXT);
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){ .rows = 0 };
}

const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph)
{
    return canvas->ascii ? glyphs[glyph].ascii : glyphs[glyph].wide;
}

/* Bytes of a UTF-8 sequence and the smallest value it may carry; 0 for a byte that starts none. */
static size_t sequence(unsigned char first, wchar_t *value, wchar_t *smallest)
{
    static const struct {
        unsigned char mask, lead;
        size_t bytes;
        wchar_t smallest;
    } forms[] = { { 0x80, 0x00, 1, 0 }, { 0xe0, 0xc0, 2, 0x80 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 } };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((first & forms[i].mask) == forms[i].lead) {
            *value = first & (unsigned char)~forms[i].mask;
            *smallest = forms[i].smallest;
            return forms[i].bytes;
        }
    }
    return 0;
}

wchar_t canvas_next(const char **at, size_t *left)
{
    wchar_t value = 0, smallest = 0;
    if (*left == 0)
        return 0;
    size_t bytes = sequence((unsigned char)**at, &value, &smallest);
    size_t used = 1;
    while (used < bytes && used < *left && ((unsigned char)(*at)[used] & 0xc0) == 0x80) {
        value = value << 6 | ((unsigned char)(*at)[used] & 0x3f);
        used++;
    }
    *at += used;
    *left -= used;
    if (value == '\t')
        return L' ';
    bool broken = bytes == 0 || used < bytes || value < smallest || (value >= 0xd800 && value < 0xe000) || value > 0x10ffff;
    bool control = value < 0x20 || (value >= 0x7f && value < 0xa0) || (value >= 0x202a && value <= 0x202e) ||
                   (value >= 0x2066 && value <= 0x2069) || value == 0x2028 || value == 0x2029 || value == 0xfeff;
    return broken || control ? L'?' : value;
}

/* Columns of a character as the C library sees it: what it cannot print takes one and is shown as '?'. */
static int columns(wchar_t *c)
{
    if (*c < 0x7f)
        return 1;
    int width = wcwidth(*c);
    if (width < 0) {
        *c = L'?';
        return 1;
    }
    return width;
}

int canvas_width(const char *text)
{
    int width = 0;
    size_t left = strlen(text);
    for (wchar_t c; (c = canvas_next(&text, &left)) != 0;)
        width += columns(&c);
    return width;
}

static struct cell *cell_at(const struct canvas *canvas, int row, int col)
{
    return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

/* A wide character of which one half is overwritten loses the other. */
static void put_cell(struct canvas *canvas, int row, int col, wchar_t c, int width, enum style style)
{
    struct cell *cell = cell_at(canvas, row, col);
    if (cell->c == 0 && col > 0)
        cell[-1].c = L' ';
    *cell = (struct cell){ .c = c, .style = (unsigned char)style };
    int next = col + 1;
    if (width == 2)
        *cell_at(canvas, row, next++) = (struct cell){ .c = 0, .style = (unsigned char)style };
    if (next < canvas->cols && cell_at(canvas, row, next)->c == 0)
        cell_at(canvas, row, next)->c = L' ';
}

static int put(struct canvas *canvas, int row, int col, int width, enum style style, const char *text)
{
    int used = 0;
    size_t left = strlen(text);
    for (wchar_t c; (c = canvas_next(&text, &left)) != 0;) {
        int wide = columns(&c);
        if (canvas->ascii && c > 0x7e) {
            c = L'?';
            wide = wide == 0 ? 0 : 1;
        }
        if (wide == 0) {
            if (used > 0 && cell_at(canvas, row, col + used - 1)->c != 0)
                cell_at(canvas, row, col + used - 1)->mark = canvas->ascii ? 0 : c;
            continue;
        }
        if (used + wide > width)
            break;
        put_cell(canvas, row, col + used, c, wide, style);
        used += wide;
    }
    return used;
}

int canvas_put(struct canvas *canvas, int row, int col, int width, enum style style, const char *text)
{
    if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols || text == NULL)
        return 0;
    if (width < 0 || width > canvas->cols - col)
        width = canvas->cols - col;
    int wanted = canvas_width(text);
    int used = put(canvas, row, col, width, style, text);
    if (wanted > width && width > 0) {
        /* the last column tells that there is more; a wide character may have left it free */
        while (used < width)
            used += put(canvas, row, col + used, 1, style, " ");
        put(canvas, row, col + width - 1, 1, style, canvas_glyph(canvas, GLYPH_CUT));
    }
    return used;
}

int canvas_putf(struct canvas *canvas, int row, int col, int width, enum style style, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return n < 0 ? 0 : canvas_put(canvas, row, col, width, style, text);
}

void canvas_right(struct canvas *canvas, int row, int col, int width, enum style style, const char *text)
{
    int wanted = canvas_width(text);
    int skip = wanted < width ? width - wanted : 0;
    canvas_put(canvas, row, col + skip, width - skip, style, text);
}

void canvas_fill(struct canvas *canvas, int row, int col, int rows, int cols, enum style style)
{
    for (int y = row < 0 ? 0 : row; y < row + rows && y < canvas->rows; y++)
        for (int x = col < 0 ? 0 : col; x < col + cols && x < canvas->cols; x++)
            put_cell(canvas, y, x, L' ', 1, style);
}

void canvas_repeat(struct canvas *canvas, int row, int col, int count, enum style style, enum glyph glyph)
{
    for (int i = 0; i < count; i++)
        canvas_put(canvas, row, col + i, 1, style, canvas_glyph(canvas, glyph));
}

static void add_utf8(struct buf *to, wchar_t c)
{
    unsigned long u = (unsigned long)c;
    if (u < 0x80) {
        buf_addc(to, (char)u);
    } else if (u < 0x800) {
        buf_addc(to, (char)(0xc0 | u >> 6));
        buf_addc(to, (char)(0x80 | (u & 0x3f)));
    } else if (u < 0x10000) {
        buf_addc(to, (char)(0xe0 | u >> 12));
        buf_addc(to, (char)(0x80 | (u >> 6 & 0x3f)));
        buf_addc(to, (char)(0x80 | (u & 0x3f)));
    } else {
        buf_addc(to, (char)(0xf0 | u >> 18));
        buf_addc(to, (char)(0x80 | (u >> 12 & 0x3f)));
        buf_addc(to, (char)(0x80 | (u >> 6 & 0x3f)));
        buf_addc(to, (char)(0x80 | (u & 0x3f)));
    }
}

void canvas_dump(const struct canvas *canvas, struct buf *to)
{
    for (int row = 0; row < canvas->rows; row++) {
        struct buf line = BUF_INIT;
        for (int col = 0; col < canvas->cols; col++) {
            const struct cell *cell = cell_at(canvas, row, col);
            if (cell->c != 0)
                add_utf8(&line, cell->c);
            if (cell->mark != 0)
                add_utf8(&line, cell->mark);
        }
        buf_trim(&line);
        buf_adds(to, buf_str(&line));
        buf_addc(to, '\n');
        buf_free(&line);
    }
}

void canvas_dump_styles(const struct canvas *canvas, struct buf *to)
{
    static const char letters[STYLE_COUNT + 1] = ".dsTKHoweF_SarBD";
    for (int row = 0; row < canvas->rows; row++) {
        for (int col = 0; col < canvas->cols; col++)
            buf_addc(to, letters[cell_at(canvas, row, col)->style]);
        buf_addc(to, '\n');
    }
}
