#include "steps/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "plan/world.h"

static unsigned answered_id(const struct answers *answers, enum side side)
{
    return side == SIDE_MASTER ? answers->master.server_id : answers->slave.server_id;
}

/* 0 when no option file sets it: the server's default says nothing about what its administrator wants. */
static unsigned configured_id(const struct server_facts *server)
{
    const struct cnf *file;
    const struct cnf_line *line = cnf_winner(&server->options, "server_id", &file);
    return line != NULL && line->value != NULL ? (unsigned)strtoul(line->value, NULL, 10) : 0;
}

static bool taken(const struct strings *ids, unsigned id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (strtoul(ids->items[i], NULL, 10) == id)
            return true;
    return false;
}

unsigned settings_server_id(const struct facts *facts, const struct answers *answers, enum side side)
{
    unsigned master = answered_id(answers, SIDE_MASTER);
    if (master == 0)
        master = configured_id(&facts->master);
    if (master == 0)
        master = answered_id(answers, SIDE_SLAVE) == 1 ? 2 : 1;
    if (side == SIDE_MASTER)
        return master;
    unsigned slave = answered_id(answers, SIDE_SLAVE);
    if (slave == 0)
        slave = configured_id(&facts->slave);
    if (slave == 0 || slave == master)
        slave = master == 2 ? 3 : 2;
    while (answered_id(answers, SIDE_SLAVE) == 0 && (slave == master || taken(&facts->taken_ids, slave)))
        slave++;
    return slave;
}

static bool loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 || strcmp(address, "localhost") == 0;
}

static bool on(const char *value)
{
    return strcmp(value, "1") == 0 || strcmp(value, "ON") == 0;
}

size_t settings_listen(const struct facts *facts, enum side side, struct wanted *wanted)
{
    const struct server_facts *server = facts_of(facts, side);
    size_t n = 0;
    if (loopback(facts_setting(server, "bind_address")))
        wanted[n++] = (struct wanted){ .key = "bind-address", .value = facts_over_ipv6(facts, side) ? "::" : "0.0.0.0",
                                       .why = "bound to the loopback, the other server cannot connect" };
    else if (facts_deaf_to_ipv6(facts, side))
        wanted[n++] = (struct wanted){ .key = "bind-address", .value = "::",
                                       .why = "bound to IPv4, the other server cannot connect; :: takes both" };
    if (on(facts_setting(server, "skip_networking")))
        wanted[n++] = (struct wanted){ .key = "skip-networking", .value = "0", .gone = !server->dialect->networking_value,
                                       .why = "without networking the other server cannot connect" };
    return n;
}

const char *settings_account_host(const struct facts *facts, enum side side)
{
    const struct server_facts *server = facts_of(facts, side);
    return server->source_address != NULL && server->source_address[0] != '\0' ? server->source_address
                                                                                : server->address;
}

char *settings_path(const struct world *world, enum side side, const char *part)
{
    return mem_printf("%s/%s", world->run_dir[side], part);
}

void settings_grant_database(struct buf *to, const char *database)
{
    buf_addc(to, '`');
    for (; *database != '\0'; database++) {
        if (*database == '_' || *database == '%' || *database == '\\')
            buf_addc(to, '\\');
        if (*database == '`')
            buf_addc(to, '`');
        buf_addc(to, *database);
    }
    buf_adds(to, "`.*");
}

char *settings_wild_pattern(const char *database)
{
    struct buf pattern = BUF_INIT;
    for (; *database != '\0'; database++) {
        if (*database == '_' || *database == '%')
            buf_addc(&pattern, '\\');
        buf_addc(&pattern, *database);
    }
    buf_adds(&pattern, ".%");
    return buf_steal(&pattern);
}

enum account_plugin settings_replication_plugin(const struct facts *facts)
{
    return facts->master.dialect->sha2_as != NULL && facts->slave.dialect->sha2_as != NULL ? ACCOUNT_SHA2 : ACCOUNT_NATIVE;
}

enum account_plugin settings_reports_plugin(const struct facts *facts)
{
    return facts->slave.native_password || facts->slave.dialect->sha2_as == NULL ? ACCOUNT_NATIVE : ACCOUNT_SHA2;
}
