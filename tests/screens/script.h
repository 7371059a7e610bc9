/* script.h - events written as text, one a line, for the tests of the screens:
 *
 *     event check id=disk-slave verdict=ok text="12 GiB free" why="..." fix="..."
 *
 * Words are the enums' names in lower case; \n in quotes is a newline.
 */
#ifndef DUALSERVER_TESTS_SCRIPT_H
#define DUALSERVER_TESTS_SCRIPT_H

#include "plan/event.h"

/* The next word or "quoted text" of *at, unescaped in place; NULL at the end. */
char *script_word(char **at);
/* Parses what follows `event`; the event's strings point into the line. Exits with a message when it cannot. */
struct event script_event(char *line);
/* Index of a word in a list that ends in NULL; exits when it is not there. */
int script_index(const char *const *words, const char *word);

#endif
