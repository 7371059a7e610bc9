/* The commands after set-up, without screens: each gets a pair of servers and prints what it found or did. */
#include "config.h"

#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "care/care.h"
#include "care/check.h"
#include "care/words.h"
#include "engine/engine.h"
#include "engine/runs.h"

struct session {
    const struct options *options;
    char *state_dir; /* NULL: none is known */
    struct answers *answers;
    struct output output;
    struct asker asker;
};

/* What is on standard output is the command's own; how it came to that is shown when asked for, beside it. */
static void on_event(void *context, const struct event *event)
{
    struct session *session = context;
    const bool loud = event->kind == EVENT_NOTE && event->severity != SEVERITY_INFO;
    if (event->text != NULL && (session->options->verbose || (loud && !session->options->quiet)))
        (void)fprintf(stderr, "%s\n", event->text);
}

static int on_question(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    struct session *session = context;
    return asker_ask(&session->asker, question, answer, err);
}

/* The exit code is a plugin's: 0 ok, 1 warning, 2 critical, 3 unknown. */
static int show_check(const struct options *options, const struct check_report *report)
{
    struct buf line = BUF_INIT;
    if (options->json) {
        output_json_check(report);
    } else {
        check_report_line(report, &line);
        buf_addc(&line, '\n');
        if (!options->quiet)
            check_report_render(report, &line);
        (void)fputs(buf_str(&line), stdout);
    }
    (void)fflush(stdout);
    buf_free(&line);
    return (int)report->verdict;
}

static int check(struct session *session, struct care *care, struct err *err)
{
    const struct check_wish wish = { .state_dir = session->state_dir, .deep = session->options->deep };
    struct check_report report;
    if (care_check(care, &wish, &report, err) != 0)
        return -1;
    const int rc = show_check(session->options, &report);
    check_report_free(&report);
    return rc;
}

static int billing(struct session *session, struct care *care, struct err *err)
{
    return headless_billing(session->options, care, err);
}

static int maintain(struct session *session, struct care *care, struct err *err)
{
    return headless_maintain(session->options, care, err);
}

static int troubleshoot(struct session *session, struct care *care, struct err *err)
{
    return headless_troubleshoot(session->options, care, err);
}

static int reprovision(struct session *session, struct care *care, struct err *err)
{
    return headless_reprovision(session->options, session->state_dir, session->answers, care, err);
}

static const struct {
    enum command command;
    int (*run)(struct session *session, struct care *care, struct err *err); /* its exit code; -1: err says why */
    bool plugin; /* what cannot be begun is "unknown": 3, on one line */
} table[] = {
    { COMMAND_CHECK, check, true },
    { COMMAND_BILLING, billing, false },
    { COMMAND_MAINTAIN, maintain, false },
    { COMMAND_TROUBLESHOOT, troubleshoot, false },
    { COMMAND_REPROVISION, reprovision, false },
};

int headless_pair(const struct options *options, const char *state_dir, struct answers *answers, struct err *err)
{
    if (options->answers != NULL)
        return answers_read(answers, options->answers, err) != 0 ? -1 : answers_check(answers, err);
    return runs_pair(state_dir, answers, err) != 0 ? -1 : answers_check(answers, err);
}

static int failed(const struct options *options, bool plugin, struct err *err)
{
    struct check_report report;
    headless_signal_as_error(err);
    if (!plugin || err->code == ERR_SIGNAL)
        return err_exit_code(err);
    check_report_unknown(&report, err);
    err_clear(err); /* it is told on standard output */
    const int rc = show_check(options, &report);
    check_report_free(&report);
    return rc;
}

int headless_care(const struct options *options, struct err *err)
{
    struct session session = { .options = options,
                               .state_dir = options->state_dir != NULL ? mem_dup(options->state_dir) : engine_state_dir() };
    struct answers answers;
    size_t at = 0;
    int fds[2], rc;
    while (table[at].command != options->command)
        at++;
    answers_init(&answers);
    if (headless_watch_signals(fds, err) != 0 || headless_pair(options, session.state_dir, &answers, err) != 0) {
        rc = failed(options, table[at].plugin, err);
        answers_free(&answers);
        free(session.state_dir);
        return rc;
    }
    session.asker = (struct asker){ .yes = options->yes, .terminal = options->plain || isatty(STDIN_FILENO), .cancel_fd = fds[0] };
    memcpy(session.asker.confirm, options->confirm, sizeof session.asker.confirm);
    const struct port port = { .context = &session, .emit = on_event, .ask = on_question, .cancel_fd = fds[0] };
    session.answers = &answers;
    struct care care;
    care_begin(&care, &answers, &port);
    rc = table[at].run(&session, &care, err);
    if (rc < 0)
        rc = failed(options, table[at].plugin, err);
    else
        err_clear(err);
    care_end(&care);
    answers_free(&answers);
    free(session.state_dir);
    return rc;
}
