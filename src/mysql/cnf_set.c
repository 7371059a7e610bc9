/* A server's option files as a whole: what wins, and where a new setting goes. */
#include "mysql/cnf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cnf_scan.h"

#define INCLUDE_DEPTH 10 /* max_recursion_level of the server's reader */

/* Source: load_default_groups in sql/mysqld.cc of MariaDB 10.11 (also what `mariadbd --help --verbose` names) and of
 * MySQL 8.0. "mariadbd" came with 10.4.6; an older server has no such group in its files. */
void cnf_set_groups(struct cnf_set *set, bool mariadb, unsigned version)
{
    static const struct {
        const char *name;
        bool mariadb_only, versioned;
    } known[] = {
        { "mysqld", false, false },  { "server", false, false }, { "mysqld", false, true },
        { "mariadb", true, false },  { "mariadb", true, true },  { "mariadbd", true, false },
        { "mariadbd", true, true },  { "client-server", true, false }, { "galera", true, false },
    };
    for (size_t i = 0; i < set->group_count; i++)
        free(set->groups[i]);
    free(set->groups);
    const size_t count = sizeof known / sizeof known[0];
    *set = (struct cnf_set){ .files = set->files, .count = set->count, .mariadb = mariadb };
    set->groups = mem_alloc(count * sizeof *set->groups);
    for (size_t i = 0; i < count; i++) {
        if (known[i].mariadb_only && !mariadb)
            continue;
        set->groups[set->group_count++] =
            known[i].versioned
                ? mem_printf("%s-%u.%u", known[i].name, version / 10000, version / 100 % 100)
                : mem_dup(known[i].name);
    }
}

bool cnf_set_reads(const struct cnf_set *set, const char *group)
{
    for (size_t i = 0; i < set->group_count; i++)
        if (group != NULL && strcasecmp(set->groups[i], group) == 0)
            return true;
    return false;
}

/* Length of the path without slashes at its end. */
static size_t trimmed(const char *path, size_t len)
{
    while (len > 1 && path[len - 1] == '/')
        len--;
    return len;
}

static bool included_by(const struct cnf *file, const struct cnf_line *line)
{
    if (line->kind == CNF_INCLUDE)
        return strcmp(file->path, line->key) == 0;
    if (line->kind != CNF_INCLUDEDIR)
        return false;
    const char *slash = strrchr(file->path, '/');
    if (slash == NULL)
        return false;
    const size_t folder = trimmed(file->path, (size_t)(slash - file->path) + 1);
    const size_t wanted = trimmed(line->key, strlen(line->key));
    const size_t len = strlen(file->path);
    return folder == wanted && memcmp(file->path, line->key, wanted) == 0 && len >= 4 &&
           strcmp(file->path + len - 4, ".cnf") == 0;
}

static bool is_top(const struct cnf_set *set, const struct cnf *file)
{
    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0; j < set->files[i].count; j++)
            if (&set->files[i] != file && included_by(file, &set->files[i].lines[j]))
                return false;
    return true;
}

/* A walk over all lines of a set in the order in which the server's reader meets them. */
struct walk {
    const struct cnf_set *set;
    void (*see)(struct walk *walk, const struct cnf *file, const struct cnf_line *line);
    const char *key;
    const struct cnf *file;      /* found */
    const struct cnf_line *line;
    int rank;
};

static void walk_file(struct walk *walk, const struct cnf *file, int depth)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct cnf_line *line = &file->lines[i];
        walk->see(walk, file, line);
        if ((line->kind != CNF_INCLUDE && line->kind != CNF_INCLUDEDIR) || depth >= INCLUDE_DEPTH)
            continue;
        for (size_t j = 0; j < walk->set->count; j++)
            if (included_by(&walk->set->files[j], line))
                walk_file(walk, &walk->set->files[j], depth + 1);
    }
}

static void walk_set(struct walk *walk)
{
    for (size_t i = 0; i < walk->set->count; i++)
        if (is_top(walk->set, &walk->set->files[i]))
            walk_file(walk, &walk->set->files[i], 0);
}

static void see_option(struct walk *walk, const struct cnf *file, const struct cnf_line *line)
{
    if (line->kind == CNF_OPTION && cnf_set_reads(walk->set, line->group) &&
        cnf_key_match(line->key, walk->key) != CNF_NO_MATCH) {
        walk->file = file;
        walk->line = line;
    }
}

const struct cnf_line *cnf_winner(const struct cnf_set *set, const char *key, const struct cnf **file)
{
    struct walk walk = { .set = set, .see = see_option, .key = key };
    walk_set(&walk);
    if (file != NULL)
        *file = walk.file;
    return walk.line;
}

/* [client-server] and [galera] are read too, but a person looks for a server's setting elsewhere. */
static int group_rank(const struct cnf_set *set, const char *group)
{
    if (!cnf_set_reads(set, group))
        return 0;
    if (strcasecmp(group, "client-server") == 0 || strcasecmp(group, "galera") == 0)
        return 1;
    return strcasecmp(group, "mysqld") == 0 ? 3 : 2;
}

/* The last file wins over earlier ones, [mysqld] over other groups of the same file. */
static void see_group(struct walk *walk, const struct cnf *file, const struct cnf_line *line)
{
    const int rank = line->kind == CNF_GROUP ? group_rank(walk->set, line->group) : 0;
    const bool better = file == walk->file ? rank >= walk->rank : rank > 1 || walk->rank <= 1;
    if (rank > 0 && better) {
        walk->file = file;
        walk->line = line;
        walk->rank = rank;
    }
}

struct cnf *cnf_home(const struct cnf_set *set, const char **group)
{
    struct walk walk = { .set = set, .see = see_group };
    walk_set(&walk);
    if (walk.rank > 1) {
        *group = walk.line->group;
        return &set->files[walk.file - set->files];
    }
    *group = "mysqld"; /* nobody speaks to the server yet: the end of the last top file is read last */
    for (size_t i = set->count; i > 0; i--)
        if (is_top(set, &set->files[i - 1]))
            return &set->files[i - 1];
    return NULL;
}

struct cnf *cnf_set_put(struct cnf_set *set, const char *key, const char *value)
{
    const struct cnf *file;
    const struct cnf_line *line = cnf_winner(set, key, &file);
    const char *home_group = NULL;
    struct cnf *home = line != NULL ? &set->files[file - set->files] : cnf_home(set, &home_group);
    if (home == NULL)
        return NULL;
    char *group = mem_dup(line != NULL ? line->group : home_group);
    cnf_set(home, group, key, value);
    free(group);
    return home;
}

void cnf_set_free(struct cnf_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        cnf_free(&set->files[i]);
    free(set->files);
    for (size_t i = 0; i < set->group_count; i++)
        free(set->groups[i]);
    free(set->groups);
    *set = (struct cnf_set){ .count = 0 };
}
