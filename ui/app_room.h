/* app_room.h - what the files of the app share: app.c (a set-up, dialogs), app_care.c (the start page and the commands after set-up). */
#ifndef DUALSERVER_UI_APP_ROOM_H
#define DUALSERVER_UI_APP_ROOM_H

#include "ui/app.h"

void app_ask(struct app *app, enum purpose purpose, enum dialog_kind kind, const char *title, const char *text, const char *expected);
/* Through their text; lines are those of the other file. */
int app_copy_answers(struct answers *to, const struct answers *from, struct err *err);
/* Reads again which run waits; NULL: the last one that does. */
void app_see_what_waits(struct app *app, const char *run);

bool app_care_intent(struct app *app, const struct intent *intent); /* false: it is none of care */
void app_care_take(struct app *app, const struct bridge_item *item); /* not a question */
void app_care_choose(struct app *app, size_t at);
void app_care_stop(struct app *app);
void app_care_take_pair(struct app *app); /* the form's */
void app_care_free(struct app *app);

#endif
