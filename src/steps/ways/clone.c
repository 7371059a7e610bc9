/* MySQL's CLONE plugin: the slave's server fetches the whole of the running master into a folder beside its data directory,
 * which is then swapped in as the cold copy of way `whole` is. No stop, no file on the master, no program in between.
 * Source: MySQL 8.0 manual 7.6.7 "The Clone Plugin", 13.7.5 "CLONE Statement"; 27.12.19 "Clone Tables". */
#include "steps/copy_way.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/account.h"
#include "mysql/clone.h"
#include "steps/copy.h"
#include "steps/settings.h"
#include "steps/tls.h"

#define DONOR "dualserver_clone"
#define PASSWORD_LENGTH 32
#define LOOK_EVERY_MS 250
#define LEAST_PACKET (2u << 20) /* manual 8.0, 7.6.7.3: max_allowed_packet of both */
#define KILL_LIMIT_MS 30000u

/* The plugin is there already, is not there, the thread is gone. */
static const int harmless[] = { 1125, 1305, 1094 };

static void set_differently(const struct facts *facts, struct buf *why)
{
    static const char *const alike[] = { "character_set_server", "collation_server", "version_compile_os",
                                         "version_compile_machine" };
    for (size_t i = 0; why->len == 0 && i < sizeof alike / sizeof alike[0]; i++)
        if (strcmp(facts_setting(&facts->master, alike[i]), facts_setting(&facts->slave, alike[i])) != 0)
            buf_addf(why, "%s differs between the servers", alike[i]);
    for (enum side side = SIDE_MASTER; why->len == 0 && side <= SIDE_SLAVE; side++)
        if (strtoull(facts_setting(facts_of(facts, side), "max_allowed_packet"), NULL, 10) < LEAST_PACKET)
            buf_addf(why, "max_allowed_packet of the %s is below 2 MiB", side_name(side));
}

static void why_not(const struct facts *facts, const struct answers *answers, struct buf *why)
{
    const struct server_facts *master = &facts->master, *slave = &facts->slave;
    const char *refused = clone_refuse(facts_kind(master), facts_kind(slave));
    if (refused != NULL)
        buf_adds(why, refused);
    else if (master->uncloneable != NULL)
        quote_printable(why, master->uncloneable, strlen(master->uncloneable), 0);
    else if (slave->confinement != NULL && strstr(slave->confinement, "enforc") != NULL)
        buf_addf(why, "the slave's mysqld is confined (%s) and may write into its data directory only", slave->confinement);
    else if (strchr(master->address, ':') != NULL)
        buf_adds(why, "CLONE knows no IPv6 addresses");
    set_differently(facts, why);
    if (why->len == 0)
        whole_why_not(facts, answers, why);
}

static void cost(const struct facts *facts, const struct answers *answers, struct copy_cost *cost)
{
    (void)answers;
    bool restarts = master_restart_why(facts) != NULL;
    uint64_t bytes = facts->master.datadir_bytes;
    cost->downtime_ms = restarts ? cost_restart_ms(&facts->master) : 0;
    cost->total_ms = cost->downtime_ms + cost_ship_ms(bytes) + cost_restart_ms(&facts->slave);
    cost->disk_slave = cost_disk(bytes);
    buf_adds(&cost->text, restarts ? "stop and start " : "no stop");
    if (restarts)
        quote_duration(&cost->text, cost->downtime_ms);
    buf_adds(&cost->text, ", nothing is locked while InnoDB is cloned");
}

/* The plugin has variables where it is loaded. */
static bool had_plugin(const struct server_facts *server)
{
    return facts_setting(server, "clone_autotune_concurrency")[0] != '\0';
}

static int exec_unless_done(struct db *db, const char *sql, struct err *err)
{
    if (db_exec(db, err, sql) == 0)
        return 0;
    for (size_t i = 0; err->code == ERR_SQL && i < sizeof harmless / sizeof harmless[0]; i++)
        if (err->detail == harmless[i]) {
            err_clear(err);
            return 0;
        }
    return -1;
}

/* A session that leaves no trace in the server's logs. */
static struct db *quiet_session(struct world *world, enum side side, struct err *err)
{
    struct db *db = world_db_open(world, side, err);
    if (db != NULL && db_exec(db, err, ACCOUNT_UNLOGGED) == 0)
        return db;
    db_close(db);
    return NULL;
}

static int install(struct db *db, struct err *err)
{
    return exec_unless_done(db, "INSTALL PLUGIN clone SONAME 'mysql_clone.so'", err);
}

static void add_donor(const struct facts *facts, struct buf *to)
{
    const char *host = settings_account_host(facts, SIDE_SLAVE);
    quote_sql(to, DONOR, strlen(DONOR));
    buf_addc(to, '@');
    quote_sql(to, host, strlen(host));
}

/* The account goes from the server, and the plugin where this run has brought it. */
static int take_away(struct world *world, enum side side, struct err *err)
{
    struct db *db = quiet_session(world, side, err);
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "DROP USER IF EXISTS ");
    add_donor(&world->facts, &sql);
    int rc = db == NULL ? -1 : db_exec(db, err, buf_str(&sql));
    if (rc == 0 && !had_plugin(facts_of(&world->facts, side)))
        rc = exec_unless_done(db, "UNINSTALL PLUGIN clone", err);
    buf_free(&sql);
    db_close(db);
    return rc == 0 ? 0 : err_wrap(err, "cannot take the clone's account and plugin away from the %s", side_name(side));
}

static int set_variable(struct db *db, const char *name, const char *value, struct err *err)
{
    struct buf sql = BUF_INIT;
    buf_addf(&sql, "SET GLOBAL %s = ", name);
    if (value[0] != '\0')
        quote_sql(&sql, value, strlen(value));
    else
        buf_adds(&sql, "NULL");
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

static bool verified(const struct world *world)
{
    const enum trust trust = tls_trust(&world->facts, world->answers, SIDE_MASTER);
    return trust == TRUST_CA || trust == TRUST_NAME;
}

static int prepare_slave(struct world *world, struct err *err)
{
    const struct server_facts *master = &world->facts.master, *slave = &world->facts.slave;
    char *donor = mem_printf("%s:%u", master->address, master->port);
    struct db *db = quiet_session(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : install(db, err);
    if (rc == 0)
        rc = set_variable(db, "clone_valid_donor_list", donor, err);
    if (rc == 0)
        rc = set_variable(db, "clone_ssl_ca", verified(world) ? slave->tls.other_ca : "", err);
    free(donor);
    db_close(db);
    /* mysqld makes the folder of the data itself, and for that has to get through the run's */
    return rc != 0 ? -1
                   : host_script(world->hosts[SIDE_SLAVE], NULL, err,
                                 "#: run owner owner\n# make $1/clone for $2\n"
                                 "set -eu; umask 077; mkdir -p -- \"$1\"; rm -rf -- \"$1/clone\" \"$1/incoming\"; mkdir -- \"$1/clone\"\n"
                                 "chown -- \"$2:$3\" \"$1/clone\"; chgrp -- \"$3\" \"$1\"; chmod 0710 -- \"$1\"",
                                 world->run_dir[SIDE_SLAVE], slave->mysql_user, slave->mysql_group, NULL);
}

/* What a plugin that was there before was set to. */
static int reset_slave(struct world *world, struct err *err)
{
    const struct server_facts *slave = &world->facts.slave;
    if (!had_plugin(slave))
        return 0;
    struct db *db = quiet_session(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : set_variable(db, "clone_valid_donor_list", facts_setting(slave, "clone_valid_donor_list"), err);
    if (rc == 0)
        rc = set_variable(db, "clone_ssl_ca", facts_setting(slave, "clone_ssl_ca"), err);
    db_close(db);
    return rc;
}

static int prepare_master(struct world *world, const struct secret *password, struct err *err)
{
    const struct server_facts *master = &world->facts.master;
    const char *rounds = facts_setting(master, "caching_sha2_password_digest_rounds");
    struct secret *hash = account_sha2_hash(password, NULL, (unsigned)strtoul(rounds, NULL, 10), err);
    struct db *db = hash != NULL ? quiet_session(world, SIDE_MASTER, err) : NULL;
    struct buf quoted = BUF_INIT, statements = BUF_INIT;
    int rc = db == NULL ? -1 : install(db, err);
    if (rc == 0) {
        quote_sql(&quoted, secret_text(hash), secret_len(hash));
        account_statements(&statements, master->dialect,
                           &(struct account){ .user = DONOR, .host = settings_account_host(&world->facts, SIDE_SLAVE),
                                              .plugin = ACCOUNT_SHA2, .hash = buf_str(&quoted), .grant = "BACKUP_ADMIN ON *.*" });
        char *text = buf_steal(&statements), *at = text;
        const size_t len = strlen(text);
        for (char *line; rc == 0 && (line = text_line(&at)) != NULL;)
            rc = db_exec_secret(db, err, line, "the account of the clone");
        wipe(text, len);
        free(text);
    }
    buf_wipe(&quoted);
    secret_free(hash);
    db_close(db);
    return rc;
}

static void write_statement(struct world *world, const struct secret *password, struct buf *sql)
{
    const struct server_facts *master = &world->facts.master;
    char *folder = settings_path(world, SIDE_SLAVE, "clone/data");
    buf_adds(sql, "CLONE INSTANCE FROM ");
    quote_sql(sql, DONOR, strlen(DONOR));
    buf_addc(sql, '@');
    quote_sql(sql, master->address, strlen(master->address));
    buf_addf(sql, ":%u IDENTIFIED BY ", master->port);
    quote_sql(sql, secret_text(password), secret_len(password));
    buf_adds(sql, " DATA DIRECTORY = ");
    quote_sql(sql, folder, strlen(folder));
    buf_adds(sql, tls_trust(&world->facts, world->answers, SIDE_MASTER) == TRUST_PLAIN ? " REQUIRE NO SSL" : " REQUIRE SSL");
    free(folder);
}

/* What is told is for the eye: that it cannot be read ends nothing. */
static void tell(struct world *world, uint64_t began_ms)
{
    struct err ignored = ERR_INIT;
    struct rows rows = ROWS_INIT;
    struct db *db = world_db(world, SIDE_SLAVE, &ignored);
    if (db != NULL && db_query(db, &rows, &ignored, "SELECT SUM(DATA) AS done, SUM(ESTIMATE) AS total, SUM(NETWORK) AS network FROM "
                                                    "performance_schema.clone_progress") == 0 && rows.count > 0) {
        const uint64_t done = row_u64(&rows, 0, "done"), total = row_u64(&rows, 0, "total");
        world->shipped_bytes = row_u64(&rows, 0, "network");
        world_emit(world, &(struct event){ .kind = EVENT_PROGRESS, .done = done, .total = done > total ? done : total,
                                           .rate = done * 1000 / (clock_ms() - began_ms + 1) });
    }
    rows_free(&rows);
}

/* The statement takes as long as the data and has a session of its own, while another one tells how far it is. A cancel ends the
 * wait; what the server goes on doing then is ended by discard(). */
static int fetch_data(struct world *world, const struct secret *password, struct err *err)
{
    static const char what[] = "CLONE INSTANCE";
    const uint64_t began_ms = clock_ms();
    bool finished = false;
    struct buf sql = BUF_INIT;
    struct db *db = quiet_session(world, SIDE_SLAVE, err);
    write_statement(world, password, &sql);
    int rc = db == NULL ? -1 : db_begin_secret(db, err, buf_str(&sql), what);
    buf_wipe(&sql);
    while (rc == 0 && !finished) {
        rc = world_cancelled(world, err) ? -1 : db_finished(db, LOOK_EVERY_MS, &finished, err, what);
        if (rc == 0)
            tell(world, began_ms);
    }
    db_close(db);
    return rc;
}

/* Ends what an interrupted run has left at work on the slave. */
static int end_fetch(struct world *world, struct err *err)
{
    char *folder = settings_path(world, SIDE_SLAVE, "clone/data");
    struct buf sql = BUF_INIT;
    struct db *db = quiet_session(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : 0;
    buf_adds(&sql, "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'CLONE INSTANCE%' AND INSTR(INFO, ");
    quote_sql(&sql, folder, strlen(folder));
    buf_adds(&sql, ") > 0");
    for (uint64_t end = clock_ms() + KILL_LIMIT_MS; rc == 0;) {
        err_clear(err);
        char *id = db_value(db, err, buf_str(&sql));
        if (id == NULL) {
            rc = err->code == ERR_NONE ? 0 : -1;
            break;
        }
        char *kill = mem_printf("KILL %s", id);
        rc = clock_ms() < end ? exec_unless_done(db, kill, err) : err_set(err, ERR_TIMEOUT, "the clone under way does not end");
        free(kill);
        free(id);
        poll(NULL, 0, LOOK_EVERY_MS);
    }
    free(folder);
    buf_free(&sql);
    db_close(db);
    return rc;
}

static int remove_folder(struct world *world, struct err *err)
{
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: run\n# remove $1/clone\n"
                       "set -eu; case $1 in */.dualserver-*) ;; *) exit 1;; esac; [ -d \"$1\" ] || exit 0\n"
                       "rm -rf -- \"$1/clone\"; chgrp -- 0 \"$1\"; chmod 0700 -- \"$1\"", world->run_dir[SIDE_SLAVE], NULL);
}

/* A donor whose line broke off waits 5 minutes for the recipient to come back (MySQL 8.4 manual,
 * clone_donor_timeout_after_network_failure; from 8.0.24), and is busy so long. The variable goes with the plugin. */
static void let_donor_go(struct world *world)
{
    struct err ignored = ERR_INIT;
    struct db *db = had_plugin(&world->facts.master) ? NULL : quiet_session(world, SIDE_MASTER, &ignored);
    if (db != NULL)
        (void)db_exec(db, &ignored, "SET GLOBAL clone_donor_timeout_after_network_failure = 0");
    db_close(db);
}

/* The clone is ended first: the master's plugin is busy as long as it goes on. One server out of reach leaves the other's part. */
static int discard(struct world *world, struct err *err)
{
    struct err master = ERR_INIT;
    let_donor_go(world);
    int rc = end_fetch(world, err);
    const int master_rc = take_away(world, SIDE_MASTER, &master);
    if (rc == 0 && (reset_slave(world, err) != 0 || take_away(world, SIDE_SLAVE, err) != 0 || remove_folder(world, err) != 0))
        rc = -1;
    if (rc == 0 && master_rc != 0)
        *err = master;
    return rc != 0 ? rc : master_rc;
}

/* Asked before and after: a table that came meanwhile would be empty on the slave. */
static int still_cloneable(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_MASTER, err);
    char *hindrance = NULL;
    if (db == NULL || copy_same_tables(world, db, err) != 0 || clone_hindrance(db, &hindrance, err) != 0)
        return -1;
    const int rc = hindrance == NULL ? 0 : err_set(err, ERR_WORLD, "the master cannot be cloned any more: %s", hindrance);
    free(hindrance);
    return rc;
}

static int arrange(struct world *world, struct err *err)
{
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: run\n# mv $1/clone/data $1/incoming\n"
                       "set -eu; [ -e \"$1/clone/data/mysql.ibd\" ] || { echo 'the clone is not complete' >&2; exit 1; }\n"
                       "mv -T -- \"$1/clone/data\" \"$1/incoming\"; sync -f \"$1/incoming\"", world->run_dir[SIDE_SLAVE], NULL);
}

static int apply_clone(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const uint64_t began_ms = clock_ms();
    struct secret *password = still_cloneable(world, err) == 0 ? secret_random(PASSWORD_LENGTH, err) : NULL;
    int rc = password == NULL || end_fetch(world, err) != 0 || prepare_slave(world, err) != 0 ||
                     prepare_master(world, password, err) != 0 || fetch_data(world, password, err) != 0 ||
                     still_cloneable(world, err) != 0 || arrange(world, err) != 0
                 ? -1
                 : 0;
    secret_free(password);
    if (rc != 0 || discard(world, err) != 0)
        return -1;
    struct buf text = BUF_INIT;
    quote_size(&text, world->shipped_bytes);
    buf_adds(&text, " in ");
    quote_duration(&text, clock_ms() - began_ms);
    world_note(world, SEVERITY_INFO, "cloned: %s; where replication begins is known when the slave has started with it",
               buf_str(&text));
    buf_free(&text);
    return 0;
}

static int plan_clone(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const struct server_facts *master = &facts->master;
    const char *ssl = tls_trust(facts, answers, SIDE_MASTER) == TRUST_PLAIN ? "NO SSL" : "SSL";
    const char *host = settings_account_host(facts, SIDE_SLAVE);
    struct buf shown = BUF_INIT;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (!had_plugin(facts_of(facts, side)))
            buf_addf(&shown, "%s: INSTALL PLUGIN clone SONAME 'mysql_clone.so'\n", side_name(side));
    buf_addf(&shown, "master: %s '%s'@'%s' %s ********; GRANT BACKUP_ADMIN ON *.*\n", master->dialect->create_user, DONOR, host,
             master->dialect->sha2_as);
    buf_addf(&shown, "slave: SET GLOBAL clone_valid_donor_list = '%s:%u'\n", master->address, master->port);
    buf_addf(&shown, "slave: CLONE INSTANCE FROM '%s'@'%s':%u IDENTIFIED BY ******** DATA DIRECTORY = 'RUN/clone/data' REQUIRE %s\n",
             DONOR, master->address, master->port, ssl);
    buf_addf(&shown, "both: DROP USER '%s'@'%s'; UNINSTALL PLUGIN clone where it was not before", DONOR, host);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SHIP,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("let the slave's server clone the master's, beside its own data"),
                       .why = mem_dup("both servers go on serving meanwhile; account and plugin are there for the time of the clone"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("end it, drop the account, uninstall the plugin, remove the folder"),
                       .apply = apply_clone,
                   });
    plan_note(plan, 6, "the how-to copies the database's folder while mysqld is stopped; here the slave's server clones the whole master "
                       "while it runs: the slave's accounts and settings in the database become the master's, and the master's other "
                       "databases come along as they are now, but are not replicated");
    plan_note(plan, 6, "%s", master->dialect->clone_ddl
                                 ? "CREATE, ALTER and DROP go on on the master while it is cloned"
                                 : "CREATE, ALTER, DROP and TRUNCATE wait on the master while it is cloned (before MySQL 8.0.27)");
    return 0;
}

/* "./binlog.000002" */
static int take_start(struct world *world, const struct rows *rows, struct err *err)
{
    const char *file = row_str(rows, 0, "BINLOG_FILE"), *slash = strrchr(file, '/');
    struct binlog_position start = { .position = row_u64(rows, 0, "BINLOG_POSITION") };
    if (slash != NULL)
        file = slash + 1;
    if (rows->count != 1 || strcasecmp(row_str(rows, 0, "STATE"), "Completed") != 0 || file[0] == '\0' || start.position == 0 ||
        snprintf(start.file, sizeof start.file, "%s", file) >= (int)sizeof start.file)
        return err_set(err, ERR_DATA, "the clone names no binary log's position");
    world->start = start;
    return 0;
}

static int apply_start(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct rows rows = ROWS_INIT;
    struct db *db = quiet_session(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : install(db, err);
    if (rc == 0)
        rc = db_query(db, &rows, err, "SELECT STATE, BINLOG_FILE, BINLOG_POSITION FROM performance_schema.clone_status");
    if (rc == 0)
        rc = take_start(world, &rows, err);
    rows_free(&rows);
    db_close(db);
    if (rc != 0 || take_away(world, SIDE_SLAVE, err) != 0)
        return -1;
    world_note(world, SEVERITY_INFO, "the clone is the state of %s:%llu, where replication will begin", world->start.file,
               (unsigned long long)world->start.position);
    return 0;
}

static int plan_start(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("ask where in the master's binary log the clone stands, drop the clone's own account"),
                       .why = mem_dup("the server knows it once it has started with the clone"),
                       .after = mem_printf("SELECT BINLOG_FILE, BINLOG_POSITION FROM performance_schema.clone_status\n"
                                           "DROP USER '%s'@'%s'%s", DONOR, settings_account_host(facts, SIDE_SLAVE),
                                           had_plugin(&facts->slave) ? "" : "\nUNINSTALL PLUGIN clone"),
                       .apply = apply_start,
                   });
    return whole_events_plan(facts, answers, plan, err);
}

const struct copy_way way_clone = {
    .id = "clone",
    .title = "CLONE of the whole running master; the slave's accounts are replaced",
    .method = COPY_HOT,
    .serves = 1u << COPY_HOT,
    .whole = true,
    .start = "the file of the clone",
    .why_not = why_not,
    .cost = cost,
    .carry = whole_carry,
    .plan = {
        [2] = master_restart_stop_plan,
        [4] = master_restart_start_plan,
        [6] = plan_clone,
        [8] = whole_swap_plan,
        [9] = whole_owner_plan,
        [11] = plan_start,
    },
    .verify = { [8] = whole_swap_verify, [11] = adopt_verify },
    .again = 6,
    .discard = discard,
};
