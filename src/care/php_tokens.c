#include "php_tokens.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define NEST_LIMIT 32 /* strings in expressions in strings */

struct scan {
    struct php_tokens *to;
    const char *text;
    size_t len, at, room;
    bool code;
};

static bool name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool name_part(char c)
{
    return name_start(c) || isdigit((unsigned char)c);
}

static char byte(const struct scan *scan, size_t at)
{
    return at < scan->len ? scan->text[at] : '\0';
}

static bool here(const struct scan *scan, size_t at, const char *word)
{
    const size_t len = strlen(word);
    return at + len <= scan->len && memcmp(scan->text + at, word, len) == 0;
}

static void add(struct scan *scan, enum php_kind kind, size_t end)
{
    if (scan->to->count == scan->room) {
        scan->room = scan->room * 2 + 64;
        scan->to->items = mem_grow(scan->to->items, scan->room, sizeof *scan->to->items);
    }
    scan->to->items[scan->to->count++] = (struct php_token){ .kind = kind, .start = scan->at, .end = end };
    scan->at = end;
}

/* What does not end swallows the rest. */
static void trouble(struct scan *scan, const char *what)
{
    scan->to->trouble = what;
    scan->to->trouble_at = scan->at;
    scan->at = scan->len;
}

/* The length of an opening tag at that place; 0: there is none. <?xml is none. */
static size_t opening(const struct scan *scan, size_t at)
{
    if (!here(scan, at, "<?"))
        return 0;
    if (byte(scan, at + 2) == '=')
        return 3;
    size_t len = 2;
    if (at + 5 <= scan->len && strncasecmp(scan->text + at, "<?php", 5) == 0)
        len = 5;
    return at + len == scan->len || isspace((unsigned char)byte(scan, at + len)) ? len : 0;
}

static void read_outside(struct scan *scan)
{
    while (scan->at < scan->len) {
        const size_t len = opening(scan, scan->at);
        if (len > 0) {
            add(scan, PHP_OPEN, scan->at + len);
            scan->code = true;
            return;
        }
        scan->at++;
    }
}

static void read_close(struct scan *scan)
{
    size_t end = scan->at + 2;
    if (here(scan, end, "\r\n"))
        end += 2;
    else if (byte(scan, end) == '\n' || byte(scan, end) == '\r')
        end++;
    add(scan, PHP_CLOSE, end);
    scan->code = false;
}

/* To the end of its line, or to a closing tag. */
static void read_line_comment(struct scan *scan)
{
    size_t end = scan->at;
    while (end < scan->len && scan->text[end] != '\n' && scan->text[end] != '\r' && !here(scan, end, "?>"))
        end++;
    add(scan, PHP_COMMENT, end);
}

static void read_long_comment(struct scan *scan)
{
    size_t end = scan->at + 2;
    while (end < scan->len && !here(scan, end, "*/"))
        end++;
    if (end >= scan->len)
        trouble(scan, "a comment");
    else
        add(scan, PHP_COMMENT, end + 2);
}

static size_t skip_quoted(const struct scan *scan, size_t at, bool *has_variables, int depth);

/* Behind the closing brace of an expression in a string; 0: it does not end. */
static size_t skip_expression(const struct scan *scan, size_t at, int depth)
{
    size_t braces = 0;
    while (at < scan->len) {
        const char c = scan->text[at];
        bool ignored = false;
        if (c == '\'' || c == '"' || c == '`') {
            at = skip_quoted(scan, at, &ignored, depth + 1);
            if (at == 0)
                return 0;
            continue;
        }
        braces += c == '{';
        at++;
        if (c == '}' && --braces == 0)
            return at;
    }
    return 0;
}

/* Behind the closing quote; 0: it does not end. */
static size_t skip_quoted(const struct scan *scan, size_t at, bool *has_variables, int depth)
{
    const char quote = scan->text[at++];
    while (depth < NEST_LIMIT && at < scan->len) {
        const char c = scan->text[at], next = byte(scan, at + 1);
        if (c == quote)
            return at + 1;
        if (c == '\\') {
            at += 2;
        } else if (quote != '\'' && ((c == '{' && next == '$') || (c == '$' && next == '{'))) {
            *has_variables = true;
            at = skip_expression(scan, c == '{' ? at : at + 1, depth);
            if (at == 0)
                return 0;
        } else {
            *has_variables = *has_variables || (quote != '\'' && c == '$' && name_start(next));
            at++;
        }
    }
    return 0;
}

static void read_quoted(struct scan *scan)
{
    bool has_variables = scan->text[scan->at] == '`';
    const size_t end = skip_quoted(scan, scan->at, &has_variables, 0);
    if (end == 0)
        trouble(scan, "a string");
    else
        add(scan, has_variables ? PHP_TEMPLATE : PHP_STRING, end);
}

/* <<<NAME, <<<"NAME", <<<'NAME' and a newline. The end of its first line; 0: it is something else. */
static size_t heredoc_begins(const struct scan *scan, size_t *name, size_t *name_len)
{
    size_t at = scan->at + 3;
    while (byte(scan, at) == ' ' || byte(scan, at) == '\t')
        at++;
    const char quote = byte(scan, at) == '"' || byte(scan, at) == '\'' ? byte(scan, at) : '\0';
    at += quote != '\0';
    *name = at;
    if (!name_start(byte(scan, at)))
        return 0;
    while (at < scan->len && name_part(scan->text[at]))
        at++;
    *name_len = at - *name;
    if (quote != '\0' && byte(scan, at++) != quote)
        return 0;
    if (here(scan, at, "\r\n"))
        return at + 2;
    return byte(scan, at) == '\n' || byte(scan, at) == '\r' || at == scan->len ? at + 1 : 0;
}

/* Its end stands at the front of a line, maybe indented. */
static void read_heredoc(struct scan *scan, size_t at, size_t name, size_t name_len)
{
    while (at < scan->len) {
        size_t word = at;
        while (byte(scan, word) == ' ' || byte(scan, word) == '\t')
            word++;
        if (word + name_len <= scan->len && memcmp(scan->text + word, scan->text + name, name_len) == 0 &&
            !(word + name_len < scan->len && name_part(scan->text[word + name_len]))) {
            add(scan, PHP_TEMPLATE, word + name_len);
            return;
        }
        while (at < scan->len && scan->text[at] != '\n' && scan->text[at] != '\r')
            at++;
        at++;
    }
    trouble(scan, "a heredoc");
}

static void read_name(struct scan *scan, enum php_kind kind)
{
    size_t end = scan->at + 1;
    while (end < scan->len && (name_part(scan->text[end]) || (kind == PHP_WORD && scan->text[end] == '\\')))
        end++;
    add(scan, kind, end);
}

static void read_number(struct scan *scan)
{
    size_t end = scan->at + 1;
    while (end < scan->len && (isalnum((unsigned char)scan->text[end]) || scan->text[end] == '_' ||
                               (scan->text[end] == '.' && isdigit((unsigned char)byte(scan, end + 1)))))
        end++;
    add(scan, PHP_NUMBER, end);
}

static void read_mark(struct scan *scan)
{
    static const char *const marks[] = { "===", "!==", "<=>", "**=", "...", "<<=", ">>=", "?\?=", "?->", "==", "!=", "<>", "<=", ">=", "=>",
                                         "->", "::", "++", "--", "+=", "-=", "*=", "/=", ".=", "%=", "&=", "|=", "^=", "&&", "||", "??" };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (here(scan, scan->at, marks[i])) {
            add(scan, PHP_MARK, scan->at + strlen(marks[i]));
            return;
        }
    add(scan, PHP_MARK, scan->at + 1);
}

static void read_inside(struct scan *scan)
{
    const char c = scan->text[scan->at], next = byte(scan, scan->at + 1);
    size_t name = 0, name_len = 0, begun = 0;
    if (isspace((unsigned char)c))
        scan->at++;
    else if (c == '?' && next == '>')
        read_close(scan);
    else if (c == '#' || (c == '/' && next == '/'))
        read_line_comment(scan);
    else if (c == '/' && next == '*')
        read_long_comment(scan);
    else if (c == '\'' || c == '"' || c == '`')
        read_quoted(scan);
    else if (here(scan, scan->at, "<<<") && (begun = heredoc_begins(scan, &name, &name_len)) > 0)
        read_heredoc(scan, begun, name, name_len);
    else if (c == '$' && name_start(next))
        read_name(scan, PHP_VARIABLE);
    else if (name_start(c) || (c == '\\' && name_start(next)))
        read_name(scan, PHP_WORD);
    else if (isdigit((unsigned char)c))
        read_number(scan);
    else
        read_mark(scan);
}

static bool has_opening(const struct scan *scan)
{
    for (size_t at = 0; at < scan->len; at++)
        if (opening(scan, at) > 0)
            return true;
    return false;
}

void php_tokens_read(struct php_tokens *tokens, const char *text, size_t len)
{
    struct scan scan = { .to = tokens, .text = text, .len = len };
    *tokens = (struct php_tokens){ .halt = len };
    scan.code = !has_opening(&scan);
    while (scan.at < scan.len) {
        const size_t before = tokens->count;
        if (!scan.code)
            read_outside(&scan);
        else
            read_inside(&scan);
        if (tokens->count > before && php_is_word(text, &tokens->items[before], "__halt_compiler")) {
            tokens->halt = tokens->items[before].start;
            tokens->count = before;
            break;
        }
    }
    tokens->ends_in_code = scan.code;
}

bool php_is(const char *text, const struct php_token *token, const char *word)
{
    const size_t len = strlen(word);
    return token->end - token->start == len && memcmp(text + token->start, word, len) == 0;
}

bool php_is_word(const char *text, const struct php_token *token, const char *word)
{
    const size_t len = strlen(word);
    return token->kind == PHP_WORD && token->end - token->start == len && strncasecmp(text + token->start, word, len) == 0;
}

void php_tokens_free(struct php_tokens *tokens)
{
    free(tokens->items);
    *tokens = (struct php_tokens){ .items = NULL };
}
