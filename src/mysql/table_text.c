/* CREATE TABLE, as SHOW CREATE TABLE writes it, cut into its columns and indexes. */
#include "sql_text.h"
#include "mysql/inventory.h"

#include <string.h>

/* The item that begins at `at` ends in front of its comma or of the list's closing bracket. */
static const char *item_end(const char *at)
{
    int depth = 0;
    while (*at != '\0') {
        if (*at == '\'' || *at == '"' || *at == '`') {
            at = sql_behind_quotes(at);
            continue;
        }
        if ((*at == ')' || *at == ',') && depth == 0)
            return at;
        depth += (*at == '(') - (*at == ')');
        at++;
    }
    return at;
}

/* The list's opening bracket; a table's name in front of it may hold brackets. */
static const char *list_start(const char *create)
{
    const char *at = create;
    while (*at != '\0' && *at != '(')
        at = *at == '`' || *at == '"' ? sql_behind_quotes(at) : at + 1;
    return at;
}

bool definition_fulltext_again(const char *create, struct buf *to)
{
    static const char key[] = "FULLTEXT KEY ";
    const size_t before = to->len;
    const char *at = list_start(create);
    while (*at == '(' || *at == ',') {
        at += 1 + strspn(at + 1, " \n");
        const char *end = item_end(at), *name = at + strlen(key);
        if (strncmp(at, key, strlen(key)) == 0) {
            buf_adds(to, to->len > before ? ", DROP INDEX " : "DROP INDEX ");
            buf_add(to, name, (size_t)(sql_behind_quotes(name) - name));
            buf_adds(to, ", ADD ");
            buf_add(to, at, (size_t)(end - at) - (end[-1] == '\n'));
        }
        at = end;
    }
    if (to->len == before)
        return false;
    buf_adds(to, ", ALGORITHM = COPY");
    return true;
}

/* Behind the bracket that closes the columns and indexes. */
static const char *list_end(const char *create)
{
    const char *at = list_start(create);
    while (*at == '(' || *at == ',')
        at = item_end(at + 1);
    return *at == ')' ? at + 1 : at;
}

/* Behind "WORDS = 'value'", "WORDS `name`" or "WORDS=7"; NULL: these are not the words. */
static const char *behind_option(const char *at, const char *words)
{
    const size_t len = strlen(words);
    if (strncmp(at, words, len) != 0)
        return NULL;
    at += len + strspn(at + len, " =");
    if (*at >= '0' && *at <= '9')
        return at + strspn(at, "0123456789");
    return *at == '\'' || *at == '`' || *at == '"' ? sql_behind_quotes(at) : NULL;
}

char *definition_placed_here(const char *create)
{
    static const char *const dropped[] = { " DATA DIRECTORY", " INDEX DIRECTORY", " TABLESPACE", " AUTO_INCREMENT" };
    const char *at = list_end(create);
    /* ARCHIVE takes no rows below the counter */
    const size_t count = sizeof dropped / sizeof dropped[0] - (strstr(at, "ENGINE=ARCHIVE") == NULL);
    struct buf text = BUF_INIT;
    buf_add(&text, create, (size_t)(at - create));
    while (*at != '\0') {
        const char *behind = NULL;
        for (size_t i = 0; i < count && behind == NULL; i++)
            behind = behind_option(at, dropped[i]);
        if (behind == NULL) {
            behind = *at == '\'' || *at == '"' || *at == '`' ? sql_behind_quotes(at) : at + 1;
            buf_add(&text, at, (size_t)(behind - at));
        }
        at = behind;
    }
    return buf_steal(&text);
}

bool definition_lies_elsewhere(const char *create)
{
    static const char *const places[] = { "DATA DIRECTORY", "INDEX DIRECTORY" };
    for (const char *at = list_end(create); *at != '\0';) {
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
            if (behind_option(at, places[i]) != NULL)
                return true;
        at = *at == '\'' || *at == '"' || *at == '`' ? sql_behind_quotes(at) : at + 1;
    }
    return false;
}

/* A quoted name; doubled quotes are one. */
static void add_name(struct buf *to, const char *at)
{
    const char *end = sql_behind_quotes(at);
    for (const char *c = at + 1; c < end - 1; c++) {
        buf_addc(to, *c);
        c += *c == *at;
    }
}

char *definition_parent_outside(const char *create)
{
    static const char word[] = " REFERENCES `";
    for (const char *at = list_start(create), *end = list_end(create); at < end;) {
        const char *name = at + strlen(word) - 1;
        if (strncmp(at, word, strlen(word)) != 0) {
            at = *at == '\'' || *at == '"' || *at == '`' ? sql_behind_quotes(at) : at + 1;
            continue;
        }
        at = sql_behind_quotes(name);
        if (at[0] != '.' || at[1] != '`')
            continue;
        struct buf parent = BUF_INIT;
        add_name(&parent, name);
        buf_addc(&parent, '.');
        add_name(&parent, at + 1);
        return buf_steal(&parent);
    }
    return NULL;
}
