/* ssh_keyfile.c - what a private key file tells without its passphrase: the library would crash or ask the terminal. */
#include "ssh_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"

#define KEY_FILE_MAX 65536

static size_t number(const unsigned char *at)
{
    return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

/* Takes one length-prefixed string; NULL when the bytes end before. */
static const unsigned char *field(const unsigned char **at, const unsigned char *end, size_t *len)
{
    const unsigned char *start = *at + 4;

    if (end - *at < 4)
        return NULL;
    *len = number(*at);
    if (*len > (size_t)(end - start))
        return NULL;
    *at = start + *len;
    return start;
}

/* openssh-key-v1: cipher, kdf, kdf options, count of keys, public key */
static void look_openssh(const unsigned char *bytes, size_t size, struct key_file *file)
{
    static const char magic[] = "openssh-key-v1";
    const unsigned char *at = bytes + sizeof magic, *end = bytes + size, *cipher, *public_key, *type;
    size_t cipher_len, len;

    if (size < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0)
        return;
    cipher = field(&at, end, &cipher_len);
    if (cipher == NULL || field(&at, end, &len) == NULL || field(&at, end, &len) == NULL || end - at < 4)
        return;
    file->encrypted = cipher_len != 4 || memcmp(cipher, "none", 4) != 0;
    at += 4;
    public_key = field(&at, end, &len);
    if (public_key == NULL)
        return;
    end = public_key + len;
    type = field(&public_key, end, &len);
    if (type != NULL && len < sizeof file->type) {
        memcpy(file->type, type, len);
        file->type[len] = '\0';
    }
}

static void look_armoured(char *text, struct key_file *file)
{
    char *body = strchr(text, '\n'), *end = strstr(text, "-----END"), *to;
    unsigned char *bytes;
    int size;

    if (body == NULL || end == NULL || end < body)
        return;
    to = body;
    for (const char *from = body; from < end; from++)
        if (*from != '\n' && *from != '\r' && *from != ' ')
            *to++ = *from;
    bytes = mem_alloc((size_t)(to - body) / 4 * 3 + 4);
    size = (to - body) % 4 == 0 ? EVP_DecodeBlock(bytes, (unsigned char *)body, (int)(to - body)) : -1;
    if (size > 0)
        look_openssh(bytes, (size_t)size, file);
    wipe(bytes, (size_t)(to - body) / 4 * 3 + 4);
    free(bytes);
}

void key_file_look(const char *path, struct key_file *file)
{
    FILE *stream = fopen(path, "re");
    char *text = stream != NULL ? mem_alloc(KEY_FILE_MAX) : NULL;

    *file = (struct key_file){ .exists = stream != NULL };
    if (stream == NULL)
        return;
    setvbuf(stream, NULL, _IONBF, 0); /* no copy of a key in a buffer of the C library */
    text[fread(text, 1, KEY_FILE_MAX - 1, stream)] = '\0';
    fclose(stream);
    file->encrypted = strstr(text, "Proc-Type: 4,ENCRYPTED") != NULL || strstr(text, "BEGIN ENCRYPTED") != NULL;
    if (strstr(text, "BEGIN RSA") != NULL)
        snprintf(file->type, sizeof file->type, "ssh-rsa");
    if (strncmp(text, "-----BEGIN OPENSSH", 18) == 0)
        look_armoured(text, file);
    wipe(text, KEY_FILE_MAX);
    free(text);
}

bool key_file_is_public(const char *path, const char *base64)
{
    char *name = mem_printf("%s.pub", path), line[16384] = "";
    FILE *stream = fopen(name, "re");
    char *space = NULL;
    bool is = false;

    if (stream != NULL && fgets(line, sizeof line, stream) != NULL)
        space = strchr(line, ' ');
    if (space != NULL) {
        space++;
        space[strcspn(space, " \r\n")] = '\0';
        is = strcmp(space, base64) == 0;
    }
    if (stream != NULL)
        fclose(stream);
    free(name);
    return is;
}
