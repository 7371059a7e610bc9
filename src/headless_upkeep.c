/* billing and maintain without screens: what would be changed is shown, and with --yes or a typed answer it is done. */
#include "config.h"

#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "care/carry_out.h"
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
    const struct port *port = care->world.port;
    struct answer answer = { .yes = options->yes };
    char text[80];
    if (options->yes)
        return 0;
    (void)snprintf(text, sizeof text, changes == 1 ? "Make this change?" : "Make these %zu changes?", changes);
    (void)fflush(stdout);
    if (port->ask(port->context, &(struct question){ .kind = QUESTION_YES_NO, .text = text }, &answer, err) != 0)
        return err_hint(err, "--yes makes them, --plan only shows them; nothing was touched");
    return answer.yes ? 0 : err_set(err, ERR_REFUSED, "not wanted: nothing was touched");
}

static int try_billing(const struct options *options, struct care *care, struct err *err)
{
    struct billing_trial trial;
    int rc = billing_try(care, &trial, err);
    if (rc == 0 && options->json)
        output_json_care(&(struct care_outcome){ .state = "tried", .ok = trial.ok, .trial = &trial });
    for (size_t i = 0; rc == 0 && !options->json && i < trial.count; i++)
        if (!options->quiet || !trial.items[i].ok)
            (void)printf("%-6s %-7s %s\n", trial.items[i].ok ? "ok" : "FAILED", trial.items[i].id, trial.items[i].text);
    if (rc == 0 && !options->json)
        (void)printf("%s\n", trial.ok ? "the report program can read from the slave" : "reports would fail; `dualserver billing --off` has them read from the master");
    rc = rc != 0 ? -1 : trial.ok ? DONE : FAILED;
    billing_trial_free(&trial);
    return rc;
}

static int billing_done(const struct options *options, const struct billing *billing, const char *state)
{
    const bool planned = strcmp(state, "planned") == 0, nothing = strcmp(state, "nothing") == 0;
    if (options->json) {
        output_json_care(&(struct care_outcome){ .state = state, .ok = true, .plan = &billing->plan, .billing = billing });
        return planned ? PENDING : DONE;
    }
    if (billing->paste != NULL)
        (void)printf("The answers name no billing_ini. These lines belong into the report program's configuration on the master:\n\n%s\n", billing->paste);
    if (nothing && billing->paste == NULL)
        (void)printf("nothing to do: %s\n", billing->outcome);
    else if (!nothing && !planned)
        (void)printf("done: %s\n", billing->outcome);
    if (billing->backup != NULL && !options->quiet)
        (void)printf("the old content is in %s\n", billing->backup);
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
    struct buf size = BUF_INIT;
    if (options->json)
        output_json_care(&(struct care_outcome){ .state = state, .ok = true, .plan = &maintain->plan, .maintain = maintain });
    else if (strcmp(state, "nothing") == 0)
        (void)printf("nothing to do\n");
    else if (strcmp(state, "done") == 0) {
        quote_size(&size, maintain->freed);
        (void)printf("done: %zu binary logs purged, %s freed\n", maintain->verdict.goes, buf_str(&size));
    }
    buf_free(&size);
    return strcmp(state, "planned") == 0 ? PENDING : DONE;
}

/* While a person was thinking a slave may have come that is not as far. */
static int plan_again(struct care *care, const struct maintain_wish *wish, struct maintain *maintain, struct err *err)
{
    struct maintain again;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        care_look(care, side);
    int rc = maintain_plan(care, wish, &again, err);
    if (rc == 0 && again.refusal.code != ERR_NONE) {
        *err = again.refusal;
        rc = -1;
    } else if (rc == 0 && (again.plan.count != maintain->plan.count || again.verdict.goes < maintain->verdict.goes)) {
        rc = err_set(err, ERR_REFUSED, "the servers are not as they were when the plan was shown: nothing was touched");
        err_hint(err, "look at the plan again");
    }
    maintain_free(&again);
    return rc;
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
            rc = plan_again(care, &wish, &maintain, err);
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
