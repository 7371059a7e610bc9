#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "ship/ship.h"
#include "ship/verify.h"

/* AddressSanitizer's own memory is not ours. */
#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* One test's world: a source and a target folder on this machine, and a host at either end. */
struct scene {
    char top[64], from_dir[80], to_dir[80];
    struct host *from, *to;
    int cancel[2];
    uint64_t told;
    uint64_t cancel_at; /* progress that pulls the cancel descriptor; 0: never */
    struct ship ship;
};

static void put(const struct scene *scene, const char *name, const void *bytes, size_t len)
{
    char *path = mem_printf("%s/%s", scene->from_dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    free(path);
}

/* `megabytes` of something that does not compress to nothing. */
static void put_large(const struct scene *scene, const char *name, unsigned megabytes)
{
    enum { SIZE = 1 << 20 };
    char *path = mem_printf("%s/%s", scene->from_dir, name);
    unsigned char *bytes = mem_alloc(SIZE);
    uint64_t x = 88172645463325252u;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    for (unsigned i = 0; i < megabytes; i++) {
        for (size_t j = 0; j < SIZE; j += 16) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            memcpy(bytes + j, &x, sizeof x);
        }
        assert_int_equal(write(fd, bytes, SIZE), SIZE);
    }
    close(fd);
    free(bytes);
    free(path);
}

static void make_dir(const struct scene *scene, const char *name, mode_t mode)
{
    char *path = mem_printf("%s/%s", scene->from_dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

static void on_progress(void *context, uint64_t done, uint64_t total, uint64_t rate)
{
    struct scene *scene = context;
    (void)rate;
    assert_true(done >= scene->told);
    assert_true(done <= total);
    scene->told = done;
    if (scene->cancel_at != 0 && done >= scene->cancel_at)
        assert_int_equal(write(scene->cancel[1], "x", 1), 1);
}

static int set_up(void **state)
{
    struct scene *scene = mem_alloc(sizeof *scene);
    struct err err = ERR_INIT;
    const struct host_where from = { .label = "master", .host = "local", .cancel_fd = -1 };
    const struct host_where to = { .label = "slave", .host = "local", .cancel_fd = -1 };
    snprintf(scene->top, sizeof scene->top, "/tmp/test_ship.XXXXXX");
    assert_non_null(mkdtemp(scene->top));
    snprintf(scene->from_dir, sizeof scene->from_dir, "%s/from it's", scene->top);
    snprintf(scene->to_dir, sizeof scene->to_dir, "%s/to \"$x\"", scene->top);
    assert_int_equal(mkdir(scene->from_dir, 0700), 0);
    assert_int_equal(pipe(scene->cancel), 0);
    scene->from = host_open(&from, NULL, &err);
    scene->to = host_open(&to, NULL, &err);
    assert_non_null(scene->from);
    assert_non_null(scene->to);
    scene->ship = (struct ship){ .from = scene->from, .to = scene->to, .from_dir = scene->from_dir,
                                 .to_dir = scene->to_dir, .cancel_fd = scene->cancel[0], .progress = on_progress,
                                 .context = scene };
    *state = scene;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    manifest_free(&scene->ship.manifest);
    host_close(scene->from);
    host_close(scene->to);
    close(scene->cancel[0]);
    close(scene->cancel[1]);
    umount2(scene->to_dir, MNT_DETACH); /* what a failed test left; else it says EINVAL */
    nftw(scene->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(scene);
    return 0;
}

static void expect(struct scene *scene, enum err_code code, const char *says)
{
    struct err err = ERR_INIT;
    scene->told = 0;
    int rc = ship_run(&scene->ship, &err);
    if (rc == 0)
        fail_msg("shipped, where it should fail with \"%s\"", says);
    if (err.code != code || strstr(err.text, says) == NULL)
        fail_msg("error %d \"%s\" instead of %d \"%s\"", err.code, err.text, code, says);
    assert_null(scene->ship.manifest.files);
}

static void expect_shipped(struct scene *scene)
{
    struct err err = ERR_INIT;
    scene->told = 0;
    if (ship_run(&scene->ship, &err) != 0)
        fail_msg("not shipped: %s", err.text);
}

/* Modes are the receiver's own, and nothing but files and folders is there. */
static int check_arrived(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)walk;
    if ((type != FTW_F && type != FTW_D) || (st->st_mode & 07077) != 0)
        fail_msg("%s has mode %o", path, (unsigned)st->st_mode);
    return 0;
}

static void fill_small(struct scene *scene)
{
    static const char *const names[] = { "plain", "with space", " lead", "trail ", "it's", "\"quoted\"", "back\\slash",
                                         "-rf", "$HOME", "`id`", "*", "?", "\xc3\xa9\xe2\x82\xac", "bad\xff utf8", "a;b", "#x",
                                         "sub/deep/t1.ibd", "sub/deep/ends\\", "%s%n", "\\n" };
    make_dir(scene, "sub", 02775);
    make_dir(scene, "sub/deep", 0755);
    make_dir(scene, "empty folder", 0755);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        put(scene, names[i], names[i], strlen(names[i]));
    put(scene, "zero", "", 0);
    put(scene, "sub/setuid", "x", 1);
    char *path = mem_printf("%s/sub/setuid", scene->from_dir);
    assert_int_equal(chmod(path, 06755), 0);
    free(path);
    /* longer than a header's name field */
    put(scene, "sub/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x", 1);
}

static void ships_small(void **state)
{
    struct scene *scene = *state;
    fill_small(scene);
    expect_shipped(scene);
    assert_int_equal(scene->ship.manifest.count, 23);
    struct manifest found = { .files = NULL };
    uint64_t folders;
    assert_int_equal(verify_list(scene->to, scene->to_dir, &found, &folders, NULL), 0);
    assert_int_equal(folders, 3);
    assert_int_equal(verify_hash(scene->from, NULL, scene->to_dir, &found, NULL), 0);
    assert_int_equal(manifest_compare(&scene->ship.manifest, &found, NULL), 0);
    manifest_free(&found);
    nftw(scene->to_dir, check_arrived, 16, FTW_PHYS);
}

static void ships_small_compressed(void **state)
{
    struct scene *scene = *state;
    scene->ship.compress = COMPRESS_ALWAYS;
    ships_small(state);
}

static void ships_nothing(void **state)
{
    struct scene *scene = *state;
    expect_shipped(scene);
    assert_int_equal(scene->ship.manifest.count, 0);
}

static void ships_many(void **state)
{
    struct scene *scene = *state;
    enum { MANY = 10000 };
    char name[64], text[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "table_%05d.frm", i);
        int len = snprintf(text, sizeof text, "definition of %d", i);
        put(scene, name, text, (size_t)len);
    }
    scene->ship.compress = COMPRESS_ALWAYS;
    expect_shipped(scene);
    assert_int_equal(scene->ship.manifest.count, MANY);
    assert_string_equal(scene->ship.manifest.files[MANY - 1].path, "table_09999.frm");
    print_message("10,000 files in %llu ms, of these %llu for the proof\n", (unsigned long long)scene->ship.ms,
                  (unsigned long long)scene->ship.verify_ms);
}

static void ships_large(void **state)
{
    struct scene *scene = *state;
    put_large(scene, "ibdata1", 150);
    put_large(scene, "t.ibd", 100);
    for (int compressed = 0; compressed < 2; compressed++) {
        char to_dir[160];
        snprintf(to_dir, sizeof to_dir, "%s %d", scene->to_dir, compressed);
        scene->ship.to_dir = to_dir;
        scene->ship.compress = compressed ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        manifest_free(&scene->ship.manifest);
        expect_shipped(scene);
        assert_int_equal(scene->ship.manifest.count, 2);
        assert_true(scene->ship.file_bytes == 250u << 20);
        assert_true(compressed ? scene->ship.wire_bytes < scene->ship.file_bytes
                               : scene->ship.wire_bytes > scene->ship.file_bytes);
    }
    scene->ship.to_dir = scene->to_dir;
}

static void refuses_odd_sources(void **state)
{
    struct scene *scene = *state;
    char *path = mem_printf("%s/odd", scene->from_dir);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    expect(scene, ERR_DATA, "odd is neither a regular file nor a folder");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect(scene, ERR_DATA, "odd is neither a regular file nor a folder");
    unlink(path);
    put(scene, "new\nline", "x", 1);
    expect(scene, ERR_DATA, "its name has control bytes");
    assert_int_equal(access(scene->to_dir, F_OK), -1);
    free(path);
}

static void refuses_odd_targets(void **state)
{
    struct scene *scene = *state;
    char *inside = mem_printf("%s/there", scene->to_dir);
    put(scene, "f", "x", 1);
    assert_int_equal(symlink(scene->from_dir, scene->to_dir), 0);
    expect(scene, ERR_COMMAND, "is a symbolic link");
    unlink(scene->to_dir);
    assert_int_equal(mkdir(scene->to_dir, 0755), 0);
    assert_int_equal(mkdir(inside, 0755), 0);
    expect(scene, ERR_COMMAND, "is not empty");
    rmdir(inside);
    expect_shipped(scene);
    free(inside);
}

static void source_missing(void **state)
{
    struct scene *scene = *state;
    scene->ship.from_dir = "/nonexistent/copy";
    expect(scene, ERR_COMMAND, "/nonexistent/copy");
    scene->ship.from_dir = scene->from_dir;
}

/* A tool of our own in front of the real one: what a broken or hostile sender does. */
static void with_tool(struct scene *scene, const char *name, const char *script)
{
    char *path = mem_printf("%s/bin", scene->top), *tool = mem_printf("%s/bin/%s", scene->top, name);
    char *env = mem_printf("%s:%s", path, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    mkdir(path, 0700);
    FILE *file = fopen(tool, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\nexec /usr/bin/%s \"$@\"\n", script, name);
    fclose(file);
    chmod(tool, 0700);
    setenv("PATH", env, 1);
    free(path);
    free(tool);
    free(env);
}

static int restore_path(void **state)
{
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    return tear_down(state);
}

/* The line decides: this machine's own is fast, as long as it has nothing else to do; one that stalls while it is measured is slow. */
static void compresses_by_line(void **state)
{
    struct scene *scene = *state;
    char second[160];
    put_large(scene, "t.ibd", 260);
    scene->ship.compress = COMPRESS_BY_LINE;
    expect_shipped(scene);
    assert_true(scene->ship.line_rate > 0);
    assert_int_equal(scene->ship.wire_bytes < scene->ship.file_bytes, scene->ship.line_rate < ZSTD_PAYS_BELOW);
    manifest_free(&scene->ship.manifest);
    snprintf(second, sizeof second, "%s 2", scene->to_dir);
    scene->ship.to_dir = second;
    with_tool(scene, "head", "for i in 1 2 3 4; do /usr/bin/head -c 4194304 /dev/zero; sleep 0.1; done; exit 0");
    expect_shipped(scene);
    assert_true(scene->ship.line_rate > 0 && scene->ship.line_rate < ZSTD_PAYS_BELOW);
    assert_true(scene->ship.wire_bytes < scene->ship.file_bytes);
    scene->ship.to_dir = scene->to_dir;
}

static void sender_trouble(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *script;
        enum err_code code;
        const char *says;
    } rows[] = {
        { "case $1 in --create) echo 'tar: ./t1: Cannot open: Permission denied' >&2; exit 2;; esac", ERR_COMMAND,
          "packing on local ended with status 2: tar: ./t1: Cannot open: Permission denied" },
        /* the whole archive arrives, and tar says that a file changed meanwhile */
        { "case $1 in --create) /usr/bin/tar \"$@\"; echo 'tar: f: file changed' >&2; exit 1;; esac", ERR_COMMAND,
          "packing on local ended with status 1: tar: f: file changed" },
        { "case $1 in --create) echo 'Welcome to this host'; esac", ERR_DATA, "not an archive of GNU tar" },
        /* cut at a member's boundary and still status 0: to tar --extract this is a clean end */
        { "case $1 in --create) /usr/bin/tar --create --file=- --format=gnu --mode=u=rwX,go= ./a | head -c 1024; exit 0;; esac",
          ERR_DATA, "is cut" },
        { "case $1 in --create) exit 0;; esac", ERR_DATA, "" },
        /* a whole archive, but not of all there is */
        { "case $1 in --create) /usr/bin/tar --create --file=- --format=gnu --mode=u=rwX,go= ./a; exit 0;; esac",
          ERR_DATA, "did not send what it lists" },
        { "case $1 in --create) cd /etc; /usr/bin/tar --create --file=- --format=gnu --mode=u=rwX,go= ./passwd; exit 0;; esac",
          ERR_DATA, "" },
        { "case $1 in --create) kill -9 $$;; esac", ERR_COMMAND, "packing on local ended with status 137" },
        /* the other end */
        { "case $1 in --extract) echo 'tar: a: Cannot open: Read-only file system' >&2; exit 2;; esac", ERR_COMMAND,
          "unpacking on local ended with status 2: tar: a: Cannot open: Read-only file system" },
        { "case $1 in --extract) cat >/dev/null; exit 0;; esac", ERR_DATA, "is missing" },
        { "case $1 in --extract) /usr/bin/tar \"$@\"; for last; do :; done; echo y >\"$last/a\"; exit 0;; esac", ERR_DATA,
          "a has other content" },
        { "case $1 in --extract) /usr/bin/tar \"$@\"; for last; do :; done; echo >\"$last/more\"; exit 0;; esac", ERR_DATA,
          "more should not be there" },
        { "case $1 in --extract) /usr/bin/tar \"$@\"; for last; do :; done; ln -s a \"$last/ln\"; exit 0;; esac", ERR_DATA,
          "neither a regular file" },
        { "case $1 in --extract) /usr/bin/tar \"$@\"; for last; do :; done; mkdir \"$last/d\"; exit 0;; esac", ERR_DATA,
          "folders" },
    };
    put(scene, "a", "x\n", 2);
    put(scene, "b", "", 0);
    put(scene, "f", "ffff", 4);
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        char to_dir[160];
        snprintf(to_dir, sizeof to_dir, "%s %zu", scene->to_dir, i);
        scene->ship.to_dir = to_dir;
        scene->ship.compress = i % 2 == 1 ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        with_tool(scene, "tar", rows[i / 2].script);
        expect(scene, rows[i / 2].code, rows[i / 2].says);
    }
    scene->ship.to_dir = scene->to_dir;
}

static void cancel_mid_way(void **state)
{
    struct scene *scene = *state;
    put_large(scene, "ibdata1", 400);
    scene->cancel_at = 1 << 20;
    expect(scene, ERR_CANCELLED, "stopped");
    assert_true(scene->told < 400u << 20);
    char byte;
    assert_int_equal(read(scene->cancel[0], &byte, 1), 1);
}

/* Both ends hang: the cancel must not wait for them. */
static void cancel_while_nothing_moves(void **state)
{
    struct scene *scene = *state;
    put(scene, "a", "x", 1);
    with_tool(scene, "tar", "sleep 300");
    assert_int_equal(write(scene->cancel[1], "x", 1), 1);
    expect(scene, ERR_CANCELLED, "stopped");
    assert_true(scene->ship.ms < 20000);
}

static void receiver_full(void **state)
{
    struct scene *scene = *state;
    if (geteuid() != 0 || mkdir(scene->to_dir, 0700) != 0)
        skip();
    /* too few bytes is known before anything is sent */
    if (mount("none", scene->to_dir, "tmpfs", 0, "size=4m") != 0)
        skip();
    put_large(scene, "a", 20);
    expect(scene, ERR_WORLD, "has too little room");
    assert_int_equal(umount(scene->to_dir), 0);
    /* too few inodes shows only on the way; the rest of the archive must not be sent into a failed tar */
    assert_int_equal(mount("none", scene->to_dir, "tmpfs", 0, "size=600m,nr_inodes=4"), 0);
    put(scene, "b", "", 0);
    put(scene, "c", "", 0);
    put(scene, "d", "", 0);
    put(scene, "e", "", 0);
    for (int compressed = 0; compressed < 2; compressed++) {
        scene->ship.compress = compressed ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        expect(scene, ERR_COMMAND, "No space left on device");
        assert_int_equal(umount(scene->to_dir), 0);
        assert_int_equal(mount("none", scene->to_dir, "tmpfs", 0, "size=600m,nr_inodes=4"), 0);
    }
    assert_int_equal(umount(scene->to_dir), 0);
}

static void memory_stays_small(void **state)
{
    (void)state;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    print_message("peak %ld KiB\n", usage.ru_maxrss);
    if (!SANITIZED)
        assert_true(usage.ru_maxrss < 64 * 1024);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(ships_small),
        SCENE(ships_small_compressed),
        SCENE(ships_nothing),
        SCENE(ships_many),
        SCENE(ships_large),
        cmocka_unit_test_setup_teardown(compresses_by_line, set_up, restore_path),
        SCENE(refuses_odd_sources),
        SCENE(refuses_odd_targets),
        SCENE(source_missing),
        cmocka_unit_test_setup_teardown(sender_trouble, set_up, restore_path),
        SCENE(cancel_mid_way),
        cmocka_unit_test_setup_teardown(cancel_while_nothing_moves, set_up, restore_path),
        SCENE(receiver_full),
        cmocka_unit_test(memory_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
