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
#include "hostile_tars.h"
#include "ship_scene.h"

/* AddressSanitizer's own memory is not ours. */
#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void ships_small(void **state)
{
    struct scene *scene = *state;
    scene_put_odd(scene);
    scene_expect_shipped(scene);
    assert_int_equal(scene->ship.manifest.count, 23);
    struct manifest found = { .files = NULL };
    struct strings folders = { .count = 0 };
    assert_int_equal(verify_list(scene->to, scene->to_dir, &found, &folders, NULL), 0);
    assert_int_equal(folders.count, 3);
    strings_free(&folders);
    assert_int_equal(verify_hash(scene->from, NULL, scene->to_dir, true, &found, NULL), 0);
    assert_int_equal(manifest_compare(&scene->ship.manifest, &found, NULL), 0);
    manifest_free(&found);
    nftw(scene->to_dir, scene_check_arrived, 16, FTW_PHYS);
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
    scene_expect_shipped(scene);
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
        scene_put(scene, name, text, (size_t)len);
    }
    scene->ship.compress = COMPRESS_ALWAYS;
    scene_expect_shipped(scene);
    assert_int_equal(scene->ship.manifest.count, MANY);
    assert_string_equal(scene->ship.manifest.files[MANY - 1].path, "table_09999.frm");
    print_message("10,000 files in %llu ms, of these %llu for the proof\n", (unsigned long long)scene->ship.ms,
                  (unsigned long long)scene->ship.verify_ms);
}

static void ships_large(void **state)
{
    struct scene *scene = *state;
    scene_put_large(scene, "ibdata1", 150);
    scene_put_large(scene, "t.ibd", 100);
    for (int compressed = 0; compressed < 2; compressed++) {
        char to_dir[160];
        snprintf(to_dir, sizeof to_dir, "%s %d", scene->to_dir, compressed);
        scene->ship.to_dir = to_dir;
        scene->ship.compress = compressed ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        manifest_free(&scene->ship.manifest);
        scene_expect_shipped(scene);
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
    scene_expect(scene, ERR_DATA, "odd is neither a regular file nor a folder");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    scene_expect(scene, ERR_DATA, "odd is neither a regular file nor a folder");
    unlink(path);
    scene_put(scene, "new\nline", "x", 1);
    scene_expect(scene, ERR_DATA, "its name has control bytes");
    assert_int_equal(access(scene->to_dir, F_OK), -1);
    free(path);
}

static void refuses_odd_targets(void **state)
{
    struct scene *scene = *state;
    char *inside = mem_printf("%s/there", scene->to_dir);
    scene_put(scene, "f", "x", 1);
    assert_int_equal(symlink(scene->from_dir, scene->to_dir), 0);
    scene_expect(scene, ERR_COMMAND, "is a symbolic link");
    unlink(scene->to_dir);
    assert_int_equal(mkdir(scene->to_dir, 0755), 0);
    assert_int_equal(mkdir(inside, 0755), 0);
    scene_expect(scene, ERR_COMMAND, "is not empty");
    rmdir(inside);
    scene_expect_shipped(scene);
    free(inside);
}

static void source_missing(void **state)
{
    struct scene *scene = *state;
    scene->ship.from_dir = "/nonexistent/copy";
    scene_expect(scene, ERR_COMMAND, "/nonexistent/copy");
    scene->ship.from_dir = scene->from_dir;
}

/* The line decides: this machine's own is fast, as long as it has nothing else to do; one that stalls while it is measured is slow. */
static void compresses_by_line(void **state)
{
    struct scene *scene = *state;
    char second[160];
    scene_put_large(scene, "t.ibd", 260);
    scene->ship.compress = COMPRESS_BY_LINE;
    scene_expect_shipped(scene);
    assert_true(scene->ship.line_rate > 0);
    assert_int_equal(scene->ship.wire_bytes < scene->ship.file_bytes, scene->ship.line_rate < ZSTD_PAYS_BELOW);
    manifest_free(&scene->ship.manifest);
    snprintf(second, sizeof second, "%s 2", scene->to_dir);
    scene->ship.to_dir = second;
    scene_with_tool(scene, "head", "for i in 1 2 3 4; do /usr/bin/head -c 4194304 /dev/zero; sleep 0.1; done; exit 0");
    scene_expect_shipped(scene);
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
    scene_put(scene, "a", "x\n", 2);
    scene_put(scene, "b", "", 0);
    scene_put(scene, "f", "ffff", 4);
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        char to_dir[160];
        snprintf(to_dir, sizeof to_dir, "%s %zu", scene->to_dir, i);
        scene->ship.to_dir = to_dir;
        scene->ship.compress = i % 2 == 1 ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        scene_with_tool(scene, "tar", rows[i / 2].script);
        scene_expect(scene, rows[i / 2].code, rows[i / 2].says);
    }
    scene->ship.to_dir = scene->to_dir;
}

/* A sender whose tar writes something else. Whatever it is: nothing of it is there afterwards, neither in the folder nor outside. */
static void hostile_senders(void **state)
{
    struct scene *scene = *state;
    char *tar_path = mem_printf("%s/kind.tar", scene->top), *script;
    struct err err = ERR_INIT;
    scene_put(scene, "good", "good", 4);
    scene_put(scene, "evil", "", 0);
    script = mem_printf("case $1 in --create) exec cat '%s' ;; esac", tar_path);
    scene_with_tool(scene, "tar", script);
    free(script);
    for (size_t i = 0; i < 2 * HOSTILE_KINDS; i++) {
        struct buf tar = BUF_INIT;
        tar_add(&tar, &(struct tar_entry){ .name = "./good", .type = '0', .content = "good" });
        for (size_t j = 0; j < 3 && hostile[i / 2].entries[j].name != NULL; j++)
            tar_add(&tar, &hostile[i / 2].entries[j]);
        tar_end(&tar);
        FILE *file = fopen(tar_path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(tar.data, 1, tar.len, file), tar.len);
        fclose(file);
        buf_free(&tar);
        scene->ship.compress = i % 2 == 1 ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        scene_expect(scene, ERR_DATA, "");
        if (host_script(scene->to, NULL, &err,
                        "cd -- \"$1\" && [ -z \"$(find . -mindepth 1 ! -name good)\" ] && [ ! -s good -o \"$(cat good 2>/dev/null)\" = good ] &&\n"
                        "[ \"$(ls -A .. | wc -l)\" = 4 ] && [ ! -e /etc/evil ] && [ ! -e /etc/evil1 ] && rm -rf -- \"$1\"",
                        scene->to_dir, NULL) != 0)
            fail_msg("kind %zu (%s) has left something: %s", i / 2, hostile[i / 2].says, err.text);
    }
    free(tar_path);
}

static void cancel_mid_way(void **state)
{
    struct scene *scene = *state;
    scene_put_large(scene, "ibdata1", 400);
    scene->cancel_at = 1 << 20;
    scene_expect(scene, ERR_CANCELLED, "stopped");
    assert_true(scene->told < 400u << 20);
    char byte;
    assert_int_equal(read(scene->cancel[0], &byte, 1), 1);
}

/* Both ends hang: the cancel must not wait for them. */
static void cancel_while_nothing_moves(void **state)
{
    struct scene *scene = *state;
    scene_put(scene, "a", "x", 1);
    scene_with_tool(scene, "tar", "sleep 300");
    assert_int_equal(write(scene->cancel[1], "x", 1), 1);
    scene_expect(scene, ERR_CANCELLED, "stopped");
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
    scene_put_large(scene, "a", 20);
    scene_expect(scene, ERR_WORLD, "has too little room");
    assert_int_equal(umount(scene->to_dir), 0);
    /* too few inodes shows only on the way; the rest of the archive must not be sent into a failed tar */
    assert_int_equal(mount("none", scene->to_dir, "tmpfs", 0, "size=600m,nr_inodes=4"), 0);
    scene_put(scene, "b", "", 0);
    scene_put(scene, "c", "", 0);
    scene_put(scene, "d", "", 0);
    scene_put(scene, "e", "", 0);
    for (int compressed = 0; compressed < 2; compressed++) {
        scene->ship.compress = compressed ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        scene_expect(scene, ERR_COMMAND, "No space left on device");
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

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(ships_small),
        SCENE(ships_small_compressed),
        SCENE(ships_nothing),
        SCENE(ships_many),
        SCENE(ships_large),
        cmocka_unit_test_setup_teardown(compresses_by_line, scene_set_up, scene_tear_down_tools),
        SCENE(refuses_odd_sources),
        SCENE(refuses_odd_targets),
        SCENE(source_missing),
        cmocka_unit_test_setup_teardown(sender_trouble, scene_set_up, scene_tear_down_tools),
        cmocka_unit_test_setup_teardown(hostile_senders, scene_set_up, scene_tear_down_tools),
        SCENE(cancel_mid_way),
        cmocka_unit_test_setup_teardown(cancel_while_nothing_moves, scene_set_up, scene_tear_down_tools),
        SCENE(receiver_full),
        cmocka_unit_test(memory_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
