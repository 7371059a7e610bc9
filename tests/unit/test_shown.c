/* Commands as the log shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/shown.h"

static const struct {
    const char *argv[8];
    const char *shown;
} cases[] = {
    { { "cat", "a file" }, "cat 'a file'" },
    { { "sh", "-c", "set -eu; umask 077; mkdir -p -- \"$1/copy\"", "dualserver", "/var/lib/x" }, "mkdir -p -- \"/var/lib/x/copy\"" },
    { { "sh", "-c", "cat -- \"$1\"", "dualserver", "/etc/my file" }, "cat -- '/etc/my file'" },
    { { "sh", "-c", "LC_ALL=C PATH=\"${PATH:-/bin}:/sbin\"; export LC_ALL PATH\nset -eu; a\nb\n", "dualserver" }, "a; b" },
    { { "sh", "-c", "echo $2 $9", "dualserver", "one", "two" }, "echo two $9" },
    { { "sh", "-c", "echo \"$1", "dualserver", "" }, "echo \"" },
    { { "sh", "-c", "awk '{ n += $1 }' \"$1\"", "dualserver", "file" }, "awk '{ n += $1 }' file" },
    { { "sh", "-c", "# systemctl $1 $2\nset -eu; if x; then y; fi", "dualserver", "stop", "db.service" }, "systemctl stop db.service" },
    { { "env", "LC_ALL=C", "sh", "-c", "# write \"$1\"\nset -eu", "dualserver", "a b" }, "write 'a b'" },
    { { "sh", "-c", "set -eu", "dualserver" }, "" },
};

static void test_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = BUF_INIT;
        show_command(&text, cases[i].argv);
        assert_string_equal(buf_str(&text), cases[i].shown);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shown) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
