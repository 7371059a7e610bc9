#include "base/quote.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void quote_shell(struct buf *to, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+,";

    if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
        buf_adds(to, word);
        return;
    }
    buf_addc(to, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buf_adds(to, "'\\''");
        else
            buf_addc(to, *word);
    }
    buf_addc(to, '\'');
}

void quote_sql(struct buf *to, const char *text, size_t len)
{
    buf_addc(to, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0') {
            buf_adds(to, "\\0");
            continue;
        }
        if (text[i] == '\'' || text[i] == '\\')
            buf_addc(to, text[i]);
        buf_addc(to, text[i]);
    }
    buf_addc(to, '\'');
}

void quote_name(struct buf *to, const char *name)
{
    buf_addc(to, '`');
    for (; *name != '\0'; name++) {
        if (*name == '`')
            buf_addc(to, '`');
        buf_addc(to, *name);
    }
    buf_addc(to, '`');
}

void quote_table(struct buf *to, const char *database, const char *table)
{
    quote_name(to, database);
    buf_addc(to, '.');
    quote_name(to, table);
}

/* Length of the well-formed UTF-8 sequence at text (1 to 4) and its code point; 0 when it is malformed, overlong,
 * a surrogate or cut off. */
static size_t utf8_at(const unsigned char *text, size_t len, uint32_t *point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t size = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3
                  : text[0] < 0xf5 ? 4 : 0;

    if (size == 0 || size > len)
        return 0;
    *point = size == 1 ? text[0] : text[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | (text[i] & 0x3f);
    }
    if (*point < least[size] || *point > 0x10ffff || (*point >= 0xd800 && *point <= 0xdfff))
        return 0;
    return size;
}

/* Characters that steer a terminal or reorder what a person reads. */
static bool steers(uint32_t point)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        { 0x00, 0x1f },       { 0x7f, 0x9f },       { 0x061c, 0x061c },   { 0x200b, 0x200f },
        { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },
        { 0xe0000, 0xe007f },
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (point >= ranges[i].from && point <= ranges[i].to)
            return true;
    return false;
}

void quote_printable(struct buf *to, const char *text, size_t len, int keep_lines)
{
    const unsigned char *at = (const unsigned char *)text;

    while (len > 0) {
        uint32_t point = 0;
        size_t size = utf8_at(at, len, &point);

        if (size == 1 && point == '\n') {
            buf_adds(to, keep_lines ? "\n" : "\\n");
        } else if (size > 0 && !steers(point)) {
            buf_add(to, at, size);
        } else {
            size = size > 0 ? size : 1;
            for (size_t i = 0; i < size; i++)
                buf_addf(to, "\\x%02x", at[i]);
        }
        at += size;
        len -= size;
    }
}

void quote_size(struct buf *to, unsigned long long bytes)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double value = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024) {
        buf_addf(to, "%llu B", bytes);
        return;
    }
    for (; value >= 1023.5 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        value /= 1024;
    unsigned long long tenths = (unsigned long long)(value * 10 + 0.5);
    if (tenths >= 1000 || tenths % 10 == 0)
        buf_addf(to, "%.0f %s", value, units[unit]);
    else
        buf_addf(to, "%llu.%llu %s", tenths / 10, tenths % 10, units[unit]);
}

void quote_duration(struct buf *to, unsigned long long milliseconds)
{
    unsigned long long tenths = (milliseconds + 50) / 100, seconds = (milliseconds + 500) / 1000;

    if (milliseconds < 100)
        buf_addf(to, "%llu ms", milliseconds);
    else if (tenths < 100)
        buf_addf(to, "%llu.%llu s", tenths / 10, tenths % 10);
    else if (seconds < 60)
        buf_addf(to, "%llu s", seconds);
    else if (seconds < 3600)
        buf_addf(to, "%llu min %02llu s", seconds / 60, seconds % 60);
    else
        buf_addf(to, "%llu h %02llu min", seconds / 3600, seconds % 3600 / 60);
}
