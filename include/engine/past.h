/* past.h - what the journal says of a run: read again by resume, undo, accept and status.
 *
 *     struct past past;
 *     if (past_read(folder, &past, err) != 0) ...      folder: STATE/runs/RUN
 *     past_free(&past);
 *
 * Lines that cannot be read (a torn last one, or one that another disk fault spoilt) are counted and passed over: what they
 * would have said is then taken for not done. The journal is where one looks first; what is real is asked of the servers.
 */
#ifndef DUALSERVER_ENGINE_PAST_H
#define DUALSERVER_ENGINE_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "plan/event.h"

enum past_state {
    PAST_UNTOUCHED,  /* nothing was changed, or all of it was taken back when it failed */
    PAST_UNFINISHED, /* ended or broke off on its way: resume or undo */
    PAST_PROVEN,     /* done: accept or undo */
    PAST_UNDOING,    /* an undo broke off: undo again */
    PAST_UNDONE,
    PAST_ACCEPTING,  /* an accept broke off: accept again, for what undo needs may be gone */
    PAST_ACCEPTED,
};

struct past_change {
    int step;
    size_t index;
    enum side side;
    char *what, *path, *before_sha256, *after_sha256; /* path: of a file; before_sha256 NULL: there was none */
    bool done;       /* else it was meant to be done, and may have been in part */
    bool failed;     /* the last try ended with an error of its own */
    int error;       /* enum err_code of that */
    bool undone;
};

struct past_word {
    char *name, *value;
};

struct past {
    char *folder, *run, *began, *last; /* times as in the journal */
    char *answers;                     /* as used, an answers file */
    char *database;
    char *hosts[2], *machine_ids[2], *folders[2]; /* by enum side */
    char *plan_sha256;
    struct past_change *changes;       /* in the order in which they were first begun */
    size_t change_count;
    struct past_word *words;           /* what was learnt; the last of a name counts */
    size_t word_count;
    bool went_back;                    /* a resumed run was to do again what was done, from that index on */
    size_t again_from;
    int step;                          /* begun last, 1..14; 0: none */
    bool step_done;
    bool ended, ok, nothing_left, undoing, undone, accepting, accepted;
    bool discarding;                   /* a resume has begun to remove what the run had put onto the slave, and was broken off */
    char *verdict;                     /* of its last end */
    size_t spoilt;                     /* lines that could not be read */
};

int past_read(const char *folder, struct past *past, struct err *err);
/* The same from a text. Pure but for `folder`, which is copied. */
int past_parse(const char *folder, const char *text, size_t len, struct past *past, struct err *err);
enum past_state past_state(const struct past *past);
#define PAST_FIRST_SLAVE "first_slave" /* a word: host of the first of several slaves that were set up together; this run's is another */
const char *past_word(const struct past *past, const char *name); /* NULL: never learnt */
/* The record of the plan's change: same step, same words. NULL: never begun. */
const struct past_change *past_change(const struct past *past, int step, const char *what, const char *path);
/* No record of the plan's change with that index, but a later one was begun: its line is spoilt, and it was done. */
bool past_lost(const struct past *past, size_t index);
/* The proof has found tables that differ: the next resume takes the copy anew. */
bool past_differs(const struct past *past);
void past_free(struct past *past);

#endif
