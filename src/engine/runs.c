#include "engine/runs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "steps/step.h"

static int newest_first(const void *one, const void *other)
{
    return strcmp(*(char *const *)other, *(char *const *)one);
}

static void list_runs(const char *state_dir, struct strings *names)
{
    char *path = mem_printf("%s/runs", state_dir);
    DIR *folder = opendir(path);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            strings_add(names, entry->d_name);
    if (folder != NULL)
        (void)closedir(folder);
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, newest_first);
    free(path);
}

static int read_run(const char *state_dir, const char *run, struct past *past, struct err *err)
{
    char *folder = mem_printf("%s/runs/%s", state_dir, run);
    const int rc = past_read(folder, past, err);
    free(folder);
    return rc;
}

static bool has_more_to_say(const struct past *past)
{
    return past_next(past_state(past))[0] != '\0';
}

int runs_find(const char *state_dir, const char *run, struct past *past, struct err *err)
{
    struct strings names = { .count = 0 };
    struct err ignored = ERR_INIT;
    if (state_dir == NULL)
        return err_set(err, ERR_USAGE, "no state folder is known: neither HOME nor XDG_STATE_HOME is set, and no --state-dir");
    if (run != NULL && (strchr(run, '/') != NULL || run[0] == '.' || run[0] == '\0'))
        return err_set(err, ERR_USAGE, "'%.60s' is no run's name", run);
    if (run != NULL) {
        if (read_run(state_dir, run, past, err) == 0)
            return 0;
        err->code = ERR_USAGE;
        return err_hint(err, "the runs are the folders in %.160s/runs", state_dir);
    }
    int rc = -1;
    list_runs(state_dir, &names);
    for (size_t i = 0; rc != 0 && i < names.count; i++) {
        if (read_run(state_dir, names.items[i], past, &ignored) != 0)
            continue;
        if (has_more_to_say(past))
            rc = 0;
        else
            past_free(past);
    }
    strings_free(&names);
    if (rc == 0)
        return 0;
    err_set(err, ERR_USAGE, "there is no run in %.200s that waits for anything", state_dir);
    return err_hint(err, "--state-dir names another state folder, --run a run that is finished");
}

static bool text_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

static bool same_pair(const struct past *past, const char *master, const char *slave)
{
    return text_same(past->hosts[SIDE_MASTER], master) && text_same(past->hosts[SIDE_SLAVE], slave);
}

bool runs_unfinished(const char *state_dir, const struct answers *answers, struct past *past)
{
    struct strings names = { .count = 0 };
    struct err ignored = ERR_INIT;
    bool found = false;
    if (state_dir == NULL)
        return false;
    list_runs(state_dir, &names);
    for (size_t i = 0; !found && i < names.count; i++) {
        if (read_run(state_dir, names.items[i], past, &ignored) != 0)
            continue;
        const enum past_state state = past_state(past);
        found = (state == PAST_UNFINISHED || state == PAST_UNDOING) &&
                (answers == NULL || same_pair(past, answers->master.host, answers->slave.host));
        if (!found)
            past_free(past);
    }
    strings_free(&names);
    return found;
}

int runs_refuse_unfinished(const char *state_dir, const struct answers *answers, struct err *err)
{
    struct past past;
    if (!runs_unfinished(state_dir, answers, &past))
        return 0;
    err_set(err, ERR_REFUSED, "run %s of this pair is %s (step %d, begun %s)", past.run, past_state_word(past_state(&past)),
            past.step, past.began != NULL ? past.began : "?");
    err_hint(err, "nothing was touched; `dualserver %s`; `dualserver status` tells more",
             past_state(&past) == PAST_UNDOING ? "undo` goes on taking it back" : "resume` goes on with it, `dualserver undo` takes it back");
    past_free(&past);
    return -1;
}

bool runs_made(const char *state_dir, const struct answers *answers, struct past *past)
{
    struct strings names = { .count = 0 };
    struct err ignored = ERR_INIT;
    bool found = false;
    if (state_dir != NULL)
        list_runs(state_dir, &names);
    for (size_t i = 0; !found && i < names.count; i++) {
        if (read_run(state_dir, names.items[i], past, &ignored) != 0)
            continue;
        const enum past_state state = past_state(past);
        found = (state == PAST_PROVEN || state == PAST_ACCEPTED) && past->answers != NULL &&
                /* without answers the first of several slaves is meant, which the reports are read from */
                (answers == NULL ? past_word(past, PAST_FIRST_SLAVE) == NULL : same_pair(past, answers->master.host, answers->slave.host));
        if (!found)
            past_free(past);
    }
    strings_free(&names);
    return found;
}

int runs_pair(const char *state_dir, struct answers *answers, struct err *err)
{
    struct past past;
    if (runs_made(state_dir, NULL, &past)) {
        const int rc = answers_parse(answers, past.run, past.answers, strlen(past.answers), err);
        past_free(&past);
        return rc;
    }
    err_set(err, ERR_USAGE, "which servers? no answers are given, and %.200s knows of no pair that was set up",
            state_dir != NULL ? state_dir : "no state folder");
    return err_hint(err, "--answers FILE names them, as for setup; --state-dir another folder of runs");
}

void runs_other_slaves(const char *state_dir, const struct answers *answers, struct strings *texts)
{
    struct strings names = { .count = 0 }, seen = { .count = 0 };
    struct err ignored = ERR_INIT;
    if (state_dir != NULL)
        list_runs(state_dir, &names);
    for (size_t i = 0; i < names.count; i++) {
        struct past past;
        if (read_run(state_dir, names.items[i], &past, &ignored) != 0)
            continue;
        const enum past_state state = past_state(&past);
        const char *slave = past.hosts[SIDE_SLAVE];
        if ((state == PAST_PROVEN || state == PAST_ACCEPTED) && past.answers != NULL && slave != NULL &&
            text_same(past.hosts[SIDE_MASTER], answers->master.host) && !text_same(slave, answers->slave.host) &&
            !strings_has(&seen, slave)) {
            strings_add(&seen, slave);
            strings_add(texts, past.answers);
        }
        past_free(&past);
    }
    strings_free(&names);
    strings_free(&seen);
}

char *runs_later(const char *state_dir, const struct past *past)
{
    struct strings names = { .count = 0 };
    struct err ignored = ERR_INIT;
    char *later = NULL;
    list_runs(state_dir, &names);
    for (size_t i = 0; later == NULL && i < names.count && strcmp(names.items[i], past->run) > 0; i++) {
        struct past other;
        if (read_run(state_dir, names.items[i], &other, &ignored) != 0)
            continue;
        const enum past_state state = past_state(&other);
        if (state != PAST_UNDONE && state != PAST_UNTOUCHED && same_pair(&other, past->hosts[0], past->hosts[1]))
            later = mem_dup(other.run);
        past_free(&other);
    }
    strings_free(&names);
    return later;
}

char *runs_of_same_master(const char *state_dir, const struct past *past, bool *for_good)
{
    struct strings names = { .count = 0 };
    struct err ignored = ERR_INIT;
    char *found = NULL;
    *for_good = true;
    list_runs(state_dir, &names);
    for (size_t i = 0; *for_good && i < names.count && strcmp(names.items[i], past->run) > 0; i++) {
        struct past other;
        if (read_run(state_dir, names.items[i], &other, &ignored) != 0)
            continue;
        const enum past_state state = past_state(&other);
        if (state != PAST_UNDONE && state != PAST_UNTOUCHED && text_same(other.machine_ids[0], past->machine_ids[0]) &&
            text_same(other.hosts[0], past->hosts[0]) && !text_same(other.hosts[1], past->hosts[1])) {
            *for_good = state == PAST_ACCEPTED || state == PAST_ACCEPTING;
            if (found == NULL || !*for_good) {
                free(found);
                found = mem_dup(other.run);
            }
        }
        past_free(&other);
    }
    strings_free(&names);
    return found;
}

static const struct {
    const char *word, *next, *means;
} states[] = {
    [PAST_UNTOUCHED] = { "untouched", "", "it changed nothing, or all was taken back when it failed" },
    [PAST_UNFINISHED] = { "unfinished", "resume or undo", "`dualserver resume` goes on, `dualserver undo` takes it back" },
    [PAST_PROVEN] = { "proven", "accept or undo",
                      "`dualserver accept` lets go of the slave's old data, `dualserver undo` takes the run back" },
    [PAST_ACCEPTING] = { "accepting", "accept", "letting go of the slave's old data broke off: `dualserver accept` goes on with it" },
    [PAST_UNDOING] = { "undoing", "undo", "an undo broke off: `dualserver undo` goes on with it" },
    [PAST_UNDONE] = { "undone", "", "all was taken back" },
    [PAST_ACCEPTED] = { "accepted", "", "done, and the slave's old data is gone" },
};

const char *past_state_word(enum past_state state)
{
    return states[state].word;
}

const char *past_next(enum past_state state)
{
    return states[state].next;
}

static size_t count_done(const struct past *past)
{
    size_t done = 0;
    for (size_t i = 0; i < past->change_count; i++)
        done += past->changes[i].done;
    return done;
}

void past_describe(const struct past *past, struct buf *to)
{
    const enum past_state state = past_state(past);
    const size_t done = count_done(past);
    buf_addf(to, "Run %s: %s\n", past->run, states[state].word);
    buf_addf(to, "  master %s, slave %s, database %s\n", past->hosts[0] != NULL ? past->hosts[0] : "?",
             past->hosts[1] != NULL ? past->hosts[1] : "?", past->database != NULL ? past->database : "?");
    buf_addf(to, "  began %s, last entry %s\n", past->began != NULL ? past->began : "?", past->last != NULL ? past->last : "?");
    if (past->step > 0)
        buf_addf(to, "  step %d of %d, %s: %s; %zu changes were made\n", past->step, STEP_COUNT, steps[past->step - 1]->title,
                 past->step_done ? "done" : past->ended ? "failed" : "broke off", done);
    else
        buf_addf(to, "  no step was begun\n");
    if (past->verdict != NULL)
        buf_addf(to, "  %s\n", past->verdict);
    if (past->spoilt > 0)
        buf_addf(to, "  %zu line%s of its journal cannot be read\n", past->spoilt, past->spoilt == 1 ? "" : "s");
    buf_addf(to, "  %s\n", states[state].means);
}
