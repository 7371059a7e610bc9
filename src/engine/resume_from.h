/* resume_from.h - from where an interrupted run goes on. Pure: what was done is in `past`, what is real in `probe`. */
#ifndef DUALSERVER_ENGINE_RESUME_FROM_H
#define DUALSERVER_ENGINE_RESUME_FROM_H

#include "engine/past.h"
#include "plan/change.h"

struct resume_probe {
    bool copy_usable;     /* what was taken of the master is there and whole, and its coordinates are known and still there */
    bool master_as_before; /* its server runs with the settings that it had before the run */
    bool slave_rebooted;  /* since the copy arrived there: what was not flushed may be lost */
    bool generated;       /* the replication password was made by the program, and is not known any more */
};

struct resume_from {
    size_t change;        /* the first of the plan that was not done; plan->count: all were */
    int step;             /* its step; 13 when all were done: the proof is made again */
    int back;             /* the step from which the data is taken or sent anew; 0: nothing is */
    bool discard;         /* what the run has put onto the slave goes first */
    int first_step;       /* steps before it are not looked at again */
    const char *why;      /* why it goes back; NULL */
};

/* Fills left, which has room for plan->count. */
void resume_decide(const struct past *past, const struct plan *plan, const struct resume_probe *probe, bool *left,
                   struct resume_from *from);

#endif
