/* trouble_room.h - parts of the look, and what fixes share with it, inside this room. */
#ifndef DUALSERVER_TROUBLE_TROUBLE_ROOM_H
#define DUALSERVER_TROUBLE_TROUBLE_ROOM_H

#include "trouble/trouble.h"
#include "mysql/cnf.h"

/* The transaction that cannot be executed, decoded on the slave's host, else on the master's, and its first row on both sides.
 * master may be NULL. */
void trouble_look_failing(struct trouble *trouble, struct db *master, struct db *slave);
/* billing.ini, and a login from the master's host with what it says. slave may be NULL. */
void trouble_look_reports(struct trouble *trouble, struct db *slave);
/* SHOW FULL PROCESSLIST; own: the id of our own connection. */
void trouble_take_processes(struct trouble *trouble, const struct rows *rows, uint64_t own);
/* From which address that side reaches a name or an address; NULL: not known. The caller frees. */
char *trouble_source(struct trouble *trouble, enum side side, const char *towards);
/* The accounts of that user for who comes from that name or address (NULL: not known), the most exact first: host, granted. */
int trouble_accounts(struct db *db, const char *user, const char *name, const char *address, struct rows *rows);
bool trouble_skips_start(const struct cnf_line *line);

/* The condition by which a changed row is found in its table: its primary key. false: that cannot be said. */
bool trouble_row_where(struct db *slave, const struct changed_row *row, struct buf *where);

#endif
