/* alike_room.h - what the comparison of definitions and its reading share. */
#ifndef DUALSERVER_CARE_ALIKE_ROOM_H
#define DUALSERVER_CARE_ALIKE_ROOM_H

#include "care/alike.h"

/* All that the definitions of a database say. texts: those of objects too, and columns to the letter. */
int alike_read(struct db *db, const char *database, bool texts, struct parts *parts, struct err *err);
void parts_free(struct parts *parts);

#endif
