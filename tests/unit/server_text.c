#include "server_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

enum { EITHER_SIDE = 2 };

struct block {
    char *pattern;
    int side;
    unsigned code;
    struct strings when, last, elsewhere, lines;
};

void tape_add(struct tape *tape, enum side side, const char *sql, unsigned code)
{
    tape->lines = mem_grow(tape->lines, tape->count + 1, sizeof *tape->lines);
    tape->lines[tape->count++] = (struct tape_line){ .side = side, .code = code, .sql = mem_dup(sql) };
}

void tape_free(struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++)
        free(tape->lines[i].sql);
    free(tape->lines);
    *tape = (struct tape){ .count = 0 };
}

bool spoil_now(struct spoil *spoil, enum spoil_kind kind)
{
    return spoil != NULL && spoil->kind == kind && spoil->seen++ == spoil->at;
}

/* The last star is the one that gives way; those before it never need to. */
bool glob(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

void split_cells(const char *line, struct strings *cells)
{
    for (;;) {
        const char *bar = strstr(line, " | ");
        char *cell = bar != NULL ? mem_dup_n(line, (size_t)(bar - line)) : mem_dup(line);
        strings_add(cells, cell);
        free(cell);
        if (bar == NULL)
            return;
        line = bar + 3;
    }
}

/* The rest of the line behind its first word, when that is it. */
static const char *behind(const char *line, const char *word)
{
    const size_t len = strlen(word);
    return strncmp(line, word, len) == 0 && line[len] == ' ' ? line + len + 1 : NULL;
}

static struct block *new_block(struct server_text *text, const char *pattern, unsigned code)
{
    text->blocks = mem_grow(text->blocks, text->block_count + 1, sizeof *text->blocks);
    struct block *block = &text->blocks[text->block_count++];
    *block = (struct block){ .side = EITHER_SIDE, .code = code };
    const char *rest;
    if ((rest = behind(pattern, "master")) != NULL)
        block->side = SIDE_MASTER;
    else if ((rest = behind(pattern, "slave")) != NULL)
        block->side = SIDE_SLAVE;
    block->pattern = mem_dup(rest != NULL ? rest : pattern);
    return block;
}

static void read_line(struct server_text *text, const char *folder, const char *line, struct block **open)
{
    const char *rest;
    char *end = NULL;
    if (line[0] == '#')
        return;
    if (line[0] == '\0') {
        *open = NULL;
    } else if (*open != NULL && (rest = behind(line, "when")) != NULL) {
        strings_add(&(*open)->when, rest);
    } else if (*open != NULL && (rest = behind(line, "last")) != NULL) {
        strings_add(&(*open)->last, rest);
    } else if (*open != NULL && (rest = behind(line, "elsewhere")) != NULL) {
        strings_add(&(*open)->elsewhere, rest);
    } else if (*open != NULL) {
        strings_add(&(*open)->lines, line);
    } else if ((rest = behind(line, "server")) != NULL) {
        free(text->version);
        text->version = mem_dup(rest);
    } else if ((rest = behind(line, "machine")) != NULL) {
        strings_add(&text->machine, rest);
    } else if ((rest = behind(line, "option")) != NULL) {
        buf_addf(&text->options, "%s\n", rest);
    } else if ((rest = behind(line, "include")) != NULL) {
        server_text_read(text, folder, rest);
    } else if ((rest = behind(line, "refuse")) != NULL) {
        const unsigned code = (unsigned)strtoul(rest, &end, 10);
        *open = new_block(text, end + 1, code);
    } else if ((rest = behind(line, "answer")) != NULL) {
        *open = new_block(text, rest, 0);
    } else {
        fail_msg("a line of a server's description says nothing: %s", line);
    }
}

void server_text_read(struct server_text *text, const char *folder, const char *file)
{
    char *path = mem_printf("%s/%s", folder, file), *line = NULL;
    FILE *stream = fopen(path, "r");
    struct block *open = NULL;
    size_t room = 0;
    if (stream == NULL)
        fail_msg("cannot read %s", path);
    for (ssize_t len; (len = getline(&line, &room, stream)) >= 0;) {
        if (len > 0 && line[len - 1] == '\n')
            line[len - 1] = '\0';
        read_line(text, folder, line, &open);
    }
    fclose(stream);
    free(line);
    free(path);
}

void server_text_add(struct server_text *text, const char *statement, const struct strings *lines)
{
    struct block *block = new_block(text, statement, 0);
    for (size_t i = 0; i < lines->count; i++)
        strings_add(&block->lines, lines->items[i]);
}

void server_text_add_version(struct server_text *text)
{
    struct strings lines = { .count = 0 };
    strings_add(&lines, "VERSION()");
    strings_add(&lines, text->version);
    server_text_add(text, "SELECT VERSION()", &lines);
    strings_free(&lines);
}

void server_text_free(struct server_text *text)
{
    for (size_t i = 0; i < text->block_count; i++) {
        struct block *block = &text->blocks[i];
        free(block->pattern);
        strings_free(&block->when);
        strings_free(&block->last);
        strings_free(&block->elsewhere);
        strings_free(&block->lines);
    }
    free(text->blocks);
    free(text->version);
    strings_free(&text->machine);
    buf_free(&text->options);
    *text = (struct server_text){ .block_count = 0 };
}

bool reads(const char *sql)
{
    static const char *const words[] = { "SELECT", "SHOW", "CHECK", "XA", "DESCRIBE", "EXPLAIN" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(sql, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* Neither reads, nor is about the session only. */
static bool changes(const char *sql)
{
    return !reads(sql) && strncmp(sql, "SET ", 4) != 0 && strncmp(sql, "DO ", 3) != 0 && strncmp(sql, "USE ", 4) != 0;
}

static bool was_told(const struct tape *tape, enum side side, const struct strings *patterns)
{
    for (size_t p = 0; p < patterns->count; p++) {
        bool told = false;
        for (size_t i = 0; i < tape->count && !told; i++)
            told = tape->lines[i].side == side && glob(patterns->items[p], tape->lines[i].sql);
        if (!told)
            return false;
    }
    return true;
}

static bool is_last(const struct tape *tape, enum side side, const struct strings *patterns)
{
    for (size_t i = tape->count; patterns->count > 0 && i-- > 0;)
        if (tape->lines[i].side == side && changes(tape->lines[i].sql))
            return glob(patterns->items[0], tape->lines[i].sql);
    return patterns->count == 0;
}

struct reply server_text_answer(const struct server_text *text, enum side side, const struct tape *tape, const char *sql)
{
    const enum side other = side == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER;
    if (text->history != NULL && history_refuses(text->history, text->version, sql) != NULL)
        return (struct reply){ .code = 1064 };
    for (size_t i = 0; i < text->block_count; i++) {
        const struct block *block = &text->blocks[i];
        if ((block->side == EITHER_SIDE || block->side == (int)side) && glob(block->pattern, sql) &&
            was_told(tape, side, &block->when) && was_told(tape, other, &block->elsewhere) &&
            is_last(tape, side, &block->last))
            return (struct reply){ .code = block->code, .lines = block->lines.count > 0 ? &block->lines : NULL };
    }
    return (struct reply){ .code = reads(sql) ? 1064 : 0 };
}
