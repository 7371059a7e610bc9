/* answers.h - what the user wants: the answers file (INI, CONTRACT.md), the same keys in the wizard's form.
 *
 *     struct answers answers;
 *     answers_init(&answers);
 *     if (answers_read(&answers, "billing.answers", err) != 0) ...      "-" is standard input
 *     if (answers_check(&answers, err) != 0) ...                        what is required is there
 *     answers_free(&answers);
 *
 * Errors are ERR_ANSWERS and name file, line and key. Empty values count as absent: the default holds. Strings are owned.
 * Files on this machine may begin with ~/ (the user's home); paths on the servers are absolute.
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
    int line;                /* of the section's first header in the file; 0: there was none */
};

struct answers {
    char *file;              /* for messages; NULL: none was read */
    int lines;               /* in that file */
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

/* What a value may be. */
enum answers_type {
    ANSWER_CHOICE,   /* one of `values`, stored as its index in an enum */
    ANSWER_YES_NO,   /* bool */
    ANSWER_GTID,     /* auto|off, stored as bool gtid_off */
    ANSWER_PORT,     /* int, 1 to 65535 */
    ANSWER_ID,       /* unsigned, 1 to 4294967295 */
    ANSWER_SECONDS,  /* unsigned, 0 to a year */
    ANSWER_DATABASE, /* a database's name */
    ANSWER_HOST,     /* a host name or address, as ssh takes it */
    ANSWER_NAME,     /* of an account, a group, a service */
    ANSWER_FILE,     /* on this machine */
    ANSWER_PATH,     /* absolute, on the server */
};

/* One line of the table of keys: drives the reader, the writer, the form and the man page. */
struct answers_key {
    const char *section;     /* "run", "master", "slave", "replication", "reports" */
    const char *key;
    const char *values;      /* "auto|directory|whole|rows|hot", "number", "text", "file", "yes|no" */
    const char *fallback;    /* shown as the default; NULL: none */
    const char *help;        /* one line */
    enum answers_type type;
    size_t offset;           /* of the value in struct answers */
};
/* In the order of the file; [master] and [slave] have the same keys. */
const struct answers_key *answers_keys(size_t *count);

void answers_init(struct answers *answers); /* the defaults */
int answers_read(struct answers *answers, const char *path, struct err *err);
int answers_parse(struct answers *answers, const char *name, const char *text, size_t len, struct err *err);
/* One value by section and key, as in the file. line 0: not from a file. "slave NAME" adds a further slave when new. */
int answers_set(struct answers *answers, const char *section, const char *key, const char *value, int line, struct err *err);
/* The value as text, "" when absent; appended to `to`. */
void answers_get(const struct answers *answers, const char *section, const char *key, struct buf *to);
/* What is required (`host` of both) is there, files exist and are readable. */
int answers_check(const struct answers *answers, struct err *err);
void answers_write(const struct answers *answers, struct buf *to); /* an answers file that reads back the same */
/* The answers of one pair: the slave 0, or the further one of that number in the first one's place. Borrows all of `of`: not freed. */
struct answers answers_of_pair(const struct answers *of, size_t slave);
/* "slave" or "slave NAME" of that number. Owned. */
char *answers_slave_section(const struct answers *answers, size_t slave);
#define ANSWERS_SLAVE_PREFIX "slave " /* of a further slave's section */
/* The section whose keys these are in the table: "slave" for "slave NAME". */
const char *answers_family(const char *section);
/* Is [section] one that may stand in the file? */
bool answers_section_known(const char *section);
/* The further slave of "slave NAME", added when it is new and `add`; NULL: not there. */
struct answers_host *answers_more(struct answers *answers, const char *section, bool add);
/* ERR_ANSWERS, `FILE:LINE: [section] key: text`; whatever is NULL or 0 is left out. Always -1. */
int answers_complain(const struct answers *answers, const char *section, const char *key, int line, struct err *err,
                     const char *format, ...) __attribute__((format(printf, 6, 7)));
void answers_free(struct answers *answers);

#endif
