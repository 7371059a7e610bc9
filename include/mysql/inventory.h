/* inventory.h - what a database holds: its tables with engine, size and way of carrying, and its other objects. */
#ifndef DUALSERVER_MYSQL_INVENTORY_H
#define DUALSERVER_MYSQL_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mysql/db.h"
#include "mysql/series.h"

/* How a table travels. */
enum carry {
    CARRY_FILES,    /* its files are a table by themselves: MyISAM, Aria */
    CARRY_SDI,      /* the same on servers with a dictionary: MyISAM by IMPORT TABLE from its .sdi file (MySQL 8) */
    CARRY_IMPORT,   /* InnoDB file-per-table: CREATE, DISCARD, .ibd and .cfg, IMPORT; a partitioned one at once, or partition
                       by partition, each imported as a table and exchanged in (reproduced on MariaDB 10.11) */
    CARRY_ROWS,     /* as rows, from a dump made in the same consistent state */
    CARRY_DEFINITION, /* nothing but its definition: MEMORY, BLACKHOLE, and MERGE */
};
const char *carry_name(enum carry carry);
bool carry_as_files(enum carry carry); /* the table's own files are taken, whatever is done with them then */

struct table {
    char *name;
    char *file;        /* name as a file's */
    char *engine;      /* "InnoDB", "MyISAM", "Aria", ... */
    char *row_format, *collation;
    uint64_t rows;     /* the engine's estimate for InnoDB */
    uint64_t bytes;    /* data and indexes; real file sizes when known */
    bool partitioned, fulltext, primary_key, encrypted;
    char *parent_outside; /* "crm.accounts": a foreign key leads to a table of another database; NULL */
    bool instant;      /* MySQL 8: rows of several versions, since columns were added or dropped without a rebuild */
    bool wants_key;    /* its definition asks for encryption; encrypted also where the server does that to all */
    bool temporal;     /* system-versioned: a dump of its rows leaves their history behind */
    bool compressed;   /* page by page (PAGE_COMPRESSED, COMPRESSION); ROW_FORMAT=COMPRESSED is row_format */
    bool own_tablespace; /* InnoDB: in its own .ibd inside the database's folder */
    bool data_directory; /* lies outside the database's folder */
    bool subpartitioned;
    struct strings partitions, partition_files; /* of a partitioned InnoDB table: names, and names as files: "t#P#p0" */
    enum carry natural; /* what inventory_choose() found best for this pair of servers */
    enum carry carry;   /* how it travels: the same, or what the way of copying makes of it */
    const char *because; /* one phrase for the plan when carry is not what the engine usually gets; NULL */
};

enum object_kind { OBJECT_VIEW, OBJECT_TRIGGER, OBJECT_PROCEDURE, OBJECT_FUNCTION, OBJECT_EVENT, OBJECT_SEQUENCE,
                   OBJECT_PACKAGE, OBJECT_PACKAGE_BODY }; /* the last three: MariaDB only */
struct object {
    enum object_kind kind;
    char *name;
    char *definer;     /* "user@host" */
};

struct inventory {
    char *database, *folder;     /* its name, and the same as a folder's */
    char *charset, *collation;   /* the database's defaults */
    struct table *tables;
    size_t table_count;
    struct object *objects;
    size_t object_count;
    uint64_t bytes;
};

int inventory_read(struct db *db, const char *database, struct inventory *inventory, struct err *err);
/* Fills carry and because of every table, for this pair of servers. import_table: the slave's secure_file_priv leaves a
 * place from which IMPORT TABLE may read. Pure. */
void inventory_choose(struct inventory *inventory, struct server_kind master, struct server_kind slave,
                      bool import_table);
const struct table *inventory_table(const struct inventory *inventory, const char *name);
/* The tablespaces of an InnoDB table, as file names without suffix: itself, or one for each partition. Borrowed. */
size_t table_pieces(const struct table *table);
const char *table_piece(const struct table *table, size_t piece);
void inventory_free(struct inventory *inventory);

/* Definitions, ready to be executed on another server, in an order that works: sequences (with a statement that sets their
 * value), tables, routines, views (each after those it names), triggers (in the order in which they fire), events (disabled
 * on the slave). Tables are executed with foreign_key_checks off and never get another engine than their own. */
struct definition {
    enum { DEFINE_TABLE, DEFINE_VIEW, DEFINE_ROUTINE, DEFINE_TRIGGER, DEFINE_EVENT } kind;
    char *name;
    char *sql_mode, *charset, *connection_collation, *time_zone; /* the session it wants; NULL: any */
    char *sql;   /* bytes in `charset` (NULL: utf8mb4) */
    char *own;   /* of an event: as it is on its own server, enabled perhaps; NULL: the same */
};
struct definitions {
    struct definition *items;
    size_t count;
};
int definitions_read(struct db *db, const struct inventory *inventory, struct definitions *definitions, struct err *err);
/* Executes one on the slave, with its session settings, and puts the session's back; `database` stays the default. */
int definition_execute(struct db *db, const char *database, const struct definition *definition, struct err *err);
/* CREATE ... EVENT with its status replaced by DISABLE ON SLAVE. Pure; the caller frees; NULL when it cannot be read. */
char *definition_disable_event(const char *create);
/* What makes a table's FULLTEXT indexes anew after an import has lost them, for ALTER TABLE; false: it has none. The table is
 * rebuilt (ALGORITHM = COPY): dropping and adding in place answers 1817, or ends the server (MariaDB 10.11, both reproduced). */
bool definition_fulltext_again(const char *create, struct buf *to);
/* CREATE TRIGGER, put together from a row of SHOW TRIGGERS. Pure; the caller frees. */
char *definition_of_trigger(const struct rows *rows, size_t row);
/* CREATE TABLE without DATA DIRECTORY, INDEX DIRECTORY and TABLESPACE, which name places of the master's (and for ARCHIVE,
 * which takes no rows below it, without AUTO_INCREMENT). Pure; the caller frees. */
char *definition_placed_here(const char *create);
/* Does CREATE TABLE name a DATA or INDEX DIRECTORY, of the table or of a partition? Pure. */
bool definition_lies_elsewhere(const char *create);
/* The first table of another database that a foreign key refers to: "crm.accounts". Pure; the caller frees; NULL: none. */
char *definition_parent_outside(const char *create);
void definitions_free(struct definitions *definitions);

#endif
