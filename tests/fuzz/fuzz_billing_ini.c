/* Any bytes: reading and writing back is identity; setting twice is setting once; what was set is what is read, nothing else
 * changes, and it is in nothing that is shown. The first line of the input is the value to set, the rest the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "care/billing_ini.h"

#define MARK "\x01new\x01"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static bool same(const struct buf *text, const char *other, size_t len)
{
    return text->len == len && (len == 0 || memcmp(text->data, other, len) == 0);
}

/* The front and the end that both texts share leave only the value, or what was added. */
static void require_small_edit(const struct buf *now, const char *text, size_t len, const struct buf *line)
{
    const size_t value_room = 8; /* newlines and a semicolon */
    size_t front = 0, end = 0;
    while (front < len && front < now->len && text[front] == now->data[front])
        front++;
    while (end < len - front && end < now->len - front && text[len - 1 - end] == now->data[now->len - 1 - end])
        end++;
    require(now->len - front - end <= line->len + value_room);
}

static void check_set(const char *text, size_t len, const char *name, const char *value, enum billing_ini_form form)
{
    struct billing_ini ini;
    struct err err = ERR_INIT;
    struct buf once = BUF_INIT, read = BUF_INIT, line = BUF_INIT, masked = BUF_INIT;
    billing_ini_parse(&ini, text, len);
    require(same(&ini.text, text, len));
    billing_ini_masked(&ini, MARK, &masked);
    billing_ini_line(&line, name, value, form);
    if (billing_ini_set(&ini, name, value, form, &err) == 0) {
        require(ini.trouble == NULL);
        require_small_edit(&ini.text, text, len, &line);
        require(billing_ini_get(&ini, name, &read) == BILLING_INI_KNOWN && strcmp(buf_str(&read), value) == 0);
        buf_add(&once, ini.text.data, ini.text.len);
        require(billing_ini_set(&ini, name, value, form, &err) == 0 && same(&ini.text, once.data, once.len));
        buf_clear(&masked);
        billing_ini_masked(&ini, MARK, &masked);
        if (strcmp(name, "slavedbpass") == 0 && value[0] != '\0')
            require(memmem(buf_str(&masked), masked.len, MARK, strlen(MARK)) != NULL);
    } else {
        require(same(&ini.text, text, len));
    }
    billing_ini_free(&ini);
    buf_free(&once);
    buf_free(&read);
    buf_free(&line);
    buf_free(&masked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = size > 0 ? (const char *)data : "";
    const char *newline = memchr(bytes, '\n', size);
    const size_t first = newline != NULL ? (size_t)(newline - bytes) : 0, skip = newline != NULL ? first + 1 : 0;
    char *value = mem_dup_n(bytes, first);
    check_set(bytes + skip, size - skip, "slavedbpass", value, BILLING_INI_TEXT);
    check_set(bytes + skip, size - skip, "use_slave_db", "1", BILLING_INI_NUMBER);
    free(value);
    return 0;
}
