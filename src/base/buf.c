#include "base/buf.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Room for `more` bytes and the NUL. */
static void reserve(struct buf *buf, size_t more)
{
    size_t need, cap = buf->cap > 0 ? buf->cap : 64;

    if (more >= SIZE_MAX - buf->len)
        mem_grow(NULL, SIZE_MAX, 2); /* ends the program as any other exhaustion */
    need = buf->len + more + 1;
    if (need <= buf->cap)
        return;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    buf->data = mem_grow(buf->data, cap, 1);
    buf->cap = cap;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    reserve(buf, len);
    if (len > 0)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
    if (text != NULL)
        buf_add(buf, text, strlen(text));
}

void buf_addc(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len > 0) {
        reserve(buf, (size_t)len);
        if (vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again) == len)
            buf->len += (size_t)len;
        buf->data[buf->len] = '\0';
    }
    va_end(again);
    va_end(args);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

const char *buf_str(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

char *buf_steal(struct buf *buf)
{
    char *data = buf->data != NULL ? buf->data : mem_dup("");

    *buf = (struct buf)BUF_INIT;
    return data;
}

void buf_trim(struct buf *buf)
{
    while (buf->len > 0 && isspace((unsigned char)buf->data[buf->len - 1]))
        buf->data[--buf->len] = '\0';
}

void buf_free(struct buf *buf)
{
    if (buf == NULL)
        return;
    free(buf->data);
    *buf = (struct buf)BUF_INIT;
}

char *text_line(char **at)
{
    char *line = *at, *end;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    if (end == NULL) {
        *at = line + strlen(line);
    } else {
        *end = '\0';
        *at = end + 1;
    }
    return line;
}

void strings_add(struct strings *list, const char *text)
{
    list->items = mem_grow(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] = mem_dup(text);
}

bool strings_has(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

void strings_free(struct strings *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct strings){ .items = NULL };
}
