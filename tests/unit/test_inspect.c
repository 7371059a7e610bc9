#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>
#include <cmocka.h>
#include "base/mem.h"
#include "ship/inspect.h"
#include "hostile_tars.h"
#include "tarmake.h"

/* Bytes in memory, handed out in blocks. */
struct memory {
    const char *bytes;
    size_t len, at, block;
    uint64_t given, passed;
    size_t passed_bytes;
    uint64_t progress;
    bool fails; /* instead of ending */
};

static ssize_t next(void *context, const void **block, struct err *err)
{
    struct memory *memory = context;
    size_t len = memory->len - memory->at < memory->block ? memory->len - memory->at : memory->block;
    if (len == 0 && memory->fails)
        return err_set(err, ERR_CANCELLED, "the source broke");
    *block = memory->bytes + memory->at;
    memory->at += len;
    memory->given += len > 0;
    return (ssize_t)len;
}

static void pass(void *context, uint64_t count)
{
    struct memory *memory = context;
    assert_true(count >= memory->passed);
    assert_true(count <= memory->given);
    memory->passed = count;
    memory->passed_bytes = count * memory->block < memory->len ? (size_t)count * memory->block : memory->len;
}

static void progress(void *context, uint64_t bytes)
{
    struct memory *memory = context;
    assert_true(bytes >= memory->progress);
    memory->progress = bytes;
}

static int inspect_buf(struct memory *memory, struct inspect *inspect, struct err *err)
{
    inspect->source = (struct inspect_source){ memory, next, pass, progress };
    if (inspect->max_files == 0)
        inspect->max_files = inspect->max_bytes = UINT64_MAX;
    return inspect_run(inspect, err);
}

static const struct tar_entry honest[] = {
    { .name = "./", .type = '5' },
    { .name = "./billing/", .type = '5', .mode = 0700 },
    { .name = "./billing/t1.MYD", .type = '0', .content = "hello" },
    { .name = "./billing/empty", .type = '0' },
    { .name = "./billing/o'brien \"x\" \\ \xc3\xa9", .type = '0', .content = "quoted" },
    { .name = "./ibdata1", .type = '0', .pattern = 5000 },
};

static void make(struct buf *tar, const struct tar_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        tar_add(tar, &entries[i]);
    tar_end(tar);
}

static void compress(struct buf *from, struct buf *to)
{
    size_t room = from->len + 65536, used = 0;
    char *out = mem_alloc(room);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_write_set_format_raw(archive);
    archive_write_add_filter_zstd(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    assert_int_equal(archive_write_open_memory(archive, out, room, &used), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, from->data, from->len), (la_ssize_t)from->len);
    archive_write_close(archive);
    archive_write_free(archive);
    archive_entry_free(entry);
    buf_add(to, out, used);
    free(out);
}

static void check_honest(const struct manifest *manifest)
{
    unsigned char sha256[32];
    assert_int_equal(manifest->count, 4);
    assert_string_equal(manifest->files[0].path, "billing/empty");
    assert_string_equal(manifest->files[1].path, "billing/o'brien \"x\" \\ \xc3\xa9");
    assert_string_equal(manifest->files[2].path, "billing/t1.MYD");
    assert_string_equal(manifest->files[3].path, "ibdata1");
    assert_true(manifest->files[3].size == 5000);
    assert_true(manifest->bytes == 5011);
    EVP_Digest("hello", 5, sha256, NULL, EVP_sha256(), NULL);
    assert_memory_equal(manifest->files[2].sha256, sha256, 32);
}

static void accepts_honest(void **state)
{
    (void)state;
    static const size_t blocks[] = { 1, 7, 511, 512, 513, 4096, 1 << 20 };
    struct buf plain = BUF_INIT, packed = BUF_INIT;
    make(&plain, honest, sizeof honest / sizeof honest[0]);
    compress(&plain, &packed);
    for (size_t i = 0; i < 2 * sizeof blocks / sizeof blocks[0]; i++) {
        struct buf *tar = i % 2 == 0 ? &plain : &packed;
        struct memory memory = { .bytes = tar->data, .len = tar->len, .block = blocks[i / 2] };
        struct inspect inspect = { .compressed = i % 2 == 1 };
        struct err err = ERR_INIT;
        assert_int_equal(inspect_buf(&memory, &inspect, &err), 0);
        check_honest(&inspect.manifest);
        assert_int_equal(inspect.folders, 1);
        assert_int_equal(memory.passed_bytes, tar->len);
        assert_true(memory.progress == 5011);
        manifest_free(&inspect.manifest);
    }
    buf_free(&plain);
    buf_free(&packed);
}

static void refuse_one(struct buf *tar, bool compressed, const char *says, size_t safe_bytes)
{
    struct memory memory = { .bytes = tar->data, .len = tar->len, .block = 512 };
    struct inspect inspect = { .compressed = compressed, .max_files = 1000, .max_bytes = 1 << 20 };
    struct err err = ERR_INIT;
    if (inspect_buf(&memory, &inspect, &err) == 0)
        fail_msg("an archive was accepted that should say \"%s\", around %.600s", says, tar->data);
    assert_int_equal(err.code, ERR_DATA);
    if (strstr(err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
    assert_null(strpbrk(err.text, "\033\n\x7f"));
    if (memory.passed_bytes > safe_bytes)
        fail_msg("%zu bytes went on before \"%s\", %zu may", memory.passed_bytes, err.text, safe_bytes);
    manifest_free(&inspect.manifest);
}

static void refuses_hostile(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOSTILE_KINDS; i++) {
        struct buf tar = BUF_INIT, packed = BUF_INIT;
        tar_add(&tar, &(struct tar_entry){ .name = "./good", .type = '0', .content = "good" });
        size_t bad_header_ends = tar.len;
        for (size_t j = 0; j < 3 && hostile[i].entries[j].name != NULL; j++) {
            bad_header_ends = tar.len + 511;
            tar_add(&tar, &hostile[i].entries[j]);
            if (hostile[i].entries[j].type == 'L') /* only what follows a long name shows that it is bad */
                bad_header_ends = tar.len + 511;
        }
        tar_end(&tar);
        refuse_one(&tar, false, hostile[i].says, bad_header_ends);
        compress(&tar, &packed);
        refuse_one(&packed, true, hostile[i].says, 0); /* one zstd block holds it all: nothing may have gone on */
        buf_free(&tar);
        buf_free(&packed);
    }
}

static void refuses_every_cut(void **state)
{
    (void)state;
    struct buf tar = BUF_INIT;
    make(&tar, honest, sizeof honest / sizeof honest[0]);
    for (size_t len = 0; len < tar.len; len += 512) {
        struct buf cut = BUF_INIT, packed = BUF_INIT;
        buf_add(&cut, tar.data, len);
        refuse_one(&cut, false, "", len);
        if (len > 0) {
            compress(&cut, &packed);
            refuse_one(&packed, true, "", packed.len);
        }
        buf_free(&cut);
        buf_free(&packed);
    }
    for (size_t len = tar.len - 1100; len < tar.len; len += 7) {
        struct buf cut = BUF_INIT;
        buf_add(&cut, tar.data, len);
        refuse_one(&cut, false, "", len);
        buf_free(&cut);
    }
    buf_free(&tar);
}

/* A file whose content ends in zeros, cut where it ends, looks like the end of an archive to a careless eye. */
static void zeros_of_a_file_are_no_end(void **state)
{
    (void)state;
    struct buf tar = BUF_INIT;
    char zeros[4096] = { 0 };
    tar_add(&tar, &(struct tar_entry){ .name = "./z", .type = '0', .size_text = "00000010000\0" });
    buf_add(&tar, zeros, sizeof zeros);
    refuse_one(&tar, false, "its end is missing", tar.len);
    buf_add(&tar, zeros, 512);
    refuse_one(&tar, false, "its end is missing", tar.len);
    buf_add(&tar, zeros, 512);
    struct memory memory = { .bytes = tar.data, .len = tar.len, .block = 512 };
    struct inspect inspect = { .compressed = false };
    struct err err = ERR_INIT;
    assert_int_equal(inspect_buf(&memory, &inspect, &err), 0);
    assert_int_equal(inspect.manifest.count, 1);
    manifest_free(&inspect.manifest);
    buf_adds(&tar, "more");
    tar_pad(&tar);
    refuse_one(&tar, false, "goes on after its end", tar.len);
    buf_free(&tar);
}

static void refuses_packed_trouble(void **state)
{
    (void)state;
    struct buf tar = BUF_INIT, packed = BUF_INIT, bad = BUF_INIT;
    make(&tar, honest, sizeof honest / sizeof honest[0]);
    compress(&tar, &packed);
    for (size_t len = 0; len < packed.len; len += 3) {
        buf_clear(&bad);
        buf_add(&bad, packed.data, len);
        refuse_one(&bad, true, "", len);
    }
    buf_clear(&bad);
    buf_add(&bad, packed.data, packed.len);
    buf_adds(&bad, "\x1f\x8b\x08 the zstd tool would undo gzip too");
    refuse_one(&bad, true, "", packed.len);
    refuse_one(&tar, true, "", 0);     /* not compressed at all */
    refuse_one(&packed, false, "", 0); /* compressed against the agreement */
    buf_free(&tar);
    buf_free(&packed);
    buf_free(&bad);
}

static void garbage(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 200; seed++) {
        struct buf bytes = BUF_INIT;
        unsigned x = seed * 2654435761u;
        for (unsigned i = 0; i < seed * 31; i++, x = x * 1664525u + 1013904223u)
            buf_addc(&bytes, (char)(x >> 24));
        refuse_one(&bytes, seed % 2 == 0, "", 0);
        buf_free(&bytes);
    }
}

static void keeps_to_what_was_announced(void **state)
{
    (void)state;
    struct buf tar = BUF_INIT;
    make(&tar, honest, sizeof honest / sizeof honest[0]);
    static const struct {
        uint64_t files, bytes;
        int rc;
    } rows[] = { { 4, 5011, 0 }, { 3, 5011, -1 }, { 4, 5010, -1 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct memory memory = { .bytes = tar.data, .len = tar.len, .block = 512 };
        struct inspect inspect = { .max_files = rows[i].files, .max_bytes = rows[i].bytes };
        struct err err = ERR_INIT;
        assert_int_equal(inspect_buf(&memory, &inspect, &err), rows[i].rc);
        if (rows[i].rc != 0)
            assert_non_null(strstr(err.text, "more than the sender announced"));
        manifest_free(&inspect.manifest);
    }
    buf_free(&tar);
}

static void a_broken_source_is_told(void **state)
{
    (void)state;
    struct buf tar = BUF_INIT;
    make(&tar, honest, sizeof honest / sizeof honest[0]);
    struct memory memory = { .bytes = tar.data, .len = tar.len - 1024 - 3000, .block = 512, .fails = true };
    struct inspect inspect = { .compressed = false };
    struct err err = ERR_INIT;
    assert_int_equal(inspect_buf(&memory, &inspect, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_string_equal(err.text, "the source broke");
    manifest_free(&inspect.manifest);
    buf_free(&tar);
}

static void long_names(void **state)
{
    (void)state;
    struct buf tar = BUF_INIT;
    tar_add(&tar, &(struct tar_entry){ .name = "././@LongLink", .type = 'L', .content = "./" LONG100 "/" LONG100 });
    tar_add(&tar, &(struct tar_entry){ .name = "./cut", .type = '0', .content = "x" });
    tar_end(&tar);
    struct memory memory = { .bytes = tar.data, .len = tar.len, .block = 512 };
    struct inspect inspect = { .compressed = false };
    struct err err = ERR_INIT;
    assert_int_equal(inspect_buf(&memory, &inspect, &err), 0);
    assert_string_equal(inspect.manifest.files[0].path, LONG100 "/" LONG100);
    manifest_free(&inspect.manifest);
    buf_free(&tar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_honest),
        cmocka_unit_test(refuses_hostile),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(zeros_of_a_file_are_no_end),
        cmocka_unit_test(refuses_packed_trouble),
        cmocka_unit_test(garbage),
        cmocka_unit_test(keeps_to_what_was_announced),
        cmocka_unit_test(a_broken_source_is_told),
        cmocka_unit_test(long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
