#include "care/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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

static void add_lines(struct buf *to, const char *indent, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;)
        buf_addf(to, "%s%s\n", line == copy ? "" : indent, line);
    free(copy);
}

static void add_seen(struct buf *to, const struct diagnosed *found)
{
    buf_adds(to, "    seen:   ");
    add_lines(to, "            ", found->evidence);
}

static void add_found(struct buf *to, const struct diagnosed *found, size_t number, const struct diagnosis_words *words)
{
    const struct symptom *symptom = found->symptom;
    buf_addf(to, "\n%zu. %s: %s\n", number, symptom->id, symptom->title);
    if (!words->seen_last)
        add_seen(to, found);
    buf_addf(to, "    means:  %s\n    safe:   %s\n", symptom->means, symptom->safe);
    for (size_t i = 0; i < found->fix_count; i++)
        buf_addf(to, "    %-7s %s%-14s %s\n", i == 0 ? "fix:" : "or:", words->fix, found->fixes[i]->id, found->fixes[i]->title);
    if (symptom->anew != ANEW_NO)
        buf_addf(to, "    or:     %s%s\n", words->anew, symptom->anew == ANEW_TABLE ? words->table : "");
    if (words->seen_last)
        add_seen(to, found);
}

void diagnosis_render(const struct diagnosis *diagnosis, const struct diagnosis_words *words, struct buf *to)
{
    if (diagnosis->count == 0) {
        buf_adds(to, "OK: nothing is wrong that could be seen\n");
        return;
    }
    buf_addf(to, "%s: %zu thing%s found\n", diagnosis->sick ? "SICK" : "ODD", diagnosis->count, diagnosis->count == 1 ? "" : "s");
    if (diagnosis->sick && words->first != NULL)
        buf_addf(to, "First of all let reports read from the master again: %s\n", words->first);
    for (size_t i = 0; i < diagnosis->count; i++)
        add_found(to, &diagnosis->found[i], i + 1, words);
}

void fix_plan_render(const struct plan *plan, struct buf *to)
{
    for (size_t i = 0; i < plan->count; i++)
        change_render(&plan->changes[i], to);
    for (size_t i = 0; i < plan->note_count; i++)
        buf_addf(to, "  note: %s\n", plan->notes[i].text);
    buf_trim(to);
    buf_addc(to, '\n');
}

static int agree(const struct world *world, const struct question *question, const char *refused, struct err *err)
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
    return agree(&care->world, &(struct question){ .kind = QUESTION_YES_NO, .text = text }, "not wanted: nothing was touched", err);
}

int fix_agree(struct trouble *trouble, const struct fix *fix, const struct plan *plan, struct err *err)
{
    const struct world *world = &trouble->care->world;
    const char *slave = world->answers->slave.host;
    struct question question = { .kind = QUESTION_YES_NO };
    char *text;
    if (plan_destroys(plan)) {
        text = mem_printf("%s takes something away from the slave. Type the slave's host to do it: %s", fix->id, slave);
        question = (struct question){ .kind = QUESTION_CONFIRM, .expected = slave };
    } else {
        text = mem_printf("%s: shall it be done?", fix->title);
    }
    question.text = text;
    const int rc = agree(world, &question, "not confirmed: nothing was done", err);
    free(text);
    return rc;
}
