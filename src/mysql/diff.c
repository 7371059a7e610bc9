/* Unified diff of two small texts: common ends are cut off, the rest goes through the table of longest common
 * subsequences; beyond TABLE_LIMIT cells the middle is shown as replaced as a whole, which is still a right diff. */
#include "mysql/cnf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CONTEXT 3
#define TABLE_LIMIT ((size_t)4 * 1024 * 1024)

struct text_line {
    const char *start;
    size_t len; /* newline included */
};

struct text {
    struct text_line *lines;
    size_t count;
};

/* One line of the diff: ' ', '-' or '+'. */
struct edit {
    char sign;
    const struct text_line *line;
};

struct script {
    struct edit *edits;
    size_t count;
};

static struct text cut(const char *bytes, size_t len)
{
    struct text text = { .lines = NULL };
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += bytes[i] == '\n';
    text.lines = mem_alloc(lines * sizeof *text.lines);
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(bytes + at, '\n', len - at);
        const size_t n = newline != NULL ? (size_t)(newline - (bytes + at)) + 1 : len - at;
        text.lines[text.count++] = (struct text_line){ .start = bytes + at, .len = n };
        at += n;
    }
    return text;
}

static bool equal(const struct text_line *a, const struct text_line *b)
{
    return a->len == b->len && memcmp(a->start, b->start, a->len) == 0;
}

static void say(struct script *script, char sign, const struct text_line *line)
{
    script->edits[script->count++] = (struct edit){ .sign = sign, .line = line };
}

/* The differing middles a and b: what can stay stays. */
static void compare_middle(struct script *script, const struct text *a, const struct text *b)
{
    const size_t width = b->count + 1;
    uint32_t *common = NULL; /* [i * width + j]: length of the common subsequence of a from i and b from j */
    if ((a->count + 1) * width <= TABLE_LIMIT) {
        common = mem_alloc((a->count + 1) * width * sizeof *common);
        for (size_t i = a->count; i-- > 0;)
            for (size_t j = b->count; j-- > 0;) {
                const uint32_t down = common[(i + 1) * width + j], right = common[i * width + j + 1];
                common[i * width + j] = equal(&a->lines[i], &b->lines[j])
                                            ? common[(i + 1) * width + j + 1] + 1
                                            : (down > right ? down : right);
            }
    }
    size_t i = 0, j = 0;
    while (i < a->count || j < b->count) {
        if (common != NULL && i < a->count && j < b->count && equal(&a->lines[i], &b->lines[j])) {
            say(script, ' ', &a->lines[i++]);
            j++;
        } else if (i < a->count && (j == b->count || common == NULL ||
                                    common[(i + 1) * width + j] >= common[i * width + j + 1])) {
            say(script, '-', &a->lines[i++]);
        } else {
            say(script, '+', &b->lines[j++]);
        }
    }
    free(common);
}

static struct script compare(const struct text *a, const struct text *b)
{
    struct script script = { .edits = mem_alloc((a->count + b->count + 1) * sizeof *script.edits) };
    size_t head = 0, tail = 0;
    while (head < a->count && head < b->count && equal(&a->lines[head], &b->lines[head]))
        say(&script, ' ', &a->lines[head++]);
    while (tail < a->count - head && tail < b->count - head &&
           equal(&a->lines[a->count - 1 - tail], &b->lines[b->count - 1 - tail]))
        tail++;
    const struct text middle_a = { a->lines + head, a->count - head - tail };
    const struct text middle_b = { b->lines + head, b->count - head - tail };
    compare_middle(&script, &middle_a, &middle_b);
    for (size_t i = a->count - tail; i < a->count; i++)
        say(&script, ' ', &a->lines[i]);
    return script;
}

static void add_range(struct buf *to, char sign, size_t first, size_t lines)
{
    buf_addf(to, "%c%zu", sign, lines == 0 ? first : first + 1);
    if (lines != 1)
        buf_addf(to, ",%zu", lines);
}

/* Edits [from, below) as one hunk; a_line and b_line: lines of either text before it. */
static void add_hunk(struct buf *to, const struct script *script, size_t from, size_t below, size_t a_line,
                     size_t b_line)
{
    size_t a_count = 0, b_count = 0;
    for (size_t i = from; i < below; i++) {
        a_count += script->edits[i].sign != '+';
        b_count += script->edits[i].sign != '-';
    }
    buf_adds(to, "@@ ");
    add_range(to, '-', a_line, a_count);
    buf_addc(to, ' ');
    add_range(to, '+', b_line, b_count);
    buf_adds(to, " @@\n");
    for (size_t i = from; i < below; i++) {
        const struct text_line *line = script->edits[i].line;
        buf_addc(to, script->edits[i].sign);
        buf_add(to, line->start, line->len);
        if (line->start[line->len - 1] != '\n')
            buf_adds(to, "\n\\ No newline at end of file\n");
    }
}

/* End of the hunk that begins with the change at `at`: changes with no more than twice the context between them. */
static size_t hunk_end(const struct script *script, size_t at)
{
    size_t last = at;
    for (size_t i = at; i < script->count && i - last <= 2 * CONTEXT + 1; i++)
        if (script->edits[i].sign != ' ')
            last = i;
    return last + 1 + CONTEXT < script->count ? last + 1 + CONTEXT : script->count;
}

void cnf_diff(struct buf *to, const char *path, const char *before, size_t before_len, const char *after,
              size_t after_len)
{
    struct text a = cut(before, before_len), b = cut(after, after_len);
    struct script script = compare(&a, &b);
    size_t a_line = 0, b_line = 0;
    bool headed = false;
    for (size_t i = 0, done = 0; i < script.count; i++) {
        if (script.edits[i].sign == ' ')
            continue;
        const size_t from = i - done > CONTEXT ? i - CONTEXT : done, below = hunk_end(&script, i);
        for (; done < from; done++) { /* equal lines in front of the hunk */
            a_line++;
            b_line++;
        }
        if (!headed)
            buf_addf(to, "--- %s\n+++ %s\n", path, path);
        headed = true;
        add_hunk(to, &script, from, below, a_line, b_line);
        for (; done < below; done++) {
            a_line += script.edits[done].sign != '+';
            b_line += script.edits[done].sign != '-';
        }
        i = below - 1;
    }
    free(script.edits);
    free(a.lines);
    free(b.lines);
}
