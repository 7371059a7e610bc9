/* settings.h - decisions that several steps share. All pure. */
#ifndef DUALSERVER_STEPS_SETTINGS_H
#define DUALSERVER_STEPS_SETTINGS_H

#include "plan/facts.h"
#include "steps/config.h"

/* The answered number, else the one the server's option files set already, else 1 and 2, or a free one. */
unsigned settings_server_id(const struct facts *facts, const struct answers *answers, enum side side);
/* Settings that make a server that listens on its loopback only reachable; returns how many it wrote (0 to 2). */
size_t settings_listen(const struct server_facts *server, struct wanted *wanted);
/* The host part of an account for the server on that side: the address it connects from. Borrowed. */
const char *settings_account_host(const struct facts *facts, enum side side);
/* Paths inside a run's folder: RUN_DIR/PART; owned by the caller. */
char *settings_path(const struct world *world, enum side side, const char *part);
/* `db`.* for GRANT, where _ and % of the name are wildcards and have to be escaped. Appends. */
void settings_grant_database(struct buf *to, const char *database);
/* The database's name as a pattern of replicate-wild-do-table: "my\_db.%"; owned by the caller. */
char *settings_wild_pattern(const char *database);
/* "CREATE USER ...; ALTER USER ...; GRANT ..." lines for an account identified by the hash behind the mark. */
void settings_account(struct buf *to, const char *user, const char *host, const char *hash_mark, const char *grant);

#endif
