/* checksum.h - is every table the same on both sides at the same position?
 *
 * MyISAM and Aria tables are read under a READ lock on the master, one table at a time: while it is held, nothing
 * in the binlog after the lock's position touches the table, so the slave's copy is comparable as soon as its SQL
 * thread has passed that position. InnoDB tables are read in one consistent snapshot on the master taken under a lock
 * of milliseconds, against the slave with its SQL thread stopped at that position.
 */
#ifndef DUALSERVER_MYSQL_CHECKSUM_H
#define DUALSERVER_MYSQL_CHECKSUM_H

#include "mysql/db.h"
#include "mysql/inventory.h"

struct checksum_result {
    size_t compared, differing;
    struct strings differ; /* names of the tables that differ, and how */
    uint64_t lock_ms;      /* the longest time a lock was held on the master */
};
struct checksum_job {
    struct db *master, *slave;
    struct db *master_lock; /* a second connection to the master, to hold the lock */
    const struct inventory *inventory;
    unsigned wait_seconds;  /* how long the slave may take to reach a position while a lock is held */
    void (*progress)(void *context, const char *table, size_t done, size_t total);
    void *context;
};
int checksum_compare(const struct checksum_job *job, struct checksum_result *result, struct err *err);
void checksum_result_free(struct checksum_result *result);

#endif
