/* faulty.h - the program with one fault in it: every call to a host or a server is counted, and the nth goes wrong.
 *
 *     DUALSERVER_FAULT="at=57 kind=kill-after log=/tmp/calls" dualserver-faulty setup ...
 *
 * at=57 is the 57th call, at=6.3 the third of step 6, at=~WORD the first whose label has that word; steps 0 and 15 are what comes
 * before the first and after the last.
 * log: a line per call, "N<tab>STEP.K<tab>SIDE<tab>WHAT<tab>LABEL", and one that begins with "hit". kind=count only counts. pause: a
 * file that is made when the call is reached, with the program's number in it; the program goes on when it is gone. The lock's own calls, which come by the
 * clock, are not counted, but end with the connection.
 */
#ifndef DUALSERVER_TESTS_FAULTY_H
#define DUALSERVER_TESTS_FAULTY_H

#include <stdbool.h>

#include "base/err.h"
#include "plan/event.h"

enum what { CALL_OPEN, CALL_CLONE, CALL_RUN, CALL_STREAM, CALL_READ, CALL_WRITE, CALL_FINISH, CALL_TUNNEL, CALL_CONNECT, CALL_SQL };

enum effect {
    EFFECT_NONE,
    EFFECT_KILL,   /* the program is gone */
    EFFECT_GONE,   /* that host cannot be reached any more */
    EFFECT_DROP,   /* its connections break; new ones are possible */
    EFFECT_STALL,  /* no answer within the time-out */
    EFFECT_STATUS, /* the command ends with that status and says why */
    EFFECT_AUTH,   /* logins are refused from now on */
    EFFECT_PAUSE,  /* the program waits until the file is gone */
};

enum moment { BEFORE, DURING, AFTER }; /* the call takes effect: not, in part, wholly */

struct fault {
    const char *name;
    enum effect effect;
    enum moment moment;
    int status;          /* EFFECT_STATUS */
    const char *said;    /* on standard error */
    int sql_error;       /* what a server says then */
    bool sql_only;       /* the next statement is meant */
};

/* Counts a call. The fault that hits it, or NULL. */
const struct fault *fault_at(enum side side, enum what what, const char *label);
/* When `fault` says so: ends the program or waits. `now`: what is true of the call. */
void fault_act(const struct fault *fault, enum moment now);
/* Of EFFECT_GONE, DROP, STALL and AUTH: sets err and what is true of the side from now on. -1. */
int fault_fail(const struct fault *fault, enum side side, const char *host, struct err *err);
/* -1 when that side is gone. */
int fault_gone(enum side side, enum what what, const char *host, struct err *err);
/* Connections that were made before the side's generation changed are broken. */
unsigned fault_generation(enum side side);
/* Whose tunnel is that? */
void fault_tunnel(const char *path, enum side side);

#endif
