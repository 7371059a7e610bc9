#define _GNU_SOURCE 1 /* pipe2 */

#include "ui/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct bridge {
    const struct bridge_engine *engine;
    const struct answers *answers;
    const char *state_dir;
    struct port port;
    pthread_t thread;
    bool stale; /* a job was cancelled, or the answers are others; not the engine's thread only while no job runs */
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t changed;
    enum job job;
    char *run; /* what a later job is about */
    bool closing, cancelled;
    struct bridge_item *first, **last;
    bool asking, answered;
    int answer_rc;
    struct answer answer;
    struct err answer_err;
    int wake[2], cancel[2];
};

static void put_byte(int fd)
{
    while (write(fd, "", 1) < 0 && errno == EINTR)
        continue; /* a full pipe is readable too */
}

static void drain(int fd)
{
    char bytes[64];
    ssize_t n;
    do
        n = read(fd, bytes, sizeof bytes);
    while (n > 0 || (n < 0 && errno == EINTR));
}

static void append(struct bridge *bridge, struct bridge_item *item)
{
    pthread_mutex_lock(&bridge->lock);
    *bridge->last = item;
    bridge->last = &item->next;
    pthread_mutex_unlock(&bridge->lock);
    put_byte(bridge->wake[1]);
}

static struct bridge_item *new_item(enum item_kind kind)
{
    struct bridge_item *item = mem_alloc(sizeof *item);
    item->kind = kind;
    item->at_ms = clock_ms();
    return item;
}

/* The port, called on the engine's thread. */
static void port_emit(void *context, const struct event *event)
{
    struct bridge_item *item = new_item(ITEM_EVENT);
    item->event = *event;
    item->event.id = mem_dup(event->id);
    item->event.text = mem_dup(event->text);
    item->event.why = mem_dup(event->why);
    item->event.fix = mem_dup(event->fix);
    append(context, item);
}

static int port_ask(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    struct bridge *bridge = context;
    struct bridge_item *item = new_item(ITEM_QUESTION);
    item->question = *question;
    item->question.text = mem_dup(question->text);
    item->question.expected = mem_dup(question->expected);
    pthread_mutex_lock(&bridge->lock);
    bridge->asking = true;
    bridge->answered = false;
    pthread_mutex_unlock(&bridge->lock);
    append(bridge, item);

    pthread_mutex_lock(&bridge->lock);
    while (!bridge->answered && !bridge->cancelled)
        pthread_cond_wait(&bridge->changed, &bridge->lock);
    int rc = bridge->answered ? bridge->answer_rc : err_set(err, ERR_CANCELLED, "stopped while a question was open");
    if (bridge->answered && rc != 0 && err != NULL)
        *err = bridge->answer_err;
    if (bridge->answered && rc == 0)
        *answer = bridge->answer;
    bridge->asking = bridge->answered = false;
    pthread_mutex_unlock(&bridge->lock);
    return rc;
}

/* What was cut off half-way, or knows of another run, is not built upon. */
static void *fresh_engine(struct bridge *bridge, void *engine)
{
    if (engine != NULL)
        bridge->engine->close(engine);
    bridge->stale = false;
    return bridge->engine->open(bridge->answers, &bridge->port, bridge->state_dir);
}

static int run_job(struct bridge *bridge, void **engine, enum job job, struct err *err)
{
    int rc = 0;
    switch (job) {
    case JOB_LOOK:
        if (*engine == NULL || bridge->stale)
            *engine = fresh_engine(bridge, *engine);
        return bridge->engine->look(*engine, err);
    case JOB_PLAN:
        return bridge->engine->plan(*engine, err);
    case JOB_RUN:
        return bridge->engine->run(*engine, err);
    case JOB_RESUME:
    case JOB_UNDO:
    case JOB_ACCEPT:
        *engine = fresh_engine(bridge, *engine);
        rc = bridge->engine->later(*engine, job, bridge->state_dir, bridge->run, err);
        bridge->stale = true;
        return rc;
    case JOB_SHOW:
        if (*engine == NULL || bridge->stale)
            *engine = fresh_engine(bridge, *engine);
        return bridge->engine->care(*engine, job, bridge->run, err);
    case JOB_APPLY:
        return bridge->engine->care(*engine, job, bridge->run, err);
    case JOB_NONE:
        break;
    }
    return rc;
}

static enum job wait_for_job(struct bridge *bridge)
{
    pthread_mutex_lock(&bridge->lock);
    while (bridge->job == JOB_NONE && !bridge->closing)
        pthread_cond_wait(&bridge->changed, &bridge->lock);
    enum job job = bridge->closing ? JOB_NONE : bridge->job;
    pthread_mutex_unlock(&bridge->lock);
    return job;
}

static void *engine_thread(void *context)
{
    struct bridge *bridge = context;
    void *engine = NULL;
    for (enum job job; (job = wait_for_job(bridge)) != JOB_NONE;) {
        struct bridge_item *item = new_item(ITEM_DONE);
        item->job = job;
        item->rc = run_job(bridge, &engine, job, &item->err);
        item->at_ms = clock_ms();
        pthread_mutex_lock(&bridge->lock);
        bridge->stale = bridge->stale || bridge->cancelled;
        bridge->job = JOB_NONE;
        pthread_mutex_unlock(&bridge->lock);
        append(bridge, item);
    }
    if (engine != NULL)
        bridge->engine->close(engine);
    return NULL;
}

static int make_pipe(int fds[2], struct err *err)
{
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set_detail(err, ERR_IO, errno, "cannot make a pipe: %s", strerror(errno));
    return 0;
}

static void free_bridge(struct bridge *bridge)
{
    for (int i = 0; i < 2; i++) {
        if (bridge->wake[i] >= 0)
            close(bridge->wake[i]);
        if (bridge->cancel[i] >= 0)
            close(bridge->cancel[i]);
    }
    pthread_cond_destroy(&bridge->changed);
    pthread_mutex_destroy(&bridge->lock);
    free(bridge->run);
    free(bridge);
}

struct bridge *bridge_open(const struct bridge_engine *engine, const struct answers *answers, const char *state_dir,
                           struct err *err)
{
    struct bridge *bridge = mem_alloc(sizeof *bridge);
    *bridge = (struct bridge){
        .engine = engine, .answers = answers, .state_dir = state_dir,
        .wake = { -1, -1 }, .cancel = { -1, -1 },
    };
    bridge->last = &bridge->first;
    pthread_mutex_init(&bridge->lock, NULL);
    pthread_cond_init(&bridge->changed, NULL);
    if (make_pipe(bridge->wake, err) != 0 || make_pipe(bridge->cancel, err) != 0) {
        free_bridge(bridge);
        return NULL;
    }
    bridge->port = (struct port){
        .context = bridge, .emit = port_emit, .ask = port_ask, .cancel_fd = bridge->cancel[0],
    };
    int failed = pthread_create(&bridge->thread, NULL, engine_thread, bridge);
    if (failed != 0) {
        err_set_detail(err, ERR_IO, failed, "cannot start a thread: %s", strerror(failed));
        free_bridge(bridge);
        return NULL;
    }
    return bridge;
}

int bridge_fd(const struct bridge *bridge)
{
    return bridge->wake[0];
}

void bridge_start(struct bridge *bridge, enum job job)
{
    drain(bridge->cancel[0]); /* an earlier job's cancel is not this one's */
    pthread_mutex_lock(&bridge->lock);
    bridge->cancelled = false;
    bridge->job = job;
    pthread_cond_broadcast(&bridge->changed);
    pthread_mutex_unlock(&bridge->lock);
}

void bridge_start_later(struct bridge *bridge, enum job job, const char *run)
{
    char *copy = mem_dup(run);
    free(bridge->run); /* its thread waits for a job */
    bridge->run = copy;
    bridge_start(bridge, job);
}

void bridge_renew(struct bridge *bridge)
{
    pthread_mutex_lock(&bridge->lock);
    bridge->stale = true;
    pthread_mutex_unlock(&bridge->lock);
}

struct bridge_item *bridge_take(struct bridge *bridge)
{
    drain(bridge->wake[0]);
    pthread_mutex_lock(&bridge->lock);
    struct bridge_item *item = bridge->first;
    if (item != NULL) {
        bridge->first = item->next;
        if (bridge->first == NULL)
            bridge->last = &bridge->first;
    }
    pthread_mutex_unlock(&bridge->lock);
    return item;
}

void bridge_item_free(struct bridge_item *item)
{
    if (item == NULL)
        return;
    const char *const owned[] = {
        item->event.id, item->event.text, item->event.why, item->event.fix, item->question.text, item->question.expected,
    };
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free((char *)owned[i]);
    free(item);
}

void bridge_answer(struct bridge *bridge, int rc, const struct answer *answer, const struct err *err)
{
    pthread_mutex_lock(&bridge->lock);
    if (bridge->asking && !bridge->answered && !bridge->cancelled) {
        bridge->answered = true;
        bridge->answer_rc = rc;
        bridge->answer = *answer;
        if (err != NULL)
            bridge->answer_err = *err;
        pthread_cond_broadcast(&bridge->changed);
    } else {
        secret_free(answer->secret); /* nobody waits any more */
    }
    pthread_mutex_unlock(&bridge->lock);
}

void bridge_cancel(struct bridge *bridge)
{
    put_byte(bridge->cancel[1]);
    pthread_mutex_lock(&bridge->lock);
    bridge->cancelled = true;
    pthread_cond_broadcast(&bridge->changed);
    pthread_mutex_unlock(&bridge->lock);
}

void bridge_close(struct bridge *bridge)
{
    if (bridge == NULL)
        return;
    bridge_cancel(bridge);
    pthread_mutex_lock(&bridge->lock);
    bridge->closing = true;
    pthread_cond_broadcast(&bridge->changed);
    pthread_mutex_unlock(&bridge->lock);
    pthread_join(bridge->thread, NULL);
    for (struct bridge_item *item; (item = bridge_take(bridge)) != NULL;)
        bridge_item_free(item);
    free_bridge(bridge);
}
