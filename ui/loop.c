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
static void suspend(const struct loop_view *view, pid_t whom)
{
    struct sigaction usual = { .sa_handler = SIG_DFL }, ours;
    term_leave();
    tell(view->stopped(view->context));
    sigemptyset(&usual.sa_mask);
    sigaction(SIGTSTP, &usual, &ours);
    kill(whom, SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}

/* Returns the signal that is to end it, 0 for none. */
static int take_signals(const struct loop_view *view)
{
    unsigned char number;
    int ending = 0;
    while (read(signal_pipe[0], &number, 1) == 1) {
        switch (number) {
        case SIGINT:
            view->key(view->context, K_SIGINT);
            break;
        case SIGTSTP:
            suspend(view, getpid());
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

static void show(const struct loop_view *view, struct canvas *canvas)
{
    int rows, cols;
    term_size(&rows, &cols);
    if (rows != canvas->rows || cols != canvas->cols)
        canvas_resize(canvas, rows, cols);
    view->draw(view->context, canvas);
    term_show(canvas);
}

static void take_keys(const struct loop_view *view)
{
    for (int key; !view->left(view->context) && (key = term_key()) != K_NONE;) {
        if (key == K_CTRL_L)
            term_redraw();
        else if (key == K_CTRL_Z)
            suspend(view, 0);
        else if (key != K_RESIZE)
            view->key(view->context, key);
    }
}

/* Until the person leaves or a signal ends it; returns the signal. */
static int turn(const struct loop_view *view, struct canvas *canvas)
{
    struct pollfd waits[2 + sizeof view->fds / sizeof view->fds[0]] = {
        { .fd = STDIN_FILENO, .events = POLLIN },
        { .fd = signal_pipe[0], .events = POLLIN },
    };
    const size_t count = sizeof waits / sizeof waits[0];
    for (size_t i = 2; i < count; i++)
        waits[i] = (struct pollfd){ .fd = view->fds[i - 2], .events = POLLIN };
    while (!view->left(view->context)) {
        show(view, canvas);
        if (poll(waits, count, TICK_MS) < 0 && errno != EINTR)
            return SIGHUP;
        int ending = take_signals(view);
        if (ending != 0)
            return ending;
        if ((waits[0].revents & (POLLERR | POLLNVAL | POLLHUP)) != 0)
            return SIGHUP; /* the terminal is gone */
        take_keys(view);
        ending = take_signals(view); /* a key may have stopped the program: that it goes on is known before anything is drawn */
        if (ending != 0)
            return ending;
        view->take(view->context);
    }
    return 0;
}

static bool utf8_here(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* One view after the other. */
static int show_all(const struct loop_view *view, struct canvas *canvas)
{
    int ended = 0;
    while (view != NULL && ended == 0) {
        ended = turn(view, canvas);
        view = ended == 0 && view->next != NULL ? view->next(view->next_context) : NULL;
    }
    return ended;
}

int loop_show(const struct loop_view *view, const struct wizard_options *options, struct err *err)
{
    struct canvas canvas;
    struct sigaction old[CAUGHT];
    setlocale(LC_CTYPE, "");
    if (catch_signals(old, err) != 0 || term_open(options, err) != 0)
        return -1;
    canvas_init(&canvas, APP_ROWS, APP_COLS, options->ascii || !utf8_here());
    int ended = show_all(view, &canvas);
    term_close(); /* before the engine is waited for: the screen is the person's again */
    int code = view->end(view->context, ended, err);
    canvas_free(&canvas);
    release_signals(old);
    return code;
}
