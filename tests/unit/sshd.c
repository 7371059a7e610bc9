#include "config.h"
#include "sshd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"

bool sshd_here(void)
{
    return access(SSHD, X_OK) == 0;
}

pid_t command_start(const char *const *argv)
{
    pid_t pid = fork();

    if (pid == 0) {
        union {
            const char *const *theirs;
            char *const *execs;
        } words = { .theirs = argv };
        int null = open("/dev/null", O_RDWR);

        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execvp(argv[0], words.execs);
        _exit(127);
    }
    return pid;
}

int command(const char *const *argv)
{
    int status = -1;

    waitpid(command_start(argv), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *sshd_file(const struct sshd *sshd, const char *name)
{
    static char paths[32][160];
    static unsigned next;
    char *path = paths[next++ % 32];

    snprintf(path, sizeof paths[0], "%s/%s", sshd->folder, name);
    return path;
}

static int make_key(const struct sshd *sshd, const char *type, const char *name, const char *passphrase)
{
    const char *const argv[] = { "ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", sshd_file(sshd, name), NULL };

    return command(argv);
}

static void append(const struct sshd *sshd, const char *to, const char *from)
{
    FILE *in = fopen(sshd_file(sshd, from), "r"), *out = fopen(sshd_file(sshd, to), "a");
    char line[4096];

    if (in != NULL && out != NULL && fgets(line, sizeof line, in) != NULL)
        fputs(line, out);
    if (in != NULL)
        fclose(in);
    if (out != NULL)
        fclose(out);
}

void sshd_known(const struct sshd *sshd, const char *marker, const char *key, bool more)
{
    FILE *in, *out = fopen(sshd_file(sshd, "known_hosts"), more ? "a" : "w");
    char name[64], line[4096] = "";

    if (out == NULL)
        abort();
    if (key != NULL) {
        snprintf(name, sizeof name, "%s.pub", key);
        in = fopen(sshd_file(sshd, name), "r");
        if (in == NULL || fgets(line, sizeof line, in) == NULL)
            abort();
        fclose(in);
        fprintf(out, "%s[127.0.0.1]:%d %s", marker, sshd->port, line);
    }
    fclose(out);
}

static int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0), port = 0;

    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    close(fd);
    return port;
}

static void write_config(const struct sshd *sshd)
{
    FILE *file = fopen(sshd_file(sshd, "banner"), "w");

    if (file == NULL)
        abort();
    fputs("\x1b[2JWelcome\x1b]0;owned\x07\n", file);
    fclose(file);
    file = fopen(sshd_file(sshd, "sshd_config"), "w");
    if (file == NULL)
        abort();
    fprintf(file, "Banner %s/banner\n", sshd->folder);
    fprintf(file,
            "ListenAddress 127.0.0.1\nPort %d\nPidFile none\nUsePAM no\nStrictModes no\n"
            "HostKey %s/host_ed25519\nHostKey %s/host_ecdsa\nHostKey %s/host_rsa\n"
            "AuthorizedKeysFile %s/authorized_keys\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            "PermitRootLogin yes\nMaxStartups 50\nRekeyLimit 4M\n",
            sshd->port, sshd->folder, sshd->folder, sshd->folder, sshd->folder);
    fclose(file);
}

static bool answers(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool up = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

    close(fd);
    return up;
}

int sshd_start(struct sshd *sshd)
{
    const char *argv[] = { SSHD, "-D", "-f", NULL, "-E", NULL, NULL };

    snprintf(sshd->folder, sizeof sshd->folder, "/tmp/dualserver-sshd-XXXXXX");
    if (mkdtemp(sshd->folder) == NULL)
        return -1;
    (void)mkdir("/run/sshd", 0755);
    if (make_key(sshd, "ed25519", "host_ed25519", "") != 0 || make_key(sshd, "ecdsa", "host_ecdsa", "") != 0 ||
        make_key(sshd, "rsa", "host_rsa", "") != 0 || make_key(sshd, "ed25519", "other_ed25519", "") != 0 ||
        make_key(sshd, "ed25519", "user", "") != 0 || make_key(sshd, "ed25519", "locked", "open sesame") != 0 ||
        make_key(sshd, "rsa", "user_rsa", "") != 0 || make_key(sshd, "ed25519", "stranger", "") != 0)
        return -1;
    append(sshd, "authorized_keys", "user.pub");
    append(sshd, "authorized_keys", "locked.pub");
    append(sshd, "authorized_keys", "user_rsa.pub");
    sshd->port = free_port();
    write_config(sshd);
    argv[3] = sshd_file(sshd, "sshd_config");
    argv[5] = sshd_file(sshd, "log");
    sshd->pid = command_start(argv);
    for (int i = 0; i < 300; i++) {
        if (answers(sshd->port))
            return 0;
        poll(NULL, 0, 20);
    }
    return -1;
}

void sshd_stop(struct sshd *sshd)
{
    const char *const argv[] = { "rm", "-rf", "--", sshd->folder, NULL };

    if (sshd->pid > 0) {
        kill(sshd->pid, SIGTERM);
        waitpid(sshd->pid, NULL, 0);
    }
    command(argv);
}
