#include "resume_from.h"

#include <string.h>

#include "steps/copy_way.h"

enum { STOPPED = 2, STARTS = 4, SHIP = 6, ASIDE = 7, IN_PLACE = 8, SLAVE_FILE = 10, STARTED = 11, POINTED = 12, PROVEN = 13 };

static const struct past_change *record(const struct past *past, const struct change *change)
{
    return past_change(past, change->step, change->what, change->path);
}

/* The old data is aside, once and for all: a second time it would be the new that goes there. */
static bool once(const struct change *change)
{
    return change->step == ASIDE && change->destroys;
}

static bool done(const struct past *past, const struct plan *plan, size_t index)
{
    const struct change *change = &plan->changes[index];
    const struct past_change *found = record(past, change);
    if (found == NULL && past_lost(past, index))
        return !past->went_back || index < past->again_from || once(change);
    return found != NULL && found->done;
}

/* An error of the world, not of the way there: trying the same again would fail again. */
static bool failed_itself(const struct past_change *change)
{
    static const int outside[] = { ERR_CONNECT, ERR_CANCELLED, ERR_SIGNAL, ERR_TIMEOUT, ERR_IO, ERR_AUTH, ERR_HOSTKEY };
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (change->error == outside[i])
            return false;
    return change->failed;
}

static bool step_failed(const struct past *past, int step)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].step == step && failed_itself(&past->changes[i]))
            return true;
    return false;
}

static bool step_begun(const struct past *past, int from, int to)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].step >= from && past->changes[i].step <= to && past->changes[i].path == NULL)
            return true;
    return false;
}

static bool restarts_master(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].step >= STOPPED && plan->changes[i].step <= STARTS && plan->changes[i].restarts)
            return true;
    return false;
}

/* Where the data has to be taken from again, and why. */
static int go_back(const struct past *past, const struct plan *plan, const struct resume_probe *probe, int step, const char **why)
{
    const int again = plan->way->again != 0 ? plan->way->again : 2;
    if (past_differs(past)) {
        *why = "the proof found tables that differ: the copy is taken anew";
        return again;
    }
    if (probe->master_as_before && step > STOPPED && step <= STARTS && restarts_master(plan)) {
        *why = "the master runs with its options of before: it is stopped and started anew";
        return STOPPED;
    }
    if (step < again || step >= POINTED)
        return 0;
    const bool taken = step > (again == 2 ? 3 : again);
    if (taken && probe->copy_usable && !(probe->slave_rebooted && step > SHIP) && !step_failed(past, STARTED))
        return 0;
    if (taken && !probe->copy_usable) {
        *why = "what was copied of the master cannot be relied on any more: it is taken anew";
        return again;
    }
    if (!taken) {
        *why = step_begun(past, again, 3 > again ? 3 : again) ? "the copy had not been finished: it is taken anew" : NULL;
        return again;
    }
    *why = probe->slave_rebooted ? "the slave was rebooted since the data arrived: it is checked and sent again"
                                 : "the slave's server did not take the data over: it is sent again";
    return again < SHIP ? SHIP : again;
}

static bool has(const struct change *change, const char *mark)
{
    return change->after != NULL && strstr(change->after, mark) != NULL;
}

static bool sets_password(const struct change *change)
{
    return has(change, SECRET_REPLICATION_NATIVE) || has(change, SECRET_REPLICATION_SHA2);
}

/* The account got another password in an earlier resume that was broken off there: that is not how far the run had come. */
static bool only_renewed(const struct past *past, const struct plan *plan, size_t change)
{
    for (size_t i = change + 1; sets_password(&plan->changes[change]) && i < plan->count; i++)
        if (plan->changes[i].step > plan->changes[change].step && done(past, plan, i))
            return true;
    return false;
}

/* A password that was made is not known any more: the account gets another before the slave is told. */
static void renew_password(const struct plan *plan, bool *left)
{
    bool needed = false;
    for (size_t i = 0; i < plan->count; i++)
        needed = needed || (left[i] && has(&plan->changes[i], SECRET_REPLICATION));
    for (size_t i = 0; i < plan->count; i++)
        if (needed && sets_password(&plan->changes[i]))
            left[i] = true;
}

static int first_step(const struct past *past, const struct plan *plan, const struct resume_from *from)
{
    if (from->back != 0)
        return from->back;
    if (past->step == 0 || past->step_done || past->step >= from->step)
        return from->step;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].step > past->step && plan->changes[i].step < from->step)
            return from->step;
    return past->step; /* its changes are done, but it was not looked at */
}

void resume_decide(const struct past *past, const struct plan *plan, const struct resume_probe *probe, bool *left,
                   struct resume_from *from)
{
    *from = (struct resume_from){ .change = plan->count, .step = PROVEN };
    for (size_t i = 0; i < plan->count; i++) {
        left[i] = !done(past, plan, i);
        if (left[i] && from->change == plan->count && !only_renewed(past, plan, i)) {
            from->change = i;
            from->step = plan->changes[i].step;
        }
    }
    from->back = go_back(past, plan, probe, from->step, &from->why);
    from->discard = past->discarding || (from->back != 0 && step_begun(past, IN_PLACE, PROVEN));
    for (size_t i = 0; i < plan->count; i++) {
        const struct change *change = &plan->changes[i];
        if (from->back != 0 && change->step >= from->back && !(once(change) && done(past, plan, i)))
            left[i] = true;
        /* somebody may have started it */
        if (from->back == 0 && from->step >= IN_PLACE && from->step < STARTED && change->step == ASIDE && change->restarts)
            left[i] = true;
        /* the watchdog may have put the old option file back */
        if (change->step == 1 && change->path != NULL && (from->step <= 4 || (from->back != 0 && from->back <= 4)))
            left[i] = true;
        /* a restart has started the old replication again */
        if (change->step == ASIDE && change->revert_last && from->step <= ASIDE)
            left[i] = true;
        /* the server may have refused its new option file, which was put back then */
        if (change->step == SLAVE_FILE && change->path != NULL && from->step >= SLAVE_FILE && from->step <= STARTED)
            left[i] = true;
        if (from->step >= PROVEN && change->step == PROVEN)
            left[i] = true;
        /* the login that is tried in the end is that with the password of this try */
        if (has(change, SECRET_REPORTS_NATIVE) || has(change, SECRET_REPORTS_SHA2))
            left[i] = true;
    }
    if (probe->generated)
        renew_password(plan, left);
    from->first_step = first_step(past, plan, from);
}
