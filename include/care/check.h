/* check.h - is replication right? What a look at both servers finds, judged.
 *
 *     struct check_report report;
 *     care_check(&care, &report, err)       -1 only when it was cancelled; what could not be seen is a finding
 *     check_report_line(&report, &line)     "DUALSERVER OK - ... | delay=0s;60;300 ..." (monitoring plugin, Nagios guidelines)
 *     check_report_free(&report)
 */
#ifndef DUALSERVER_CARE_CHECK_H
#define DUALSERVER_CARE_CHECK_H

#include "care/care.h"

/* In the order of a plugin's exit codes. */
enum care_verdict { CARE_OK, CARE_WARNING, CARE_CRITICAL, CARE_UNKNOWN };

enum { CHECK_DELAY_WARNING_S = 60, CHECK_DELAY_CRITICAL_S = 300 };

struct finding {
    const char *id;      /* "io-thread": fixed words, for scripts */
    enum care_verdict severity;
    char *text, *fix;    /* owned; printable; fix "" where nothing is to be done */
};

struct check_report {
    enum care_verdict verdict;        /* the worst finding's; unknown only when nothing worse was seen */
    char *io_running, *sql_running;   /* as the server says: "Yes", "No", "Connecting"; "" when it was not seen */
    long long seconds_behind;         /* -1: NULL, or not seen */
    struct finding *findings;
    size_t count;
    char *status;                     /* the slave's status in the how-to's form; NULL: not seen */
};

int care_check(struct care *care, struct check_report *report, struct err *err);
const char *care_verdict_word(enum care_verdict verdict); /* "ok", "warning", "critical", "unknown" */
void check_report_line(const struct check_report *report, struct buf *to);
void check_report_free(struct check_report *report);

#endif
