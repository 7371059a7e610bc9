/* Any bytes: reading and writing back is identity; setting twice is setting once; what was set is what is read.
 * The first line of the input is the value to set, the rest the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mysql/cnf.h"

#define VALUE_LIMIT 1000 /* a longer line than the reader's buffer cannot say the value */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_lines(const struct cnf *cnf, const char *text, size_t len)
{
    size_t at = 0;
    require(cnf->text.len == len && (len == 0 || memcmp(cnf->text.data, text, len) == 0));
    for (size_t i = 0; i < cnf->count; i++) {
        require(cnf->lines[i].start == at && cnf->lines[i].end > at);
        at = cnf->lines[i].end;
    }
    require(at == len);
}

static void check_set(const char *text, size_t len, const char *value)
{
    struct cnf cnf;
    cnf_parse(&cnf, "fuzz", text, len);
    check_lines(&cnf, text, len);
    cnf_set(&cnf, "mysqld", "log-bin", value);
    const struct cnf_line *line = cnf_find(&cnf, "mysqld", "log_bin");
    require(line != NULL);
    require(value == NULL ? line->value == NULL : line->value != NULL && strcmp(line->value, value) == 0);
    struct buf once = BUF_INIT, diff = BUF_INIT;
    buf_add(&once, cnf.text.data, cnf.text.len);
    cnf_set(&cnf, "mysqld", "log-bin", value);
    check_lines(&cnf, once.data, once.len);
    cnf_diff(&diff, "fuzz", text, len, once.data, once.len);
    require((diff.len == 0) == (once.len == len && memcmp(once.data, text, len) == 0));
    cnf_remove(&cnf, "mysqld", "log-bin");
    require(cnf_find(&cnf, "mysqld", "log_bin") == NULL);
    cnf_free(&cnf);
    buf_free(&once);
    buf_free(&diff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *newline = size > 0 ? memchr(bytes, '\n', size) : NULL;
    const size_t first = newline != NULL ? (size_t)(newline - bytes) : 0;
    char *value = mem_dup_n(size > 0 ? bytes : "", first < VALUE_LIMIT ? first : VALUE_LIMIT);
    const size_t skip = newline != NULL ? first + 1 : 0;
    check_set(size > 0 ? bytes + skip : "", size - skip, value);
    check_set(size > 0 ? bytes + skip : "", size - skip, NULL);
    free(value);
    return 0;
}
