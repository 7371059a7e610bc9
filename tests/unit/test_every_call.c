/* The nth remote call of a run fails, for every n: the real engine against two machines and servers that are written down and keep
 * a state (fake_world.h). Each case is a process of its own. What was broken off is then resumed or undone, some of it with a
 * second fault on the way; whatever happens, no row of anybody's may be lost, and the end is the one that a person was promised.
 *
 * EVERY_CALL=all tries every kind of fault at every call, which takes an hour, EVERY_CALL=PAIR those of one pair; EVERY_CALL="PAIR KIND N AFTER M" one case, loudly. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "call_bench.h"
#include "engine/runs.h"

#define CASE_SECONDS 60
#define MOST_CALLS 2000
#define ENOUGH 100 /* cases that fail tell enough */
#ifdef __SANITIZE_ADDRESS__
#define STEP 12 /* what every test run has the time for */
#else
#define STEP 4
#endif

/* What must be so after any of them. */

static void check_text(const char *path)
{
    char *line = NULL;
    size_t room = 0;
    FILE *stream = fopen(path, "r");
    while (stream != NULL && getline(&line, &room, stream) >= 0)
        if (strstr(line, SECRET) != NULL)
            complain("a password is in %s: %s", path, line);
    if (stream != NULL)
        fclose(stream);
    free(line);
}

/* Every "done" has an "intent" before it. */
static void check_journal(const char *path)
{
    bool meant[256] = { false };
    char *line = NULL;
    size_t room = 0;
    FILE *stream = fopen(path, "r");
    while (stream != NULL && getline(&line, &room, stream) >= 0) {
        const char *at = strstr(line, "\"change\":");
        const unsigned long change = at != NULL ? strtoul(at + strlen("\"change\":"), NULL, 10) : 0;
        if (strstr(line, "\"kind\":\"intent\"") != NULL && change < 256)
            meant[change] = true;
        if (strstr(line, "\"kind\":\"done\"") != NULL && (change >= 256 || !meant[change]))
            complain("change %lu was done before it was meant", change);
    }
    if (stream != NULL)
        fclose(stream);
    free(line);
}

static void check_texts(const char *run_folder)
{
    static const char *const files[] = { "journal", "facts", "report.md" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = mem_printf("%s/%s", run_folder, files[i]);
        check_text(path);
        if (i == 0)
            check_journal(path);
        free(path);
    }
}

static void check_world(void)
{
    if (fake_world_fault(bench.world) != NULL)
        complain("%s", fake_world_fault(bench.world));
    if (!bench.world->sides[SIDE_MASTER].runs)
        complain("the master's server does not run");
}

static void check_told(const struct outcome *outcome, bool begun)
{
    if (outcome->died)
        return;
    if (outcome->rc != 0 && outcome->err.text[0] == '\0')
        complain("an error without a text");
    if (!begun)
        return;
    if (!bench.result || bench.told_more)
        complain("the last event is no result, but the error is: %s", outcome->err.text);
    if (bench.result_ok != (outcome->rc == 0))
        complain("the result is not what was returned");
    if (outcome->rc != 0 && bench.advice[0] == '\0')
        complain("the result has no advice: %s", outcome->err.text);
}

static void expect_nothing(char *odd, const char *what)
{
    if (odd != NULL)
        complain("%s, but %s", what, odd);
}

/* The run's state as its journal has it; PAST_UNTOUCHED when there is none. */
static enum past_state read_past(struct past *past)
{
    struct err err = ERR_INIT;
    struct past all;
    *past = (struct past){ .folder = NULL };
    char *run = NULL;
    if (runs_find(bench.state_dir, NULL, &all, &err) == 0)
        run = mem_dup(all.run), past_free(&all);
    if (run == NULL || runs_find(bench.state_dir, run, past, &err) != 0) {
        free(run);
        return PAST_UNTOUCHED;
    }
    free(run);
    check_texts(past->folder);
    if (past->spoilt > 0)
        complain("%zu lines of the journal cannot be read", past->spoilt);
    return past_state(past);
}

/* After a run or a resume. True: it is at an end, and all is well. */
static bool judge(enum past_state state, enum past_state promised)
{
    if (state == PAST_PROVEN)
        expect_nothing(fake_world_not_after(bench.world, bench.told_of_leftovers), "the run is proven");
    else if (state == PAST_UNTOUCHED)
        expect_nothing(fake_world_not_before(bench.world, true), "the run is said to have left nothing");
    else if (promised == PAST_UNDONE)
        expect_nothing(fake_world_not_before(bench.world, false), "the run is undone");
    return state == PAST_PROVEN || state == PAST_UNTOUCHED || promised == PAST_UNDONE;
}

/* Since *size was taken: the resume or undo has begun, so it tells a result. */
static bool journal_grew(const struct past *past, size_t *size)
{
    struct stat now;
    char *path = mem_printf("%s/journal", past->folder);
    const size_t before = *size;
    *size = stat(path, &now) == 0 ? (size_t)now.st_size : 0;
    free(path);
    return *size > before;
}

struct test_case {
    const struct pair *pair;
    enum kind kind;
    size_t at;
    enum action then;
    enum kind second;
    size_t second_at; /* 0: none */
    bool refusing;
};

enum verdict { PASSED = 0, FAILED = 1, BEYOND = 3, SECOND_BEYOND = 4 };

/* Goes on until it is at an end: the second try has the second fault, those after it have none. */
static int go_on(const struct test_case *tried)
{
    enum action action = tried->then;
    bool beyond = false;
    for (int i = 0; i < 4; i++) {
        struct past past;
        const enum past_state state = read_past(&past);
        const bool back = state == PAST_PROVEN && (tried->then == UNDO || tried->at % 2 == 0); /* what is proven is undone, too */
        if (judge(state, state) && !back) {
            past_free(&past);
            return beyond ? SECOND_BEYOND : PASSED;
        }
        if (state == PAST_UNDOING || back)
            action = UNDO;
        size_t size = 0;
        (void)journal_grew(&past, &size);
        const bool faulty = i == 0 && tried->second_at > 0;
        if (action == UNDO) { /* which needs no password */
            free(bench.answers.replication.password_file);
            bench.answers.replication.password_file = mem_dup("/nonexistent");
        }
        const struct outcome outcome = play(new_engine(), action, &past, faulty ? tried->second : NOTHING, faulty ? tried->second_at : 0);
        beyond = beyond || (faulty && !bench.struck);
        check_world();
        check_told(&outcome, journal_grew(&past, &size));
        if (!bench.struck && outcome.rc != 0)
            complain("without a fault: %s (%s); it was at step %d", outcome.err.text, outcome.err.hint, past.step);
        past_free(&past);
        if (action == UNDO && outcome.rc == 0) {
            judge(PAST_UNDONE, PAST_UNDONE);
            return beyond ? SECOND_BEYOND : PASSED;
        }
    }
    complain("it does not come to an end");
}

static int try_case(const struct test_case *tried)
{
    struct past past;
    alarm(CASE_SECONDS);
    set_paths();
    start_servers();
    const struct outcome outcome = play(planned_engine(), RUN, NULL, tried->kind, tried->at);
    const bool struck = bench.struck;
    check_world();
    const enum past_state state = read_past(&past);
    check_told(&outcome, past.change_count > 0);
    past_free(&past);
    if (outcome.rc == 0 && state != PAST_PROVEN)
        complain("it succeeded, but the run is %s", past_state_word(state));
    if (!struck && outcome.rc != 0)
        complain("without a fault: %s", outcome.err.text);
    const int verdict = go_on(tried);
    return struck ? verdict : BEYOND;
}

/* Both servers have crashed, and neither starts with what the run has written: undo gets them up again. */
static int try_refusing(const struct test_case *tried)
{
    struct past past;
    alarm(CASE_SECONDS);
    set_paths();
    start_servers();
    (void)play(planned_engine(), RUN, NULL, tried->kind, tried->at);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        fake_world_set_service(bench.world, side, false);
    bench.world->refusing = true;
    if (read_past(&past) != PAST_UNFINISHED)
        complain("the run is not unfinished");
    const struct outcome outcome = play(new_engine(), UNDO, &past, NOTHING, 0);
    if (outcome.rc != 0)
        complain("%s (%s)", outcome.err.text, outcome.err.hint);
    expect_nothing(fake_world_not_before(bench.world, false), "the run is undone");
    past_free(&past);
    return PASSED;
}

/* Processes. */

static struct {
    size_t tried, failed, doubles;
} count;

static void describe(const struct test_case *tried)
{
    fprintf(stderr, "    EVERY_CALL=\"%s %s %zu %s %s %zu\"\n", tried->pair->name, kinds[tried->kind].name, tried->at,
            actions[tried->then], kinds[tried->second].name, tried->second_at);
}

/* Of the cases that have ended: a fault was beyond the last call. */
static struct seen {
    bool run_over, over[UNDO + 1];
} seen;

static pid_t begin_case(const struct test_case *tried)
{
    bench.number++;
    const pid_t child = fork();
    if (child == 0) {
        bench.thread = pthread_self();
        const int verdict = tried->refusing ? try_refusing(tried) : try_case(tried);
        remove_tree(bench.state_dir);
        unlink(bench.sockets[SIDE_MASTER]);
        unlink(bench.sockets[SIDE_SLAVE]);
        _exit(verdict);
    }
    return child;
}

static void end_case(const struct test_case *tried, int status)
{
    const int verdict = WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
    const bool beyond = verdict == BEYOND || verdict == SECOND_BEYOND;
    seen.run_over = seen.run_over || verdict == BEYOND;
    seen.over[tried->then] = seen.over[tried->then] || verdict == SECOND_BEYOND;
    count.tried += !beyond;
    count.doubles += verdict == PASSED && tried->second_at > 0;
    if (beyond || verdict == PASSED)
        return;
    if (!WIFEXITED(status))
        fprintf(stderr, "    ended by signal %d\n", WTERMSIG(status));
    describe(tried);
    count.failed++;
}

#define BESIDE 2

/* As many beside each other as there are processors. */
static struct running {
    pid_t pid;
    struct test_case tried;
} running[BESIDE];

static void wait_for_one(void)
{
    int status = 0;
    const pid_t pid = wait(&status);
    for (size_t i = 0; i < BESIDE; i++)
        if (pid > 0 && running[i].pid == pid) {
            running[i].pid = 0;
            end_case(&running[i].tried, status);
        }
}

static void add_case(const struct test_case *tried)
{
    for (;;) {
        for (size_t i = 0; i < BESIDE; i++)
            if (running[i].pid == 0) {
                running[i] = (struct running){ .tried = *tried };
                running[i].pid = begin_case(tried);
                return;
            }
        wait_for_one();
    }
}

static void finish_cases(void)
{
    for (size_t i = 0; i < BESIDE; i++)
        while (running[i].pid != 0)
            wait_for_one();
}

/* A run that broke off at one of some calls, and then every so often a second fault while it is resumed or undone. */
static void try_two_faults(const struct pair *pair, size_t first_step, size_t second_step)
{
    static const enum kind firsts[] = { DIES_AFTER, LOST_BEFORE, DIES_BEFORE, STATUS_1, LOST_AFTER };
    seen = (struct seen){ .run_over = false };
    for (size_t at = first_step / 2; !seen.run_over && count.failed < ENOUGH; at += first_step) {
        seen.over[RESUME] = seen.over[UNDO] = false;
        for (size_t second = 1 + at % second_step; second < MOST_CALLS && !(seen.over[RESUME] && seen.over[UNDO]) && !seen.run_over;
             second += second_step) {
            const struct test_case tried = { .pair = pair, .kind = firsts[at / first_step % (sizeof firsts / sizeof firsts[0])], .at = at,
                                             .then = second / second_step % 2 == 0 ? RESUME : UNDO,
                                             .second = LOST_BEFORE + (int)(second % (KINDS - 1)), .second_at = second };
            if (!seen.over[tried.then])
                add_case(&tried);
        }
        finish_cases();
    }
}

/* Every so many calls, with one kind of fault or with all of them. */
static void try_one_fault(const struct pair *pair, size_t step, bool all)
{
    seen = (struct seen){ .run_over = false };
    for (size_t at = 1 + (size_t)(pair - pairs) % step; !seen.run_over && at < MOST_CALLS && count.failed < ENOUGH; at += step)
        for (int kind = LOST_BEFORE; kind < KINDS && !seen.run_over; kind++) {
            const struct test_case tried = { .pair = pair, .kind = kind, .at = at, .then = (at + (size_t)kind) / step % 2 == 0 ? RESUME : UNDO };
            if (all || (at / step + (size_t)kind) % (KINDS - 1) == 0)
                add_case(&tried);
        }
    finish_cases();
}

static void try_pair(const struct pair *pair, bool all)
{
    begin_bench(pair);
    look();
    try_one_fault(pair, all ? 1 : STEP, all);
    for (size_t at = 150; at < 600 && !pair->old_master; at += 50) {
        const struct test_case tried = { .pair = pair, .kind = DIES_BEFORE, .at = at, .then = UNDO, .refusing = true };
        add_case(&tried);
    }
    try_two_faults(pair, all ? 31 : 151, all ? 7 : 13 * STEP);
    end_bench();
}

/* EVERY_CALL="PAIR KIND N ACTION KIND M" */
static bool parse_case(const char *text, struct test_case *tried)
{
    char words[4][32];
    *tried = (struct test_case){ .at = 0 };
    if (sscanf(text, "%31s %31s %zu %31s %31s %zu", words[0], words[1], &tried->at, words[2], words[3], &tried->second_at) != 6)
        return false;
    for (size_t i = 0; i < PAIRS; i++)
        if (strcmp(pairs[i].name, words[0]) == 0)
            tried->pair = &pairs[i];
    for (int i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].name, words[1]) == 0)
            tried->kind = i;
        if (strcmp(kinds[i].name, words[3]) == 0)
            tried->second = i;
    }
    tried->then = strcmp(words[2], "undo") == 0 ? UNDO : RESUME;
    return tried->pair != NULL;
}

static void every_call_fails_once(void **state)
{
    (void)state;
    const char *wish = getenv("EVERY_CALL");
    struct test_case tried;
    if (wish != NULL && parse_case(wish, &tried)) {
        begin_bench(tried.pair);
        look();
        bench.loud = true;
        const int verdict = try_case(&tried);
        remove_tree(bench.folder);
        _exit(verdict);
    }
    for (size_t i = 0; i < PAIRS; i++)
        if (wish == NULL || strcmp(wish, "all") == 0 || strcmp(wish, pairs[i].name) == 0)
            try_pair(&pairs[i], wish != NULL);
    printf("%zu cases, %zu with two faults, %zu failed\n", count.tried, count.doubles, count.failed);
    assert_int_equal(count.failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_call_fails_once) };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
