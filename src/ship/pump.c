#include "ship/pump.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/quote.h"
#include "ship/inspect.h"
#include "ship/ring.h"

/* How long the caller's thread sleeps between looks at the cancel descriptors. */
enum { LOOK_MS = 100 };

/* What is sent: the folder, what is named of it, or the rest of one file. */
enum sending { SEND_ALL, SEND_NAMED, SEND_TAIL };

/* Names and contents only: owners, access lists and modes are the receiver's business. Plain sh has no pipefail, so tar's
 * status travels beside the pipe on descriptor 3. */
#define RECORDS "--blocking-factor=512 " /* 256 KiB at a time: a tenth less work for both hosts than tar's own 10 KiB */
#define SENDER_TAR                                                                                                     \
    "tar --create --file=- " RECORDS "--format=gnu --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=,ug-s,-t "      \
    "--hard-dereference "
#define SENDER_START "LC_ALL=C; export LC_ALL; unset TAR_OPTIONS ZSTD_CLEVEL ZSTD_NBTHREADS\ncd -- \"$1\" || exit 1\n"

#define SENDER_ALL SENDER_TAR "."
/* Names have no newline in them; tar takes them literally when they end in NULs. They are all read first: who writes them reads
 * the archive only afterwards. */
#define SENDER_NAMED                                                                                                   \
    "names=$(cat) && printf '%s\\n' \"$names\" | tr '\\n' '\\0' | " SENDER_TAR "--null --no-recursion --files-from=-"
#define TAIL_KINDS "in below word"
#define SENDER_TAIL "tail -c \"+$3\" -- \"./$2\""

#define PACK(kinds, what, source) "#: " kinds "\n# " what "\n" SENDER_START source "\n"
#define PACK_ZSTD(kinds, what, source)                                                                                 \
    "#: " kinds "\n# " what " | zstd -1\n" SENDER_START "exec 4>&1\n"                                                                \
    "source=$({ { " source " 3>&- 4>&-; echo $? >&3; } | zstd -q -1 -c 3>&- >&4; } 3>&1) || exit 1\n"                  \
    "exit \"$source\"\n"

/* GNU tar reads on to the end after "No space left on device"; `guard` ends it with its first complaint. The pid comes
 * first because only the process that becomes tar knows it. Where it works tells ship/leftover.c whose it is.
 * --keep-old-files: nothing is ever written over. */
#define RECEIVER_START "LC_ALL=C; export LC_ALL; unset TAR_OPTIONS; umask 077\n"
#define RECEIVER_TAR                                                                                                   \
    "sh -c 'echo $$ >&2; cd -- \"$1\" && exec tar --extract --file=- " RECORDS "--keep-old-files --no-same-owner "                      \
    "--no-same-permissions --warning=no-timestamp -C \"$1\"' sh \"$1\" 3>&- "
#define RECEIVER_GUARD                                                                                                 \
    "{ read -r pid; if IFS= read -r line; then printf '%s\\n' \"$line\" >&2; kill \"$pid\"; cat >&2; fi; } "

/* The guard's TERM is tar's own failure. */
#define RECEIVER_END "[ \"$tar\" -ne 143 ] || exit 2\nexit \"$tar\"\n"

#define UNPACK                                                                                                         \
    "#: in\n# untar into $1\n" RECEIVER_START "exec 5<&0\n"                                                            \
    "tar=$({ { " RECEIVER_TAR "<&5 2>&1 >/dev/null 5<&-; echo $? >&3; } | " RECEIVER_GUARD "3>&-; } 3>&1)\n" RECEIVER_END
#define UNPACK_ZSTD                                                                                                    \
    "#: in\n# zstd -d | untar into $1\n" RECEIVER_START "exec 5<&0\n"                                                  \
    "both=$({ { { zstd -dcq <&5 3>&- 5<&-; echo \"zstd=$?\" >&3; } | { " RECEIVER_TAR                                  \
    "2>&4 >/dev/null 4>&-; echo \"tar=$?\" >&3; } 4>&1; } | " RECEIVER_GUARD "3>&-; } 3>&1)\n"                        \
    "tar=1 zstd=1; eval \"$both\"\n"                                                                                  \
    "[ \"$tar\" -ne 0 ] || exit \"$zstd\"\n" RECEIVER_END
/* $3 counts from 1, as tail does. */
#define APPEND(tool)                                                                                                   \
    "#: " TAIL_KINDS "\n# " tool " >>$1/$2\n" RECEIVER_START "cd -- \"$1\" || exit 1\n"                                                  \
    "if [ -L \"./$2\" ] || [ \"$(stat -c '%F %s' -- \"./$2\")\" != \"regular file $(($3 - 1))\" ]; then\n"              \
    "  echo \"$2 is not what was left of it\" >&2; exit 1\n"                                                          \
    "fi\n"                                                                                                             \
    "exec " tool " >>\"./$2\"\n"

struct job {
    struct pump *pump;
    struct ring ring;
    struct err sender, inspector, receiver;
    uint64_t looked; /* blocks the inspector has taken */
};

/* Says how a command ended that should have ended with 0. */
static int ended_badly(struct err *err, const char *what, const struct host *host, int status, const struct buf *errout)
{
    struct buf said = BUF_INIT;
    const char *text = buf_str(errout);
    quote_printable(&said, text, strcspn(text, "\n"), 0);
    /* tar's words for the write that took the last of the room; it names the cause only at the next one */
    bool cut_short = strstr(text, "Wrote only") != NULL, full = cut_short || strstr(text, "No space left") != NULL;
    err_set_detail(err, ERR_COMMAND, status, "%s on %s ended with status %d: %s%s", what, host_name(host), status,
                   said.len == 0 ? "it gave no reason" : buf_str(&said), cut_short ? ": no space left on the device" : "");
    if (full)
        err_hint(err, "make room on %s, for bytes and for inodes", host_name(host));
    buf_free(&said);
    return -1;
}

static enum sending sending(const struct pump *pump)
{
    return pump->tail.path != NULL ? SEND_TAIL : pump->names != NULL ? SEND_NAMED : SEND_ALL;
}

static struct stream *open_stream(const struct pump *pump, struct host *host, const char *script, const char *dir,
                                  struct err *err)
{
    char first_byte[24];
    const char *const argv[] = { "sh", "-c", script, "dualserver", dir, pump->tail.path, first_byte, NULL };
    snprintf(first_byte, sizeof first_byte, "%" PRIu64, pump->tail.from + 1);
    return host_stream(host, argv, err);
}

/* Plain, or through zstd. */
static const char *pack_script(enum sending what, bool zstd)
{
    const char *const scripts[][2] = {
        [SEND_ALL] = { HOST_SCRIPT(PACK("in", "tar $1", "exec " SENDER_ALL)), HOST_SCRIPT(PACK_ZSTD("in", "tar $1", SENDER_ALL)) },
        [SEND_NAMED] = { HOST_SCRIPT(PACK("in <paths", "tar what is not there yet of $1", SENDER_NAMED)),
                         HOST_SCRIPT(PACK_ZSTD("in <paths", "tar what is not there yet of $1", SENDER_NAMED)) },
        [SEND_TAIL] = { HOST_SCRIPT(PACK(TAIL_KINDS, "tail -c +$3 $1/$2", "exec " SENDER_TAIL)),
                        HOST_SCRIPT(PACK_ZSTD(TAIL_KINDS, "tail -c +$3 $1/$2", SENDER_TAIL)) },
    };
    return scripts[what][zstd];
}

static const char *unpack_script(enum sending what, bool zstd)
{
    if (what == SEND_TAIL)
        return zstd ? HOST_SCRIPT(APPEND("zstd -dcq")) : HOST_SCRIPT(APPEND("cat"));
    return zstd ? HOST_SCRIPT(UNPACK_ZSTD) : HOST_SCRIPT(UNPACK);
}

static struct stream *open_sender(const struct pump *pump, struct err *err)
{
    const enum sending what = sending(pump);
    struct stream *stream = open_stream(pump, pump->from, pack_script(what, pump->compress), pump->from_dir, err);
    if (stream != NULL && what == SEND_NAMED &&
        (stream_write(stream, pump->names->data, pump->names->len, err) != 0 || stream_end_input(stream, err) != 0)) {
        stream_abandon(stream);
        stream = NULL;
    }
    return stream;
}

static int finish(struct stream *stream, const char *what, const struct host *host, struct err *err)
{
    int status = 0;
    struct buf errout = BUF_INIT;
    int rc = stream_finish(stream, &status, &errout, err);
    if (rc == 0 && status != 0)
        rc = ended_badly(err, what, host, status, &errout);
    buf_free(&errout);
    return rc;
}

/* Fills one block; short reads would make many small blocks. 0: the end; -1: err. */
static ssize_t fill_block(struct stream *stream, unsigned char *block, struct err *err)
{
    size_t have = 0;
    while (have < RING_BLOCK_SIZE) {
        ssize_t got = stream_read(stream, block + have, RING_BLOCK_SIZE - have, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static int send_all(struct job *job)
{
    struct pump *pump = job->pump;
    struct err *err = &job->sender;
    struct stream *stream = open_sender(pump, err);
    if (stream == NULL)
        return -1;
    for (;;) {
        unsigned char *block = ring_space(&job->ring);
        ssize_t len = block == NULL ? -1 : fill_block(stream, block, err);
        if (len < 0) {
            stream_abandon(stream);
            return -1;
        }
        if (len == 0)
            break;
        pump->wire_bytes += (uint64_t)len;
        ring_fill(&job->ring, (size_t)len);
    }
    return finish(stream, "packing", pump->from, err);
}

static void *sender_thread(void *context)
{
    struct job *job = context;
    if (send_all(job) == 0)
        ring_complete(&job->ring);
    else
        ring_stop(&job->ring, RING_SENDER);
    return NULL;
}

static int receive_all(struct job *job)
{
    struct pump *pump = job->pump;
    struct err *err = &job->receiver;
    struct stream *stream =
        open_stream(pump, pump->to, unpack_script(sending(pump), pump->compress), pump->to_dir, err);
    if (stream == NULL)
        return -1;
    const void *block;
    long len;
    while ((len = ring_next(&job->ring, &block)) > 0) {
        if (stream_write(stream, block, (size_t)len, err) != 0) {
            /* a command that has ended takes nothing more: how it ended says why */
            struct err ended = ERR_INIT;
            if (ring_stopped(&job->ring))
                stream_abandon(stream);
            else if (finish(stream, "unpacking", pump->to, &ended) != 0 && ended.code == ERR_COMMAND)
                *err = ended;
            return -1;
        }
        ring_empty(&job->ring);
    }
    if (len < 0) {
        stream_abandon(stream);
        return -1;
    }
    return finish(stream, "unpacking", pump->to, err);
}

static void *receiver_thread(void *context)
{
    struct job *job = context;
    if (receive_all(job) == 0)
        ring_finish(&job->ring);
    else
        ring_stop(&job->ring, RING_RECEIVER);
    return NULL;
}

static bool cancelled(struct job *job)
{
    struct pollfd fds[PUMP_CANCEL_FDS];
    for (int i = 0; i < PUMP_CANCEL_FDS; i++)
        fds[i] = (struct pollfd){ .fd = job->pump->cancel_fds[i], .events = POLLIN };
    if (poll(fds, PUMP_CANCEL_FDS, 0) <= 0)
        return false;
    ring_stop(&job->ring, RING_CALLER);
    return true;
}

static ssize_t source_next(void *context, const void **block, struct err *err)
{
    struct job *job = context;
    long len;
    do {
        if (cancelled(job))
            return err_set(err, ERR_CANCELLED, "stopped");
        len = ring_look(&job->ring, job->looked, block, LOOK_MS);
    } while (len == -2);
    if (len > 0)
        job->looked++;
    return len < 0 ? err_set(err, ERR_IO, "the other end failed") : len;
}

static void source_pass(void *context, uint64_t count)
{
    struct job *job = context;
    ring_pass(&job->ring, count);
}

static void source_progress(void *context, uint64_t file_bytes)
{
    struct job *job = context;
    if (job->pump->progress != NULL)
        job->pump->progress(job->pump->context, file_bytes);
}

/* In the caller's thread, between the two others. */
static void inspect_all(struct job *job)
{
    struct pump *pump = job->pump;
    struct inspect inspect = {
        .source = { .context = job, .next = source_next, .pass = source_pass, .progress = source_progress },
        .compressed = pump->compress,
        .max_files = pump->max_files,
        .max_bytes = pump->max_bytes,
    };
    int rc = pump->tail.path != NULL ? inspect_tail(&inspect, pump->tail.size, &job->inspector)
                                     : inspect_run(&inspect, &job->inspector);
    pump->manifest = inspect.manifest;
    pump->folders = inspect.folders;
    if (rc != 0) {
        ring_stop(&job->ring, RING_INSPECTOR);
        return;
    }
    ring_accept(&job->ring);
    while (!cancelled(job) && ring_wait(&job->ring, LOOK_MS) == 0)
        ;
}

/* The one who failed first tells; the others only followed. */
static int verdict(struct job *job, struct err *err)
{
    const struct pump *pump = job->pump;
    const struct err *said = NULL;
    switch (job->ring.stopped) {
    case RING_NOBODY:
        return 0;
    case RING_CALLER:
        return err_set(err, ERR_CANCELLED, "shipping was stopped; what has arrived in %s is not whole", pump->to_dir);
    case RING_SENDER:
        said = &job->sender;
        break;
    case RING_INSPECTOR:
        said = &job->inspector;
        break;
    case RING_RECEIVER:
        said = &job->receiver;
        break;
    }
    if (err != NULL && said != NULL)
        *err = *said;
    if (job->ring.stopped == RING_INSPECTOR)
        return err_wrap(err, "checking what %s sends", host_name(pump->from));
    return -1;
}

int pump_run(struct pump *pump, struct err *err)
{
    struct job job = { .pump = pump };
    pthread_t sender, receiver;
    if (ring_init(&job.ring, err) != 0)
        return -1;
    int from_cancel = pump->from->cancel_fd, to_cancel = pump->to->cancel_fd;
    pump->from->cancel_fd = pump->to->cancel_fd = job.ring.wake[0];
    int rc = -1;
    if (pthread_create(&sender, NULL, sender_thread, &job) != 0) {
        err_set(err, ERR_IO, "cannot start a thread");
        goto out;
    }
    if (pthread_create(&receiver, NULL, receiver_thread, &job) != 0) {
        ring_stop(&job.ring, RING_CALLER);
        pthread_join(sender, NULL);
        err_set(err, ERR_IO, "cannot start a thread");
        goto out;
    }
    inspect_all(&job);
    pthread_join(sender, NULL);
    pthread_join(receiver, NULL);
    rc = verdict(&job, err);
out:
    pump->from->cancel_fd = from_cancel;
    pump->to->cancel_fd = to_cancel;
    ring_free(&job.ring);
    return rc;
}
