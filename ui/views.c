/* The wizard and the live screen on one terminal, in turns. */
#include "ui/loop.h"

#include <stdio.h>

#include "base/clock.h"
#include "ui/app.h"
#include "ui/care.h"
#include "ui/monitor.h"

struct views {
    struct app app;
    struct loop_view app_view, monitor_view;
    struct monitor *monitor;    /* NULL: none is open */
    const struct wizard_options *options;
};

static void draw_app(void *context, struct canvas *canvas)
{
    struct views *views = context;
    views->app.state.now_ms = clock_ms();
    app_draw(&views->app, canvas);
}

static void key_app(void *context, int key)
{
    struct views *views = context;
    app_key(&views->app, key);
}

static void take_app(void *context)
{
    struct views *views = context;
    app_take(&views->app);
}

static bool left_app(void *context)
{
    const struct views *views = context;
    return views->app.leave || views->app.away;
}

static const char *stopped_app(void *context)
{
    const struct views *views = context;
    return views->app.state.job >= JOB_RUN
               ? "dualserver is stopped in the middle of a run; `fg` goes on. Where it has stopped the master's mysqld,\n"
                 "the watchdog on the master starts that again within 15 s.\n"
               : LOOP_STOPPED;
}

static int end_all(void *context, int signal, struct err *err)
{
    struct views *views = context;
    if (views->app.state.job >= JOB_RUN)
        (void)fputs("dualserver: bringing the run to a safe end\n", stderr);
    if (views->app.state.care.job == JOB_APPLY)
        (void)fputs("dualserver: bringing the change to its end\n", stderr);
    if (views->monitor != NULL && monitor_busy(views->monitor))
        (void)fputs("dualserver: closing the connections\n", stderr);
    monitor_close(views->monitor);
    views->monitor = NULL;
    return app_end(&views->app, signal, err);
}

static const struct loop_view *after_app(void *context);

/* What was called for with one of its keys; else it was left: to the start page, or the program ends where that began with it. */
static const struct loop_view *after_monitor(void *context)
{
    struct views *views = context;
    const struct care_action *action = monitor_wanted(views->monitor);
    if (action == NULL && views->options->first == FIRST_MONITOR)
        return NULL;
    if (action == NULL) {
        monitor_close(views->monitor);
        views->monitor = NULL;
    }
    app_care_from_monitor(&views->app, action);
    return &views->app_view;
}

static const struct loop_view *after_app(void *context)
{
    struct views *views = context;
    struct err err = ERR_INIT;
    if (!views->app.away)
        return NULL;
    if (views->monitor == NULL)
        views->monitor = monitor_open(&views->app.pair, views->app.state_dir, &err);
    if (views->monitor == NULL) {
        app_care_from_monitor(&views->app, NULL);
        dialog_open(&views->app.dialog, DIALOG_READ, "Monitor", err.text, NULL);
        views->app.purpose = PURPOSE_HELP;
        return &views->app_view;
    }
    monitor_again(views->monitor);
    views->monitor_view = *monitor_loop(views->monitor);
    views->monitor_view.next = after_monitor;
    views->monitor_view.next_context = views;
    return &views->monitor_view;
}

static int open_views(struct views *views, const struct answers *answers, const struct bridge_engine *engine, struct err *err)
{
    const struct wizard_options *options = views->options;
    if (app_init(&views->app, answers, engine, options->state_dir, err) != 0 ||
        (options->first != FIRST_FORM && app_open_start(&views->app, &care_engine, err) != 0))
        return -1;
    views->app.away = options->first == FIRST_MONITOR;
    views->app_view = (struct loop_view){
        .context = views, .draw = draw_app, .key = key_app, .take = take_app, .left = left_app, .stopped = stopped_app, .end = end_all,
        .fds = { bridge_fd(views->app.bridge), views->app.care_bridge != NULL ? bridge_fd(views->app.care_bridge) : -1, -1 },
        .next = after_app, .next_context = views,
    };
    return 0;
}

int loop_run(const struct answers *answers, const struct bridge_engine *engine, const struct wizard_options *options,
             struct err *err)
{
    struct views views = { .options = options };
    struct err ignored = ERR_INIT;
    const int code = open_views(&views, answers, engine, err) == 0 ? loop_show(&views.app_view, options, err) : -1;
    if (code >= 0)
        return code;
    app_end(&views.app, 0, &ignored);
    return err_exit_code(err);
}
