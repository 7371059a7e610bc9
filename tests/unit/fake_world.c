/* Files, services, locks: what the program's scripts find and leave. */
#include "fake_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define OPTION_FILE "/etc/my.cnf"

struct call {
    struct fake_world *world;
    struct fake_side *side;
    const char *script;
    const char *const *arguments;
    struct run *run;
    struct buf *out;
};

void fake_world_blame(struct fake_world *world, const char *format, ...)
{
    char text[512];
    va_list args;
    if (world->fault != NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    world->fault = mem_dup(text);
}

const char *fake_world_fault(const struct fake_world *world)
{
    return world->fault;
}

static struct fake_file *file_at(const struct fake_side *side, const char *path)
{
    for (size_t i = 0; i < side->file_count; i++)
        if (strcmp(side->files[i].path, path) == 0)
            return &side->files[i];
    return NULL;
}

const char *fake_world_file(const struct fake_world *world, enum side side, const char *path)
{
    const struct fake_file *file = file_at(&world->sides[side], path);
    return file != NULL ? file->text : NULL;
}

static void put_file(struct fake_side *side, const char *path, const char *text, size_t len)
{
    struct fake_file *file = file_at(side, path);
    if (file == NULL) {
        side->files = mem_grow(side->files, side->file_count + 1, sizeof *side->files);
        file = &side->files[side->file_count++];
        *file = (struct fake_file){ .path = mem_dup(path) };
    }
    free(file->text);
    file->text = mem_dup_n(text, len);
}

static void drop_file(struct fake_side *side, const char *path)
{
    struct fake_file *file = file_at(side, path);
    if (file == NULL)
        return;
    free(file->path);
    free(file->text);
    *file = side->files[--side->file_count];
}

static void drop_below(struct fake_side *side, const char *folder)
{
    const size_t len = strlen(folder);
    for (size_t i = side->file_count; i-- > 0;)
        if (strncmp(side->files[i].path, folder, len) == 0 && side->files[i].path[len] == '/')
            drop_file(side, side->files[i].path);
}

static void ends_with(struct call *call, int status, const char *complaint)
{
    call->run->status = status;
    if (call->run->errout != NULL)
        buf_adds(call->run->errout, complaint);
}

/* Files. */

static void say_stat(struct call *call)
{
    const struct fake_file *file = file_at(call->side, call->arguments[0]);
    if (file == NULL)
        buf_adds(call->out, "none\n");
    else
        buf_addf(call->out, "644 %zu root root\n", strlen(file->text));
}

static void say_file(struct call *call)
{
    const struct fake_file *file = file_at(call->side, call->arguments[0]);
    if (file != NULL)
        buf_adds(call->out, file->text);
    else if (strstr(call->script, "boot_id") == NULL && strstr(call->script, "|| :") == NULL)
        ends_with(call, 1, "No such file or directory");
}

static void say_boot(struct call *call)
{
    if (strstr(call->arguments[0], "boot_id") != NULL)
        buf_addf(call->out, call->side->boots > 0 ? "of-%s, boot %u\n" : "of-%s\n",
                 call->side == &call->world->sides[SIDE_MASTER] ? "master" : "slave", call->side->boots);
}

/* $1 path, $2 length of the new content, $3 length of the expected or "-", $4 backup or "". */
static void replace(struct call *call)
{
    const char *path = call->arguments[0], *want = call->arguments[2], *backup = call->arguments[3];
    const size_t len = strtoul(call->arguments[1], NULL, 10);
    const struct fake_file *old = file_at(call->side, path);
    if (strcmp(want, "-") != 0) {
        const size_t expected = strtoul(want, NULL, 10);
        if (old == NULL || strlen(old->text) != expected || strncmp(old->text, call->run->input + len, expected) != 0) {
            ends_with(call, 91, "");
            return;
        }
    }
    if (old != NULL && backup[0] != '\0')
        put_file(call->side, backup, old->text, strlen(old->text));
    put_file(call->side, path, call->run->input, len);
}

static void remove_one(struct call *call)
{
    drop_file(call->side, call->arguments[0]);
}

/* Of the run's folder: $1 the folder, the file's name is the last word of the comment or $2. */
static char *kept_path(const struct call *call)
{
    const char *name = strstr(call->script, "$1/definitions") != NULL   ? "definitions"
                       : strstr(call->script, "$1/replication") != NULL ? "replication"
                                                                        : call->arguments[1];
    return mem_printf("%s/%s", call->arguments[0], name);
}

static void keep(struct call *call)
{
    char *path = kept_path(call);
    const bool older_counts = strstr(call->script, "|| exit 0") != NULL;
    if (!older_counts || file_at(call->side, path) == NULL)
        put_file(call->side, path, call->run->input != NULL ? call->run->input : "", call->run->input_len);
    free(path);
}

static void say_kept(struct call *call)
{
    char *path = kept_path(call);
    const struct fake_file *file = file_at(call->side, path);
    if (file != NULL)
        buf_adds(call->out, file->text);
    free(path);
}

/* Services. */

static bool sets(const char *text, const char *key)
{
    const size_t len = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n'))
        if (strncmp(line += *line == '\n', key, len) == 0)
            return true;
    return false;
}

void fake_world_set_service(struct fake_world *world, enum side side, bool runs)
{
    struct fake_side *machine = &world->sides[side];
    const char *options = fake_world_file(world, side, OPTION_FILE);
    if (machine->runs == runs)
        return;
    machine->runs = runs;
    world->until = world->until && side != SIDE_SLAVE;
    if (side == SIDE_SLAVE)
        world->io = world->sql = runs && world->configured && !sets(options, "skip-slave-start");
    if (!runs)
        return;
    machine->edited = strcmp(options, world->options) != 0;
    if (side == SIDE_MASTER && (world->logs > 0 || sets(options, "log-bin")))
        world->logs++;
}

static void change_service(struct call *call)
{
    const bool start = strcmp(call->arguments[0], "start") == 0;
    const struct fake_file *options = file_at(call->side, OPTION_FILE);
    if (start && call->world->refusing && !call->side->runs && strcmp(options->text, call->world->options) != 0)
        return; /* what it was told is not so, and so not said */
    fake_world_set_service(call->world, call->side == &call->world->sides[SIDE_SLAVE] ? SIDE_SLAVE : SIDE_MASTER, start);
    buf_addf(call->out, "%s\n", call->arguments[0]);
}

static void say_active(struct call *call)
{
    buf_adds(call->out, call->side->runs ? "yes\n" : "no\n");
}

/* The lock and the watchdog. */

static void tell_lock(struct call *call)
{
    if (call->side->lock != NULL)
        buf_addf(call->out, "held\nrun %s\nowner somebody@elsewhere\npid 1\nmachine another\nsince then\nage 100\nquiet %d\n",
                 call->side->lock, call->side->lock_stale ? 1000 : 0);
}

static void take_lock(struct call *call)
{
    const char *run = call->arguments[2], *broken = call->arguments[6];
    if (call->side->lock != NULL && strcmp(call->side->lock, broken) != 0) {
        tell_lock(call);
        return;
    }
    free(call->side->lock);
    call->side->lock = mem_dup(run);
    call->side->lock_stale = false;
    buf_addf(call->out, "taken /var/lib/dualserver/.dualserver-lock\n");
}

static void release_lock(struct call *call)
{
    if (call->side->lock != NULL && strcmp(call->side->lock, call->arguments[1]) == 0) {
        free(call->side->lock);
        call->side->lock = NULL;
    }
}

static void arm(struct call *call)
{
    call->side->armed = true;
    free(call->side->barked);
    call->side->barked = NULL;
    buf_adds(call->out, "armed\n");
}

static void say_watchdog(struct call *call)
{
    buf_adds(call->out, call->side->armed ? "armed\n" : call->side->barked != NULL ? call->side->barked : "");
}

static void disarm(struct call *call)
{
    if (!call->side->armed && call->side->barked != NULL)
        buf_adds(call->out, call->side->barked);
    call->side->armed = false;
    free(call->side->barked);
    call->side->barked = NULL;
}

void fake_world_abandoned(struct fake_world *world)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct fake_side *machine = &world->sides[side];
        machine->gone = false;
        machine->lock_stale = machine->lock != NULL;
        if (!machine->armed)
            continue;
        machine->armed = false;
        machine->barked = mem_dup("2026-01-01T00:00:15Z mysql.service runs again\n");
        fake_world_set_service(world, side, true);
    }
}

/* The services start with the machine; a watchdog does not. Nobody can keep a slave that is rebooted in the middle of the run from
 * taking up what it followed before: the first event for a table that is aside stops it. */
void fake_world_reboot(struct fake_world *world)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        world->sides[side].boots++;
        world->sides[side].armed = false;
        fake_world_set_service(world, side, false);
        fake_world_set_service(world, side, true);
    }
    world->sql = world->sql && !(world->old_master && fake_world_aside(world));
}

/* The copy on the master. */

static void begin_copy(struct call *call)
{
    call->world->copying = true;
    call->world->copied = false;
}

static void take_copy(struct call *call)
{
    struct fake_world *world = call->world;
    if (world->sides[SIDE_MASTER].runs)
        fake_world_blame(world, "the tables were copied while the master's server ran");
    world->copying = world->copied = true;
    world->copied_log = world->logs + 1;
    for (unsigned i = 1; i <= world->logs; i++)
        buf_addf(call->out, "/var/lib/mysql/mysql-bin.%06u\n", i);
}

static void say_copy(struct call *call)
{
    char *definitions = mem_printf("%s/definitions", call->arguments[0]);
    const bool files = strstr(call->script, "copy/files") == NULL || call->world->copying;
    if (!files || file_at(call->side, definitions) == NULL)
        ends_with(call, 1, "");
    free(definitions);
}

/* $1 the run's folder, $2 copy or incoming */
static void clean(struct call *call)
{
    char *definitions = mem_printf("%s/definitions", call->arguments[0]);
    if (strcmp(call->arguments[1], "copy") == 0) {
        call->world->copying = call->world->copied = false;
        drop_file(call->side, definitions);
    } else {
        call->world->arriving = call->world->arrived = call->world->files_arrived = false;
        strings_free(&call->world->waiting);
    }
    free(definitions);
}

static void remove_folder(struct call *call)
{
    struct fake_world *world = call->world;
    if (strstr(call->arguments[0], "/.dualserver-") == NULL)
        fake_world_blame(world, "rm -rf %s", call->arguments[0]);
    drop_below(call->side, call->arguments[0]);
    if (call->side == &world->sides[SIDE_MASTER]) {
        world->copying = world->copied = call->side->armed = false;
    } else {
        world->arriving = world->arrived = world->files_arrived = false;
        strings_free(&world->waiting);
        fake_world_move(world, "RUN/old", "");
    }
}

static void say_index(struct call *call)
{
    buf_adds(call->out, call->world->logs > 0 ? "yes\n" : "no\n");
}

static void remove_logs(struct call *call)
{
    if (call->world->sides[SIDE_MASTER].runs)
        fake_world_blame(call->world, "the binary logs were removed while the master's server ran");
    call->world->logs = 0;
}

/* What arrived on the slave. */

static void forget_arrived(struct call *call)
{
    call->world->arriving = call->world->arrived = call->world->files_arrived = false;
    strings_free(&call->world->waiting);
}

static void arrive_in_part(struct call *call)
{
    call->world->arriving = true;
}

static void arrive(struct call *call)
{
    static const char *const files[] = { "customers", "invoices", "notes", "traffic#P#p0", "traffic#P#p1" };
    struct fake_world *world = call->world;
    if (!world->copied)
        fake_world_blame(world, "a copy that is not whole was sent");
    world->arriving = world->arrived = world->files_arrived = true;
    world->arrived_log = world->copied_log;
    strings_free(&world->waiting);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *name = mem_printf("%s.ibd", files[i]);
        strings_add(&world->waiting, name);
        free(name);
    }
}

static void swap(struct call *call)
{
    struct fake_world *world = call->world;
    if (call->side->runs)
        fake_world_blame(world, "the database's folder was exchanged while the slave's server ran");
    if (!world->files_arrived)
        return;
    fake_world_move(world, "billing", "RUN/old");
    fake_world_add(world, "billing", "", "calls_2026_10", ORIGIN_MASTER);
    world->files_arrived = false;
    world->data_log = world->arrived_log;
}

static void swap_back(struct call *call)
{
    struct fake_world *world = call->world;
    if (call->side->runs)
        fake_world_blame(world, "the database's folder was put back while the slave's server ran");
    if (world->arriving && !world->files_arrived) {
        fake_world_move(world, "billing", "");
        world->files_arrived = true;
    }
    fake_world_move(world, "RUN/old", "billing");
}

static void say_waiting(struct call *call)
{
    for (size_t i = 0; i < call->world->waiting.count; i++)
        buf_addf(call->out, "%s\n", call->world->waiting.items[i]);
}

static bool stop_waiting(struct fake_world *world, const char *file)
{
    for (size_t i = 0; i < world->waiting.count; i++)
        if (strcmp(world->waiting.items[i], file) == 0) {
            free(world->waiting.items[i]);
            world->waiting.items[i] = world->waiting.items[--world->waiting.count];
            return true;
        }
    return false;
}

static void set_file(struct call *call, const char *table)
{
    struct fake_thing *thing = fake_world_thing(call->world, "billing", "", table);
    if (thing == NULL || !thing->discarded)
        ends_with(call, 1, "a file stands in the way");
    else
        thing->file = true;
}

/* Names on standard input, each ended by a NUL. */
static void move_in(struct call *call)
{
    for (size_t at = 0; at < call->run->input_len; at += strlen(call->run->input + at) + 1) {
        char *name = mem_dup(call->run->input + at), *dot = strrchr(name, '.');
        if (strcmp(dot, ".ibd") == 0 && stop_waiting(call->world, name)) {
            *dot = '\0';
            set_file(call, name);
        }
        free(name);
    }
}

/* $2 the partition's file, $4 the table's */
static void move_partition_in(struct call *call)
{
    char *file = mem_printf("%s.ibd", call->arguments[1]);
    if (stop_waiting(call->world, file))
        set_file(call, call->arguments[3]);
    else
        ends_with(call, 1, "No such file or directory");
    free(file);
}

/* $1 a folder below the data directory, whose last part is the database's */
static void sweep(struct call *call)
{
    const char *slash = strrchr(call->arguments[0], '/');
    fake_world_move(call->world, slash + 1, "");
}

static void say_old_data(struct call *call)
{
    (void)call; /* the whole data directory is in no test here */
}

/* By the first whose words are all in the script. */
static const struct {
    const char *words;
    void (*answer)(struct call *call);
} answers[] = {
    { "# stat $1\n", say_stat },
    { "cat -- \"$1\" 2>/dev/null || :", say_boot },
    { "# write $1\nset -eu", replace },
    { "# write $1/definitions", keep },
    { "# keep the account", keep },
    { "# keep the login", keep },
    { "# read $1/definitions", say_kept },
    { "# read $1/replication", say_kept },
    { "# read $1/$2", say_kept },
    { "# rm $1\nrm -f", remove_one },
    { "# arm the watchdog", arm }, /* it has the next one in it */
    { "verb=$1 kind=$2", change_service },
    { "# is $2 active?", say_active },
    { "# is somebody at work", tell_lock },
    { "# take the lock", take_lock },
    { "# let go of the lock", release_lock },
    { "# has the watchdog", say_watchdog },
    { "# disarm the watchdog", disarm },
    { "# write $1/$2.list", begin_copy },
    { "those that have changed since", take_copy },
    { "# is the copy in $1", say_copy },
    { "# are the definitions in $1", say_copy },
    { "# remove $1/$2", clean },
    { "# rm -r $1", remove_folder },
    { "if [ -e \"$1\" ]; then echo yes", say_index },
    { "# remove the binary logs", remove_logs },
    { "rm -rf -- \"$1/incoming\"", forget_arrived },
    { "# receive into $1", arrive_in_part },
    { "# look at what arrived", arrive },
    { "# mv $1/incoming/files $2", swap },
    { "# mv $1 $2/incoming/files", swap_back },
    { "# list $1\n", say_waiting },
    { "# mv $1/* $2\n", move_in },
    { "# mv $1/$2.ibd", move_partition_in },
    { "# mv $1/* $2/stray", sweep },
    { "# is $1/old/data", say_old_data },
    { "\ncat -- \"$1\"", say_file },
    { "exec cat -- \"$1\"", say_file },
};

bool fake_world_run(struct fake_world *world, enum side side, const char *script, const char *const *arguments, struct run *run)
{
    struct buf ignored = BUF_INIT;
    struct call call = { .world = world, .side = &world->sides[side], .script = script, .arguments = arguments, .run = run,
                         .out = run->out != NULL ? run->out : &ignored };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (strstr(script, answers[i].words) != NULL) {
            answers[i].answer(&call);
            buf_free(&ignored);
            return true;
        }
    return false;
}

struct fake_world *fake_world_new(const char *options)
{
    struct fake_world *world = mem_alloc(sizeof *world);
    world->options = mem_dup(options);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        world->sides[side].runs = true;
        put_file(&world->sides[side], OPTION_FILE, options, strlen(options));
    }
    strings_add(&world->databases, "billing");
    return world;
}

void fake_world_free(struct fake_world *world)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct fake_side *machine = &world->sides[side];
        while (machine->file_count > 0)
            drop_file(machine, machine->files[0].path);
        free(machine->files);
        free(machine->lock);
        free(machine->barked);
        strings_free(&machine->users);
    }
    for (size_t i = 0; i < world->thing_count; i++) {
        free(world->things[i].database);
        free(world->things[i].name);
        free(world->things[i].kind);
    }
    free(world->things);
    free(world->options);
    free(world->use);
    free(world->fault);
    strings_free(&world->waiting);
    strings_free(&world->databases);
    strings_free(&world->lines);
    free(world);
}
