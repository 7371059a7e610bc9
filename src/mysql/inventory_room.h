/* inventory_room.h - the parts of inventory_read(), inside this room. */
#ifndef DUALSERVER_MYSQL_INVENTORY_ROOM_H
#define DUALSERVER_MYSQL_INVENTORY_ROOM_H

#include "mysql/inventory.h"

struct table *inventory_find(struct inventory *inventory, const char *name); /* NULL: there is none */
/* What InnoDB says about its tables: tablespaces, sizes, encryption, partitions. */
int inventory_read_innodb(struct db *db, struct inventory *inventory, struct err *err);
/* Database, tables and indexes, where there is no INFORMATION_SCHEMA. */
int inventory_read_shown(struct db *db, struct inventory *inventory, struct err *err);
int inventory_read_objects(struct db *db, struct inventory *inventory, struct err *err);

#endif
