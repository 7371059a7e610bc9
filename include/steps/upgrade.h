/* upgrade.h - the newer server's own upgrade of tables whose files it took over: what mariadb-upgrade and mysql_upgrade do for
 * a database (CHECK TABLE ... FOR UPGRADE, then what the answer asks for), in a session without binlog.
 * Source: MariaDB KB "mariadb-upgrade", "CHECK TABLE"; MySQL 8.0 manual 13.7.3.2, client/mysqlcheck.c of MariaDB 11.8.
 */
#ifndef DUALSERVER_STEPS_UPGRADE_H
#define DUALSERVER_STEPS_UPGRADE_H

#include "steps/copy_way.h"

/* Nothing when both servers are of one series. */
copy_plan_fn upgrade_plan;
/* What a message of CHECK TABLE ... FOR UPGRADE asks for: "ALTER TABLE %s FORCE", "REPAIR TABLE %s"; NULL: nothing. Pure. */
const char *upgrade_asked(const char *message);

#endif
