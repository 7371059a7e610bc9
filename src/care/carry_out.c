#include "care/carry_out.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "host/lock.h"

static bool needs_lock(const struct plan *plan, enum side side)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].server == side && plan->changes[i].kind != CHANGE_FILE)
            return true;
    return false;
}

static int take(struct care *care, enum side side, struct lock **lock, struct err *err)
{
    struct world *world = &care->world;
    const char *datadir = facts_of(&world->facts, side)->datadir;
    const char *slash = datadir != NULL ? strrchr(datadir, '/') : NULL;
    char *room = slash != NULL && slash > datadir ? mem_dup_n(datadir, (size_t)(slash - datadir)) : mem_dup("/var/lib");
    struct lock_holder holder;
    int rc = lock_take(world->hosts[side], &(struct lock_wish){ .room = room, .run = world->run_id }, lock, &holder, err);
    free(room);
    if (rc != 0 || *lock != NULL)
        return rc;
    struct buf who = BUF_INIT;
    lock_describe(&holder, &who);
    err_set(err, ERR_REFUSED, "somebody is at work on %s, the %s: %s", host_name(world->hosts[side]), side_name(side), buf_str(&who));
    buf_free(&who);
    return err_hint(err, "nothing was touched; wait until that has ended, or see `dualserver status`");
}

int care_lock(struct care *care, bool master, bool slave, struct lock *locks[2], struct err *err)
{
    const bool wanted[2] = { master, slave };
    int rc = 0;
    locks[SIDE_MASTER] = locks[SIDE_SLAVE] = NULL;
    if (care->world.run_id[0] == '\0')
        clock_stamp(care->world.run_id, sizeof care->world.run_id);
    for (enum side side = SIDE_MASTER; rc == 0 && side <= SIDE_SLAVE; side++)
        if (wanted[side])
            rc = take(care, side, &locks[side], err);
    if (rc != 0)
        care_unlock(care, locks);
    return rc;
}

void care_unlock(struct care *care, struct lock *locks[2])
{
    struct world *world = &care->world;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct err left = ERR_INIT;
        if (locks[side] != NULL && lock_release(world->hosts[side], locks[side], &left) != 0)
            world_note(world, SEVERITY_WARNING, "%s: %s", side_name(side), left.text);
        locks[side] = NULL;
    }
}

static int apply(struct world *world, const struct change *change, struct err *err)
{
    world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .side = change->server, .text = change->what });
    if (change->apply != NULL)
        return change->apply(world, change, err);
    return change->kind == CHANGE_FILE ? change_apply_file(world, change, err) : change_apply_sql(world, change, err);
}

int care_carry_out(struct care *care, const struct plan *plan, struct err *err)
{
    struct world *world = &care->world;
    struct lock *locks[2];
    world->plan = plan;
    int rc = care_lock(care, needs_lock(plan, SIDE_MASTER), needs_lock(plan, SIDE_SLAVE), locks, err);
    for (size_t i = 0; rc == 0 && i < plan->count; i++) {
        rc = world_cancelled(world, err) ? -1 : apply(world, &plan->changes[i], err);
        if (rc != 0 && i > 0)
            err_wrap(err, "%zu of %zu changes are made, then", i, plan->count);
    }
    care_unlock(care, locks);
    world->plan = NULL;
    return rc;
}

void care_plan_render(const struct plan *plan, struct buf *to)
{
    for (size_t i = 0; i < plan->count; i++)
        change_render(&plan->changes[i], to);
    for (size_t i = 0; i < plan->note_count; i++) {
        buf_adds(to, "  note: ");
        quote_printable(to, plan->notes[i].text, strlen(plan->notes[i].text), 0);
        buf_addc(to, '\n');
    }
}
