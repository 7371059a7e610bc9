#include "steps/take_back.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/account.h"

/* MySQL keeps the login in a table, MariaDB and old MySQL in the file master.info: its sixth line. Both go into the run's folder. */
int replication_keep(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *db = world_db_open(world, SIDE_SLAVE, err);
    struct err none = ERR_INIT;
    if (db == NULL)
        return -1;
    char *password = db_value(db, &none, "SELECT User_password FROM mysql.slave_master_info LIMIT 1");
    int rc = host_script_with(world->hosts[SIDE_SLAVE], password != NULL ? password : "", password != NULL ? strlen(password) : 0, 0,
                              NULL, NULL, err,
                              "#: run data\n# keep the login of the old replication in $1\n"
                              "set -eu; umask 077; mkdir -p -- \"$1\"; [ ! -e \"$1/replication\" ] || exit 0\n"
                              "cat >\"$1/replication.new\"\n"
                              "if [ ! -s \"$1/replication.new\" ] && [ -e \"$2/master.info\" ]; then sed -n 6p \"$2/master.info\" | tr -d '\\n' >\"$1/replication.new\"; fi\n"
                              "sync -- \"$1/replication.new\"; mv -T -- \"$1/replication.new\" \"$1/replication\"",
                              world->run_dir[SIDE_SLAVE], world->facts.slave.datadir, NULL);
    if (password != NULL)
        wipe(password, strlen(password));
    free(password);
    db_close(db);
    return rc;
}

static bool same_master(const struct slave_status *now, const struct slave_status *before)
{
    return now->configured && now->master_host != NULL && before->master_host != NULL &&
           strcmp(now->master_host, before->master_host) == 0 && now->master_port == before->master_port &&
           now->relay_master_log_file != NULL && before->relay_master_log_file != NULL &&
           (strcmp(now->relay_master_log_file, before->relay_master_log_file) > 0 ||
            (strcmp(now->relay_master_log_file, before->relay_master_log_file) == 0 &&
             now->exec_master_log_pos >= before->exec_master_log_pos));
}

static int point_back(struct world *world, struct db *db, const struct slave_status *before, struct err *err)
{
    const char *key = db_dialect(db)->key;
    struct buf sql = BUF_INIT, password = BUF_INIT;
    int rc = host_script(world->hosts[SIDE_SLAVE], &password, err, "#: run\n# read $1/replication\n[ ! -e \"$1/replication\" ] || cat -- \"$1/replication\"",
                         world->run_dir[SIDE_SLAVE], NULL);
    buf_addf(&sql, "%s %s_HOST = ", db_dialect(db)->change_master, key);
    quote_sql(&sql, before->master_host, strlen(before->master_host));
    buf_addf(&sql, ", %s_PORT = %u, %s_USER = ", key, before->master_port, key);
    quote_sql(&sql, before->master_user != NULL ? before->master_user : "", strlen(before->master_user != NULL ? before->master_user : ""));
    buf_addf(&sql, ", %s_PASSWORD = ", key);
    quote_sql(&sql, buf_str(&password), password.len);
    buf_addf(&sql, ", %s_LOG_FILE = ", key);
    quote_sql(&sql, before->relay_master_log_file, strlen(before->relay_master_log_file));
    buf_addf(&sql, ", %s_LOG_POS = %llu", key, (unsigned long long)before->exec_master_log_pos);
    if (rc == 0)
        rc = db_exec(db, err, ACCOUNT_UNLOGGED);
    if (rc == 0)
        rc = db_exec_secret(db, err, buf_str(&sql), "point the slave at its old master");
    buf_wipe(&sql);
    buf_wipe(&password);
    return rc;
}

int replication_revert(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const struct slave_status *before = &world->facts.slave.slave_status;
    struct slave_status now = { .configured = false };
    struct db *db = world_db(world, SIDE_SLAVE, err);
    int rc = db == NULL ? -1 : slave_status_read(db, &now, err);
    /* an undo may be tried twice: what is there again is left alone */
    if (rc == 0 && !same_master(&now, before) && before->master_host != NULL && before->relay_master_log_file != NULL)
        rc = point_back(world, db, before, err);
    const bool ran = before->io_running != NULL && strcasecmp(before->io_running, "No") != 0;
    if (rc == 0) /* where it stood still, the server's own start has set it going */
        rc = db_exec(db, err, ran ? db_dialect(db)->start : db_dialect(db)->stop);
    slave_status_free(&now);
    return rc == 0 ? 0 : err_wrap(err, "cannot bring the slave's old replication back");
}
