#include "mysql/account.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/quote.h"

#define SHA1_BYTES 20

const char *account_plugin_name(enum account_plugin plugin)
{
    return plugin == ACCOUNT_SHA2 ? "caching_sha2_password" : "mysql_native_password";
}

static bool sha1(const void *bytes, size_t len, unsigned char *digest)
{
    unsigned size = 0;
    return EVP_Digest(bytes, len, digest, &size, EVP_sha1(), NULL) == 1 && size == SHA1_BYTES;
}

struct secret *account_native_hash(const struct secret *password, struct err *err)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char digest[SHA1_BYTES];
    char text[1 + 2 * SHA1_BYTES];
    struct secret *hash = NULL;
    if (sha1(secret_text(password), secret_len(password), digest) && sha1(digest, sizeof digest, digest)) {
        text[0] = '*';
        for (size_t i = 0; i < SHA1_BYTES; i++) {
            text[1 + 2 * i] = digits[digest[i] >> 4];
            text[2 + 2 * i] = digits[digest[i] & 15];
        }
        hash = secret_new(text, sizeof text);
    } else {
        err_set(err, ERR_UNSUPPORTED, "this machine's libcrypto refuses SHA-1, which mysql_native_password wants");
    }
    wipe(digest, sizeof digest);
    wipe(text, sizeof text);
    return hash;
}

static void add_name(struct buf *to, const struct account *account)
{
    quote_sql(to, account->user, strlen(account->user));
    buf_addc(to, '@');
    quote_sql(to, account->host, strlen(account->host));
}

static void add_login(struct buf *to, const struct dialect *dialect, const struct account *account)
{
    add_name(to, account);
    buf_addf(to, " %s %s REQUIRE %s\n", account->plugin == ACCOUNT_SHA2 ? dialect->sha2_as : dialect->native_as,
             account->hash, account->require_tls ? "SSL" : "NONE");
}

/* The password stands in the statement that makes the account: it never is without one. */
void account_statements(struct buf *to, const struct dialect *dialect, const struct account *account)
{
    buf_adds(to, ACCOUNT_UNLOGGED "\n");
    if (dialect->create_user != NULL) {
        buf_addf(to, "%s ", dialect->create_user);
        add_login(to, dialect, account);
        buf_addf(to, "%s ", dialect->alter_user);
        add_login(to, dialect, account);
    }
    buf_addf(to, "GRANT %s TO ", account->grant);
    if (dialect->create_user != NULL) {
        add_name(to, account);
        buf_addc(to, '\n');
    } else {
        add_login(to, dialect, account);
    }
}

/* The hash of no password: nobody knows what SHA-1 turns into zeros. */
#define NO_PASSWORD "'*0000000000000000000000000000000000000000'"

void account_nobody(struct buf *to, const struct dialect *dialect, const char *user, const char *host, const char *grant)
{
    const struct account account = { .user = user, .host = host };
    struct buf locked = BUF_INIT;
    if (dialect->role != NULL && host[0] == '\0') {
        buf_addf(to, "%s ", dialect->role);
        quote_sql(to, user, strlen(user));
        buf_addf(to, "\nGRANT %s TO ", grant);
        quote_sql(to, user, strlen(user));
        buf_addc(to, '\n');
        return;
    }
    if (dialect->account_lock != NULL)
        buf_addf(&locked, " %s", dialect->account_lock);
    else
        buf_addf(&locked, " %s " NO_PASSWORD, dialect->native_as);
    if (dialect->create_user != NULL) {
        buf_addf(to, "%s ", dialect->create_user);
        add_name(to, &account);
        buf_addf(to, "%s\n", buf_str(&locked));
    }
    buf_addf(to, "GRANT %s TO ", grant);
    add_name(to, &account);
    buf_addf(to, "%s\n", dialect->create_user == NULL ? buf_str(&locked) : "");
    buf_free(&locked);
}
