/* The live screen with its threads: a bridge for each server. */
#include "ui/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "ui/ask.h"
#include "ui/care.h"
#include "ui/help.h"
#include "ui/keys.h"
#include "ui/loop.h"

enum { LANE_MASTER, LANE_SLAVE, LANES };

/* One bridge and what it does. */
struct lane {
    struct bridge *bridge;
    bool busy, failed;
    uint64_t begun_ms, ended_ms;
    struct bridge_item *question; /* waits for its answer */
};

struct monitor {
    struct monitor_view view;
    struct lane lanes[LANES];
    struct lane *asking;   /* whose question the dialog shows; NULL: none */
    bool leave;
    const struct care_action *wanted; /* its page is to be shown instead */
    struct loop_view loop;
};

/* On the lanes' threads. */

struct worker {
    struct care care;
    const char *state_dir;
    const struct port *port;
};

static void *open_worker(const struct answers *answers, const struct port *port, const char *state_dir)
{
    struct worker *worker = mem_alloc(sizeof *worker);
    worker->state_dir = state_dir;
    worker->port = port;
    care_begin(&worker->care, answers, port);
    return worker;
}

static void close_worker(void *context)
{
    struct worker *worker = context;
    care_end(&worker->care);
    free(worker);
}

#define EVENT_SAMPLE "sample" /* EVENT_STATUS with this id carries a sample */

static void emit(const struct worker *worker, const char *id, struct buf *text)
{
    worker->port->emit(worker->port->context, &(struct event){ .kind = EVENT_STATUS, .id = id, .text = buf_str(text) });
    buf_free(text);
}

static int look(struct worker *worker, enum side side, struct err *err)
{
    struct buf text = BUF_INIT;
    const int rc = monitor_take(&worker->care, side, &text, err);
    if (rc == 0)
        emit(worker, EVENT_SAMPLE, &text);
    buf_free(&text);
    return rc;
}

static int look_master(void *worker, struct err *err)
{
    return look(worker, SIDE_MASTER, err);
}

static int look_slave(void *worker, struct err *err)
{
    return look(worker, SIDE_SLAVE, err);
}

static const struct bridge_engine engines[LANES] = {
    [LANE_MASTER] = { .open = open_worker, .look = look_master, .close = close_worker },
    [LANE_SLAVE] = { .open = open_worker, .look = look_slave, .close = close_worker },
};

/* On the screen's thread. */

static void begin(struct lane *lane)
{
    lane->busy = true;
    lane->begun_ms = clock_ms();
    bridge_start(lane->bridge, JOB_LOOK);
}

static void take_event(struct monitor *monitor, int lane, const struct bridge_item *item)
{
    const struct event *event = &item->event;
    if (event->kind != EVENT_STATUS || event->id == NULL)
        return;
    if (strcmp(event->id, EVENT_SAMPLE) == 0)
        monitor_apply(&monitor->view, lane == LANE_MASTER ? SIDE_MASTER : SIDE_SLAVE, event->text, item->at_ms);
}

static void take_done(struct monitor *monitor, int lane, const struct bridge_item *item)
{
    struct lane *of = &monitor->lanes[lane];
    of->busy = false;
    of->failed = item->rc != 0;
    of->ended_ms = item->at_ms;
    if (item->rc != 0)
        monitor_lost(&monitor->view, lane == LANE_MASTER ? SIDE_MASTER : SIDE_SLAVE, item->err.text);
}

static void take_lane(struct monitor *monitor, int lane)
{
    struct lane *of = &monitor->lanes[lane];
    for (struct bridge_item *item; (item = bridge_take(of->bridge)) != NULL;) {
        if (item->kind == ITEM_QUESTION) {
            of->question = item;
            continue; /* kept until it is answered */
        }
        if (item->kind == ITEM_EVENT)
            take_event(monitor, lane, item);
        else
            take_done(monitor, lane, item);
        bridge_item_free(item);
    }
}

static bool is_due(const struct lane *lane, uint64_t now)
{
    if (lane->busy)
        return false;
    return lane->failed ? now - lane->ended_ms >= MONITOR_RETRY_MS : now - lane->begun_ms >= MONITOR_EVERY_MS;
}

/* One question at a time, when no other dialog is open. */
static void ask_next(struct monitor *monitor)
{
    for (int lane = 0; lane < LANES && monitor->view.dialog.kind == DIALOG_NONE; lane++) {
        if (monitor->lanes[lane].question == NULL)
            continue;
        monitor->asking = &monitor->lanes[lane];
        ask_open(&monitor->view.dialog, &monitor->asking->question->question, "Question");
    }
}

static void take(void *context)
{
    struct monitor *monitor = context;
    const uint64_t now = clock_ms();
    for (int lane = 0; lane < LANES; lane++)
        take_lane(monitor, lane);
    for (int lane = LANE_MASTER; lane <= LANE_SLAVE; lane++)
        if (!monitor->view.paused && is_due(&monitor->lanes[lane], now))
            begin(&monitor->lanes[lane]);
    ask_next(monitor);
}

static void dialog_took(struct monitor *monitor, int key)
{
    const enum dialog_end end = dialog_key(&monitor->view.dialog, key);
    if (end == DIALOG_OPEN)
        return;
    if (monitor->asking != NULL) {
        ask_answer(monitor->asking->bridge, &monitor->view.dialog, end);
        bridge_item_free(monitor->asking->question);
        monitor->asking->question = NULL;
        monitor->asking = NULL;
    }
    dialog_close(&monitor->view.dialog);
}

enum own_key { OWN_QUIT, OWN_PAUSE, OWN_HELP, OWN_UP, OWN_DOWN };

static const struct {
    int key;
    enum own_key does;
} own_keys[] = {
    { 'q', OWN_QUIT }, { K_ESC, OWN_QUIT }, { K_CTRL_C, OWN_QUIT }, { K_SIGINT, OWN_QUIT }, { K_F10, OWN_QUIT },
    { 'p', OWN_PAUSE }, { K_SPACE, OWN_PAUSE }, { K_F1, OWN_HELP }, { '?', OWN_HELP }, { K_UP, OWN_UP },
    { 'k', OWN_UP }, { K_WHEEL_UP, OWN_UP }, { K_DOWN, OWN_DOWN }, { 'j', OWN_DOWN }, { K_WHEEL_DOWN, OWN_DOWN },
};

static void do_own(struct monitor *monitor, enum own_key does)
{
    struct monitor_view *view = &monitor->view;
    const struct help *help = help_find("page-monitor");
    switch (does) {
    case OWN_QUIT:
        monitor->leave = true;
        break;
    case OWN_PAUSE:
        view->paused = !view->paused;
        break;
    case OWN_HELP:
        dialog_open(&view->dialog, DIALOG_READ, "Monitor", help != NULL ? help->text : "", NULL);
        break;
    case OWN_UP:
        view->top -= view->top > 0;
        break;
    case OWN_DOWN:
        view->top++; /* brought into range when it is drawn */
        break;
    }
}

static void on_key(void *context, int key)
{
    struct monitor *monitor = context;
    if (monitor->view.dialog.kind != DIALOG_NONE && key != K_CTRL_C && key != K_SIGINT) {
        dialog_took(monitor, key);
        return;
    }
    for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++)
        if (own_keys[i].key == key)
            do_own(monitor, own_keys[i].does);
    for (size_t i = 0; i < care_action_count; i++)
        if (care_actions[i]->key == key && care_actions[i]->show != NULL)
            monitor->wanted = care_actions[i];
}

static void draw(void *context, struct canvas *canvas)
{
    struct monitor *monitor = context;
    monitor->view.now_ms = clock_ms();
    monitor->view.tick++;
    monitor_draw(&monitor->view, canvas);
}

static bool left(void *context)
{
    const struct monitor *monitor = context;
    return monitor->leave || monitor->wanted != NULL;
}

static const char *stopped(void *context)
{
    (void)context;
    return LOOP_STOPPED;
}

static void end_lanes(struct monitor *monitor)
{
    for (int lane = 0; lane < LANES; lane++)
        if (monitor->lanes[lane].bridge != NULL)
            bridge_cancel(monitor->lanes[lane].bridge); /* all at once, then each is waited for */
    for (int lane = 0; lane < LANES; lane++) {
        bridge_close(monitor->lanes[lane].bridge);
        bridge_item_free(monitor->lanes[lane].question);
    }
    monitor_view_free(&monitor->view);
}

/* A host that does not answer takes some seconds to be let go of. */
bool monitor_busy(const struct monitor *monitor)
{
    bool busy = false;
    for (int lane = 0; lane < LANES; lane++)
        busy = busy || monitor->lanes[lane].busy;
    return busy;
}

static int open_lanes(struct monitor *monitor, const struct answers *answers, const char *state_dir, struct err *err)
{
    care_prepare();
    for (int lane = 0; lane < LANES; lane++) {
        monitor->lanes[lane].bridge = bridge_open(&engines[lane], answers, state_dir, err);
        if (monitor->lanes[lane].bridge == NULL)
            return -1;
    }
    begin(&monitor->lanes[LANE_MASTER]);
    begin(&monitor->lanes[LANE_SLAVE]);
    return 0;
}

struct monitor *monitor_open(const struct answers *answers, const char *state_dir, struct err *err)
{
    struct monitor *monitor = mem_alloc(sizeof *monitor);
    monitor->view = (struct monitor_view){ .hosts = { answers->master.host, answers->slave.host }, .database = answers->database,
                                           .begun_ms = clock_ms() };
    if (open_lanes(monitor, answers, state_dir, err) != 0) {
        monitor_close(monitor);
        return NULL;
    }
    monitor->loop = (struct loop_view){ .context = monitor, .draw = draw, .key = on_key, .take = take, .left = left, .stopped = stopped,
                                        .fds = { bridge_fd(monitor->lanes[LANE_MASTER].bridge),
                                                 bridge_fd(monitor->lanes[LANE_SLAVE].bridge), -1 } };
    return monitor;
}

const struct loop_view *monitor_loop(const struct monitor *monitor)
{
    return &monitor->loop;
}

const struct care_action *monitor_wanted(const struct monitor *monitor)
{
    return monitor->wanted;
}

void monitor_again(struct monitor *monitor)
{
    monitor->wanted = NULL;
    monitor->leave = false;
    monitor->view.begun_ms = clock_ms();
}

void monitor_close(struct monitor *monitor)
{
    if (monitor == NULL)
        return;
    end_lanes(monitor);
    free(monitor);
}
