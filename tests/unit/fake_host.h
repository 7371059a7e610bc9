/* fake_host.h - a machine that runs nothing: it answers the program's fixed scripts as a machine with a described database
 * server would, so that a whole run can be tried without one. The scripts are told apart by words in them; see the table. */
#ifndef DUALSERVER_TESTS_FAKE_HOST_H
#define DUALSERVER_TESTS_FAKE_HOST_H

#include "host/host.h"
#include "server_text.h"

struct fake_machine {
    enum side side;
    const struct server_text *text;
    const char *socket;      /* where the fake server listens: every tunnel leads there */
    const bool *cloning;     /* a clone may be made now; NULL: never */
    struct tape *tape;       /* commands of the server's own tools are put there too, as "$ mysqldump ..." */
};

/* Borrows all but the struct itself. Close with host_close(). */
struct host *fake_host_open(const struct fake_machine *machine);

#endif
