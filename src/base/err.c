#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/quote.h"

/* Whatever was put into it: what a server, a host or a file's name says must not steer somebody's terminal. */
static void make_printable(char *text, size_t size)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, text, strlen(text), 1);
    size_t len = shown.len < size ? shown.len : size - 1;
    while (len > 0 && len < shown.len && ((unsigned char)shown.data[len] & 0xc0) == 0x80)
        len--; /* not in the middle of a character */
    memcpy(text, buf_str(&shown), len);
    text[len] = '\0';
    buf_free(&shown);
}

static void format_text(char *to, size_t size, const char *format, va_list args)
{
    if (vsnprintf(to, size, format, args) < 0)
        to[0] = '\0';
    make_printable(to, size);
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        *err = (struct err){ .code = code };
        format_text(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return -1;
}

int err_set_detail(struct err *err, enum err_code code, int detail, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        *err = (struct err){ .code = code, .detail = detail };
        format_text(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return -1;
}

int err_hint(struct err *err, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        format_text(err->hint, sizeof err->hint, format, args);
        va_end(args);
    }
    return -1;
}

int err_advise(struct err *err, const char *hint)
{
    return err == NULL || err->hint[0] != '\0' ? -1 : err_hint(err, "%s", hint);
}

int err_wrap(struct err *err, const char *format, ...)
{
    if (err != NULL) {
        char phrase[sizeof err->text], old[sizeof err->text];
        va_list args;
        va_start(args, format);
        format_text(phrase, sizeof phrase, format, args);
        va_end(args);
        memcpy(old, err->text, sizeof old);
        if (snprintf(err->text, sizeof err->text, "%.200s: %s", phrase, old) < 0)
            err->text[0] = '\0';
        make_printable(err->text, sizeof err->text); /* it may be cut within a character */
    }
    return -1;
}

void err_clear(struct err *err)
{
    if (err != NULL)
        *err = (struct err)ERR_INIT;
}

int err_exit_code(const struct err *err)
{
    switch (err->code) {
    case ERR_NONE:
        return 0;
    case ERR_USAGE:
    case ERR_ANSWERS:
        return 2;
    case ERR_REFUSED:
    case ERR_HOSTKEY:
        return 4;
    case ERR_SIGNAL:
        return 128 + err->detail;
    default:
        return 1;
    }
}
