/* How each table travels: a table of engines, then a table of reasons against the engine's usual way. Pure. */
#include "mysql/inventory.h"

#include <stddef.h>
#include <strings.h>

const char *carry_name(enum carry carry)
{
    static const char *const names[] = {
        [CARRY_FILES] = "files", [CARRY_SDI] = "sdi", [CARRY_IMPORT] = "import", [CARRY_ROWS] = "rows",
        [CARRY_DEFINITION] = "definition",
    };
    return names[carry];
}

bool carry_as_files(enum carry carry)
{
    return carry == CARRY_FILES || carry == CARRY_SDI || carry == CARRY_IMPORT;
}

size_t table_pieces(const struct table *table)
{
    return table->partition_files.count > 0 ? table->partition_files.count : 1;
}

const char *table_piece(const struct table *table, size_t piece)
{
    return table->partition_files.count > 0 ? table->partition_files.items[piece] : table->file;
}

/* Rows of FEDERATED and its like live on another server: loading a dump would write them there. */
static const struct {
    const char *engine;
    enum carry carry;
    const char *because;
} engines[] = {
    { "MyISAM", CARRY_FILES, NULL },
    { "Aria", CARRY_FILES, NULL },
    { "InnoDB", CARRY_IMPORT, NULL },
    { "MEMORY", CARRY_DEFINITION, "MEMORY tables are empty after every start" },
    { "HEAP", CARRY_DEFINITION, "MEMORY tables are empty after every start" }, /* its name until 5.0 */
    { "BLACKHOLE", CARRY_DEFINITION, "BLACKHOLE tables hold no rows" },
    { "MRG_MyISAM", CARRY_DEFINITION, "MERGE tables hold no rows of their own" },
    { "FEDERATED", CARRY_DEFINITION, "its rows live on another server" },
    { "SPIDER", CARRY_DEFINITION, "its rows live on other servers" },
    { "CONNECT", CARRY_DEFINITION, "its rows live outside the server" },
    { "S3", CARRY_DEFINITION, "its rows live in an object store" },
};

struct pair {
    const struct table *table;
    struct server_kind ends[2]; /* master, slave */
    const struct dialect *master, *slave; /* theirs */
    bool import_table; /* the slave may read .sdi files */
};

static bool other_vendor(const struct pair *pair)
{
    return pair->master->mariadb != pair->slave->mariadb;
}

static bool elsewhere(const struct pair *pair)
{
    return pair->table->data_directory;
}

static bool encrypted(const struct pair *pair)
{
    return pair->table->encrypted;
}

static bool partitioned_files(const struct pair *pair)
{
    return pair->table->partitioned;
}

static bool no_myisam_files(const struct pair *pair)
{
    return !pair->slave->myisam_files || !pair->master->myisam_files;
}

static bool no_import_table(const struct pair *pair)
{
    return !pair->import_table;
}

static bool no_import(const struct pair *pair)
{
    return !pair->slave->import_tablespace || !pair->master->import_tablespace;
}

static bool other_series(const struct pair *pair)
{
    return !series_files(pair->ends[0], pair->ends[1]);
}

/* What is current in the one series is history in the other; a table that came as files can be upgraded, an import cannot. */
static bool other_end_of_time(const struct pair *pair)
{
    return pair->table->temporal && !series_same_end_of_time(pair->ends[0], pair->ends[1]);
}

static bool shared_tablespace(const struct pair *pair)
{
    return !pair->table->partitioned && !pair->table->own_tablespace;
}

/* "IO Read error while reading dropped column meta-data" (9.7, reproduced). */
static bool instant(const struct pair *pair)
{
    return pair->table->instant;
}

static bool page_compressed(const struct pair *pair)
{
    return pair->table->compressed;
}

/* All partitions at once, or each as a table that is exchanged in. */
static bool partitioned_import(const struct pair *pair)
{
    const struct table *table = pair->table;
    const bool at_once = pair->master->import_partitioned && pair->slave->import_partitioned;
    const bool exchanged = pair->slave->import_exchange && !table->subpartitioned && table->partitions.count > 0;
    return table->partitioned && (table->partition_files.count == 0 || !(at_once || exchanged));
}

static bool fulltext_import(const struct pair *pair)
{
    return pair->table->fulltext && !pair->slave->fulltext_again;
}

/* The first that holds sends the table as rows. */
static const struct {
    enum carry instead_of;
    bool (*holds)(const struct pair *pair);
    const char *because;
} reasons[] = {
    { CARRY_FILES, other_vendor, "the servers are of different vendors" },
    { CARRY_FILES, other_series, "the servers are of different series" },
    { CARRY_FILES, no_myisam_files, "this server does not take a table's bare files" },
    { CARRY_FILES, elsewhere, "its files lie outside the database's folder (DATA DIRECTORY); the slave's will lie in it" },
    { CARRY_FILES, encrypted, "it is encrypted with this server's keys" },
    { CARRY_FILES, partitioned_files, "it is partitioned" },
    { CARRY_SDI, other_series, "the servers are of different series" },
    { CARRY_SDI, no_import_table, "the slave's secure_file_priv forbids IMPORT TABLE" },
    { CARRY_SDI, elsewhere, "its files lie outside the database's folder (DATA DIRECTORY); the slave's will lie in it" },
    { CARRY_IMPORT, other_vendor, "the servers are of different vendors" },
    { CARRY_IMPORT, no_import, "this server cannot import InnoDB files of another" },
    { CARRY_IMPORT, other_series, "the servers are of different series" },
    { CARRY_IMPORT, other_end_of_time, "it is system-versioned, and its history would mean something else in the slave's series" },
    { CARRY_IMPORT, encrypted, "it is encrypted with this server's keys" },
    { CARRY_IMPORT, elsewhere, "its file lies outside the database's folder (DATA DIRECTORY); the slave's will lie in it" },
    { CARRY_IMPORT, partitioned_import, "it is partitioned in a way that this server cannot import" },
    { CARRY_IMPORT, fulltext_import, "its FULLTEXT index would be lost by an import" },
    { CARRY_IMPORT, instant, "its columns were changed without a rebuild, which an import cannot read (OPTIMIZE TABLE makes it one that can be)" },
    { CARRY_IMPORT, page_compressed, "its pages are compressed" },
    { CARRY_IMPORT, shared_tablespace, "it lies in a tablespace shared with other tables; the slave's will have its own" },
};

static void choose(struct table *table, const struct pair *pair)
{
    table->carry = CARRY_ROWS;
    table->because = "its storage engine has no files that can be put in place";
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++)
        if (strcasecmp(table->engine, engines[i].engine) == 0) {
            table->carry = engines[i].carry;
            table->because = engines[i].because;
        }
    if (table->carry == CARRY_FILES && pair->master->dictionary && pair->slave->dictionary)
        table->carry = CARRY_SDI;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (table->carry == reasons[i].instead_of && reasons[i].holds(pair)) {
            table->carry = CARRY_ROWS;
            table->because = reasons[i].because;
            return;
        }
}

void inventory_choose(struct inventory *inventory, struct server_kind master, struct server_kind slave,
                      bool import_table)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct pair pair = { .table = &inventory->tables[i], .ends = { master, slave }, .master = master.dialect, .slave = slave.dialect,
                                   .import_table = import_table };
        choose(&inventory->tables[i], &pair);
        inventory->tables[i].natural = inventory->tables[i].carry;
    }
}
