#include "engine/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void set(char **to, const char *text)
{
    char *copy = mem_dup(text);
    free(*to);
    *to = copy;
}

static void free_checks(struct model_check **checks, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        free((*checks)[i].id);
        free((*checks)[i].text);
        free((*checks)[i].why);
        free((*checks)[i].fix);
    }
    free(*checks);
    *checks = NULL;
    *count = 0;
}

/* A check that is looked at again replaces its earlier answer, in its old place. */
static void put_check(struct model_check **checks, size_t *count, const struct event *event)
{
    struct model_check *check = NULL;
    for (size_t i = 0; i < *count && check == NULL; i++)
        if (event->id != NULL && (*checks)[i].id != NULL && strcmp((*checks)[i].id, event->id) == 0)
            check = &(*checks)[i];
    if (check == NULL) {
        *checks = mem_grow(*checks, *count + 1, sizeof **checks);
        check = &(*checks)[(*count)++];
        *check = (struct model_check){ .id = NULL };
    }
    set(&check->id, event->id);
    set(&check->text, event->text);
    set(&check->why, event->why);
    set(&check->fix, event->fix);
    check->verdict = event->verdict;
}

static void add_log(struct model *model, const char *who, const char *text)
{
    char *line = mem_printf("%s  %s", who, text != NULL ? text : "");
    free(model->log[model->log_next]);
    model->log[model->log_next] = line;
    model->log_next = (model->log_next + 1) % MODEL_LOG;
    if (model->log_count < MODEL_LOG)
        model->log_count++;
}

static void clear_progress(struct model *model)
{
    model->done = model->total = model->rate = 0;
}

static void clear_result(struct model *model)
{
    model->ended = model->ok = false;
    set(&model->verdict, NULL);
    set(&model->advice, NULL);
    free_checks(&model->proofs, &model->proof_count);
}

static void apply_phase(struct model *model, const struct event *event)
{
    if (model->ended && event->phase < PHASE_END)
        clear_result(model); /* it goes on after all: an earlier result is history */
    model->phase = event->phase;
    set(&model->phase_text, event->text);
}

static void apply_step(struct model *model, const struct event *event)
{
    if (event->step < 1 || event->step > MODEL_STEPS)
        return;
    model->steps[event->step - 1].state = event->state;
    model->steps[event->step - 1].ms = event->ms;
    if (event->text != NULL)
        set(&model->steps[event->step - 1].text, event->text);
    if (event->state == STEP_BEGIN) {
        model->step = event->step;
        set(&model->change, NULL);
        clear_progress(model);
    } else if (event->step == model->step && event->state == STEP_DONE) {
        set(&model->change, NULL);
    }
}

static void apply_downtime(struct model *model, const struct event *event, uint64_t now_ms)
{
    if (event->done != 0) {
        if (!model->master_down)
            model->down_since_ms = now_ms;
        model->master_down = true;
        return;
    }
    model->master_down = false;
    model->downtime_ms = event->ms;
}

static void apply_note(struct model *model, const struct event *event)
{
    static const char *const names[] = {
        [SEVERITY_INFO] = "note", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error",
    };
    const char *text = event->text != NULL ? event->text : "";
    char *line = event->fix != NULL ? mem_printf("%s: %s (%s)", names[event->severity], text, event->fix)
                                    : mem_printf("%s: %s", names[event->severity], text);
    strings_add(&model->notes, line);
    add_log(model, names[event->severity], text);
    free(line);
}

static void apply_result(struct model *model, const struct event *event)
{
    model->ended = true;
    model->ok = event->ok;
    model->master_down = false;
    set(&model->verdict, event->text);
    set(&model->advice, event->fix);
    set(&model->run_id, event->id);
    model->downtime_ms = event->downtime_ms;
    model->shipped_bytes = event->done;
    model->total_ms = event->ms;
}

void model_init(struct model *model)
{
    *model = (struct model){ .phase = PHASE_START };
}

void model_apply(struct model *model, const struct event *event, uint64_t now_ms)
{
    switch (event->kind) {
    case EVENT_PHASE:
        apply_phase(model, event);
        break;
    case EVENT_CHECK:
        put_check(&model->checks, &model->check_count, event);
        break;
    case EVENT_PLAN:
        set(&model->plan, event->text);
        model->forecast_ms = event->done;
        model->plan_changes = event->ms;
        break;
    case EVENT_METHOD:
        put_check(&model->methods, &model->method_count,
                  &(struct event){ .id = event->id, .text = event->text, .why = event->why, .verdict = event->verdict,
                                   .fix = event->ok ? "chosen" : NULL });
        break;
    case EVENT_STEP:
        apply_step(model, event);
        break;
    case EVENT_CHANGE:
        set(&model->change, event->text);
        if (event->step >= 1 && event->step <= MODEL_STEPS)
            model->step = event->step; /* an undo goes through the changes, not the steps */
        clear_progress(model);
        break;
    case EVENT_COMMAND:
        add_log(model, event->side == SIDE_MASTER ? "master" : "slave ", event->text);
        break;
    case EVENT_PROGRESS:
        model->done = event->done;
        model->total = event->total;
        model->rate = event->rate;
        break;
    case EVENT_DOWNTIME:
        apply_downtime(model, event, now_ms);
        break;
    case EVENT_NOTE:
        apply_note(model, event);
        break;
    case EVENT_PROOF:
        put_check(&model->proofs, &model->proof_count, event);
        break;
    case EVENT_STATUS:
        set(&model->status, event->text);
        break;
    case EVENT_RESULT:
        apply_result(model, event);
        break;
    }
}

void model_reset_look(struct model *model)
{
    free_checks(&model->checks, &model->check_count);
    free_checks(&model->methods, &model->method_count);
    set(&model->plan, NULL);
    model->plan_changes = model->forecast_ms = 0;
    set(&model->phase_text, NULL);
    model->phase = PHASE_START;
}

const char *model_log_line(const struct model *model, size_t from_newest)
{
    if (from_newest >= model->log_count)
        return NULL;
    return model->log[(model->log_next + MODEL_LOG - 1 - from_newest) % MODEL_LOG];
}

void model_free(struct model *model)
{
    free_checks(&model->checks, &model->check_count);
    free_checks(&model->methods, &model->method_count);
    free_checks(&model->proofs, &model->proof_count);
    for (size_t i = 0; i < MODEL_STEPS; i++)
        free(model->steps[i].text);
    for (size_t i = 0; i < MODEL_LOG; i++)
        free(model->log[i]);
    strings_free(&model->notes);
    free(model->phase_text);
    free(model->plan);
    free(model->change);
    free(model->status);
    free(model->verdict);
    free(model->advice);
    free(model->run_id);
    model_init(model);
}
