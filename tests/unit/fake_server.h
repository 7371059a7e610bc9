/* fake_server.h - a server_text at a Unix socket, speaking the client/server protocol, so that the real driver talks to it.
 * Source: MySQL Internals, "Client/Server Protocol": handshake v10, text result sets. */
#ifndef DUALSERVER_TESTS_FAKE_SERVER_H
#define DUALSERVER_TESTS_FAKE_SERVER_H

#include "server_text.h"

/* A statement that begins so is answered by asking the client for the file that it names. */
#define FAKE_SERVER_ROGUE "SELECT FILE "

struct fake_server;

/* Serves in a thread of its own until it is stopped. Each statement is put on the tape, which both servers of a run share:
 * look at it only while no statement is under way. */
struct fake_server *fake_server_start(const struct server_text *text, enum side side, struct tape *tape, const char *socket);
void fake_server_stop(struct fake_server *server);

#endif
