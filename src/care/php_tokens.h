/* php_tokens.h - the words of a PHP file, as far as they have to be told apart to find an assignment and to leave all else alone.
 *
 * A file without any opening tag is taken for code from its first byte (such files are evaluated, not included).
 * Source: PHP manual, Language Reference: Basic syntax, Strings, Comments; `__halt_compiler`.
 */
#ifndef DUALSERVER_CARE_PHP_TOKENS_H
#define DUALSERVER_CARE_PHP_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

enum php_kind {
    PHP_OPEN,     /* <?php, <?, <?= */
    PHP_CLOSE,    /* ?> with the newline that it swallows */
    PHP_COMMENT,
    PHP_VARIABLE, /* $name */
    PHP_WORD,     /* name, keyword, constant */
    PHP_NUMBER,
    PHP_STRING,   /* '...' or "..." whose value stands there */
    PHP_TEMPLATE, /* a string with variables in it, heredoc, nowdoc, `...` */
    PHP_MARK,     /* everything else: operators, brackets, semicolon */
};

struct php_token {
    enum php_kind kind;
    size_t start, end; /* bytes in the text */
};

struct php_tokens {
    struct php_token *items; /* in order; white space and what is outside of the tags is in no token */
    size_t count;
    bool ends_in_code;       /* the text ends inside the tags */
    size_t halt;             /* where __halt_compiler stands, else the text's length */
    const char *trouble;     /* what does not end: "a string"; NULL: all is well */
    size_t trouble_at;
};

/* Succeeds on any bytes. */
void php_tokens_read(struct php_tokens *tokens, const char *text, size_t len);
bool php_is(const char *text, const struct php_token *token, const char *word); /* same bytes */
bool php_is_word(const char *text, const struct php_token *token, const char *word); /* a PHP_WORD, whatever its case */
void php_tokens_free(struct php_tokens *tokens);

#endif
