/* account.h - accounts made with a hash computed here, so that no clear text reaches a server's log (MariaDB writes that
 * of CREATE USER and GRANT to three of them).
 *
 * A hash is as good as the password for whoever sees it on the wire of an old server, so it is treated as a secret too.
 */
#ifndef DUALSERVER_MYSQL_ACCOUNT_H
#define DUALSERVER_MYSQL_ACCOUNT_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "mysql/dialect.h"

/* How the server keeps the password, and what the client has to speak. */
enum account_plugin {
    ACCOUNT_NATIVE, /* mysql_native_password: every client since 4.1, but MySQL dropped it in 9.0 */
    ACCOUNT_SHA2,   /* caching_sha2_password: MySQL 8 and its clients; wants TLS or the server's public key */
};
const char *account_plugin_name(enum account_plugin plugin);

/* "*" and 40 hex digits, SHA1(SHA1(password)). NULL where the machine's crypto policy forbids SHA-1. */
struct secret *account_native_hash(const struct secret *password, struct err *err);

#define ACCOUNT_SHA2_SALT 20
#define ACCOUNT_SHA2_ROUNDS 5000 /* of servers that do not say (caching_sha2_password_digest_rounds: 8.0.24) */
/* "$A$" thousands of rounds in three hex digits "$", salt, 43 characters: what mysql.user keeps. The salt is 20 bytes, NULL
 * for a random one; rounds as the server's own setting. NULL with err on failure. */
struct secret *account_sha2_hash(const struct secret *password, const char *salt, unsigned rounds, struct err *err);

/* Keeps what a session says out of its server's binary log, general log and slow log. */
#define ACCOUNT_UNLOGGED "SET SESSION sql_log_bin = 0, sql_log_off = 1, long_query_time = 31536000"

struct account {
    const char *user, *host;
    enum account_plugin plugin;
    const char *hash;  /* the quoted hash, or a mark that is replaced by it */
    const char *grant; /* "SELECT ON `billing`.*" */
    bool require_tls;  /* logs in over TLS only */
};
/* The statements that make the account, or give the one that is there this password and these rights; one a line, for a
 * session of its own. Pure. */
void account_statements(struct buf *to, const struct dialect *dialect, const struct account *account);

/* The statement that makes an account nobody can log in with, where it is not there, with these rights; further rights may
 * be granted afterwards. Lines, pure. */
void account_nobody(struct buf *to, const struct dialect *dialect, const char *user, const char *host, const char *grant);

#endif
