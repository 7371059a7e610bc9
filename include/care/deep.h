/* deep.h - the part of a check that writes: canaries with and without a default database; and every table compared. */
#ifndef DUALSERVER_CARE_DEEP_H
#define DUALSERVER_CARE_DEEP_H

#include "care/check.h"

/* After the look. What cannot be tried, as the SQL thread does not run, is a finding; -1 only when it was cancelled. */
int care_deep(struct care *care, struct check_report *report, struct err *err);

#endif
