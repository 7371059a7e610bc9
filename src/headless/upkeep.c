/* billing and maintain without screens: what would be changed is shown, and with --yes or a typed answer it is done. */
#include "config.h"

#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/carry_out.h"
#include "care/words.h"
#include "engine/engine.h"

enum { DONE = 0, FAILED = 1, PENDING = 3 };

static void print_plan(const struct options *options, const struct plan *plan)
{
    struct buf text = BUF_INIT;
    if (!options->quiet || options->plan)
        care_plan_render(plan, &text);
    (void)printf("%s", buf_str(&text));
    buf_free(&text);
}

/* 0: somebody wants it. */
static int go_on(const struct options *options, struct care *care, size_t changes, struct err *err)
{
    if (options->yes)
        return 0;
    (void)fflush(stdout);
    if (care_agree(care, changes, err) != 0)
        return err_hint(err, "--yes makes them, --plan only shows them; nothing was touched");
    return 0;
}

static int try_billing(const struct options *options, struct care *care, struct err *err)
{
    struct billing_trial trial;
    struct buf text = BUF_INIT;
    int rc = billing_try(care, &trial, err);
    if (rc == 0 && options->json)
        output_json_care(&(struct care_outcome){ .state = "tried", .ok = trial.ok, .trial = &trial });
    if (rc == 0 && !options->json) {
        billing_trial_render(&trial, options->quiet, &text);
        (void)fputs(buf_str(&text), stdout);
    }
    buf_free(&text);
    rc = rc != 0 ? -1 : trial.ok ? DONE : FAILED;
    billing_trial_free(&trial);
    return rc;
}

static int billing_done(const struct options *options, const struct billing *billing, const char *state)
{
    const bool planned = strcmp(state, "planned") == 0;
    struct buf text = BUF_INIT;
    if (options->json) {
        output_json_care(&(struct care_outcome){ .state = state, .ok = true, .plan = &billing->plan, .billing = billing });
        return planned ? PENDING : DONE;
    }
    billing_paste_render(billing, &text);
    if (!planned)
        billing_outcome_render(billing, strcmp(state, "done") == 0, &text);
    (void)fputs(buf_str(&text), stdout);
    buf_free(&text);
    return planned ? PENDING : DONE;
}

int headless_billing(const struct options *options, struct care *care, struct err *err)
{
    const struct billing_wish wish = {
        .place = options->off ? BILLING_MASTER : options->errors != NULL ? BILLING_AS_IT_IS : BILLING_SLAVE,
        .errors = options->errors == NULL ? -1 : strcmp(options->errors, "on") == 0,
    };
    struct billing billing;
    if (options->test)
        return try_billing(options, care, err);
    int rc = billing_plan(care, &wish, &billing, err);
    if (rc == 0 && !options->json)
        print_plan(options, &billing.plan);
    if (rc == 0 && (options->plan || billing.plan.count == 0)) {
        rc = billing_done(options, &billing, billing.plan.count > 0 ? "planned" : "nothing");
    } else if (rc == 0) {
        rc = go_on(options, care, billing.plan.count, err);
        if (rc == 0 && (rc = billing_carry_out(care, &billing, err)) == 0)
            rc = billing_done(options, &billing, "done");
    }
    if (rc < 0 && options->json)
        output_json_care(&(struct care_outcome){ .state = "failed", .billing = &billing, .err = err });
    billing_free(&billing);
    return rc;
}

static int maintain_done(const struct options *options, const struct maintain *maintain, const char *state)
{
    struct buf text = BUF_INIT;
    if (options->json)
        output_json_care(&(struct care_outcome){ .state = state, .ok = true, .plan = &maintain->plan, .maintain = maintain });
    else if (strcmp(state, "nothing") == 0)
        buf_adds(&text, "nothing to do\n");
    else if (strcmp(state, "done") == 0)
        maintain_outcome_render(maintain, &text);
    (void)fputs(buf_str(&text), stdout);
    buf_free(&text);
    return strcmp(state, "planned") == 0 ? PENDING : DONE;
}

int headless_maintain(const struct options *options, struct care *care, struct err *err)
{
    char *found = options->state_dir == NULL ? engine_state_dir() : NULL;
    const struct maintain_wish wish = { .keep = options->keep, .outage_days = options->outage_days,
                                        .state_dir = options->state_dir != NULL ? options->state_dir : found };
    struct maintain maintain;
    struct buf text = BUF_INIT;
    int rc = maintain_plan(care, &wish, &maintain, err);
    if (rc == 0 && !options->json && !options->quiet) {
        maintain_describe(&maintain, &care->world.facts, wish.keep, &text);
        (void)printf("%s", buf_str(&text));
    }
    if (rc == 0 && !options->json)
        print_plan(options, &maintain.plan);
    if (rc == 0 && maintain.refusal.code != ERR_NONE) {
        *err = maintain.refusal;
        rc = -1;
    } else if (rc == 0 && (options->plan || maintain.plan.count == 0)) {
        rc = maintain_done(options, &maintain, maintain.plan.count > 0 ? "planned" : "nothing");
    } else if (rc == 0) {
        rc = go_on(options, care, maintain.plan.count, err);
        if (rc == 0 && !options->yes)
            rc = maintain_same(care, &wish, &maintain, err);
        if (rc == 0 && (rc = maintain_carry_out(care, &maintain, err)) == 0)
            rc = maintain_done(options, &maintain, "done");
    }
    if (rc < 0 && options->json)
        output_json_care(&(struct care_outcome){ .state = "failed", .maintain = &maintain, .err = err });
    maintain_free(&maintain);
    buf_free(&text);
    free(found);
    return rc;
}
