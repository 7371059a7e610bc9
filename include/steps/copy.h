/* copy.h - the copy of the database's files: its layout in a run's folder, on the master and as it arrives on the slave.
 *
 *     RUN/copy/files/      becomes the database's folder: db.opt and the files of MyISAM and Aria tables
 *     RUN/copy/import/     FILE.ibd and FILE.cfg of InnoDB tables, for IMPORT TABLESPACE; FILE.MYD, FILE.MYI and .sdi files
 *                          of MyISAM tables, for IMPORT TABLE
 *     RUN/copy/rows/N.sql  rows of the tables that cannot be adopted as files; N is the table's place in the inventory
 *     RUN/incoming/        the same, on the slave
 */
#ifndef DUALSERVER_STEPS_COPY_H
#define DUALSERVER_STEPS_COPY_H

#include "mysql/inventory.h"
#include "plan/world.h"

size_t copy_count(const struct inventory *inventory, enum carry carry);
/* Bytes of the tables that travel so. */
uint64_t copy_bytes(const struct inventory *inventory, enum carry carry);
/* "8 tables (MyISAM, Aria)": for the plan. Appends. */
void copy_describe(const struct inventory *inventory, enum carry carry, struct buf *to);

/* The table's file names, each followed by a NUL, for `xargs -0`. */
void copy_file_names(const struct inventory *inventory, enum carry carry, struct buf *to);

/* The tables are those of the plan, or the plan is out of date: ERR_WORLD. */
int copy_same_tables(struct world *world, struct db *db, struct err *err);

/* Makes the run's folder on the master and writes the lists of files into it, RUN/{files,import,cfg}.list. */
int copy_write_lists(struct world *world, struct err *err);
/* The .cfg files, which exist only while FLUSH TABLES ... FOR EXPORT is held. */
int copy_cfg_files(struct world *world, struct err *err);
/* The table files, while mysqld is stopped: all, or what has changed since warm_copy(). One script, because every round trip
 * is downtime; it overwrites what an earlier try left. Appends the index of binary logs as it is now. */
#define COPY_SILENCE_MS (60 * 60 * 1000u) /* cp says nothing while it works */
int copy_take(struct world *world, struct buf *index, struct err *err);

/* Keeps the names of the binary logs that an index file lists; cuts the text up. */
void copy_note_binlogs(struct world *world, char *index);

/* Rows of one table into RUN/copy/rows/ by the server's own dump tool; back into the slave's table by its client. */
int copy_dump_rows(struct world *world, size_t table, struct err *err);
int copy_load_rows(struct world *world, size_t table, struct err *err);

#endif
