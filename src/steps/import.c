#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/settings.h"

static const struct import_way *const ways[] = { &import_tablespace, &import_exchange, &import_sdi, NULL };

const struct import_way *import_way_of(const struct table *table, const struct dialect *slave)
{
    const struct import_way *const *way = ways;
    while (*way != NULL && !(*way)->serves(table, slave))
        way++;
    return *way;
}

int import_alter(struct import_job *job, const char *table, const char *what, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "ALTER TABLE ");
    quote_table(&sql, job->inventory->database, table);
    buf_addf(&sql, " %s", what);
    int rc = db_exec(job->db, err, buf_str(&sql));
    buf_free(&sql);
    return rc == 0 ? 0 : err_wrap(err, "table %s, %s", table, what);
}

static int is_sound(struct import_job *job, const char *table, bool *sound, struct err *err)
{
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    buf_adds(&sql, "CHECK TABLE ");
    quote_table(&sql, job->inventory->database, table);
    int rc = db_query(job->db, &rows, err, buf_str(&sql));
    *sound = true;
    for (size_t i = 0; i < rows.count; i++)
        *sound = *sound && strcmp(row_str(&rows, i, "Msg_type"), "error") != 0;
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

int import_check(struct import_job *job, const char *table, struct err *err)
{
    bool sound = true;
    if (!db_dialect(job->db)->import_check)
        return 0;
    int rc = is_sound(job, table, &sound, err);
    if (rc == 0 && !sound && (rc = import_alter(job, table, "FORCE", err)) == 0)
        rc = is_sound(job, table, &sound, err);
    if (rc == 0 && !sound)
        rc = err_set(err, ERR_DATA, "table %s was imported, but the slave's server finds it corrupt", table);
    return rc;
}

int import_move_in(struct import_job *job, const struct buf *names, struct err *err)
{
    if (names->len == 0)
        return 0;
    int rc = host_script_with(job->world->hosts[SIDE_SLAVE], buf_str(names), names->len, 0, NULL, NULL, err,
                              "#: in database <names\n# mv $1/* $2\n"
                              "set -eu; cd -- \"$1\"; xargs -0 -r mv -t \"$2\" --", job->folder,
                              job->world->facts.slave.database_path, NULL);
    return rc == 0 ? 0 : err_wrap(err, "cannot put the tables' files in place on the slave");
}

static int list_waiting(struct import_job *job, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(job->world->hosts[SIDE_SLAVE], &out, err,
                         "#: in\n# list $1\n"
                         "[ ! -d \"$1\" ] || { cd -- \"$1\" && find . -type f -printf '%P\\n'; }", job->folder, NULL);
    char *text = buf_steal(&out), *at = text;
    for (char *line; rc == 0 && (line = text_line(&at)) != NULL;)
        strings_add(&job->waiting, line);
    free(text);
    return rc;
}

static bool any_table(const struct import_job *job, const struct import_way *way)
{
    const struct dialect *slave = db_dialect(job->db);
    for (size_t i = 0; i < job->inventory->table_count; i++)
        if (import_way_of(&job->inventory->tables[i], slave) == way)
            return true;
    return false;
}

static int run_way(struct import_job *job, const struct import_way *way, uint64_t *done, uint64_t total, struct err *err)
{
    const struct dialect *slave = db_dialect(job->db);
    int rc = way->begin != NULL ? way->begin(job, err) : 0;
    for (size_t i = 0; rc == 0 && i < job->inventory->table_count; i++) {
        const struct table *table = &job->inventory->tables[i];
        if (import_way_of(table, slave) != way)
            continue;
        rc = world_cancelled(job->world, err) ? -1 : way->table(job, table, err);
        *done += table->bytes;
        world_emit(job->world, &(struct event){ .kind = EVENT_PROGRESS, .done = *done, .total = total });
    }
    if (way->end != NULL)
        way->end(job);
    return rc;
}

static void job_free(struct import_job *job)
{
    for (size_t i = 0; i < job->sdi_count; i++) {
        free(job->sdis[i].table);
        free(job->sdis[i].file);
    }
    free(job->sdis);
    free(job->sdi_folder);
    free(job->folder);
    strings_free(&job->waiting);
}

int import_tables(struct world *world, struct db *db, struct err *err)
{
    struct import_job job = { .world = world, .db = db, .inventory = &world->facts.master.inventory,
                              .folder = settings_path(world, SIDE_SLAVE, "incoming/import") };
    uint64_t done = 0, total = 0;
    for (size_t i = 0; i < job.inventory->table_count; i++)
        if (import_way_of(&job.inventory->tables[i], db_dialect(db)) != NULL)
            total += job.inventory->tables[i].bytes;
    int rc = list_waiting(&job, err);
    for (const struct import_way *const *way = ways; rc == 0 && *way != NULL; way++)
        if (any_table(&job, *way))
            rc = run_way(&job, *way, &done, total, err);
    job_free(&job);
    return rc;
}

static void describe_way(const struct import_way *way, const struct inventory *inventory, const struct dialect *slave,
                         struct buf *to)
{
    size_t count = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (import_way_of(&inventory->tables[i], slave) == way) {
            count++;
            bytes += inventory->tables[i].bytes;
        }
    if (count == 0)
        return;
    buf_addf(to, "%s: %zu table%s, ", way->what, count, count == 1 ? "" : "s");
    quote_size(to, bytes);
    buf_addc(to, '\n');
}

void import_describe(const struct inventory *inventory, const struct dialect *slave, struct buf *to)
{
    for (const struct import_way *const *way = ways; *way != NULL; way++)
        describe_way(*way, inventory, slave, to);
}
