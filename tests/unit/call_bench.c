#include "call_bench.h"

#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/engine/engine_room.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/connect.h"
#include "fake_server.h"
#include "ship/ship.h"

#define UNIT_FOLDER SRC_TESTS "/unit"

enum fate { ANSWERED, DROPPED, DROPPED_AFTER, SILENCE, REFUSED };

const struct kind_words kinds[KINDS] = {
    [NOTHING] = { .name = "nothing" },
    [LOST_BEFORE] = { .name = "lost-before", .code = ERR_CONNECT },
    [LOST_AFTER] = { .name = "lost-after", .code = ERR_CONNECT, .after = true },
    [GONE] = { .name = "gone", .code = ERR_CONNECT },
    [TIMED_OUT] = { .name = "timed-out", .code = ERR_TIMEOUT, .after = true },
    [STATUS_1] = { .name = "status-1", .status = 1, .complaint = "something is not right", .sql_error = 1105 },
    [KILLED] = { .name = "killed", .status = 137, .complaint = "", .sql_error = 1317 },
    [NO_SPACE] = { .name = "no-space", .status = 1, .complaint = "No space left on device", .sql_error = 1021 },
    [DENIED] = { .name = "denied", .status = 1, .complaint = "Permission denied", .sql_error = 1142 },
    [CANCELLED] = { .name = "cancelled", .code = ERR_CANCELLED },
    [DIES_BEFORE] = { .name = "dies-before" },
    [DIES_AFTER] = { .name = "dies-after", .after = true },
    [REBOOTED] = { .name = "rebooted" }, /* the program dies, and both machines go down and come back */
};

const struct pair pairs[PAIRS] = {
    { .name = "mariadb-directory", .server = "mariadb-10.11", .copy = COPY_DIRECTORY, .mariadb = true },
    { .name = "mysql-rows", .server = "mysql-8.4", .copy = COPY_ROWS, .generated = true },
    { .name = "mariadb-old-master", .server = "mariadb-10.11", .copy = COPY_DIRECTORY, .mariadb = true, .old_master = true },
    { .name = "mariadb-rows", .server = "mariadb-10.11", .copy = COPY_ROWS, .mariadb = true },
};
struct bench bench;

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "    %s: ", bench.stage);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    _exit(1);
}

/* Time that is slept passes at once. */

int __real_poll(struct pollfd *fds, nfds_t count, int ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);
uint64_t __real_clock_ms(void);
uint64_t __wrap_clock_ms(void);

int __wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
    const bool answer_never = count == 2 && bench.silent && pthread_equal(pthread_self(), bench.thread);
    if (count == 0 || (answer_never && (bench.kind != CANCELLED || fds[1].fd < 0))) {
        bench.slept += (unsigned long long)(ms > 0 ? ms : 0);
        return 0;
    }
    return __real_poll(fds, count, ms);
}

uint64_t __wrap_clock_ms(void)
{
    return __real_clock_ms() + bench.slept;
}

/* The calls. */

static void cut(enum side side)
{
    if (bench.servers[side] != NULL)
        fake_server_cut(bench.servers[side]);
}

static void die(void)
{
    longjmp(bench.dead, 1);
}

/* True: this is the call. */
static bool strike(const char *what, const char *detail)
{
    if (!bench.counting)
        return false;
    bench.calls++;
    if (bench.loud)
        fprintf(stderr, "%s%5zu %s %.*s\n", bench.calls == bench.at ? "=>" : "  ", bench.calls, what, (int)strcspn(detail, "\n"), detail);
    bench.struck = bench.struck || bench.calls == bench.at;
    return bench.calls == bench.at;
}

static int lose(enum side side, bool *broken, struct err *err)
{
    *broken = true;
    cut(side);
    return err_set(err, kinds[bench.kind].code, "%s: the connection was lost", side_name(side));
}

static int end_badly(enum side side, bool *broken, struct run *run, struct err *err)
{
    if (bench.kind >= DIES_BEFORE)
        die();
    if (bench.kind == GONE)
        bench.world->sides[side].gone = true;
    if (kinds[bench.kind].code == ERR_CONNECT)
        return lose(side, broken, err);
    if (bench.kind == TIMED_OUT)
        return err_set(err, ERR_TIMEOUT, "%s: nothing was heard for 60 s", side_name(side));
    if (bench.kind == CANCELLED)
        return write(bench.cancel[1], "x", 1) == 1 ? 0 : -1; /* the driver notices */
    if (run == NULL)
        return err_set(err, ERR_COMMAND, "%s: %s", side_name(side), kinds[bench.kind].complaint);
    run->status = kinds[bench.kind].status;
    if (run->errout != NULL)
        buf_adds(run->errout, kinds[bench.kind].complaint);
    return 1;
}

static void look_for_secrets(const struct run *run)
{
    for (size_t i = 0; run != NULL && run->argv != NULL && run->argv[i] != NULL; i++)
        if (strstr(run->argv[i], SECRET) != NULL)
            complain("a password is in an argument: %s", run->argv[i]);
}

static const char *first_words(const struct run *run)
{
    const char *script = "";
    for (size_t i = 0; run != NULL && run->argv != NULL && run->argv[i] != NULL; i++)
        if (strcmp(run->argv[i], "-c") == 0)
            script = run->argv[i + 1];
    const char *mark = strstr(script, "export LC_ALL PATH\n");
    return mark != NULL ? mark + strlen("export LC_ALL PATH\n") : script;
}

static int before(void *context, enum side side, const char *operation, bool *broken, struct run *run, struct err *err)
{
    (void)context;
    if (!pthread_equal(pthread_self(), bench.thread)) /* it keeps a lock fresh */
        return 0;
    bench.due = false;
    look_for_secrets(run);
    if (*broken || bench.world->sides[side].gone)
        return lose(side, broken, err);
    if (!strike(operation, first_words(run)))
        return 0;
    bench.due = kinds[bench.kind].after && strcmp(operation, "run") == 0;
    return bench.due ? 0 : end_badly(side, broken, run, err);
}

static int after(void *context, enum side side, const char *operation, bool *broken, struct run *run, struct err *err)
{
    (void)context, (void)operation;
    const bool due = bench.due && pthread_equal(pthread_self(), bench.thread);
    if (due)
        bench.due = false;
    if (!bench.world->sides[SIDE_MASTER].runs)
        cut(SIDE_MASTER);
    if (!bench.world->sides[SIDE_SLAVE].runs)
        cut(SIDE_SLAVE);
    return due ? end_badly(side, broken, run, err) : 0;
}

static bool run_script(void *context, enum side side, const char *script, const char *const *arguments, struct run *run)
{
    (void)context;
    return fake_world_run(bench.world, side, script, arguments, run);
}

static const struct fake_hook hook = { .before = before, .after = after, .run = run_script };

/* Statements: counted where they are sent, so that the program can die there. */

int __real_mysql_send_query(void *mysql, const char *sql, unsigned long len);
int __wrap_mysql_send_query(void *mysql, const char *sql, unsigned long len);

static enum fate fate_of(void)
{
    if (bench.kind == CANCELLED && write(bench.cancel[1], "x", 1) != 1)
        return ANSWERED;
    bench.silent = bench.kind == CANCELLED || bench.kind == TIMED_OUT;
    bench.gone_too = bench.kind == GONE;
    return bench.silent                                          ? SILENCE
           : bench.kind == LOST_AFTER || bench.kind == DIES_AFTER ? DROPPED_AFTER
           : kinds[bench.kind].code == ERR_CONNECT               ? DROPPED
                                                                 : REFUSED;
}

int __wrap_mysql_send_query(void *mysql, const char *sql, unsigned long len)
{
    char *copy = mem_dup_n(sql, len);
    bench.silent = false;
    const bool now = strike("sql", copy);
    free(copy);
    bench.fate = ANSWERED;
    if (now && (bench.kind == DIES_BEFORE || bench.kind == REBOOTED))
        die();
    if (now)
        bench.fate = fate_of();
    const unsigned acted = bench.acted;
    const int rc = __real_mysql_send_query(mysql, sql, len);
    if (now && bench.kind == DIES_AFTER) {
        for (int i = 0; rc == 0 && bench.acted == acted && i < 10000; i++)
            (void)__real_poll(NULL, 0, 1);
        die();
    }
    return rc;
}

static bool answer(void *context, enum side side, const char *sql, struct reply *reply, bool *silent)
{
    (void)context;
    const int fate = atomic_exchange(&bench.fate, ANSWERED);
    if (bench.gone_too && fate != ANSWERED)
        bench.world->sides[side].gone = true;
    if (fate == REFUSED)
        *reply = (struct reply){ .code = kinds[bench.kind].sql_error };
    else if (fate != DROPPED)
        fake_world_answer(bench.world, side, sql, reply);
    *silent = fate == SILENCE;
    bench.acted++;
    return fate == ANSWERED || fate == REFUSED;
}

static bool down(void *context, enum side side)
{
    (void)context;
    return !bench.world->sides[side].runs || bench.world->sides[side].gone;
}

static const struct fake_server_hook server_hook = { .answer = answer, .down = down };

/* What goes out of the engine's rooms. */

struct host *__wrap_host_open(const struct host_where *where, const struct host_asker *asker, struct err *err);
int __wrap_ship_run(struct ship *ship, struct err *err);

static struct host *open_machine(enum side side)
{
    const struct fake_machine machine = { .side = side, .text = &bench.texts[side], .socket = bench.sockets[side], .tape = &bench.tape,
                                          .hook = &hook };
    return fake_host_open(&machine);
}

struct host *__wrap_host_open(const struct host_where *where, const struct host_asker *asker, struct err *err)
{
    (void)asker;
    const enum side side = strcmp(where->label, "slave") == 0 ? SIDE_SLAVE : SIDE_MASTER;
    bool broken = false;
    if (before(NULL, side, "open", &broken, NULL, err) != 0)
        return NULL;
    struct host *host = open_machine(side);
    host->cancel_fd = where->cancel_fd;
    return host;
}

/* The ship's threads have tests of their own: here it is three commands. */
int __wrap_ship_run(struct ship *ship, struct err *err)
{
    struct host *to = host_clone(ship->to, err);
    int rc = to == NULL ? -1 : host_script(ship->from, NULL, err, "# pack $1", ship->from_dir, NULL);
    if (rc == 0)
        rc = host_script(to, NULL, err, "# receive into $1", ship->to_dir, NULL);
    if (rc == 0)
        rc = host_script(to, NULL, err, "# look at what arrived in $1", ship->to_dir, NULL);
    host_close(to);
    return rc;
}

/* What the front end is told. */

static void emit(void *context, const struct event *event)
{
    (void)context;
    const char *const texts[] = { event->text, event->fix, event->why, event->id };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i] != NULL && strstr(texts[i], SECRET) != NULL)
            complain("a password is in an event: %s", texts[i]);
    bench.told_of_leftovers = bench.told_of_leftovers || (event->kind == EVENT_NOTE && strstr(event->text, "could not be removed") != NULL);
    bench.told_more = bench.result;
    if (event->kind == EVENT_RESULT) {
        bench.result = true;
        bench.told_more = false;
        bench.result_ok = event->ok;
        snprintf(bench.advice, sizeof bench.advice, "%s", event->fix != NULL ? event->fix : "");
    }
    if (bench.loud && (event->kind == EVENT_NOTE || event->kind == EVENT_RESULT || event->kind == EVENT_STEP || event->kind == EVENT_CHANGE))
        fprintf(stderr, "        event %d: %s %s\n", (int)event->kind, event->text, event->fix != NULL ? event->fix : "");
}

static int ask(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    (void)context, (void)err;
    /* what a run has kept is wanted yet: only accept itself, which asks nothing before it, lets go of it */
    answer->yes = strncmp(question->text, "Proven: ", 8) != 0;
    return 0;
}

/* Setting up. */

static void write_password(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", bench.folder, name);
    FILE *stream = fopen(path, "w");
    if (stream == NULL || fprintf(stream, SECRET " of %s\n", name) < 0 || fclose(stream) != 0 || chmod(path, 0600) != 0)
        complain("cannot write %s", path);
}

void begin_bench(const struct pair *pair)
{
    memset(&bench, 0, sizeof bench);
    bench.pair = pair;
    bench.thread = pthread_self();
    bench.stage = "looking";
    /* in memory where that is possible: every line of every journal is flushed */
    snprintf(bench.folder, sizeof bench.folder, "%s/dualserver-calls-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(bench.folder));
    write_password(bench.passwords[0], sizeof bench.passwords[0], "replication");
    write_password(bench.passwords[1], sizeof bench.passwords[1], "reports");
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        char *file = mem_printf("%s.txt", pair->server);
        buf_adds(&bench.texts[side].options, "[mysqld]\nuser = mysql\n");
        server_text_read(&bench.texts[side], UNIT_FOLDER "/servers", file);
        free(file);
    }
    answers_init(&bench.answers);
    bench.answers.master.host = mem_dup("192.0.2.11");
    bench.answers.slave.host = mem_dup("192.0.2.12");
    bench.answers.copy = pair->copy;
    if (!pair->generated)
        bench.answers.replication.password_file = mem_dup(bench.passwords[0]);
    bench.answers.reports.password_file = mem_dup(bench.passwords[1]);
    bench.world = fake_world_new(buf_str(&bench.texts[SIDE_MASTER].options));
    fake_world_fill(bench.world, pair->mariadb);
    bench.world->logs = pair->mariadb ? 0 : 2;
    bench.world->had_master = bench.world->configured = bench.world->old_master = pair->old_master; /* it stands still */
}

void set_paths(void)
{
    snprintf(bench.state_dir, sizeof bench.state_dir, "%s/%zu", bench.folder, bench.number);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        snprintf(bench.sockets[side], sizeof bench.sockets[side], "%s/%zu.%d", bench.folder, bench.number, (int)side);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat, (void)kind, (void)at;
    return remove(path);
}

void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void end_bench(void)
{
    remove_tree(bench.folder);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        server_text_free(&bench.texts[side]);
    facts_free(&bench.facts);
    answers_free(&bench.answers);
    fake_world_free(bench.world);
    tape_free(&bench.tape);
}

void start_servers(void)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        bench.servers[side] = fake_server_start(&bench.texts[side], side, &bench.tape, bench.sockets[side]);
        fake_server_hook(bench.servers[side], &server_hook);
    }
}

static void stop_servers(void)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        fake_server_stop(bench.servers[side]);
        bench.servers[side] = NULL;
        unlink(bench.sockets[side]);
    }
}

struct engine *new_engine(void)
{
    if (bench.cancel[1] > 0) {
        close(bench.cancel[0]);
        close(bench.cancel[1]);
    }
    if (pipe(bench.cancel) != 0)
        complain("no pipe");
    bench.port = (struct port){ .emit = emit, .ask = ask, .cancel_fd = bench.cancel[0] };
    return engine_new(&bench.answers, &bench.port, bench.state_dir);
}

/* Once for all cases: what the servers are like. */
void look(void)
{
    struct err err = ERR_INIT;
    set_paths();
    start_servers();
    struct engine *engine = new_engine();
    if (engine_look(engine, &err) != 0)
        fail_msg("%s: %s", bench.pair->name, err.text);
    bench.facts = engine->world.facts;
    engine->world.facts = (struct facts){ .slave.side = SIDE_SLAVE };
    engine_free(engine);
    stop_servers();
}

/* An engine that has looked, and planned. */
struct engine *planned_engine(void)
{
    struct err err = ERR_INIT;
    struct engine *engine = new_engine();
    if (world_make_secrets(&engine->world, &err) != 0 || world_connect(&engine->world, &err) != 0)
        complain("%s", err.text);
    engine->world.facts = bench.facts;
    bench.facts = (struct facts){ .slave.side = SIDE_SLAVE };
    engine->looked = true;
    if (engine_plan(engine, &err) != 0)
        complain("%s", err.text);
    return engine;
}

/* A stage of a case: run, resume or undo, with a fault. */

const char *const actions[] = { "run", "resume", "undo" };

static int act(struct engine *engine, enum action action, const struct past *past, struct err *err)
{
    return action == RUN ? engine_run(engine, err) : action == RESUME ? engine_resume(engine, past, err) : engine_undo(engine, past, err);
}

static void end_of_time(void)
{
    cut(SIDE_MASTER);
    cut(SIDE_SLAVE);
    bench.counting = false;
    if (bench.struck && bench.kind == REBOOTED)
        fake_world_reboot(bench.world);
    fake_world_abandoned(bench.world);
}

struct outcome play(struct engine *engine, enum action action, const struct past *past, enum kind kind, size_t at)
{
    /* not automatic: they are read after a jump */
    static struct outcome outcome;
    outcome = (struct outcome){ .err = ERR_INIT };
    bench.stage = actions[action];
    bench.kind = kind;
    bench.at = at;
    bench.calls = 0;
    bench.struck = bench.due = bench.result = bench.told_more = bench.silent = false;
    bench.advice[0] = '\0';
    bench.counting = true;
    if (setjmp(bench.dead) == 0) {
        outcome.rc = act(engine, action, past, &outcome.err);
        bench.counting = false;
        if (bench.loud)
            fprintf(stderr, "        %s: %d %s (%s)\n", bench.stage, outcome.rc, outcome.err.text, outcome.err.hint);
        engine_free(engine);
    } else {
        outcome.died = true;
        outcome.rc = -1;
    }
    end_of_time();
    return outcome;
}
