#include "ui/wizard.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/runs.h"
#include "ui/app.h"
#include "ui/loop.h"
#include "ui/monitor.h"

static void *open_engine(const struct answers *answers, const struct port *port, const char *state_dir)
{
    return engine_new(answers, port, state_dir);
}

static int look(void *engine, struct err *err)
{
    return engine_look(engine, err);
}

static int plan(void *engine, struct err *err)
{
    return engine_plan(engine, err);
}

static int run(void *engine, struct err *err)
{
    return engine_run(engine, err);
}

static int later(void *engine, enum job job, const char *state_dir, const char *run, struct err *err)
{
    static int (*const calls[])(struct engine *engine, const struct past *past, struct err *err) = {
        [JOB_RESUME] = engine_resume, [JOB_UNDO] = engine_undo, [JOB_ACCEPT] = engine_accept,
    };
    struct past past;
    if (runs_find(state_dir, run, &past, err) != 0)
        return -1;
    int rc = calls[job](engine, &past, err);
    past_free(&past);
    return rc;
}

static void close_engine(void *engine)
{
    engine_free(engine);
}

static const struct bridge_engine the_engine = {
    .open = open_engine, .look = look, .plan = plan, .run = run, .close = close_engine, .later = later, .find = runs_find,
    .made = runs_made,
};

bool terminal_possible(const char *what, const char *instead, struct err *err)
{
    struct winsize size;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        err_set(err, ERR_USAGE, "the %s needs a terminal", what);
        err_hint(err, "`dualserver %s` does the same without one", instead);
        return false;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 &&
        (size.ws_col < APP_COLS || size.ws_row < APP_ROWS)) {
        err_set(err, ERR_USAGE, "the %s needs a terminal of at least %dx%d; this one is %dx%d", what, APP_COLS, APP_ROWS,
                size.ws_col, size.ws_row);
        err_hint(err, "enlarge it, or use `dualserver %s`", instead);
        return false;
    }
    return true;
}

bool monitor_possible(struct err *err)
{
    return terminal_possible("monitor", "check", err);
}

bool wizard_possible(struct err *err)
{
    return terminal_possible("wizard", "setup", err);
}

int wizard_run(const struct answers *answers, const struct wizard_options *options, struct err *err)
{
    if (!(options->first == FIRST_MONITOR ? monitor_possible : wizard_possible)(err))
        return err_exit_code(err);
    char *found = options->state_dir == NULL ? engine_state_dir() : NULL;
    struct wizard_options complete = *options;
    if (complete.state_dir == NULL)
        complete.state_dir = found;
    int code = loop_run(answers, &the_engine, &complete, err);
    free(found);
    return code;
}
