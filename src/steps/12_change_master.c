#include "steps/step.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "steps/config.h"
#include "steps/copy_way.h"
#include "steps/gtid.h"
#include "steps/settings.h"
#include "steps/tls.h"

#define CONNECT_LIMIT_MS 30000u

/* The statement needs the coordinates that step 4 found, so it is written when it is applied. */
static void write_statements(const struct facts *facts, const struct answers *answers, const char *file, uint64_t position,
                             struct buf *to)
{
    const struct dialect *dialect = facts->slave.dialect;
    const char *key = dialect->key;
    buf_addf(to, "%s\n" ACCOUNT_UNLOGGED "\n%s %s_HOST = ", dialect->stop,
             dialect->change_master, key);
    quote_sql(to, facts->master.address, strlen(facts->master.address));
    buf_addf(to, ", %s_PORT = %u, %s_USER = ", key, facts->master.port, key);
    quote_sql(to, answers->replication.user, strlen(answers->replication.user));
    buf_addf(to, ", %s_PASSWORD = %s, %s_LOG_FILE = ", key, SECRET_REPLICATION, key);
    quote_sql(to, file, strlen(file));
    buf_addf(to, ", %s_LOG_POS = %llu, %s_CONNECT_RETRY = 10", key, (unsigned long long)position, key);
    tls_add_options(facts, answers, to);
    if (dialect->public_key != NULL && settings_replication_plugin(facts) == ACCOUNT_SHA2)
        buf_addf(to, ", %s = %d", dialect->public_key, tls_trust(facts, answers, SIDE_MASTER) == TRUST_PLAIN);
    if (dialect->no_gtid != NULL)
        buf_addf(to, ", %s", dialect->no_gtid);
}

static int apply_change_master(struct world *world, const struct change *change, struct err *err)
{
    struct buf sql = BUF_INIT;
    write_statements(&world->facts, world->answers, world->start.file, world->start.position, &sql);
    struct change with_position = *change;
    with_position.after = buf_steal(&sql);
    int rc = change_apply_sql(world, &with_position, err);
    free(with_position.after);
    return rc;
}

/* Without it the slave takes replication up again by itself after its next restart. */
static void plan_let_start(const struct facts *facts, struct plan *plan)
{
    const struct cnf *file = NULL;
    struct cnf_set set = facts->slave.options;
    for (size_t i = 0; i < set.count; i++) {
        const char *text = config_planned_text(plan, SIDE_SLAVE, set.files[i].path);
        struct cnf edited;
        if (text == NULL)
            continue;
        cnf_parse(&edited, set.files[i].path, text, strlen(text));
        for (size_t g = 0; g < set.group_count; g++)
            cnf_remove(&edited, set.groups[g], "skip-slave-start");
        file = &set.files[i];
        if (strcmp(buf_str(&edited.text), text) != 0)
            plan_add(plan, &(struct change){
                               .kind = CHANGE_FILE,
                               .server = SIDE_SLAVE,
                               .what = mem_printf("take skip-slave-start out of %s again", file->path),
                               .why = mem_dup("after its next restart the slave goes on by itself; no restart is needed now"),
                               .path = mem_dup(file->path),
                               .before = mem_dup(text),
                               .after = mem_dup_n(buf_str(&edited.text), edited.text.len),
                           });
        cnf_free(&edited);
    }
}

static void plan_way_of_following(const struct facts *facts, const struct answers *answers, struct plan *plan)
{
    struct buf text = BUF_INIT;
    tls_explain(facts, answers, SIDE_MASTER, &text);
    plan_note(plan, 12, "the replication connection is %s", buf_str(&text));
    buf_clear(&text);
    gtid_explain(facts, answers, &text);
    plan_note(plan, 12, "the slave finds its place by %s", buf_str(&text));
    buf_free(&text);
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    struct buf shown = BUF_INIT;
    gtid_plan_state(facts, answers, plan);
    write_statements(facts, answers, plan->way->start, 4, &shown);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("tell the slave where its master is"),
                       .why = mem_dup("the copy is the state at the beginning of that file"),
                       .after = buf_steal(&shown),
                       .undo = mem_printf("%s; %s", facts->slave.dialect->stop, facts->slave.dialect->reset_all),
                       .apply = apply_change_master,
                       .revert = change_revert_sql,
                   });
    /* a change of its own: once it has been begun, the coordinates are the past and are never given again */
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SQL,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("start replication"),
                       .after = mem_dup(facts->slave.dialect->start),
                   });
    gtid_plan_use(facts, answers, plan);
    plan_way_of_following(facts, answers, plan);
    plan_let_start(facts, plan);
    plan_note(plan, 12, "the how-to writes MASTER_LOG_FILE='', which means the oldest log; here the file that step 4 opened, because "
                        "older logs would be replayed onto newer data");
    plan_note(plan, 12, "the how-to stops the slave after CHANGE MASTER; here before it, because a running slave refuses it (1198)");
    return 0;
}

static int verify(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_SLAVE, err);
    struct slave_status status = { .configured = false };
    bool connected = false;
    if (db == NULL)
        return -1;
    for (uint64_t end = clock_ms() + CONNECT_LIMIT_MS; !connected && clock_ms() < end;) {
        slave_status_free(&status);
        if (slave_status_read(db, &status, err) != 0 || world_cancelled(world, err))
            return -1;
        connected = status.io_running != NULL && strcmp(status.io_running, "Yes") == 0;
        if (!connected && (status.last_sql_errno != 0 || status.last_io_errno == 1045 || status.last_io_errno == 1236 ||
                           status.last_io_errno == 1593))
            break;
        if (!connected)
            poll(NULL, 0, 50);
    }
    int rc = 0;
    if (!connected) {
        const char *why = status.last_io_errno != 0 ? status.last_io_error : status.last_sql_error;
        rc = err_set_detail(err, ERR_WORLD, (int)status.last_io_errno, "the slave cannot read from the master: IO thread %s%s%s",
                            status.io_running != NULL ? status.io_running : "not there", why != NULL && *why != '\0' ? ", " : "",
                            why != NULL ? why : "");
        err_hint(err, "the data is in place; when the cause is gone, START SLAVE on the slave goes on from the right position");
    }
    slave_status_free(&status);
    return rc;
}

const struct step step_change_master = {
    .number = 12,
    .id = "change-master",
    .title = "CHANGE MASTER, START SLAVE",
    .howto = "Tell slave how to connect to master and restart slave process",
    .plan = plan,
    .verify = verify,
};
