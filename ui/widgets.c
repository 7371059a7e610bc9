#include "ui/widgets.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

void lines_add(struct lines *lines, enum style style, const char *text)
{
    lines->items = mem_grow(lines->items, lines->count + 1, sizeof *lines->items);
    lines->items[lines->count++] = (struct line){ .style = style, .text = mem_dup(text != NULL ? text : "") };
}

void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->items[i].text);
    free(lines->items);
    *lines = (struct lines)LINES_INIT;
}

/* How many bytes of `text` go on a line of `width` columns; breaks after a blank when there is one past `least`. */
static size_t fit(const char *text, size_t len, int width, size_t least)
{
    size_t used = 0, blank = 0;
    int columns = 0;
    while (used < len) {
        const char *at = text + used;
        size_t left = len - used;
        canvas_next(&at, &left);
        size_t next = len - left;
        char one[8];
        memcpy(one, text + used, next - used);
        one[next - used] = '\0';
        columns += canvas_width(one);
        if (columns > width)
            return blank > least ? blank : used > 0 ? used : next;
        used = next;
        if (text[used - 1] == ' ')
            blank = used;
    }
    return used;
}

static void wrap_line(struct lines *lines, enum style style, int width, int indent, const char *text, size_t len)
{
    size_t lead = strspn(text, " ");
    bool first = true;
    if (len == 0)
        lines_add(lines, style, "");
    while (len > 0) {
        int room = first ? width : width - indent;
        size_t used = fit(text, len, room > 0 ? room : 1, first ? lead : 0);
        char *line = mem_printf("%*s%.*s", first ? 0 : indent, "", (int)used, text);
        lines_add(lines, style, line);
        free(line);
        text += used;
        len -= used;
        while (len > 0 && *text == ' ') {
            text++;
            len--;
        }
        first = false;
    }
}

/* "label     text" goes on below the text; anything else at the margin. */
static int label_indent(const char *text, size_t len)
{
    for (size_t i = 1; i + 1 < len && i < 16; i++)
        if (text[i] == ' ' && text[i - 1] != ' ' && text[i + 1] == ' ')
            return (int)(i + strspn(text + i, " "));
    return 0;
}

void lines_wrap(struct lines *lines, enum style style, int width, int indent, const char *text)
{
    if (text == NULL)
        return;
    for (;;) {
        size_t len = strcspn(text, "\n");
        wrap_line(lines, style, width, indent == LINES_LABELS ? label_indent(text, len) : indent, text, len);
        text += len;
        if (*text == '\0' || text[1] == '\0')
            return;
        text++;
    }
}

void lines_draw(struct canvas *canvas, int row, int col, int rows, int width, const struct lines *lines, size_t *top)
{
    size_t room = rows > 0 ? (size_t)rows : 0;
    if (lines->count <= room)
        *top = 0;
    else if (*top > lines->count - room)
        *top = lines->count - room;
    for (size_t i = 0; i < room && *top + i < lines->count; i++)
        canvas_put(canvas, row + (int)i, col, width, lines->items[*top + i].style, lines->items[*top + i].text);
}

void lines_where(struct canvas *canvas, int row, int col, int width, enum style style, size_t top, size_t rows, size_t count)
{
    if (count <= rows)
        return;
    char *text = mem_printf("%zu-%zu of %zu", top + 1, top + rows < count ? top + rows : count, count);
    canvas_right(canvas, row, col, width, style, text);
    free(text);
}

size_t lines_follow(size_t top, size_t at, size_t rows, size_t count)
{
    if (rows == 0 || count <= rows)
        return 0;
    if (at < top)
        top = at;
    if (at >= top + rows)
        top = at - rows + 1;
    return top > count - rows ? count - rows : top;
}

unsigned bar_percent(uint64_t done, uint64_t total)
{
    if (total == 0)
        return 0;
    if (done >= total)
        return 100;
    unsigned percent = (unsigned)((double)done * 100.0 / (double)total);
    return percent > 99 ? 99 : percent;
}

void bar_draw(struct canvas *canvas, int row, int col, int width, uint64_t done, uint64_t total)
{
    int full = width > 0 ? (int)((unsigned)width * bar_percent(done, total) / 100) : 0;
    canvas_repeat(canvas, row, col, full, STYLE_BAR, GLYPH_BAR_FULL);
    canvas_repeat(canvas, row, col + full, width - full, STYLE_DIM, GLYPH_BAR_EMPTY);
}

uint64_t time_left_ms(uint64_t done, uint64_t total, uint64_t rate)
{
    if (total == 0)
        return TIME_UNKNOWN;
    if (done >= total)
        return 0;
    if (rate == 0)
        return TIME_UNKNOWN;
    double ms = (double)(total - done) * 1000.0 / (double)rate;
    return ms > 1e15 ? TIME_UNKNOWN : (uint64_t)ms;
}

void clock_text(struct buf *to, uint64_t ms)
{
    if (ms < 60000)
        buf_addf(to, "%llu.%llu s", (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000 / 100));
    else
        buf_addf(to, "%llu:%02llu min", (unsigned long long)(ms / 60000), (unsigned long long)(ms / 1000 % 60));
}

void rule_draw(struct canvas *canvas, int row, int col, int width, const char *title)
{
    int used = canvas_put(canvas, row, col, width, STYLE_HEADING, title);
    if (used > 0)
        used++;
    canvas_repeat(canvas, row, col + used, width - used, STYLE_DIM, GLYPH_LINE);
}

struct area box_draw(struct canvas *canvas, int rows, int cols, const char *title)
{
    rows = rows > canvas->rows ? canvas->rows : rows;
    cols = cols > canvas->cols ? canvas->cols : cols;
    int row = (canvas->rows - rows) / 2, col = (canvas->cols - cols) / 2;
    canvas_fill(canvas, row, col, rows, cols, STYLE_DIALOG);
    for (int edge = 0; edge < 2; edge++) {
        int y = edge == 0 ? row : row + rows - 1;
        canvas_put(canvas, y, col, 1, STYLE_DIALOG, canvas_glyph(canvas, edge == 0 ? GLYPH_TOP_LEFT : GLYPH_LOW_LEFT));
        canvas_repeat(canvas, y, col + 1, cols - 2, STYLE_DIALOG, GLYPH_LINE);
        canvas_put(canvas, y, col + cols - 1, 1, STYLE_DIALOG,
                   canvas_glyph(canvas, edge == 0 ? GLYPH_TOP_RIGHT : GLYPH_LOW_RIGHT));
    }
    for (int y = row + 1; y < row + rows - 1; y++) {
        canvas_put(canvas, y, col, 1, STYLE_DIALOG, canvas_glyph(canvas, GLYPH_SIDE));
        canvas_put(canvas, y, col + cols - 1, 1, STYLE_DIALOG, canvas_glyph(canvas, GLYPH_SIDE));
    }
    canvas_putf(canvas, row, col + 2, cols - 4, STYLE_DIALOG, " %s ", title);
    return (struct area){ .row = row + 1, .col = col + 2, .rows = rows - 2, .cols = cols - 4 };
}
