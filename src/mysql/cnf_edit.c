/* Edits of one option file. Each rebuilds the text from three ranges and reads it anew, so a line list never lies. */
#include "mysql/cnf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cnf_scan.h"

/* Replaces the bytes [start, end) and parses again. */
static void splice(struct cnf *cnf, size_t start, size_t end, const char *bytes, size_t len)
{
    struct buf text = BUF_INIT;
    const char *old = buf_str(&cnf->text);
    buf_add(&text, old, start);
    buf_add(&text, bytes, len);
    buf_add(&text, old + end, cnf->text.len - end);
    char *path = mem_dup(cnf->path);
    cnf_free(cnf);
    cnf_parse(cnf, path, buf_str(&text), text.len);
    buf_free(&text);
    free(path);
}

/* Writes a value so that the reader gives the same bytes back. */
static void add_value(struct buf *to, const char *value)
{
    static const char from[] = "\n\t\r\b\"\\", names[] = "ntrb\"\\";
    const size_t len = strlen(value);
    const bool plain = len == 0 || (strpbrk(value, "#;'\"\\\n\t\r\b") == NULL && !cnf_space(value[0]) &&
                                    !cnf_space(value[len - 1]));
    if (plain) {
        buf_adds(to, value);
        return;
    }
    buf_addc(to, '"');
    for (const char *c = value; *c != '\0'; c++) {
        const char *known = strchr(from, *c);
        if (known != NULL) {
            buf_addc(to, '\\');
            buf_addc(to, names[known - from]);
        } else {
            buf_addc(to, *c);
        }
    }
    buf_addc(to, '"');
}

static void add_assignment(struct buf *to, const char *key, const char *value)
{
    buf_adds(to, key);
    if (value == NULL)
        return;
    buf_adds(to, *value != '\0' ? " = " : " =");
    add_value(to, value);
}

/* "\r\n" where the file (its first line) is written so. */
static const char *line_end(const struct cnf *cnf)
{
    const char *text = buf_str(&cnf->text);
    const char *newline = memchr(text, '\n', cnf->text.len);
    return newline != NULL && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
}

static bool ends_in_newline(const struct cnf *cnf, size_t end)
{
    return end > 0 && cnf->text.data[end - 1] == '\n';
}

static bool same_value(const char *one, const char *other)
{
    if (one == NULL || other == NULL)
        return one == other;
    return strcmp(one, other) == 0;
}

/* The line's new bytes from the key to the value's end; what stands before and behind stays. */
static void change_line(struct cnf *cnf, const struct cnf_line *line, const char *key, const char *value)
{
    struct cnf_scan scan;
    struct buf bytes = BUF_INIT;
    const char *text = buf_str(&cnf->text);
    cnf_scan(&scan, text, line->start, line->end);
    size_t start = scan.name_start;
    if (cnf_key_match(line->key, key) == CNF_PREFIXED || !scan.has_value) {
        if (cnf_key_match(line->key, key) == CNF_PREFIXED)
            add_assignment(&bytes, key, value);
        else {
            char *old = mem_dup_n(text + scan.name_start, scan.name_end - scan.name_start);
            add_assignment(&bytes, old, value);
            free(old);
        }
    } else if (value == NULL) {
        start = scan.name_end;
    } else {
        start = scan.value_start;
        if (scan.value_start == scan.equals + 1 && cnf_space(text[scan.equals - 1]) && *value != '\0')
            buf_addc(&bytes, ' ');
        add_value(&bytes, value);
    }
    splice(cnf, start, scan.value_end, buf_str(&bytes), bytes.len);
    buf_free(&bytes);
}

/* A line that the reader takes apart (it is longer than the reader's buffer, or would become so) is not changed in place:
 * its pieces would move. A line added behind it wins over it anyway. */
static bool changeable(const struct cnf *cnf, const struct cnf_line *line, const char *key, const char *value)
{
    const bool whole = ends_in_newline(cnf, line->end) || line->end == cnf->text.len;
    const size_t more = strlen(key) + 2 * (value != NULL ? strlen(value) : 0) + 8;
    return whole && line->end - line->start + more <= CNF_PIECE;
}

/* Where a new line of the group goes: behind the last line of its last section that says something, so that comments and
 * blank lines before the next group stay with that. SIZE_MAX: no such group. */
static size_t place_in_group(const struct cnf *cnf, const char *group)
{
    size_t place = SIZE_MAX;
    bool inside = false;
    for (size_t i = 0; i < cnf->count; i++) {
        const struct cnf_line *line = &cnf->lines[i];
        if (line->kind == CNF_GROUP)
            inside = strcasecmp(line->group, group) == 0;
        if (inside && line->kind != CNF_BLANK && line->kind != CNF_COMMENT)
            place = line->end;
    }
    if (place == SIZE_MAX)
        return place;
    const char *text = buf_str(&cnf->text);
    const char *newline = memchr(text + place - 1, '\n', cnf->text.len - (place - 1));
    return newline != NULL ? (size_t)(newline - text) + 1 : cnf->text.len;
}

static void add_line(struct cnf *cnf, const char *group, const char *key, const char *value)
{
    const char *eol = line_end(cnf);
    struct buf bytes = BUF_INIT;
    size_t place = place_in_group(cnf, group);
    const bool new_group = place == SIZE_MAX;
    if (new_group)
        place = cnf->text.len;
    if (place > 0 && !ends_in_newline(cnf, place))
        buf_adds(&bytes, eol);
    if (new_group) {
        if (place > 0)
            buf_adds(&bytes, eol);
        buf_addf(&bytes, "[%s]%s", group, eol);
    }
    add_assignment(&bytes, key, value);
    buf_adds(&bytes, eol);
    splice(cnf, place, place, buf_str(&bytes), bytes.len);
    buf_free(&bytes);
}

void cnf_set(struct cnf *cnf, const char *group, const char *key, const char *value)
{
    const struct cnf_line *line = cnf_find(cnf, group, key);
    if (line != NULL && cnf_key_match(line->key, key) == CNF_SAME && same_value(line->value, value))
        return;
    if (line != NULL && changeable(cnf, line, key, value))
        change_line(cnf, line, key, value);
    else
        add_line(cnf, group, key, value);
}

void cnf_remove(struct cnf *cnf, const char *group, const char *key)
{
    for (const struct cnf_line *line; (line = cnf_find(cnf, group, key)) != NULL;) {
        const char *text = buf_str(&cnf->text);
        size_t start = line->start, end = line->end;
        while (start > 0 && text[start - 1] != '\n') /* all pieces of a line that is too long for the reader */
            start--;
        while (end < cnf->text.len && text[end - 1] != '\n')
            end++;
        splice(cnf, start, end, "", 0);
    }
}
