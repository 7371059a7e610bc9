/* billing.h - where the report program reads: billing.ini on the master, and the slave's account for it.
 *
 *     struct billing billing;
 *     billing_plan(&care, &wish, &billing, err)       changes nothing; billing.plan has what would be
 *     billing_carry_out(&care, &billing, err)
 *     billing_free(&billing)
 *
 * To the slave: refused unless it replicates. Its password is that of [reports] password_file; without one, that which the file
 * has, if it lets the master in; else a new one, which is set on the slave's account by its hash and written into the file only. A
 * password that does not let in is set on the account in the same way. The file is pointed at the slave only after the master has
 * logged in there with exactly what will be in it.
 * Back to the master needs neither the slave nor any database server.
 *
 *     billing_try(&care, &trial, err)                 what the file says, tried from the master as the report program does it
 *     billing_trial_free(&trial)
 */
#ifndef DUALSERVER_CARE_BILLING_H
#define DUALSERVER_CARE_BILLING_H

#include "care/billing_ini.h"
#include "care/care.h"
#include "plan/change.h"
#include "steps/login.h"

enum billing_place { BILLING_AS_IT_IS, BILLING_SLAVE, BILLING_MASTER };

struct billing_wish {
    enum billing_place place;
    int errors; /* $report_sql_errors and $report_php_errors: 0 off, 1 on, -1 as they are */
};

struct billing {
    struct plan plan;
    char *file;    /* on the master; NULL: the answers name none */
    char *paste;   /* then: the lines to paste, without the password */
    char *backup;  /* of the file, once it was edited; NULL */
    char *outcome; /* one line: how it is then */
};

struct billing_trial {
    struct billing_tried {
        const char *id; /* "file", "login", "server", "read", "create", "drop" */
        bool ok;
        char *text;
    } *items;
    size_t count;
    bool ok;
};

int billing_plan(struct care *care, const struct billing_wish *wish, struct billing *billing, struct err *err);
int billing_carry_out(struct care *care, struct billing *billing, struct err *err);
void billing_free(struct billing *billing);
/* -1 only when nothing could be tried at all. */
int billing_try(struct care *care, struct billing_trial *trial, struct err *err);
void billing_trial_free(struct billing_trial *trial);

/* What the file says: where reports are read, each setting, and the file itself with its secrets masked. Appends lines. */
int billing_describe(struct care *care, struct buf *to, struct err *err);

/* Their parts. */

/* Reads the answers' billing_ini from the master. ERR_REFUSED when it is nothing that can be edited. */
int billing_read(struct care *care, struct billing_ini *ini, struct err *err);
/* php -l of that text on the master's host, which says the line only: PHP's words may quote a password. ERR_REFUSED when PHP
 * finds a fault; 0 also where there is no PHP. */
int billing_lint(struct care *care, const struct billing_ini *ini, const char *which, struct err *err);
/* Options for a login as the report program's: without TLS, unless the answers require it. Appends. */
void billing_login_options(const struct world *world, struct buf *to);

#endif
