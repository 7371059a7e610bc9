/* theme.h - how a style looks: a table of colours and attributes. */
#ifndef DUALSERVER_UI_THEME_H
#define DUALSERVER_UI_THEME_H

#include <stdbool.h>
#include "ui/canvas.h"

void theme_init(bool color);                        /* after curses is open */
void theme_of(enum style style, unsigned long *attributes, short *pair);

#endif
