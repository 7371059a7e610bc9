#include "base/clock.h"

#include <time.h>

uint64_t clock_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void format_now(char *text, size_t size, const char *format)
{
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL || strftime(text, size, format, &utc) == 0)
        text[0] = '\0';
}

void clock_stamp(char *text, size_t size)
{
    format_now(text, size, "%Y%m%d-%H%M%S");
}

void clock_iso(char *text, size_t size)
{
    format_now(text, size, "%Y-%m-%dT%H:%M:%SZ");
}
