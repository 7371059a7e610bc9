/* CREATE EVENT, cut into words outside quotes and comments, to put its status right; CREATE TRIGGER, put together. */
#include "sql_text.h"
#include "mysql/inventory.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/quote.h"

const char *sql_behind_quotes(const char *at)
{
    const char quote = *at++;
    for (; *at != '\0'; at++) {
        if (*at == '\\' && quote != '`' && at[1] != '\0')
            at++;
        else if (*at == quote && at[1] == quote)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    return at;
}

static const char *behind(const char *at, const char *end_mark)
{
    const char *end = strstr(at, end_mark);
    return end != NULL ? end + strlen(end_mark) : at + strlen(at);
}

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* The next bare word: its start, and its end in *at; NULL at the end of the text. */
static const char *next_word(const char **at)
{
    const char *c = *at;
    while (*c != '\0') {
        if (*c == '\'' || *c == '"' || *c == '`') {
            c = sql_behind_quotes(c);
        } else if (*c == '#' || (c[0] == '-' && c[1] == '-' && isspace((unsigned char)c[2]))) {
            c = behind(c, "\n");
        } else if (c[0] == '/' && c[1] == '*') {
            c = behind(c + 2, "*/");
        } else if (word_byte(*c)) {
            const char *start = c;
            while (word_byte(*c))
                c++;
            *at = c;
            return start;
        } else {
            c++;
        }
    }
    *at = c;
    return NULL;
}

static bool is_word(const char *start, const char *end, const char *word)
{
    return (size_t)(end - start) == strlen(word) && strncasecmp(start, word, strlen(word)) == 0;
}

/* End of the status that begins with DISABLE: it may go on ON SLAVE or ON REPLICA. */
static const char *status_end(const char *end)
{
    const char *at = end;
    const char *on = next_word(&at);
    if (on == NULL || !is_word(on, at, "ON"))
        return end;
    const char *side = next_word(&at);
    return side != NULL && (is_word(side, at, "SLAVE") || is_word(side, at, "REPLICA")) ? at : end;
}

static char *with_status(const char *create, const char *from, const char *to, const char *after)
{
    struct buf text = BUF_INIT;
    buf_add(&text, create, (size_t)(from - create));
    buf_addf(&text, "DISABLE ON SLAVE%s", after);
    buf_adds(&text, to);
    return buf_steal(&text);
}

char *definition_disable_event(const char *create)
{
    const char *at = create, *word, *place = NULL;
    bool event = false;
    while ((word = next_word(&at)) != NULL) {
        if (is_word(word, at, "EVENT"))
            event = true;
        else if (event && is_word(word, at, "ENABLE"))
            return with_status(create, word, at, "");
        else if (event && is_word(word, at, "DISABLE"))
            return with_status(create, word, status_end(at), "");
        else if (event && is_word(word, at, "COMMENT") && place == NULL)
            place = word; /* a status stands in front of the comment */
        else if (event && is_word(word, at, "DO"))
            return with_status(create, place != NULL ? place : word, place != NULL ? place : word, " ");
    }
    return NULL;
}

/* `user`@`host` of "user@host"; nothing where the server keeps no definer. */
static void add_definer(struct buf *to, const char *definer)
{
    const char *at = strrchr(definer, '@');
    struct buf user = BUF_INIT;
    if (at == NULL)
        return;
    buf_add(&user, definer, (size_t)(at - definer));
    buf_adds(to, " DEFINER=");
    quote_name(to, buf_str(&user));
    buf_addc(to, '@');
    quote_name(to, at + 1);
    buf_free(&user);
}

char *definition_of_trigger(const struct rows *rows, size_t row)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE");
    add_definer(&sql, row_str(rows, row, "Definer"));
    buf_adds(&sql, " TRIGGER ");
    quote_name(&sql, row_str(rows, row, "Trigger"));
    buf_addf(&sql, " %s %s ON ", row_str(rows, row, "Timing"), row_str(rows, row, "Event"));
    quote_name(&sql, row_str(rows, row, "Table"));
    buf_addf(&sql, " FOR EACH ROW %s", row_str(rows, row, "Statement"));
    return buf_steal(&sql);
}
