/* The way of sudo's root to a Unix socket, with each of the tools that can make it, through a sudo of the test's own: the
 * tunnel's PATH has nothing but what each case links into it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "host_cases.h"

struct host *subject;
int cancel_pipe[2];

static char folder[] = "/tmp/test-bridge-XXXXXX";
static char *full_path;

/* Takes the options that this program gives, asks for the password where -S is one of them. The tests' own id says 0. */
static const char sudo[] = "#!/bin/sh\n"
                           "ask=no\n"
                           "while [ \"$1\" != -- ]; do [ \"$1\" != -S ] || ask=yes; shift; done\n"
                           "if [ $ask = yes ]; then IFS= read -r line; [ \"$line\" = \"it's secret\" ] || exit 1; fi\n"
                           "shift\n"
                           "exec \"$@\"\n";

static int put(const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    int rc = file != NULL && fputs(text, file) >= 0 && fclose(file) == 0 ? chmod(path, 0755) : -1;

    free(path);
    return rc;
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL || put("sudo", sudo) != 0 || put("id", "#!/bin/sh\necho 0\n") != 0)
        return -1;
    full_path = mem_dup(getenv("PATH"));
    return 0;
}

static int tear_down(void **state)
{
    static const char *const command[] = { "sudo", "id", "sh", "grep", "perl", "python3", "ncat", "nc" };

    (void)state;
    setenv("PATH", full_path, 1);
    for (size_t i = 0; i < sizeof command / sizeof command[0]; i++) {
        char *path = mem_printf("%s/%s", folder, command[i]);
        unlink(path);
        free(path);
    }
    rmdir(folder);
    free(full_path);
    return 0;
}

/* Where a command is with the full PATH; "" when it is not. */
static void where_is(const char *name, char *path, size_t size)
{
    static const char *const places[] = { "/usr/local/bin", "/usr/bin", "/bin" };

    path[0] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0] && path[0] == '\0'; i++)
        if (snprintf(path, size, "%s/%s", places[i], name) >= (int)size || access(path, X_OK) != 0)
            path[0] = '\0';
}

static bool add_tool(const char *name)
{
    char real[256];
    char *link = mem_printf("%s/%s", folder, name);

    where_is(name, real, sizeof real);
    unlink(link);
    bool there = real[0] != '\0' && symlink(real, link) == 0;
    free(link);
    return there;
}

static struct host *open_with(const char *tool, const char *password, bool *there)
{
    static const char *const always[] = { "sh", "grep" };
    static const char *const bridges[] = { "perl", "python3", "ncat", "nc" };
    struct secret *secret = password != NULL ? secret_new(password, strlen(password)) : NULL;
    struct host_where where = { .label = "slave", .host = "local", .cancel_fd = -1, .sudo = true, .sudo_password = secret };
    struct err err = ERR_INIT;

    for (size_t i = 0; i < sizeof bridges / sizeof bridges[0]; i++) {
        char *path = mem_printf("%s/%s", folder, bridges[i]);
        unlink(path);
        free(path);
    }
    *there = true;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        assert_true(add_tool(always[i]));
    if (tool != NULL)
        *there = add_tool(tool);
    setenv("PATH", folder, 1);
    struct host *host = host_open(&where, NULL, &err);
    if (host == NULL)
        fail_msg("%s", err.text);
    secret_free(secret);
    return host;
}

static void bridge_with(const char *tool, const char *password)
{
    struct err err = ERR_INIT;
    struct echo echo;
    bool there;
    struct host *host = open_with(tool, password, &there);

    if (!there) {
        host_close(host);
        skip();
    }
    echo_start(&echo, 0);
    const char *path = host_tunnel(host, echo.path, NULL, 0, &err);
    if (path == NULL)
        fail_msg("%s", err.text);
    assert_string_not_equal(path, echo.path);
    assert_ptr_equal(host_tunnel(host, echo.path, NULL, 0, &err), path);
    assert_int_equal(echo_check(path, 3u << 20, 7), 0);
    assert_int_equal(echo_check(path, 1000, 8), 0);
    echo_stop(&echo);
    host_close(host);
}

static void by_perl(void **state)
{
    (void)state;
    bridge_with("perl", NULL);
}

static void by_perl_with_a_password(void **state)
{
    (void)state;
    bridge_with("perl", "it's secret");
}

static void by_python(void **state)
{
    (void)state;
    bridge_with("python3", "it's secret");
}

static void by_ncat(void **state)
{
    (void)state;
    bridge_with("ncat", NULL);
}

static void by_nc(void **state)
{
    (void)state;
    bridge_with("nc", NULL);
}

static void without_any_it_says_what_to_install(void **state)
{
    struct err err = ERR_INIT;
    bool there;
    struct host *host = open_with(NULL, NULL, &there);

    (void)state;
    assert_null(host_tunnel(host, "/run/mysqld/mysqld.sock", NULL, 0, &err));
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "nothing on local can connect"));
    assert_non_null(strstr(err.hint, "perl-base"));
    assert_non_null(strstr(err.hint, "db_user"));
    host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_perl), cmocka_unit_test(by_perl_with_a_password), cmocka_unit_test(by_python),
        cmocka_unit_test(by_ncat), cmocka_unit_test(by_nc), cmocka_unit_test(without_any_it_says_what_to_install),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
