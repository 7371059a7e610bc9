/* care.h - what the commands after set-up stand on: a pair of servers that are there already, and the way to them.
 *
 *     struct care care;
 *     care_begin(&care, &answers, &port);
 *     care_look(&care, SIDE_SLAVE);           one side: what could not be reached is in care.sides[side], and is no error here
 *     if (care_need(&care, SIDE_SLAVE, err) != 0) ...   for who cannot go on without it: CONNECT, AUTH, WORLD as the look had it
 *     care_end(&care);
 *
 * A look changes and measures nothing (facts_glance(), plan/facts.h). It may be repeated: what is open and alive is used again.
 * Answers and port are borrowed until care_end(). On the engine's thread.
 */
#ifndef DUALSERVER_CARE_CARE_H
#define DUALSERVER_CARE_CARE_H

#include "plan/world.h"

struct care_side {
    bool looked;
    uint64_t looked_ms; /* clock_ms() of the last look */
    bool host;          /* its host answers, and lets us in as root */
    bool server;        /* its database server runs and lets us in: world_db() works, facts are filled */
    struct err why;     /* what the look ended with; ERR_NONE: with all of it */
};

struct care {
    struct world world; /* hosts, connections, facts; no run */
    struct care_side sides[2]; /* by enum side */
};

/* Before pairs are cared for on several threads at once: what the libraries have to set up for all of them. */
void care_prepare(void);
void care_begin(struct care *care, const struct answers *answers, const struct port *port);
void care_look(struct care *care, enum side side);
int care_need(struct care *care, enum side side, struct err *err);
void care_end(struct care *care);

#endif
