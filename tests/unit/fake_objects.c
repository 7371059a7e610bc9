/* Views, routines, triggers, events, accounts; what the master says; and who answers which statement. */
#include "fake_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fake_words.h"

static const char *const kinds[] = { "PACKAGE BODY", "PACKAGE", "VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT" };
#define KINDS (sizeof kinds / sizeof kinds[0])

static bool make_object(struct fake_world *world, const char *sql, struct reply *reply)
{
    for (size_t i = 0; begins(sql, "CREATE ") && i < KINDS; i++) {
        char *words = mem_printf("%s ", kinds[i]);
        const char *at = strstr(sql, words);
        at = at != NULL ? at + strlen(words) : NULL;
        free(words);
        if (at == NULL || begins(sql, "CREATE USER") || begins(sql, "CREATE TABLE"))
            continue;
        char *name = *at == '`' ? take_name(&at) : mem_dup_n(at, strcspn(at, " "));
        if (fake_world_thing(world, world->use, kinds[i], name) != NULL)
            refuse(reply, i == 2 ? 1050 : i == 5 ? 1359 : i == 6 ? 1537 : 1304);
        else
            fake_world_add(world, world->use, kinds[i], name, ORIGIN_NONE);
        free(name);
        return true;
    }
    return false;
}

static bool drop_object(struct fake_world *world, const char *sql)
{
    for (size_t i = 0; begins(sql, "DROP ") && i < KINDS; i++) {
        char *words = mem_printf("DROP %s IF EXISTS ", kinds[i]), *database, *name;
        const bool found = begins(sql, words) && take_thing(world, sql, words, &database, &name, NULL);
        free(words);
        if (!found)
            continue;
        struct fake_thing *thing = fake_world_thing(world, database, kinds[i], name);
        if (thing != NULL)
            drop_thing(world, thing);
        free(database);
        free(name);
        return true;
    }
    return false;
}

bool about_objects(struct fake_world *world, const char *sql, struct reply *reply)
{
    return make_object(world, sql, reply) || drop_object(world, sql);
}

/* Accounts. */

bool about_users(struct fake_world *world, enum side on, const char *sql, struct reply *reply)
{
    static const struct {
        const char *words;
        unsigned missing;
    } verbs[] = { { "CREATE USER IF NOT EXISTS ", 0 }, { "CREATE USER ", 0 }, { "ALTER USER ", 1396 }, { "DROP USER ", 1396 },
                  { "SHOW CREATE USER ", 1396 }, { "SHOW GRANTS FOR ", 1141 } };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (!begins(sql, verbs[i].words))
            continue;
        const char *at = sql + strlen(verbs[i].words);
        char *user = mem_dup_n(at, strcspn(at, " "));
        struct fake_side *side = &world->sides[on];
        const bool there = strings_has(&side->users, user);
        char *made = mem_printf("CREATE USER %s IDENTIFIED BY PASSWORD 'x'", user);
        if (!there && verbs[i].missing != 0)
            refuse(reply, verbs[i].missing);
        else if (!there)
            strings_add(&side->users, user);
        else if (begins(sql, "SHOW CREATE USER "))
            set_lines(world, reply, (const char *const[]){ "CREATE USER", made }, 2);
        free(made);
        for (size_t u = 0; begins(sql, "DROP USER") && u < side->users.count; u++)
            if (strcmp(side->users.items[u], user) == 0) {
                free(side->users.items[u]);
                side->users.items[u] = side->users.items[--side->users.count];
            }
        free(user);
        return true;
    }
    return false;
}

static const char *kind_asked(const char *sql)
{
    for (size_t i = 0; i < KINDS; i++) {
        char *words = mem_printf("ROUTINE_TYPE = '%s'", kinds[i]);
        const bool asked = strstr(sql, words) != NULL;
        free(words);
        if (asked)
            return kinds[i];
    }
    return strstr(sql, "INFORMATION_SCHEMA.VIEWS") != NULL    ? "VIEW"
           : strstr(sql, "INFORMATION_SCHEMA.EVENTS") != NULL ? "EVENT"
           : begins(sql, "SHOW TRIGGERS")                     ? "TRIGGER"
                                                              : "";
}

/* Of what is written down, what is there now. */
static void leave_out(struct fake_world *world, const char *sql, struct reply *reply)
{
    const char *quoted = strstr(sql, "SCHEMA = '"), *shown = begins(sql, "SHOW TRIGGERS FROM `") ? strchr(sql, '`') + 1 : NULL;
    const char *at = quoted != NULL ? quoted + strlen("SCHEMA = '") : shown;
    if (at == NULL || reply->lines == NULL || begins(at, "information_schema"))
        return;
    char *database = mem_dup_n(at, strcspn(at, "'`"));
    const struct strings *all = reply->lines;
    struct strings left = { .count = 0 };
    for (size_t i = 0; i < all->count; i++) {
        char *name = mem_dup_n(all->items[i], strcspn(all->items[i], " "));
        if (i == 0 || fake_world_thing(world, database, kind_asked(sql), name) != NULL)
            strings_add(&left, all->items[i]);
        free(name);
    }
    strings_free(&world->lines);
    world->lines = left;
    *reply = (struct reply){ .lines = &world->lines };
    free(database);
}

/* The master. */

static void say_logs(struct fake_world *world, struct reply *reply)
{
    if (world->logs == 0) {
        refuse(reply, 1381);
        return;
    }
    strings_free(&world->lines);
    strings_add(&world->lines, "Log_name | File_size");
    for (unsigned i = 1; i <= world->logs; i++) {
        char *line = mem_printf("mysql-bin.%06u | 345", i);
        strings_add(&world->lines, line);
        free(line);
    }
    *reply = (struct reply){ .lines = &world->lines };
}

static void say_position(struct fake_world *world, struct reply *reply)
{
    char *line = mem_printf("mysql-bin.%06u | 1234", world->logs);
    set_lines(world, reply, (const char *const[]){ "File | Position", line }, world->logs > 0 ? 2 : 1);
    free(line);
}

static void answer_master(struct fake_world *world, const char *sql, struct reply *reply)
{
    static const char *const never[] = { "DROP ", "RENAME ", "TRUNCATE ", "DELETE ", "UPDATE ", "INSERT ", "ALTER TABLE ",
                                         "RESET ", "PURGE " };
    const bool canary = strstr(sql, "dualserver_canary_") != NULL;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (begins(sql, never[i]) && !canary && !begins(sql, "DROP USER '"))
            fake_world_blame(world, "the master was told: %s", sql);
    world->canaries += canary && begins(sql, "DROP ");
    if (begins(sql, "FLUSH TABLES WITH READ LOCK"))
        world->snapshot_log = world->logs;
    if (begins(sql, "SHOW BINARY LOGS"))
        say_logs(world, reply);
    else if (begins(sql, "SHOW MASTER STATUS") || begins(sql, "SHOW BINARY LOG STATUS"))
        say_position(world, reply);
    else if (strcmp(sql, "SHOW GLOBAL VARIABLES") == 0 && world->sides[SIDE_MASTER].edited)
        set_lines(world, reply, (const char *const[]){ "Variable_name | Value", "binlog_format | ROW", "log_bin | ON", "server_id | 1" }, 4);
    else
        (void)about_users(world, SIDE_MASTER, sql, reply);
}

void fake_world_answer(struct fake_world *world, enum side side, const char *sql, struct reply *reply)
{
    if (side == SIDE_MASTER) {
        answer_master(world, sql, reply);
        return;
    }
    if (begins(sql, "USE `")) {
        free(world->use);
        world->use = mem_dup_n(sql + 5, strcspn(sql + 5, "`"));
    }
    if (begins(sql, "SHOW CREATE ") && reply->code == 1064)
        set_lines(world, reply, (const char *const[]){ "Table | Create Table", "t | CREATE TABLE `t` (`id` int) ENGINE=InnoDB" }, 2);
    if (begins(sql, "SHOW TRIGGERS ") && reply->code == 1064)
        set_lines(world, reply, (const char *const[]){ "Trigger | Event | Table" }, 1);
    if (begins(sql, "SELECT GROUP_CONCAT(") && !world->sql)
        refuse(reply, 1146);
    if (!about_replication(world, sql, reply) && !about_users(world, SIDE_SLAVE, sql, reply) &&
        !about_tables(world, sql, reply) && !about_objects(world, sql, reply))
        leave_out(world, sql, reply);
    judge_following(world);
}
