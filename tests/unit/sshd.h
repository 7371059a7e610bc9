/* sshd.h - a private sshd on 127.0.0.1 with keys of its own, all in one temporary folder. */
#ifndef DUALSERVER_TESTS_SSHD_H
#define DUALSERVER_TESTS_SSHD_H

#include <stdbool.h>
#include <sys/types.h>

struct sshd {
    char folder[64];
    int port;
    pid_t pid;
};

bool sshd_here(void);
/* Host keys host_ed25519, host_ecdsa, host_rsa; other_ed25519 is nobody's. User keys user (ed25519), locked (ed25519,
 * passphrase "open sesame"), user_rsa are let in; stranger is not. -1: it does not come up. */
int sshd_start(struct sshd *sshd);
void sshd_stop(struct sshd *sshd);
/* A file of the folder, valid for the next 31 calls. */
const char *sshd_file(const struct sshd *sshd, const char *name);
/* Writes known_hosts: the line's %s is the name "[127.0.0.1]:PORT", KEY's public part follows. */
void sshd_known(const struct sshd *sshd, const char *marker, const char *key, bool append);
/* Runs a command and waits for its end; its exit status. */
int command(const char *const *argv);
pid_t command_start(const char *const *argv);

#endif
