/* What a sick slave needs: its symptoms, judged. Pure. */
#include "trouble/reprovision.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixes_room.h"
#include "symptoms_room.h"

/* What the table of symptoms does not tell by itself. */
static const struct {
    const char *symptom;
    enum { PASS, CARRY, ALL, REFUSE } what;
} special[] = {
    { "lag", PASS },           { "events", PASS },         { "master-read-only", PASS }, { "doubtful", PASS },
    { "duplicate-key", CARRY }, { "missing-row", CARRY },  { "missing-table", CARRY },   { "sql-error", CARRY },
    { "wrong-address", ALL },  { "master-down", REFUSE },  { "bind-address", REFUSE },
};

static void add_why(struct reprovision_decision *decision, const char *why, const char *evidence)
{
    char *line = evidence != NULL ? mem_printf("%s: %.*s", why, (int)strcspn(evidence, "\n"), evidence) : mem_dup(why);
    strings_add(&decision->why, line);
    free(line);
}

static void take_all(struct reprovision_decision *decision, const char *why, const char *evidence)
{
    if (decision->way != REPROVISION_NOT)
        decision->way = REPROVISION_ALL;
    add_why(decision, why, evidence);
}

static void take_mend(struct reprovision_decision *decision, const struct diagnosed *found)
{
    decision->mends[decision->mend_count++] = found->symptom;
    add_why(decision, found->symptom->title, found->evidence);
}

/* Somebody's filter is taken away: what it has left out is found when all is compared. */
static void take_filter(const struct trouble *trouble, const struct strings *fresh, struct reprovision_decision *decision,
                        const struct diagnosed *found)
{
    const char *value, *name = symptom_filter(trouble, &value);
    if (name == NULL || strcmp(name, "Replicate_Ignore_Table") != 0 || !bring_filter_is_ours(value, trouble->care->world.answers->database, fresh)) {
        if (found->fix_count > 0 && decision->mend_count < REPROVISION_MENDS_MOST)
            take_mend(decision, found);
        else
            take_all(decision, found->symptom->title, found->evidence);
        return;
    }
    decision->filter_left = true;
    add_why(decision, "a run that broke off has left some tables out", found->evidence);
}

static void take_stuck(const struct trouble *trouble, struct reprovision_decision *decision, const struct diagnosed *found)
{
    if (decision->stuck == NULL)
        decision->stuck = trouble_table(trouble);
    if (decision->stuck == NULL)
        take_all(decision, "the SQL thread stopped at an event of which the table is not known", found->evidence);
    else
        add_why(decision, found->symptom->title, found->evidence);
}

static void take(const struct trouble *trouble, const struct strings *fresh, struct reprovision_decision *decision,
                 const struct diagnosed *found)
{
    const struct symptom *symptom = found->symptom;
    int what = symptom->anew == ANEW_ALL ? ALL : -1;
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (strcmp(special[i].symptom, symptom->id) == 0)
            what = special[i].what;
    if (what == PASS || strncmp(symptom->id, "reports-", strlen("reports-")) == 0)
        return;
    if (strcmp(symptom->id, "filter") == 0) {
        take_filter(trouble, fresh, decision, found);
    } else if (what == CARRY) {
        take_stuck(trouble, decision, found);
    } else if (what == ALL) {
        take_all(decision, symptom->title, found->evidence);
    } else if (what == -1 && found->fix_count > 0 && !found->fixes[0]->doubtful && decision->mend_count < REPROVISION_MENDS_MOST) {
        take_mend(decision, found);
    } else {
        decision->way = REPROVISION_NOT;
        add_why(decision, symptom->title, symptom->safe);
    }
}

void reprovision_decide(const struct trouble *trouble, const struct diagnosis *diagnosis, const struct strings *fresh,
                        struct reprovision_decision *decision)
{
    *decision = (struct reprovision_decision){ .way = REPROVISION_TABLES };
    for (size_t i = 0; i < diagnosis->count; i++)
        take(trouble, fresh, decision, &diagnosis->found[i]);
    if (decision->way == REPROVISION_TABLES && trouble->care->sides[SIDE_SLAVE].server && !trouble->status->configured)
        take_all(decision, "the slave follows nobody", NULL);
}

void reprovision_decision_free(struct reprovision_decision *decision)
{
    strings_free(&decision->why);
    free(decision->stuck);
    decision->stuck = NULL;
}

bool reprovision_worth(uint64_t differing, uint64_t all)
{
    return differing <= all / 2;
}

/* In the order of least disturbance: neither stops the master; a clone replaces more of the slave than it has to. */
enum copy_method reprovision_copy(const struct plan_option *options, size_t count)
{
    static const struct {
        const char *id;
        enum copy_method method;
    } running[] = { { "hot", COPY_HOT }, { "rows", COPY_ROWS }, { "clone", COPY_HOT } };
    for (size_t k = 0; k < sizeof running / sizeof running[0]; k++)
        for (size_t i = 0; i < count; i++)
            if (strcmp(options[i].id, running[k].id) == 0 && options[i].why_not == NULL)
                return running[k].method;
    return COPY_AUTO;
}
