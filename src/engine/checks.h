/* checks.h - the tests behind the table of checks, by theme, and the words they share. Inside this room. */
#ifndef DUALSERVER_ENGINE_CHECKS_H
#define DUALSERVER_ENGINE_CHECKS_H

#include "engine/check.h"

typedef enum check_verdict check_fn(const struct facts *facts, const struct answers *answers, struct buf *text);

/* checks_machine.c: the two machines and the way between them */
check_fn check_root_rights, check_same_machine, check_reach, check_reports_reach, check_clock, check_tools,
    check_confinement, check_leftovers;
/* checks_disk.c */
check_fn check_disk_master, check_disk_slave, check_inodes, check_read_only, check_file_systems, check_links;
/* checks_server.c: versions and settings of the two servers */
check_fn check_versions, check_privileges, check_cluster, check_server_ids, check_server_uuid, check_listening,
    check_option_files, check_overrides, check_case, check_page_size, check_charset, check_sql_mode, check_packet,
    check_recovery;
/* checks_replication.c */
check_fn check_slave_has_slaves, check_slave_replicates, check_master_is_slave, check_binlog_filters,
    check_slave_filters, check_binlog_format, check_binlog_expiry, check_gtid, check_tls, check_as_written;
/* checks_data.c: what is in the database */
check_fn check_database, check_slave_data, check_dump_tool, check_primary_keys, check_encrypted, check_definers,
    check_events, check_prepared, check_transactions, check_engines, check_writable, check_stray_folder;
/* checks_needs.c: what it needs beyond itself */
check_fn check_rows_elsewhere, check_foreign_keys, check_views;

/* Appends a phrase, "; " between two; whatever came from outside is made printable. */
void check_say(struct buf *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "the master db1" */
#define SERVER_FORMAT "%s %s"
#define SERVER_ARGS(server) ((server)->side == SIDE_MASTER ? "master" : "slave"), ((server)->host ? (server)->host : "?")
enum check_verdict check_worse(enum check_verdict one, enum check_verdict other);
/* The test of one server, done for both; the worse counts. */
typedef enum check_verdict check_side_fn(const struct server_facts *server, const struct answers *answers,
                                         struct buf *text);
enum check_verdict check_both(const struct facts *facts, const struct answers *answers, check_side_fn *test,
                              struct buf *text);
/* A setting that should be the same on both: says the values; the given verdict when they differ. */
enum check_verdict check_equal_setting(const struct facts *facts, const char *name, enum check_verdict differing,
                                       struct buf *text);
/* At most `most` of the names, comma between, then "and N more". */
void check_names(struct buf *to, const char *const *names, size_t count, size_t most);
void check_list(struct buf *to, const struct strings *list, size_t most);

#endif
