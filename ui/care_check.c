/* Check as a page: the findings, the worst first, then the slave's status. */
#include "ui/care.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "care/words.h"

#define DEEP "deep"
#define MARK "-> " /* of slave_status_render() */

static void worst_first(struct check_report *report)
{
    static const enum care_verdict order[] = { CARE_CRITICAL, CARE_WARNING, CARE_UNKNOWN, CARE_OK };
    struct finding *sorted = mem_alloc((report->count + 1) * sizeof *sorted);
    size_t n = 0;
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
        for (size_t i = 0; i < report->count; i++)
            if (report->findings[i].severity == order[k])
                sorted[n++] = report->findings[i];
    free(report->findings);
    report->findings = sorted;
}

/* What is for a monitoring system's graphs is left out. */
static void add_verdict(const struct check_report *report, struct buf *to)
{
    struct buf line = BUF_INIT;
    check_report_line(report, &line);
    const char *bar = strchr(buf_str(&line), '|');
    buf_add(to, buf_str(&line), bar != NULL ? (size_t)(bar - buf_str(&line)) : line.len);
    buf_trim(to);
    buf_addc(to, '\n');
    buf_free(&line);
}

/* The three lines that matter of the slave's status, which stands in whole below. */
static void add_marked(const struct check_report *report, struct buf *to)
{
    char *copy = mem_dup(report->status != NULL ? report->status : ""), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;)
        if (strncmp(line, MARK, sizeof MARK - 1) == 0)
            buf_addf(to, MARK "%s\n", line + sizeof MARK - 1 + strspn(line + sizeof MARK - 1, " "));
    buf_addc(to, '\n');
    free(copy);
}

static int show(struct care_work *work, const char *what, struct err *err)
{
    const struct check_wish wish = { .state_dir = work->state_dir, .deep = strcmp(what, DEEP) == 0 };
    struct check_report report;
    if (care_check(&work->care, &wish, &report, err) != 0)
        return -1;
    worst_first(&report);
    add_verdict(&report, &work->said);
    add_marked(&report, &work->said);
    check_report_render(&report, &work->said);
    check_report_free(&report);
    return 0;
}

const struct care_action care_check_action = {
    .id = "check", .help = "page-check", .key = 'c', .label = "check", .title = "Check", .means = "is replication right? changes nothing",
    .show = show,
    .ways = { { 'd', "deep: compare all data", DEEP } },
};
