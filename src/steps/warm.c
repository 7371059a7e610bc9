#include "steps/warm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy.h"
#include "steps/copy_way.h"

#define TIMEOUT_MS (10 * 60 * 1000u)

/* A mark is what a file's content cannot change without: inode, size, time of change. Time stamps are coarse: a write in the
 * clock's own tick, a second on old file systems, would leave no trace, so the copy begins two seconds after the marks. And a
 * direct write (O_DIRECT) is stamped when it begins and may be under way for long on a busy disk: a file that changed within the
 * last half minute gets no mark, so it is copied again in any case. */
#define MARK "xargs -0 -r stat --printf '%i %s %.9Z %n\\0' --"
#define START "set -eu; LC_ALL=C; export LC_ALL; umask 077; run=$2; cd -- \"$1\"\n"
/* The marks that are new: of files that have changed, or were never marked. */
#define CHANGED                                                                                                        \
    "  [ -e \"$run/$l.marks\" ] || : >\"$run/$l.marks\"\n"                                                             \
    "  " MARK " <\"$run/$l.list\" >\"$run/$l.now\"\n"                                                                  \
    "  sort -z -- \"$run/$l.now\" \"$run/$l.marks\" \"$run/$l.marks\" | uniq -zu >\"$run/$l.changed\"\n"

#define COUNT                                                                                                          \
    "cat -- \"$run/files.changed\" \"$run/import.changed\" | tr '\\0\\n' '\\n?' | awk '{ n += $2 } END { printf \"%.0f %d\", n, NR }'\n"

static const char warm_script[] =
    "#: database run\n# cp -a --reflink=auto tables from $1 to $2/copy while mysqld serves\n" START
    "for l in files import; do\n"
    "  " MARK " <\"$run/$l.list\" >\"$run/$l.now\"\n"
    "  find . -maxdepth 1 -type f ! -newerct '30 seconds ago' -printf '%f\\0' | sort -z -- - \"$run/$l.list\" | uniq -zd |\n"
    "    " MARK " | sort -z -- - \"$run/$l.now\" | uniq -zd >\"$run/$l.marks\"\n"
    "done\n"
    "sleep 2\n"
    "{ for l in files import; do xargs -0 -r cp -a --reflink=auto -t \"$run/copy/$l\" -- <\"$run/$l.list\"; done; } & cp=$!\n"
    "while kill -0 \"$cp\" 2>/dev/null; do sleep 0.3; du -sb -- \"$run/copy\" | cut -f1; done\n"
    "wait \"$cp\"\n";

static const char left_script[] =
    "#: database run\n# how much of $1 has changed since\n" START
    "for l in files import; do\n" CHANGED "done\n" COUNT;

/* Prints how many files are marked as changed, and their bytes. */
static const char counted_script[] = "#: run\n# how much was copied in the stop\nrun=$1\n" COUNT;

const char warm_rest_script[] =
    "#: database run index word?\n# cp -a --reflink=auto tables from $1 to $2/copy, those that have changed since\n" START
    "[ ! -e db.opt ] || cp -a -- db.opt \"$run/copy/files/\"\n"
    "for l in files import; do\n" CHANGED
    "  sed -z 's/^[^ ]* [^ ]* [^ ]* //' <\"$run/$l.changed\" | xargs -0 -r cp -a --reflink=auto -t \"$run/copy/$l\" --\n"
    "done\n"
    "[ -z \"$4\" ] || find . -maxdepth 1 -name '*.sdi' -exec cp -a -t \"$run/copy/import\" -- {} +\n"
    "[ ! -e \"$3\" ] || cat -- \"$3\"";

const char *warm_why_not(const struct server_facts *master)
{
    static const char *const remote[] = { "nfs", "cifs", "smb", "fuse", "9p", "v9fs" };
    if (facts_setting_on(master, "myisam_use_mmap"))
        return "myisam_use_mmap is on, and a change through memory need not show in a file's time stamp";
    for (size_t i = 0; master->filesystem != NULL && i < sizeof remote / sizeof remote[0]; i++)
        if (strncasecmp(master->filesystem, remote[i], strlen(remote[i])) == 0)
            return "the data directory lies on another machine, whose time stamps cannot be relied on";
    return NULL;
}

/* The script's lines are the bytes that are there so far. */
static int follow(struct world *world, struct stream *stream, struct err *err)
{
    const struct inventory *inventory = &world->facts.master.inventory;
    const uint64_t began = clock_ms(), total = copy_bytes(inventory, CARRY_FILES) + copy_bytes(inventory, CARRY_SDI) +
                                                copy_bytes(inventory, CARRY_IMPORT);
    char text[4096];
    for (;;) {
        ssize_t got = stream_read(stream, text, sizeof text - 1, err);
        if (got <= 0)
            return (int)got;
        text[got] = '\0';
        const uint64_t done = strtoull(text, NULL, 10);
        world_emit(world, &(struct event){ .kind = EVENT_PROGRESS, .done = done, .total = done > total ? done : total,
                                           .rate = done * 1000 / (clock_ms() - began + 1) });
        if (world_cancelled(world, err))
            return -1;
    }
}

int warm_copy(struct world *world, struct err *err)
{
    struct host *master = world->hosts[SIDE_MASTER];
    const char *const argv[] = { "sh", "-c", HOST_SCRIPT(warm_script), "dualserver", world->facts.master.database_path,
                                 world->run_dir[SIDE_MASTER], NULL };
    struct stream *stream = host_stream(master, argv, err);
    struct buf said = BUF_INIT;
    int status = 0;
    if (stream == NULL)
        return -1;
    int rc = follow(world, stream, err);
    if (rc == 0)
        rc = stream_finish(stream, &status, &said, err);
    else
        stream_abandon(stream);
    if (rc == 0 && status != 0)
        rc = err_set_detail(err, ERR_COMMAND, status, "cp on %s ended with status %d: %.*s", host_name(master), status,
                            (int)strcspn(buf_str(&said), "\n"), buf_str(&said));
    buf_free(&said);
    return rc == 0 ? 0 : err_wrap(err, "cannot copy the tables on the master while it serves");
}

int warm_check_limit(struct world *world, struct err *err)
{
    const struct server_facts *master = &world->facts.master;
    const uint64_t limit = (uint64_t)world->answers->limit_downtime * 1000;
    struct buf out = BUF_INIT;
    if (limit == 0)
        return 0;
    int rc = host_script_with(world->hosts[SIDE_MASTER], NULL, 0, TIMEOUT_MS, NULL, &out, err, left_script,
                              master->database_path, world->run_dir[SIDE_MASTER], NULL);
    const uint64_t needs = cost_restart_ms(master) + cost_export_ms(&master->inventory) +
                           cost_files_ms(master, strtoull(buf_str(&out), NULL, 10));
    if (rc == 0 && needs > limit) {
        rc = err_set(err, ERR_REFUSED, "the master would be down for about %llu s; limit_downtime is %u s",
                     (unsigned long long)(needs + 999) / 1000, world->answers->limit_downtime);
        err_hint(err, "so much has changed since the tables were copied; nothing was stopped: try at a quieter time");
    }
    buf_free(&out);
    return rc;
}

void warm_report(struct world *world)
{
    struct err ignored = ERR_INIT;
    struct buf out = BUF_INIT, size = BUF_INIT;
    if (host_script(world->hosts[SIDE_MASTER], &out, &ignored, counted_script, world->run_dir[SIDE_MASTER], NULL) == 0) {
        char *end;
        uint64_t bytes = strtoull(buf_str(&out), &end, 10);
        uint64_t files = strtoull(end, NULL, 10);
        quote_size(&size, bytes);
        world_note(world, SEVERITY_INFO, "copied while mysqld was stopped: %" PRIu64 " file%s, %s", files, files == 1 ? "" : "s",
                   buf_str(&size));
    }
    buf_free(&size);
    buf_free(&out);
}
