#include "plan/facts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "facts_room.h"

void look_parse(struct look *look, struct buf *out)
{
    *look = (struct look){ .text = buf_steal(out) };
    size_t room = 0;
    char *at = look->text;
    for (char *line; (line = text_line(&at)) != NULL;) {
        char *value = strchr(line, ' ');
        if (value == NULL)
            continue;
        *value++ = '\0';
        if (look->count == room) {
            room = room * 2 + 16;
            look->lines = mem_grow(look->lines, room, sizeof *look->lines);
        }
        look->lines[look->count++] = (struct look_line){ .key = line, .value = value };
    }
}

const char *look_get(const struct look *look, const char *key)
{
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->lines[i].key, key) == 0)
            return look->lines[i].value;
    return "";
}

uint64_t look_number(const struct look *look, const char *key)
{
    return strtoull(look_get(look, key), NULL, 10);
}

bool look_has(const struct look *look, const char *key)
{
    return look_get(look, key)[0] != '\0';
}

void look_list(const struct look *look, const char *key, struct strings *list)
{
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->lines[i].key, key) == 0 && look->lines[i].value[0] != '\0')
            strings_add(list, look->lines[i].value);
}

char *look_dup(const struct look *look, const char *key)
{
    const char *value = look_get(look, key);
    return value[0] == '\0' ? NULL : mem_dup(value);
}

void look_free(struct look *look)
{
    free(look->lines);
    free(look->text);
    *look = (struct look){ .text = NULL };
}

void fact_set(char **field, const char *text)
{
    char *copy = text == NULL || text[0] == '\0' ? NULL : mem_dup(text);
    free(*field);
    *field = copy;
}

const struct answers_host *facts_answers(const struct world *world, enum side side)
{
    return side == SIDE_MASTER ? &world->answers->master : &world->answers->slave;
}

const struct server_facts *facts_of(const struct facts *facts, enum side side)
{
    return side == SIDE_MASTER ? &facts->master : &facts->slave;
}

const char *facts_setting(const struct server_facts *server, const char *name)
{
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcasecmp(server->settings[i].name, name) == 0)
            return server->settings[i].value;
    return "";
}

bool facts_setting_on(const struct server_facts *server, const char *name)
{
    const char *value = facts_setting(server, name);
    return strcasecmp(value, "ON") == 0 || strcmp(value, "1") == 0 || strcasecmp(value, "YES") == 0;
}

static bool loopback(const char *address, size_t len)
{
    static const char *const names[] = { "localhost", "::1", "::ffff:127.0.0.1" };
    if (len >= 4 && strncmp(address, "127.", 4) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && strncasecmp(address, names[i], len) == 0)
            return true;
    return false;
}

bool facts_loopback_only(const struct server_facts *server)
{
    if (facts_setting_on(server, "skip_networking") || strcmp(facts_setting(server, "port"), "0") == 0)
        return true;
    /* several addresses may be listed, separated by commas */
    const char *at = facts_setting(server, "bind_address");
    if (*at == '\0')
        return false;
    while (*at != '\0') {
        size_t len = strcspn(at, ", ");
        if (len > 0 && !loopback(at, len))
            return false;
        at += len;
        at += strspn(at, ", ");
    }
    return true;
}

struct server_kind facts_kind(const struct server_facts *server)
{
    return (struct server_kind){ .dialect = server->dialect, .version = server->version_number };
}

bool facts_over_ipv6(const struct facts *facts, enum side side)
{
    const char *from = facts_of(facts, side == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER)->source_address;
    return from != NULL && strchr(from, ':') != NULL;
}

bool facts_deaf_to_ipv6(const struct facts *facts, enum side side)
{
    return facts_over_ipv6(facts, side) && strcmp(facts_setting(facts_of(facts, side), "bind_address"), "0.0.0.0") == 0;
}

unsigned facts_series(const struct server_facts *server)
{
    return server->version_number / 100;
}

static void free_server(struct server_facts *server)
{
    char *texts[] = {
        server->host, server->machine_id, server->hostname, server->os, server->fingerprint, server->boot_id,
        server->confinement, server->address, server->source_address, server->datadir, server->datadir_inode,
        server->socket,
        server->version, server->server_uuid, server->mysql_user, server->mysql_group, server->database_path,
        server->binlog_index, server->options_said, server->filesystem, server->dump_tool, server->client_tool,
        server->backup_tool, server->uncloneable, server->tls.other_ca, server->tls.other_ca_now,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    struct strings *lists[] = {
        &server->channels, &server->persisted, &server->command_line, &server->lacking, &server->binlogs, &server->attached_ids,
        &server->binlog_do_db, &server->binlog_ignore_db, &server->databases, &server->engines, &server->definers,
        &server->missing_definers, &server->accounts, &server->links, &server->leftovers,
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        strings_free(lists[i]);
    for (size_t i = 0; i < server->setting_count; i++) {
        free(server->settings[i].name);
        free(server->settings[i].value);
    }
    free(server->settings);
    certificate_free(&server->tls.certificate);
    service_free(&server->service);
    cnf_set_free(&server->options);
    slave_status_free(&server->slave_status);
    inventory_free(&server->inventory);
}

void facts_forget_copy(struct facts *facts)
{
    struct shared_copy *copy = &facts->copy;
    char *const texts[] = { copy->run, copy->slave, copy->folder, copy->way, copy->start, copy->boot_id };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    *copy = (struct shared_copy){ .run = NULL };
}

void facts_free(struct facts *facts)
{
    if (facts == NULL)
        return;
    free_server(&facts->master);
    free_server(&facts->slave);
    facts_needs_free(facts);
    free(facts->reach_text);
    free(facts->gtid_extra);
    free(facts->reports_text);
    free(facts->first_slave);
    strings_free(&facts->taken_ids);
    facts_forget_copy(facts);
    *facts = (struct facts){ .master.side = SIDE_MASTER, .slave.side = SIDE_SLAVE };
}

typedef int look_fn(struct world *world, struct server_facts *server, struct err *err);

static int look_at(struct world *world, struct server_facts *server, look_fn *const looks[], struct err *err)
{
    world_db_close(world, server->side);
    fact_set(&server->host, host_name(world->hosts[server->side]));
    world_phase(world, PHASE_DISCOVER, "looking at the %s, %s", side_name(server->side), server->host);
    for (size_t i = 0; looks[i] != NULL; i++) {
        if (world_cancelled(world, err))
            return -1;
        if (looks[i](world, server, err) != 0)
            return err_wrap(err, "%s %s", side_name(server->side), server->host);
    }
    return 0;
}

/* One server, from its machine to its option files. */
static int gather_server(struct world *world, struct server_facts *server, struct err *err)
{
    static look_fn *const looks[] = { facts_machine, facts_server, facts_options, facts_place, NULL };
    return look_at(world, server, looks, err);
}

int facts_glance(struct world *world, enum side side, struct err *err)
{
    static look_fn *const looks[] = { facts_machine, facts_server_glance, facts_logins, facts_place_glance, NULL };
    struct server_facts *server = side == SIDE_MASTER ? &world->facts.master : &world->facts.slave;
    free_server(server);
    *server = (struct server_facts){ .side = side };
    return look_at(world, server, looks, err);
}

int facts_gather(struct world *world, struct facts *facts, struct err *err)
{
    if (facts != &world->facts)
        return err_set(err, ERR_WORLD, "facts are gathered into the world they are about");
    facts_free(facts);
    if (gather_server(world, &facts->master, err) != 0 || gather_server(world, &facts->slave, err) != 0)
        return -1;
    world_phase(world, PHASE_DISCOVER, "looking from one server to the other");
    return facts_cross(world, facts, err);
}
