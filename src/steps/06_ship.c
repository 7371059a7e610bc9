#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "ship/ship.h"
#include "steps/copy.h"
#include "steps/copy_way.h"
#include "steps/settings.h"

static void progress(void *context, uint64_t done, uint64_t total, uint64_t rate)
{
    struct world *world = context;
    world_emit(world, &(struct event){ .kind = EVENT_PROGRESS, .done = done, .total = total, .rate = rate });
}

/* What is to be sent, in bytes of file content. */
static int measure(struct world *world, const char *folder, uint64_t *bytes, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(world->hosts[SIDE_MASTER], &out, err,
                         "#: in\n# how much lies in $1?\n"
                         "cd -- \"$1\" && find . -type f -printf '%s\\n' | awk '{ n += $1 } END { printf \"%.0f\", n }'",
                         folder, NULL);
    if (rc == 0)
        *bytes = strtoull(buf_str(&out), NULL, 10);
    buf_free(&out);
    return rc;
}

static void say_shipped(struct world *world, const struct ship *ship)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%zu files, ", ship->manifest.count);
    quote_size(&text, ship->file_bytes);
    buf_adds(&text, " in ");
    quote_duration(&text, ship->ms);
    buf_adds(&text, " (");
    if (ship->kept_bytes > 0) {
        quote_size(&text, ship->kept_bytes);
        buf_adds(&text, " were there already from an earlier try, ");
    }
    quote_size(&text, ship->wire_bytes);
    buf_adds(&text, " on the wire): every size and SHA-256 is the same on the slave");
    world_note(world, SEVERITY_INFO, "%s", buf_str(&text));
    buf_free(&text);
}

static int apply_ship(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    char *from = settings_path(world, SIDE_MASTER, "copy"), *to = settings_path(world, SIDE_SLAVE, "incoming");
    struct ship ship = {
        .from = world->hosts[SIDE_MASTER],
        .to = world->hosts[SIDE_SLAVE],
        .from_dir = from,
        .to_dir = to,
        .keep_from = KEEPING_PAYS, /* what an earlier try of this run left there */
        .cancel_fd = world->port->cancel_fd,
        .compress = COMPRESS_BY_LINE,
        .progress = progress,
        .context = world,
    };
    int rc = measure(world, from, &ship.total, err);
    if (rc == 0)
        rc = ship_run(&ship, err);
    if (rc == 0) {
        world->shipped_bytes = ship.file_bytes - ship.kept_bytes;
        manifest_free(&world->manifest);
        world->manifest = ship.manifest;
        say_shipped(world, &ship);
    }
    free(from);
    free(to);
    return rc;
}

int ship_files_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)err;
    struct buf shown = BUF_INIT;
    bool zstd = facts->master.zstd && facts->slave.zstd;
    buf_addf(&shown, "tar%s | %s on its way: names, kinds and SHA-256 are checked | %star into a new folder beside the slave's data",
             zstd ? " | zstd" : "", "this program", zstd ? "zstd -d | " : "");
    plan_add(plan, &(struct change){
                       .kind = CHANGE_SHIP,
                       .server = SIDE_SLAVE,
                       .what = mem_printf("pack the copy of %s and send it to the slave", answers->database),
                       .why = mem_dup("the slave goes on serving meanwhile"),
                       .after = buf_steal(&shown),
                       .undo = mem_dup("remove the folder"),
                       .apply = apply_ship,
                   });
    return 0;
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    return copy_way_plan(6, facts, answers, plan, err);
}

const struct step step_ship = {
    .number = 6,
    .id = "ship",
    .title = "Pack the copy and send it to the slave",
    .howto = "Pack copied directory and send to Slave server",
    .plan = plan,
};
