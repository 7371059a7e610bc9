#include "mysql/account.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/quote.h"

#define SHA1_BYTES 20

static bool sha1(const void *bytes, size_t len, unsigned char *digest)
{
    unsigned size = 0;
    return EVP_Digest(bytes, len, digest, &size, EVP_sha1(), NULL) == 1 && size == SHA1_BYTES;
}

/* NULL only where the machine's crypto policy forbids SHA-1. */
struct secret *account_native_hash(const struct secret *password)
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
    }
    wipe(digest, sizeof digest);
    wipe(text, sizeof text);
    return hash;
}

int account_exists(struct db *db, const char *user, const char *host, bool *exists, struct err *err)
{
    struct buf quoted_user = BUF_INIT, quoted_host = BUF_INIT;
    struct rows rows = ROWS_INIT;
    quote_sql(&quoted_user, user, strlen(user));
    quote_sql(&quoted_host, host, strlen(host));
    const int rc = db_queryf(db, &rows, err, "SELECT User FROM mysql.user WHERE User = %s AND Host = %s",
                             buf_str(&quoted_user), buf_str(&quoted_host));
    *exists = rc == 0 && rows.count > 0;
    rows_free(&rows);
    buf_free(&quoted_user);
    buf_free(&quoted_host);
    return rc;
}

/* The secret comes last, so that the text does not move in memory after it was added. */
static void add_statement(struct buf *sql, const struct dialect *dialect, const char *account, bool exists,
                          const struct secret *value)
{
    const bool set_password = exists && strncmp(dialect->new_password, "SET", 3) == 0;
    buf_addf(sql, "%s %s %s ", exists ? dialect->new_password : "CREATE USER", account,
             set_password ? "=" : dialect->identified);
    quote_sql(sql, secret_text(value), secret_len(value));
}

/* What the statement must not be written to. The general log is off where the account may switch it. */
static int hide(struct db *db, struct err *err)
{
    struct err ignored = ERR_INIT;
    if (db_exec(db, &ignored, "SET SESSION sql_log_off = 1") != 0 && !db_alive(db))
        return err_set_detail(err, ignored.code, ignored.detail, "%s", ignored.text);
    return db_exec(db, err, "SET SESSION long_query_time = 31536000, sql_log_bin = 0");
}

int account_create(struct db *db, const char *user, const char *host, const struct secret *password, struct err *err)
{
    const struct dialect *dialect = db_dialect(db);
    struct buf account = BUF_INIT, sql = BUF_INIT, shown = BUF_INIT;
    struct err ignored = ERR_INIT;
    struct secret *value = dialect->hashed_password ? account_native_hash(password) : secret_copy(password);
    bool exists = false;
    int rc = -1;
    quote_sql(&account, user, strlen(user));
    buf_addc(&account, '@');
    quote_sql(&account, host, strlen(host));
    if (value == NULL) {
        err_set(err, ERR_UNSUPPORTED, "this machine's libcrypto refuses SHA-1, which %s wants for passwords",
                dialect->name);
        goto out;
    }
    if (account_exists(db, user, host, &exists, err) != 0 || hide(db, err) != 0)
        goto out;
    add_statement(&sql, dialect, buf_str(&account), exists, value);
    quote_printable(&shown, account.data, account.len, 0);
    char *what = buf_steal(&shown);
    buf_addf(&shown, "%s %s", exists ? "give a new password to" : "make the account", what);
    free(what);
    rc = db_exec_secret(db, err, buf_str(&sql), buf_str(&shown));
    if (db_exec(db, rc == 0 ? err : &ignored,
                "SET SESSION sql_log_bin = 1, long_query_time = @@global.long_query_time") != 0)
        rc = -1;
out:
    buf_wipe(&sql);
    secret_free(value);
    buf_free(&account);
    buf_free(&shown);
    return rc;
}
