/* Global transaction ids and channels that the slave holds from before. */
#include "facts_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

/* Connections by name: MariaDB's status shows the one without a name only, MySQL's shows all. */
static int read_channels(struct db *db, struct server_facts *server, struct err *err)
{
    static const char *const columns[] = { "Connection_name", "Channel_Name" };
    struct rows rows = ROWS_INIT;
    if (server->dialect->all_slaves == NULL)
        return 0;
    if (db_query(db, &rows, err, server->dialect->all_slaves) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
            if (row_str(&rows, i, columns[c])[0] != '\0')
                strings_add(&server->channels, row_str(&rows, i, columns[c]));
    rows_free(&rows);
    return 0;
}

static void add_set(struct buf *sql, const struct server_facts *server)
{
    const char *set = facts_setting(server, "gtid_executed");
    quote_sql(sql, set, strlen(set));
}

int facts_gtid(struct world *world, struct facts *facts, struct err *err)
{
    struct db *db = world_db(world, SIDE_SLAVE, err);
    if (db == NULL || read_channels(db, &facts->slave, err) != 0)
        return -1;
    free(facts->gtid_extra);
    facts->gtid_extra = NULL;
    if (facts_setting(&facts->slave, "gtid_executed")[0] == '\0')
        return 0;
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "SELECT REPLACE(GTID_SUBTRACT(");
    add_set(&sql, &facts->slave);
    buf_adds(&sql, ", ");
    add_set(&sql, &facts->master);
    buf_adds(&sql, "), '\\n', '')");
    facts->gtid_extra = db_value(db, err, buf_str(&sql));
    buf_free(&sql);
    return facts->gtid_extra != NULL ? 0 : err_wrap(err, "cannot compare the transactions of slave and master");
}
