/* fake_server.h - a server_text at a Unix socket, speaking the client/server protocol, so that the real driver talks to it.
 * Source: MySQL Internals, "Client/Server Protocol": handshake v10, text result sets. */
#ifndef DUALSERVER_TESTS_FAKE_SERVER_H
#define DUALSERVER_TESTS_FAKE_SERVER_H

#include "server_text.h"

/* A statement that begins so is answered by asking the client for the file that it names. */
#define FAKE_SERVER_ROGUE "SELECT FILE "

struct fake_server;

/* What a test puts in front of a server's written answers. Called by the server's thread. */
struct fake_server_hook {
    void *context;
    /* The statement's answer, which may be changed; false: the connection ends here, or (*silent) nothing is ever said. */
    bool (*answer)(void *context, enum side side, const char *sql, struct reply *reply, bool *silent);
    bool (*down)(void *context, enum side side); /* nobody gets in */
};

/* Serves in a thread of its own until it is stopped. Each statement is put on the tape, which both servers of a run share:
 * look at it only while no statement is under way. */
struct fake_server *fake_server_start(const struct server_text *text, enum side side, struct tape *tape, const char *socket);
void fake_server_hook(struct fake_server *server, const struct fake_server_hook *hook); /* before anybody connects */
void fake_server_cut(struct fake_server *server); /* every connection that is open breaks */
void fake_server_stop(struct fake_server *server);

#endif
