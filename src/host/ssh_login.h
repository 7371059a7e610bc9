/* ssh_login.h - how one machine is reached and logged in to over SSH, and its host keys; knows no SSH library. */
#ifndef DUALSERVER_HOST_SSH_LOGIN_H
#define DUALSERVER_HOST_SSH_LOGIN_H

#include "driver.h"

/* What ssh_config and the answers say, and what the first session learnt. A clone works on a copy of its own. */
struct ssh_login {
    char *name;     /* as in the answers */
    char *hostname; /* what to connect to */
    char *alias;    /* HostKeyAlias or NULL */
    char *user;
    int port;
    unsigned connect_ms;
    char *proxy_command, *proxy_jump; /* NULL: none */
    char *agent;                      /* socket; NULL: SSH_AUTH_SOCK */
    bool use_agent, identities_only, hash_known_hosts;
    struct strings identities;  /* private key files */
    struct strings known_hosts; /* files; the first is the user's own */
    struct secret *password, *passphrase;
    /* of the host key that was verified */
    unsigned char *key;
    size_t key_len;
    char *fingerprint;
};

/* Asks `ssh -G`. */
struct ssh_login *ssh_login_new(const struct host_where *where, struct err *err);
/* The answer of `ssh -G`, line by line; for tests too. The text is cut up. */
void ssh_login_parse(struct ssh_login *login, char *text);
struct ssh_login *ssh_login_copy(const struct ssh_login *login);
void ssh_login_free(struct ssh_login *login);
/* The name that known_hosts lists: "host", "[host]:port" or the alias. Free it. */
char *ssh_login_known_name(const struct ssh_login *login);
/* ERR_ANSWERS for names that could be taken for an option or reach a shell. */
int ssh_name_check(const char *what, const char *name, struct err *err);

enum known_verdict { KNOWN_SAME, KNOWN_NEW, KNOWN_CHANGED, KNOWN_REVOKED };
struct known {
    struct strings types;        /* key types listed for the host, revoked ones left out */
    struct strings fingerprints; /* of the listed keys, "SHA256:... (type) in FILE line N" */
    enum known_verdict verdict;
};
/* Reads all files; key NULL: only types and fingerprints. Missing files are as empty ones. */
void known_look(const struct ssh_login *login, const unsigned char *key, size_t key_len, struct known *known);
void known_free(struct known *known);
/* Appends an accepted key to the user's own file. */
int known_add(const struct ssh_login *login, const unsigned char *key, size_t key_len, struct err *err);

/* "SHA256:..." ; free it. */
char *key_fingerprint(const unsigned char *key, size_t key_len);
/* The type that a public key in wire format begins with: "ssh-ed25519"; free it. */
char *key_type(const unsigned char *key, size_t key_len);
char *key_base64(const unsigned char *key, size_t key_len);

/* A private key file, as far as it can be read without its passphrase. */
struct key_file {
    bool exists, encrypted;
    char type[64]; /* "ssh-ed25519", "ssh-rsa", ...; empty: cannot be told */
};
void key_file_look(const char *path, struct key_file *file);
/* True when PATH.pub holds this key, in base64. */
bool key_file_is_public(const char *path, const char *base64);

#endif
