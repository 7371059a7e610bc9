#include "plan/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/file.h"
#include "plan/world.h"

static bool same(const struct buf *content, const char *text)
{
    return content->len == strlen(text) && (content->len == 0 || memcmp(content->data, text, content->len) == 0);
}

/* One dated backup a run: a second edit of the same file keeps the first one's, which is the user's own. */
static char *backup_path(struct world *world, const struct change *change, struct err *err)
{
    char *path = mem_printf("%s.%s.bak", change->path, world->run_id);
    struct file_stat stat;
    if (file_stat(world->hosts[change->server], path, &stat, err) != 0 || stat.exists) {
        free(path);
        return NULL;
    }
    return path;
}

int change_apply_file(struct world *world, const struct change *change, struct err *err)
{
    struct host *host = world->hosts[change->server];
    struct buf now = BUF_INIT;
    struct file_stat stat;
    char *backup = NULL;
    int rc = file_stat(host, change->path, &stat, err);
    if (rc == 0 && stat.exists)
        rc = file_read(host, change->path, &now, err);
    if (rc != 0 || (stat.exists && same(&now, change->after)))
        goto out;
    rc = -1;
    if (!same(&now, change->before != NULL ? change->before : "")) {
        err_set(err, ERR_WORLD, "%s on the %s was edited since the plan was made", change->path,
                side_name(change->server));
        err_hint(err, "nothing was written to it; run setup again to plan with the file as it is now");
        goto out;
    }
    if (stat.exists) {
        *err = (struct err)ERR_INIT;
        backup = backup_path(world, change, err);
        if (backup == NULL && err->code != ERR_NONE)
            goto out;
    }
    rc = file_replace(host, change->path, change->after, strlen(change->after), stat.exists ? &now : NULL, backup, err);
out:
    free(backup);
    buf_free(&now);
    return rc;
}

int change_apply_sql(struct world *world, const struct change *change, struct err *err)
{
    struct db *db = world_db_open(world, change->server, err);
    if (db == NULL)
        return -1;
    char *copy = mem_dup(change->after), *at = copy;
    int rc = 0;
    for (char *line; rc == 0 && (line = text_line(&at)) != NULL;) {
        struct buf shown = BUF_INIT;
        change_mask(&shown, line);
        world_emit(world, &(struct event){ .kind = EVENT_COMMAND, .side = change->server, .text = buf_str(&shown) });
        buf_free(&shown);
        if (strchr(line, SECRET_MARK[0]) == NULL) {
            rc = db_exec(db, err, line);
            continue;
        }
        struct buf filled = BUF_INIT;
        rc = world_fill_secrets(world, line, &filled, err);
        if (rc == 0)
            rc = db_exec_secret(db, err, buf_str(&filled), change->what);
        buf_wipe(&filled);
    }
    if (rc != 0)
        err_wrap(err, "%s: %s", side_name(change->server), change->what);
    free(copy);
    db_close(db);
    return rc;
}

int change_revert_sql(struct world *world, const struct change *change, struct err *err)
{
    struct db *db = world_db_open(world, change->server, err);
    char *copy = mem_dup(change->undo), *at = copy;
    int rc = db == NULL ? -1 : change->server == SIDE_SLAVE ? db_exec(db, err, "SET SESSION sql_log_bin = 0") : 0;
    for (char *line; rc == 0 && (line = text_line(&at)) != NULL;)
        for (char *next; rc == 0 && line != NULL; line = next) {
            next = strstr(line, "; ");
            if (next != NULL) {
                *next = '\0';
                next += 2;
            }
            rc = db_exec(db, err, line);
        }
    free(copy);
    db_close(db);
    return rc == 0 ? 0 : err_wrap(err, "%s: cannot take back: %s", side_name(change->server), change->what);
}
