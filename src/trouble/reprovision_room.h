/* reprovision_room.h - what the look and the work share. */
#ifndef DUALSERVER_TROUBLE_REPROVISION_ROOM_H
#define DUALSERVER_TROUBLE_REPROVISION_ROOM_H

#include "trouble/reprovision.h"

/* The tables of the database on the master, the doubtful ones first. */
int reprovision_inventory(struct reprovision *job, struct inventory *inventory, struct err *err);
/* Compares the tables (NULL: all) and fills differ; also those that are written all the while. compared_count: how many. */
int reprovision_compare(struct reprovision *job, const struct strings *only, struct strings *differ, struct err *err);
/* It comes to everything: why. */
void reprovision_take_all(struct reprovision *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Are all of these tables ones that can be brought, and few enough? Else job->way is REPROVISION_ALL. */
int reprovision_weigh(struct reprovision *job, const struct strings *tables, bool leave_out, struct err *err);
/* What takes the symptom away before tables are carried; NULL: nothing any more. */
const struct fix *reprovision_fix(const struct reprovision *job, const struct symptom *symptom);
/* Compares the definitions of these tables (NULL: of everything), fills job->unlike, and adds tables to differ. */
int reprovision_compare_definitions(struct reprovision *job, const struct inventory *inventory, const struct strings *only,
                                    struct strings *differ, struct err *err);
/* Foreign keys hang on a table that is defined otherwise: its rows could be exchanged, it itself not. Then job->way is REPROVISION_ALL. */
int reprovision_weigh_definitions(struct reprovision *job, const struct strings *tables, struct err *err);
void reprovision_plan_definitions(struct reprovision *job);
/* Makes what no table carries with it. *made: how many things. */
int reprovision_make_definitions(struct reprovision *job, size_t *made, struct err *err);
bool strings_add_once(struct strings *list, const char *text); /* false: it was there */

#endif
