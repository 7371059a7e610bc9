/* billing_read.h - what billing.ini on the master says of the reports' server: the five lines of the how-to, nothing else. */
#ifndef DUALSERVER_CARE_BILLING_READ_H
#define DUALSERVER_CARE_BILLING_READ_H

#include <stdbool.h>
#include <stddef.h>
#include "base/secret.h"

struct billing_read {
    bool seen;           /* the file could be read */
    bool use_slave;      /* $use_slave_db = 1 */
    char *host, *user, *name; /* NULL: not set, or empty */
    struct secret *password;
};

/* Assignments of the form `$name = value;`, the last one counts; values in either quotes or bare. Pure. */
void billing_read(struct billing_read *billing, const char *text, size_t len);
void billing_read_free(struct billing_read *billing);

#endif
