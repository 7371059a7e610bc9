/* The journal, read again. */
#include "engine/past.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { PROOF = 13 }; /* the step */

static const char *text_of(struct json_object *record, const char *key)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(record, key, &value) && json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

static long number_of(struct json_object *record, const char *key)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(record, key, &value) && json_object_is_type(value, json_type_int)
               ? (long)json_object_get_int64(value)
               : -1;
}

static bool truth_of(struct json_object *record, const char *key)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(record, key, &value) && json_object_get_boolean(value);
}

static void keep(char **place, const char *text)
{
    if (text == NULL)
        return;
    free(*place);
    *place = mem_dup(text);
}

static void take_begin(struct past *past, struct json_object *record)
{
    static const char *const sides[2] = { "master", "slave" }, *const folders[2] = { "master_folder", "slave_folder" };
    keep(&past->run, text_of(record, "run"));
    keep(&past->answers, text_of(record, "answers"));
    keep(&past->database, text_of(record, "database"));
    keep(&past->plan_sha256, text_of(record, "plan_sha256"));
    keep(&past->began, text_of(record, "t"));
    for (size_t i = 0; i < 2; i++) {
        struct json_object *server = NULL;
        keep(&past->folders[i], text_of(record, folders[i]));
        if (!json_object_object_get_ex(record, sides[i], &server))
            continue;
        keep(&past->hosts[i], text_of(server, "host"));
        keep(&past->machine_ids[i], text_of(server, "machine_id"));
    }
}

static struct past_change *change_at(struct past *past, long index)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].index == (size_t)index)
            return &past->changes[i];
    return NULL;
}

/* A change is begun only when those before it are done, also where the line that said so is spoilt. */
static void conclude_done(struct past *past, size_t index)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].index < index) {
            past->changes[i].done = true;
            past->changes[i].failed = false;
        }
}

static void take_intent(struct past *past, struct json_object *record)
{
    const long index = number_of(record, "change"), step = number_of(record, "step");
    const char *server = text_of(record, "server");
    if (index < 0 || step < 1)
        return;
    conclude_done(past, (size_t)index);
    struct past_change *change = change_at(past, index);
    if (change == NULL) {
        past->changes = mem_grow(past->changes, past->change_count + 1, sizeof *past->changes);
        change = &past->changes[past->change_count++];
        *change = (struct past_change){ .index = (size_t)index };
    }
    change->step = (int)step;
    change->side = server != NULL && strcmp(server, "slave") == 0 ? SIDE_SLAVE : SIDE_MASTER;
    change->done = change->failed = change->undone = false;
    keep(&change->what, text_of(record, "what"));
    keep(&change->path, text_of(record, "path"));
    keep(&change->before_sha256, text_of(record, "before_sha256"));
    keep(&change->after_sha256, text_of(record, "after_sha256"));
}

static void take_done(struct past *past, struct json_object *record)
{
    struct past_change *change = change_at(past, number_of(record, "change"));
    if (change != NULL)
        change->done = true;
}

static void take_failed(struct past *past, struct json_object *record)
{
    struct past_change *change = change_at(past, number_of(record, "change"));
    if (change == NULL)
        return;
    const long code = number_of(record, "code");
    change->failed = true;
    change->error = code > 0 ? (int)code : ERR_WORLD;
}

static void take_again(struct past *past, struct json_object *record)
{
    const long index = number_of(record, "change");
    struct past_change *change = change_at(past, index);
    if (change != NULL)
        change->done = change->failed = false;
    if (index >= 0 && (!past->went_back || (size_t)index < past->again_from)) {
        past->went_back = true;
        past->again_from = (size_t)index;
    }
}

static void take_discard(struct past *past, struct json_object *record)
{
    (void)record;
    past->discarding = true;
}

static void take_discarded(struct past *past, struct json_object *record)
{
    (void)record;
    past->discarding = false;
}

static void take_taken_back(struct past *past, struct json_object *record)
{
    struct past_change *change = change_at(past, number_of(record, "change"));
    if (change != NULL)
        change->undone = true;
}

static void take_step(struct past *past, struct json_object *record)
{
    const long step = number_of(record, "step");
    const char *state = text_of(record, "state");
    if (step < 1)
        return;
    past->step = (int)step;
    past->step_done = state != NULL && strcmp(state, "done") == 0;
}

static void take_learnt(struct past *past, struct json_object *record)
{
    const char *name = text_of(record, "name"), *value = text_of(record, "value");
    if (name == NULL || value == NULL)
        return;
    past->words = mem_grow(past->words, past->word_count + 1, sizeof *past->words);
    past->words[past->word_count++] = (struct past_word){ .name = mem_dup(name), .value = mem_dup(value) };
}

static void take_resume(struct past *past, struct json_object *record)
{
    (void)record;
    past->ended = past->ok = past->nothing_left = false;
}

static void take_undo(struct past *past, struct json_object *record)
{
    (void)record;
    past->undoing = true;
}

static void take_end(struct past *past, struct json_object *record)
{
    past->ended = true;
    past->ok = truth_of(record, "ok");
    past->nothing_left = truth_of(record, "nothing_left");
    keep(&past->verdict, text_of(record, "verdict"));
}

static void take_undone(struct past *past, struct json_object *record)
{
    (void)record;
    past->undone = true;
}

static void take_accepting(struct past *past, struct json_object *record)
{
    (void)record;
    past->accepting = true;
}

static void take_accepted(struct past *past, struct json_object *record)
{
    (void)record;
    past->accepted = true;
}

static const struct {
    const char *kind;
    void (*take)(struct past *past, struct json_object *record);
} kinds[] = {
    { "begin", take_begin },   { "intent", take_intent }, { "done", take_done },     { "failed", take_failed },
    { "step", take_step },     { "learnt", take_learnt }, { "resume", take_resume }, { "undo", take_undo },
    { "again", take_again },   { "discard", take_discard }, { "discarded", take_discarded },
    { "taken-back", take_taken_back }, { "end", take_end }, { "undone", take_undone }, { "accepting", take_accepting }, { "accepted", take_accepted },
};

/* A line counts only when it is one whole object that names its kind. */
static bool take_line(struct past *past, const char *line, size_t len)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *record = json_tokener_parse_ex(tokener, line, (int)len);
    const bool whole = json_tokener_get_error(tokener) == json_tokener_success && json_object_is_type(record, json_type_object);
    const char *kind = whole ? text_of(record, "kind") : NULL;
    for (size_t i = 0; kind != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].kind, kind) == 0) {
            kinds[i].take(past, record);
            keep(&past->last, text_of(record, "t"));
        }
    json_object_put(record);
    json_tokener_free(tokener);
    return kind != NULL;
}

int past_parse(const char *folder, const char *text, size_t len, struct past *past, struct err *err)
{
    *past = (struct past){ .folder = mem_dup(folder) };
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        const size_t line = end != NULL ? (size_t)(end - text) - at : len - at;
        if (line > 0 && !take_line(past, text + at, line))
            past->spoilt++;
        at += line + 1;
    }
    if (past->run != NULL && past->answers != NULL && past->folders[0] != NULL && past->folders[1] != NULL)
        return 0;
    err_set(err, ERR_DATA, "the journal in %s does not say how its run began", folder);
    past_free(past);
    return -1;
}

static int read_all(const char *path, struct buf *text, struct err *err)
{
    char block[8192];
    ssize_t got = -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && ((got = read(fd, block, sizeof block)) > 0 || (got < 0 && errno == EINTR)))
        if (got > 0)
            buf_add(text, block, (size_t)got);
    if (got != 0)
        err_set_detail(err, ERR_IO, errno, "cannot read the journal %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return got == 0 ? 0 : -1;
}

int past_read(const char *folder, struct past *past, struct err *err)
{
    char *path = mem_printf("%s/journal", folder);
    struct buf text = BUF_INIT;
    *past = (struct past){ .folder = NULL };
    int rc = read_all(path, &text, err);
    if (rc == 0)
        rc = past_parse(folder, buf_str(&text), text.len, past, err);
    buf_free(&text);
    free(path);
    return rc;
}

static bool all_taken_back(const struct past *past)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (!past->changes[i].undone)
            return false;
    return past->change_count > 0 || past->spoilt == 0; /* what is spoilt may have told of one */
}

enum past_state past_state(const struct past *past)
{
    if (past->accepted)
        return PAST_ACCEPTED;
    if (past->accepting)
        return PAST_ACCEPTING;
    if (past->undone)
        return PAST_UNDONE;
    if (past->undoing)
        return PAST_UNDOING;
    if (past->ended && past->ok)
        return PAST_PROVEN;
    return all_taken_back(past) || (past->ended && past->nothing_left) ? PAST_UNTOUCHED : PAST_UNFINISHED;
}

const char *past_word(const struct past *past, const char *name)
{
    for (size_t i = past->word_count; i-- > 0;)
        if (strcmp(past->words[i].name, name) == 0)
            return past->words[i].value;
    return NULL;
}

static bool same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

const struct past_change *past_change(const struct past *past, int step, const char *what, const char *path)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].step == step && same(past->changes[i].what, what) && same(past->changes[i].path, path))
            return &past->changes[i];
    return NULL;
}

bool past_lost(const struct past *past, size_t index)
{
    bool later = false;
    for (size_t i = 0; i < past->change_count; i++) {
        if (past->changes[i].index == index)
            return false;
        later = later || past->changes[i].index > index;
    }
    return past->spoilt > 0 && later;
}

bool past_differs(const struct past *past)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].step == PROOF && past->changes[i].failed && past->changes[i].error == ERR_DATA)
            return true;
    return false;
}

void past_free(struct past *past)
{
    char *const texts[] = { past->folder,   past->run,      past->began,          past->last,           past->answers,
                            past->database, past->hosts[0], past->hosts[1],       past->machine_ids[0], past->machine_ids[1],
                            past->folders[0], past->folders[1], past->plan_sha256, past->verdict };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    for (size_t i = 0; i < past->change_count; i++) {
        free(past->changes[i].what);
        free(past->changes[i].path);
        free(past->changes[i].before_sha256);
        free(past->changes[i].after_sha256);
    }
    for (size_t i = 0; i < past->word_count; i++) {
        free(past->words[i].name);
        free(past->words[i].value);
    }
    free(past->changes);
    free(past->words);
    *past = (struct past){ .folder = NULL };
}
