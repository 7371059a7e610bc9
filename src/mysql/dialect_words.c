/* One line for each thing that is said differently: who, from which version, below which, how, and who says so.
 * "manual" is MySQL's Reference Manual of the series, "KB" MariaDB's Knowledge Base, "RN" release notes. */
#include "dialect_words.h"

#include "mysql/dialect.h"

#define EVER DIALECT_FOREVER
#define MYSQL(member, from, below, says, source) { offsetof(struct dialect, member), false, from, below, says, source }
#define MARIADB(member, from, below, says, source) { offsetof(struct dialect, member), true, from, below, says, source }
/* Every MariaDB, and every MySQL. */
#define MARIADB_ALL(member, says, source) MARIADB(member, DIALECT_FIRST_MARIADB, EVER, says, source)
#define MYSQL_ALL(member, says, source) MYSQL(member, DIALECT_FIRST_MYSQL, EVER, says, source)
#define YES NULL
/* Old words until MySQL 8.0.21, new ones from 8.0.22; MariaDB takes the old ones throughout (its new ones are from 10.5.1). */
#define REPLICA_SINCE_8022(member, old, new)                                                                           \
    MYSQL(member, DIALECT_FIRST_MYSQL, 80022, old, "manual 5.7, 13.4.2 SQL for replicas"),                             \
    MYSQL(member, 80022, EVER, new, "RN 8.0.22: REPLICA words; RN 8.4.0: SLAVE words removed"),                       \
    MARIADB_ALL(member, old, "KB Replication Commands")

const struct dialect_word dialect_words[] = {
    /* the session */
    MYSQL(charset, DIALECT_FIRST_MYSQL, 50503, "utf8", "manual 4.1, Character Set Support"),
    MYSQL(charset, 50503, EVER, "utf8mb4", "manual 5.5, The utf8mb4 Character Set: from 5.5.3"),
    MARIADB(charset, DIALECT_FIRST_MARIADB, 50500, "utf8", "KB Supported Character Sets and Collations"),
    MARIADB(charset, 50500, EVER, "utf8mb4", "KB Supported Character Sets and Collations"),
    MYSQL(lock_wait, 50503, EVER, "lock_wait_timeout", "manual 5.5, lock_wait_timeout: from 5.5.3"),
    MARIADB(lock_wait, 50500, EVER, "lock_wait_timeout", "KB lock_wait_timeout"),
    MYSQL(gone_sql_modes, 80011, EVER,
          ",NO_AUTO_CREATE_USER,DB2,MAXDB,MSSQL,MYSQL323,MYSQL40,ORACLE,POSTGRESQL,NO_FIELD_OPTIONS,NO_KEY_OPTIONS,"
          "NO_TABLE_OPTIONS,",
          "RN 8.0.11"),
    MYSQL(table_sql_mode, DIALECT_FIRST_MYSQL, 50008, "NO_AUTO_VALUE_ON_ZERO", "manual 4.1, The Server SQL Mode: from 4.1.1"),
    MYSQL(table_sql_mode, 50008, EVER, "NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO", "manual 5.0, SQL Modes: from 5.0.8"),
    MARIADB_ALL(table_sql_mode, "NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO", "KB SQL_MODE"),

    MYSQL(rows_sql_mode, DIALECT_FIRST_MYSQL, 50002, "NO_AUTO_VALUE_ON_ZERO", "manual 4.1, The Server SQL Mode"),
    MYSQL(rows_sql_mode, 50002, EVER, "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES", "manual 5.0, SQL Modes: from 5.0.2"),
    MARIADB_ALL(rows_sql_mode, "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES", "KB SQL_MODE"),
    MARIADB(snapshot_position, 50300, EVER, YES, "KB START TRANSACTION WITH CONSISTENT SNAPSHOT: from 5.3"),

    /* what the server tells about itself */
    MYSQL(information_schema, 50003, EVER, YES, "manual 5.0, INFORMATION_SCHEMA: from 5.0.2; SHOW ... WHERE from 5.0.3"),
    MARIADB_ALL(information_schema, YES, "KB Information Schema"),
    MYSQL(events, 50106, EVER, YES, "manual 5.1, Events: from 5.1.6"),
    MARIADB_ALL(events, YES, "KB Events"),
    MYSQL(show_create_trigger, 50121, EVER, YES, "manual 5.1, SHOW CREATE TRIGGER: from 5.1.21"),
    MARIADB_ALL(show_create_trigger, YES, "KB SHOW CREATE TRIGGER"),
    MYSQL(drop_trigger, DIALECT_FIRST_MYSQL, 50032, "DROP TRIGGER", "manual 5.0, DROP TRIGGER"),
    MYSQL(drop_trigger, 50032, EVER, "DROP TRIGGER IF EXISTS", "manual 5.0, DROP TRIGGER: IF EXISTS from 5.0.32"),
    MARIADB_ALL(drop_trigger, "DROP TRIGGER IF EXISTS", "KB DROP TRIGGER"),
    MYSQL(flush_with_read_lock, 50503, EVER, YES, "manual 5.5, FLUSH: with tables and a read lock from 5.5.3"),
    MARIADB_ALL(flush_with_read_lock, YES, "KB FLUSH"),
    MYSQL(innodb_trx, 50500, EVER, YES, "manual 5.5, INFORMATION_SCHEMA INNODB_TRX"),
    MARIADB(innodb_trx, 50500, EVER, YES, "KB Information Schema INNODB_TRX"),
    MYSQL(xa, 50003, EVER, YES, "manual 5.0, XA Transactions: from 5.0.3"),
    MARIADB_ALL(xa, YES, "KB XA Transactions"),
    MYSQL(persisted, 80000, EVER, YES, "manual 8.0, The persisted_variables Table"),
    MYSQL(fast_shutdown, 50000, EVER, YES, "manual 5.0, Dynamic System Variables; a start option only in 4.1"),
    MARIADB_ALL(fast_shutdown, YES, "KB innodb_fast_shutdown"),
    MYSQL(global_status, DIALECT_FIRST_MYSQL, 50002, "SHOW STATUS", "manual 4.1, SHOW STATUS"),
    MYSQL(global_status, 50002, EVER, "SHOW GLOBAL STATUS", "manual 5.0, SHOW STATUS: GLOBAL from 5.0.2"),
    MARIADB_ALL(global_status, "SHOW GLOBAL STATUS", "KB SHOW STATUS"),
    MYSQL(networking_value, 50500, EVER, YES, "a flag without a value in manual 5.1, skip-networking"),
    MARIADB(networking_value, 50500, EVER, YES, "KB skip_networking"),

    /* the slave */
    REPLICA_SINCE_8022(slave_status, "SHOW SLAVE STATUS", "SHOW REPLICA STATUS"),
    REPLICA_SINCE_8022(slave_hosts, "SHOW SLAVE HOSTS", "SHOW REPLICAS"),
    REPLICA_SINCE_8022(start, "START SLAVE", "START REPLICA"),
    REPLICA_SINCE_8022(stop, "STOP SLAVE", "STOP REPLICA"),
    REPLICA_SINCE_8022(start_sql, "START SLAVE SQL_THREAD", "START REPLICA SQL_THREAD"),
    REPLICA_SINCE_8022(stop_sql, "STOP SLAVE SQL_THREAD", "STOP REPLICA SQL_THREAD"),
    REPLICA_SINCE_8022(slave_word, "slave", "replica"),
    MYSQL(reset_all, DIALECT_FIRST_MYSQL, 50516, "RESET SLAVE", "manual 5.5, RESET SLAVE"),
    MYSQL(reset_all, 50516, 80022, "RESET SLAVE ALL", "RN 5.5.16"),
    MYSQL(reset_all, 80022, EVER, "RESET REPLICA ALL", "RN 8.0.22"),
    MARIADB(reset_all, DIALECT_FIRST_MARIADB, 100000, "RESET SLAVE", "KB RESET SLAVE"),
    MARIADB(reset_all, 100000, EVER, "RESET SLAVE ALL", "KB RESET SLAVE"),
    REPLICA_SINCE_8022(reset, "RESET SLAVE", "RESET REPLICA"),
    MYSQL(skip_counter, DIALECT_FIRST_MYSQL, 80026, "sql_slave_skip_counter", "manual 4.1, SET GLOBAL SQL_SLAVE_SKIP_COUNTER"),
    MYSQL(skip_counter, 80026, EVER, "sql_replica_skip_counter", "RN 8.0.26"),
    MARIADB_ALL(skip_counter, "sql_slave_skip_counter", "KB SET GLOBAL SQL_SLAVE_SKIP_COUNTER"),
    MYSQL(slave_packet, 50600, 80026, "slave_max_allowed_packet", "manual 5.6, slave_max_allowed_packet"),
    MYSQL(slave_packet, 80026, EVER, "replica_max_allowed_packet", "RN 8.0.26"),
    MARIADB(slave_packet, 50532, EVER, "slave_max_allowed_packet", "KB slave_max_allowed_packet"),
    MYSQL(worker_errors, 50702, EVER,
          "SELECT LAST_ERROR_NUMBER AS number, LAST_ERROR_MESSAGE AS message FROM performance_schema.replication_applier_status_by_worker "
          "WHERE LAST_ERROR_NUMBER <> 0 ORDER BY LAST_ERROR_MESSAGE",
          "manual 5.7, The replication_applier_status_by_worker Table: from 5.7.2"),
    MYSQL(change_master, DIALECT_FIRST_MYSQL, 80023, "CHANGE MASTER TO", "manual 4.1, CHANGE MASTER TO"),
    MYSQL(change_master, 80023, EVER, "CHANGE REPLICATION SOURCE TO", "RN 8.0.23; CHANGE MASTER removed: RN 8.4.0"),
    MARIADB_ALL(change_master, "CHANGE MASTER TO", "KB CHANGE MASTER TO; the other is a syntax error (10.11, reproduced)"),
    MYSQL(key, DIALECT_FIRST_MYSQL, 80023, "MASTER", "manual 4.1, CHANGE MASTER TO"),
    MYSQL(key, 80023, EVER, "SOURCE", "RN 8.0.23"),
    MARIADB_ALL(key, "MASTER", "KB CHANGE MASTER TO"),
    MYSQL(no_gtid, 50605, 80023, "MASTER_AUTO_POSITION = 0", "manual 5.6, CHANGE MASTER TO: added in 5.6.5"),
    MYSQL(no_gtid, 80023, EVER, "SOURCE_AUTO_POSITION = 0", "RN 8.0.23"),
    MARIADB(no_gtid, 100002, EVER, "MASTER_USE_GTID = no", "KB CHANGE MASTER TO: from 10.0.2"),
    MYSQL(gtid_use, 50605, 80023, "MASTER_AUTO_POSITION = 1", "manual 5.6, CHANGE MASTER TO: added in 5.6.5"),
    MYSQL(gtid_use, 80023, EVER, "SOURCE_AUTO_POSITION = 1", "RN 8.0.23"),
    MARIADB(gtid_use, 100009, EVER, "MASTER_USE_GTID = slave_pos", "KB CHANGE MASTER TO: from 10.0.2; with MASTER_GTID_WAIT: from 10.0.9"),
    MYSQL(gtid_now, 50605, EVER, "SELECT @@GLOBAL.gtid_executed", "manual 5.6, GTID Options and Variables"),
    MARIADB(gtid_now, 100002, EVER, "SELECT @@GLOBAL.gtid_binlog_pos", "KB Global Transaction ID: from 10.0.2"),
    MARIADB(gtid_at, 100002, EVER, "BINLOG_GTID_POS", "KB BINLOG_GTID_POS"),
    MYSQL(gtid_reached, 50605, EVER, "GTID_SUBSET(", "manual 5.6, Functions Used with GTIDs"),
    MYSQL(gtid_reached_end, 50605, EVER, ", @@GLOBAL.gtid_executed)", "manual 5.6, Functions Used with GTIDs"),
    MARIADB(gtid_reached, 100009, EVER, "MASTER_GTID_WAIT(", "KB MASTER_GTID_WAIT: from 10.0.9"),
    MARIADB(gtid_reached_end, 100009, EVER, ", 5) = 0", "KB MASTER_GTID_WAIT"),
    MYSQL(reset_binlogs, DIALECT_FIRST_MYSQL, 80200, "RESET MASTER", "manual 4.1, RESET MASTER"),
    MYSQL(reset_binlogs, 80200, EVER, "RESET BINARY LOGS AND GTIDS", "RN 8.2.0; RESET MASTER removed: RN 8.4.0"),
    MARIADB_ALL(reset_binlogs, "RESET MASTER", "KB RESET MASTER"),
    MYSQL(gtid_purged_adds, 80000, EVER, YES, "manual 8.0, gtid_purged: '+' adds"),
    MYSQL(all_slaves, 50706, 80022, "SHOW SLAVE STATUS", "RN 5.7.6: replication channels"),
    MYSQL(all_slaves, 80022, EVER, "SHOW REPLICA STATUS", "RN 8.0.22"),
    MARIADB(all_slaves, 100001, EVER, "SHOW ALL SLAVES STATUS", "KB SHOW ALL SLAVES STATUS: from 10.0.1"),
    MYSQL(public_key, 80004, 80023, "GET_MASTER_PUBLIC_KEY", "manual 8.0, CHANGE MASTER TO: from 8.0.4"),
    MYSQL(public_key, 80023, EVER, "GET_SOURCE_PUBLIC_KEY", "RN 8.0.23"),
    MYSQL(ssl_verify, 50118, EVER, YES, "manual 5.1, CHANGE MASTER TO: from 5.1.18"),
    MARIADB_ALL(ssl_verify, YES, "KB CHANGE MASTER TO"),
    MYSQL(ssl_names, 80012, EVER, YES, "RN 8.0.12: host name verification by OpenSSL's own check"),
    MARIADB(ssl_names, 100403, EVER, YES, "MDEV-10594, MDEV-18131: names and addresses from 10.4.3"),
    MARIADB(ssl_by_password, 110401, EVER, YES, "KB Zero-configuration TLS: from 11.4.1"),
    MYSQL(wait_position, DIALECT_FIRST_MYSQL, 80026, "MASTER_POS_WAIT", "manual 4.1, Miscellaneous Functions"),
    MYSQL(wait_position, 80026, EVER, "SOURCE_POS_WAIT", "RN 8.0.26"),
    MARIADB_ALL(wait_position, "MASTER_POS_WAIT", "KB MASTER_POS_WAIT"),

    /* the master's binary log */
    MYSQL(master_status, DIALECT_FIRST_MYSQL, 80200, "SHOW MASTER STATUS", "manual 4.1, SHOW MASTER STATUS"),
    MYSQL(master_status, 80200, EVER, "SHOW BINARY LOG STATUS", "RN 8.2.0; SHOW MASTER STATUS removed: RN 8.4.0"),
    MARIADB_ALL(master_status, "SHOW MASTER STATUS", "KB SHOW MASTER STATUS"),
    MYSQL(binlog_format, 50105, EVER, "binlog-format", "manual 5.1, Replication Formats: from 5.1.5"),
    MARIADB_ALL(binlog_format, "binlog-format", "KB binlog_format"),
    MYSQL(flush_relay, DIALECT_FIRST_MYSQL, 50503, "FLUSH LOCAL LOGS", "manual 5.1, FLUSH: LOGS means all of them"),
    MYSQL(flush_relay, 50503, EVER, "FLUSH LOCAL RELAY LOGS", "manual 5.5, FLUSH: RELAY LOGS from 5.5.3"),
    MARIADB(flush_relay, DIALECT_FIRST_MARIADB, 50500, "FLUSH LOCAL LOGS", "KB FLUSH"),
    MARIADB(flush_relay, 50500, EVER, "FLUSH LOCAL RELAY LOGS", "KB FLUSH"),
    MYSQL(expire_days, DIALECT_FIRST_MYSQL, 80400, "expire_logs_days", "manual 4.1; removed: RN 8.4.0"),
    MARIADB_ALL(expire_days, "expire_logs_days", "KB expire_logs_days"),
    MYSQL(expire_seconds, 80001, EVER, "binlog_expire_logs_seconds", "RN 8.0.1"),
    MARIADB(expire_seconds, 100601, EVER, "binlog_expire_logs_seconds", "KB binlog_expire_logs_seconds: from 10.6.1"),

    /* programs beside the server */
    MYSQL_ALL(dump_tool, "mysqldump", "manual 4.1, mysqldump"),
    MARIADB(dump_tool, DIALECT_FIRST_MARIADB, 100500, "mysqldump", "KB mariadb-dump"),
    MARIADB(dump_tool, 100500, EVER, "mariadb-dump", "KB mariadb-dump: the client's name from 10.5"),
    MYSQL(dump_options, DIALECT_FIRST_MYSQL, 50011, "", "manual 5.0, mysqldump: --skip-triggers from 5.0.11"),
    MYSQL(dump_options, 50011, 50609, "--skip-triggers", "manual 5.0, mysqldump"),
    MYSQL(dump_options, 50609, EVER, "--skip-triggers --set-gtid-purged=OFF", "manual 5.6, mysqldump: from 5.6.9"),
    MARIADB_ALL(dump_options, "--skip-triggers", "KB mariadb-dump"),
    MYSQL_ALL(client_tool, "mysql", "manual 4.1, mysql"),
    MARIADB(client_tool, DIALECT_FIRST_MARIADB, 100500, "mysql", "KB mariadb Command-Line Client"),
    MARIADB(client_tool, 100500, EVER, "mariadb", "KB mariadb Command-Line Client: the name from 10.5"),
    MYSQL_ALL(server_binary, "mysqld", "manual 4.1, mysqld"),
    MARIADB(server_binary, DIALECT_FIRST_MARIADB, 100500, "mysqld", "KB mariadbd"),
    MARIADB(server_binary, 100500, EVER, "mariadbd", "KB mariadbd: the name from 10.5"),
    /* ends before it touches the data, and with an error on an option it does not know */
    MYSQL(validate, DIALECT_FIRST_MYSQL, 80016, "--help --verbose", "manual 4.1, mysqld Command Options: from 4.1.1"),
    MYSQL(validate, 80016, EVER, "--validate-config", "manual 8.0, Server Configuration Validation: from 8.0.16"),
    MARIADB_ALL(validate, "--help --verbose", "reproduced on 10.11"),

    /* accounts */
    MYSQL(create_user, 50706, EVER, "CREATE USER IF NOT EXISTS", "manual 5.7, CREATE USER: IF NOT EXISTS from 5.7.6"),
    MYSQL(alter_user, 50706, EVER, "ALTER USER", "manual 5.7, ALTER USER: with an authentication from 5.7.6"),
    MARIADB(create_user, 100200, EVER, "CREATE USER IF NOT EXISTS", "KB CREATE USER: IF NOT EXISTS from 10.1.3"),
    MARIADB(alter_user, 100200, EVER, "ALTER USER", "KB ALTER USER: from 10.2.0"),
    MYSQL(native_as, DIALECT_FIRST_MYSQL, 50706, "IDENTIFIED BY PASSWORD", "manual 4.1 and 5.6, GRANT"),
    MYSQL(native_as, 50706, 90000, "IDENTIFIED WITH mysql_native_password AS", "manual 5.7, CREATE USER; removed: RN 9.0.0"),
    MARIADB(native_as, DIALECT_FIRST_MARIADB, 100200, "IDENTIFIED BY PASSWORD", "KB GRANT"),
    MARIADB(native_as, 100200, EVER, "IDENTIFIED VIA mysql_native_password USING", "KB CREATE USER"),
    MYSQL(sha2_as, 80003, EVER, "IDENTIFIED WITH caching_sha2_password AS", "RN 8.0.3; manual 8.0, CREATE USER"),
    MYSQL(account_lock, 50706, EVER, "ACCOUNT LOCK", "manual 5.7, CREATE USER: from 5.7.6"),
    MARIADB(account_lock, 100402, EVER, "ACCOUNT LOCK", "KB Account Locking: from 10.4.2"),
    MARIADB(role, 100103, EVER, "CREATE ROLE IF NOT EXISTS", "KB CREATE ROLE: IF NOT EXISTS from 10.1.3"),
    MYSQL(definer_rights, DIALECT_FIRST_MYSQL, 50106, "SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES, EXECUTE",
          "manual 5.0, GRANT: EXECUTE means something from 5.0.3"),
    MYSQL(definer_rights, 50106, EVER, "SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES, EXECUTE, TRIGGER, EVENT",
          "manual 5.1, GRANT: TRIGGER and EVENT from 5.1.6"),
    MARIADB_ALL(definer_rights, "SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES, EXECUTE, TRIGGER, EVENT", "KB GRANT"),
    MYSQL(triggers_want_super, 50002, 50106, YES, "manual 5.0, CREATE TRIGGER; TRIGGER replaces it: manual 5.1"),

    /* the whole server */
    MYSQL(clone, 80017, EVER, YES, "RN 8.0.17; manual 8.0, 7.6.7 The Clone Plugin"),
    MYSQL(clone_ddl, 80027, EVER, YES, "manual 8.0, 7.6.7.4 Cloning and Concurrent DDL: from 8.0.27"),
    MYSQL(clone_series, 80037, 80100, YES, "manual 8.0, 7.6.7.14: before 8.0.37 the point releases have to be equal"),
    MYSQL(clone_series, 80400, EVER, YES, "manual 8.4, 7.6.7.14 Clone Plugin Limitations"),

    /* tables as files */
    MYSQL(import_tablespace, 50606, EVER, YES, "manual 5.6, Copying Tablespaces to Another Server: from 5.6.6"),
    MARIADB(import_tablespace, 100000, EVER, YES, "KB InnoDB File-Per-Table Tablespaces: transportable from 10.0"),
    MARIADB(fulltext_again, 100000, EVER, YES, "an import loses FULLTEXT with warning 1817 (10.11, reproduced)"),
    /* DISCARD of a partitioned table answers 1031 (10.11, reproduced; assumed of later ones). MySQL cannot export tables with FULLTEXT either (manual 5.7, 14.6.1.3). */
    MARIADB_ALL(import_needs_cfg, YES, "1815 with secondary indexes (10.11, reproduced)"),
    MYSQL(import_needs_cfg, DIALECT_FIRST_MYSQL, 50606, YES, "no import at all"),
    MYSQL(import_partitioned, 50704, EVER, YES, "manual 5.7, 14.6.1.3: partitioned tables from 5.7.4"),
    MARIADB(import_check, 100302, EVER, YES, "instant ALTER from 10.3.2; then dropped columns: corrupt on 10.5.23, not on 10.11.18"),
    MARIADB(import_exchange, 100000, EVER, YES, "KB Exchanging Partitions; reproduced on 10.11"),
    MYSQL(dictionary, 80000, EVER, YES, "manual 8.0, 14.1 and IMPORT TABLE; CREATE DATABASE refuses a folder (3678): reproduced on 9.7"),
    MYSQL(encoded_names, 50106, EVER, YES, "manual 5.1, Mapping of Identifiers to File Names: from 5.1.6"),
    MARIADB_ALL(encoded_names, YES, "KB Identifier to File Name Mapping"),
    MYSQL(myisam_files, DIALECT_FIRST_MYSQL, 80000, YES, "manual 8.0, 14.1: the dictionary has no .frm files"),
    MARIADB_ALL(myisam_files, YES, "reproduced on 10.11"),
};
const size_t dialect_word_count = sizeof dialect_words / sizeof dialect_words[0];
