#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy.h"
#include "steps/settings.h"

#define COPY_TIMEOUT_MS (60 * 60 * 1000u) /* cp says nothing while it works */

static int copy_files(struct world *world, enum carry carry, const char *into, struct err *err)
{
    struct buf names = BUF_INIT;
    char *part = mem_printf("copy/%s", into), *target = settings_path(world, SIDE_MASTER, part);
    copy_file_names(&world->facts.master.inventory, carry, &names);
    /* a second try starts again from the beginning: cp overwrites what the first one left */
    int rc = host_script_with(world->hosts[SIDE_MASTER], buf_str(&names), names.len, COPY_TIMEOUT_MS, NULL, NULL, err,
                              "set -eu; cd -- \"$1\"; xargs -0 -r cp -a --reflink=auto -t \"$2\" --",
                              world->facts.master.database_path, target, NULL);
    if (rc != 0)
        err_wrap(err, "cannot copy the table files on the master");
    buf_free(&names);
    free(part);
    free(target);
    return rc;
}

/* The logs that exist before the start: the first one beyond them is where replication begins. */
static int note_binlogs(struct world *world, struct err *err)
{
    struct buf index = BUF_INIT;
    if (host_script(world->hosts[SIDE_MASTER], &index, err, "[ ! -e \"$1\" ] || cat -- \"$1\"",
                    world->facts.master.binlog_index, NULL) != 0)
        return err_wrap(err, "cannot read the index of the master's binary logs");
    strings_free(&world->binlogs_before);
    char *text = buf_steal(&index), *at = text;
    for (char *line; (line = text_line(&at)) != NULL;) {
        const char *slash = strrchr(line, '/');
        if (*line != '\0')
            strings_add(&world->binlogs_before, slash != NULL ? slash + 1 : line);
    }
    free(text);
    return 0;
}

static int apply_copy(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    const char *database = world->facts.master.database_path;
    if (host_script(world->hosts[SIDE_MASTER], NULL, err,
                    "set -eu; [ ! -e \"$1/db.opt\" ] || cp -a -- \"$1/db.opt\" \"$2/copy/files/\"", database,
                    world->run_dir[SIDE_MASTER], NULL) != 0)
        return err_wrap(err, "cannot copy the database's options on the master");
    if (copy_files(world, CARRY_FILES, "files", err) != 0 || copy_files(world, CARRY_IMPORT, "import", err) != 0)
        return -1;
    return note_binlogs(world, err);
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    const struct inventory *inventory = &facts->master.inventory;
    struct buf shown = BUF_INIT;
    buf_adds(&shown, "cp -a --reflink=auto as files: ");
    copy_describe(inventory, CARRY_FILES, &shown);
    buf_adds(&shown, "\ncp -a --reflink=auto for IMPORT TABLESPACE: ");
    copy_describe(inventory, CARRY_IMPORT, &shown);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_MASTER,
                       .what = mem_printf("copy the tables of %s beside the data directory", answers->database),
                       .why = mem_dup("while mysqld is stopped the files do not change"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("remove the copy"),
                       .apply = apply_copy,
                   });
    if (copy_count(inventory, CARRY_IMPORT) > 0)
        plan_note(plan, 3, "the how-to copies the folder as it is; here InnoDB tables are imported one by one, because their "
                           "files alone answer ERROR 1932 on the slave");
    return 0;
}

static int verify(struct world *world, struct err *err)
{
    struct buf names = BUF_INIT;
    copy_file_names(&world->facts.master.inventory, CARRY_FILES, &names);
    int rc = host_script_with(world->hosts[SIDE_MASTER], buf_str(&names), names.len, 0, NULL, NULL, err,
                              "set -eu; cd -- \"$1\"; xargs -0 -r sh -c 'for f; do [ \"$(stat -c %s -- \"$f\")\" = "
                              "\"$(stat -c %s -- \"$0/copy/files/$f\")\" ] || { echo \"$f differs\" >&2; exit 1; }; done' \"$2\"",
                              world->facts.master.database_path, world->run_dir[SIDE_MASTER], NULL);
    buf_free(&names);
    return rc == 0 ? 0 : err_wrap(err, "the copy on the master is not complete");
}

const struct step step_copy = {
    .number = 3,
    .id = "copy",
    .title = "Copy the tables of the database",
    .howto = "Copy all Billing database tables from MySQL home directory billing/ subdirectory",
    .plan = plan,
    .verify = verify,
};
