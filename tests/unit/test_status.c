/* What servers of many versions answer to the statements about replication (status/NAME.txt, from their manuals), read as the
 * program reads it: by the statement of that version, over a connection, column by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fake_server.h"
#include "mysql/status.h"

enum { STATUS, POSITION, SLAVES, KINDS };

struct answers_read {
    struct server_text text;
    char *expected[KINDS];
};

/* Which of the three a statement is, whatever its words. */
static int kind_of(const char *statement)
{
    if (glob("SHOW * STATUS", statement) && !glob("*MASTER*", statement) && !glob("*BINARY*", statement))
        return STATUS;
    return glob("SHOW * STATUS", statement) ? POSITION : SLAVES;
}

/* "  Name: value", as the client's \G prints it. */
static void add_cell(struct strings *names, struct strings *cells, const char *line)
{
    const char *colon = strchr(line, ':');
    if (colon == NULL)
        fail_msg("no column: %s", line);
    line += strspn(line, " ");
    char *name = mem_dup_n(line, (size_t)(colon - line));
    const char *value = colon[1] == ' ' ? colon + 2 : "";
    strings_add(names, name);
    strings_add(cells, *value != '\0' ? value : "''");
    free(name);
}

static char *joined(const struct strings *cells)
{
    struct buf line = BUF_INIT;
    for (size_t i = 0; i < cells->count; i++)
        buf_addf(&line, "%s%s", i > 0 ? " | " : "", cells->items[i]);
    return buf_steal(&line);
}

static void end_statement(struct answers_read *read, const char *statement, struct strings *names, struct strings *cells)
{
    struct strings lines = { .count = 0 };
    char *columns = joined(names), *row = joined(cells);
    strings_add(&lines, columns);
    strings_add(&lines, row);
    server_text_add(&read->text, statement, &lines);
    free(columns);
    free(row);
    strings_free(&lines);
    strings_free(names);
    strings_free(cells);
}

static void read_answers(struct answers_read *read, const char *name)
{
    char *path = mem_printf(SRC_TESTS "/unit/status/%s.txt", name), *line = NULL, *statement = NULL;
    struct strings names = { .count = 0 }, cells = { .count = 0 };
    FILE *stream = fopen(path, "r");
    size_t room = 0;
    if (stream == NULL)
        fail_msg("cannot read %s", path);
    for (ssize_t len; (len = getline(&line, &room, stream)) >= 0;) {
        if (len > 0 && line[len - 1] == '\n')
            line[len - 1] = '\0';
        if (strncmp(line, "server ", 7) == 0) {
            read->text.version = mem_dup(line + 7);
        } else if (strncmp(line, "statement ", 10) == 0) {
            free(statement);
            statement = mem_dup(line + 10);
        } else if (strncmp(line, "expect ", 7) == 0) {
            read->expected[kind_of(statement)] = mem_dup(line + 7);
            end_statement(read, statement, &names, &cells);
        } else if (line[0] != '#' && line[0] != '\0') {
            add_cell(&names, &cells, line);
        }
    }
    fclose(stream);
    free(statement);
    free(line);
    free(path);
}

static char *say_status(struct db *db, struct err *err)
{
    struct slave_status status;
    struct buf said = BUF_INIT;
    assert_int_equal(slave_status_read(db, &status, err), 0);
    assert_true(status.configured);
    buf_addf(&said, "from %s@%s:%u, IO %s (%u), SQL %s (%u), behind ", status.master_user, status.master_host,
             status.master_port, status.io_running, status.last_io_errno, status.sql_running, status.last_sql_errno);
    if (status.seconds_behind >= 0)
        buf_addf(&said, "%lld", status.seconds_behind);
    else
        buf_adds(&said, "NULL");
    buf_addf(&said, ", read %s:%llu, executed %s:%llu", status.master_log_file,
             (unsigned long long)status.read_master_log_pos, status.relay_master_log_file,
             (unsigned long long)status.exec_master_log_pos);
    if (status.gtid_io_pos[0] != '\0')
        buf_addf(&said, ", gtid %s", status.gtid_io_pos);
    /* a running slave is one whose threads both run and which knows how far behind it is */
    assert_int_equal(slave_status_running(&status), strstr(buf_str(&said), "IO Yes") != NULL &&
                                                        strstr(buf_str(&said), "SQL Yes") != NULL);
    slave_status_free(&status);
    return buf_steal(&said);
}

static char *say_position(struct db *db, struct err *err)
{
    struct binlog_position position;
    assert_int_equal(binlog_position_read(db, &position, err), 0);
    return mem_printf("at %s:%llu", position.file, (unsigned long long)position.position);
}

static char *say_slaves(struct db *db, struct err *err)
{
    struct rows rows = ROWS_INIT;
    assert_int_equal(db_query(db, &rows, err, db_dialect(db)->slave_hosts), 0);
    assert_int_equal(rows.count, 1);
    char *said = mem_printf("slave %s", row_str(&rows, 0, "Server_id"));
    rows_free(&rows);
    return said;
}

/* The state is the name of a file. */
static void answers_are_understood(void **state)
{
    static char *(*const say[KINDS])(struct db *, struct err *) = { say_status, say_position, say_slaves };
    struct answers_read read = { .text.version = NULL };
    struct tape tape = { .count = 0 };
    struct err err = ERR_INIT;
    char folder[] = "/tmp/dualserver-test-XXXXXX";
    read_answers(&read, *state);
    server_text_add_version(&read.text);
    assert_non_null(mkdtemp(folder));
    char *socket = mem_printf("%s/s", folder);
    struct fake_server *server = fake_server_start(&read.text, SIDE_SLAVE, &tape, socket);
    struct db *db = db_open(&(struct db_where){ .socket = socket }, &err);
    if (db == NULL)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < KINDS; i++) {
        char *said = say[i](db, &err);
        assert_non_null(read.expected[i]);
        assert_string_equal(said, read.expected[i]);
        free(read.expected[i]);
        free(said);
    }
    db_close(db);
    fake_server_stop(server);
    unlink(socket);
    rmdir(folder);
    free(socket);
    tape_free(&tape);
    server_text_free(&read.text);
}

static void the_place_is_reached(void **state)
{
    const struct binlog_position position = { .file = "mysql-bin.999999", .position = 400 };
    const struct {
        char *file;
        uint64_t position;
        bool reached;
    } cases[] = {
        { NULL, 500, false },
        { "", 500, false },
        { "mysql-bin.999998", 500, false },
        { "mysql-bin.999999", 399, false },
        { "mysql-bin.999999", 400, true },
        { "mysql-bin.999999", 401, true },
        { "mysql-bin.1000000", 4, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct slave_status status = { .relay_master_log_file = cases[i].file, .exec_master_log_pos = cases[i].position };
        if (slave_status_reached(&status, &position) != cases[i].reached)
            fail_msg("case %zu", i);
    }
}

#define ANSWERS(name) { "answers of " name, answers_are_understood, NULL, NULL, (void *)(name) }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANSWERS("mysql-4.1"),    ANSWERS("mysql-5.0"),    ANSWERS("mysql-5.5"),    ANSWERS("mysql-5.7"),
        ANSWERS("mysql-8.0"),    ANSWERS("mysql-8.4"),    ANSWERS("mariadb-5.5"),  ANSWERS("mariadb-10.1"),
        ANSWERS("mariadb-10.6"), ANSWERS("mariadb-11.4"), cmocka_unit_test(the_place_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
