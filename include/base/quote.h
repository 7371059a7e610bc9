/* quote.h - values on their way into a command, a statement or onto a screen. All append to `to`. */
#ifndef DUALSERVER_BASE_QUOTE_H
#define DUALSERVER_BASE_QUOTE_H

#include <stddef.h>
#include "base/buf.h"

/* One word of a POSIX shell command line: in single quotes unless it is plain. */
void quote_shell(struct buf *to, const char *word);
/* A string literal in single quotes with \\ and '' doubled forms that hold under any sql_mode but NO_BACKSLASH_ESCAPES;
 * our sessions set sql_mode = '' first. */
void quote_sql(struct buf *to, const char *text, size_t len);
/* An identifier in backticks. */
void quote_name(struct buf *to, const char *name);
/* `database`.`table` */
void quote_table(struct buf *to, const char *database, const char *table);
/* Text from outside (server messages, file names) made fit for a screen or a log: control bytes, escape sequences and
 * invalid UTF-8 become \xNN; newline becomes \n unless keep_lines. */
void quote_printable(struct buf *to, const char *text, size_t len, int keep_lines);
/* "1.5 GiB", "320 KiB", "12 B" */
void quote_size(struct buf *to, unsigned long long bytes);
/* "40 ms", "0.4 s", "12 s", "3 min 20 s", "2 h 05 min" */
void quote_duration(struct buf *to, unsigned long long milliseconds);

#endif
