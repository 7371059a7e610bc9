/* Answers by section and key: set and get. What a file looks like is answers_file.c's business. */
#include "plan/answers.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/quote.h"

/* A line of the file must not be longer than libinih's 200 bytes, with the longest key and its end of line. */
#define VALUE_MAX 170
#define DATABASE_MAX 64
#define SLAVE_PREFIX ANSWERS_SLAVE_PREFIX
#define YEAR_SECONDS (366ul * 24 * 3600)

int answers_complain(const struct answers *answers, const char *section, const char *key, int line, struct err *err,
                     const char *format, ...)
{
    struct buf text = BUF_INIT;
    char what[400];
    va_list args;
    va_start(args, format);
    if (vsnprintf(what, sizeof what, format, args) < 0)
        what[0] = '\0';
    va_end(args);
    if (answers->file != NULL && line > 0)
        buf_addf(&text, "%s:%d: ", answers->file, line);
    else if (answers->file != NULL)
        buf_addf(&text, "%s: ", answers->file);
    if (section != NULL)
        buf_addf(&text, "[%s] ", section);
    if (key != NULL)
        buf_addf(&text, "%s: ", key);
    buf_adds(&text, what);
    struct buf shown = BUF_INIT;
    quote_printable(&shown, buf_str(&text), text.len, 0);
    err_set(err, ERR_ANSWERS, "%s", buf_str(&shown));
    buf_free(&shown);
    buf_free(&text);
    return -1;
}

const char *answers_family(const char *section)
{
    return strncmp(section, SLAVE_PREFIX, strlen(SLAVE_PREFIX)) == 0 ? "slave" : section;
}

static bool slave_name_good(const char *name)
{
    return name[0] != '\0' && strlen(name) <= 40 && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                                 "0123456789._-") == strlen(name);
}

bool answers_section_known(const char *section)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    if (strncmp(section, SLAVE_PREFIX, strlen(SLAVE_PREFIX)) == 0)
        return slave_name_good(section + strlen(SLAVE_PREFIX));
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, section) == 0)
            return true;
    return false;
}

static const struct answers_key *find_key(const char *section, const char *key)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, answers_family(section)) == 0 && strcmp(keys[i].key, key) == 0)
            return &keys[i];
    return NULL;
}

struct answers_host *answers_more(struct answers *answers, const char *section, bool add)
{
    const char *name = section + strlen(SLAVE_PREFIX);
    for (size_t i = 0; i < answers->more_count; i++)
        if (strcmp(answers->more_slaves[i].name, name) == 0)
            return &answers->more_slaves[i];
    if (!add)
        return NULL;
    answers->more_slaves = mem_grow(answers->more_slaves, answers->more_count + 1, sizeof *answers->more_slaves);
    struct answers_host *more = &answers->more_slaves[answers->more_count++];
    *more = (struct answers_host){ .name = mem_dup(name) };
    return more;
}

/* Where a key's value is kept. NULL: a further slave that is not there. */
static void *place_of(struct answers *answers, const char *section, const struct answers_key *key, bool add)
{
    if (strcmp(section, key->section) == 0)
        return (char *)answers + key->offset;
    struct answers_host *more = answers_more(answers, section, add);
    return more == NULL ? NULL : (char *)more + (key->offset - offsetof(struct answers, slave));
}

/* The number of `value` among "a|b|c"; -1: it is none of them. */
static int choice_index(const char *values, const char *value)
{
    size_t len = strlen(value);
    for (int index = 0;; index++) {
        size_t word = strcspn(values, "|");
        if (word == len && strncmp(values, value, len) == 0)
            return index;
        if (values[word] == '\0')
            return -1;
        values += word + 1;
    }
}

static void choice_text(const char *values, int index, struct buf *to)
{
    while (index-- > 0)
        values += strcspn(values, "|") + 1;
    buf_add(to, values, strcspn(values, "|"));
}

static int read_number(const char *value, unsigned long low, unsigned long high, unsigned long *number)
{
    if (value[0] == '\0' || strspn(value, "0123456789") != strlen(value) || strlen(value) > 10)
        return -1;
    errno = 0;
    *number = strtoul(value, NULL, 10);
    return errno == 0 && *number >= low && *number <= high ? 0 : -1;
}

/* What no value may hold, because it would be read back as something else, or is a slip. NULL: it is fine. */
static const char *text_trouble(const char *value)
{
    if (strlen(value) > VALUE_MAX)
        return "longer than 170 bytes";
    if (value[0] == '"' || value[0] == '\'')
        return "begins with a quote: values are written without quotes";
    if (value[0] == ';' || value[0] == '#')
        return "begins with a comment character";
    for (const char *at = value; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at))
            return "holds a control character";
        if (at > value && (*at == ';' || *at == '#') && at[-1] == ' ')
            return "holds a space followed by ; or # (a comment after a value begins with ;)";
    }
    size_t len = strlen(value);
    return len > 0 && (value[0] == ' ' || value[len - 1] == ' ') ? "begins or ends with a space" : NULL;
}

static const char *database_trouble(const char *value)
{
    static const char *const own[] = { "mysql", "sys", "information_schema", "performance_schema" };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(value, own[i]) == 0)
            return "is one of the server's own databases";
    if (strlen(value) > DATABASE_MAX)
        return "is longer than 64 bytes";
    for (const char *at = value; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("_$-", *at) == NULL)
            return "holds other characters than letters, digits, _, $ and -";
    return NULL;
}

/* A name that begins with a dash would be an option to ssh; blanks and quotes are slips. */
static const char *word_trouble(const char *value)
{
    if (value[0] == '-')
        return "begins with a dash";
    return strpbrk(value, " \t'\"`\\") != NULL ? "holds a space, a quote or a backslash" : NULL;
}

static const char *string_trouble(enum answers_type type, const char *value)
{
    const char *trouble = text_trouble(value);
    if (trouble != NULL)
        return trouble;
    switch (type) {
    case ANSWER_DATABASE:
        return database_trouble(value);
    case ANSWER_HOST:
    case ANSWER_NAME:
        return word_trouble(value);
    case ANSWER_PATH:
        return value[0] == '/' ? NULL : "is not an absolute path (it is one on the server)";
    default:
        return NULL;
    }
}

static char *expand_home(const char *value)
{
    const char *home = getenv("HOME");
    if (strncmp(value, "~/", 2) == 0 && home != NULL && home[0] == '/')
        return mem_printf("%s/%s", home, value + 2);
    return mem_dup(value);
}

struct slot {
    const struct answers *answers;
    const char *section;
    const struct answers_key *key;
    void *place;
    int line;
};

#define BAD(slot, err, ...) answers_complain((slot)->answers, (slot)->section, (slot)->key->key, (slot)->line, err, __VA_ARGS__)

static int set_choice(const struct slot *slot, const char *value, struct err *err)
{
    const struct answers_key *key = slot->key;
    int index = choice_index(key->values, value);
    if (index < 0)
        return BAD(slot, err, "'%.60s' is none of %s", value, key->values);
    if (key->type == ANSWER_CHOICE)
        *(int *)slot->place = index; /* the enums of answers.h are in the order of `values` */
    else if (key->type == ANSWER_YES_NO)
        *(bool *)slot->place = index == 0;
    else
        *(bool *)slot->place = index == 1;
    return 0;
}

static int set_number(const struct slot *slot, const char *value, struct err *err)
{
    enum answers_type type = slot->key->type;
    unsigned long low = type == ANSWER_SECONDS ? 0 : 1, number = 0;
    unsigned long high = type == ANSWER_PORT ? 65535 : type == ANSWER_ID ? 4294967295ul : YEAR_SECONDS;
    if (read_number(value, low, high, &number) != 0)
        return BAD(slot, err, "'%.60s' is not a number from %lu to %lu", value, low, high);
    if (type == ANSWER_PORT)
        *(int *)slot->place = (int)number;
    else
        *(unsigned *)slot->place = (unsigned)number;
    return 0;
}

static int set_string(const struct slot *slot, const char *value, struct err *err)
{
    char *stored = slot->key->type == ANSWER_FILE ? expand_home(value) : mem_dup(value);
    const char *trouble = string_trouble(slot->key->type, stored);
    if (trouble != NULL) {
        free(stored);
        return BAD(slot, err, "'%.60s' %s", value, trouble);
    }
    char **place = slot->place;
    free(*place);
    *place = stored;
    return 0;
}

static int set_value(const struct slot *slot, const char *value, struct err *err)
{
    switch (slot->key->type) {
    case ANSWER_CHOICE:
    case ANSWER_YES_NO:
    case ANSWER_GTID:
        return set_choice(slot, value, err);
    case ANSWER_PORT:
    case ANSWER_ID:
    case ANSWER_SECONDS:
        return set_number(slot, value, err);
    default:
        return set_string(slot, value, err);
    }
}

/* Back to "absent", where no default is a value. */
static void clear_value(const struct slot *slot)
{
    switch (slot->key->type) {
    case ANSWER_PORT:
        *(int *)slot->place = 0;
        break;
    case ANSWER_ID:
        *(unsigned *)slot->place = 0;
        break;
    default:
        free(*(char **)slot->place);
        *(char **)slot->place = NULL;
    }
}

static int unknown_key(const struct answers *answers, const char *section, const char *key, int line, struct err *err)
{
    struct buf known = BUF_INIT;
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, answers_family(section)) == 0)
            buf_addf(&known, "%s%s", known.len == 0 ? "" : ", ", keys[i].key);
    answers_complain(answers, section, key, line, err, "unknown key");
    err_hint(err, "keys of this section: %s", buf_str(&known));
    buf_free(&known);
    return -1;
}

int answers_set(struct answers *answers, const char *section, const char *key, const char *value, int line,
                struct err *err)
{
    if (!answers_section_known(section)) {
        answers_complain(answers, section, NULL, line, err, "unknown section");
        return err_hint(err, "sections: run, master, slave, slave NAME, replication, reports");
    }
    const struct answers_key *found = find_key(section, key);
    if (found == NULL)
        return unknown_key(answers, section, key, line, err);
    struct slot slot = { .answers = answers, .section = section, .key = found, .line = line };
    slot.place = place_of(answers, section, found, true);
    if (value[0] != '\0')
        return set_value(&slot, value, err);
    if (found->fallback != NULL)
        return set_value(&slot, found->fallback, err);
    clear_value(&slot);
    return 0;
}

static void get_value(const struct answers_key *key, const void *place, struct buf *to)
{
    switch (key->type) {
    case ANSWER_CHOICE:
        choice_text(key->values, *(const int *)place, to);
        break;
    case ANSWER_YES_NO:
        buf_adds(to, *(const bool *)place ? "yes" : "no");
        break;
    case ANSWER_GTID:
        buf_adds(to, *(const bool *)place ? "off" : "auto");
        break;
    case ANSWER_PORT:
        if (*(const int *)place != 0)
            buf_addf(to, "%d", *(const int *)place);
        break;
    case ANSWER_ID:
        if (*(const unsigned *)place != 0)
            buf_addf(to, "%u", *(const unsigned *)place);
        break;
    case ANSWER_SECONDS:
        buf_addf(to, "%u", *(const unsigned *)place);
        break;
    default:
        buf_adds(to, *(char *const *)place);
    }
}

void answers_get(const struct answers *answers, const char *section, const char *key, struct buf *to)
{
    const struct answers_key *found = answers_section_known(section) ? find_key(section, key) : NULL;
    /* place_of() changes nothing without `add` */
    const void *place = found == NULL ? NULL : place_of((struct answers *)answers, section, found, false);
    if (place != NULL)
        get_value(found, place, to);
}

void answers_init(struct answers *answers)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    *answers = (struct answers){ .file = NULL };
    for (size_t i = 0; i < count; i++)
        if (keys[i].fallback != NULL)
            answers_set(answers, keys[i].section, keys[i].key, "", 0, NULL);
}

static void free_strings(struct answers *answers, const char *section)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (keys[i].type >= ANSWER_DATABASE && strcmp(keys[i].section, answers_family(section)) == 0)
            free(*(char **)place_of(answers, section, &keys[i], false));
}

void answers_free(struct answers *answers)
{
    static const char *const sections[] = { "run", "master", "slave", "replication", "reports" };
    if (answers == NULL)
        return;
    for (size_t i = 0; i < answers->more_count; i++) {
        char *section = mem_printf(SLAVE_PREFIX "%s", answers->more_slaves[i].name);
        free_strings(answers, section);
        free(section);
    }
    for (size_t i = 0; i < answers->more_count; i++)
        free(answers->more_slaves[i].name);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        free_strings(answers, sections[i]);
    free(answers->more_slaves);
    free(answers->file);
    *answers = (struct answers){ .file = NULL };
}
