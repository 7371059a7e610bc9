/* mariadb-backup while the master works: streamed through this program, prepared on the slave with the .cfg files that make
 * its tables importable, then adopted as the directory's files are. No stop, no file on the master.
 * Sources: MariaDB KB "Mariadb-backup Options", "Partial Backup and Restore with mariadb-backup", "Setting up a Replica". */
#include "steps/adopt.h"
#include "steps/copy_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "ship/xbstream.h"
#include "steps/copy.h"
#include "steps/settings.h"

#define BLOCK (256 * 1024)
#define PREPARE_SILENCE_MS (60 * 60 * 1000u)
#define FINISH_LOCK_MS 300u /* the backup's own last lock, for tables without transactions */

static void why_not(const struct facts *facts, const struct answers *answers, struct buf *why)
{
    const struct server_facts *master = &facts->master, *slave = &facts->slave;
    const struct inventory *inventory = &master->inventory;
    if (!master->dialect->mariadb)
        buf_adds(why, "it takes mariadb-backup, which is MariaDB's");
    else if (master->backup_tool == NULL || slave->backup_tool == NULL)
        buf_addf(why, "the %s has no mariadb-backup", master->backup_tool == NULL ? "master" : "slave");
    else if (master->gated || slave->gated)
        buf_adds(why, "sudo allows the gate only, which does not let mariadb-backup through: what it reads and unpacks as root cannot "
                      "be bound");
    else if (!series_same(facts_kind(master), facts_kind(slave)))
        buf_adds(why, "the servers are of different series, and a backup is prepared by the series that made it");
    else if (strpbrk(answers->database, " .\t\n") != NULL)
        buf_adds(why, "mariadb-backup cannot be given a database with this name");
    for (size_t i = 0; why->len == 0 && i < inventory->table_count; i++)
        if (inventory->tables[i].natural == CARRY_ROWS) {
            buf_adds(why, "table ");
            quote_printable(why, inventory->tables[i].name, strlen(inventory->tables[i].name), 0);
            buf_addf(why, " has to travel as rows: %s", inventory->tables[i].because);
        }
}

static void cost(const struct facts *facts, const struct answers *answers, struct copy_cost *cost)
{
    (void)answers;
    const struct inventory *inventory = &facts->master.inventory;
    bool restarts = master_restart_why(facts) != NULL;
    uint64_t locked = cost_natural_bytes(inventory, CARRY_FILES), bytes = inventory->bytes;
    uint64_t locked_ms = FINISH_LOCK_MS + cost_ship_ms(locked);
    uint64_t restart_ms = restarts ? cost_restart_ms(&facts->master) : 0;
    cost->downtime_ms = restart_ms + locked_ms;
    cost->total_ms = cost->downtime_ms + 2 * cost_ship_ms(bytes) + cost_rows_ms(0, inventory->table_count);
    cost->disk_slave = cost_disk(bytes);
    buf_adds(&cost->text, restarts ? "stop and start " : "no stop");
    if (restarts)
        quote_duration(&cost->text, restart_ms);
    buf_adds(&cost->text, ", ");
    buf_adds(&cost->text, "read lock while tables without transactions are copied ");
    quote_duration(&cost->text, locked_ms);
}

/* Step 6. */

struct relay {
    struct world *world;
    struct host *from, *to;
    struct stream *source, *sink;
    struct xbstream walk;
    uint64_t began_ms, said_ms;
};

static void tell(struct relay *relay)
{
    uint64_t now = clock_ms(), total = relay->world->facts.master.inventory.bytes, done = relay->walk.bytes;
    if (now - relay->said_ms < 200)
        return;
    relay->said_ms = now;
    world_emit(relay->world, &(struct event){ .kind = EVENT_PROGRESS, .done = done, .total = done > total ? done : total,
                                              .rate = done * 1000 / (now - relay->began_ms + 1) });
}

/* mariadb-backup holds every tablespace open (MariaDB KB "Mariadb-backup Overview", open files limit). */
#define OPEN_FILES "ulimit -n 1048576 2>/dev/null || ulimit -n \"$(ulimit -H -n)\" || :\n"
/* What it says at last of an error, else at last. */
#define LAST_WORDS(FILE) "{ grep -iE '\\[ERROR\\]|error:|fatal' \"" FILE "\" || grep -v '^$' \"" FILE "\"; } | tail -n 3 | tr '\\n' ' ' >&2"

/* The way into the server stands in a file of the run's folder, 0600: the tool reads its options more than once. */
static const char backup_script[] =
    "#: never\n# $1 --backup --stream=xbstream --databases=$3\n"
    "set -eu; umask 077; t=$2/copy/hot; rm -rf -- \"$t\"; mkdir -p -- \"$t\"; cat >\"$t/client.cnf\"\n"
    "trap 'rm -rf -- \"$t\"' EXIT\n" OPEN_FILES
    "\"$1\" --defaults-extra-file=\"$t/client.cnf\" --backup --stream=xbstream --databases=\"$3\" --target-dir=\"$t/state\" "
    "--open-files-limit=\"$(ulimit -n)\" 2>\"$t/log\" || { " LAST_WORDS("$t/log") "; exit 1; }";

static const char receive_script[] =
    "#: never\n# mbstream -x -C $2/backup\n"
    "set -eu; umask 077; rm -rf -- \"$2/backup\"; mkdir -p -- \"$2/backup\"; exec \"${1%/*}/mbstream\" -x -C \"$2/backup\"";

static int open_streams(struct relay *relay, struct err *err)
{
    struct world *world = relay->world;
    struct buf options = BUF_INIT;
    const char *const send[] = { "sh", "-c", HOST_SCRIPT(backup_script), "dualserver", world->facts.master.backup_tool,
                                 world->run_dir[SIDE_MASTER], world->answers->database, NULL };
    const char *const receive[] = { "sh", "-c", HOST_SCRIPT(receive_script), "dualserver", world->facts.slave.backup_tool,
                                    world->run_dir[SIDE_SLAVE], NULL };
    relay->from = host_clone(world->hosts[SIDE_MASTER], err);
    relay->to = relay->from != NULL ? host_clone(world->hosts[SIDE_SLAVE], err) : NULL;
    if (relay->to == NULL || (relay->sink = host_stream(relay->to, receive, err)) == NULL ||
        (relay->source = host_stream(relay->from, send, err)) == NULL)
        return -1;
    world_client_options(world, SIDE_MASTER, &options);
    int rc = stream_write(relay->source, buf_str(&options), options.len, err);
    if (rc == 0)
        rc = stream_end_input(relay->source, err);
    buf_wipe(&options);
    return rc;
}

static int finish(struct stream **stream, const char *what, struct err *err)
{
    int status = 0;
    struct buf said = BUF_INIT, shown = BUF_INIT;
    int rc = stream_finish(*stream, &status, &said, err);
    *stream = NULL;
    quote_printable(&shown, buf_str(&said), strlen(buf_str(&said)), 0);
    if (rc == 0 && status != 0)
        rc = err_set_detail(err, ERR_COMMAND, status, "%s ended with status %d: %.300s", what, status, buf_str(&shown));
    buf_free(&said);
    buf_free(&shown);
    return rc;
}

/* Each block is looked at before it goes on. */
static int relay_blocks(struct relay *relay, struct err *err)
{
    char *block = mem_alloc(BLOCK);
    ssize_t len = 0;
    int rc = 0;
    while (rc == 0 && (len = stream_read(relay->source, block, BLOCK, err)) > 0) {
        if (world_cancelled(relay->world, err) || xbstream_feed(&relay->walk, block, (size_t)len, err) != 0 ||
            stream_write(relay->sink, block, (size_t)len, err) != 0)
            rc = -1;
        tell(relay);
    }
    free(block);
    return len < 0 ? -1 : rc;
}

static int relay_run(struct relay *relay, struct err *err)
{
    relay->began_ms = clock_ms();
    int rc = open_streams(relay, err);
    if (rc == 0)
        rc = relay_blocks(relay, err);
    if (rc == 0)
        rc = finish(&relay->source, "mariadb-backup on the master", err);
    if (rc == 0)
        rc = xbstream_end(&relay->walk, err);
    if (rc == 0)
        rc = finish(&relay->sink, "mbstream on the slave", err);
    stream_abandon(relay->source);
    stream_abandon(relay->sink);
    host_close(relay->from);
    host_close(relay->to);
    return rc;
}

static int prepare(struct world *world, struct err *err)
{
    int rc = host_script_with(world->hosts[SIDE_SLAVE], NULL, 0, PREPARE_SILENCE_MS, NULL, NULL, err,
                              "#: never\n# $1 --prepare --export --target-dir=$2/backup\n"
                              "set -eu; umask 077\n" OPEN_FILES
                              "\"$1\" --prepare --export --target-dir=\"$2/backup\" --open-files-limit=\"$(ulimit -n)\" >\"$2/backup.log\" 2>&1 || "
                              "{ " LAST_WORDS("$2/backup.log") "; exit 1; }; rm -f -- \"$2/backup.log\"",
                              world->facts.slave.backup_tool, world->run_dir[SIDE_SLAVE], NULL);
    return rc == 0 ? 0 : err_wrap(err, "the backup could not be prepared on the slave");
}

/* "mysql-bin.000002\t1234\t0-1-5" */
static int read_start(struct world *world, struct err *err)
{
    struct buf out = BUF_INIT;
    unsigned long long position = 0;
    char file[sizeof world->start.file] = "";
    int rc = host_script(world->hosts[SIDE_SLAVE], &out, err,
                         "#: run\ncd -- \"$1/backup\"; for f in mariadb_backup_binlog_info xtrabackup_binlog_info; do "
                         "[ ! -e \"$f\" ] || { cat -- \"$f\"; exit; }; done",
                         world->run_dir[SIDE_SLAVE], NULL);
    if (rc == 0 && sscanf(buf_str(&out), "%255s %llu", file, &position) != 2)
        rc = err_set(err, ERR_DATA, "the backup names no binary log's position");
    if (rc == 0) {
        world->start = (struct binlog_position){ .position = position };
        memcpy(world->start.file, file, sizeof file);
    }
    buf_free(&out);
    return rc;
}

/* The prepared files in the form in which step 3's copy would have arrived. */
static int arrange(struct world *world, struct err *err)
{
    struct buf names = BUF_INIT;
    const char *slash = strrchr(world->facts.master.database_path, '/');
    copy_file_names(&world->facts.master.inventory, CARRY_FILES, &names);
    int rc = host_script_with(world->hosts[SIDE_SLAVE], buf_str(&names), names.len, 0, NULL, NULL, err,
                              "#: run leaf\n# mv $1/backup/$2/* $1/incoming\n"
                              "set -eu; umask 077; run=$1; rm -rf -- \"$run/incoming\"\n"
                              "mkdir -p -- \"$run/incoming/files\" \"$run/incoming/import\" \"$run/incoming/rows\"\n"
                              "cd -- \"$run/backup/$2\"\n"
                              "find . -maxdepth 1 -type f \\( -name '*.ibd' -o -name '*.cfg' \\) -exec mv -t \"$run/incoming/import\" -- {} +\n"
                              "xargs -0 -r mv -t \"$run/incoming/files\" --\n"
                              "[ ! -e db.opt ] || mv -t \"$run/incoming/files\" -- db.opt\n"
                              "cd /; rm -rf -- \"$run/backup\"",
                              world->run_dir[SIDE_SLAVE], slash != NULL ? slash + 1 : world->facts.master.database_path, NULL);
    buf_free(&names);
    return rc == 0 ? 0 : err_wrap(err, "the backup does not hold every table");
}

static int read_definitions(struct world *world, struct err *err)
{
    struct db *db = world_db(world, SIDE_MASTER, err);
    if (db == NULL || copy_same_tables(world, db, err) != 0)
        return -1;
    definitions_free(&world->definitions);
    return definitions_read(db, &world->facts.master.inventory, &world->definitions, err);
}

static int apply_backup(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct relay relay = { .world = world, .walk = XBSTREAM_INIT };
    if (read_definitions(world, err) != 0 || relay_run(&relay, err) != 0 || prepare(world, err) != 0 ||
        read_start(world, err) != 0 || arrange(world, err) != 0)
        return -1;
    struct db *db = world_db(world, SIDE_MASTER, err); /* it may have been idle for hours */
    if (db == NULL || copy_same_tables(world, db, err) != 0)
        return -1;
    world->shipped_bytes = relay.walk.bytes;
    struct buf text = BUF_INIT;
    quote_size(&text, relay.walk.bytes);
    buf_adds(&text, " in ");
    quote_duration(&text, clock_ms() - relay.began_ms);
    world_note(world, SEVERITY_INFO, "%s, prepared: the state of %s:%llu, where replication will begin", buf_str(&text),
               world->start.file, (unsigned long long)world->start.position);
    buf_free(&text);
    return 0;
}

static int plan_backup(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SHIP,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("back %s up while the master works, stream it to the slave, prepare it there", answers->database),
                       .why = mem_dup("both servers go on serving meanwhile; every name in the stream is checked on its way"),
                       .after = mem_printf("%s --backup --stream=xbstream --databases=%s | this program | mbstream -x\n"
                                           "%s --prepare --export", facts->master.backup_tool, answers->database,
                                           facts->slave.backup_tool),
                       .undo = mem_dup("remove the folder"),
                       .apply = apply_backup,
                   });
    plan_note(plan, 6, "the how-to copies files while mysqld is stopped; here mariadb-backup copies them while it runs and locks tables "
                       "without transactions (MyISAM, Aria) for reading while it copies those");
    return 0;
}

static int discard(struct world *world, struct err *err)
{
    return host_script(world->hosts[SIDE_SLAVE], NULL, err,
                       "#: run\ncase $1 in */.dualserver-*) rm -rf -- \"$1/backup\" \"$1/backup.log\";; esac", world->run_dir[SIDE_SLAVE], NULL);
}

static int plan_adoption(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    if (adopt_plan(facts, answers, plan, err) != 0)
        return -1;
    adopt_plan_again(facts, plan);
    return 0;
}

const struct copy_way way_backup = {
    .id = "hot",
    .title = "mariadb-backup of the running master, adopted table by table",
    .method = COPY_HOT,
    .serves = 1u << COPY_HOT,
    .start = "the file of the backup",
    .why_not = why_not,
    .cost = cost,
    .plan = {
        [2] = master_restart_stop_plan,
        [4] = master_restart_start_plan,
        [6] = plan_backup,
        [7] = aside_plan,
        [8] = swap_folder_plan,
        [9] = own_folder_plan,
        [11] = plan_adoption,
    },
    .verify = { [8] = swap_folder_verify, [9] = own_folder_verify, [11] = adopt_verify },
    .again = 6,
    .discard = discard,
};
