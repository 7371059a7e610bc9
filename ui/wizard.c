#include "ui/wizard.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "engine/runs.h"
#include "trouble/reprovision.h"
#include "ui/app.h"
#include "ui/loop.h"
#include "ui/monitor.h"

struct work {
    struct engine *engine;
    const struct answers *answers;
    const struct port *port;
    const char *state_dir;
};

static void *open_work(const struct answers *answers, const struct port *port, const char *state_dir)
{
    struct work *work = mem_alloc(sizeof *work);
    *work = (struct work){ .engine = engine_new(answers, port, state_dir), .answers = answers, .port = port, .state_dir = state_dir };
    return work;
}

static int look(void *context, struct err *err)
{
    const struct work *work = context;
    return engine_look(work->engine, err);
}

static int plan(void *context, struct err *err)
{
    const struct work *work = context;
    return engine_plan(work->engine, err);
}

/* The run is proven; what could not be done after that is told, and done by `reprovision`. */
static void conclude(const struct work *work)
{
    struct err err = ERR_INIT;
    struct event event = { .kind = EVENT_NOTE, .severity = SEVERITY_WARNING, .text = err.text };
    if (reprovision_conclude(work->answers, work->port, work->state_dir, &err) != 0)
        work->port->emit(work->port->context, &event);
}

static int run(void *context, struct err *err)
{
    const struct work *work = context;
    const int rc = engine_run(work->engine, err);
    if (rc == 0)
        conclude(work);
    return rc;
}

static int later(void *context, enum job job, const char *state_dir, const char *run, struct err *err)
{
    static int (*const calls[])(struct engine *engine, const struct past *past, struct err *err) = {
        [JOB_RESUME] = engine_resume, [JOB_UNDO] = engine_undo, [JOB_ACCEPT] = engine_accept,
    };
    const struct work *work = context;
    struct past past;
    if (runs_find(state_dir, run, &past, err) != 0)
        return -1;
    int rc = calls[job](work->engine, &past, err);
    past_free(&past);
    if (rc == 0 && job == JOB_RESUME)
        conclude(work);
    if (rc == 0 && job == JOB_UNDO)
        reprovision_remind(work->answers, work->port, state_dir);
    return rc;
}

static void close_work(void *context)
{
    struct work *work = context;
    engine_free(work->engine);
    free(work);
}

static const struct bridge_engine the_engine = {
    .open = open_work, .look = look, .plan = plan, .run = run, .close = close_work, .later = later, .find = runs_find,
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
