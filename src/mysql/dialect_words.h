/* dialect_words.h - from which version until which each vendor says it so; dialect.c puts the words of one version together. */
#ifndef DUALSERVER_MYSQL_DIALECT_WORDS_H
#define DUALSERVER_MYSQL_DIALECT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define DIALECT_FIRST_MYSQL 40108u   /* before: neither a consistent snapshot nor a dump tool with --hex-blob */
#define DIALECT_FIRST_MARIADB 50100u
#define DIALECT_FOREVER 1000000u

struct dialect_word {
    size_t member;       /* of struct dialect */
    bool mariadb;
    unsigned from, below; /* 10.11.6 -> 101106 */
    const char *text;    /* NULL: the member is a bool, and true there */
    const char *source;  /* the vendor's manual or release note that says so */
};
extern const struct dialect_word dialect_words[];
extern const size_t dialect_word_count;

#endif
