/* start.h - the lines of the start page. */
#ifndef DUALSERVER_UI_START_H
#define DUALSERVER_UI_START_H

#include "ui/screen.h"

enum { START_MOST = 16 };

struct start_item {
    int key;
    const char *label, *text;
    struct intent intent;
};

/* How many there are now. */
size_t start_items(const struct state *state, struct start_item items[START_MOST]);
void start_home(struct state *state); /* the cursor goes to what is most likely wanted */

#endif
