/* tunnel.c - Unix sockets of ours that lead somewhere else. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "driver.h"

struct connection {
    struct connection *next;
    struct tunnel *tunnel;
    pthread_t thread;
    int fd;
    int done; /* set by its thread at the very end */
};

struct tunnel {
    struct tunnel *next;
    struct tunnel_target target;
    char *folder; /* NULL: `path` is not ours */
    char *path;
    int listening;
    int stop[2]; /* one byte in it, never taken out, ends every thread of the tunnel */
    pthread_t thread;
    bool running;
    tunnel_serve *serve;
    void *context;
    void (*release)(void *);
    struct connection *connections; /* belongs to the listening thread */
};

/* Signals are for the program's own threads. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *argument)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void *serve_one(void *argument)
{
    struct connection *connection = argument;
    struct tunnel *tunnel = connection->tunnel;

    tunnel->serve(tunnel->context, &tunnel->target, connection->fd, tunnel->stop[0]);
    close(connection->fd);
    __atomic_store_n(&connection->done, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* Joins the threads that have ended; all of them when the tunnel ends. */
static void reap(struct tunnel *tunnel, bool all)
{
    struct connection **at = &tunnel->connections;

    while (*at != NULL) {
        struct connection *connection = *at;

        if (!all && !__atomic_load_n(&connection->done, __ATOMIC_ACQUIRE)) {
            at = &connection->next;
            continue;
        }
        pthread_join(connection->thread, NULL);
        *at = connection->next;
        free(connection);
    }
}

static void take(struct tunnel *tunnel)
{
    struct connection *connection;
    int fd = accept4(tunnel->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            poll(NULL, 0, 100); /* it stays readable: do not spin */
        return;
    }
    connection = mem_alloc(sizeof *connection);
    connection->tunnel = tunnel;
    connection->fd = fd;
    if (start_thread(&connection->thread, serve_one, connection) != 0) {
        close(fd);
        free(connection);
        return;
    }
    connection->next = tunnel->connections;
    tunnel->connections = connection;
}

static void *listen_on(void *argument)
{
    struct tunnel *tunnel = argument;

    for (;;) {
        struct pollfd fds[] = { { .fd = tunnel->stop[0], .events = POLLIN },
                                { .fd = tunnel->listening, .events = POLLIN } };

        if (poll(fds, 2, 1000) < 0 && errno != EINTR)
            break;
        if (fds[0].revents != 0)
            break;
        if (fds[1].revents != 0)
            take(tunnel);
        reap(tunnel, false);
    }
    reap(tunnel, true);
    return NULL;
}

/* A folder that only we can enter, short enough for a socket's path. */
static char *private_folder(struct err *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const char *const places[] = { runtime, "/run/user/0", "/tmp" };

    for (size_t i = runtime != NULL && runtime[0] == '/' && strlen(runtime) < 60 ? 0 : 1; i < 3; i++) {
        char *folder = mem_printf("%s/dualserver-XXXXXX", places[i]);

        if ((i != 1 || geteuid() == 0) && mkdtemp(folder) != NULL)
            return folder;
        free(folder);
    }
    err_set_detail(err, ERR_IO, errno, "cannot make a private folder in /tmp: %s", strerror(errno));
    return NULL;
}

static int open_listener(struct tunnel *tunnel, struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    tunnel->folder = private_folder(err);
    if (tunnel->folder == NULL)
        return -1;
    tunnel->path = mem_printf("%s/socket", tunnel->folder);
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s", tunnel->path) >= (int)sizeof address.sun_path)
        return err_set(err, ERR_IO, "the path %.200s is too long for a socket", tunnel->path);
    tunnel->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (tunnel->listening < 0 || bind(tunnel->listening, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(tunnel->path, 0600) != 0 || listen(tunnel->listening, 16) != 0 || pipe2(tunnel->stop, O_CLOEXEC) != 0)
        return err_set_detail(err, ERR_IO, errno, "cannot listen on %.200s: %s", tunnel->path, strerror(errno));
    return 0;
}

/* The strings of a tunnel's own target, which its threads read. */
static struct tunnel_target target_copy(const struct tunnel_target *from)
{
    struct tunnel_target to = { .port = from->port, .preface_len = from->preface_len };
    size_t words = 0;

    to.path = mem_dup(from->path);
    to.address = from->path == NULL ? mem_dup(from->address) : NULL;
    to.preface = from->preface != NULL ? mem_dup_n(from->preface, from->preface_len) : NULL;
    if (from->bridge == NULL)
        return to;
    while (from->bridge[words] != NULL)
        words++;
    const char **copies = mem_grow(NULL, words + 1, sizeof *copies);
    for (size_t i = 0; i <= words; i++)
        copies[i] = mem_dup(from->bridge[i]);
    to.bridge = copies;
    return to;
}

static void target_free(struct tunnel_target *target)
{
    for (size_t i = 0; target->bridge != NULL && target->bridge[i] != NULL; i++)
        free((char *)target->bridge[i]);
    free((char **)target->bridge);
    if (target->preface != NULL)
        wipe((char *)target->preface, target->preface_len);
    free((char *)target->preface);
    free((char *)target->path);
    free((char *)target->address);
}

static void tunnel_free(struct tunnel *tunnel)
{
    if (tunnel->running) {
        while (write(tunnel->stop[1], "", 1) < 0 && errno == EINTR)
            ;
        pthread_join(tunnel->thread, NULL);
    }
    for (int i = 0; i < 2; i++)
        if (tunnel->stop[i] >= 0)
            close(tunnel->stop[i]);
    if (tunnel->listening >= 0)
        close(tunnel->listening);
    if (tunnel->folder != NULL) {
        if (tunnel->path != NULL)
            unlink(tunnel->path);
        rmdir(tunnel->folder);
    }
    if (tunnel->release != NULL)
        tunnel->release(tunnel->context);
    free(tunnel->folder);
    free(tunnel->path);
    target_free(&tunnel->target);
    free(tunnel);
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

const char *tunnel_known(const struct tunnels *tunnels, const struct tunnel_target *target)
{
    for (const struct tunnel *tunnel = tunnels->first; tunnel != NULL; tunnel = tunnel->next)
        if (same(tunnel->target.path, target->path) &&
            (target->path != NULL ||
             (same(tunnel->target.address, target->address) && tunnel->target.port == target->port)))
            return tunnel->path;
    return NULL;
}

static struct tunnel *tunnel_new(const struct tunnel_target *target)
{
    struct tunnel *tunnel = mem_alloc(sizeof *tunnel);

    tunnel->target = target_copy(target);
    tunnel->listening = tunnel->stop[0] = tunnel->stop[1] = -1;
    return tunnel;
}

static const char *tunnel_keep(struct tunnels *tunnels, struct tunnel *tunnel)
{
    tunnel->next = tunnels->first;
    tunnels->first = tunnel;
    return tunnel->path;
}

const char *tunnel_direct(struct tunnels *tunnels, const char *path)
{
    const struct tunnel_target target = { .path = path };
    const char *known = tunnel_known(tunnels, &target);
    struct tunnel *tunnel;

    if (known != NULL)
        return known;
    tunnel = tunnel_new(&target);
    tunnel->path = mem_dup(path);
    return tunnel_keep(tunnels, tunnel);
}

const char *tunnel_to(struct tunnels *tunnels, const struct tunnel_target *target, tunnel_serve *serve, void *context,
                      void (*release)(void *), struct err *err)
{
    struct tunnel *tunnel = tunnel_new(target);
    int rc;

    tunnel->serve = serve;
    tunnel->context = context;
    tunnel->release = release;
    if (open_listener(tunnel, err) != 0)
        goto fail;
    rc = start_thread(&tunnel->thread, listen_on, tunnel);
    if (rc != 0) {
        err_set_detail(err, ERR_IO, rc, "cannot start a thread: %s", strerror(rc));
        goto fail;
    }
    tunnel->running = true;
    return tunnel_keep(tunnels, tunnel);
fail:
    tunnel_free(tunnel);
    return NULL;
}

void tunnels_close(struct tunnels *tunnels)
{
    while (tunnels->first != NULL) {
        struct tunnel *tunnel = tunnels->first;

        tunnels->first = tunnel->next;
        tunnel_free(tunnel);
    }
}
