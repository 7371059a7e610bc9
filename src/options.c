/* The command line: tables of commands and options, and what getopt_long makes of them. */
#include "config.h"

#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "care/maintain.h"

#define NUMBER_MOST 36500u

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *name, *help;
    enum command command;
} commands[] = {
    { "wizard", "all of it on screens, from a start page (also without a command); needs a terminal of at least 80x24", COMMAND_WIZARD },
    { "setup", "the 14 steps that make two servers master and live slave; in a terminal on screens; several slaves with [slave NAME]", COMMAND_SETUP },
    { "resume", "goes on with a run that broke off or failed, where that is right", COMMAND_RESUME },
    { "undo", "takes a run back: option files, accounts, the slave's old data", COMMAND_UNDO },
    { "accept", "lets go of the slave's old data of a run that is proven", COMMAND_ACCEPT },
    { "status", "where the last run stands, and which command goes on", COMMAND_STATUS },
    { "check", "is replication right? one line and an exit code for monitoring, then what was found", COMMAND_CHECK },
    { "monitor", "both servers live on one screen; needs a terminal of at least 80x24", COMMAND_MONITOR },
    { "billing", "points billing.ini at the slave; --off back at the master; --test tries what is in it", COMMAND_BILLING },
    { "maintain", "purges the logs of replication that every slave has executed, and sets their expiry", COMMAND_MAINTAIN },
    { "troubleshoot", "diagnoses what is wrong, explains it, offers fixes; --fix carries one out", COMMAND_TROUBLESHOOT },
    { "reprovision", "makes a broken slave right again; carries only what differs where that is sound", COMMAND_REPROVISION },
    { "lab", "the practice lab: up, down, status, answers, shell HOST, ...; `lab --help` tells", COMMAND_LAB },
};

/* Long options without a letter get numbers that no letter has. */
enum { ONLY_LONG = 256, CONFIRM, JSON, PLAIN, STATE_DIR, COLOR, ASCII, NO_MOUSE, RUN, DEEP, OFF, TEST, ERRORS, KEEP, OUTAGE, FIX, TABLE };

#define FLAG(member) NULL, offsetof(struct options, member)
#define TEXT(name, member) name, offsetof(struct options, member)

static const struct {
    int value;        /* its letter, or a number */
    const char *name;
    const char *argument; /* NULL: none, and a bool is set */
    size_t offset;
    const char *help;
} table[] = {
    { 'a', "answers", TEXT("FILE", answers), "the answers (INI); `-` reads them from standard input" },
    { 'y', "yes", FLAG(yes), "asks nothing; accepts a run that ends proven: the old data is deleted then" },
    { CONFIRM, "confirm", TEXT("HOST", confirm), "a slave's host as in the answers, one for each: data there may be moved aside; or a RUN: its stale lock is broken" },
    { 'n', "plan", FLAG(plan), "prints every change that would be made, and makes none" },
    { JSON, "json", FLAG(json), "one JSON object a line on standard output" },
    { PLAIN, "plain", FLAG(plain), "line by line questions instead of screens; asks whether the old data is kept" },
    { RUN, "run", TEXT("ID", run), "which run (resume, undo, accept, status); default: the last one that waits" },
    { DEEP, "deep", FLAG(deep), "check: canaries too, all data and definitions compared" },
    { OFF, "off", FLAG(off), "billing: reports are read from the master" },
    { TEST, "test", FLAG(test), "billing: logs in from the master as billing.ini says, and does what reports do" },
    { ERRORS, "errors", TEXT("WHEN", errors), "billing: on or off: the report program shows SQL and PHP errors" },
    { KEEP, "keep", TEXT("N", keep_word), "maintain: the newest binary logs that stay in any case (2)" },
    { OUTAGE, "outage", TEXT("DAYS", outage_word), "maintain: how long a slave may be away and still catch up (7)" },
    { FIX, "fix", TEXT("ID", fix), "which fix is carried out (troubleshoot), after --yes, a typed answer or --confirm" },
    { TABLE, "table", TEXT("NAME", table), "reprovision: that table only" },
    { STATE_DIR, "state-dir", TEXT("DIR", state_dir), "journals and reports; default ~/.local/state/dualserver" },
    { COLOR, "color", TEXT("WHEN", color_word), "auto, always or never" },
    { ASCII, "ascii", FLAG(ascii), "draws with ASCII only" },
    { NO_MOUSE, "no-mouse", FLAG(no_mouse), "leaves the mouse to the terminal" },
    { 'v', "verbose", FLAG(verbose), "shows every command and statement, secrets masked" },
    { 'q', "quiet", FLAG(quiet), "shows warnings, errors and the verdict only" },
    { 'h', "help", FLAG(help), "shows this" },
    { 'V', "version", FLAG(version), "shows the version" },
};

void options_usage(struct buf *to)
{
    buf_adds(to, "usage: dualserver [COMMAND] [OPTION...]\n\n"
                 "Makes two servers a MariaDB or MySQL master and its live slave over SSH, and proves it.\n\nCommands:\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        buf_addf(to, "  %-12s %s\n", commands[i].name, commands[i].help);
    buf_adds(to, "\nOptions:\n");
    for (size_t i = 0; i < COUNT(table); i++) {
        struct buf name = BUF_INIT;
        if (table[i].value < ONLY_LONG)
            buf_addf(&name, "-%c, ", table[i].value);
        else
            buf_adds(&name, "    ");
        buf_addf(&name, "--%s", table[i].name);
        if (table[i].argument != NULL)
            buf_addf(&name, " %s", table[i].argument);
        buf_addf(to, "  %-20s %s\n", buf_str(&name), table[i].help);
        buf_free(&name);
    }
    buf_adds(to, "\nExit: 0 done and proven, 1 failed, 2 wrong usage or answers, 3 changes are pending (--plan),\n"
                 "4 refused for safety, 128+N ended by signal N.\n"
                 "Of check: 0 ok, 1 warning, 2 critical, 3 unknown. Of troubleshoot: 0 nothing is wrong, or fixed; 1 something is.\n");
}

static void fill_getopt(struct option longs[COUNT(table) + 1], char *shorts)
{
    /* "+": stop at the first word, it is the command; ":": tell a missing value from an unknown option */
    *shorts++ = '+';
    *shorts++ = ':';
    for (size_t i = 0; i < COUNT(table); i++) {
        bool takes = table[i].argument != NULL;
        longs[i] = (struct option){ table[i].name, takes ? required_argument : no_argument, NULL, table[i].value };
        if (table[i].value < ONLY_LONG) {
            *shorts++ = (char)table[i].value;
            if (takes)
                *shorts++ = ':';
        }
    }
    longs[COUNT(table)] = (struct option){ NULL, 0, NULL, 0 };
    *shorts = '\0';
}

static int find_option(int value)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].value == value)
            return (int)i;
    return -1;
}

/* `got` is what getopt_long said: '?' or ':'. */
static int complain(int got, const char *word, struct err *err)
{
    int index = optopt != 0 ? find_option(optopt) : -1;
    if (index >= 0 && got == ':')
        err_set(err, ERR_USAGE, "option --%s needs a value: %s", table[index].name, table[index].argument);
    else if (index >= 0)
        err_set(err, ERR_USAGE, "option --%s takes no value", table[index].name);
    else if (optopt != 0)
        err_set(err, ERR_USAGE, "unknown option -%c", optopt);
    else
        err_set(err, ERR_USAGE, "unknown or ambiguous option %s", word);
    return err_hint(err, "dualserver --help lists the options");
}

static int take_option(struct options *options, int index)
{
    char *place = (char *)options + table[index].offset;
    for (size_t i = 0; table[index].value == CONFIRM && i < CONFIRM_MOST; i++) {
        place = (char *)&options->confirm[i]; /* where there are more than that, the last counts */
        if (options->confirm[i] == NULL)
            break;
    }
    if (table[index].argument != NULL)
        *(const char **)(void *)place = optarg;
    else
        *(bool *)place = true;
    return 0;
}

static int hint_commands(struct err *err)
{
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < COUNT(commands); i++)
        buf_addf(&names, "%s%s", i > 0 ? ", " : "", commands[i].name);
    err_hint(err, "commands: %s", buf_str(&names));
    buf_free(&names);
    return -1;
}

static int take_command(struct options *options, const char *word, struct err *err)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strcmp(commands[i].name, word) == 0) {
            options->command = commands[i].command;
            return 0;
        }
    }
    err_set(err, ERR_USAGE, "unknown command '%.60s'", word);
    return hint_commands(err);
}

static int check_color(struct options *options, struct err *err)
{
    static const char *const words[] = { "auto", "always", "never" };
    if (options->color_word == NULL)
        return 0;
    for (size_t i = 0; i < COUNT(words); i++) {
        if (strcmp(words[i], options->color_word) == 0) {
            options->color = (enum color_use)i;
            return 0;
        }
    }
    return err_set(err, ERR_USAGE, "--color takes auto, always or never, not '%.40s'", options->color_word);
}

bool options_later(const struct options *options)
{
    return options->command >= COMMAND_RESUME && options->command <= COMMAND_STATUS;
}

bool options_care(const struct options *options)
{
    return options->command >= COMMAND_CHECK && options->command < COMMAND_LAB;
}

/* False: it is no number, or too small. NULL: what is there stays. */
static bool take_number(const char *word, unsigned least, unsigned *number)
{
    char *end = NULL;
    if (word == NULL)
        return true;
    const unsigned long value = word[0] >= '0' && word[0] <= '9' ? strtoul(word, &end, 10) : 0;
    if (end == NULL || *end != '\0' || value < least || value > NUMBER_MOST)
        return false;
    *number = (unsigned)value;
    return true;
}

static int check_combination(struct options *options, struct err *err)
{
    const struct {
        bool wrong;
        const char *text;
    } rules[] = {
        { options->verbose && options->quiet, "--verbose and --quiet contradict each other" },
        { options->json && options->plain, "--json and --plain contradict each other" },
        { options->command == COMMAND_WIZARD && options->yes, "--yes belongs to the command setup" },
        { options->command == COMMAND_WIZARD && options->plan, "--plan belongs to the command setup" },
        { options->command == COMMAND_WIZARD && options->json, "--json belongs to the command setup" },
        { options->command == COMMAND_WIZARD && options->confirm[0] != NULL, "--confirm belongs to the command setup" },
        { options_later(options) && options->answers != NULL, "--answers belongs to the command setup: a run has its own" },
        { options_later(options) && options->plan, "--plan belongs to the command setup" },
        { options->command == COMMAND_CHECK && options->plan, "--plan: check changes nothing" },
        { options->command == COMMAND_CHECK && options->confirm[0] != NULL, "--confirm belongs to the command setup" },
        { options->command == COMMAND_MONITOR && (options->plan || options->yes || options->confirm[0] != NULL),
          "monitor changes nothing: no --plan, --yes or --confirm" },
        { options->command == COMMAND_MONITOR && (options->json || options->plain), "monitor is a screen: `check` has --json and lines" },
        { options->command != COMMAND_CHECK && options->deep, "--deep belongs to the command check" },
        { options->command != COMMAND_BILLING && (options->off || options->test || options->errors != NULL),
          "--off, --test and --errors belong to the command billing" },
        { options->test && (options->off || options->errors != NULL || options->plan), "--test tries and changes nothing: alone" },
        { options->errors != NULL && strcmp(options->errors, "on") != 0 && strcmp(options->errors, "off") != 0, "--errors takes on or off" },
        { options->command != COMMAND_MAINTAIN && (options->keep_word != NULL || options->outage_word != NULL),
          "--keep and --outage belong to the command maintain" },
        { !take_number(options->keep_word, MAINTAIN_KEEP_LEAST, &options->keep), "--keep takes a number, at least 2" },
        { !take_number(options->outage_word, 1, &options->outage_days), "--outage takes a number of days, at least 1" },
        { (options->command == COMMAND_BILLING || options->command == COMMAND_MAINTAIN) && options->confirm[0] != NULL,
          "--confirm belongs to the command setup" },
        { options->command != COMMAND_TROUBLESHOOT && options->fix != NULL, "--fix belongs to the command troubleshoot" },
        { options->command == COMMAND_TROUBLESHOOT && options->yes && options->fix == NULL, "--yes: which fix? --fix names it" },
        { options->command != COMMAND_REPROVISION && options->table != NULL, "--table belongs to the command reprovision" },
        { options->table != NULL && options->table[0] == '\0', "--table names no table" },
        { !options_later(options) && options->run != NULL, "--run belongs to the commands resume, undo, accept and status" },
        { options->answers != NULL && options->answers[0] == '\0', "--answers names no file" },
        { options->state_dir != NULL && options->state_dir[0] == '\0', "--state-dir names no folder" },
    };
    if (options->help || options->version || options->command == COMMAND_LAB)
        return 0;
    for (size_t i = 0; i < COUNT(rules); i++)
        if (rules[i].wrong)
            return err_set(err, ERR_USAGE, "%s", rules[i].text);
    return check_color(options, err);
}

int options_parse(struct options *options, int argc, char *const argv[], struct err *err)
{
    struct option longs[COUNT(table) + 1];
    char shorts[2 * COUNT(table) + 3];
    bool has_command = false;
    *options = (struct options){ .command = COMMAND_WIZARD, .keep = MAINTAIN_KEEP_LEAST, .outage_days = MAINTAIN_OUTAGE_DAYS };
    fill_getopt(longs, shorts);
    opterr = 0;
    optind = 0; /* glibc and musl start over */
    for (;;) {
        int got = getopt_long(argc, argv, shorts, longs, NULL);
        if (got == '?' || got == ':')
            return complain(got, argv[optind - 1], err);
        if (got != -1) {
            take_option(options, find_option(got));
            continue;
        }
        if (optind >= argc)
            return check_combination(options, err);
        const char *word = argv[optind++];
        if (has_command)
            return err_set(err, ERR_USAGE, "unexpected word '%.60s'", word);
        if (take_command(options, word, err) != 0)
            return -1;
        has_command = true;
        if (options->command == COMMAND_LAB) {
            options->words = argv + optind;
            options->word_count = argc - optind;
            return 0;
        }
    }
}

bool options_color(const struct options *options, int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    return (no_color == NULL || no_color[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0 && isatty(fd);
}
