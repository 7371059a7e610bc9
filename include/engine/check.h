/* check.h - the preflight checks: a table; each looks at facts and answers only, and says why it matters and what to do. */
#ifndef DUALSERVER_ENGINE_CHECK_H
#define DUALSERVER_ENGINE_CHECK_H

#include <stddef.h>
#include "plan/facts.h"

struct check {
    const char *id;      /* "disk-slave" */
    const char *title;   /* "room for the copy on the slave" */
    /* Appends one line about what was found. */
    enum check_verdict (*test)(const struct facts *facts, const struct answers *answers, struct buf *text);
    const char *why;     /* what would go wrong */
    const char *fix;     /* what to do */
};

extern const struct check checks[];
extern const size_t check_count;

#endif
