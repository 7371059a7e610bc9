/* Is the world as it was before the run, or as it should be after it? */
#include "fake_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const tables[] = { "calls_2026_10", "customers", "invoices", "online", "notes", "traffic" };
static const char *const objects[][2] = { { "VIEW", "unpaid" }, { "PROCEDURE", "close_month" }, { "FUNCTION", "price" },
                                          { "EVENT", "nightly" }, { "TRIGGER", "stamp" } };
static const char *const more_objects[][2] = { { "PACKAGE", "tariffs" }, { "PACKAGE BODY", "tariffs" } };
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static size_t add_objects(struct fake_world *world, const char *const (*list)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        fake_world_add(world, "billing", list[i][0], list[i][1], ORIGIN_NONE);
    return count;
}

void fake_world_fill(struct fake_world *world, bool mariadb)
{
    for (size_t i = 0; i < COUNT(tables); i++)
        fake_world_add(world, "billing", "", tables[i], ORIGIN_OLD);
    add_objects(world, objects, COUNT(objects));
    if (!mariadb)
        return;
    add_objects(world, more_objects, COUNT(more_objects));
    fake_world_add(world, "billing", "", "ticket_number", ORIGIN_OLD);
}

static const char *left_behind(const struct fake_world *world, bool leftovers)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (world->sides[side].lock != NULL && !world->sides[side].lock_stale) /* a lock that could not be removed goes stale */
            return "a lock is still held";
    if (world->sides[SIDE_MASTER].armed)
        return "the watchdog is still armed";
    if (!world->sides[SIDE_MASTER].runs)
        return "the master's server does not run";
    if (!world->sides[SIDE_SLAVE].runs)
        return "the slave's server does not run";
    if (leftovers)
        return NULL;
    if (world->copying)
        return "a copy is left on the master";
    return world->arriving ? "what arrived is left on the slave" : NULL;
}

static char *odd_file(const struct fake_side *side, bool backups)
{
    for (size_t i = 0; i < side->file_count; i++) {
        const char *path = side->files[i].path;
        if (strcmp(path, "/etc/my.cnf") != 0 && !(backups && strstr(path, ".bak") != NULL))
            return mem_printf("the file %s is left", path);
    }
    return NULL;
}

static char *odd_thing(const struct fake_world *world, const char *database, enum origin origin, bool alone)
{
    size_t found = 0;
    const struct fake_thing *odd = NULL;
    for (size_t i = 0; i < world->thing_count; i++) {
        const struct fake_thing *thing = &world->things[i];
        const bool here = strcmp(thing->database, database) == 0, memory = strcmp(thing->name, "online") == 0;
        found += here;
        if ((!here && alone) || (here && thing->kind[0] == '\0' && thing->origin != origin && !(memory && origin == ORIGIN_MASTER)))
            odd = thing;
    }
    if (odd != NULL)
        return mem_printf("%s.%s is there, of origin %d", odd->database, odd->name, (int)odd->origin);
    for (size_t i = 0; i < COUNT(tables); i++)
        if (fake_world_thing(world, database, "", tables[i]) == NULL)
            return mem_printf("the table %s.%s is missing", database, tables[i]);
    for (size_t i = 0; strcmp(database, "billing") == 0 && i < COUNT(objects); i++)
        if (fake_world_thing(world, database, objects[i][0], objects[i][1]) == NULL)
            return mem_printf("%s %s is missing", objects[i][0], objects[i][1]);
    return found > 0 ? NULL : mem_printf("%s is empty", database);
}

char *fake_world_not_before(const struct fake_world *world, bool backups)
{
    const char *left = left_behind(world, false);
    char *odd = left != NULL ? mem_dup(left) : NULL;
    for (enum side side = SIDE_MASTER; odd == NULL && side <= SIDE_SLAVE; side++) {
        odd = odd_file(&world->sides[side], backups);
        if (odd == NULL && strcmp(fake_world_file(world, side, "/etc/my.cnf"), world->options) != 0)
            odd = mem_printf("the option file of side %d is another one", (int)side);
        if (odd == NULL && world->sides[side].edited && world->sides[side].boots == 0) /* else it is the reboot that started it so */
            odd = mem_printf("the server of side %d runs with another option file", (int)side);
        if (odd == NULL && world->sides[side].users.count > 0)
            odd = mem_printf("the account %s is left", world->sides[side].users.items[0]);
    }
    if (odd == NULL && world->databases.count != 1)
        odd = mem_printf("the database %s is left", world->databases.items[world->databases.count - 1]);
    if (odd == NULL && world->had_master != world->configured)
        odd = mem_dup(world->configured ? "the slave still follows somebody" : "the slave follows nobody any more");
    if (odd == NULL && world->had_master && (!world->old_master || (world->io && world->sides[SIDE_SLAVE].boots == 0)))
        odd = mem_dup(world->old_master ? "the slave's old replication runs, which stood still" : "the slave's old master is not known any more");
    return odd != NULL ? odd : odd_thing(world, "billing", ORIGIN_OLD, true);
}

char *fake_world_not_after(const struct fake_world *world, bool leftovers)
{
    const char *left = left_behind(world, leftovers);
    char *odd = left != NULL ? mem_dup(left) : NULL, *aside = NULL;
    if (odd == NULL && (!world->configured || world->old_master || !world->io || !world->sql || !world->gtid))
        odd = mem_printf("the slave does not follow the master: configured %d, old %d, IO %d, SQL %d, GTID %d", world->configured,
                         world->old_master, world->io, world->sql, world->gtid);
    if (odd == NULL && strstr(fake_world_file(world, SIDE_SLAVE, "/etc/my.cnf"), "skip-slave-start") != NULL)
        odd = mem_dup("skip-slave-start is still in the slave's option file");
    if (odd == NULL && strcmp(fake_world_file(world, SIDE_MASTER, "/etc/my.cnf"), world->options) == 0)
        odd = mem_dup("the master's option file is as before");
    if (odd == NULL && (world->sides[SIDE_MASTER].users.count == 0 || world->sides[SIDE_SLAVE].users.count == 0))
        odd = mem_dup("an account is missing");
    for (size_t i = 0; i < world->databases.count; i++) {
        if (strncmp(world->databases.items[i], "dualserver_old_", strlen("dualserver_old_")) == 0)
            aside = world->databases.items[i];
        else if (odd == NULL && strcmp(world->databases.items[i], "billing") != 0)
            odd = mem_printf("the database %s is left", world->databases.items[i]);
    }
    if (odd == NULL && aside == NULL)
        odd = mem_dup("the slave's old data is not aside");
    if (odd == NULL)
        odd = odd_thing(world, "billing", ORIGIN_MASTER, false);
    return odd != NULL ? odd : odd_thing(world, aside, ORIGIN_OLD, false);
}
