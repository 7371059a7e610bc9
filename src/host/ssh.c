/* ssh.c - the ssh driver: opening, cloning, closing. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ssh.h"

static const struct host_ops ssh_ops;

static int open_session(struct ssh *ssh, struct err *err)
{
    if (cancelled(ssh->host.cancel_fd))
        return err_cancelled(err, &ssh->host);
    if (ssh_session_open(ssh, err) == 0 && ssh_hostkey_check(ssh, err) == 0 && ssh_auth(ssh, err) == 0)
        return 0;
    ssh_session_close(ssh);
    return -1;
}

int ssh_ready(struct ssh *ssh, struct err *err)
{
    if (cancelled(ssh->host.cancel_fd))
        return err_cancelled(err, &ssh->host);
    if (ssh->session != NULL && !ssh->broken)
        return 0;
    ssh_session_close(ssh);
    return open_session(ssh, err);
}

struct host *ssh_open(const struct host_where *where, const struct host_asker *asker, struct err *err)
{
    struct ssh *ssh = mem_alloc(sizeof *ssh);
    int rc = -1;

    host_init(&ssh->host, &ssh_ops, where);
    ssh->fd = -1;
    ssh->login = ssh_login_new(where, err);
    ssh->asker = asker;
    if (ssh->login != NULL)
        rc = open_session(ssh, err);
    ssh->asker = NULL;
    if (rc == 0)
        return &ssh->host;
    ssh_close(&ssh->host);
    return NULL;
}

struct ssh *ssh_again(const struct host *like, const struct ssh_login *login, int cancel_fd, struct err *err)
{
    struct ssh *ssh = mem_alloc(sizeof *ssh);

    host_init_like(&ssh->host, like);
    ssh->host.cancel_fd = cancel_fd;
    ssh->fd = -1;
    ssh->login = ssh_login_copy(login);
    if (open_session(ssh, err) == 0)
        return ssh;
    ssh_close(&ssh->host);
    return NULL;
}

static struct host *ssh_clone(struct host *host, struct err *err)
{
    struct ssh *clone = ssh_again(host, ((struct ssh *)host)->login, host->cancel_fd, err);

    return clone != NULL ? &clone->host : NULL;
}

static const char *ssh_fingerprint(const struct host *host)
{
    return ((const struct ssh *)host)->login->fingerprint;
}

void ssh_close(struct host *host)
{
    struct ssh *ssh = (struct ssh *)host;

    tunnels_close(&ssh->tunnels);
    ssh_session_close(ssh);
    ssh_login_free(ssh->login);
    host_shut(host);
    free(ssh);
}

static const struct host_ops ssh_ops = {
    .name = "ssh",
    .run = ssh_run,
    .stream = ssh_stream,
    .read = ssh_stream_read,
    .write = ssh_stream_write,
    .end_input = ssh_stream_end_input,
    .finish = ssh_stream_finish,
    .abandon = ssh_stream_abandon,
    .tunnel = ssh_tunnel,
    .clone = ssh_clone,
    .fingerprint = ssh_fingerprint,
    .close = ssh_close,
};
