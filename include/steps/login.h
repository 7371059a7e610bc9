/* login.h - does an account really let its owner in? Tried from the owner's host, with that host's own client, in the way (TLS,
 * CA) in which it will be used. */
#ifndef DUALSERVER_STEPS_LOGIN_H
#define DUALSERVER_STEPS_LOGIN_H

#include "plan/world.h"

/* server: the side that is logged in to. *tried: false when there is no client on the other side. -1: it does not let in;
 * err->detail is then the server's or the client's error number, 0 when it named none. */
int login_try(struct world *world, enum side server, const char *user, const struct secret *password, bool *tried,
              struct err *err);

#endif
