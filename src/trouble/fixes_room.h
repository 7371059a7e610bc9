/* fixes_room.h - the plans of the fixes, by what they are about, and what they share. A plan reads, and changes nothing. */
#ifndef DUALSERVER_TROUBLE_FIXES_ROOM_H
#define DUALSERVER_TROUBLE_FIXES_ROOM_H

#include "trouble/troubleshoot.h"

typedef int fix_fn(struct trouble *trouble, struct plan *plan, struct err *err);
typedef bool fix_possible_fn(const struct trouble *trouble);

/* fixes_sql.c and fixes_table.c: what the SQL thread stumbles over */
fix_fn plan_skip, plan_repair_row, plan_refetch, plan_bring_table;
fix_possible_fn can_skip, can_repair_row, can_bring_table;
/* The database's table at which the SQL thread stopped. The caller frees; NULL: another database's, or it is not known. */
char *trouble_table(const struct trouble *trouble);
/* fixes_io.c: what keeps the IO thread from fetching */
fix_fn plan_re_point, plan_new_password, plan_grant, plan_tls, plan_new_id, plan_new_uuid, plan_raise_packet, plan_from_oldest,
    plan_next_binlog;
fix_possible_fn can_reach_master, can_new_password, can_from_oldest, can_next_binlog;
/* fixes_servers.c */
fix_fn plan_start, plan_start_slave_server, plan_start_master_server, plan_take_up, plan_listen, plan_kill, plan_no_delay, plan_filters,
    plan_disable_events, plan_writable, plan_reports_login, plan_compare;
fix_possible_fn can_kill, can_reports_login, can_compare;

/* A change of statements, one a line. Takes the strings over; why and undo may be NULL. */
struct change *fix_sql(struct plan *plan, enum side side, char *what, const char *why, struct buf *statements);
/* STOP, the lines, START on the slave. */
struct change *fix_slave_sql(const struct trouble *trouble, struct plan *plan, char *what, const char *why, const char *lines);
const struct dialect *fix_slave_dialect(const struct trouble *trouble);
/* ", MASTER_LOG_FILE = '...', MASTER_LOG_POS = n" of what is executed; where GTIDs find the place, that they do: MariaDB 10.5's
 * RESET SLAVE forgets it, and would begin at the oldest log (reproduced). Appends. */
void fix_add_position(const struct trouble *trouble, struct buf *to);
/* Until replication runs, or it is clear that it will not. */
int fix_wait_running(struct trouble *trouble, struct err *err);

#endif
