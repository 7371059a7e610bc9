/* ssh_auth.c - logging in: agent, key files, password, questions of the server. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "ssh.h"

#define ASK_TIMES 3

static bool offers(const char *methods, const char *method)
{
    size_t len = strlen(method);

    for (const char *at = methods; (at = strstr(at, method)) != NULL; at += len)
        if ((at == methods || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

static void add_tried(struct ssh_tried *tried, const char *what)
{
    buf_addf(&tried->what, "%s%s", tried->what.len > 0 ? ", " : "", what);
}

static int try_password(struct ssh *ssh, const struct secret *password, struct err *err)
{
    const char *user = ssh->login->user;
    int rc, waited;

    SSH_CALL(ssh, rc, waited, ssh->login->connect_ms, err,
             libssh2_userauth_password_ex(ssh->session, user, (unsigned)strlen(user), secret_text(password),
                                          (unsigned)secret_len(password), NULL));
    if (waited != 0)
        return -1;
    if (rc == 0)
        return 1;
    if (rc == LIBSSH2_ERROR_PASSWORD_EXPIRED)
        return err_set(err, ERR_AUTH, "the password of %s on %s has expired: log in once and change it", user,
                       ssh->host.name);
    return rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ? 0 : ssh_fail(ssh, "logging in", err);
}

/* A password from the answers is tried once; a person may try again. */
static int auth_password(struct ssh *ssh, struct ssh_tried *tried, struct err *err)
{
    char *prompt = mem_printf("password of %s on %s", ssh->login->user, ssh->host.name);
    int rc = 0;

    if (ssh->login->password != NULL) {
        rc = try_password(ssh, ssh->login->password, err);
        add_tried(tried, "password");
    } else if (ssh->asker != NULL && ssh->asker->secret != NULL) {
        for (int i = 0; rc == 0 && i < ASK_TIMES; i++) {
            struct secret *password = ssh->asker->secret(ssh->asker->context, prompt, err);

            if (password == NULL) {
                rc = err != NULL && err->code == ERR_CANCELLED ? -1 : 0;
                break;
            }
            rc = try_password(ssh, password, err);
            if (i == 0)
                add_tried(tried, "password");
            if (rc == 1)
                ssh->login->password = password;
            else
                secret_free(password);
        }
    }
    free(prompt);
    return rc;
}

/* libssh2 frees the answers with free(). */
static void answer(LIBSSH2_USERAUTH_KBDINT_RESPONSE *response, const struct secret *secret)
{
    response->text = mem_dup_n(secret_text(secret), secret_len(secret));
    response->length = (unsigned)secret_len(secret);
}

/* The server's own questions: one that hides what is typed is the password, if we have one; a person gets the others. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer_prompts)
{
    struct ssh *ssh = *abstract;

    (void)name, (void)name_len, (void)instruction, (void)instruction_len;
    for (int i = 0; i < num_prompts; i++) {
        struct buf prompt = BUF_INIT;
        struct secret *given = NULL;

        quote_printable(&prompt, (const char *)prompts[i].text, prompts[i].length, 0);
        if (num_prompts == 1 && !prompts[i].echo && ssh->login->password != NULL) {
            answer(&responses[i], ssh->login->password);
        } else if (ssh->asker != NULL && ssh->asker->secret != NULL) {
            buf_addf(&prompt, " (%s on %s)", ssh->login->user, ssh->host.name);
            given = ssh->asker->secret(ssh->asker->context, buf_str(&prompt), NULL);
        }
        if (given != NULL) {
            answer(&responses[i], given);
            if (num_prompts == 1 && !prompts[i].echo)
                ssh->login->password = secret_copy(given);
        }
        secret_free(given);
        buf_free(&prompt);
    }
}

static int auth_prompts(struct ssh *ssh, struct ssh_tried *tried, struct err *err)
{
    const char *user = ssh->login->user;
    int rc, waited;

    if (ssh->login->password == NULL && (ssh->asker == NULL || ssh->asker->secret == NULL))
        return 0;
    add_tried(tried, "keyboard-interactive");
    SSH_CALL(ssh, rc, waited, ssh->login->connect_ms * 4, err,
             libssh2_userauth_keyboard_interactive_ex(ssh->session, user, (unsigned)strlen(user), answer_prompts));
    if (waited != 0)
        return -1;
    if (rc == 0)
        return 1;
    return rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ? 0 : ssh_fail(ssh, "logging in", err);
}

/* What the server offers, with commas; empty: it asks for nothing. Free it; NULL is an error. */
static char *methods_of(struct ssh *ssh, struct err *err)
{
    const char *user = ssh->login->user;
    uint64_t since = clock_ms();
    char *list;

    while ((list = libssh2_userauth_list(ssh->session, user, (unsigned)strlen(user))) == NULL) {
        if (libssh2_userauth_authenticated(ssh->session))
            return mem_dup("");
        if (libssh2_session_last_errno(ssh->session) != LIBSSH2_ERROR_EAGAIN) {
            ssh_fail(ssh, "asking how to log in", err);
            return NULL;
        }
        if (ssh_wait(ssh, since, ssh->login->connect_ms, err) != 0)
            return NULL;
    }
    return mem_dup(list);
}

static int refused(const struct ssh *ssh, const char *methods, const struct ssh_tried *tried, struct err *err)
{
    struct buf offered = BUF_INIT;

    quote_printable(&offered, methods, strlen(methods), 0);
    err_set(err, ERR_AUTH, "%s does not let %s log in: it offers %.100s; tried %.240s", ssh->host.name,
            ssh->login->user, buf_str(&offered), tried->what.len > 0 ? buf_str(&tried->what) : "nothing, there is no key");
    buf_free(&offered);
    if (tried->rsa)
        return err_hint(err, "RSA keys are the trouble: this libssh2 (%s) signs with SHA-1, which OpenSSH refuses since "
                             "8.8. Use an ed25519 key: ssh-keygen -t ed25519", libssh2_version(0));
    if (!offers(methods, "password") && !offers(methods, "keyboard-interactive"))
        return err_hint(err, "it takes keys only: give the right one as identity, or add yours there with ssh-copy-id");
    return err_hint(err, "check the user, the key (identity) and the password (ssh_password_file)");
}

int ssh_auth(struct ssh *ssh, struct err *err)
{
    static const struct {
        const char *method;
        int (*try)(struct ssh *, struct ssh_tried *, struct err *);
    } ways[] = {
        { "publickey", ssh_auth_agent },
        { "publickey", ssh_auth_files },
        { "password", auth_password },
        { "keyboard-interactive", auth_prompts },
    };
    struct ssh_tried tried = { .what = BUF_INIT };
    char *methods = methods_of(ssh, err);
    int rc = methods == NULL ? -1 : methods[0] == '\0' ? 1 : 0;

    for (size_t i = 0; rc == 0 && i < sizeof ways / sizeof ways[0]; i++)
        if (offers(methods, ways[i].method))
            rc = ways[i].try(ssh, &tried, err);
    if (rc == 0)
        refused(ssh, methods, &tried, err);
    free(methods);
    buf_free(&tried.what);
    ssh->authenticated = rc == 1;
    return rc == 1 ? 0 : -1;
}
