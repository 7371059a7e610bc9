/* The main job without screens: drives the engine, hands its events on, ends on signals. */
#include "config.h"

#include "headless.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "engine/engine.h"
#include "engine/runs.h"
#include "trouble/reprovision.h"
#include "headless_room.h"

/* A handler may touch no more than these. */
static volatile sig_atomic_t signal_seen;
static volatile int signal_pipe = -1;

static void on_signal(int number)
{
    int saved = errno;
    if (signal_seen == 0)
        signal_seen = number;
    ssize_t ignored = write(signal_pipe, "", 1);
    (void)ignored;
    errno = saved;
}

static void on_pipe(int number)
{
    (void)number;
}

/* fds[0] becomes readable at the first signal and stays so. */
int headless_watch_signals(int fds[2], struct err *err)
{
    static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set_detail(err, ERR_IO, errno, "cannot make a pipe: %s", strerror(errno));
    signal_seen = 0;
    signal_pipe = fds[1];
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        struct sigaction before;
        /* nohup's and a background shell's wish to ignore it is respected */
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(ending[i], &action, NULL);
    }
    /* a reader that goes away must not end a run; a handler, unlike SIG_IGN, is not inherited by ssh */
    action.sa_handler = on_pipe;
    (void)sigaction(SIGPIPE, &action, NULL);
    return 0;
}

/* The pipe stays: a late signal still writes to it. */
void headless_signal_as_error(struct err *err)
{
    if (signal_seen == 0 || err->code == ERR_NONE)
        return;
    err->code = ERR_SIGNAL;
    err->detail = signal_seen;
    err_wrap(err, "ended by signal %d", (int)signal_seen);
}

void session_event(void *context, const struct event *event)
{
    struct session *session = context;
    outcome_take(&session->outcome, event);
    if (session->options->json)
        output_json(&session->output, event);
    else
        output_text(&session->output, event, clock_ms());
}

int session_question(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    struct session *session = context;
    return asker_ask(&session->asker, question, answer, err);
}

/* With --plain: what a set-up cannot do without, line by line. */
static int ask_missing(struct session *session, struct err *err)
{
    static const struct {
        const char *section, *prompt;
    } hosts[] = { { "master", "The master's host, as ssh takes it: " }, { "slave", "The slave's host, as ssh takes it: " } };
    for (size_t i = 0; i < 2; i++) {
        struct buf value = BUF_INIT;
        int rc = 0;
        answers_get(session->answers, hosts[i].section, "host", &value);
        if (value.len == 0) {
            rc = asker_line(&session->asker, hosts[i].prompt, false, &value, err);
            if (rc == 0)
                rc = answers_set(session->answers, hosts[i].section, "host", buf_str(&value), 0, err);
        }
        buf_free(&value);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* The engine asks for the slave's host before it begins. Here: is there somebody at all who wants this? */
int session_go_on(const struct session *session, struct err *err)
{
    if (session->options->yes || session->options->plain)
        return 0;
    err_set(err, ERR_REFUSED, "nobody is there to say yes to these changes");
    return err_hint(err, "--yes with --confirm HOST makes them, --plain asks on the terminal, --plan only shows them");
}

/* For a login with sudo, and for anybody who wants to know all. */
int session_show_least(struct session *session, const struct engine *engine, bool slave_only, struct err *err)
{
    const bool sudo[] = { [SIDE_MASTER] = engine_answers(engine)->master.sudo, [SIDE_SLAVE] = engine_answers(engine)->slave.sudo };
    int rc = 0;
    for (enum side side = slave_only ? SIDE_SLAVE : SIDE_MASTER; rc == 0 && side <= SIDE_SLAVE; side++) {
        struct buf text = BUF_INIT;
        if (!sudo[side] && !session->options->verbose)
            continue;
        rc = engine_least(engine, side, &text, err);
        if (rc == 0)
            session_event(session, &(struct event){ .kind = EVENT_NOTE, .severity = SEVERITY_INFO, .side = side, .text = buf_str(&text) });
        buf_free(&text);
    }
    return rc;
}

/* CONTRACT's exit code of --plan: 3 when changes are pending. */
static int planned(struct session *session, const struct engine *engine, struct err *err)
{
    const struct plan *plan = engine_planned(engine);
    struct outcome *outcome = &session->outcome;
    if (session_show_least(session, engine, false, err) != 0)
        return err_exit_code(err);
    outcome->ok = true;
    outcome->changes = plan->count;
    free(outcome->verdict);
    outcome->verdict = plan->count == 0 ? mem_dup("nothing to do")
                                        : mem_printf("%zu changes are pending; nothing was changed", plan->count);
    return plan->count == 0 ? 0 : 3;
}

/* Its result is the run's. Where somebody says no to it, or it is refused, that of before stands. */
static int resume_again(struct session *session, struct engine *engine, const struct past *past, struct err *err)
{
    struct err again = ERR_INIT;
    struct outcome before = session->outcome;
    session->outcome = (struct outcome){ .seen = false };
    const int rc = engine_resume(engine, past, &again);
    if (rc != 0 && !session->outcome.seen && again.code == ERR_REFUSED) {
        outcome_free(&session->outcome);
        session->outcome = before;
        session_event(session, &(struct event){ .kind = EVENT_NOTE, .severity = SEVERITY_INFO, .text = again.text });
        return -1;
    }
    outcome_free(&before);
    *err = again;
    return rc;
}

/* Where the proof of a resumed run finds tables that differ, another resume takes the copy anew: it follows at once, but once only. */
static int resume(struct session *session, struct engine *engine, struct err *err)
{
    struct past now;
    struct err ignored = ERR_INIT;
    int rc = engine_resume(engine, session->past, err);
    if (rc == 0 || past_differs(session->past) || past_read(session->past->folder, &now, &ignored) != 0)
        return rc;
    if (past_differs(&now) && past_state(&now) == PAST_UNFINISHED) {
        session_event(session, &(struct event){ .kind = EVENT_NOTE, .severity = SEVERITY_WARNING,
                                           .text = "a new copy mends what differs: the run goes on with that" });
        rc = resume_again(session, engine, &now, err);
    }
    past_free(&now);
    return rc;
}

static int later(struct session *session, const struct port *port, struct err *err)
{
    static int (*const commands[])(struct engine *engine, const struct past *past, struct err *err) = {
        [COMMAND_UNDO] = engine_undo, [COMMAND_ACCEPT] = engine_accept,
    };
    const enum command command = session->options->command;
    struct engine *engine = engine_new(session->answers, port, session->state_dir);
    int rc = command == COMMAND_RESUME ? resume(session, engine, err) : commands[command](engine, session->past, err);
    const bool anew = rc != 0 && command == COMMAND_RESUME && engine_begins_anew(engine);
    rc = rc == 0 ? 0 : err_exit_code(err);
    engine_free(engine);
    if (anew)
        rc = headless_begin_anew(session, port, err);
    if (rc == 0 && command == COMMAND_RESUME && reprovision_conclude(session->answers, port, session->state_dir, err) != 0)
        return err_exit_code(err);
    if (rc == 0 && command == COMMAND_UNDO)
        reprovision_remind(session->answers, port, session->state_dir);
    if (rc == 0)
        err_clear(err);
    return rc;
}

static int set_pair_up(struct session *session, struct engine *engine, const struct port *port, struct err *err)
{
    if (engine_look(engine, err) != 0 || engine_plan(engine, err) != 0)
        return err_exit_code(err);
    err_clear(err); /* what the engine got over is told by its events */
    if (session->options->plan)
        return planned(session, engine, err);
    if (session_go_on(session, err) != 0 || engine_run(engine, err) != 0)
        return err_exit_code(err);
    err_clear(err);
    return reprovision_conclude(session->answers, port, session->state_dir, err) == 0 ? 0 : err_exit_code(err);
}

static int drive(struct session *session, const struct port *port, struct err *err)
{
    if (session->past != NULL)
        return later(session, port, err);
    struct engine *engine = engine_new(session->answers, port, session->state_dir);
    const int rc = set_pair_up(session, engine, port, err);
    engine_free(engine);
    return rc;
}

static char *report_path(const struct session *session)
{
    char *path = NULL;
    if (session->state_dir != NULL && session->outcome.run != NULL)
        path = mem_printf("%s/runs/%s/report.md", session->state_dir, session->outcome.run);
    if (path != NULL && access(path, R_OK) != 0) {
        free(path);
        path = NULL;
    }
    return path;
}

static void finish(struct session *session, const struct err *err)
{
    struct outcome *outcome = &session->outcome;
    if (err->code != ERR_NONE && outcome->ok) { /* the run is what it is, and something after it failed */
        char *verdict = mem_printf("%s; but %s", outcome->verdict != NULL ? outcome->verdict : "done", err->text);
        free(outcome->verdict);
        outcome->verdict = verdict;
        outcome->ok = false;
    }
    if (outcome->verdict == NULL)
        outcome->verdict = mem_dup(err->code != ERR_NONE ? err->text : "done");
    free(outcome->report);
    outcome->report = report_path(session);
    outcome->way = session->anew != NULL ? "everything" : NULL;
    if (session->options->json)
        output_json_end(outcome, err);
    else
        output_text_end(&session->output, outcome);
    outcome_free(outcome);
    free(session->state_dir);
}

static void set_up(struct session *session, int cancel_fd)
{
    const struct options *options = session->options;
    session->state_dir = options->state_dir != NULL ? mem_dup(options->state_dir) : engine_state_dir();
    session->output = (struct output){
        .color = options_color(options, STDOUT_FILENO),
        .terminal = isatty(STDOUT_FILENO) && !options->plain,
        .verbose = options->verbose,
        .quiet = options->quiet,
        .whole_plan = options->plan || options->plain || options->verbose,
    };
    session->asker = (struct asker){
        .yes = options->yes,
        .terminal = options->plain || (options_later(options) && isatty(STDIN_FILENO)),
        .cancel_fd = cancel_fd,
    };
    memcpy(session->asker.confirm, options->confirm, sizeof session->asker.confirm);
}

static int run(struct answers *answers, const struct options *options, const struct past *past, const struct strings *anew, struct err *err)
{
    struct session session = { .options = options, .answers = answers, .past = past, .anew = anew };
    int fds[2], rc;
    if (headless_watch_signals(fds, err) != 0)
        return err_exit_code(err);
    set_up(&session, fds[0]);
    if ((past == NULL && options->plain && !options->yes && ask_missing(&session, err) != 0) || answers_check(answers, err) != 0) {
        if (options->answers == NULL)
            err_advise(err, "--answers FILE gives the answers");
        rc = err_exit_code(err);
    } else {
        const struct port port = {
            .context = &session, .emit = session_event, .ask = session_question, .cancel_fd = fds[0],
        };
        rc = past == NULL && answers->more_count > 0 ? headless_slaves(&session, &port, err) : drive(&session, &port, err);
    }
    headless_signal_as_error(err);
    if (err->code != ERR_NONE)
        rc = err_exit_code(err);
    finish(&session, err);
    return rc;
}

int headless_run(struct answers *answers, const struct options *options, struct err *err)
{
    return run(answers, options, NULL, NULL, err);
}

int headless_run_anew(struct answers *answers, const struct options *options, const struct strings *anew, struct err *err)
{
    return run(answers, options, NULL, anew, err);
}

static void show_past(const struct options *options, const struct past *past)
{
    struct buf text = BUF_INIT, shown = BUF_INIT;
    if (options->json) {
        output_json_past(past);
        return;
    }
    if (past != NULL)
        past_describe(past, &text);
    else
        buf_adds(&text, "No run waits for anything.\n");
    quote_printable(&shown, buf_str(&text), text.len, 1);
    (void)fputs(buf_str(&shown), stdout);
    (void)fflush(stdout);
    buf_free(&text);
    buf_free(&shown);
}

int headless_later(const struct options *options, struct err *err)
{
    char *found = options->state_dir == NULL ? engine_state_dir() : NULL;
    struct past past;
    struct answers answers;
    int rc;
    answers_init(&answers);
    if (runs_find(options->state_dir != NULL ? options->state_dir : found, options->run, &past, err) != 0) {
        rc = err_exit_code(err);
        if (options->command == COMMAND_STATUS && options->run == NULL) {
            show_past(options, NULL);
            err_clear(err);
            rc = 0;
        }
    } else {
        if (options->command == COMMAND_STATUS) {
            show_past(options, &past);
            rc = 0;
        } else if (answers_parse(&answers, past.run, past.answers, strlen(past.answers), err) != 0) {
            rc = err_exit_code(err);
        } else {
            rc = run(&answers, options, &past, NULL, err);
        }
        past_free(&past);
    }
    answers_free(&answers);
    free(found);
    return rc;
}
