/* Whom the slave follows, and from where. */
#include "fake_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fake_words.h"

#define NEW_MASTER "192.0.2.11"
#define MEMORY_TABLE "online" /* empty after every start, on every server */

bool fake_world_aside(const struct fake_world *world)
{
    for (size_t i = 0; i < world->thing_count; i++)
        if (world->things[i].origin == ORIGIN_OLD && strcmp(world->things[i].database, "billing") != 0)
            return true;
    return false;
}

static bool new_is_in_place(const struct fake_world *world)
{
    size_t tables = 0;
    for (size_t i = 0; i < world->thing_count; i++) {
        const struct fake_thing *thing = &world->things[i];
        if (strcmp(thing->database, "billing") != 0 || thing->kind[0] != '\0' || strcmp(thing->name, MEMORY_TABLE) == 0)
            continue;
        if (thing->origin != ORIGIN_MASTER)
            return false;
        tables++;
    }
    return tables > 0;
}

/* Whatever it follows, it must hold that master's data. */
void judge_following(struct fake_world *world)
{
    if (!world->sql || !world->configured)
        return;
    if (world->old_master && fake_world_aside(world))
        fake_world_blame(world, "the old replication goes on while the old tables are aside");
    if (!world->old_master && !new_is_in_place(world))
        fake_world_blame(world, "replication goes on onto tables that are not the master's");
}

static void point(struct fake_world *world, const char *sql, struct reply *reply)
{
    const char *file = strstr(sql, "_LOG_FILE = 'mysql-bin."), *host = strstr(sql, "_HOST = '");
    if (world->io || world->sql) {
        refuse(reply, 1198);
        return;
    }
    world->gtid = strstr(sql, "USE_GTID = slave_pos") != NULL || strstr(sql, "AUTO_POSITION = 1") != NULL;
    if (host == NULL)
        return;
    world->configured = true;
    world->old_master = strstr(host, NEW_MASTER) == NULL;
    const unsigned log = file != NULL ? (unsigned)strtoul(strchr(file, '.') + 1, NULL, 10) : 0;
    if (!world->old_master && log != world->data_log)
        fake_world_blame(world, "replication is to begin at log %u, but the data is of log %u", log, world->data_log);
}

static void start(struct fake_world *world, const char *sql, struct reply *reply)
{
    if (!world->configured) {
        refuse(reply, 1200);
        return;
    }
    const char *until = strstr(sql, " UNTIL "), *file = until != NULL ? strstr(until, "_LOG_FILE = '") : NULL;
    world->until = until != NULL;
    if (file != NULL)
        snprintf(world->until_file, sizeof world->until_file, "%.16s", file + strlen("_LOG_FILE = '"));
    world->io = world->io || strstr(sql, "SQL_THREAD") == NULL;
    world->sql = true;
    judge_following(world);
    world->sql = !world->until;
}

static void stop(struct fake_world *world, const char *sql)
{
    world->io = world->io && strstr(sql, "SQL_THREAD") != NULL;
    world->sql = false;
}

static void reset(struct fake_world *world, struct reply *reply)
{
    if (world->io || world->sql)
        refuse(reply, 1198);
    else
        world->configured = world->gtid = world->old_master = false;
}

static void say_status(struct fake_world *world, const char *sql, struct reply *reply)
{
    const bool new_words = strstr(sql, "REPLICA") != NULL;
    const char *slave = new_words ? "Replica" : "Slave", *master = new_words ? "Source" : "Master";
    const char *gtid = !new_words ? world->gtid ? "Slave_Pos" : "No" : world->gtid ? "1" : "0";
    const char *file = world->until ? world->until_file : "mysql-bin.000002";
    const unsigned position = world->until ? 1234 : 330 + 904 * world->canaries; /* where the written snapshot is */
    char *lines[2] = {
        mem_printf("%s_IO_State | %s_Host | %s_User | %s_Port | Relay_%s_Log_File | %s_IO_Running | %s_SQL_Running | Last_Errno | "
                   "Last_Error | Exec_%s_Log_Pos | Seconds_Behind_%s | %s_SSL_Allowed | %s",
                   slave, master, master, master, master, slave, slave, master, master, master, new_words ? "Auto_Position" : "Using_Gtid"),
        mem_printf("waits | %s | repl | 3306 | %s | %s | %s | 0 | '' | %u | %s | Yes | %s",
                   world->old_master ? "192.0.2.99" : NEW_MASTER, file, world->io ? "Yes" : "No", world->sql ? "Yes" : "No", position,
                   world->io && world->sql ? "0" : "NULL", gtid),
    };
    set_lines(world, reply, (const char *const *)lines, world->configured ? 2 : 1);
    free(lines[0]);
    free(lines[1]);
}

bool about_replication(struct fake_world *world, const char *sql, struct reply *reply)
{
    if (begins(sql, "CHANGE MASTER TO") || begins(sql, "CHANGE REPLICATION SOURCE TO"))
        point(world, sql, reply);
    else if (begins(sql, "START SLAVE") || begins(sql, "START REPLICA"))
        start(world, sql, reply);
    else if (begins(sql, "STOP SLAVE") || begins(sql, "STOP REPLICA"))
        stop(world, sql);
    else if (begins(sql, "RESET SLAVE ALL") || begins(sql, "RESET REPLICA ALL"))
        reset(world, reply);
    else if (begins(sql, "SHOW SLAVE STATUS") || begins(sql, "SHOW REPLICA STATUS"))
        say_status(world, sql, reply);
    else if (begins(sql, "SET GLOBAL gtid_slave_pos") && world->sql)
        refuse(reply, 1198);
    else if ((strstr(sql, "MASTER_POS_WAIT(") != NULL || strstr(sql, "SOURCE_POS_WAIT(") != NULL) && !world->sql && !world->until)
        set_lines(world, reply, (const char *const[]){ "reached", "NULL" }, 2);
    else
        return false;
    return true;
}
