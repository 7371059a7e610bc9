#include "care/words.h"

#include <stdio.h>

#include "base/quote.h"

void check_report_render(const struct check_report *report, struct buf *to)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = &report->findings[i];
        buf_addf(to, "%-9s %-20s %s\n", care_verdict_word(finding->severity), finding->id, finding->text);
        if (finding->fix[0] != '\0')
            buf_addf(to, "%-30s do: %s\n", "", finding->fix);
    }
    if (report->status != NULL)
        buf_addf(to, "\n%s", report->status);
}

void billing_trial_render(const struct billing_trial *trial, bool failed_only, struct buf *to)
{
    for (size_t i = 0; i < trial->count; i++)
        if (!failed_only || !trial->items[i].ok)
            buf_addf(to, "%-6s %-7s %s\n", trial->items[i].ok ? "ok" : "FAILED", trial->items[i].id, trial->items[i].text);
    buf_addf(to, "%s\n", trial->ok ? "the report program can read from the slave"
                                   : "reports would fail; `dualserver billing --off` has them read from the master");
}

void billing_paste_render(const struct billing *billing, struct buf *to)
{
    if (billing->paste != NULL)
        buf_addf(to, "The answers name no billing_ini. These lines belong into the report program's configuration on the master:\n\n%s\n",
                 billing->paste);
}

void billing_outcome_render(const struct billing *billing, bool done, struct buf *to)
{
    if (done)
        buf_addf(to, "done: %s\n", billing->outcome);
    else if (billing->paste == NULL)
        buf_addf(to, "nothing to do: %s\n", billing->outcome);
    if (billing->backup != NULL)
        buf_addf(to, "the old content is in %s\n", billing->backup);
}

void maintain_outcome_render(const struct maintain *maintain, struct buf *to)
{
    buf_addf(to, "done: %zu binary logs purged, ", maintain->verdict.goes);
    quote_size(to, maintain->freed);
    buf_adds(to, " freed\n");
}

int care_ask(const struct world *world, const struct question *question, const char *refused, struct err *err)
{
    struct answer answer = { .yes = false };
    if (world->port->ask(world->port->context, question, &answer, err) != 0)
        return -1;
    return answer.yes ? 0 : err_set(err, ERR_REFUSED, "%s", refused);
}

int care_agree(struct care *care, size_t changes, struct err *err)
{
    char text[80];
    (void)snprintf(text, sizeof text, changes == 1 ? "Make this change?" : "Make these %zu changes?", changes);
    return care_ask(&care->world, &(struct question){ .kind = QUESTION_YES_NO, .text = text }, "not wanted: nothing was touched", err);
}
