/* row_copy.h - the rows of a table from one server into a table of the same definition on another, as they are stored.
 *
 *     row_copy_begin(from, to, err)         once: what both sessions must be like, and how large a statement may be
 *     row_copy_table(&copy, err)            for each table; the target's table is there and empty
 *
 * Values are read in their columns' own character sets and written with those named, so no byte is translated on the way;
 * generated columns are left out, FLOAT is read as the DOUBLE that it is (a dump's six digits lose rows' values), times are
 * read and written in one zone. Statements on the way are bytes: the sessions are of no use for anything else afterwards.
 * Sources: MariaDB KB and MySQL 8.0 manual "Character Set Introducers", "SHOW COLUMNS", "String Literals".
 */
#ifndef DUALSERVER_MYSQL_ROW_COPY_H
#define DUALSERVER_MYSQL_ROW_COPY_H

#include "mysql/db.h"

struct row_copy {
    struct db *from, *to;
    const char *from_database, *to_database, *table;
    const char *where;     /* SQL condition: those rows only; NULL: all of them */
    bool keys_last;        /* an engine that builds its indexes faster after the rows (MyISAM, Aria) */
    size_t statement_most; /* bytes: from row_copy_begin() */
    /* Now and then: so many bytes of values since the last call. -1 ends the copy. NULL: nobody asks. */
    int (*passed)(void *context, uint64_t bytes, struct err *err);
    void *context;
    /* results */
    uint64_t rows, bytes;
    uint64_t warnings;     /* the target warned: a value may not be what it was */
    char *warned;          /* the first warning; the caller frees */
};

int row_copy_begin(struct row_copy *copy, struct err *err);
int row_copy_table(struct row_copy *copy, struct err *err);

/* How a column is read and written, from a row of SHOW FULL COLUMNS. Pure. */
enum row_form {
    ROW_SKIP,    /* generated */
    ROW_NUMBER,  /* as it is */
    ROW_FLOAT,   /* a number, read as DOUBLE */
    ROW_BITS,    /* in hexadecimal */
    ROW_BYTES,   /* quoted, without a character set */
    ROW_TEXT,    /* quoted, in the character set `charset` */
};
enum row_form row_copy_form(const char *type, const char *collation, const char *extra, char charset[64]);
/* One value as a literal. Pure. Appends. */
void row_copy_literal(struct buf *to, enum row_form form, const char *charset, const char *value, size_t len);

#endif
