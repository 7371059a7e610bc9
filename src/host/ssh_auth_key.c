/* ssh_auth_key.c - logging in with the agent's keys and with key files. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ssh.h"

#define AGENT_KEYS 5 /* servers hang up after six refusals */
#define ASK_TIMES  3

/* libssh2 before 1.11 signs with an RSA key in the SHA-1 way only, which OpenSSH refuses since 8.8. */
static bool old_rsa(const char *type)
{
    return strcmp(type, "ssh-rsa") == 0 && libssh2_version(0x010b00) == NULL;
}

static bool usable(const struct ssh *ssh, const char *base64)
{
    if (!ssh->login->identities_only)
        return true;
    for (size_t i = 0; i < ssh->login->identities.count; i++)
        if (key_file_is_public(ssh->login->identities.items[i], base64))
            return true;
    return false;
}

/* 1 logged in, 0 refused, -1 error */
static int agent_key(struct ssh *ssh, LIBSSH2_AGENT *agent, struct libssh2_agent_publickey *key, struct err *err)
{
    int rc, waited;

    SSH_CALL(ssh, rc, waited, ssh->login->connect_ms, err, libssh2_agent_userauth(agent, ssh->login->user, key));
    if (waited != 0)
        return -1;
    if (rc == 0)
        return 1;
    return rc == LIBSSH2_ERROR_SOCKET_DISCONNECT || ssh->broken ? ssh_fail(ssh, "logging in", err) : 0;
}

static int agent_keys(struct ssh *ssh, LIBSSH2_AGENT *agent, struct ssh_tried *tried, struct err *err)
{
    struct libssh2_agent_publickey *key = NULL, *before = NULL;
    int count = 0, rc = 0;

    while (rc == 0 && count < AGENT_KEYS && libssh2_agent_get_identity(agent, &key, before) == 0) {
        char *base64 = key_base64(key->blob, key->blob_len), *type = key_type(key->blob, key->blob_len);

        if (usable(ssh, base64)) {
            tried->rsa |= old_rsa(type);
            rc = agent_key(ssh, agent, key, err);
            count++;
        }
        free(base64);
        free(type);
        before = key;
    }
    if (count > 0)
        buf_addf(&tried->what, "%sagent (%d key%s)", tried->what.len > 0 ? ", " : "", count, count > 1 ? "s" : "");
    return rc;
}

int ssh_auth_agent(struct ssh *ssh, struct ssh_tried *tried, struct err *err)
{
    LIBSSH2_AGENT *agent;
    int rc = 0;

    if (!ssh->login->use_agent || (ssh->login->agent == NULL && getenv("SSH_AUTH_SOCK") == NULL))
        return 0;
    agent = libssh2_agent_init(ssh->session);
    if (agent == NULL)
        return 0;
    if (ssh->login->agent != NULL)
        libssh2_agent_set_identity_path(agent, ssh->login->agent);
    if (libssh2_agent_connect(agent) == 0) {
        if (libssh2_agent_list_identities(agent) == 0)
            rc = agent_keys(ssh, agent, tried, err);
        libssh2_agent_disconnect(agent);
        if (rc == 0 && cancelled(ssh->host.cancel_fd))
            rc = err_cancelled(err, &ssh->host);
    }
    libssh2_agent_free(agent);
    return rc;
}

/* What one attempt with a key file came to. */
enum outcome { LOGGED_IN, REFUSED, BAD_KEY, BROKEN };

static enum outcome try_file(struct ssh *ssh, const char *path, const struct secret *passphrase, struct err *err)
{
    const struct ssh_login *login = ssh->login;
    int rc, waited;

    SSH_CALL(ssh, rc, waited, login->connect_ms, err,
             libssh2_userauth_publickey_fromfile_ex(ssh->session, login->user, (unsigned)strlen(login->user), NULL,
                                                    path, passphrase != NULL ? secret_text(passphrase) : ""));
    if (waited != 0)
        return BROKEN;
    switch (rc) {
    case 0:
        return LOGGED_IN;
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
    case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
        return REFUSED;
    case LIBSSH2_ERROR_SOCKET_DISCONNECT:
    case LIBSSH2_ERROR_SOCKET_RECV:
    case LIBSSH2_ERROR_SOCKET_SEND:
        ssh_fail(ssh, "logging in", err);
        return BROKEN;
    default:
        return BAD_KEY;
    }
}

/* Asks for the passphrase until it fits; the one that did stays with the login for clones. */
static enum outcome try_encrypted(struct ssh *ssh, const char *path, struct err *err)
{
    char *prompt = mem_printf("passphrase of the key %s", path);
    enum outcome outcome = BAD_KEY;

    if (ssh->login->passphrase != NULL)
        outcome = try_file(ssh, path, ssh->login->passphrase, err);
    for (int i = 0; outcome == BAD_KEY && i < ASK_TIMES && ssh->asker != NULL && ssh->asker->secret != NULL; i++) {
        struct secret *passphrase = ssh->asker->secret(ssh->asker->context, prompt, err);

        if (passphrase == NULL) {
            if (err != NULL && err->code == ERR_CANCELLED)
                outcome = BROKEN;
            break;
        }
        outcome = try_file(ssh, path, passphrase, err);
        if (outcome == LOGGED_IN) {
            secret_free(ssh->login->passphrase);
            ssh->login->passphrase = passphrase;
        } else {
            secret_free(passphrase);
        }
    }
    free(prompt);
    return outcome;
}

/* A clone goes straight to the key that worked. */
static void keep_only(struct ssh_login *login, const char *path)
{
    struct strings one = { .items = NULL };

    strings_add(&one, path);
    strings_free(&login->identities);
    login->identities = one;
}

static int identity(struct ssh *ssh, const char *path, struct ssh_tried *tried, struct err *err)
{
    struct key_file file;
    enum outcome outcome;

    key_file_look(path, &file);
    if (!file.exists)
        return 0;
    outcome = file.encrypted ? try_encrypted(ssh, path, err) : try_file(ssh, path, NULL, err);
    if (outcome == LOGGED_IN) {
        keep_only(ssh->login, path);
        return 1;
    }
    if (outcome == BROKEN)
        return -1;
    tried->rsa |= old_rsa(file.type);
    buf_addf(&tried->what, "%skey %s (%s%s)", tried->what.len > 0 ? ", " : "", path,
             file.type[0] != '\0' ? file.type : "type unknown",
             outcome == REFUSED ? "" : file.encrypted ? ", passphrase missing or wrong" : ", cannot be used");
    return 0;
}

int ssh_auth_files(struct ssh *ssh, struct ssh_tried *tried, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < ssh->login->identities.count; i++) {
        char *path = mem_dup(ssh->login->identities.items[i]); /* keep_only() frees the list */

        rc = identity(ssh, path, tried, err);
        free(path);
    }
    return rc;
}
