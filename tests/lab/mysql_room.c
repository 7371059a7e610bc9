/* The mysql room against real servers. Each subcommand prints what it found, for tests/lab/mysql_room to judge.
 *     mysql_room SOCKET inventory DATABASE | copy SOCKET2 DATABASE | checksum SOCKET2 DATABASE WAIT | account USER HOST
 *                | status | errors | silent
 * Sockets are paths on this machine (a lab host's /proc/PID/root/run/mysqld/mysqld.sock). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/quote.h"
#include "host/host.h"
#include "mysql/account.h"
#include "mysql/checksum.h"
#include "mysql/inventory.h"
#include "mysql/optionfiles.h"
#include "mysql/status.h"

static struct server_kind kind(const struct db *db)
{
    return (struct server_kind){ .dialect = db_dialect(db), .version = dialect_version(db_version(db)) };
}

static int fail(const struct err *err)
{
    printf("error %d/%d: %s\nhint: %s\n", (int)err->code, err->detail, err->text, err->hint);
    return 1;
}

static struct db *open_or_say(const char *socket)
{
    struct err err = ERR_INIT;
    struct db *db = db_open(&(struct db_where){ .socket = socket, .connect_timeout_s = 3 }, &err);
    if (db == NULL)
        fail(&err);
    return db;
}

static int show_inventory(struct db *db, const char *database)
{
    struct err err = ERR_INIT;
    struct inventory inventory;
    if (inventory_read(db, database, &inventory, &err) != 0)
        return fail(&err);
    inventory_choose(&inventory, kind(db), kind(db), true);
    printf("database %s %s %s\n", inventory.database, inventory.charset, inventory.collation);
    for (size_t i = 0; i < inventory.table_count; i++) {
        const struct table *t = &inventory.tables[i];
        printf("table\t%s\t%s\t%s\t%s\t%llu\t%s\n", t->name, t->file, t->engine, carry_name(t->carry),
               (unsigned long long)t->bytes, t->because != NULL ? t->because : "");
    }
    for (size_t i = 0; i < inventory.object_count; i++)
        printf("object\t%d\t%s\t%s\n", inventory.objects[i].kind, inventory.objects[i].name,
               inventory.objects[i].definer);
    inventory_free(&inventory);
    return 0;
}

/* All definitions from one server to the other, into a fresh database of that name. */
static int copy_definitions(struct db *from, struct db *to, const char *database)
{
    struct err err = ERR_INIT;
    struct inventory inventory;
    struct definitions definitions;
    struct buf name = BUF_INIT;
    int rc = 0;
    if (inventory_read(from, database, &inventory, &err) != 0 ||
        definitions_read(from, &inventory, &definitions, &err) != 0)
        return fail(&err);
    quote_name(&name, database);
    if (db_execf(to, &err, "DROP DATABASE IF EXISTS %s", buf_str(&name)) != 0 ||
        db_execf(to, &err, "CREATE DATABASE %s CHARACTER SET %s COLLATE %s", buf_str(&name), inventory.charset,
                 inventory.collation) != 0)
        rc = fail(&err);
    for (size_t i = 0; rc == 0 && i < definitions.count; i++)
        if (definition_execute(to, database, &definitions.items[i], &err) != 0)
            rc = fail(&err);
    char *session = db_value(to, &err, "SELECT CONCAT(@@sql_mode, '|', @@character_set_client, '|', @@time_zone, '|', "
                                       "@@foreign_key_checks)");
    printf("%zu definitions, session %s\n", definitions.count, session);
    free(session);
    buf_free(&name);
    definitions_free(&definitions);
    inventory_free(&inventory);
    return rc;
}

static int compare(const char *master_socket, const char *slave_socket, const char *database, unsigned wait)
{
    struct err err = ERR_INIT;
    struct db *master = open_or_say(master_socket), *lock = open_or_say(master_socket);
    struct db *slave = open_or_say(slave_socket);
    struct inventory inventory;
    struct checksum_result result;
    if (master == NULL || lock == NULL || slave == NULL)
        return 1;
    if (inventory_read(master, database, &inventory, &err) != 0)
        return fail(&err);
    inventory_choose(&inventory, kind(master), kind(slave), true);
    const struct checksum_job job = { .master = master, .slave = slave, .master_lock = lock, .inventory = &inventory,
                                      .wait_seconds = wait };
    const uint64_t start = clock_ms();
    const int rc = checksum_compare(&job, &result, &err);
    if (rc != 0) {
        fail(&err);
    } else {
        printf("compared %zu differing %zu lock_ms %llu ms %llu\n", result.compared, result.differing,
               (unsigned long long)result.lock_ms, (unsigned long long)(clock_ms() - start));
        for (size_t i = 0; i < result.differ.count; i++)
            printf("differs\t%s\n", result.differ.items[i]);
        checksum_result_free(&result);
    }
    inventory_free(&inventory);
    db_close(master);
    db_close(lock);
    db_close(slave);
    return rc != 0;
}

/* Twice: the second time it is a new password for the same account. */
static int make_account(struct db *db, const char *user, const char *host)
{
    struct err err = ERR_INIT;
    const bool sha2 = db_dialect(db)->sha2_as != NULL;
    struct secret *password = secret_new("pa'ss\\w\"rd", 10);
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++) {
        struct secret *hash = sha2 ? account_sha2_hash(password, NULL, 0, &err) : account_native_hash(password, &err);
        struct buf quoted = BUF_INIT, sql = BUF_INIT;
        if (hash == NULL)
            return fail(&err);
        quote_sql(&quoted, secret_text(hash), secret_len(hash));
        account_statements(&sql, db_dialect(db),
                           &(struct account){ .user = user, .host = host, .plugin = sha2 ? ACCOUNT_SHA2 : ACCOUNT_NATIVE,
                                              .hash = buf_str(&quoted), .grant = "REPLICATION SLAVE ON *.*" });
        char *text = buf_steal(&sql), *at = text;
        for (char *line; rc == 0 && (line = text_line(&at)) != NULL;)
            rc = db_exec_secret(db, &err, line, "make the account");
        free(text);
        buf_free(&quoted);
        secret_free(hash);
    }
    secret_free(password);
    return rc != 0 ? fail(&err) : 0;
}

static int show_errors(struct db *db)
{
    struct err err = ERR_INIT;
    struct rows rows = ROWS_INIT;
    int rc = 0;
    if (db_query(db, &rows, &err, "SELECT * FROM nowhere.nothing") == 0)
        return 1;
    rc |= fail(&err) - 1;
    if (db_exec_secret(db, &err, "CREATE USER x IDENTIFIED BAY 's3cret'", "make x") == 0)
        return 1;
    rc |= fail(&err) - 1;
    if (db_exec(db, &err, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE mysql.nothing") == 0)
        return 1;
    rc |= fail(&err) - 1;
    printf("alive %d\n", db_alive(db));
    if (db_execf(db, &err, "KILL %llu", (unsigned long long)db_connection_id(db)) == 0)
        return 1;
    printf("alive %d\n", db_alive(db));
    return rc;
}

static int read_options(void)
{
    struct err err = ERR_INIT;
    struct cnf_set set;
    bool ok = false;
    struct buf said = BUF_INIT;
    struct host *host = host_open(&(struct host_where){ .label = "here", .host = "local", .cancel_fd = -1 }, NULL, &err);
    const struct dialect *dialect = dialect_for("10.11.6-MariaDB");
    if (host == NULL || optionfiles_read(host, NULL, dialect, 101106, &set, &err) != 0 ||
        optionfiles_validate(host, dialect, NULL, &ok, &said, &err) != 0)
        return fail(&err);
    const char *group;
    const struct cnf *file;
    for (size_t i = 0; i < set.count; i++)
        printf("file\t%s\n", set.files[i].path);
    printf("home\t%s", cnf_home(&set, &group)->path);
    printf("\t%s\n", group);
    const struct cnf_line *line = cnf_winner(&set, "bind-address", &file);
    printf("bind-address\t%s\t%s\n", line != NULL ? line->value : "nobody", line != NULL ? file->path : "");
    printf("valid %d\n%s", ok, buf_str(&said));
    buf_free(&said);
    cnf_set_free(&set);
    host_close(host);
    return 0;
}

static int show_status(struct db *db)
{
    struct err err = ERR_INIT;
    struct slave_status status;
    struct buf text = BUF_INIT;
    if (slave_status_read(db, &status, &err) != 0)
        return fail(&err);
    slave_status_render(&status, &text);
    fputs(buf_str(&text), stdout);
    printf("running %d\n", slave_status_running(&status));
    buf_free(&text);
    slave_status_free(&status);
    return 0;
}

static int on_server(const char *socket, int argc, char **argv)
{
    struct db *db = open_or_say(socket), *other = NULL;
    int rc = 2;
    if (db == NULL)
        return 1;
    if (argc == 2 && strcmp(argv[0], "inventory") == 0)
        rc = show_inventory(db, argv[1]);
    else if (argc == 3 && strcmp(argv[0], "copy") == 0)
        rc = (other = open_or_say(argv[1])) == NULL ? 1 : copy_definitions(db, other, argv[2]);
    else if (argc == 3 && strcmp(argv[0], "account") == 0)
        rc = make_account(db, argv[1], argv[2]);
    else if (argc == 1 && strcmp(argv[0], "status") == 0)
        rc = show_status(db);
    else if (argc == 1 && strcmp(argv[0], "errors") == 0)
        rc = show_errors(db);
    db_close(other);
    db_close(db);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "options") == 0)
        return read_options();
    if (argc == 6 && strcmp(argv[2], "checksum") == 0)
        return compare(argv[1], argv[3], argv[4], (unsigned)atoi(argv[5]));
    return argc > 2 ? on_server(argv[1], argc - 2, argv + 2) : 2;
}
