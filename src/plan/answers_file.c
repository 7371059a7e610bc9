/* The answers file: libinih reads it line by line.
 *
 * libinih cuts long lines in two, joins indented lines to the one above, ignores what follows a section's bracket and
 * tells nothing of sections without keys. So every line passes read_line() first, which refuses or straightens what
 * would be misread; it hands over one line a call, so that both count the same lines.
 */
#include "plan/answers.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

#define FILE_MAX ((size_t)256 * 1024)
#define LINE_BYTES 190 /* libinih takes 200 with its ends */
#define BLANKS " \t"

struct reading {
    struct answers *answers;
    const char *at, *end; /* what is not read yet */
    int line;             /* the one handed over last */
    struct strings seen;  /* "section\nkey" */
    int failed;           /* line of the error in err; 0: none */
    struct err *err;
};

static int refuse(struct reading *reading, const char *section, const char *text)
{
    reading->failed = reading->line;
    return answers_complain(reading->answers, section, NULL, reading->line, reading->err, "%s", text);
}

static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
            return true;
    return false;
}

static void remember_section(struct reading *reading, const char *section)
{
    struct answers *answers = reading->answers;
    struct answers_host *host = NULL;
    if (strcmp(section, "master") == 0)
        host = &answers->master;
    else if (strcmp(section, "slave") == 0)
        host = &answers->slave;
    else if (strcmp(answers_family(section), "slave") == 0)
        host = answers_more(answers, section, true);
    if (host != NULL && host->line == 0)
        host->line = reading->line;
}

/* "[ slave  x ] ; comment" becomes "[slave x]". */
static int read_section(struct reading *reading, char *text)
{
    char *close = strchr(text, ']');
    if (close == NULL)
        return refuse(reading, NULL, "a section is written [name]");
    const char *rest = close + 1 + strspn(close + 1, BLANKS);
    if (*rest != '\0' && *rest != ';' && *rest != '#')
        return refuse(reading, NULL, "something follows the section's closing bracket");
    *close = '\0';
    struct buf name = BUF_INIT;
    char *at = text + 1;
    for (const char *word; (word = strtok_r(at, BLANKS, &at)) != NULL;)
        buf_addf(&name, "%s%s", name.len > 0 ? " " : "", word);
    int rc = 0;
    if (answers_section_known(buf_str(&name))) {
        remember_section(reading, buf_str(&name));
        (void)snprintf(text, strlen(buf_str(&name)) + 3, "[%s]", buf_str(&name));
    } else {
        rc = refuse(reading, buf_str(&name), "unknown section");
        err_hint(reading->err, "sections: run, master, slave, slave NAME, replication, reports");
    }
    buf_free(&name);
    return rc;
}

static int read_entry(struct reading *reading, const char *text)
{
    const char *sign = strpbrk(text, "=:");
    if (sign == NULL)
        return refuse(reading, NULL, "neither a [section] nor a line `key = value`");
    return sign == text ? refuse(reading, NULL, "a value without a key") : 0;
}

/* The next line, straightened, into the `size` bytes at `text`. -1: refused. */
static int next_line(struct reading *reading, char *text, size_t size)
{
    const char *from = reading->at;
    const char *newline = memchr(from, '\n', (size_t)(reading->end - from));
    const char *to = newline != NULL ? newline : reading->end;
    reading->at = newline != NULL ? newline + 1 : reading->end;
    reading->line++;
    reading->answers->lines = reading->line;
    if (reading->line == 1 && to - from >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0)
        from += 3;
    if (to > from && to[-1] == '\r')
        to--;
    if (has_control(from, (size_t)(to - from)))
        return refuse(reading, NULL, "the line holds a control character");
    while (from < to && strchr(BLANKS, *from) != NULL)
        from++;
    text[0] = '\0';
    if (from == to || *from == ';' || *from == '#')
        return 0;
    if (to - from > LINE_BYTES || (size_t)(to - from) + 3 > size)
        return refuse(reading, NULL, "the line is longer than 190 bytes");
    memcpy(text, from, (size_t)(to - from));
    text[to - from] = '\0';
    return text[0] == '[' ? read_section(reading, text) : read_entry(reading, text);
}

static char *read_line(char *text, int size, void *context)
{
    struct reading *reading = context;
    if (reading->failed != 0 || reading->at == reading->end || size < 4)
        return NULL;
    if (next_line(reading, text, (size_t)size) != 0)
        return NULL;
    size_t len = strlen(text);
    text[len] = '\n';
    text[len + 1] = '\0';
    return text;
}

static int on_entry(void *context, const char *section, const char *key, const char *value)
{
    struct reading *reading = context;
    if (reading->failed != 0)
        return 0;
    int rc;
    char *both = mem_printf("%s\n%s", section, key);
    if (section[0] == '\0')
        rc = answers_complain(reading->answers, NULL, key, reading->line, reading->err, "stands before any [section]");
    else if (strings_has(&reading->seen, both))
        rc = answers_complain(reading->answers, section, key, reading->line, reading->err, "stands there twice");
    else
        rc = answers_set(reading->answers, section, key, value, reading->line, reading->err);
    strings_add(&reading->seen, both);
    free(both);
    if (rc != 0)
        reading->failed = reading->line;
    return rc == 0;
}

int answers_parse(struct answers *answers, const char *name, const char *text, size_t len, struct err *err)
{
    struct reading reading = { .answers = answers, .at = text, .end = text + len, .err = err };
    free(answers->file);
    answers->file = mem_dup(name);
    answers->lines = 0;
    if (len > FILE_MAX)
        return answers_complain(answers, NULL, NULL, 0, err, "larger than 256 KiB: this is no answers file");
    int line = ini_parse_stream(read_line, &reading, on_entry, &reading);
    strings_free(&reading.seen);
    if (line > 0 && (reading.failed == 0 || line < reading.failed))
        return answers_complain(answers, NULL, NULL, line, err, "cannot be understood");
    if (line < 0 && reading.failed == 0)
        return answers_complain(answers, NULL, NULL, 0, err, "cannot be read");
    return reading.failed == 0 ? 0 : -1;
}

static int read_all(FILE *file, struct buf *text)
{
    char chunk[4096];
    size_t got;
    while (text->len <= FILE_MAX && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(text, chunk, got);
    return ferror(file) ? -1 : 0;
}

int answers_read(struct answers *answers, const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    struct buf text = BUF_INIT;
    FILE *file = standard ? stdin : fopen(path, "re");
    int rc;
    if (file == NULL || read_all(file, &text) != 0) {
        err_set(err, ERR_ANSWERS, "cannot read the answers file '%.200s': %s", name, strerror(errno));
        rc = err_hint(err, "`dualserver lab answers` prints one for the practice lab");
    } else {
        rc = answers_parse(answers, name, buf_str(&text), text.len, err);
    }
    if (file != NULL && !standard)
        (void)fclose(file);
    buf_free(&text);
    return rc;
}

static void write_section(const struct answers *answers, const char *section, struct buf *to)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    buf_addf(to, "%s[%s]\n", to->len == 0 ? "" : "\n", section);
    for (size_t i = 0; i < count; i++) {
        struct buf value = BUF_INIT;
        if (strcmp(keys[i].section, answers_family(section)) == 0)
            answers_get(answers, section, keys[i].key, &value);
        if (value.len > 0)
            buf_addf(to, "%s = %s\n", keys[i].key, buf_str(&value));
        buf_free(&value);
    }
}

void answers_write(const struct answers *answers, struct buf *to)
{
    struct buf out = BUF_INIT;
    write_section(answers, "run", &out);
    write_section(answers, "master", &out);
    write_section(answers, "slave", &out);
    for (size_t i = 0; i < answers->more_count; i++) {
        char *section = mem_printf(ANSWERS_SLAVE_PREFIX "%s", answers->more_slaves[i].name);
        write_section(answers, section, &out);
        free(section);
    }
    write_section(answers, "replication", &out);
    write_section(answers, "reports", &out);
    buf_add(to, out.data, out.len);
    buf_free(&out);
}
