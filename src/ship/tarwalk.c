#include "ship/tarwalk.h"

#include <string.h>
#include "base/buf.h"
#include "base/quote.h"

/* Offsets in a header, and what GNU tar writes there. */
enum {
    NAME_AT = 0,
    NAME_LEN = 100,
    SIZE_AT = 124,
    SIZE_LEN = 12,
    TYPE_AT = 156,
    LINK_AT = 157,
    LINK_LEN = 100,
    MAGIC_AT = 257,
    REST_AT = 345, /* times, offset, sparse map, real size: all empty in a plain archive */
    LONG_NAME_MAX = 4097,
};
static const char magic[8] = "ustar  "; /* with its NUL */

static bool is_zero(const unsigned char *bytes, size_t len)
{
    return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/* Eleven octal digits and a NUL, or a positive base-256 number: the two forms that GNU tar writes. */
static int parse_size(const unsigned char *field, uint64_t *size)
{
    uint64_t value = 0;
    if (field[0] == 0x80) {
        if (!is_zero(field + 1, 3) || field[4] > 0x7f)
            return -1;
        for (size_t i = 4; i < SIZE_LEN; i++)
            value = value << 8 | field[i];
    } else {
        for (size_t i = 0; i < SIZE_LEN - 1; i++) {
            if (field[i] < '0' || field[i] > '7')
                return -1;
            value = value << 3 | (unsigned)(field[i] - '0');
        }
        if (field[SIZE_LEN - 1] != '\0')
            return -1;
    }
    *size = value;
    return 0;
}

static int refuse(const unsigned char *head, const char *why, struct err *err)
{
    struct buf name = BUF_INIT;
    const char *start = (const char *)head + NAME_AT;
    quote_printable(&name, start, strnlen(start, NAME_LEN), 0);
    err_set(err, ERR_DATA, "the archive's entry %s %s", buf_str(&name), why);
    buf_free(&name);
    return -1;
}

static int check_header(struct tarwalk *walk, struct err *err)
{
    const unsigned char *head = walk->head;
    uint64_t size;
    if (memcmp(head + MAGIC_AT, magic, sizeof magic) != 0)
        return err_set(err, ERR_DATA, "what arrives is not an archive of GNU tar");
    if (parse_size(head + SIZE_AT, &size) != 0 || size > (uint64_t)1 << 60)
        return refuse(head, "has a size that cannot be understood", err);
    unsigned char type = head[TYPE_AT];
    if (type != '0' && type != '5' && type != 'L')
        return refuse(head, "is neither a regular file nor a folder", err);
    if (!is_zero(head + LINK_AT, LINK_LEN) || !is_zero(head + REST_AT, TAR_BLOCK - REST_AT))
        return refuse(head, "carries more than a name, an owner and a size", err);
    size_t name_len = strnlen((const char *)head + NAME_AT, NAME_LEN);
    if (type == '0' && name_len > 0 && head[NAME_AT + name_len - 1] == '/')
        return refuse(head, "is a file with the name of a folder", err);
    if (type == '5' && size != 0)
        return refuse(head, "is a folder with content", err);
    if (type == 'L' && (walk->long_name || size < 2 || size > LONG_NAME_MAX))
        return refuse(head, "has a name that cannot be understood", err);
    walk->long_name = type == 'L';
    walk->skip = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    return 0;
}

static int take_header(struct tarwalk *walk, struct err *err)
{
    walk->have = 0;
    if (is_zero(walk->head, TAR_BLOCK)) {
        if (walk->long_name)
            return err_set(err, ERR_DATA, "the archive ends after a long name");
        walk->ended = true;
        walk->zeros = TAR_BLOCK;
        return 0;
    }
    return check_header(walk, err);
}

int tarwalk_feed(struct tarwalk *walk, const void *bytes, size_t len, struct err *err)
{
    const unsigned char *at = bytes;
    while (len > 0) {
        size_t step;
        if (walk->ended) {
            if (!is_zero(at, len))
                return err_set(err, ERR_DATA, "the archive goes on after its end");
            walk->zeros += len;
            return 0;
        }
        if (walk->skip > 0) {
            step = walk->skip < len ? (size_t)walk->skip : len;
            walk->skip -= step;
        } else {
            step = TAR_BLOCK - walk->have < len ? TAR_BLOCK - walk->have : len;
            memcpy(walk->head + walk->have, at, step);
            walk->have += step;
            if (walk->have == TAR_BLOCK && take_header(walk, err) != 0)
                return -1;
        }
        at += step;
        len -= step;
    }
    return 0;
}

int tarwalk_end(const struct tarwalk *walk, struct err *err)
{
    if (!walk->ended || walk->zeros < (uint64_t)2 * TAR_BLOCK)
        return err_set(err, ERR_DATA, "the archive is cut: its end is missing");
    if (walk->zeros % TAR_BLOCK != 0)
        return err_set(err, ERR_DATA, "the archive is cut within its last block");
    return 0;
}
