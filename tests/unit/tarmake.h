/* tarmake.h - tars made by hand for the tests of the ship room, so that every field can be wrong. */
#ifndef DUALSERVER_TESTS_TARMAKE_H
#define DUALSERVER_TESTS_TARMAKE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"

struct tar_entry {
    const char *name;
    char type;             /* '0', '5', ... */
    const char *content;   /* NULL: none */
    unsigned mode;         /* 0: 0600 */
    const char *link;      /* NULL: none */
    const char *size_text; /* NULL: the content's length in octal */
    const char *magic;     /* NULL: GNU tar's */
    uint64_t pattern;      /* when content is NULL: so many bytes of a pattern */
    int spoil_at, spoil_byte; /* one byte of the header, set before the checksum; 0: none */
    int bad_sum;
};

static inline void tar_pad(struct buf *tar)
{
    static const char zeros[512];
    if (tar->len % 512 != 0)
        buf_add(tar, zeros, 512 - tar->len % 512);
}

static inline void tar_add(struct buf *tar, const struct tar_entry *entry)
{
    char head[512] = { 0 };
    uint64_t size = entry->content != NULL ? strlen(entry->content) : entry->pattern;
    unsigned sum = 0;
    memcpy(head, entry->name, strnlen(entry->name, 100));
    snprintf(head + 100, 8, "%07o", (entry->mode == 0 ? 0600 : entry->mode) & 07777777);
    snprintf(head + 108, 8, "%07o", 0);
    snprintf(head + 116, 8, "%07o", 0);
    snprintf(head + 124, 12, "%011llo", (unsigned long long)size);
    if (entry->size_text != NULL)
        memcpy(head + 124, entry->size_text, 12);
    snprintf(head + 136, 12, "%011o", 0);
    head[156] = entry->type;
    if (entry->link != NULL)
        memcpy(head + 157, entry->link, strnlen(entry->link, 100));
    memcpy(head + 257, entry->magic != NULL ? entry->magic : "ustar  ", 8);
    if (entry->spoil_at > 0)
        head[entry->spoil_at] = (char)entry->spoil_byte;
    memset(head + 148, ' ', 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum + (entry->bad_sum ? 1 : 0));
    buf_add(tar, head, sizeof head);
    if (entry->content != NULL)
        buf_adds(tar, entry->content);
    else
        for (uint64_t i = 0; i < size; i++)
            buf_addc(tar, (char)(i * 7 + i / 251));
    tar_pad(tar);
}

static inline void tar_end(struct buf *tar)
{
    static const char zeros[1024];
    buf_add(tar, zeros, sizeof zeros);
}

#endif
