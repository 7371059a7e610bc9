/* Option files are given back byte for byte. The first record of a file knows what it was, all of them together what the run made of it. */
#include "engine_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/kept.h"
#include "host/file.h"

static const struct past_change *first_of(const struct past *past, const struct past_change *change)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].path != NULL && past->changes[i].side == change->side && strcmp(past->changes[i].path, change->path) == 0)
            return &past->changes[i];
    return change;
}

static int read_file(struct host *host, const char *path, struct buf *text, bool *exists, struct err *err)
{
    struct file_stat stat;
    if (file_stat(host, path, &stat, err) != 0)
        return -1;
    *exists = stat.exists;
    return stat.exists ? file_read(host, path, text, err) : 0;
}

static bool same_text(const char *sha256, bool exists, const struct buf *text)
{
    if (sha256 == NULL || !exists)
        return sha256 == NULL && !exists;
    struct buf digest = BUF_INIT;
    kept_sha256(buf_str(text), text->len, &digest);
    const bool same = strcmp(buf_str(&digest), sha256) == 0;
    buf_free(&digest);
    return same;
}

/* What it was before the run: the plan, where it is that of then, knows it also when the journal does not tell any more. */
static bool as_before(const struct engine *engine, const struct past *past, const struct past_change *of, bool exists, const struct buf *text)
{
    for (size_t i = 0; engine->same_plan && i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        if (change->kind == CHANGE_FILE && change->server == of->side && strcmp(change->path, of->path) == 0)
            return change->before == NULL ? !exists : exists && text->len == strlen(change->before) && strcmp(buf_str(text), change->before) == 0;
    }
    return same_text(first_of(past, of)->before_sha256, exists, text);
}

static bool ours(const struct engine *engine, const struct past *past, const struct past_change *of, bool exists, const struct buf *text)
{
    if (as_before(engine, past, of, exists, text))
        return true;
    for (size_t i = 0; i < past->change_count; i++) {
        const struct past_change *change = &past->changes[i];
        if (change->path != NULL && change->side == of->side && strcmp(change->path, of->path) == 0 &&
            same_text(change->after_sha256, exists, text))
            return true;
    }
    for (size_t i = 0; engine->same_plan && exists && i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        if (change->kind == CHANGE_FILE && change->server == of->side && strcmp(change->path, of->path) == 0 &&
            strcmp(buf_str(text), change->after) == 0)
            return true;
    }
    return false;
}

/* What the run wrote last, as far as the plan still knows it; else what was there before. */
static const char *written(const struct engine *engine, const struct past_change *of)
{
    const char *text = NULL;
    for (size_t i = 0; i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        if (change->kind == CHANGE_FILE && change->server == of->side && strcmp(change->path, of->path) == 0 && change->step <= of->step)
            text = change->after;
    }
    return text != NULL ? text : "";
}

static void show_edit(struct engine *engine, const struct past_change *change, const struct buf *now)
{
    struct change edit = { .kind = CHANGE_FILE, .server = change->side, .path = change->path,
                           .what = mem_printf("%s, as this run wrote it and as it is now:", change->path),
                           .before = mem_dup(written(engine, change)), .after = mem_dup(buf_str(now)) };
    struct buf diff = BUF_INIT;
    change_render(&edit, &diff);
    char *text = buf_steal(&diff), *at = text;
    for (char *line; (line = text_line(&at)) != NULL;)
        world_note(&engine->world, SEVERITY_ERROR, "%s", line);
    free(text);
    free(edit.what);
    wipe(edit.before, strlen(edit.before));
    wipe(edit.after, strlen(edit.after));
    free(edit.before);
    free(edit.after);
}

/* Nothing is touched when one of them was edited by somebody. */
int undo_check_files(struct engine *engine, const struct past *past, struct err *err)
{
    for (size_t i = past->change_count; i-- > 0;) {
        const struct past_change *change = &past->changes[i];
        struct buf now = BUF_INIT;
        bool exists = false;
        if (change->path == NULL || change->undone || undo_stays(engine, change->side, change->step))
            continue;
        int rc = read_file(engine->world.hosts[change->side], change->path, &now, &exists, err);
        if (rc == 0 && !ours(engine, past, change, exists, &now)) {
            show_edit(engine, change, &now);
            rc = err_set(err, ERR_REFUSED, "%s on the %s was edited since this run wrote it", change->path, side_name(change->side));
            err_hint(err, "nothing was touched; take that edit out (the diff is above), undo, and put it in again");
        }
        buf_wipe(&now);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int restore_file(struct engine *engine, const struct past *past, const struct past_change *change, struct err *err)
{
    struct host *host = engine->world.hosts[change->side];
    const struct buf none = BUF_INIT;
    char *backup = mem_printf("%s.%s.bak", change->path, engine->world.run_id);
    struct buf now = BUF_INIT, before = BUF_INIT;
    bool exists = false, kept = false;
    int rc = read_file(host, change->path, &now, &exists, err);
    if (rc == 0)
        rc = read_file(host, backup, &before, &kept, err);
    const bool so_already = as_before(engine, past, change, exists, &now);
    if (rc == 0 && !so_already && !ours(engine, past, change, exists, &now))
        rc = err_set(err, ERR_REFUSED, "%s on the %s was edited since this run wrote it", change->path, side_name(change->side));
    else if (rc == 0 && !so_already && as_before(engine, past, change, false, &none))
        rc = file_remove(host, change->path, err);
    else if (rc == 0 && !so_already && kept && as_before(engine, past, change, true, &before))
        rc = file_replace(host, change->path, buf_str(&before), before.len, &now, NULL, err);
    else if (rc == 0 && !so_already)
        rc = err_set(err, ERR_WORLD, "the backup %s is missing or is not what the file was", backup);
    if (rc == 0 && kept) /* the file itself is that again */
        rc = file_remove(host, backup, err);
    char *by_watchdog = mem_printf("%s.%s.taken-back", change->path, engine->world.run_id);
    if (rc == 0)
        rc = file_remove(host, by_watchdog, err);
    free(by_watchdog);
    buf_wipe(&now);
    buf_wipe(&before);
    free(backup);
    return rc;
}

/* Reverts of changes. */

/* *index: the change's in the plan, then in the journal. */
static int revert_lost_files(struct engine *engine, const struct past *past, struct err *err)
{
    for (size_t i = engine->plan.count; i-- > 0;) {
        const struct change *change = &engine->plan.changes[i];
        struct past_change then = { .step = change->step, .side = change->server, .path = change->path };
        if (change->kind == CHANGE_FILE && engine->same_plan && past_lost(past, i) && !undo_stays(engine, change->server, change->step) && first_of(past, &then) == &then &&
            restore_file(engine, past, &then, err) != 0)
            return -1;
    }
    return 0;
}

int undo_revert_files(struct engine *engine, const struct past *past, enum side side, struct err *err)
{
    for (size_t i = past->change_count; i-- > 0;) {
        const struct past_change *change = &past->changes[i];
        if (change->path == NULL || change->undone || change->side != side || undo_stays(engine, side, change->step))
            continue;
        engine->world.step = change->step;
        world_emit(&engine->world, &(struct event){ .kind = EVENT_CHANGE, .side = change->side, .text = change->path });
        if (restore_file(engine, past, change, err) != 0 || journal_taken_back(engine->journal, change->index, err) != 0)
            return -1;
    }
    return revert_lost_files(engine, past, err);
}
