/* The ssh driver against a real sshd, which asks for new keys every 4 MiB. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "host_cases.h"
#include "sshd.h"

/* libssh2 1.10 forgets its copy of the host key, some 50 bytes, each time keys are exchanged anew. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libssh2.so\n";
}

static struct sshd sshd;

/* The person at the keyboard. */
static struct {
    const char *secrets[4]; /* typed in this order */
    int asked;
    bool accept;
    int keys_shown;
    char shown[128];
} person;

static int see_key(void *context, const char *host, const char *type, const char *sha256, struct err *err)
{
    (void)context, (void)host, (void)type, (void)err;
    person.keys_shown++;
    snprintf(person.shown, sizeof person.shown, "%s", sha256);
    return person.accept ? 0 : -1;
}

static struct secret *type_secret(void *context, const char *prompt, struct err *err)
{
    const char *text = person.asked < 4 ? person.secrets[person.asked] : NULL;

    (void)context, (void)prompt, (void)err;
    person.asked++;
    return text != NULL ? secret_new(text, strlen(text)) : NULL;
}

static const struct host_asker asker = { .host_key = see_key, .secret = type_secret };

static struct host *open_as(const char *key, const struct host_asker *who, struct err *err)
{
    struct host_where where = { .label = "slave", .host = "127.0.0.1", .port = sshd.port, .user = "root",
                                .identity = sshd_file(&sshd, key), .known_hosts = sshd_file(&sshd, "known_hosts"),
                                .cancel_fd = cancel_pipe[0] };

    *err = (struct err)ERR_INIT;
    return host_open(&where, who, err);
}

static void assert_opens(const char *key, const struct host_asker *who)
{
    struct err err;
    struct host *host = open_as(key, who, &err);

    if (host == NULL)
        fail_msg("%s (%s)", err.text, err.hint);
    host_close(host);
}

static void assert_refused(const char *key, const struct host_asker *who, enum err_code code, const char *says)
{
    struct err err;

    assert_null(open_as(key, who, &err));
    assert_int_equal(err.code, code);
    if (strstr(err.text, says) == NULL && strstr(err.hint, says) == NULL)
        fail_msg("'%s' is not in: %s (%s)", says, err.text, err.hint);
}

static int start_all(void **state)
{
    struct err err;

    (void)state;
    unsetenv("SSH_AUTH_SOCK");
    if (pipe(cancel_pipe) != 0 || sshd_start(&sshd) != 0)
        return -1;
    sshd_known(&sshd, "", "host_ed25519", false);
    subject = open_as("user", NULL, &err);
    if (subject == NULL)
        fprintf(stderr, "%s (%s)\n", err.text, err.hint);
    return subject != NULL ? 0 : -1;
}

static int stop_all(void **state)
{
    (void)state;
    host_close(subject);
    sshd_stop(&sshd);
    return 0;
}

static int fresh_person(void **state)
{
    (void)state;
    memset(&person, 0, sizeof person);
    sshd_known(&sshd, "", "host_ed25519", false);
    return 0;
}

/* SHA256:... of a key of the folder, as ssh-keygen tells it. */
static void fingerprint(const char *name, char *text, size_t size)
{
    struct host_where where = { .host = "local", .cancel_fd = -1 };
    struct err err = ERR_INIT;
    struct host *here = host_open(&where, NULL, &err);
    struct buf out = BUF_INIT;

    assert_int_equal(host_script(here, &out, &err, "ssh-keygen -lf \"$1\" | cut -d' ' -f2", sshd_file(&sshd, name),
                                 NULL), 0);
    buf_trim(&out);
    snprintf(text, size, "%s", buf_str(&out));
    buf_free(&out);
    host_close(here);
}

static void knows_whom_it_talks_to(void **state)
{
    char print[128];

    (void)state;
    fingerprint("host_ed25519.pub", print, sizeof print);
    assert_string_equal(host_fingerprint(subject), print);
    assert_false(host_is_local(subject));
    assert_string_equal(host_name(subject), "127.0.0.1");
}

static void unknown_key_needs_a_person(void **state)
{
    char print[128];

    (void)state;
    fingerprint("host_ed25519.pub", print, sizeof print);
    sshd_known(&sshd, "", NULL, false);
    assert_refused("user", NULL, ERR_HOSTKEY, "SHA256:");
    assert_refused("user", &asker, ERR_HOSTKEY, "not accepted");
    assert_int_equal(person.keys_shown, 1);
    person.accept = true;
    assert_opens("user", &asker);
    assert_true(strncmp(person.shown, "SHA256:", 7) == 0);
    assert_int_equal(person.keys_shown, 2);
    assert_opens("user", NULL); /* it was written down */
    assert_opens("user", &asker);
    assert_int_equal(person.keys_shown, 2);
}

static void changed_key_is_refused(void **state)
{
    char now[128], before[128];

    (void)state;
    fingerprint("host_ed25519.pub", now, sizeof now);
    fingerprint("other_ed25519.pub", before, sizeof before);
    sshd_known(&sshd, "", "other_ed25519", false);
    person.accept = true;
    assert_refused("user", &asker, ERR_HOSTKEY, now);
    assert_refused("user", &asker, ERR_HOSTKEY, before);
    assert_int_equal(person.keys_shown, 0); /* nobody may wave that through */
    sshd_known(&sshd, "", "host_ed25519", true);
    assert_opens("user", NULL);
}

static void key_of_another_type_is_asked_for(void **state)
{
    (void)state;
    sshd_known(&sshd, "", "host_ecdsa", false);
    assert_opens("user", NULL);
    sshd_known(&sshd, "", "other_ed25519", true); /* it shows a key that is listed: good enough */
    assert_opens("user", NULL);
}

static void revoked_key_is_refused(void **state)
{
    (void)state;
    sshd_known(&sshd, "@revoked ", "host_ed25519", true);
    assert_refused("user", NULL, ERR_HOSTKEY, "@revoked");
    sshd_known(&sshd, "@revoked ", "host_ed25519", false);
    person.accept = true;
    assert_refused("user", &asker, ERR_HOSTKEY, "@revoked");
}

/* A key of a CA vouches for certificates, which the library does not know: it says nothing about a plain key, good or bad. */
static void a_ca_vouches_for_no_plain_key(void **state)
{
    (void)state;
    sshd_known(&sshd, "@cert-authority ", "host_ed25519", false);
    assert_refused("user", NULL, ERR_HOSTKEY, "not known");
    person.accept = false;
    assert_refused("user", &asker, ERR_HOSTKEY, "not accepted");
    assert_int_equal(person.keys_shown, 1);
    sshd_known(&sshd, "@cert-authority ", "other_ed25519", false);
    assert_refused("user", NULL, ERR_HOSTKEY, "not known"); /* not CHANGED either */
    sshd_known(&sshd, "", "host_ed25519", true);
    assert_opens("user", NULL);
    sshd_known(&sshd, "@cert-authority ", "host_ed25519", false);
    sshd_known(&sshd, "", "other_ed25519", true);
    person.accept = true;
    assert_refused("user", &asker, ERR_HOSTKEY, "CHANGED");
    sshd_known(&sshd, "@some-marker-to-come ", "host_ed25519", false);
    assert_refused("user", NULL, ERR_HOSTKEY, "not known");
}

/* Revoked counts wherever it stands, and under a hashed name too. */
static void revoked_beats_all(void **state)
{
    const char *const hash[] = { "ssh-keygen", "-H", "-f", sshd_file(&sshd, "known_hosts"), NULL };

    (void)state;
    sshd_known(&sshd, "@revoked ", "host_ed25519", false);
    sshd_known(&sshd, "", "host_ed25519", true);
    assert_refused("user", NULL, ERR_HOSTKEY, "@revoked");
    sshd_known(&sshd, "", "host_ed25519", false);
    sshd_known(&sshd, "@revoked ", "host_ed25519", true);
    person.accept = true;
    assert_int_equal(command(hash), 0);
    assert_refused("user", &asker, ERR_HOSTKEY, "@revoked");
    assert_int_equal(person.keys_shown, 0);
    sshd_known(&sshd, "@revoked ", "other_ed25519", false); /* another one's end is none of ours */
    sshd_known(&sshd, "", "host_ed25519", true);
    assert_opens("user", NULL);
}

/* A host that shows only keys of types that are not listed is not asked to be believed. */
static void only_a_type_that_it_has_not(void **state)
{
    FILE *file = fopen(sshd_file(&sshd, "known_hosts"), "w");

    (void)state;
    assert_non_null(file);
    fprintf(file, "[127.0.0.1]:%d ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAA\n", sshd.port);
    fclose(file);
    person.accept = true;
    assert_refused("user", &asker, ERR_HOSTKEY, "nistp521");
    assert_int_equal(person.keys_shown, 0);
}

/* The banner that every login here gets, and what commands say, steer no terminal. */
static void hostile_words_are_made_printable(void **state)
{
    static const char words[] = "printf '\\033[2Jbad\\033]0;x\\007\\302\\233m\\n' >&2; exit 3";
    struct err err;
    struct host *host = open_as("user", NULL, &err);
    struct stream *stream;
    char byte;

    (void)state;
    assert_non_null(host);
    assert_int_equal(host_script(host, NULL, &err, words, NULL), -1);
    assert_int_equal(err.code, ERR_COMMAND);
    assert_non_null(strstr(err.text, "\\x1b[2Jbad\\x1b]0;x\\x07\\xc2\\x9bm"));
    assert_null(strpbrk(err.text, "\x1b\x07"));
    stream = host_stream(host, (const char *const[]){ "sh", "-c", words, NULL }, &err);
    assert_non_null(stream);
    while (stream_read(stream, &byte, 1, &err) > 0)
        ;
    err = (struct err)ERR_INIT;
    for (int i = 0; i < 100 && stream_write(stream, words, sizeof words, &err) == 0; i++)
        poll(NULL, 0, 20);
    assert_null(strpbrk(err.text, "\x1b\x07"));
    stream_abandon(stream);
    host_close(host);
    assert_refused("stranger", &asker, ERR_AUTH, "it offers publickey");
    assert_null(open_as("stranger", NULL, &err));
    assert_null(strpbrk(err.text, "\x1b\x07"));
    assert_null(strstr(err.text, "Welcome"));
}

static void hashed_name_is_found(void **state)
{
    const char *const hash[] = { "ssh-keygen", "-H", "-f", sshd_file(&sshd, "known_hosts"), NULL };

    (void)state;
    assert_int_equal(command(hash), 0);
    assert_opens("user", NULL);
    sshd_known(&sshd, "", "other_ed25519", false);
    assert_int_equal(command(hash), 0);
    assert_refused("user", NULL, ERR_HOSTKEY, "CHANGED");
}

/* A key that is listed for another port of the same name says nothing about this one. */
static void key_of_another_port_is_not_this_ones(void **state)
{
    const int port = sshd.port;
    (void)state;
    sshd.port = port + 1;
    sshd_known(&sshd, "", "host_ed25519", false);
    sshd.port = port;
    assert_refused("user", NULL, ERR_HOSTKEY, "not known");
    sshd_known(&sshd, "", "host_ed25519", true);
    assert_opens("user", NULL);
}

static void encrypted_key_asks_until_it_fits(void **state)
{
    struct err err;
    struct host *host, *clone;

    (void)state;
    person.secrets[0] = "wrong";
    person.secrets[1] = "open sesame";
    host = open_as("locked", &asker, &err);
    if (host == NULL)
        fail_msg("%s (%s)", err.text, err.hint);
    assert_int_equal(person.asked, 2);
    clone = host_clone(host, &err);
    assert_non_null(clone);
    assert_int_equal(person.asked, 2);
    assert_int_equal(host_script(clone, NULL, &err, "true", NULL), 0);
    host_close(clone);
    host_close(host);
    assert_refused("locked", NULL, ERR_AUTH, "passphrase");
}

static void wrong_key_says_who_and_how(void **state)
{
    (void)state;
    assert_refused("stranger", &asker, ERR_AUTH, "root");
    assert_refused("stranger", &asker, ERR_AUTH, "127.0.0.1");
    assert_refused("stranger", &asker, ERR_AUTH, "it offers publickey");
    assert_refused("stranger", &asker, ERR_AUTH, "stranger (ssh-ed25519)");
    assert_refused("nofile", &asker, ERR_AUTH, "there is no key");
    assert_int_equal(person.asked, 0); /* the server takes no password */
}

static void rsa_key_is_named_as_the_trouble(void **state)
{
    struct err err;
    struct host *host = open_as("user_rsa", NULL, &err);

    (void)state;
    if (host == NULL) /* libssh2 1.11 signs in the new way and gets in */
        assert_refused("user_rsa", NULL, ERR_AUTH, "RSA keys are the trouble");
    host_close(host);
    sshd_known(&sshd, "", "host_rsa", false);
    host = open_as("user", NULL, &err);
    if (host == NULL)
        assert_refused("user", NULL, ERR_HOSTKEY, "ssh-keyscan");
    host_close(host);
}

static void agent_serves_its_key(void **state)
{
    const char *socket = sshd_file(&sshd, "agent");
    const char *const start[] = { "ssh-agent", "-D", "-a", socket, NULL };
    const char *const add[] = { "ssh-add", sshd_file(&sshd, "only"), NULL };
    const char *const move[] = { "mv", sshd_file(&sshd, "only"), sshd_file(&sshd, "away"), NULL };
    const char *const copy[] = { "cp", "-p", sshd_file(&sshd, "user"), sshd_file(&sshd, "only"), NULL };
    const char *const copy_public[] = { "cp", sshd_file(&sshd, "user.pub"), sshd_file(&sshd, "only.pub"), NULL };

    pid_t agent = command_start(start);

    (void)state;
    for (int i = 0; i < 100 && access(socket, F_OK) != 0; i++)
        poll(NULL, 0, 20);
    setenv("SSH_AUTH_SOCK", socket, 1);
    command(copy);
    command(copy_public);
    assert_int_equal(command(add), 0);
    command(move); /* only the agent has it now */
    assert_opens("only", NULL);
    kill(agent, SIGTERM);
    waitpid(agent, NULL, 0);
    assert_refused("only", NULL, ERR_AUTH, "publickey");
    unsetenv("SSH_AUTH_SOCK");
}

static void hostile_names_go_nowhere(void **state)
{
    static const char *const names[] = { "-oProxyCommand=touch /tmp/owned", "a b", "a;b", "$(id)", "a\nb", "\x1b[2J", "" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct host_where where = { .host = names[i], .cancel_fd = -1 };
        struct err err = ERR_INIT;

        assert_null(host_open(&where, NULL, &err));
        assert_int_equal(err.code, ERR_ANSWERS);
        where.host = "127.0.0.1";
        where.user = names[i];
        assert_null(host_open(&where, NULL, &err));
        assert_int_equal(err.code, ERR_ANSWERS);
    }
}

static void nobody_there(void **state)
{
    struct host_where where = { .host = "127.0.0.1", .port = 1, .cancel_fd = -1 };
    struct err err = ERR_INIT;

    (void)state;
    assert_null(host_open(&where, NULL, &err));
    assert_int_equal(err.code, ERR_CONNECT);
    assert_non_null(strstr(err.text, "port 1"));
}

static void lost_connection_is_told_and_mended(void **state)
{
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct stream *stream = host_stream(subject, (const char *const[]){ "cat", NULL }, &err);
    char byte;

    (void)state;
    assert_non_null(stream);
    assert_int_equal(host_script(subject, NULL, &err, "kill -9 $PPID; sleep 5", NULL), -1);
    assert_int_equal(err.code, ERR_CONNECT);
    if (host_script(subject, &out, &err, "echo back", NULL) != 0) /* a new command, a new session */
        fail_msg("%s", err.text);
    assert_string_equal(buf_str(&out), "back\n");
    assert_int_equal(stream_read(stream, &byte, 1, &err), -1); /* the old one's stream is not the new one's */
    assert_int_equal(err.code, ERR_CONNECT);
    assert_int_equal(stream_finish(stream, NULL, NULL, &err), -1);
    buf_free(&out);
}

static void check_digest(struct stream *stream, const EVP_MD_CTX *sent)
{
    EVP_MD_CTX *end = EVP_MD_CTX_new();
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1] = "", line[128] = "";
    struct err err = ERR_INIT;
    unsigned len = 0;
    size_t got = 0;
    ssize_t part;

    assert_int_equal(EVP_MD_CTX_copy(end, sent), 1);
    assert_int_equal(EVP_DigestFinal(end, digest, &len), 1);
    for (unsigned i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    while (got < sizeof line - 1 && (part = stream_read(stream, line + got, sizeof line - 1 - got, &err)) > 0)
        got += (size_t)part;
    line[64] = '\0';
    assert_string_equal(line, text);
    EVP_MD_CTX_free(end);
}

/* Through many exchanges of keys, DUALSERVER_BULK_MIB MiB each way; 192 unless told. */
static void bulk_survives_new_keys(void **state)
{
    const char *told = getenv("DUALSERVER_BULK_MIB");
    size_t size = (size_t)(told != NULL ? atoi(told) : 192) << 20, chunk = 1 << 20, got = 0;
    unsigned char *bytes = malloc(chunk);
    EVP_MD_CTX *sent = EVP_MD_CTX_new();
    char *count = mem_printf("%zu", size);
    struct err err = ERR_INIT;
    struct stream *stream = host_stream(subject, (const char *const[]){ "sha256sum", NULL }, &err);
    ssize_t part;
    int status = -1;

    (void)state;
    EVP_DigestInit(sent, EVP_sha256());
    for (size_t i = 0; i < chunk; i++)
        bytes[i] = (unsigned char)(i * 2654435761u >> 15);
    for (size_t at = 0; at < size; at += chunk) {
        bytes[0] = (unsigned char)(at >> 20);
        EVP_DigestUpdate(sent, bytes, chunk);
        if (stream_write(stream, bytes, chunk, &err) != 0)
            fail_msg("after %zu bytes: %s", at, err.text);
    }
    assert_int_equal(stream_end_input(stream, &err), 0);
    check_digest(stream, sent);
    assert_int_equal(stream_finish(stream, &status, NULL, &err), 0);
    assert_int_equal(status, 0);
    stream = host_stream(subject, (const char *const[]){ "head", "-c", count, "/dev/zero", NULL }, &err);
    while ((part = stream_read(stream, bytes, chunk, &err)) > 0) {
        for (ssize_t i = 0; i < part; i++)
            if (bytes[i] != 0)
                fail_msg("byte %zu is wrong", got + (size_t)i);
        got += (size_t)part;
    }
    if (part < 0)
        fail_msg("after %zu bytes: %s", got, err.text);
    assert_int_equal(got, size);
    assert_int_equal(stream_finish(stream, &status, NULL, &err), 0);
    assert_int_equal(status, 0);
    EVP_MD_CTX_free(sent);
    free(count);
    free(bytes);
}

/* No two reads ask for the same: what one leaves over, the next gets. */
static void odd_reads_keep_order(void **state)
{
    size_t most = 1 << 20, ask = 1;
    char *bytes = malloc(most);
    struct buf out = BUF_INIT, expected = BUF_INIT;
    struct err err = ERR_INIT;
    struct stream *stream = host_stream(subject, (const char *const[]){ "seq", "2000000", NULL }, &err);
    ssize_t part;

    (void)state;
    while ((part = stream_read(stream, bytes, ask, &err)) > 0) {
        assert_true((size_t)part <= ask);
        buf_add(&out, bytes, (size_t)part);
        ask = (ask * 31 + 17) % most + 1;
    }
    if (part < 0)
        fail_msg("after %zu bytes: %s", out.len, err.text);
    for (int i = 1; i <= 2000000; i++)
        buf_addf(&expected, "%d\n", i);
    assert_int_equal(out.len, expected.len);
    assert_memory_equal(out.data, expected.data, out.len);
    assert_int_equal(stream_finish(stream, NULL, NULL, &err), 0);
    buf_free(&expected);
    buf_free(&out);
    free(bytes);
}

static void bulk_back_to_back(void **state)
{
    size_t size = (size_t)64 << 20;
    char *bytes = malloc(size);
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    struct run run = { .argv = (const char *const[]){ "cat", NULL }, .input = bytes, .input_len = size, .out = &out };

    (void)state;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 2654435761u >> 17);
    if (host_run(subject, &run, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(out.len, size);
    assert_memory_equal(out.data, bytes, size);
    free(bytes);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_CASES,
        cmocka_unit_test(knows_whom_it_talks_to),
        cmocka_unit_test_setup(unknown_key_needs_a_person, fresh_person),
        cmocka_unit_test_setup(changed_key_is_refused, fresh_person),
        cmocka_unit_test_setup(key_of_another_type_is_asked_for, fresh_person),
        cmocka_unit_test_setup(revoked_key_is_refused, fresh_person),
        cmocka_unit_test_setup(revoked_beats_all, fresh_person),
        cmocka_unit_test_setup(a_ca_vouches_for_no_plain_key, fresh_person),
        cmocka_unit_test_setup(only_a_type_that_it_has_not, fresh_person),
        cmocka_unit_test_setup(hostile_words_are_made_printable, fresh_person),
        cmocka_unit_test_setup(hashed_name_is_found, fresh_person),
        cmocka_unit_test_setup(key_of_another_port_is_not_this_ones, fresh_person),
        cmocka_unit_test_setup(encrypted_key_asks_until_it_fits, fresh_person),
        cmocka_unit_test_setup(wrong_key_says_who_and_how, fresh_person),
        cmocka_unit_test_setup(rsa_key_is_named_as_the_trouble, fresh_person),
        cmocka_unit_test_setup(agent_serves_its_key, fresh_person),
        cmocka_unit_test_setup(hostile_names_go_nowhere, fresh_person),
        cmocka_unit_test_setup(nobody_there, fresh_person),
        cmocka_unit_test_setup(lost_connection_is_told_and_mended, fresh_person),
        cmocka_unit_test(bulk_survives_new_keys),
        cmocka_unit_test(odd_reads_keep_order),
        cmocka_unit_test(bulk_back_to_back),
    };

    if (!sshd_here() || geteuid() != 0) {
        fprintf(stderr, "needs root and /usr/sbin/sshd\n");
        return 77;
    }
    alarm(900);
    return cmocka_run_group_tests(tests, start_all, stop_all);
}
