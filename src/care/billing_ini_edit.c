/* How an assignment is read, changed and shown. */
#include "care/billing_ini.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/secret.h"
#include "php_tokens.h"

static const struct billing_ini_item *last_of(const struct billing_ini *ini, const char *name)
{
    for (size_t i = ini->count; i-- > 0;)
        if (strcmp(ini->items[i].name, name) == 0)
            return &ini->items[i];
    return NULL;
}

static size_t hex_digits(const char *at, const char *end, unsigned long *value)
{
    char digits[9] = "";
    size_t len = 0;
    while (len < 8 && at + len < end && strchr("0123456789abcdefABCDEF", at[len]) != NULL && at[len] != '\0') {
        digits[len] = at[len];
        len++;
    }
    *value = strtoul(digits, NULL, 16);
    return len;
}

static void add_utf8(struct buf *to, unsigned long code)
{
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    buf_addc(to, (char)(lead[more] | (code >> (6 * more))));
    for (int i = more; i-- > 0;)
        buf_addc(to, (char)(0x80 | (code >> (6 * i) & 0x3f)));
}

/* What a backslash in double quotes begins, at the character behind it; returns how many were read. 0: the backslash is one. */
static size_t add_escape(struct buf *to, const char *at, const char *end)
{
    static const char from[] = "nrtvef\\$\"", means[] = "\n\r\t\v\x1b\f\\$\"";
    const char *simple = strchr(from, *at);
    unsigned long value;
    if (simple != NULL && *at != '\0') {
        buf_addc(to, means[simple - from]);
        return 1;
    }
    if (*at >= '0' && *at <= '7') {
        size_t len = 0;
        for (value = 0; len < 3 && at + len < end && at[len] >= '0' && at[len] <= '7'; len++)
            value = value * 8 + (unsigned long)(at[len] - '0');
        buf_addc(to, (char)(value & 0xff));
        return len;
    }
    if (*at == 'x' || *at == 'X') {
        const size_t len = hex_digits(at + 1, end - at > 3 ? at + 3 : end, &value);
        if (len > 0 && *at == 'x')
            buf_addc(to, (char)value);
        return *at == 'x' && len > 0 ? len + 1 : 0;
    }
    if (*at == 'u' && end - at > 2 && at[1] == '{') {
        const size_t len = hex_digits(at + 2, end, &value);
        if (len == 0 || at + 2 + len >= end || at[2 + len] != '}' || value > 0x10ffff)
            return 0;
        add_utf8(to, value);
        return len + 3;
    }
    return 0;
}

static void add_string(struct buf *to, const char *literal, size_t len)
{
    const char quote = literal[0], *at = literal + 1, *end = literal + len - 1;
    while (at < end) {
        size_t read = 0;
        if (*at == '\\' && quote == '"') {
            read = add_escape(to, at + 1, end);
        } else if (*at == '\\' && (at[1] == '\\' || at[1] == '\'')) {
            buf_addc(to, at[1]);
            read = 1;
        }
        if (read == 0)
            buf_addc(to, *at);
        at += read + 1;
    }
}

/* The value's tokens: one that says what it is, or false. */
static bool known_value(const struct billing_ini *ini, const struct billing_ini_item *item, struct buf *value, bool *string)
{
    const char *text = buf_str(&ini->text) + item->value;
    const size_t len = item->value_end - item->value;
    struct php_tokens tokens;
    char *code = mem_printf("<?php %.*s", (int)len, text);
    php_tokens_read(&tokens, code, strlen(code));
    const bool one = tokens.trouble == NULL && tokens.count == 2 && tokens.items[1].end == strlen(code);
    const enum php_kind kind = one ? tokens.items[1].kind : PHP_MARK;
    *string = kind == PHP_STRING;
    if (kind == PHP_STRING)
        add_string(value, text, len);
    else if (kind == PHP_NUMBER || kind == PHP_WORD)
        buf_add(value, text, len);
    php_tokens_free(&tokens);
    wipe(code, strlen(code));
    free(code);
    return kind == PHP_STRING || kind == PHP_NUMBER || kind == PHP_WORD;
}

enum billing_ini_state billing_ini_get(const struct billing_ini *ini, const char *name, struct buf *value)
{
    const struct billing_ini_item *item = last_of(ini, name);
    struct buf found = BUF_INIT;
    bool string;
    if (item == NULL)
        return BILLING_INI_ABSENT;
    const bool known = item->plain && known_value(ini, item, &found, &string);
    if (known && value != NULL)
        buf_add(value, buf_str(&found), found.len);
    buf_wipe(&found);
    return known ? BILLING_INI_KNOWN : BILLING_INI_RUNTIME;
}

static void add_value(struct buf *to, const char *value, enum billing_ini_form form, char quote)
{
    if (form == BILLING_INI_NUMBER) {
        buf_adds(to, value);
        return;
    }
    if (strstr(value, "<?") != NULL)
        quote = '"';
    buf_addc(to, quote);
    for (; *value != '\0'; value++) {
        if (value[0] == '<' && value[1] == '?') { /* would make code of a file that has no tag, from here on */
            buf_adds(to, "\\x3c");
            continue;
        }
        if (*value == '\\' || *value == quote || (*value == '$' && quote == '"'))
            buf_addc(to, '\\');
        buf_addc(to, *value);
    }
    buf_addc(to, quote);
}

void billing_ini_line(struct buf *to, const char *name, const char *value, enum billing_ini_form form)
{
    buf_addf(to, "$%s = ", name);
    add_value(to, value, form, '"');
    buf_addc(to, ';');
}

/* Puts `with` in the place of some bytes, and reads it all again. */
static void splice(struct billing_ini *ini, size_t from, size_t to, const struct buf *with)
{
    struct buf text = BUF_INIT;
    buf_add(&text, buf_str(&ini->text), from);
    buf_add(&text, buf_str(with), with->len);
    buf_add(&text, buf_str(&ini->text) + to, ini->text.len - to);
    billing_ini_free(ini);
    billing_ini_parse(ini, buf_str(&text), text.len);
    buf_wipe(&text);
}

static bool right_already(const struct billing_ini *ini, const struct billing_ini_item *item, const char *value, enum billing_ini_form form)
{
    struct buf now = BUF_INIT;
    bool string = false;
    const bool same = known_value(ini, item, &now, &string) && now.len == strlen(value) && memcmp(buf_str(&now), value, now.len) == 0 &&
                      (string || form == BILLING_INI_NUMBER);
    buf_wipe(&now);
    return same;
}

static void append(struct billing_ini *ini, const char *name, const char *value, enum billing_ini_form form)
{
    const char *text = buf_str(&ini->text), *newline = memchr(text, '\n', ini->text.len);
    const char *end_of_line = newline != NULL && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
    size_t line = ini->end;
    bool blank = true;
    struct buf with = BUF_INIT;
    while (line > 0 && text[line - 1] != '\n')
        blank = strchr(" \t\r", text[--line]) != NULL && blank;
    if (!blank)
        buf_adds(&with, end_of_line);
    if (ini->end_needs_semicolon)
        buf_addf(&with, ";%s", end_of_line);
    billing_ini_line(&with, name, value, form);
    buf_adds(&with, end_of_line);
    splice(ini, ini->end, ini->end, &with);
    buf_wipe(&with);
}

static void change(struct billing_ini *ini, const struct billing_ini_item *item, const char *value, enum billing_ini_form form)
{
    struct buf with = BUF_INIT;
    const char first = buf_str(&ini->text)[item->value];
    add_value(&with, value, form, first == '\'' ? '\'' : '"');
    splice(ini, item->value, item->value_end, &with);
    buf_wipe(&with);
}

static bool reads(const struct billing_ini *ini, const char *name, const char *value)
{
    struct buf now = BUF_INIT;
    const bool same = ini->trouble == NULL && billing_ini_get(ini, name, &now) == BILLING_INI_KNOWN && strcmp(buf_str(&now), value) == 0;
    buf_wipe(&now);
    return same;
}

int billing_ini_set(struct billing_ini *ini, const char *name, const char *value, enum billing_ini_form form, struct err *err)
{
    const struct billing_ini_item *item = last_of(ini, name);
    if (ini->trouble != NULL)
        return err_set(err, ERR_DATA, "it is no PHP that can be edited safely: %s", ini->trouble);
    if (item != NULL && item->plain && right_already(ini, item, value, form))
        return 0;
    struct buf before = BUF_INIT;
    buf_add(&before, buf_str(&ini->text), ini->text.len);
    if (item != NULL && item->plain)
        change(ini, item, value, form);
    else
        append(ini, name, value, form);
    const bool right = reads(ini, name, value);
    if (!right) {
        billing_ini_free(ini);
        billing_ini_parse(ini, buf_str(&before), before.len);
    }
    buf_wipe(&before);
    return right ? 0 : err_set(err, ERR_DATA, "$%s cannot be set in it: what was written would not be read back", name);
}

static const char *const secret_words[] = { "pass", "pwd", "secret", "key", "token", NULL };

/* Where one of those words ends in the bytes; NULL: none is there. */
static const char *find_secret_word(const char *at, const char *end)
{
    for (; at < end; at++)
        for (size_t i = 0; secret_words[i] != NULL; i++) {
            const size_t len = strlen(secret_words[i]);
            if ((size_t)(end - at) >= len && strncasecmp(at, secret_words[i], len) == 0)
                return at + len;
        }
    return NULL;
}

static bool public_name(const char *name)
{
    static const char *const names[] = { "use_slave_db", "slavedbhost", "slavedbuser", "slavedbname", "dbhost", "dbuser", "dbname",
                                         "report_sql_errors", "report_php_errors" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* The plain assignment in whose value the token stands; NULL: none. */
static const struct billing_ini_item *item_at(const struct billing_ini *ini, const struct php_token *token)
{
    for (size_t i = 0; i < ini->count; i++)
        if (ini->items[i].plain && token->start >= ini->items[i].value && token->end <= ini->items[i].value_end)
            return &ini->items[i];
    return NULL;
}

/* The newlines stay: a diff compares line by line. */
static void add_blacked_out(struct buf *to, const char *text, size_t len, const char *mark)
{
    buf_adds(to, mark);
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n')
            buf_addc(to, '\n');
}

static void mask_comment(struct buf *to, const char *text, size_t len)
{
    const char *secret = find_secret_word(text, text + len);
    const size_t shown = secret != NULL ? (size_t)(secret - text) : len;
    buf_add(to, text, shown);
    if (shown < len)
        add_blacked_out(to, text + shown, len - shown, " ********");
}

static void mask_token(const struct billing_ini *ini, const struct php_token *token, const char *mark, struct buf *to)
{
    const char *text = buf_str(&ini->text) + token->start;
    const size_t len = token->end - token->start;
    const struct billing_ini_item *item = item_at(ini, token);
    const bool string = token->kind == PHP_STRING || token->kind == PHP_TEMPLATE;
    const bool secret = item != NULL && find_secret_word(item->name, item->name + strlen(item->name)) != NULL;
    if (token->kind == PHP_COMMENT)
        mask_comment(to, text, len);
    else if ((string && len > 2 && !(item != NULL && public_name(item->name))) || (secret && token->kind != PHP_MARK && !(string && len == 2)))
        add_blacked_out(to, text, len, item != NULL && strcmp(item->name, "slavedbpass") == 0 ? mark : "********");
    else
        buf_add(to, text, len);
}

void billing_ini_masked(const struct billing_ini *ini, const char *mark, struct buf *to)
{
    const char *text = buf_str(&ini->text);
    struct php_tokens tokens;
    size_t at = 0;
    php_tokens_read(&tokens, text, ini->text.len);
    for (size_t i = 0; i < tokens.count; i++) {
        buf_add(to, text + at, tokens.items[i].start - at);
        mask_token(ini, &tokens.items[i], mark, to);
        at = tokens.items[i].end;
    }
    /* what is behind the last word is white space or text outside of the code; of a string that does not end nothing is shown */
    if (tokens.trouble == NULL)
        buf_add(to, text + at, ini->text.len - at);
    php_tokens_free(&tokens);
}
