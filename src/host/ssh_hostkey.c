/* ssh_hostkey.c - is it the machine it was? */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ssh.h"

/* A key listed as ssh-rsa also signs in the two newer ways. */
static void add_type(struct buf *list, const char *type)
{
    if (list->len > 0)
        buf_addc(list, ',');
    if (strcmp(type, "ssh-rsa") == 0)
        buf_adds(list, "rsa-sha2-512,rsa-sha2-256,");
    buf_adds(list, type);
}

char *ssh_hostkey_types(const struct ssh *ssh)
{
    struct buf list = BUF_INIT;
    struct known known;

    if (ssh->login->key != NULL) { /* this very key, and no other */
        char *type = key_type(ssh->login->key, ssh->login->key_len);

        add_type(&list, type);
        free(type);
        return buf_steal(&list);
    }
    known_look(ssh->login, NULL, 0, &known);
    for (size_t i = 0; i < known.types.count; i++)
        add_type(&list, known.types.items[i]);
    known_free(&known);
    return list.len > 0 ? buf_steal(&list) : NULL;
}

int ssh_hostkey_no_common(const struct ssh *ssh, const char *types, struct err *err)
{
    err_set(err, ERR_HOSTKEY, "%s: no host key of a type that known_hosts lists (%.120s) can be agreed on",
            ssh->host.name, types);
    if (strstr(types, "ssh-rsa") != NULL && LIBSSH2_VERSION_NUM < 0x010b00)
        return err_hint(err,
                        "libssh2 before 1.11 cannot check an RSA host key: list the host's ed25519 key, "
                        "ssh-keyscan -t ed25519 -p %d %.80s, once its fingerprint is checked",
                        ssh->login->port, ssh->login->hostname);
    return err_hint(err, "compare with ssh-keyscan -p %d %.80s; when the host was set up anew: ssh-keygen -R %.80s",
                    ssh->login->port, ssh->login->hostname, ssh->login->hostname);
}

static int refuse_changed(const struct ssh *ssh, const char *shown, const struct known *known, struct err *err)
{
    char *name = ssh_login_known_name(ssh->login);

    err_set(err, ERR_HOSTKEY, "the host key of %s has CHANGED: it shows %s, known is %.200s", ssh->host.name, shown,
            known->fingerprints.items[0]);
    err_hint(err,
             "somebody may be in between. Only if the host was set up anew and its fingerprint is checked: "
             "ssh-keygen -R '%.100s', then ssh to it once",
             name);
    free(name);
    return -1;
}

static int ask_person(struct ssh *ssh, const unsigned char *key, size_t len, const char *type, const char *shown,
                      struct err *err)
{
    struct err unwritten = ERR_INIT;

    if (ssh->asker == NULL || ssh->asker->host_key == NULL) {
        err_set(err, ERR_HOSTKEY, "the host key of %s is not known: %s (%s)", ssh->host.name, shown, type);
        return err_hint(err, "check the fingerprint, then add it: ssh-keyscan -t %s -p %d %.80s >> known_hosts",
                        strncmp(type, "ecdsa", 5) == 0 ? "ecdsa" : type + (strncmp(type, "ssh-", 4) == 0 ? 4 : 0),
                        ssh->login->port, ssh->login->hostname);
    }
    if (ssh->asker->host_key(ssh->asker->context, ssh->host.name, type, shown, err) != 0) {
        if (err != NULL && err->code == ERR_NONE)
            err_set(err, ERR_HOSTKEY, "the host key of %s was not accepted", ssh->host.name);
        return -1;
    }
    (void)known_add(ssh->login, key, len, &unwritten); /* this run knows it in any case */
    return 0;
}

static int check_new(struct ssh *ssh, const unsigned char *key, size_t len, const char *type, const char *shown,
                     struct err *err)
{
    struct known known;
    int rc = 0;

    known_look(ssh->login, key, len, &known);
    switch (known.verdict) {
    case KNOWN_SAME:
        break;
    case KNOWN_CHANGED:
        rc = refuse_changed(ssh, shown, &known, err);
        break;
    case KNOWN_REVOKED:
        rc = err_set(err, ERR_HOSTKEY, "the host key of %s, %s (%s), is marked @revoked in known_hosts",
                     ssh->host.name, shown, type);
        err_hint(err, "do not log in: whoever answers holds a key that was withdrawn");
        break;
    case KNOWN_NEW:
        rc = ask_person(ssh, key, len, type, shown, err);
        break;
    }
    known_free(&known);
    return rc;
}

int ssh_hostkey_check(struct ssh *ssh, struct err *err)
{
    struct ssh_login *login = ssh->login;
    size_t len = 0;
    int kind = 0, rc;
    const char *raw = libssh2_session_hostkey(ssh->session, &len, &kind);
    const unsigned char *key = (const unsigned char *)raw;
    char *shown, *type;

    if (raw == NULL)
        return err_set(err, ERR_HOSTKEY, "%s shows no host key", ssh->host.name);
    shown = key_fingerprint(key, len);
    type = key_type(key, len);
    if (login->key != NULL && login->key_len == len && memcmp(login->key, key, len) == 0) {
        rc = 0;
    } else if (login->key != NULL) {
        rc = err_set(err, ERR_HOSTKEY, "%s shows another host key than a moment ago: %s, was %s", ssh->host.name,
                     shown, login->fingerprint);
    } else {
        rc = check_new(ssh, key, len, type, shown, err);
        if (rc == 0) {
            login->key = mem_alloc(len);
            memcpy(login->key, key, len);
            login->key_len = len;
            login->fingerprint = mem_dup(shown);
        }
    }
    free(shown);
    free(type);
    return rc;
}
