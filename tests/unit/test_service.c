/* The mysqld service, against a systemctl and a service of the test's own: they keep a unit's state in a file, log what
 * they are told, and refuse what systemd refuses. */
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
#include "host/service.h"

static const char systemctl[] =
    "#!/bin/sh\n"
    "cd \"${0%/*}\" || exit 1\n"
    "verb=$1; for unit; do :; done\n"
    "state=$(cat \"$unit\" 2>/dev/null || echo inactive)\n"
    "case $verb in\n"
    "is-active) echo \"$state\"; [ \"$state\" = active ]; exit;;\n"
    "start) echo \"start $unit\" >>log\n"
    /* systemd: "Socket service mariadb.service already active, refusing." */
    "  if [ \"$unit\" = db.socket ] && [ \"$(cat db.service)\" = active ]; then exit 1; fi\n"
    "  [ -e broken ] || echo active >\"$unit\";;\n"
    "stop) [ ! -e slow ] || sleep 1; echo \"stop $unit\" >>log; echo inactive >\"$unit\";;\n"
    "esac\n";
static const char sysv[] =
    "#!/bin/sh\n"
    "cd \"${0%/*}\" || exit 1\n"
    "case $2 in\n"
    "status) [ \"$(cat \"$1\")\" = active ] || exit 3;;\n"
    "start) echo \"start $1\" >>log; echo active >\"$1\"; sleep 3 & ;;\n" /* a daemon that keeps what it inherits */
    "stop) echo \"stop $1\" >>log; echo inactive >\"$1\"; [ ! -e broken ];;\n"
    "esac\n";

static char folder[] = "/tmp/test-service-XXXXXX";
static struct host *host;
static struct service with_socket = { .unit = (char *)"db.service", .socket_unit = (char *)"db.socket", .systemd = true };
static struct service alone = { .unit = (char *)"db.service", .systemd = true };
static struct service old = { .unit = (char *)"db" };

static void put(const char *name, const char *text, mode_t mode)
{
    char *path = mem_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

/* The file's lines, joined by commas. */
static void expect(const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", folder, name), got[512];
    FILE *file = fopen(path, "r");
    size_t len = file != NULL ? fread(got, 1, sizeof got - 1, file) : 0;

    got[len] = '\0';
    if (file != NULL)
        fclose(file);
    while (len > 0 && got[len - 1] == '\n')
        got[--len] = '\0';
    for (char *at = got; (at = strchr(at, '\n')) != NULL;)
        *at = ',';
    assert_string_equal(got, text);
    free(path);
}

static void begin(const char *service, const char *socket)
{
    static const char *const leftovers[] = { "log", "broken", "slow" };

    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++) {
        char *path = mem_printf("%s/%s", folder, leftovers[i]);
        unlink(path);
        free(path);
    }
    put("db", service, 0644);
    put("db.service", service, 0644);
    put("db.socket", socket, 0644);
}

static int set_up(void **state)
{
    struct host_where where = { .label = "master", .host = "local", .cancel_fd = -1 };
    struct err err = ERR_INIT;

    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    put("systemctl", systemctl, 0755);
    put("service", sysv, 0755);
    char *path = mem_printf("%s:%s", folder, getenv("PATH"));
    setenv("PATH", path, 1);
    free(path);
    host = host_open(&where, NULL, &err);
    return host != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    (void)host_script(host, NULL, &err, "rm -r -- \"$1\"", folder, NULL);
    host_close(host);
    return 0;
}

static void socket_goes_first_both_ways(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("active", "active");
    assert_int_equal(service_stop(host, &with_socket, &err), 0);
    expect("log", "stop db.socket,stop db.service");
    assert_int_equal(service_start(host, &with_socket, &err), 0);
    expect("log", "stop db.socket,stop db.service,start db.socket,start db.service");
    expect("db.socket", "active");
}

/* A stop that was cut off after the socket: the service never stopped, and both are to be there again. */
static void half_stopped_gets_its_socket_back(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("active", "inactive");
    assert_int_equal(service_start(host, &with_socket, &err), 0);
    expect("log", "stop db.service,start db.socket,start db.service");
    expect("db.socket", "active");
    expect("db.service", "active");
}

static void what_is_so_is_left_alone(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("active", "active");
    assert_int_equal(service_start(host, &with_socket, &err), 0);
    assert_int_equal(service_start(host, &alone, &err), 0);
    assert_int_equal(service_start(host, &old, &err), 0);
    expect("log", "");
}

/* What a cancelled run started goes on; a start meanwhile must come after it, or the server is stopped in the end. */
static void start_waits_for_a_stop_under_way(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("active", "active");
    put("slow", "", 0644);
    /* as over SSH, where a command outlives its channel: in a session of its own */
    assert_int_equal(host_script(host, NULL, &err,
                                 "setsid sh -c 'exec 9</run; flock 9; systemctl stop -- db.socket; systemctl stop -- db.service' "
                                 "</dev/null >/dev/null 2>&1 & sleep 0.3", NULL), 0);
    assert_int_equal(service_start(host, &with_socket, &err), 0);
    expect("log", "stop db.socket,stop db.service,start db.socket,start db.service");
    expect("db.service", "active");
}

static void failure_is_told(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("inactive", "inactive");
    put("broken", "", 0644);
    assert_int_equal(service_start(host, &with_socket, &err), -1);
    assert_non_null(strstr(err.text, "db.service on local does not start"));
}

/* Its status asks a server that no longer answers; only its stop knows that the process is still there. */
static void sysv_stop_is_believed_not_its_status(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("active", "inactive");
    put("broken", "", 0644);
    assert_int_equal(service_stop(host, &old, &err), -1);
    assert_non_null(strstr(err.text, "db on local does not stop"));
    expect("db", "inactive");
    begin("inactive", "inactive"); /* also when it seems stopped already */
    assert_int_equal(service_stop(host, &old, &err), 0);
    expect("log", "stop db");
    begin("inactive", "inactive");
    assert_int_equal(service_start(host, &old, &err), 0);
    expect("log", "start db");
}

/* The daemon that the start above left must not hold the lock, or its stop would wait for its end. */
static void daemon_does_not_keep_the_lock(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    begin("inactive", "inactive");
    assert_int_equal(service_start(host, &old, &err), 0);
    assert_int_equal(host_script(host, NULL, &err, "flock -n /run true", NULL), 0);
}

static void commands_for_a_person(void **state)
{
    char *text = service_command(&with_socket, "stop");

    (void)state;
    assert_string_equal(text, "systemctl stop db.socket db.service");
    free(text);
    text = service_command(&alone, "start");
    assert_string_equal(text, "systemctl start db.service");
    free(text);
    text = service_command(&old, "stop");
    assert_string_equal(text, "service db stop");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(socket_goes_first_both_ways), cmocka_unit_test(half_stopped_gets_its_socket_back),
        cmocka_unit_test(what_is_so_is_left_alone),    cmocka_unit_test(start_waits_for_a_stop_under_way),
        cmocka_unit_test(failure_is_told),             cmocka_unit_test(sysv_stop_is_believed_not_its_status),
        cmocka_unit_test(daemon_does_not_keep_the_lock), cmocka_unit_test(commands_for_a_person),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
