/* The database server: what it says about itself, asked over its own connection. */
#include "facts_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/clone.h"
#include "mysql/filename.h"
#include "mysql/optionfiles.h"

static int read_settings(struct db *db, struct server_facts *server, struct err *err)
{
    struct rows rows = ROWS_INIT;
    if (db_query(db, &rows, err, "SHOW GLOBAL VARIABLES") != 0)
        return -1;
    server->settings = mem_alloc((rows.count + 1) * sizeof *server->settings);
    for (size_t i = 0; i < rows.count; i++)
        server->settings[server->setting_count++] = (struct setting){
            .name = mem_dup(row_str(&rows, i, "Variable_name")),
            .value = mem_dup(row_str(&rows, i, "Value")),
        };
    rows_free(&rows);
    return 0;
}

/* A path that the server may give relative to its data directory. */
static char *path_in(const char *datadir, const char *path)
{
    return path[0] == '/' ? mem_dup(path) : mem_printf("%s/%s", datadir, path[0] == '.' && path[1] == '/' ? path + 2 : path);
}

/* Settings that say where the server is; an answer that names another server than the one that answered is an error,
 * for the service and the data directory would not belong together. */
static int read_identity(struct db *db, const struct answers_host *answers, struct server_facts *server,
                         struct err *err)
{
    fact_set(&server->version, db_version(db));
    server->dialect = db_dialect(db);
    server->version_number = dialect_version(db_version(db));
    if (server->dialect == NULL)
        return err_set(err, ERR_UNSUPPORTED, "its database server %s is of no version that is known here",
                       server->version != NULL ? server->version : "(no version)");
    char *datadir = mem_dup(facts_setting(server, "datadir"));
    size_t len = strlen(datadir);
    while (len > 1 && datadir[len - 1] == '/')
        datadir[--len] = '\0';
    free(server->datadir);
    server->datadir = datadir;
    if (datadir[0] != '/')
        return err_set(err, ERR_DATA, "the server names no absolute data directory (%s)", datadir);
    unsigned port = (unsigned)strtoul(facts_setting(server, "port"), NULL, 10);
    if (answers->db_port > 0 && port != (unsigned)answers->db_port)
        return err_set(err, ERR_WORLD, "the server that answers listens on port %u, the answers say db_port = %d", port,
                       answers->db_port);
    server->port = port != 0 ? port : server->port;
    const char *socket = facts_setting(server, "socket");
    if (server->socket != NULL && socket[0] != '\0') {
        free(server->socket);
        server->socket = path_in(datadir, socket);
    }
    fact_set(&server->server_uuid, facts_setting(server, "server_uuid"));
    server->log_bin = facts_setting_on(server, "log_bin");
    const char *index = facts_setting(server, "log_bin_index");
    free(server->binlog_index);
    server->binlog_index = path_in(datadir, index[0] != '\0' ? index : "mysql-bin.index");
    return 0;
}

/* Where there are both plugins: MySQL 8.4 has the old one switched off unless told otherwise. */
static void read_native_password(struct db *db, struct server_facts *server)
{
    struct err ignored = ERR_INIT;
    char *status = server->dialect->sha2_as != NULL && server->dialect->native_as != NULL
                       ? db_value(db, &ignored,
                                  "SELECT PLUGIN_STATUS FROM information_schema.PLUGINS WHERE PLUGIN_NAME = "
                                  "'mysql_native_password'")
                       : NULL;
    server->native_password = server->dialect->sha2_as == NULL || (status != NULL && strcmp(status, "ACTIVE") == 0);
    free(status);
}

int facts_logins(struct world *world, struct server_facts *server, struct err *err)
{
    struct db *db = world_db(world, server->side, err);
    if (db != NULL)
        read_native_password(db, server);
    return db != NULL ? 0 : -1;
}

/* The first column of every row. */
static int read_list(struct db *db, struct strings *list, struct err *err, const char *sql)
{
    struct rows rows = ROWS_INIT;
    if (db_query(db, &rows, err, sql) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.cells[i * rows.columns] != NULL)
            strings_add(list, rows.cells[i * rows.columns]);
    rows_free(&rows);
    return 0;
}

static bool own_database(const char *name)
{
    static const char *const own[] = { "mysql", "information_schema", "performance_schema", "sys" };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(name, own[i]) == 0)
            return true;
    return false;
}

static int read_databases(struct db *db, struct server_facts *server, const char *database, struct err *err)
{
    struct strings all = { .items = NULL };
    if (read_list(db, &all, err, "SHOW DATABASES") != 0)
        return -1;
    /* names that the server folds to lower case are equal without regard to case */
    bool fold = strcmp(facts_setting(server, "lower_case_table_names"), "0") != 0;
    for (size_t i = 0; i < all.count; i++) {
        if ((fold ? strcasecmp : strcmp)(all.items[i], database) == 0)
            server->database_exists = true;
        if (!own_database(all.items[i]))
            strings_add(&server->databases, all.items[i]);
    }
    strings_free(&all);
    return 0;
}

static void read_database_path(struct server_facts *server, const char *database)
{
    char *folder = filename_of(server->dialect, database);
    free(server->database_path);
    server->database_path = mem_printf("%s/%s", server->datadir, folder);
    free(folder);
}

/* Slaves show in one list, in the other, or in both: those that register themselves and those that read the binlog. */
static int read_attached(struct db *db, struct server_facts *server, struct err *err)
{
    struct rows hosts = ROWS_INIT, threads = ROWS_INIT;
    int rc = -1;
    unsigned dumping = 0;
    if (db_query(db, &hosts, err, server->dialect->slave_hosts) != 0 ||
        db_query(db, &threads, err, "SHOW PROCESSLIST") != 0)
        goto out;
    for (size_t i = 0; i < hosts.count; i++)
        strings_add(&server->attached_ids, row_str(&hosts, i, "Server_id"));
    for (size_t i = 0; i < threads.count; i++)
        dumping += strncmp(row_str(&threads, i, "Command"), "Binlog Dump", 11) == 0;
    server->attached_slaves = dumping > hosts.count ? dumping : (unsigned)hosts.count;
    rc = 0;
out:
    rows_free(&hosts);
    rows_free(&threads);
    return rc;
}

static void split_names(struct strings *list, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        char *name = mem_dup_n(text, len);
        if (name[0] != '\0' && !strings_has(list, name))
            strings_add(list, name);
        free(name);
        text += len + (text[len] == ',');
    }
}

static int read_replication(struct db *db, struct server_facts *server, struct err *err)
{
    if (slave_status_read(db, &server->slave_status, err) != 0 || read_attached(db, server, err) != 0)
        return -1;
    if (!server->log_bin)
        return 0;
    struct rows rows = ROWS_INIT;
    if (db_query(db, &rows, err, server->dialect->master_status) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        split_names(&server->binlog_do_db, row_str(&rows, i, "Binlog_Do_DB"));
        split_names(&server->binlog_ignore_db, row_str(&rows, i, "Binlog_Ignore_DB"));
    }
    rows_free(&rows);
    return read_list(db, &server->binlogs, err, "SHOW BINARY LOGS");
}

/* What need not be known to go on: an account or a version that cannot say leaves the fact empty. */
static void read_transactions(struct db *db, struct server_facts *server)
{
    struct err ignored = ERR_INIT;
    struct rows rows = ROWS_INIT;
    if (server->dialect->xa && db_query(db, &rows, &ignored, "XA RECOVER") == 0)
        server->prepared_xa = (unsigned)rows.count;
    rows_free(&rows);
    char *age = !server->dialect->innodb_trx
                    ? NULL
                    : db_value(db, &ignored,
                               "SELECT COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())), 0) FROM "
                               "information_schema.INNODB_TRX");
    server->oldest_transaction = age != NULL && age[0] != '-' ? strtoull(age, NULL, 10) : 0;
    free(age);
    if (server->dialect->persisted)
        read_list(db, &server->persisted, &ignored,
                  "SELECT CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE) FROM performance_schema.persisted_variables");
}

/* What a GRANT of SHOW GRANTS gives everywhere: the words between GRANT and ON *.*, at the commas. */
static void add_granted(struct strings *have, const char *grant)
{
    const char *end = strstr(grant, " ON *.* ");
    if (strncmp(grant, "GRANT ", 6) != 0 || end == NULL)
        return;
    for (const char *at = grant + 6; at < end;) {
        size_t len = strcspn(at, ",");
        if (len > (size_t)(end - at))
            len = (size_t)(end - at);
        char *word = mem_dup_n(at, len);
        strings_add(have, word);
        free(word);
        at += len;
        at += strspn(at, ", ");
    }
}

static int read_grants(struct db *db, struct strings *have, struct err *err)
{
    struct strings grants = { .items = NULL };
    if (read_list(db, &grants, err, "SHOW GRANTS FOR CURRENT_USER()") != 0)
        return -1;
    for (size_t i = 0; i < grants.count; i++)
        add_granted(have, grants.items[i]);
    strings_free(&grants);
    return 0;
}

static void read_engines(struct db *db, struct server_facts *server)
{
    struct err ignored = ERR_INIT;
    struct rows rows = ROWS_INIT;
    if (db_query(db, &rows, &ignored, "SHOW ENGINES") != 0)
        return;
    for (size_t i = 0; i < rows.count; i++) {
        const char *support = row_str(&rows, i, "Support");
        if (strcasecmp(support, "YES") == 0 || strcasecmp(support, "DEFAULT") == 0)
            strings_add(&server->engines, row_str(&rows, i, "Engine"));
    }
    rows_free(&rows);
}

static void read_privileges(struct db *db, struct server_facts *server)
{
    /* the last one is a privilege of its own where there is INFORMATION_SCHEMA to ask */
    static const char *const wanted[] = { "SELECT", "INSERT", "CREATE", "DROP", "ALTER", "RELOAD", "REPLICATION SLAVE",
                                          "CREATE USER" };
    const bool schema = server->dialect->information_schema;
    const size_t count = sizeof wanted / sizeof *wanted - (schema ? 0 : 1);
    struct err ignored = ERR_INIT;
    struct strings have = { .items = NULL };
    int rc = schema ? read_list(db, &have, &ignored,
                                "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = "
                                "CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', "
                                "SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')")
                    : read_grants(db, &have, &ignored);
    for (size_t i = 0; rc == 0 && i < count && !strings_has(&have, "ALL PRIVILEGES"); i++)
        if (!strings_has(&have, wanted[i]))
            strings_add(&server->lacking, wanted[i]);
    strings_free(&have);
}

static int read_inventory(struct db *db, struct server_facts *server, const char *database, struct err *err)
{
    if (!server->database_exists)
        return 0;
    if (inventory_read(db, database, &server->inventory, err) != 0)
        return err_wrap(err, "cannot list what is in %s", database);
    for (size_t i = 0; i < server->inventory.object_count; i++) {
        const char *definer = server->inventory.objects[i].definer;
        if (definer != NULL && definer[0] != '\0' && !strings_has(&server->definers, definer))
            strings_add(&server->definers, definer);
    }
    return 0;
}

/* CR_SERVER_LOST: before the server's greeting it is what a tunnel that leads to no socket looks like. */
#define SERVER_LOST 2013

/* Names the host and says which login was refused; the password itself is nowhere in it. */
static int login_failed(struct world *world, const struct server_facts *server, struct err *err)
{
    const struct answers_host *answers = facts_answers(world, server->side);
    if (err->code == ERR_AUTH && answers->db_user != NULL)
        err_hint(err, "check db_user (%s) and db_password_file in the section [%s] of the answers", answers->db_user,
                 side_name(server->side));
    else if (err->code == ERR_AUTH)
        err_hint(err, "root cannot log in over the server's own socket: give db_user and db_password_file in [%s]",
                 side_name(server->side));
    else if (err->code == ERR_CONNECT && (err->hint[0] == '\0' || err->detail == SERVER_LOST))
        err_hint(err, "looked for it at %s: if it listens elsewhere, give socket or db_port in [%s]",
                 server->socket != NULL ? server->socket : "its TCP port", side_name(server->side));
    return -1;
}

/* A server that cannot be asked is not cloned. */
static void read_uncloneable(struct db *db, struct server_facts *server)
{
    struct err err = ERR_INIT;
    char *hindrance = NULL;
    if (server->side != SIDE_MASTER || !server->dialect->clone)
        return;
    if (clone_hindrance(db, &hindrance, &err) != 0)
        hindrance = mem_printf("the master's tables could not be listed: %s", err.text);
    fact_set(&server->uncloneable, hindrance);
    free(hindrance);
}

int facts_server_glance(struct world *world, struct server_facts *server, struct err *err)
{
    const char *database = world->answers->database;
    struct db *db = world_db(world, server->side, err);
    if (db == NULL)
        return login_failed(world, server, err);
    if (read_settings(db, server, err) != 0 ||
        read_identity(db, facts_answers(world, server->side), server, err) != 0 ||
        read_databases(db, server, database, err) != 0 || read_replication(db, server, err) != 0)
        return -1;
    read_database_path(server, database);
    return 0;
}

int facts_server(struct world *world, struct server_facts *server, struct err *err)
{
    if (facts_server_glance(world, server, err) != 0)
        return -1;
    struct db *db = world_db(world, server->side, err);
    if (db == NULL || read_inventory(db, server, world->answers->database, err) != 0)
        return -1;
    read_native_password(db, server);
    read_transactions(db, server);
    read_engines(db, server);
    read_uncloneable(db, server);
    read_privileges(db, server);
    return 0;
}

/* With the binary log off its filters show nowhere but in the option files, where each may stand several times. */
static void read_coming_filters(struct server_facts *server)
{
    const struct {
        const char *key;
        struct strings *list;
    } filters[] = { { "binlog_do_db", &server->binlog_do_db }, { "binlog_ignore_db", &server->binlog_ignore_db } };
    for (size_t f = 0; f < server->options.count; f++) {
        const struct cnf *file = &server->options.files[f];
        for (size_t i = 0; i < file->count; i++) {
            const struct cnf_line *line = &file->lines[i];
            if (line->kind != CNF_OPTION || line->value == NULL || !cnf_set_reads(&server->options, line->group))
                continue;
            for (size_t k = 0; k < sizeof filters / sizeof *filters; k++)
                if (strcmp(line->key, filters[k].key) == 0 && !strings_has(filters[k].list, line->value))
                    strings_add(filters[k].list, line->value);
        }
    }
}

/* MySQL before 5.6.1 has bind_address in its option files only (manual 5.6, bind_address): what they say is in force. */
static void take_unshown(struct server_facts *server, const char *name)
{
    const struct cnf *file = NULL;
    const struct cnf_line *line = cnf_winner(&server->options, name, &file);
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcasecmp(server->settings[i].name, name) == 0)
            return;
    if (line == NULL || line->value == NULL)
        return;
    server->settings = mem_grow(server->settings, server->setting_count + 1, sizeof *server->settings);
    server->settings[server->setting_count++] = (struct setting){ .name = mem_dup(name), .value = mem_dup(line->value) };
}

int facts_options(struct world *world, struct server_facts *server, struct err *err)
{
    struct host *host = world->hosts[server->side];
    const char *cnf = facts_answers(world, server->side)->cnf;
    struct buf said = BUF_INIT;
    if (optionfiles_read(host, cnf, server->dialect, server->version_number, &server->options, err) != 0)
        return err_wrap(err, "cannot read its option files");
    int rc = optionfiles_validate(host, server->dialect, cnf, &server->options_accepted, &said, err);
    fact_set(&server->options_said, buf_str(&said));
    buf_free(&said);
    take_unshown(server, "bind_address");
    if (!server->log_bin)
        read_coming_filters(server);
    return rc;
}
