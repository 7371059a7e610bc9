/* compare.h - do all tables hold the same rows on both servers, while the master writes and nobody is held up?
 *
 *     compare_tables(&world, &inventory, &result, err)      both servers up, the slave's SQL thread running
 *     compare_result_free(&result)
 *
 * A table is read in pieces of a fraction of a second along its primary key. Of each piece:
 *
 *     sum it on the master; note the master's position; wait until the slave has executed up to there; sum it on the slave
 *
 * Equal sums: the same. Different ones are summed on the master again: when nothing has changed there, the slave's piece, which has
 * all that was written until then, is another one; this is seen three times before it counts. When it has changed, the piece is
 * tried again, then halved down to single keys, so that a table which is written all the while is compared too. A single row
 * that changed during every try is `busy`: nothing is said for it.
 *
 * Nothing is written, no lock is held longer than a piece's SELECT (MyISAM, Aria; none with InnoDB), no thread is stopped. The wait for the
 * slave before each piece is what throttles: a slave that is behind is not read any further. A table without a usable
 * primary key is one piece.
 */
#ifndef DUALSERVER_CARE_COMPARE_H
#define DUALSERVER_CARE_COMPARE_H

#include "mysql/inventory.h"
#include "plan/world.h"

struct compare_result {
    size_t compared;         /* tables */
    size_t pieces;
    struct strings differ;   /* "TABLE: where and how", once for each table that differs */
    struct strings differing; /* their names */
    struct strings busy;     /* names of tables with a piece that could not be settled */
    uint64_t longest_ms;     /* that a piece took on the master */
};

int compare_tables(struct world *world, const struct inventory *inventory, struct compare_result *result, struct err *err);
/* Waits until the slave has executed all that the master has written. Fails with the SQL thread's stop, after five minutes, or when
 * it was cancelled. */
int compare_level(struct world *world, struct db *master, struct db *slave, struct err *err);
void compare_result_free(struct compare_result *result);

#endif
