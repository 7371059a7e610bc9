/* login.h - does an account really let its owner in? Tried from the owner's host, with that host's own client, in the way (TLS,
 * CA) in which it will be used. */
#ifndef DUALSERVER_STEPS_LOGIN_H
#define DUALSERVER_STEPS_LOGIN_H

#include "plan/world.h"

struct login {
    const char *host;
    unsigned port;
    const char *user;
    const struct secret *password;
    const char *database; /* NULL: none */
    const char *options;  /* further lines of the [client] group: how TLS is used; NULL: none */
};
/* One statement as that account, from that side's host. Appends its rows to `out`, columns parted by tabs, without their names.
 * *tried: false when there is no client on that host. -1: not let in, or the statement failed; err->detail is the server's or the
 * client's error number, 0 when it named none; ERR_CONNECT when no server was reached. */
int login_run(struct world *world, enum side from, const struct login *login, const char *sql, struct buf *out, bool *tried,
              struct err *err);

/* server: the side that is logged in to. *tried: false when there is no client on the other side. -1: it does not let in;
 * err->detail is then the server's or the client's error number, 0 when it named none. */
int login_try(struct world *world, enum side server, const char *user, const struct secret *password, bool *tried,
              struct err *err);

#endif
