#include "ship/line.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

enum {
    WINDOW = 4 * 1024 * 1024, /* longer than what buffers on the way can swallow at once */
    WINDOWS = 6,
    PIECE = 256 * 1024,
};

/* Zeros: neither end compresses inside SSH, so they cost the line what anything else does. */
static const char give_script[] = "#:\n# measure the line: 24 MiB from here\nexec head -c 25165824 /dev/zero\n";
static const char take_script[] = "#:\n# measure the line: 24 MiB to here\necho ready; exec cat >/dev/null\n";

/* The second quickest of the windows: the quickest may only have emptied or filled what buffers on the way, the slow ones were
 * held up by something else than the line. */
struct watch {
    uint64_t since, bytes, best, second;
};

static void watch_add(struct watch *watch, uint64_t bytes)
{
    const uint64_t now = clock_ms();
    watch->bytes += bytes;
    if (watch->bytes < WINDOW)
        return;
    const uint64_t rate = watch->bytes * 1000 / (now - watch->since + 1);
    if (rate > watch->best) {
        watch->second = watch->best;
        watch->best = rate;
    } else if (rate > watch->second) {
        watch->second = rate;
    }
    watch->since = now;
    watch->bytes = 0;
}

static struct stream *open_probe(struct host *host, const char *script, struct err *err)
{
    const char *const argv[] = { "sh", "-c", script, "dualserver", NULL };
    return host_stream(host, argv, err);
}

static int end_probe(struct stream *stream, const struct host *host, struct err *err)
{
    int status = 0;
    if (stream_finish(stream, &status, NULL, err) != 0)
        return -1;
    return status == 0 ? 0 : err_set(err, ERR_COMMAND, "measuring the line to %s ended with status %d", host_name(host), status);
}

static int read_probe(struct host *host, unsigned char *bytes, uint64_t *rate, struct err *err)
{
    struct stream *stream = open_probe(host, HOST_SCRIPT(give_script), err);
    if (stream == NULL)
        return -1;
    ssize_t got = stream_read(stream, bytes, PIECE, err);
    struct watch watch = { .since = clock_ms() }; /* from the first bytes: the command's start is not the line's time */
    while (got > 0) {
        got = stream_read(stream, bytes, PIECE, err);
        watch_add(&watch, got > 0 ? (uint64_t)got : 0);
    }
    if (got < 0) {
        stream_abandon(stream);
        return -1;
    }
    *rate = watch.second;
    return end_probe(stream, host, err);
}

static int write_probe(struct host *host, unsigned char *bytes, uint64_t *rate, struct err *err)
{
    struct stream *stream = open_probe(host, HOST_SCRIPT(take_script), err);
    if (stream == NULL)
        return -1;
    int rc = stream_read(stream, bytes, PIECE, err) < 0 ? -1 : 0; /* it runs */
    struct watch watch = { .since = clock_ms() };
    memset(bytes, 0, PIECE);
    for (int sent = 0; rc == 0 && sent < WINDOWS * WINDOW; sent += PIECE) {
        rc = stream_write(stream, bytes, PIECE, err);
        watch_add(&watch, PIECE);
    }
    if (rc != 0) {
        stream_abandon(stream);
        return -1;
    }
    *rate = watch.second;
    return end_probe(stream, host, err);
}

int line_rate(struct host *from, struct host *to, uint64_t *bytes_per_second, struct err *err)
{
    unsigned char *bytes = mem_alloc(PIECE);
    uint64_t reading = 0, writing = 0;
    int rc = read_probe(from, bytes, &reading, err);
    if (rc == 0)
        rc = write_probe(to, bytes, &writing, err);
    *bytes_per_second = reading < writing ? reading : writing;
    free(bytes);
    return rc;
}
