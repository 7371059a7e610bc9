#include "host/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"

#define TOUCH_EVERY_MS 2000
#define AGAIN_AFTER_MS 500 /* when the connection broke */
#define RELEASE_MS 20000u  /* a host that is gone must not hold up the end for long: its lock is stale soon */

struct lock {
    struct host *host; /* the thread's own session */
    char *path, *run;
    pthread_t thread;
    int stop[2];
    atomic_bool lost;
};

#define USUAL_PLACE "/var/lib/dualserver"
#define TELL                                                                                                           \
    "tell() { now=$(date +%s)\n"                                                                                       \
    "  echo held; cat -- \"$lock/owner\" 2>/dev/null\n"                                                                \
    "  since=$(stat -c %Y -- \"$lock/owner\" 2>/dev/null) && echo \"age $((now - since))\"\n"                          \
    "  touched=$(stat -c %Y -- \"$lock/fed\" 2>/dev/null) && echo \"quiet $((now - touched))\"; exit 0; }\n"

static const char look_script[] = "#: base\n# is somebody at work here?\nlock=$1/.dualserver-lock\n" TELL "[ ! -d \"$lock\" ] || tell\n";

/* $1 its folder, $2 the second choice, $3 run, $4 owner, $5 process, $6 the owner's machine, $7 run whose lock goes, or empty.
 * A folder is renamed into place whole, and onto a folder that is not empty nothing can be renamed: that is what makes it a
 * lock. flock keeps two that break the same stale one from breaking each other's. */
static const char take_script[] =
    "#: base base word text word word leaf?\n# take the lock of this host\n"
    "umask 077; base=$1 lock=$1/.dualserver-lock\n"
    TELL
    "if [ ! -d \"$lock\" ]; then\n"
    "  { mkdir -p -- \"$base\" && [ -w \"$base\" ]; } 2>/dev/null || base=$2\n"
    "  if [ -d \"$2/.dualserver-lock\" ]; then base=$2; fi\n"
    "  lock=$base/.dualserver-lock\n"
    "fi\n"
    "if command -v flock >/dev/null; then exec 9<\"$base\"; flock 9; fi\n"
    "if [ -n \"$7\" ] && [ -d \"$lock\" ]; then\n"
    "  held=$(sed -n 's/^run //p' \"$lock/owner\" 2>/dev/null)\n"
    "  [ \"${held:-unknown}\" != \"$7\" ] || rm -rf -- \"$lock\"\n"
    "fi\n"
    "[ ! -d \"$lock\" ] || tell\n"
    "new=$(mktemp -d -- \"$base/.dualserver-lock-XXXXXX\") || exit 1\n"
    "trap 'rm -rf -- \"$new\"' EXIT; trap 'exit 1' HUP INT TERM PIPE\n"
    "printf 'run %s\\nowner %s\\npid %s\\nmachine %s\\nsince %s\\n' \"$3\" \"$4\" \"$5\" \"$6\" \"$(date -u +%Y-%m-%dT%H:%M:%SZ)\" "
    ">\"$new/owner\" && : >\"$new/fed\" || exit 1\n"
    "mv -T -- \"$new\" \"$lock\" 2>/dev/null || tell\n"
    "printf 'taken %s\\n' \"$lock\"\n";

/* One word in, one out: both sides know that the other is there. Who has lost the lock must not touch another's. */
static const char touch_script[] =
    "#: lock word\n# keep the lock $1 fresh\n"
    "while IFS= read -r word; do\n"
    "  { read -r key held; } 2>/dev/null <\"$1/owner\" && [ \"$held\" = \"$2\" ] || exit 3\n"
    "  touch -c -- \"$1/fed\" && echo ok || echo full\n"
    "done\n";

static const char release_script[] =
    "#: lock word\n# let go of the lock $1\n"
    "{ read -r key held; } 2>/dev/null <\"$1/owner\" || exit 0\n"
    "[ \"$held\" = \"$2\" ] || exit 0\n"
    "rm -rf -- \"$1\"; case $1 in */dualserver/*) rmdir -- \"${1%/*}\" 2>/dev/null || : ;; esac\n";

/* The machine that this program runs on: a process number means something there only. */
static void own_machine(struct buf *to)
{
    char id[64] = "";
    int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t got = read(fd, id, sizeof id - 1);
        id[got > 0 ? got : 0] = '\0';
        close(fd);
    }
    id[strcspn(id, "\n")] = '\0';
    buf_adds(to, id[0] != '\0' ? id : "-");
}

static void own_name(struct buf *to)
{
    char host[65] = "", room[2048];
    struct passwd entry, *user = NULL;
    (void)getpwuid_r(geteuid(), &entry, room, sizeof room, &user);
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    if (user != NULL)
        quote_printable(to, user->pw_name, strlen(user->pw_name), 0);
    else
        buf_addf(to, "uid %u", (unsigned)geteuid());
    buf_addc(to, '@');
    quote_printable(to, host, strlen(host), 0);
}

static void keep(char *place, size_t size, const char *value)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, value, strlen(value), 0);
    snprintf(place, size, "%s", buf_str(&shown));
    buf_free(&shown);
}

/* A process of this machine that is gone touches nothing any more, however fresh the lock looks. */
static enum lock_state state_of(const struct lock_holder *holder, const char *machine)
{
    struct buf own = BUF_INIT;
    own_machine(&own);
    const bool here = strcmp(machine, buf_str(&own)) == 0 && strcmp(machine, "-") != 0;
    buf_free(&own);
    if (here && holder->pid > 0 && kill((pid_t)holder->pid, 0) != 0 && errno == ESRCH)
        return LOCK_DEAD;
    return holder->quiet_s <= LOCK_FRESH_S ? LOCK_LIVE : LOCK_STALE;
}

static void parse_holder(char *text, struct lock_holder *holder)
{
    char machine[64] = "";
    *holder = (struct lock_holder){ .state = LOCK_FREE, .run = "unknown", .owner = "somebody", .since = "an unknown time",
                                    .quiet_s = 1000000 };
    bool held = false;
    for (char *line; (line = text_line(&text)) != NULL;) {
        char *value = strchr(line, ' ');
        if (strcmp(line, "held") == 0)
            held = true;
        if (value == NULL)
            continue;
        *value++ = '\0';
        if (strcmp(line, "run") == 0)
            keep(holder->run, sizeof holder->run, value);
        else if (strcmp(line, "owner") == 0)
            keep(holder->owner, sizeof holder->owner, value);
        else if (strcmp(line, "since") == 0)
            keep(holder->since, sizeof holder->since, value);
        else if (strcmp(line, "machine") == 0)
            keep(machine, sizeof machine, value);
        else if (strcmp(line, "pid") == 0)
            holder->pid = strtol(value, NULL, 10);
        else if (strcmp(line, "age") == 0)
            holder->age_s = (unsigned)strtoul(value, NULL, 10);
        else if (strcmp(line, "quiet") == 0)
            holder->quiet_s = value[0] == '-' ? 0 : (unsigned)strtoul(value, NULL, 10);
    }
    if (held)
        holder->state = state_of(holder, machine);
}

int lock_look(struct host *host, struct lock_holder *holder, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(host, &out, err, look_script, USUAL_PLACE, NULL);
    char *text = buf_steal(&out);
    parse_holder(text, holder);
    free(text);
    return rc;
}

void lock_describe(const struct lock_holder *holder, struct buf *to)
{
    buf_addf(to, "%s (process %ld, run %s) since %s (", holder->owner, holder->pid, holder->run, holder->since);
    quote_duration(to, (unsigned long long)holder->age_s * 1000);
    buf_addc(to, ')');
}

/* True when it is time to stop. */
static bool rest(const struct lock *lock, int ms)
{
    struct pollfd fd = { .fd = lock->stop[0], .events = POLLIN };
    return poll(&fd, 1, ms) > 0;
}

static int touch_once(struct stream *stream, struct err *err)
{
    char said[64];
    return stream_write(stream, "go\n", 3, err) == 0 && stream_read(stream, said, sizeof said, err) > 0 ? 0 : -1;
}

/* The connection may break: the session is opened anew by the next command. */
static void *keep_fresh(void *context)
{
    struct lock *lock = context;
    const char *const argv[] = { "sh", "-c", HOST_SCRIPT(touch_script), "dualserver", lock->path, lock->run, NULL };
    struct stream *stream = NULL;
    for (;;) {
        struct err err = ERR_INIT;
        int status = 0, pause = TOUCH_EVERY_MS;
        if (stream == NULL)
            stream = host_stream(lock->host, argv, &err);
        if (stream == NULL) {
            pause = AGAIN_AFTER_MS;
        } else if (touch_once(stream, &err) != 0) {
            if (err.code == ERR_CANCELLED)
                stream_abandon(stream);
            else if (stream_finish(stream, &status, NULL, &err) == 0 && status == 3)
                lock->lost = true;
            stream = NULL;
            pause = AGAIN_AFTER_MS;
        }
        if (lock->lost || rest(lock, pause))
            break;
    }
    stream_abandon(stream);
    return NULL;
}

static void lock_free(struct lock *lock)
{
    for (int i = 0; i < 2; i++)
        if (lock->stop[i] >= 0)
            close(lock->stop[i]);
    host_close(lock->host);
    free(lock->path);
    free(lock->run);
    free(lock);
}

static struct lock *begin_keeping(struct host *host, const char *path, const char *run, struct err *err)
{
    struct lock *lock = mem_alloc(sizeof *lock);
    *lock = (struct lock){ .stop = { -1, -1 }, .path = mem_dup(path), .run = mem_dup(run) };
    int failed = pipe2(lock->stop, O_CLOEXEC | O_NONBLOCK) != 0 ? errno : 0;
    if (failed == 0 && (lock->host = host_clone(host, err)) == NULL) {
        lock_free(lock);
        return NULL;
    }
    if (failed == 0) {
        lock->host->cancel_fd = lock->stop[0];
        failed = pthread_create(&lock->thread, NULL, keep_fresh, lock);
    }
    if (failed != 0) {
        err_set_detail(err, ERR_IO, failed, "cannot keep the lock fresh: %s", strerror(failed));
        lock_free(lock);
        return NULL;
    }
    return lock;
}

static int take(struct host *host, const struct lock_wish *wish, const char *broken, struct lock **lock,
                struct lock_holder *holder, struct err *err)
{
    struct buf out = BUF_INIT, owner = BUF_INIT, machine = BUF_INIT;
    char pid[24];
    own_name(&owner);
    own_machine(&machine);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    int rc = host_script(host, &out, err, take_script,
                         wish->base != NULL ? wish->base : USUAL_PLACE, wish->room, wish->run, buf_str(&owner), pid,
                         buf_str(&machine), broken, NULL);
    buf_trim(&out);
    char *text = buf_steal(&out);
    if (rc == 0 && strncmp(text, "taken ", 6) == 0) {
        *lock = begin_keeping(host, text + 6, wish->run, err);
        if (*lock == NULL) {
            (void)host_script(host, NULL, NULL, release_script, text + 6, wish->run, NULL);
            rc = -1;
        }
    } else if (rc == 0) {
        parse_holder(text, holder);
        if (holder->state == LOCK_FREE)
            rc = err_set(err, ERR_DATA, "cannot understand what %s says about its lock", host_name(host));
    }
    free(text);
    buf_free(&owner);
    buf_free(&machine);
    return rc;
}

int lock_take(struct host *host, const struct lock_wish *wish, struct lock **lock, struct lock_holder *holder,
              struct err *err)
{
    *lock = NULL;
    if (take(host, wish, "", lock, holder, err) != 0)
        return err_wrap(err, "cannot take the lock of %s", host_name(host));
    if (*lock != NULL)
        return 0;
    const bool over = holder->state == LOCK_DEAD || (holder->state == LOCK_STALE && strcmp(holder->run, wish->run) == 0);
    const bool meant = holder->state == LOCK_STALE && wish->broken != NULL && strcmp(holder->run, wish->broken) == 0;
    if (!over && !meant)
        return 0;
    char *run = mem_dup(holder->run);
    int rc = take(host, wish, run, lock, holder, err);
    free(run);
    return rc == 0 ? 0 : err_wrap(err, "cannot take the lock of %s", host_name(host));
}

const char *lock_path(const struct lock *lock)
{
    return lock->path;
}

bool lock_lost(const struct lock *lock)
{
    return lock != NULL && lock->lost;
}

int lock_release(struct host *host, struct lock *lock, struct err *err)
{
    int rc = 0;
    if (lock == NULL)
        return 0;
    while (write(lock->stop[1], "", 1) < 0 && errno == EINTR)
        continue;
    pthread_join(lock->thread, NULL);
    if (host != NULL && !lock->lost)
        rc = host_script_with(host, NULL, 0, RELEASE_MS, NULL, NULL, err, release_script, lock->path, lock->run, NULL);
    lock_free(lock);
    return rc;
}
