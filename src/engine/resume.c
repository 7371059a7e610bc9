/* An interrupted run goes on: the facts it was planned with are read back, the same plan is made, what is real is asked of the
 * hosts, and what is left to do is done. */
#include "engine_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/connect.h"
#include "engine/guard.h"
#include "engine/kept.h"
#include "engine/past.h"
#include "engine/recover.h"
#include "engine/runs.h"
#include "host/service.h"
#include "host/watchdog.h"
#include "resume_from.h"
#include "steps/copy_way.h"
#include "steps/kept_definitions.h"
#include "steps/take_back.h"
#include "steps/watch.h"

static char *read_word(struct host *host, const char *path)
{
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    if (host_script(host, &out, &ignored, "#: boot\ncat -- \"$1\" 2>/dev/null || :", path, NULL) != 0)
        buf_clear(&out);
    buf_trim(&out);
    return buf_steal(&out);
}

/* The same machines, and nobody else at work on them. The slave's data directory may be another one by now. */
static int take_hosts(struct world *world, struct err *err)
{
    const struct facts bound = world->facts;
    return guard_begin(world, &bound, err);
}

/* A resume or an undo that failed may be tried again with the same engine. */
static void forget_earlier_try(struct engine *engine)
{
    struct world *world = &engine->world;
    guard_end(world);
    journal_close(engine->journal);
    engine->journal = NULL;
    engine->port.cancel_fd = engine->cancel_fd;
    plan_free(&engine->plan);
    world->plan = NULL;
    free(engine->left);
    engine->left = NULL;
    free(engine->told_start);
    engine->told_start = NULL;
    strings_free(&world->binlogs_before);
    world->start = (struct binlog_position){ .position = 0 };
    world->master_stopped = world->slave_stopped = false;
}

int engine_recall(struct engine *engine, const struct past *past, bool secrets, struct err *err)
{
    struct world *world = &engine->world;
    char *drifted = NULL, *digest = NULL;
    engine->began_ms = clock_ms();
    forget_earlier_try(engine);
    snprintf(world->run_id, sizeof world->run_id, "%s", past->run);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        free(world->run_dir[side]);
        world->run_dir[side] = mem_dup(past->folders[side]);
    }
    free(world->state_dir);
    world->state_dir = mem_dup(past->folder);
    char *kept = engine_kept_path(engine);
    int rc = secrets ? world_make_secrets(world, err) : 0;
    if (rc == 0)
        rc = kept_read(kept, &world->facts, err);
    if (rc == 0 && (rc = world_connect(world, err)) == 0 && (rc = take_hosts(world, err)) == 0)
        rc = kept_read_options(world, &drifted, err);
    free(kept);
    if (rc == 0)
        rc = steps_plan(&world->facts, engine->answers, &engine->plan, err);
    if (rc == 0) {
        world->plan = &engine->plan;
        digest = kept_plan_sha256(&engine->plan);
        engine->same_plan = past->plan_sha256 != NULL && strcmp(digest, past->plan_sha256) == 0;
        free(engine->drifted);
        engine->drifted = drifted;
        drifted = NULL;
    }
    free(digest);
    free(drifted);
    return rc;
}

static void recall_learnt(struct engine *engine, const struct past *past)
{
    struct world *world = &engine->world;
    const char *start = past_word(past, "coordinates"), *colon = start != NULL ? strrchr(start, ':') : NULL;
    if (colon != NULL) {
        snprintf(world->start.file, sizeof world->start.file, "%.*s", (int)(colon - start), start);
        world->start.position = strtoull(colon + 1, NULL, 10);
        engine->told_start = mem_dup(start);
    }
    char *logs = mem_dup(past_word(past, "binlogs_before")), *at = logs;
    for (char *line; logs != NULL && (line = text_line(&at)) != NULL;)
        strings_add(&world->binlogs_before, line);
    free(logs);
}

/* The slave's server must not take up an old replication while the new data is half in place: step 10's option keeps it. */
int engine_start_slave(struct engine *engine, const struct past *past, struct err *err)
{
    struct world *world = &engine->world;
    const struct service *service = &world->facts.slave.service;
    bool active = false, moved = false, pointed = false;
    if (service_active(world->hosts[SIDE_SLAVE], service, &active, err) != 0)
        return -1;
    for (size_t i = 0; i < past->change_count; i++) {
        moved = moved || past->changes[i].step >= 7;
        pointed = pointed || past->changes[i].step >= 12;
    }
    for (size_t i = 0; !active && moved && !pointed && world->facts.slave.slave_status.configured && i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        if (change->step != 10 || change->kind != CHANGE_FILE)
            continue;
        if ((past_change(past, 10, change->what, change->path) == NULL && journal_intent(engine->journal, change, i, err) != 0) ||
            change_apply_file(world, change, err) != 0)
            return -1;
    }
    if (!active && service_start(world->hosts[SIDE_SLAVE], service, err) != 0)
        return -1;
    world->slave_stopped = false;
    return world_db(world, SIDE_SLAVE, err) != NULL ? 0 : -1;
}

/* Where it does not start even with its options as before, a watchdog goes on trying. */
static int start_or_watch(struct world *world, struct err *err)
{
    struct err ignored = ERR_INIT;
    bool taken_back = false;
    if (recover_start_master(world, &taken_back, err) == 0)
        return 0;
    (void)watch_begin(world, &ignored);
    return -1;
}

int engine_start_master(struct engine *engine, struct err *err)
{
    struct world *world = &engine->world;
    const struct service *service = &world->facts.master.service;
    bool active = false, taken_back = false;
    struct buf said = BUF_INIT;
    struct err first = ERR_INIT;
    if (service_active(world->hosts[SIDE_MASTER], service, &active, err) != 0)
        return -1;
    if (!active) {
        world_note(world, SEVERITY_WARNING, "the master's mysqld is not running: it is started before anything else");
        active = service_start(world->hosts[SIDE_MASTER], service, &first) == 0;
    }
    /* only now: until then the watchdog may start it, when this program dies, too */
    int rc = watchdog_disarm(world->hosts[SIDE_MASTER], world->run_dir[SIDE_MASTER], &taken_back, &said, err);
    if (rc == 0 && said.len > 0)
        world_note(world, SEVERITY_INFO, "the watchdog on the master: %s", buf_str(&said));
    buf_free(&said);
    if (rc == 0 && !active) /* what kept it from starting may be what the watchdog has taken back, or what the run did */
        return start_or_watch(world, err);
    return rc == 0 && world_db(world, SIDE_MASTER, err) != NULL ? 0 : -1;
}

static bool rebooted(struct world *world, enum side side, const char *then)
{
    char *now = read_word(world->hosts[side], "/proc/sys/kernel/random/boot_id");
    const bool other = then != NULL && now[0] != '\0' && strcmp(now, then) != 0;
    struct server_facts *server = side == SIDE_MASTER ? &world->facts.master : &world->facts.slave;
    if (now[0] != '\0') {
        free(server->boot_id); /* what is learnt from here on is of this boot */
        server->boot_id = mem_dup(now);
    }
    free(now);
    return other;
}

/* The log in which replication begins has not been purged meanwhile; or it can still be told which one it is. */
static int start_is_there(struct world *world, const struct past *past, bool *there, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct db *db = world_db(world, SIDE_MASTER, err);
    *there = world->start.file[0] == '\0' && past_word(past, "binlogs_before") != NULL;
    if (world->start.file[0] == '\0')
        return 0;
    int rc = db == NULL ? -1 : db_query(db, &rows, err, "SHOW BINARY LOGS");
    for (size_t i = 0; rc == 0 && i < rows.count; i++)
        *there = *there || strcmp(row_str(&rows, i, "Log_name"), world->start.file) == 0;
    rows_free(&rows);
    return rc;
}

static int probe(struct engine *engine, const struct past *past, struct resume_probe *probe, struct err *err)
{
    struct world *world = &engine->world;
    const struct copy_way *way = engine->plan.way;
    const bool master_rebooted = rebooted(world, SIDE_MASTER, past_word(past, "copy_boot"));
    *probe = (struct resume_probe){ .generated = engine->answers->replication.password_file == NULL,
                                    .slave_rebooted = rebooted(world, SIDE_SLAVE, past_word(past, "ship_boot")) };
    probe->master_as_before = !recover_master_otherwise(world);
    world->distrust = true; /* a run that was broken off is proven row by row, whatever the answers say */
    if (way->usable == NULL)
        return 0;
    bool whole = false, there = false;
    if (way->usable(world, &whole, err) != 0 || start_is_there(world, past, &there, err) != 0)
        return -1;
    probe->copy_usable = whole && there && !master_rebooted;
    return 0;
}

/* Undo of what step 12 did to the option file, so that step 10's content is there to be written. */
static int put_files_back(struct engine *engine, const struct past *past, struct err *err)
{
    for (size_t i = engine->plan.count; i-- > 0;) {
        const struct change *change = &engine->plan.changes[i];
        if (change->kind != CHANGE_FILE || change->step != 12 || past_change(past, 12, change->what, change->path) == NULL)
            continue;
        struct change back = *change;
        back.before = change->after;
        back.after = change->before;
        if (change_apply_file(&engine->world, &back, err) != 0)
            return -1;
    }
    return 0;
}

static int revert_step(struct engine *engine, const struct past *past, int step, struct err *err)
{
    for (size_t i = engine->plan.count; i-- > 0;) {
        const struct change *change = &engine->plan.changes[i];
        if (change->step == step && change->revert != NULL &&
            (past_change(past, step, change->what, change->path) != NULL || past_lost(past, i)) && change->revert(&engine->world, change, err) != 0)
            return -1;
    }
    return 0;
}

int engine_give_data_back(struct engine *engine, const struct past *past, struct err *err)
{
    return engine->plan.way->whole ? revert_step(engine, past, 8, err) : 0;
}

static int discard(struct engine *engine, const struct past *past, struct err *err)
{
    struct world *world = &engine->world;
    struct slave_status status = { .configured = false };
    if (engine_give_data_back(engine, past, err) != 0 || engine_start_slave(engine, past, err) != 0 || put_files_back(engine, past, err) != 0)
        return -1;
    struct db *db = world_db(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : slave_status_read(db, &status, err);
    if (rc == 0 && status.configured)
        rc = db_exec(db, err, db_dialect(db)->stop);
    slave_status_free(&status);
    if (rc == 0 && engine->plan.way->discard != NULL)
        rc = engine->plan.way->discard(world, err);
    return rc == 0 && !engine->plan.way->whole ? take_back_drop(world, engine->answers->database, world->facts.slave.database_path, err) : rc;
}

static int prepare(struct engine *engine, const struct past *past, const struct resume_from *from, struct err *err)
{
    struct world *world = &engine->world;
    const bool slave_may_be_down = from->back == 0 && from->step >= 8 &&
                                   (from->step < 11 || (from->change < engine->plan.count && engine->plan.changes[from->change].restarts));
    if (from->why != NULL)
        world_note(world, SEVERITY_INFO, "%s", from->why);
    if (from->discard && (discard(engine, past, err) != 0 || journal_mark(engine->journal, "discarded", err) != 0))
        return -1;
    if (!slave_may_be_down && engine_start_slave(engine, past, err) != 0)
        return -1;
    if (from->back != 0 && from->back <= 3) {
        world->start = (struct binlog_position){ .position = 0 };
        return recover_clean_side(world, SIDE_MASTER, err);
    }
    definitions_free(&world->definitions);
    world->definitions_kept = true;
    return from->step >= 4 ? kept_definitions_read(world, SIDE_MASTER, &world->definitions, err) : 0;
}

bool engine_begins_anew(const struct engine *engine)
{
    return engine->begins_anew;
}

/* A run that is to take the copy of an earlier one needs it to be there. */
static int source_is_there(struct engine *engine, struct err *err)
{
    bool needed = false, there = true;
    for (size_t i = 0; i < engine->plan.count && copy_way_shares(engine->plan.way, &engine->world.facts); i++)
        needed = needed || (engine->plan.changes[i].step == 3 && engine->left[i]);
    if (needed && further_is_there(&engine->world, &there, err) != 0)
        return -1;
    engine->begins_anew = !there;
    if (there)
        return 0;
    err_set(err, ERR_WORLD, "the copy of run %s, which this run was to be served from, is gone", engine->world.facts.copy.run);
    return err_hint(err, "the run stays as it is; `dualserver undo` takes it back, `dualserver setup` begins anew");
}

static int ask(struct engine *engine, const struct resume_from *from, struct err *err)
{
    char *text = mem_printf("Go on with run %s at step %d of %d, %s?", engine->world.run_id, from->back != 0 ? from->back : from->step,
                            STEP_COUNT, steps[(from->back != 0 ? from->back : from->step) - 1]->title);
    int rc = engine_ask(engine, text, err);
    free(text);
    return rc;
}

static int must_be(const struct past *past, struct err *err)
{
    const enum past_state state = past_state(past);
    if (state == PAST_UNFINISHED)
        return 0;
    err_set(err, ERR_REFUSED, "run %s is %s", past->run, past_state_word(state));
    return err_hint(err, "%s%s", past_next(state)[0] != '\0' ? "what can be done with it: dualserver " : "there is nothing to go on with",
                    past_next(state));
}

static int same_plan(const struct engine *engine, struct err *err)
{
    if (engine->same_plan)
        return 0;
    err_set(err, ERR_REFUSED, "the run cannot be planned again as it was%s%s", engine->drifted != NULL ? ": somebody has edited " : "",
            engine->drifted != NULL ? engine->drifted : "");
    return err_hint(err, "nothing was touched; `dualserver undo` takes the run back, then `dualserver setup` starts anew");
}

/* The intent is written when all is kept, so a change that was begun has nothing left to keep. */
static void recall_kept(struct engine *engine, const struct past *past)
{
    engine->kept = mem_alloc((engine->plan.count + 1) * sizeof *engine->kept);
    for (size_t i = 0; i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        engine->kept[i] = past_change(past, change->step, change->what, change->path) != NULL || past_lost(past, i);
    }
}

/* On disk before anything is given up: a resume that is broken off, too, must not take for done what has to be done again. */
static int note_what_is_again(struct engine *engine, const struct past *past, const struct resume_from *from, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && from->back != 0 && i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        const struct past_change *then = past_change(past, change->step, change->what, change->path);
        if (change->step >= from->back && engine->left[i] && then != NULL && (then->done || then->failed))
            rc = journal_again(engine->journal, then->index, err);
    }
    return rc == 0 && from->discard ? journal_mark(engine->journal, "discard", err) : rc;
}

/* Up to where the run itself goes on: nothing of it has changed. */
static int go_back_in(struct engine *engine, const struct past *past, struct resume_from *from, struct err *err)
{
    struct resume_probe found;
    if (must_be(past, err) != 0 || engine_recall(engine, past, true, err) != 0 || same_plan(engine, err) != 0)
        return -1;
    recall_learnt(engine, past);
    recall_kept(engine, past);
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].step > engine->world.begun)
            engine->world.begun = past->changes[i].step;
    if (engine_start_master(engine, err) != 0 || probe(engine, past, &found, err) != 0)
        return -1;
    engine->left = mem_alloc((engine->plan.count + 1) * sizeof *engine->left);
    resume_decide(past, &engine->plan, &found, engine->left, from);
    engine->first_step = from->first_step;
    if (source_is_there(engine, err) != 0 || ask(engine, from, err) != 0)
        return -1;
    engine->journal = journal_open(engine->world.state_dir, err);
    return engine->journal == NULL ? -1 : journal_mark(engine->journal, "resume", err);
}

int engine_resume(struct engine *engine, const struct past *past, struct err *err)
{
    struct resume_from from;
    if (go_back_in(engine, past, &from, err) != 0)
        return err_advise(err, "the run stays as it is; `dualserver resume` goes on with it, `dualserver undo` takes it back");
    if (note_what_is_again(engine, past, &from, err) != 0 || prepare(engine, past, &from, err) != 0)
        return engine_fail(engine, from.step, err);
    return engine_carry_out(engine, err);
}
