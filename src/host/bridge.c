/* bridge.c - to a Unix socket as root, for a login that is not root.
 *
 * A database server knows its root by the user at the other end of its socket. What sshd forwards (or this program, on its
 * own machine) comes from the user who logged in; so a command that runs under sudo makes the connection and carries
 * the bytes between it and its own input and output. Debian has perl wherever dpkg is (perl-base is essential), Red Hat
 * a python. */
#include "driver.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"

/* In the order in which they are tried, Both directions run by themselves, so that neither waits for the other; the end of
 * the input is passed on, or a server would keep the connection of a client that is gone. $1: the socket. */
#define PYTHON_BRIDGE                                                                                                  \
    " -c 'import os, socket, sys, threading\n"                                                                         \
    "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"                                                      \
    "def up():\n"                                                                                                      \
    "  for b in iter(lambda: os.read(0, 65536), b\"\"): s.sendall(b)\n"                                                \
    "  s.shutdown(socket.SHUT_WR)\n"                                                                                   \
    "t = threading.Thread(target=up); t.daemon = True; t.start()\n"                                                    \
    "for b in iter(lambda: s.recv(65536), b\"\"):\n"                                                                  \
    "  while b: b = b[os.write(1, b):]\n"                                                                              \
    "os._exit(0)' \"$1\""
#define SOCKET "#: socket\n"
static const char perl_bridge[] =
    SOCKET "exec perl -MSocket -e '"
           "socket(S, AF_UNIX, SOCK_STREAM, 0) && connect(S, pack_sockaddr_un($ARGV[0])) or die \"$ARGV[0]: $!\\n\";"
           "sub carry { my ($in, $out, $b) = @_; while (sysread($in, $b, 65536)) {"
           "  for (my $o = 0; $o < length $b; ) { $o += syswrite($out, $b, length($b) - $o, $o) || return } } }"
           "defined(my $up = fork) or die \"fork: $!\\n\";"
           "if (!$up) { carry(*STDIN, *S); shutdown(S, 1); exit }"
           "carry(*S, *STDOUT); kill TERM => $up' -- \"$1\"";
static const char python_bridge[] = SOCKET "exec python3" PYTHON_BRIDGE;
static const char platform_python_bridge[] = SOCKET "exec /usr/libexec/platform-python" PYTHON_BRIDGE;
static const char ncat_bridge[] = SOCKET "exec ncat -U -- \"$1\"";
static const char nc_bridge[] = SOCKET "exec nc -N -U -- \"$1\"";

static const char find_script[] =
    "#:\n# what can connect root to a socket?\n"
    "works() { \"$@\" </dev/null >/dev/null 2>&1; }\n"
    "if works perl -MSocket -e 1; then echo perl\n"
    "elif works python3 -c 'import threading'; then echo python\n"
    "elif works /usr/libexec/platform-python -c 'import threading'; then echo platform-python\n"
    "elif works ncat --version; then echo ncat\n"
    "elif nc -h 2>&1 </dev/null | grep -q -e '-N.*Shutdown'; then echo nc; fi";

/* The script of the first that is there. */
static const char *find(struct host *host, struct err *err)
{
    const struct {
        const char *name, *script;
    } bridges[] = {
        { "perl", HOST_SCRIPT(perl_bridge) },
        { "python", HOST_SCRIPT(python_bridge) },
        { "platform-python", HOST_SCRIPT(platform_python_bridge) },
        { "ncat", HOST_SCRIPT(ncat_bridge) },
        { "nc", HOST_SCRIPT(nc_bridge) },
    };
    struct buf out = BUF_INIT;
    const char *found = NULL;

    if (host_script(host, &out, err, find_script, NULL) == 0) {
        buf_trim(&out);
        for (size_t i = 0; found == NULL && i < sizeof bridges / sizeof bridges[0]; i++)
            if (strcmp(buf_str(&out), bridges[i].name) == 0)
                found = bridges[i].script;
        if (found == NULL) {
            err_set(err, ERR_UNSUPPORTED, "nothing on %s can connect sudo's root to the database server's socket", host->name);
            err_hint(err, "install perl-base, python3 or ncat there, or give db_user and db_password_file");
        }
    }
    buf_free(&out);
    return found;
}

const char *bridge_tunnel(struct host *host, const char *path, struct err *err)
{
    struct buf preface = BUF_INIT;
    const char *tunnel, **words;

    if (host->bridge == NULL && (host->bridge = find(host, err)) == NULL)
        return NULL;
    const char *const argv[] = { "sh", "-c", host->bridge, "dualserver", path, NULL };
    words = sudo_words(host, argv);
    if (host->sudo_password != NULL)
        sudo_lines(host, 0, &preface);
    tunnel = host->ops->tunnel(
        host, &(struct tunnel_target){ .path = path, .bridge = words, .preface = preface.data, .preface_len = preface.len }, err);
    buf_wipe(&preface);
    free(words);
    return tunnel;
}
