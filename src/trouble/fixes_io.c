/* What keeps the IO thread from fetching. */
#include "fixes_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "engine/connect.h"
#include "mysql/gtid.h"
#include "steps/settings.h"
#include "steps/tls.h"

bool can_reach_master(const struct trouble *trouble)
{
    return trouble->address != NULL && trouble->care->sides[SIDE_MASTER].server;
}

/* Without the coordinates another host or port alone would begin at the oldest log. */
int plan_re_point(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct dialect *dialect = fix_slave_dialect(trouble);
    const unsigned port = trouble->care->world.facts.master.port;
    struct buf line = BUF_INIT, text = BUF_INIT;
    enum reach reach = REACH_UNKNOWN;
    if (facts_try_port(&trouble->care->world, SIDE_SLAVE, trouble->address, port, &reach, &text, err) != 0)
        return -1;
    buf_addf(&line, "%s %s_HOST = ", dialect->change_master, dialect->key);
    quote_sql(&line, trouble->address, strlen(trouble->address));
    buf_addf(&line, ", %s_PORT = %u", dialect->key, port);
    fix_add_position(trouble, &line);
    buf_addc(&line, '\n');
    fix_slave_sql(trouble, plan, mem_printf("tell the slave that its master is %s:%u", trouble->address, port),
                  "where it stands in the master's binary logs is told with it", buf_str(&line));
    plan_note(plan, 0, "tried from the slave's host: %s", buf_str(&text));
    buf_free(&line);
    buf_free(&text);
    return 0;
}

bool can_new_password(const struct trouble *trouble)
{
    return trouble->account.seen && trouble->account.host != NULL;
}

int plan_new_password(struct trouble *trouble, struct plan *plan, struct err *err)
{
    struct world *world = &trouble->care->world;
    const struct dialect *dialect = fix_slave_dialect(trouble);
    const enum account_plugin plugin = settings_replication_plugin(&world->facts);
    const char *user = trouble->status->master_user;
    struct buf sql = BUF_INIT, line = BUF_INIT;
    if (world_make_secrets(world, err) != 0)
        return -1;
    account_statements(&sql, world->facts.master.dialect,
                       &(struct account){ .user = user, .host = trouble->account.host, .plugin = plugin,
                                          .hash = plugin == ACCOUNT_SHA2 ? SECRET_REPLICATION_SHA2 : SECRET_REPLICATION_NATIVE,
                                          .grant = "REPLICATION SLAVE ON *.*",
                                          .require_tls = world->answers->replication.tls == TLS_REQUIRE });
    fix_sql(plan, SIDE_MASTER, mem_printf("give %s@%s a new password", user, trouble->account.host),
            world->answers->replication.password_file != NULL ? "the one of the answers' password_file"
                                                              : "a strong one that nobody but the two servers knows", &sql);
    buf_addf(&line, ACCOUNT_UNLOGGED "\n%s %s_PASSWORD = %s", dialect->change_master, dialect->key, SECRET_REPLICATION);
    fix_add_position(trouble, &line);
    buf_addc(&line, '\n');
    fix_slave_sql(trouble, plan, mem_dup("tell the slave"), NULL, buf_str(&line));
    buf_free(&line);
    return 0;
}

int plan_grant(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const char *user = trouble->status->master_user, *host = trouble->account.host;
    struct buf sql = BUF_INIT;
    buf_adds(&sql, ACCOUNT_UNLOGGED "\nGRANT REPLICATION SLAVE ON *.* TO ");
    quote_sql(&sql, user, strlen(user));
    buf_addc(&sql, '@');
    quote_sql(&sql, host, strlen(host));
    buf_addc(&sql, '\n');
    fix_sql(plan, SIDE_MASTER, mem_printf("grant REPLICATION SLAVE to %s@%s", user, host), NULL, &sql);
    return plan_start(trouble, plan, err);
}

/* What TLS needs of both servers is more than a glance tells. */
int plan_tls(struct trouble *trouble, struct plan *plan, struct err *err)
{
    struct world *world = &trouble->care->world;
    struct buf line = BUF_INIT, text = BUF_INIT, options = BUF_INIT;
    if (facts_gather(world, &world->facts, err) != 0)
        return err_wrap(err, "cannot look at the TLS of both servers");
    if (world->answers->replication.tls == TLS_REQUIRE && tls_trust(&world->facts, world->answers, SIDE_MASTER) == TRUST_PLAIN) {
        err_set(err, ERR_REFUSED, "tls = require, and the master offers no TLS any more");
        return err_hint(err, "look at ssl_cert and ssl_key in the master's option files; nothing was changed");
    }
    const struct dialect *dialect = fix_slave_dialect(trouble);
    tls_plan_ca(&world->facts, world->answers, SIDE_MASTER, plan);
    tls_add_options(&world->facts, world->answers, &options);
    buf_addf(&line, "%s %s", dialect->change_master, buf_str(&options) + strlen(", "));
    if (dialect->public_key != NULL && settings_replication_plugin(&world->facts) == ACCOUNT_SHA2)
        buf_addf(&line, ", %s = %d", dialect->public_key, tls_trust(&world->facts, world->answers, SIDE_MASTER) == TRUST_PLAIN);
    fix_add_position(trouble, &line);
    buf_addc(&line, '\n');
    tls_explain(&world->facts, world->answers, SIDE_MASTER, &text);
    fix_slave_sql(trouble, plan, mem_dup("set the slave's TLS options"), buf_str(&text), buf_str(&line));
    buf_free(&line);
    buf_free(&text);
    buf_free(&options);
    return 0;
}

/* Its option files know one of its own, else the next that the master has not. */
int plan_new_id(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct facts *facts = &trouble->care->world.facts;
    const unsigned master = (unsigned)strtoul(facts_setting(&facts->master, "server_id"), NULL, 10);
    const struct cnf *file;
    const struct cnf_line *line = cnf_winner(&facts->slave.options, "server_id", &file);
    unsigned id = line != NULL && line->value != NULL ? (unsigned)strtoul(line->value, NULL, 10) : 0;
    char number[16];
    struct buf sql = BUF_INIT;
    if (id == 0 || id == master)
        id = trouble->care->world.answers->slave.server_id;
    if (id == 0 || id == master)
        id = master == 2 ? 3 : 2;
    snprintf(number, sizeof number, "%u", id);
    if (config_plan(&facts->slave, &(struct wanted){ .key = "server-id", .value = number, .why = "a number that no other server has" }, 1,
                    plan, err) != 0)
        return -1;
    buf_addf(&sql, "SET GLOBAL server_id = %u\n", id);
    fix_slave_sql(trouble, plan, mem_printf("give the slave the server id %u", id), NULL, buf_str(&sql));
    buf_free(&sql);
    return 0;
}

/* $1 the data directory: auto.cnf is kept under a name that no server reads. */
static const char uuid_script[] = "#: data word\n# auto.cnf of $1 aside\nset -e\nmv -n -- \"$1/auto.cnf\" \"$1/auto.cnf.$2.bak\"\n[ ! -e \"$1/auto.cnf\" ]\n";

static int apply_new_uuid(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct server_facts *slave = &world->facts.slave;
    struct host *host = world->hosts[SIDE_SLAVE];
    world_db_close(world, SIDE_SLAVE);
    if (service_stop(host, &slave->service, err) != 0)
        return -1;
    const int rc = host_script(host, NULL, err, uuid_script, slave->datadir, world->run_id, NULL);
    struct err ignored = ERR_INIT;
    return service_start(host, &slave->service, rc == 0 ? err : &ignored) == 0 ? rc : -1;
}

int plan_new_uuid(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct server_facts *slave = &trouble->care->world.facts.slave;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("move auto.cnf aside and restart the slave's server"),
                       .why = mem_dup("it makes itself a new UUID when there is none"),
                       .after = mem_printf("stop %s\nmv %s/auto.cnf auto.cnf.TIME.bak\nstart %s", slave->service.unit, slave->datadir,
                                           slave->service.unit),
                       .restarts = true,
                       .apply = apply_new_uuid,
                   });
    return plan_start(trouble, plan, err);
}

#define PACKET_MOST 1073741824u /* the largest that both vendors take */

int plan_raise_packet(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct server_facts *slave = &trouble->care->world.facts.slave;
    const char *name = slave->dialect->slave_packet;
    const struct cnf *file;
    struct buf sql = BUF_INIT;
    if (name != NULL && cnf_winner(&slave->options, name, &file) != NULL &&
        config_plan(slave, &(struct wanted){ .key = name, .value = "1073741824", .why = "an option file had it smaller" }, 1, plan, err) != 0)
        return -1;
    if (name != NULL)
        buf_addf(&sql, "SET GLOBAL %s = %u\n", name, PACKET_MOST);
    if (strtoull(facts_setting(slave, "max_allowed_packet"), NULL, 10) <
        strtoull(facts_setting(&trouble->care->world.facts.master, "max_allowed_packet"), NULL, 10) || name == NULL)
        buf_addf(&sql, "SET GLOBAL max_allowed_packet = %s\n", facts_setting(&trouble->care->world.facts.master, "max_allowed_packet"));
    fix_slave_sql(trouble, plan, mem_dup("let the slave take events as large as the master writes"), NULL, buf_str(&sql));
    buf_free(&sql);
    return 0;
}

static const char *log_after(const struct strings *logs, const char *name)
{
    for (size_t i = 0; name != NULL && i + 1 < logs->count; i++)
        if (strcmp(logs->items[i], name) == 0)
            return logs->items[i + 1];
    return NULL;
}

static const char *next_log(const struct trouble *trouble)
{
    return log_after(&trouble->care->world.facts.master.binlogs, trouble->status->master_log_file);
}

bool can_next_binlog(const struct trouble *trouble)
{
    return trouble->care->sides[SIDE_MASTER].server && next_log(trouble) != NULL;
}

bool can_from_oldest(const struct trouble *trouble)
{
    return trouble->care->sides[SIDE_MASTER].server && trouble->care->world.facts.master.binlogs.count > 0;
}

/* Where GTIDs find the place, all that came before that log counts as executed. */
static int add_gtid_lines(struct trouble *trouble, const struct binlog_position *position, struct buf *lines, struct err *err)
{
    struct world *world = &trouble->care->world;
    const struct dialect *dialect = fix_slave_dialect(trouble);
    struct db *master = world_db(world, SIDE_MASTER, err), *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    char *set = slave != NULL ? gtid_at(master, position, err) : NULL;
    struct buf quoted = BUF_INIT;
    int rc = set != NULL ? 0 : -1;
    if (rc == 0)
        quote_sql(&quoted, set, strlen(set));
    if (rc == 0 && dialect->mariadb) {
        buf_addf(lines, "%s %s\nSET GLOBAL gtid_slave_pos = %s\n", dialect->change_master, dialect->gtid_use, buf_str(&quoted));
    } else if (rc == 0) {
        struct buf query = BUF_INIT;
        buf_addf(&query, "SELECT GTID_SUBTRACT(%s, @@GLOBAL.gtid_executed)", buf_str(&quoted));
        char *missing = db_value(slave, err, buf_str(&query));
        rc = missing != NULL ? 0 : -1;
        if (rc == 0 && missing[0] != '\0')
            buf_addf(lines, "SET GLOBAL gtid_purged = '+%s'\n", missing);
        free(missing);
        buf_free(&query);
    }
    for (size_t i = 1; i < lines->len; i++) /* a set of several servers is told in several lines */
        if (lines->data[i] == '\n' && lines->data[i - 1] == ',')
            lines->data[i] = ' ';
    buf_free(&quoted);
    free(set);
    return rc;
}

static int plan_jump(struct trouble *trouble, const char *log, struct plan *plan, struct err *err)
{
    const struct dialect *dialect = fix_slave_dialect(trouble);
    struct binlog_position position = { .position = 4 };
    struct buf lines = BUF_INIT;
    int rc = 0;
    snprintf(position.file, sizeof position.file, "%s", log);
    if (trouble_by_gtid(trouble)) {
        rc = add_gtid_lines(trouble, &position, &lines, err);
    } else {
        buf_addf(&lines, "%s %s_LOG_FILE = ", dialect->change_master, dialect->key);
        quote_sql(&lines, log, strlen(log));
        buf_addf(&lines, ", %s_LOG_POS = 4\n", dialect->key);
    }
    if (rc == 0)
        fix_slave_sql(trouble, plan, mem_printf("go on from %s: the changes before it that the slave has not read are left out", log),
                      "the slave counts as doubtful until its checksums agree with the master's", buf_str(&lines))->destroys = true;
    buf_free(&lines);
    return rc;
}

int plan_from_oldest(struct trouble *trouble, struct plan *plan, struct err *err)
{
    return plan_jump(trouble, trouble->care->world.facts.master.binlogs.items[0], plan, err);
}

/* What was fetched is executed first: it is not what is damaged. Positions do not tell, for half a transaction may have come. */
int plan_next_binlog(struct trouble *trouble, struct plan *plan, struct err *err)
{
    const struct slave_status *status = trouble->status;
    if (strcasecmp(status->sql_running, "Yes") == 0 && strcasestr(status->sql_state, "has read all relay log") == NULL) {
        err_set(err, ERR_WORLD, "the slave has not executed yet all that it has fetched");
        return err_hint(err, "wait until it has, then repeat this");
    }
    return plan_jump(trouble, next_log(trouble), plan, err);
}
