/* loop.h - screens on a terminal: waits for keys, the engine's threads, signals and the clock's tick. */
#ifndef DUALSERVER_UI_LOOP_H
#define DUALSERVER_UI_LOOP_H

#include "ui/bridge.h"
#include "ui/wizard.h"

#define LOOP_STOPPED "dualserver is stopped; `fg` goes on.\n"

/* What is shown, as calls. */
struct loop_view {
    void *context;
    int fds[3];                /* readable when there is something to take; -1: none */
    void (*draw)(void *context, struct canvas *canvas);
    void (*key)(void *context, int key);
    void (*take)(void *context); /* also once a tick */
    bool (*left)(void *context); /* it is to end */
    const char *(*stopped)(void *context); /* what is said when it is stopped (^Z); a line, or more */
    const struct loop_view *(*next)(void *next_context); /* when it has left: what is shown then; NULL: nothing, it ends */
    void *next_context;
    /* Of the first view: the terminal is the person's again. signal: what ended it; 0: the person did. The exit code. */
    int (*end)(void *context, int signal, struct err *err);
};
/* -1 when there is no terminal to be had: end() has not been called then. */
int loop_show(const struct loop_view *view, const struct wizard_options *options, struct err *err);

/* The wizard (ui/views.c), with any engine. */
int loop_run(const struct answers *answers, const struct bridge_engine *engine, const struct wizard_options *options,
             struct err *err);

#endif
