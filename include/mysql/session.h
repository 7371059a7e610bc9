/* session.h - settings of a session that only some servers have. */
#ifndef DUALSERVER_MYSQL_SESSION_H
#define DUALSERVER_MYSQL_SESSION_H

#include <stddef.h>
#include "mysql/db.h"

struct session_setting {
    const char *name, *value; /* as they stand in SET SESSION name = value */
};
/* Sets those that this server knows, and leaves the others out. */
int session_set_known(struct db *db, const struct session_setting *settings, size_t count, struct err *err);
/* How long the session waits for a table's lock, where the server can limit that: else as long as it takes. */
int session_limit_lock_wait(struct db *db, unsigned seconds, struct err *err);
/* The sql_mode that comes nearest to `modes` of another server: without those that this one does not know any more. Appends. */
void session_sql_modes(const struct dialect *dialect, const char *modes, struct buf *to);

#endif
