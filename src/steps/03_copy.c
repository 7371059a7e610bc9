#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy.h"
#include "steps/copy_way.h"
#include "steps/settings.h"
#include "steps/warm.h"

/* The logs that exist before the start: the first one beyond them is where replication begins. */
void copy_note_binlogs(struct world *world, char *index)
{
    strings_free(&world->binlogs_before);
    for (char *line; (line = text_line(&index)) != NULL;) {
        const char *slash = strrchr(line, '/');
        if (*line != '\0')
            strings_add(&world->binlogs_before, slash != NULL ? slash + 1 : line);
    }
}

static int apply_copy(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct buf index = BUF_INIT;
    if (copy_take(world, &index, err) != 0)
        return -1;
    char *text = buf_steal(&index);
    copy_note_binlogs(world, text);
    free(text);
    return 0;
}

int copy_files_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    static const struct {
        enum carry carry;
        const char *what;
    } lists[] = { { CARRY_FILES, "as files" }, { CARRY_SDI, "for IMPORT TABLE" }, { CARRY_IMPORT, "for IMPORT TABLESPACE" } };
    const struct inventory *inventory = &facts->master.inventory;
    struct buf shown = BUF_INIT;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (copy_count(inventory, lists[i].carry) == 0)
            continue;
        buf_addf(&shown, "%scp -a --reflink=auto %s%s: ", shown.len > 0 ? "\n" : "",
                 warm_why_not(&facts->master) == NULL ? "what has changed since, " : "", lists[i].what);
        copy_describe(inventory, lists[i].carry, &shown);
    }
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

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    return copy_way_plan(3, facts, answers, plan, err);
}

const struct step step_copy = {
    .number = 3,
    .id = "copy",
    .title = "Copy the tables of the database",
    .howto = "Copy all Billing database tables from MySQL home directory billing/ subdirectory",
    .plan = plan,
};
