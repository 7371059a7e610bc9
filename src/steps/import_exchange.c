/* Partitioned InnoDB tables where a partitioned table itself cannot be imported (MariaDB answers 1031): each partition
 * is imported as a table of its own and exchanged in. */
#include "import.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/quote.h"

#define SPARE "dualserver_partition" /* the table through which a partition comes in */

static bool serves(const struct table *table, const struct dialect *slave)
{
    return table->carry == CARRY_IMPORT && table->partitioned && !slave->import_partitioned;
}

/* What an earlier try left. */
static int drop_spare(struct import_job *job, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "DROP TABLE IF EXISTS ");
    quote_table(&sql, job->inventory->database, SPARE);
    int rc = db_exec(job->db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

/* An empty table like the partitioned one, without its tablespace. */
static int make_spare(struct import_job *job, const char *table, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE TABLE ");
    quote_table(&sql, job->inventory->database, SPARE);
    buf_adds(&sql, " LIKE ");
    quote_table(&sql, job->inventory->database, table);
    int rc = db_exec(job->db, err, buf_str(&sql));
    buf_free(&sql);
    if (rc == 0)
        rc = import_alter(job, SPARE, "REMOVE PARTITIONING", err);
    return rc == 0 ? import_alter(job, SPARE, "DISCARD TABLESPACE", err) : rc;
}

static int exchange(struct import_job *job, const struct table *table, size_t piece, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "EXCHANGE PARTITION ");
    quote_name(&sql, table->partitions.items[piece]);
    buf_adds(&sql, " WITH TABLE ");
    quote_table(&sql, job->inventory->database, SPARE);
    int rc = import_alter(job, table->name, buf_str(&sql), err);
    buf_free(&sql);
    return rc == 0 ? drop_spare(job, err) : rc;
}

static int import_partition(struct import_job *job, const struct table *table, size_t piece, struct err *err)
{
    int rc = make_spare(job, table->name, err);
    if (rc == 0)
        rc = host_script(job->world->hosts[SIDE_SLAVE], NULL, err,
                         "#: in leaf database leaf\n# mv $1/$2.ibd $3/$4.ibd\n"
                         "set -eu; for s in ibd cfg; do mv -T -- \"$1/$2.$s\" \"$3/$4.$s\"; done",
                         job->folder, table_piece(table, piece), job->world->facts.slave.database_path, SPARE, NULL);
    if (rc == 0)
        rc = import_alter(job, SPARE, "IMPORT TABLESPACE", err);
    if (rc == 0)
        rc = import_check(job, SPARE, err);
    if (rc == 0)
        rc = exchange(job, table, piece, err);
    return rc == 0 ? 0 : err_wrap(err, "partition %s of table %s", table->partitions.items[piece], table->name);
}

static int import(struct import_job *job, const struct table *table, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < table->partitions.count; i++) {
        char *file = mem_printf("%s.ibd", table_piece(table, i));
        if (strings_has(&job->waiting, file))
            rc = world_cancelled(job->world, err) ? -1 : import_partition(job, table, i, err);
        free(file);
    }
    return rc;
}

const struct import_way import_exchange = {
    .what = "CREATE, then each partition: IMPORT TABLESPACE as a table of its own, EXCHANGE PARTITION",
    .serves = serves,
    .table = import,
};
