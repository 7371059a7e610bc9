#include "steps/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quote.h"

char *aside_database(const struct world *world)
{
    char *name = mem_printf(ASIDE_PREFIX "%s", world->run_id);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    return name;
}

/* The definitions as a script that a mysql client can read, in the run's folder on the admin's machine. */
static int save_definitions(struct world *world, const struct definitions *definitions, struct err *err)
{
    char *path = mem_printf("%s/old-definitions.sql", world->state_dir);
    struct buf text = BUF_INIT;
    buf_addf(&text, "-- what %s on %s held besides its tables, before run %s\nDELIMITER $$\n", world->answers->database,
             host_name(world->hosts[SIDE_SLAVE]), world->run_id);
    for (size_t i = 0; i < definitions->count; i++) {
        const struct definition *definition = &definitions->items[i];
        if (definition->kind == DEFINE_TABLE)
            continue;
        if (definition->sql_mode != NULL)
            buf_addf(&text, "SET SESSION sql_mode = '%s'$$\n", definition->sql_mode);
        buf_addf(&text, "%s$$\n", definition->sql);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), rc = 0;
    if (fd < 0 || write(fd, buf_str(&text), text.len) != (ssize_t)text.len || fsync(fd) != 0)
        rc = err_set_detail(err, ERR_IO, errno, "cannot write %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_free(&text);
    free(path);
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

int aside_apply(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct inventory old = { .database = NULL };
    struct definitions definitions = { .count = 0 };
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    /* read again: a second try finds only what the first one had not moved yet */
    int rc = db == NULL ? -1 : inventory_read(db, world->answers->database, &old, err);
    if (rc == 0)
        rc = db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    if (rc == 0 && old.object_count > 0 && (rc = definitions_read(db, &old, &definitions, err)) == 0)
        rc = save_definitions(world, &definitions, err);
    if (rc == 0)
        rc = move_all(world, db, &old, err);
    definitions_free(&definitions);
    inventory_free(&old);
    db_close(db);
    return rc;
}
