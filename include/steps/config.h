/* config.h - option-file changes of steps 1 and 10: which settings a server needs, and where they have to be written. */
#ifndef DUALSERVER_STEPS_CONFIG_H
#define DUALSERVER_STEPS_CONFIG_H

#include "plan/change.h"
#include "plan/facts.h"

struct wanted {
    const char *key;    /* as written in the file: "log-bin" */
    const char *value;  /* NULL: a bare option */
    const char *why;    /* one phrase */
    const char *unless; /* already so when the file's value is this too; NULL: only `value` counts */
    bool gone;          /* every line that sets it is taken away instead */
};

/* Adds one CHANGE_FILE for each file that needs an edit. A setting that some file makes already is changed in the line that
 * wins; a new one goes where it wins. Then, if anything changes, the server's own check of its option files, which
 * puts the files back when the server refuses them. Pure. */
int config_plan(const struct server_facts *server, const struct wanted *wanted, size_t count, struct plan *plan,
                struct err *err);
/* The content the file will have after the changes planned so far; NULL: not changed by the plan. Borrowed. */
const char *config_planned_text(const struct plan *plan, enum side side, const char *path);
/* Writes back what the files held before the given step edited them, where they hold our text now; their backups go then. */
int config_put_back(struct world *world, enum side side, struct err *err);

#endif
