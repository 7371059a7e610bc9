/* model.h - all that a screen shows. model_apply() is the only thing that changes it, so replaying a journal of events
 * redraws the screen. Pure: no clock, no I/O; the time is an argument. */
#ifndef DUALSERVER_ENGINE_MODEL_H
#define DUALSERVER_ENGINE_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "plan/event.h"

#define MODEL_STEPS 14
#define MODEL_LOG 500 /* lines of the command log that are kept */

struct model_check {
    char *id, *text, *why, *fix;
    enum check_verdict verdict;
};

struct model {
    enum phase phase;
    char *phase_text;
    struct model_check *checks;
    size_t check_count;
    struct model_check *methods; /* ways of copying; `why` is the answer that asks for it, `fix` "chosen" or NULL */
    size_t method_count;
    char *plan;                  /* rendered */
    uint64_t plan_changes, forecast_ms;
    struct {
        enum step_state state;
        uint64_t ms;
        char *text;              /* title; the error when it failed */
    } steps[MODEL_STEPS];
    int step;                    /* current, 1..14; 0: none */
    char *change;                /* the current change */
    uint64_t done, total, rate;  /* of the current progress; total 0: none */
    bool master_down;
    uint64_t down_since_ms, downtime_ms; /* the clock runs from down_since_ms while master_down */
    char *log[MODEL_LOG];        /* ring: log_next is the oldest when full */
    size_t log_next, log_count;
    struct model_check *proofs;
    size_t proof_count;
    char *status;                /* the slave's status, \G form */
    struct strings notes;        /* "warning: ..." */
    bool ended, ok;
    char *verdict, *advice, *run_id;
    uint64_t shipped_bytes, total_ms;
};

void model_init(struct model *model);
/* now_ms: clock_ms() when the event arrived. */
void model_apply(struct model *model, const struct event *event, uint64_t now_ms);
void model_reset_look(struct model *model); /* checks and plan go, before another engine_look() */
const char *model_log_line(const struct model *model, size_t from_newest); /* NULL past the end */
void model_free(struct model *model);

#endif
