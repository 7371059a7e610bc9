/* dialect.h - how this version of this vendor says it. Callers never compare versions; they ask the dialect.
 * A word that is said differently somewhere is a member here and lines in src/mysql/dialect_words.c, each with the versions it
 * holds for and its source.
 */
#ifndef DUALSERVER_MYSQL_DIALECT_H
#define DUALSERVER_MYSQL_DIALECT_H

#include <stdbool.h>

struct dialect {
    const char *name;              /* "MariaDB 10.6.1 and later" */
    unsigned from, below;          /* version as 10.11.6 -> 101106, from <= v < below */
    bool mariadb;
    const char *slave_status;      /* SHOW SLAVE STATUS */
    const char *master_status;     /* SHOW MASTER STATUS */
    const char *slave_hosts;       /* SHOW SLAVE HOSTS */
    const char *start, *stop, *reset_all; /* START SLAVE, STOP SLAVE, RESET SLAVE ALL */
    const char *start_sql, *stop_sql;     /* START SLAVE SQL_THREAD, ... */
    const char *reset;             /* RESET SLAVE: forgets the relay logs, not where the master is */
    const char *skip_counter;      /* "sql_slave_skip_counter" */
    const char *slave_packet;      /* variable: the largest event that the slave takes; NULL: max_allowed_packet alone */
    const char *worker_errors;     /* statement: number and message of workers that failed; NULL: the status tells all */
    const char *change_master;     /* CHANGE MASTER TO */
    const char *key;               /* "MASTER": prefix of MASTER_HOST, ... */
    const char *no_gtid;           /* option of CHANGE MASTER that means file and position: "MASTER_USE_GTID = no"; NULL */
    const char *gtid_use;          /* option of CHANGE MASTER that means GTID: "SOURCE_AUTO_POSITION = 1"; NULL: no GTIDs */
    const char *gtid_now;          /* statement: all that a master has written */
    const char *gtid_at;           /* function of file and position; NULL: to be read from the events */
    const char *gtid_reached, *gtid_reached_end; /* around a quoted set: 1 when a slave has executed it */
    const char *reset_binlogs;     /* "RESET MASTER": forgets all GTIDs, deletes all binary logs */
    bool gtid_purged_adds;         /* SET GLOBAL gtid_purged takes '+SET' */
    const char *all_slaves;        /* status of the connections with a name too; NULL: there are none */
    const char *public_key;        /* option of CHANGE MASTER: = 1 asks the master for its key, without TLS; NULL: there is none */
    bool ssl_verify;               /* CHANGE MASTER has KEY_SSL_VERIFY_SERVER_CERT */
    bool ssl_names;                /* and finds the address among all names of a certificate */
    bool ssl_by_password;          /* a certificate that nobody vouches for is verified by the account's password */
    const char *wait_position;     /* "MASTER_POS_WAIT" */
    const char *slave_word;        /* "slave" or "replica": in messages */
    const char *flush_relay;       /* FLUSH LOCAL RELAY LOGS: begins a new one, whereupon the server deletes those it has executed */
    const char *expire_days, *expire_seconds; /* variable names, NULL: none */
    const char *dump_tool, *client_tool;      /* first choice: "mariadb-dump", "mariadb"; the old names are tried next */
    const char *dump_options;      /* of the dump tool, fixed words: no triggers, no GTID state */
    const char *charset;           /* the widest Unicode: "utf8mb4" or "utf8" */
    const char *lock_wait;         /* session variable that limits the wait for a table, in seconds; NULL: none */
    bool information_schema;       /* else only SHOW tells, and there are no views, routines or triggers */
    bool events, show_create_trigger;
    bool flush_with_read_lock;     /* FLUSH TABLES t, ... WITH READ LOCK: writers wait outside the engine's own lock */
    const char *drop_trigger;      /* DROP TRIGGER IF EXISTS */
    bool innodb_trx;               /* information_schema.INNODB_TRX */
    bool xa;                       /* XA RECOVER */
    bool persisted;                /* performance_schema.persisted_variables */
    bool fast_shutdown;            /* innodb_fast_shutdown can be set while the server runs */
    bool snapshot_position;        /* a consistent snapshot knows its place in the binary log (binlog_snapshot_file) */
    const char *global_status;     /* SHOW GLOBAL STATUS */
    const char *binlog_format;     /* the option's name; NULL: only statements are logged */
    bool networking_value;         /* skip-networking takes a value: else the line has to go */
    const char *rows_sql_mode;     /* in which every value that some table holds can be inserted */
    const char *gone_sql_modes;    /* modes of older servers that this one refuses, ",A,B,"; NULL: none */
    const char *table_sql_mode;    /* in which a table's definition means what SHOW CREATE TABLE says */
    const char *server_binary;     /* "mariadbd" or "mysqld" */
    const char *validate;          /* arguments that make the server check its options and end */
    const char *create_user;       /* "CREATE USER IF NOT EXISTS"; NULL: GRANT makes the account and carries its login */
    const char *alter_user;        /* "ALTER USER" where create_user is */
    const char *native_as;         /* in front of a quoted mysql_native_password hash; NULL: the server has that no more */
    const char *sha2_as;           /* in front of a quoted caching_sha2_password hash; NULL: the server has none */
    const char *role;              /* makes a role, which is an account without a host; NULL: roles are accounts, or there are none */
    const char *account_lock;      /* "ACCOUNT LOCK"; NULL: an account is made useless by its password only */
    const char *definer_rights;    /* all that views, routines, triggers and events of a database may need there */
    bool triggers_want_super;      /* of their definer */
    bool import_tablespace;        /* ALTER TABLE ... IMPORT TABLESPACE takes tables of another server */
    bool import_needs_cfg;         /* IMPORT TABLESPACE without .cfg refuses tables with secondary indexes (1815) */
    bool import_partitioned;       /* ALTER TABLE ... IMPORT works for partitioned tables */
    bool import_check;             /* an imported table may want a rebuild before the server finds it sound */
    bool import_exchange;          /* a partition is imported as a table of its own and exchanged in (EXCHANGE PARTITION) */
    bool encoded_names;            /* a table's name is encoded in its files' names */
    bool dictionary;               /* a folder is no database and files are no table: MyISAM comes in by IMPORT TABLE (8.0) */
    bool fulltext_again;           /* an import loses FULLTEXT indexes, and ALTER TABLE can make them anew */
    bool clone;                    /* the CLONE plugin: a server's InnoDB data over the network */
    bool clone_ddl;                /* CREATE, ALTER and DROP go on meanwhile */
    bool clone_series;             /* between any two releases of one series; else between equal releases only */
    bool myisam_files;             /* .frm/.MYD/.MYI put into the folder are a table (not in MySQL 8+) */
};

/* From "10.11.14-MariaDB-0+deb12u2" or "8.0.36"; NULL when no row fits. */
const struct dialect *dialect_for(const char *version);
unsigned dialect_version(const char *version); /* 10.11.14 -> 101114 */
const struct dialect *dialect_at(unsigned index); /* NULL past the end: for tests and documents */

#endif
