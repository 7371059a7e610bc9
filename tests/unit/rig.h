/* rig.h - two machines that run nothing, with servers that are written down: a whole run against them. */
#ifndef DUALSERVER_TESTS_RIG_H
#define DUALSERVER_TESTS_RIG_H

#include "fake_host.h"
#include "fake_server.h"
#include "plan/change.h"
#include "plan/world.h"

#define UNIT_FOLDER SRC_TESTS "/unit"

struct rig {
    struct server_text texts[2]; /* by enum side */
    struct history history;
    struct tape tape;
    struct fake_server *servers[2];
    struct answers answers;
    struct port port;
    struct world world;
    struct plan plan;
    char folder[32], sockets[2][48];
    bool cloning; /* the lock has a session of its own; what sends files gets none */
    struct buf golden;
    struct strings said; /* changing lines of the section that is being written */
    struct strings read; /* reading lines of the whole */
    size_t from;         /* on the tape */
};

/* The names of two descriptions in servers/. Events go nowhere until rig->port is given something else. */
void rig_open(struct rig *rig, const char *master, const char *slave);
void rig_lock(struct rig *rig); /* without it the master is not stopped */
void rig_close(struct rig *rig);

#endif
