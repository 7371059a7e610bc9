#include "steps/copy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/settings.h"
#include "steps/warm.h"

#define ROWS_TIMEOUT_MS (30 * 60 * 1000u) /* of silence: the dump tool says nothing while it works */

/* What makes a table of an engine, as files beside each other. */
static const struct {
    enum carry carry;
    const char *engine;
    const char *suffixes[4];
} engine_files[] = {
    { CARRY_FILES, "MyISAM", { ".frm", ".MYD", ".MYI" } },
    { CARRY_FILES, "Aria", { ".frm", ".MAD", ".MAI" } },
    { CARRY_SDI, "MyISAM", { ".MYD", ".MYI" } },
    { CARRY_IMPORT, "InnoDB", { ".ibd" } },
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

static void add_pieces(const struct table *table, const char *suffix, struct buf *to)
{
    for (size_t i = 0; i < table_pieces(table); i++) {
        buf_adds(to, table_piece(table, i));
        buf_add(to, suffix, strlen(suffix) + 1);
    }
}

static void add_names(const struct table *table, struct buf *to)
{
    for (size_t e = 0; e < sizeof engine_files / sizeof engine_files[0]; e++) {
        if (engine_files[e].carry != table->carry || strcasecmp(engine_files[e].engine, table->engine) != 0)
            continue;
        for (const char *const *suffix = engine_files[e].suffixes; *suffix != NULL; suffix++)
            add_pieces(table, *suffix, to);
    }
}

void copy_file_names(const struct inventory *inventory, enum carry carry, struct buf *to)
{
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].carry == carry)
            add_names(&inventory->tables[i], to);
}

/* The lists of what is to be copied, beside the copy: files, import (.ibd) and cfg. */
static int write_list(struct world *world, const char *name, const struct buf *names, struct err *err)
{
    return host_script_with(world->hosts[SIDE_MASTER], buf_str(names), names->len, 0, NULL, NULL, err,
                            "#: run word <names\n# write $1/$2.list\n"
                            "set -eu; umask 077; mkdir -p -- \"$1/copy/files\" \"$1/copy/import\" \"$1/copy/rows\"\n"
                            "cat >\"$1/$2.list\"", world->run_dir[SIDE_MASTER], name, NULL);
}

int copy_write_lists(struct world *world, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    struct buf files = BUF_INIT, import = BUF_INIT, cfg = BUF_INIT;
    copy_file_names(inventory, CARRY_FILES, &files);
    copy_file_names(inventory, CARRY_IMPORT, &import);
    copy_file_names(inventory, CARRY_SDI, &import);
    for (size_t i = 0; i < inventory->table_count; i++)
        if (inventory->tables[i].carry == CARRY_IMPORT)
            add_pieces(&inventory->tables[i], ".cfg", &cfg);
    int rc = write_list(world, "files", &files, err);
    if (rc == 0)
        rc = write_list(world, "import", &import, err);
    if (rc == 0)
        rc = write_list(world, "cfg", &cfg, err);
    buf_free(&files);
    buf_free(&import);
    buf_free(&cfg);
    return rc == 0 ? 0 : err_wrap(err, "cannot write to the run's folder on the master");
}

int copy_cfg_files(struct world *world, struct err *err)
{
    return host_script(world->hosts[SIDE_MASTER], NULL, err,
                       "#: database run\nset -eu; umask 077; cd -- \"$1\"; xargs -0 -r cp -t \"$2/copy/import\" -- <\"$2/cfg.list\"",
                       world->facts.master.database_path, world->run_dir[SIDE_MASTER], NULL);
}

int copy_take(struct world *world, struct buf *index, struct err *err)
{
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, COPY_SILENCE_MS, NULL, index, err, warm_rest_script,
                              world->facts.master.database_path, world->run_dir[SIDE_MASTER],
                              world->facts.master.binlog_index,
                              copy_count(&world->facts.master.inventory, CARRY_SDI) > 0 ? "sdi" : "", NULL);
    return rc == 0 ? 0 : err_wrap(err, "cannot copy the tables on the master");
}

static char *rows_path(struct world *world, enum side side, size_t table)
{
    char *part = mem_printf("%s/rows/%zu.sql", side == SIDE_MASTER ? "copy" : "incoming", table);
    char *path = settings_path(world, side, part);
    free(part);
    return path;
}

/* The file begins with what keeps its rows out of the slave's own binary log: not every client has --init-command. */
int copy_dump_rows(struct world *world, size_t table, struct err *err)
{
    const struct server_facts *master = &world->facts.master;
    char *path = rows_path(world, SIDE_MASTER, table);
    struct buf options = BUF_INIT;
    world_client_options(world, SIDE_MASTER, &options);
    int rc = host_script_with(world->hosts[SIDE_MASTER], buf_str(&options), options.len, ROWS_TIMEOUT_MS, NULL, NULL, err,
                              "#: in tool text text word options? <client\n# $2 $3 $4 >$1\n"
                              "set -eu; umask 077; mkdir -p -- \"${1%/*}\"\n" CLIENT_WITHOUT_HOME
                              "exec >\"$1\"; echo 'SET SESSION sql_log_bin = 0;'\n"
                              "\"$2\" --defaults-extra-file=/dev/stdin --no-create-info --hex-blob "
                              "--skip-lock-tables --skip-add-locks --skip-comments --no-autocommit "
                              "--default-character-set=$5 $6 -- \"$3\" \"$4\"",
                              path, master->dump_tool, world->answers->database, master->inventory.tables[table].name,
                              master->dialect->charset, master->dialect->dump_options, NULL);
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
    /* the options come on descriptor 3, because standard input is the rows; what fails is shown in front of its error.
     * Binary mode, because in any other the client runs what a line of them tells it to run (\!). */
    int rc = host_script_with(world->hosts[SIDE_SLAVE], buf_str(&options), options.len, ROWS_TIMEOUT_MS, NULL, NULL, err,
                              "#: in tool text word <client\n# $2 $3 <$1\n"
                              "set -eu; exec 3<&0\n" CLIENT_WITHOUT_HOME
                              "\"$2\" --defaults-extra-file=/dev/fd/3 --local-infile=0 --loose-binary-mode --default-character-set=$4 -- \"$3\" <\"$1\" 2>\"$1.said\" || {\n"
                              "  s=$?; grep -a -m 1 '^ERROR' \"$1.said\" >&2 || head -n 1 \"$1.said\" >&2; exit $s; }",
                              path, world->facts.slave.client_tool, world->answers->database,
                              world->facts.master.dialect->charset, NULL);
    if (rc != 0)
        err_wrap(err, "cannot load the rows of table %s", what->name);
    buf_wipe(&options);
    free(path);
    return rc;
}
