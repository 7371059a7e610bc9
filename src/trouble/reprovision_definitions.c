/* What is defined otherwise on the slave: a table is carried with its rows; a view, trigger, routine, event or sequence, and a table that is
 * nothing but its definition, is made as the master has it. */
#include "reprovision_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/adopt.h"

/* Without its rows another table cannot be put into the place of one that holds some. */
static bool can_be_made(const struct unlike *unlike, const struct inventory *inventory)
{
    const struct table *table = unlike->owner == PART_TABLE ? inventory_table(inventory, unlike->name) : NULL;
    return unlike->owner != PART_TABLE || (table != NULL && table->carry == CARRY_DEFINITION && unlike->missing);
}

static void keep_only(struct alike_result *result, const struct strings *tables)
{
    size_t kept = 0;
    for (size_t i = 0; i < result->count; i++) {
        struct unlike *item = &result->items[i];
        if (item->owner == PART_TABLE && strings_has(tables, item->name)) {
            const struct unlike keep = *item;
            result->items[i] = result->items[kept];
            result->items[kept++] = keep;
        }
    }
    for (size_t i = kept; i < result->count; i++) {
        free(result->items[i].name);
        free(result->items[i].how);
    }
    result->count = kept;
}

int reprovision_compare_definitions(struct reprovision *job, const struct inventory *inventory, const struct strings *only,
                                    struct strings *differ, struct err *err)
{
    struct world *world = &job->trouble.care->world;
    alike_free(&job->unlike);
    if (alike_compare(world, &job->unlike, err) != 0)
        return -1;
    if (only != NULL)
        keep_only(&job->unlike, only);
    for (size_t i = 0; i < job->unlike.count; i++) {
        const struct unlike *item = &job->unlike.items[i];
        const struct table *table = item->owner == PART_TABLE ? inventory_table(inventory, item->name) : NULL;
        struct buf name = BUF_INIT;
        quote_printable(&name, item->name, strlen(item->name), 0);
        world_note(world, SEVERITY_INFO, "differs: %s %s: %s", alike_word(item->owner), buf_str(&name), item->how);
        buf_free(&name);
        if (table != NULL && table->carry != CARRY_DEFINITION)
            strings_add_once(differ, item->name);
    }
    return 0;
}

/* On either side. */
static int is_tied(struct world *world, const char *table, bool *tied, struct err *err)
{
    *tied = false;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE && !*tied; side++) {
        struct db *db = world_db(world, side, err);
        if (db == NULL || bring_tied(db, world->answers->database, table, tied, err) != 0)
            return -1;
    }
    return 0;
}

int reprovision_weigh_definitions(struct reprovision *job, const struct strings *tables, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < tables->count; i++) {
        bool tied = false;
        if (!alike_differs(&job->unlike, PART_TABLE, tables->items[i]))
            continue;
        rc = is_tied(&job->trouble.care->world, tables->items[i], &tied, err);
        if (rc == 0 && tied)
            reprovision_take_all(job, "the table %s is defined otherwise on the slave, and foreign keys hang on it", tables->items[i]);
    }
    return rc;
}

static int read_inventory(struct reprovision *job, struct inventory *inventory, struct err *err)
{
    *inventory = (struct inventory){ .table_count = 0 };
    return reprovision_inventory(job, inventory, err);
}

/* Its statement, as a person reads it. */
static char *text_of(struct world *world, enum side side, const struct unlike *item)
{
    struct definitions definition = { .count = 0 };
    struct buf text = BUF_INIT;
    struct err ignored = ERR_INIT;
    struct db *db = item->owner < 0 ? NULL : world_db(world, side, &ignored);
    if (db != NULL && alike_definition(db, world->answers->database, (enum object_kind)item->owner, item->name, &definition, &ignored) == 0 && definition.count > 0)
        quote_printable(&text, definition.items[0].sql, strlen(definition.items[0].sql), 1);
    definitions_free(&definition);
    return text.len > 0 ? buf_steal(&text) : NULL;
}

static void plan_database(struct reprovision *job, const struct unlike *item, const struct inventory *inventory)
{
    struct buf name = BUF_INIT;
    quote_name(&name, item->name);
    plan_add(&job->plan, &(struct change){
                             .kind = CHANGE_SQL, .server = SIDE_SLAVE, .what = mem_printf("give the database %s the master's default", buf_str(&name)),
                             .why = mem_dup(item->how),
                             .after = mem_printf("ALTER DATABASE %s CHARACTER SET %s COLLATE %s", buf_str(&name), inventory->charset, inventory->collation),
                         });
    buf_free(&name);
}

/* The slave's own is shown: with that it can be had again. */
static void plan_one(struct reprovision *job, const struct unlike *item, const char *name)
{
    struct world *world = &job->trouble.care->world;
    char *own = item->missing ? NULL : text_of(world, SIDE_SLAVE, item);
    plan_add(&job->plan, &(struct change){
                             .kind = CHANGE_SQL, .server = SIDE_SLAVE, .destroys = !item->missing,
                             .what = mem_printf("make the %s %s as it is on the master", alike_word(item->owner), name), .why = mem_dup(item->how),
                             .after = text_of(world, SIDE_MASTER, item), .undo = own != NULL ? mem_printf("the slave's own: %s", own) : NULL,
                         });
    free(own);
}

void reprovision_plan_definitions(struct reprovision *job)
{
    struct world *world = &job->trouble.care->world;
    struct inventory inventory;
    struct err ignored = ERR_INIT;
    const bool read = read_inventory(job, &inventory, &ignored) == 0;
    for (size_t i = 0; read && i < job->unlike.count; i++) {
        const struct unlike *item = &job->unlike.items[i];
        struct buf name = BUF_INIT;
        quote_table(&name, world->answers->database, item->name);
        if (item->owner == PART_DATABASE)
            plan_database(job, item, &inventory);
        else if (can_be_made(item, &inventory))
            plan_one(job, item, buf_str(&name));
        else if (!strings_has(&job->differ, item->name))
            plan_note(&job->plan, 0, "the table %s stays as it is on the slave: it holds rows that cannot be carried (%s)", buf_str(&name), item->how);
        buf_free(&name);
    }
    inventory_free(&inventory);
}

static int read_table(struct db *db, const char *database, const char *name, struct definitions *definition, struct err *err)
{
    struct table table = { .name = (char *)name, .carry = CARRY_DEFINITION };
    const struct inventory one = { .database = (char *)database, .tables = &table, .table_count = 1 };
    return definitions_read(db, &one, definition, err);
}

static int read_one(struct db *db, const char *database, const struct unlike *item, struct definitions *definition, struct err *err)
{
    return item->owner == PART_TABLE ? read_table(db, database, item->name, definition, err)
                                     : alike_definition(db, database, (enum object_kind)item->owner, item->name, definition, err);
}

static int execute_all(struct db *slave, const char *database, const struct definitions *definition, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < definition->count; i++)
        rc = definition_execute(slave, database, &definition->items[i], err);
    return rc;
}

static int drop(struct db *slave, const char *database, const struct unlike *item, struct err *err)
{
    struct buf name = BUF_INIT;
    quote_table(&name, database, item->name);
    const int rc = item->owner == OBJECT_TRIGGER ? db_execf(slave, err, "%s %s", db_dialect(slave)->drop_trigger, buf_str(&name))
                                                : db_execf(slave, err, "DROP %s IF EXISTS %s", alike_word(item->owner), buf_str(&name));
    buf_free(&name);
    return rc;
}

/* The slave's own comes back where the master's cannot be made. */
static int make_one(struct db *master, struct db *slave, const struct inventory *inventory, const struct unlike *item, struct err *err)
{
    const char *database = inventory->database;
    if (item->owner == PART_DATABASE)
        return adopt_database(slave, database, inventory, err);
    struct definitions ours = { .count = 0 }, theirs = { .count = 0 };
    struct err own = ERR_INIT;
    int rc = read_one(master, database, item, &ours, err);
    if (rc == 0 && !item->missing)
        rc = read_one(slave, database, item, &theirs, err);
    if (rc == 0 && !item->missing)
        rc = drop(slave, database, item, err);
    if (rc == 0 && execute_all(slave, database, &ours, err) != 0) {
        rc = -1;
        if (!item->missing && execute_all(slave, database, &theirs, &own) != 0)
            err_hint(err, "the slave's own %s %.60s could not be put back: %.120s", alike_word(item->owner), item->name, own.text);
    }
    definitions_free(&ours);
    definitions_free(&theirs);
    return rc;
}

/* One may need another that comes later: again and again, until no more can be made. */
static int make_all(struct reprovision *job, struct db *master, struct db *slave, const struct inventory *inventory, size_t *made,
                    struct err *err)
{
    const struct alike_result *unlike = &job->unlike;
    bool *done = mem_alloc((unlike->count + 1) * sizeof *done);
    size_t left = 0, before;
    int rc;
    for (size_t i = 0; i < unlike->count; i++) {
        done[i] = !can_be_made(&unlike->items[i], inventory);
        left += !done[i];
    }
    do {
        before = left;
        rc = 0;
        for (size_t i = 0; i < unlike->count; i++) {
            if (done[i])
                continue;
            world_phase(&job->trouble.care->world, PHASE_RUN, "make the %s %s as it is on the master", alike_word(unlike->items[i].owner), unlike->items[i].name);
            err_clear(err);
            if (make_one(master, slave, inventory, &unlike->items[i], err) != 0) {
                rc = -1;
                continue;
            }
            done[i] = true;
            left--;
            ++*made;
        }
    } while (rc != 0 && left < before);
    free(done);
    return rc;
}

int reprovision_make_definitions(struct reprovision *job, size_t *made, struct err *err)
{
    struct world *world = &job->trouble.care->world;
    struct inventory inventory;
    int rc = read_inventory(job, &inventory, err);
    alike_free(&job->unlike);
    if (rc == 0)
        rc = alike_compare(world, &job->unlike, err); /* tables have brought their triggers by now */
    struct db *master = rc == 0 ? world_db_open(world, SIDE_MASTER, err) : NULL;
    struct db *slave = master != NULL ? world_db_open(world, SIDE_SLAVE, err) : NULL;
    rc = slave != NULL ? db_exec(slave, err, "SET SESSION sql_log_bin = 0") : -1;
    if (rc == 0)
        rc = make_all(job, master, slave, &inventory, made, err);
    db_close(master);
    db_close(slave);
    inventory_free(&inventory);
    return rc;
}
