/* report_login.h - what billing.ini on the master says of the reports' server: the five lines of the how-to, nothing else. */
#ifndef DUALSERVER_CARE_REPORT_LOGIN_H
#define DUALSERVER_CARE_REPORT_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include "base/secret.h"

struct report_login {
    bool seen;           /* the file could be read */
    bool use_slave;      /* $use_slave_db = 1 */
    char *host, *user, *name; /* NULL: not set, empty, or known only when the file is executed */
    struct secret *password;
};

/* As care/billing_ini.h reads it. Pure. */
void report_login_read(struct report_login *login, const char *text, size_t len);
void report_login_free(struct report_login *login);

#endif
