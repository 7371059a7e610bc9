/* The slaves that were registered at a master once: no server remembers them. One line a slave: server_id, the day it was seen
 * last, its host. */
#include "care/maintain.h"

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

static const char heading[] = "# Slaves that `dualserver maintain` has seen registered at this master: server_id, last seen, host.\n"
                              "# Binary logs are kept for each until it can be asked how far it is. Take out the line of one that is gone for good.\n";

static void add(struct seen *seen, unsigned long id, const char *last, const char *host)
{
    seen->items = mem_grow(seen->items, seen->count + 1, sizeof *seen->items);
    seen->items[seen->count++] = (struct seen_slave){ .id = id, .host = mem_dup(host), .last = mem_dup(last) };
}

void seen_parse(struct seen *seen, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;) {
        char last[32], host[256] = "";
        unsigned long id;
        if (sscanf(line, "%lu %31s %255[^\n]", &id, last, host) >= 2 && id > 0)
            add(seen, id, last, host);
    }
    free(copy);
}

static char *read_all(int fd)
{
    struct buf text = BUF_INIT;
    char block[4096];
    for (ssize_t got; (got = read(fd, block, sizeof block)) > 0;)
        buf_add(&text, block, (size_t)got);
    return buf_steal(&text);
}

int seen_read(const char *state_dir, const char *master, struct seen *seen, struct err *err)
{
    *seen = (struct seen){ .count = 0 };
    if (state_dir == NULL || master == NULL)
        return 0;
    seen->path = mem_printf("%s/slaves/%s", state_dir, master);
    const int fd = open(seen->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_set_detail(err, ERR_IO, errno, "cannot read %.200s: %s", seen->path, strerror(errno));
    char *text = read_all(fd);
    (void)close(fd);
    seen_parse(seen, text);
    free(text);
    return 0;
}

void seen_note(struct seen *seen, unsigned long id, const char *host)
{
    char today[32];
    struct buf shown = BUF_INIT;
    clock_iso(today, sizeof today);
    today[strcspn(today, "T")] = '\0';
    quote_printable(&shown, host, strlen(host), 0);
    for (size_t i = 0; i < seen->count; i++)
        if (seen->items[i].id == id) {
            free(seen->items[i].host);
            free(seen->items[i].last);
            seen->items[i].host = buf_steal(&shown);
            seen->items[i].last = mem_dup(today);
            return;
        }
    add(seen, id, today, buf_str(&shown));
    buf_free(&shown);
}

static int failed(const char *what, const char *path, struct err *err)
{
    return err_set_detail(err, ERR_IO, errno, "cannot %s %.200s: %s", what, path, strerror(errno));
}

/* Folders above it, as far as they are missing. */
static int make_folders(const char *path, struct err *err)
{
    char *folder = mem_dup(path);
    int rc = 0;
    for (char *slash = strchr(folder + 1, '/'); rc == 0 && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            rc = failed("make", folder, err);
        *slash = '/';
    }
    free(folder);
    return rc;
}

int seen_write(const struct seen *seen, struct err *err)
{
    struct buf text = BUF_INIT;
    if (seen->path == NULL || seen->count == 0)
        return 0;
    if (make_folders(seen->path, err) != 0)
        return -1;
    buf_adds(&text, heading);
    for (size_t i = 0; i < seen->count; i++)
        buf_addf(&text, "%lu %s %s\n", seen->items[i].id, seen->items[i].last, seen->items[i].host);
    char *new = mem_printf("%s.new", seen->path);
    const int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = 0;
    if (fd < 0 || write(fd, buf_str(&text), text.len) != (ssize_t)text.len || fsync(fd) != 0 || rename(new, seen->path) != 0)
        rc = failed("write", seen->path, err);
    if (fd >= 0)
        (void)close(fd);
    free(new);
    buf_free(&text);
    return rc;
}

void seen_free(struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        free(seen->items[i].host);
        free(seen->items[i].last);
    }
    free(seen->items);
    free(seen->path);
    *seen = (struct seen){ .count = 0 };
}
