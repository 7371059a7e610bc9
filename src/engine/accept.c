/* The other end of undo: what a proven run has kept is let go of, for good. Asked at the end of the run, or by `accept` later. */
#include "engine_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "engine/recover.h"
#include "engine/runs.h"
#include "steps/aside.h"
#include "steps/copy_way.h"
#include "steps/take_back.h"

#define GONE "accepted: what the run had kept is gone"

static char *aside_folder(const struct world *world)
{
    char *aside = aside_database(world), *folder = mem_printf("%s/%s", world->facts.slave.datadir, aside);
    free(aside);
    return folder;
}

/* In KiB, as files take room on the slave; -1: it cannot be told. */
static long long size_kept(struct world *world)
{
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    char *aside = aside_folder(world), *end = NULL;
    int rc = host_script(world->hosts[SIDE_SLAVE], &out, &ignored,
                         "#: database run\n# how much is in $1 and $2?\n"
                         "set -e; sum=0\n"
                         "for path; do [ -e \"$path\" ] || continue; k=$(du -sk -- \"$path\"); sum=$((sum + ${k%%[!0-9]*})); done\n"
                         "echo \"$sum\"",
                         aside, world->run_dir[SIDE_SLAVE], NULL);
    buf_trim(&out);
    long long size = rc == 0 && out.len > 0 ? strtoll(buf_str(&out), &end, 10) : -1;
    if (end != NULL && *end != '\0')
        size = -1;
    free(aside);
    buf_free(&out);
    return size;
}

static void tell_kept(struct engine *engine, struct buf *to)
{
    struct world *world = &engine->world;
    const size_t tables = world->facts.slave.inventory.table_count;
    const long long size = size_kept(world);
    if (!plan_destroys(&engine->plan))
        buf_adds(to, "Nothing of the slave's was moved aside; what undo needs, on both hosts");
    else if (engine->plan.way->whole)
        buf_adds(to, "The slave's whole data directory of before it");
    else
        buf_addf(to, "The slave's %s of before it (%zu table%s)", world->answers->database, tables, tables == 1 ? "" : "s");
    if (size >= 0) {
        buf_adds(to, ", ");
        quote_size(to, (unsigned long long)size * 1024);
        buf_adds(to, ",");
    }
    buf_adds(to, " is deleted for good. After that the run cannot be undone.");
}

static int ask(struct engine *engine, const char *before, struct err *err)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%sLet go of what run %s has kept? ", before, engine->world.run_id);
    tell_kept(engine, &text);
    int rc = engine_ask(engine, buf_str(&text), err);
    buf_free(&text);
    return rc;
}

/* The answer may have taken hours. */
static int still_there(struct world *world, struct err *err)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (host_script(world->hosts[side], NULL, err, "#:\n# still there?\n:", NULL) != 0)
            return -1;
    return world_cancelled(world, err) ? -1 : 0;
}

/* From the first removal on there is no way back, so that is on disk before it. */
static int let_go(struct engine *engine, struct err *err)
{
    struct world *world = &engine->world;
    if (still_there(world, err) != 0 || journal_mark(engine->journal, "accepting", err) != 0)
        return -1;
    char *aside = aside_database(world), *folder = aside_folder(world);
    int rc = take_back_drop(world, aside, folder, err);
    free(aside);
    free(folder);
    world->accepted = rc == 0 && recover_remove(world, err) == 0 && journal_mark(engine->journal, "accepted", err) == 0;
    return world->accepted ? 0 : -1;
}

void engine_offer_accept(struct engine *engine, const char *verdict, const char *advice)
{
    struct world *world = &engine->world;
    struct err err = ERR_INIT;
    char *before = mem_printf("Proven: %s is a live slave of %s.\n", engine->answers->slave.host, engine->answers->master.host);
    engine_emit_result(engine, true, verdict, advice); /* a person sees it before he is asked */
    engine_write_report(engine);
    const int wanted = ask(engine, before, &err);
    free(before);
    if (wanted != 0) { /* kept, as the result says */
        engine_conclude(engine, true, verdict, advice);
        return;
    }
    const bool gone = let_go(engine, &err) == 0;
    char *whole = gone ? mem_printf("%s; " GONE, verdict)
                       : mem_printf("%s; but its old data could not be let go of: %s", verdict, err.text);
    char *then = mem_printf("The report of this run is %s/report.md%s", world->state_dir,
                              gone ? "" : "; replication is right as it is, and `dualserver accept` lets go of what is left");
    if (!gone)
        world_note(world, SEVERITY_WARNING, "what the run has kept could not be let go of: %s", err.text);
    engine_conclude(engine, true, whole, then);
    free(whole);
    free(then);
}

int engine_accept(struct engine *engine, const struct past *past, struct err *err)
{
    const enum past_state state = past_state(past);
    if (state != PAST_PROVEN && state != PAST_ACCEPTING) {
        err_set(err, ERR_REFUSED, "run %s is %s: only what is proven can be accepted", past->run, past_state_word(state));
        return err_hint(err, "%s%s", past_next(state)[0] != '\0' ? "what can be done with it: dualserver " : "there is nothing to accept",
                        past_next(state));
    }
    if (engine_recall(engine, past, false, err) != 0)
        return err_advise(err, "the run stays as it is; `dualserver accept` lets go of the old data");
    if (ask(engine, "", err) != 0)
        return -1;
    engine->journal = journal_open(engine->world.state_dir, err);
    if (engine->journal == NULL)
        return -1;
    world_phase(&engine->world, PHASE_RUN, "letting go of what run %s has kept", past->run);
    if (let_go(engine, err) != 0) {
        engine_end(engine, false, err->text, "`dualserver accept` goes on");
        return -1;
    }
    engine_amend_report(engine, GONE);
    engine_end(engine, true, GONE, "");
    return 0;
}
