#include "engine_room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "engine/connect.h"
#include "engine/guard.h"
#include "engine/kept.h"
#include "steps/copy_way.h"
#include "steps/kept_definitions.h"

static void hand_on_event(void *context, const struct event *event)
{
    struct engine *engine = context;
    model_apply(&engine->model, event, clock_ms());
    engine->outer->emit(engine->outer->context, event);
}

static int hand_on_question(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    struct engine *engine = context;
    if (engine->outer->ask == NULL)
        return err_set(err, ERR_REFUSED, "there is nobody to ask: %.200s", question->text);
    struct buf shown = BUF_INIT; /* a host words some of them */
    struct question printable = *question;
    quote_printable(&shown, question->text, strlen(question->text), 1);
    printable.text = buf_str(&shown);
    int rc = engine->outer->ask(engine->outer->context, &printable, answer, err);
    buf_free(&shown);
    return rc;
}

char *engine_state_dir(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state != NULL && state[0] == '/')
        return mem_printf("%s/dualserver", state);
    return home != NULL && home[0] == '/' ? mem_printf("%s/.local/state/dualserver", home) : NULL;
}

static bool join(int set, int fd)
{
    struct epoll_event event = { .events = EPOLLIN };
    return fd < 0 || epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Every wait looks at one descriptor: it becomes readable when either of the two does. */
static void join_cancels(struct engine *engine)
{
    int set = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    engine->cancel_fd = engine->outer->cancel_fd;
    if (set >= 0 && timer > 0 && join(set, timer) && join(set, engine->outer->cancel_fd)) {
        engine->cancel_fd = set;
        engine->world.limit_fd = timer;
        return;
    }
    if (set >= 0)
        close(set);
    if (timer >= 0)
        close(timer);
}

struct engine *engine_new(const struct answers *answers, const struct port *port, const char *state_dir)
{
    struct engine *engine = mem_alloc(sizeof *engine);
    engine->answers = answers;
    engine->outer = port;
    engine->state_dir = mem_dup(state_dir);
    join_cancels(engine);
    engine->port =
        (struct port){ .context = engine, .emit = hand_on_event, .ask = hand_on_question, .cancel_fd = engine->cancel_fd };
    engine->world.answers = answers;
    engine->world.port = &engine->port;
    model_init(&engine->model);
    return engine;
}

/* A new folder's name is on disk when that of the one around it is flushed. */
static void flush_folder(const char *path)
{
    const int fd = open(path[0] != '\0' ? path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* best effort: not every file system can */
        close(fd);
    }
}

static void flush_around(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return;
    *slash = '\0';
    flush_folder(path);
    *slash = '/';
}

static int make_folder(const char *path, struct err *err)
{
    char *copy = mem_dup(path);
    for (char *c = copy + 1;; c++) {
        if (*c != '/' && *c != '\0')
            continue;
        char kept = *c;
        *c = '\0';
        const bool made = mkdir(copy, 0700) == 0;
        if (made)
            flush_around(copy);
        if (!made && errno != EEXIST) {
            err_set_detail(err, ERR_IO, errno, "cannot make the folder %s: %s", copy, strerror(errno));
            err_hint(err, "nothing was touched; name a folder that can be written with --state-dir");
            free(copy);
            return -1;
        }
        if ((*c = kept) == '\0')
            break;
    }
    free(copy);
    return 0;
}

int engine_confirm(struct engine *engine, struct err *err)
{
    const struct world *world = &engine->world;
    struct buf text = BUF_INIT;
    struct answer answer = { .yes = false };
    buf_addf(&text, "%zu changes will be made. The master's mysqld ", engine->plan.count);
    if (copy_way_shares(engine->plan.way, &world->facts)) {
        buf_adds(&text, "goes on serving");
    } else {
        buf_adds(&text, "will be stopped for about ");
        quote_duration(&text, engine->plan.forecast_ms);
    }
    buf_addf(&text, ".\nOn the slave, %s is replaced%s.\nType the slave's host to go on: %s", engine->answers->database,
             plan_destroys(&engine->plan) ? " (what is there is moved aside)" : "", engine->answers->slave.host);
    struct question question = { .kind = QUESTION_CONFIRM, .text = buf_str(&text), .expected = engine->answers->slave.host };
    int rc = world->port->ask(world->port->context, &question, &answer, err);
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_REFUSED, "the slave's host was not typed: nothing was touched");
    engine->confirmed = rc == 0;
    buf_free(&text);
    return rc;
}

/* Once: what a second try finds may be what the first one made. */
static int keep_for_undo(struct engine *engine, size_t index, struct err *err)
{
    const struct change *change = &engine->plan.changes[index];
    if (change->keep == NULL || (engine->kept != NULL && engine->kept[index]))
        return 0;
    return change->keep(&engine->world, change, err);
}

/* What a resumed run cannot find out again is on disk before the next change begins. */
static int note_what_was_learnt(struct engine *engine, const struct change *change, struct err *err)
{
    struct world *world = &engine->world;
    int rc = 0;
    if (change->step == 3) {
        struct buf names = BUF_INIT;
        for (size_t i = 0; i < world->binlogs_before.count; i++)
            buf_addf(&names, "%s\n", world->binlogs_before.items[i]);
        rc = journal_learnt(engine->journal, "binlogs_before", buf_str(&names), err);
        buf_free(&names);
    }
    if (rc == 0 && world->start.file[0] != '\0') {
        char *start = mem_printf("%s:%llu", world->start.file, (unsigned long long)world->start.position);
        if (engine->told_start == NULL || strcmp(engine->told_start, start) != 0) {
            rc = journal_learnt(engine->journal, "coordinates", start, err);
            free(engine->told_start);
            engine->told_start = start;
        } else {
            free(start);
        }
    }
    if (rc == 0 && (change->kind == CHANGE_SHIP || change->step == 3))
        rc = journal_learnt(engine->journal, change->kind == CHANGE_SHIP ? "ship_boot" : "copy_boot",
                            facts_of(&world->facts, change->kind == CHANGE_SHIP ? SIDE_SLAVE : SIDE_MASTER)->boot_id, err);
    if (rc == 0 && world->definitions.count > 0 && !world->definitions_kept)
        rc = kept_definitions_write(world, SIDE_MASTER, &world->definitions, err);
    return rc;
}

static int apply_change(struct engine *engine, size_t index, struct err *err)
{
    struct world *world = &engine->world;
    const struct change *change = &engine->plan.changes[index];
    struct err journal_err = ERR_INIT;
    if (world_cancelled(world, err) || guard_kept(world, err) != 0 || keep_for_undo(engine, index, err) != 0 ||
        journal_intent(engine->journal, change, index, err) != 0)
        return -1;
    world_emit(world, &(struct event){ .kind = EVENT_CHANGE, .side = change->server, .text = change->what });
    change_apply_fn *apply = change->apply != NULL ? change->apply
                             : change->kind == CHANGE_FILE ? change_apply_file
                                                           : change_apply_sql;
    if (apply(world, change, err) != 0) {
        journal_failed(engine->journal, change, index, err, &journal_err);
        return -1;
    }
    return note_what_was_learnt(engine, change, err) != 0 ? -1 : journal_done(engine->journal, change, index, err);
}

void engine_emit_step(struct world *world, const struct step *step, enum step_state state, uint64_t ms, const char *text)
{
    world_emit(world, &(struct event){ .kind = EVENT_STEP, .step = step->number, .id = step->id, .state = state, .ms = ms,
                                       .text = text });
}

static bool to_do(const struct engine *engine, const struct step *step, size_t change)
{
    return engine->plan.changes[change].step == step->number && (engine->left == NULL || engine->left[change]);
}

static int apply_step(struct engine *engine, const struct step *step, struct err *err)
{
    struct world *world = &engine->world;
    uint64_t began = clock_ms();
    size_t changes = 0;
    world->step = step->number;
    for (size_t i = 0; i < engine->plan.count; i++)
        changes += to_do(engine, step, i);
    if (changes == 0 && step->number < engine->first_step) {
        engine_emit_step(world, step, STEP_DONE, 0, step->title);
        return 0;
    }
    engine_emit_step(world, step, STEP_BEGIN, 0, step->title);
    int rc = journal_step(engine->journal, step->number, step->id, "begin", err);
    for (size_t i = 0; rc == 0 && i < engine->plan.count; i++)
        if (to_do(engine, step, i))
            rc = apply_change(engine, i, err);
    if (rc == 0 && step->verify != NULL)
        rc = step->verify(world, err);
    struct err journal_err = ERR_INIT;
    enum step_state state = rc != 0 ? STEP_FAILED : changes == 0 ? STEP_SKIPPED : STEP_DONE;
    if (journal_step(engine->journal, step->number, step->id, rc == 0 ? "done" : "failed", &journal_err) != 0 && rc == 0) {
        *err = journal_err;
        rc = -1;
    }
    engine_emit_step(world, step, state, clock_ms() - began, rc != 0 ? err->text : step->title);
    return rc;
}

char *engine_kept_path(const struct engine *engine)
{
    return mem_printf("%s/facts", engine->world.state_dir);
}

/* Undo removes the binary logs that the run has begun, never those of an earlier time. */
static int note_old_binlogs(struct engine *engine, struct err *err)
{
    const struct server_facts *master = &engine->world.facts.master;
    struct buf out = BUF_INIT;
    int rc = master->binlog_index == NULL ? 0
             : host_script(engine->world.hosts[SIDE_MASTER], &out, err, "#: index\nif [ -e \"$1\" ]; then echo yes; else echo no; fi",
                           master->binlog_index, NULL);
    buf_trim(&out);
    if (rc == 0)
        rc = journal_learnt(engine->journal, "old_binlogs", master->log_bin ? "yes" : buf_str(&out), err);
    buf_free(&out);
    return rc;
}

static int begin_run(struct engine *engine, struct err *err)
{
    struct world *world = &engine->world;
    if (engine->state_dir == NULL)
        return err_set(err, ERR_USAGE, "no place for the journal: neither HOME nor XDG_STATE_HOME is set, and no --state-dir");
    free(world->state_dir);
    world->state_dir = mem_printf("%s/runs/%s", engine->state_dir, world->run_id);
    if (guard_begin(world, &world->facts, err) != 0)
        return -1;
    char *kept = engine_kept_path(engine), *digest = kept_plan_sha256(&engine->plan);
    int rc = make_folder(world->state_dir, err);
    if (rc == 0)
        rc = kept_write(kept, &world->facts, err);
    if (rc == 0)
        rc = (engine->journal = journal_open(world->state_dir, err)) != NULL ? journal_begin(engine->journal, world, digest, err) : -1;
    if (rc == 0)
        rc = note_old_binlogs(engine, err);
    if (rc == 0 && world->facts.first_slave != NULL)
        rc = journal_learnt(engine->journal, PAST_FIRST_SLAVE, world->facts.first_slave, err);
    free(kept);
    free(digest);
    if (rc != 0) {
        guard_end(world);
        journal_close(engine->journal);
        engine->journal = NULL;
    }
    return rc;
}

int engine_carry_out(struct engine *engine, struct err *err)
{
    struct world *world = &engine->world;
    int failed = 0;
    world->over_limit = false;
    world_phase(world, PHASE_RUN, "run %s", world->run_id);
    for (size_t i = 0; i < STEP_COUNT && failed == 0; i++)
        if (apply_step(engine, steps[i], err) != 0)
            failed = steps[i]->number;
    if (failed != 0)
        return engine_fail(engine, failed, err);
    engine->planned = false;
    world->step = 0;
    engine_succeed(engine);
    journal_close(engine->journal);
    engine->journal = NULL;
    return 0;
}

int engine_run(struct engine *engine, struct err *err)
{
    engine->began_ms = clock_ms();
    if (!engine->planned)
        return err_set(err, ERR_WORLD, "there is no plan yet");
    if ((!engine->confirmed && engine_confirm(engine, err) != 0) || begin_run(engine, err) != 0)
        return err_advise(err, "nothing was touched");
    return engine_carry_out(engine, err);
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    struct world *world = &engine->world;
    guard_end(world);
    world_disconnect(world);
    if (world->limit_fd > 0) {
        close(world->limit_fd);
        close(engine->cancel_fd);
    }
    plan_free(&engine->plan);
    facts_free(&world->facts);
    definitions_free(&world->definitions);
    manifest_free(&world->manifest);
    strings_free(&world->binlogs_before);
    for (size_t i = 0; i < 2; i++) {
        secret_free(world->db_passwords[i]);
        free(world->run_dir[i]);
    }
    secret_free(world->replication_password);
    secret_free(world->reports_password);
    free(world->state_dir);
    free(world->flush_undo);
    journal_close(engine->journal);
    model_free(&engine->model);
    free(engine->state_dir);
    free(engine->left);
    free(engine->kept);
    free(engine->told_start);
    free(engine->drifted);
    free(engine);
}
