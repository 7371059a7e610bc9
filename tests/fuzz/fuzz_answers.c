/* Any bytes as an answers file: never a crash; what is accepted is written so that it reads back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "plan/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answers first, second;
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;
    answers_init(&first);
    answers_init(&second);
    if (answers_parse(&first, "fuzz", (const char *)data, size, &err) == 0) {
        answers_write(&first, &one);
        if (answers_parse(&second, "again", buf_str(&one), one.len, &err) != 0)
            abort();
        answers_write(&second, &two);
        if (strcmp(buf_str(&one), buf_str(&two)) != 0)
            abort();
    } else if (err.code != ERR_ANSWERS || err.text[0] == '\0') {
        abort();
    }
    buf_free(&one);
    buf_free(&two);
    answers_free(&first);
    answers_free(&second);
    return 0;
}
