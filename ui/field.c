#include <string.h>

#include "base/secret.h"
#include "ui/keys.h"
#include "ui/widgets.h"

/* The start of the character before `at`. */
static size_t before(const struct field *field, size_t at)
{
    if (at == 0)
        return 0;
    do
        at--;
    while (at > 0 && ((unsigned char)field->text[at] & 0xc0) == 0x80);
    return at;
}

static size_t after(const struct field *field, size_t at)
{
    if (at >= field->len)
        return field->len;
    do
        at++;
    while (at < field->len && ((unsigned char)field->text[at] & 0xc0) == 0x80);
    return at;
}

void field_set(struct field *field, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;
    if (len >= FIELD_SIZE) {
        len = FIELD_SIZE - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--; /* never half a character */
    }
    if (len > 0)
        memcpy(field->text, text, len);
    wipe(field->text + len, FIELD_SIZE - len);
    field->len = field->cursor = len;
}

static void cut(struct field *field, size_t from, size_t to)
{
    memmove(field->text + from, field->text + to, field->len - to);
    wipe(field->text + from + (field->len - to), to - from);
    field->len -= to - from;
    field->cursor = from;
}

static size_t encode(char *to, unsigned long c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t bytes = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = bytes; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(lead[bytes] | c);
    return bytes;
}

static void insert(struct field *field, int key)
{
    char bytes[4];
    size_t len = encode(bytes, (unsigned long)key);
    if (field->len + len >= FIELD_SIZE)
        return;
    memmove(field->text + field->cursor + len, field->text + field->cursor, field->len - field->cursor);
    memcpy(field->text + field->cursor, bytes, len);
    field->len += len;
    field->cursor += len;
    field->text[field->len] = '\0';
}

static size_t word_start(const struct field *field)
{
    size_t at = field->cursor;
    while (at > 0 && field->text[at - 1] == ' ')
        at--;
    while (at > 0 && field->text[at - 1] != ' ')
        at--;
    return at;
}

bool field_key(struct field *field, int key)
{
    switch (key) {
    case K_LEFT:
        field->cursor = before(field, field->cursor);
        return true;
    case K_RIGHT:
        field->cursor = after(field, field->cursor);
        return true;
    case K_HOME:
    case K_CTRL_A:
        field->cursor = 0;
        return true;
    case K_END:
    case K_CTRL_E:
        field->cursor = field->len;
        return true;
    case K_BACKSPACE:
        cut(field, before(field, field->cursor), field->cursor);
        return true;
    case K_DELETE: {
        size_t at = field->cursor;
        cut(field, at, after(field, at));
        return true;
    }
    case K_CTRL_U:
        cut(field, 0, field->cursor);
        return true;
    case K_CTRL_W:
        cut(field, word_start(field), field->cursor);
        return true;
    default:
        break;
    }
    if (key < K_SPACE || (key >= 0x7f && key < 0xa0) || key > 0x10ffff)
        return false;
    insert(field, key);
    return true;
}

/* Columns of the bytes [from, to). */
static int span(const struct field *field, size_t from, size_t to)
{
    char part[FIELD_SIZE];
    if (field->hidden) {
        int characters = 0;
        for (size_t at = from; at < to; at = after(field, at))
            characters++;
        return characters;
    }
    memcpy(part, field->text + from, to - from);
    part[to - from] = '\0';
    return canvas_width(part);
}

void field_draw(struct canvas *canvas, int row, int col, int width, const struct field *field, bool on)
{
    enum style style = on ? STYLE_FIELD_ON : STYLE_FIELD;
    size_t from = 0;
    if (width < 2)
        return;
    /* the cursor stays within the field: one column is kept for it at the end */
    while (on && from < field->cursor && span(field, from, field->cursor) > width - 1)
        from = after(field, from);
    canvas_fill(canvas, row, col, 1, width, style);
    if (field->hidden) {
        int bullets = span(field, from, field->len);
        canvas_repeat(canvas, row, col, bullets < width ? bullets : width, style, GLYPH_BULLET);
    } else {
        canvas_put(canvas, row, col, width, style, field->text + from);
    }
    if (on) {
        canvas->cursor_row = row;
        canvas->cursor_col = col + span(field, from, field->cursor);
    }
}

void field_wipe(struct field *field)
{
    bool hidden = field->hidden;
    wipe(field, sizeof *field);
    field->hidden = hidden;
}
