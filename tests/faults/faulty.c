#include "faulty.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include "plan/world.h"

#define RECONNECT_PAUSE_MS 5000 /* of engine/recover.c: who cannot be reached for good is not waited for that long here */

void __real_world_emit(struct world *world, const struct event *event);
void __wrap_world_emit(struct world *world, const struct event *event);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

static const struct fault faults[] = {
    { "kill-before", EFFECT_KILL, BEFORE, 0, NULL, 0, false },
    { "kill-mid", EFFECT_KILL, DURING, 0, NULL, 0, false },
    { "kill-after", EFFECT_KILL, AFTER, 0, NULL, 0, false },
    { "fail", EFFECT_GONE, BEFORE, 0, NULL, 0, false },
    { "fail-after", EFFECT_GONE, AFTER, 0, NULL, 0, false },
    { "drop", EFFECT_DROP, BEFORE, 0, NULL, 0, false },
    { "lost", EFFECT_DROP, AFTER, 0, NULL, 0, false },
    { "stall", EFFECT_STALL, BEFORE, 0, NULL, 0, false },
    { "remote-killed", EFFECT_STATUS, DURING, 137, "Killed", 1317, false },
    { "remote-killed-after", EFFECT_STATUS, AFTER, 137, "Killed", 0, false },
    { "io-error", EFFECT_STATUS, BEFORE, 1, "Input/output error", 1030, false },
    { "denied", EFFECT_STATUS, BEFORE, 1, "Permission denied", 1142, false },
    { "full", EFFECT_STATUS, BEFORE, 1, "No space left on device", 1021, false },
    { "auth", EFFECT_AUTH, BEFORE, 0, NULL, 0, false },
    { "sql-lost", EFFECT_DROP, BEFORE, 0, NULL, 0, true },
    { "sql-lost-after", EFFECT_DROP, AFTER, 0, NULL, 0, true },
    { "pause", EFFECT_PAUSE, BEFORE, 0, NULL, 0, false },
    { "pause-after", EFFECT_PAUSE, AFTER, 0, NULL, 0, false },
};

static const char *const whats[] = { "open", "clone", "run", "stream", "read", "write", "finish", "tunnel", "connect", "sql" };

static struct {
    const struct fault *fault; /* NULL: only counted */
    unsigned long at, at_step;
    bool by_step;
    char word[64];           /* in the label; empty: any */
    char log[256], pause[256];
} wish;

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static unsigned long calls, in_step;
static int counted_step;
static bool hit;
static atomic_int step;
static atomic_bool gone[2], refused[2];
static atomic_uint generations[2];

static void usage(const char *word)
{
    (void)fprintf(stderr, "dualserver-faulty: DUALSERVER_FAULT: what is '%s'?\n", word);
    exit(2);
}

static void take_word(const char *key, const char *value)
{
    char *end = NULL;
    if (strcmp(key, "log") == 0) {
        (void)snprintf(wish.log, sizeof wish.log, "%s", value);
    } else if (strcmp(key, "pause") == 0) {
        (void)snprintf(wish.pause, sizeof wish.pause, "%s", value);
    } else if (strcmp(key, "at") == 0 && value[0] == '~') {
        (void)snprintf(wish.word, sizeof wish.word, "%s", value + 1);
        wish.at = 1;
    } else if (strcmp(key, "at") == 0) {
        wish.at = strtoul(value, &end, 10);
        wish.by_step = *end == '.';
        if (wish.by_step) {
            wish.at_step = wish.at;
            wish.at = strtoul(end + 1, NULL, 10);
        }
    } else if (strcmp(key, "kind") == 0) {
        for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
            if (strcmp(value, faults[i].name) == 0)
                wish.fault = &faults[i];
        if (wish.fault == NULL && strcmp(value, "count") != 0)
            usage(value);
    } else {
        usage(key);
    }
}

static void read_wish(void)
{
    const char *text = getenv("DUALSERVER_FAULT");
    char copy[600], *rest = copy;
    (void)snprintf(copy, sizeof copy, "%s", text != NULL ? text : "kind=count");
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        if (value == NULL)
            usage(word);
        *value++ = '\0';
        take_word(word, value);
    }
    (void)unsetenv("DUALSERVER_FAULT"); /* for this program only */
}

static void note(const char *prefix, enum side side, enum what what, const char *label)
{
    char line[400];
    if (wish.log[0] == '\0')
        return;
    const int len = snprintf(line, sizeof line, "%s%lu\t%d.%lu\t%s\t%s\t%.160s\n", prefix, calls, counted_step, in_step,
                             side_name(side), whats[what], label);
    const int fd = open(wish.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || len <= 0 || write(fd, line, (size_t)len) != (ssize_t)len)
        usage(wish.log);
    (void)close(fd);
}

static bool is_it(enum what what, const char *label)
{
    const bool there = wish.by_step ? counted_step > (int)wish.at_step || (counted_step == (int)wish.at_step && in_step >= wish.at)
                                    : calls >= wish.at;
    return wish.fault != NULL && wish.at != 0 && !hit && there && strstr(label, wish.word) != NULL && (!wish.fault->sql_only || what == CALL_SQL);
}

const struct fault *fault_at(enum side side, enum what what, const char *label)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, read_wish);
    (void)pthread_mutex_lock(&counting);
    if (counted_step != step) {
        counted_step = step;
        in_step = 0;
    }
    calls++;
    in_step++;
    const bool now = is_it(what, label);
    hit = hit || now;
    note("", side, what, label);
    if (now)
        note("hit ", side, what, label);
    (void)pthread_mutex_unlock(&counting);
    return now ? wish.fault : NULL;
}

static void wait_for_pause(void)
{
    char pid[24], half[sizeof wish.pause + 4];
    const int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    (void)snprintf(half, sizeof half, "%s.new", wish.pause);
    const int fd = open(half, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, pid, (size_t)len) != (ssize_t)len || rename(half, wish.pause) != 0)
        usage(wish.pause);
    (void)close(fd);
    while (access(wish.pause, F_OK) == 0)
        (void)__real_poll(NULL, 0, 20);
}

static void *die_soon(void *context)
{
    (void)context;
    (void)__real_poll(NULL, 0, 20);
    (void)kill(getpid(), SIGKILL);
    return NULL;
}

void fault_act(const struct fault *fault, enum moment now)
{
    pthread_t thread;
    if (fault == NULL)
        return;
    if (fault->effect == EFFECT_PAUSE && fault->moment == now)
        wait_for_pause();
    if (fault->effect != EFFECT_KILL)
        return;
    if (fault->moment == DURING && now == BEFORE)
        (void)pthread_create(&thread, NULL, die_soon, NULL);
    else if (fault->moment == now || now == AFTER)
        (void)kill(getpid(), SIGKILL);
}

int fault_fail(const struct fault *fault, enum side side, const char *host, struct err *err)
{
    if (fault->effect == EFFECT_STALL)
        return err_set(err, ERR_TIMEOUT, "nothing came from %s for 60 s", host);
    if (fault->effect == EFFECT_AUTH) {
        refused[side] = true;
        return err_set(err, ERR_AUTH, "%s refuses the login", host);
    }
    generations[side]++;
    if (fault->effect == EFFECT_GONE)
        gone[side] = true;
    return err_set(err, ERR_CONNECT, "the connection to %s was lost", host);
}

int fault_gone(enum side side, enum what what, const char *host, struct err *err)
{
    if (gone[side])
        return err_set(err, ERR_CONNECT, "%s does not answer", host);
    if (refused[side] && (what == CALL_OPEN || what == CALL_CLONE))
        return err_set(err, ERR_AUTH, "%s refuses the login", host);
    return 0;
}

unsigned fault_generation(enum side side)
{
    return generations[side];
}

void __wrap_world_emit(struct world *world, const struct event *event)
{
    if (world->step != 0)
        step = world->step;
    else if (step > 0)
        step = 15;
    __real_world_emit(world, event);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (count == 0 && timeout == RECONNECT_PAUSE_MS && (gone[SIDE_MASTER] || gone[SIDE_SLAVE]))
        timeout = 50;
    return __real_poll(fds, count, timeout);
}
