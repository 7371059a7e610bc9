/* table_sum.h - one table's content as a short text, to be compared with the same table's on another server. */
#ifndef DUALSERVER_MYSQL_TABLE_SUM_H
#define DUALSERVER_MYSQL_TABLE_SUM_H

#include "mysql/db.h"

struct table_sum {
    char *text;     /* NULL: the table cannot be read */
    unsigned code;  /* the server's error number then */
    struct buf why; /* and its words, printable */
};

/* Number of rows and the sum of the CRC32 of each row's stored columns. Not CHECKSUM TABLE: with generated columns that takes
 * in bytes that nobody set (reproduced on MariaDB 10.11: two tables made by the same statements differ), it depends on the
 * version, and it is slower (17 s against 8 s for 2.7 million rows). */
int table_sum_read(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err);
/* What stands for one row in the sum: an expression over the table's columns. `table` is quoted; appends. Times come in the
 * session's zone. */
int table_sum_row(struct db *db, const char *table, struct buf *expression, struct err *err);
void table_sum_free(struct table_sum *sum);

#endif
