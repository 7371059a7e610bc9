/* Hashes of passwords as the servers make them, and the statements of each generation of servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/account.h"

/* SELECT PASSWORD('password') and PASSWORD('mypass') of MariaDB 10.11. */
static void native_hashes(void **state)
{
    (void)state;
    static const char *const known[][2] = {
        { "password", "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19" },
        { "mypass", "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4" },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct err err = ERR_INIT;
        struct secret *password = secret_new(known[i][0], strlen(known[i][0]));
        struct secret *hash = account_native_hash(password, &err);
        assert_int_equal(secret_len(hash), 41);
        assert_string_equal(secret_text(hash), known[i][1]);
        secret_free(password);
        secret_free(hash);
    }
}

/* mysql.user of MySQL 9.7.4 after CREATE USER ... IDENTIFIED BY; the salts are bytes as the server drew them. */
static const struct {
    const char *password, *salt;
    unsigned rounds;
    const char *frame, *digest;
} made_by_mysql[] = {
    { "a", "\x2C\x51\x20\x63\x71\x7A\x02\x5C\x19\x14\x3B\x16\x70\x18\x3E\x0E\x51\x37\x5F\x41", 10000, "$A$00A$",
      "nvVTwxw5mi3rUnE4Z5AIh.ZEUm/bhpmHwpzlVp5PDWC" },
    { "pa'ss\\w\"rd", "\x65\x22\x48\x52\x44\x5C\x38\x3C\x06\x41\x46\x5D\x15\x1B\x35\x0C\x0F\x58\x1E\x51", 10000,
      "$A$00A$", "ni9wQh8N9DA8.ipNQDDRuxWzwhzkLM/Fp90S8lz7FyC" },
    { "a password of more than 32 bytes, with an \xc3\xa9 in it",
      "\x45\x25\x07\x02\x29\x2A\x60\x51\x2A\x27\x67\x6A\x21\x6F\x78\x30\x56\x05\x6C\x5B", 10000, "$A$00A$",
      "Gtku5h6M5oRQTENytgrIss6XRFQQ9rq7k74ZXBKgbmA" },
    { "password", "\x49\x57\x5A\x3E\x0C\x7F\x10\x58\x75\x0E\x19\x40\x0D\x7B\x39\x20\x4C\x3B\x66\x46", 5000, "$A$005$",
      "NN3PRo87w5sgl6jLrgijcCnjxFzE/ehjZqhezsj8sy9" },
    { "lab-only-billing", "\x1B\x1E\x1B\x69\x06\x1B\x13\x66\x60\x3B\x44\x26\x3B\x78\x17\x43\x26\x1B\x0D\x0B", 10000,
      "$A$00A$", "fBBrLz8TsH2e5ha8j3Vr9jpC6rmYXk0n6MZYIUNlHz3" },
};

static void sha2_hashes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof made_by_mysql / sizeof made_by_mysql[0]; i++) {
        struct err err = ERR_INIT;
        struct secret *password = secret_new(made_by_mysql[i].password, strlen(made_by_mysql[i].password));
        struct secret *hash = account_sha2_hash(password, made_by_mysql[i].salt, made_by_mysql[i].rounds, &err);
        assert_int_equal(secret_len(hash), 70);
        assert_memory_equal(secret_text(hash), made_by_mysql[i].frame, 7);
        assert_memory_equal(secret_text(hash) + 7, made_by_mysql[i].salt, ACCOUNT_SHA2_SALT);
        assert_string_equal(secret_text(hash) + 27, made_by_mysql[i].digest);
        secret_free(password);
        secret_free(hash);
    }
}

/* Two hashes of one password differ; rounds that no server has become those that every server takes. */
static void sha2_salts(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct secret *password = secret_new("password", 8);
    struct secret *one = account_sha2_hash(password, NULL, 0, &err), *other = account_sha2_hash(password, NULL, 0, &err);
    assert_memory_equal(secret_text(one), "$A$005$", 7);
    assert_string_not_equal(secret_text(one), secret_text(other));
    secret_free(one);
    secret_free(other);
    secret_free(password);
}

static void assert_statements(const char *version, enum account_plugin plugin, bool tls, const char *expected)
{
    struct buf text = BUF_INIT;
    account_statements(&text, dialect_for(version),
                       &(struct account){ .user = "re'pl", .host = "192.0.2.12", .plugin = plugin, .hash = "'HASH'",
                                          .grant = "REPLICATION SLAVE ON *.*", .require_tls = tls });
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
}

#define NAME "'re''pl'@'192.0.2.12'"
#define FIRST "SET SESSION sql_log_bin = 0, sql_log_off = 1, long_query_time = 31536000\n"

static void statements(void **state)
{
    (void)state;
    assert_statements("9.7.4", ACCOUNT_SHA2, true,
                      FIRST "CREATE USER IF NOT EXISTS " NAME " IDENTIFIED WITH caching_sha2_password AS 'HASH' REQUIRE SSL\n"
                            "ALTER USER " NAME " IDENTIFIED WITH caching_sha2_password AS 'HASH' REQUIRE SSL\n"
                            "GRANT REPLICATION SLAVE ON *.* TO " NAME "\n");
    assert_statements("8.0.36", ACCOUNT_NATIVE, false,
                      FIRST "CREATE USER IF NOT EXISTS " NAME " IDENTIFIED WITH mysql_native_password AS 'HASH' REQUIRE NONE\n"
                            "ALTER USER " NAME " IDENTIFIED WITH mysql_native_password AS 'HASH' REQUIRE NONE\n"
                            "GRANT REPLICATION SLAVE ON *.* TO " NAME "\n");
    assert_statements("10.11.14-MariaDB", ACCOUNT_NATIVE, false,
                      FIRST "CREATE USER IF NOT EXISTS " NAME " IDENTIFIED VIA mysql_native_password USING 'HASH' REQUIRE NONE\n"
                            "ALTER USER " NAME " IDENTIFIED VIA mysql_native_password USING 'HASH' REQUIRE NONE\n"
                            "GRANT REPLICATION SLAVE ON *.* TO " NAME "\n");
    assert_statements("5.5.60", ACCOUNT_NATIVE, true,
                      FIRST "GRANT REPLICATION SLAVE ON *.* TO " NAME " IDENTIFIED BY PASSWORD 'HASH' REQUIRE SSL\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(native_hashes),
        cmocka_unit_test(sha2_hashes),
        cmocka_unit_test(sha2_salts),
        cmocka_unit_test(statements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
