/* line.h - how fast the way from one host through this program to the other is. */
#ifndef DUALSERVER_SHIP_LINE_H
#define DUALSERVER_SHIP_LINE_H

#include <stdint.h>
#include "host/host.h"

/* Reads 24 MiB from `from`, then writes 24 MiB to `to`, encrypted as the ship will be: the slower leg's second best 4 MiB. */
int line_rate(struct host *from, struct host *to, uint64_t *bytes_per_second, struct err *err);

#endif
