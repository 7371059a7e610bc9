/* Troubleshoot as a page: what is wrong, what it means, what is safe; the fixes to choose from, and the plan of the one chosen. */
#include "ui/care.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "trouble/words.h"

struct kept {
    struct trouble trouble;
    struct diagnosis diagnosis;
    const struct fix *fix;        /* the chosen one */
    const struct symptom *symptom;
    struct plan plan;
};

static void offer_all(struct care_work *work, const struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->count; i++)
        for (size_t k = 0; k < diagnosis->found[i].fix_count; k++) {
            const struct fix *fix = diagnosis->found[i].fixes[k];
            char *text = mem_printf("%zu. %-14s %s", i + 1, fix->id, fix->title);
            care_offer(work, fix->id, text);
            free(text);
        }
}

static int plan_fix(struct care_work *work, struct kept *kept, const char *id, struct err *err)
{
    kept->fix = diagnosis_fix(&kept->diagnosis, id, &kept->symptom, &kept->trouble.chosen);
    if (kept->fix == NULL) {
        err_set(err, ERR_REFUSED, "the fix %.40s is not offered any more: what was found has changed", id);
        return err_hint(err, "look again");
    }
    buf_addf(&work->said, "Against %s, %s would do this: %s\n\n", kept->symptom->id, kept->fix->id, kept->fix->title);
    if (kept->fix->plan(&kept->trouble, &kept->plan, err) != 0)
        return err_wrap(err, "%s cannot be planned", kept->fix->id);
    fix_plan_render(&kept->plan, &work->said);
    buf_addf(&work->said, "\nWhat is safe\n  %s\n", kept->symptom->safe);
    work->pending = true;
    return 0;
}

static int show(struct care_work *work, const char *what, struct err *err)
{
    static const struct diagnosis_words words = { .fix = "", .first = "b (Reports) on the start page, then m",
                                                 .anew = "Re-provision (n) on the start page", .table = "", .seen_last = true };
    struct kept *kept = mem_alloc(sizeof *kept);
    work->kept = kept;
    if (trouble_look(&work->care, work->state_dir, &kept->trouble, err) != 0)
        return -1;
    troubleshoot_diagnose(&kept->trouble, &kept->diagnosis);
    if (*what != '\0')
        return plan_fix(work, kept, what, err);
    diagnosis_render(&kept->diagnosis, &words, &work->said);
    offer_all(work, &kept->diagnosis);
    return 0;
}

static int agree(struct care_work *work, struct err *err)
{
    struct kept *kept = work->kept;
    return fix_agree(&kept->trouble, kept->fix, &kept->plan, err);
}

static int apply(struct care_work *work, struct err *err)
{
    struct kept *kept = work->kept;
    if (fix_apply(kept->fix, kept->symptom, &kept->trouble, &kept->plan, work->state_dir, err) != 0)
        return -1;
    buf_addf(&work->said, "OK: fixed: %s is not seen any more\n", kept->symptom->id);
    return 0;
}

static void forget(void *context)
{
    struct kept *kept = context;
    plan_free(&kept->plan);
    diagnosis_free(&kept->diagnosis);
    trouble_free(&kept->trouble);
    free(kept);
}

const struct care_action care_trouble_action = {
    .id = "troubleshoot", .help = "page-troubleshoot", .key = 't', .label = "trouble", .title = "Troubleshoot", .means = "what is wrong, what it means, and fixes",
    .show = show, .agree = agree, .apply = apply, .forget = forget,
    .ways = { { 'f', "fix ...", CARE_CHOOSE } },
};
