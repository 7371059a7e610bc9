/* The commands after set-up, as jobs on the engine's thread. */
#include "ui/care.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct care_action care_monitor_action = {
    .id = "monitor", .key = 'o', .title = "Monitor", .means = "both servers live on one screen",
};

/* In the order of the start page: a line is a command. */
const struct care_action *const care_actions[] = {
    &care_check_action, &care_monitor_action, &care_billing_action, &care_maintain_action, &care_trouble_action,
    &care_reprovision_action,
};
const size_t care_action_count = sizeof care_actions / sizeof care_actions[0];

static void *open_work(const struct answers *answers, const struct port *port, const char *state_dir)
{
    struct care_work *work = mem_alloc(sizeof *work);
    *work = (struct care_work){ .port = port, .state_dir = state_dir };
    care_begin(&work->care, answers, port);
    return work;
}

static void forget(struct care_work *work)
{
    if (work->kept != NULL)
        work->action->forget(work->kept);
    work->kept = NULL;
    work->pending = false;
}

static void close_work(void *context)
{
    struct care_work *work = context;
    forget(work);
    buf_free(&work->said);
    care_end(&work->care);
    free(work);
}

static void emit(const struct care_work *work, const char *id, const char *why, const char *text)
{
    work->port->emit(work->port->context, &(struct event){ .kind = EVENT_STATUS, .id = id, .why = why, .text = text });
}

void care_offer(const struct care_work *work, const char *what, const char *text)
{
    emit(work, CARE_OFFER, what, text);
}

/* Connections are used again; what was seen is not, and a backup's name is not that of an earlier one. */
static void anew(struct care_work *work)
{
    forget(work);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        work->care.sides[side].looked = false;
    work->care.world.run_id[0] = '\0';
}

static int show(struct care_work *work, const char *what, struct err *err)
{
    anew(work);
    work->action = NULL;
    const char *rest = what + strcspn(what, " ");
    for (size_t i = 0; i < care_action_count; i++)
        if (strlen(care_actions[i]->id) == (size_t)(rest - what) && strncmp(care_actions[i]->id, what, (size_t)(rest - what)) == 0)
            work->action = care_actions[i];
    if (work->action == NULL || work->action->show == NULL)
        return err_set(err, ERR_USAGE, "there is no page %s", what);
    return work->action->show(work, *rest == ' ' ? rest + 1 : rest, err);
}

/* Declined: what was shown can still be done. */
static int apply(struct care_work *work, struct err *err)
{
    if (work->action == NULL || !work->pending)
        return err_set(err, ERR_REFUSED, "nothing is planned: look again");
    if (work->action->agree(work, err) != 0)
        return -1;
    const int rc = work->action->apply(work, err);
    forget(work);
    return rc;
}

static int do_care(void *engine, enum job job, const char *what, struct err *err)
{
    struct care_work *work = engine;
    buf_clear(&work->said);
    const int rc = job == JOB_SHOW ? show(work, what, err) : apply(work, err);
    if (work->said.len > 0)
        emit(work, CARE_SAID, NULL, buf_str(&work->said));
    if (work->pending)
        emit(work, CARE_PENDING, NULL, NULL);
    return rc;
}

const struct bridge_engine care_engine = { .open = open_work, .close = close_work, .care = do_care };
