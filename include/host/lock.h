/* lock.h - one program at a time on a host.
 *
 *     struct lock_holder holder;
 *     lock_take(host, &wish, &lock, &holder, err)    0 with *lock NULL: holder has it
 *     lock_lost(lock)                                somebody has broken it meanwhile
 *     lock_release(host, lock, err)
 *
 * The lock is the folder /var/lib/dualserver/.dualserver-lock, or ROOM/.dualserver-lock where /var/lib cannot be written:
 * it says who is at work and since when. A thread with a session of its own touches a file in it every two seconds, so that
 * others see that its owner is alive, and so does the watchdog (host/watchdog.h). A lock nobody touches any more is stale; it
 * is not taken away by itself, unless its owner is a program of this machine that does not run any more.
 */
#ifndef DUALSERVER_HOST_LOCK_H
#define DUALSERVER_HOST_LOCK_H

#include <sys/types.h>
#include "host/host.h"

#define LOCK_FRESH_S 15 /* touched within this time: its owner is at work */

struct lock;

enum lock_state {
    LOCK_FREE,  /* nobody has it */
    LOCK_LIVE,  /* its owner is at work */
    LOCK_STALE, /* its owner has not been heard of for a while */
    LOCK_DEAD,  /* its owner was a program on this machine, which is gone */
};

struct lock_holder {
    enum lock_state state;
    char run[64];       /* "unknown" when the lock does not say */
    char owner[128];    /* "root@admin1" */
    char since[32];     /* by the host's clock */
    long pid;
    unsigned age_s, quiet_s; /* since it was taken, since it was last touched */
};

struct lock_wish {
    const char *base;   /* folder that holds the lock; NULL: /var/lib/dualserver */
    const char *room;   /* folder beside the data directory: the second choice */
    const char *run;
    const char *broken; /* the stale lock of that run may be broken; NULL: none */
};

/* In the usual place only; changes nothing. */
int lock_look(struct host *host, struct lock_holder *holder, struct err *err);
/* The lock of an earlier program of the same run, or of a dead one, is taken over when that is not at work any more. */
int lock_take(struct host *host, const struct lock_wish *wish, struct lock **lock, struct lock_holder *holder,
              struct err *err);
const char *lock_path(const struct lock *lock); /* the folder; borrowed */
bool lock_lost(const struct lock *lock);        /* NULL is legal: false */
/* "root@admin1 (process 4711, run ...) since ... (3 min 20 s)" */
void lock_describe(const struct lock_holder *holder, struct buf *to);
/* Frees it in any case. host: any session to the same machine; NULL: the folder stays. */
int lock_release(struct host *host, struct lock *lock, struct err *err);

#endif
