#include "care/care.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/connect.h"

void care_prepare(void)
{
    db_library_begin();
}

void care_begin(struct care *care, const struct answers *answers, const struct port *port)
{
    memset(care, 0, sizeof *care);
    care->world.answers = answers;
    care->world.port = port;
    care->world.facts = (struct facts){ .master.side = SIDE_MASTER, .slave.side = SIDE_SLAVE };
}

/* A session that broke is opened anew by the host itself; one that never was there is tried again. */
static int reach(struct world *world, enum side side, struct err *err)
{
    return world->hosts[side] != NULL ? 0 : world_connect_side(world, side, err);
}

void care_look(struct care *care, enum side side)
{
    struct world *world = &care->world;
    struct care_side *of = &care->sides[side];
    *of = (struct care_side){ .looked = true, .looked_ms = clock_ms(), .why = ERR_INIT };
    if (reach(world, side, &of->why) != 0)
        return;
    of->server = facts_glance(world, side, &of->why) == 0;
    of->host = of->server || facts_of(&world->facts, side)->machine_id != NULL;
}

int care_need(struct care *care, enum side side, struct err *err)
{
    if (!care->sides[side].looked)
        care_look(care, side);
    if (care->sides[side].server)
        return 0;
    *err = care->sides[side].why;
    return -1;
}

void care_end(struct care *care)
{
    struct world *world = &care->world;
    world_disconnect(world);
    facts_free(&world->facts);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        secret_free(world->db_passwords[side]);
    secret_free(world->replication_password);
    secret_free(world->reports_password);
}
