/* Who vouches for a certificate. The certificates in tests/unit/certificates are good for a hundred years but one, which never
 * was: ca.pem signed server.pem (no names, as MySQL makes them), named.pem (db1.example.com, 192.0.2.11) and expired.pem;
 * self.pem signed itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mysql/certificate.h"

/* The caller frees. */
static char *pem(const char *name)
{
    char *path = mem_printf(UNIT_FOLDER "/certificates/%s.pem", name), bytes[8192];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    free(path);
    return mem_dup_n(bytes, len);
}

static struct certificate look(const char *cert, const char *ca, const char *name)
{
    struct certificate certificate;
    char *own = pem(cert), *authority = ca != NULL ? pem(ca) : NULL;
    certificate_look(own, authority, name, &certificate);
    free(own);
    free(authority);
    return certificate;
}

static void as_mysql_makes_it(void **state)
{
    (void)state;
    struct certificate found = look("server", "ca", "192.0.2.11");
    assert_string_equal(found.subject, "CN = MySQL_Server_9.7.4_Auto_Generated_Server_Certificate");
    assert_string_equal(found.ca_subject, "CN = MySQL_Server_9.7.4_Auto_Generated_CA_Certificate");
    char *ca = pem("ca");
    assert_string_equal(found.ca, ca);
    assert_null(found.trouble);
    assert_false(found.names || found.itself);
    free(ca);
    certificate_free(&found);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool names;
    } cases[] = { { "192.0.2.11", true }, { "db1.example.com", true }, { "192.0.2.12", false }, { "db1", false }, { NULL, false } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct certificate found = look("named", "ca", cases[i].name);
        assert_int_equal(found.names, cases[i].names);
        certificate_free(&found);
    }
}

static void nobody_vouches(void **state)
{
    (void)state;
    static const struct {
        const char *cert, *ca;
        const char *trouble;
    } cases[] = {
        { "server", "other", "unable to get local issuer certificate" },
        { "server", NULL, "unable to get local issuer certificate" },
        { "expired", "ca", "certificate has expired" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct certificate found = look(cases[i].cert, cases[i].ca, NULL);
        assert_non_null(found.subject);
        assert_null(found.ca);
        assert_string_equal(found.trouble, cases[i].trouble);
        certificate_free(&found);
    }
}

static void self_signed(void **state)
{
    (void)state;
    struct certificate found = look("self", NULL, "db1.example.com");
    char *own = pem("self");
    assert_true(found.itself && found.names);
    assert_string_equal(found.ca, own);
    free(own);
    certificate_free(&found);
}

/* Of a file with more in it than certificates only those go on. */
static void keys_stay(void **state)
{
    (void)state;
    struct certificate found;
    char *ca = pem("ca"), *other = pem("other"), *cert = pem("server");
    char *mixed = mem_printf("# words\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n%s\n%s", ca, other);
    char *both = mem_printf("%s%s", ca, other);
    certificate_look(cert, mixed, NULL, &found);
    assert_string_equal(found.ca, both);
    certificate_free(&found);
    certificate_look("no certificate", mixed, NULL, &found);
    assert_null(found.subject);
    assert_null(found.ca);
    certificate_free(&found);
    free(ca);
    free(other);
    free(cert);
    free(mixed);
    free(both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_mysql_makes_it),
        cmocka_unit_test(names),
        cmocka_unit_test(nobody_vouches),
        cmocka_unit_test(self_signed),
        cmocka_unit_test(keys_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
