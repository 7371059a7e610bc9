/* Which assignments of a PHP file there are, and which of them are executed in any case. */
#include "care/billing_ini.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "php_tokens.h"

/* What a colon behind the statement's head does: if (...): opens a block, else: and elseif (...): go on with one. */
enum colon { COLON_NOTHING, COLON_OPENS, COLON_GOES_ON };

/* Where the reader of the file stands: inside of what brackets, and in what kind of statement. */
struct walk {
    const char *text;
    const struct php_tokens *tokens;
    long round, braces, blocks; /* blocks: if (...): ... endif; */
    bool begins;                /* the next word begins a statement */
    bool began_at_close;        /* ... where the last closing tag stands */
    bool led;                   /* its first word decides whether and how the rest is executed */
    bool touches;               /* it sets variables without an assignment: unset, foreach, ... */
    bool expression;            /* the outermost brace belongs to one: $f = function () { ... } */
    enum colon colon;
    size_t condition_end;       /* index of the bracket that closed its condition; 0: not yet */
};

static size_t line_of(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static bool outermost(const struct walk *walk)
{
    return walk->round == 0 && walk->braces == 0 && walk->blocks == 0;
}

static bool one_of(const char *text, const struct php_token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (php_is_word(text, token, *words))
            return true;
    return false;
}

/* The next token that says something, from index `at` on. */
static size_t telling(const struct php_tokens *tokens, size_t at)
{
    while (at < tokens->count && tokens->items[at].kind == PHP_COMMENT)
        at++;
    return at;
}

static bool assigns(const char *text, const struct php_token *token)
{
    static const char *const marks[] = { "=", "+=", "-=", "*=", "/=", ".=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "?\?=", "++", "--" };
    for (size_t i = 0; token->kind == PHP_MARK && i < sizeof marks / sizeof *marks; i++)
        if (php_is(text, token, marks[i]))
            return true;
    return false;
}

/* The value's range, behind the equals sign at index `at`. False when it is not simply a value up to a semicolon: another
 * assignment is in it (also: a semicolon is missing), or nothing. */
static bool find_value(const struct walk *walk, size_t at, struct billing_ini_item *item)
{
    const struct php_tokens *tokens = walk->tokens;
    long depth = 0;
    size_t found = 0;
    for (size_t i = telling(tokens, at + 1); i < tokens->count; i = telling(tokens, i + 1)) {
        const struct php_token *token = &tokens->items[i];
        if (token->kind == PHP_CLOSE || (depth == 0 && php_is(walk->text, token, ";")))
            return found > 0 && depth == 0;
        if (token->kind == PHP_MARK) {
            const char c = walk->text[token->start];
            const bool single = token->end - token->start == 1;
            depth += (single && strchr("([{", c) != NULL) - (single && strchr(")]}", c) != NULL);
            if (depth < 0 || assigns(walk->text, token))
                return false;
        }
        if (found++ == 0)
            item->value = token->start;
        item->value_end = token->end;
    }
    return false;
}

static void note_variable(struct billing_ini *ini, const struct walk *walk, size_t at, size_t previous)
{
    static const char *const property[] = { "->", "?->", "::", "$" };
    static const char *const changing[] = { "++", "--", "&" };
    const struct php_tokens *tokens = walk->tokens;
    const struct php_token *token = &tokens->items[at], *before = previous < at ? &tokens->items[previous] : NULL;
    const size_t next = telling(tokens, at + 1);
    bool touched = walk->touches || (next < tokens->count && (assigns(walk->text, &tokens->items[next]) ||
                                                              php_is(walk->text, &tokens->items[next], "[")));
    for (size_t i = 0; before != NULL && i < sizeof property / sizeof *property; i++)
        if (php_is(walk->text, before, property[i]))
            return;
    for (size_t i = 0; before != NULL && i < sizeof changing / sizeof *changing; i++)
        touched = touched || php_is(walk->text, before, changing[i]);
    if (!touched)
        return;
    struct billing_ini_item item = { .name = mem_dup_n(walk->text + token->start + 1, token->end - token->start - 1) };
    item.plain = walk->begins && outermost(walk) && next < tokens->count && php_is(walk->text, &tokens->items[next], "=") &&
                 find_value(walk, next, &item);
    ini->items = mem_grow(ini->items, ini->count + 1, sizeof *ini->items);
    ini->items[ini->count++] = item;
}

static void new_statement(struct walk *walk)
{
    walk->begins = true;
    walk->led = walk->touches = false;
    walk->colon = COLON_NOTHING;
    walk->condition_end = 0;
}

static void step_word(struct walk *walk, const struct php_token *token)
{
    static const char *const leading[] = { "if", "elseif", "else", "while", "for", "foreach", "switch", "do", "try", "catch", "finally",
                                           "function", "fn", "class", "abstract", "final", "interface", "trait", "enum", "declare",
                                           "global", "static", "unset", "list", "case", "default", "match", "namespace", NULL };
    static const char *const touching[] = { "foreach", "global", "static", "unset", "list", "catch", NULL };
    static const char *const opening[] = { "if", "while", "for", "foreach", "switch", "declare", NULL };
    static const char *const going_on[] = { "elseif", "else", NULL };
    static const char *const ending[] = { "endif", "endwhile", "endfor", "endforeach", "endswitch", "enddeclare", NULL };
    if (walk->begins) {
        walk->blocks -= one_of(walk->text, token, ending);
        walk->led = one_of(walk->text, token, leading);
        walk->touches = one_of(walk->text, token, touching);
        walk->colon = one_of(walk->text, token, opening)    ? COLON_OPENS
                      : one_of(walk->text, token, going_on) ? COLON_GOES_ON
                                                            : COLON_NOTHING;
    }
    walk->begins = false;
}

static void step_colon(struct walk *walk, size_t previous)
{
    const struct php_token *before = &walk->tokens->items[previous];
    const bool behind_head = walk->colon != COLON_NOTHING && walk->round == 0 &&
                             (previous == walk->condition_end || php_is_word(walk->text, before, "else"));
    if (!behind_head)
        return;
    walk->blocks += walk->colon == COLON_OPENS;
    new_statement(walk);
}

static void step_brace(struct walk *walk, char c, bool began)
{
    if (c == '{' && walk->braces++ == 0)
        walk->expression = !walk->led && !began;
    else if (c == '}')
        walk->braces--;
    if (walk->braces > 0 || !walk->expression)
        new_statement(walk);
}

static void step_mark(struct walk *walk, size_t at, size_t previous)
{
    const struct php_token *token = &walk->tokens->items[at];
    const char c = token->end - token->start == 1 ? walk->text[token->start] : '\0';
    const bool began = walk->begins;
    walk->begins = false;
    walk->round += (c == '(' || c == '[') - (c == ')' || c == ']');
    walk->touches = walk->touches || (c == '[' && began); /* [$a, $b] = ... */
    if (c == ')' && walk->round == 0 && walk->condition_end == 0)
        walk->condition_end = at;
    if (c == ':')
        step_colon(walk, previous);
    else if (c == '{' || c == '}')
        step_brace(walk, c, began);
    else if (c == ';' && walk->round == 0)
        new_statement(walk);
}

static void step_tag(struct walk *walk, const struct php_token *token)
{
    if (token->kind == PHP_CLOSE)
        walk->began_at_close = walk->begins;
    new_statement(walk);
    walk->begins = !php_is(walk->text, token, "<?=");
}

/* Nothing behind a return or exit that stands by itself is executed. */
static bool ends_file(const struct walk *walk, const struct php_token *token)
{
    static const char *const words[] = { "return", "exit", "die", NULL };
    return walk->begins && outermost(walk) && one_of(walk->text, token, words);
}

static void find_end(struct billing_ini *ini, const struct walk *walk, size_t at)
{
    const struct php_tokens *tokens = walk->tokens;
    ini->end = at < tokens->count ? tokens->items[at].start : tokens->halt;
    ini->end_needs_semicolon = !walk->begins;
    if (at < tokens->count || tokens->ends_in_code)
        return;
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->items[i].kind == PHP_CLOSE)
            ini->end = tokens->items[i].start;
    ini->end_needs_semicolon = !walk->began_at_close;
}

static void walk_tokens(struct billing_ini *ini, const struct php_tokens *tokens)
{
    struct walk walk = { .text = buf_str(&ini->text), .tokens = tokens, .begins = true };
    size_t at, previous = tokens->count;
    for (at = telling(tokens, 0); at < tokens->count; previous = at, at = telling(tokens, at + 1)) {
        const struct php_token *token = &tokens->items[at];
        if (ends_file(&walk, token))
            break;
        if (token->kind == PHP_VARIABLE)
            note_variable(ini, &walk, at, previous);
        if (token->kind == PHP_WORD)
            step_word(&walk, token);
        else if (token->kind == PHP_MARK)
            step_mark(&walk, at, previous);
        else if (token->kind == PHP_OPEN || token->kind == PHP_CLOSE)
            step_tag(&walk, token);
        else
            walk.begins = false;
        if (walk.round < 0 || walk.braces < 0 || walk.blocks < 0) {
            ini->trouble = mem_printf("a bracket or an end in line %zu closes nothing", line_of(walk.text, token->start));
            return;
        }
    }
    if (!outermost(&walk))
        ini->trouble = mem_dup("a bracket or block is not closed");
    find_end(ini, &walk, at);
}

void billing_ini_parse(struct billing_ini *ini, const char *text, size_t len)
{
    struct php_tokens tokens;
    *ini = (struct billing_ini){ .count = 0 };
    buf_add(&ini->text, text, len);
    php_tokens_read(&tokens, buf_str(&ini->text), len);
    if (tokens.trouble != NULL)
        ini->trouble = mem_printf("%s that begins in line %zu does not end", tokens.trouble, line_of(text, tokens.trouble_at));
    else
        walk_tokens(ini, &tokens);
    php_tokens_free(&tokens);
}

void billing_ini_free(struct billing_ini *ini)
{
    for (size_t i = 0; i < ini->count; i++)
        free(ini->items[i].name);
    free(ini->items);
    free(ini->trouble);
    buf_wipe(&ini->text);
    *ini = (struct billing_ini){ .count = 0 };
}
