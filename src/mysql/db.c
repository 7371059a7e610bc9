/* The only file that knows the client library. Builds with MariaDB Connector/C and with Oracle's libmysqlclient. */
#include "mysql/db.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <mysql.h>
#include <errmsg.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"

#define CONNECT_TIMEOUT_S 10
#define QUERY_TIMEOUT_S 300
#define ALIVE_TIMEOUT_S 10
#define SHOWN_STATEMENT 120 /* bytes of a statement that an error repeats */

struct db {
    MYSQL *mysql;
    const struct dialect *dialect;
    char *version, *where;   /* "master": for messages */
    struct host *host;       /* borrowed: its cancel descriptor ends our waits */
    unsigned query_timeout_s;
    bool lost;               /* the connection is gone or out of step: no more statements */
};

/* Server and client errors that a person can do something about. Server numbers: MariaDB KB and MySQL 8.0 "Server Error
 * Message Reference"; client numbers: errmsg.h. */
static const struct {
    unsigned number;
    enum err_code code;
    const char *hint;
} meanings[] = {
    { CR_CONNECTION_ERROR, ERR_CONNECT, "is the server running, and is this its socket?" },
    { CR_CONN_HOST_ERROR, ERR_CONNECT, "is the server running, and does it listen on that address (bind-address)?" },
    { CR_UNKNOWN_HOST, ERR_CONNECT, NULL },
    { CR_SERVER_GONE_ERROR, ERR_CONNECT, "the connection ended: the server stopped, or the way to it is cut" },
    { CR_SERVER_LOST, ERR_CONNECT, "the connection ended: the server stopped, or the way to it is cut" },
    { 1040, ERR_CONNECT, "the server has no free connection (max_connections)" },
    { 1045, ERR_AUTH, "give db_user and db_password_file, or a login that is root there" },
    { 1129, ERR_CONNECT, "the server blocks this host after too many errors: mysqladmin flush-hosts" },
    { 1130, ERR_AUTH, "no account of that server may come from this host" },
    { 1251, ERR_AUTH, "the account's password has a form from before MySQL 4.1: set it anew" },
    { 1275, ERR_AUTH, "the account's password has a form from before MySQL 4.1: set it anew" },
    { 1698, ERR_AUTH, "the account logs in through the socket only: use a login that is root there" },
    { 2059, ERR_AUTH, "the account wants an authentication plugin that this client does not have" },
    { 2061, ERR_AUTH, "the account wants TLS or the server's socket (caching_sha2_password)" },
};

static int set_server_error(struct db *db, struct err *err)
{
    const unsigned number = mysql_errno(db->mysql);
    const char *said = mysql_error(db->mysql), *hint = NULL;
    enum err_code code = ERR_SQL;
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].number == number) {
            code = meanings[i].code;
            hint = meanings[i].hint;
        }
    quote_printable(&text, said, strlen(said), 0);
    err_set_detail(err, code, (int)number, "%s: %s (error %u)", db->where, buf_str(&text), number);
    if (hint != NULL)
        err_hint(err, "%s", hint);
    if (number == CR_SERVER_GONE_ERROR || number == CR_SERVER_LOST)
        db->lost = true;
    buf_free(&text);
    return -1;
}

static unsigned seconds_or(unsigned given, unsigned otherwise)
{
    return given != 0 ? given : otherwise;
}

static void set_options(MYSQL *mysql, const struct db_where *where)
{
    const unsigned connect_s = seconds_or(where->connect_timeout_s, CONNECT_TIMEOUT_S);
    const unsigned query_s = seconds_or(where->query_timeout_s, QUERY_TIMEOUT_S);
    const unsigned no_local_infile = 0;
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &query_s);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &query_s);
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no_local_infile);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

/* Neither library reconnects unless told to; a session's settings and locks would be lost without a word. */
static int connect_to(struct db *db, const struct db_where *where, struct err *err)
{
    const bool direct = where->host == NULL || (host_is_local(where->host) && where->socket == NULL);
    const char *address = where->address != NULL ? where->address : "127.0.0.1";
    const char *socket = where->socket;
    if (!direct) {
        socket = host_tunnel(where->host, where->socket, where->socket != NULL ? NULL : address, where->port, err);
        if (socket == NULL)
            return -1;
    }
    const unsigned protocol = socket != NULL ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    mysql_options(db->mysql, MYSQL_OPT_PROTOCOL, &protocol);
    if (mysql_real_connect(db->mysql, socket != NULL ? "localhost" : address, where->user != NULL ? where->user : "root",
                           where->password != NULL ? secret_text(where->password) : "", NULL,
                           socket != NULL ? 0 : (unsigned)where->port, socket, 0) == NULL)
        return set_server_error(db, err);
    return 0;
}

static int prepare_session(struct db *db, struct err *err)
{
    struct err ignored = ERR_INIT;
    /* SUPER, or BINLOG ADMIN and its like, is wanted for this one; without it the session works all the same */
    if (db_exec(db, &ignored, "SET SESSION sql_log_off = 1") != 0 && db->lost)
        return err_set(err, ignored.code, "%s", ignored.text);
    if (db_execf(db, err, "SET NAMES %s", db->dialect->charset) != 0)
        return -1;
    return db_exec(db, err, "SET SESSION sql_mode = '', autocommit = 1");
}

void db_library_begin(void)
{
    (void)mysql_library_init(0, NULL, NULL);
}

struct db *db_open(const struct db_where *where, struct err *err)
{
    struct db *db = mem_alloc(sizeof *db);
    db->where = mem_dup(where->host != NULL ? host_label(where->host) : "server");
    db->host = where->host;
    db->query_timeout_s = seconds_or(where->query_timeout_s, QUERY_TIMEOUT_S);
    db->mysql = mysql_init(NULL);
    if (db->mysql == NULL) {
        err_set(err, ERR_IO, "%s: the client library has no memory", db->where);
        goto failed;
    }
    set_options(db->mysql, where);
    if (connect_to(db, where, err) != 0)
        goto failed;
    /* the greeting may hide the vendor (a proxy, version= in the option file); the server itself knows best */
    db->version = db_value(db, err, "SELECT VERSION()");
    if (db->version == NULL)
        goto failed;
    db->dialect = dialect_for(db->version);
    if (db->dialect == NULL) {
        err_set(err, ERR_UNSUPPORTED, "%s: this program does not know the server version %.60s", db->where, db->version);
        goto failed;
    }
    if (prepare_session(db, err) != 0)
        goto failed;
    return db;

failed:
    db_close(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    if (db->mysql != NULL)
        mysql_close(db->mysql);
    free(db->version);
    free(db->where);
    free(db);
}

bool db_alive(struct db *db)
{
    struct err ignored = ERR_INIT;
    const unsigned patience = db->query_timeout_s;
    if (patience > ALIVE_TIMEOUT_S)
        db->query_timeout_s = ALIVE_TIMEOUT_S;
    const int rc = db_exec(db, &ignored, "DO 0"); /* unlike a ping of the library's it can be cancelled */
    db->query_timeout_s = patience;
    return rc == 0;
}

const struct dialect *db_dialect(const struct db *db)
{
    return db->dialect;
}

const char *db_version(const struct db *db)
{
    return db->version;
}

uint64_t db_connection_id(const struct db *db)
{
    return mysql_thread_id(db->mysql);
}

static int socket_of(MYSQL *mysql)
{
#ifdef MARIADB_BASE_VERSION
    return (int)mysql_get_socket(mysql);
#else
    return (int)mysql->net.fd;
#endif
}

/* Waits for the first byte of the answer. A session that was left waiting is out of step: it is lost. */
static int wait_for_answer(struct db *db, struct err *err)
{
    const uint64_t end = clock_ms() + (uint64_t)db->query_timeout_s * 1000;
    struct pollfd fds[2] = { { .fd = socket_of(db->mysql), .events = POLLIN },
                             { .fd = db->host != NULL ? db->host->cancel_fd : -1, .events = POLLIN } };
    for (;;) {
        const uint64_t now = clock_ms();
        const int ready = now < end ? poll(fds, 2, (int)(end - now)) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready > 0 && fds[0].revents != 0)
            return 0;
        db->lost = true;
        if (ready < 0)
            return err_set_detail(err, ERR_IO, errno, "%s: cannot wait for the server: %s", db->where, strerror(errno));
        if (ready > 0)
            return err_set(err, ERR_CANCELLED, "cancelled while %s worked on a statement", db->where);
        return err_set(err, ERR_TIMEOUT, "%s: no answer from the server within %u s", db->where, db->query_timeout_s);
    }
}

static int send_bytes(struct db *db, struct err *err, const char *sql, size_t len)
{
    if (db->lost)
        return err_set_detail(err, ERR_CONNECT, CR_SERVER_LOST, "%s: the connection to the server is lost", db->where);
    if (mysql_send_query(db->mysql, sql, (unsigned long)len) != 0)
        return set_server_error(db, err);
    if (wait_for_answer(db, err) != 0)
        return -1;
    return mysql_read_query_result(db->mysql) != 0 ? set_server_error(db, err) : 0;
}

static int send_statement(struct db *db, struct err *err, const char *sql)
{
    return send_bytes(db, err, sql, strlen(sql));
}

/* A stored procedure's call, or a statement with several results, leaves more of them: they must be read away. */
static int drain(struct db *db, struct err *err)
{
    int more;
    while ((more = mysql_next_result(db->mysql)) == 0) {
        MYSQL_RES *result = mysql_store_result(db->mysql);
        if (result != NULL)
            mysql_free_result(result);
    }
    return more > 0 ? set_server_error(db, err) : 0;
}

static void add_statement(struct err *err, const char *sql)
{
    struct buf shown = BUF_INIT;
    const size_t len = strlen(sql);
    quote_printable(&shown, sql, len < SHOWN_STATEMENT ? len : SHOWN_STATEMENT, 0);
    err_wrap(err, "%s%s", buf_str(&shown), len > SHOWN_STATEMENT ? "..." : "");
    buf_free(&shown);
}

static int read_away(struct db *db, struct err *err)
{
    MYSQL_RES *result = mysql_store_result(db->mysql);
    if (result != NULL)
        mysql_free_result(result);
    else if (mysql_errno(db->mysql) != 0)
        return set_server_error(db, err);
    return drain(db, err);
}

static int exec_plain(struct db *db, struct err *err, const char *sql)
{
    return send_statement(db, err, sql) != 0 ? -1 : read_away(db, err);
}

int db_exec(struct db *db, struct err *err, const char *sql)
{
    const int rc = exec_plain(db, err, sql);
    if (rc != 0)
        add_statement(err, sql);
    return rc;
}

/* What CLONE says of donor, versions, settings and disks, from ER_CLONE_DONOR to ER_CLONE_DISALLOWED (manual 8.0, errors). */
#define CLONE_ERRORS 3862
#define CLONE_ERRORS_LAST 3875

/* The server's words are passed on only where they cannot repeat the statement, as those of a syntax error do. */
static int tell_secret(const struct db *db, const struct err *own, const char *shown_as, struct err *err)
{
    static const int harmless[] = { 1044, 1045, 1141, 1142, 1227, 1290, 1396, 1410, 1524, 1819, CR_SERVER_GONE_ERROR,
                                    CR_SERVER_LOST };
    bool shown = own->detail == 0 /* not the server's words */ || (own->detail >= CLONE_ERRORS && own->detail <= CLONE_ERRORS_LAST);
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        shown = shown || own->detail == harmless[i];
    if (shown)
        err_set_detail(err, own->code, own->detail, "%s: %s", shown_as, own->text);
    else
        err_set_detail(err, own->code, own->detail, "%s: %s refused it with error %d", shown_as, db->where, own->detail);
    if (own->hint[0] != '\0')
        err_hint(err, "%s", own->hint);
    return -1;
}

int db_exec_secret(struct db *db, struct err *err, const char *sql, const char *shown_as)
{
    struct err own = ERR_INIT;
    return exec_plain(db, &own, sql) == 0 ? 0 : tell_secret(db, &own, shown_as, err);
}

int db_begin_secret(struct db *db, struct err *err, const char *sql, const char *shown_as)
{
    struct err own = ERR_INIT;
    if (db->lost)
        return err_set_detail(err, ERR_CONNECT, CR_SERVER_LOST, "%s: the connection to the server is lost", db->where);
    if (mysql_send_query(db->mysql, sql, (unsigned long)strlen(sql)) == 0)
        return 0;
    set_server_error(db, &own);
    return tell_secret(db, &own, shown_as, err);
}

int db_finished(struct db *db, unsigned wait_ms, bool *finished, struct err *err, const char *shown_as)
{
    struct pollfd fds[2] = { { .fd = socket_of(db->mysql), .events = POLLIN },
                             { .fd = db->host != NULL ? db->host->cancel_fd : -1, .events = POLLIN } };
    const int ready = poll(fds, 2, (int)wait_ms);
    *finished = ready > 0 && fds[0].revents != 0;
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return 0;
    if (!*finished) {
        db->lost = true;
        return ready < 0 ? err_set_detail(err, ERR_IO, errno, "%s: cannot wait for the server: %s", db->where, strerror(errno))
                         : err_set(err, ERR_CANCELLED, "cancelled while %s worked on a statement", db->where);
    }
    struct err own = ERR_INIT;
    if ((mysql_read_query_result(db->mysql) != 0 ? set_server_error(db, &own) : read_away(db, &own)) == 0)
        return 0;
    return tell_secret(db, &own, shown_as, err);
}

static void copy_rows(struct rows *rows, MYSQL_RES *result)
{
    *rows = (struct rows){ .count = (size_t)mysql_num_rows(result), .columns = mysql_num_fields(result) };
    rows->names = mem_alloc((rows->columns + 1) * sizeof *rows->names);
    rows->cells = mem_alloc((rows->count * rows->columns + 1) * sizeof *rows->cells);
    rows->lengths = mem_alloc((rows->count * rows->columns + 1) * sizeof *rows->lengths);
    const MYSQL_FIELD *fields = mysql_fetch_fields(result);
    for (size_t i = 0; i < rows->columns; i++)
        rows->names[i] = mem_dup(fields[i].name);
    for (size_t row = 0; row < rows->count; row++) {
        const MYSQL_ROW cells = mysql_fetch_row(result);
        const unsigned long *lengths = mysql_fetch_lengths(result);
        for (size_t i = 0; cells != NULL && i < rows->columns; i++) {
            if (cells[i] == NULL)
                continue;
            rows->cells[row * rows->columns + i] = mem_dup_n(cells[i], lengths[i]);
            rows->lengths[row * rows->columns + i] = lengths[i];
        }
    }
}

int db_query(struct db *db, struct rows *rows, struct err *err, const char *sql)
{
    *rows = (struct rows)ROWS_INIT;
    if (send_statement(db, err, sql) != 0) {
        add_statement(err, sql);
        return -1;
    }
    MYSQL_RES *result = mysql_store_result(db->mysql);
    if (result == NULL) {
        if (mysql_errno(db->mysql) != 0)
            set_server_error(db, err);
        else
            err_set(err, ERR_DATA, "%s: the statement has no result", db->where);
        add_statement(err, sql);
        return -1;
    }
    copy_rows(rows, result);
    mysql_free_result(result);
    if (drain(db, err) != 0) {
        rows_free(rows);
        add_statement(err, sql);
        return -1;
    }
    return 0;
}

/* Rows are read to the end, or the connection is given up. */
static int walk(struct db *db, MYSQL_RES *result, db_row_fn *row, void *context, struct err *err)
{
    const unsigned columns = mysql_num_fields(result);
    for (MYSQL_ROW cells; (cells = mysql_fetch_row(result)) != NULL;)
        if (row(context, columns, cells, mysql_fetch_lengths(result), err) != 0) {
            db->lost = true;
            return -1;
        }
    return mysql_errno(db->mysql) != 0 ? set_server_error(db, err) : 0;
}

int db_stream(struct db *db, struct err *err, const char *sql, db_row_fn *row, void *context)
{
    if (send_statement(db, err, sql) != 0) {
        add_statement(err, sql);
        return -1;
    }
    MYSQL_RES *result = mysql_use_result(db->mysql);
    if (result == NULL) {
        set_server_error(db, err);
        add_statement(err, sql);
        return -1;
    }
    const int rc = walk(db, result, row, context, err);
    if (db->lost) /* freeing it would read the rest first, however much that is */
        shutdown(socket_of(db->mysql), SHUT_RDWR);
    mysql_free_result(result);
    return rc == 0 ? drain(db, err) : rc;
}

int db_exec_bytes(struct db *db, struct err *err, const char *sql, size_t len, unsigned *warnings)
{
    if (send_bytes(db, err, sql, len) != 0)
        return -1;
    MYSQL_RES *result = mysql_store_result(db->mysql);
    if (result != NULL)
        mysql_free_result(result);
    else if (mysql_errno(db->mysql) != 0)
        return set_server_error(db, err);
    if (warnings != NULL)
        *warnings = mysql_warning_count(db->mysql);
    return drain(db, err);
}

static char *format_sql(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *sql = mem_alloc((size_t)(len > 0 ? len : 0) + 1);
    if (vsnprintf(sql, (size_t)(len > 0 ? len : 0) + 1, format, args) < 0)
        sql[0] = '\0';
    return sql;
}

int db_execf(struct db *db, struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *sql = format_sql(format, args);
    va_end(args);
    const int rc = db_exec(db, err, sql);
    free(sql);
    return rc;
}

int db_queryf(struct db *db, struct rows *rows, struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *sql = format_sql(format, args);
    va_end(args);
    const int rc = db_query(db, rows, err, sql);
    free(sql);
    return rc;
}

char *db_value(struct db *db, struct err *err, const char *sql)
{
    struct rows rows = ROWS_INIT;
    if (db_query(db, &rows, err, sql) != 0)
        return NULL;
    err_clear(err);
    char *value = rows.count > 0 && rows.columns > 0 ? mem_dup(rows.cells[0]) : NULL;
    rows_free(&rows);
    return value;
}
