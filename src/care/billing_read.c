#include "care/billing_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const char *after(const char *at, const char *end, const char *white)
{
    while (at < end && strchr(white, *at) != NULL)
        at++;
    return at;
}

/* The value of a line `$name = "value";`; NULL: the line is another one's. */
static const char *value_of(const char *line, const char *end, const char *name, size_t *len)
{
    const size_t name_len = strlen(name);
    const char *at = after(line, end, " \t");
    if ((size_t)(end - at) <= name_len + 1 || *at != '$' || strncmp(at + 1, name, name_len) != 0)
        return NULL;
    at = after(at + 1 + name_len, end, " \t");
    if (at == end || *at != '=')
        return NULL;
    at = after(at + 1, end, " \t");
    const char quote = at < end && (*at == '"' || *at == '\'') ? *at++ : '\0';
    const char *stop = at;
    while (stop < end && *stop != (quote != '\0' ? quote : ';'))
        stop += *stop == '\\' && quote != '\0' && stop + 1 < end ? 2 : 1;
    *len = (size_t)(stop - at);
    return at;
}

static void take_text(char **field, const char *value, size_t len)
{
    free(*field);
    *field = len > 0 ? mem_dup_n(value, len) : NULL;
}

/* \" and \\ mean themselves in PHP's strings. */
static void take_password(struct secret **field, const char *value, size_t len)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < len; i++) {
        i += value[i] == '\\' && i + 1 < len && strchr("\\\"'$", value[i + 1]) != NULL;
        buf_addc(&text, value[i]);
    }
    secret_free(*field);
    *field = text.len > 0 ? secret_new(text.data, text.len) : NULL;
    buf_wipe(&text);
}

void billing_read(struct billing_read *billing, const char *text, size_t len)
{
    *billing = (struct billing_read){ .seen = true };
    for (const char *line = text, *end = text + len; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line)), *value;
        size_t size;
        if (stop == NULL)
            stop = end;
        if ((value = value_of(line, stop, "use_slave_db", &size)) != NULL)
            billing->use_slave = size == 1 && *value == '1';
        else if ((value = value_of(line, stop, "slavedbhost", &size)) != NULL)
            take_text(&billing->host, value, size);
        else if ((value = value_of(line, stop, "slavedbuser", &size)) != NULL)
            take_text(&billing->user, value, size);
        else if ((value = value_of(line, stop, "slavedbname", &size)) != NULL)
            take_text(&billing->name, value, size);
        else if ((value = value_of(line, stop, "slavedbpass", &size)) != NULL)
            take_password(&billing->password, value, size);
        line = stop + 1;
    }
}

void billing_read_free(struct billing_read *billing)
{
    free(billing->host);
    free(billing->user);
    free(billing->name);
    secret_free(billing->password);
    *billing = (struct billing_read){ .seen = false };
}
