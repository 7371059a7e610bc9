/* Step 3 of a further slave's run: the copy that an earlier run has left on the master, as a copy of this run's own. What follows
 * is as with any copy, and what becomes of the earlier run takes nothing away from this one. */
#include "steps/copy_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "steps/copy.h"
#include "steps/kept_definitions.h"

/* Names of the same files: they take no room, and neither folder's end touches the other's. Nothing writes into a copy. */
static int link_copy(struct world *world, struct err *err)
{
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, COPY_SILENCE_MS, NULL, NULL, err,
                              "#: run run\n# cp -al $1/copy $2/copy\n"
                              "set -eu; umask 077; from=$1 to=$2\n"
                              "[ -d \"$from/copy\" ] || { echo \"there is no $from/copy any more\" >&2; exit 1; }\n"
                              "mkdir -p -- \"$to\"; rm -rf -- \"$to/copy\"\n"
                              "cp -al -- \"$from/copy\" \"$to/copy\" 2>/dev/null ||\n"
                              "{ rm -rf -- \"$to/copy\"; cp -a --reflink=auto -- \"$from/copy\" \"$to/copy\"; }\n"
                              "[ ! -e \"$from/definitions\" ] || cp -a -- \"$from/definitions\" \"$to/definitions\"",
                              world->facts.copy.folder, world->run_dir[SIDE_MASTER], NULL);
    return rc == 0 ? 0 : err_wrap(err, "the copy of run %s cannot be taken", world->facts.copy.run);
}

/* The log that the copy's coordinates are in has not been purged. */
static int take_start(struct world *world, struct err *err)
{
    const char *start = world->facts.copy.start, *colon = start != NULL ? strrchr(start, ':') : NULL;
    struct rows rows = ROWS_INIT;
    struct db *db = world_db(world, SIDE_MASTER, err);
    bool there = false;
    if (colon == NULL)
        return err_set(err, ERR_WORLD, "run %s does not tell where replication begins from its copy", world->facts.copy.run);
    if (db == NULL || db_query(db, &rows, err, "SHOW BINARY LOGS") != 0)
        return err_wrap(err, "cannot list the master's binary logs");
    (void)snprintf(world->start.file, sizeof world->start.file, "%.*s", (int)(colon - start), start);
    world->start.position = strtoull(colon + 1, NULL, 10);
    for (size_t i = 0; i < rows.count; i++)
        there = there || strcmp(row_str(&rows, i, "Log_name"), world->start.file) == 0;
    rows_free(&rows);
    return there ? 0 : err_set(err, ERR_WORLD, "%s, where replication begins from that copy, was purged on the master", world->start.file);
}

static int apply_shared(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    definitions_free(&world->definitions);
    if (take_start(world, err) != 0 || link_copy(world, err) != 0 ||
        kept_definitions_read(world, SIDE_MASTER, &world->definitions, err) != 0) {
        world->start = (struct binlog_position){ .position = 0 };
        return -1;
    }
    world->definitions_kept = true;
    world_note(world, SEVERITY_INFO, "the copy that run %s took for %s: replication will begin at %s, position %llu", world->facts.copy.run,
               world->facts.copy.slave, world->start.file, (unsigned long long)world->start.position);
    return 0;
}

int shared_copy_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("take the copy of %s that run %s has left", answers->database, facts->copy.run),
                       .why = mem_dup("the master goes on serving; what was written since comes by its binary log"),
                       .after = mem_printf("cp -al %s/copy RUN/copy", facts->copy.folder),
                       .undo = mem_dup("remove the folder"),
                       .apply = apply_shared,
                   });
    plan_note(plan, 2, "the master is not stopped for this slave: the copy that was taken for %s serves it, too", facts->copy.slave);
    return 0;
}
