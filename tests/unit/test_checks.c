/* Every preflight check, on facts built in memory: a pair of servers with which all is well, and one change for each
 * thing that can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/check.h"

static const struct dialect mariadb = { .name = "MariaDB", .mariadb = true, .binlog_format = "binlog-format" };
static const struct dialect mysql = { .name = "MySQL", .mariadb = false, .dictionary = true, .binlog_format = "binlog-format" };
static const struct dialect statements_only_dialect = { .name = "MariaDB", .mariadb = true };

static void set(struct server_facts *server, const char *name, const char *value)
{
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcmp(server->settings[i].name, name) == 0) {
            free(server->settings[i].value);
            server->settings[i].value = mem_dup(value);
            return;
        }
    server->settings = mem_grow(server->settings, server->setting_count + 1, sizeof *server->settings);
    server->settings[server->setting_count++] = (struct setting){ mem_dup(name), mem_dup(value) };
}

static void text(char **field, const char *value)
{
    free(*field);
    *field = mem_dup(value);
}

static struct table *table(struct server_facts *server, size_t i)
{
    assert_true(i < server->inventory.table_count);
    return &server->inventory.tables[i];
}

static void add_table(struct server_facts *server, const char *name, const char *engine, enum carry carry)
{
    struct inventory *inventory = &server->inventory;
    inventory->tables = mem_grow(inventory->tables, inventory->table_count + 1, sizeof *inventory->tables);
    inventory->tables[inventory->table_count++] = (struct table){
        .name = mem_dup(name), .file = mem_dup(name), .engine = mem_dup(engine), .carry = carry, .primary_key = true,
        .bytes = 1 << 20,
    };
    inventory->bytes += 1 << 20;
}

static void add_event(struct server_facts *server)
{
    struct inventory *inventory = &server->inventory;
    inventory->objects = mem_grow(inventory->objects, inventory->object_count + 1, sizeof *inventory->objects);
    inventory->objects[inventory->object_count++] = (struct object){ .kind = OBJECT_EVENT, .name = mem_dup("nightly") };
}

static void good_server(struct server_facts *server, enum side side, const char *host)
{
    static const char *const settings[][2] = {
        { "server_id", "1" }, { "port", "3306" }, { "bind_address", "0.0.0.0" }, { "lower_case_table_names", "0" },
        { "innodb_page_size", "16384" }, { "character_set_server", "utf8mb4" }, { "sql_mode", "STRICT_TRANS_TABLES" },
        { "collation_server", "utf8mb4_general_ci" }, { "max_allowed_packet", "16777216" },
        { "slave_max_allowed_packet", "1073741824" }, { "innodb_force_recovery", "0" }, { "binlog_format", "MIXED" },
        { "expire_logs_days", "10.000000" }, { "have_ssl", "YES" }, { "event_scheduler", "OFF" },
    };
    *server = (struct server_facts){
        .side = side, .superuser = true, .dialect = &mariadb, .version_number = 101114, .port = 3306,
        .options_accepted = true, .disk_free = 10ull << 30, .datadir_disk_free = 10ull << 30, .inodes_free = 1000000,
        .parent_same_filesystem = true, .zstd = true, .openssl = true, .tar = true, .sha256sum = true,
    };
    text(&server->host, host);
    text(&server->tls.other_ca, "/etc/mysql/dualserver-other-ca.pem");
    text(&server->hostname, host);
    text(&server->address, host);
    text(&server->version, "10.11.14-MariaDB");
    text(&server->machine_id, side == SIDE_MASTER ? "aaaa" : "bbbb");
    text(&server->datadir, "/var/lib/mysql");
    text(&server->dump_tool, "/usr/bin/mariadb-dump");
    text(&server->client_tool, "/usr/bin/mariadb");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        set(server, settings[i][0], settings[i][1]);
}

static void good(struct facts *facts, struct answers *answers)
{
    *facts = (struct facts){ .reach = REACH_SERVER, .reports_reach = REACH_SERVER, .slave_reaches_master = true };
    facts->reach_text = mem_dup("db1:3306 answered");
    facts->reports_text = mem_dup("db2:3306 answered");
    good_server(&facts->master, SIDE_MASTER, "db1");
    good_server(&facts->slave, SIDE_SLAVE, "db2");
    facts->master.database_exists = true;
    strings_add(&facts->master.databases, "billing");
    add_table(&facts->master, "calls", "InnoDB", CARRY_IMPORT);
    add_table(&facts->master, "rates", "Aria", CARRY_FILES);
    *answers = (struct answers){ .database = "billing" };
}

static void server_free(struct server_facts *server)
{
    char *texts[] = { server->host, server->hostname, server->address, server->source_address, server->version, server->machine_id,
                      server->datadir, server->dump_tool, server->client_tool, server->server_uuid,
                      server->options_said, server->confinement, server->slave_status.master_host,
                      server->slave_status.io_running, server->slave_status.sql_running };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    for (size_t i = 0; i < server->setting_count; i++) {
        free(server->settings[i].name);
        free(server->settings[i].value);
    }
    free(server->settings);
    for (size_t i = 0; i < server->inventory.table_count; i++) {
        free(server->inventory.tables[i].name);
        free(server->inventory.tables[i].file);
        free(server->inventory.tables[i].engine);
    }
    free(server->inventory.tables);
    for (size_t i = 0; i < server->inventory.object_count; i++)
        free(server->inventory.objects[i].name);
    certificate_free(&server->tls.certificate);
    free(server->tls.other_ca);
    free(server->inventory.objects);
    struct strings *lists[] = { &server->databases, &server->engines, &server->lacking, &server->attached_ids, &server->persisted,
                                &server->command_line, &server->links, &server->leftovers, &server->binlog_do_db,
                                &server->binlog_ignore_db, &server->missing_definers, &server->channels };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        strings_free(lists[i]);
    cnf_set_free(&server->options);
}

static void done(struct facts *facts)
{
    server_free(&facts->master);
    server_free(&facts->slave);
    free(facts->reach_text);
    struct strings *needs[] = { &facts->needs.foreign_keys, &facts->needs.views, &facts->needs.views_why };
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        strings_free(needs[i]);
    free(facts->gtid_extra);
    free(facts->reports_text);
}

/* One change to the good pair: m the master's facts, s the slave's, f both, a the answers. */
#define WRONG(name, ...)                                                                                               \
    static void name(struct facts *f, struct server_facts *m, struct server_facts *s, struct answers *a)               \
    {                                                                                                                  \
        (void)f, (void)m, (void)s, (void)a;                                                                            \
        __VA_ARGS__                                                                                                    \
    }

static void follows(struct server_facts *server, const char *master, const char *running)
{
    server->slave_status.configured = true;
    server->slave_status.rows.count = 1;
    server->slave_status.master_port = 3306;
    text(&server->slave_status.master_host, master);
    text(&server->slave_status.io_running, running);
    text(&server->slave_status.sql_running, running);
}

WRONG(no_change, )
WRONG(ordinary_user, s->superuser = false;)
WRONG(same_machine, f->same_machine = true; f->same_because = "machine-id";)
WRONG(cloned, text(&s->machine_id, "aaaa");)
WRONG(no_machine_id, text(&s->machine_id, ""); text(&m->machine_id, "");)
WRONG(other_vendor, s->dialect = &mysql;)
WRONG(unknown_version, s->dialect = NULL;)
WRONG(statements_only, m->dialect = &statements_only_dialect;)
WRONG(newer_master, m->version_number = 110803;)
WRONG(newer_slave, s->version_number = 110803;)
WRONG(newer_patch, m->version_number = 101199;)
WRONG(newer_slave_patch, s->version_number = 101199;)
WRONG(lacking, strings_add(&s->lacking, "RELOAD");)
WRONG(galera, set(m, "wsrep_on", "ON");)
WRONG(galera_off, set(m, "wsrep_on", "OFF");)
WRONG(group, set(s, "group_replication_group_name", "aaaa-bbbb");)
WRONG(no_database, m->database_exists = false;)
WRONG(system_database, a->database = "MySQL";)
WRONG(empty_database, server_free(m); good_server(m, SIDE_MASTER, "db1");
      m->database_exists = true;)
WRONG(slave_data, s->database_exists = true; add_table(s, "calls", "InnoDB", CARRY_IMPORT);)
WRONG(slave_objects, s->database_exists = true; add_event(s);)
WRONG(slave_empty, s->database_exists = true;)
WRONG(own_slaves, s->attached_slaves = 1;)
WRONG(other_master, follows(s, "elsewhere", "Yes");)
WRONG(other_master_connecting, follows(s, "elsewhere", "Connecting");)
WRONG(other_master_stopped, follows(s, "elsewhere", "No");)
WRONG(this_master, follows(s, "db1", "Yes");)
WRONG(this_host_other_port, follows(s, "db1", "Yes"); s->slave_status.master_port = 3307;)
WRONG(two_masters, follows(s, "db1", "No"); s->slave_status.rows.count = 2;)
WRONG(chained, follows(m, "db0", "Yes"); set(m, "log_slave_updates", "OFF");)
WRONG(chained_well, follows(m, "db0", "Yes"); set(m, "log_slave_updates", "ON");)
WRONG(ids_equal, a->master.server_id = a->slave.server_id = 7;)
WRONG(ids_attached, a->slave.server_id = 5; strings_add(&m->attached_ids, "5");)
WRONG(ids_attached_itself, a->slave.server_id = 5; strings_add(&m->attached_ids, "5"); follows(s, "db1", "Yes");
      set(s, "server_id", "5");)
WRONG(uuids_equal, text(&m->server_uuid, "u-1"); text(&s->server_uuid, "U-1");)
WRONG(uuids_differ, text(&m->server_uuid, "u-1"); text(&s->server_uuid, "u-2");)
WRONG(loopback, set(m, "bind_address", "127.0.0.1");)
WRONG(loopback_slave, set(s, "bind_address", "::1");)
WRONG(ipv4_only, text(&s->source_address, "fd00::12");)
WRONG(loopback_and_more, set(m, "bind_address", "127.0.0.1,10.0.0.5");)
WRONG(skip_networking, set(m, "skip_networking", "ON");)
WRONG(port_zero, set(m, "port", "0");)
WRONG(reach_machine, f->reach = REACH_MACHINE;)
WRONG(reach_unknown, f->reach = REACH_UNKNOWN;)
WRONG(reach_refused, f->reach = REACH_REFUSED;)
WRONG(reach_silent, f->reach = REACH_SILENT;)
WRONG(reach_blocked, f->reach = REACH_BLOCKED;)
WRONG(reach_other, f->reach = REACH_OTHER;)
WRONG(reports_silent, f->reports_reach = REACH_SILENT;)
WRONG(bad_options, m->options_accepted = false;
      text(&m->options_said, "unknown variable 'slow=1' in /etc/mysql/my.cnf:12");)
static void add_option_file(struct server_facts *server, const char *content)
{
    server->options.files = mem_alloc(sizeof *server->options.files);
    server->options.count = 1;
    cnf_parse(&server->options.files[0], "/etc/my.cnf", content, strlen(content));
    cnf_set_groups(&server->options, true, server->version_number);
}

WRONG(bad_option_line, m->options_accepted = false; add_option_file(m, "[mysqld]\nport=1\nslow-thing = 1\n");
      text(&m->options_said, "1 [Warning] 'x' is odd\n1 [ERROR] mariadbd: unknown variable 'slow-thing=1'\nAborting");)
WRONG(filter_in_file, add_option_file(s, "[mysqld]\nreplicate-ignore-db = crm\nreplicate-ignore-db = billing\n");)
WRONG(filter_for_client, add_option_file(s, "[client]\nreplicate-ignore-db = billing\n");)
WRONG(persisted_id, strings_add(&s->persisted, "server_id=1");)
WRONG(persisted_other, strings_add(&s->persisted, "max_connections=900");)
WRONG(command_line_id, strings_add(&m->command_line, "--server-id=9");)
WRONG(command_line_other, strings_add(&m->command_line, "--server-identity=9");)
WRONG(folded_database, a->database = "Billing";)
WRONG(case_lower, set(s, "lower_case_table_names", "1");)
WRONG(case_capitals, set(s, "lower_case_table_names", "1"); text(&table(m, 0)->name, "Calls");)
WRONG(page_size, set(s, "innodb_page_size", "65536");)
WRONG(page_size_rows, set(s, "innodb_page_size", "65536"); a->copy = COPY_ROWS;)
WRONG(page_size_no_file, set(s, "innodb_page_size", "65536"); table(m, 0)->carry = CARRY_ROWS;)
WRONG(charset, set(s, "character_set_server", "latin1");)
WRONG(collation, set(s, "collation_server", "utf8mb4_bin");)
WRONG(sql_mode, set(s, "sql_mode", "");)
WRONG(packet, set(s, "max_allowed_packet", "1048576");)
WRONG(packet_thread, set(s, "slave_max_allowed_packet", "1048576");)
WRONG(packet_larger, set(s, "max_allowed_packet", "99999999");)
WRONG(recovery, set(m, "innodb_force_recovery", "3");)
WRONG(ignore_db, strings_add(&m->binlog_ignore_db, "billing");)
WRONG(ignore_other_db, strings_add(&m->binlog_ignore_db, "crm");)
WRONG(do_other_db, strings_add(&m->binlog_do_db, "crm");)
WRONG(do_db, strings_add(&m->binlog_do_db, "crm"); strings_add(&m->binlog_do_db, "billing");)
WRONG(slave_ignores, set(s, "replicate_ignore_db", "crm,billing");)
WRONG(slave_ignores_other, set(s, "replicate_ignore_db", "crm");)
WRONG(slave_does_other, set(s, "replicate_do_db", "crm");)
WRONG(slave_does, set(s, "replicate_do_db", "billing");)
WRONG(slave_ignores_table, set(s, "replicate_ignore_table", "billing.calls");)
WRONG(slave_ignores_wild, set(s, "replicate_wild_ignore_table", "%.tmp%");)
WRONG(expiry_short, set(m, "binlog_expire_logs_seconds", "3600");)
WRONG(expiry_never, set(m, "expire_logs_days", "0");)
WRONG(gtid_clash, set(m, "gtid_mode", "ON"); set(s, "gtid_mode", "OFF");)
WRONG(gtid_permissive, set(m, "gtid_mode", "ON"); set(s, "gtid_mode", "ON_PERMISSIVE");)
WRONG(gtid_alike, set(m, "gtid_mode", "ON"); set(s, "gtid_mode", "ON");)
#define MASTER_UUID "3e11fa47-71ca-11e1-9e33-c80aa9429562"

static void keep_gtids(struct facts *f, const char *extra)
{
    f->master.dialect = f->slave.dialect = dialect_for("8.4.6");
    set(&f->master, "gtid_mode", "ON");
    set(&f->slave, "gtid_mode", "ON");
    text(&f->master.server_uuid, MASTER_UUID);
    text(&f->gtid_extra, extra);
}

WRONG(gtid_errant, keep_gtids(f, "aaaaaaaa-71ca-11e1-9e33-c80aa9429562:1-3");)
WRONG(gtid_collision, keep_gtids(f, MASTER_UUID ":6-9");)
WRONG(gtid_collision_off, keep_gtids(f, MASTER_UUID ":6-9"); a->replication.gtid_off = true;)
WRONG(gtid_left, m->dialect = s->dialect = dialect_for("10.11.14-MariaDB"); set(s, "gtid_slave_pos", "7-7-5");)
WRONG(gtid_left_off, m->dialect = s->dialect = dialect_for("10.11.14-MariaDB"); set(s, "gtid_slave_pos", "7-7-5");
      a->replication.gtid_off = true;)
WRONG(gtid_strict, set(s, "gtid_strict_mode", "ON"); set(s, "log_slave_updates", "ON"); set(s, "gtid_binlog_pos", "0-2-9");
      set(m, "gtid_binlog_pos", "0-1-8");)
WRONG(gtid_strict_behind, set(s, "gtid_strict_mode", "ON"); set(s, "log_slave_updates", "ON"); set(s, "gtid_binlog_pos", "0-2-8");
      set(m, "gtid_binlog_pos", "0-1-8");)
WRONG(named_channel, strings_add(&s->channels, "crm");)

static void offer_tls(struct server_facts *server, bool vouched)
{
    server->tls.offered = true;
    text(&server->tls.certificate.subject, "CN = server");
    text(vouched ? &server->tls.certificate.ca : &server->tls.certificate.trouble, "certificate has expired");
    text(&server->tls.certificate.ca_subject, "CN = ca");
}

WRONG(tls_wanted, offer_tls(s, true); a->replication.tls = TLS_REQUIRE;)
WRONG(tls_wanted_of_reports, offer_tls(m, true); a->replication.tls = TLS_REQUIRE;)
WRONG(tls_nobody_vouches, offer_tls(m, false); offer_tls(s, true); a->replication.tls = TLS_REQUIRE;)
WRONG(tls_good, offer_tls(m, true); offer_tls(s, true); a->replication.tls = TLS_REQUIRE;)
WRONG(tls_absent, (void)m;)
WRONG(tls_half, offer_tls(m, false);)
WRONG(tls_only, set(m, "require_secure_transport", "ON");)
WRONG(as_written, a->as_written = true;)
WRONG(no_dump_tool, table(m, 0)->carry = CARRY_ROWS; text(&m->dump_tool, NULL);)
WRONG(no_client_tool, a->copy = COPY_DIRECTORY; table(m, 0)->carry = CARRY_ROWS; text(&s->client_tool, NULL);)
WRONG(no_tool_needed, text(&m->dump_tool, NULL);)
WRONG(engine_missing, strings_add(&s->engines, "InnoDB"); strings_add(&s->engines, "MyISAM");)
WRONG(engine_there, strings_add(&s->engines, "innodb"); strings_add(&s->engines, "Aria");)
WRONG(engine_disabled, set(s, "disabled_storage_engines", "MyISAM,Aria");)
WRONG(engine_other_disabled, set(s, "disabled_storage_engines", "Aria2,ARCHIVE");)
WRONG(super_read_only, set(s, "super_read_only", "ON");)
WRONG(read_only_alone, set(s, "read_only", "ON");)
WRONG(stray_folder, s->dialect = m->dialect = &mysql; s->database_bytes = 4096;)
WRONG(folder_of_database, s->dialect = m->dialect = &mysql; s->database_bytes = 4096; s->database_exists = true;)
WRONG(folder_on_mariadb, s->database_bytes = 4096;)
WRONG(rows_without_tools, a->copy = COPY_ROWS; table(m, 0)->carry = CARRY_ROWS; text(&s->client_tool, NULL);)
WRONG(rows_with_tools, table(m, 0)->carry = CARRY_ROWS;)
WRONG(no_key, table(m, 1)->primary_key = false;)
WRONG(encrypted_file, table(m, 0)->encrypted = true;)
WRONG(encrypted_rows, table(m, 0)->encrypted = true; table(m, 0)->carry = CARRY_ROWS;)
WRONG(encrypted_whole, table(m, 0)->encrypted = true; table(m, 0)->carry = CARRY_ROWS; a->copy = COPY_WHOLE;)
WRONG(encrypted_no_key, table(m, 0)->encrypted = table(m, 0)->wants_key = true; table(m, 0)->carry = CARRY_ROWS;)
WRONG(encrypted_key, table(m, 0)->encrypted = table(m, 0)->wants_key = true; table(m, 0)->carry = CARRY_ROWS; f->needs.encryption = true;)
WRONG(rows_of_another, text(&table(m, 0)->engine, "FEDERATED");)
WRONG(key_leads_out, strings_add(&f->needs.foreign_keys, "invoices -> crm.accounts");)
WRONG(view_left_out, strings_add(&f->needs.views, "v"); strings_add(&f->needs.views_why, "v (crm.accounts is not on the slave)");)
WRONG(definer_missing, strings_add(&s->missing_definers, "app@localhost");)
WRONG(event, add_event(m); set(s, "event_scheduler", "ON");)
WRONG(event_whole, add_event(m); set(s, "event_scheduler", "ON"); a->copy = COPY_WHOLE;)
WRONG(prepared, m->prepared_xa = 2;)
WRONG(long_transaction, m->oldest_transaction = 600;)
WRONG(short_transaction, m->oldest_transaction = 5;)
WRONG(master_full, m->disk_free = 1 << 20;)
WRONG(master_reflink, m->database_bytes = 20ull << 30; m->reflink = true; a->copy = COPY_DIRECTORY;)
WRONG(master_no_reflink, m->database_bytes = 20ull << 30; a->copy = COPY_DIRECTORY;)
WRONG(master_binlog_room, m->datadir_disk_free = 100 << 20;)
WRONG(slave_full, s->disk_free = 10 << 20;)
WRONG(slave_tight, m->database_bytes = 8ull << 30; m->disk_free = 99ull << 30;)
WRONG(slave_datadir_full, s->parent_same_filesystem = false; s->datadir_disk_free = 1 << 20;)
WRONG(inodes, s->inodes_free = 100;)
WRONG(inodes_uncounted, s->inodes_free = UINT64_MAX;)
WRONG(read_only, s->read_only_filesystem = true;)
WRONG(mount_point, m->parent_same_filesystem = false;)
WRONG(link_file, strings_add(&m->links, "/var/lib/mysql/billing/rates.MAD");)
WRONG(link_rows, strings_add(&m->links, "/var/lib/mysql/billing/rates.MAD"); a->copy = COPY_ROWS;)
WRONG(link_other, strings_add(&m->links, "/var/lib/mysql/billing/notes.txt");)
WRONG(clock_off, s->clock_offset = m->clock_offset + 30;)
WRONG(clock_both_off, s->clock_offset = m->clock_offset = 3600;)
WRONG(no_tar, m->tar = false;)
WRONG(no_digest, s->openssl = s->sha256sum = false;)
WRONG(no_openssl, s->openssl = false;)
WRONG(apparmor, text(&s->confinement, "AppArmor: mariadbd (enforce)");)
WRONG(apparmor_master, text(&m->confinement, "AppArmor: mariadbd (enforce)");)
WRONG(leftover, strings_add(&s->leftovers, "/var/lib/.dualserver-old");)

static const struct trial {
    const char *id;
    void (*wrong)(struct facts *, struct server_facts *, struct server_facts *, struct answers *);
    enum check_verdict verdict;
    const char *words;
} trials[] = {
    { "root-rights", ordinary_user, CHECK_REFUSED, "slave db2" },
    { "same-machine", same_machine, CHECK_REFUSED, "machine-id" },
    { "same-machine", cloned, CHECK_WARNING, "clone" },
    { "same-machine", no_machine_id, CHECK_OK, "two machines" },
    { "server-versions", other_vendor, CHECK_REFUSED, "MySQL and MariaDB" },
    { "server-versions", unknown_version, CHECK_REFUSED, "not known" },
    { "server-versions", newer_master, CHECK_REFUSED, "newer master" },
    { "server-versions", newer_slave, CHECK_WARNING, "newer series" },
    { "server-versions", newer_patch, CHECK_WARNING, "patch level" },
    { "server-versions", newer_slave_patch, CHECK_OK, "db2" },
    { "db-privileges", lacking, CHECK_REFUSED, "slave db2 lacks RELOAD" },
    { "cluster", galera, CHECK_REFUSED, "master db1" },
    { "cluster", galera_off, CHECK_OK, "" },
    { "cluster", group, CHECK_REFUSED, "replication group" },
    { "database-exists", no_database, CHECK_REFUSED, "has no database billing, it has: billing" },
    { "database-exists", system_database, CHECK_REFUSED, "no database of yours" },
    { "database-exists", empty_database, CHECK_WARNING, "0 tables" },
    { "database-exists", folded_database, CHECK_REFUSED, "knows Billing as billing" },
    { "slave-holds-data", slave_data, CHECK_WARNING, "1 table and 0 other objects, 1 MiB" },
    { "slave-holds-data", slave_objects, CHECK_WARNING, "0 tables and 1 other object" },
    { "slave-holds-data", slave_empty, CHECK_OK, "is empty" },
    { "slave-has-own-slaves", own_slaves, CHECK_REFUSED, "1 server replicates" },
    { "slave-replicates", other_master, CHECK_REFUSED, "not this master" },
    { "slave-replicates", other_master_connecting, CHECK_REFUSED, "elsewhere:3306" },
    { "slave-replicates", other_master_stopped, CHECK_WARNING, "has stopped" },
    { "slave-replicates", this_master, CHECK_WARNING, "which is this master" },
    { "slave-replicates", this_host_other_port, CHECK_REFUSED, "db1:3307" },
    { "slave-replicates", two_masters, CHECK_REFUSED, "2 masters" },
    { "master-is-slave", chained, CHECK_WARNING, "does not pass" },
    { "master-is-slave", chained_well, CHECK_WARNING, "passes its changes on" },
    { "server-ids", no_change, CHECK_OK, "becomes 1 and 2" },
    { "server-ids", ids_equal, CHECK_REFUSED, "must differ from" },
    { "server-ids", ids_attached, CHECK_REFUSED, "another slave" },
    { "server-ids", ids_attached_itself, CHECK_OK, "" },
    { "server-uuid", uuids_equal, CHECK_REFUSED, "same server_uuid" },
    { "server-uuid", uuids_differ, CHECK_OK, "differ" },
    { "listening", loopback, CHECK_WARNING, "bind_address = 127.0.0.1, step 1 " },
    { "listening", loopback_slave, CHECK_WARNING, "step 10" },
    { "listening", ipv4_only, CHECK_WARNING, "IPv4 only, step 1 " },
    { "listening", loopback_and_more, CHECK_OK, "" },
    { "listening", skip_networking, CHECK_WARNING, "skip_networking" },
    { "listening", port_zero, CHECK_REFUSED, "port = 0" },
    { "reach", reach_machine, CHECK_OK, "from db2" },
    { "reach", reach_unknown, CHECK_WARNING, "" },
    { "reach", reach_refused, CHECK_REFUSED, "db1:3306" },
    { "reach", reach_silent, CHECK_REFUSED, "" },
    { "reach", reach_blocked, CHECK_REFUSED, "" },
    { "reach", reach_other, CHECK_REFUSED, "" },
    { "reports-reach", reports_silent, CHECK_WARNING, "from db1" },
    { "option-files", bad_options, CHECK_REFUSED, "my.cnf:12" },
    { "option-files", bad_option_line, CHECK_REFUSED, "unknown variable 'slow-thing=1'; see /etc/my.cnf:3" },
    { "slave-filters", filter_in_file, CHECK_REFUSED, "crm, billing" },
    { "slave-filters", filter_for_client, CHECK_OK, "" },
    { "overrides", persisted_id, CHECK_REFUSED, "SET PERSIST server_id=1" },
    { "overrides", persisted_other, CHECK_WARNING, "max_connections" },
    { "overrides", command_line_id, CHECK_REFUSED, "command line --server-id=9" },
    { "overrides", command_line_other, CHECK_OK, "" },
    { "lower-case", case_lower, CHECK_WARNING, "'0' on the master db1, '1' on the slave db2" },
    { "lower-case", case_capitals, CHECK_REFUSED, "Calls" },
    { "page-size", page_size, CHECK_REFUSED, "65536" },
    { "page-size", page_size_rows, CHECK_WARNING, "65536" },
    { "page-size", page_size_no_file, CHECK_WARNING, "65536" },
    { "charset", charset, CHECK_WARNING, "latin1" },
    { "charset", collation, CHECK_WARNING, "utf8mb4_bin" },
    { "sql-mode", sql_mode, CHECK_WARNING, "STRICT_TRANS_TABLES" },
    { "packet", packet, CHECK_WARNING, "1048576" },
    { "packet", packet_thread, CHECK_WARNING, "slave_max_allowed_packet" },
    { "packet", packet_larger, CHECK_OK, "" },
    { "recovery", recovery, CHECK_REFUSED, "= 3" },
    { "binlog-filters", ignore_db, CHECK_REFUSED, "binlog_ignore_db" },
    { "binlog-filters", ignore_other_db, CHECK_OK, "" },
    { "binlog-filters", do_other_db, CHECK_REFUSED, "without the database" },
    { "binlog-filters", do_db, CHECK_WARNING, "crm, billing" },
    { "slave-filters", slave_ignores, CHECK_REFUSED, "replicate_ignore_db" },
    { "slave-filters", slave_ignores_other, CHECK_OK, "" },
    { "slave-filters", slave_does_other, CHECK_REFUSED, "crm" },
    { "slave-filters", slave_does, CHECK_OK, "" },
    { "slave-filters", slave_ignores_table, CHECK_REFUSED, "billing.calls" },
    { "slave-filters", slave_ignores_wild, CHECK_WARNING, "%.tmp%" },
    { "binlog-format", no_change, CHECK_OK, "MIXED, step 1 makes it ROW" },
    { "binlog-format", statements_only, CHECK_WARNING, "logs statements only" },
    { "binlog-expiry", expiry_short, CHECK_WARNING, "" },
    { "binlog-expiry", expiry_never, CHECK_OK, "until they are purged" },
    { "gtid", gtid_clash, CHECK_REFUSED, "ON on the master" },
    { "gtid", gtid_permissive, CHECK_WARNING, "ON_PERMISSIVE" },
    { "gtid", gtid_alike, CHECK_OK, "" },
    { "gtid", gtid_errant, CHECK_WARNING, "which the master has not: left as it is" },
    { "gtid", gtid_collision, CHECK_WARNING, "RESET BINARY LOGS AND GTIDS" },
    { "gtid", gtid_collision_off, CHECK_REFUSED, "not in its history" },
    { "gtid", gtid_left, CHECK_WARNING, "'7-7-5'" },
    { "gtid", gtid_left_off, CHECK_OK, "gtid = off" },
    { "gtid", gtid_strict, CHECK_REFUSED, "ahead of the master's in domain 0" },
    { "gtid", gtid_strict_behind, CHECK_OK, "" },
    { "slave-replicates", named_channel, CHECK_REFUSED, "connections with a name: crm" },
    { "tls", tls_wanted, CHECK_REFUSED, "replication, to the master db1: not encrypted (no TLS is offered)" },
    { "tls", tls_wanted_of_reports, CHECK_REFUSED, "reports, to the slave db2: not encrypted (no TLS is offered)" },
    { "tls", tls_nobody_vouches, CHECK_REFUSED, "nobody vouches for the certificate (certificate has expired)" },
    { "tls", tls_good, CHECK_OK, "the certificate is signed by 'CN = ca'" },
    { "tls", tls_absent, CHECK_OK, "can be read there" },
    { "tls", tls_half, CHECK_OK, "not verified: nobody vouches" },
    { "tls", tls_only, CHECK_REFUSED, "require_secure_transport" },
    { "as-written", as_written, CHECK_WARNING, "replicate-do-db = billing" },
    { "engines", engine_missing, CHECK_REFUSED, "rates is of the engine Aria" },
    { "engines", engine_there, CHECK_OK, "has all engines" },
    { "engines", engine_disabled, CHECK_REFUSED, "rates is of the engine Aria" },
    { "engines", engine_other_disabled, CHECK_OK, "has all engines" },
    { "writable", super_read_only, CHECK_REFUSED, "slave db2 runs with super_read_only" },
    { "writable", read_only_alone, CHECK_OK, "can be written to" },
    { "stray-folder", stray_folder, CHECK_REFUSED, "knows no such database" },
    { "stray-folder", folder_of_database, CHECK_OK, "no folder" },
    { "stray-folder", folder_on_mariadb, CHECK_OK, "no folder" },
    { "dump-tool", no_dump_tool, CHECK_REFUSED, "master db1 has no mariadb-dump" },
    { "dump-tool", no_client_tool, CHECK_REFUSED, "slave db2 has no mariadb" },
    { "dump-tool", no_tool_needed, CHECK_OK, "no table" },
    { "dump-tool", rows_without_tools, CHECK_OK, "without tools" },
    { "dump-tool", rows_with_tools, CHECK_OK, "1 table travels as rows: calls" },
    { "primary-keys", no_key, CHECK_WARNING, "rates" },
    { "encrypted", encrypted_file, CHECK_REFUSED, "calls" },
    { "encrypted", encrypted_rows, CHECK_WARNING, "as rows" },
    { "encrypted", encrypted_whole, CHECK_REFUSED, "as files" },
    { "encrypted", encrypted_no_key, CHECK_REFUSED, "no keys" },
    { "encrypted", encrypted_key, CHECK_WARNING, "as rows" },
    { "rows-elsewhere", rows_of_another, CHECK_WARNING, "1 table shows" },
    { "foreign-keys", key_leads_out, CHECK_REFUSED, "invoices -> crm.accounts" },
    { "views", view_left_out, CHECK_WARNING, "crm.accounts" },
    { "definers", definer_missing, CHECK_WARNING, "app@localhost" },
    { "events", event, CHECK_OK, "1 event;" },
    { "events", event_whole, CHECK_WARNING, "enabled" },
    { "prepared-transactions", prepared, CHECK_REFUSED, "2 XA transactions" },
    { "long-transactions", long_transaction, CHECK_WARNING, "10 min" },
    { "long-transactions", short_transaction, CHECK_OK, "" },
    { "disk-master", master_full, CHECK_REFUSED, "short by" },
    { "disk-master", master_reflink, CHECK_OK, "shares its blocks" },
    { "disk-master", master_no_reflink, CHECK_REFUSED, "21 GiB" },
    { "disk-master", master_binlog_room, CHECK_WARNING, "binary logs" },
    { "disk-slave", slave_full, CHECK_REFUSED, "10 MiB free" },
    { "disk-slave", slave_tight, CHECK_WARNING, "is better" },
    { "disk-slave", slave_datadir_full, CHECK_REFUSED, "data directory" },
    { "inodes", inodes, CHECK_REFUSED, "room for 100 files" },
    { "inodes", inodes_uncounted, CHECK_OK, "" },
    { "read-only", read_only, CHECK_REFUSED, "slave db2" },
    { "file-systems", mount_point, CHECK_WARNING, "file system of its own" },
    { "links", link_file, CHECK_REFUSED, "rates.MAD" },
    { "links", link_rows, CHECK_WARNING, "rates.MAD" },
    { "links", link_other, CHECK_WARNING, "notes.txt" },
    { "clock", clock_off, CHECK_WARNING, "db2 is 30 s ahead of" },
    { "clock", clock_both_off, CHECK_OK, "agree" },
    { "tools", no_tar, CHECK_REFUSED, "master db1 has no tar" },
    { "tools", no_digest, CHECK_REFUSED, "neither openssl nor sha256sum" },
    { "tools", no_openssl, CHECK_OK, "" },
    { "confinement", apparmor, CHECK_WARNING, "AppArmor" },
    { "confinement", apparmor_master, CHECK_OK, "AppArmor" },
    { "leftovers", leftover, CHECK_WARNING, ".dualserver-old" },
};

static const struct check *check_named(const char *id)
{
    for (size_t i = 0; i < check_count; i++)
        if (strcmp(checks[i].id, id) == 0)
            return &checks[i];
    fail_msg("there is no check %s", id);
    return NULL;
}

static void test_good_pair_passes(void **state)
{
    (void)state;
    struct facts facts;
    struct answers answers;
    good(&facts, &answers);
    for (size_t i = 0; i < check_count; i++) {
        struct buf said = BUF_INIT;
        enum check_verdict verdict = checks[i].test(&facts, &answers, &said);
        if (verdict != CHECK_OK || said.len == 0)
            fail_msg("%s: verdict %d, text '%s'", checks[i].id, (int)verdict, buf_str(&said));
        buf_free(&said);
    }
    done(&facts);
}

static void test_each_wrong_is_seen(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct facts facts;
        struct answers answers;
        struct buf said = BUF_INIT;
        good(&facts, &answers);
        trials[i].wrong(&facts, &facts.master, &facts.slave, &answers);
        enum check_verdict verdict = check_named(trials[i].id)->test(&facts, &answers, &said);
        if (verdict != trials[i].verdict || strstr(buf_str(&said), trials[i].words) == NULL ||
            strchr(buf_str(&said), '\n') != NULL) {
            print_error("trial %zu of %s: verdict %d, not %d, or no '%s' in: %s\n", i, trials[i].id, (int)verdict,
                        (int)trials[i].verdict, trials[i].words, buf_str(&said));
            failures++;
        }
        buf_free(&said);
        done(&facts);
    }
    assert_int_equal(failures, 0);
}

/* No check that only ever says yes. */
static void test_each_check_can_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < check_count; i++) {
        bool fails = false;
        for (size_t k = 0; k < sizeof trials / sizeof *trials; k++)
            fails |= strcmp(trials[k].id, checks[i].id) == 0 && trials[k].verdict != CHECK_OK;
        if (!fails)
            fail_msg("no trial makes %s fail", checks[i].id);
        assert_true(strlen(checks[i].title) > 0 && strlen(checks[i].why) > 0 && strlen(checks[i].fix) > 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(checks[i].id, checks[k].id);
    }
}

/* A server's words may hold anything; a check's text goes to a screen. */
static void test_text_is_printable(void **state)
{
    (void)state;
    struct facts facts;
    struct answers answers;
    struct buf said = BUF_INIT;
    good(&facts, &answers);
    facts.master.options_accepted = false;
    text(&facts.master.options_said, "bad \x1b[31mred\nline");
    assert_int_equal(check_named("option-files")->test(&facts, &answers, &said), CHECK_REFUSED);
    for (const char *c = buf_str(&said); *c != '\0'; c++)
        assert_true((unsigned char)*c >= ' ');
    buf_free(&said);
    done(&facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_pair_passes),
        cmocka_unit_test(test_each_wrong_is_seen),
        cmocka_unit_test(test_each_check_can_fail),
        cmocka_unit_test(test_text_is_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
