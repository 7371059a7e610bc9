/* InnoDB tables that are their own tablespaces, and partitioned ones whose partitions come in all at once. */
#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

#define ER_TABLESPACE_DISCARDED 1814

static bool serves(const struct table *table, const struct dialect *slave)
{
    return table->carry == CARRY_IMPORT && (!table->partitioned || slave->import_partitioned);
}

static bool waits(const struct import_job *job, const struct table *table)
{
    char *file = mem_printf("%s.ibd", table_piece(table, 0));
    const bool found = strings_has(&job->waiting, file);
    free(file);
    return found;
}

static void add_files(const struct table *table, struct buf *names)
{
    static const char *const suffixes[] = { "ibd", "cfg" };
    for (size_t piece = 0; piece < table_pieces(table); piece++)
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
            buf_addf(names, "%s.%s", table_piece(table, piece), suffixes[i]);
            buf_addc(names, '\0');
        }
}

/* All tables are let go of first, then all files move in with one command. */
static int begin(struct import_job *job, struct err *err)
{
    struct buf names = BUF_INIT;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < job->inventory->table_count; i++) {
        const struct table *table = &job->inventory->tables[i];
        if (import_way_of(table, db_dialect(job->db)) != &import_tablespace || !waits(job, table))
            continue;
        rc = world_cancelled(job->world, err) ? -1
             : import_alter(job, table->name, table->partitioned ? "DISCARD PARTITION ALL TABLESPACE" : "DISCARD TABLESPACE", err);
        add_files(table, &names);
    }
    if (rc == 0)
        rc = import_move_in(job, &names, err);
    buf_free(&names);
    return rc;
}

/* An earlier try may have moved the files in and no more. */
static bool is_discarded(struct import_job *job, const struct table *table)
{
    struct buf sql = BUF_INIT;
    struct err err = ERR_INIT;
    struct rows rows = ROWS_INIT;
    buf_adds(&sql, "SELECT 1 FROM ");
    quote_table(&sql, job->inventory->database, table->name);
    buf_adds(&sql, " LIMIT 1");
    const bool found = db_query(job->db, &rows, &err, buf_str(&sql)) != 0 && err.code == ERR_SQL &&
                       err.detail == ER_TABLESPACE_DISCARDED;
    rows_free(&rows);
    buf_free(&sql);
    return found;
}

static int make_fulltext_again(struct import_job *job, const struct table *table, struct err *err)
{
    const struct definitions *definitions = &job->world->definitions;
    struct buf what = BUF_INIT;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < definitions->count; i++)
        if (definitions->items[i].kind == DEFINE_TABLE && strcmp(definitions->items[i].name, table->name) == 0 &&
            definition_fulltext_again(definitions->items[i].sql, &what))
            rc = import_alter(job, table->name, buf_str(&what), err);
    buf_free(&what);
    return rc;
}

static int import(struct import_job *job, const struct table *table, struct err *err)
{
    if ((waits(job, table) || is_discarded(job, table)) &&
        import_alter(job, table->name, table->partitioned ? "IMPORT PARTITION ALL TABLESPACE" : "IMPORT TABLESPACE", err) != 0)
        return -1;
    /* an earlier try may have ended between the import and this */
    if (table->fulltext && db_dialect(job->db)->fulltext_again && make_fulltext_again(job, table, err) != 0)
        return -1;
    return import_check(job, table->name, err);
}

const struct import_way import_tablespace = {
    .what = "CREATE, DISCARD TABLESPACE, put .ibd and .cfg in place, IMPORT TABLESPACE",
    .serves = serves,
    .begin = begin,
    .table = import,
};
