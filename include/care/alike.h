/* alike.h - are the database, its tables, views, triggers, routines, events and sequences defined alike on both servers?
 *
 *     alike_compare(&world, &result, err)      both servers up, the slave's SQL thread running
 *     alike_free(&result)
 *
 * The rows may agree, and yet an index, a view or a routine be missing on the slave (care/compare.h sees rows only): reports get slow or
 * fail there, and on the day on which the slave has to take over its applications do. Nothing is written. What differs is looked at
 * again when the slave has executed all that the master wrote: a definition that is under way is no difference.
 *
 * What the slave alone has (an index for its reports) is told, and is no difference. Not compared: engine, comments, AUTO_INCREMENT,
 * where files lie, partitions, an event's status, accounts. Between series also not: lengths of integers, collations, defaults, expressions,
 * checks, what foreign keys do, texts of views and routines, for each series writes them in its own words.
 */
#ifndef DUALSERVER_CARE_ALIKE_H
#define DUALSERVER_CARE_ALIKE_H

#include "mysql/inventory.h"
#include "plan/world.h"

/* What something is: these, or else an enum object_kind. */
enum { PART_DATABASE = -2, PART_TABLE = -1 };

struct unlike {
    int owner;
    bool missing;            /* the slave has none of that name; else it is another there */
    char *name;
    char *how;               /* "its index by_day is missing on the slave"; printable, one line, owned */
};

struct alike_result {
    size_t compared;         /* tables and objects of the master */
    struct unlike *items;    /* each table and object once */
    size_t count;
    struct strings extra;    /* what the slave alone has, printable: "index by_day of table calls" */
};

/* Is it among those that differ? */
bool alike_differs(const struct alike_result *result, int owner, const char *name);
/* As it is at this moment: no matter whether the slave executes anything, and what of it is under way. */
int alike_look(struct world *world, struct alike_result *result, struct err *err);
int alike_compare(struct world *world, struct alike_result *result, struct err *err);
/* "database", "table", "view", "trigger", ..., as in SQL. */
const char *alike_word(int owner);
void alike_free(struct alike_result *result);

/* The definition of one object, with the session that it wants; a sequence has a second item, its value. The caller frees. */
int alike_definition(struct db *db, const char *database, enum object_kind kind, const char *name, struct definitions *definition,
                     struct err *err);

/* One thing that a definition says, and what it says of it. Strings are owned. */
struct part {
    int owner;
    char *name, *part, *value; /* part "": the thing itself */
};
struct parts {
    struct part *items;
    size_t count;
};
/* From both servers' parts, in any order, to what differs. Pure; sorts them. */
void alike_judge(struct parts *master, struct parts *slave, struct alike_result *result);
/* A column's type as every series writes it: "int(11) unsigned" is "int unsigned". Pure; the caller frees. */
char *alike_type(const char *type);

#endif
