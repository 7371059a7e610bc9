/* troubleshoot.h - what is wrong with a pair, what it means, what is safe, and the fixes that it offers.
 *
 *     struct trouble trouble;
 *     struct diagnosis diagnosis;
 *     troubleshoot_diagnose(&trouble, &diagnosis);              after trouble_look(); pure
 *     const struct fix *fix = diagnosis_fix(&diagnosis, "skip", &finding);      NULL: not offered by what was found
 *     fix->plan(&trouble, &plan, err);
 *     fix_apply(fix, symptom, &trouble, &plan, state_dir, err);  carries it out, and looks whether the symptom is gone
 *     diagnosis_free(&diagnosis);
 *
 * Symptoms and fixes are tables (src/trouble/symptoms.c, src/trouble/fixes.c).
 */
#ifndef DUALSERVER_TROUBLE_TROUBLESHOOT_H
#define DUALSERVER_TROUBLE_TROUBLESHOOT_H

#include "care/check.h"
#include "trouble/trouble.h"
#include "plan/change.h"

enum { FIXES_MOST = 4 };

/* What would make it right for certain: the table, or the whole slave, anew. */
enum anew { ANEW_NO, ANEW_TABLE, ANEW_ALL };

struct symptom {
    const char *id, *title;
    bool (*seen)(const struct trouble *trouble, struct buf *evidence); /* pure; evidence: what shows it */
    const char *means, *safe;      /* what it means; what is safe to do */
    const char *fixes[FIXES_MOST]; /* ids, the best first */
    enum care_verdict severity;
    enum anew anew;
};
extern const struct symptom symptoms[];
extern const size_t symptom_count;

struct fix {
    const char *id, *title;
    /* Reads only. What takes something away from the slave is a change that destroys: it wants the slave's host typed. */
    int (*plan)(struct trouble *trouble, struct plan *plan, struct err *err);
    bool (*possible)(const struct trouble *trouble); /* NULL: wherever a symptom names it */
    bool doubtful;                 /* afterwards the slave may lack something */
    int (*done)(struct trouble *trouble, struct err *err); /* instead of waiting for replication; NULL: that */
};
extern const struct fix fixes[];
extern const size_t fix_count;

struct diagnosed {
    const struct symptom *symptom;
    char *evidence;                /* printable; may be lines */
    const struct fix *fixes[FIXES_MOST];
    size_t fix_count;
};

struct diagnosis {
    struct diagnosed *found;       /* in the order in which they should be dealt with */
    size_t count;
    bool sick;                     /* reports should go back to the master first */
};

void troubleshoot_diagnose(const struct trouble *trouble, struct diagnosis *diagnosis);
/* By the id, of the first finding that offers it. "kill-123" is `kill` of thread 123: *number; 0 without one. */
const struct fix *diagnosis_fix(const struct diagnosis *diagnosis, const char *id, const struct symptom **symptom, uint64_t *number);
void diagnosis_free(struct diagnosis *diagnosis);

/* fix_apply(): 0 means that the symptom is gone. */
int fix_apply(const struct fix *fix, const struct symptom *symptom, struct trouble *trouble, struct plan *plan, const char *state_dir,
              struct err *err);
#endif
