/* slaves_room.h - setup with several slaves: what its two files share. */
#ifndef DUALSERVER_HEADLESS_SLAVES_ROOM_H
#define DUALSERVER_HEADLESS_SLAVES_ROOM_H

#include "care/check.h"
#include "engine/further.h"
#include "headless_room.h"

enum pair_state { PAIR_WAITS, PAIR_THERE, PAIR_PROVEN, PAIR_FAILED };

struct pair {
    struct answers answers;  /* borrows the session's */
    char *section;
    enum pair_state state;
    struct care care;        /* of one that is there already */
    struct further further;
    struct engine *engine;   /* of one that is to be set up; NULL when its run is over */
    unsigned id;             /* its server_id */
    bool stops;              /* the plan that was confirmed stops the master */
    struct outcome outcome;
};

struct set {
    struct session *session;
    const struct port *port;
    struct pair *pairs;
    size_t count;
    const struct engine *lead; /* planned to take the copy; NULL: none yet */
    char *source;              /* the run whose copy serves the next ones; NULL: none */
    struct strings kept;       /* runs that keep their copy until the last slave was served */
};

/* A note. */
void slaves_tell(struct session *session, enum severity severity, const char *text);
/* What the last line or object tells: the session's outcome, of all of them. */
void slaves_sum_up(struct set *set, int rc, bool planned);

#endif
