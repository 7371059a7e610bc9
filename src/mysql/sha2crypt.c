/* caching_sha2_password's digest: SHA-256 crypt ($5$) with a salt of 20 bytes, 5000 rounds unless the server says otherwise.
 * Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512" (the numbered steps below are his); the frame around it is
 * that of MySQL 8's mysql.user: "$A$005$", salt, digest. Vectors made by MySQL 9.7 are in tests/unit/test_account.c. */
#include "mysql/account.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"

#define DIGEST 32
#define DIGEST_TEXT 43
#define ROUNDS_UNIT 1000u
#define ROUNDS_MOST 4095000u /* three hex digits of thousands */

struct crypt {
    EVP_MD_CTX *context;
    const char *password, *salt;
    size_t len; /* of the password */
    bool ok;    /* so far: libcrypto may refuse */
};

static void begin(struct crypt *crypt)
{
    crypt->ok = crypt->ok && EVP_DigestInit_ex(crypt->context, EVP_sha256(), NULL) == 1;
}

static void add(struct crypt *crypt, const void *bytes, size_t len)
{
    crypt->ok = crypt->ok && EVP_DigestUpdate(crypt->context, bytes, len) == 1;
}

/* The digest's bytes, over and over, as many as `len`. */
static void add_repeated(struct crypt *crypt, const unsigned char *digest, size_t len)
{
    for (; len > DIGEST; len -= DIGEST)
        add(crypt, digest, DIGEST);
    add(crypt, digest, len);
}

static void end(struct crypt *crypt, unsigned char *digest)
{
    crypt->ok = crypt->ok && EVP_DigestFinal_ex(crypt->context, digest, NULL) == 1;
}

/* Steps 1 to 12. */
static void first_digest(struct crypt *crypt, unsigned char *digest)
{
    unsigned char inner[DIGEST] = { 0 };
    begin(crypt);
    add(crypt, crypt->password, crypt->len);
    add(crypt, crypt->salt, ACCOUNT_SHA2_SALT);
    add(crypt, crypt->password, crypt->len);
    end(crypt, inner);
    begin(crypt);
    add(crypt, crypt->password, crypt->len);
    add(crypt, crypt->salt, ACCOUNT_SHA2_SALT);
    add_repeated(crypt, inner, crypt->len);
    for (size_t bits = crypt->len; bits > 0; bits >>= 1)
        add(crypt, (bits & 1) != 0 ? (const void *)inner : crypt->password, (bits & 1) != 0 ? DIGEST : crypt->len);
    end(crypt, digest);
    wipe(inner, sizeof inner);
}

/* Steps 13 to 20: digests of the password and of the salt, each repeated. */
static void sequence_digests(struct crypt *crypt, const unsigned char *digest, unsigned char *of_password,
                             unsigned char *of_salt)
{
    begin(crypt);
    for (size_t i = 0; i < crypt->len; i++)
        add(crypt, crypt->password, crypt->len);
    end(crypt, of_password);
    begin(crypt);
    for (unsigned i = 0; i < 16u + digest[0]; i++)
        add(crypt, crypt->salt, ACCOUNT_SHA2_SALT);
    end(crypt, of_salt);
}

/* Step 21. */
static void stretch(struct crypt *crypt, unsigned rounds, unsigned char *digest)
{
    unsigned char of_password[DIGEST] = { 0 }, of_salt[DIGEST] = { 0 };
    sequence_digests(crypt, digest, of_password, of_salt);
    for (unsigned i = 0; i < rounds && crypt->ok; i++) {
        begin(crypt);
        if (i % 2 != 0)
            add_repeated(crypt, of_password, crypt->len);
        else
            add(crypt, digest, DIGEST);
        if (i % 3 != 0)
            add(crypt, of_salt, ACCOUNT_SHA2_SALT);
        if (i % 7 != 0)
            add_repeated(crypt, of_password, crypt->len);
        if (i % 2 != 0)
            add(crypt, digest, DIGEST);
        else
            add_repeated(crypt, of_password, crypt->len);
        end(crypt, digest);
    }
    wipe(of_password, sizeof of_password);
    wipe(of_salt, sizeof of_salt);
}

/* Step 22: crypt's own base 64, least bits first; bytes i, i + 10, i + 20 go together, turned by one place each time. */
static void encode(const unsigned char *digest, char *text)
{
    static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned a = 0, b = 10, c = 20;
    for (unsigned group = 0; group < 11; group++) {
        unsigned bits = group < 10 ? (unsigned)digest[a] << 16 | (unsigned)digest[b] << 8 | digest[c]
                                   : (unsigned)digest[31] << 8 | digest[30];
        for (unsigned i = 0; i < (group < 10 ? 4u : 3u); i++, bits >>= 6)
            *text++ = digits[bits & 63];
        const unsigned first = a, second = b;
        a = c + 1;
        b = first + 1;
        c = second + 1;
    }
}

struct secret *account_sha2_hash(const struct secret *password, const char *salt, unsigned rounds, struct err *err)
{
    struct secret *random = salt == NULL ? secret_random(ACCOUNT_SHA2_SALT, err) : NULL, *hash = NULL;
    struct crypt crypt = { .context = EVP_MD_CTX_new(), .password = secret_text(password), .len = secret_len(password),
                           .salt = salt != NULL ? salt : random != NULL ? secret_text(random) : NULL };
    unsigned char digest[DIGEST] = { 0 };
    char text[sizeof "$A$005$" + ACCOUNT_SHA2_SALT + DIGEST_TEXT];
    if (rounds < ACCOUNT_SHA2_ROUNDS || rounds > ROUNDS_MOST)
        rounds = ACCOUNT_SHA2_ROUNDS;
    rounds -= rounds % ROUNDS_UNIT;
    crypt.ok = crypt.context != NULL && crypt.salt != NULL;
    if (crypt.ok) {
        first_digest(&crypt, digest);
        stretch(&crypt, rounds, digest);
    }
    if (crypt.ok) {
        int len = snprintf(text, sizeof text, "$A$%03X$%.*s", rounds / ROUNDS_UNIT, ACCOUNT_SHA2_SALT, crypt.salt);
        encode(digest, text + len);
        hash = secret_new(text, (size_t)len + DIGEST_TEXT);
    } else if (crypt.salt != NULL) {
        err_set(err, ERR_UNSUPPORTED, "this machine's libcrypto refuses SHA-256, which caching_sha2_password wants");
    }
    EVP_MD_CTX_free(crypt.context);
    secret_free(random);
    wipe(digest, sizeof digest);
    wipe(text, sizeof text);
    return hash;
}
