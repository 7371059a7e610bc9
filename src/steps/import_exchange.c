/* Partitioned InnoDB tables where a partitioned table itself cannot be imported (MariaDB answers 1031): each partition
 * is imported as a table of its own and exchanged in. */
#include "import.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/quote.h"

/* The table through which a partition comes in. Its name says of which table and partition it is, by their numbers: a try that
 * was broken off is gone on with. */
#define SPARE_PREFIX "dualserver_partition_"
#define ER_NO_SUCH_TABLE 1146
#define ER_TABLESPACE_DISCARDED 1814

static bool serves(const struct table *table, const struct dialect *slave)
{
    return table->carry == CARRY_IMPORT && table->partitioned && !slave->import_partitioned;
}

/* Owned. */
static char *spare_of(const struct import_job *job, const struct table *table, size_t piece)
{
    return mem_printf(SPARE_PREFIX "%zu_%zu", (size_t)(table - job->inventory->tables), piece);
}

static int drop_spare(struct import_job *job, const char *spare, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "DROP TABLE IF EXISTS ");
    quote_table(&sql, job->inventory->database, spare);
    int rc = db_exec(job->db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

/* An empty table like the partitioned one, without its tablespace. What an earlier try left of it goes. */
static int make_spare(struct import_job *job, const char *table, const char *spare, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE TABLE ");
    quote_table(&sql, job->inventory->database, spare);
    buf_adds(&sql, " LIKE ");
    quote_table(&sql, job->inventory->database, table);
    int rc = drop_spare(job, spare, err);
    if (rc == 0)
        rc = db_exec(job->db, err, buf_str(&sql));
    buf_free(&sql);
    if (rc == 0)
        rc = import_alter(job, spare, "REMOVE PARTITIONING", err);
    return rc == 0 ? import_alter(job, spare, "DISCARD TABLESPACE", err) : rc;
}

static int exchange(struct import_job *job, const struct table *table, size_t piece, const char *spare, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "EXCHANGE PARTITION ");
    quote_name(&sql, table->partitions.items[piece]);
    buf_adds(&sql, " WITH TABLE ");
    quote_table(&sql, job->inventory->database, spare);
    int rc = import_alter(job, table->name, buf_str(&sql), err);
    buf_free(&sql);
    return rc == 0 ? drop_spare(job, spare, err) : rc;
}

/* The .ibd file goes last: while it waits, nothing of the partition is in place that counts. */
static int move_in(struct import_job *job, const struct table *table, size_t piece, const char *spare, struct err *err)
{
    return host_script(job->world->hosts[SIDE_SLAVE], NULL, err,
                       "#: in leaf database leaf\n# mv $1/$2.ibd $3/$4.ibd\n"
                       "set -eu; for s in cfg ibd; do [ ! -e \"$1/$2.$s\" ] || mv -T -- \"$1/$2.$s\" \"$3/$4.$s\"; done",
                       job->folder, table_piece(table, piece), job->world->facts.slave.database_path, spare, NULL);
}

enum left { LEFT_NOTHING, LEFT_FILE, LEFT_ROWS, LEFT_EMPTY };

/* What an earlier try has left of a partition whose file does not wait any more. Empty: the exchange was done already, or there
 * was nothing in the partition. */
static int look_at_spare(struct import_job *job, const char *spare, enum left *left, struct err *err)
{
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    buf_adds(&sql, "SELECT 1 FROM ");
    quote_table(&sql, job->inventory->database, spare);
    buf_adds(&sql, " LIMIT 1");
    int rc = db_query(job->db, &rows, err, buf_str(&sql));
    *left = rows.count > 0 ? LEFT_ROWS : LEFT_EMPTY;
    if (rc != 0 && err->code == ERR_SQL && (err->detail == ER_NO_SUCH_TABLE || err->detail == ER_TABLESPACE_DISCARDED)) {
        *left = err->detail == ER_NO_SUCH_TABLE ? LEFT_NOTHING : LEFT_FILE;
        rc = 0;
    }
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

static int import_partition(struct import_job *job, const struct table *table, size_t piece, const char *spare, bool waits, struct err *err)
{
    enum left left = LEFT_FILE;
    int rc = 0;
    if (!waits)
        rc = look_at_spare(job, spare, &left, err);
    else if ((rc = make_spare(job, table->name, spare, err)) == 0)
        rc = move_in(job, table, piece, spare, err);
    if (rc == 0 && left == LEFT_EMPTY)
        return drop_spare(job, spare, err);
    if (rc == 0 && left == LEFT_FILE)
        rc = import_alter(job, spare, "IMPORT TABLESPACE", err);
    if (rc == 0 && left != LEFT_NOTHING)
        rc = import_check(job, spare, err);
    return rc == 0 && left != LEFT_NOTHING ? exchange(job, table, piece, spare, err) : rc;
}

static int import(struct import_job *job, const struct table *table, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < table->partitions.count; i++) {
        char *file = mem_printf("%s.ibd", table_piece(table, i)), *spare = spare_of(job, table, i);
        rc = world_cancelled(job->world, err) ? -1
                                              : import_partition(job, table, i, spare, strings_has(&job->waiting, file), err);
        if (rc != 0)
            err_wrap(err, "partition %s of table %s", table->partitions.items[i], table->name);
        free(file);
        free(spare);
    }
    return rc;
}

const struct import_way import_exchange = {
    .what = "CREATE, then each partition: IMPORT TABLESPACE as a table of its own, EXCHANGE PARTITION",
    .serves = serves,
    .table = import,
};
