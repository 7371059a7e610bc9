/* bring_room.h - one bringing of tables, for the files that do its parts. */
#ifndef DUALSERVER_CARE_BRING_ROOM_H
#define DUALSERVER_CARE_BRING_ROOM_H

#include "care/bring_table.h"

struct brought {
    const char *name;
    bool innodb;
    bool there;             /* the slave has one of that name */
    bool tied;              /* foreign keys lead from or to it */
    struct definitions old_triggers, new_triggers; /* the slave's, the master's */
};

struct bringing {
    struct world *world;
    struct db *lock, *rows_from; /* to the master: holds the tables; reads them */
    struct db *slave, *rows_to;  /* to the slave */
    const char *database;
    char *fresh, *aside;         /* names of databases */
    struct brought *tables;
    size_t count;
    struct binlog_position position;
};

/* bring_place.c: the new table takes the old one's place. A failure leaves the old one in it. */
int bring_place(struct bringing *at, struct brought *table, struct err *err);
/* bring_stage.c: an empty table in `fresh` for each, and what has to be known of it. */
int bring_stage(struct bringing *at, const struct strings *names, struct err *err);
/* The columns that are stored, in parentheses' form "`a`, `b`". Appends. */
int bring_columns(struct db *db, const char *database, const char *table, struct buf *to, struct err *err);

#endif
