#include "engine/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/kept.h"

struct journal {
    int fd;
    char *path;
};

/* What is written behind a torn line would be torn with it. */
static int end_torn_line(int fd)
{
    char last = '\n';
    const off_t size = lseek(fd, 0, SEEK_END);
    if (size <= 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n')
        return size < 0 ? -1 : 0;
    return write(fd, "\n", 1) == 1 ? 0 : -1;
}

struct journal *journal_open(const char *folder, struct err *err)
{
    char *path = mem_printf("%s/journal", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || dir < 0 || end_torn_line(fd) != 0 || fsync(dir) != 0) {
        err_set_detail(err, ERR_IO, errno, "cannot open the journal %s: %s", path, strerror(errno));
        err_hint(err, "nothing was touched; name a folder that can be written with --state-dir");
        if (fd >= 0)
            close(fd);
        if (dir >= 0)
            close(dir);
        free(path);
        return NULL;
    }
    close(dir);
    struct journal *journal = mem_alloc(sizeof *journal);
    *journal = (struct journal){ .fd = fd, .path = path };
    return journal;
}

static struct json_object *record(const char *kind)
{
    char now[32];
    struct json_object *object = json_object_new_object();
    clock_iso(now, sizeof now);
    json_object_object_add(object, "t", json_object_new_string(now));
    json_object_object_add(object, "kind", json_object_new_string(kind));
    return object;
}

static void add_text(struct json_object *object, const char *key, const char *value)
{
    if (value != NULL)
        json_object_object_add(object, key, json_object_new_string(value));
}

/* What cannot be written whole is cut off again: the next line must not begin in the middle of this one. */
static int write_whole(int fd, const char *text, size_t len)
{
    const off_t before = lseek(fd, 0, SEEK_END);
    for (size_t done = 0; done < len;) {
        const ssize_t put = write(fd, text + done, len - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            const int failed = put == 0 ? ENOSPC : errno;
            if (before >= 0 && ftruncate(fd, before) != 0)
                return -1;
            errno = failed;
            return -1;
        }
        done += (size_t)put;
    }
    return 0;
}

/* One line, on disk before this returns. Frees the record. */
static int append(struct journal *journal, struct json_object *object, struct err *err)
{
    struct buf line = BUF_INIT;
    buf_adds(&line, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    buf_addc(&line, '\n');
    json_object_put(object);
    int rc = 0;
    if (write_whole(journal->fd, line.data, line.len) != 0 || fsync(journal->fd) != 0) {
        rc = err_set_detail(err, ERR_IO, errno, "cannot write the journal %s: %s", journal->path, strerror(errno));
        err_hint(err, "make room in the state folder; no change is made that is not in the journal");
    }
    buf_free(&line);
    return rc;
}

static struct json_object *server_record(const struct server_facts *server)
{
    struct json_object *object = json_object_new_object();
    add_text(object, "host", server->host);
    add_text(object, "machine_id", server->machine_id);
    add_text(object, "fingerprint", server->fingerprint);
    add_text(object, "version", server->version);
    add_text(object, "datadir", server->datadir);
    add_text(object, "datadir_inode", server->datadir_inode);
    add_text(object, "server_uuid", server->server_uuid);
    add_text(object, "service", server->service.unit);
    add_text(object, "socket_unit", server->service.socket_unit); /* once stopped, it cannot be found out any more */
    return object;
}

int journal_begin(struct journal *journal, const struct world *world, const char *plan_sha256, struct err *err)
{
    struct json_object *object = record("begin");
    struct buf answers = BUF_INIT;
    answers_write(world->answers, &answers);
    add_text(object, "run", world->run_id);
    add_text(object, "answers", buf_str(&answers));
    add_text(object, "database", world->answers->database);
    add_text(object, "plan_sha256", plan_sha256);
    json_object_object_add(object, "master", server_record(&world->facts.master));
    json_object_object_add(object, "slave", server_record(&world->facts.slave));
    add_text(object, "master_folder", world->run_dir[SIDE_MASTER]);
    add_text(object, "slave_folder", world->run_dir[SIDE_SLAVE]);
    buf_free(&answers);
    return append(journal, object, err);
}

static struct json_object *change_record(const char *kind, const struct change *change, size_t index)
{
    struct json_object *object = record(kind);
    json_object_object_add(object, "step", json_object_new_int(change->step));
    json_object_object_add(object, "change", json_object_new_int64((int64_t)index));
    return object;
}

static void add_sha256(struct json_object *object, const char *key, const char *text)
{
    struct buf hex = BUF_INIT;
    kept_sha256(text, strlen(text), &hex);
    add_text(object, key, buf_str(&hex));
    buf_free(&hex);
}

int journal_intent(struct journal *journal, const struct change *change, size_t index, struct err *err)
{
    struct json_object *object = change_record("intent", change, index);
    add_text(object, "server", side_name(change->server));
    add_text(object, "what", change->what);
    add_text(object, "path", change->path);
    add_text(object, "undo", change->undo);
    if (change->kind == CHANGE_FILE) {
        /* digests only: an option file may hold a password; the content itself is in the dated backup beside the file */
        if (change->before != NULL)
            add_sha256(object, "before_sha256", change->before);
        add_sha256(object, "after_sha256", change->after);
    } else {
        add_text(object, "after", change->after);
    }
    return append(journal, object, err);
}

int journal_done(struct journal *journal, const struct change *change, size_t index, struct err *err)
{
    return append(journal, change_record("done", change, index), err);
}

int journal_failed(struct journal *journal, const struct change *change, size_t index, const struct err *why,
                   struct err *err)
{
    struct json_object *object = change_record("failed", change, index);
    add_text(object, "error", why->text);
    json_object_object_add(object, "code", json_object_new_int((int)why->code));
    return append(journal, object, err);
}

int journal_step(struct journal *journal, int step, const char *id, const char *state, struct err *err)
{
    struct json_object *object = record("step");
    json_object_object_add(object, "step", json_object_new_int(step));
    add_text(object, "id", id);
    add_text(object, "state", state);
    return append(journal, object, err);
}

int journal_learnt(struct journal *journal, const char *name, const char *value, struct err *err)
{
    struct json_object *object = record("learnt");
    add_text(object, "name", name);
    add_text(object, "value", value);
    return append(journal, object, err);
}

int journal_mark(struct journal *journal, const char *kind, struct err *err)
{
    return append(journal, record(kind), err);
}

static int append_index(struct journal *journal, const char *kind, size_t index, struct err *err)
{
    struct json_object *object = record(kind);
    json_object_object_add(object, "change", json_object_new_int64((int64_t)index));
    return append(journal, object, err);
}

int journal_again(struct journal *journal, size_t index, struct err *err)
{
    return append_index(journal, "again", index, err);
}

int journal_taken_back(struct journal *journal, size_t index, struct err *err)
{
    return append_index(journal, "taken-back", index, err);
}

int journal_end(struct journal *journal, bool ok, bool nothing_left, const char *verdict, struct err *err)
{
    struct json_object *object = record("end");
    json_object_object_add(object, "ok", json_object_new_boolean(ok));
    json_object_object_add(object, "nothing_left", json_object_new_boolean(nothing_left));
    add_text(object, "verdict", verdict);
    return append(journal, object, err);
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    close(journal->fd);
    free(journal->path);
    free(journal);
}
