#define _GNU_SOURCE 1 /* strcasestr */

#include "steps/upgrade.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

const char *upgrade_asked(const char *message)
{
    static const struct {
        const char *words, *statement;
    } asked[] = {
        { "rebuild required", "ALTER TABLE %s FORCE" },
        { "ALTER TABLE", "ALTER TABLE %s FORCE" },
        { "upgrade required", "REPAIR TABLE %s" },
        { "REPAIR TABLE", "REPAIR TABLE %s" },
    };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (strcasestr(message, asked[i].words) != NULL)
            return asked[i].statement;
    return NULL;
}

static bool complains(const struct rows *rows, size_t row)
{
    return strcasecmp(row_str(rows, row, "Msg_type"), "error") == 0;
}

/* What the server asks for, or NULL; -1 when it complains of anything else. */
static int ask(struct db *db, const char *table, const char **statement, struct err *err)
{
    struct rows rows = ROWS_INIT;
    *statement = NULL;
    int rc = db_queryf(db, &rows, err, "CHECK TABLE %s FOR UPGRADE", table);
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        const char *asked = upgrade_asked(row_str(&rows, i, "Msg_text"));
        if (asked != NULL)
            *statement = asked;
        else if (complains(&rows, i) && *statement == NULL)
            rc = err_set(err, ERR_DATA, "%s", row_str(&rows, i, "Msg_text"));
    }
    rows_free(&rows);
    return rc;
}

/* REPAIR TABLE says how it went in rows, ALTER TABLE by its status. */
static int carry_out(struct db *db, const char *statement, const char *table, struct err *err)
{
    const char *mark = strstr(statement, "%s");
    char *sql = mem_printf("%.*s%s%s", (int)(mark - statement), statement, table, mark + 2);
    int rc = db_exec(db, err, sql);
    free(sql);
    return rc;
}

static int upgrade_one(struct db *db, const char *database, const struct table *table, size_t *upgraded, struct err *err)
{
    struct buf name = BUF_INIT;
    const char *statement = NULL, *again = NULL;
    quote_table(&name, database, table->name);
    int rc = ask(db, buf_str(&name), &statement, err);
    if (rc == 0 && statement != NULL) {
        (*upgraded)++;
        rc = carry_out(db, statement, buf_str(&name), err);
        if (rc == 0)
            rc = ask(db, buf_str(&name), &again, err);
        if (rc == 0 && again != NULL)
            rc = err_set(err, ERR_DATA, "the server still wants it upgraded");
    }
    buf_free(&name);
    return rc == 0 ? 0 : err_wrap(err, "table %s could not be upgraded on the slave", table->name);
}

static int apply_upgrade(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct inventory *inventory = &world->facts.master.inventory;
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    size_t upgraded = 0;
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++)
        if (inventory->tables[i].carry != CARRY_ROWS && inventory->tables[i].carry != CARRY_DEFINITION)
            rc = world_cancelled(world, err) ? -1 : upgrade_one(db, inventory->database, &inventory->tables[i], &upgraded, err);
    db_close(db);
    if (rc == 0)
        world_note(world, SEVERITY_INFO, "the slave's server has looked at the tables that it took over: %zu had to be upgraded",
                   upgraded);
    return rc;
}

int upgrade_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    if (series_same(facts_kind(&facts->master), facts_kind(&facts->slave)))
        return 0;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("let the newer server upgrade the tables whose files it took over"),
                       .why = mem_dup("their form may be of the older series"),
                       .after = mem_dup("CHECK TABLE each FOR UPGRADE, then ALTER TABLE ... FORCE or REPAIR TABLE where it asks for it"),
                       .apply = apply_upgrade,
                   });
    return 0;
}
