#include "ship/inspect.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/quote.h"
#include "ship/tarwalk.h"

/* Longest name below the folder: leaves room for the folder's own name within PATH_MAX. */
enum { NAME_LIMIT = 2048 };

/* Names seen, as the first 64 bits of their SHA-256: a sender cannot aim for a collision of two honest names, and 8 bytes
 * a name keep the memory small. */
struct names {
    uint64_t *slots; /* 0: free */
    size_t size, used;
};

/* Two readers on top of each other: `outer` undoes zstd, `tar` reads what comes out of it. Asked for its next bytes, `tar` has
 * accepted all it was given before; blocks behind that point, but for the last one, which may hold more, are passed. */
struct reading {
    struct inspect *inspect;
    struct archive *outer, *tar;
    struct tarwalk walk;
    struct names names;
    EVP_MD_CTX *digest;
    uint64_t taken; /* blocks from the source; zstd reads ahead when it is opened, so not all of them are given */
    uint64_t given; /* blocks whose bytes `tar` was given, the last one perhaps in part */
    uint64_t file_bytes;
    struct err *err;
    bool failed; /* err is set by us: what libarchive says is only the echo */
};

const char *inspect_name_fault(const char *name)
{
    size_t len = strlen(name);
    if (len == 0)
        return "is empty";
    if (len > NAME_LIMIT)
        return "is too long";
    if (name[0] == '/')
        return "is absolute";
    for (const char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return "has control bytes";
    for (const char *part = name; *part != '\0';) {
        size_t part_len = strcspn(part, "/");
        if (part_len == 0)
            return "has an empty component";
        if ((part_len == 1 && part[0] == '.') || (part_len == 2 && part[0] == '.' && part[1] == '.'))
            return "has a component . or ..";
        if (part_len > NAME_MAX)
            return "has a component that is too long";
        part += part_len;
        part += *part == '/';
    }
    return NULL;
}

static int refuse(struct reading *reading, const char *name, const char *why)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, name, strnlen(name, 256), 0);
    err_set(reading->err, ERR_DATA, "the archive's entry %s %s", buf_str(&shown), why);
    buf_free(&shown);
    reading->failed = true;
    return -1;
}

static int fail(struct reading *reading, struct archive *archive, const char *what)
{
    if (!reading->failed) {
        const char *said = archive == NULL ? NULL : archive_error_string(archive);
        struct buf shown = BUF_INIT;
        if (said == NULL)
            said = "libarchive gives no reason";
        quote_printable(&shown, said, strlen(said), 0);
        err_set(reading->err, ERR_DATA, "%s: %s", what, buf_str(&shown));
        buf_free(&shown);
        reading->failed = true;
    }
    return -1;
}

static void names_insert(struct names *names, uint64_t key)
{
    size_t at = key & (names->size - 1);
    while (names->slots[at] != 0)
        at = (at + 1) & (names->size - 1);
    names->slots[at] = key;
}

static bool names_has(const struct names *names, uint64_t key)
{
    if (names->size == 0)
        return false;
    size_t at = key & (names->size - 1);
    while (names->slots[at] != 0 && names->slots[at] != key)
        at = (at + 1) & (names->size - 1);
    return names->slots[at] == key;
}

/* False when the name was there already. */
static bool names_add(struct names *names, const char *name, size_t len)
{
    unsigned char sha256[32];
    uint64_t key = 0;
    if (EVP_Digest(name, len, sha256, NULL, EVP_sha256(), NULL) != 1)
        return false;
    memcpy(&key, sha256, sizeof key);
    key |= key == 0;
    if (names_has(names, key))
        return false;
    if (names->used * 2 >= names->size) {
        struct names old = *names;
        names->size = old.size == 0 ? 1024 : old.size * 2;
        names->slots = mem_alloc(names->size * sizeof *names->slots);
        for (size_t i = 0; i < old.size; i++)
            if (old.slots[i] != 0)
                names_insert(names, old.slots[i]);
        free(old.slots);
    }
    names_insert(names, key);
    names->used++;
    return true;
}

static la_ssize_t take_block(struct reading *reading, const void **block)
{
    struct inspect_source *source = &reading->inspect->source;
    ssize_t len = source->next(source->context, block, reading->err);
    if (len < 0)
        reading->failed = true;
    else if (len > 0)
        reading->taken++;
    return len;
}

/* libarchive's read callback below zstd. */
static la_ssize_t read_compressed(struct archive *archive, void *context, const void **block)
{
    (void)archive;
    return take_block(context, block);
}

/* Bytes of the tar: the block itself, or the next piece that comes out of zstd. */
static la_ssize_t next_bytes(struct reading *reading, const void **bytes)
{
    if (reading->outer == NULL)
        return take_block(reading, bytes);
    size_t len = 0;
    la_int64_t offset;
    int rc;
    do
        rc = archive_read_data_block(reading->outer, bytes, &len, &offset);
    while (rc == ARCHIVE_OK && len == 0);
    if (rc == ARCHIVE_EOF)
        return 0;
    if (rc != ARCHIVE_OK)
        return fail(reading, reading->outer, "what arrives cannot be uncompressed");
    return (la_ssize_t)len;
}

/* libarchive's read callback below tar: see struct reading for what may be passed here. */
static la_ssize_t read_tar(struct archive *archive, void *context, const void **bytes)
{
    struct reading *reading = context;
    struct inspect_source *source = &reading->inspect->source;
    if (reading->given > 1)
        source->pass(source->context, reading->given - 1);
    la_ssize_t len = next_bytes(reading, bytes);
    reading->given = reading->taken;
    if (len > 0 && tarwalk_feed(&reading->walk, *bytes, (size_t)len, reading->err) != 0) {
        reading->failed = true;
        len = -1;
    }
    if (len < 0)
        archive_set_error(archive, EINVAL, "refused");
    return len;
}

static int open_outer(struct reading *reading)
{
    struct archive_entry *entry;
    reading->outer = archive_read_new();
    if (reading->outer == NULL || archive_read_support_filter_zstd(reading->outer) != ARCHIVE_OK ||
        archive_read_support_format_raw(reading->outer) != ARCHIVE_OK ||
        archive_read_open(reading->outer, reading, NULL, read_compressed, NULL) != ARCHIVE_OK ||
        archive_read_next_header(reading->outer, &entry) != ARCHIVE_OK)
        return fail(reading, reading->outer, "what arrives cannot be uncompressed");
    /* libarchive hands anything else through as it is; the receiver would not */
    if (archive_filter_code(reading->outer, 0) != ARCHIVE_FILTER_ZSTD) {
        reading->failed = true;
        return err_set(reading->err, ERR_DATA, "what arrives is not compressed by zstd");
    }
    return 0;
}

static int open_readers(struct reading *reading)
{
    if (reading->inspect->compressed && open_outer(reading) != 0)
        return -1;
    reading->tar = archive_read_new();
    if (reading->tar == NULL || archive_read_support_format_tar(reading->tar) != ARCHIVE_OK ||
        archive_read_open(reading->tar, reading, NULL, read_tar, NULL) != ARCHIVE_OK)
        return fail(reading, reading->tar, "what arrives is not an archive");
    return 0;
}

static int hash_content(struct reading *reading, const char *name, uint64_t size, unsigned char sha256[32])
{
    struct inspect_source *source = &reading->inspect->source;
    uint64_t done = 0;
    if (EVP_DigestInit_ex(reading->digest, EVP_sha256(), NULL) != 1)
        return refuse(reading, name, "cannot be hashed by libcrypto");
    for (;;) {
        const void *bytes;
        size_t len;
        la_int64_t offset;
        int rc = archive_read_data_block(reading->tar, &bytes, &len, &offset);
        if (rc == ARCHIVE_EOF)
            break;
        if (rc != ARCHIVE_OK)
            return fail(reading, reading->tar, "the archive cannot be read");
        if ((uint64_t)offset != done || len > size - done)
            return refuse(reading, name, "has holes or another size than announced");
        if (EVP_DigestUpdate(reading->digest, bytes, len) != 1)
            return refuse(reading, name, "cannot be hashed by libcrypto");
        done += len;
        if (source->progress != NULL)
            source->progress(source->context, reading->file_bytes + done);
    }
    if (done != size)
        return refuse(reading, name, "is shorter than announced");
    if (EVP_DigestFinal_ex(reading->digest, sha256, NULL) != 1)
        return refuse(reading, name, "cannot be hashed by libcrypto");
    reading->file_bytes += done;
    return 0;
}

static int accept_file(struct reading *reading, struct archive_entry *entry, const char *name)
{
    struct inspect *inspect = reading->inspect;
    la_int64_t size = archive_entry_size(entry);
    unsigned char sha256[32];
    if (!archive_entry_size_is_set(entry) || size < 0 || archive_entry_sparse_count(entry) > 0)
        return refuse(reading, name, "has holes or no size");
    if (inspect->manifest.count >= inspect->max_files ||
        (uint64_t)size > inspect->max_bytes - reading->file_bytes)
        return refuse(reading, name, "is more than the sender announced");
    if (hash_content(reading, name, (uint64_t)size, sha256) != 0)
        return -1;
    manifest_add(&inspect->manifest, name, (uint64_t)size, sha256);
    return 0;
}

/* The entry's own name without the "./" in front and the "/" behind; NULL: refused. */
static char *clean_name(struct reading *reading, const char *raw, bool folder)
{
    const char *start = strncmp(raw, "./", 2) == 0 ? raw + 2 : raw;
    const char *fault = inspect_name_fault(start);
    if (fault != NULL) {
        struct buf why = BUF_INIT;
        buf_addf(&why, "is refused: its name %s", fault);
        refuse(reading, raw, buf_str(&why));
        buf_free(&why);
        return NULL;
    }
    size_t len = strlen(start);
    if (start[len - 1] == '/') {
        if (!folder) {
            refuse(reading, raw, "is a file with the name of a folder");
            return NULL;
        }
        len--;
    }
    if (!names_add(&reading->names, start, len)) {
        refuse(reading, raw, "is there twice");
        return NULL;
    }
    return mem_dup_n(start, len);
}

static int accept_entry(struct reading *reading, struct archive_entry *entry)
{
    const char *raw = archive_entry_pathname(entry);
    if (raw == NULL)
        return refuse(reading, "(unnamed)", "has a name that cannot be understood");
    bool folder = archive_entry_filetype(entry) == AE_IFDIR;
    if ((!folder && archive_entry_filetype(entry) != AE_IFREG) || archive_entry_hardlink(entry) != NULL ||
        archive_entry_symlink(entry) != NULL)
        return refuse(reading, raw, "is neither a regular file nor a folder");
    if ((archive_entry_perm(entry) & 07000) != 0)
        return refuse(reading, raw, "is setuid, setgid or sticky");
    if (folder && (strcmp(raw, "./") == 0 || strcmp(raw, ".") == 0))
        return names_add(&reading->names, ".", 1) ? 0 : refuse(reading, raw, "is there twice");
    char *name = clean_name(reading, raw, folder);
    if (name == NULL)
        return -1;
    int rc = 0;
    if (folder)
        reading->inspect->folders++;
    else
        rc = accept_file(reading, entry, name);
    free(name);
    return rc;
}

/* What follows the last entry: zeros only, to the end of the stream. */
static int read_rest(struct reading *reading)
{
    const void *bytes;
    la_ssize_t len;
    while ((len = read_tar(reading->tar, reading, &bytes)) > 0)
        ;
    if (len < 0)
        return fail(reading, reading->tar, "the archive cannot be read");
    if (tarwalk_end(&reading->walk, reading->err) != 0) {
        reading->failed = true;
        return -1;
    }
    return 0;
}

static int read_all(struct reading *reading)
{
    if (open_readers(reading) != 0)
        return -1;
    for (;;) {
        struct archive_entry *entry;
        int rc = archive_read_next_header(reading->tar, &entry);
        if (rc == ARCHIVE_EOF)
            return read_rest(reading);
        if (rc != ARCHIVE_OK)
            return fail(reading, reading->tar, "the archive cannot be read");
        if (accept_entry(reading, entry) != 0)
            return -1;
    }
}

int inspect_run(struct inspect *inspect, struct err *err)
{
    struct err own = ERR_INIT;
    struct reading reading = {
        .inspect = inspect, .walk = TARWALK_INIT, .digest = EVP_MD_CTX_new(), .err = err == NULL ? &own : err
    };
    int rc = reading.digest == NULL ? err_set(reading.err, ERR_IO, "libcrypto gives no digest") : read_all(&reading);
    if (rc == 0) {
        inspect->source.pass(inspect->source.context, reading.taken);
        manifest_sort(&inspect->manifest);
    }
    archive_read_free(reading.tar);
    archive_read_free(reading.outer);
    EVP_MD_CTX_free(reading.digest);
    free(reading.names.slots);
    return rc;
}

int inspect_tail(struct inspect *inspect, uint64_t size, struct err *err)
{
    struct err own = ERR_INIT;
    struct inspect_source *source = &inspect->source;
    struct reading reading = { .inspect = inspect, .err = err == NULL ? &own : err };
    const void *bytes;
    uint64_t done = 0;
    la_ssize_t len = inspect->compressed ? open_outer(&reading) : 0;
    while (len >= 0 && (len = next_bytes(&reading, &bytes)) > 0) {
        if ((uint64_t)len > size - done) {
            len = err_set(reading.err, ERR_DATA, "more of the file is sent than was announced");
            break;
        }
        done += (uint64_t)len;
        if (reading.taken > 1)
            source->pass(source->context, reading.taken - 1); /* the last may hold more that zstd has not given yet */
        if (source->progress != NULL)
            source->progress(source->context, done);
    }
    if (len == 0 && done != size)
        len = err_set(reading.err, ERR_DATA, "less of the file is sent than was announced");
    if (len == 0)
        source->pass(source->context, reading.taken);
    archive_read_free(reading.outer);
    return (int)len;
}
