/* journal.h - what a run meant to do and did, on disk before it is done.
 *
 * One JSON object a line in STATE/runs/RUN/journal, mode 0600, appended and fsynced: {"t":ISO,"kind":"begin|intent|done|
 * failed|...", ...}. An intent carries what undo needs (path, digests of before and after, how it is taken
 * back; the old content is in the dated backup PATH.RUN.bak beside the file). A torn last line
 * is tolerated by readers (engine/past.h), and journal_open() ends it. Secrets never enter: texts are the masked ones of the plan.
 */
#ifndef DUALSERVER_ENGINE_JOURNAL_H
#define DUALSERVER_ENGINE_JOURNAL_H

#include "plan/change.h"
#include "plan/world.h"

struct journal;

struct journal *journal_open(const char *folder, struct err *err); /* makes the folder, 0700 */
/* Run, hosts, identities, answers, and the digest of the plan's changes. */
int journal_begin(struct journal *journal, const struct world *world, const char *plan_sha256, struct err *err);
int journal_mark(struct journal *journal, const char *kind, struct err *err); /* resume, discard, discarded, undo, undone, accepting, accepted */
/* What was done is to be done again, because the data is taken or sent anew. */
int journal_again(struct journal *journal, size_t index, struct err *err);
int journal_taken_back(struct journal *journal, size_t index, struct err *err);
int journal_intent(struct journal *journal, const struct change *change, size_t index, struct err *err);
int journal_done(struct journal *journal, const struct change *change, size_t index, struct err *err);
int journal_failed(struct journal *journal, const struct change *change, size_t index, const struct err *why,
                   struct err *err);
int journal_step(struct journal *journal, int step, const char *id, const char *state, struct err *err);
int journal_learnt(struct journal *journal, const char *name, const char *value, struct err *err); /* coordinates, ... */
/* nothing_left: it failed, and all that it had changed was taken back. */
int journal_end(struct journal *journal, bool ok, bool nothing_left, const char *verdict, struct err *err);
void journal_close(struct journal *journal);

#endif
