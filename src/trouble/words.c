#include "trouble/words.h"

#include <stdlib.h>

#include "base/mem.h"
#include "care/words.h"

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
    const int rc = care_ask(world, &question, "not confirmed: nothing was done", err);
    free(text);
    return rc;
}
