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

/* In the order in which they are tried. Both directions run by themselves, so that neither waits for the other; the end of
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
static const struct {
    const char *probe, *script;
} bridges[] = {
    { "perl -MSocket -e 1",
      "exec perl -MSocket -e '"
      "socket(S, AF_UNIX, SOCK_STREAM, 0) && connect(S, pack_sockaddr_un($ARGV[0])) or die \"$ARGV[0]: $!\\n\";"
      "sub carry { my ($in, $out, $b) = @_; while (sysread($in, $b, 65536)) {"
      "  for (my $o = 0; $o < length $b; ) { $o += syswrite($out, $b, length($b) - $o, $o) || return } } }"
      "defined(my $up = fork) or die \"fork: $!\\n\";"
      "if (!$up) { carry(*STDIN, *S); shutdown(S, 1); exit }"
      "carry(*S, *STDOUT); kill TERM => $up' -- \"$1\"" },
    { "python3 -c 'import threading'", "exec python3" PYTHON_BRIDGE },
    { "/usr/libexec/platform-python -c 'import threading'", "exec /usr/libexec/platform-python" PYTHON_BRIDGE },
    { "ncat --version", "exec ncat -U -- \"$1\"" },
    { "nc -h 2>&1 | grep -q -e '-N.*Shutdown'", "exec nc -N -U -- \"$1\"" },
};
#define BRIDGES (sizeof bridges / sizeof bridges[0])

/* The script of the first that is there. */
static const char *find(struct host *host, struct err *err)
{
    struct buf script = BUF_INIT, out = BUF_INIT;
    const char *found = NULL;
    size_t number;

    buf_adds(&script, "# what can connect root to a socket?\n");
    for (size_t i = 0; i < BRIDGES; i++)
        buf_addf(&script, "if { %s; } </dev/null >/dev/null 2>&1; then echo %zu; exit; fi\n", bridges[i].probe, i);
    buf_addf(&script, "echo %zu", BRIDGES);
    if (host_script(host, &out, err, buf_str(&script), NULL) == 0) {
        number = strtoul(buf_str(&out), NULL, 10);
        if (number < BRIDGES) {
            found = bridges[number].script;
        } else {
            err_set(err, ERR_UNSUPPORTED, "nothing on %s can connect sudo's root to the database server's socket", host->name);
            err_hint(err, "install perl-base, python3 or ncat there, or give db_user and db_password_file");
        }
    }
    buf_free(&script);
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
