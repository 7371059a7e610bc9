#include "steps/aside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/kept_definitions.h"
#include "steps/take_back.h"

char *aside_database(const struct world *world)
{
    char *name = mem_printf(ASIDE_PREFIX "%s", world->run_id);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    return name;
}

/* Written once: a second try would find only those that the first one had not dropped yet. */
static int save_definitions(struct world *world, struct db *db, const struct inventory *old, struct err *err)
{
    struct definitions kept, definitions = { .count = 0 };
    int rc = kept_definitions_read(world, SIDE_SLAVE, &kept, err);
    if (rc != 0 || kept.count > 0 || old->object_count == 0) {
        definitions_free(&kept);
        return rc;
    }
    rc = definitions_read(db, old, &definitions, err);
    for (size_t i = 0; rc == 0 && i < definitions.count; i++)
        if (definitions.items[i].own != NULL) {
            free(definitions.items[i].sql);
            definitions.items[i].sql = definitions.items[i].own;
            definitions.items[i].own = NULL;
        }
    if (rc == 0)
        rc = kept_definitions_write(world, SIDE_SLAVE, &definitions, err);
    definitions_free(&definitions);
    return rc;
}

/* Sequences are tables, and go with them. */
static int drop_object(struct db *db, const char *database, const struct object *object, struct err *err)
{
    const char *const words[] = {
        [OBJECT_VIEW] = "DROP VIEW IF EXISTS",         [OBJECT_TRIGGER] = db_dialect(db)->drop_trigger,
        [OBJECT_PROCEDURE] = "DROP PROCEDURE IF EXISTS", [OBJECT_FUNCTION] = "DROP FUNCTION IF EXISTS",
        [OBJECT_EVENT] = "DROP EVENT IF EXISTS",       [OBJECT_SEQUENCE] = NULL,
        [OBJECT_PACKAGE] = "DROP PACKAGE IF EXISTS",   [OBJECT_PACKAGE_BODY] = "DROP PACKAGE BODY IF EXISTS",
    };
    if (words[object->kind] == NULL)
        return 0;
    struct buf sql = BUF_INIT;
    buf_addf(&sql, "%s ", words[object->kind]);
    quote_table(&sql, database, object->name);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

static int rename_table(struct db *db, const char *from, const char *to, const char *name, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "RENAME TABLE ");
    quote_table(&sql, from, name);
    buf_adds(&sql, " TO ");
    quote_table(&sql, to, name);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc == 0 ? 0 : err_wrap(err, "cannot move the slave's table %s aside", name);
}

static int move_all(struct world *world, struct db *db, const struct inventory *old, struct err *err)
{
    const char *database = world->answers->database;
    char *aside = aside_database(world);
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE DATABASE IF NOT EXISTS ");
    quote_name(&sql, aside);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    for (size_t i = 0; rc == 0 && i < old->object_count; i++)
        rc = drop_object(db, database, &old->objects[i], err);
    for (size_t i = 0; rc == 0 && i < old->table_count; i++)
        rc = rename_table(db, database, aside, old->tables[i].name, err);
    for (size_t i = 0; rc == 0 && i < old->object_count; i++)
        if (old->objects[i].kind == OBJECT_SEQUENCE)
            rc = rename_table(db, database, aside, old->objects[i].name, err);
    if (rc == 0)
        world_note(world, SEVERITY_INFO, "the slave's old %s is kept as %s until you drop it", database, aside);
    free(aside);
    return rc;
}

/* What must be known whatever the journal can still tell stands in the run's folder. All that is there is aside: a second time it would
 * be the new data that goes there. And: the database's name stands for the old data again. */
static const char is_aside[] = "is-aside", coming_back[] = "coming-back";

static int mark(struct world *world, const char *name, struct err *err)
{
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: run mark\n# mark in $1 what became of the old data: $2\n"
                       "set -eu; umask 077; mkdir -p -- \"$1\"; : >\"$1/$2\"; sync -- \"$1/$2\" \"$1\"",
                       world->run_dir[SIDE_SLAVE], name, NULL);
}

static int marked(struct world *world, const char *name, bool *so, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(world->hosts[SIDE_SLAVE], &out, err, "#: run mark\n# is $1/$2 there?\n[ ! -e \"$1/$2\" ] || echo yes", world->run_dir[SIDE_SLAVE],
                         name, NULL);
    *so = rc == 0 && out.len > 0;
    buf_free(&out);
    return rc;
}

int aside_is_coming_back(struct world *world, bool *so, struct err *err)
{
    return marked(world, coming_back, so, err);
}

static int move_aside(struct world *world, struct err *err)
{
    struct inventory old = { .database = NULL };
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    /* read again: a second try finds only what the first one had not moved yet */
    int rc = db == NULL ? -1 : inventory_read(db, world->answers->database, &old, err);
    if (rc == 0)
        rc = db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    if (rc == 0)
        rc = save_definitions(world, db, &old, err);
    if (rc == 0)
        rc = move_all(world, db, &old, err);
    inventory_free(&old);
    db_close(db);
    return rc;
}

int aside_apply(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    bool already = false;
    if (marked(world, is_aside, &already, err) != 0)
        return -1;
    return already ? 0 : move_aside(world, err) != 0 ? -1 : mark(world, is_aside, err);
}

/* The old tables first: none of the definitions works without them. What an earlier try has made is there already. */
static int make_again(struct world *world, struct db *db, struct err *err)
{
    static const int exists[] = { 1050, 1304, 1359, 1537 };
    struct definitions definitions;
    int rc = kept_definitions_read(world, SIDE_SLAVE, &definitions, err);
    for (size_t i = 0; rc == 0 && i < definitions.count; i++) {
        if (definitions.items[i].kind == DEFINE_TABLE)
            continue;
        rc = definition_execute(db, world->answers->database, &definitions.items[i], err);
        for (size_t e = 0; rc != 0 && err->code == ERR_SQL && e < sizeof exists / sizeof exists[0]; e++)
            if (err->detail == exists[e])
                rc = 0;
    }
    definitions_free(&definitions);
    return rc;
}

static int move_back(struct world *world, struct db *db, const char *aside, struct err *err)
{
    struct inventory old = { .database = NULL };
    struct buf sql = BUF_INIT;
    const struct inventory *before = &world->facts.slave.inventory;
    buf_adds(&sql, "CREATE DATABASE IF NOT EXISTS ");
    quote_name(&sql, world->answers->database);
    if (before->charset != NULL && before->charset[0] != '\0')
        buf_addf(&sql, " CHARACTER SET %s COLLATE %s", before->charset, before->collation);
    int rc = db_exec(db, err, buf_str(&sql));
    if (rc == 0)
        rc = inventory_read(db, aside, &old, err);
    for (size_t i = 0; rc == 0 && i < old.table_count; i++)
        rc = rename_table(db, aside, world->answers->database, old.tables[i].name, err);
    for (size_t i = 0; rc == 0 && i < old.object_count; i++)
        if (old.objects[i].kind == OBJECT_SEQUENCE)
            rc = rename_table(db, aside, world->answers->database, old.objects[i].name, err);
    inventory_free(&old);
    buf_free(&sql);
    return rc;
}

/* Repeatable: nothing is aside any more after the first time. */
int aside_revert(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    char *aside = aside_database(world), *folder = mem_printf("%s/%s", world->facts.slave.datadir, aside);
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    struct rows rows = ROWS_INIT;
    struct buf like = BUF_INIT;
    buf_adds(&like, "SHOW DATABASES LIKE ");
    quote_sql(&like, aside, strlen(aside));
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    if (rc == 0 && (rc = db_query(db, &rows, err, buf_str(&like))) == 0 && rows.count > 0 &&
        (rc = mark(world, coming_back, err)) == 0)
        rc = move_back(world, db, aside, err);
    if (rc == 0)
        rc = make_again(world, db, err);
    if (rc == 0 && rows.count > 0)
        rc = take_back_drop(world, aside, folder, err);
    rows_free(&rows);
    buf_free(&like);
    db_close(db);
    free(aside);
    free(folder);
    return rc == 0 ? 0 : err_wrap(err, "cannot rename the slave's old tables back");
}
