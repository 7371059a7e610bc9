/* What we read and write is what the server's own reader sees: random option files and random values, compared with
 * my_print_defaults. Skipped where that program is not installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mysql/cnf.h"

#define FILES 300

static char path[] = "/tmp/dualserver-cnf-XXXXXX";

static unsigned next(unsigned below)
{
    static uint32_t seed = 20071;
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % below;
}

/* Output of my_print_defaults for the file, NULL when it refuses it. */
static char *reader_says(void)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        char option[64];
        snprintf(option, sizeof option, "--defaults-file=%s", path);
        dup2(out[1], STDOUT_FILENO);
        close(STDERR_FILENO);
        execlp("my_print_defaults", "my_print_defaults", option, "mysqld", (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    close(out[1]);
    struct buf said = BUF_INIT;
    char bytes[4096];
    for (ssize_t n; (n = read(out[0], bytes, sizeof bytes)) > 0;)
        buf_add(&said, bytes, (size_t)n);
    close(out[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return buf_steal(&said);
    buf_free(&said);
    assert_int_not_equal(WIFEXITED(status) ? WEXITSTATUS(status) : 0, 127);
    return NULL;
}

/* Asked before anything is allocated, which a test that is skipped would not free. */
static void need_reader(void)
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        close(STDOUT_FILENO);
        execlp("my_print_defaults", "my_print_defaults", "--version", (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        skip();
}

static void write_file(const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* The same list from our side; the reader writes keys as they are spelt, so dashes are made equal on both. */
static char *we_say(const struct cnf *cnf)
{
    struct buf said = BUF_INIT;
    for (size_t i = 0; i < cnf->count; i++) {
        const struct cnf_line *line = &cnf->lines[i];
        if (line->kind != CNF_OPTION || strcasecmp(line->group, "mysqld") != 0)
            continue;
        buf_addf(&said, "--%s", line->key);
        if (line->value != NULL)
            buf_addf(&said, "=%s", line->value);
        buf_addc(&said, '\n');
    }
    return buf_steal(&said);
}

static void underscore(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '-')
            *text = '_';
}

static void add_random_line(struct buf *text)
{
    static const char *const pieces[] = { "a", "log-bin", "=", " ", "\t", "\"", "'", "\\", "#", ";", "x y", "\\n", "\\s",
                                          "\\\"", "\xC3\xA0", "=", "\\'", "\xA0", "]", "z", "\r", "\v" };
    const unsigned kind = next(12);
    if (kind == 0)
        buf_adds(text, "[other]");
    else if (kind <= 2)
        buf_adds(text, "[mysqld]");
    else if (kind == 3)
        buf_adds(text, "# log-bin = no");
    else
        buf_adds(text, "key");
    for (unsigned n = kind < 3 ? 0 : next(14); n > 0; n--)
        buf_adds(text, pieces[next(sizeof pieces / sizeof pieces[0])]);
    if (next(60) == 0)
        for (unsigned n = 4070 + next(60); n > 0; n--)
            buf_addc(text, 'w');
    if (next(40) == 0)
        buf_addc(text, '\0');
    buf_addc(text, '\n');
}

static void random_files_read_the_same(void **state)
{
    (void)state;
    need_reader();
    unsigned compared = 0;
    for (unsigned i = 0; i < FILES; i++) {
        struct buf text = BUF_INIT;
        struct cnf cnf;
        buf_adds(&text, "[mysqld]\n");
        for (unsigned n = 1 + next(8); n > 0; n--)
            add_random_line(&text);
        if (next(3) == 0)
            text.len--; /* no newline at the end */
        write_file(text.data, text.len);
        cnf_parse(&cnf, path, text.data, text.len);
        char *theirs = reader_says(), *ours = we_say(&cnf);
        if (theirs != NULL) {
            underscore(theirs);
            underscore(ours);
            assert_string_equal(ours, theirs);
            compared++;
        }
        free(theirs);
        free(ours);
        cnf_free(&cnf);
        buf_free(&text);
    }
    assert_true(compared > FILES * 9 / 10);
}

static void values_set_here_are_read_there(void **state)
{
    (void)state;
    need_reader();
    static const char *const pieces[] = { "a", " ", "\t", "\n", "\r", "\b", "\"", "'", "\\", "#", ";", "=", "[", "!", "n",
                                          "s", "\xC3\xA0", "\xA0", "\v", "\f", "*" };
    static const char *const befores[] = { "[mysqld]\nvalue = old # why\nb=1\n", "[mysqld]\nvalue\n", "[client]\nx",
                                           "[mysqld]\nskip-value=1#\n", "", "[mysqld]\r\nvalue='a' \r\n[z]\r\n" };
    for (unsigned i = 0; i < FILES; i++) {
        struct buf value = BUF_INIT, want = BUF_INIT;
        struct cnf cnf;
        for (unsigned n = next(7); n > 0; n--)
            buf_adds(&value, pieces[next(sizeof pieces / sizeof pieces[0])]);
        const char *before = befores[i % (sizeof befores / sizeof befores[0])];
        cnf_parse(&cnf, path, before, strlen(before));
        cnf_set(&cnf, "mysqld", "value", buf_str(&value));
        write_file(cnf.text.data, cnf.text.len);
        char *theirs = reader_says();
        assert_non_null(theirs);
        buf_addf(&want, "--value=%s\n%s", buf_str(&value), strstr(before, "b=1") != NULL ? "--b=1\n" : "");
        assert_string_equal(theirs, buf_str(&want));
        free(theirs);
        cnf_free(&cnf);
        buf_free(&value);
        buf_free(&want);
    }
}

static int make_file(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_files_read_the_same),
        cmocka_unit_test(values_set_here_are_read_there),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
