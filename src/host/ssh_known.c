/* ssh_known.c - known_hosts files: plain, pattern and hashed names, [host]:port, @revoked. Our own reader, because the
 * library's knows neither patterns nor @revoked, and the types must be known before the key exchange. */
#include "config.h"
#include "ssh_login.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/mem.h"

#define SALT_LEN 20

char *key_base64(const unsigned char *key, size_t key_len)
{
    char *text = mem_alloc(4 * ((key_len + 2) / 3) + 1);

    EVP_EncodeBlock((unsigned char *)text, key, (int)key_len);
    return text;
}

/* Bytes decoded into a buffer the caller frees; 0: not base64. */
static size_t decode(const char *text, unsigned char **bytes)
{
    size_t len = strlen(text);
    int got;

    *bytes = mem_alloc(len / 4 * 3 + 4);
    got = len % 4 == 0 && len > 0 && len < 65536 ? EVP_DecodeBlock(*bytes, (const unsigned char *)text, (int)len) : -1;
    for (size_t i = len; got > 0 && i > len - 2 && text[i - 1] == '='; i--)
        got--;
    return got > 0 ? (size_t)got : 0;
}

char *key_fingerprint(const unsigned char *key, size_t key_len)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char *text, *name;

    if (EVP_Digest(key, key_len, digest, &len, EVP_sha256(), NULL) != 1)
        return mem_dup("SHA256:?");
    text = key_base64(digest, len);
    text[strcspn(text, "=")] = '\0';
    name = mem_printf("SHA256:%s", text);
    free(text);
    return name;
}

char *key_type(const unsigned char *key, size_t key_len)
{
    size_t len = key_len >= 4 ? (size_t)key[0] << 24 | (size_t)key[1] << 16 | (size_t)key[2] << 8 | key[3] : 0;

    return len > 0 && len < 64 && len <= key_len - 4 ? mem_dup_n((const char *)key + 4, len) : mem_dup("unknown");
}

static bool hmac(const unsigned char *salt, size_t salt_len, const char *name, unsigned char digest[EVP_MAX_MD_SIZE])
{
    unsigned len = 0;

    return HMAC(EVP_sha1(), salt, (int)salt_len, (const unsigned char *)name, strlen(name), digest, &len) != NULL;
}

/* "|1|SALT|HASH" */
static bool hashed_is(char *field, const char *name)
{
    unsigned char *salt, *hash = NULL, digest[EVP_MAX_MD_SIZE];
    char *bar = strchr(field + 3, '|');
    bool is = false;
    size_t salt_len;

    if (bar == NULL)
        return false;
    *bar = '\0';
    salt_len = decode(field + 3, &salt);
    *bar = '|';
    if (salt_len > 0 && decode(bar + 1, &hash) == SALT_LEN && hmac(salt, salt_len, name, digest))
        is = memcmp(hash, digest, SALT_LEN) == 0;
    free(salt);
    free(hash);
    return is;
}

static bool glob(const char *pattern, size_t len, const char *name)
{
    for (; len > 0; pattern++, len--) {
        if (*pattern == '*') {
            do {
                if (glob(pattern + 1, len - 1, name))
                    return true;
            } while (*name++ != '\0');
            return false;
        }
        if (*name == '\0' || (*pattern != '?' && tolower((unsigned char)*pattern) != *name))
            return false;
        name++;
    }
    return *name == '\0';
}

static bool names_host(char *field, const char *name)
{
    bool found = false;

    if (strncmp(field, "|1|", 3) == 0)
        return hashed_is(field, name);
    while (*field != '\0') {
        size_t len = strcspn(field, ",");
        bool negated = *field == '!';

        if (glob(field + negated, len - negated, name)) {
            if (negated)
                return false;
            found = true;
        }
        field += len;
        field += *field == ',';
    }
    return found;
}

static char *word(char **at)
{
    char *start = *at + strspn(*at, " \t");
    size_t len = strcspn(start, " \t\r");

    if (len == 0)
        return NULL;
    *at = start + len + (start[len] != '\0');
    start[len] = '\0';
    return start;
}

struct look {
    const char *name;
    const unsigned char *key;
    size_t key_len;
    const char *file;
    int line;
    struct known *known;
};

static void look_at(const struct look *look, char *line)
{
    char *marker = NULL, *names = word(&line), *type, *text;
    unsigned char *key;
    size_t len;
    bool same;

    if (names == NULL || names[0] == '#')
        return;
    if (names[0] == '@') {
        marker = names;
        names = word(&line);
    }
    type = names != NULL ? word(&line) : NULL;
    text = type != NULL ? word(&line) : NULL;
    /* Certificates are beyond the library: a @cert-authority says nothing about a plain key. */
    if (text == NULL || (marker != NULL && strcmp(marker, "@revoked") != 0) || !names_host(names, look->name))
        return;
    len = decode(text, &key);
    same = len > 0 && len == look->key_len && look->key != NULL && memcmp(key, look->key, len) == 0;
    if (marker != NULL && same) {
        look->known->verdict = KNOWN_REVOKED;
    } else if (marker == NULL && len > 0) {
        char *print = key_fingerprint(key, len);
        char *entry = mem_printf("%s (%s) in %s line %d", print, type, look->file, look->line);

        if (!strings_has(&look->known->types, type))
            strings_add(&look->known->types, type);
        strings_add(&look->known->fingerprints, entry);
        if (same && look->known->verdict != KNOWN_REVOKED)
            look->known->verdict = KNOWN_SAME;
        free(print);
        free(entry);
    }
    free(key);
}

static void look_in(struct look *look, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;

    if (file == NULL)
        return;
    look->file = path;
    for (look->line = 1; getline(&line, &size, file) >= 0; look->line++) {
        line[strcspn(line, "\n")] = '\0';
        look_at(look, line);
    }
    free(line);
    fclose(file);
}

static void look_for(const struct ssh_login *login, const char *name, const unsigned char *key, size_t key_len,
                     struct known *known)
{
    struct look look = { .name = name, .key = key, .key_len = key_len, .known = known };

    for (size_t i = 0; i < login->known_hosts.count; i++)
        look_in(&look, login->known_hosts.items[i]);
}

void known_look(const struct ssh_login *login, const unsigned char *key, size_t key_len, struct known *known)
{
    char *name = ssh_login_known_name(login);

    *known = (struct known){ .verdict = KNOWN_NEW };
    look_for(login, name, key, key_len, known);
    /* As ssh does: a name without its port counts when nothing is listed with it. */
    if (name[0] == '[' && login->alias == NULL && known->types.count == 0 && known->verdict == KNOWN_NEW) {
        char *end = strrchr(name, ']');

        *end = '\0';
        look_for(login, name + 1, key, key_len, known);
    }
    if (known->verdict == KNOWN_NEW && known->types.count > 0)
        known->verdict = KNOWN_CHANGED;
    free(name);
}

void known_free(struct known *known)
{
    strings_free(&known->types);
    strings_free(&known->fingerprints);
}

static char *entry_name(const struct ssh_login *login)
{
    char *name = ssh_login_known_name(login), *salt_text, *hash_text, *hashed;
    unsigned char salt[SALT_LEN], digest[EVP_MAX_MD_SIZE];

    if (!login->hash_known_hosts || RAND_bytes(salt, sizeof salt) != 1 || !hmac(salt, sizeof salt, name, digest))
        return name;
    salt_text = key_base64(salt, sizeof salt);
    hash_text = key_base64(digest, SALT_LEN);
    hashed = mem_printf("|1|%s|%s", salt_text, hash_text);
    free(salt_text);
    free(hash_text);
    free(name);
    return hashed;
}

/* The folder of a first known_hosts: ~/.ssh. */
static void make_folder(const char *path)
{
    char *folder = mem_dup(path), *slash = strrchr(folder, '/');

    if (slash != NULL && slash != folder) {
        *slash = '\0';
        (void)mkdir(folder, 0700); /* what is wrong with it shows when the file is opened */
    }
    free(folder);
}

int known_add(const struct ssh_login *login, const unsigned char *key, size_t key_len, struct err *err)
{
    const char *path = login->known_hosts.count > 0 ? login->known_hosts.items[0] : "/dev/null";
    char *name = entry_name(login), *type = key_type(key, key_len), *text = key_base64(key, key_len);
    char last = '\n', *line;
    int fd, rc = 0;

    make_folder(path);
    fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && lseek(fd, -1, SEEK_END) >= 0 && read(fd, &last, 1) != 1)
        last = '\n';
    line = mem_printf("%s%s %s %s\n", last == '\n' ? "" : "\n", name, type, text);
    if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        rc = err_set_detail(err, ERR_IO, errno, "cannot write %.200s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(line);
    free(name);
    free(type);
    free(text);
    return rc;
}
