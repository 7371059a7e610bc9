/* ssh_proxy.c - a socket to the server: TCP, or through what ssh_config names. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net.h"
#include "ssh.h"

/* Runs argv with a socket as its input and output, and keeps the other end. Its complaints are for nobody: a screen
 * may be up. */
static int connect_through(struct ssh *ssh, const char *const *argv, struct err *err)
{
    int pair[2], quiet;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set_detail(err, ERR_IO, errno, "cannot make a socket pair: %s", strerror(errno));
    quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ssh->proxy = quiet >= 0 ? local_spawn(argv, pair[1], pair[1], quiet, err) : -1;
    if (quiet >= 0)
        close(quiet);
    close(pair[1]);
    if (ssh->proxy <= 0) {
        ssh->proxy = 0;
        close(pair[0]);
        return -1;
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    ssh->fd = pair[0];
    return 0;
}

/* "a,b,c": `ssh -J a,b -W HOST:PORT c`, which checks host keys and logs in on the way as ssh does. */
static int connect_jump(struct ssh *ssh, struct err *err)
{
    const struct ssh_login *login = ssh->login;
    char *hops = mem_dup(login->proxy_jump), *comma = strrchr(hops, ','), *last = comma != NULL ? comma + 1 : hops;
    char *target = mem_printf("[%s]:%d", login->hostname, login->port);
    char *destination = strncmp(last, "ssh://", 6) == 0 ? mem_dup(last) : mem_printf("ssh://%s", last);
    const char *argv[12] = { "ssh", "-o", "BatchMode=yes", "-W", target };
    size_t count = 5;
    int rc;

    if (comma != NULL) {
        *comma = '\0';
        argv[count++] = "-J";
        argv[count++] = hops;
    }
    argv[count++] = "--";
    argv[count++] = destination;
    argv[count] = NULL;
    rc = connect_through(ssh, argv, err);
    free(destination);
    free(target);
    free(hops);
    return rc;
}

int ssh_connect(struct ssh *ssh, struct err *err)
{
    struct net_wait wait = { .cancel_fd = ssh->host.cancel_fd, .timeout_ms = ssh->login->connect_ms };

    if (ssh->login->proxy_jump != NULL)
        return connect_jump(ssh, err);
    if (ssh->login->proxy_command != NULL) {
        char *command = mem_printf("exec %s", ssh->login->proxy_command);
        const char *const argv[] = { "/bin/sh", "-c", command, NULL };
        int rc = connect_through(ssh, argv, err);

        free(command);
        return rc;
    }
    ssh->fd = net_connect(ssh->login->hostname, ssh->login->port, &wait, err);
    return ssh->fd >= 0 ? 0 : -1;
}
