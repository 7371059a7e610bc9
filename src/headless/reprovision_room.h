/* reprovision_room.h - what the two files of reprovision without screens share. */
#ifndef DUALSERVER_HEADLESS_REPROVISION_ROOM_H
#define DUALSERVER_HEADLESS_REPROVISION_ROOM_H

#include "trouble/reprovision.h"
#include "headless.h"

/* Of one slave. */
struct reprovisioning {
    const struct options *options;
    const char *state_dir;
    struct answers *answers;
    struct care *care;
    const struct port *front; /* who is asked, and what cancels */
    struct port port;         /* the same, and we hear the events */
    struct output output;
    struct outcome outcome;
    struct reprovision job;
    uint64_t begun_ms;
    bool one_of_several;      /* everything, where it comes to that, is done for all slaves together, later */
};

struct reprovisioning reprovisioning(const struct options *options, const char *state_dir, struct answers *answers, struct care *care);
/* The port's emit; the context is the reprovisioning. */
void reprovisioning_event(void *context, const struct event *event);
/* The exit code, -1 with err. *told: the engine has said how it ended. */
int reprovisioning_drive(struct reprovisioning *session, bool *told, struct err *err);
/* In one line. Owned. */
char *reprovisioning_verdict(struct reprovisioning *session, const struct err *err);
/* Everything is set up anew: with which way of copying, reports away before. */
int reprovisioning_choose_copy(struct reprovisioning *session, struct err *err);
int reprovisioning_reports_away(struct reprovisioning *session, struct err *err);
void reprovisioning_end(struct reprovisioning *session);

/* With further slaves in the answers. */
int headless_reprovision_slaves(const struct options *options, const char *state_dir, struct answers *answers, const struct port *port,
                                struct err *err);

#endif
