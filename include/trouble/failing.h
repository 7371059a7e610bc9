/* failing.h - a transaction that the slave cannot execute, from what mysqlbinlog or mariadb-binlog prints of it
 * (--base64-output=DECODE-ROWS --verbose). Pure.
 *
 *     failing_parse(&failing, text, 3316);     the transaction that holds the event that ends there; 0: the first one
 *     failing_free(&failing);
 */
#ifndef DUALSERVER_TROUBLE_FAILING_H
#define DUALSERVER_TROUBLE_FAILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

enum changed { CHANGED_INSERT, CHANGED_UPDATE, CHANGED_DELETE };

struct changed_row {
    enum changed kind;
    char *database, *table;
    struct strings before, after; /* values as they were printed, by column; of an insert only after, of a delete only before */
};

enum { FAILING_ROWS_MOST = 200 };

struct failing {
    bool seen;
    char *gtid;          /* "0-1-11", "UUID:11"; NULL: none */
    size_t changes;      /* rows and statements of the whole transaction */
    struct changed_row *rows; /* of the failing event; of the whole transaction when it is not known which fails */
    size_t count;        /* FAILING_ROWS_MOST at most */
    char *text;          /* what it does, for a person: at most 24 lines */
};

void failing_parse(struct failing *failing, const char *text, uint64_t end_log_pos);
void failing_free(struct failing *failing);

/* The end_log_pos that an error message names; 0: none. */
uint64_t failing_position(const char *message);
/* A printed value as an SQL literal for a column of that type (SHOW COLUMNS). false: it cannot be said with certainty. Appends. */
bool failing_literal(struct buf *to, const char *printed, const char *type);

#endif
