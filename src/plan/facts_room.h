/* facts_room.h - the parts of facts_gather(), inside this room.
 *
 * What a look script prints is lines of "KEY VALUE"; a KEY may come more than once.
 */
#ifndef DUALSERVER_PLAN_FACTS_ROOM_H
#define DUALSERVER_PLAN_FACTS_ROOM_H

#include "plan/facts.h"
#include "plan/world.h"

/* What every look script begins with: words that do not depend on the language, tools that a login shell would find. */
#define LOOK_PROLOGUE                                                                                                  \
    "LC_ALL=C; export LC_ALL\n"                                                                                        \
    "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin; export PATH\n"                           \
    "say() { printf '%s %s\\n' \"$1\" \"$2\"; }\n"

struct look {
    char *text;
    struct look_line {
        const char *key, *value; /* into text */
    } *lines;
    size_t count;
};

void look_parse(struct look *look, struct buf *out); /* takes the text over */
const char *look_get(const struct look *look, const char *key); /* the first; "" when there is none */
uint64_t look_number(const struct look *look, const char *key); /* 0 when there is none */
bool look_has(const struct look *look, const char *key);        /* there, and not empty */
void look_list(const struct look *look, const char *key, struct strings *list); /* all that are not empty */
char *look_dup(const struct look *look, const char *key);       /* NULL when absent or empty */
void look_free(struct look *look);

/* Replaces *field; an empty text gives NULL. */
void fact_set(char **field, const char *text);
const struct answers_host *facts_answers(const struct world *world, enum side side);

/* Before the database is asked: identity, tools, clock, the service, the guess at the socket. */
int facts_machine(struct world *world, struct server_facts *server, struct err *err);
/* After it: disk, files, what may be measured there. */
int facts_place(struct world *world, struct server_facts *server, struct err *err);
/* The same, but measures nothing: no sizes, no speed. */
int facts_place_glance(struct world *world, struct server_facts *server, struct err *err);
/* What the server says about itself. */
int facts_server(struct world *world, struct server_facts *server, struct err *err);
/* The same, without what is in the database. */
int facts_server_glance(struct world *world, struct server_facts *server, struct err *err);
/* Which kinds of passwords it takes: part of facts_server(), not of the glance. */
int facts_logins(struct world *world, struct server_facts *server, struct err *err);
/* Option files, and whether the server accepts them. */
int facts_options(struct world *world, struct server_facts *server, struct err *err);
/* What takes both: ways of carrying, definers, the same machine, addresses and reachability. */
int facts_cross(struct world *world, struct facts *facts, struct err *err);
/* What the database needs beyond itself. */
int facts_needs(struct world *world, struct facts *facts, struct err *err);
void facts_needs_free(struct facts *facts);
/* GTIDs and channels that the slave holds from before. */
int facts_gtid(struct world *world, struct facts *facts, struct err *err);
/* TLS of both, when their addresses are known. */
int facts_tls(struct world *world, struct facts *facts, struct err *err);
/* A guess at --socket and --port in what `mysqld --print-defaults` prints; the caller frees; NULL: not there. Pure. */
char *facts_printed_option(const char *printed, const char *name);
/* What a reach script's output means. Pure. */
enum reach facts_reach_meaning(const struct look *look);

#endif
