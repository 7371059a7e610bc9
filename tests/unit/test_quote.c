#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/quote.h"

/* What `sh -c COMMAND` prints. */
static void shell_prints(const char *command, struct buf *out)
{
    int ends[2], status = -1;
    char bytes[4096];
    ssize_t got;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while ((got = read(ends[0], bytes, sizeof bytes)) > 0)
        buf_add(out, bytes, (size_t)got);
    close(ends[0]);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void words_survive_a_real_shell(void **state)
{
    static const char *const words[] = {
        "", "plain", "two words", "'", "''", "'\\''", "\"", "$HOME", "`id`", "$(id)", "a;b", "a&b", "a|b", ">x", "*", "?",
        "~", "~root", "-n", "--", "a=b", "#", "!", "{a,b}", "[a]", "\\", "\\\\", "\\n", "a\nb", "\n", "trailing\n\n",
        "\t", "\x01\x1b[31m", "\xff\xfe", "\xc3\xa9", "%s%d", "a'b\"c$d`e\\f", "x'; touch /tmp/owned; '",
    };

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct buf command = BUF_INIT, out = BUF_INIT;

        buf_adds(&command, "printf '%s.' ");
        quote_shell(&command, words[i]);
        shell_prints(buf_str(&command), &out);
        assert_int_equal(out.len, strlen(words[i]) + 1);
        assert_memory_equal(out.data, words[i], strlen(words[i]));
        buf_free(&command);
        buf_free(&out);
    }
}

static void every_byte_survives_a_real_shell(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        char word[] = { 'a', (char)byte, 'b', '\0' };
        struct buf command = BUF_INIT, out = BUF_INIT;

        buf_adds(&command, "printf '%s' ");
        quote_shell(&command, word);
        shell_prints(buf_str(&command), &out);
        assert_string_equal(buf_str(&out), word);
        buf_free(&command);
        buf_free(&out);
    }
}

static void sql_and_names(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    quote_sql(&buf, "a'b\\c\0d\"e", 9);
    assert_string_equal(buf_str(&buf), "'a''b\\\\c\\0d\"e'");
    buf_clear(&buf);
    quote_table(&buf, "my`db", "t.1");
    assert_string_equal(buf_str(&buf), "`my``db`.`t.1`");
    buf_free(&buf);
}

static void printable(void **state)
{
    static const struct {
        const char *in, *out;
        size_t len;
        int lines;
    } cases[] = {
        { "plain", "plain", 5, 0 },
        { "a\nb", "a\\nb", 3, 0 },
        { "a\nb", "a\nb", 3, 1 },
        { "a\0b", "a\\x00b", 3, 0 },
        { "\x1b[2J", "\\x1b[2J", 4, 1 },
        { "\r\t\x7f", "\\x0d\\x09\\x7f", 3, 1 },
        { "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xac", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xac", 15, 0 },
        { "\xc2\x9b", "\\xc2\\x9b", 2, 0 },                  /* CSI as one C1 character */
        { "\xe2\x80\xae", "\\xe2\\x80\\xae", 3, 0 },         /* right-to-left override */
        { "\xc0\xaf", "\\xc0\\xaf", 2, 0 },                  /* overlong */
        { "\xe0\x80\x80", "\\xe0\\x80\\x80", 3, 0 },         /* overlong */
        { "\xed\xa0\x80", "\\xed\\xa0\\x80", 3, 0 },         /* surrogate */
        { "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 4, 0 }, /* beyond Unicode */
        { "\xe2\x82", "\\xe2\\x82", 2, 0 },                  /* cut off */
        { "\xffz", "\\xffz", 2, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf buf = BUF_INIT;

        quote_printable(&buf, cases[i].in, cases[i].len, cases[i].lines);
        assert_string_equal(buf_str(&buf), cases[i].out);
        buf_free(&buf);
    }
}

static void sizes_and_durations(void **state)
{
    static const struct {
        unsigned long long value;
        const char *text;
    } sizes[] = { { 0, "0 B" },           { 12, "12 B" },          { 1023, "1023 B" },  { 1024, "1 KiB" },
                  { 327680, "320 KiB" },  { 1610612736, "1.5 GiB" }, { 1048575, "1 MiB" }, { ~0ULL, "16 EiB" } },
      durations[] = { { 40, "40 ms" },        { 400, "0.4 s" },         { 9960, "10 s" },     { 12000, "12 s" },
                      { 59600, "1 min 00 s" }, { 200000, "3 min 20 s" }, { 3599999, "1 h 00 min" },
                      { 7500000, "2 h 05 min" } };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf buf = BUF_INIT;

        quote_size(&buf, sizes[i].value);
        assert_string_equal(buf_str(&buf), sizes[i].text);
        buf_free(&buf);
    }
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        struct buf buf = BUF_INIT;

        quote_duration(&buf, durations[i].value);
        assert_string_equal(buf_str(&buf), durations[i].text);
        buf_free(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_survive_a_real_shell),
        cmocka_unit_test(every_byte_survives_a_real_shell),
        cmocka_unit_test(sql_and_names),
        cmocka_unit_test(printable),
        cmocka_unit_test(sizes_and_durations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
