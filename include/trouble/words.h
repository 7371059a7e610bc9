/* words.h - what `troubleshoot` says to a person and asks: the same on standard output and on a page of the wizard (care/words.h).
 * All of the text is lines, appended; pure but for the one that asks.
 */
#ifndef DUALSERVER_TROUBLE_WORDS_H
#define DUALSERVER_TROUBLE_WORDS_H

#include "trouble/troubleshoot.h"

/* What was found. fix: what stands before a fix's id, as a command; first: what is said to do before all, NULL: nothing. */
struct diagnosis_words {
    const char *fix, *first, *anew; /* anew: what makes a table or the slave anew */
    const char *table;             /* what follows it where a table is enough */
    bool seen_last;                /* what shows it may be long: it comes below what it means */
};
void diagnosis_render(const struct diagnosis *diagnosis, const struct diagnosis_words *words, struct buf *to);
/* All changes and notes of a fix. */
void fix_plan_render(const struct plan *plan, struct buf *to);

/* Shall the fix be done? As care_ask(); what takes something away from the slave wants the slave's host typed. */
int fix_agree(struct trouble *trouble, const struct fix *fix, const struct plan *plan, struct err *err);

#endif
