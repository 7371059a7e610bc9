/* wizard.h - the screens: Start with the commands after set-up and the live screen; Hosts, Checks, Plan, Run, Result of a set-up.
 *
 *     struct wizard_options options = { .state_dir = dir, .color = true, .mouse = true };
 *     return wizard_run(&answers, &options, &err);
 *
 * Takes the terminal over for the time of the call and gives it back on every way out, also when memory is exhausted
 * (it installs the handler), while it is stopped by ^Z, and on SIGTERM, SIGQUIT, SIGHUP and when the terminal is gone, which
 * first let the engine end safely. When a run waits for something in the state folder, it says so as it opens.
 */
#ifndef DUALSERVER_UI_WIZARD_H
#define DUALSERVER_UI_WIZARD_H

#include <stdbool.h>
#include "base/err.h"
#include "plan/answers.h"

enum wizard_first { FIRST_FORM, FIRST_START, FIRST_MONITOR };

struct wizard_options {
    enum wizard_first first; /* what it opens with: the form of a set-up, the start page, the live screen of the answers' pair */
    const char *state_dir; /* as for engine_new(); NULL: engine_state_dir() */
    bool ascii;            /* no line drawing, no bullets: 7-bit only (also chosen when the locale is not UTF-8) */
    bool color;            /* --color, NO_COLOR and TERM are main's to weigh; a terminal without colours gets none */
    bool mouse;
};

/* True when standard input and output are a terminal of at least 80x24; else err says so and names `setup`. */
bool wizard_possible(struct err *err);
/* The same for any screens: `what` needs the terminal, the command `instead` does without. */
bool terminal_possible(const char *what, const char *instead, struct err *err);

/* Edits a copy of the answers. Returns the exit code of CONTRACT; err says why when it is not 0. */
int wizard_run(const struct answers *answers, const struct wizard_options *options, struct err *err);

#endif
