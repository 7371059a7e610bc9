/* The words of each version, put together from the table in dialect_words.c: the versions at which some word changes cut a
 * vendor's line into ranges, and each range is a dialect. Made once, at the first question, by the one thread that asks. */
#include "mysql/dialect.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "dialect_words.h"

#define DIALECTS 96

/* 5.0 before its first release for production: what it can changes from one to the next. */
#define BETAS_FROM 50000u
#define BETAS_BELOW 50015u

static struct built {
    struct dialect dialect;
    char name[48];
} built[DIALECTS];
static size_t built_count;

/* The next version above `at` at which a word of the vendor's changes. */
static unsigned next_change(bool mariadb, unsigned at)
{
    unsigned next = DIALECT_FOREVER;
    for (size_t i = 0; i < dialect_word_count; i++) {
        const struct dialect_word *word = &dialect_words[i];
        if (word->mariadb != mariadb)
            continue;
        if (word->from > at && word->from < next)
            next = word->from;
        if (word->below > at && word->below < next)
            next = word->below;
    }
    return next;
}

static void fill(struct dialect *dialect)
{
    for (size_t i = 0; i < dialect_word_count; i++) {
        const struct dialect_word *word = &dialect_words[i];
        if (word->mariadb != dialect->mariadb || dialect->from < word->from || dialect->from >= word->below)
            continue;
        char *member = (char *)dialect + word->member;
        if (word->text != NULL)
            memcpy(member, &word->text, sizeof word->text);
        else
            memcpy(member, &(bool){ true }, sizeof(bool));
    }
}

static void name_range(struct built *range)
{
    const struct dialect *dialect = &range->dialect;
    const unsigned from = dialect->from, below = dialect->below;
    const int len = snprintf(range->name, sizeof range->name, "%s %u.%u.%u", dialect->mariadb ? "MariaDB" : "MySQL",
                             from / 10000, from / 100 % 100, from % 100);
    if (below == DIALECT_FOREVER)
        snprintf(range->name + len, sizeof range->name - (size_t)len, " and later");
    else
        snprintf(range->name + len, sizeof range->name - (size_t)len, " to below %u.%u.%u", below / 10000,
                 below / 100 % 100, below % 100);
    range->dialect.name = range->name;
}

static void build(bool mariadb, unsigned from)
{
    while (from < DIALECT_FOREVER && built_count < DIALECTS) {
        struct built *range = &built[built_count++];
        range->dialect = (struct dialect){ .from = from, .below = next_change(mariadb, from), .mariadb = mariadb };
        fill(&range->dialect);
        name_range(range);
        from = range->dialect.below;
    }
}

const struct dialect *dialect_at(unsigned index)
{
    if (built_count == 0) {
        build(true, DIALECT_FIRST_MARIADB);
        build(false, DIALECT_FIRST_MYSQL);
    }
    return index < built_count ? &built[index].dialect : NULL;
}

/* MariaDB 10 greets as "5.5.5-10.11.6-MariaDB" because old slaves read the first digit only. */
static const char *own_version(const char *version)
{
    static const char disguise[] = "5.5.5-";
    const size_t len = sizeof disguise - 1;
    return strncmp(version, disguise, len) == 0 && strstr(version, "MariaDB") != NULL ? version + len : version;
}

unsigned dialect_version(const char *version)
{
    unsigned major = 0, minor = 0, patch = 0;
    if (version == NULL || sscanf(own_version(version), "%3u.%2u.%2u", &major, &minor, &patch) < 2)
        return 0;
    return major * 10000 + minor * 100 + patch;
}

const struct dialect *dialect_for(const char *version)
{
    const unsigned number = dialect_version(version);
    const bool mariadb = version != NULL && strstr(version, "MariaDB") != NULL;
    const struct dialect *dialect;
    if (!mariadb && number >= BETAS_FROM && number < BETAS_BELOW)
        return NULL;
    for (unsigned i = 0; (dialect = dialect_at(i)) != NULL; i++)
        if (dialect->mariadb == mariadb && dialect->from <= number && number < dialect->below)
            return dialect;
    return NULL;
}
