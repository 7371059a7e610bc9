/* bridge.h - between the screens' thread and the engine's: the only thread code.
 *
 *     struct bridge *bridge = bridge_open(&bridge_engine, &answers, state_dir, err);
 *     bridge_start(bridge, JOB_LOOK);
 *     poll bridge_fd(bridge); while (bridge_take(bridge, &item)) { ... bridge_item_free(&item); }
 *     bridge_close(bridge);
 *
 * The engine's thread runs one job at a time, with straight-line code. Its events arrive copied, in order, as items; its
 * questions block it until bridge_answer(). While a job runs the answers belong to the engine's thread.
 */
#ifndef DUALSERVER_UI_BRIDGE_H
#define DUALSERVER_UI_BRIDGE_H

#include "engine/engine.h"
#include "ui/screen.h"

/* The engine as a table, in which a test can put a scripted one. */
struct bridge_engine {
    void *(*open)(const struct answers *answers, const struct port *port, const char *state_dir);
    int (*look)(void *engine, struct err *err);
    int (*plan)(void *engine, struct err *err);
    int (*run)(void *engine, struct err *err);
    void (*close)(void *engine);
    /* A run begun earlier: JOB_RESUME, JOB_UNDO or JOB_ACCEPT, on an engine that was opened with that run's answers. */
    int (*later)(void *engine, enum job job, const char *state_dir, const char *run, struct err *err);
    /* What the journal says of the run of that name; NULL: of the last one that waits for something. *past is the caller's.
     * Called on the screens' thread; reads files of this machine only. */
    int (*find)(const char *state_dir, const char *run, struct past *past, struct err *err);
    /* The last run that made a pair. Likewise. */
    bool (*made)(const char *state_dir, const struct answers *answers, struct past *past);
    /* The commands after set-up (ui/care.h): JOB_SHOW or JOB_APPLY; what: an action's id and what it is to show. */
    int (*care)(void *engine, enum job job, const char *what, struct err *err);
};

enum item_kind { ITEM_EVENT, ITEM_QUESTION, ITEM_DONE };

struct bridge_item {
    enum item_kind kind;
    struct event event;       /* its strings are the item's */
    uint64_t at_ms;           /* clock_ms() when it happened */
    struct question question; /* its strings are the item's */
    enum job job;             /* ITEM_DONE */
    int rc;
    struct err err;
    struct bridge_item *next;
};

struct bridge;

struct bridge *bridge_open(const struct bridge_engine *engine, const struct answers *answers, const char *state_dir,
                           struct err *err);
int bridge_fd(const struct bridge *bridge);             /* readable while there may be items */
void bridge_start(struct bridge *bridge, enum job job); /* only while no job runs */
void bridge_start_later(struct bridge *bridge, enum job job, const char *run); /* the same, about that run, or what is to be shown */
void bridge_renew(struct bridge *bridge); /* the answers are others now: the next job begins with a new engine; only while no job runs */
struct bridge_item *bridge_take(struct bridge *bridge); /* the oldest; NULL: none */
void bridge_item_free(struct bridge_item *item);
/* Answers the question that waits. With rc -1 err goes to the engine. Takes answer->secret over. */
void bridge_answer(struct bridge *bridge, int rc, const struct answer *answer, const struct err *err);
void bridge_cancel(struct bridge *bridge); /* the job ends as soon as that is safe; a waiting question is declined */
void bridge_close(struct bridge *bridge);  /* cancels, waits for the thread, frees */

#endif
