#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

static char path[] = "/tmp/dualserver-secret-XXXXXX";

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static struct secret *from(const char *content, size_t len, unsigned mode, struct err *err)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, len, file), len);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
    *err = (struct err)ERR_INIT;
    return secret_from_file(path, err);
}

static void takes_the_first_line(void **state)
{
    struct err err;
    struct secret *secret = from("pass w\xc3\xb6rd'\\\nsecond\n", 20, 0600, &err);

    (void)state;
    assert_non_null(secret);
    assert_string_equal(secret_text(secret), "pass w\xc3\xb6rd'\\");
    assert_int_equal(secret_len(secret), 12);
    secret_free(secret);
    secret = from("no newline", 10, 0400, &err);
    assert_string_equal(secret_text(secret), "no newline");
    secret_free(secret);
}

static void refuses_what_is_no_password_file(void **state)
{
    static const struct {
        const char *content;
        size_t len;
        unsigned mode;
        const char *says;
    } cases[] = {
        { "ok\n", 3, 0640, "open to others" }, { "ok\n", 3, 0604, "open to others" },
        { "", 0, 0600, "empty" },              { "\nsecond\n", 8, 0600, "empty" },
        { "a\tb\n", 4, 0600, "control byte" }, { "a\r\n", 3, 0600, "control byte" },
        { "a\0b\n", 4, 0600, "control byte" }, { "a\x7f\n", 3, 0600, "control byte" },
    };
    char longest[1100];
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_null(from(cases[i].content, cases[i].len, cases[i].mode, &err));
        assert_int_equal(err.code, ERR_ANSWERS);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_null(strstr(err.text, "ok"));
    }
    memset(longest, 'x', sizeof longest);
    assert_null(from(longest, sizeof longest, 0600, &err));
    assert_null(secret_from_file("/nonexistent/file", &err));
    assert_int_equal(err.code, ERR_ANSWERS);
}

/* Every byte value, at the begin, in the middle and at the end. */
static void no_control_byte_passes(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const bool control = byte < 0x20 || byte == 0x7f;
        for (size_t at = 0; at < 3; at++) {
            char text[4] = "abc";
            struct err err = ERR_INIT;
            text[at] = (char)byte;
            struct secret *typed = secret_typed(text, 3, &err);
            assert_int_equal(typed == NULL, control);
            assert_int_equal(err.code, control ? ERR_AUTH : ERR_NONE);
            secret_free(typed);
            struct secret *read = from(text, 3, 0600, &err);
            /* a newline ends the line, and with it the password */
            assert_int_equal(read == NULL, byte == '\n' ? at == 0 : control);
            if (read != NULL)
                assert_int_equal(secret_len(read), byte == '\n' ? at : 3);
            secret_free(read);
        }
    }
    struct secret *none = secret_typed("", 0, NULL);
    assert_int_equal(secret_len(none), 0);
    secret_free(none);
}

static void random_ones_are_long_and_different(void **state)
{
    struct err err = ERR_INIT;
    struct secret *a = secret_random(24, &err), *b = secret_random(24, &err), *copy = secret_copy(a);
    int letters[256] = { 0 };

    (void)state;
    assert_int_equal(strlen(secret_text(a)), 24);
    assert_string_not_equal(secret_text(a), secret_text(b));
    assert_string_equal(secret_text(copy), secret_text(a));
    secret_free(a);
    secret_free(b);
    secret_free(copy);
    a = secret_random(6200, &err);
    for (size_t i = 0; i < secret_len(a); i++)
        letters[(unsigned char)secret_text(a)[i]]++;
    /* 100 each on average, standard deviation 10 */
    for (const char *c = "AZaz09"; *c != '\0'; c++)
        assert_in_range(letters[(unsigned char)*c], 40, 160);
    secret_free(a);
    secret_free(NULL);
}

static void wipe_leaves_nothing(void **state)
{
    char bytes[] = "secret";

    (void)state;
    wipe(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_first_line),
        cmocka_unit_test(refuses_what_is_no_password_file),
        cmocka_unit_test(no_control_byte_passes),
        cmocka_unit_test(random_ones_are_long_and_different),
        cmocka_unit_test(wipe_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
