/* settings.h - decisions that several steps share. All pure. */
#ifndef DUALSERVER_STEPS_SETTINGS_H
#define DUALSERVER_STEPS_SETTINGS_H

#include "mysql/account.h"
#include "plan/facts.h"
#include "steps/config.h"

/* The answered number, else the one the server's option files set already, else 1 and 2, or a free one. */
unsigned settings_server_id(const struct facts *facts, const struct answers *answers, enum side side);
/* Settings that make a server reachable that listens on its loopback only, or not over IPv6 while the other uses that; returns how many it wrote (0 to 2). */
size_t settings_listen(const struct facts *facts, enum side side, struct wanted *wanted);
/* The host part of an account for the server on that side: the address it connects from. Borrowed. */
const char *settings_account_host(const struct facts *facts, enum side side);
/* Paths inside a run's folder: RUN_DIR/PART; owned by the caller. */
char *settings_path(const struct world *world, enum side side, const char *part);
/* `db`.* for GRANT, where _ and % of the name are wildcards and have to be escaped. Appends. */
void settings_grant_database(struct buf *to, const char *database);
/* The database's name as a pattern of replicate-wild-do-table: "my\_db.%"; owned by the caller. */
char *settings_wild_pattern(const char *database);
/* caching_sha2_password where master and slave have it. */
enum account_plugin settings_replication_plugin(const struct facts *facts);
/* The report program's client is not known: what every client speaks, as long as the slave's server has it. */
enum account_plugin settings_reports_plugin(const struct facts *facts);

#endif
