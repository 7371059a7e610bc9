/* db.h - a connection to a MySQL or MariaDB server: statements in, rows with named columns out.
 *
 *     struct rows rows = ROWS_INIT;
 *     if (db_query(db, &rows, err, "SHOW SLAVE STATUS") == 0 && rows.count > 0)
 *         puts(row_get(&rows, 0, "Slave_IO_Running"));
 *     rows_free(&rows);
 *
 * Columns are always read by name: their order and number vary between versions. Calls block, with time-outs; one db
 * belongs to one thread. Sessions are opened with utf8 names (utf8mb4 where the server has it), sql_mode '',
 * LOCAL INFILE off, autocommit on, and (unless asked otherwise) the session's own general log off where the account may.
 * Sources: MariaDB Connector/C 3.3 API; MySQL 8.0 C API Developer Guide.
 */
#ifndef DUALSERVER_MYSQL_DB_H
#define DUALSERVER_MYSQL_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "host/host.h"
#include "mysql/dialect.h"

struct db;

struct db_where {
    struct host *host;   /* the way there: its tunnel is used when it is remote */
    const char *socket;  /* the server's Unix socket on that host; NULL: TCP */
    const char *address; /* NULL: 127.0.0.1 */
    int port;
    const char *user;    /* NULL: root */
    const struct secret *password; /* NULL: none (unix_socket, auth_socket) */
    unsigned connect_timeout_s;    /* 0: 10 */
    unsigned query_timeout_s;      /* 0: 300 */
};

struct rows {
    size_t count, columns;
    char **names;   /* [columns] */
    char **cells;   /* [count * columns]; NULL for SQL NULL; NUL-terminated */
    size_t *lengths;
};
#define ROWS_INIT { .count = 0 }

/* Before connections are opened on several threads at once; else the first one does it. */
void db_library_begin(void);
struct db *db_open(const struct db_where *where, struct err *err);
void db_close(struct db *db); /* NULL is legal */
bool db_alive(struct db *db);
const struct dialect *db_dialect(const struct db *db); /* chosen from the server's version */
const char *db_version(const struct db *db);           /* "10.11.14-MariaDB-0+deb12u2" */
uint64_t db_connection_id(const struct db *db);

/* Statement without result rows; a NUL-terminated SQL text, used as it is (build values with quote_sql, quote_name). */
int db_exec(struct db *db, struct err *err, const char *sql);
int db_execf(struct db *db, struct err *err, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* For statements with a secret in them: the text is not repeated in errors, the memory is wiped by the caller. */
int db_exec_secret(struct db *db, struct err *err, const char *sql, const char *shown_as);
/* One that works for hours: begun here, its end is asked for until *finished, for at most wait_ms each time. Nothing else may be
 * said in this session meanwhile; db_close() leaves the server working. */
int db_begin_secret(struct db *db, struct err *err, const char *sql, const char *shown_as);
int db_finished(struct db *db, unsigned wait_ms, bool *finished, struct err *err, const char *shown_as);
int db_query(struct db *db, struct rows *rows, struct err *err, const char *sql);
int db_queryf(struct db *db, struct rows *rows, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* First column of the first row, owned by the caller; NULL with err->code ERR_NONE when there is no row or it is NULL. */
char *db_value(struct db *db, struct err *err, const char *sql);

/* Rows one by one as they arrive, never all of them in memory. The cells are borrowed for the time of the call, NULL for SQL
 * NULL. -1 from row() ends it; the connection is lost then, for the rest of the answer is still under way. */
typedef int db_row_fn(void *context, size_t columns, char *const *cells, const unsigned long *lengths, struct err *err);
int db_stream(struct db *db, struct err *err, const char *sql, db_row_fn *row, void *context);
/* A statement of any bytes, as it is; its text is not repeated in errors. *warnings: how many it gave (NULL: not asked for). */
int db_exec_bytes(struct db *db, struct err *err, const char *sql, size_t len, unsigned *warnings);

/* NULL when there is no such column, or the cell is SQL NULL; names compare without case. */
const char *row_get(const struct rows *rows, size_t row, const char *column);
const char *row_str(const struct rows *rows, size_t row, const char *column); /* "" instead of NULL */
uint64_t row_u64(const struct rows *rows, size_t row, const char *column);    /* 0 instead of NULL */
bool row_has(const struct rows *rows, const char *column);
void rows_free(struct rows *rows);

#endif
