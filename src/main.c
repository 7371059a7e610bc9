/* Chooses the command and the front end; nothing else. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "engine/engine.h"
#include "headless.h"
#include "lab.h"
#include "options.h"
#include "plan/answers.h"
#include "ui/monitor.h"
#include "ui/wizard.h"

static void print_error(const struct err *err)
{
    if (err->code == ERR_NONE)
        return;
    (void)fflush(stdout);
    (void)fprintf(stderr, "dualserver: %s\n", err->text);
    if (err->hint[0] != '\0')
        (void)fprintf(stderr, "  hint: %s\n", err->hint);
}

static int usage(void)
{
    struct buf text = BUF_INIT;
    options_usage(&text);
    int rc = fputs(buf_str(&text), stdout) < 0 || fflush(stdout) != 0;
    buf_free(&text);
    return rc;
}

static struct wizard_options screen_options(const struct options *options)
{
    return (struct wizard_options){
        .state_dir = options->state_dir,
        .ascii = options->ascii,
        .color = options_color(options, STDOUT_FILENO),
        .mouse = !options->no_mouse,
    };
}

static int open_wizard(const struct options *options, const struct answers *answers, struct err *err)
{
    struct wizard_options wizard = screen_options(options);
    wizard.first = options->command == COMMAND_WIZARD ? FIRST_START : FIRST_FORM;
    if (!wizard_possible(err))
        return 2;
    return wizard_run(answers, &wizard, err);
}

/* Passwords are in memory: there is no core file, and nobody but root looks into this process. Unlike a limit or a umask this
 * is not inherited by a mysqld that is started on this machine. */
static void keep_to_ourselves(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0);
}

/* Screens, unless the options or the lack of a terminal say otherwise. */
static bool wants_wizard(const struct options *options)
{
    if (options->plain)
        return false;
    if (options->command == COMMAND_WIZARD)
        return true;
    return !options->yes && !options->plan && !options->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int run_setup(const struct options *options, struct err *err)
{
    struct answers answers;
    int rc;
    answers_init(&answers);
    if (options->answers != NULL && answers_read(&answers, options->answers, err) != 0)
        rc = err_exit_code(err);
    else if (keep_to_ourselves(), wants_wizard(options)) /* not earlier: answers may come from /dev/fd/N */
        rc = open_wizard(options, &answers, err);
    else
        rc = headless_run(&answers, options, err);
    answers_free(&answers);
    return rc;
}

static int run_monitor(const struct options *options, struct err *err)
{
    struct wizard_options screen = screen_options(options);
    char *found = options->state_dir == NULL ? engine_state_dir() : NULL;
    struct answers answers;
    int rc;
    screen.first = FIRST_MONITOR;
    if (screen.state_dir == NULL)
        screen.state_dir = found;
    answers_init(&answers);
    if (!monitor_possible(err) || headless_pair(options, screen.state_dir, &answers, err) != 0)
        rc = err_exit_code(err);
    else
        rc = wizard_run(&answers, &screen, err);
    answers_free(&answers);
    free(found);
    return rc;
}

int main(int argc, char *argv[])
{
    struct options options;
    struct err err = ERR_INIT;
    int rc;
    (void)setlocale(LC_ALL, "");
    if (options_parse(&options, argc, argv, &err) != 0) {
        rc = err_exit_code(&err);
    } else if (options.help) {
        rc = usage();
    } else if (options.version) {
        rc = puts(PACKAGE_STRING) < 0;
    } else if (options.command == COMMAND_LAB) {
        rc = lab_main(options.word_count, options.words, &err);
        rc = rc < 0 ? err_exit_code(&err) : rc;
    } else if (options.command == COMMAND_MONITOR) {
        keep_to_ourselves();
        rc = run_monitor(&options, &err);
    } else if (options_care(&options)) {
        keep_to_ourselves();
        rc = headless_care(&options, &err);
    } else if (options_later(&options)) {
        rc = headless_later(&options, &err);
    } else {
        rc = run_setup(&options, &err);
    }
    if (rc != 0)
        print_error(&err);
    return rc;
}
