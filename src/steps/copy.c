#include "steps/copy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/settings.h"

#define ROWS_TIMEOUT_MS (30 * 60 * 1000u) /* of silence: the dump tool says nothing while it works */

/* What makes a table of an engine, as files beside each other. */
static const struct {
    const char *engine;
    const char *suffixes[4];
} engine_files[] = {
    { "MyISAM", { ".frm", ".MYD", ".MYI" } },
    { "Aria", { ".frm", ".MAD", ".MAI" } },
    { "InnoDB", { ".ibd" } },
};

size_t copy_count(const struct inventory *inventory, enum carry carry)
{
    size_t count = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        count += inventory->tables[i].carry == carry;
    return count;
}

uint64_t copy_bytes(const struct inventory *inventory, enum carry carry)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].carry == carry)
            bytes += inventory->tables[i].bytes;
    return bytes;
}

void copy_describe(const struct inventory *inventory, enum carry carry, struct buf *to)
{
    struct strings engines = { .count = 0 };
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        if (table->carry == carry && !strings_has(&engines, table->engine))
            strings_add(&engines, table->engine);
    }
    size_t count = copy_count(inventory, carry);
    buf_addf(to, "%zu table%s", count, count == 1 ? "" : "s");
    for (size_t i = 0; i < engines.count; i++)
        buf_addf(to, "%s%s", i == 0 ? " (" : ", ", engines.items[i]);
    buf_addf(to, "%s, ", engines.count > 0 ? ")" : "");
    quote_size(to, copy_bytes(inventory, carry));
    strings_free(&engines);
}

static void add_names(const struct table *table, struct buf *to)
{
    for (size_t e = 0; e < sizeof engine_files / sizeof engine_files[0]; e++) {
        if (strcasecmp(engine_files[e].engine, table->engine) != 0)
            continue;
        for (const char *const *suffix = engine_files[e].suffixes; *suffix != NULL; suffix++) {
            buf_adds(to, table->file);
            buf_add(to, *suffix, strlen(*suffix) + 1);
        }
    }
}

void copy_file_names(const struct inventory *inventory, enum carry carry, struct buf *to)
{
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].carry == carry)
            add_names(&inventory->tables[i], to);
}

static char *rows_path(struct world *world, enum side side, size_t table)
{
    char *part = mem_printf("%s/rows/%zu.sql", side == SIDE_MASTER ? "copy" : "incoming", table);
    char *path = settings_path(world, side, part);
    free(part);
    return path;
}

int copy_dump_rows(struct world *world, size_t table, struct err *err)
{
    const struct server_facts *master = &world->facts.master;
    char *path = rows_path(world, SIDE_MASTER, table);
    struct buf options = BUF_INIT;
    world_client_options(world, SIDE_MASTER, &options);
    int rc = host_script_with(world->hosts[SIDE_MASTER], buf_str(&options), options.len, ROWS_TIMEOUT_MS, NULL, NULL, err,
                              "set -eu; umask 077; mkdir -p -- \"${1%/*}\"\n"
                              "\"$2\" --defaults-extra-file=/dev/stdin --no-create-info --skip-triggers --hex-blob "
                              "--skip-lock-tables --skip-add-locks --skip-comments --no-autocommit "
                              "--default-character-set=utf8mb4 -- \"$3\" \"$4\" >\"$1\"",
                              path, master->dump_tool, world->answers->database,
                              master->inventory.tables[table].name, NULL);
    if (rc != 0)
        err_wrap(err, "cannot take the rows of table %s", master->inventory.tables[table].name);
    buf_wipe(&options);
    free(path);
    return rc;
}

int copy_load_rows(struct world *world, size_t table, struct err *err)
{
    const struct table *what = &world->facts.master.inventory.tables[table];
    char *path = rows_path(world, SIDE_SLAVE, table);
    struct buf options = BUF_INIT;
    world_client_options(world, SIDE_SLAVE, &options);
    /* the options come on descriptor 3, because standard input is the rows */
    int rc = host_script_with(world->hosts[SIDE_SLAVE], buf_str(&options), options.len, ROWS_TIMEOUT_MS, NULL, NULL, err,
                              "set -eu; exec 3<&0\n"
                              "\"$2\" --defaults-extra-file=/dev/fd/3 --init-command='SET SESSION sql_log_bin = 0' "
                              "--default-character-set=utf8mb4 -- \"$3\" <\"$1\"",
                              path, world->facts.slave.client_tool, world->answers->database, NULL);
    if (rc != 0)
        err_wrap(err, "cannot load the rows of table %s", what->name);
    buf_wipe(&options);
    free(path);
    return rc;
}
