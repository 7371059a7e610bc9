/* headless_room.h - what the files of the front end without screens share: one command from its options to its exit code. */
#ifndef DUALSERVER_HEADLESS_ROOM_H
#define DUALSERVER_HEADLESS_ROOM_H

#include "engine/engine.h"
#include "headless.h"

struct session {
    const struct options *options;
    const struct past *past; /* the run that it is about; NULL: a new one */
    struct answers *answers;
    char *state_dir; /* NULL: none is known */
    struct output output;
    struct outcome outcome;
    struct asker asker;
    const struct strings *anew; /* of reprovision: the slaves that are set up; NULL: it is a set-up */
};

/* The port's calls; the context is the session. */
void session_event(void *context, const struct event *event);
int session_question(void *context, const struct question *question, struct answer *answer, struct err *err);
/* Is there somebody at all who wants the changes? */
int session_go_on(const struct session *session, struct err *err);
/* What sudo has to allow, for a login with sudo and for anybody who wants to know all. */
int session_show_least(struct session *session, const struct engine *engine, bool slave_only, struct err *err);

/* setup with further slaves in the answers: all are looked at and planned before the first change, then each has its run. */
int headless_slaves(struct session *session, const struct port *port, struct err *err);
/* resume of a further slave's run whose copy is gone: it is taken back and begun anew, with a copy of its own. */
int headless_begin_anew(struct session *session, const struct port *port, struct err *err);

#endif
