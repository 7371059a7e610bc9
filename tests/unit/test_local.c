/* The local driver: what every driver must do, and what only a child process can show. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host_cases.h"

static int open_subject(void **state)
{
    struct host_where where = { .label = "master", .host = "local" };
    struct err err = ERR_INIT;

    (void)state;
    if (pipe(cancel_pipe) != 0)
        return -1;
    where.cancel_fd = cancel_pipe[0];
    subject = host_open(&where, NULL, &err);
    return subject != NULL ? 0 : -1;
}

static int close_subject(void **state)
{
    (void)state;
    host_close(subject);
    return 0;
}

static void child_has_plain_signals_and_no_files(void **state)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    int leak = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t some, mask;

    (void)state;
    sigaction(SIGTERM, &ignore, &before);
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    sigprocmask(SIG_BLOCK, &some, &mask);
    assert_int_equal(host_script(subject, &out, &err, "grep -E 'Sig(Ign|Blk)' /proc/self/status | tr -s '\\t\\n' ' '; "
                                 "ls /proc/self/fd | wc -w; cut -d' ' -f6 /proc/$$/stat; echo $$", NULL), 0);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTERM, &before, NULL);
    close(leak);
    long session = 0, self = -1;
    int files = 0;
    char blocked[32], ignored[32];
    assert_int_equal(sscanf(buf_str(&out), "SigBlk: %31s SigIgn: %31s %d %ld %ld", blocked, ignored, &files, &session,
                            &self), 5);
    assert_string_equal(blocked, "0000000000000000");
    /* 32 and 33 are glibc's own: what make started by posix_spawn() has them ignored */
    assert_int_equal(strtoull(ignored, NULL, 16) & ~(3ull << 31), 0);
    assert_int_equal(files, 4); /* 0, 1, 2 and the folder that ls reads */
    assert_int_equal(session, self); /* a session of its own: no ^C from the terminal */
    buf_free(&out);
}

/* A dead process may wait for its adopter to look at it: state Z. */
static bool runs(int pid)
{
    char *path = mem_printf("/proc/%d/stat", pid), state = 'Z';
    FILE *file = fopen(path, "r");

    if (file != NULL) {
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            state = '?';
        fclose(file);
    }
    free(path);
    return state != 'Z';
}

static void cancelled_child_is_gone(void **state)
{
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct run run = { .argv = (const char *const[]){ "sh", "-c", "trap '' TERM; sleep 30 & echo $!; wait; wait", NULL },
                       .out = &out, .timeout_ms = 300 };

    (void)state;
    assert_int_equal(host_run(subject, &run, &err), -1);
    assert_int_equal(err.code, ERR_TIMEOUT);
    /* The child's child too, although it was deaf to SIGTERM. */
    for (int i = 0; i < 100 && runs(atoi(buf_str(&out))); i++)
        poll(NULL, 0, 10);
    assert_true(atoi(buf_str(&out)) > 0);
    assert_false(runs(atoi(buf_str(&out))));
    buf_free(&out);
}

static void own_pipe_signal_is_untouched(void **state)
{
    struct sigaction plain = { .sa_handler = SIG_DFL }, now;

    sigaction(SIGPIPE, &plain, NULL);
    case_input_not_wanted(state); /* would die */
    sigaction(SIGPIPE, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);
}

static void is_local(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_true(host_is_local(subject));
    assert_null(host_fingerprint(subject));
    assert_string_equal(host_label(subject), "master");
    assert_string_equal(host_tunnel(subject, "/run/mysqld/mysqld.sock", NULL, 0, &err), "/run/mysqld/mysqld.sock");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_CASES,
        cmocka_unit_test(child_has_plain_signals_and_no_files),
        cmocka_unit_test(cancelled_child_is_gone),
        cmocka_unit_test(own_pipe_signal_is_untouched),
        cmocka_unit_test(is_local),
    };

    if (geteuid() != 0) {
        fprintf(stderr, "needs root for files with another owner\n");
        return 77;
    }
    alarm(300);
    return cmocka_run_group_tests(tests, open_subject, close_subject);
}
