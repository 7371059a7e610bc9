/* judge.h - from what was seen to findings. Pure; the table of what is judged is in judge.c. */
#ifndef DUALSERVER_CARE_JUDGE_H
#define DUALSERVER_CARE_JUDGE_H

#include "care/check.h"
#include "care/sight.h"

void check_judge(struct check_report *report, const struct sight *sight);

/* One finding more; its text is made printable. */
void check_find(struct check_report *report, const char *id, enum care_verdict severity, const char *fix, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A number for performance data: "disk_master=41%;90;95". value NULL: not known. unit, warning, critical: "" where there is none.
 * The label is borrowed for ever. */
void check_measure(struct check_report *report, const char *label, const char *value, const char *unit, const char *warning,
                   const char *critical);

/* Its parts, by file; each adds what it finds. */
void judge_settings(struct check_report *report, const struct sight *sight);
void judge_drift(struct check_report *report, const struct sight *sight);
void judge_accounts(struct check_report *report, const struct sight *sight);
void judge_disks(struct check_report *report, const struct sight *sight);
void judge_logs(struct check_report *report, const struct sight *sight);
void judge_expiry(struct check_report *report, const struct sight *sight);

#endif
