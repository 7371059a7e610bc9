/* watchdog.h - what starts a stopped mysqld again when the program that stopped it is heard of no more.
 *
 *     watchdog_arm(host, &orders, err)               before the stop
 *     watchdog_check(host, folder, err)              after the copy: -1 when it has started mysqld meanwhile
 *     watchdog_disarm(host, folder, &back, &said, err)  after the start
 *
 * It is a script on the host that depends on no connection: a transient systemd unit, or a process of its own where there is
 * no systemd. It watches the file in the lock's folder that the program touches (host/lock.h); after WATCHDOG_QUIET_S
 * without a touch it starts the service. Where that fails it removes the run's copy, puts the option files' backups of the
 * run back, keeping what it replaces as PATH.RUN.taken-back, and tries again until it succeeds. What it did is in FOLDER/watchdog/said until
 * it is disarmed. Where others than root could put something else in FOLDER's place, its own folder is
 * /var/lib/dualserver/.dualserver-RUN/watchdog.
 */
#ifndef DUALSERVER_HOST_WATCHDOG_H
#define DUALSERVER_HOST_WATCHDOG_H

#include "host/host.h"
#include "host/service.h"

#define WATCHDOG_QUIET_S 8 /* with a second of looking and the start itself this stays below 15 s */

struct watchdog_orders {
    const char *folder;           /* the run's on that host */
    const char *lock;             /* lock_path() */
    const char *run;              /* option files have their backup in PATH.RUN.bak */
    const struct service *service;
    const struct strings *edited; /* paths of option files that the run has edited */
};

int watchdog_arm(struct host *host, const struct watchdog_orders *orders, struct err *err); /* repeatable */
int watchdog_check(struct host *host, const char *folder, struct err *err);
/* Repeatable; nothing to disarm is no error. Appends what it did, when it had to do something; waits for it to be done.
 * taken_back: it has put option files back. */
int watchdog_disarm(struct host *host, const char *folder, bool *taken_back, struct buf *said, struct err *err);

#endif
