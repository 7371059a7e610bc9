#include "mysql/dialect.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The words that go together. */
#define SLAVE_WORDS                                                                                                    \
    .slave_status = "SHOW SLAVE STATUS", .slave_hosts = "SHOW SLAVE HOSTS", .start = "START SLAVE",                    \
    .stop = "STOP SLAVE", .start_sql = "START SLAVE SQL_THREAD", .stop_sql = "STOP SLAVE SQL_THREAD",                  \
    .slave_word = "slave"
#define REPLICA_WORDS                                                                                                  \
    .slave_status = "SHOW REPLICA STATUS", .slave_hosts = "SHOW REPLICAS", .start = "START REPLICA",                   \
    .stop = "STOP REPLICA", .reset_all = "RESET REPLICA ALL", .start_sql = "START REPLICA SQL_THREAD",                 \
    .stop_sql = "STOP REPLICA SQL_THREAD", .slave_word = "replica"
#define MASTER_WORDS .change_master = "CHANGE MASTER TO", .key = "MASTER"
#define SOURCE_WORDS                                                                                                   \
    .change_master = "CHANGE REPLICATION SOURCE TO", .key = "SOURCE", .no_gtid = "SOURCE_AUTO_POSITION = 0"
/* GRANT ... IDENTIFIED BY PASSWORD: MySQL 4.1 manual 13.5.1.3, 5.6 manual 13.7.1.4, MariaDB KB "GRANT". CREATE USER IF NOT
 * EXISTS and ALTER USER with a plugin: MySQL 5.7.6, MariaDB 10.1.3 and 10.2.0. caching_sha2_password: 8.0.3. */
#define OLD_ACCOUNTS .native_as = "IDENTIFIED BY PASSWORD"
#define CREATE_ACCOUNTS .create_user = "CREATE USER IF NOT EXISTS", .alter_user = "ALTER USER"
#define MARIADB_ACCOUNTS CREATE_ACCOUNTS, .native_as = "IDENTIFIED VIA mysql_native_password USING"
#define MYSQL_ACCOUNTS CREATE_ACCOUNTS, .native_as = "IDENTIFIED WITH mysql_native_password AS"
#define SHA2_ACCOUNTS MYSQL_ACCOUNTS, .sha2_as = "IDENTIFIED WITH caching_sha2_password AS"
#define SHA2_ONLY_ACCOUNTS CREATE_ACCOUNTS, .sha2_as = "IDENTIFIED WITH caching_sha2_password AS"
#define MYSQL_TOOLS .dump_tool = "mysqldump", .client_tool = "mysql", .server_binary = "mysqld"
#define MARIADB_TOOLS .dump_tool = "mariadb-dump", .client_tool = "mariadb", .server_binary = "mariadbd"
/* Exits non-zero on an option it does not know, before it touches the data (reproduced on MariaDB 10.11). */
#define VALIDATE_HELP .validate = "--help --verbose"
/* mysqld --validate-config: MySQL 8.0 manual 5.1.9 "Server Configuration Validation", since 8.0.16. */
#define VALIDATE_CONFIG .validate = "--validate-config"

/* Sources. MariaDB KB: "CHANGE MASTER TO" (MASTER_USE_GTID since 10.0.2), "RESET SLAVE" (ALL since 5.5.29; 10.0),
 * "SHOW REPLICA STATUS" (10.5.1, the columns keep their names; every MariaDB takes the SLAVE words, so they are used
 * throughout), "binlog_expire_logs_seconds" (10.6.1), "InnoDB File-Per-Table Tablespaces" (transportable since 10.0;
 * no DISCARD for partitioned tables: 1031, reproduced on 10.11; FULLTEXT is lost with warning 1817, reproduced on
 * 10.11, and assumed of later ones), "mariadbd" as the binary's name (10.5). CHANGE REPLICATION SOURCE is a syntax error
 * on MariaDB (reproduced on 10.11).
 * MySQL: reference manuals 5.0 to 9.x. RESET SLAVE ALL: 5.5.16. Transportable tablespaces: 5.6.6, partitioned ones 5.7.4
 * (5.7 manual 14.6.1.3; FULLTEXT tables cannot be exported, the same section). MyISAM in 8.0: the dictionary has no .frm
 * (8.0 manual 14.1). Release notes: 8.0.1 binlog_expire_logs_seconds; 8.0.16 --validate-config; 8.0.22 REPLICA words;
 * 8.0.23 CHANGE REPLICATION SOURCE; 8.0.26 SOURCE_POS_WAIT; 8.2.0 SHOW BINARY LOG STATUS; 8.4.0 SLAVE words,
 * SHOW MASTER STATUS and expire_logs_days removed, mysql_native_password off; 9.0.0 mysql_native_password removed. */
static const struct dialect dialects[] = {
    { .name = "MariaDB 5.1 to 5.5", .from = 50100, .below = 100000, .mariadb = true,
      SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE", .wait_position = "MASTER_POS_WAIT",
      .expire_days = "expire_logs_days", OLD_ACCOUNTS, .import_needs_cfg = true, .myisam_files = true },
    { .name = "MariaDB 10.0 to 10.1", .from = 100000, .below = 100200, .mariadb = true,
      SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_USE_GTID = no",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", OLD_ACCOUNTS,
      .import_tablespace = true, .import_needs_cfg = true, .myisam_files = true },
    { .name = "MariaDB 10.2 to 10.4", .from = 100200, .below = 100500, .mariadb = true,
      SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_USE_GTID = no",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", MARIADB_ACCOUNTS,
      .import_tablespace = true, .import_needs_cfg = true, .myisam_files = true },
    { .name = "MariaDB 10.5 to 10.6.0", .from = 100500, .below = 100601, .mariadb = true,
      SLAVE_WORDS, MASTER_WORDS, MARIADB_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_USE_GTID = no",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", MARIADB_ACCOUNTS,
      .import_tablespace = true, .import_needs_cfg = true, .myisam_files = true },
    { .name = "MariaDB 10.6.1 and later", .from = 100601, .below = 1000000, .mariadb = true,
      SLAVE_WORDS, MASTER_WORDS, MARIADB_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_USE_GTID = no",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days",
      .expire_seconds = "binlog_expire_logs_seconds", MARIADB_ACCOUNTS,
      .import_tablespace = true, .import_needs_cfg = true, .myisam_files = true },

    { .name = "MySQL 5.0 to 5.5.15", .from = 50000, .below = 50516, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE", .wait_position = "MASTER_POS_WAIT",
      .expire_days = "expire_logs_days", OLD_ACCOUNTS, .import_needs_cfg = true, .myisam_files = true },
    { .name = "MySQL 5.5.16 to 5.6.5", .from = 50516, .below = 50606, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS,
      VALIDATE_HELP, .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", OLD_ACCOUNTS,
      .import_needs_cfg = true, .myisam_files = true },
    { .name = "MySQL 5.6.6 to 5.7.3", .from = 50606, .below = 50704, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_AUTO_POSITION = 0",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", OLD_ACCOUNTS,
      .import_tablespace = true, .myisam_files = true },
    { .name = "MySQL 5.7.4 to 5.7.5", .from = 50704, .below = 50706, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_AUTO_POSITION = 0",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", OLD_ACCOUNTS,
      .import_tablespace = true, .import_partitioned = true, .myisam_files = true },
    { .name = "MySQL 5.7.6 to 5.7", .from = 50706, .below = 80000, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_AUTO_POSITION = 0",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days", MYSQL_ACCOUNTS,
      .import_tablespace = true, .import_partitioned = true, .myisam_files = true },
    { .name = "MySQL 8.0 to 8.0.15", .from = 80000, .below = 80016, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_HELP,
      .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL", .no_gtid = "MASTER_AUTO_POSITION = 0",
      .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days",
      .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS, .import_tablespace = true,
      .import_partitioned = true },
    { .name = "MySQL 8.0.16 to 8.0.21", .from = 80016, .below = 80022, SLAVE_WORDS, MASTER_WORDS, MYSQL_TOOLS,
      VALIDATE_CONFIG, .master_status = "SHOW MASTER STATUS", .reset_all = "RESET SLAVE ALL",
      .no_gtid = "MASTER_AUTO_POSITION = 0", .wait_position = "MASTER_POS_WAIT", .expire_days = "expire_logs_days",
      .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS, .import_tablespace = true,
      .import_partitioned = true },
    { .name = "MySQL 8.0.22", .from = 80022, .below = 80023, REPLICA_WORDS, MASTER_WORDS, MYSQL_TOOLS, VALIDATE_CONFIG,
      .master_status = "SHOW MASTER STATUS", .no_gtid = "MASTER_AUTO_POSITION = 0", .wait_position = "MASTER_POS_WAIT",
      .expire_days = "expire_logs_days", .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS,
      .import_tablespace = true, .import_partitioned = true },
    { .name = "MySQL 8.0.23 to 8.0.25", .from = 80023, .below = 80026, REPLICA_WORDS, SOURCE_WORDS, MYSQL_TOOLS,
      VALIDATE_CONFIG, .master_status = "SHOW MASTER STATUS", .wait_position = "MASTER_POS_WAIT",
      .expire_days = "expire_logs_days", .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS,
      .import_tablespace = true, .import_partitioned = true },
    { .name = "MySQL 8.0.26 to 8.1", .from = 80026, .below = 80200, REPLICA_WORDS, SOURCE_WORDS, MYSQL_TOOLS,
      VALIDATE_CONFIG, .master_status = "SHOW MASTER STATUS", .wait_position = "SOURCE_POS_WAIT",
      .expire_days = "expire_logs_days", .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS,
      .import_tablespace = true, .import_partitioned = true },
    { .name = "MySQL 8.2 to 8.3", .from = 80200, .below = 80400, REPLICA_WORDS, SOURCE_WORDS, MYSQL_TOOLS, VALIDATE_CONFIG,
      .master_status = "SHOW BINARY LOG STATUS", .wait_position = "SOURCE_POS_WAIT", .expire_days = "expire_logs_days",
      .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS, .import_tablespace = true,
      .import_partitioned = true },
    { .name = "MySQL 8.4", .from = 80400, .below = 90000, REPLICA_WORDS, SOURCE_WORDS, MYSQL_TOOLS,
      VALIDATE_CONFIG, .master_status = "SHOW BINARY LOG STATUS", .wait_position = "SOURCE_POS_WAIT",
      .expire_seconds = "binlog_expire_logs_seconds", SHA2_ACCOUNTS, .import_tablespace = true,
      .import_partitioned = true },
    { .name = "MySQL 9 and later", .from = 90000, .below = 1000000, REPLICA_WORDS, SOURCE_WORDS, MYSQL_TOOLS,
      VALIDATE_CONFIG, .master_status = "SHOW BINARY LOG STATUS", .wait_position = "SOURCE_POS_WAIT",
      .expire_seconds = "binlog_expire_logs_seconds", SHA2_ONLY_ACCOUNTS, .import_tablespace = true,
      .import_partitioned = true },
};

/* MariaDB 10 greets as "5.5.5-10.11.6-MariaDB" because old slaves read the first digit only. */
static const char *own_version(const char *version)
{
    static const char disguise[] = "5.5.5-";
    const size_t len = sizeof disguise - 1;
    return strncmp(version, disguise, len) == 0 && strstr(version, "MariaDB") != NULL ? version + len : version;
}

unsigned dialect_version(const char *version)
{
    unsigned major = 0, minor = 0, patch = 0;
    if (version == NULL || sscanf(own_version(version), "%3u.%2u.%2u", &major, &minor, &patch) < 2)
        return 0;
    return major * 10000 + minor * 100 + patch;
}

const struct dialect *dialect_for(const char *version)
{
    const unsigned number = dialect_version(version);
    const bool mariadb = version != NULL && strstr(version, "MariaDB") != NULL;
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        if (dialects[i].mariadb == mariadb && dialects[i].from <= number && number < dialects[i].below)
            return &dialects[i];
    return NULL;
}

const struct dialect *dialect_at(unsigned index)
{
    return index < sizeof dialects / sizeof dialects[0] ? &dialects[index] : NULL;
}
