/* Reports and Maintain as pages: what is, what would be changed, and after a yes what has become of it. */
#include "ui/care.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "care/carry_out.h"
#include "care/words.h"

static void *keep(struct care_work *work, size_t size)
{
    work->kept = mem_alloc(size);
    return work->kept;
}

/* Reports. */

static const struct {
    const char *what;
    struct billing_wish wish;
} wishes[] = {
    { "slave", { BILLING_SLAVE, -1 } },
    { "master", { BILLING_MASTER, -1 } },
    { "errors", { BILLING_AS_IT_IS, 1 } },
    { "quiet", { BILLING_AS_IT_IS, 0 } },
};

static int try_billing(struct care_work *work, struct err *err)
{
    struct billing_trial trial;
    const int rc = billing_try(&work->care, &trial, err);
    if (rc == 0)
        billing_trial_render(&trial, false, &work->said);
    billing_trial_free(&trial);
    return rc;
}

static int plan_billing(struct care_work *work, const struct billing_wish *wish, struct err *err)
{
    struct billing *billing = keep(work, sizeof *billing);
    if (billing_plan(&work->care, wish, billing, err) != 0)
        return -1;
    billing_paste_render(billing, &work->said);
    care_plan_render(&billing->plan, &work->said);
    work->pending = billing->plan.count > 0;
    if (!work->pending)
        billing_outcome_render(billing, false, &work->said);
    return 0;
}

static int show_billing(struct care_work *work, const char *what, struct err *err)
{
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
        if (strcmp(wishes[i].what, what) == 0)
            return plan_billing(work, &wishes[i].wish, err);
    return strcmp(what, "test") == 0 ? try_billing(work, err) : billing_describe(&work->care, &work->said, err);
}

static int agree_billing(struct care_work *work, struct err *err)
{
    const struct billing *billing = work->kept;
    return care_agree(&work->care, billing->plan.count, err);
}

static int apply_billing(struct care_work *work, struct err *err)
{
    struct billing *billing = work->kept;
    if (billing_carry_out(&work->care, billing, err) != 0)
        return -1;
    billing_outcome_render(billing, true, &work->said);
    return 0;
}

static void forget_billing(void *kept)
{
    billing_free(kept);
    free(kept);
}

const struct care_action care_billing_action = {
    .id = "billing", .help = "page-billing", .key = 'b', .label = "reports", .title = "Reports", .means = "billing.ini: slave or master, errors, a test",
    .show = show_billing, .agree = agree_billing, .apply = apply_billing, .forget = forget_billing,
    .ways = { { 's', "slave", "slave" }, { 'm', "master", "master" }, { 't', "test", "test" }, { 'e', "errors on", "errors" },
              { 'o', "errors off", "quiet" } },
};

/* Maintain. */

static struct maintain_wish maintain_wish(const struct care_work *work)
{
    return (struct maintain_wish){ .keep = MAINTAIN_KEEP_LEAST, .outage_days = MAINTAIN_OUTAGE_DAYS, .state_dir = work->state_dir };
}

static int show_maintain(struct care_work *work, const char *what, struct err *err)
{
    const struct maintain_wish wish = maintain_wish(work);
    struct maintain *maintain = keep(work, sizeof *maintain);
    (void)what;
    if (maintain_plan(&work->care, &wish, maintain, err) != 0)
        return -1;
    maintain_describe(maintain, &work->care.world.facts, wish.keep, &work->said);
    if (maintain->refusal.code != ERR_NONE) {
        *err = maintain->refusal;
        return -1;
    }
    work->pending = maintain->plan.count > 0;
    buf_adds(&work->said, work->pending ? "\nWhat would be done\n" : "\nOK: nothing to do\n");
    care_plan_render(&maintain->plan, &work->said);
    return 0;
}

static int agree_maintain(struct care_work *work, struct err *err)
{
    const struct maintain *maintain = work->kept;
    return care_agree(&work->care, maintain->plan.count, err);
}

static int apply_maintain(struct care_work *work, struct err *err)
{
    const struct maintain_wish wish = maintain_wish(work);
    struct maintain *maintain = work->kept;
    if (maintain_same(&work->care, &wish, maintain, err) != 0 || maintain_carry_out(&work->care, maintain, err) != 0)
        return -1;
    maintain_outcome_render(maintain, &work->said);
    return 0;
}

static void forget_maintain(void *kept)
{
    maintain_free(kept);
    free(kept);
}

const struct care_action care_maintain_action = {
    .id = "maintain", .help = "page-maintain", .key = 'm', .label = "maintain", .title = "Maintain logs", .means = "what replication's logs use, and what of it can go",
    .show = show_maintain, .agree = agree_maintain, .apply = apply_maintain, .forget = forget_maintain,
};
