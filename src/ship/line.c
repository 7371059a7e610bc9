#include "ship/line.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

enum {
    PROBE_BYTES = 4 * 1024 * 1024, /* beyond the first windows of both ends, and still quick on a slow line */
    PIECE = 256 * 1024,
};

/* Zeros: neither end compresses inside SSH, so they cost the line what anything else does. */
static const char give_script[] = "# measure the line: 4 MiB from here\nexec head -c 4194304 /dev/zero\n";
static const char take_script[] = "# measure the line: 4 MiB to here\necho ready; exec cat >/dev/null\n";

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

static int read_probe(struct host *host, unsigned char *bytes, uint64_t *ms, struct err *err)
{
    struct stream *stream = open_probe(host, give_script, err);
    if (stream == NULL)
        return -1;
    ssize_t got = stream_read(stream, bytes, PIECE, err);
    const uint64_t start = clock_ms();
    while (got > 0)
        got = stream_read(stream, bytes, PIECE, err);
    *ms = clock_ms() - start;
    if (got < 0) {
        stream_abandon(stream);
        return -1;
    }
    return end_probe(stream, host, err);
}

static int write_probe(struct host *host, unsigned char *bytes, uint64_t *ms, struct err *err)
{
    struct stream *stream = open_probe(host, take_script, err);
    if (stream == NULL)
        return -1;
    ssize_t got = stream_read(stream, bytes, PIECE, err); /* the command runs: its start is not the line's time */
    const uint64_t start = clock_ms();
    memset(bytes, 0, PIECE);
    int rc = got < 0 ? -1 : 0;
    for (int sent = 0; rc == 0 && sent < PROBE_BYTES; sent += PIECE)
        rc = stream_write(stream, bytes, PIECE, err);
    if (rc != 0) {
        stream_abandon(stream);
        return -1;
    }
    rc = end_probe(stream, host, err);
    *ms = clock_ms() - start;
    return rc;
}

int line_rate(struct host *from, struct host *to, uint64_t *bytes_per_second, struct err *err)
{
    unsigned char *bytes = mem_alloc(PIECE);
    uint64_t reading = 0, writing = 0;
    int rc = read_probe(from, bytes, &reading, err);
    if (rc == 0)
        rc = write_probe(to, bytes, &writing, err);
    const uint64_t slower = reading > writing ? reading : writing;
    *bytes_per_second = (uint64_t)PROBE_BYTES * 1000 / (slower + 1);
    free(bytes);
    return rc;
}
