/* What the SQL thread stumbles over: skipped, repaired, fetched again. */
#include "fixes_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/row_copy.h"
#include "trouble_room.h"

/* MySQL's GTIDs leave no counter (1858): an empty transaction takes the failing one's place. */
static bool by_empty_transaction(const struct trouble *trouble)
{
    return !fix_slave_dialect(trouble)->mariadb && trouble_by_gtid(trouble);
}

bool can_skip(const struct trouble *trouble)
{
    return !by_empty_transaction(trouble) || trouble->failing.gtid != NULL;
}

int plan_skip(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    const struct failing *failing = &trouble->failing;
    struct buf lines = BUF_INIT, gtid = BUF_INIT;
    char *what = failing->seen ? mem_printf("skip one transaction: %zu change%s vanish%s with it", failing->changes,
                                            failing->changes == 1 ? "" : "s", failing->changes == 1 ? "es" : "")
                               : mem_dup("skip one transaction: how many changes vanish with it could not be read");
    if (by_empty_transaction(trouble)) {
        quote_sql(&gtid, failing->gtid, strlen(failing->gtid));
        buf_addf(&lines, "SET SESSION gtid_next = %s\nBEGIN\nCOMMIT\nSET SESSION gtid_next = 'AUTOMATIC'\n", buf_str(&gtid));
    } else {
        buf_addf(&lines, "SET GLOBAL %s = 1\n", fix_slave_dialect(trouble)->skip_counter);
    }
    fix_slave_sql(trouble, plan, what, "the slave counts as doubtful until its checksums agree with the master's", buf_str(&lines))->destroys = true;
    buf_free(&gtid);
    buf_free(&lines);
    return 0;
}

int plan_refetch(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    const struct dialect *dialect = fix_slave_dialect(trouble);
    struct buf lines = BUF_INIT, position = BUF_INIT;
    fix_add_position(trouble, &position);
    /* MariaDB's CHANGE MASTER drops the relay logs by itself, but refuses (1201) where one is lost; its RESET SLAVE forgets the position */
    if (trouble->relay_missing != NULL || !dialect->mariadb)
        buf_addf(&lines, "%s\n", dialect->reset);
    buf_addf(&lines, "%s %s\n", dialect->change_master, buf_str(&position) + strlen(", "));
    fix_slave_sql(trouble, plan, mem_dup("forget the relay logs and fetch again from where the SQL thread has executed to"),
                  "the master has these binary logs still; what was executed is not executed again", buf_str(&lines));
    buf_free(&position);
    buf_free(&lines);
    return 0;
}

/* Only what is in the way, or missing, by its primary key: a row that is in the way by another key is a row of its own, which the
 * master may have too. */
bool can_repair_row(const struct trouble *trouble)
{
    const struct failing *failing = &trouble->failing;
    return failing->seen && failing->count > 0 && failing->count < FAILING_ROWS_MOST && trouble->row_where != NULL &&
           trouble->row_trigger == NULL && trouble->care->sides[SIDE_MASTER].server &&
           (failing->rows[0].kind == CHANGED_INSERT ? trouble->slave_row.count > 0 : trouble->master_row.count > 0);
}

static bool exists(struct db *db, const char *table, const char *where, struct err *err)
{
    struct rows rows = ROWS_INIT;
    const bool there = db_queryf(db, &rows, err, "SELECT 1 FROM %s WHERE %s LIMIT 1", table, where) == 0 && rows.count > 0;
    rows_free(&rows);
    return there;
}

/* What the row is now, for the plan: it is the only copy of it once it is deleted. */
static void plan_delete(struct trouble *trouble, struct plan *plan, const char *table, const char *where)
{
    struct buf sql = BUF_INIT;
    buf_addf(&sql, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0\nDELETE FROM %s WHERE %s\n", table, where);
    struct change *change = fix_sql(plan, SIDE_SLAVE, mem_printf("delete the row of %s that is in the way: %s", table, where),
                                    "the master's own row takes its place with the change that failed", &sql);
    change->destroys = true;
    if (trouble->row_where != NULL && strcmp(trouble->row_where, where) == 0) {
        struct buf shown = BUF_INIT;
        trouble_show_rows(trouble, &shown);
        plan_note(plan, 0, "%s", buf_str(&shown));
        buf_free(&shown);
    }
}

/* path: database and table, parted by a newline; before: the condition. */
static int apply_row(struct world *world, const struct change *change, struct err *err)
{
    char *database = mem_dup_n(change->path, strcspn(change->path, "\n"));
    const char *table = strchr(change->path, '\n') + 1;
    struct row_copy copy = {
        .from = world_db_open(world, SIDE_MASTER, err), .from_database = database, .to_database = database, .table = table,
        .where = change->before,
    };
    copy.to = copy.from != NULL ? world_db_open(world, SIDE_SLAVE, err) : NULL;
    int rc = copy.to != NULL && row_copy_begin(&copy, err) == 0 ? row_copy_table(&copy, err) : -1;
    if (rc == 0 && copy.rows == 0)
        rc = err_set(err, ERR_WORLD, "the row is not on the master any more: %s", change->before);
    free(copy.warned);
    db_close(copy.from);
    db_close(copy.to);
    free(database);
    return rc;
}

static void plan_copy(struct plan *plan, const struct changed_row *row, const char *table, const char *where)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("copy the master's row of %s: %s", table, where),
                       .why = mem_dup("the change that failed finds it then; the slave's binary log does not see it"),
                       .path = mem_printf("%s\n%s", row->database, row->table),
                       .before = mem_dup(where),
                       .after = mem_printf("master: SELECT * FROM %s WHERE %s\nslave: INSERT INTO %s", table, where, table),
                       .apply = apply_row,
                   });
}

static int plan_one_row(struct trouble *trouble, const struct changed_row *row, struct db *master, struct db *slave, struct plan *plan,
                        struct err *err)
{
    struct buf where = BUF_INIT, table = BUF_INIT;
    const bool insert = row->kind == CHANGED_INSERT;
    int rc = 0;
    if (!trouble_row_where(slave, row, &where)) {
        buf_free(&where);
        err_set(err, ERR_UNSUPPORTED, "the key of a row of %s cannot be read with certainty", row->table != NULL ? row->table : "a table");
        return err_hint(err, "carry the whole table over anew instead");
    }
    quote_table(&table, row->database, row->table);
    err_clear(err);
    const bool there = exists(slave, buf_str(&table), buf_str(&where), err);
    if (insert && there)
        plan_delete(trouble, plan, buf_str(&table), buf_str(&where));
    else if (!insert && !there && err->code == ERR_NONE && !exists(master, buf_str(&table), buf_str(&where), err))
        rc = err_set(err, ERR_WORLD, "a row of %s is on neither side any more: the change can be skipped", buf_str(&table));
    else if (!insert && !there)
        plan_copy(plan, row, buf_str(&table), buf_str(&where));
    rc = err->code != ERR_NONE ? -1 : rc;
    buf_free(&where);
    buf_free(&table);
    return rc;
}

int plan_repair_row(struct trouble *trouble, struct plan *plan, struct err *err)
{
    struct world *world = &trouble->care->world;
    struct db *slave = world_db(world, SIDE_SLAVE, err), *master = slave != NULL ? world_db(world, SIDE_MASTER, err) : NULL;
    int rc = master != NULL ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < trouble->failing.count; i++)
        rc = plan_one_row(trouble, &trouble->failing.rows[i], master, slave, plan, err);
    if (rc == 0 && plan->count == 0)
        rc = err_set(err, ERR_WORLD, "no row is in the way and none is missing any more: start replication");
    return rc == 0 ? plan_start(trouble, plan, err) : rc;
}
