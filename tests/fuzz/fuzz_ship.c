/* The inspector and the manifest's parser must survive any bytes, and hold to what they promise. First byte: 0 plain archive,
 * 1 compressed, 2 manifest; second byte: size of a block in units of 64 bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "ship/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
    const uint8_t *bytes;
    size_t len, at, block;
    uint64_t given, passed;
};

static ssize_t next(void *context, const void **block, struct err *err)
{
    struct memory *memory = context;
    size_t len = memory->len - memory->at < memory->block ? memory->len - memory->at : memory->block;
    (void)err;
    *block = memory->bytes + memory->at;
    memory->at += len;
    memory->given += len > 0;
    return (ssize_t)len;
}

static void pass(void *context, uint64_t count)
{
    struct memory *memory = context;
    if (count < memory->passed || count > memory->given)
        abort();
    memory->passed = count;
}

static void inspect(const uint8_t *data, size_t size, bool compressed, size_t block)
{
    struct memory memory = { .bytes = data, .len = size, .block = block };
    struct inspect inspect = { .source = { &memory, next, pass, NULL },
                               .compressed = compressed,
                               .max_files = 1000,
                               .max_bytes = 16 << 20 };
    struct err err = ERR_INIT;
    int rc = inspect_run(&inspect, &err);
    if (rc == 0 && (memory.at != memory.len || memory.passed != memory.given))
        abort();
    if (rc != 0 && err.text[0] == '\0')
        abort();
    for (size_t i = 0; i < inspect.manifest.count; i++)
        if (inspect_name_fault(inspect.manifest.files[i].path) != NULL)
            abort();
    manifest_free(&inspect.manifest);
}

/* What can be read is written again so that it reads the same. */
static void parse(const char *text, size_t size)
{
    struct manifest one = { .files = NULL }, other = { .files = NULL };
    struct buf again = BUF_INIT;
    if (manifest_parse(&one, text, size, NULL) == 0) {
        manifest_sort(&one);
        manifest_write(&one, &again);
        if (manifest_parse(&other, buf_str(&again), again.len, NULL) != 0 || manifest_compare(&one, &other, NULL) != 0)
            abort();
    }
    buf_free(&again);
    manifest_free(&one);
    manifest_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] % 3 == 2)
        parse((const char *)data + 2, size - 2);
    else
        inspect(data + 2, size - 2, data[0] % 3 == 1, 64 * ((size_t)data[1] + 1));
    return 0;
}
