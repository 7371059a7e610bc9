#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void format_text(char *to, size_t size, const char *format, va_list args)
{
    if (vsnprintf(to, size, format, args) < 0)
        to[0] = '\0';
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
