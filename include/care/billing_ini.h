/* billing_ini.h - the assignments of a PHP include, read and changed without touching any other byte. Pure: no I/O.
 *
 *     struct billing_ini ini;
 *     billing_ini_parse(&ini, text, len);
 *     billing_ini_set(&ini, "slavedbhost", "db2", BILLING_INI_TEXT, err)
 *     write ini.text
 *     billing_ini_free(&ini);
 *
 * In PHP the last assignment wins. One that is executed in any case, at the outermost level, is changed in its place: its value
 * only. Where the last one stands under a condition, in a function, in another expression or is an operation (.=), or where there is
 * none, a new one is added where it is executed last: before the closing tag, before a `return` or `exit` that ends the file, or at
 * its end. A value that is right already stays as it is written, so setting twice equals setting once.
 */
#ifndef DUALSERVER_CARE_BILLING_INI_H
#define DUALSERVER_CARE_BILLING_INI_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

enum billing_ini_state {
    BILLING_INI_ABSENT,
    BILLING_INI_KNOWN,   /* a number, a word or a string that says what it is */
    BILLING_INI_RUNTIME, /* known only when it is executed */
};
enum billing_ini_form { BILLING_INI_TEXT, BILLING_INI_NUMBER };

struct billing_ini_item {
    char *name;            /* without the dollar */
    bool plain;            /* executed in any case, and by itself */
    size_t value, value_end; /* bytes in the text, of a plain one */
};

struct billing_ini {
    struct buf text;
    struct billing_ini_item *items; /* in the file's order */
    size_t count;
    size_t end;            /* where a further assignment goes */
    bool end_needs_semicolon;
    char *trouble;         /* why it cannot be edited: "a string that begins in line 7 does not end"; NULL: it can */
};

/* Succeeds on any bytes. */
void billing_ini_parse(struct billing_ini *ini, const char *text, size_t len);
/* Appends the value to `value` (NULL: not asked for) when it is known. */
enum billing_ini_state billing_ini_get(const struct billing_ini *ini, const char *name, struct buf *value);
/* ERR_DATA when the file cannot be edited. */
int billing_ini_set(struct billing_ini *ini, const char *name, const char *value, enum billing_ini_form form, struct err *err);
/* `$name = value;` as PHP reads it back. Appends. */
void billing_ini_line(struct buf *to, const char *name, const char *value, enum billing_ini_form form);
/* The text with every string masked that is no host, user or database name, and every value and comment that may be a password;
 * line for line. mark: what stands for the value of $slavedbpass, so that a diff shows that it changed. Appends. */
void billing_ini_masked(const struct billing_ini *ini, const char *mark, struct buf *to);
void billing_ini_free(struct billing_ini *ini); /* wipes the text: there are passwords in it */

#endif
