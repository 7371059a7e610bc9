/* port.h - how the engine speaks to its front end: events out, questions and their answers, cancel.
 *
 * The engine runs on one thread and calls these from it; a front end on another thread hands them over (ui/bridge.c).
 */
#ifndef DUALSERVER_PLAN_PORT_H
#define DUALSERVER_PLAN_PORT_H

#include "base/secret.h"
#include "plan/event.h"

enum question_kind {
    QUESTION_HOST_KEY, /* yes or no: trust this host key? text has host, type and fingerprint */
    QUESTION_SECRET,   /* a password or passphrase */
    QUESTION_CONFIRM,  /* the word `expected` must be typed: what it destroys is in text */
    QUESTION_YES_NO,
};

struct question {
    enum question_kind kind;
    const char *text;     /* what is asked, may have several lines */
    const char *expected; /* QUESTION_CONFIRM: the slave's host as in the answers */
    bool further;         /* QUESTION_CONFIRM: beside the slave's host, which is asked for in any case */
};

struct answer {
    bool yes;              /* host key, yes-no; for CONFIRM: it was typed right */
    struct secret *secret; /* QUESTION_SECRET: owned by the receiver afterwards */
};

struct port {
    void *context;
    void (*emit)(void *context, const struct event *event);
    /* 0 with an answer; -1 when there is nobody to ask or the person declined (err says which). */
    int (*ask)(void *context, const struct question *question, struct answer *answer, struct err *err);
    int cancel_fd; /* becomes (and stays) readable when the run is to stop; -1: never */
};

#endif
