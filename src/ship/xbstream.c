#include "ship/xbstream.h"

#include <string.h>

#include "base/buf.h"
#include "base/quote.h"
#include "ship/inspect.h"

enum { HEAD_SIZE = 14, SIZE_SIZE = 20 }; /* magic, flags, type, length of the name; length, offset, checksum */

static uint64_t little(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;
    while (count-- > 0)
        value = value << 8 | bytes[count];
    return value;
}

static int take_head(struct xbstream *walk, struct err *err)
{
    static const char magic[] = "XBSTCK01";
    if (memcmp(walk->part, magic, sizeof magic - 1) != 0)
        return err_set(err, ERR_DATA, "the backup's stream is not what mariadb-backup writes");
    walk->type = (char)walk->part[9];
    uint64_t len = little(walk->part + 10, 4);
    if (walk->type != 'P' && walk->type != 'E')
        return err_set(err, ERR_DATA, "the backup's stream has a chunk of an unknown kind (%d)", (int)walk->part[9]);
    if (len == 0 || len > XBSTREAM_NAME_MOST)
        return err_set(err, ERR_DATA, "the backup's stream has a name of %llu bytes", (unsigned long long)len);
    walk->name_len = (size_t)len;
    walk->at = XBSTREAM_NAME;
    return 0;
}

static int take_name(struct xbstream *walk, struct err *err)
{
    walk->name[walk->name_len] = '\0';
    const char *name = strncmp(walk->name, "./", 2) == 0 ? walk->name + 2 : walk->name;
    const char *fault = strlen(walk->name) != walk->name_len ? "a NUL byte in it" : inspect_name_fault(name);
    if (fault != NULL) {
        struct buf shown = BUF_INIT;
        quote_printable(&shown, walk->name, walk->name_len, 0);
        err_set(err, ERR_DATA, "the backup's stream names the file %.200s: %s", buf_str(&shown), fault);
        buf_free(&shown);
        return -1;
    }
    walk->files += walk->type == 'E';
    walk->at = walk->type == 'E' ? XBSTREAM_HEAD : XBSTREAM_SIZE;
    return 0;
}

static int take_size(struct xbstream *walk)
{
    walk->left = little(walk->part, 8);
    walk->at = walk->left > 0 ? XBSTREAM_BYTES : XBSTREAM_HEAD;
    return 0;
}

/* Collects up to `want` bytes into `to`; true when they are all there. */
static bool collect(struct xbstream *walk, void *to, size_t want, const unsigned char **at, size_t *len)
{
    size_t take = want - walk->have < *len ? want - walk->have : *len;
    memcpy((unsigned char *)to + walk->have, *at, take);
    walk->have += take;
    *at += take;
    *len -= take;
    if (walk->have < want)
        return false;
    walk->have = 0;
    return true;
}

int xbstream_feed(struct xbstream *walk, const void *bytes, size_t len, struct err *err)
{
    const unsigned char *at = bytes;
    int rc = 0;
    while (rc == 0 && len > 0) {
        switch (walk->at) {
        case XBSTREAM_HEAD:
            rc = collect(walk, walk->part, HEAD_SIZE, &at, &len) ? take_head(walk, err) : 0;
            break;
        case XBSTREAM_NAME:
            rc = collect(walk, walk->name, walk->name_len, &at, &len) ? take_name(walk, err) : 0;
            break;
        case XBSTREAM_SIZE:
            rc = collect(walk, walk->part, SIZE_SIZE, &at, &len) ? take_size(walk) : 0;
            break;
        case XBSTREAM_BYTES: {
            size_t take = walk->left < len ? (size_t)walk->left : len;
            walk->left -= take;
            walk->bytes += take;
            at += take;
            len -= take;
            if (walk->left == 0)
                walk->at = XBSTREAM_HEAD;
            break;
        }
        }
    }
    return rc;
}

int xbstream_end(const struct xbstream *walk, struct err *err)
{
    if (walk->at != XBSTREAM_HEAD || walk->have != 0)
        return err_set(err, ERR_DATA, "the backup's stream ends in the middle of a file");
    return walk->files > 0 ? 0 : err_set(err, ERR_DATA, "the backup's stream is empty");
}
