/* A server that answers a query by asking for one of our files, as LOAD DATA LOCAL INFILE would let it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_server.h"
#include "mysql/db.h"

static void it_gets_nothing(void **state)
{
    char folder[] = "/tmp/dualserver-rogue-XXXXXX", path[64], socket[64], sql[128];
    struct server_text text = { .version = NULL };
    struct tape tape = { .count = 0 };
    struct err err = ERR_INIT;
    struct rows rows = ROWS_INIT;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/secret", folder);
    snprintf(socket, sizeof socket, "%s/sock", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("nobody's business", file);
    fclose(file);
    char version[] = "10.11.14-MariaDB";
    text.version = version;
    server_text_add_version(&text);
    struct fake_server *server = fake_server_start(&text, SIDE_MASTER, &tape, socket);
    struct db *db = db_open(&(struct db_where){ .socket = socket }, &err);
    if (db == NULL)
        fail_msg("%s", err.text);
    snprintf(sql, sizeof sql, FAKE_SERVER_ROGUE "%s", path);
    assert_int_equal(db_query(db, &rows, &err, sql), -1);
    print_message("%s\n", err.text);
    db_close(db);
    fake_server_stop(server);
    assert_string_equal(tape.lines[tape.count - 1].sql, "sent 0 bytes");
    rows_free(&rows);
    tape_free(&tape);
    text.version = NULL;
    server_text_free(&text);
    unlink(socket);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_gets_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
