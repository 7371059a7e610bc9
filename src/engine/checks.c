#include "checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/quote.h"

void check_say(struct buf *text, const char *format, ...)
{
    char raw[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    if (len < 0)
        return;
    if (text->len > 0)
        buf_adds(text, "; ");
    quote_printable(text, raw, strlen(raw), 0);
}

enum check_verdict check_worse(enum check_verdict one, enum check_verdict other)
{
    return one > other ? one : other;
}

enum check_verdict check_both(const struct facts *facts, const struct answers *answers, check_side_fn *test,
                              struct buf *text)
{
    enum check_verdict master = test(&facts->master, answers, text);
    return check_worse(master, test(&facts->slave, answers, text));
}

enum check_verdict check_equal_setting(const struct facts *facts, const char *name, enum check_verdict differing,
                                       struct buf *text)
{
    const char *master = facts_setting(&facts->master, name), *slave = facts_setting(&facts->slave, name);
    if (strcmp(master, slave) == 0) {
        check_say(text, "%s is '%s' on both", name, master);
        return CHECK_OK;
    }
    check_say(text, "%s is '%s' on the " SERVER_FORMAT ", '%s' on the " SERVER_FORMAT, name, master,
              SERVER_ARGS(&facts->master), slave, SERVER_ARGS(&facts->slave));
    return differing;
}

void check_names(struct buf *to, const char *const *names, size_t count, size_t most)
{
    for (size_t i = 0; i < count && i < most; i++)
        buf_addf(to, "%s%s", i == 0 ? "" : ", ", names[i]);
    if (count > most)
        buf_addf(to, " and %zu more", count - most);
}

void check_list(struct buf *to, const struct strings *list, size_t most)
{
    check_names(to, (const char *const *)list->items, list->count, most);
}

const struct check checks[] = {
    { "root-rights", "commands run as root on both", check_root_rights,
      "Stopping mysqld, copying its files and giving them their owner back takes root.",
      "Log in as root, or set sudo = yes (and sudo_password_file, if sudo asks) for that host." },
    { "same-machine", "master and slave are two servers", check_same_machine,
      "A slave that is the master under another name would be emptied while it is copied.",
      "Name another host as the slave. Cloned machines should get a machine-id of their own: "
      "rm /etc/machine-id, then systemd-machine-id-setup." },
    { "server-versions", "vendor and version fit", check_versions,
      "Binary logs are read by servers of the same vendor and the same or a newer series only; table files within one series, "
      "or where the newer one is known to take them over.",
      "Install the master's series on the slave, or a newer one of the same vendor." },
    { "db-privileges", "the database login may do what is needed", check_privileges,
      "Without these privileges the run would stop half way.",
      "Leave db_user out (root over the server's socket), or GRANT ALL PRIVILEGES ON *.* ... WITH GRANT OPTION to it." },
    { "cluster", "neither server is part of a cluster", check_cluster,
      "A cluster's nodes replace each other's data and cannot be stopped and filled one by one in this way.",
      "Take the server out of its cluster, or use the cluster's own means." },
    { "database-exists", "the database is on the master", check_database,
      "There would be nothing to replicate.",
      "Correct `database` in the section [run] of the answers." },
    { "slave-holds-data", "what the slave holds under that name", check_slave_data,
      "The slave's tables of that name are replaced by the master's. They are renamed aside first and kept until the "
      "result is accepted.",
      "If newer rows are in there, save them first. To go on, type the slave's host name, or give --confirm HOST." },
    { "slave-has-own-slaves", "no further slaves hang on the slave", check_slave_has_slaves,
      "Servers that replicate from the slave would lose their place in its binary log and stop, or miss what is replaced.",
      "Stop replication on them first (STOP SLAVE; RESET SLAVE ALL), or set them up from the new master." },
    { "slave-replicates", "the slave follows no other master", check_slave_replicates,
      "CHANGE MASTER would forget where the slave stood with its present master.",
      "If it is no longer wanted there: STOP SLAVE; RESET SLAVE ALL on the slave (of a connection with a name: RESET SLAVE 'NAME' "
      "ALL; RESET REPLICA ALL FOR CHANNEL 'NAME')." },
    { "master-is-slave", "the master is not itself a slave", check_master_is_slave,
      "What a master receives from its own master reaches its slave only when it writes it into its own binary log.",
      "Set log_slave_updates = ON on the master (log_replica_updates in MySQL 8)." },
    { "server-ids", "server ids are different", check_server_ids,
      "A slave with its master's server_id refuses to start (error 1593); one with another slave's id throws that one out.",
      "Give server_id in [master] and [slave], different from each other and from every further slave's, or leave it out." },
    { "server-uuid", "server uuids are different", check_server_uuid,
      "Servers with the same server_uuid refuse to replicate from each other; a cloned machine brings it along.",
      "On the slave: stop mysqld, remove auto.cnf from its data directory, start it." },
    { "listening", "both servers listen on the network", check_listening,
      "The slave connects to the master, the reports of the master to the slave. Debian ships bind-address = 127.0.0.1.",
      "Steps 1 and 10 change that in the option files; nothing has to be done before." },
    { "reach", "the slave reaches the master", check_reach,
      "The slave fetches the binary log from the master over this connection.",
      "Look at the firewall on the master and between the two, at routing, and at `address` in [master]; "
      "1129: FLUSH HOSTS on the master." },
    { "reports-reach", "the master reaches the slave", check_reports_reach,
      "The billing program on the master reads its reports from the slave.",
      "Look at the firewall on the slave and between the two, at routing, and at `address` in [slave]." },
    { "option-files", "both servers accept their option files", check_option_files,
      "A server that runs may have an option file that it would not start with again, and it is going to be restarted.",
      "Correct that file; the server says where." },
    { "overrides", "nothing overrides the option files", check_overrides,
      "A setting kept by SET PERSIST or given on mysqld's command line beats the option files that the steps edit.",
      "RESET PERSIST that setting, or take it from the service's command line." },
    { "lower-case", "both treat names' case alike", check_case,
      "With different lower_case_table_names a table with capitals in its name is not found on the slave.",
      "Set the slave up anew with the master's lower_case_table_names." },
    { "page-size", "InnoDB pages are equally large", check_page_size,
      "A table file with pages of another size cannot be taken over.",
      "Set the slave up anew with the master's innodb_page_size." },
    { "charset", "character sets are alike", check_charset,
      "Tables made later without a character set of their own get the server's, and then sort and compare differently.",
      "Set character_set_server and collation_server on the slave as on the master." },
    { "sql-mode", "sql_mode is alike", check_sql_mode,
      "Programs that write or read on the slave see other rules than on the master; replicated statements bring theirs along.",
      "Set sql_mode on the slave as on the master." },
    { "packet", "the slave takes packets as large as the master's", check_packet,
      "A row larger than the slave takes stops replication (errors 1153, 1236).",
      "Set max_allowed_packet on the slave at least as large as on the master." },
    { "recovery", "InnoDB is not in forced recovery", check_recovery,
      "In forced recovery InnoDB may be read-only and its files inconsistent.",
      "Take innodb_force_recovery out of the option files and restart that server when it is sound." },
    { "binlog-filters", "the master's binary log holds the database", check_binlog_filters,
      "What binlog_do_db or binlog_ignore_db leaves out never reaches the slave, and every status stays green.",
      "Take these options out of the master's option files." },
    { "slave-filters", "no filter of the slave hides the database", check_slave_filters,
      "What a filter of the slave leaves out is lost there, and every status stays green.",
      "Take these options out of the slave's option files." },
    { "binlog-format", "the binary log carries rows", check_binlog_format,
      "With STATEMENT or MIXED, writes made without USE are lost by the slave's filter (reproduced).",
      "Step 1 writes binlog_format = ROW on the master; programs that set it per session should not." },
    { "binlog-expiry", "binary logs are kept long enough", check_binlog_expiry,
      "A slave that was away longer than binary logs are kept cannot go on (error 1236) and has to be set up again.",
      "Set expire_logs_days or binlog_expire_logs_seconds on the master to a week or more." },
    { "gtid", "global transaction ids", check_gtid,
      "With gtid_mode ON on one MySQL server and OFF on the other replication stops at once; what the slave holds as executed it "
      "skips, whoever wrote it.",
      "Set gtid_mode and enforce_gtid_consistency alike on both. What is left over on the slave goes with gtid = auto, or with RESET "
      "MASTER (RESET BINARY LOGS AND GTIDS) there, which also deletes its own binary logs." },
    { "tls", "encryption of the replication connection", check_tls,
      "Without TLS the rows cross the network readable; with a certificate that nobody vouches for, whoever stands between can "
      "read and change them.",
      "Give that server a certificate and the CA that signed it (ssl_cert, ssl_key, ssl_ca), or set tls = auto in [replication] "
      "on a network you trust." },
    { "as-written", "the how-to's letter", check_as_written,
      "The how-to is of 2007; in some points its letter loses data today.",
      "as_written = no does the safe thing and says so in the plan." },
    { "engines", "the slave has the tables' engines", check_engines,
      "A table of an engine that the slave has not can neither be made nor filled there.",
      "Install that engine's plugin on the slave, or take it out of disabled_storage_engines." },
    { "writable", "the servers take changes", check_writable,
      "With super_read_only, innodb_read_only or offline_mode not even the administrator can make the accounts and tables.",
      "Switch it off on that server (and in its option files) until the set-up is done." },
    { "stray-folder", "no folder is in the database's way", check_stray_folder,
      "MySQL 8 and later refuse to make a database over a folder that they have not made (error 3678).",
      "Move that folder out of the slave's data directory." },
    { "dump-tool", "tools for tables that travel as rows", check_dump_tool,
      "Tables whose files cannot be taken over are carried by the server's dump tool and its client.",
      "Install the client package of that server (mariadb-client, mysql-client)." },
    { "primary-keys", "every table has a primary key", check_primary_keys,
      "Without a primary key each changed row costs the slave a scan of the whole table: it falls behind.",
      "Add a primary key to large tables that are changed often." },
    { "encrypted", "no table is encrypted", check_encrypted,
      "An encrypted table's file is unreadable without the master's keys.",
      "Carry them as rows (copy = rows), or give the slave the same keys." },
    { "rows-elsewhere", "tables hold their rows themselves", check_rows_elsewhere,
      "A FEDERATED or CONNECT table shows rows of another place, which it looks for when it is made.",
      "See that the slave reaches that place, with the same login." },
    { "foreign-keys", "no foreign key leads to another database", check_foreign_keys,
      "The other database is not replicated: the slave refuses rows whose parent it has not (1452), and replication stops.",
      "Drop these foreign keys on the master (ALTER TABLE ... DROP FOREIGN KEY), or move the tables into one database." },
    { "views", "the views find what they show", check_views,
      "A view over a table that the slave has not cannot be made there.",
      "Copy the other database's tables to the slave first, or do without: the views can be made there later." },
    { "definers", "the definers of views and routines exist on the slave", check_definers,
      "A view or routine whose definer does not exist on the slave fails there with error 1449.",
      "Nothing, if nobody has to log in there with them; else create them on the slave before." },
    { "events", "events run on the master only", check_events,
      "An event that also runs on the slave does its work twice.",
      "They are created with DISABLE ON SLAVE there; leave it so while it is a slave." },
    { "prepared-transactions", "no prepared XA transactions", check_prepared,
      "A prepared transaction outlives the stop and locks its tables: they can be neither exported nor copied whole.",
      "XA COMMIT or XA ROLLBACK what XA RECOVER lists on the master." },
    { "long-transactions", "no long transaction is open on the master", check_transactions,
      "Stopping mysqld rolls open transactions back: a long one loses its work and makes the stop, and the downtime, long.",
      "Wait until it is done, or end its session." },
    { "disk-master", "room for the copy on the master", check_disk_master,
      "A full disk stops the copy, and may stop the master.",
      "Make room on that file system." },
    { "disk-slave", "room for the copy on the slave", check_disk_slave,
      "The copy lies beside the slave's data until it is proven; the old data is kept as well.",
      "Make room on that file system." },
    { "inodes", "room for the files", check_inodes,
      "A file system without free inodes takes no further file.",
      "Delete small files there, or use another file system." },
    { "read-only", "file systems are writable", check_read_only,
      "Nothing can be copied to a file system that is mounted read-only.",
      "Remount it read-write; look at the kernel's log for why it is not." },
    { "file-systems", "the data directory and its parent are one file system", check_file_systems,
      "The run's folder must be on the data directory's file system, so that renaming in and out is instant; where that "
      "begins at the data directory, the folder is made inside it.",
      "Nothing has to be done: mysqld takes no folder for a database whose name begins with a dot." },
    { "links", "no symbolic links in the database's folder", check_links,
      "A link would be copied instead of the file behind it; what it leads to lies elsewhere on the slave.",
      "Move the table back into the database's folder, or carry the data as rows (copy = rows)." },
    { "clock", "clocks agree", check_clock,
      "Seconds_Behind_Master, NOW() in statements and the times in logs are off by the difference.",
      "Run a time service (chrony, systemd-timesyncd) on both." },
    { "tools", "needed tools are there", check_tools,
      "The copy is packed with tar and proven by its SHA-256 sums.",
      "Install tar and coreutils or openssl on that host; zstd makes slow networks faster." },
    { "confinement", "AppArmor and SELinux", check_confinement,
      "A confined mysqld may read only where its profile or label says; files that were moved in may lack the label.",
      "Restore labels after the run (restorecon -R DATADIR) if mysqld's log tells of denied files." },
    { "leftovers", "no earlier run left its folder", check_leftovers,
      "The folder of an earlier run may hold the only copy of data that was moved aside.",
      "Finish that run first: dualserver status, then accept or undo." },
};
const size_t check_count = sizeof checks / sizeof *checks;
