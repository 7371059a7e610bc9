/* The new table takes the old one's place, at the very position of the master that its rows are of. */
#include "bring_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

/* A trigger stands in its table's way into another database (1435), and would fire when rows are exchanged. */
static int drop_triggers(struct bringing *at, const struct definitions *triggers, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < triggers->count; i++) {
        struct buf name = BUF_INIT;
        quote_table(&name, at->database, triggers->items[i].name);
        rc = db_execf(at->slave, err, "%s %s", db_dialect(at->slave)->drop_trigger, buf_str(&name));
        buf_free(&name);
    }
    return rc;
}

static int make_triggers(struct bringing *at, const struct definitions *triggers, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < triggers->count; i++)
        rc = definition_execute(at->slave, at->database, &triggers->items[i], err);
    return rc;
}

struct names {
    struct buf place, fresh, aside; /* quoted */
};

static int swap(struct bringing *at, const struct brought *table, const struct names *names, struct err *err)
{
    if (!table->there)
        return db_execf(at->slave, err, "RENAME TABLE %s TO %s", buf_str(&names->fresh), buf_str(&names->place));
    return db_execf(at->slave, err, "RENAME TABLE %s TO %s, %s TO %s", buf_str(&names->place), buf_str(&names->aside), buf_str(&names->fresh),
                    buf_str(&names->place));
}

static void swap_back(struct bringing *at, const struct brought *table, const struct names *names)
{
    struct err ignored = ERR_INIT;
    if (table->there && db_execf(at->slave, &ignored, "RENAME TABLE %s TO %s, %s TO %s", buf_str(&names->place), buf_str(&names->fresh),
                                 buf_str(&names->aside), buf_str(&names->place)) != 0)
        world_note(at->world, SEVERITY_ERROR, "%s could not be put back: %s; it is %s", table->name, ignored.text, buf_str(&names->aside));
}

/* Both copies are taken column by column: generated ones compute themselves. */
static int exchange(struct bringing *at, const struct brought *table, const struct names *names, struct err *err)
{
    struct buf columns = BUF_INIT;
    struct err ignored = ERR_INIT;
    const char *place = buf_str(&names->place), *aside = buf_str(&names->aside), *fresh = buf_str(&names->fresh);
    int rc = bring_columns(at->slave, at->database, table->name, &columns, err);
    const char *list = buf_str(&columns);
    if (rc == 0)
        rc = db_execf(at->slave, err, "SET SESSION sql_mode = '%s'", db_dialect(at->slave)->rows_sql_mode);
    if (rc == 0)
        rc = db_execf(at->slave, err, "CREATE TABLE %s LIKE %s", aside, place);
    if (rc == 0)
        rc = db_execf(at->slave, err, "INSERT INTO %s (%s) SELECT %s FROM %s", aside, list, list, place);
    if (rc == 0)
        rc = db_exec(at->slave, err, "START TRANSACTION");
    if (rc == 0)
        rc = db_execf(at->slave, err, "DELETE FROM %s", place);
    if (rc == 0)
        rc = db_execf(at->slave, err, "INSERT INTO %s (%s) SELECT %s FROM %s", place, list, list, fresh);
    if (rc == 0)
        rc = db_exec(at->slave, err, "COMMIT");
    if (rc != 0)
        (void)db_exec(at->slave, &ignored, "ROLLBACK");
    buf_free(&columns);
    return rc;
}

static int change_places(struct bringing *at, struct brought *table, const struct names *names, struct err *err)
{
    struct err own = ERR_INIT;
    int rc = drop_triggers(at, &table->old_triggers, err);
    if (rc == 0)
        rc = table->tied ? exchange(at, table, names, err) : swap(at, table, names, err);
    const bool placed = rc == 0;
    if (rc == 0)
        rc = make_triggers(at, &table->new_triggers, err);
    if (rc == 0)
        return 0;
    if (placed && !table->tied) {
        (void)drop_triggers(at, &table->new_triggers, &own);
        swap_back(at, table, names);
    }
    if ((!placed || !table->tied) && make_triggers(at, &table->old_triggers, &own) != 0)
        world_note(at->world, SEVERITY_ERROR, "triggers of %s could not be put back: %s", table->name, own.text);
    return -1;
}

int bring_place(struct bringing *at, struct brought *table, struct err *err)
{
    struct names names = { BUF_INIT, BUF_INIT, BUF_INIT };
    struct buf aside = BUF_INIT;
    quote_table(&names.place, at->database, table->name);
    quote_table(&names.fresh, at->fresh, table->name);
    quote_table(&names.aside, at->aside, table->name);
    quote_name(&aside, at->aside);
    int rc = table->there ? db_execf(at->slave, err, "CREATE DATABASE IF NOT EXISTS %s", buf_str(&aside)) : 0;
    if (rc == 0)
        rc = change_places(at, table, &names, err);
    buf_free(&names.place);
    buf_free(&names.fresh);
    buf_free(&names.aside);
    buf_free(&aside);
    return rc == 0 ? 0 : err_wrap(err, "the new %s cannot take its place", table->name);
}
