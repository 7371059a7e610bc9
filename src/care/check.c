/* The judgement is a table: what is looked at, and what it comes to. */
#include "care/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/status.h"

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

static void find(struct check_report *report, const char *id, enum care_verdict severity, const char *fix, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void find(struct check_report *report, const char *id, enum care_verdict severity, const char *fix, const char *format, ...)
{
    static const int weight[] = { [CARE_OK] = 0, [CARE_UNKNOWN] = 1, [CARE_WARNING] = 2, [CARE_CRITICAL] = 3 };
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    report->findings = mem_grow(report->findings, report->count + 1, sizeof *report->findings);
    report->findings[report->count++] =
        (struct finding){ .id = id, .severity = severity, .text = printable(text), .fix = printable(fix) };
    if (weight[severity] > weight[report->verdict])
        report->verdict = severity;
}

static void judge_io(struct check_report *report, const struct slave_status *status)
{
    const char *error = status->last_io_error != NULL ? status->last_io_error : "";
    if (strcmp(report->io_running, "Yes") == 0)
        find(report, "io-thread", CARE_OK, "", "the IO thread runs: it fetches from %s", status->master_host);
    else if (error[0] != '\0')
        find(report, "io-thread", CARE_CRITICAL, "see the error: network, account, password, purged binary log, equal server ids",
             "the IO thread is %s: error %u: %s", report->io_running, status->last_io_errno, error);
    else
        find(report, "io-thread", CARE_CRITICAL, "START SLAVE on the slave, then check again",
             "the IO thread is %s, without an error", report->io_running);
}

static void judge_sql(struct check_report *report, const struct slave_status *status)
{
    const char *error = status->last_sql_error != NULL ? status->last_sql_error : "";
    if (strcmp(report->sql_running, "Yes") == 0)
        find(report, "sql-thread", CARE_OK, "", "the SQL thread runs: it executes what was fetched");
    else if (error[0] != '\0')
        find(report, "sql-thread", CARE_CRITICAL, "the slave's data differs from the master's, or a statement cannot be done there: look "
             "at the error before anything is skipped", "the SQL thread stopped with error %u: %s", status->last_sql_errno, error);
    else
        find(report, "sql-thread", CARE_CRITICAL, "somebody stopped or killed it: START SLAVE on the slave, then check again",
             "the SQL thread is stopped, without an error");
}

static void judge_delay(struct check_report *report)
{
    const long long behind = report->seconds_behind;
    if (behind < 0)
        return; /* a thread that does not run says more */
    find(report, "delay", behind >= CHECK_DELAY_CRITICAL_S ? CARE_CRITICAL : behind >= CHECK_DELAY_WARNING_S ? CARE_WARNING : CARE_OK,
         behind >= CHECK_DELAY_WARNING_S ? "look at what runs on the slave: SHOW PROCESSLIST" : "", "the slave is %lld s behind", behind);
}

static void take_status(struct check_report *report, const struct slave_status *status)
{
    struct buf text = BUF_INIT;
    report->io_running = mem_dup(status->io_running != NULL ? status->io_running : "");
    report->sql_running = mem_dup(status->sql_running != NULL ? status->sql_running : "");
    report->seconds_behind = status->seconds_behind;
    slave_status_render(status, &text);
    report->status = buf_steal(&text);
}

static void judge_slave(struct care *care, struct check_report *report)
{
    const struct slave_status *status = &care->world.facts.slave.slave_status;
    if (!care->sides[SIDE_SLAVE].server) {
        const bool host = care->sides[SIDE_SLAVE].host;
        find(report, "slave", host ? CARE_CRITICAL : CARE_UNKNOWN, care->sides[SIDE_SLAVE].why.hint, "%s", care->sides[SIDE_SLAVE].why.text);
        return;
    }
    if (!status->configured) {
        find(report, "configured", CARE_CRITICAL, "dualserver setup makes it a slave", "%s is no slave of anybody",
             care->world.facts.slave.host);
        return;
    }
    take_status(report, status);
    judge_io(report, status);
    judge_sql(report, status);
    judge_delay(report);
}

static void judge_master(struct care *care, struct check_report *report)
{
    if (care->sides[SIDE_MASTER].server)
        return;
    find(report, "master", care->sides[SIDE_MASTER].host ? CARE_CRITICAL : CARE_WARNING, care->sides[SIDE_MASTER].why.hint, "%s",
         care->sides[SIDE_MASTER].why.text);
}

int care_check(struct care *care, struct check_report *report, struct err *err)
{
    *report = (struct check_report){ .seconds_behind = -1 };
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        care_look(care, side);
        if (care->sides[side].why.code == ERR_CANCELLED) {
            *err = care->sides[side].why;
            return -1;
        }
    }
    judge_slave(care, report);
    judge_master(care, report);
    if (report->io_running == NULL)
        report->io_running = mem_dup("");
    if (report->sql_running == NULL)
        report->sql_running = mem_dup("");
    return 0;
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

void check_report_line(const struct check_report *report, struct buf *to)
{
    const struct finding *first = worst(report);
    buf_adds(to, "DUALSERVER ");
    for (const char *word = care_verdict_word(report->verdict); *word != '\0'; word++)
        buf_addc(to, (char)(*word - 'a' + 'A'));
    buf_adds(to, " - ");
    if (report->verdict == CARE_OK)
        buf_addf(to, "IO %s, SQL %s, %lld s behind", report->io_running, report->sql_running, report->seconds_behind);
    else
        add_plugin_text(to, first != NULL ? first->text : "nothing could be seen");
    buf_adds(to, " | delay=");
    if (report->seconds_behind >= 0)
        buf_addf(to, "%lld", report->seconds_behind);
    else
        buf_adds(to, "U");
    buf_addf(to, "%s;%d;%d", report->seconds_behind >= 0 ? "s" : "", CHECK_DELAY_WARNING_S, CHECK_DELAY_CRITICAL_S);
}

void check_report_free(struct check_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free(report->findings[i].text);
        free(report->findings[i].fix);
    }
    free(report->findings);
    free(report->io_running);
    free(report->sql_running);
    free(report->status);
    *report = (struct check_report){ .seconds_behind = -1 };
}
