/* words.h - what the commands after set-up say to a person, and what they ask: the same on standard output and on a page of the
 * wizard. All of the text is lines, appended; pure but for the two that ask.
 */
#ifndef DUALSERVER_CARE_WORDS_H
#define DUALSERVER_CARE_WORDS_H

#include "care/billing.h"
#include "care/check.h"
#include "care/maintain.h"
#include "care/troubleshoot.h"

/* The findings with what is to be done, then the slave's status. */
void check_report_render(const struct check_report *report, struct buf *to);

/* What was tried; with `failed_only` without what went well. */
void billing_trial_render(const struct billing_trial *trial, bool failed_only, struct buf *to);
/* Where it stands; the lines to paste, where the answers name no file. done: it was carried out; else the plan was empty. */
void billing_outcome_render(const struct billing *billing, bool done, struct buf *to);
void billing_paste_render(const struct billing *billing, struct buf *to);
void maintain_outcome_render(const struct maintain *maintain, struct buf *to);

/* What was found. fix: what stands before a fix's id, as a command; first: what is said to do before all, NULL: nothing. */
struct diagnosis_words {
    const char *fix, *first, *anew; /* anew: what makes a table or the slave anew */
    const char *table;             /* what follows it where a table is enough */
    bool seen_last;                /* what shows it may be long: it comes below what it means */
};
void diagnosis_render(const struct diagnosis *diagnosis, const struct diagnosis_words *words, struct buf *to);
/* All changes and notes of a fix. */
void fix_plan_render(const struct plan *plan, struct buf *to);

/* Asks at the pair's port. 0: it is wanted; ERR_REFUSED: it is not, and nothing was done. */
int care_agree(struct care *care, size_t changes, struct err *err);
/* The same for a fix: what takes something away from the slave wants the slave's host typed. */
int fix_agree(struct trouble *trouble, const struct fix *fix, const struct plan *plan, struct err *err);

#endif
