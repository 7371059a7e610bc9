/* lab.h - `dualserver lab ...`: runs the practice lab's script (assets/lab/lab). */
#ifndef DUALSERVER_LAB_H
#define DUALSERVER_LAB_H

#include "base/err.h"

/* argv: the words after `lab`. Returns the script's exit status, or -1. */
int lab_main(int argc, char *const argv[], struct err *err);

#endif
