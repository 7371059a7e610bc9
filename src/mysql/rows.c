/* Rows of an answer, read by the columns' names. */
#include "mysql/db.h"

#include <stdlib.h>
#include <strings.h>

static bool find_column(const struct rows *rows, const char *column, size_t *index)
{
    for (size_t i = 0; i < rows->columns; i++)
        if (strcasecmp(rows->names[i], column) == 0) {
            *index = i;
            return true;
        }
    return false;
}

const char *row_get(const struct rows *rows, size_t row, const char *column)
{
    size_t index;
    if (row >= rows->count || !find_column(rows, column, &index))
        return NULL;
    return rows->cells[row * rows->columns + index];
}

const char *row_str(const struct rows *rows, size_t row, const char *column)
{
    const char *text = row_get(rows, row, column);
    return text != NULL ? text : "";
}

uint64_t row_u64(const struct rows *rows, size_t row, const char *column)
{
    const char *text = row_get(rows, row, column);
    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

bool row_has(const struct rows *rows, const char *column)
{
    size_t index;
    return find_column(rows, column, &index);
}

void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->columns; i++)
        free(rows->names[i]);
    for (size_t i = 0; i < rows->count * rows->columns; i++)
        free(rows->cells[i]);
    free(rows->names);
    free(rows->cells);
    free(rows->lengths);
    *rows = (struct rows)ROWS_INIT;
}
