/* Events as JSON, one object a line. CONTRACT.md names the events step, progress, note and result; the others come with
 * names of their own, and a reader may skip what it does not know. */
#include "config.h"

#include "care/carry_out.h"
#include "engine/runs.h"
#include "headless.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static void put_text(json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text != NULL ? text : ""));
}

static void put_optional(json_object *object, const char *key, const char *text)
{
    if (text != NULL)
        put_text(object, key, text);
}

static void put_number(json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_int64(number > INT64_MAX ? INT64_MAX : (int64_t)number));
}

static void put_bool(json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

static void print_object(json_object *object)
{
    /* a reader that went away must not end the run: the journal has it all */
    (void)puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    (void)fflush(stdout);
    json_object_put(object);
}

static void fill_phase(json_object *object, const struct event *event)
{
    static const char *const names[] = { "start", "connect", "discover", "check", "plan", "run", "prove", "end" };
    put_text(object, "phase", names[event->phase]);
    put_text(object, "text", event->text);
}

static void fill_check(json_object *object, const struct event *event)
{
    static const char *const names[] = { "ok", "warning", "refused" };
    put_text(object, "id", event->id);
    put_text(object, "verdict", names[event->verdict]);
    put_text(object, "text", event->text);
    put_optional(object, "why", event->why);
    put_optional(object, "fix", event->fix);
}

static void fill_plan(json_object *object, const struct event *event)
{
    put_number(object, "changes", event->ms);
    put_number(object, "forecast_ms", event->done);
    put_text(object, "text", event->text);
}

static void fill_method(json_object *object, const struct event *event)
{
    put_text(object, "id", event->id);
    put_text(object, "copy", event->why);
    put_bool(object, "possible", event->verdict == CHECK_OK);
    put_bool(object, "chosen", event->ok);
    put_number(object, "downtime_ms", event->downtime_ms);
    put_number(object, "total_ms", event->ms);
    put_number(object, "disk_master", event->done);
    put_number(object, "disk_slave", event->total);
    put_text(object, "text", event->text);
}

static void fill_step(json_object *object, const struct event *event)
{
    static const char *const names[] = { "pending", "begin", "done", "skipped", "failed", "undone" };
    put_number(object, "step", (uint64_t)event->step);
    put_text(object, "id", event->id);
    put_text(object, "state", names[event->state]);
    put_number(object, "ms", event->ms);
    put_optional(object, "text", event->text);
}

static void fill_change(json_object *object, const struct event *event)
{
    put_number(object, "step", (uint64_t)event->step);
    put_text(object, "text", event->text);
}

static void fill_command(json_object *object, const struct event *event)
{
    put_text(object, "server", event->side == SIDE_MASTER ? "master" : "slave");
    put_text(object, "text", event->text);
}

static void fill_progress(json_object *object, const struct event *event)
{
    put_number(object, "step", (uint64_t)event->step);
    put_number(object, "done", event->done);
    put_number(object, "total", event->total);
    put_number(object, "rate", event->rate);
}

static void fill_downtime(json_object *object, const struct event *event)
{
    put_text(object, "state", event->done != 0 ? "begin" : "end");
    put_number(object, "ms", event->ms);
}

static void fill_note(json_object *object, const struct event *event)
{
    static const char *const names[] = { "info", "warning", "error" };
    put_text(object, "severity", names[event->severity]);
    put_text(object, "text", event->text);
    put_optional(object, "fix", event->fix);
}

static void fill_proof(json_object *object, const struct event *event)
{
    put_text(object, "id", event->id);
    put_bool(object, "ok", event->verdict != CHECK_REFUSED);
    put_text(object, "text", event->text);
}

static void fill_status(json_object *object, const struct event *event)
{
    put_text(object, "text", event->text);
}

static const struct {
    const char *name;
    void (*fill)(json_object *object, const struct event *event);
} kinds[] = {
    [EVENT_PHASE] = { "phase", fill_phase },       [EVENT_CHECK] = { "check", fill_check },
    [EVENT_PLAN] = { "plan", fill_plan },          [EVENT_METHOD] = { "method", fill_method },
    [EVENT_STEP] = { "step", fill_step },
    [EVENT_CHANGE] = { "change", fill_change },    [EVENT_COMMAND] = { "command", fill_command },
    [EVENT_PROGRESS] = { "progress", fill_progress }, [EVENT_DOWNTIME] = { "downtime", fill_downtime },
    [EVENT_NOTE] = { "note", fill_note },          [EVENT_PROOF] = { "proof", fill_proof },
    [EVENT_STATUS] = { "status", fill_status },
};

void output_json(const struct output *output, const struct event *event)
{
    /* the result is printed last, by output_json_end() */
    if ((size_t)event->kind >= sizeof kinds / sizeof kinds[0])
        return;
    if (event->kind == EVENT_COMMAND && !output->verbose)
        return;
    json_object *object = json_object_new_object();
    put_text(object, "event", kinds[event->kind].name);
    kinds[event->kind].fill(object, event);
    print_object(object);
}

void output_json_check(const struct check_report *report)
{
    json_object *object = json_object_new_object(), *findings = json_object_new_array();
    put_text(object, "verdict", care_verdict_word(report->verdict));
    put_text(object, "io_running", report->io_running);
    put_text(object, "sql_running", report->sql_running);
    if (report->seconds_behind >= 0)
        put_number(object, "seconds_behind", (uint64_t)report->seconds_behind);
    else
        json_object_object_add(object, "seconds_behind", NULL);
    if (report->lag_ms >= 0)
        put_number(object, "lag_ms", (uint64_t)report->lag_ms);
    for (size_t i = 0; i < report->count; i++) {
        json_object *finding = json_object_new_object();
        put_text(finding, "id", report->findings[i].id);
        put_text(finding, "severity", care_verdict_word(report->findings[i].severity));
        put_text(finding, "text", report->findings[i].text);
        put_text(finding, "fix", report->findings[i].fix);
        json_object_array_add(findings, finding);
    }
    json_object_object_add(object, "findings", findings);
    print_object(object);
}

static void put_plan(json_object *object, const struct plan *plan)
{
    struct buf text = BUF_INIT;
    care_plan_render(plan, &text);
    put_number(object, "changes", plan->count);
    put_text(object, "plan", buf_str(&text));
    buf_free(&text);
}

static void put_trial(json_object *object, const struct billing_trial *trial)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < trial->count; i++) {
        json_object *check = json_object_new_object();
        put_text(check, "id", trial->items[i].id);
        put_bool(check, "ok", trial->items[i].ok);
        put_text(check, "text", trial->items[i].text);
        json_object_array_add(array, check);
    }
    json_object_object_add(object, "checks", array);
}

static void put_billing(json_object *object, const struct billing *billing)
{
    put_optional(object, "file", billing->file);
    put_optional(object, "backup", billing->backup);
    put_optional(object, "paste", billing->paste);
    put_optional(object, "outcome", billing->outcome);
}

static void put_logs(json_object *object, const char *key, const struct log_files *logs, size_t goes)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < logs->count; i++) {
        json_object *log = json_object_new_object();
        put_text(log, "name", logs->items[i].name);
        put_number(log, "bytes", logs->items[i].size);
        put_bool(log, "goes", i < goes);
        json_object_array_add(array, log);
    }
    json_object_object_add(object, key, array);
}

static void put_maintain(json_object *object, const struct maintain *maintain)
{
    json_object *readers = json_object_new_array();
    put_logs(object, "binary_logs", &maintain->binlogs, maintain->verdict.goes);
    put_logs(object, "relay_logs", &maintain->relay_logs, 0);
    put_number(object, "freed_bytes", maintain->freed);
    put_optional(object, "expiry", maintain->expiry);
    for (size_t i = 0; i < maintain->readers.count; i++) {
        const struct log_reader *from = &maintain->readers.items[i];
        json_object *reader = json_object_new_object();
        put_text(reader, "name", from->name);
        put_bool(reader, "known", from->file != NULL);
        put_optional(reader, "executed", from->file);
        put_optional(reader, "why", from->why);
        put_optional(reader, "advice", from->advice);
        json_object_array_add(readers, reader);
    }
    json_object_object_add(object, "readers", readers);
}

void output_json_care(const struct care_outcome *outcome)
{
    json_object *object = json_object_new_object();
    put_bool(object, "ok", outcome->ok);
    put_text(object, "state", outcome->state);
    if (outcome->plan != NULL)
        put_plan(object, outcome->plan);
    if (outcome->billing != NULL)
        put_billing(object, outcome->billing);
    if (outcome->trial != NULL)
        put_trial(object, outcome->trial);
    if (outcome->maintain != NULL)
        put_maintain(object, outcome->maintain);
    if (outcome->err != NULL) {
        put_text(object, "error", outcome->err->text);
        put_text(object, "hint", outcome->err->hint);
    }
    print_object(object);
}

static json_object *finding_object(const struct diagnosed *found)
{
    json_object *object = json_object_new_object(), *fixes_array = json_object_new_array();
    put_text(object, "id", found->symptom->id);
    put_text(object, "severity", care_verdict_word(found->symptom->severity));
    put_text(object, "title", found->symptom->title);
    put_text(object, "evidence", found->evidence);
    put_text(object, "means", found->symptom->means);
    put_text(object, "safe", found->symptom->safe);
    if (found->symptom->anew != ANEW_NO)
        put_text(object, "anew", found->symptom->anew == ANEW_TABLE ? "dualserver reprovision --table NAME" : "dualserver reprovision");
    for (size_t i = 0; i < found->fix_count; i++) {
        json_object *fix = json_object_new_object();
        put_text(fix, "id", found->fixes[i]->id);
        put_text(fix, "title", found->fixes[i]->title);
        json_object_array_add(fixes_array, fix);
    }
    json_object_object_add(object, "fixes", fixes_array);
    return object;
}

void output_json_diagnosis(const struct diagnosis *diagnosis, const char *first)
{
    json_object *object = json_object_new_object(), *findings = json_object_new_array();
    put_text(object, "verdict", diagnosis->count == 0 ? "ok" : diagnosis->sick ? "sick" : "odd");
    put_text(object, "first", first);
    for (size_t i = 0; i < diagnosis->count; i++)
        json_object_array_add(findings, finding_object(&diagnosis->found[i]));
    json_object_object_add(object, "findings", findings);
    print_object(object);
}

void output_json_fix(const char *symptom, const char *fix, const char *plan, const struct err *failed, bool pending)
{
    json_object *object = json_object_new_object();
    put_text(object, "event", pending ? "plan" : "result");
    put_bool(object, "ok", failed == NULL);
    put_text(object, "symptom", symptom);
    put_text(object, "fix", fix);
    put_text(object, "plan", plan);
    put_text(object, "verdict", failed != NULL ? failed->text : pending ? "pending" : "fixed");
    print_object(object);
}

/* Where a run stands: one object. */
void output_json_past(const struct past *past)
{
    json_object *object = json_object_new_object();
    put_text(object, "run", past != NULL ? past->run : "");
    if (past != NULL) {
        const enum past_state state = past_state(past);
        put_text(object, "state", past_state_word(state));
        put_text(object, "next", past_next(state));
        put_text(object, "master", past->hosts[0]);
        put_text(object, "slave", past->hosts[1]);
        put_text(object, "database", past->database);
        put_text(object, "began", past->began);
        put_text(object, "last", past->last);
        put_number(object, "step", (uint64_t)past->step);
        put_bool(object, "step_done", past->step_done);
        put_text(object, "verdict", past->verdict);
        put_number(object, "spoilt_lines", past->spoilt);
    }
    print_object(object);
}

static json_object *checks_array(const struct outcome *outcome)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < outcome->check_count; i++) {
        json_object *check = json_object_new_object();
        put_text(check, "id", outcome->checks[i].id);
        put_bool(check, "ok", outcome->checks[i].ok);
        put_text(check, "text", outcome->checks[i].text);
        json_object_array_add(array, check);
    }
    return array;
}

static void put_list(json_object *object, const char *key, const struct strings *list)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < list->count; i++)
        json_object_array_add(array, json_object_new_string(list->items[i]));
    json_object_object_add(object, key, array);
}

static json_object *slaves_array(const struct outcome *outcome)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < outcome->slave_count; i++) {
        const struct slave_outcome *from = &outcome->slaves[i];
        json_object *slave = json_object_new_object();
        put_text(slave, "section", from->section);
        put_text(slave, "host", from->host);
        put_text(slave, "state", from->state);
        put_optional(slave, "run", from->run);
        put_optional(slave, "verdict", from->verdict);
        put_number(slave, "downtime_ms", from->downtime_ms);
        put_number(slave, "shipped_bytes", from->shipped_bytes);
        put_number(slave, "total_ms", from->total_ms);
        json_object_array_add(array, slave);
    }
    return array;
}

void output_json_end(const struct outcome *outcome, const struct err *err)
{
    json_object *object = json_object_new_object();
    put_text(object, "event", "result");
    put_bool(object, "ok", outcome->ok);
    put_text(object, "run", outcome->run);
    put_text(object, "verdict", outcome->verdict);
    put_number(object, "downtime_ms", outcome->downtime_ms);
    put_number(object, "shipped_bytes", outcome->shipped_bytes);
    put_number(object, "total_ms", outcome->total_ms);
    json_object_object_add(object, "checks", checks_array(outcome));
    if (outcome->plan != NULL) {
        put_number(object, "changes", outcome->changes);
        put_number(object, "forecast_ms", outcome->forecast_ms);
        put_text(object, "plan", outcome->plan);
    }
    put_optional(object, "way", outcome->way);
    if (outcome->way != NULL && strcmp(outcome->way, "everything") != 0) {
        put_list(object, "carried", &outcome->carried);
        put_list(object, "stayed", &outcome->stayed);
    }
    if (outcome->slave_count > 0)
        json_object_object_add(object, "slaves", slaves_array(outcome));
    put_optional(object, "next", outcome->advice);
    put_optional(object, "report", outcome->report);
    if (err->code != ERR_NONE) {
        put_text(object, "error", err->text);
        put_text(object, "hint", err->hint);
    }
    print_object(object);
}
