#include "steps/take_back.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/service.h"
#include "steps/aside.h"

static int drop(struct db *db, const char *database, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "DROP DATABASE IF EXISTS ");
    quote_name(&sql, database);
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

/* MariaDB answers 1205 for a table that another one refers to whose tablespace is discarded, and drops the rest: the next time it
 * drops that table too. What its dictionary still knows could not be made again. */
static int drop_all(struct db *db, const char *database, struct err *err)
{
    int rc = drop(db, database, err);
    for (int tries = 1; rc != 0 && err->code == ERR_SQL && tries < 4; tries++)
        rc = drop(db, database, err);
    return rc;
}

/* Files of tables that were being imported are known to no dictionary, and a folder that is not empty is not dropped. */
static int sweep(struct world *world, const char *folder, struct err *err)
{
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: database run\n# mv $1/* $2/stray\n"
                       "set -eu; umask 077; [ -d \"$1\" ] || exit 0; mkdir -p -- \"$2/stray\"\n"
                       "find \"$1\" -mindepth 1 -maxdepth 1 -exec mv -f -t \"$2/stray\" -- {} +; rmdir -- \"$1\"; rm -rf -- \"$2/stray\"",
                       folder, world->run_dir[SIDE_SLAVE], NULL);
}

int take_back_drop(struct world *world, const char *database, const char *folder, struct err *err)
{
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    struct err first = ERR_INIT;
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0, foreign_key_checks = 0");
    if (rc == 0 && drop_all(db, database, &first) != 0 && first.code != ERR_SQL) {
        *err = first;
        rc = -1;
    }
    if (rc == 0)
        rc = sweep(world, folder, err);
    db_close(db);
    return rc == 0 ? 0 : err_wrap(err, "cannot drop %s on the slave", database);
}

/* Before mysqld has seen it, the folder alone goes: back to where it came from. */
static int swap_back(struct world *world, struct err *err)
{
    const char *slash = strrchr(world->facts.slave.database_path, '/');
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: database run name?\n# mv $1 $2/incoming/files\n"
                       "set -eu; umask 077; data=$1 run=$2 name=$3\n"
                       "if [ -d \"$data\" ] && [ -d \"$run/incoming\" ] && [ ! -e \"$run/incoming/files\" ]; then mv -T -- \"$data\" \"$run/incoming/files\"; fi\n"
                       "if [ ! -e \"$data\" ] && [ -d \"$run/old/$name\" ]; then mv -T -- \"$run/old/$name\" \"$data\"; fi\n"
                       "sync -f -- \"${data%/*}\"",
                       world->facts.slave.database_path, world->run_dir[SIDE_SLAVE], slash != NULL ? slash + 1 : "", NULL);
}

/* Its folder may have gone with the tables; its character set is what the facts know. */
static int make_as_before(struct world *world, struct err *err)
{
    const struct server_facts *slave = &world->facts.slave;
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "CREATE DATABASE IF NOT EXISTS ");
    quote_name(&sql, world->answers->database);
    if (slave->inventory.charset != NULL && slave->inventory.charset[0] != '\0')
        buf_addf(&sql, " CHARACTER SET %s COLLATE %s", slave->inventory.charset, slave->inventory.collation);
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0");
    if (rc == 0)
        rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    db_close(db);
    return rc;
}

int fresh_revert(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct server_facts *slave = &world->facts.slave;
    bool active = true, back = false;
    /* what is there would be the old data */
    if (aside_is_coming_back(world, &back, err) != 0 || back)
        return back ? 0 : -1;
    if (service_active(world->hosts[SIDE_SLAVE], &slave->service, &active, err) != 0)
        return -1;
    if (!active)
        return swap_back(world, err);
    int rc = take_back_drop(world, world->answers->database, slave->database_path, err);
    return rc == 0 && slave->database_exists ? make_as_before(world, err) : rc;
}
