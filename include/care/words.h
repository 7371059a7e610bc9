/* words.h - what the commands after set-up say to a person, and what they ask: the same on standard output and on a page of the
 * wizard. All of the text is lines, appended; pure but for the two that ask.
 */
#ifndef DUALSERVER_CARE_WORDS_H
#define DUALSERVER_CARE_WORDS_H

#include "care/billing.h"
#include "care/check.h"
#include "care/maintain.h"

/* The findings with what is to be done, then the slave's status. */
void check_report_render(const struct check_report *report, struct buf *to);

/* What was tried; with `failed_only` without what went well. */
void billing_trial_render(const struct billing_trial *trial, bool failed_only, struct buf *to);
/* Where it stands; the lines to paste, where the answers name no file. done: it was carried out; else the plan was empty. */
void billing_outcome_render(const struct billing *billing, bool done, struct buf *to);
void billing_paste_render(const struct billing *billing, struct buf *to);
void maintain_outcome_render(const struct maintain *maintain, struct buf *to);

/* Asks at the world's port. 0: it is wanted; ERR_REFUSED with the text `refused`: it is not. */
int care_ask(const struct world *world, const struct question *question, const char *refused, struct err *err);
/* Are so many changes wanted? As care_ask(); nothing was done yet. */
int care_agree(struct care *care, size_t changes, struct err *err);

#endif
