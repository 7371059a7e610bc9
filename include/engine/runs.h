/* runs.h - the runs that the state folder knows of: STATE/runs/RUN, named so that their order is that of time. */
#ifndef DUALSERVER_ENGINE_RUNS_H
#define DUALSERVER_ENGINE_RUNS_H

#include "engine/past.h"
#include "plan/answers.h"

/* The run of that name; NULL: the last one on which there is still something to say (neither accepted nor undone nor untouched).
 * ERR_USAGE when there is none. */
int runs_find(const char *state_dir, const char *run, struct past *past, struct err *err);
/* The last run between these two hosts that is not finished: true, and *past is filled. */
bool runs_unfinished(const char *state_dir, const struct answers *answers, struct past *past);
/* What a run has begun on this pair is finished or taken back before anything else is done there: starting over would lose what undo needs.
 * ERR_REFUSED when there is one, with the run and the command that goes on. */
int runs_refuse_unfinished(const char *state_dir, const struct answers *answers, struct err *err);
/* The last run that made this pair (proven or accepted; answers NULL: any pair): true, and *past is filled. */
bool runs_made(const char *state_dir, const struct answers *answers, struct past *past);
/* The answers of the last run that made a pair (proven or accepted): what the commands after set-up are about when no answers are given.
 * ERR_USAGE when there is none. */
int runs_pair(const char *state_dir, struct answers *answers, struct err *err);
/* The answers (texts) of the runs that made a pair of this master with another slave: the newest of each slave. Appends. */
void runs_other_slaves(const char *state_dir, const struct answers *answers, struct strings *texts);
/* A run begun later on the same pair, not undone; its name is the caller's. NULL: none. */
char *runs_later(const char *state_dir, const struct past *past);
/* A run begun later on the same master for another slave, which needs what this one has made of the master: its name, the caller's; the
 * last one. *for_good: none of them can be taken back any more. NULL: none. */
char *runs_of_same_master(const char *state_dir, const struct past *past, bool *for_good);
/* Where things stand, and which command goes on. Lines for a person; appends. */
void past_describe(const struct past *past, struct buf *to);
const char *past_state_word(enum past_state state);  /* "unfinished": also in JSON */
const char *past_next(enum past_state state);        /* "resume or undo": commands; "" when nothing is left */

#endif
