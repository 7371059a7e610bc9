/* dialog.h - a box over the page: something to read, a yes or no, a word to type, a password, one of several. */
#ifndef DUALSERVER_UI_DIALOG_H
#define DUALSERVER_UI_DIALOG_H

#include "ui/canvas.h"
#include "ui/widgets.h"

enum dialog_kind { DIALOG_NONE, DIALOG_READ, DIALOG_YES_NO, DIALOG_WORD, DIALOG_PASSWORD, DIALOG_CHOICE };

enum dialog_end { DIALOG_OPEN, DIALOG_YES, DIALOG_NO, DIALOG_LEFT }; /* LEFT: Esc */

struct dialog {
    enum dialog_kind kind;
    char *title, *text;
    char *expected;      /* DIALOG_WORD */
    struct field field;  /* DIALOG_WORD, DIALOG_PASSWORD */
    struct dialog_choice {
        char *text;
        bool possible;   /* else it can be read, but not taken */
    } *choices;          /* DIALOG_CHOICE */
    size_t choice_count, at; /* at: the one that has the cursor, and when it ends with DIALOG_YES the one that was taken */
    bool yes;            /* the button that has the cursor; no at first */
    bool wrong;          /* the word typed was another one */
    size_t top, lines;
    int rows;
};

/* The texts are copied. */
void dialog_open(struct dialog *dialog, enum dialog_kind kind, const char *title, const char *text, const char *expected);
/* One more of a DIALOG_CHOICE; `here`: the cursor begins at it. The text is copied. */
void dialog_add(struct dialog *dialog, const char *text, bool possible, bool here);
void dialog_draw(struct dialog *dialog, struct canvas *canvas);
enum dialog_end dialog_key(struct dialog *dialog, int key);
void dialog_close(struct dialog *dialog); /* wipes what was typed */

#endif
