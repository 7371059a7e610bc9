/* account.h - accounts made with a hash, so that no clear text reaches a log (MariaDB writes GRANT's to three of them). */
#ifndef DUALSERVER_MYSQL_ACCOUNT_H
#define DUALSERVER_MYSQL_ACCOUNT_H

#include "mysql/db.h"

/* mysql_native_password: "*" and 40 hex digits, SHA1(SHA1(password)). The hash is as good as the password for whoever
 * sees it on MySQL's wire, so it is treated as a secret too. */
struct secret *account_native_hash(const struct secret *password);
int account_exists(struct db *db, const char *user, const char *host, bool *exists, struct err *err);
/* CREATE USER with the hash (or ALTER when it is there), in a session that writes neither binlog nor general log. */
int account_create(struct db *db, const char *user, const char *host, const struct secret *password, struct err *err);

#endif
