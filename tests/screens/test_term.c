/* The real loop in a real terminal, with a scripted engine: however it ends or stops, the terminal is given back as it was. */
#define _GNU_SOURCE 1 /* posix_openpt, ptsname, memmem */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/loop.h"

#define LIMIT_MS 30000

/* What its look does: waits until it is told to stop, or finds that there is no memory. */
static bool exhausts;
static const struct port *port;

static void *open_script(const struct answers *answers, const struct port *its_port, const char *state_dir)
{
    (void)answers;
    (void)state_dir;
    port = its_port;
    return &exhausts;
}

static int look(void *engine, struct err *err)
{
    struct pollfd wait = { .fd = port->cancel_fd, .events = POLLIN };
    (void)engine;
    port->emit(port->context, &(struct event){ .kind = EVENT_CHECK, .id = "under-way", .text = "the look is under way" });
    if (exhausts)
        free(mem_grow(NULL, SIZE_MAX, 2));
    poll(&wait, 1, LIMIT_MS);
    return err_set(err, ERR_CANCELLED, "told to stop");
}

static int nothing(void *engine, struct err *err)
{
    (void)engine;
    (void)err;
    return 0;
}

static void close_script(void *engine)
{
    (void)engine;
}

static const struct bridge_engine engine = {
    .open = open_script, .look = look, .plan = nothing, .run = nothing, .close = close_script,
};

/* A terminal; in it a shell of the least kind, and the wizard as its job. */
static struct {
    int master;
    pid_t shell, wizard;
    int said[2], told[2]; /* from the shell: 'p' and its job, 'S': stopped, 'E' and its exit code; to it: go on */
    char out[1 << 20];
    size_t len, mark;
    struct termios before;
} it;

static _Noreturn void be_wizard(void)
{
    const struct wizard_options options = { .state_dir = "/nonexistent", .color = true, .mouse = true };
    struct answers answers;
    struct err err = ERR_INIT;
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpid());
    signal(SIGHUP, SIG_DFL);
    signal(SIGTTOU, SIG_DFL);
    answers_init(&answers);
    answers_set(&answers, "master", "host", "db1", 0, &err);
    answers_set(&answers, "slave", "host", "db2", 0, &err);
    int code = loop_run(&answers, &engine, &options, &err);
    answers_free(&answers);
    _exit(code);
}

static void say(const void *bytes, size_t len)
{
    if (write(it.said[1], bytes, len) != (ssize_t)len)
        _exit(99);
}

static _Noreturn void be_shell(const char *name)
{
    char byte = 0;
    int status = 0;
    setsid();
    int fd = open(name, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0)
        _exit(99);
    for (int to = 0; to < 3; to++)
        dup2(fd, to);
    close(it.master);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0)
        be_wizard();
    say("p", 1);
    say(&job, sizeof job);
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        tcsetpgrp(fd, getpid());
        say("S", 1);
        if (read(it.told[0], &byte, 1) != 1)
            _exit(99);
        tcsetpgrp(fd, job);
        kill(-job, SIGCONT);
    }
    byte = (char)(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    say("E", 1);
    say(&byte, 1);
    _exit(0);
}

/* False: there was none. */
static bool take_output(int wait_ms)
{
    struct pollfd wait = { .fd = it.master, .events = POLLIN };
    if (it.master < 0 || poll(&wait, 1, wait_ms) <= 0)
        return false;
    ssize_t got = read(it.master, it.out + it.len, sizeof it.out - it.len);
    if (got > 0)
        it.len += (size_t)got;
    assert_true(it.len < sizeof it.out);
    return got > 0;
}

/* Reads what the shell says, while the terminal's output goes on being taken. */
static void hear(void *bytes, size_t len)
{
    struct pollfd wait = { .fd = it.said[0], .events = POLLIN };
    for (int ms = 0; poll(&wait, 1, 10) <= 0; ms += 10) {
        assert_true(ms < LIMIT_MS);
        take_output(0);
    }
    assert_int_equal(read(it.said[0], bytes, len), (ssize_t)len);
    while (take_output(10)) /* all that was written before */
        continue;
}

static void expect(const char *text)
{
    const char *found;
    for (int ms = 0; (found = memmem(it.out + it.mark, it.len - it.mark, text, strlen(text))) == NULL; ms += 10) {
        if (ms >= LIMIT_MS)
            fail_msg("waited in vain for %s", text);
        take_output(10);
    }
    it.mark = (size_t)(found - it.out) + strlen(text);
}

static void resize(unsigned short rows, unsigned short cols)
{
    const struct winsize size = { .ws_row = rows, .ws_col = cols };
    assert_int_equal(ioctl(it.master, TIOCSWINSZ, &size), 0);
}

static void begin(bool without_memory)
{
    char word = 0;
    memset(&it, 0, sizeof it);
    exhausts = without_memory;
    it.master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(it.master >= 0 && grantpt(it.master) == 0 && unlockpt(it.master) == 0);
    assert_int_equal(pipe(it.said) | pipe(it.told), 0);
    resize(24, 80);
    assert_int_equal(tcgetattr(it.master, &it.before), 0);
    it.shell = fork();
    if (it.shell == 0)
        be_shell(ptsname(it.master));
    hear(&word, 1);
    hear(&it.wizard, sizeof it.wizard);
    expect("look at the hosts");
    assert_int_equal(write(it.master, "\r", 1), 1);
    if (!without_memory)
        expect("under-way");
}

static long last(const char *sequence)
{
    long at = -1;
    for (size_t i = 0; i + strlen(sequence) <= it.len; i++)
        if (memcmp(it.out + i, sequence, strlen(sequence)) == 0)
            at = (long)i;
    return at;
}

static bool same_modes(void)
{
    struct termios now;
    assert_int_equal(tcgetattr(it.master, &now), 0);
    return now.c_iflag == it.before.c_iflag && now.c_oflag == it.before.c_oflag && now.c_lflag == it.before.c_lflag &&
           now.c_cflag == it.before.c_cflag && memcmp(now.c_cc, it.before.c_cc, sizeof now.c_cc) == 0;
}

/* Modes, alternate screen, cursor, mouse, keypad. */
static void assert_given_back(void)
{
    assert_true(same_modes());
    assert_true(last("\033[?1049l") > last("\033[?1049h"));
    assert_true(last("\033[?25h") > last("\033[?25l"));
    assert_true(last("1000l") > last("1000h"));
    assert_true(last("\033[?1l") > last("\033[?1h"));
}

static void assert_ends_with(int code)
{
    char word = 0, its_code = 0;
    hear(&word, 1);
    assert_int_equal(word, 'E');
    hear(&its_code, 1);
    assert_int_equal((unsigned char)its_code, code);
    waitpid(it.shell, NULL, 0);
    if (it.master >= 0) {
        take_output(10);
        assert_given_back();
        close(it.master);
    }
    for (int i = 0; i < 2; i++) {
        close(it.said[i]);
        close(it.told[i]);
    }
}

static void left_by_a_key(void **unused)
{
    (void)unused;
    begin(false);
    assert_false(same_modes());
    assert_int_equal(write(it.master, "\x1b[21~y", 6), 6); /* F10, yes */
    assert_ends_with(1);
}

static void ended_by_signals(void **unused)
{
    static const int numbers[] = { SIGTERM, SIGHUP, SIGQUIT };
    (void)unused;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        begin(false);
        kill(it.wizard, numbers[i]);
        assert_ends_with(128 + numbers[i]);
    }
}

static void asked_by_sigint(void **unused)
{
    (void)unused;
    begin(false);
    kill(it.wizard, SIGINT);
    expect("Leave dualserver?");
    assert_int_equal(write(it.master, "y", 1), 1);
    assert_ends_with(1);
}

static void its_terminal_is_closed(void **unused)
{
    (void)unused;
    begin(false);
    close(it.master);
    it.master = -1;
    assert_ends_with(128 + SIGHUP);
}

/* By the key and by the signal. */
static void stopped_and_continued(void **unused)
{
    (void)unused;
    for (int by_key = 0; by_key < 2; by_key++) {
        char word = 0;
        begin(false);
        if (by_key)
            assert_int_equal(write(it.master, "\x1a", 1), 1);
        else
            kill(it.wizard, SIGTSTP);
        hear(&word, 1);
        assert_int_equal(word, 'S');
        expect("`fg` goes on");
        assert_given_back();
        assert_int_equal(write(it.told[1], "g", 1), 1);
        expect("under-way");
        assert_false(same_modes());
        assert_true(last("\033[?1049h") > last("\033[?1049l"));
        kill(it.wizard, SIGTERM);
        assert_ends_with(128 + SIGTERM);
    }
}

/* What is drawn may be a moment ahead of it. */
static void expect_own_modes(void)
{
    for (int ms = 0; same_modes(); ms += 10) {
        assert_true(ms < LIMIT_MS);
        take_output(10);
    }
}

/* SIGSTOP cannot be caught: what another has made of the terminal meanwhile is set right afterwards. */
static void stopped_by_force(void **unused)
{
    char word = 0;
    (void)unused;
    begin(false);
    kill(it.wizard, SIGSTOP);
    hear(&word, 1);
    assert_int_equal(word, 'S');
    it.mark = it.len;
    assert_int_equal(tcsetattr(it.master, TCSANOW, &it.before), 0);
    assert_int_equal(write(it.told[1], "g", 1), 1);
    expect("under-way");
    expect_own_modes();
    kill(it.wizard, SIGTERM);
    assert_ends_with(128 + SIGTERM);
}

static void resized_to_nothing_and_back(void **unused)
{
    static const unsigned short sizes[][2] = { { 1, 1 }, { 24, 80 }, { 1, 300 }, { 200, 1 }, { 24, 80 }, { 0, 0 }, { 3, 30 } };
    (void)unused;
    begin(false);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        resize(sizes[i][0], sizes[i][1]);
        if (sizes[i][0] != 0) /* no size: as the terminal type says, which is what it is */
            expect("\033[2J"); /* noticed: all is drawn anew */
        if (sizes[i][0] == 24)
            expect("under-way");
    }
    expect("this is 30x3");
    resize(24, 80);
    expect("under-way");
    kill(it.wizard, SIGTERM);
    assert_ends_with(128 + SIGTERM);
}

static void no_memory(void **unused)
{
    (void)unused;
    begin(true);
    expect("out of memory");
    assert_ends_with(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left_by_a_key),         cmocka_unit_test(ended_by_signals), cmocka_unit_test(asked_by_sigint),
        cmocka_unit_test(its_terminal_is_closed), cmocka_unit_test(stopped_and_continued), cmocka_unit_test(stopped_by_force),
        cmocka_unit_test(resized_to_nothing_and_back), cmocka_unit_test(no_memory),
    };
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
