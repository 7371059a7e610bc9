#define _GNU_SOURCE 1 /* pipe2 */

#include "ui/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ui/app.h"
#include "ui/keys.h"
#include "ui/term.h"

#define TICK_MS 250

static int signal_pipe[2] = { -1, -1 };

static void on_signal(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    if (write(signal_pipe[1], &byte, 1) < 0)
        errno = saved; /* full: enough signals are waiting */
    errno = saved;
}

/* A second SIGTERM ends the program at once: somebody means it. SIGPIPE is caught because a connection that breaks must not end
 * the program; unlike ignoring it, that is not inherited by ssh. */
static const struct {
    int number, flags;
} caught[] = {
    { SIGINT, SA_RESTART },  { SIGHUP, SA_RESTART },  { SIGTERM, SA_RESTART | (int)SA_RESETHAND },
    { SIGQUIT, SA_RESTART }, { SIGTSTP, SA_RESTART }, { SIGCONT, SA_RESTART }, { SIGPIPE, SA_RESTART },
};

#define CAUGHT (sizeof caught / sizeof caught[0])

static int catch_signals(struct sigaction old[CAUGHT], struct err *err)
{
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set_detail(err, ERR_IO, errno, "cannot make a pipe: %s", strerror(errno));
    for (size_t i = 0; i < CAUGHT; i++) {
        struct sigaction action = { .sa_handler = on_signal, .sa_flags = caught[i].flags };
        sigemptyset(&action.sa_mask);
        sigaction(caught[i].number, &action, &old[i]);
    }
    return 0;
}

static void release_signals(const struct sigaction old[CAUGHT])
{
    for (size_t i = 0; i < CAUGHT; i++)
        sigaction(caught[i].number, &old[i], NULL);
    for (int i = 0; i < 2; i++) {
        close(signal_pipe[i]);
        signal_pipe[i] = -1;
    }
}

static void tell(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody is there to read it */
}

/* All of the program stops, its engine too, until somebody continues it. Where nobody could, as in a terminal without a shell,
 * the system does not stop it. The key means all that the shell takes for one job; this thread is the first one, so that the
 * signal has come when kill() returns. */
static void suspend(const struct app *app, pid_t whom)
{
    struct sigaction usual = { .sa_handler = SIG_DFL }, ours;
    term_leave();
    tell(app->state.job >= JOB_RUN ? "dualserver is stopped in the middle of a run; `fg` goes on. Where it has stopped the master's mysqld,\n"
                                     "the watchdog on the master starts that again within 15 s.\n"
                                   : "dualserver is stopped; `fg` goes on.\n");
    sigemptyset(&usual.sa_mask);
    sigaction(SIGTSTP, &usual, &ours);
    kill(whom, SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}

/* Returns the signal that is to end the wizard, 0 for none. */
static int take_signals(struct app *app)
{
    unsigned char number;
    int ending = 0;
    while (read(signal_pipe[0], &number, 1) == 1) {
        switch (number) {
        case SIGINT:
            app_key(app, K_SIGINT);
            break;
        case SIGTSTP:
            suspend(app, getpid());
            break;
        case SIGCONT:
            term_again();
            break;
        case SIGPIPE:
            break;
        default:
            ending = number;
        }
    }
    return ending;
}

static void show(struct app *app, struct canvas *canvas)
{
    int rows, cols;
    term_size(&rows, &cols);
    if (rows != canvas->rows || cols != canvas->cols)
        canvas_resize(canvas, rows, cols);
    app->state.now_ms = clock_ms();
    app_draw(app, canvas);
    term_show(canvas);
}

static void take_keys(struct app *app)
{
    for (int key; !app->leave && (key = term_key()) != K_NONE;) {
        if (key == K_CTRL_L)
            term_redraw();
        else if (key == K_CTRL_Z)
            suspend(app, 0);
        else if (key != K_RESIZE)
            app_key(app, key);
    }
}

/* Until the person leaves or a signal ends it; returns the signal. */
static int turn(struct app *app, struct canvas *canvas)
{
    struct pollfd waits[] = {
        { .fd = STDIN_FILENO, .events = POLLIN },
        { .fd = bridge_fd(app->bridge), .events = POLLIN },
        { .fd = signal_pipe[0], .events = POLLIN },
    };
    while (!app->leave) {
        show(app, canvas);
        if (poll(waits, sizeof waits / sizeof waits[0], TICK_MS) < 0 && errno != EINTR)
            return SIGHUP;
        int ending = take_signals(app);
        if (ending != 0)
            return ending;
        if ((waits[0].revents & (POLLERR | POLLNVAL | POLLHUP)) != 0)
            return SIGHUP; /* the terminal is gone */
        take_keys(app);
        app_take(app);
    }
    return 0;
}

static bool utf8_here(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int loop_run(const struct answers *answers, const struct bridge_engine *engine, const struct wizard_options *options,
             struct err *err)
{
    struct app app;
    struct canvas canvas;
    struct sigaction old[CAUGHT];
    setlocale(LC_CTYPE, "");
    if (app_init(&app, answers, engine, options->state_dir, err) != 0) {
        struct err ignored = ERR_INIT;
        app_end(&app, 0, &ignored);
        return err_exit_code(err);
    }
    if (catch_signals(old, err) != 0 || term_open(options, err) != 0) {
        struct err ignored = ERR_INIT;
        app_end(&app, 0, &ignored);
        return err_exit_code(err);
    }
    canvas_init(&canvas, APP_ROWS, APP_COLS, options->ascii || !utf8_here());
    int ended = turn(&app, &canvas);
    term_close(); /* before the engine is waited for: the screen is the person's again */
    if (app.state.job >= JOB_RUN)
        tell("dualserver: bringing the run to a safe end\n");
    int code = app_end(&app, ended, err);
    canvas_free(&canvas);
    release_signals(old);
    return code;
}
