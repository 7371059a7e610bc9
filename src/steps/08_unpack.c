#include "steps/step.h"

#include <string.h>

#include "base/mem.h"
#include "steps/copy.h"
#include "steps/copy_way.h"
#include "steps/take_back.h"

static const char *folder_name(const struct server_facts *server)
{
    const char *slash = strrchr(server->database_path, '/');
    return slash != NULL ? slash + 1 : server->database_path;
}

/* Both renames are on one file system; the second try finds what the first one left to do. */
static int apply_swap(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: run data name\n# mv $1/incoming/files $2/$3\n"
                       "set -eu; umask 077; run=$1 data=$2 name=$3\n"
                       "[ -d \"$run/incoming/files\" ] || exit 0\n"
                       "if [ -e \"$data/$name\" ]; then mkdir -p -- \"$run/old\"; mv -T -- \"$data/$name\" \"$run/old/$name\"; fi\n"
                       "mv -T -- \"$run/incoming/files\" \"$data/$name\"; sync -f \"$data\"",
                       world->run_dir[SIDE_SLAVE], world->facts.slave.datadir, folder_name(&world->facts.slave), NULL);
}

int swap_folder_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)answers, (void)err;
    const struct server_facts *slave = &facts->slave;
    struct buf shown = BUF_INIT;
    if (slave->dialect->dictionary) {
        plan_note(plan, 8, "the how-to unpacks over the slave's files; here nothing is put in place while mysqld is stopped, because "
                           "its dictionary refuses what it has not made: step 11 imports table by table");
        return 0;
    }
    if (slave->database_exists)
        buf_addf(&shown, "mv %s RUN/old/\n", slave->database_path);
    buf_addf(&shown, "mv RUN/incoming/files %s", slave->database_path);
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("put the database's folder in place: %s", slave->database_path),
                       .why = mem_dup("it was unpacked and checked beside the data directory: two renames swap it in"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("rename both back"),
                       .apply = apply_swap,
                       .revert = fresh_revert,
                   });
    plan_note(plan, 8, "the how-to unpacks over the slave's files; here the folder is unpacked beside them and swapped in by rename");
    return 0;
}

int swap_folder_verify(struct world *world, struct err *err)
{
    struct buf names = BUF_INIT;
    copy_file_names(&world->facts.master.inventory, CARRY_FILES, &names);
    if (names.len == 0)
        return 0;
    int rc = host_script_with(world->hosts[SIDE_SLAVE], buf_str(&names), names.len, 0, NULL, NULL, err,
                              "#: database <names\nset -eu; cd -- \"$1\"; xargs -0 -r stat -- >/dev/null", world->facts.slave.database_path, NULL);
    buf_free(&names);
    return rc == 0 ? 0 : err_wrap(err, "files are missing on the slave");
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    return copy_way_plan(8, facts, answers, plan, err);
}

static int verify(struct world *world, struct err *err)
{
    return copy_way_verify(8, world, err);
}

const struct step step_unpack = {
    .number = 8,
    .id = "unpack",
    .title = "Unpack over the slave's files",
    .howto = "Unpack and copy (by replacing) all files from master server into same position of slave server",
    .plan = plan,
    .verify = verify,
};
