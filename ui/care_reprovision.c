/* Re-provision as a page: what of the slave is not the master's, how it is made right, and after the slave's host was typed what
 * has become of it. Where everything has to be carried over that is a set-up, which has screens of its own. */
#include "ui/care.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "care/carry_out.h"
#include "care/doubt.h"
#include "trouble/reprovision.h"
#include "engine/guard.h"

static void say_all(const struct reprovision *job, struct buf *to)
{
    buf_adds(to, "Everything has to be carried over: ");
    buf_adds(to, job->decision.why.items[job->decision.why.count - 1]);
    buf_adds(to, "\n\nSet up a slave, on the start page, does that: copy = hot (F2) leaves the master running where its binary logging is on. "
                 "The slave's old data is kept until the new is proven and accepted.\n");
}

static int show(struct care_work *work, const char *what, struct err *err)
{
    const struct reprovision_wish wish = { .state_dir = work->state_dir };
    struct reprovision *job = mem_alloc(sizeof *job);
    (void)what;
    work->kept = job;
    if (reprovision_look(&work->care, &wish, job, err) != 0)
        return -1;
    switch (job->way) {
    case REPROVISION_NOT:
        *err = job->refusal;
        return -1;
    case REPROVISION_NOTHING:
        buf_addf(&work->said, "OK: nothing to do: replication runs, and %zu tables hold the same rows on both servers\n", job->compared_count);
        return doubt_clear(work->state_dir, work->care.world.answers, err);
    case REPROVISION_ALL:
        say_all(job, &work->said);
        work->pending = reprovision_reports_there(job);
        if (work->pending)
            buf_adds(&work->said, "\nReports are read from this slave. Enter lets them read from the master until the new one is proven; then they go "
                                  "back by themselves.\n");
        return 0;
    case REPROVISION_TABLES:
        care_plan_render(&job->plan, &work->said);
        work->pending = true;
    }
    return 0;
}

static int agree(struct care_work *work, struct err *err)
{
    const struct reprovision *job = work->kept;
    const bool reports = job->way == REPROVISION_ALL;
    const char *host = work->care.world.answers->slave.host;
    char *text = reports ? mem_dup("Reports are read from the master until the new slave is proven. Shall this be done?")
                         : mem_printf("Data of the slave is replaced by the master's. Type the slave's host to do it: %s", host);
    const struct question question = { .kind = reports ? QUESTION_YES_NO : QUESTION_CONFIRM, .text = text, .expected = host };
    struct answer answer = { .yes = false };
    int rc = work->port->ask(work->port->context, &question, &answer, err);
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_REFUSED, "not confirmed: nothing was touched");
    free(text);
    return rc;
}

static void say_carried(const struct reprovision *job, struct buf *to)
{
    buf_addf(to, "OK: replication runs, and all tables hold the same rows: %zu carried, the others stayed as they were\n", job->carried.count);
    for (size_t i = 0; i < job->carried.count; i++)
        buf_addf(to, "  %s\n", job->carried.items[i]);
}

/* Reports go to the master before anything else, and back when all is proven. */
static int apply(struct care_work *work, struct err *err)
{
    struct reprovision *job = work->kept;
    bool away = false, back = false;
    int rc = guard_look(&work->care.world, err) == 0 ? 0 : err_advise(err, "nothing was touched");
    if (rc == 0)
        rc = reprovision_reports_away(&work->care, &job->trouble, work->state_dir, &away, err);
    if (rc == 0 && job->way == REPROVISION_TABLES)
        rc = reprovision_carry_out(&work->care, job, err);
    if (rc == 0 && job->way == REPROVISION_ALL)
        say_all(job, &work->said);
    else if (rc == 0 && (rc = reprovision_reports_back(&work->care, work->state_dir, &back, err)) == 0)
        say_carried(job, &work->said);
    if (away && rc == 0 && !back)
        buf_adds(&work->said, "\nReports are read from the master now. When the new slave is proven they go back by themselves.\n");
    else if (away && !back)
        buf_adds(&work->said, "Reports stay on the master; Reports on the start page, then s, points them at the slave when it is right\n");
    return rc;
}

static void forget(void *kept)
{
    reprovision_free(kept);
    free(kept);
}

const struct care_action care_reprovision_action = {
    .id = "reprovision", .help = "page-reprovision", .key = 'n', .label = "anew", .title = "Re-provision",
    .means = "a slave made right again, the master running",
    .show = show, .agree = agree, .apply = apply, .forget = forget,
};
