#include "care/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/deep.h"
#include "care/doubt.h"
#include "care/judge.h"
#include "care/sight.h"

static const char *const words[] = {
    [CARE_OK] = "ok", [CARE_WARNING] = "warning", [CARE_CRITICAL] = "critical", [CARE_UNKNOWN] = "unknown"
};

const char *care_verdict_word(enum care_verdict verdict)
{
    return words[verdict];
}

static char *printable(const char *text)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, text, strlen(text), 0);
    return buf_steal(&shown);
}

static void add_finding(struct check_report *report, const char *id, enum care_verdict severity, const char *fix, const char *text)
{
    static const int weight[] = { [CARE_OK] = 0, [CARE_UNKNOWN] = 1, [CARE_WARNING] = 2, [CARE_CRITICAL] = 3 };
    report->findings = mem_grow(report->findings, report->count + 1, sizeof *report->findings);
    report->findings[report->count++] =
        (struct finding){ .id = id, .severity = severity, .text = printable(text), .fix = printable(fix) };
    if (weight[severity] > weight[report->verdict])
        report->verdict = severity;
}

void check_find(struct check_report *report, const char *id, enum care_verdict severity, const char *fix, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_finding(report, id, severity, fix, text);
}

void check_measure(struct check_report *report, const char *label, const char *value, const char *unit, const char *warning,
                   const char *critical)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%s%s", value != NULL ? value : "U", value != NULL ? unit : "");
    if (warning[0] != '\0')
        buf_addf(&text, ";%s;%s", warning, critical);
    report->measures = mem_grow(report->measures, report->measure_count + 1, sizeof *report->measures);
    report->measures[report->measure_count++] = (struct measure){ .label = label, .text = buf_steal(&text) };
}

static void take_status(struct check_report *report, const struct slave_status *status)
{
    struct buf text = BUF_INIT;
    if (!status->configured)
        return;
    free(report->io_running);
    free(report->sql_running);
    report->io_running = mem_dup(status->io_running);
    report->sql_running = mem_dup(status->sql_running);
    report->seconds_behind = status->seconds_behind;
    slave_status_render(status, &text);
    report->status = buf_steal(&text);
}

static bool found(const struct check_report *report, const char *id, enum care_verdict severity)
{
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->findings[i].id, id) == 0 && report->findings[i].severity == severity)
            return true;
    return false;
}

/* A change was skipped on this slave: until every table agrees it may lack something. */
static void judge_doubts(const struct care *care, const struct check_wish *wish, struct check_report *report)
{
    const struct answers *answers = care->world.answers;
    struct strings tables = { .count = 0 };
    struct err err = ERR_INIT;
    if (wish->state_dir != NULL)
        doubt_read(wish->state_dir, answers, &tables);
    if (tables.count > 0 && (!found(report, "checksums", CARE_OK) || doubt_clear(wish->state_dir, answers, &err) != 0))
        check_find(report, "doubtful", CARE_WARNING, "dualserver check --deep compares, dualserver reprovision makes it right",
                   "since a change was skipped the slave may lack rows of %s%.200s%s: no comparison has shown that it is right",
                   strcmp(tables.items[0], DOUBT_ALL) == 0 ? "any table" : "table ",
                   strcmp(tables.items[0], DOUBT_ALL) == 0 ? "" : tables.items[0], tables.count > 1 ? " and others" : "");
    strings_free(&tables);
}

static int check_pair(struct care *care, const struct check_wish *wish, struct check_report *report, struct err *err)
{
    struct sight sight;
    check_report_init(report);
    int rc = sight_take(care, wish->state_dir, &sight, err);
    if (rc == 0) {
        if (care->sides[SIDE_SLAVE].server)
            take_status(report, &care->world.facts.slave.slave_status);
        check_judge(report, &sight);
        if (wish->deep)
            rc = care_deep(care, report, err);
    }
    if (rc == 0)
        judge_doubts(care, wish, report);
    sight_free(&sight);
    if (rc != 0)
        check_report_free(report);
    return rc;
}

/* What was found of a further slave, but for the master's own part, which stands there already. */
static void take_over(struct check_report *report, const struct check_report *further, const char *name)
{
    for (size_t i = 0; i < further->count; i++) {
        const struct finding *finding = &further->findings[i];
        bool known = false;
        for (size_t k = 0; k < report->count; k++)
            known = known || (strcmp(report->findings[k].id, finding->id) == 0 && strcmp(report->findings[k].text, finding->text) == 0);
        if (known)
            continue;
        char *text = mem_printf("[slave %s] %s", name, finding->text);
        add_finding(report, finding->id, finding->severity, finding->fix, text);
        free(text);
    }
}

/* The same answers, with that slave in the first one's place. */
static int check_further(const struct care *care, size_t index, const struct check_wish *wish, struct check_report *report,
                         struct err *err)
{
    const struct answers answers = answers_of_pair(care->world.answers, index + 1);
    struct check_report further;
    struct care own;
    care_begin(&own, &answers, care->world.port);
    const int rc = check_pair(&own, wish, &further, err);
    if (rc == 0) {
        take_over(report, &further, care->world.answers->more_slaves[index].name);
        check_report_free(&further);
    }
    care_end(&own);
    return rc;
}

int care_check(struct care *care, const struct check_wish *wish, struct check_report *report, struct err *err)
{
    const struct answers *answers = care->world.answers;
    int rc = check_pair(care, wish, report, err);
    for (size_t i = 0; rc == 0 && i < answers->more_count; i++) {
        rc = check_further(care, i, wish, report, err);
        if (rc != 0)
            check_report_free(report);
    }
    return rc;
}

static const struct finding *worst(const struct check_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].severity == report->verdict)
            return &report->findings[i];
    return NULL;
}

/* Plugin texts end at a newline, and a bar begins the performance data. */
static void add_plugin_text(struct buf *to, const char *text)
{
    for (; *text != '\0'; text++)
        buf_addc(to, *text == '|' || *text == '\n' ? ' ' : *text);
}

static void add_ok(const struct check_report *report, struct buf *to)
{
    buf_addf(to, "IO %s, SQL %s, %lld s behind", report->io_running, report->sql_running, report->seconds_behind);
    if (report->lag_ms >= 0)
        buf_addf(to, ", %lld ms measured", report->lag_ms);
}

void check_report_line(const struct check_report *report, struct buf *to)
{
    const struct finding *first = worst(report);
    size_t others = 0;
    buf_adds(to, "DUALSERVER ");
    for (const char *word = care_verdict_word(report->verdict); *word != '\0'; word++)
        buf_addc(to, (char)(*word - 'a' + 'A'));
    buf_adds(to, " - ");
    if (report->verdict == CARE_OK)
        add_ok(report, to);
    else
        add_plugin_text(to, first != NULL ? first->text : "nothing could be seen");
    for (size_t i = 0; i < report->count; i++)
        others += report->findings[i].severity != CARE_OK && &report->findings[i] != first;
    if (others > 0)
        buf_addf(to, " (and %zu more)", others);
    for (size_t i = 0; i < report->measure_count; i++)
        buf_addf(to, "%s%s=%s", i == 0 ? " | " : " ", report->measures[i].label, report->measures[i].text);
}

void check_report_init(struct check_report *report)
{
    *report = (struct check_report){ .io_running = mem_dup(""), .sql_running = mem_dup(""), .seconds_behind = -1, .lag_ms = -1 };
}

void check_report_unknown(struct check_report *report, const struct err *err)
{
    check_report_init(report);
    add_finding(report, "begin", CARE_UNKNOWN, err->hint, err->text);
}

void check_report_free(struct check_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free(report->findings[i].text);
        free(report->findings[i].fix);
    }
    for (size_t i = 0; i < report->measure_count; i++)
        free(report->measures[i].text);
    free(report->findings);
    free(report->measures);
    free(report->io_running);
    free(report->sql_running);
    free(report->status);
    *report = (struct check_report){ .seconds_behind = -1, .lag_ms = -1 };
}
