/* Statements about databases and tables: which of which origin the slave holds. */
#include "fake_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fake_words.h"

#define MEMORY_TABLE "online" /* empty after every start, on every server */
#define PARTITIONS 2

/* Databases and tables. */

static void drop_database(struct fake_world *world, const char *sql)
{
    const char *at = strchr(sql, '`');
    char *name = at != NULL ? take_name(&at) : NULL;
    if (name == NULL)
        return;
    fake_world_move(world, name, "");
    for (size_t i = 0; i < world->databases.count; i++)
        if (strcmp(world->databases.items[i], name) == 0) {
            free(world->databases.items[i]);
            world->databases.items[i] = world->databases.items[--world->databases.count];
        }
    free(name);
}

static void make_database(struct fake_world *world, const char *sql)
{
    const char *at = strchr(sql, '`');
    char *name = at != NULL ? take_name(&at) : NULL;
    if (name != NULL && !strings_has(&world->databases, name))
        strings_add(&world->databases, name);
    free(name);
}

static void rename_table(struct fake_world *world, const char *sql, struct reply *reply)
{
    char *from, *table, *to, *name;
    if (!take_thing(world, sql, "RENAME TABLE ", &from, &table, NULL) || !take_thing(world, sql, " TO ", &to, &name, NULL))
        return;
    struct fake_thing *thing = fake_world_thing(world, from, "", table);
    if (thing == NULL) {
        refuse(reply, 1146);
    } else if (!strings_has(&world->databases, to)) {
        refuse(reply, 1049);
    } else if (fake_world_thing(world, to, "", name) != NULL) {
        refuse(reply, 1050);
    } else {
        free(thing->database);
        thing->database = mem_dup(to);
    }
    free(from);
    free(table);
    free(to);
    free(name);
}

static void make_table(struct fake_world *world, const char *sql, struct reply *reply)
{
    char *database, *name;
    if (!take_thing(world, sql, begins(sql, "CREATE TABLE ") ? "CREATE TABLE " : "CREATE SEQUENCE ", &database, &name, NULL))
        return;
    if (!strings_has(&world->databases, database))
        refuse(reply, 1049);
    else if (fake_world_thing(world, database, "", name) != NULL)
        refuse(reply, 1050);
    else
        fake_world_add(world, database, "", name, ORIGIN_NONE);
    free(database);
    free(name);
}

static void drop_table(struct fake_world *world, const char *sql, struct reply *reply)
{
    const bool lenient = begins(sql, "DROP TABLE IF EXISTS ");
    char *database, *name;
    if (!take_thing(world, sql, lenient ? "DROP TABLE IF EXISTS " : "DROP TABLE ", &database, &name, NULL))
        return;
    struct fake_thing *thing = fake_world_thing(world, database, "", name);
    if (thing != NULL)
        drop_thing(world, thing);
    else if (!lenient)
        refuse(reply, 1051);
    free(database);
    free(name);
}

/* What became of a partition that was exchanged in. */
static void exchange(struct fake_world *world, struct fake_thing *thing, const char *rest, struct reply *reply)
{
    char *database, *name;
    if (!take_thing(world, rest, " WITH TABLE ", &database, &name, NULL))
        return;
    struct fake_thing *spare = fake_world_thing(world, database, "", name);
    if (spare == NULL || spare->discarded) {
        refuse(reply, spare == NULL ? 1146 : 1814);
    } else if (spare->origin == ORIGIN_MASTER) {
        spare->origin = ORIGIN_NONE;
        if (++thing->pieces == PARTITIONS)
            thing->origin = ORIGIN_MASTER;
    }
    free(database);
    free(name);
}

static void alter_table(struct fake_world *world, const char *sql, struct reply *reply)
{
    const char *rest;
    char *database, *name;
    if (!take_thing(world, sql, "ALTER TABLE ", &database, &name, &rest))
        return;
    struct fake_thing *thing = fake_world_thing(world, database, "", name);
    if (thing == NULL) {
        refuse(reply, 1146);
    } else if (begins(rest, " DISCARD")) {
        thing->discarded = true;
        thing->file = false;
    } else if (begins(rest, " IMPORT")) {
        if (!thing->discarded || !thing->file)
            refuse(reply, 1815);
        else
            thing->origin = ORIGIN_MASTER;
        thing->discarded = thing->discarded && !thing->file;
    } else if (begins(rest, " EXCHANGE")) {
        exchange(world, thing, rest, reply);
    }
    free(database);
    free(name);
}

static void read_one(struct fake_world *world, const char *sql, struct reply *reply)
{
    char *database, *name;
    if (!take_thing(world, sql, " FROM ", &database, &name, NULL))
        return;
    const struct fake_thing *thing = fake_world_thing(world, database, "", name);
    if (thing == NULL)
        refuse(reply, 1146);
    else if (thing->discarded)
        refuse(reply, 1814);
    else if (thing->origin == ORIGIN_NONE)
        set_lines(world, reply, (const char *const[]){ "1" }, 1);
    free(database);
    free(name);
}

static void sum_up(struct fake_world *world, const char *sql, struct reply *reply)
{
    char *database, *name;
    if (!take_thing(world, sql, " FROM ", &database, &name, NULL))
        return;
    const struct fake_thing *thing = fake_world_thing(world, database, "", name);
    if (thing == NULL)
        refuse(reply, 1146);
    else if (thing->origin != ORIGIN_MASTER && strcmp(name, MEMORY_TABLE) != 0)
        set_lines(world, reply, (const char *const[]){ "text", "0 rows, sum 0" }, 2);
    free(database);
    free(name);
}

static void fill(struct fake_world *world, const char *sql, const char *words, struct reply *reply)
{
    char *database, *name;
    if (!take_thing(world, sql, words, &database, &name, NULL))
        return;
    struct fake_thing *thing = fake_world_thing(world, database, "", name);
    if (thing == NULL)
        refuse(reply, 1146);
    else
        thing->origin = ORIGIN_MASTER;
    if (world->snapshot_log > 0)
        world->data_log = world->snapshot_log;
    free(database);
    free(name);
}

static void about_one_database(struct fake_world *world, const char *sql, struct reply *reply, const char *mark, const char *column)
{
    const char *at = strstr(sql, mark) + strlen(mark);
    char *name = mem_dup_n(at, strcspn(at, "'"));
    if (!strings_has(&world->databases, name))
        set_lines(world, reply, &column, 1);
    else if (begins(sql, "SHOW DATABASES LIKE"))
        set_lines(world, reply, (const char *const[]){ column, name }, 2);
    free(name);
}

bool about_tables(struct fake_world *world, const char *sql, struct reply *reply)
{
    if (begins(sql, "DROP DATABASE"))
        drop_database(world, sql);
    else if (begins(sql, "CREATE DATABASE"))
        make_database(world, sql);
    else if (begins(sql, "RENAME TABLE "))
        rename_table(world, sql, reply);
    else if (begins(sql, "CREATE TABLE ") || begins(sql, "CREATE SEQUENCE "))
        make_table(world, sql, reply);
    else if (begins(sql, "DROP TABLE "))
        drop_table(world, sql, reply);
    else if (begins(sql, "ALTER TABLE "))
        alter_table(world, sql, reply);
    else if (begins(sql, "SELECT 1 FROM "))
        read_one(world, sql, reply);
    else if (begins(sql, "SELECT CONCAT(COUNT(*), ' rows"))
        sum_up(world, sql, reply);
    else if (begins(sql, "INSERT INTO "))
        fill(world, sql, "INSERT INTO ", reply);
    else if (begins(sql, "SELECT SETVAL("))
        fill(world, sql, "SELECT SETVAL(", reply);
    else if (begins(sql, "SHOW DATABASES LIKE '"))
        about_one_database(world, sql, reply, "LIKE '", "Database");
    else if (begins(sql, "SELECT DEFAULT_CHARACTER_SET_NAME"))
        about_one_database(world, sql, reply, "SCHEMA_NAME = '", "charset_name | collation_name");
    else
        return false;
    return true;
}
