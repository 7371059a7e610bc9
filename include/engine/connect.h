/* connect.h - opens the way to both hosts as the answers say, asking through the port what has to be asked. */
#ifndef DUALSERVER_ENGINE_CONNECT_H
#define DUALSERVER_ENGINE_CONNECT_H

#include "plan/world.h"

#define PASSWORD_LENGTH 32 /* MASTER_PASSWORD takes no more (MySQL 8.0 manual, CHANGE MASTER TO) */

int world_connect(struct world *world, struct err *err); /* closes what is open first */
int world_connect_side(struct world *world, enum side side, struct err *err); /* that one only */
void world_disconnect(struct world *world);
/* The passwords of the two accounts: from the answered files, or new strong ones. */
int world_make_secrets(struct world *world, struct err *err);

#endif
