/* `dualserver lab ...`: finds the lab's script and runs it with the words as they are. */
#include "config.h"

#include "lab.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"

/* SRC_ASSETS: the source tree's folder, for a program that runs from its build folder; PKGDATADIR: the installed one. */
static char *find_script(struct err *err)
{
    const char *places[] = { getenv("DUALSERVER_ASSETS"), NULL, PKGDATADIR };
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    /* an installed program must not run what lies in somebody's old source tree */
    if (strncmp(self, BUILD_DIR "/", strlen(BUILD_DIR) + 1) == 0)
        places[1] = SRC_ASSETS;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i] == NULL || places[i][0] == '\0')
            continue;
        char *path = mem_printf("%s/lab/lab", places[i]);
        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    err_set(err, ERR_IO, "the lab's script is not in " PKGDATADIR "/lab");
    err_hint(err, "`make install` puts it there; DUALSERVER_ASSETS names another folder that holds lab/lab");
    return NULL;
}

/* The keys that interrupt are the script's business: it cleans up, and this program hands its status on. */
static int spawn(pid_t *pid, const char *script, char **words)
{
    extern char **environ;
    posix_spawnattr_t attributes;
    sigset_t keys;
    (void)sigemptyset(&keys);
    (void)sigaddset(&keys, SIGINT);
    (void)sigaddset(&keys, SIGQUIT);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGQUIT, SIG_IGN);
    int failed = posix_spawnattr_init(&attributes);
    if (failed != 0)
        return failed;
    (void)posix_spawnattr_setsigdefault(&attributes, &keys);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    failed = posix_spawn(pid, script, NULL, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    return failed;
}

static int wait_for(pid_t pid, const char *script, struct err *err)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set_detail(err, ERR_IO, errno, "cannot wait for %s: %s", script, strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_main(int argc, char *const argv[], struct err *err)
{
    char *script = find_script(err);
    if (script == NULL)
        return -1;
    char **words = mem_alloc(((size_t)argc + 2) * sizeof *words);
    words[0] = script;
    for (int i = 0; i < argc; i++)
        words[i + 1] = argv[i];
    pid_t pid = -1;
    int rc, failed = spawn(&pid, script, words);
    if (failed != 0)
        rc = err_set_detail(err, ERR_IO, failed, "cannot run %s: %s", script, strerror(failed));
    else
        rc = wait_for(pid, script, err);
    free(words);
    free(script);
    return rc;
}
