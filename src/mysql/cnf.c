#include "mysql/cnf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cnf_scan.h"

/* The reader classifies by latin1, where the no-break space 0xA0 counts: it is cut from the end of a value even when it
 * is the second half of an UTF-8 letter. */
bool cnf_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xA0';
}

/* Only '#' outside quotes starts a comment behind an option; ';' does so at the start of a line only. */
static size_t comment_start(const char *text, size_t start, size_t end)
{
    char quote = '\0';
    bool escaped = false;
    for (size_t i = start; i < end; i++) {
        const char c = text[i];
        if ((c == '\'' || c == '"') && !escaped) {
            if (quote == '\0')
                quote = c;
            else if (quote == c)
                quote = '\0';
        }
        if (quote == '\0' && c == '#')
            return i;
        escaped = quote != '\0' && c == '\\' && !escaped;
    }
    return end;
}

static size_t skip_spaces(const char *text, size_t start, size_t end)
{
    while (start < end && cnf_space(text[start]))
        start++;
    return start;
}

static size_t trim_spaces(const char *text, size_t start, size_t end)
{
    while (end > start && cnf_space(text[end - 1]))
        end--;
    return end;
}

static void scan_directive(struct cnf_scan *scan, const char *text, size_t start, size_t end)
{
    static const struct {
        const char *word;
        enum cnf_kind kind;
    } directives[] = { { "includedir", CNF_INCLUDEDIR }, { "include", CNF_INCLUDE } };

    start = skip_spaces(text, start + 1, end);
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        const size_t len = strlen(directives[i].word);
        if (end - start <= len || memcmp(text + start, directives[i].word, len) != 0 ||
            !cnf_space(text[start + len]))
            continue;
        scan->name_start = skip_spaces(text, start + len, end);
        scan->name_end = trim_spaces(text, scan->name_start, end);
        if (scan->name_end - scan->name_start > 1) /* the reader refuses less */
            scan->kind = directives[i].kind;
        return;
    }
}

static void scan_group(struct cnf_scan *scan, const char *text, size_t start, size_t end)
{
    const char *close = memchr(text + start, ']', end - start);
    if (close == NULL)
        return;
    scan->kind = CNF_GROUP;
    scan->name_start = start + 1;
    scan->name_end = trim_spaces(text, start + 1, (size_t)(close - text));
}

static void scan_option(struct cnf_scan *scan, const char *text, size_t start, size_t end)
{
    end = comment_start(text, start, end);
    const char *equals = memchr(text + start, '=', end - start);
    scan->kind = CNF_OPTION;
    scan->name_start = start;
    scan->name_end = trim_spaces(text, start, equals != NULL ? (size_t)(equals - text) : end);
    scan->value_start = scan->value_end = scan->name_end;
    if (equals == NULL)
        return;
    scan->has_value = true;
    scan->equals = (size_t)(equals - text);
    scan->value_start = skip_spaces(text, scan->equals + 1, end);
    scan->value_end = trim_spaces(text, scan->value_start, end);
    if (scan->value_start == scan->value_end) /* nothing there: the place is right behind the '=' */
        scan->value_start = scan->value_end = scan->equals + 1;
}

void cnf_scan(struct cnf_scan *scan, const char *text, size_t start, size_t end)
{
    *scan = (struct cnf_scan){ .kind = CNF_OTHER };
    const char *nul = memchr(text + start, '\0', end - start); /* the reader's strings end there */
    if (nul != NULL)
        end = (size_t)(nul - text);
    start = skip_spaces(text, start, end);
    if (start == end)
        scan->kind = CNF_BLANK;
    else if (text[start] == '#' || text[start] == ';')
        scan->kind = CNF_COMMENT;
    else if (text[start] == '!')
        scan_directive(scan, text, start, end);
    else if (text[start] == '[')
        scan_group(scan, text, start, end);
    else
        scan_option(scan, text, start, end);
}

static char *normal_key(const char *text, size_t len)
{
    char *key = mem_dup_n(text, len);
    for (char *c = key; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    return key;
}

/* Cuts one pair of quotes and resolves the escapes; what follows an unknown escape keeps its backslash. */
static char *plain_value(const char *raw, size_t len)
{
    static const char from[] = "ntrbs\"'\\", to[] = "\n\t\r\b \"'\\";
    if (len > 1 && (raw[0] == '"' || raw[0] == '\'') && raw[0] == raw[len - 1]) {
        raw++;
        len -= 2;
    }
    struct buf value = BUF_INIT;
    for (size_t i = 0; i < len; i++) {
        if (raw[i] != '\\' || i + 1 == len) {
            buf_addc(&value, raw[i]);
            continue;
        }
        const char *known = strchr(from, raw[++i]);
        if (known != NULL) {
            buf_addc(&value, to[known - from]);
        } else {
            buf_addc(&value, '\\');
            buf_addc(&value, raw[i]);
        }
    }
    return buf_steal(&value);
}

/* Fills kind, group, key and value of a line whose range is set. */
static void read_line(struct cnf_line *line, const char *text, const char *group)
{
    struct cnf_scan scan;
    cnf_scan(&scan, text, line->start, line->end);
    const char *name = text + scan.name_start;
    const size_t len = scan.name_end - scan.name_start;
    line->kind = scan.kind == CNF_OPTION && group == NULL ? CNF_OTHER : scan.kind;
    switch (line->kind) {
    case CNF_GROUP:
        line->group = mem_dup_n(name, len);
        return;
    case CNF_INCLUDE:
    case CNF_INCLUDEDIR:
        line->key = mem_dup_n(name, len);
        break;
    case CNF_OPTION:
        line->key = normal_key(name, len);
        if (scan.has_value)
            line->value = plain_value(text + scan.value_start, scan.value_end - scan.value_start);
        break;
    default:
        break;
    }
    line->group = mem_dup(group);
}

void cnf_parse(struct cnf *cnf, const char *path, const char *text, size_t len)
{
    *cnf = (struct cnf){ .path = mem_dup(path) };
    buf_add(&cnf->text, text, len);
    const char *bytes = buf_str(&cnf->text), *group = NULL;
    size_t room = 0;
    for (size_t start = 0; start < len;) {
        size_t end = len - start > CNF_PIECE ? start + CNF_PIECE : len;
        const char *newline = memchr(bytes + start, '\n', end - start);
        if (newline != NULL)
            end = (size_t)(newline - bytes) + 1;
        if (cnf->count == room) {
            room = room == 0 ? 64 : room * 2;
            cnf->lines = mem_grow(cnf->lines, room, sizeof *cnf->lines);
        }
        struct cnf_line *line = &cnf->lines[cnf->count++];
        *line = (struct cnf_line){ .start = start, .end = end };
        read_line(line, bytes, group);
        if (line->kind == CNF_GROUP)
            group = line->group;
        start = end;
    }
}

void cnf_free(struct cnf *cnf)
{
    for (size_t i = 0; i < cnf->count; i++) {
        free(cnf->lines[i].group);
        free(cnf->lines[i].key);
        free(cnf->lines[i].value);
    }
    free(cnf->lines);
    free(cnf->path);
    buf_free(&cnf->text);
    *cnf = (struct cnf){ .path = NULL };
}

/* Same option under two names, for every version that knows both. Source: MySQL 8.0.26 release notes ("replica" names),
 * mariadbd 10.11 --help --verbose. */
static const char *canonical(const char *key)
{
    static const char *const names[][2] = {
        { "skip_replica_start", "skip_slave_start" },
        { "log_replica_updates", "log_slave_updates" },
        { "replica_skip_errors", "slave_skip_errors" },
        { "replica_net_timeout", "slave_net_timeout" },
        { "replica_parallel_workers", "slave_parallel_workers" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(key, names[i][0]) == 0)
            return names[i][1];
    return key;
}

static const char *without(const char *key, const char *prefix)
{
    const size_t len = strlen(prefix);
    return strncmp(key, prefix, len) == 0 ? key + len : NULL;
}

static bool same_key(const char *one, const char *other)
{
    while (*one != '\0' && (*one == *other || (*one == '_' && *other == '-') || (*one == '-' && *other == '_'))) {
        one++;
        other++;
    }
    return *one == *other;
}

static bool same_option(const char *line_key, const char *key)
{
    return same_key(canonical(line_key), key) || same_key(line_key, key);
}

enum cnf_match cnf_key_match(const char *line_key, const char *key)
{
    static const char *const prefixes[] = { "skip_", "disable_", "enable_" }; /* maximum_KEY limits, it sets nothing */
    const char *plain = without(line_key, "loose_");
    if (plain != NULL)
        line_key = plain;
    char *wanted_owned = normal_key(key, strlen(key));
    const char *wanted = canonical(wanted_owned);
    enum cnf_match match = same_option(line_key, wanted) ? CNF_SAME : CNF_NO_MATCH;
    for (size_t i = 0; match == CNF_NO_MATCH && i < sizeof prefixes / sizeof prefixes[0]; i++) {
        const char *of_line = without(line_key, prefixes[i]), *of_wanted = without(wanted, prefixes[i]);
        if ((of_line != NULL && same_option(of_line, wanted)) ||
            (of_wanted != NULL && same_option(line_key, of_wanted)))
            match = CNF_PREFIXED;
    }
    free(wanted_owned);
    return match;
}

bool cnf_negated(const struct cnf_line *line, const char *key)
{
    if (line->kind != CNF_OPTION || cnf_key_match(line->key, key) != CNF_PREFIXED)
        return false;
    const char *plain = without(line->key, "loose_");
    const char *name = plain != NULL ? plain : line->key;
    return without(name, "skip_") != NULL || without(name, "disable_") != NULL;
}

const struct cnf_line *cnf_find(const struct cnf *cnf, const char *group, const char *key)
{
    for (size_t i = cnf->count; i > 0; i--) {
        const struct cnf_line *line = &cnf->lines[i - 1];
        if (line->kind == CNF_OPTION && strcasecmp(line->group, group) == 0 &&
            cnf_key_match(line->key, key) != CNF_NO_MATCH)
            return line;
    }
    return NULL;
}

size_t cnf_line_number(const struct cnf *cnf, const struct cnf_line *line)
{
    size_t number = 1;
    for (size_t i = 0; i < line->start; i++)
        number += cnf->text.data[i] == '\n';
    return number;
}
