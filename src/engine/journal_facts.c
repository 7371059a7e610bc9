#define _GNU_SOURCE 1 /* strcasestr */

/* Facts as JSON and back, by tables of their members: tests/unit/test_kept.c makes a plan from what came back. */
#include "engine/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/file.h"

enum type { TEXT, LIST, BOOL, NUMBER, BIG, REAL, CHOICE };

struct member {
    const char *key;
    size_t offset;
    enum type type;
};

#define IN(structure, name, type) { #name, offsetof(struct structure, name), type }

static const struct member server_members[] = {
    IN(server_facts, host, TEXT), IN(server_facts, machine_id, TEXT), IN(server_facts, hostname, TEXT),
    IN(server_facts, os, TEXT), IN(server_facts, fingerprint, TEXT), IN(server_facts, boot_id, TEXT),
    IN(server_facts, confinement, TEXT), IN(server_facts, superuser, BOOL), IN(server_facts, gated, BOOL),
    IN(server_facts, address_given, BOOL),
    IN(server_facts, address, TEXT), IN(server_facts, source_address, TEXT), IN(server_facts, clock_offset, REAL),
    IN(server_facts, service.unit, TEXT), IN(server_facts, service.socket_unit, TEXT), IN(server_facts, service.systemd, BOOL),
    IN(server_facts, service.active, BOOL), IN(server_facts, datadir, TEXT),
    IN(server_facts, datadir_inode, TEXT), IN(server_facts, socket, TEXT),
    IN(server_facts, version, TEXT), IN(server_facts, server_uuid, TEXT), IN(server_facts, mysql_user, TEXT),
    IN(server_facts, mysql_group, TEXT), IN(server_facts, port, NUMBER), IN(server_facts, version_number, NUMBER),
    IN(server_facts, native_password, BOOL), IN(server_facts, database_path, TEXT), IN(server_facts, binlog_index, TEXT),
    IN(server_facts, database_exists, BOOL), IN(server_facts, options_accepted, BOOL), IN(server_facts, persisted, LIST),
    IN(server_facts, command_line, LIST), IN(server_facts, lacking, LIST), IN(server_facts, tls.offered, BOOL),
    IN(server_facts, tls.certificate.subject, TEXT), IN(server_facts, tls.certificate.ca, TEXT),
    IN(server_facts, tls.certificate.ca_subject, TEXT), IN(server_facts, tls.certificate.trouble, TEXT),
    IN(server_facts, tls.certificate.itself, BOOL), IN(server_facts, tls.certificate.names, BOOL),
    IN(server_facts, tls.other_ca, TEXT), IN(server_facts, tls.other_ca_now, TEXT), IN(server_facts, log_bin, BOOL),
    IN(server_facts, binlogs, LIST), IN(server_facts, slave_status.configured, BOOL),
    IN(server_facts, slave_status.master_host, TEXT), IN(server_facts, slave_status.master_user, TEXT),
    IN(server_facts, slave_status.master_port, NUMBER), IN(server_facts, slave_status.io_running, TEXT),
    IN(server_facts, slave_status.sql_running, TEXT), IN(server_facts, slave_status.master_log_file, TEXT),
    IN(server_facts, slave_status.read_master_log_pos, BIG), IN(server_facts, slave_status.relay_master_log_file, TEXT),
    IN(server_facts, slave_status.exec_master_log_pos, BIG), IN(server_facts, slave_status.gtid_io_pos, TEXT),
    IN(server_facts, channels, LIST), IN(server_facts, attached_slaves, NUMBER), IN(server_facts, attached_ids, LIST),
    IN(server_facts, binlog_do_db, LIST), IN(server_facts, binlog_ignore_db, LIST), IN(server_facts, prepared_xa, NUMBER),
    IN(server_facts, oldest_transaction, BIG), IN(server_facts, databases, LIST), IN(server_facts, inventory.database, TEXT),
    IN(server_facts, inventory.folder, TEXT), IN(server_facts, inventory.charset, TEXT),
    IN(server_facts, inventory.collation, TEXT), IN(server_facts, inventory.bytes, BIG), IN(server_facts, definers, LIST),
    IN(server_facts, missing_definers, LIST), IN(server_facts, filesystem, TEXT), IN(server_facts, disk_free, BIG),
    IN(server_facts, inodes_free, BIG), IN(server_facts, datadir_disk_free, BIG),
    IN(server_facts, parent_same_filesystem, BOOL), IN(server_facts, datadir_bytes, BIG),
    IN(server_facts, database_bytes, BIG), IN(server_facts, database_files, BIG),
    IN(server_facts, database_recent_bytes, BIG), IN(server_facts, links, LIST), IN(server_facts, leftovers, LIST),
    IN(server_facts, reflink, BOOL), IN(server_facts, zstd, BOOL), IN(server_facts, openssl, BOOL), IN(server_facts, tar, BOOL),
    IN(server_facts, sha256sum, BOOL), IN(server_facts, read_only_filesystem, BOOL), IN(server_facts, copy_rate, BIG),
    IN(server_facts, dump_tool, TEXT), IN(server_facts, client_tool, TEXT), IN(server_facts, backup_tool, TEXT),
    IN(server_facts, uncloneable, TEXT), IN(server_facts, accounts, LIST),
};

static const struct member table_members[] = {
    IN(table, name, TEXT), IN(table, file, TEXT), IN(table, engine, TEXT), IN(table, row_format, TEXT),
    IN(table, collation, TEXT), IN(table, rows, BIG), IN(table, bytes, BIG), IN(table, partitioned, BOOL),
    IN(table, fulltext, BOOL), IN(table, primary_key, BOOL), IN(table, encrypted, BOOL), IN(table, temporal, BOOL),
    IN(table, compressed, BOOL), IN(table, own_tablespace, BOOL), IN(table, data_directory, BOOL),
    IN(table, subpartitioned, BOOL), IN(table, partitions, LIST), IN(table, partition_files, LIST),
    IN(table, natural, CHOICE), IN(table, carry, CHOICE),
};

static const struct member object_members[] = {
    IN(object, kind, CHOICE), IN(object, name, TEXT), IN(object, definer, TEXT),
};

static const struct member facts_members[] = {
    IN(facts, same_machine, BOOL), IN(facts, gtid_extra, TEXT), IN(facts, slave_reaches_master, BOOL), IN(facts, reach, CHOICE),
    IN(facts, reports_reach, CHOICE), IN(facts, reach_text, TEXT), IN(facts, reports_text, TEXT),
    IN(facts, first_slave, TEXT), IN(facts, taken_ids, LIST), IN(facts, copy.run, TEXT), IN(facts, copy.slave, TEXT),
    IN(facts, copy.folder, TEXT), IN(facts, copy.way, TEXT), IN(facts, copy.start, TEXT), IN(facts, copy.boot_id, TEXT),
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* caching_sha2_password_digest_rounds is a number, report_password a password. */
static bool may_be_secret(const char *name, const char *value)
{
    static const char *const words[] = { "password", "passwd", "secret", "auth", "token", "key_file_data" };
    if (value[strspn(value, "0123456789")] == '\0' || strcasecmp(value, "ON") == 0 || strcasecmp(value, "OFF") == 0)
        return false;
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcasestr(name, words[i]) != NULL)
            return strcasestr(name, "plugin") == NULL && strcasestr(name, "policy") == NULL;
    return false;
}

/* Some lists hold "name=value". */
static struct json_object *render_list(const struct strings *list)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->items[i], *equals = strchr(text, '=');
        char *name = mem_dup_n(text, equals != NULL ? (size_t)(equals - text) : strlen(text));
        const bool secret = equals != NULL && may_be_secret(name, equals + 1);
        json_object_array_add(array, json_object_new_string(secret ? name : text));
        free(name);
    }
    return array;
}

static struct json_object *render_member(const void *place, enum type type)
{
    switch (type) {
    case TEXT: {
        const char *text = *(char *const *)place;
        return text != NULL ? json_object_new_string(text) : NULL;
    }
    case LIST:
        return render_list(place);
    case BOOL:
        return json_object_new_boolean(*(const bool *)place);
    case NUMBER:
        return json_object_new_int64(*(const unsigned *)place);
    case BIG: /* as text: json-c's numbers are signed */
    {
        char digits[24];
        struct buf text = BUF_INIT;
        buf_addf(&text, "%llu", (unsigned long long)*(const uint64_t *)place);
        struct json_object *object = json_object_new_string_len(buf_str(&text), (int)(text.len < sizeof digits ? text.len : 0));
        buf_free(&text);
        return object;
    }
    case REAL:
        return json_object_new_double(*(const double *)place);
    case CHOICE:
        return json_object_new_int(*(const int *)place);
    }
    return NULL;
}

static struct json_object *render(const void *structure, const struct member *members, size_t count)
{
    struct json_object *object = json_object_new_object();
    for (size_t i = 0; i < count; i++) {
        struct json_object *value = render_member((const char *)structure + members[i].offset, members[i].type);
        if (value != NULL)
            json_object_object_add(object, members[i].key, value);
    }
    return object;
}

static void parse_list(struct json_object *array, struct strings *list)
{
    for (size_t i = 0; json_object_is_type(array, json_type_array) && i < json_object_array_length(array); i++)
        strings_add(list, json_object_get_string(json_object_array_get_idx(array, i)));
}

static void parse_member(struct json_object *value, void *place, enum type type)
{
    switch (type) {
    case TEXT:
        free(*(char **)place);
        *(char **)place = mem_dup(json_object_get_string(value));
        break;
    case LIST:
        parse_list(value, place);
        break;
    case BOOL:
        *(bool *)place = json_object_get_boolean(value);
        break;
    case NUMBER:
        *(unsigned *)place = (unsigned)json_object_get_int64(value);
        break;
    case BIG:
        *(uint64_t *)place = strtoull(json_object_get_string(value), NULL, 10);
        break;
    case REAL:
        *(double *)place = json_object_get_double(value);
        break;
    case CHOICE:
        *(int *)place = json_object_get_int(value);
        break;
    }
}

static void parse(struct json_object *object, void *structure, const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct json_object *value = NULL;
        if (json_object_object_get_ex(object, members[i].key, &value) && value != NULL)
            parse_member(value, (char *)structure + members[i].offset, members[i].type);
    }
}

static struct json_object *render_settings(const struct server_facts *server)
{
    struct json_object *object = json_object_new_object();
    for (size_t i = 0; i < server->setting_count; i++)
        if (!may_be_secret(server->settings[i].name, server->settings[i].value))
            json_object_object_add(object, server->settings[i].name, json_object_new_string(server->settings[i].value));
    return object;
}

static void parse_settings(struct json_object *object, struct server_facts *server)
{
    if (object == NULL)
        return;
    struct json_object_iterator at = json_object_iter_begin(object), end = json_object_iter_end(object);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        server->settings = mem_grow(server->settings, server->setting_count + 1, sizeof *server->settings);
        server->settings[server->setting_count++] =
            (struct setting){ .name = mem_dup(json_object_iter_peek_name(&at)),
                              .value = mem_dup(json_object_get_string(json_object_iter_peek_value(&at))) };
    }
}

void kept_sha256(const void *text, size_t len, struct buf *to)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(text, len, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        buf_addf(to, "%02x", digest[i]);
}

static struct json_object *render_options(const struct cnf_set *set)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < set->count; i++) {
        struct json_object *file = json_object_new_object();
        struct buf digest = BUF_INIT;
        kept_sha256(buf_str(&set->files[i].text), set->files[i].text.len, &digest);
        json_object_object_add(file, "path", json_object_new_string(set->files[i].path));
        json_object_object_add(file, "sha256", json_object_new_string(buf_str(&digest)));
        json_object_array_add(array, file);
        buf_free(&digest);
    }
    return array;
}

/* The digest stands in the text's place until kept_read_options(). */
static void parse_options(struct json_object *array, struct server_facts *server)
{
    struct cnf_set *set = &server->options;
    cnf_set_groups(set, server->dialect->mariadb, server->version_number);
    set->mariadb = server->dialect->mariadb;
    const size_t count = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
    set->files = mem_alloc((count + 1) * sizeof *set->files);
    for (size_t i = 0; i < count; i++) {
        struct json_object *file = json_object_array_get_idx(array, i), *path = NULL, *sha256 = NULL;
        if (!json_object_object_get_ex(file, "path", &path) || !json_object_object_get_ex(file, "sha256", &sha256))
            continue;
        const char *digest = json_object_get_string(sha256);
        cnf_parse(&set->files[set->count++], json_object_get_string(path), digest, strlen(digest));
    }
}

static struct json_object *render_tables(const struct inventory *inventory)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct json_object *table = render(&inventory->tables[i], table_members, COUNT(table_members));
        if (inventory->tables[i].because != NULL)
            json_object_object_add(table, "because", json_object_new_string(inventory->tables[i].because));
        json_object_array_add(array, table);
    }
    return array;
}

/* Reasons are phrases of the program's own tables, which nobody frees. */
static const char *phrase(const char *text)
{
    static struct strings phrases;
    if (!strings_has(&phrases, text))
        strings_add(&phrases, text);
    for (size_t i = 0;; i++)
        if (strcmp(phrases.items[i], text) == 0)
            return phrases.items[i];
}

static void parse_tables(struct json_object *array, struct inventory *inventory)
{
    const size_t count = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
    inventory->tables = mem_alloc((count + 1) * sizeof *inventory->tables);
    inventory->table_count = count;
    for (size_t i = 0; i < count; i++) {
        struct json_object *table = json_object_array_get_idx(array, i), *because = NULL;
        parse(table, &inventory->tables[i], table_members, COUNT(table_members));
        if (json_object_object_get_ex(table, "because", &because))
            inventory->tables[i].because = phrase(json_object_get_string(because));
    }
}

static struct json_object *render_objects(const struct inventory *inventory)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < inventory->object_count; i++)
        json_object_array_add(array, render(&inventory->objects[i], object_members, COUNT(object_members)));
    return array;
}

static void parse_objects(struct json_object *array, struct inventory *inventory)
{
    const size_t count = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
    inventory->objects = mem_alloc((count + 1) * sizeof *inventory->objects);
    inventory->object_count = count;
    for (size_t i = 0; i < count; i++)
        parse(json_object_array_get_idx(array, i), &inventory->objects[i], object_members, COUNT(object_members));
}

static struct json_object *render_server(const struct server_facts *server)
{
    struct json_object *object = render(server, server_members, COUNT(server_members));
    json_object_object_add(object, "settings", render_settings(server));
    json_object_object_add(object, "option_files", render_options(&server->options));
    json_object_object_add(object, "tables", render_tables(&server->inventory));
    json_object_object_add(object, "objects", render_objects(&server->inventory));
    return object;
}

static int parse_server(struct json_object *all, const char *key, struct server_facts *server, struct err *err)
{
    struct json_object *object = NULL, *part = NULL;
    if (!json_object_object_get_ex(all, key, &object))
        return err_set(err, ERR_DATA, "nothing is kept of the %s", key);
    parse(object, server, server_members, COUNT(server_members));
    server->dialect = server->version != NULL ? dialect_for(server->version) : NULL;
    if (server->dialect == NULL)
        return err_set(err, ERR_DATA, "the version of the %s is not kept", key);
    if (json_object_object_get_ex(object, "settings", &part))
        parse_settings(part, server);
    if (json_object_object_get_ex(object, "option_files", &part))
        parse_options(part, server);
    if (json_object_object_get_ex(object, "tables", &part))
        parse_tables(part, &server->inventory);
    if (json_object_object_get_ex(object, "objects", &part))
        parse_objects(part, &server->inventory);
    return 0;
}

void kept_render(const struct facts *facts, struct buf *to)
{
    struct json_object *object = render(facts, facts_members, COUNT(facts_members));
    json_object_object_add(object, "master", render_server(&facts->master));
    json_object_object_add(object, "slave", render_server(&facts->slave));
    buf_adds(to, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
}

int kept_parse(const char *text, struct facts *facts, struct err *err)
{
    struct json_object *object = json_tokener_parse(text);
    facts_free(facts);
    int rc = 0;
    if (!json_object_is_type(object, json_type_object))
        rc = err_set(err, ERR_DATA, "what was kept of the servers cannot be read");
    if (rc == 0) {
        parse(object, facts, facts_members, COUNT(facts_members));
        rc = parse_server(object, "master", &facts->master, err);
    }
    if (rc == 0)
        rc = parse_server(object, "slave", &facts->slave, err);
    json_object_put(object);
    return rc;
}

int kept_write(const char *path, const struct facts *facts, struct err *err)
{
    struct buf text = BUF_INIT;
    kept_render(facts, &text);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = 0;
    if (fd < 0 || write(fd, buf_str(&text), text.len) != (ssize_t)text.len || fsync(fd) != 0) {
        rc = err_set_detail(err, ERR_IO, errno, "cannot write %s: %s", path, strerror(errno));
        err_hint(err, "nothing was touched; make room in the state folder");
    }
    if (fd >= 0)
        close(fd);
    buf_free(&text);
    return rc;
}

int kept_read(const char *path, struct facts *facts, struct err *err)
{
    char block[8192];
    ssize_t got = -1;
    struct buf text = BUF_INIT;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (got = read(fd, block, sizeof block)) > 0)
        buf_add(&text, block, (size_t)got);
    int rc = got == 0 ? kept_parse(buf_str(&text), facts, err)
                      : err_set_detail(err, ERR_IO, errno, "cannot read %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_free(&text);
    return rc;
}

/* The dated backup is the file as it was; without one this run has not written to it. */
static int read_option_file(struct world *world, enum side side, const char *path, struct buf *text, struct err *err)
{
    struct host *host = world->hosts[side];
    char *backup = mem_printf("%s.%s.bak", path, world->run_id);
    struct file_stat stat, plain = { .exists = false };
    int rc = file_stat(host, backup, &stat, err);
    if (rc == 0 && !stat.exists)
        rc = file_stat(host, path, &plain, err);
    if (rc == 0 && (stat.exists || plain.exists))
        rc = file_read(host, stat.exists ? backup : path, text, err);
    free(backup);
    return rc;
}

int kept_read_options(struct world *world, char **drifted, struct err *err)
{
    *drifted = NULL;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct server_facts *server = side == SIDE_MASTER ? &world->facts.master : &world->facts.slave;
        for (size_t i = 0; i < server->options.count; i++) {
            struct cnf *file = &server->options.files[i];
            struct buf text = BUF_INIT, digest = BUF_INIT;
            char *path = mem_dup(file->path);
            const int rc = read_option_file(world, side, path, &text, err);
            kept_sha256(buf_str(&text), text.len, &digest);
            if (rc == 0 && *drifted == NULL && strcmp(buf_str(&digest), buf_str(&file->text)) != 0)
                *drifted = mem_printf("%s on the %s", path, side_name(side));
            cnf_free(file);
            cnf_parse(file, path, buf_str(&text), text.len);
            free(path);
            buf_wipe(&text);
            buf_free(&digest);
            if (rc != 0)
                return -1;
        }
    }
    return 0;
}

char *kept_plan_sha256(const struct plan *plan)
{
    struct buf all = BUF_INIT, digest = BUF_INIT;
    for (size_t i = 0; i < plan->count; i++) {
        const struct change *change = &plan->changes[i];
        const char *const texts[] = { change->what, change->path, change->before, change->after, change->undo };
        buf_addf(&all, "%d %d %d\n", change->step, (int)change->kind, (int)change->server);
        for (size_t t = 0; t < COUNT(texts); t++)
            buf_addf(&all, "%s\n", texts[t] != NULL ? texts[t] : "-");
    }
    kept_sha256(buf_str(&all), all.len, &digest);
    buf_wipe(&all);
    return buf_steal(&digest);
}
