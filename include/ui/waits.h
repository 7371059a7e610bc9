/* waits.h - what the wizard says of a run that was begun earlier, and of the old data that a proven one has kept. Pure. */
#ifndef DUALSERVER_UI_WAITS_H
#define DUALSERVER_UI_WAITS_H

#include "ui/dialog.h"
#include "ui/screen.h"

/* Opens the dialog that tells of state->past and offers what can be done with it. */
void waits_ask(const struct state *state, struct dialog *dialog);
enum job waits_job(const struct state *state, size_t at); /* the choice of that number; JOB_NONE: it is left as it is */
/* The answers that the run was begun with; the caller frees them when 0 is returned. */
int waits_answers(const struct past *past, struct answers *answers, struct err *err);
/* Titles and texts of what is asked while a job is under way; `ended`: its result is there already. */
const char *waits_title(enum job job, bool ended);
const char *waits_cancel_text(enum job job, bool ended);

#endif
