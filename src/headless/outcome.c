/* What the last line or object of a run tells, gathered from its events. */
#include "config.h"

#include "headless.h"

#include <stdlib.h>
#include "base/mem.h"

static void take_check(struct outcome *outcome, const struct event *event)
{
    outcome->checks = mem_grow(outcome->checks, outcome->check_count + 1, sizeof *outcome->checks);
    outcome->checks[outcome->check_count++] = (struct outcome_check){
        .id = mem_dup(event->id),
        .text = mem_dup(event->text),
        .ok = event->verdict != CHECK_REFUSED,
    };
}

static void replace(char **place, const char *text)
{
    free(*place);
    *place = mem_dup(text);
}

static void take_result(struct outcome *outcome, const struct event *event)
{
    outcome->seen = true;
    outcome->ok = event->ok;
    replace(&outcome->run, event->id);
    replace(&outcome->verdict, event->text);
    replace(&outcome->advice, event->fix);
    outcome->downtime_ms = event->downtime_ms;
    outcome->shipped_bytes = event->done;
    outcome->total_ms = event->ms;
}

void outcome_take(struct outcome *outcome, const struct event *event)
{
    if (event->kind == EVENT_CHECK || event->kind == EVENT_PROOF) {
        take_check(outcome, event);
    } else if (event->kind == EVENT_PLAN) {
        replace(&outcome->plan, event->text);
        outcome->changes = event->ms;
        outcome->forecast_ms = event->done;
    } else if (event->kind == EVENT_RESULT) {
        take_result(outcome, event);
    }
}

void outcome_free(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->check_count; i++) {
        free(outcome->checks[i].id);
        free(outcome->checks[i].text);
    }
    strings_free(&outcome->carried);
    strings_free(&outcome->stayed);
    for (size_t i = 0; i < outcome->slave_count; i++) {
        free(outcome->slaves[i].section);
        free(outcome->slaves[i].host);
        free(outcome->slaves[i].state);
        free(outcome->slaves[i].run);
        free(outcome->slaves[i].verdict);
    }
    free(outcome->slaves);
    free(outcome->checks);
    free(outcome->run);
    free(outcome->verdict);
    free(outcome->advice);
    free(outcome->report);
    free(outcome->plan);
    *outcome = (struct outcome){ .seen = false };
}
