/* check.h - is replication right? What a look at both servers finds, judged.
 *
 *     const struct check_wish wish = { .state_dir = dir, .deep = false };
 *     struct check_report report;
 *     care_check(&care, &wish, &report, err)   -1 only when it was cancelled; what could not be seen is a finding
 *     check_report_line(&report, &line)        "DUALSERVER OK - ... | delay=0s;60;300 ..." (monitoring plugin, Nagios guidelines)
 *     check_report_free(&report)
 *
 * Without `deep` nothing is written anywhere. With it canary tables are made and dropped again in the database, and every table is
 * compared (care/compare.h).
 */
#ifndef DUALSERVER_CARE_CHECK_H
#define DUALSERVER_CARE_CHECK_H

#include "care/care.h"

/* In the order of a plugin's exit codes. */
enum care_verdict { CARE_OK, CARE_WARNING, CARE_CRITICAL, CARE_UNKNOWN };

enum { CHECK_DELAY_WARNING_S = 60, CHECK_DELAY_CRITICAL_S = 300 };

struct check_wish {
    const char *state_dir; /* where the run that made the pair is looked for; NULL: nowhere */
    bool deep;
};

struct finding {
    const char *id;      /* "io-thread": fixed words, for scripts */
    enum care_verdict severity;
    char *text, *fix;    /* owned; printable; fix "" where nothing is to be done */
};

struct measure {
    const char *label;   /* "lag" */
    char *text;          /* "0.01s;60;300", or "U": not known */
};

struct check_report {
    enum care_verdict verdict;        /* the worst finding's; unknown only when nothing worse was seen */
    char *io_running, *sql_running;   /* as the server says: "Yes", "No", "Connecting"; "" when it was not seen */
    long long seconds_behind;         /* -1: NULL, or not seen */
    long long lag_ms;                 /* measured; -1: not measured */
    struct finding *findings;
    size_t count;
    struct measure *measures;
    size_t measure_count;
    char *status;                     /* the slave's status in the how-to's form; NULL: not seen */
};

/* Further slaves of the answers are checked after the first; their findings begin with their section: "[slave NAME] ...". */
int care_check(struct care *care, const struct check_wish *wish, struct check_report *report, struct err *err);
const char *care_verdict_word(enum care_verdict verdict); /* "ok", "warning", "critical", "unknown" */
void check_report_init(struct check_report *report);
/* One of what could not even be begun: verdict unknown, with this error as its only finding. */
void check_report_unknown(struct check_report *report, const struct err *err);
void check_report_line(const struct check_report *report, struct buf *to);
void check_report_free(struct check_report *report);

#endif
