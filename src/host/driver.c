/* What the drivers of this room share. */
#include "driver.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"

void host_init(struct host *host, const struct host_ops *ops, const struct host_where *where)
{
    host->ops = ops;
    host->label = mem_dup(where->label != NULL ? where->label : where->host);
    host->name = mem_dup(where->host);
    host->cancel_fd = where->cancel_fd;
    host->sudo = where->sudo;
    host->sudo_password = secret_copy(where->sudo_password);
}

void host_init_like(struct host *host, const struct host *other)
{
    *host = *other;
    host->label = mem_dup(other->label);
    host->name = mem_dup(other->name);
    host->sudo_password = secret_copy(other->sudo_password);
    host->log = NULL; /* belongs to the other's thread */
    host->log_context = NULL;
}

void host_shut(struct host *host)
{
    free(host->label);
    free(host->name);
    secret_free(host->sudo_password);
}

void errout_add(struct buf *to, const void *bytes, size_t len)
{
    if (to == NULL || to->len >= ERROUT_LIMIT)
        return;
    buf_add(to, bytes, len < ERROUT_LIMIT - to->len ? len : ERROUT_LIMIT - to->len);
}

size_t pending_take(struct buf *pending, size_t *taken, void *bytes, size_t size)
{
    size_t len = pending->len - *taken;

    len = len < size ? len : size;
    memcpy(bytes, pending->data + *taken, len);
    *taken += len;
    if (*taken == pending->len) {
        buf_clear(pending);
        *taken = 0;
    }
    return len;
}

int run_take(struct run *run, const void *bytes, size_t len, struct err *err)
{
    size_t limit = run->out_limit > 0 ? run->out_limit : OUT_LIMIT;

    if (run->out == NULL)
        return 0;
    if (len > limit || run->out->len > limit - len)
        return err_set(err, ERR_DATA, "%s wrote more than %zu bytes", run->argv[0], limit);
    buf_add(run->out, bytes, len);
    return 0;
}

bool cancelled(int cancel_fd)
{
    struct pollfd pfd = { .fd = cancel_fd, .events = POLLIN };

    return cancel_fd >= 0 && poll(&pfd, 1, 0) > 0;
}

int err_cancelled(struct err *err, const struct host *host)
{
    return err_set(err, ERR_CANCELLED, "stopped while waiting for %s", host->name);
}

int err_silent(struct err *err, const struct host *host, unsigned timeout_ms)
{
    return err_set(err, ERR_TIMEOUT, "nothing came from %s for %u s", host->name,
                   (timeout_ms + 999) / 1000);
}
