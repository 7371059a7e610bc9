/* table_sum.h - one table's content as a short text, to be compared with the same table's on another server. */
#ifndef DUALSERVER_MYSQL_TABLE_SUM_H
#define DUALSERVER_MYSQL_TABLE_SUM_H

#include "mysql/db.h"

struct table_sum {
    char *text;     /* NULL: the table cannot be read */
    unsigned code;  /* the server's error number then */
    struct buf why; /* and its words, printable */
};

/* CHECKSUM TABLE: fast, and equal sums mean equal rows. Different ones do not mean different rows: with generated columns
 * it takes in bytes that nobody set (reproduced on MariaDB 10.11: two tables made by the same statements differ). */
int table_sum_quick(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err);
/* Number of rows and a sum over the MD5 of each row's stored columns: slower, and the last word. */
int table_sum_exact(struct db *db, const char *database, const char *table, struct table_sum *sum, struct err *err);
int table_has_generated(struct db *db, const char *database, const char *table, bool *has, struct err *err);
void table_sum_free(struct table_sum *sum);

#endif
