#include "steps/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy_way.h"

extern const struct step step_master_config, step_master_stop, step_copy, step_master_start, step_grant_replication, step_ship,
    step_slave_stop, step_unpack, step_ownership, step_slave_config, step_slave_start, step_change_master, step_running,
    step_grant_reports;

const struct step *const steps[STEP_COUNT] = {
    &step_master_config, &step_master_stop, &step_copy,         &step_master_start,  &step_grant_replication,
    &step_ship,          &step_slave_stop,  &step_unpack,       &step_ownership,     &step_slave_config,
    &step_slave_start,   &step_change_master, &step_running,    &step_grant_reports,
};

/* The plan keeps what a person is told of the choice, as plain data. */
static void keep_choice(struct plan *plan, const struct copy_choice *choice)
{
    plan->way_because = mem_dup(choice->because);
    plan->options = mem_alloc(choice->count * sizeof *plan->options);
    plan->option_count = choice->count;
    for (size_t i = 0; i < choice->count; i++) {
        const struct copy_option *option = &choice->options[i];
        plan->options[i] = (struct plan_option){
            .id = option->way->id,
            .title = option->way->title,
            .answer = copy_method_name(option->way->method),
            .chosen = option == choice->chosen,
            .why_not = option->why_not != NULL ? mem_dup(option->why_not) : NULL,
            .downtime_ms = option->cost.downtime_ms,
            .total_ms = option->cost.total_ms,
            .disk_master = option->cost.disk_master,
            .disk_slave = option->cost.disk_slave,
        };
    }
    if (choice->chosen == NULL)
        return;
    plan->way = choice->chosen->way;
    plan->forecast_ms = choice->chosen->cost.downtime_ms;
    plan->forecast_text = mem_dup(buf_str(&choice->chosen->cost.text));
}

/* Made anew with each call, so that a plan may be made twice. */
static int choose(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    struct copy_choice choice;
    int rc = 0;
    copy_choose(facts, answers, &choice);
    keep_choice(plan, &choice);
    if (choice.chosen == NULL)
        rc = err_set(err, ERR_REFUSED, "%s", choice.because);
    copy_choice_free(&choice);
    return rc;
}

int steps_plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    if (choose(facts, answers, plan, err) != 0)
        return -1;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        size_t first = plan->count;
        if (steps[i]->plan(facts, answers, plan, err) != 0)
            return err_wrap(err, "step %d, %s", steps[i]->number, steps[i]->title);
        for (size_t c = first; c < plan->count; c++)
            plan->changes[c].step = steps[i]->number;
    }
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

void plan_render_option(const struct plan_option *option, struct buf *to)
{
    if (option->why_not != NULL) {
        buf_addf(to, "not possible: %s", option->why_not);
        return;
    }
    buf_adds(to, "master held up ");
    quote_duration(to, option->downtime_ms);
    buf_adds(to, ", in all ");
    quote_duration(to, option->total_ms);
    buf_adds(to, ", disk ");
    quote_size(to, option->disk_master);
    buf_adds(to, " and ");
    quote_size(to, option->disk_slave);
    buf_addf(to, ": %s", option->title);
}

static void render_choice(const struct plan *plan, struct buf *to)
{
    buf_addf(to, "Copy method  %s\n", plan->way_because);
    for (size_t i = 0; i < plan->option_count; i++) {
        buf_addf(to, "  %s %-10s", plan->options[i].chosen ? "*" : " ", plan->options[i].id);
        plan_render_option(&plan->options[i], to);
        buf_addc(to, '\n');
    }
    buf_addc(to, '\n');
}

void plan_render(const struct plan *plan, struct buf *to)
{
    if (plan->option_count > 0)
        render_choice(plan, to);
    for (size_t i = 0; i < STEP_COUNT; i++)
        render_step(plan, steps[i], to);
    buf_adds(to, "Downtime of the master: about ");
    quote_duration(to, plan->forecast_ms);
    buf_addf(to, " (%s)\n", plan->forecast_text != NULL ? plan->forecast_text : "");
}
