/* fake_host.h - a machine that runs nothing: it answers the program's fixed scripts as a machine with a described database
 * server would, so that a whole run can be tried without one. The scripts are told apart by words in them; see the table. */
#ifndef DUALSERVER_TESTS_FAKE_HOST_H
#define DUALSERVER_TESTS_FAKE_HOST_H

#include "host/host.h"
#include "server_text.h"

/* What a test puts in front of the machine's own answers. It is also called by the thread that keeps a lock fresh. */
struct fake_hook {
    void *context;
    /* Before and after each operation of the driver ("run", "stream", "tunnel", ...): -1 with err set: that is how it ends;
     * 1: the command has ended already, as run says. *broken is the session's: only its clones can do anything then. */
    int (*before)(void *context, enum side side, const char *operation, bool *broken, struct run *run, struct err *err);
    int (*after)(void *context, enum side side, const char *operation, bool *broken, struct run *run, struct err *err);
    /* True: the script was answered. */
    bool (*run)(void *context, enum side side, const char *script, const char *const *arguments, struct run *run);
};

struct fake_machine {
    enum side side;
    const struct server_text *text;
    const char *socket;      /* where the fake server listens: every tunnel leads there */
    const bool *cloning;     /* a clone may be made now; NULL: never */
    struct tape *tape;       /* commands of the server's own tools are put there too, as "$ mysqldump ..." */
    const struct fake_hook *hook; /* NULL: none */
};

/* Borrows all but the struct itself. Close with host_close(). */
struct host *fake_host_open(const struct fake_machine *machine);

#endif
