#include "steps/step.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "host/service.h"
#include "mysql/session.h"
#include "steps/copy.h"
#include "steps/copy_way.h"
#include "steps/kept_definitions.h"
#include "steps/settings.h"
#include "steps/warm.h"
#include "steps/watch.h"

#define FLUSH_LIMIT_MS 30000u   /* longer than this the stop itself writes the rest */
#define DIRTY_ENOUGH 100u       /* pages that no stop notices */
#define LOCK_LIMIT_S 30u        /* a transaction that holds a table longer than this makes us give up, unharmed */

/* A server without InnoDB has neither variable. */
static const char *shown(const struct server_facts *server, const char *name)
{
    const char *value = facts_setting(server, name);
    return *value != '\0' ? value : NULL;
}

static void remember_settings(struct world *world, const char *fast, const char *dirty)
{
    if (world->flush_undo != NULL)
        return;
    if (fast != NULL)
        world->flush_undo = mem_printf("SET GLOBAL innodb_fast_shutdown = %s, GLOBAL innodb_max_dirty_pages_pct = %s", fast, dirty);
    else
        world->flush_undo = mem_printf("SET GLOBAL innodb_max_dirty_pages_pct = %s", dirty);
}

void steps_flush_undo(struct world *world)
{
    struct err ignored = ERR_INIT;
    struct db *db = world->flush_undo != NULL ? world_db(world, SIDE_MASTER, &ignored) : NULL;
    if (db != NULL)
        (void)db_exec(db, &ignored, world->flush_undo);
}

/* Also for a run whose memory is gone: the settings of before are facts. */
static int revert_flush(struct world *world, const struct change *change, struct err *err)
{
    (void)change, (void)err;
    const struct server_facts *master = &world->facts.master;
    const char *dirty = shown(master, "innodb_max_dirty_pages_pct");
    if (dirty != NULL)
        remember_settings(world, master->dialect->fast_shutdown ? shown(master, "innodb_fast_shutdown") : NULL, dirty);
    steps_flush_undo(world);
    return 0;
}

/* Dirty pages are written while the server still serves: the stop then takes 0.2 s instead of minutes (measured). */
static int apply_flush(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *db = world_db(world, SIDE_MASTER, err);
    if (db == NULL)
        return -1;
    const struct server_facts *master = &world->facts.master;
    const char *fast = master->dialect->fast_shutdown ? shown(master, "innodb_fast_shutdown") : NULL;
    const char *dirty = shown(master, "innodb_max_dirty_pages_pct");
    if (dirty == NULL)
        return 0;
    remember_settings(world, fast, dirty);
    /* a shutdown with innodb_fast_shutdown = 2 leaves pages unwritten, and files copied then are no table */
    if ((fast != NULL && db_exec(db, err, "SET GLOBAL innodb_fast_shutdown = 1") != 0) ||
        db_exec(db, err, "SET GLOBAL innodb_max_dirty_pages_pct = 0") != 0)
        return -1;
    for (uint64_t end = clock_ms() + FLUSH_LIMIT_MS; clock_ms() < end;) {
        struct rows rows = ROWS_INIT;
        if (db_queryf(db, &rows, err, "%s LIKE 'Innodb_buffer_pool_pages_dirty'", master->dialect->global_status) != 0)
            return -1;
        uint64_t dirty = rows.count > 0 ? row_u64(&rows, 0, "Value") : 0;
        rows_free(&rows);
        if (dirty < DIRTY_ENOUGH)
            break;
        if (world_cancelled(world, err))
            return -1;
        poll(NULL, 0, 100);
    }
    return 0;
}

int copy_same_tables(struct world *world, struct db *db, struct err *err)
{
    const struct inventory *planned = &world->facts.master.inventory;
    struct inventory now = { .database = NULL };
    int rc = inventory_read(db, world->answers->database, &now, err);
    if (rc == 0) {
        bool same = now.table_count == planned->table_count;
        for (size_t i = 0; same && i < now.table_count; i++) {
            const struct table *old = inventory_table(planned, now.tables[i].name);
            same = old != NULL && strcmp(old->engine, now.tables[i].engine) == 0;
        }
        if (!same) {
            rc = err_set(err, ERR_WORLD, "tables were made, dropped or altered on the master since the plan was made");
            err_hint(err, "nothing was stopped; run setup again to plan with the tables as they are now");
        }
    }
    inventory_free(&now);
    return rc;
}

/* One statement that locks all tables that travel so; nothing when there are none. Who reads rows then is another session, and behind an
 * UPDATE of MyISAM that waits for LOCK TABLES ... READ it would wait for ever (reproduced on MariaDB 10.11 and 11.8). */
static int lock_tables(struct world *world, enum carry carry, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    if (copy_count(inventory, carry) == 0)
        return 0;
    struct db *db = world->locks[carry == CARRY_IMPORT ? 0 : 1] = world_db_open(world, SIDE_MASTER, err);
    if (db == NULL)
        return -1;
    const bool flush = carry == CARRY_IMPORT || world->facts.master.dialect->flush_with_read_lock;
    struct buf sql = BUF_INIT;
    buf_adds(&sql, flush ? "FLUSH TABLES " : "LOCK TABLES ");
    bool first = true;
    for (size_t i = 0; i < inventory->table_count; i++) {
        if (inventory->tables[i].carry != carry)
            continue;
        buf_adds(&sql, first ? "" : ", ");
        quote_table(&sql, inventory->database, inventory->tables[i].name);
        buf_adds(&sql, flush ? "" : " READ");
        first = false;
    }
    buf_adds(&sql, carry == CARRY_IMPORT ? " FOR EXPORT" : flush ? " WITH READ LOCK" : "");
    int rc = session_limit_lock_wait(db, LOCK_LIMIT_S, err);
    if (rc == 0 && (rc = db_exec(db, err, buf_str(&sql))) != 0) {
        err_wrap(err, "the master's tables could not be locked within %u s", LOCK_LIMIT_S);
        err_hint(err, "a long transaction holds one of them: SHOW PROCESSLIST on the master; nothing was stopped");
    }
    buf_free(&sql);
    return rc;
}

static int apply_warm(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *db = world_db(world, SIDE_MASTER, err);
    if (db == NULL || copy_same_tables(world, db, err) != 0 || copy_write_lists(world, err) != 0)
        return -1;
    return warm_copy(world, err);
}

/* Everything that needs no lock, before the master's writers are held up: each round trip then would be downtime. */
static int prepare(struct world *world, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    struct db *db = world_db(world, SIDE_MASTER, err);
    if (db == NULL || copy_same_tables(world, db, err) != 0 || copy_write_lists(world, err) != 0 ||
        warm_check_limit(world, err) != 0)
        return -1;
    definitions_free(&world->definitions);
    return definitions_read(db, inventory, &world->definitions, err) != 0 ||
                   kept_definitions_write(world, SIDE_MASTER, &world->definitions, err) != 0
               ? -1
               : 0;
}

/* What must be of the moment of the stop. */
static int take_under_lock(struct world *world, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    if (copy_count(inventory, CARRY_IMPORT) > 0 && copy_cfg_files(world, err) != 0)
        return -1;
    for (size_t i = 0; i < inventory->table_count; i++) {
        if (inventory->tables[i].carry != CARRY_ROWS)
            continue;
        if (world_cancelled(world, err) || copy_dump_rows(world, i, err) != 0)
            return -1;
    }
    return 0;
}

static int apply_hold(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    if (prepare(world, err) != 0)
        return -1;
    world_downtime_begin(world);
    if (lock_tables(world, CARRY_IMPORT, err) == 0 && lock_tables(world, CARRY_ROWS, err) == 0 &&
        take_under_lock(world, err) == 0)
        return 0;
    world_unlock(world);
    world_downtime_end(world);
    return -1;
}

static int apply_stop(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    /* whatever the way of copying has planned, and wherever a run goes on: never without one */
    if (!world->watched && watch_begin(world, err) != 0)
        return -1;
    world_downtime_begin(world);
    world->master_stopped = true;
    int rc = service_stop(world->hosts[SIDE_MASTER], &world->facts.master.service, err);
    world_unlock(world);
    world_db_close(world, SIDE_MASTER);
    return rc;
}

static void plan_hold(const struct facts *facts, struct plan *plan)
{
    const struct inventory *inventory = &facts->master.inventory;
    struct buf shown = BUF_INIT;
    if (copy_count(inventory, CARRY_IMPORT) > 0) {
        buf_adds(&shown, "FLUSH TABLES ... FOR EXPORT, copy the .cfg files of ");
        copy_describe(inventory, CARRY_IMPORT, &shown);
        buf_addc(&shown, '\n');
    }
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        if (table->carry == CARRY_ROWS)
            buf_addf(&shown, "%s rows of %s: %s\n", facts->master.dump_tool != NULL ? facts->master.dump_tool : "dump",
                     table->name, table->because != NULL ? table->because : "chosen in the answers");
    }
    buf_addf(&shown, "SHOW CREATE of the database's %zu views, routines, triggers and events", inventory->object_count);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_dup("hold the InnoDB tables still and take what only a running server can give"),
                       .why = mem_dup("from here to the stop nobody writes to them, so rows, definitions and files are of one moment"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("UNLOCK TABLES"),
                       .apply = apply_hold,
                   });
}

static void plan_warm(const struct facts *facts, const struct answers *answers, struct plan *plan)
{
    const struct inventory *inventory = &facts->master.inventory;
    const char *why_not = warm_why_not(&facts->master);
    static const enum carry carries[] = { CARRY_FILES, CARRY_SDI, CARRY_IMPORT };
    struct buf shown = BUF_INIT;
    if (copy_count(inventory, CARRY_FILES) + copy_count(inventory, CARRY_SDI) + copy_count(inventory, CARRY_IMPORT) == 0)
        return;
    if (why_not != NULL) {
        plan_note(plan, 2, "nothing is copied beforehand: %s", why_not);
        return;
    }
    for (size_t i = 0; i < sizeof carries / sizeof carries[0]; i++)
        if (copy_count(inventory, carries[i]) > 0) {
            buf_adds(&shown, shown.len > 0 ? "; " : "cp -a --reflink=auto: ");
            copy_describe(inventory, carries[i], &shown);
        }
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("copy the tables of %s while mysqld serves", answers->database),
                       .why = mem_dup("in the stop only what has changed since has to be copied again"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("remove the copy"),
                       .apply = apply_warm,
                   });
}

static void plan_flush(struct plan *plan)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_dup("let InnoDB write its dirty pages while it still serves"),
                       .why = mem_dup("the stop is then a matter of a fraction of a second"),
                       .after = mem_dup("SET GLOBAL innodb_fast_shutdown = 1\nSET GLOBAL innodb_max_dirty_pages_pct = 0"),
                       .undo = mem_dup("the restart of step 4 sets both back to what is configured"),
                       .apply = apply_flush,
                       .revert = revert_flush,
                   });
}

static void plan_stop(const struct facts *facts, struct plan *plan, const char *why)
{
    const struct service *service = &facts->master.service;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("stop %s", service->unit),
                       .why = mem_dup(why),
                       .after = service_command(service, "stop"),
                       .undo = service_command(service, "start"),
                       .restarts = true,
                       .apply = apply_stop,
                   });
    if (service->socket_unit != NULL)
        plan_note(plan, 2, "the how-to stops mysqld; here %s too, because it would start mysqld again on the next connection",
                  service->socket_unit);
}

int master_hold_and_stop_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    plan_flush(plan);
    plan_warm(facts, answers, plan);
    watch_plan(facts, plan);
    plan_hold(facts, plan);
    plan_stop(facts, plan, "files of a running server are no copy");
    return 0;
}

/* The option file holds them already: this is for the server that goes on running. */
static void plan_set_running(const struct facts *facts, const struct answers *answers, struct plan *plan)
{
    const struct server_facts *master = &facts->master;
    unsigned id = settings_server_id(facts, answers, SIDE_MASTER);
    struct buf sql = BUF_INIT, undo = BUF_INIT;
    if (strtoul(facts_setting(master, "server_id"), NULL, 10) != id) {
        buf_addf(&sql, "SET GLOBAL server_id = %u", id);
        buf_addf(&undo, "SET GLOBAL server_id = %s", facts_setting(master, "server_id"));
    }
    if (strcasecmp(facts_setting(master, "binlog_format"), "ROW") != 0) {
        buf_addf(&sql, "%sSET GLOBAL binlog_format = 'ROW'", sql.len > 0 ? "\n" : "");
        buf_addf(&undo, "%sSET GLOBAL binlog_format = '%s'", undo.len > 0 ? "; " : "", facts_setting(master, "binlog_format"));
        plan_note(plan, 2, "sessions that are open on the master keep binlog_format %s until they are closed; what they log so is "
                           "safe for the slave, but statements that touch other databases too would stop it",
                  facts_setting(master, "binlog_format"));
    }
    if (sql.len > 0)
        plan_add(plan, &(struct change){
                           .kind = CHANGE_SQL,
                           .server = SIDE_MASTER,
                           .what = mem_dup("set what the option files say now in the running server"),
                           .why = mem_dup("nothing has to be restarted for it"),
                           .after = buf_steal(&sql),
                           .undo = buf_steal(&undo),
                           .revert = change_revert_sql,
                       });
    buf_free(&sql);
    buf_free(&undo);
}

int master_stop_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    plan_flush(plan);
    watch_plan(facts, plan);
    plan_stop(facts, plan, "files of a running server are no copy");
    return 0;
}

int master_restart_stop_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const char *why = master_restart_why(facts);
    if (why == NULL) {
        plan_set_running(facts, answers, plan);
        plan_note(plan, 2, "the how-to stops mysqld; here it goes on running, because binary logging is on already and this way of "
                           "copying needs no stop");
        return 0;
    }
    plan_flush(plan);
    watch_plan(facts, plan);
    plan_stop(facts, plan, why);
    return 0;
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    return copy_way_plan(2, facts, answers, plan, err);
}

const struct step step_master_stop = {
    .number = 2,
    .id = "master-stop",
    .title = "Stop mysqld on the master",
    .howto = "Stop MySQL server on master",
    .plan = plan, /* service_stop() has looked already; looking twice would be downtime */
};
