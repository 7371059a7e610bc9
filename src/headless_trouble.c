/* troubleshoot without screens: what is wrong, what it means, what is safe, and the fixes; with --fix one of them is carried out. */
#include "config.h"

#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "care/troubleshoot.h"
#include "engine/engine.h"

#define FIRST_ADVICE "dualserver billing --off"

struct session {
    const struct options *options;
    char *state_dir;
    struct trouble trouble;
    struct diagnosis diagnosis;
};

static void print_lines(const char *indent, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;)
        (void)printf("%s%s\n", line == copy ? "" : indent, line);
    free(copy);
}

static void print_anew(const struct symptom *symptom)
{
    if (symptom->anew != ANEW_NO && options_known("reprovision"))
        (void)printf("    or:     dualserver reprovision%s\n", symptom->anew == ANEW_TABLE ? " --table NAME" : "");
}

static void print_finding(const struct diagnosed *found, size_t number)
{
    const struct symptom *symptom = found->symptom;
    (void)printf("\n%zu. %s: %s\n    seen:   ", number, symptom->id, symptom->title);
    print_lines("            ", found->evidence);
    (void)printf("    means:  %s\n    safe:   %s\n", symptom->means, symptom->safe);
    for (size_t i = 0; i < found->fix_count; i++)
        (void)printf("    %-7s dualserver troubleshoot --fix %-14s %s\n", i == 0 ? "fix:" : "or:", found->fixes[i]->id, found->fixes[i]->title);
    print_anew(symptom);
}

static void print_diagnosis(const struct session *session)
{
    const struct diagnosis *diagnosis = &session->diagnosis;
    if (diagnosis->count == 0) {
        (void)printf("OK: nothing is wrong that could be seen\n");
        return;
    }
    (void)printf("%s: %zu thing%s found\n", diagnosis->sick ? "SICK" : "ODD", diagnosis->count, diagnosis->count == 1 ? "" : "s");
    if (diagnosis->sick)
        (void)printf("First of all let reports read from the master again: %s\n", FIRST_ADVICE);
    for (size_t i = 0; i < diagnosis->count; i++)
        print_finding(&diagnosis->found[i], i + 1);
}

static char *render(const struct plan *plan)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < plan->count; i++)
        change_render(&plan->changes[i], &text);
    for (size_t i = 0; i < plan->note_count; i++)
        buf_addf(&text, "  note: %s\n", plan->notes[i].text);
    buf_trim(&text);
    buf_addc(&text, '\n');
    return buf_steal(&text);
}

/* --plan without --fix: the first fix of each finding, so far as it can be planned now. */
static int plan_all(struct session *session)
{
    size_t pending = 0;
    for (size_t i = 0; i < session->diagnosis.count; i++) {
        const struct diagnosed *found = &session->diagnosis.found[i];
        struct plan plan = { .count = 0 };
        struct err err = ERR_INIT;
        if (found->fix_count == 0)
            continue;
        const int rc = found->fixes[0]->plan(&session->trouble, &plan, &err);
        char *text = render(&plan);
        if (session->options->json)
            output_json_fix(found->symptom->id, found->fixes[0]->id, text, rc == 0 ? NULL : &err, true);
        else
            (void)printf("\n%s, --fix %s would do:\n%s%s", found->symptom->id, found->fixes[0]->id, rc == 0 ? text : err.text, rc == 0 ? "" : "\n");
        pending += rc == 0;
        free(text);
        plan_free(&plan);
    }
    return pending > 0 ? 3 : session->diagnosis.count > 0 ? 1 : 0;
}

static int ask(struct session *session, const struct fix *fix, const struct plan *plan, struct err *err)
{
    const struct world *world = &session->trouble.care->world;
    struct answer answer = { .yes = false };
    struct question question = { .kind = QUESTION_YES_NO };
    char *text;
    if (plan_destroys(plan)) {
        text = mem_printf("%s takes something away from the slave. Type the slave's host to do it: %s", fix->id, world->answers->slave.host);
        question = (struct question){ .kind = QUESTION_CONFIRM, .expected = world->answers->slave.host };
    } else {
        text = mem_printf("%s: shall it be done?", fix->title);
    }
    question.text = text;
    int rc = world->port->ask(world->port->context, &question, &answer, err);
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_REFUSED, "not confirmed: nothing was done");
    free(text);
    return rc;
}

static int not_offered(const struct session *session, const char *id, struct err *err)
{
    struct buf offered = BUF_INIT;
    for (size_t i = 0; i < session->diagnosis.count; i++)
        for (size_t k = 0; k < session->diagnosis.found[i].fix_count; k++)
            buf_addf(&offered, "%s%s", offered.len > 0 ? ", " : "", session->diagnosis.found[i].fixes[k]->id);
    err_set(err, ERR_USAGE, "the fix '%.40s' is not offered for what was found", id);
    err_hint(err, offered.len > 0 ? "offered are: %s" : "nothing was found that can be fixed from here%s", buf_str(&offered));
    buf_free(&offered);
    return -1;
}

static int carry_out(struct session *session, const struct fix *fix, const struct symptom *symptom, struct plan *plan, struct err *err)
{
    const struct options *options = session->options;
    char *text = render(plan);
    int rc = 0;
    if (!options->json && !options->quiet)
        (void)printf("%s, --fix %s does:\n%s", symptom->id, fix->id, text);
    (void)fflush(stdout);
    if (options->plan) {
        if (options->json)
            output_json_fix(symptom->id, fix->id, text, NULL, true);
        rc = 3;
    } else if (ask(session, fix, plan, err) != 0) {
        rc = -1;
    } else {
        rc = fix_apply(fix, symptom, &session->trouble, plan, session->state_dir, err);
        if (options->json)
            output_json_fix(symptom->id, fix->id, text, rc == 0 ? NULL : err, false);
        else if (rc == 0)
            (void)printf("OK: fixed: %s is not seen any more\n", symptom->id);
    }
    free(text);
    return rc;
}

static int fix_one(struct session *session, struct err *err)
{
    const struct symptom *symptom = NULL;
    struct plan plan = { .count = 0 };
    const struct fix *fix = diagnosis_fix(&session->diagnosis, session->options->fix, &symptom, &session->trouble.chosen);
    if (fix == NULL)
        return not_offered(session, session->options->fix, err);
    int rc = fix->plan(&session->trouble, &plan, err);
    if (rc == 0)
        rc = carry_out(session, fix, symptom, &plan, err);
    else
        err_wrap(err, "%s cannot be planned", fix->id);
    plan_free(&plan);
    return rc;
}

static int diagnose(struct session *session)
{
    if (session->options->json)
        output_json_diagnosis(&session->diagnosis, session->diagnosis.sick ? FIRST_ADVICE : "", options_known("reprovision"));
    else
        print_diagnosis(session);
    if (session->options->plan)
        return plan_all(session);
    return session->diagnosis.count > 0 ? 1 : 0;
}

int headless_troubleshoot(const struct options *options, struct care *care, struct err *err)
{
    struct session session = { .options = options };
    session.state_dir = options->state_dir != NULL ? mem_dup(options->state_dir) : engine_state_dir();
    int rc = trouble_look(care, session.state_dir, &session.trouble, err);
    if (rc == 0) {
        troubleshoot_diagnose(&session.trouble, &session.diagnosis);
        rc = options->fix != NULL ? fix_one(&session, err) : diagnose(&session);
    }
    (void)fflush(stdout);
    diagnosis_free(&session.diagnosis);
    trouble_free(&session.trouble);
    free(session.state_dir);
    return rc;
}
