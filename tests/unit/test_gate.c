/* The gate of least privilege: every script of the program can be in its list, and what it lets through. The gate is written into
 * a folder of the test's own and run here, by whoever runs the test: without its mount namespace, which wants root (the lab
 * test `least` has that). */
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
#include "host/gate.h"
#include "host/host.h"

#define MOST_WORDS 10

static char folder[] = "/tmp/test-gate-XXXXXX";
static struct host *host;
static struct buf out, errout;

/* As the program's: they are in the list because they are here. */
static const char *show, *show_many, *show_client, *show_lines, *show_names, *show_env, *show_input, *not_this, *show_words, *show_paths;
#define SHOW "printf '[%s]' \"$@\"; cat"
static void list_scripts(void)
{
    show = HOST_SCRIPT("#: run leaf file? database? word?\n" SHOW);
    show_many = HOST_SCRIPT("#: in text unit*\n" SHOW);
    show_client = HOST_SCRIPT("#: tool <client\n" SHOW);
    show_lines = HOST_SCRIPT("#: file word <lines\n" SHOW);
    show_names = HOST_SCRIPT("#: data <names\n" SHOW);
    show_env = HOST_SCRIPT("#:\nenv");
    show_input = HOST_SCRIPT("#: options\n" SHOW);
    show_words = HOST_SCRIPT("#: below log mark probe\n" SHOW);
    show_paths = HOST_SCRIPT("#: data <paths\n" SHOW);
    not_this = HOST_SCRIPT("#: never\n" SHOW);
}

static char *path_of(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static void put(const char *name, const char *text, mode_t mode)
{
    char *path = path_of(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

/* Takes the namespace out: what is put in place never comes back to what stood there. */
static void without_namespace(struct buf *gate)
{
    static const char call[] = "exec unshare --mount --propagation slave sh -c '";
    char *text = buf_steal(gate), *at = strstr(text, call);
    assert_non_null(at);
    buf_add(gate, text, (size_t)(at - text));
    buf_adds(gate, "exec sh -c 'shift \"$1\"; shift; exec \"$@\"' gate \"$@\"; : '");
    buf_adds(gate, at + sizeof call - 1);
    free(text);
}

static int set_up(void **state)
{
    struct gate_rules rules = { .host = "db1", .user = "deploy" };
    struct buf gate = BUF_INIT;
    struct err err = ERR_INIT;
    static const char *const allowed[][2] = {
        { "room", "" }, { "data", "/data" }, { "database", "/data/it's a b" }, { "file", "/my.cnf" }, { "base", "" }, { "logs", "/logs" },
    };
    (void)state;
    list_scripts();
    if (mkdtemp(folder) == NULL)
        return -1;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        char *path = mem_printf("%s%s", folder, allowed[i][1]);
        gate_allow(&rules, allowed[i][0], path);
        free(path);
    }
    gate_allow(&rules, "unit", "db.service");
    gate_allow(&rules, "unit", "*");
    gate_allow(&rules, "tool", "/usr/bin/tool");
    gate_allow(&rules, "options", "--a --b");
    gate_allow(&rules, "socket", "/run/db.sock");
    gate_allow(&rules, "peer", "192.0.2.12");
    gate_allow(&rules, "line", "server-id = 1");
    gate_allow(&rules, "line", "END-OF-LINES");
    gate_write(&rules, &gate);
    without_namespace(&gate);
    put("gate", buf_str(&gate), 0755);
    put("my.cnf", "[mysqld]\nport = 3306\n", 0644);
    put("my.cnf.RUN.bak", "[mysqld]\nport = 3307\n", 0644);
    char *run = path_of(".dualserver-RUN"), *link = path_of(".dualserver-LINK"), *copy = path_of(".dualserver-RUN/copy"),
         *inside = path_of(".dualserver-RUN/copy/link");
    int rc = mkdir(run, 0700) != 0 || mkdir(copy, 0700) != 0 || symlink("/etc", link) != 0 || symlink("/etc", inside) != 0 ? -1 : 0;
    free(run);
    free(link);
    free(copy);
    free(inside);
    buf_free(&gate);
    gate_rules_free(&rules);
    host = host_open(&(struct host_where){ .label = "here", .host = "local", .cancel_fd = -1 }, NULL, &err);
    return host == NULL ? -1 : rc;
}

static int tear_down(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    int rc = host_script(host, NULL, &err, "rm -rf -- \"$1\"", folder, NULL);
    host_close(host);
    buf_free(&out);
    buf_free(&errout);
    return rc;
}

/* In the words ~ at the beginning is the test's folder. Returns the gate's exit status. */
static int pass_words(const char *const *words, const char *input, size_t input_len)
{
    char *gate = path_of("gate"), *owned[MOST_WORDS + 1] = { gate };
    const char *argv[MOST_WORDS + 2] = { gate };
    size_t count = 0;
    struct run run = { .argv = argv, .input = input, .input_len = input_len, .out = &out, .errout = &errout };
    struct err err = ERR_INIT;
    buf_clear(&out);
    buf_clear(&errout);
    for (; words[count] != NULL; count++) {
        assert_true(count < MOST_WORDS);
        owned[count + 1] = words[count][0] == '~' ? path_of(words[count] + 1) : mem_dup(words[count]);
        argv[count + 1] = owned[count + 1];
    }
    int rc = host_run(host, &run, &err);
    for (size_t i = 0; i <= count; i++)
        free(owned[i]);
    if (rc != 0)
        fail_msg("%s", err.text);
    return run.status;
}

static int pass_bytes(const char *script, const char *const *arguments, const char *input, size_t input_len)
{
    const char *words[MOST_WORDS + 1] = { "sh", "-c", script, "dualserver" };
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i + 4 < MOST_WORDS);
        words[i + 4] = arguments[i];
    }
    return pass_words(words, input, input_len);
}

static int pass(const char *script, const char *const *arguments, const char *input)
{
    return pass_bytes(script, arguments, input, strlen(input));
}

/* Both at once: refused, and nothing was run. */
static bool refused(int status)
{
    return status == GATE_REFUSED && out.len == 0 && strncmp(buf_str(&errout), "dualserver-gate refuses: ", 25) == 0;
}

static void expect(int status, bool good, const char *what)
{
    if (good ? status != 0 : !refused(status))
        fail_msg("%s: status %d, output '%s', errors '%s'", what, status, buf_str(&out), buf_str(&errout));
}

static void every_script_says_what_its_arguments_are(void **state)
{
    size_t count;
    const char *const *scripts = gate_scripts(&count);
    (void)state;
    assert_true(count > 70);
    /* of those that are no argument of host_script() */
    static const char *const words[] = { "exec perl -MSocket", "exec python3", "exec ncat", "# keep the lock", "# write $1\nset -eu",
                                         "24 MiB from here", "24 MiB to here", "# tar $1 | zstd", "# untar into", "both=$(" };
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        size_t found = 0;
        for (size_t i = 0; i < count; i++)
            found += strstr(scripts[i], words[w]) != NULL;
        if (found == 0)
            fail_msg("no script has %s", words[w]);
    }
    for (size_t i = 0; i < count; i++) {
        const char *fault = gate_script_fault(scripts[i]);
        /* the tests' own do not go through a gate */
        if (fault != NULL && strncmp(scripts[i], "rm -rf", 6) != 0)
            fail_msg("%s: %.300s", fault, scripts[i]);
    }
    assert_null(gate_script_fault("#:\nid"));
    assert_non_null(gate_script_fault("id"));
    assert_non_null(gate_script_fault("#: run"));
    assert_non_null(gate_script_fault("#: runs\nid"));
    assert_non_null(gate_script_fault("#: unit* run\nid"));
}

static void arguments(void **state)
{
    static const struct {
        bool good;
        const char *arguments[6];
    } cases[] = {
        { true, { "~.dualserver-RUN", "a b" } },
        { true, { "~.dualserver-RUN", "a", "", "", "" } },
        { true, { "~.dualserver-RUN", "a", "~my.cnf", "~data/it's a b", "w-1.2:3%eth0" } },
        { true, { "~.dualserver-RUN", "$(id)`id`;id\n'\"|&", "~my.cnf.RUN.bak" } },
        { true, { "~.dualserver-RUN", "a", "~my.cnf.20261122-1.taken-back" } },
        { true, { "~.dualserver-RUN", "a", "", "~data/dualserver_old_1", "-" } },
        { false, { NULL } },
        { false, { "~.dualserver-RUN" } },
        { false, { "~.dualserver-RUN", "" } },
        { false, { "~.dualserver-RUN", "..", NULL } },
        { false, { "~.dualserver-RUN", "-rf", NULL } },
        { false, { "~.dualserver-RUN", "a/b", NULL } },
        { false, { "", "a" } },
        { false, { "/", "a" } },
        { false, { ".dualserver-RUN", "a" } },
        { false, { "/etc/.dualserver-RUN", "a" } },
        { false, { "~.dualserver-", "a" } },
        { false, { "~.dualserver-RUN/", "a" } },
        { false, { "~.dualserver-RUN/..", "a" } },
        { false, { "~.dualserver-RUN/copy", "a" } },
        { false, { "~../.dualserver-RUN", "a" } },
        { false, { "~.dualserver-lock", "a" } },
        { false, { "~.dualserver-LINK", "a" } },
        { false, { "~.dualserver-a b", "a" } },
        { false, { "~.dualserver-a\n", "a" } },
        { false, { "~.dualserver-RUN", "a", "/etc/shadow" } },
        { false, { "~.dualserver-RUN", "a", "~my.cnf\n" } },
        { false, { "~.dualserver-RUN", "a", "~./my.cnf" } },
        { false, { "~.dualserver-RUN", "a", "~my.cnf.a/b.bak" } },
        { false, { "~.dualserver-RUN", "a", "~my.cnf..bak" } },
        { false, { "~.dualserver-RUN", "a", "~my.cnf.RUN.bad" } },
        { false, { "~.dualserver-RUN", "a", "", "~data/it's a b/" } },
        { false, { "~.dualserver-RUN", "a", "", "~data/mysql" } },
        { false, { "~.dualserver-RUN", "a", "", "~data/dualserver_old_1/.." } },
        { false, { "~.dualserver-RUN", "a", "", "/etc/dualserver_old_1" } },
        { false, { "~.dualserver-RUN", "a", "", "", "a b" } },
        { false, { "~.dualserver-RUN", "a", "", "", "a\nb" } },
        { false, { "~.dualserver-RUN", "a", "", "", "--option" } },
        { false, { "~.dualserver-RUN", "a", "", "", "$(id)" } },
        { false, { "~.dualserver-RUN", "a", "", "", "/etc" } },
        { false, { "~.dualserver-RUN", "a", "", "", "w", "x" } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *what = mem_printf("case %zu, %s", i, cases[i].arguments[0] != NULL ? cases[i].arguments[0] : "none");
        const char *given[7] = { NULL };
        memcpy(given, cases[i].arguments, sizeof cases[i].arguments);
        expect(pass(show, given, ""), cases[i].good, what);
        free(what);
    }
    /* they arrive as they are */
    assert_int_equal(pass(show, (const char *const[]){ "~.dualserver-RUN", "$(id) '\"\\\n*", NULL }, "input\n"), 0);
    assert_non_null(strstr(buf_str(&out), "[$(id) '\"\\\n*]input\n"));
}

static void places_in_the_folder_and_many_units(void **state)
{
    static const struct {
        bool good;
        const char *arguments[5];
    } cases[] = {
        { true, { "~.dualserver-RUN/copy", "" } },
        { true, { "~.dualserver-RUN/incoming/import/t#P#p0@0024.ibd", "--any\nthing/.." } },
        { true, { "~.dualserver-RUN/copy", "a", "db.service", "db.service" } },
        { true, { "~.dualserver-RUN/copy", "a", "*" } }, /* allowed as it is: no pattern */
        { false, { "~.dualserver-RUN/copy", "a", "ssh.service" } },
        { false, { "~.dualserver-RUN/copy", "a", "db.service", "" } },
        { false, { "~.dualserver-RUN/copy/../..", "a" } },
        { false, { "~.dualserver-RUN/copy/./x", "a" } },
        { false, { "~.dualserver-RUN/copy//x", "a" } },
        { false, { "~.dualserver-RUN/copy/a b", "a" } },
        { false, { "~.dualserver-RUN/copy/-x", "a" } },
        { false, { "~.dualserver-RUN/copy/link", "a" } },
        { false, { "~.dualserver-RUN/copy/link/passwd", "a" } },
        { false, { "~.dualserver-RUN/watchdog", "a" } },
        { false, { "~.dualserver-RUN", "a" } },
        { false, { "~.dualserver-LINK/copy", "a" } },
        { false, { "/etc/copy", "a" } },
        { false, { "copy", "a" } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *given[6] = { NULL };
        memcpy(given, cases[i].arguments, sizeof cases[i].arguments);
        expect(pass(show_many, given, ""), cases[i].good, cases[i].arguments[0]);
    }
}

static void other_commands(void **state)
{
    char *longer = mem_printf("%s\n", show_input), *shorter = mem_dup_n(show_input, strlen(show_input) - 1);
    char *before = mem_printf("id\n%s", show_input);
    const struct {
        bool good;
        const char *words[7];
    } cases[] = {
        { true, { "sh", "-c", show_input, "dualserver", "--a --b" } },
        { false, { NULL } },
        { false, { "sh" } },
        { false, { "id" } },
        { false, { "bash", "-c", show_input, "dualserver", "--a --b" } },
        { false, { "/bin/sh", "-c", show_input, "dualserver", "--a --b" } },
        { false, { "sh", "-ec", show_input, "dualserver", "--a --b" } },
        { false, { "sh", "-c", "-c", show_input, "dualserver", "--a --b" } },
        { false, { "env", "sh", "-c", show_input, "dualserver", "--a --b" } },
        { false, { "sh", "-c", show_input, "other", "--a --b" } },
        { false, { "sh", "-c", show_input } },
        { false, { "sh", "-c", "id", "dualserver" } },
        { false, { "sh", "-c", "", "dualserver" } },
        { false, { "sh", "-c", "#:\nid", "dualserver" } },
        { false, { "sh", "-c", longer, "dualserver", "--a --b" } },
        { false, { "sh", "-c", shorter, "dualserver", "--a --b" } },
        { false, { "sh", "-c", before, "dualserver", "--a --b" } },
        { false, { "sh", "-c", show_input, "dualserver", "--a" } },
        { false, { "sh", "-c", show_input, "dualserver", "--a", "--b" } },
        { false, { "sh", "-c", show_input, "dualserver", "" } },
        { false, { "sh", "-c", not_this, "dualserver" } },
        { false, { "--after-marks", "sh", "-c", show_input, "dualserver", "--a --b" } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *words[8] = { NULL };
        char *what = mem_printf("case %zu", i);
        memcpy(words, cases[i].words, sizeof cases[i].words);
        expect(pass_words(words, "", 0), cases[i].good, what);
        free(what);
    }
    free(longer);
    free(shorter);
    free(before);
}

static void input_behind_the_mark(void **state)
{
    const char *const words[] = { GATE_AFTER_MARK, "sh", "-c", show_input, "dualserver", "--a --b", NULL };
    (void)state;
    static const char good[] = "secret\n" GATE_INPUT_MARK "\nthe rest\nof it", bad[] = "secret\nno mark\n";
    assert_int_equal(pass_words(words, good, strlen(good)), 0);
    assert_string_equal(buf_str(&out), "[--a --b]the rest\nof it");
    assert_int_not_equal(pass_words(words, bad, strlen(bad)), 0);
    assert_int_equal(out.len, 0);
}

static void environment(void **state)
{
    static const char *const names[] = { "LD_PRELOAD", "BASH_ENV", "ENV", "HOME", "TAR_OPTIONS", "CANARY", "MYSQL_HOME", "IFS" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        setenv(names[i], "/nonexistent/canary", 1);
    setenv("PATH", "/nonexistent/canary:/usr/bin:/bin", 1);
    int status = pass(show_env, (const char *const[]){ NULL }, "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    assert_int_equal(status, 0);
    assert_null(strstr(buf_str(&out), "canary"));
    assert_non_null(strstr(buf_str(&out), "LC_ALL=C\n"));
}

static void ways_into_the_server(void **state)
{
    static const struct {
        bool good;
        const char *input;
    } cases[] = {
        { true, "[client]\nuser=\"root\"\nsocket=\"/run/db.sock\"\n" },
        { true, "[client]\nuser=\"a \\\"b\"\npassword=\"x'$(id)\"\nprotocol=tcp\nhost=192.0.2.12\nport=3306\nssl=1\nssl-verify-server-cert=0\n" },
        { true, "[client]\nhost=\"192.0.2.12\"\nloose-ssl-mode=REQUIRED\nloose-get-server-public-key=1\n" },
        { false, "[client]\nhost=198.51.100.1\n" },
        { false, "[client]\nsocket=/tmp/rogue\n" },
        { false, "[client]\nplugin-dir=/tmp\n" },
        { false, "[client]\n plugin-dir=/tmp\n" },
        { false, "[client]\nuser=root\nplugin_dir=/tmp" },
        { false, "[client]\nssl-ca=/etc/shadow\n" },
        { false, "[mysqld]\n" },
        { false, "!include /etc/shadow\n" },
        { false, "[client]\nuser=root\r!include /tmp/x\n\n[mysql]\n" },
        { false, "[client]\ninit-command=x\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(pass(show_client, (const char *const[]){ "/usr/bin/tool", NULL }, cases[i].input), cases[i].good, cases[i].input);
        if (cases[i].good)
            assert_non_null(strstr(buf_str(&out), cases[i].input));
    }
}

static void lines_of_option_files(void **state)
{
    static const struct {
        bool good;
        const char *length, *input;
    } cases[] = {
        { true, "12", "[mysqld]\n\n# \n[mysqld]\n" },
        { true, "36", "[mysqld]\nserver-id = 1\nport = 3307\n# [mysqld]\n# user = root" }, /* the expected content may be anything */
        { true, "0", "user = root\n" },
        { false, "12", "user = root\n" },
        { false, "21", "[mysqld]\nuser = root\n" },
        { false, "14", "server-id = 12" },
        { false, "13", " server-id = 1" },
        { false, "12", "END-OF-LINES" },
        { false, "16", "!include /tmp/x\n" },
        { false, "-12", "user = root\n" },
        { false, "-", "user = root\n" },
        { false, "x", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(pass(show_lines, (const char *const[]){ "~my.cnf", cases[i].length, NULL }, cases[i].input), cases[i].good, cases[i].input);
        if (cases[i].good)
            assert_non_null(strstr(buf_str(&out), cases[i].input));
    }
}

static void names_of_files(void **state)
{
    static const struct {
        bool good;
        const char *name;
    } cases[] = {
        { true, "a.ibd" }, { true, "./files/a.ibd" }, { true, "..a" }, { true, "a..b/c.." }, { true, "t#P#p0.ibd" },
        { false, "../a" }, { false, "a/../b" }, { false, "/etc/shadow" }, { false, ".." }, { false, "-t/etc" }, { false, "./.." },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(pass(show_names, (const char *const[]){ "~data", NULL }, cases[i].name), cases[i].good, cases[i].name);
    assert_int_equal(pass(show_names, (const char *const[]){ "~data", NULL }, ""), 0);
    /* many, with a newline in one: they arrive as they are */
    static const char many[] = "a.ibd\0./b\nc\0t#P#p0.ibd", bad[] = "a.ibd\0b\0../c\0d";
    assert_int_equal(pass_bytes(show_names, (const char *const[]){ "~data", NULL }, many, sizeof many), 0);
    assert_true(out.len > sizeof many);
    assert_memory_equal(buf_str(&out) + out.len - sizeof many, many, sizeof many);
    assert_true(refused(pass_bytes(show_names, (const char *const[]){ "~data", NULL }, bad, sizeof bad)));
}

static void words_of_one_script(void **state)
{
    static const struct {
        bool good;
        const char *arguments[4];
    } cases[] = {
        { true, { "billing/t#P#p0.ibd", "~logs/relay-bin", "is-aside", "SELECT 1" } },
        { true, { "..a/b..", "relay-bin.index", "coming-back", "SELECT 1" } },
        { false, { "../a", "relay", "is-aside", "SELECT 1" } },
        { false, { "a/../b", "relay", "is-aside", "SELECT 1" } },
        { false, { "a/..", "relay", "is-aside", "SELECT 1" } },
        { false, { "..", "relay", "is-aside", "SELECT 1" } },
        { false, { "/etc/shadow", "relay", "is-aside", "SELECT 1" } },
        { false, { "", "relay", "is-aside", "SELECT 1" } },
        { false, { "a", "/etc/shadow", "is-aside", "SELECT 1" } },
        { false, { "a", "~logs/../shadow", "is-aside", "SELECT 1" } },
        { false, { "a", "~logs/..", "is-aside", "SELECT 1" } },
        { false, { "a", "~logs/", "is-aside", "SELECT 1" } },
        { false, { "a", "../relay", "is-aside", "SELECT 1" } },
        { false, { "a", "-relay", "is-aside", "SELECT 1" } },
        { false, { "a", "relay", "replication", "SELECT 1" } },
        { false, { "a", "relay", "is-aside", "\\! id" } },
        { false, { "a", "relay", "is-aside", "SELECT 1\\! id" } },
        { false, { "a", "relay", "is-aside", "" } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *what = mem_printf("case %zu", i);
        const char *given[5] = { NULL };
        memcpy(given, cases[i].arguments, sizeof cases[i].arguments);
        expect(pass(show_words, given, ""), cases[i].good, what);
        free(what);
    }
}

/* A line each; a NUL hides none. */
static void paths_on_lines(void **state)
{
    static const char good[] = ".\n./a\n./b c/t#P#p0.ibd\n";
    static const struct {
        const char *text;
        size_t len;
    } bad[] = { { "a\n../b\n", 7 }, { "a\n/etc/shadow\n", 14 }, { "a\n-t\n", 5 }, { "a\0x\n../b\n", 9 }, { "a/..\n", 5 } };
    (void)state;
    assert_int_equal(pass(show_paths, (const char *const[]){ "~data", NULL }, good), 0);
    assert_non_null(strstr(buf_str(&out), good));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_true(refused(pass_bytes(show_paths, (const char *const[]){ "~data", NULL }, bad[i].text, bad[i].len)));
}

static void the_sudo_rule(void **state)
{
    struct gate_rules rules = { .host = "db1", .user = "deploy" };
    struct buf rule = BUF_INIT;
    (void)state;
    gate_sudoers(&rules, &rule);
    assert_string_equal(buf_str(&rule), "deploy ALL=(root) NOPASSWD: /usr/local/sbin/dualserver-gate\n");
    buf_clear(&rule);
    rules = (struct gate_rules){ .user = "a b,ALL=(ALL)", .password = true };
    gate_sudoers(&rules, &rule);
    assert_string_equal(buf_str(&rule), "a\\ b\\,ALL\\=\\(ALL\\) ALL=(root) /usr/local/sbin/dualserver-gate\n");
    buf_free(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script_says_what_its_arguments_are),
        cmocka_unit_test(arguments),
        cmocka_unit_test(places_in_the_folder_and_many_units),
        cmocka_unit_test(other_commands),
        cmocka_unit_test(input_behind_the_mark),
        cmocka_unit_test(environment),
        cmocka_unit_test(ways_into_the_server),
        cmocka_unit_test(lines_of_option_files),
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(words_of_one_script),
        cmocka_unit_test(paths_on_lines),
        cmocka_unit_test(the_sudo_rule),
    };
    return cmocka_run_group_tests_name("gate", tests, set_up, tear_down);
}
