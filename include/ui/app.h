/* app.h - the wizard without a terminal: keys in, a canvas out. loop.c joins it to curses, the tests drive it directly.
 *
 *     app_init(&app, &answers, &engine, &options, err)
 *     app_open_start(&app, ...) for the start page; else it opens with the form
 *     app_take(&app)           whatever the engine's thread has sent, when bridge_fd(app.bridge) is readable
 *     app_key(&app, key)       app.leave is set when the wizard is to end
 *     app_draw(&app, &canvas)
 *     app_end(&app, err)       waits for the engine; the exit code
 */
#ifndef DUALSERVER_UI_APP_H
#define DUALSERVER_UI_APP_H

#include "ui/bridge.h"
#include "ui/dialog.h"
#include "ui/screen.h"
#include "ui/wizard.h"

enum purpose { PURPOSE_HELP, PURPOSE_QUIT, PURPOSE_CANCEL, PURPOSE_QUESTION, PURPOSE_METHOD, PURPOSE_WAITS, PURPOSE_OFFER };

struct app {
    struct answers answers;       /* the copy that the form edits */
    struct model model;
    struct state state;
    char *state_dir;              /* NULL: none is known, and no report's path is shown */
    struct answers pair;          /* the copy that the commands after set-up use */
    struct bridge *bridge;        /* NULL in tests that only draw */
    struct bridge *care_bridge;   /* of those commands; NULL likewise, and without a start page */
    const struct bridge_engine *engine; /* NULL likewise */
    struct dialog dialog;
    enum purpose purpose;         /* of the dialog that is open */
    struct bridge_item *question; /* waits for its answer */
    struct bridge *asking;        /* ... at this one */
    bool leave, leave_when_done;
    bool away;                    /* the live screen is to be shown instead */
};

int app_init(struct app *app, const struct answers *answers, const struct bridge_engine *engine, const char *state_dir,
             struct err *err);
/* Shows the start page; care: the engine of the commands after set-up (ui/care.h), NULL in tests that only draw. */
int app_open_start(struct app *app, const struct bridge_engine *care, struct err *err);
/* Back from the live screen, with the action that was called for there; NULL: none, the start page comes. */
void app_care_from_monitor(struct app *app, const struct care_action *action);
void app_take(struct app *app);
void app_key(struct app *app, int key);
/* A run was begun earlier and waits for something: tells of it, and asks what becomes of it. Takes the past over. */
void app_waits(struct app *app, struct past *past);
void app_draw(struct app *app, struct canvas *canvas);
/* signal: what ended the wizard; 0: the person did. */
int app_end(struct app *app, int signal, struct err *err);

/* Smaller than this only a message is drawn. */
#define APP_ROWS 24
#define APP_COLS 80
bool app_too_small(struct canvas *canvas); /* true: it is, and that is drawn */

#endif
