/* A run is taken back: what each change knows of its way back, from the last to the first; then the option files as they were,
 * the servers started with them, and what may only be done then. The other end is in accept.c: the old data goes. */
#include "engine_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/recover.h"
#include "engine/runs.h"
#include "host/service.h"
#include "steps/copy_way.h"
#include "steps/take_back.h"
#include "steps/watch.h"

static int may_undo(struct engine *engine, const struct past *past, struct err *err)
{
    const enum past_state state = past_state(past);
    if (state == PAST_ACCEPTED || state == PAST_ACCEPTING || state == PAST_UNDONE || state == PAST_UNTOUCHED) {
        err_set(err, ERR_REFUSED, "run %s is %s", past->run, past_state_word(state));
        return err_hint(err, state == PAST_ACCEPTED    ? "the slave's old data was let go of: there is nothing to go back to"
                             : state == PAST_ACCEPTING ? "part of the slave's old data may be gone already: `dualserver accept` goes on"
                                                       : "there is nothing to take back");
    }
    char *later = runs_later(engine->state_dir, past);
    if (later == NULL)
        return undo_others_may_stay(engine, past, err);
    err_set(err, ERR_REFUSED, "run %s of the same pair came later and builds on this one", later);
    err_hint(err, "take that one back first: dualserver undo --run %s", later);
    free(later);
    return -1;
}

static bool to_revert(const struct engine *engine, const struct past *past, size_t *index)
{
    const struct change *change = &engine->plan.changes[*index];
    const struct past_change *found = past_change(past, change->step, change->what, change->path);
    if (found == NULL)
        return engine->same_plan && past_lost(past, *index);
    *index = found->index;
    return !found->undone;
}

static int revert(struct engine *engine, const struct past *past, bool last, struct err *err)
{
    struct world *world = &engine->world;
    for (size_t i = engine->plan.count; i-- > 0;) {
        const struct change *change = &engine->plan.changes[i];
        size_t then = i;
        if (change->kind == CHANGE_FILE || change->revert == NULL || change->revert_last != last || undo_stays(engine, change->server, change->step) ||
            !to_revert(engine, past, &then))
            continue;
        world->step = change->step;
        char *what = mem_printf("take back: %s", change->what);
        world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .side = change->server, .text = what });
        free(what);
        if (change->revert(world, change, err) != 0)
            return err_wrap(err, "step %d", change->step);
        if (journal_taken_back(engine->journal, then, err) != 0)
            return -1;
    }
    return 0;
}

/* Only of a log that this run began: it was off before, and no index was there. MariaDB 11.4 and later keep an index of GTIDs beside
 * each file, .idx. */
static int remove_binlogs(struct engine *engine, const struct past *past, struct err *err)
{
    const struct server_facts *master = &engine->world.facts.master;
    const char *old = past_word(past, "old_binlogs");
    if (old == NULL || strcmp(old, "no") != 0 || master->binlog_index == NULL)
        return 0;
    return host_script(engine->world.hosts[SIDE_MASTER], NULL, err,
                       "#: index\n# remove the binary logs that $1 lists\n"
                       "set -eu; [ -f \"$1\" ] || exit 0; cd -- \"${1%/*}\"\n"
                       "while IFS= read -r f; do rm -f -- \"${f##*/}\" \"${f##*/}.idx\"; done <\"$1\"\n"
                       "rm -f -- \"$1\" \"${1%.index}.state\"",
                       master->binlog_index, NULL);
}

static bool was_restarted(const struct engine *engine, const struct past *past, int step)
{
    for (size_t i = 0; i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        if (change->restarts && change->step == step && past_change(past, step, change->what, change->path) != NULL)
            return true;
    }
    return false;
}

/* From the stop on nothing but the start counts: neither a cancel nor a connection that breaks keeps it from being tried. */
static int stop_and_start(struct engine *engine, const struct past *past, enum side side, struct err *err)
{
    struct world *world = &engine->world;
    const struct service *service = &facts_of(&world->facts, side)->service;
    const int cancel_fd = world->hosts[side]->cancel_fd;
    world->hosts[side]->cancel_fd = -1;
    int rc = service_stop(world->hosts[side], service, err);
    struct err binlogs = ERR_INIT, starting = ERR_INIT;
    if (rc == 0 && side == SIDE_MASTER && remove_binlogs(engine, past, &binlogs) != 0)
        world_note(world, SEVERITY_WARNING, "the binary logs that the run began are still there: %s", binlogs.text);
    if (service_start(world->hosts[side], service, &starting) != 0 &&
        (recover_reconnect(world, side, &starting) != 0 || service_start(world->hosts[side], service, &starting) != 0) && rc == 0) {
        *err = starting;
        rc = -1;
    }
    world->hosts[side]->cancel_fd = cancel_fd;
    return rc;
}

static int restart(struct engine *engine, const struct past *past, enum side side, int step, struct err *err)
{
    struct world *world = &engine->world;
    if (undo_stays(engine, side, step))
        return 0;
    if (!was_restarted(engine, past, step) && !(side == SIDE_MASTER && recover_master_otherwise(world)))
        return 0;
    world->step = step;
    world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .side = side, .text = "start the server with its option files as they were" });
    if (side == SIDE_MASTER) {
        struct err no_room = ERR_INIT; /* the copy may fill the disk that the watchdog's script is to lie on */
        (void)recover_clean_side(world, side, &no_room);
        if (watch_begin(world, err) != 0)
            return -1;
        world_downtime_begin(world);
        world_limit_off(world);
    }
    world_db_close(world, side);
    int rc = stop_and_start(engine, past, side, err);
    if (rc == 0 && world_db(world, side, err) == NULL)
        rc = -1;
    if (side == SIDE_MASTER && rc == 0) { /* else it stays armed, and goes on trying */
        world_downtime_end(world);
        (void)watch_end(world, NULL);
    }
    return rc == 0 ? 0 : err_wrap(err, "the %s's server could not be restarted", side_name(side));
}

static void tell_steps(struct engine *engine, const struct past *past)
{
    for (size_t i = STEP_COUNT; i-- > 0;)
        for (size_t c = 0; c < past->change_count; c++)
            if (past->changes[c].step == steps[i]->number) {
                engine_emit_step(&engine->world, steps[i], STEP_UNDONE, 0, steps[i]->title);
                break;
            }
}

static bool step_begun(const struct past *past, int from)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].step >= from)
            return true;
    return false;
}

/* What a plan made now lacks is not taken back: then the run's folder is all that there is of the slave's old data. */
static int old_data_is_back(struct world *world, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(world->hosts[SIDE_SLAVE], &out, err, "#: run\n# is $1/old/data still there?\n[ ! -e \"$1/old/data\" ] || echo there",
                         world->run_dir[SIDE_SLAVE], NULL);
    if (rc == 0 && out.len > 0) {
        rc = err_set(err, ERR_WORLD, "the slave's old data directory is still %s/old/data: nothing of it is removed",
                     world->run_dir[SIDE_SLAVE]);
        err_hint(err, "stop the slave's mysqld, rename %s away and that folder to its place, start it", world->facts.slave.datadir);
    }
    buf_free(&out);
    return rc;
}

static int take_back(struct engine *engine, const struct past *past, struct err *err)
{
    struct world *world = &engine->world;
    const struct copy_way *way = engine->plan.way;
    if (revert(engine, past, false, err) != 0)
        return -1;
    if (step_begun(past, 6) && way->discard != NULL && way->discard(world, err) != 0)
        return -1;
    if (undo_revert_files(engine, past, SIDE_SLAVE, err) != 0 || undo_revert_files(engine, past, SIDE_MASTER, err) != 0 || restart(engine, past, SIDE_MASTER, 2, err) != 0 ||
        restart(engine, past, SIDE_SLAVE, 7, err) != 0 || revert(engine, past, true, err) != 0 ||
        old_data_is_back(world, err) != 0)
        return -1;
    return recover_remove(world, err);
}

/* What keeps a server from starting may be what the run has written: its option files are put back first then. Not where an old
 * replication would be taken up onto the new data. */
static int bring_up(struct engine *engine, const struct past *past, enum side side, struct err *err)
{
    struct world *world = &engine->world;
    if (side == SIDE_SLAVE && !step_begun(past, 11) && engine_give_data_back(engine, past, err) != 0)
        return -1;
    if ((side == SIDE_MASTER ? engine_start_master(engine, err) : engine_start_slave(engine, past, err)) == 0)
        return 0;
    if (err->code != ERR_COMMAND || (side == SIDE_SLAVE && world->facts.slave.slave_status.configured))
        return -1;
    world_note(world, SEVERITY_WARNING, "the %s's server does not start: %s; its option files are put back first", side_name(side),
               err->text);
    *err = (struct err)ERR_INIT;
    return undo_revert_files(engine, past, side, err) != 0 ||
                   service_start(world->hosts[side], &facts_of(&world->facts, side)->service, err) != 0 || world_db(world, side, err) == NULL
               ? -1
               : 0;
}

/* To start the slave its option file may have to be written: the journal knows that then, and it is taken back, too. */
static int start_and_take_back(struct engine *engine, const struct past *past, struct err *err)
{
    struct past now;
    if (bring_up(engine, past, SIDE_MASTER, err) != 0 || bring_up(engine, past, SIDE_SLAVE, err) != 0 || past_read(past->folder, &now, err) != 0)
        return -1;
    const int rc = take_back(engine, &now, err);
    past_free(&now);
    return rc;
}

int engine_undo(struct engine *engine, const struct past *past, struct err *err)
{
    struct world *world = &engine->world;
    if (may_undo(engine, past, err) != 0 || engine_recall(engine, past, false, err) != 0 || undo_check_files(engine, past, err) != 0)
        return err_advise(err, "the run stays as it is; `dualserver undo` takes it back");
    char *text = mem_printf("Take run %s back? The slave's %s is then as it was before it; servers that were restarted are "
                            "restarted once more.", past->run, engine->answers->database);
    int rc = engine_ask(engine, text, err);
    free(text);
    if (rc != 0)
        return -1;
    world_phase(world, PHASE_RUN, "taking run %s back", past->run);
    engine->journal = journal_open(world->state_dir, err);
    if (engine->journal == NULL || journal_mark(engine->journal, "undo", err) != 0)
        return -1;
    if (!engine->same_plan)
        world_note(world, SEVERITY_WARNING, "the plan made now is not the one of then; what both have is taken back");
    if (past->spoilt > 0)
        world_note(world, SEVERITY_WARNING, "%zu lines of the journal cannot be read: what only they tell of is not taken back; compare both servers",
                   past->spoilt);
    struct err mark = ERR_INIT;
    engine->port.cancel_fd = -1;
    if (start_and_take_back(engine, past, err) != 0) {
        engine_end(engine, false, err->text, "what was taken back so far stays so; `dualserver undo` goes on");
        return -1;
    }
    if (journal_mark(engine->journal, "undone", &mark) != 0)
        world_note(world, SEVERITY_WARNING, "%s", mark.text);
    const char *verdict = engine->leaves_master ? "undone: the slave is as before the run; the master keeps its configuration, for its other slave"
                                                : "undone: both servers are as before the run";
    engine_amend_report(engine, verdict);
    tell_steps(engine, past);
    engine_end(engine, true, verdict, "");
    return 0;
}
