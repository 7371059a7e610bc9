/* answers.h - what the user wants: the answers file (INI, CONTRACT.md), the same keys in the wizard's form.
 *
 *     struct answers answers;
 *     answers_init(&answers);
 *     if (answers_read(&answers, "billing.answers", err) != 0) ...      "-" is standard input
 *     if (answers_check(&answers, err) != 0) ...                        what is required is there
 *     answers_free(&answers);
 *
 * Errors are ERR_ANSWERS and name file, line and key. Empty values count as absent. Strings are owned.
 */
#ifndef DUALSERVER_PLAN_ANSWERS_H
#define DUALSERVER_PLAN_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

enum copy_method { COPY_AUTO, COPY_DIRECTORY, COPY_WHOLE, COPY_ROWS, COPY_HOT };
enum verify_depth { VERIFY_FULL, VERIFY_QUICK };
enum tls_use { TLS_AUTO, TLS_REQUIRE, TLS_OFF };

struct answers_host {
    char *name;              /* of a further slave's section, [slave NAME]; NULL for [master] and [slave] */
    char *host;              /* required */
    int port;                /* of ssh; 0: not given */
    char *user, *identity, *ssh_password_file, *known_hosts;
    bool sudo;
    char *sudo_password_file;
    char *address;           /* NULL: found (the host's own) */
    char *db_user, *db_password_file;
    unsigned server_id;      /* 0: not given */
    int db_port;             /* 0: found */
    char *socket, *datadir, *cnf, *service, *mysql_user, *mysql_group; /* NULL: found */
};

struct answers {
    char *file;              /* for messages; NULL: none was read */
    char *database;          /* "billing" */
    enum copy_method copy;
    bool as_written;
    enum verify_depth verify;
    unsigned limit_downtime; /* seconds; 0: none */
    struct answers_host master, slave;
    struct answers_host *more_slaves;
    size_t more_count;
    struct {
        char *user, *password_file;
        enum tls_use tls;
        bool gtid_off;
    } replication;
    struct {
        char *user, *password_file, *billing_ini;
    } reports;
};

/* One line of the table of keys: drives the reader, the writer, the form and the man page. */
struct answers_key {
    const char *section;     /* "run", "master", "slave", "replication", "reports" */
    const char *key;
    const char *values;      /* "auto|directory|whole|rows|hot", "number", "text", "file", "yes|no" */
    const char *fallback;    /* shown as the default; NULL: none */
    const char *help;        /* one line */
};
const struct answers_key *answers_keys(size_t *count);

void answers_init(struct answers *answers); /* the defaults */
int answers_read(struct answers *answers, const char *path, struct err *err);
int answers_parse(struct answers *answers, const char *name, const char *text, size_t len, struct err *err);
/* One value by section and key, as in the file. line 0: not from a file. */
int answers_set(struct answers *answers, const char *section, const char *key, const char *value, int line, struct err *err);
/* The value as text, "" when absent; appended to `to`. */
void answers_get(const struct answers *answers, const char *section, const char *key, struct buf *to);
/* What is required (`host` of both) is there, files exist and are readable. */
int answers_check(const struct answers *answers, struct err *err);
void answers_write(const struct answers *answers, struct buf *to); /* an answers file that reads back the same */
void answers_free(struct answers *answers);

#endif
