#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/file.h"
#include "host_cases.h"

struct host *subject;
int cancel_pipe[2];

#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define MIB ((size_t)1 << 20)

static char *noise(size_t size)
{
    char *bytes = malloc(size);

    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)((i * 2654435761u) >> 13);
    return bytes;
}

/* The subject still works after what was done to it. */
static void assert_usable(void)
{
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;

    if (host_script(subject, &out, &err, "echo here", NULL) != 0)
        fail_msg("not usable any more: %s", err.text);
    assert_string_equal(buf_str(&out), "here\n");
    buf_free(&out);
}

void case_status_and_signal(void **state)
{
    static const struct {
        const char *script;
        int status;
    } cases[] = { { "exit 0", 0 }, { "exit 1", 1 }, { "exit 255", 255 }, { "kill -TERM $$", 128 + SIGTERM },
                  { "kill -KILL $$", 128 + SIGKILL } };
    struct err err = ERR_INIT;
    struct run run = { .argv = ARGV("/nonexistent/program") };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = -1;

        assert_int_equal((host_script_with)(subject, NULL, 0, 0, &status, NULL, &err, cases[i].script, NULL), 0);
        assert_int_equal(status, cases[i].status);
    }
    assert_int_equal(host_run(subject, &run, &err), 0);
    assert_int_equal(run.status, 127);
}

void case_large_three_ways(void **state)
{
    /* Each of the three is far larger than any pipe or window, and each waits for the others. */
    static const char script[] = "tee /dev/stderr | tee /dev/stderr";
    size_t size = 24 * MIB;
    char *input = noise(size);
    struct buf out = BUF_INIT, errout = BUF_INIT;
    struct err err = ERR_INIT;
    struct run run = { .argv = ARGV("sh", "-c", script), .input = input, .input_len = size, .out = &out,
                       .errout = &errout };

    (void)state;
    if (host_run(subject, &run, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(run.status, 0);
    assert_int_equal(out.len, size);
    assert_memory_equal(out.data, input, size);
    assert_int_equal(errout.len, 64 * 1024); /* the rest is dropped */
    buf_free(&out);
    buf_free(&errout);
    free(input);
}

void case_nasty_arguments(void **state)
{
    static const char *const words[] = { "", "a b", "'\"`$(id)\\", "-n", "new\nline\n", "\xff\x01", "*" };
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct buf out = BUF_INIT;

        assert_int_equal(host_script(subject, &out, &err, "printf '%s.%s' \"$1\" \"$2\"", words[i], "end", NULL), 0);
        assert_int_equal(strncmp(buf_str(&out), words[i], strlen(words[i])), 0);
        assert_string_equal(buf_str(&out) + strlen(words[i]), ".end");
        buf_free(&out);
    }
}

void case_out_limit(void **state)
{
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct run run = { .argv = ARGV("head", "-c", "3000", "/dev/zero"), .out = &out, .out_limit = 3000 };

    (void)state;
    assert_int_equal(host_run(subject, &run, &err), 0);
    assert_int_equal(out.len, 3000);
    buf_clear(&out);
    run.argv = ARGV("yes");
    assert_int_equal(host_run(subject, &run, &err), -1);
    assert_int_equal(err.code, ERR_DATA);
    buf_free(&out);
    assert_usable();
}

void case_silence(void **state)
{
    struct err err = ERR_INIT;
    struct run run = { .argv = ARGV("sleep", "30"), .timeout_ms = 300 };
    uint64_t begin = clock_ms();

    (void)state;
    assert_int_equal(host_run(subject, &run, &err), -1);
    assert_int_equal(err.code, ERR_TIMEOUT);
    assert_in_range(clock_ms() - begin, 250, 3000);
    assert_usable();
}

void case_slow_but_alive(void **state)
{
    struct err err = ERR_INIT;
    int status = -1;

    (void)state;
    /* A line now and then for 3 s: never silent for 1.5 s. */
    if (host_script_with(subject, NULL, 0, 1500, &status, NULL, &err,
                         "for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.3; done; exit 7", NULL) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(status, 7);
}

void case_output_closed_early(void **state)
{
    struct err err = ERR_INIT;
    int status = -1;

    (void)state;
    assert_int_equal(host_script_with(subject, NULL, 0, 0, &status, NULL, &err,
                                      "exec >&- 2>&-; sleep 0.4; exit 9", NULL), 0);
    assert_int_equal(status, 9);
}

void case_input_not_wanted(void **state)
{
    size_t size = 16 * MIB;
    char *input = noise(size);
    struct err err = ERR_INIT;
    struct run run = { .argv = ARGV("sh", "-c", "exit 3"), .input = input, .input_len = size };

    (void)state;
    assert_int_equal(host_run(subject, &run, &err), 0);
    assert_int_equal(run.status, 3);
    free(input);
    assert_usable();
}

static uint64_t pressed_at;

static void *press_stop(void *argument)
{
    poll(NULL, 0, (int)(intptr_t)argument);
    pressed_at = clock_ms();
    return write(cancel_pipe[1], "", 1) == 1 ? argument : NULL;
}

/* Runs argv, which must be stopped 0.3 s later, and at once. */
static void assert_stops(const char *const *argv)
{
    struct err err = ERR_INIT;
    struct run run = { .argv = argv };
    pthread_t thread;
    uint64_t took;
    char byte;

    assert_int_equal(pthread_create(&thread, NULL, press_stop, (void *)(intptr_t)300), 0);
    assert_int_equal(host_run(subject, &run, &err), -1);
    took = clock_ms() - pressed_at;
    pthread_join(thread, NULL);
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_in_range(took, 0, 200);
    assert_int_equal(host_run(subject, &run, &err), -1); /* as long as it is readable */
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_int_equal(read(cancel_pipe[0], &byte, 1), 1);
}

void case_cancel_at_once(void **state)
{
    (void)state;
    assert_stops(ARGV("sleep", "30"));
    assert_usable();
    assert_stops(ARGV("yes")); /* there is always something to read */
    assert_usable();
}

void case_run_ok_says_why(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(host_script(subject, NULL, &err, "echo 'no \x1b[31mspace' >&2; echo more >&2; exit 4", NULL), -1);
    assert_int_equal(err.code, ERR_COMMAND);
    assert_int_equal(err.detail, 4);
    assert_non_null(strstr(err.text, "no \\x1b[31mspace"));
    assert_null(strstr(err.text, "more"));
    assert_int_equal(host_script(subject, NULL, &err, "exit 5", NULL), -1);
    assert_non_null(strstr(err.text, "status 5"));
}

static void note(void *context, const struct host *host, const char *command)
{
    (void)host;
    buf_adds(context, command);
}

void case_log_is_printable(void **state)
{
    struct buf log = BUF_INIT;
    struct err err = ERR_INIT;
    struct run run = { .argv = ARGV("cat", "/dev/null", "\x1b[2J"), .input = "unseen", .input_len = 6 };

    (void)state;
    subject->log = note;
    subject->log_context = &log;
    host_run(subject, &run, &err);
    subject->log = NULL;
    assert_string_equal(buf_str(&log), "cat /dev/null '\\x1b[2J'");
    buf_free(&log);
}

void case_stream_both_ways(void **state)
{
    size_t size = 3 * MIB, got = 0;
    char *bytes = noise(size), *back = malloc(size);
    struct err err = ERR_INIT;
    struct buf errout = BUF_INIT;
    struct stream *stream = host_stream(subject, ARGV("sh", "-c", "echo note >&2; cat; exit 6"), &err);
    ssize_t part;
    int status = -1;

    (void)state;
    assert_non_null(stream);
    /* Written whole before the first read: what comes back meanwhile is kept. */
    assert_int_equal(stream_write(stream, bytes, size, &err), 0);
    while (got < size && (part = stream_read(stream, back + got, size - got, &err)) > 0)
        got += (size_t)part;
    assert_int_equal(got, size);
    assert_memory_equal(bytes, back, size);
    assert_int_equal(stream_finish(stream, &status, &errout, &err), 0);
    assert_int_equal(status, 6);
    assert_string_equal(buf_str(&errout), "note\n");
    buf_free(&errout);
    free(bytes);
    free(back);
}

void case_stream_ends_early(void **state)
{
    size_t size = 16 * MIB;
    char *bytes = noise(size), back[64];
    struct err err = ERR_INIT;
    struct stream *stream = host_stream(subject, ARGV("sh", "-c", "echo 'disk full' >&2; exit 1"), &err);
    int rc = 0, status = -1;

    (void)state;
    for (int i = 0; rc == 0 && i < 8; i++)
        rc = stream_write(stream, bytes, size, &err);
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, ERR_COMMAND);
    assert_non_null(strstr(err.text, "disk full"));
    assert_int_equal(stream_finish(stream, &status, NULL, &err), 0);
    assert_int_equal(status, 1);
    /* Reading meets the end of the output, and again. */
    stream = host_stream(subject, ARGV("echo", "x"), &err);
    assert_int_equal(stream_read(stream, back, sizeof back, &err), 2);
    assert_int_equal(stream_read(stream, back, sizeof back, &err), 0);
    assert_int_equal(stream_read(stream, back, sizeof back, &err), 0);
    assert_int_equal(stream_finish(stream, &status, NULL, &err), 0);
    assert_int_equal(status, 0);
    free(bytes);
}

void case_stream_abandoned(void **state)
{
    struct err err = ERR_INIT;
    struct stream *stream = host_stream(subject, ARGV("yes"), &err);
    char bytes[64];
    uint64_t begin = clock_ms();

    (void)state;
    assert_true(stream_read(stream, bytes, sizeof bytes, &err) > 0);
    stream_abandon(stream);
    assert_in_range(clock_ms() - begin, 0, 5000);
    stream_abandon(NULL);
    assert_usable();
}

void case_clone_works_beside(void **state)
{
    struct err err = ERR_INIT;
    struct stream *stream = host_stream(subject, ARGV("cat"), &err);
    struct host *clone = host_clone(subject, &err);
    struct buf out = BUF_INIT;
    char byte;
    int status = -1;

    (void)state;
    assert_non_null(stream);
    if (clone == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(host_script(clone, &out, &err, "echo clone", NULL), 0);
    assert_string_equal(buf_str(&out), "clone\n");
    host_close(clone);
    buf_free(&out);
    assert_int_equal(stream_write(stream, "x", 1, &err), 0);
    assert_int_equal(stream_read(stream, &byte, 1, &err), 1);
    assert_int_equal(stream_finish(stream, &status, NULL, &err), 0);
    assert_int_equal(status, 0);
}

struct tunnelled {
    const char *path;
    unsigned seed;
    int rc;
};

static void *use_tunnel(void *argument)
{
    struct tunnelled *use = argument;

    use->rc = echo_check(use->path, 5 * MIB + use->seed, use->seed);
    return NULL;
}

static void four_at_once(struct host *host, int tcp)
{
    struct err err = ERR_INIT;
    struct echo echo;
    struct tunnelled uses[4];
    pthread_t threads[4];
    const char *path;

    echo_start(&echo, tcp);
    path = tcp ? host_tunnel(host, NULL, "127.0.0.1", echo.port, &err) : host_tunnel(host, echo.path, NULL, 0, &err);
    if (path == NULL)
        fail_msg("%s", err.text);
    assert_ptr_equal(tcp ? host_tunnel(host, NULL, "127.0.0.1", echo.port, &err)
                         : host_tunnel(host, echo.path, NULL, 0, &err), path);
    for (unsigned i = 0; i < 4; i++) {
        uses[i] = (struct tunnelled){ .path = path, .seed = i * 77, .rc = -2 };
        assert_int_equal(pthread_create(&threads[i], NULL, use_tunnel, &uses[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(uses[i].rc, 0);
    echo_stop(&echo);
}

static int open_files(void)
{
    int count = 0;

    for (int fd = 0; fd < 1024; fd++)
        count += dup2(fd, fd) == fd;
    return count;
}

void case_tunnel_four_at_once(void **state)
{
    struct err err = ERR_INIT;
    int before = open_files();
    struct host *host = host_clone(subject, &err);
    char *path;

    (void)state;
    assert_non_null(host);
    four_at_once(host, 0);
    four_at_once(host, 1);
    path = mem_dup(host_tunnel(host, NULL, "127.0.0.1", 9, &err));
    assert_int_equal(access(path, F_OK), 0);
    host_close(host);
    assert_int_equal(access(path, F_OK), -1);
    *strrchr(path, '/') = '\0';
    assert_int_equal(access(path, F_OK), -1);
    poll(NULL, 0, 50); /* the echo's own threads close theirs */
    assert_int_equal(open_files(), before);
    free(path);
}

static char *temp_folder(void)
{
    char *folder = mem_dup("/tmp/dualserver-file-XXXXXX");

    assert_non_null(mkdtemp(folder));
    return folder;
}

static void assert_content(const char *path, const char *content)
{
    struct err err = ERR_INIT;
    struct buf buf = BUF_INIT;

    if (file_read(subject, path, &buf, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(buf_str(&buf), content);
    buf_free(&buf);
}

static void assert_alone(const char *folder, const char *names)
{
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;

    assert_int_equal(host_script(subject, &out, &err, "cd \"$1\" && ls -A | tr '\\n' ' '", folder, NULL), 0);
    assert_string_equal(buf_str(&out), names);
    buf_free(&out);
}

void case_file_replace(void **state)
{
    char *folder = temp_folder(), *path = mem_printf("%s/my cnf'", folder), *link = mem_printf("%s/link", folder);
    char *backup = mem_printf("%s/old", folder);
    struct buf expected = BUF_INIT;
    struct file_stat stat;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(file_stat(subject, path, &stat, &err), 0);
    assert_false(stat.exists);
    assert_int_equal(file_replace(subject, path, "first\n", 6, NULL, NULL, &err), 0);
    assert_int_equal(file_stat(subject, path, &stat, &err), 0);
    assert_int_equal(stat.mode, 0644);
    assert_int_equal(stat.size, 6);
    assert_string_equal(stat.owner, "root");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(chown(path, 1, 2), 0); /* daemon, bin */
    assert_int_equal(symlink("my cnf'", link), 0);
    buf_adds(&expected, "first\n");
    if (file_replace(subject, link, "sec\0nd", 6, &expected, backup, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(file_stat(subject, path, &stat, &err), 0);
    assert_int_equal(stat.mode, 0640);
    assert_string_equal(stat.owner, "daemon");
    assert_string_equal(stat.group, "bin");
    assert_int_equal(file_stat(subject, backup, &stat, &err), 0);
    assert_int_equal(stat.mode, 0640);
    assert_string_equal(stat.owner, "daemon");
    assert_content(backup, "first\n");
    assert_content(link, "sec");
    assert_alone(folder, "link my cnf' old ");
    assert_int_equal(host_script(subject, NULL, &err, "test -h \"$1\" && rm -r -- \"$2\"", link, folder, NULL), 0);
    buf_free(&expected);
    free(backup);
    free(link);
    free(path);
    free(folder);
}

void case_file_refusals(void **state)
{
    char *folder = temp_folder(), *path = mem_printf("%s/my.cnf", folder), *taken = mem_printf("%s/taken", folder);
    char *fresh = mem_printf("%s/fresh", folder), *lost = mem_printf("%s/none/my.cnf", folder);
    struct buf expected = BUF_INIT;
    struct file_stat stat;
    struct err err = ERR_INIT;

    (void)state;
    buf_adds(&expected, "first\n");
    assert_int_equal(file_replace(subject, path, "first\n", 6, NULL, NULL, &err), 0);
    assert_int_equal(file_replace(subject, taken, "taken\n", 6, NULL, NULL, &err), 0);
    assert_int_equal(file_replace(subject, path, "x", 1, &expected, taken, &err), -1);
    assert_int_equal(err.code, ERR_WORLD);
    assert_content(taken, "taken\n");
    buf_adds(&expected, "more");
    assert_int_equal(file_replace(subject, path, "x", 1, &expected, fresh, &err), -1);
    assert_int_equal(err.code, ERR_WORLD);
    assert_int_equal(file_replace(subject, fresh, "x", 1, &expected, NULL, &err), -1); /* is not there */
    assert_int_equal(err.code, ERR_WORLD);
    assert_int_equal(file_replace(subject, folder, "x", 1, NULL, NULL, &err), -1);
    assert_int_equal(file_replace(subject, lost, "x", 1, NULL, NULL, &err), -1);
    assert_int_equal(err.code, ERR_COMMAND);
    assert_content(path, "first\n");
    assert_alone(folder, "my.cnf taken ");
    assert_int_equal(file_read(subject, fresh, &expected, &err), -1);
    assert_int_equal(file_stat(subject, path, &stat, &err), 0);
    assert_int_equal(host_script(subject, NULL, &err, "rm -r -- \"$1\"", folder, NULL), 0);
    buf_free(&expected);
    free(fresh);
    free(taken);
    free(lost);
    free(path);
    free(folder);
}
