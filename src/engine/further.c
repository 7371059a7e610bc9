/* Several slaves of one master, a run for each: what a further run is told of the others, and whether the copy that an earlier run
 * took can serve it. */
#include "engine_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "engine/further.h"
#include "engine/guard.h"
#include "engine/kept.h"
#include "engine/recover.h"
#include "engine/runs.h"
#include "plan/change.h"
#include "steps/config.h"
#include "steps/copy.h"
#include "steps/copy_way.h"
#include "steps/settings.h"

void engine_further(struct engine *engine, const struct further *further)
{
    engine->further = further;
}

void engine_keep_copy(struct engine *engine)
{
    engine->keep_copy = true;
}

void engine_confirmed(struct engine *engine)
{
    engine->confirmed = true;
}

const struct answers *engine_answers(const struct engine *engine)
{
    return engine->answers;
}

const struct facts *engine_facts(const struct engine *engine)
{
    return &engine->world.facts;
}

/* A plan in place of what is not so yet. */

static void set_setting(struct server_facts *server, const char *name, const char *value)
{
    for (size_t i = 0; i < server->setting_count; i++)
        if (strcmp(server->settings[i].name, name) == 0) {
            free(server->settings[i].value);
            server->settings[i].value = mem_dup(value);
        }
}

static void set_option_files(struct server_facts *server, const struct plan *plan)
{
    for (size_t i = 0; i < server->options.count; i++) {
        struct cnf *file = &server->options.files[i];
        const char *text = config_planned_text(plan, SIDE_MASTER, file->path);
        if (text == NULL)
            continue;
        char *path = mem_dup(file->path);
        cnf_free(file);
        cnf_parse(file, path, text, strlen(text));
        free(path);
    }
}

static void share(struct facts *facts, const char *run, const char *slave, const char *folder, const char *way)
{
    facts_forget_copy(facts);
    facts->copy = (struct shared_copy){ .run = mem_dup(run), .slave = mem_dup(slave), .folder = mem_dup(folder), .way = mem_dup(way) };
}

/* The master as the first run will leave it. */
static void foresee(struct engine *engine, const struct engine *lead)
{
    struct facts *facts = &engine->world.facts;
    struct server_facts *master = &facts->master;
    char *id = mem_printf("%u", settings_server_id(&lead->world.facts, lead->answers, SIDE_MASTER));
    struct wanted listen[4];
    const size_t count = settings_listen(&lead->world.facts, SIDE_MASTER, listen);
    set_option_files(master, &lead->plan);
    set_setting(master, "server_id", id);
    set_setting(master, "log_bin", "ON");
    set_setting(master, "binlog_format", "ROW");
    for (size_t i = 0; i < count; i++)
        set_setting(master, strcmp(listen[i].key, "bind-address") == 0 ? "bind_address" : "skip_networking",
                    strcmp(listen[i].key, "bind-address") == 0 ? listen[i].value : "OFF");
    master->log_bin = true;
    if (copy_way_leaves_copy(lead->plan.way))
        share(facts, lead->world.run_id, lead->answers->slave.host, lead->world.run_dir[SIDE_MASTER], lead->plan.way->id);
    free(id);
}

/* What is there. */

static bool same_inventory(const struct inventory *then, const struct inventory *now)
{
    bool same = then->table_count == now->table_count;
    for (size_t i = 0; same && i < now->table_count; i++) {
        const struct table *old = inventory_table(then, now->tables[i].name);
        same = old != NULL && strcasecmp(old->engine, now->tables[i].engine) == 0 && old->natural == now->tables[i].natural;
    }
    return same;
}

static bool has_log(const struct server_facts *master, const char *start)
{
    const char *colon = strrchr(start, ':');
    for (size_t i = 0; colon != NULL && i < master->binlogs.count; i++)
        if (strlen(master->binlogs.items[i]) == (size_t)(colon - start) && strncmp(master->binlogs.items[i], start, (size_t)(colon - start)) == 0)
            return true;
    return false;
}

int further_is_there(struct world *world, bool *there, struct err *err)
{
    const struct shared_copy *copy = &world->facts.copy;
    struct buf boot = BUF_INIT;
    int status = 0;
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, 0, &status, &boot, err,
                              "#: run boot\n# is the copy in $1, and of this boot?\n[ -d \"$1/copy\" ] && cat -- \"$2\"", copy->folder,
                              "/proc/sys/kernel/random/boot_id", NULL);
    buf_trim(&boot);
    *there = rc == 0 && status == 0 && copy->boot_id != NULL && strcmp(copy->boot_id, buf_str(&boot)) == 0;
    buf_free(&boot);
    return rc;
}

/* Its running server needs nothing that step 2 or 4 would give it. */
static bool runs_as_wanted(const struct facts *facts, const struct answers *answers)
{
    const struct server_facts *master = &facts->master;
    struct wanted listen[4];
    return strtoul(facts_setting(master, "server_id"), NULL, 10) == settings_server_id(facts, answers, SIDE_MASTER) &&
           (master->dialect->binlog_format == NULL || strcasecmp(facts_setting(master, "binlog_format"), "ROW") == 0) &&
           settings_listen(facts, SIDE_MASTER, listen) == 0;
}

/* Why the copy does not serve this slave; NULL: it does. */
static const char *why_not(const struct facts *then, const struct facts *now, const struct answers *answers, bool there)
{
    const struct shared_copy *copy = &now->copy;
    const struct {
        bool wrong;
        const char *why;
    } reasons[] = {
        { copy->start == NULL || copy->boot_id == NULL, "its journal does not tell where it begins" },
        { !there, "it is not there any more, or the master was rebooted since" },
        { copy->start != NULL && !has_log(&now->master, copy->start), "the binary log that begins with it was purged" },
        { !same_inventory(&then->master.inventory, &now->master.inventory), "tables were made, dropped or altered since" },
        { !runs_as_wanted(now, answers) || master_restart_why(now) != NULL, "the master has to be restarted for this slave in any case" },
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].wrong)
            return reasons[i].why;
    return NULL;
}

static int try_source(struct engine *engine, const struct past *past, const struct facts *then, const char **why, struct err *err)
{
    struct world *world = &engine->world;
    struct facts *facts = &world->facts;
    struct answers answers;
    bool there = false;
    answers_init(&answers);
    int rc = answers_parse(&answers, past->run, past->answers, strlen(past->answers), err);
    if (rc == 0) {
        const struct copy_way *way = copy_way_wanted(then, &answers);
        const char *start = past_word(past, "coordinates"), *boot = past_word(past, "copy_boot");
        share(facts, past->run, past->hosts[SIDE_SLAVE], past->folders[SIDE_MASTER], way->id);
        facts->copy.start = start != NULL ? mem_dup(start) : NULL;
        facts->copy.boot_id = boot != NULL ? mem_dup(boot) : NULL;
        *why = copy_way_leaves_copy(way) ? "" : NULL;
        rc = further_is_there(world, &there, err);
    }
    if (rc == 0 && *why != NULL)
        *why = why_not(then, facts, engine->answers, there);
    else
        facts_forget_copy(facts); /* a way that leaves none */
    if (rc == 0 && facts->copy.run != NULL && *why == NULL && !copy_way_shares(copy_way_wanted(facts, engine->answers), facts))
        *why = "this slave cannot take the data over in the way in which it was taken";
    answers_free(&answers);
    return rc;
}

/* The folder of the run whose copy serves this one is no leftover. */
static void is_no_leftover(struct facts *facts)
{
    struct strings *left = &facts->master.leftovers;
    for (size_t i = 0; i < left->count; i++)
        if (strcmp(left->items[i], facts->copy.folder) == 0) {
            free(left->items[i]);
            left->items[i] = left->items[--left->count];
        }
}

static int look_at_source(struct engine *engine, const char *source, struct err *err)
{
    struct world *world = &engine->world;
    struct past past;
    struct facts then = { .master.side = SIDE_MASTER, .slave.side = SIDE_SLAVE };
    const char *why = NULL;
    if (runs_find(engine->state_dir, source, &past, err) != 0)
        return -1;
    char *path = mem_printf("%s/facts", past.folder);
    int rc = kept_read(path, &then, err);
    if (rc == 0)
        rc = try_source(engine, &past, &then, &why, err);
    if (rc == 0 && why != NULL) {
        world_note(world, SEVERITY_WARNING, "the copy of run %s does not serve this slave: %s; it gets a copy of its own", source, why);
        facts_forget_copy(&world->facts);
    }
    if (rc == 0 && world->facts.copy.run != NULL)
        is_no_leftover(&world->facts);
    free(path);
    facts_free(&then);
    past_free(&past);
    return rc;
}

int further_look(struct engine *engine, struct err *err)
{
    const struct further *further = engine->further;
    struct facts *facts = &engine->world.facts;
    if (further == NULL)
        return 0;
    facts->first_slave = further->first_slave != NULL ? mem_dup(further->first_slave) : NULL;
    for (size_t i = 0; i < further->taken_ids.count; i++)
        strings_add(&facts->taken_ids, further->taken_ids.items[i]);
    if (further->lead != NULL)
        foresee(engine, further->lead);
    return further->source != NULL ? look_at_source(engine, further->source, err) : 0;
}

/* The last slave has been served. */
int engine_settle(struct engine *engine, const struct past *past, struct err *err)
{
    struct world *world = &engine->world;
    if (past_state(past) != PAST_PROVEN)
        return 0;
    if (engine_recall(engine, past, false, err) != 0 || recover_clean_side(world, SIDE_MASTER, err) != 0) {
        guard_end(world);
        return err_advise(err, "all slaves are right as they are; `dualserver accept` removes what is left");
    }
    guard_end(world);
    return 0;
}
