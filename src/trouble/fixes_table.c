/* A table that the slave lacks: carried over while both servers run (care/bring_table.h). What comes for it until then is left out. */
#include "fixes_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/bring_table.h"
#include "symptoms_room.h"

/* The name between `begin` and `end` in what the server said. The caller frees; NULL: it said no such thing. */
static char *name_between(const char *said, const char *begin, const char *end)
{
    const char *at = said != NULL ? strstr(said, begin) : NULL, *name = at != NULL ? at + strlen(begin) : NULL;
    const char *last = name != NULL ? strstr(name, end) : NULL;
    return last != NULL ? mem_dup_n(name, (size_t)(last - name)) : NULL;
}

/* What the server said names it surer than the rows of the event do, of which a transaction has several tables'. */
char *trouble_table(const struct trouble *trouble)
{
    static const struct {
        const char *begin, *end; /* around `database`.`table`, written database.table */
    } said[] = {
        { "event on table ", "; " },           /* Could not execute Write_rows_v1 event on table billing.calls; ... */
        { "of table '", "' cannot be conv" },  /* Column 2 of table 'billing.calls' cannot be converted from type ... */
    };
    const char *database = trouble->care->world.answers->database;
    const struct failing *failing = &trouble->failing;
    char *table = NULL, *missing = mem_printf("Table '%s.", database);
    for (size_t i = 0; table == NULL && i < sizeof said / sizeof *said; i++) {
        char *begin = mem_printf("%s%s.", said[i].begin, database);
        table = name_between(trouble->sql_error, begin, said[i].end);
        free(begin);
    }
    if (table == NULL && failing->count > 0 && failing->rows[0].database != NULL && failing->rows[0].table != NULL)
        table = strcmp(failing->rows[0].database, database) == 0 ? mem_dup(failing->rows[0].table) : NULL;
    else if (table == NULL)
        table = name_between(trouble->sql_error, missing, "' ");
    free(missing);
    return table;
}

/* A name with a comma cannot stand in MariaDB's list of tables that are left out; a filter that is there already is somebody's. */
bool can_bring_table(const struct trouble *trouble)
{
    const char *value;
    char *table = trouble_table(trouble);
    const bool can = table != NULL && strchr(table, ',') == NULL && trouble->care->sides[SIDE_MASTER].server &&
                     symptom_filter(trouble, &value) == NULL;
    free(table);
    return can;
}

static int apply_bring_table(struct world *world, const struct change *change, struct err *err)
{
    char *names[] = { change->path };
    const struct strings one = { .items = names, .count = 1 };
    bool stopped;
    return bring_tables(world, &one, true, &stopped, err) == 0 ? 0 : err_wrap(err, "cannot carry the table %s over", change->path);
}

int plan_bring_table(struct trouble *trouble, struct plan *plan, struct err *err)
{
    (void)err;
    const struct dialect *dialect = fix_slave_dialect(trouble);
    const char *database = trouble->care->world.answers->database;
    char *table = trouble_table(trouble);
    struct buf name = BUF_INIT, out = BUF_INIT, in = BUF_INIT;
    quote_table(&name, database, table);
    bring_filter(dialect, database, &(struct strings){ .items = &table, .count = 1 }, &out);
    bring_filter(dialect, database, &(struct strings){ .count = 0 }, &in);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("carry the table %s over with all its rows", buf_str(&name)),
                       .why = mem_dup("on the master it can be read meanwhile, and is not written to while its rows are read"),
                       .path = table,
                       .after = mem_printf("slave: %s; CREATE TABLE as on the master, beside its place, without binary log\nmaster: LOCK TABLES %s "
                                           "READ; its rows to the slave; UNLOCK TABLES\nslave: %s; %s UNTIL that position; RENAME TABLE into its "
                                           "place; %s; %s", dialect->stop_sql, buf_str(&name), buf_str(&out), dialect->start_sql, buf_str(&in),
                                           dialect->start),
                       .apply = apply_bring_table,
                   });
    buf_free(&name);
    buf_free(&out);
    buf_free(&in);
    return 0;
}
