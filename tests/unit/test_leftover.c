/* A ship that finds what an earlier one left: how much of it is sent again, and that in the end everything is right. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "ship/verify.h"
#include "ship_scene.h"

#define MIB ((uint64_t)1 << 20)

/* A shell's view of the scene: $1 the sender's folder, $2 the receiver's, $3 what is outside of both, $4 a number. */
static void in_shell(const struct scene *scene, const char *script, uint64_t number)
{
    struct err err = ERR_INIT;
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    if ((host_script)(scene->to, NULL, &err, script, scene->from_dir, scene->to_dir, scene->top, digits, NULL) != 0)
        fail_msg("%s: %s", script, err.text);
}

/* 20 and 9 MiB that differ, a hole of 12, and small ones with odd names. */
enum { BIG = 20, MID = 9, HOLE = 12 };

static void fill(struct scene *scene)
{
    scene_put_odd(scene);
    scene_put_large(scene, "sub/big it's.ibd", BIG);
    in_shell(scene,
             "cd \"$1\" && tail -c 9437184 \"sub/big it's.ibd\" >mid && truncate -s 12582912 hole\n"
             "mkdir \"$3/outside\" && cp \"sub/big it's.ibd\" \"$3/outside\" && echo untouched >\"$3/outside/mid\"\n"
             "cd \"$3/outside\" && sha256sum * >\"$3/outside.sums\"",
             0);
}

static uint64_t all_bytes(const struct scene *scene)
{
    struct manifest listed = { .files = NULL };
    struct strings folders = { .count = 0 };
    assert_int_equal(verify_list(scene->from, scene->from_dir, &listed, &folders, NULL), 0);
    uint64_t bytes = listed.bytes;
    manifest_free(&listed);
    strings_free(&folders);
    return bytes;
}

/* Compared by other tools than the ship's own. */
static void check_arrived(struct scene *scene)
{
    in_shell(scene, "diff -r \"$1\" \"$2\" && cd \"$3/outside\" && sha256sum --quiet -c \"$3/outside.sums\" && [ \"$(ls | wc -l)\" = 2 ]", 0);
    nftw(scene->to_dir, scene_check_arrived, 16, FTW_PHYS);
    assert_int_equal(scene->ship.manifest.count, 26);
    assert_int_equal(scene->ship.file_bytes, all_bytes(scene));
}

static void ship_again(struct scene *scene, const char *what, uint64_t kept)
{
    manifest_free(&scene->ship.manifest);
    scene_expect_shipped(scene);
    check_arrived(scene);
    if (scene->ship.kept_bytes != kept)
        fail_msg("%s: %llu bytes were kept, not %llu", what, (unsigned long long)scene->ship.kept_bytes, (unsigned long long)kept);
    assert_true(scene->told <= scene->ship.file_bytes - kept);
    if (scene->ship.compress == COMPRESS_NEVER)
        assert_true(scene->ship.wire_bytes < scene->ship.file_bytes - kept + MIB && scene->ship.wire_bytes > scene->ship.file_bytes - kept);
}

/* What is there when a ship is cut off: whole files, and one that is not. */
static uint64_t usable(const struct scene *scene)
{
    struct manifest sent = { .files = NULL }, there = { .files = NULL };
    struct strings folders = { .count = 0 };
    uint64_t bytes = 0;
    assert_int_equal(verify_list(scene->from, scene->from_dir, &sent, &folders, NULL), 0);
    assert_int_equal(verify_list(scene->to, scene->to_dir, &there, &folders, NULL), 0);
    for (size_t i = 0, j = 0; j < there.count; j++) {
        while (strcmp(sent.files[i].path, there.files[j].path) != 0)
            i++;
        bytes += there.files[j].size == sent.files[i].size ? sent.files[i].size
                                                           : there.files[j].size / VERIFY_PIECE * VERIFY_PIECE;
    }
    manifest_free(&sent);
    manifest_free(&there);
    strings_free(&folders);
    return bytes;
}

static void goes_on_wherever_it_was_cut(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    const uint64_t all = all_bytes(scene);
    uint64_t most = 0;
    scene->ship.keep_from = 1;
    for (uint64_t cut = 0; cut < all + 2 * MIB; cut += 3 * MIB + 511) {
        in_shell(scene,
                 "rm -rf \"$2\"; mkdir -m 0700 \"$2\"; umask 077\n"
                 "tar -C \"$1\" --format=gnu --mode=u=rwX,go=,ug-s,-t -c . | head -c \"$4\" | tar -C \"$2\" -x 2>/dev/null || :",
                 cut);
        const uint64_t there = usable(scene);
        most = there > most ? there : most;
        scene->ship.compress = cut / MIB % 2 == 0 ? COMPRESS_NEVER : COMPRESS_ALWAYS;
        ship_again(scene, "cut", there);
    }
    assert_true(most == all);
}

#define WHOLE "rm -rf \"$2\" && cp -r \"$1\" \"$2\" && chmod -R go=,ug-s \"$2\" && cd \"$2\" && big=\"sub/big it's.ibd\" && "

/* What lies there, and how much of it is not sent again: everything but `sent`. */
static const struct {
    const char *script;
    uint64_t sent;
} leftovers[] = {
    { "touch -r \"$1\" .", 0 },
    { "truncate -s 17M \"$big\"", 4 * MIB },
    { "truncate -s 16M \"$big\"", 4 * MIB },
    { "truncate -s 20971519 \"$big\"", 4 * MIB },
    { "truncate -s 7M \"$big\"", BIG * MIB },
    { ": >\"$big\"", BIG * MIB },
    /* the power went: its length is on the disk, its end is not */
    { "truncate -s 11M \"$big\"; truncate -s 20M \"$big\"", 12 * MIB },
    { "truncate -s 0 \"$big\"; truncate -s 20M \"$big\"", BIG * MIB },
    { "truncate -s 20971500 \"$big\"; truncate -s 20M \"$big\"", 4 * MIB },
    { "truncate -s 0 mid; truncate -s 9M mid", MID * MIB },
    /* longer, other content from the start, in the middle, at the very end */
    { "echo more >>\"$big\"", BIG * MIB },
    { "printf x | dd of=\"$big\" conv=notrunc status=none", BIG * MIB },
    { "printf x | dd of=\"$big\" bs=1 seek=9000000 conv=notrunc status=none", 12 * MIB },
    { "printf xyz | dd of=\"$big\" bs=1 seek=20971517 conv=notrunc status=none", 4 * MIB },
    { "truncate -s 17M \"$big\"; printf x | dd of=\"$big\" bs=1 seek=9000000 conv=notrunc status=none", 12 * MIB },
    { "printf x | dd of=mid conv=notrunc status=none", MID * MIB },
    /* another file's content under its name */
    { "head -c 9437184 \"$big\" >mid", MID * MIB },
    { "cp mid \"$big\"", BIG * MIB },
    { "head -c 12582912 \"$big\" >hole", HOLE * MIB },
    { "echo zero >plain; printf trail >plain", 5 },
    /* two that are not whole: the larger goes on */
    { "truncate -s 17M \"$big\"; truncate -s 8500K mid", (4 + MID) * MIB },
    { "truncate -s 8500K \"$big\"; printf x | dd of=mid bs=1 seek=9000000 conv=notrunc status=none", BIG * MIB + 1 * MIB },
    /* a hole that was written, one that is not all there */
    { "dd if=/dev/zero of=hole bs=1M count=12 status=none", 0 },
    { "truncate -s 9M hole", 4 * MIB },
    /* links: what they lead to is neither taken for the file nor written to */
    { "rm \"$big\" && ln -s \"$3/outside/big it's.ibd\" \"$big\"", BIG * MIB },
    { "rm \"$big\" && ln \"$3/outside/big it's.ibd\" \"$big\"", BIG * MIB },
    { "rm \"$big\" && ln -s nowhere \"$big\"", BIG * MIB },
    { "rm -r sub && ln -s \"$3/outside\" sub", BIG * MIB + 31 },
    { "rm mid && ln -s \"$3/outside/mid\" mid", MID * MIB },
    { "ln -s \"$3/outside\" more", 0 },
    { "cd .. && mv \"$2\" \"$3/other\" && ln -s \"$3/outside\" \"$2\"", UINT64_MAX },
    /* another kind of thing in its place */
    { "rm mid && mkdir mid && echo x >mid/x", MID * MIB },
    { "rm mid && mkdir -p mid/deep/er", MID * MIB },
    { "rm -r sub && echo x >sub", BIG * MIB + 31 },
    { "rm mid && mkfifo mid", MID * MIB },
    { "rm mid && mknod mid c 1 3", MID * MIB },
    { "rm zero && mkdir zero", 0 },
    { "rm -r 'empty folder' && touch 'empty folder'", 0 },
    { "rm -r 'empty folder'", 0 },
    { "cd .. && rm -r \"$2\" && echo x >\"$2\"", UINT64_MAX },
    { "cd .. && rm -r \"$2\"", UINT64_MAX },
    { "cd .. && rm -r \"$2\" && mkdir -m 0777 \"$2\"", UINT64_MAX },
    /* what has no business there */
    { "mkdir -p a/b/c && touch a/b/c/d -- -rf '--help' \"$(printf 'new\\nline')\" \"$(printf 'e\\033[31mscape')\" 'it'\"'\"'s more'", 0 },
    { "cp mid mid.old; cp mid MID", 0 },
    { "cp mid \"$(printf 'mid\\nmid')\"; rm mid", MID * MIB },
    /* somebody else could have written it, or could still */
    { "chmod 0666 mid", MID * MIB },
    { "chmod 04700 mid", MID * MIB },
    { "chown 12345 mid", MID * MIB },
    { "chmod 0777 sub 'empty folder'", 0 },
};

static void takes_nothing_on_trust(void **state)
{
    struct scene *scene = *state;
    if (geteuid() != 0) /* owners and devices */
        skip();
    fill(scene);
    const uint64_t all = all_bytes(scene);
    scene->ship.keep_from = 1;
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++) {
        char *script = mem_printf(WHOLE "%s", leftovers[i].script);
        in_shell(scene, script, 0);
        free(script);
        scene->ship.compress = i % 2 == 0 ? COMPRESS_NEVER : COMPRESS_ALWAYS;
        ship_again(scene, leftovers[i].script, leftovers[i].sent == UINT64_MAX ? 0 : all - leftovers[i].sent);
    }
}

static void looks_only_where_it_pays(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    const uint64_t all = all_bytes(scene);
    for (int more = 0; more < 2; more++) {
        in_shell(scene, WHOLE "rm hole", 0);
        scene->ship.keep_from = all - HOLE * MIB + (uint64_t)more;
        ship_again(scene, "as many as pay, or one byte less", more ? 0 : all - HOLE * MIB);
    }
    scene->ship.keep_from = 0;
    manifest_free(&scene->ship.manifest);
    scene_expect(scene, ERR_COMMAND, "is not empty");
}

/* What cannot be read, on either side, is sent again: it must not stand in the way for ever. */
static void unreadable_is_sent_again(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    const uint64_t all = all_bytes(scene);
    scene->ship.keep_from = 1;
    in_shell(scene, WHOLE "truncate -s 17M \"$big\"", 0);
    scene_with_tool(scene, "openssl", "[ ! -e mid ] || [ -e ../tripped ] || { echo 'openssl: mid: Input/output error' >&2; : >../tripped; exit 1; }");
    ship_again(scene, "a file that cannot be read", 0);
    in_shell(scene, "[ -e \"$3/tripped\" ]", 0);
    scene_with_tool(scene, "dd", "exit 0");
    in_shell(scene, WHOLE "truncate -s 17M \"$big\"", 0);
    ship_again(scene, "pieces that are not read", 0);
    scene_with_tool(scene, "find", "case $* in *-links*) printf 'f twelve x\\0'; exit 0 ;; esac");
    in_shell(scene, WHOLE ":", 0);
    ship_again(scene, "a list that is none", 0);
    scene_with_tool(scene, "find", "");
    scene_with_tool(scene, "dd", "");
    in_shell(scene, WHOLE "truncate -s 17M \"$big\"", 0);
    ship_again(scene, "nothing broken any more", all - 4 * MIB);
}

static void trouble_with_the_rest(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *tool, *script;
        enum err_code code;
        const char *says;
    } rows[] = {
        { "tail", "/usr/bin/tail \"$@\"; echo more; exit 0", ERR_DATA, "more of the file is sent than was announced" },
        { "tail", "/usr/bin/tail \"$@\" | head -c 1000; exit 0", ERR_DATA, "less of the file is sent than was announced" },
        { "tail", "exit 0", ERR_DATA, "" },
        { "tail", "/usr/bin/tail \"$@\"; echo 'tail: error reading: Input/output error' >&2; exit 1", ERR_COMMAND,
          "packing on local ended with status 1: tail: error reading" },
        { "tail", "/usr/bin/tail \"$@\" | tr a b; exit 0", ERR_DATA, "sub/big it's.ibd has other content" },
        { "tail", "kill -9 $$", ERR_COMMAND, "packing on local ended with status 137" },
        { "stat", "case $* in *'%F %s'*) echo 'regular file 1'; exit 0 ;; esac", ERR_COMMAND, "is not what was left of it" },
        { "truncate", "exit 0", ERR_COMMAND, "is not what was left of it" },
        { "tar", "case $1 in --extract) /usr/bin/tar \"$@\"; for last; do :; done; printf x | dd of=\"$last/sub/big it's.ibd\" conv=notrunc status=none; exit 0 ;; esac",
          ERR_DATA, "has other content" },
        { "tar", "case $1 in --create) exec /usr/bin/tar --create --file=- --format=gnu --mode=u=rwX,go= --no-recursion . ;; esac", ERR_DATA,
          "did not send what it lists" },
        { "tar", "case $1 in --create) exec /usr/bin/tar --create --file=- --format=gnu --mode=u=rwX,go= . ;; esac", ERR_DATA,
          "more than the sender announced" },
    };
    fill(scene);
    const uint64_t all = all_bytes(scene);
    scene->ship.keep_from = 1;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        in_shell(scene, WHOLE "truncate -s 17M \"$big\"; rm plain", 0);
        scene->ship.compress = i % 2 == 1 ? COMPRESS_ALWAYS : COMPRESS_NEVER;
        manifest_free(&scene->ship.manifest);
        scene_with_tool(scene, rows[i / 2].tool, rows[i / 2].script);
        scene_expect(scene, rows[i / 2].code, rows[i / 2].says);
        scene_with_tool(scene, rows[i / 2].tool, "");
        /* whatever it did there, the next one ends it well */
        scene_expect_shipped(scene);
        check_arrived(scene);
    }
    in_shell(scene, WHOLE "truncate -s 17M \"$big\"; rm plain", 0);
    ship_again(scene, "nothing broken any more", all - 4 * MIB - 5);
}

static void the_rest_is_cancelled(void **state)
{
    struct scene *scene = *state;
    fill(scene);
    in_shell(scene, WHOLE "truncate -s 17M \"$big\"", 0);
    scene->ship.keep_from = 1;
    char *script = mem_printf("echo x; echo stop >/proc/%d/fd/%d; exec sleep 300", (int)getpid(), scene->cancel[1]);
    scene_with_tool(scene, "tail", script);
    free(script);
    scene_expect(scene, ERR_CANCELLED, "stopped");
    assert_true(scene->ship.ms < 60000);
}

/* The line is broken, but the other end does not know: its tar still waits for more and would write it. */
static void ends_who_still_writes(void **state)
{
    struct scene *scene = *state;
    int lines[2], status;
    fill(scene);
    in_shell(scene, WHOLE "truncate -s 17M \"$big\"; rm mid", 0);
    assert_int_equal(pipe(lines), 0);
    pid_t tar = fork();
    if (tar == 0) {
        if (dup2(lines[0], 0) == 0 && close(lines[1]) == 0 && chdir(scene->to_dir) == 0)
            execlp("tar", "tar", "--extract", "--file=-", (char *)NULL);
        _exit(127);
    }
    in_shell(scene,
             "tar -C \"$1\" --format=gnu -c mid | head -c 5000000 >\"/proc/$4/fd/0\"\n"
             "until [ -s \"$2/mid\" ]; do kill -0 \"$4\" || exit 1; done",
             (uint64_t)tar);
    scene->ship.keep_from = 1;
    ship_again(scene, "while a tar waits there", all_bytes(scene) - (4 + MID) * MIB);
    assert_int_equal(waitpid(tar, &status, 0), tar);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(lines[0]);
    close(lines[1]);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down_tools)

int main(void)
{
    struct statvfs shm;
    if (statvfs("/dev/shm", &shm) == 0 && shm.f_bavail * shm.f_frsize > 256 * MIB && access("/dev/shm", W_OK) == 0)
        scene_folder = "/dev/shm"; /* a hundred ships, each flushed to its disk: here it has none */
    const struct CMUnitTest tests[] = {
        SCENE(goes_on_wherever_it_was_cut),
        SCENE(takes_nothing_on_trust),
        SCENE(looks_only_where_it_pays),
        SCENE(unreadable_is_sent_again),
        SCENE(trouble_with_the_rest),
        SCENE(the_rest_is_cancelled),
        SCENE(ends_who_still_writes),
    };
    alarm(900); /* what hangs fails */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
