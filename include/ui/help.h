/* help.h - the help texts of assets/help/help.txt, built into the program. */
#ifndef DUALSERVER_UI_HELP_H
#define DUALSERVER_UI_HELP_H

#include <stddef.h>

struct help {
    const char *id;    /* a step's or check's id, or "page-hosts" */
    const char *title;
    const char *text;
};

extern const struct help help_texts[];
extern const size_t help_count;

const struct help *help_find(const char *id); /* NULL: there is none */
const char *help_step_id(int step);           /* 1..14 */

#endif
