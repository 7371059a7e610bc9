#include "steps/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/file.h"
#include "mysql/optionfiles.h"
#include "plan/world.h"

const char *config_planned_text(const struct plan *plan, enum side side, const char *path)
{
    const char *text = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const struct change *change = &plan->changes[i];
        if (change->kind == CHANGE_FILE && change->server == side && strcmp(change->path, path) == 0)
            text = change->after;
    }
    return text;
}

static bool is_set(const struct cnf_line *line, const struct wanted *wanted)
{
    if (line == NULL)
        return false;
    if (line->value == NULL)
        return wanted->value == NULL;
    return (wanted->value != NULL && strcmp(line->value, wanted->value) == 0) ||
           (wanted->unless != NULL && strcmp(line->value, wanted->unless) == 0);
}

/* A private copy of the server's files, to be edited. */
static void copy_set(const struct cnf_set *from, struct cnf_set *to)
{
    *to = (struct cnf_set){ .groups = from->groups, .group_count = from->group_count, .mariadb = from->mariadb };
    to->files = mem_alloc((from->count + 1) * sizeof *to->files);
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++)
        cnf_parse(&to->files[i], from->files[i].path, buf_str(&from->files[i].text), from->files[i].text.len);
}

static void free_copy(struct cnf_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        cnf_free(&set->files[i]);
    free(set->files);
}

static int set_one(struct cnf_set *set, const struct wanted *wanted, struct buf *names, struct err *err)
{
    const struct cnf *file = NULL;
    const struct cnf_line *winner = cnf_winner(set, wanted->key, &file);
    if (wanted->gone ? winner == NULL : is_set(winner, wanted))
        return 0;
    buf_addf(names, "%s%s", names->len > 0 ? ", " : "", wanted->key);
    for (; wanted->gone && winner != NULL; winner = cnf_winner(set, wanted->key, &file)) {
        char *group = mem_dup(winner->group);
        cnf_remove(&set->files[file - set->files], group, wanted->key);
        free(group);
    }
    if (wanted->gone)
        return 0;
    if (winner != NULL) {
        char *group = mem_dup(winner->group);
        cnf_set(&set->files[file - set->files], group, wanted->key, wanted->value);
        free(group);
        return 0;
    }
    const char *group = NULL;
    struct cnf *home = cnf_home(set, &group);
    if (home == NULL) {
        err_set(err, ERR_WORLD, "no option file of the server was found to write %s to", wanted->key);
        return err_hint(err, "name it with `cnf = PATH` in the answers");
    }
    char *name = mem_dup(group);
    cnf_set(home, name, wanted->key, wanted->value);
    free(name);
    return 0;
}

static int check_apply(struct world *world, const struct change *change, struct err *err)
{
    const struct server_facts *server = facts_of(&world->facts, change->server);
    const struct answers_host *answers =
        change->server == SIDE_MASTER ? &world->answers->master : &world->answers->slave;
    struct buf said = BUF_INIT;
    bool accepted = false;
    int rc = optionfiles_validate(world->hosts[change->server], server->dialect, answers->cnf, &accepted, &said, err);
    if (rc == 0 && !accepted) {
        struct err back = ERR_INIT;
        bool restored = config_put_back(world, change->server, &back) == 0;
        rc = err_set(err, ERR_WORLD, "the %s's server refuses its new configuration: %.300s", side_name(change->server),
                     buf_str(&said));
        err_hint(err, restored ? "the option files are as before and the server was not touched"
                               : "the option files could not be put back; the dated backups beside them hold the old ones");
    }
    buf_free(&said);
    return rc;
}

static const char *reason_of(const struct wanted *wanted, size_t count, const char *names)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(names, wanted[i].key) != NULL && wanted[i].why != NULL)
            return wanted[i].why;
    return NULL;
}

static void add_edits(const struct server_facts *server, struct cnf_set *edited, const char *names,
                      const struct wanted *wanted, size_t count, struct plan *plan)
{
    for (size_t i = 0; i < edited->count; i++) {
        const struct cnf *old = &server->options.files[i], *new = &edited->files[i];
        if (old->text.len == new->text.len &&
            (old->text.len == 0 || memcmp(old->text.data, new->text.data, old->text.len) == 0))
            continue;
        plan_add(plan, &(struct change){
                           .kind = CHANGE_FILE,
                           .server = server->side,
                           .what = mem_printf("edit %s", new->path),
                           .why = mem_dup(reason_of(wanted, count, names)),
                           .path = mem_dup(new->path),
                           .before = mem_dup_n(buf_str(&old->text), old->text.len),
                           .after = mem_dup_n(buf_str(&new->text), new->text.len),
                           .undo = mem_printf("write the dated backup of %s back", new->path),
                       });
    }
}

static int refuse_nul(const struct cnf_set *set, struct err *err)
{
    for (size_t i = 0; i < set->count; i++)
        if (memchr(buf_str(&set->files[i].text), '\0', set->files[i].text.len) != NULL)
            return err_set(err, ERR_WORLD, "%s has a NUL byte in it: not edited", set->files[i].path);
    return 0;
}

int config_plan(const struct server_facts *server, const struct wanted *wanted, size_t count, struct plan *plan,
                struct err *err)
{
    struct cnf_set edited;
    struct buf names = BUF_INIT;
    size_t before = plan->count;
    int rc = refuse_nul(&server->options, err);
    if (rc != 0)
        return rc;
    copy_set(&server->options, &edited);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = set_one(&edited, &wanted[i], &names, err);
    if (rc == 0)
        add_edits(server, &edited, buf_str(&names), wanted, count, plan);
    if (rc == 0 && plan->count > before)
        plan_add(plan, &(struct change){
                           .kind = CHANGE_RUN,
                           .server = server->side,
                           .what = mem_dup("let the server check its option files before anything stops"),
                           .after = mem_printf("%s %s", server->dialect->server_binary, server->dialect->validate),
                           .apply = check_apply,
                       });
    free_copy(&edited);
    buf_free(&names);
    return rc;
}

/* When every file is as it was. Best effort: one that stays is no harm. */
static void remove_backups(struct world *world, enum side side)
{
    for (size_t i = 0; i < world->plan->count; i++) {
        const struct change *change = &world->plan->changes[i];
        struct err ignored = ERR_INIT;
        if (change->kind != CHANGE_FILE || change->server != side || change->before == NULL)
            continue;
        char *backup = mem_printf("%s.%s.bak", change->path, world->run_id);
        (void)file_remove(world->hosts[side], backup, &ignored);
        free(backup);
    }
}

int config_put_back(struct world *world, enum side side, struct err *err)
{
    for (size_t i = world->plan->count; i-- > 0;) {
        const struct change *change = &world->plan->changes[i];
        if (change->kind != CHANGE_FILE || change->server != side || change->before == NULL)
            continue;
        struct change back = { .kind = CHANGE_FILE,
                               .server = side,
                               .what = change->what,
                               .path = change->path,
                               .before = change->after,
                               .after = change->before };
        struct err one = ERR_INIT;
        if (change_apply_file(world, &back, &one) != 0) {
            *err = one;
            return -1;
        }
    }
    remove_backups(world, side);
    return 0;
}
