/* term.h - the terminal: curses opened and closed, a canvas put on it, its keys. Only this, theme.c and loop.c know curses. */
#ifndef DUALSERVER_UI_TERM_H
#define DUALSERVER_UI_TERM_H

#include "base/err.h"
#include "ui/canvas.h"
#include "ui/wizard.h"

int term_open(const struct wizard_options *options, struct err *err);
void term_size(int *rows, int *cols);
void term_show(const struct canvas *canvas);
int term_key(void);   /* never waits; K_NONE: no key is there */
void term_redraw(void); /* everything again, for a terminal that was garbled */
/* The terminal as it was, until the next term_show() or term_again(). */
void term_leave(void);
/* After somebody else had the terminal: everything is set and drawn again by the next term_show(). */
void term_again(void);
void term_close(void); /* the terminal as it was; may be called twice */

#endif
