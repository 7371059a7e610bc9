/* troubleshoot without screens: what is wrong, what it means, what is safe, and the fixes; with --fix one of them is carried out. */
#include "config.h"

#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "trouble/troubleshoot.h"
#include "trouble/words.h"
#include "engine/engine.h"

#define FIRST_ADVICE "dualserver billing --off"

struct session {
    const struct options *options;
    char *state_dir;
    struct trouble trouble;
    struct diagnosis diagnosis;
};

static void print_diagnosis(const struct session *session)
{
    const struct diagnosis_words words = { .fix = "dualserver troubleshoot --fix ", .first = FIRST_ADVICE,
                                           .anew = "dualserver reprovision", .table = " --table NAME" };
    struct buf text = BUF_INIT;
    diagnosis_render(&session->diagnosis, &words, &text);
    (void)fputs(buf_str(&text), stdout);
    buf_free(&text);
}

static char *render(const struct plan *plan)
{
    struct buf text = BUF_INIT;
    fix_plan_render(plan, &text);
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
    } else if (fix_agree(&session->trouble, fix, plan, err) != 0) {
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
        output_json_diagnosis(&session->diagnosis, session->diagnosis.sick ? FIRST_ADVICE : "");
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
