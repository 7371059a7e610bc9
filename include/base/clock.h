/* clock.h - time. */
#ifndef DUALSERVER_BASE_CLOCK_H
#define DUALSERVER_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t clock_ms(void);                        /* monotonic milliseconds: for intervals and time-outs */
void clock_stamp(char *text, size_t size);      /* "20261122-184501", UTC: for names */
void clock_iso(char *text, size_t size);        /* "2026-11-22T18:45:01Z": for journals and reports */

#endif
