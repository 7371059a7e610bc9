/* ask.h - a question of the engine's thread as a dialog, and the dialog's end as its answer. */
#ifndef DUALSERVER_UI_ASK_H
#define DUALSERVER_UI_ASK_H

#include "ui/bridge.h"
#include "ui/dialog.h"

/* yes_no: the title of one that is answered with yes or no. */
void ask_open(struct dialog *dialog, const struct question *question, const char *yes_no);
void ask_answer(struct bridge *bridge, const struct dialog *dialog, enum dialog_end end);

#endif
