/* gtid.h - global transaction ids: MySQL's sets ("UUID:1-5:7,UUID2:TAG:1") and MariaDB's positions ("0-1-100,7-3-5").
 * Sources: MySQL 8.4 manual 19.1.3 "Replication with Global Transaction Identifiers"; MariaDB KB "Global Transaction ID".
 */
#ifndef DUALSERVER_MYSQL_GTID_H
#define DUALSERVER_MYSQL_GTID_H

#include "mysql/db.h"
#include "mysql/status.h"

/* All that the server had written to its binary log before these coordinates; "" for nothing. The caller frees; NULL with err
 * when it cannot say. MariaDB computes it; with MySQL the events of that one file are read. */
char *gtid_at(struct db *master, const struct binlog_position *position, struct err *err);
/* All that the server has written until now, without white space. The caller frees. */
char *gtid_now(struct db *master, struct err *err);
/* Has the slave executed all of it? */
int gtid_reached(struct db *slave, const char *set, bool *reached, struct err *err);

/* MySQL: does the set have transactions of that server? Its UUIDs, one after the other. Pure. */
bool gtid_set_has(const char *set, const char *uuid);
/* MySQL: any of the UUIDs of one set in the other. Pure. */
bool gtid_sets_meet(const char *one, const char *other);
/* MariaDB: the first domain in which `position` is ahead of `other` (or `other` has none); false: there is none. Pure. */
bool gtid_ahead(const char *position, const char *other, unsigned long *domain);

#endif
