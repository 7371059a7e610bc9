/* The whole data directory, cold, for a slave that holds nothing else: its accounts and every other database become the
 * master's. What belongs to one server only stays behind: identity, logs, where it stands in its own replication. */
#include "steps/copy_way.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/service.h"
#include "steps/copy.h"
#include "steps/settings.h"

/* Accounts that a server has from its installation. */
static const char *const own_users[] = { "", "root", "mysql", "mariadb.sys", "mysql.sys", "mysql.session", "mysql.infoschema",
                                         "debian-sys-maint", "PUBLIC" };

static bool own_account(const struct answers *answers, const char *account)
{
    const char *at = strrchr(account, '@');
    size_t len = at != NULL ? (size_t)(at - account) : strlen(account);
    /* the report reader of an earlier run is made again in step 14 */
    const char *ours[] = { answers->reports.user, answers->replication.user };
    for (size_t i = 0; i < sizeof own_users / sizeof own_users[0]; i++)
        if (strlen(own_users[i]) == len && strncmp(own_users[i], account, len) == 0)
            return true;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (ours[i] != NULL && strlen(ours[i]) == len && strncmp(ours[i], account, len) == 0)
            return true;
    return false;
}

static void holds_more(const struct facts *facts, const struct answers *answers, struct buf *why)
{
    const struct server_facts *slave = &facts->slave;
    const char *kind = NULL, *name = NULL;
    for (size_t i = 0; i < slave->databases.count && name == NULL; i++)
        if (strcmp(slave->databases.items[i], answers->database) != 0) {
            kind = "database";
            name = slave->databases.items[i];
        }
    for (size_t i = 0; i < slave->accounts.count && name == NULL; i++)
        if (!own_account(answers, slave->accounts.items[i])) {
            kind = "account";
            name = slave->accounts.items[i];
        }
    if (name != NULL) {
        buf_addf(why, "the slave has the %s ", kind);
        quote_printable(why, name, strlen(name), 0);
        buf_adds(why, " of its own, which would be replaced");
    } else if (slave->accounts.count == 0) {
        buf_adds(why, "the slave's accounts could not be listed, and they would be replaced");
    }
}

static bool inside(const struct server_facts *server, const char *name)
{
    const char *value = facts_setting(server, name);
    size_t len = strlen(server->datadir);
    return value[0] == '\0' || strcmp(value, "./") == 0 || strcmp(value, ".") == 0 ||
           (strncmp(value, server->datadir, len) == 0 && (value[len] == '\0' || strcmp(value + len, "/") == 0));
}

static void files_elsewhere(const struct facts *facts, struct buf *why)
{
    static const char *const places[] = { "innodb_data_home_dir", "innodb_log_group_home_dir", "innodb_undo_directory",
                                          "aria_log_dir_path", "innodb_doublewrite_dir" };
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        for (size_t i = 0; why->len == 0 && i < sizeof places / sizeof places[0]; i++)
            if (!inside(facts_of(facts, side), places[i]))
                buf_addf(why, "%s of the %s lies outside its data directory", places[i], side_name(side));
    if (why->len == 0 && facts->master.links.count > 0)
        buf_adds(why, "symbolic links lead out of the master's data directory");
}

static void set_differently(const struct facts *facts, struct buf *why)
{
    static const char *const alike[] = { "innodb_page_size", "innodb_data_file_path", "lower_case_table_names",
                                         "innodb_encrypt_tables" };
    for (size_t i = 0; why->len == 0 && i < sizeof alike / sizeof alike[0]; i++)
        if (strcmp(facts_setting(&facts->master, alike[i]), facts_setting(&facts->slave, alike[i])) != 0)
            buf_addf(why, "%s differs between the servers", alike[i]);
    for (size_t i = 0; why->len == 0 && i < facts->master.inventory.table_count; i++)
        if (facts->master.inventory.tables[i].encrypted)
            buf_adds(why, "the master has encrypted tables, and the slave has not its keys");
}

void whole_why_not(const struct facts *facts, const struct answers *answers, struct buf *why)
{
    const struct server_facts *slave = &facts->slave;
    holds_more(facts, answers, why);
    if (why->len == 0 && !series_same(facts_kind(&facts->master), facts_kind(slave)))
        buf_adds(why, "the servers are of different series");
    if (why->len == 0 && !slave->parent_same_filesystem)
        buf_adds(why, "the slave's data directory is a file system of its own and cannot be renamed aside");
    if (why->len == 0 && (answers->slave.db_user != NULL || answers->master.db_user != NULL))
        buf_adds(why, "the logins with db_user end with the accounts; it takes root over the servers' own sockets");
    if (why->len == 0 && facts_setting_on(slave, "event_scheduler"))
        buf_adds(why, "the slave's event_scheduler is on, and the master's events would run there before they are disabled");
    files_elsewhere(facts, why);
    set_differently(facts, why);
}

static void cost(const struct facts *facts, const struct answers *answers, struct copy_cost *cost)
{
    (void)answers;
    const struct server_facts *master = &facts->master;
    uint64_t bytes = master->datadir_bytes;
    uint64_t restart_ms = cost_restart_ms(master);
    cost->downtime_ms = restart_ms + cost_files_ms(master, bytes);
    cost->total_ms = cost->downtime_ms + cost_ship_ms(bytes);
    cost->disk_master = cost_disk(master->reflink ? 0 : bytes);
    cost->disk_slave = cost_disk(bytes);
    buf_adds(&cost->text, "stop and start ");
    quote_duration(&cost->text, restart_ms);
    buf_adds(&cost->text, ", ");
    cost_say_files(master, bytes, &cost->text);
}

/* All come with their files; only how they are looked at afterwards differs. */
enum carry whole_carry(const struct table *table)
{
    return table->natural == CARRY_FILES || table->natural == CARRY_DEFINITION ? table->natural : CARRY_IMPORT;
}

/* What belongs to one server: names in the data directory itself. Source: MySQL 8.0 manual 5.1.9, 19.1.2.5; MariaDB KB
 * "mariadb-backup: files". Certificates stay with the machine they were made for. */
#define NOT_TAKEN                                                                                                      \
    "auto.cnf mysqld-auto.cnf *.pem *.pid *.err *.log *.info *-relay-bin.* *-bin.[0-9]* *-bin.index *-bin.state *-bin.~rec~ "    \
    "binlog.* relay-log.* *.sock *.lock ibtmp* core core.* xtrabackup_* mariadb_backup_*"

static int apply_copy(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct buf index = BUF_INIT;
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, COPY_SILENCE_MS, NULL, &index, err,
                              "#: data run index text\n# cp -a --reflink=auto $1 to $2/copy, without what belongs to the master alone\n"
                              "set -eu; umask 077; rm -rf -- \"$2/copy\"; mkdir -p -- \"$2/copy\"; cd -- \"$1\"\n"
                              "set -f; set -- \"$2\" \"$3\" $4; set +f; run=$1 index=$2; shift 2\n"
                              "n=$#; while [ \"$n\" -gt 0 ]; do set -- \"$@\" ! -name \"$1\"; shift; n=$((n - 1)); done\n"
                              "find . -mindepth 1 -maxdepth 1 -type d ! -name lost+found ! -name '.dualserver-*' ! -name '#innodb_temp' -print0 |\n"
                              "xargs -0 -r cp -a --reflink=auto -t \"$run/copy\" --\n"
                              "find . -mindepth 1 -maxdepth 1 -type f \"$@\" -print0 | xargs -0 -r cp -a --reflink=auto -t \"$run/copy\" --\n"
                              "[ ! -e \"$index\" ] || cat -- \"$index\"",
                              world->facts.master.datadir, world->run_dir[SIDE_MASTER], world->facts.master.binlog_index,
                              NOT_TAKEN, NULL);
    char *text = buf_steal(&index);
    if (rc == 0)
        copy_note_binlogs(world, text);
    free(text);
    return rc == 0 ? 0 : err_wrap(err, "cannot copy the data directory on the master");
}

static int plan_copy(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("copy %s beside itself", facts->master.datadir),
                       .why = mem_dup("while mysqld is stopped the files do not change"),
                       .after = mem_printf("cp -a --reflink=auto, all but %s", NOT_TAKEN),
                       .undo = mem_dup("remove the copy"),
                       .apply = apply_copy,
                   });
    plan_note(plan, 3, "the how-to copies the database's folder; here the whole data directory, as asked for: the slave's accounts and "
                       "settings in the database become the master's, and the master's other databases come along as they are now, "
                       "but are not replicated");
    return 0;
}

static int apply_swap(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: run data\n# mv $2 $1/old, mv $1/incoming $2\n"
                       "set -eu; umask 077; run=$1 data=$2\n"
                       "[ -d \"$run/incoming\" ] || exit 0\n"
                       "mkdir -p -- \"$run/old\"\n"
                       "[ -e \"$run/old/data\" ] || mv -T -- \"$data\" \"$run/old/data\"\n"
                       "mv -T -- \"$run/incoming\" \"$data\"; sync -f \"$data\"",
                       world->run_dir[SIDE_SLAVE], world->facts.slave.datadir, NULL);
}

/* The whole server that was there comes back, its accounts and its old replication with it. */
static int revert_swap(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct server_facts *slave = &world->facts.slave;
    world_db_close(world, SIDE_SLAVE);
    if (service_stop(world->hosts[SIDE_SLAVE], &slave->service, err) != 0 ||
        host_script(world->hosts[SIDE_SLAVE], NULL, err,
                    "#: run data\n# mv $1/old/data $2\n"
                    "set -eu; run=$1 data=$2; [ -d \"$run/old/data\" ] || exit 0\n"
                    "if [ -e \"$data\" ]; then rm -rf -- \"$run/taken-back\"; mv -T -- \"$data\" \"$run/taken-back\"; fi\n"
                    "mv -T -- \"$run/old/data\" \"$data\"; sync -f \"$data\"",
                    world->run_dir[SIDE_SLAVE], slave->datadir, NULL) != 0)
        return -1;
    return service_start(world->hosts[SIDE_SLAVE], &slave->service, err);
}

int whole_swap_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    const struct server_facts *slave = &facts->slave;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("rename %s aside and put the master's in its place", slave->datadir),
                       .why = mem_dup("it was unpacked and checked beside it; the old one is kept whole"),
                       .after = mem_printf("mv %s RUN/old/data\nmv RUN/incoming %s", slave->datadir, slave->datadir),
                       .undo = mem_dup("rename both back"),
                       .destroys = true,
                       .apply = apply_swap,
                       .revert = revert_swap,
                   });
    plan_note(plan, 8, "the slave's old data directory, with its accounts, is kept as old/data in the run's folder beside %s",
              slave->datadir);
    return 0;
}

int whole_swap_verify(struct world *world, struct err *err)
{
    int rc = host_script(world->hosts[SIDE_SLAVE], NULL, err, "#: data\n[ -d \"$1/mysql\" ] || [ -e \"$1/mysql.ibd\" ]",
                         world->facts.slave.datadir, NULL);
    return rc == 0 ? 0 : err_wrap(err, "the slave's data directory is not complete");
}

/* The slave keeps its own identity and certificates. */
static int apply_owner(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct server_facts *slave = &world->facts.slave;
    char *owner = mem_printf("%s:%s", slave->mysql_user, slave->mysql_group);
    int rc = host_script(world->hosts[SIDE_SLAVE], NULL, err,
                         "#: run data owner\n# chown -R $3 $2\n"
                         "set -eu; run=$1 data=$2\n"
                         "chown -R -- \"$3\" \"$data\"\n"
                         "find \"$data\" -type d -exec chmod 0700 {} +; find \"$data\" -type f -exec chmod 0660 {} +\n"
                         "chmod --reference=\"$run/old/data\" -- \"$data\"\n"
                         "for f in auto.cnf mysqld-auto.cnf; do [ ! -e \"$run/old/data/$f\" ] || cp -a -- \"$run/old/data/$f\" \"$data/\"; done\n"
                         "for f in \"$run\"/old/data/*.pem; do [ ! -e \"$f\" ] || cp -a -- \"$f\" \"$data/\"; done\n"
                         "! command -v restorecon >/dev/null 2>&1 || restorecon -R -- \"$data\" 2>/dev/null || :",
                         world->run_dir[SIDE_SLAVE], slave->datadir, owner, NULL);
    free(owner);
    return rc;
}

int whole_owner_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    const struct server_facts *slave = &facts->slave;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("set the owner of %s to %s:%s", slave->datadir, slave->mysql_user, slave->mysql_group),
                       .why = mem_dup("mysqld must be able to write its files; its identity and certificates stay the slave's own"),
                       .after = mem_printf("chown -R %s:%s %s\ncp -a RUN/old/data/{auto.cnf,*.pem} %s", slave->mysql_user,
                                           slave->mysql_group, slave->datadir, slave->datadir),
                       .apply = apply_owner,
                   });
    return 0;
}

static int disable_event(struct db *db, const struct rows *rows, size_t row, struct err *err)
{
    const char *definer = row_str(rows, row, "definer"), *at = strrchr(definer, '@');
    struct buf sql = BUF_INIT;
    buf_adds(&sql, "ALTER DEFINER = "); /* without it the event becomes ours */
    quote_sql(&sql, definer, at != NULL ? (size_t)(at - definer) : strlen(definer));
    buf_addc(&sql, '@');
    quote_sql(&sql, at != NULL ? at + 1 : "%", at != NULL ? strlen(at + 1) : 1);
    buf_adds(&sql, " EVENT ");
    quote_table(&sql, row_str(rows, row, "db"), row_str(rows, row, "name"));
    buf_adds(&sql, " DISABLE ON SLAVE");
    int rc = db_exec(db, err, buf_str(&sql));
    buf_free(&sql);
    return rc;
}

static int apply_events(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct rows rows = ROWS_INIT;
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : db_exec(db, err, "SET SESSION sql_log_bin = 0");
    if (rc == 0)
        rc = db_exec(db, err, world->facts.slave.dialect->reset_all);
    if (rc == 0)
        rc = db_query(db, &rows, err, "SELECT EVENT_SCHEMA AS db, EVENT_NAME AS name, DEFINER AS definer FROM "
                                      "information_schema.EVENTS WHERE STATUS = 'ENABLED'");
    for (size_t i = 0; rc == 0 && i < rows.count; i++)
        rc = disable_event(db, &rows, i, err);
    rows_free(&rows);
    db_close(db);
    return rc;
}

int whole_events_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("disable the events that came along, forget the master's own replication"),
                       .why = mem_dup("events would run on both servers; a master that is a slave itself brings its own master along"),
                       .after = mem_printf("%s\nALTER EVENT each DISABLE ON SLAVE", facts->slave.dialect->reset_all),
                       .apply = apply_events,
                   });
    return 0;
}

const struct copy_way way_whole = {
    .id = "whole",
    .title = "the whole data directory; the slave's accounts are replaced",
    .method = COPY_WHOLE,
    .serves = 1u << COPY_WHOLE,
    .whole = true,
    .start = "the file opened in step 4",
    .why_not = whole_why_not,
    .cost = cost,
    .carry = whole_carry,
    .plan = {
        [2] = master_stop_plan,
        [3] = plan_copy,
        [4] = master_start_new_log_plan,
        [6] = ship_files_plan,
        [8] = whole_swap_plan,
        [9] = whole_owner_plan,
        [11] = whole_events_plan,
    },
    .verify = { [8] = whole_swap_verify, [11] = adopt_verify },
};
