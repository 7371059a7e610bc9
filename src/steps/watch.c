#include "steps/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/lock.h"
#include "host/watchdog.h"

/* Of the master, once each. */
static void edited_files(const struct plan *plan, struct strings *paths)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct change *change = &plan->changes[i];
        if (change->kind == CHANGE_FILE && change->server == SIDE_MASTER && !strings_has(paths, change->path))
            strings_add(paths, change->path);
    }
}

int watch_begin(struct world *world, struct err *err)
{
    const struct lock *lock = world->held[SIDE_MASTER];
    struct strings edited = { .count = 0 };
    if (lock == NULL)
        return err_set(err, ERR_WORLD, "the lock of the master is not held, so nothing would tell the watchdog of this program");
    edited_files(world->plan, &edited);
    const struct watchdog_orders orders = {
        .folder = world->run_dir[SIDE_MASTER],
        .lock = lock_path(lock),
        .run = world->run_id,
        .service = &world->facts.master.service,
        .edited = &edited,
    };
    int rc = watchdog_arm(world->hosts[SIDE_MASTER], &orders, err);
    world->watched = rc == 0;
    strings_free(&edited);
    return rc;
}

static int apply_arm(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    return watch_begin(world, err);
}

void watch_plan(const struct facts *facts, struct plan *plan)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("arm a watchdog that starts %s again when this program is heard of no more",
                                          facts->master.service.unit),
                       .why = mem_dup("a connection that breaks, or a program that dies, must not leave the master stopped"),
                       .after = mem_printf("%s watchdog: after %d s of silence start %s; if it fails, put the option files back and "
                                           "start it again",
                                           facts->master.service.systemd ? "systemd-run" : "setsid", WATCHDOG_QUIET_S,
                                           facts->master.service.unit),
                       .undo = mem_dup("disarm it"),
                       .apply = apply_arm,
                   });
}

int watch_held(struct world *world, struct err *err)
{
    return world->watched ? watchdog_check(world->hosts[SIDE_MASTER], world->run_dir[SIDE_MASTER], err) : 0;
}

bool watch_end(struct world *world, struct buf *said)
{
    bool taken_back = false;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    if (!world->watched || world->hosts[SIDE_MASTER] == NULL)
        return false;
    if (watchdog_disarm(world->hosts[SIDE_MASTER], world->run_dir[SIDE_MASTER], &taken_back, &text, &err) != 0) {
        world_note(world, SEVERITY_WARNING, "%s", err.text);
    } else {
        world->watched = false;
        if (text.len > 0)
            world_note(world, SEVERITY_WARNING, "the watchdog on the master had to act:\n%s", buf_str(&text));
        if (text.len > 0 && said != NULL)
            buf_addf(said, "The watchdog had to act there: %s. ", buf_str(&text));
    }
    buf_free(&text);
    return taken_back;
}
