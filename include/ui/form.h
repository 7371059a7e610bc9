/* form.h - the answers as fields, one for each line of answers_keys(); struct form stands in screen.h. */
#ifndef DUALSERVER_UI_FORM_H
#define DUALSERVER_UI_FORM_H

#include "ui/screen.h"

#define FORM_NONE ((size_t)-1)

/* The short form: which keys stand where. Column 0 is the master's and the left one, rows from 8 on are the run's. */
struct form_cell {
    const char *section, *key, *label;
    int row, col;
};
extern const struct form_cell form_cells[];
extern const size_t form_cell_count;

const struct answers_key *form_key(size_t index);
size_t form_index(const char *section, const char *key); /* FORM_NONE: there is no such key */
void form_show_all(struct form *form, bool all);
void form_move(struct form *form, enum action action, int page);
void form_choose(struct form *form, int by);               /* the next or the previous value of a choice */
bool form_choose_letter(struct form *form, int key);       /* the value that begins with it */
/* Puts the cursor on the field that an error of the answers speaks of, when it names one. */
void form_follow_error(struct form *form);

#endif
