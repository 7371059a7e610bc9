/* doubt.h - the tables of a pair of which the slave may lack something since a change was skipped: kept in the state folder
 * until their checksums agree. One file a slave, STATE/doubts/HOST.DATABASE, a line a table: "TABLE<tab>WHEN<tab>WHY".
 */
#ifndef DUALSERVER_CARE_DOUBT_H
#define DUALSERVER_CARE_DOUBT_H

#include "plan/answers.h"

#define DOUBT_ALL "*" /* as a table: any of them */

/* table: its name in the database, or DOUBT_ALL. One that is there already stays. */
int doubt_add(const char *state_dir, const struct answers *answers, const char *table, const char *why, struct err *err);
/* The tables, each once; none when there is no file. */
void doubt_read(const char *state_dir, const struct answers *answers, struct strings *tables);
/* They agree again. */
int doubt_clear(const char *state_dir, const struct answers *answers, struct err *err);
int doubt_clear_table(const char *state_dir, const struct answers *answers, const char *table, struct err *err);

#endif
