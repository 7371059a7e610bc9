/* The lock of a host and the watchdog that lives on it, on this machine, with a `service` of the test's own. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/lock.h"
#include "host/watchdog.h"

/* It starts only when the option file is the old one. */
static const char sysv[] = "#!/bin/sh\n"
                           "cd \"${0%/*}\" || exit 1\n"
                           "case $2 in\n"
                           "status) [ \"$(cat db)\" = active ];;\n"
                           "start) echo start >>log; grep -q good my.cnf || exit 1; echo active >db;;\n"
                           "stop) echo inactive >db;;\n"
                           "esac\n";

static char folder[] = "/tmp/test-watchdog-XXXXXX";
static char *base, *run_dir, *cnf, *backup;
static struct host *host;
static struct service service = { .unit = (char *)"db" };

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

static bool holds(const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", folder, name), got[1024];
    FILE *file = fopen(path, "r");
    size_t len = file != NULL ? fread(got, 1, sizeof got - 1, file) : 0;
    got[len] = '\0';
    if (file != NULL)
        fclose(file);
    free(path);
    return strstr(got, text) != NULL;
}

static void script(const char *text)
{
    struct err err = ERR_INIT;
    if ((host_script)(host, NULL, &err, text, folder, NULL) != 0)
        fail_msg("%s", err.text);
}

static int set_up(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    base = mem_printf("%s/dualserver", folder);
    run_dir = mem_printf("%s/.dualserver-RUN", folder);
    cnf = mem_printf("%s/my.cnf", folder);
    backup = mem_printf("%s/my.cnf.RUN.bak", folder);
    put("service", sysv, 0755);
    char *path = mem_printf("%s:%s", folder, getenv("PATH"));
    setenv("PATH", path, 1);
    free(path);
    host = host_open(&(struct host_where){ .label = "master", .host = "local", .cancel_fd = -1 }, NULL, &err);
    return host != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    script("rm -rf -- \"$1\"");
    host_close(host);
    free(base);
    free(run_dir);
    free(cnf);
    free(backup);
    return 0;
}

static struct lock *take(const char *run, const char *broken, struct lock_holder *holder)
{
    struct err err = ERR_INIT;
    struct lock *lock = NULL;
    const struct lock_wish wish = { .base = base, .room = folder, .run = run, .broken = broken };
    if (lock_take(host, &wish, &lock, holder, &err) != 0)
        fail_msg("%s", err.text);
    return lock;
}

static void release(struct lock *lock)
{
    struct err err = ERR_INIT;
    if (lock_release(host, lock, &err) != 0)
        fail_msg("%s", err.text);
}

static bool wait_for(bool (*so)(void), unsigned seconds)
{
    for (uint64_t end = clock_ms() + seconds * 1000; clock_ms() < end; poll(NULL, 0, 100))
        if (so())
            return true;
    return so();
}

static void one_at_a_time(void **state)
{
    struct lock_holder holder;
    struct buf who = BUF_INIT;
    (void)state;
    struct lock *lock = take("20261122-184501-3f9c", NULL, &holder);
    assert_non_null(lock);
    assert_null(take("other", NULL, &holder));
    assert_int_equal(holder.state, LOCK_LIVE);
    assert_string_equal(holder.run, "20261122-184501-3f9c");
    assert_int_equal(holder.pid, getpid());
    lock_describe(&holder, &who);
    assert_non_null(strstr(buf_str(&who), "@"));
    assert_non_null(strstr(buf_str(&who), "since 2"));
    buf_free(&who);
    /* however it is asked for: who is at work is not interrupted */
    assert_null(take("other", "20261122-184501-3f9c", &holder));
    assert_null(take("20261122-184501-3f9c", NULL, &holder));
    release(lock);
    assert_int_not_equal(access(base, F_OK), 0);
    lock = take("other", NULL, &holder);
    assert_non_null(lock);
    release(lock);
}

static void stale_one(const char *machine, const char *pid)
{
    struct err err = ERR_INIT;
    assert_int_equal(host_script(host, NULL, &err,
                                 "mkdir -p \"$1/.dualserver-lock\"; cd \"$1/.dualserver-lock\"\n"
                                 "printf 'run OLD\\nowner eve\\033[31m@else\\npid %s\\nmachine %s\\nsince 2020-01-01\\n' \"$3\" \"$2\" >owner\n"
                                 ": >fed; touch -d 2020-01-01 owner fed",
                                 base, machine, pid, NULL),
                     0);
}

static void a_stale_lock_is_broken_knowingly(void **state)
{
    struct lock_holder holder;
    (void)state;
    stale_one("0123", "1");
    assert_null(take("NEW", NULL, &holder));
    assert_int_equal(holder.state, LOCK_STALE);
    assert_string_equal(holder.run, "OLD");
    assert_null(strchr(holder.owner, '\033'));
    assert_null(take("NEW", "ANOTHER", &holder));
    struct lock *lock = take("NEW", "OLD", &holder);
    assert_non_null(lock);
    release(lock);
    /* of the same run: resumed */
    stale_one("0123", "1");
    lock = take("OLD", NULL, &holder);
    assert_non_null(lock);
    release(lock);
}

static void a_dead_program_of_this_machine_has_no_lock(void **state)
{
    struct lock_holder holder;
    struct err err = ERR_INIT;
    struct buf machine = BUF_INIT;
    char pid[24];
    (void)state;
    if (access("/etc/machine-id", R_OK) != 0)
        skip();
    assert_int_equal(host_script(host, &machine, &err, "cat /etc/machine-id", NULL), 0);
    buf_trim(&machine);
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    snprintf(pid, sizeof pid, "%ld", (long)child);
    stale_one(buf_str(&machine), pid);
    struct lock *lock = take("NEW", NULL, &holder);
    assert_non_null(lock);
    release(lock);
    buf_free(&machine);
}

static const struct lock *watched_lock;

static bool is_lost(void)
{
    return lock_lost(watched_lock);
}

static void who_lost_it_is_told(void **state)
{
    struct lock_holder holder;
    (void)state;
    struct lock *lock = take("MINE", NULL, &holder);
    assert_non_null(lock);
    assert_false(lock_lost(lock));
    script("sed -i 's/^run .*/run THEIRS/' \"$1/dualserver/.dualserver-lock/owner\"");
    watched_lock = lock;
    assert_true(wait_for(is_lost, 10));
    release(lock);
    assert_true(holds("dualserver/.dualserver-lock/owner", "run THEIRS"));
    script("rm -rf -- \"$1/dualserver\"");
}

static void arm(struct lock *lock)
{
    struct err err = ERR_INIT;
    struct strings edited = { .count = 0 };
    strings_add(&edited, cnf);
    const struct watchdog_orders orders = { .folder = run_dir, .lock = lock_path(lock), .run = "RUN", .service = &service,
                                            .edited = &edited };
    if (watchdog_arm(host, &orders, &err) != 0)
        fail_msg("%s: %s", err.text, err.hint);
    strings_free(&edited);
}

static bool is_active(void)
{
    return holds("db", "\nactive") || (holds("db", "active") && !holds("db", "inactive"));
}

static bool has_gone(void)
{
    char *path = mem_printf("%s/watchdog/pid", run_dir);
    const bool gone = access(path, F_OK) != 0;
    free(path);
    return gone;
}

static void fed_it_is_quiet(void **state)
{
    struct lock_holder holder;
    struct err err = ERR_INIT;
    struct buf said = BUF_INIT;
    bool back = true;
    (void)state;
    put("db", "inactive\n", 0644);
    put("log", "", 0644);
    struct lock *lock = take("RUN", NULL, &holder);
    arm(lock);
    arm(lock); /* again: there is one */
    poll(NULL, 0, (WATCHDOG_QUIET_S + 3) * 1000);
    assert_int_equal(watchdog_check(host, run_dir, &err), 0);
    assert_int_equal(watchdog_disarm(host, run_dir, &back, &said, &err), 0);
    assert_false(back);
    assert_string_equal(buf_str(&said), "");
    assert_true(holds("db", "inactive"));
    assert_int_equal(watchdog_disarm(host, run_dir, &back, &said, &err), 0);
    release(lock);
}

static void unheard_it_starts_and_takes_back(void **state)
{
    struct lock_holder holder;
    struct err err = ERR_INIT;
    struct buf said = BUF_INIT;
    bool back = false;
    (void)state;
    put("db", "inactive\n", 0644);
    put("my.cnf", "new and bad\n", 0640);
    put("my.cnf.RUN.bak", "good\n", 0600);
    struct lock *lock = take("RUN", NULL, &holder);
    arm(lock);
    script("mkdir -p \"$1/.dualserver-RUN/copy/files\"");
    release(lock); /* nothing is heard from now on */
    const uint64_t since = clock_ms();
    assert_true(wait_for(is_active, 15));
    print_message("started after %.1f s\n", (double)(clock_ms() - since) / 1000);
    assert_true(wait_for(has_gone, 5));
    assert_true(holds("my.cnf", "good"));
    assert_true(holds("my.cnf.RUN.taken-back", "new and bad"));
    assert_true(holds("my.cnf.RUN.bak", "good"));
    assert_int_equal(watchdog_check(host, run_dir, &err), -1);
    assert_int_equal(err.code, ERR_WORLD);
    err_clear(&err);
    assert_int_equal(watchdog_disarm(host, run_dir, &back, &said, &err), 0);
    assert_true(back);
    assert_non_null(strstr(buf_str(&said), "as they were before"));
    buf_free(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(a_stale_lock_is_broken_knowingly),
        cmocka_unit_test(a_dead_program_of_this_machine_has_no_lock),
        cmocka_unit_test(who_lost_it_is_told),
        cmocka_unit_test(fed_it_is_quiet),
        cmocka_unit_test(unheard_it_starts_and_takes_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
