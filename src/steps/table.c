#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy.h"

extern const struct step step_master_config, step_master_stop, step_copy, step_master_start, step_grant_replication, step_ship,
    step_slave_stop, step_unpack, step_ownership, step_slave_config, step_slave_start, step_change_master, step_running,
    step_grant_reports;

const struct step *const steps[STEP_COUNT] = {
    &step_master_config, &step_master_stop, &step_copy,         &step_master_start,  &step_grant_replication,
    &step_ship,          &step_slave_stop,  &step_unpack,       &step_ownership,     &step_slave_config,
    &step_slave_start,   &step_change_master, &step_running,    &step_grant_reports,
};

/* Measured on MariaDB 10.11 (2 cores): a stop with clean pages, a start, and round trips between them. */
#define STOP_START_MS 700u
#define REFLINK_MS 15u
#define ROWS_RATE (60u << 20)  /* bytes a second that a dump tool writes */
#define FALLBACK_RATE (150u << 20)

static void forecast(const struct facts *facts, struct plan *plan)
{
    const struct inventory *inventory = &facts->master.inventory;
    uint64_t files = copy_bytes(inventory, CARRY_FILES) + copy_bytes(inventory, CARRY_IMPORT);
    uint64_t rows = copy_bytes(inventory, CARRY_ROWS);
    uint64_t rate = facts->master.copy_rate != 0 ? facts->master.copy_rate : FALLBACK_RATE;
    uint64_t copy_ms = facts->master.reflink ? REFLINK_MS : files * 1000 / rate;
    uint64_t rows_ms = rows * 1000 / ROWS_RATE;
    struct buf text = BUF_INIT;
    plan->forecast_ms = STOP_START_MS + copy_ms + rows_ms;
    buf_adds(&text, "stop and start 0.7 s, copy of ");
    quote_size(&text, files);
    if (facts->master.reflink) {
        buf_adds(&text, " by reflink");
    } else {
        buf_adds(&text, " at ");
        quote_size(&text, rate);
        buf_adds(&text, facts->master.copy_rate != 0 ? "/s (measured) " : "/s (assumed) ");
        quote_duration(&text, copy_ms);
    }
    if (rows > 0) {
        buf_adds(&text, ", rows ");
        quote_duration(&text, rows_ms);
    }
    free(plan->forecast_text);
    plan->forecast_text = buf_steal(&text);
}

int steps_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < STEP_COUNT; i++) {
        size_t first = plan->count;
        if (steps[i]->plan(facts, answers, plan, err) != 0)
            return err_wrap(err, "step %d, %s", steps[i]->number, steps[i]->title);
        for (size_t c = first; c < plan->count; c++)
            plan->changes[c].step = steps[i]->number;
    }
    forecast(facts, plan);
    return 0;
}

static void render_step(const struct plan *plan, const struct step *step, struct buf *to)
{
    size_t changes = 0;
    buf_addf(to, "Step %d  %s\n", step->number, step->title);
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->changes[i].step != step->number)
            continue;
        change_render(&plan->changes[i], to);
        changes++;
    }
    if (changes == 0)
        buf_adds(to, "  nothing to do\n");
    for (size_t i = 0; i < plan->note_count; i++)
        if (plan->notes[i].step == step->number)
            buf_addf(to, "  note: %s\n", plan->notes[i].text);
    buf_addc(to, '\n');
}

void plan_render(const struct plan *plan, struct buf *to)
{
    for (size_t i = 0; i < STEP_COUNT; i++)
        render_step(plan, steps[i], to);
    buf_adds(to, "Downtime of the master: about ");
    quote_duration(to, plan->forecast_ms);
    buf_addf(to, " (%s)\n", plan->forecast_text != NULL ? plan->forecast_text : "");
}
