/* monitor.h - the live screen: both servers side by side, what they do over time, what runs on the slave.
 *
 *     struct monitor *monitor = monitor_open(&answers, state_dir, err);     answers are borrowed until monitor_close()
 *     show monitor_loop(monitor)                                            until it has left
 *     monitor_wanted(monitor)                                               the command after set-up that was called for there
 *     monitor_again(monitor), show it again; monitor_close(monitor)         nothing is looked at while it is not shown
 *
 * Each server is looked at on a thread of its own (a bridge), so that one that does not answer holds up nothing of the other. The view
 * is pure: events in, a canvas out.
 */
#ifndef DUALSERVER_UI_MONITOR_H
#define DUALSERVER_UI_MONITOR_H

#include "care/monitor.h"
#include "ui/canvas.h"
#include "ui/dialog.h"
#include "ui/loop.h"

enum {
    MONITOR_POINTS = 240,       /* of a graph: what a wide terminal shows */
    MONITOR_EVERY_MS = 2000,
    MONITOR_RETRY_MS = 5000,    /* after an error */
    MONITOR_SILENT_MS = 7000,   /* without a sample for so long, it says since when */
};

/* Values over time, the newest last; NAN: nothing was seen then. */
struct monitor_series {
    double values[MONITOR_POINTS];
    size_t count;
};

struct monitor_server {
    bool seen;                  /* `last` holds a sample */
    struct monitor_sample last;
    uint64_t last_ms;           /* when it came */
    char *lost;                 /* why the last try failed; NULL: it did not */
    struct monitor_series first, second; /* master: queries and binary log bytes a second; slave: seconds behind and bytes executed a second */
};

struct monitor_view {
    const char *hosts[2];       /* as in the answers; borrowed */
    const char *database;
    struct monitor_server servers[2]; /* by enum side */
    uint64_t begun_ms, now_ms;  /* begun_ms: since when it is shown */
    unsigned tick;
    bool paused;
    size_t top;                 /* of the statements */
    struct dialog dialog;
};

void monitor_apply(struct monitor_view *view, enum side side, const char *sample, uint64_t at_ms);
void monitor_lost(struct monitor_view *view, enum side side, const char *why);
void monitor_draw(struct monitor_view *view, struct canvas *canvas);
void monitor_view_free(struct monitor_view *view);

/* True when standard input and output are a terminal that is large enough; else err says so and names `check`. */
bool monitor_possible(struct err *err);

struct monitor;
struct monitor *monitor_open(const struct answers *answers, const char *state_dir, struct err *err);
const struct loop_view *monitor_loop(const struct monitor *monitor);
const struct care_action *monitor_wanted(const struct monitor *monitor); /* NULL: it was left */
void monitor_again(struct monitor *monitor);
bool monitor_busy(const struct monitor *monitor);
void monitor_close(struct monitor *monitor); /* cancels, waits for the threads */

#endif
