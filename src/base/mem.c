#include "config.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*on_exhausted)(void);

void mem_on_exhausted(void (*handler)(void))
{
    on_exhausted = handler;
}

/* The one place below main that ends the program: nothing can be reported without memory. */
static _Noreturn void exhausted(void)
{
    static const char text[] = "dualserver: out of memory\n";

    if (on_exhausted != NULL)
        on_exhausted();
    else if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(1);
    _exit(1);
}

void *mem_alloc(size_t size)
{
    void *bytes = calloc(1, size > 0 ? size : 1);

    if (bytes == NULL)
        exhausted();
    return bytes;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    void *bytes;

    if (size != 0 && count > SIZE_MAX / size)
        exhausted();
    bytes = realloc(old, count * size > 0 ? count * size : 1);
    if (bytes == NULL)
        exhausted();
    return bytes;
}

char *mem_dup(const char *text)
{
    return text == NULL ? NULL : mem_dup_n(text, strlen(text));
}

char *mem_dup_n(const char *text, size_t len)
{
    char *copy = mem_grow(NULL, len + 1, 1);

    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        exhausted();
    va_end(args);
    return text;
}
