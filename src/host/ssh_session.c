/* ssh_session.c - socket, session and waiting; ssh.h says how. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/quote.h"
#include "ssh.h"

#define KEEPALIVE_MS 15000u
#define DEAD_MS      50000u /* three keepalives without an answer */
#define STALL_MS     60000u /* a server that takes nothing from its socket */

static void library_init(void)
{
    (void)libssh2_init(0);
}

/* Waits for room in the socket. 0, or errno. */
static int wait_room(struct ssh *ssh, uint64_t end)
{
    struct pollfd fds[] = { { .fd = ssh->fd, .events = POLLOUT },
                            { .fd = ssh->stopping ? -1 : ssh->host.cancel_fd, .events = POLLIN } };
    uint64_t now = clock_ms();
    int ready = now < end ? poll(fds, 2, (int)(end - now)) : 0;

    if (ready < 0)
        return errno == EINTR ? 0 : errno;
    if (ready == 0)
        return ETIMEDOUT;
    if (fds[1].revents != 0) {
        ssh->was_cancelled = true;
        return ECANCELED;
    }
    return 0;
}

/* libssh2 talks to the agent through the same callbacks, on a socket of the agent's that blocks. It may be waiting for
 * a person to confirm, who may rather stop. */
static ssize_t receive_from_agent(const struct ssh *ssh, int fd, void *buffer, size_t length, int flags)
{
    struct pollfd fds[] = { { .fd = fd, .events = POLLIN }, { .fd = ssh->host.cancel_fd, .events = POLLIN } };
    ssize_t got;

    while (poll(fds, 2, -1) < 0)
        if (errno != EINTR)
            return -errno;
    if (fds[1].revents != 0)
        return -ECANCELED;
    got = recv(fd, buffer, length, flags);
    return got < 0 ? -errno : got;
}

static LIBSSH2_SEND_FUNC(send_all)
{
    struct ssh *ssh = *abstract;
    uint64_t end = clock_ms() + (ssh->stopping ? CLOSE_MS : STALL_MS);
    size_t sent = 0;

    if (socket != ssh->fd) {
        ssize_t put = send(socket, buffer, length, flags | MSG_NOSIGNAL);

        return put < 0 ? -errno : put;
    }
    while (sent < length && !ssh->broken) {
        ssize_t put = send(ssh->fd, (const char *)buffer + sent, length - sent, flags | MSG_NOSIGNAL);
        int error = errno;

        if (put > 0) {
            sent += (size_t)put;
            continue;
        }
        if (error == EAGAIN || error == EINTR)
            error = wait_room(ssh, end);
        if (error != 0)
            ssh->broken = true; /* a packet is cut in the middle */
    }
    return ssh->broken ? -ECONNRESET : (ssize_t)sent;
}

static LIBSSH2_RECV_FUNC(receive)
{
    struct ssh *ssh = *abstract;
    ssize_t got;

    if (socket != ssh->fd)
        return receive_from_agent(ssh, socket, buffer, length, flags);
    if (ssh->broken)
        return -ECONNRESET;
    do {
        got = recv(ssh->fd, buffer, length, flags);
    } while (got < 0 && errno == EINTR);
    if (got > 0)
        ssh->heard = clock_ms();
    if (got < 0)
        return errno == EWOULDBLOCK ? -EAGAIN : -errno;
    return got;
}

static void set_callbacks(LIBSSH2_SESSION *session)
{
#if LIBSSH2_VERSION_NUM >= 0x010b01
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_SEND, (libssh2_cb_generic *)send_all);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_RECV, (libssh2_cb_generic *)receive);
#else
    /* The old interface takes functions as void *, which ISO C has no cast for. */
    union {
        ssize_t (*function)(libssh2_socket_t, const void *, size_t, int, void **);
        void *object;
    } sender = { .function = send_all };
    union {
        ssize_t (*function)(libssh2_socket_t, void *, size_t, int, void **);
        void *object;
    } receiver = { .function = receive };

    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, sender.object);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, receiver.object);
#endif
}

static int silent(struct ssh *ssh, uint64_t now, uint64_t since, unsigned timeout_ms, struct err *err)
{
    uint64_t quiet = ssh->heard > since ? ssh->heard : since;
    int next;

    if (now - since >= timeout_ms)
        return err_silent(err, &ssh->host, timeout_ms);
    if (!ssh->authenticated)
        return 0;
    if (now - quiet >= DEAD_MS) {
        ssh->broken = true;
        return err_set(err, ERR_CONNECT, "%s does not answer any more", ssh->host.name);
    }
    if (now - quiet >= KEEPALIVE_MS)
        (void)libssh2_keepalive_send(ssh->session, &next); /* a failure shows in the next call */
    return 0;
}

int ssh_wait(struct ssh *ssh, uint64_t since, unsigned timeout_ms, struct err *err)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = ssh->fd, .events = POLLIN },
                                { .fd = ssh->stopping ? -1 : ssh->host.cancel_fd, .events = POLLIN } };
        uint64_t now = clock_ms(), left = since + timeout_ms > now ? since + timeout_ms - now : 0;
        int ready = poll(fds, 2, (int)(left < KEEPALIVE_MS ? left : KEEPALIVE_MS));

        if (ready < 0 && errno != EINTR)
            return err_set_detail(err, ERR_IO, errno, "cannot wait for %s: %s", ssh->host.name, strerror(errno));
        if (ready > 0 && fds[1].revents != 0)
            return err_cancelled(err, &ssh->host);
        if (ready > 0)
            return 0;
        if (silent(ssh, clock_ms(), since, timeout_ms, err) != 0)
            return -1;
    }
}

int ssh_fail(struct ssh *ssh, const char *what, struct err *err)
{
    struct buf text = BUF_INIT;
    char *message = NULL;
    int code = libssh2_session_last_error(ssh->session, &message, NULL, 0);

    switch (code) {
    case LIBSSH2_ERROR_SOCKET_SEND:
    case LIBSSH2_ERROR_SOCKET_RECV:
    case LIBSSH2_ERROR_SOCKET_DISCONNECT:
    case LIBSSH2_ERROR_SOCKET_TIMEOUT:
    case LIBSSH2_ERROR_BANNER_RECV:
    case LIBSSH2_ERROR_BANNER_SEND:
    case LIBSSH2_ERROR_INVALID_MAC:
    case LIBSSH2_ERROR_DECRYPT:
    case LIBSSH2_ERROR_PROTO:
        ssh->broken = true;
        break;
    default:
        break;
    }
    if (ssh->was_cancelled) {
        ssh->was_cancelled = false;
        return err_cancelled(err, &ssh->host);
    }
    quote_printable(&text, message != NULL ? message : "", message != NULL ? strlen(message) : 0, 0);
    err_set_detail(err, ERR_CONNECT, code, ssh->broken ? "the connection to %s was lost while %s: %s" : "%s: %s: %s",
                   ssh->host.name, what, text.len > 0 ? buf_str(&text) : "no reason given");
    buf_free(&text);
    return -1;
}

/* Of the wanted methods, those the library has, in the wanted order. libssh2_session_method_pref() would leave out the
 * others by itself, but with a memcpy that overlaps (1.10). */
static int prefer(LIBSSH2_SESSION *session, int method, const char *wanted)
{
    const char **supported = NULL;
    int count = libssh2_session_supported_algs(session, method, &supported), rc = LIBSSH2_ERROR_METHOD_NOT_SUPPORTED;
    struct buf list = BUF_INIT;

    for (size_t len; *wanted != '\0'; wanted += len + (wanted[len] == ',')) {
        len = strcspn(wanted, ",");
        for (int i = 0; i < count; i++)
            if (strlen(supported[i]) == len && memcmp(supported[i], wanted, len) == 0)
                buf_addf(&list, "%s%s", list.len > 0 ? "," : "", supported[i]);
    }
    if (count > 0)
        libssh2_free(session, supported);
    if (list.len > 0)
        rc = libssh2_session_method_pref(session, method, buf_str(&list));
    buf_free(&list);
    return rc;
}

/* The quickest first. */
static void prefer_ours(LIBSSH2_SESSION *session)
{
    static const char ciphers[] = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
                                  "chacha20-poly1305@openssh.com";
    static const char macs[] = "hmac-sha2-256,hmac-sha2-512,hmac-sha2-256-etm@openssh.com,"
                               "hmac-sha2-512-etm@openssh.com,hmac-sha1";
    static const char host_keys[] = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
                                    "rsa-sha2-512,rsa-sha2-256,ssh-rsa"; /* in ssh's order */
    static const struct {
        int method;
        const char *list;
    } preferred[] = {
        { LIBSSH2_METHOD_HOSTKEY, host_keys },
        { LIBSSH2_METHOD_CRYPT_CS, ciphers },
        { LIBSSH2_METHOD_CRYPT_SC, ciphers },
        { LIBSSH2_METHOD_MAC_CS, macs },
        { LIBSSH2_METHOD_MAC_SC, macs },
    };

    for (size_t i = 0; i < sizeof preferred / sizeof preferred[0]; i++)
        (void)prefer(session, preferred[i].method, preferred[i].list);
}

static int handshake(struct ssh *ssh, struct err *err)
{
    char *types = ssh_hostkey_types(ssh);
    int rc = 0, waited = 0;

    prefer_ours(ssh->session);
    if (types != NULL)
        rc = prefer(ssh->session, LIBSSH2_METHOD_HOSTKEY, types);
    if (rc == 0)
        SSH_CALL(ssh, rc, waited, ssh->login->connect_ms, err, libssh2_session_handshake(ssh->session, ssh->fd));
    if (waited != 0) {
        rc = -1;
    } else if (types != NULL && (rc == LIBSSH2_ERROR_METHOD_NOT_SUPPORTED || rc == LIBSSH2_ERROR_METHOD_NONE ||
                                 rc == LIBSSH2_ERROR_KEX_FAILURE || rc == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE)) {
        rc = ssh_hostkey_no_common(ssh, types, err);
    } else if (rc != 0) {
        rc = ssh_fail(ssh, "the two sides were agreeing on keys", err);
    }
    free(types);
    return rc;
}

int ssh_session_open(struct ssh *ssh, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, library_init);
    if (ssh_connect(ssh, err) != 0)
        return -1;
    ssh->generation++;
    ssh->broken = ssh->was_cancelled = ssh->authenticated = false;
    ssh->session = libssh2_session_init_ex(NULL, NULL, NULL, ssh);
    if (ssh->session == NULL)
        return err_set(err, ERR_CONNECT, "cannot set up an SSH session");
    set_callbacks(ssh->session);
    libssh2_session_set_blocking(ssh->session, 0);
    if (handshake(ssh, err) != 0)
        return -1;
    libssh2_keepalive_config(ssh->session, 1, KEEPALIVE_MS / 1000);
    return 0;
}

/* Bounded, whatever state the session is in: with `broken` set no call waits for the server. */
static void session_free(struct ssh *ssh)
{
    if (ssh->authenticated && !ssh->broken)
        (void)libssh2_session_disconnect(ssh->session, "done");
    ssh->broken = true;
    for (int i = 0; i < 1000 && libssh2_session_free(ssh->session) == LIBSSH2_ERROR_EAGAIN; i++)
        ;
    ssh->session = NULL;
}

void ssh_session_close(struct ssh *ssh)
{
    ssh->stopping = true;
    if (ssh->session != NULL)
        session_free(ssh);
    if (ssh->fd >= 0)
        close(ssh->fd);
    ssh->fd = -1;
    if (ssh->proxy > 0)
        local_kill(ssh->proxy);
    ssh->proxy = 0;
    ssh->authenticated = ssh->stopping = false;
}
