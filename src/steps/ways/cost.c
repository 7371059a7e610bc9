/* What the forecasts of the ways are made of. Pure. */
#include "steps/copy_way.h"

#include "base/quote.h"

#define REFLINK_MS 15u
#define FALLBACK_RATE (150u << 20) /* bytes a second, where it could not be measured */
#define SHIP_RATE (100u << 20)     /* through this program, checked on both ends; slower networks are not known beforehand */
#define ROWS_RATE (20u << 20)      /* rows read, sent and put into a table with indexes (measured on MariaDB 10.11) */
#define EXPORT_MS 4u                /* FLUSH TABLES ... FOR EXPORT, for each tablespace (4 to 5 measured on MariaDB 10.11) */
#define TABLE_MS 30u               /* a table's own round trips */
#define MARGIN_LEAST (64ull << 20)

/* Measured on MariaDB 10.11 and MySQL 9.7. A MySQL server gives clients that are idle 2 s to leave, and slaves 10 s. */
#define RESTART_MS 700u
#define RESTART_DICTIONARY_MS 4500u
#define SLAVES_LEAVE_MS 8000u

uint64_t cost_restart_ms(const struct server_facts *server)
{
    if (!server->dialect->dictionary)
        return RESTART_MS;
    return RESTART_DICTIONARY_MS + (server->attached_slaves > 0 ? SLAVES_LEAVE_MS : 0);
}

uint64_t cost_export_ms(const struct inventory *inventory)
{
    uint64_t pieces = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].natural == CARRY_IMPORT)
            pieces += table_pieces(&inventory->tables[i]);
    return pieces * EXPORT_MS;
}

uint64_t cost_natural_bytes(const struct inventory *inventory, enum carry carry)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].natural == carry)
            bytes += inventory->tables[i].bytes;
    return bytes;
}

uint64_t cost_disk(uint64_t bytes)
{
    uint64_t margin = bytes / 20;
    return bytes + (margin > MARGIN_LEAST ? margin : MARGIN_LEAST);
}

uint64_t cost_ship_ms(uint64_t bytes)
{
    return bytes * 1000 / SHIP_RATE;
}

uint64_t cost_rows_ms(uint64_t bytes, size_t tables)
{
    return bytes * 1000 / ROWS_RATE + tables * TABLE_MS;
}

static uint64_t rate_of(const struct server_facts *server)
{
    return server->copy_rate != 0 ? server->copy_rate : FALLBACK_RATE;
}

uint64_t cost_files_ms(const struct server_facts *server, uint64_t bytes)
{
    return server->reflink ? REFLINK_MS : bytes * 1000 / rate_of(server);
}

void cost_say_files(const struct server_facts *server, uint64_t bytes, struct buf *to)
{
    buf_adds(to, "copy of ");
    quote_size(to, bytes);
    if (server->reflink) {
        buf_adds(to, " by reflink");
        return;
    }
    buf_adds(to, " at ");
    quote_size(to, rate_of(server));
    buf_adds(to, server->copy_rate != 0 ? "/s (measured) " : "/s (assumed) ");
    quote_duration(to, cost_files_ms(server, bytes));
}
