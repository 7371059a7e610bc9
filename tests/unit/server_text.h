/* server_text.h - a database server written down: what it answers to which statement. For tests.
 *
 * A description is a text of blocks, each ended by an empty line; `#` begins a comment line:
 *
 *     server 10.6.21-MariaDB-log           what it greets with
 *     include mariadb.txt                  blocks of another file follow here
 *     machine mysqldump /usr/bin/mysqldump a line that the look at its machine prints
 *     option skip-networking               a line of its /etc/my.cnf, in [mysqld]
 *     refuse 1146 SELECT * FROM performance_schema.*
 *     answer master SHOW BINARY LOGS       to one side's server; without a word for the side: both
 *     when START SLAVE                     only after that server was told so (all of several must hold)
 *     last * UNTIL *                       only while this is the last thing that changed anything there
 *     elsewhere DROP TABLE*                only after the other server was told so
 *     Log_name | File_size                 the columns, then a line for each row; NULL is SQL's,
 *                                          '' an empty cell, {side} a 1 on the master and a 2 on the slave
 *     mysql-bin.000001 | 157
 *
 * A `*` stands for any text. The first block that fits answers, so what is special stands above its include. A statement that
 * reads and fits no block is answered with error 1064: what was not written down, the server does not know.
 */
#ifndef DUALSERVER_TESTS_SERVER_TEXT_H
#define DUALSERVER_TESTS_SERVER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "plan/event.h"

/* What both servers of a run were told, in order. */
struct tape {
    struct tape_line {
        enum side side;
        unsigned code; /* error the server answered with; 0: none */
        char *sql;
    } *lines;
    size_t count;
};
void tape_add(struct tape *tape, enum side side, const char *sql, unsigned code);
void tape_free(struct tape *tape);

/* One thing that a server or its machine says is made hostile: the one of that kind with the number `at`. */
enum spoil_kind { SPOIL_NONE, SPOIL_CELL, SPOIL_ERROR, SPOIL_LINE, SPOIL_FAILURE };
struct spoil {
    enum spoil_kind kind;
    const char *with;
    unsigned at;
    _Atomic unsigned seen; /* how many there were */
};
bool spoil_now(struct spoil *spoil, enum spoil_kind kind); /* NULL: never */

struct server_text {
    struct spoil *spoil;           /* NULL: all is as it is written down */
    char *version;
    const struct history *history; /* NULL: it knows everything */
    struct strings machine;
    struct buf options;            /* its /etc/my.cnf */
    struct block *blocks;
    size_t block_count;
};
/* servers/history.txt: from which version to which a server knows what fits a pattern. */
struct history {
    struct history_line {
        char *pattern, *ranges[2], *source; /* of MySQL and of MariaDB */
    } *lines;
    size_t count;
};
void history_read(struct history *history, const char *folder);
void history_free(struct history *history);
/* The line by which that server does not know the statement; NULL: it knows it. */
const struct history_line *history_refuses(const struct history *history, const char *version, const char *sql);

struct reply {
    unsigned code;               /* 0: no error */
    const struct strings *lines; /* of a result: columns first; NULL: none */
};

void server_text_read(struct server_text *text, const char *folder, const char *file); /* fails the test when it cannot */
/* Blocks made by a test: both servers answer the statement with these lines; and SELECT VERSION() with the version. */
void server_text_add(struct server_text *text, const char *statement, const struct strings *lines);
void server_text_add_version(struct server_text *text);
void server_text_free(struct server_text *text);
struct reply server_text_answer(const struct server_text *text, enum side side, const struct tape *tape, const char *sql);
bool reads(const char *sql); /* it has a result, and changes nothing */
bool glob(const char *pattern, const char *text);
/* The cells of a line "a | b"; the caller frees. */
void split_cells(const char *line, struct strings *cells);

#endif
