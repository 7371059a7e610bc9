/* options.h - the command line as CONTRACT.md has it: one command, options before or after it.
 *
 *     struct options options;
 *     if (options_parse(&options, argc, argv, &err) != 0) ...      ERR_USAGE; names what was wrong
 *
 * Strings are borrowed from argv.
 */
#ifndef DUALSERVER_OPTIONS_H
#define DUALSERVER_OPTIONS_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"

enum command {
    COMMAND_WIZARD, COMMAND_SETUP, COMMAND_RESUME, COMMAND_UNDO, COMMAND_ACCEPT, COMMAND_STATUS, COMMAND_MONITOR,
    COMMAND_CHECK, COMMAND_BILLING, COMMAND_MAINTAIN, COMMAND_TROUBLESHOOT, COMMAND_REPROVISION,
    COMMAND_LAB
};
enum color_use { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define CONFIRM_MOST 40 /* a host for each slave, and runs */

struct options {
    enum command command;
    const char *answers;    /* NULL: none; "-": standard input */
    const char *confirm[CONFIRM_MOST]; /* hosts of slaves, as typed; the run whose stale lock is broken; NULL: no more */
    const char *run;        /* of resume, undo, accept, status; NULL: the last that waits for something */
    const char *fix;        /* of troubleshoot: the fix that is carried out; NULL: none */
    const char *table;      /* of reprovision: that one only; NULL: whatever differs */
    const char *state_dir;  /* NULL: the default */
    const char *color_word; /* as given */
    enum color_use color;
    const char *errors;     /* of billing: "on", "off"; NULL: not given */
    const char *keep_word, *outage_word; /* of maintain, as given */
    unsigned keep, outage_days; /* the same, or their defaults */
    bool yes, plan, json, plain, ascii, no_mouse, off, test, verbose, quiet, help, version;
    bool deep;              /* of check */
    int word_count;         /* of `lab`: what follows it, untouched */
    char *const *words;
};

/* Is it one that is about a run begun earlier? */
bool options_later(const struct options *options);
/* Is it one that is about a pair that was set up? */
bool options_care(const struct options *options);
int options_parse(struct options *options, int argc, char *const argv[], struct err *err);
/* The text of --help, from the same tables. */
void options_usage(struct buf *to);
/* Shall what goes to `fd` be coloured? --color, then NO_COLOR, TERM and whether it is a terminal. */
bool options_color(const struct options *options, int fd);

#endif
