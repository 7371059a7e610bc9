#include "config.h"

#include "ship_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"

void scene_put(const struct scene *scene, const char *name, const void *bytes, size_t len)
{
    char *path = mem_printf("%s/%s", scene->from_dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    free(path);
}

/* `megabytes` of something that does not compress to nothing. */
void scene_put_large(const struct scene *scene, const char *name, unsigned megabytes)
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

void scene_make_dir(const struct scene *scene, const char *name, mode_t mode)
{
    char *path = mem_printf("%s/%s", scene->from_dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

void scene_put_odd(const struct scene *scene)
{
    static const char *const names[] = { "plain", "with space", " lead", "trail ", "it's", "\"quoted\"", "back\\slash",
                                         "-rf", "$HOME", "`id`", "*", "?", "\xc3\xa9\xe2\x82\xac", "bad\xff utf8", "a;b", "#x",
                                         "sub/deep/t1.ibd", "sub/deep/ends\\", "%s%n", "\\n" };
    scene_make_dir(scene, "sub", 02775);
    scene_make_dir(scene, "sub/deep", 0755);
    scene_make_dir(scene, "empty folder", 0755);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        scene_put(scene, names[i], names[i], strlen(names[i]));
    scene_put(scene, "zero", "", 0);
    scene_put(scene, "sub/setuid", "x", 1);
    char *path = mem_printf("%s/sub/setuid", scene->from_dir);
    assert_int_equal(chmod(path, 06755), 0);
    free(path);
    /* longer than a header's name field */
    scene_put(scene, "sub/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x", 1);
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

const char *scene_folder = "/tmp";

int scene_set_up(void **state)
{
    struct scene *scene = mem_alloc(sizeof *scene);
    struct err err = ERR_INIT;
    const struct host_where from = { .label = "master", .host = "local", .cancel_fd = -1 };
    const struct host_where to = { .label = "slave", .host = "local", .cancel_fd = -1 };
    snprintf(scene->top, sizeof scene->top, "%s/test_ship.XXXXXX", scene_folder);
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

int scene_tear_down(void **state)
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

void scene_expect(struct scene *scene, enum err_code code, const char *says)
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

void scene_expect_shipped(struct scene *scene)
{
    struct err err = ERR_INIT;
    scene->told = 0;
    if (ship_run(&scene->ship, &err) != 0)
        fail_msg("not shipped: %s", err.text);
}

/* Modes are the receiver's own, and nothing but files and folders is there. */
int scene_check_arrived(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)walk;
    if ((type != FTW_F && type != FTW_D) || (st->st_mode & 07077) != 0)
        fail_msg("%s has mode %o", path, (unsigned)st->st_mode);
    return 0;
}

/* A tool of our own in front of the real one: what a broken or hostile sender does. */
void scene_with_tool(struct scene *scene, const char *name, const char *script)
{
    char *path = mem_printf("%s/bin", scene->top), *tool = mem_printf("%s/bin/%s", scene->top, name);
    char *env = mem_printf("%s:%s", path, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    char *fresh = mem_printf("%s.new", tool);
    mkdir(path, 0700);
    FILE *file = fopen(fresh, "w"); /* one that is being started somewhere cannot be written to */
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\nexec /usr/bin/%s \"$@\"\n", script, name);
    fclose(file);
    chmod(fresh, 0700);
    assert_int_equal(rename(fresh, tool), 0);
    free(fresh);
    setenv("PATH", env, 1);
    free(path);
    free(tool);
    free(env);
}

int scene_tear_down_tools(void **state)
{
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    return scene_tear_down(state);
}
