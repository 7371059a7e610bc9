#include "care/doubt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"

/* The names come from answers, so they hold neither a slash at the begin nor a control byte; a slash is no file's name anyway. */
static char *path_of(const char *state_dir, const struct answers *answers)
{
    char *path = mem_printf("%s/doubts/%s.%s", state_dir, answers->slave.host, answers->database);
    for (char *at = path + strlen(state_dir) + strlen("/doubts/"); *at != '\0'; at++)
        if (*at == '/')
            *at = '_';
    return path;
}

void doubt_read(const char *state_dir, const struct answers *answers, struct strings *tables)
{
    if (state_dir == NULL)
        return;
    char *path = path_of(state_dir, answers), *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    while (file != NULL && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\t\n")] = '\0';
        if (line[0] != '\0' && !strings_has(tables, line))
            strings_add(tables, line);
    }
    if (file != NULL)
        (void)fclose(file);
    free(line);
    free(path);
}

static int append(const char *path, const char *line, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const size_t len = strlen(line);
    int rc = fd >= 0 && write(fd, line, len) == (ssize_t)len && fsync(fd) == 0 ? 0 : -1;
    if (rc != 0)
        err_set_detail(err, ERR_IO, errno, "cannot write %s: %s", path, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

int doubt_add(const char *state_dir, const struct answers *answers, const char *table, const char *why, struct err *err)
{
    struct strings known = { .count = 0 };
    struct buf line = BUF_INIT;
    char when[32];
    if (state_dir == NULL)
        return err_set(err, ERR_USAGE, "no state folder is known: neither HOME nor XDG_STATE_HOME is set, and no --state-dir");
    doubt_read(state_dir, answers, &known);
    const bool there = strings_has(&known, table);
    strings_free(&known);
    if (there)
        return 0;
    char *folder = mem_printf("%s/doubts", state_dir), *path = path_of(state_dir, answers);
    clock_iso(when, sizeof when);
    quote_printable(&line, table, strlen(table), 0);
    buf_addf(&line, "\t%s\t", when);
    quote_printable(&line, why, strlen(why), 0);
    buf_addc(&line, '\n');
    (void)mkdir(state_dir, 0700);
    (void)mkdir(folder, 0700);
    const int rc = append(path, buf_str(&line), err);
    buf_free(&line);
    free(folder);
    free(path);
    return rc;
}

int doubt_clear(const char *state_dir, const struct answers *answers, struct err *err)
{
    if (state_dir == NULL)
        return 0;
    char *path = path_of(state_dir, answers);
    int rc = unlink(path) == 0 || errno == ENOENT ? 0 : -1;
    if (rc != 0)
        err_set_detail(err, ERR_IO, errno, "cannot remove %s: %s", path, strerror(errno));
    free(path);
    return rc;
}

int doubt_clear_table(const char *state_dir, const struct answers *answers, const char *table, struct err *err)
{
    struct strings tables = { .count = 0 };
    doubt_read(state_dir, answers, &tables);
    int rc = strings_has(&tables, table) ? doubt_clear(state_dir, answers, err) : 0;
    for (size_t i = 0; rc == 0 && strings_has(&tables, table) && i < tables.count; i++)
        if (strcmp(tables.items[i], table) != 0)
            rc = doubt_add(state_dir, answers, tables.items[i], "not compared yet", err);
    strings_free(&tables);
    return rc;
}
