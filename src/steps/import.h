/* import.h - the ways in which files of the master's become tables of the slave's server, which runs: one file for each,
 * import_*.c, ending in its struct. Each may be repeated: what is in already is left alone.
 *
 * Sources: MariaDB KB "InnoDB File-Per-Table Tablespaces, Importing Transportable Tablespaces"; MySQL 8.0 manual 15.6.1.3
 * "Importing InnoDB Tables", 13.2.6 "IMPORT TABLE Statement".
 */
#ifndef DUALSERVER_STEPS_IMPORT_H
#define DUALSERVER_STEPS_IMPORT_H

#include "plan/world.h"

struct import_job {
    struct world *world;
    struct db *db;          /* the session on the slave */
    const struct inventory *inventory; /* of the master */
    char *folder;           /* where the files wait: RUN/incoming/import */
    struct strings waiting; /* their names; those that an earlier try has moved in are not there any more */
    struct sdi {
        char *table, *file; /* the definition of which table, its file's name without a folder */
        unsigned long number;
    } *sdis;
    size_t sdi_count;
    char *sdi_folder;       /* from which the server may read them */
};

struct import_way {
    const char *what;       /* for the plan */
    bool makes_table;       /* it is not made from its definition first */
    bool (*serves)(const struct table *table, const struct dialect *slave);
    /* Before and after all tables of this way, when there are any; end also after a failure. NULL: nothing to do. */
    int (*begin)(struct import_job *job, struct err *err);
    int (*table)(struct import_job *job, const struct table *table, struct err *err);
    void (*end)(struct import_job *job);
};
extern const struct import_way import_tablespace, import_exchange, import_sdi;

/* NULL: the table's files are a table by themselves, or it does not travel as files. */
const struct import_way *import_way_of(const struct table *table, const struct dialect *slave);
/* All tables that wait, with EVENT_PROGRESS. */
int import_tables(struct world *world, struct db *db, struct err *err);
/* "CREATE, DISCARD TABLESPACE, ...: 7 tables" for each way that has tables, a line each. Appends. */
void import_describe(const struct inventory *inventory, const struct dialect *slave, struct buf *to);

/* For the ways. */
int import_alter(struct import_job *job, const char *table, const char *what, struct err *err);
/* Where an import may leave a table that the server calls corrupt although every row can be read (instantly dropped or moved
 * columns, MariaDB 10.5): it is rebuilt, and must be sound then. */
int import_check(struct import_job *job, const char *table, struct err *err);
int import_move_in(struct import_job *job, const struct buf *names, struct err *err); /* each followed by a NUL */
/* The table a .sdi file defines, from its beginning; NULL: it cannot be seen there. The caller frees. Pure. */
char *import_sdi_table(const char *text);

#endif
