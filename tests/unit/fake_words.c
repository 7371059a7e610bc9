/* Words of statements, and the list of what the slave holds. */
#include "fake_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fake_words.h"

struct fake_thing *fake_world_thing(const struct fake_world *world, const char *database, const char *kind, const char *name)
{
    for (size_t i = 0; i < world->thing_count; i++)
        if (strcmp(world->things[i].database, database) == 0 && strcmp(world->things[i].kind, kind) == 0 &&
            strcmp(world->things[i].name, name) == 0)
            return &world->things[i];
    return NULL;
}

struct fake_thing *fake_world_add(struct fake_world *world, const char *database, const char *kind, const char *name, enum origin origin)
{
    world->things = mem_grow(world->things, world->thing_count + 1, sizeof *world->things);
    struct fake_thing *thing = &world->things[world->thing_count++];
    *thing = (struct fake_thing){ .database = mem_dup(database), .name = mem_dup(name), .kind = mem_dup(kind), .origin = origin };
    return thing;
}

void drop_thing(struct fake_world *world, struct fake_thing *thing)
{
    if (thing->origin == ORIGIN_OLD && !world->accepting)
        fake_world_blame(world, "the slave's old table %s.%s was dropped", thing->database, thing->name);
    free(thing->database);
    free(thing->name);
    free(thing->kind);
    *thing = world->things[--world->thing_count];
}

void fake_world_move(struct fake_world *world, const char *from, const char *to)
{
    for (size_t i = world->thing_count; i-- > 0;) {
        struct fake_thing *thing = &world->things[i];
        if (strcmp(thing->database, from) != 0)
            continue;
        if (to[0] == '\0') {
            drop_thing(world, thing);
        } else {
            free(thing->database);
            thing->database = mem_dup(to);
        }
    }
}

/* The name in backticks that begins at *at; *at is behind it then. Owned; NULL: there is none. */
char *take_name(const char **at)
{
    const char *end = **at == '`' ? strchr(*at + 1, '`') : NULL;
    if (end == NULL)
        return NULL;
    char *name = mem_dup_n(*at + 1, (size_t)(end - *at) - 1);
    *at = end + 1;
    return name;
}

/* Behind the words: `database`.`name`, or `name` in the default database. */
bool take_thing(const struct fake_world *world, const char *sql, const char *words, char **database, char **name, const char **rest)
{
    const char *at = strstr(sql, words);
    *database = *name = NULL;
    if (at == NULL)
        return false;
    at += strlen(words);
    *name = take_name(&at);
    if (*name != NULL && *at == '.') {
        *database = *name;
        at++;
        *name = take_name(&at);
    } else if (*name != NULL) {
        *database = mem_dup(world->use != NULL ? world->use : "");
    }
    if (rest != NULL)
        *rest = at;
    if (*name != NULL)
        return true;
    free(*database);
    *database = NULL;
    return false;
}

bool begins(const char *text, const char *words)
{
    return strncmp(text, words, strlen(words)) == 0;
}

void set_lines(struct fake_world *world, struct reply *reply, const char *const *lines, size_t count)
{
    strings_free(&world->lines);
    for (size_t i = 0; i < count; i++)
        strings_add(&world->lines, lines[i]);
    *reply = (struct reply){ .lines = &world->lines };
}

void refuse(struct reply *reply, unsigned code)
{
    *reply = (struct reply){ .code = code };
}
