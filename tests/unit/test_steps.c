/* The plan is pure: facts and answers in, changes out. Facts of a Debian 12 pair, made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "steps/settings.h"
#include "steps/copy_way.h"
#include "steps/step.h"

static const char my_cnf[] = "# the server's file\n[mysqld]\nuser = mysql\nbind-address            = 127.0.0.1 # Debian\n"
                             "\n[client]\npassword = of-somebody\n";

static void fill_server(struct server_facts *server, enum side side, const char *address)
{
    static struct setting settings[] = { { "bind_address", "127.0.0.1" }, { "skip_networking", "OFF" } };
    server->side = side;
    server->host = mem_dup(address);
    server->address = mem_dup(address);
    server->source_address = mem_dup(address);
    server->version = mem_dup("10.11.14-MariaDB-0+deb12u2");
    server->version_number = dialect_version(server->version);
    server->dialect = dialect_for(server->version);
    server->service = (struct service){ .unit = mem_dup("mariadb.service"), .systemd = true, .active = true };
    server->datadir = mem_dup("/var/lib/mysql");
    server->database_path = mem_dup("/var/lib/mysql/billing");
    server->mysql_user = mem_dup("mysql");
    server->mysql_group = mem_dup("mysql");
    server->dump_tool = mem_dup("/usr/bin/mariadb-dump");
    server->port = 3306;
    server->settings = settings;
    server->setting_count = sizeof settings / sizeof settings[0];
    server->parent_same_filesystem = true;
    server->copy_rate = 500u << 20;
    server->disk_free = 100ull << 30;
    cnf_set_groups(&server->options, true, server->version_number);
    server->options.files = mem_alloc(sizeof *server->options.files);
    server->options.count = 1;
    cnf_parse(&server->options.files[0], "/etc/mysql/my.cnf", my_cnf, strlen(my_cnf));
}

static void add_table(struct inventory *inventory, const char *name, const char *engine, enum carry carry, uint64_t bytes)
{
    inventory->tables = mem_grow(inventory->tables, inventory->table_count + 1, sizeof *inventory->tables);
    inventory->tables[inventory->table_count++] = (struct table){
        .name = mem_dup(name), .file = mem_dup(name), .engine = mem_dup(engine), .bytes = bytes, .natural = carry, .carry = carry,
        .because = carry == CARRY_ROWS ? "partitioned" : NULL,
    };
}

struct fixture {
    struct facts facts;
    struct answers answers;
    struct plan plan;
    struct buf text;
};

static int setup(void **state)
{
    struct fixture *f = mem_alloc(sizeof *f);
    answers_init(&f->answers);
    fill_server(&f->facts.master, SIDE_MASTER, "192.0.2.11");
    fill_server(&f->facts.slave, SIDE_SLAVE, "192.0.2.12");
    f->facts.master.database_exists = true;
    f->facts.master.inventory.database = mem_dup("billing");
    add_table(&f->facts.master.inventory, "calls", "MyISAM", CARRY_FILES, 100u << 20);
    add_table(&f->facts.master.inventory, "customers", "InnoDB", CARRY_IMPORT, 50u << 20);
    add_table(&f->facts.master.inventory, "traffic", "InnoDB", CARRY_ROWS, 1u << 20);
    strings_add(&f->facts.slave.missing_definers, "billing_app@%");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    struct server_facts *servers[] = { &f->facts.master, &f->facts.slave };
    for (size_t i = 0; i < 2; i++) { /* the settings are not on the heap */
        servers[i]->settings = NULL;
        servers[i]->setting_count = 0;
    }
    plan_free(&f->plan);
    facts_free(&f->facts);
    answers_free(&f->answers);
    buf_free(&f->text);
    free(f);
    return 0;
}

static const char *rendered(struct fixture *f)
{
    struct err err = ERR_INIT;
    plan_free(&f->plan);
    buf_clear(&f->text);
    assert_int_equal(steps_plan(&f->facts, &f->answers, &f->plan, &err), 0);
    plan_render(&f->plan, &f->text);
    return buf_str(&f->text);
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("the plan lacks: %s\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("the plan should not have: %s\n%s", part, text);
}

static void test_all_steps_in_order(void **state)
{
    struct fixture *f = *state;
    const char *text = rendered(f), *at = text;
    for (int i = 1; i <= STEP_COUNT; i++) {
        char *title = mem_printf("Step %d  ", i);
        at = strstr(at, title);
        assert_non_null(at);
        free(title);
        assert_int_equal(steps[i - 1]->number, i);
    }
    for (size_t i = 1; i < f->plan.count; i++)
        assert_true(f->plan.changes[i].step >= f->plan.changes[i - 1].step);
}

static void test_configuration(void **state)
{
    struct fixture *f = *state;
    const char *text = rendered(f);
    assert_has(text, "+server-id = 1");
    assert_has(text, "+log-bin = mysql-bin");
    assert_has(text, "+binlog-format = ROW");
    assert_has(text, "0.0.0.0 # Debian"); /* the winning line is edited in place, its comment stays */
    assert_has(text, "+server-id = 2");
    assert_has(text, "replicate-wild-do-table");
    assert_has(text, "+skip-slave-start");
    assert_has(text, "-skip-slave-start"); /* and out again in step 12 */
    assert_lacks(text, "of-somebody");
}

static void test_other_lines_stay(void **state)
{
    struct fixture *f = *state;
    rendered(f);
    const struct change *edit = &f->plan.changes[0];
    assert_int_equal(edit->kind, CHANGE_FILE);
    assert_string_equal(edit->before, my_cnf);
    assert_has(edit->after, "# the server's file\n[mysqld]\nuser = mysql\n");
    assert_has(edit->after, "\n[client]\npassword = of-somebody\n");
}

static void test_secrets_are_masked(void **state)
{
    struct fixture *f = *state;
    const char *text = rendered(f);
    assert_has(text, "MASTER_PASSWORD = '********'");
    assert_has(text, "IDENTIFIED VIA mysql_native_password USING '********'");
    assert_lacks(text, SECRET_MARK);
}

static void test_least_privilege(void **state)
{
    struct fixture *f = *state;
    const char *text = rendered(f);
    assert_has(text, "GRANT REPLICATION SLAVE ON *.* TO 'repl'@'192.0.2.12'");
    assert_has(text, "GRANT SELECT, DROP, CREATE ON `billing`.* TO 'reportreader'@'192.0.2.11'");
    assert_lacks(text, "GRANT SUPER");
    f->answers.as_written = true;
    text = rendered(f);
    assert_has(text, "GRANT SUPER, REPLICATION CLIENT, REPLICATION SLAVE, RELOAD ON *.* TO");
    assert_has(text, "+replicate-do-db = billing");
    assert_lacks(text, "replicate-wild-do-table");
}

static void offer_tls(struct server_facts *server, const char *other_ca)
{
    server->tls.offered = true;
    server->tls.certificate = (struct certificate){ .subject = mem_dup("CN = server"), .ca = mem_dup("-----BEGIN\n"),
                                                    .ca_subject = mem_dup("CN = ca") };
    server->tls.other_ca = mem_dup(other_ca);
}

/* What CHANGE MASTER says about TLS, and what the plan says about it. */
static void test_encryption(void **state)
{
    struct fixture *f = *state;
    const char *text = rendered(f);
    assert_has(text, ", MASTER_SSL = 0, MASTER_SSL_CA = '', MASTER_SSL_VERIFY_SERVER_CERT = 0");
    assert_has(text, "the replication connection is not encrypted");
    offer_tls(&f->facts.master, "/etc/mysql/dualserver-slave-ca.pem");
    offer_tls(&f->facts.slave, "/etc/mysql/dualserver-master-ca.pem");
    text = rendered(f);
    assert_has(text, ", MASTER_SSL = 1, MASTER_SSL_CA = '/etc/mysql/dualserver-master-ca.pem', MASTER_SSL_VERIFY_SERVER_CERT = 0");
    assert_has(text, "carry the master's CA over to /etc/mysql/dualserver-master-ca.pem");
    assert_has(text, "carry the slave's CA over to /etc/mysql/dualserver-slave-ca.pem");
    assert_has(text, "not verified: the name");
    assert_has(text, "REQUIRE NONE");
    f->facts.master.tls.certificate.names = true;
    f->facts.slave.tls.other_ca_now = mem_dup("-----BEGIN\n");
    f->answers.replication.tls = TLS_REQUIRE;
    text = rendered(f);
    assert_has(text, "MASTER_SSL_VERIFY_SERVER_CERT = 1");
    assert_lacks(text, "carry the master's CA"); /* it is there */
    assert_lacks(text, "REQUIRE NONE");
    f->answers.replication.tls = TLS_OFF;
    text = rendered(f);
    assert_has(text, ", MASTER_SSL = 0, MASTER_SSL_CA = ''");
    assert_lacks(text, "CA over to");
}

/* A certificate made in memory: MariaDB 11.4 knows it by the password, older ones not at all. */
static void test_certificate_in_memory(void **state)
{
    struct fixture *f = *state;
    f->facts.master.tls.offered = true;
    assert_has(rendered(f), ", MASTER_SSL = 1, MASTER_SSL_CA = '', MASTER_SSL_VERIFY_SERVER_CERT = 0");
    f->facts.slave.dialect = dialect_for("11.8.3-MariaDB");
    const char *text = rendered(f);
    assert_has(text, ", MASTER_SSL = 1, MASTER_SSL_CA = '', MASTER_SSL_VERIFY_SERVER_CERT = 1");
    assert_has(text, "verified: by the account's password");
}

/* MySQL 8 and later without TLS: the master's public key; with it, not. */
static void test_public_key(void **state)
{
    struct fixture *f = *state;
    f->facts.master.dialect = f->facts.slave.dialect = dialect_for("9.7.4");
    const char *text = rendered(f);
    assert_has(text, "IDENTIFIED WITH caching_sha2_password AS '********'");
    assert_has(text, ", SOURCE_SSL = 0, SOURCE_SSL_CA = '', SOURCE_SSL_VERIFY_SERVER_CERT = 0, GET_SOURCE_PUBLIC_KEY = 1");
    assert_has(text, "protected by the master's public key");
    assert_has(text, "PHP speaks it from 7.4 on");
    offer_tls(&f->facts.master, "/etc/mysql/dualserver-slave-ca.pem");
    f->facts.slave.tls.other_ca = mem_dup("/etc/mysql/dualserver-master-ca.pem");
    assert_has(rendered(f), "GET_SOURCE_PUBLIC_KEY = 0");
}

static void test_gtids(void **state)
{
    struct fixture *f = *state;
    const char *text = rendered(f);
    assert_has(text, "SET GLOBAL gtid_slave_pos = 'the GTID at the coordinates'");
    assert_has(text, "MASTER_LOG_POS = 4"); /* first by file and position */
    assert_true(strstr(text, "MASTER_USE_GTID = no") < strstr(text, "CHANGE MASTER TO MASTER_USE_GTID = slave_pos"));
    f->answers.replication.gtid_off = true;
    text = rendered(f);
    assert_lacks(text, "gtid_slave_pos");
    assert_lacks(text, "slave_pos");
    assert_has(text, "the slave finds its place by file and position: gtid = off");
}

/* MySQL: only where gtid_mode is ON on both; 5.7 can add nothing to a set that is not empty. */
static void test_gtids_of_mysql(void **state)
{
    struct fixture *f = *state;
    static struct setting on[] = { { "gtid_mode", "ON" }, { "gtid_executed", "u:1" } };
    f->facts.master.dialect = f->facts.slave.dialect = dialect_for("8.4.6");
    assert_lacks(rendered(f), "gtid_purged");
    f->facts.master.settings = f->facts.slave.settings = on;
    const char *text = rendered(f);
    assert_has(text, "SET GLOBAL gtid_purged = '+all");
    assert_has(text, "CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 1");
    assert_lacks(text, "RESET BINARY LOGS");
    assert_false(plan_destroys(&f->plan));
    f->facts.gtid_extra = mem_dup("3e11fa47-71ca-11e1-9e33-c80aa9429562:6-9");
    f->facts.master.server_uuid = mem_dup("3E11FA47-71ca-11e1-9e33-c80aa9429562");
    assert_has(rendered(f), "sql> RESET BINARY LOGS AND GTIDS\n");
    assert_true(plan_destroys(&f->plan));
    f->facts.master.dialect = f->facts.slave.dialect = dialect_for("5.7.44");
    text = rendered(f);
    assert_lacks(text, "SET GLOBAL gtid_purged");
    assert_has(text, "gtid_executed of the slave is not empty");
}

static void test_settings_that_are_there(void **state)
{
    struct fixture *f = *state;
    static const char set[] = "[mysqld]\nserver-id=7\nlog-bin=mysql-bin\nbinlog_format=row\nbind-address=0.0.0.0\n";
    f->facts.master.log_bin = true;
    f->facts.master.settings[0].value = "0.0.0.0";
    cnf_free(&f->facts.master.options.files[0]);
    cnf_parse(&f->facts.master.options.files[0], "/etc/mysql/my.cnf", set, strlen(set));
    rendered(f);
    assert_int_equal(f->plan.changes[0].step, 2); /* step 1 has nothing to do */
    assert_int_equal(settings_server_id(&f->facts, &f->answers, SIDE_MASTER), 7);
    assert_int_equal(settings_server_id(&f->facts, &f->answers, SIDE_SLAVE), 2);
    f->facts.master.settings[0].value = "127.0.0.1";
}

/* The slave comes over IPv6: what listens on the loopback or on IPv4 only is to listen on both. */
static void test_listens_on_ipv6(void **state)
{
    struct fixture *f = *state;
    struct wanted wanted[2];
    free(f->facts.slave.source_address);
    f->facts.slave.source_address = mem_dup("fd00::12");
    assert_int_equal(settings_listen(&f->facts, SIDE_MASTER, wanted), 1);
    assert_string_equal(wanted[0].value, "::");
    assert_int_equal(settings_listen(&f->facts, SIDE_SLAVE, wanted), 1); /* the master comes over IPv4 */
    assert_string_equal(wanted[0].value, "0.0.0.0");
    f->facts.master.settings[0].value = "0.0.0.0";
    size_t master = settings_listen(&f->facts, SIDE_MASTER, wanted), slave = settings_listen(&f->facts, SIDE_SLAVE, &wanted[1]);
    f->facts.master.settings[0].value = "*";
    size_t all = settings_listen(&f->facts, SIDE_MASTER, &wanted[1]);
    f->facts.master.settings[0].value = "127.0.0.1";
    assert_int_equal(master, 1);
    assert_string_equal(wanted[0].key, "bind-address");
    assert_string_equal(wanted[0].value, "::");
    assert_int_equal(slave, 0);
    assert_int_equal(all, 0);
}

static void test_server_ids_differ(void **state)
{
    struct fixture *f = *state;
    f->answers.slave.server_id = 1;
    assert_int_equal(settings_server_id(&f->facts, &f->answers, SIDE_MASTER), 2);
    f->answers.master.server_id = 2;
    f->answers.slave.server_id = 0;
    assert_int_equal(settings_server_id(&f->facts, &f->answers, SIDE_SLAVE), 3);
}

static void test_old_data_goes_aside(void **state)
{
    struct fixture *f = *state;
    rendered(f);
    assert_false(plan_destroys(&f->plan));
    add_table(&f->facts.slave.inventory, "old", "InnoDB", CARRY_IMPORT, 5);
    const char *text = rendered(f);
    assert_true(plan_destroys(&f->plan));
    assert_has(text, "move the slave's own billing aside: 1 tables");
}

static void test_wild_names_are_escaped(void **state)
{
    (void)state;
    struct buf name = BUF_INIT;
    char *pattern = settings_wild_pattern("my_db%");
    settings_grant_database(&name, "my_d`b");
    assert_string_equal(pattern, "my\\_db\\%.%");
    assert_string_equal(buf_str(&name), "`my\\_d``b`.*");
    free(pattern);
    buf_free(&name);
}

static void test_forecast_counts_what_is_copied(void **state)
{
    struct fixture *f = *state;
    rendered(f); /* nothing has changed within the hour: all is copied before the stop */
    uint64_t quiet = f->plan.forecast_ms;
    f->facts.master.database_recent_bytes = 100u << 20;
    rendered(f);
    uint64_t full = f->plan.forecast_ms;
    assert_true(quiet < full);
    f->facts.master.reflink = true;
    rendered(f);
    assert_true(f->plan.forecast_ms < full);
    assert_true(f->plan.forecast_ms >= 700);
    uint64_t few = f->plan.forecast_ms;
    struct inventory *inventory = &f->facts.master.inventory;
    struct table *tables = inventory->tables;
    size_t count = inventory->table_count;
    static struct table many[10000];
    for (size_t i = 0; i < 10000; i++)
        many[i] = (struct table){ .name = "t", .file = "t", .engine = "InnoDB", .natural = CARRY_IMPORT };
    inventory->tables = many;
    inventory->table_count = 10000;
    assert_true(cost_export_ms(inventory) >= 30000); /* each is flushed while all are held */
    inventory->tables = tables;
    inventory->table_count = count;
    rendered(f);
    assert_true(f->plan.forecast_ms == few);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_steps_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_configuration, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_lines_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secrets_are_masked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_least_privilege, setup, teardown),
        cmocka_unit_test_setup_teardown(test_encryption, setup, teardown),
        cmocka_unit_test_setup_teardown(test_certificate_in_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_public_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gtids, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gtids_of_mysql, setup, teardown),
        cmocka_unit_test_setup_teardown(test_settings_that_are_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listens_on_ipv6, setup, teardown),
        cmocka_unit_test_setup_teardown(test_server_ids_differ, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_data_goes_aside, setup, teardown),
        cmocka_unit_test(test_wild_names_are_escaped),
        cmocka_unit_test_setup_teardown(test_forecast_counts_what_is_copied, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
