/* What is left to do when the engine has made a whole slave anew. */
#include "trouble/reprovision.h"

#include "care/doubt.h"

static bool anything_left(const struct answers *answers, const char *state_dir)
{
    struct strings doubts = { .count = 0 };
    if (state_dir == NULL)
        return false;
    doubt_read(state_dir, answers, &doubts);
    const bool left = doubts.count > 0 || reprovision_reports_waiting(answers, state_dir);
    strings_free(&doubts);
    return left;
}

static int conclude(struct care *care, const char *state_dir, struct err *err)
{
    bool back = false;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (care_need(care, side, err) != 0)
            return -1;
    if (reprovision_reports_back(care, state_dir, &back, err) != 0)
        return -1;
    if (back)
        world_note(&care->world, SEVERITY_INFO, "reports are read from the slave again");
    /* the doubts last: they tell that something is left */
    return bring_clear(&care->world, err) == 0 ? doubt_clear(state_dir, care->world.answers, err) : -1;
}

/* The run has had its result: that a look begins anew after it is nobody's business. */
struct hushed {
    const struct port *port;
};

static void tell(void *context, const struct event *event)
{
    const struct port *port = ((const struct hushed *)context)->port;
    if (event->kind == EVENT_NOTE || event->kind == EVENT_COMMAND)
        port->emit(port->context, event);
}

static int ask(void *context, const struct question *question, struct answer *answer, struct err *err)
{
    const struct port *port = ((const struct hushed *)context)->port;
    return port->ask(port->context, question, answer, err);
}

int reprovision_conclude(const struct answers *answers, const struct port *port, const char *state_dir, struct err *err)
{
    struct hushed hushed = { .port = port };
    const struct port quiet = { .context = &hushed, .emit = tell, .ask = ask, .cancel_fd = port->cancel_fd };
    struct care care;
    if (!anything_left(answers, state_dir))
        return 0;
    care_begin(&care, answers, &quiet);
    const int rc = conclude(&care, state_dir, err);
    care_end(&care);
    return rc == 0 ? 0 : err_hint(err, "the slave is proven; `dualserver reprovision` does what is left");
}

void reprovision_remind(const struct answers *answers, const struct port *port, const char *state_dir)
{
    if (reprovision_reports_waiting(answers, state_dir))
        port->emit(port->context, &(struct event){ .kind = EVENT_NOTE, .severity = SEVERITY_WARNING,
                                                   .text = "reports are read from the master, since the re-provisioning began; `dualserver "
                                                           "billing` points them at the slave when it is right" });
}
