/* shown.h - a command as a person would have typed it, for the log: of `sh -c SCRIPT NAME ARG...` the script without its
 * boilerplate and with its arguments in place, or, when it opens with a comment, that comment; anything else as quoted words. Not for execution. */
#ifndef DUALSERVER_HOST_SHOWN_H
#define DUALSERVER_HOST_SHOWN_H

#include <stdbool.h>

#include "base/buf.h"

void show_command(struct buf *to, const char *const *argv);

#endif
