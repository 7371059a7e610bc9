/* service.h - the mysqld service of a host: found, stopped, started, asked.
 *
 * A systemd unit may have a socket unit beside it (mariadb.socket) that would start the service again on the next
 * connection (reproduced on MariaDB 10.11): service_stop() stops it first and service_start() starts it again when it
 * was active before, for which the service is restarted if it still runs: systemd starts no socket beside it. SysV scripts are driven through `service`. */
#ifndef DUALSERVER_HOST_SERVICE_H
#define DUALSERVER_HOST_SERVICE_H

#include "host/host.h"

struct service {
    char *unit;        /* "mariadb.service", or the SysV script's name */
    char *socket_unit; /* NULL: none active */
    bool systemd;
    bool active;
};

/* Looks for the unit that runs mysqld (name given: that one). Free with service_free(). */
int service_find(struct host *host, const char *name, struct service *service, struct err *err);
/* Both return only when it is so, or -1 with the last lines of the service's log in the message. Repeatable. */
int service_stop(struct host *host, const struct service *service, struct err *err);
int service_start(struct host *host, const struct service *service, struct err *err);
/* One command of the host's: it ends with the service running, or failed, whatever becomes of this program meanwhile. A socket unit
 * stays as it is. */
int service_restart(struct host *host, const struct service *service, struct err *err);
int service_active(struct host *host, const struct service *service, bool *active, struct err *err);
/* What a person would type for it: "systemctl stop mariadb.socket mariadb.service". Free it. */
char *service_command(const struct service *service, const char *verb);
void service_free(struct service *service);

#endif
