/* local_spawn.c - starting and ending a command of this machine. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

#define POLITE_MS 100 /* between SIGTERM and SIGKILL */

/* Also descriptors that some library opened without the flag: a daemon must not keep our connections. */
static void close_on_exec_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    for (int fd = first; fd < 1024; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* In the child, where other threads' locks may be held for ever: only calls that are safe in a signal handler. */
static _Noreturn void become(const char *const *argv, const int fds[3])
{
    struct sigaction plain = { .sa_handler = SIG_DFL };
    sigset_t none;
    int kept[3];

    setsid(); /* a terminal's ^C is for us to handle */
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &plain, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Out of the way first: an end of a pipe may itself be one of 0, 1, 2. */
    for (int i = 0; i < 3; i++)
        kept[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
    for (int i = 0; i < 3; i++)
        if (dup2(kept[i], i) < 0)
            _exit(126);
    close_on_exec_from(3);
    /* The list of words is not changed by execvp; its type is older than const. */
    union {
        const char *const *theirs;
        char *const *execs;
    } words = { .theirs = argv };
    execvp(argv[0], words.execs);

    const char *why = errno == ENOENT ? ": not found\n" : ": cannot be started\n";
    if (write(STDERR_FILENO, argv[0], strlen(argv[0])) < 0 || write(STDERR_FILENO, why, strlen(why)) < 0)
        _exit(126);
    _exit(127);
}

pid_t local_spawn(const char *const *argv, int in, int out, int errout, struct err *err)
{
    const int fds[3] = { in, out, errout };
    sigset_t all, before;
    pid_t pid;

    /* No handler of ours may run in the child before its signals are the default ones. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = fork();
    if (pid == 0)
        become(argv, fds);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid < 0)
        err_set_detail(err, ERR_IO, errno, "cannot start %.200s: %s", argv[0], strerror(errno));
    return pid;
}

static int gone_within(pid_t pid, int milliseconds)
{
    for (int waited = 0; waited <= milliseconds; waited++) {
        pid_t got = waitpid(pid, NULL, WNOHANG);

        if (got == pid || (got < 0 && errno != EINTR))
            return 1;
        poll(NULL, 0, 1);
    }
    return 0;
}

void local_kill(pid_t pid)
{
    if (pid <= 0)
        return;
    if (gone_within(pid, 0))
        return;
    kill(-pid, SIGTERM);
    if (gone_within(pid, POLITE_MS))
        return;
    kill(-pid, SIGKILL);
    /* What runs under sudo cannot be signalled by us; it ends when it misses its pipes. */
    gone_within(pid, POLITE_MS);
}
