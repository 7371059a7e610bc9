#include "server_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mysql/dialect.h"

/* "5.0.2", or the end's own number where there is none. */
static unsigned bound(const char *text, size_t len, unsigned otherwise)
{
    char version[24];
    if (len == 0)
        return otherwise;
    assert_true(len < sizeof version);
    memcpy(version, text, len);
    version[len] = '\0';
    const unsigned number = dialect_version(version);
    if (number == 0)
        fail_msg("a range of versions has no number: %s", version);
    return number;
}

static bool within(const char *range, unsigned version)
{
    const char *dash = strchr(range, '-');
    if (strcmp(range, "all") == 0 || strcmp(range, "never") == 0)
        return range[0] == 'a';
    if (dash == NULL)
        fail_msg("no range of versions: %s", range);
    return bound(range, (size_t)(dash - range), 0) <= version && version < bound(dash + 1, strlen(dash + 1), 9999999);
}

void history_read(struct history *history, const char *folder)
{
    char *path = mem_printf("%s/history.txt", folder), *line = NULL;
    FILE *stream = fopen(path, "r");
    size_t room = 0;
    *history = (struct history){ .count = 0 };
    if (stream == NULL)
        fail_msg("cannot read %s", path);
    for (ssize_t len; (len = getline(&line, &room, stream)) >= 0;) {
        struct strings cells = { .count = 0 };
        if (len > 0 && line[len - 1] == '\n')
            line[len - 1] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        split_cells(line, &cells);
        if (cells.count != 4)
            fail_msg("a line of history has not four parts: %s", line);
        (void)within(cells.items[1], 1);
        (void)within(cells.items[2], 1);
        history->lines = mem_grow(history->lines, history->count + 1, sizeof *history->lines);
        history->lines[history->count++] = (struct history_line){
            .pattern = mem_dup(cells.items[0]),
            .ranges = { mem_dup(cells.items[1]), mem_dup(cells.items[2]) },
            .source = mem_dup(cells.items[3]),
        };
        strings_free(&cells);
    }
    fclose(stream);
    free(line);
    free(path);
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        free(history->lines[i].pattern);
        free(history->lines[i].ranges[0]);
        free(history->lines[i].ranges[1]);
        free(history->lines[i].source);
    }
    free(history->lines);
    *history = (struct history){ .count = 0 };
}

const struct history_line *history_refuses(const struct history *history, const char *version, const char *sql)
{
    const bool mariadb = strstr(version, "MariaDB") != NULL;
    const unsigned number = dialect_version(version);
    for (size_t i = 0; i < history->count; i++)
        if (glob(history->lines[i].pattern, sql) && !within(history->lines[i].ranges[mariadb], number))
            return &history->lines[i];
    return NULL;
}
