#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/mem.h"

#define SECRET_MAX 1024 /* a first line longer than this is not a password file */

/* Lives in pages of its own, because locking and unlocking memory work on whole pages. */
struct secret {
    size_t pages; /* bytes mapped */
    size_t len;
    char text[];
};

void wipe(void *bytes, size_t len)
{
    if (bytes != NULL)
        OPENSSL_cleanse(bytes, len);
}

void buf_wipe(struct buf *buf)
{
    wipe(buf->data, buf->cap);
    buf_free(buf);
}

static struct secret *secret_room(size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (sizeof(struct secret) + len + 1 + page - 1) / page * page;
    struct secret *secret =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (secret == MAP_FAILED)
        secret = mem_grow(NULL, (size_t)-1, 2); /* ends the program as any other exhaustion */
    /* Both are improvements, not conditions: RLIMIT_MEMLOCK may be small. */
    (void)mlock(secret, size);
    (void)madvise(secret, size, MADV_DONTDUMP);
    secret->pages = size;
    secret->len = len;
    return secret;
}

struct secret *secret_new(const char *text, size_t len)
{
    struct secret *secret = secret_room(len);

    if (len > 0)
        memcpy(secret->text, text, len);
    return secret;
}

struct secret *secret_random(size_t characters, struct err *err)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const unsigned letters = sizeof alphabet - 1;
    struct secret *secret = secret_room(characters);

    for (size_t i = 0; i < characters;) {
        unsigned char byte;

        if (RAND_priv_bytes(&byte, 1) != 1) {
            secret_free(secret);
            err_set(err, ERR_IO, "this machine has no random numbers to make a password from");
            return NULL;
        }
        if (byte < 256 / letters * letters) /* the rest would make some letters likelier */
            secret->text[i++] = alphabet[byte % letters];
    }
    return secret;
}

/* Up to size bytes; a pipe hands them over in pieces. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t len = 0;

    while (len < size) {
        ssize_t got = read(fd, bytes + len, size - len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

/* The first byte that no password may hold, because somewhere on its way it would end a line, or steer a terminal; len: none. */
static size_t control_byte(const char *bytes, size_t len)
{
    size_t at = 0;

    while (at < len && (unsigned char)bytes[at] >= 0x20 && bytes[at] != 0x7f)
        at++;
    return at;
}

struct secret *secret_typed(const char *text, size_t len, struct err *err)
{
    size_t at = control_byte(text, len);

    if (at == len)
        return secret_new(text, len);
    err_set(err, ERR_AUTH, "what was typed holds a control byte (0x%02x)", (unsigned char)text[at]);
    err_hint(err, "a key with an arrow on it, perhaps: type it again");
    return NULL;
}

static struct secret *first_line(const char *bytes, size_t size, const char *path, struct err *err)
{
    const char *newline = memchr(bytes, '\n', size);
    size_t len = newline != NULL ? (size_t)(newline - bytes) : size;

    if (len == 0) {
        err_set(err, ERR_ANSWERS, "the password file %.200s is empty", path);
        return NULL;
    }
    if (len > SECRET_MAX) {
        err_set(err, ERR_ANSWERS, "the first line of %.200s is longer than %d bytes", path, SECRET_MAX);
        return NULL;
    }
    size_t at = control_byte(bytes, len);
    if (at < len) {
        err_set(err, ERR_ANSWERS, "the password in %.200s holds a control byte (0x%02x)", path, (unsigned char)bytes[at]);
        if (bytes[at] == '\r')
            err_hint(err, "the file has DOS line ends: write it with Unix ones");
        return NULL;
    }
    return secret_new(bytes, len);
}

struct secret *secret_from_file(const char *path, struct err *err)
{
    char bytes[SECRET_MAX + 2];
    struct secret *secret = NULL;
    struct stat stat;
    ssize_t size;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0 || fstat(fd, &stat) != 0) {
        err_set_detail(err, ERR_ANSWERS, errno, "cannot open the password file %.200s: %s", path,
                       strerror(errno));
        goto out;
    }
    if ((stat.st_mode & 077) != 0) {
        err_set(err, ERR_ANSWERS, "the password file %.200s is open to others (mode %04o)", path,
                (unsigned)stat.st_mode & 07777);
        err_hint(err, "chmod 600 it, and change the password if the machine has other users");
        goto out;
    }
    size = read_all(fd, bytes, sizeof bytes);
    if (size < 0)
        err_set_detail(err, ERR_ANSWERS, errno, "cannot read the password file %.200s: %s", path,
                       strerror(errno));
    else
        secret = first_line(bytes, (size_t)size, path, err);
out:
    wipe(bytes, sizeof bytes);
    if (fd >= 0)
        close(fd);
    return secret;
}

struct secret *secret_copy(const struct secret *secret)
{
    return secret == NULL ? NULL : secret_new(secret->text, secret->len);
}

const char *secret_text(const struct secret *secret)
{
    return secret->text;
}

size_t secret_len(const struct secret *secret)
{
    return secret->len;
}

void secret_free(struct secret *secret)
{
    if (secret == NULL)
        return;
    size_t size = secret->pages;
    wipe(secret, size);
    munmap(secret, size); /* unlocks it too */
}
