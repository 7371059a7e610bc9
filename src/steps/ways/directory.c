/* The database's files, copied while the master is stopped, and adopted by the slave's server table by table: the how-to's
 * own way, made to work for engines that are more than their files. */
#include "steps/adopt.h"
#include "steps/copy_way.h"

#include "base/quote.h"
#include "steps/warm.h"
#include "steps/upgrade.h"

#define EXPORT_WORTH_SAYING_MS 500u
#define DUMP_RATE (60u << 20) /* bytes a second that a dump tool writes */

/* The files' real size counts where it is known: the server's own numbers leave out what is free inside the files. */
static uint64_t size(const struct facts *facts)
{
    const struct server_facts *master = &facts->master;
    return master->database_bytes > master->inventory.bytes ? master->database_bytes : master->inventory.bytes;
}

/* Nearly always the same tables are written as in the last hour. */
static uint64_t left_for_the_stop(const struct server_facts *master, uint64_t files)
{
    return warm_why_not(master) == NULL && master->database_recent_bytes < files ? master->database_recent_bytes : files;
}

static void cost(const struct facts *facts, const struct answers *answers, struct copy_cost *cost)
{
    (void)answers;
    const struct server_facts *master = &facts->master;
    const struct inventory *inventory = &master->inventory;
    uint64_t files = cost_natural_bytes(inventory, CARRY_FILES) + cost_natural_bytes(inventory, CARRY_SDI) +
                     cost_natural_bytes(inventory, CARRY_IMPORT);
    uint64_t rows = cost_natural_bytes(inventory, CARRY_ROWS);
    uint64_t rows_ms = rows * 1000 / DUMP_RATE;
    uint64_t left = left_for_the_stop(master, files);
    uint64_t export_ms = cost_export_ms(inventory);
    cost->downtime_ms = cost_restart_ms(master) + export_ms + cost_files_ms(master, left) + rows_ms;
    cost->total_ms = cost->downtime_ms + cost_files_ms(master, files) + cost_ship_ms(files + rows) + cost_rows_ms(rows, inventory->table_count);
    /* shared blocks cost nothing, but mysqld's first writes after the copy begin to part them */
    cost->disk_master = cost_disk(master->reflink ? 0 : size(facts));
    cost->disk_slave = cost_disk(size(facts));
    buf_adds(&cost->text, "stop and start ");
    quote_duration(&cost->text, cost_restart_ms(master));
    buf_adds(&cost->text, ", ");
    cost_say_files(master, left, &cost->text);
    if (left < files)
        buf_adds(&cost->text, " (what the last hour changed; all else is copied while mysqld serves)");
    if (export_ms >= EXPORT_WORTH_SAYING_MS) {
        buf_adds(&cost->text, ", so many InnoDB tables held for export ");
        quote_duration(&cost->text, export_ms);
    }
    if (rows > 0) {
        buf_adds(&cost->text, ", rows ");
        quote_duration(&cost->text, rows_ms);
    }
}

static int plan_adoption(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    if (adopt_plan(facts, answers, plan, err) != 0 || upgrade_plan(facts, answers, plan, err) != 0)
        return -1;
    adopt_plan_again(facts, plan);
    return 0;
}

/* The lists and the marks of the copy do not tell that it is whole: the journal does, and nobody else's restart takes it away. */
static int usable(struct world *world, bool *usable, struct err *err)
{
    int status = 0;
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, 0, &status, NULL, err,
                              "#: run\n# is the copy in $1\n[ -d \"$1/copy/files\" ] && [ -e \"$1/definitions\" ]", world->run_dir[SIDE_MASTER], NULL);
    *usable = rc == 0 && status == 0;
    return rc;
}

const struct copy_way way_directory = {
    .id = "directory",
    .title = "the database's files, adopted table by table",
    .method = COPY_DIRECTORY,
    .serves = 1u << COPY_DIRECTORY,
    .dump_tool = true,
    .start = "the file opened in step 4",
    .cost = cost,
    .plan = {
        [2] = master_hold_and_stop_plan,
        [3] = copy_files_plan,
        [4] = master_start_new_log_plan,
        [6] = ship_files_plan,
        [7] = aside_plan,
        [8] = swap_folder_plan,
        [9] = own_folder_plan,
        [11] = plan_adoption,
    },
    .usable = usable,
    .verify = { [8] = swap_folder_verify, [9] = own_folder_verify, [11] = adopt_verify },
};
