/* Before anything is touched: both servers are looked at, checked, and every change is planned. */
#include "engine_room.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/check.h"
#include "engine/connect.h"
#include "engine/guard.h"
#include "engine/runs.h"
#include "steps/copy_way.h"

/* Several slaves have a run each: who drives the engine hands them over one by one (engine/further.h). */
static int refuse_several(const struct answers *answers, struct err *err)
{
    char section[64];
    (void)snprintf(section, sizeof section, ANSWERS_SLAVE_PREFIX "%.40s", answers->more_count > 0 ? answers->more_slaves[0].name : "");
    if (answers->more_count == 0)
        return 0;
    answers_complain(answers, section, NULL, 0, err, "here one slave is set up at a time");
    return err_hint(err, "`dualserver setup --answers FILE` with --yes or --plain sets all of them up, one after the other");
}

static int run_checks(struct engine *engine, struct err *err)
{
    size_t refused = 0;
    char first[sizeof err->text - sizeof " (and more)"] = "";
    world_phase(&engine->world, PHASE_CHECK, "checking");
    for (size_t i = 0; i < check_count; i++) {
        struct buf text = BUF_INIT;
        enum check_verdict verdict = checks[i].test(&engine->world.facts, engine->answers, &text);
        world_emit(&engine->world, &(struct event){ .kind = EVENT_CHECK, .id = checks[i].id, .verdict = verdict,
                                                    .text = buf_str(&text), .why = checks[i].why, .fix = checks[i].fix });
        if (verdict == CHECK_REFUSED && refused++ == 0)
            snprintf(first, sizeof first, "%s: %s", checks[i].id, buf_str(&text));
        buf_free(&text);
    }
    if (refused == 0)
        return 0;
    err_set(err, ERR_REFUSED, "%s%s", first, refused > 1 ? " (and more)" : "");
    return err_hint(err, "nothing was touched; each refused check says what to do");
}

static void forget_plan(struct engine *engine)
{
    plan_free(&engine->plan);
    engine->world.plan = NULL;
    engine->planned = false;
    engine->looked = false;
    engine->confirmed = false;
}

static int look(struct engine *engine, struct err *err)
{
    struct world *world = &engine->world;
    forget_plan(engine);
    engine->port.cancel_fd = engine->cancel_fd; /* an earlier run may have ended with nothing to be cancelled */
    model_reset_look(&engine->model);
    facts_free(&world->facts);
    if (answers_check(engine->answers, err) != 0 || refuse_several(engine->answers, err) != 0 ||
        runs_refuse_unfinished(engine->state_dir, engine->answers, err) != 0 ||
        world_make_secrets(world, err) != 0 || world_connect(world, err) != 0 ||
        guard_look(world, err) != 0 || facts_gather(world, &world->facts, err) != 0 || further_look(engine, err) != 0)
        return -1;
    copy_way_carry(copy_way_wanted(&world->facts, engine->answers), &world->facts.master.inventory);
    if (run_checks(engine, err) != 0)
        return -1;
    engine->looked = true;
    return 0;
}

int engine_look(struct engine *engine, struct err *err)
{
    return look(engine, err) == 0 ? 0 : err_advise(err, "nothing was touched");
}

static void name_run(struct world *world)
{
    char stamp[24];
    struct err err = ERR_INIT;
    clock_stamp(stamp, sizeof stamp);
    struct secret *suffix = secret_random(4, &err);
    snprintf(world->run_id, sizeof world->run_id, "%s-%s", stamp, suffix != NULL ? secret_text(suffix) : "0000");
    secret_free(suffix);
    for (char *c = world->run_id; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c); /* names of tables hold it: servers that fold names must not change it */
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        const struct server_facts *server = facts_of(&world->facts, side);
        const char *slash = strrchr(server->datadir, '/');
        int len = server->parent_same_filesystem && slash != NULL ? (int)(slash - server->datadir)
                                                                  : (int)strlen(server->datadir);
        free(world->run_dir[side]);
        world->run_dir[side] = mem_printf("%.*s/.dualserver-%s", len, server->datadir, world->run_id);
    }
}

static void emit_methods(struct engine *engine)
{
    for (size_t i = 0; i < engine->plan.option_count; i++) {
        const struct plan_option *option = &engine->plan.options[i];
        struct buf text = BUF_INIT;
        plan_render_option(option, &text);
        world_emit(&engine->world, &(struct event){
                                       .kind = EVENT_METHOD, .id = option->id, .why = option->answer, .text = buf_str(&text),
                                       .verdict = option->why_not == NULL ? CHECK_OK : CHECK_REFUSED, .ok = option->chosen,
                                       .downtime_ms = option->downtime_ms, .ms = option->total_ms,
                                       .done = option->disk_master, .total = option->disk_slave });
        buf_free(&text);
    }
}

int engine_plan(struct engine *engine, struct err *err)
{
    struct world *world = &engine->world;
    if (!engine->looked)
        return err_set(err, ERR_WORLD, "the servers have not been looked at yet");
    plan_free(&engine->plan);
    engine->planned = false;
    name_run(world);
    /* the answer may have changed since the servers were looked at: the person chose another way */
    copy_way_carry(copy_way_wanted(&world->facts, engine->answers), &world->facts.master.inventory);
    world_phase(world, PHASE_PLAN, "planning every change");
    int rc = steps_plan(&world->facts, engine->answers, &engine->plan, err);
    emit_methods(engine); /* also when the one that was asked for is not possible: another may be taken */
    if (rc != 0)
        return -1;
    struct buf text = BUF_INIT;
    plan_render(&engine->plan, &text);
    world_emit(world, &(struct event){ .kind = EVENT_PLAN, .text = buf_str(&text), .done = engine->plan.forecast_ms,
                                       .ms = engine->plan.count });
    buf_free(&text);
    uint64_t limit = (uint64_t)engine->answers->limit_downtime * 1000;
    if (limit != 0 && engine->plan.forecast_ms > limit) {
        err_set(err, ERR_REFUSED, "the master would be down for about %llu s; limit_downtime is %u s",
                (unsigned long long)(engine->plan.forecast_ms + 999) / 1000, engine->answers->limit_downtime);
        return err_hint(err, "nothing was touched; raise the limit, or do it when the tables are smaller: %.120s",
                        engine->plan.forecast_text);
    }
    world->plan = &engine->plan;
    engine->planned = true;
    return 0;
}

const struct plan *engine_planned(const struct engine *engine)
{
    return engine->planned ? &engine->plan : NULL;
}
