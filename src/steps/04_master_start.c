#include "steps/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "host/service.h"
#include "steps/copy_way.h"
#include "steps/settings.h"
#include "steps/warm.h"
#include "steps/watch.h"

/* The binary log that this start opened: the first one that was not in the index while the server was stopped. */
static int find_start(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_MASTER, err);
    struct rows rows = ROWS_INIT;
    if (db == NULL || db_query(db, &rows, err, "SHOW BINARY LOGS") != 0)
        return err_wrap(err, "cannot list the master's binary logs");
    world->start = (struct binlog_position){ .position = 4 };
    for (size_t i = 0; i < rows.count && world->start.file[0] == '\0'; i++) {
        const char *name = row_str(&rows, i, "Log_name");
        if (!strings_has(&world->binlogs_before, name) &&
            snprintf(world->start.file, sizeof world->start.file, "%s", name) >= (int)sizeof world->start.file)
            world->start.file[0] = '\0';
    }
    rows_free(&rows);
    return world->start.file[0] != '\0' ? 0
                                        : err_set(err, ERR_WORLD, "the master opened no new binary log when it started");
}

static int apply_start(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    world_limit_off(world);
    if (service_start(world->hosts[SIDE_MASTER], &world->facts.master.service, err) != 0)
        return -1;
    if (world_db(world, SIDE_MASTER, err) == NULL)
        return err_wrap(err, "the master's mysqld was started but does not answer");
    world->master_stopped = false;
    world_downtime_end(world);
    (void)watch_end(world, NULL);
    return 0;
}

static int apply_start_new_log(struct world *world, const struct change *change, struct err *err)
{
    if (watch_held(world, err) != 0 || apply_start(world, change, err) != 0 || find_start(world, err) != 0)
        return -1;
    warm_report(world);
    world_note(world, SEVERITY_INFO, "replication will begin at %s, position %llu", world->start.file,
               (unsigned long long)world->start.position);
    return 0;
}

static void plan_start(const struct facts *facts, struct plan *plan, const char *why, change_apply_fn *apply)
{
    const struct service *service = &facts->master.service;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("start %s", service->unit),
                       .why = mem_dup(why),
                       .after = service_command(service, "start"),
                       .restarts = true,
                       .apply = apply,
                   });
}

int master_start_new_log_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    plan_start(facts, plan, "from this point forward there is no downtime; the start opens a new binary log, whose position 4 is "
                            "where replication begins", apply_start_new_log);
    return 0;
}

int master_restart_start_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    if (master_restart_why(facts) != NULL)
        plan_start(facts, plan, "from this point forward there is no downtime", apply_start);
    return 0;
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    return copy_way_plan(4, facts, answers, plan, err);
}

/* Not by SELECT @@name: before 5.5 not all that are shown can be read so. */
static const char *variable(const struct rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcasecmp(row_str(rows, i, "Variable_name"), name) == 0)
            return row_str(rows, i, "Value");
    return "";
}

static int verify(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_MASTER, err);
    struct rows rows = ROWS_INIT;
    if (db == NULL || db_query(db, &rows, err, "SHOW GLOBAL VARIABLES") != 0)
        return -1;
    unsigned wanted = settings_server_id(&world->facts, world->answers, SIDE_MASTER);
    const char *id = variable(&rows, "server_id"), *format = variable(&rows, "binlog_format");
    int rc = 0;
    if (strcasecmp(variable(&rows, "log_bin"), "ON") != 0)
        rc = err_set(err, ERR_WORLD, "the master runs without a binary log although its option file asks for one");
    else if (strtoul(id, NULL, 10) != wanted)
        rc = err_set(err, ERR_WORLD, "the master runs with server_id %s, not %u", id, wanted);
    else if (world->facts.master.dialect->binlog_format != NULL && strcasecmp(format, "ROW") != 0)
        rc = err_set(err, ERR_WORLD, "the master runs with binlog_format %s, not ROW", format);
    rows_free(&rows);
    return rc;
}

const struct step step_master_start = {
    .number = 4,
    .id = "master-start",
    .title = "Start mysqld on the master",
    .howto = "Start MySQL server. From this point forward there will be no downtime",
    .plan = plan,
    .verify = verify,
};
