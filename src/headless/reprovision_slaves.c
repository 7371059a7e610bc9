/* reprovision with several slaves: each is looked at and made right by itself; those that need everything are then set up anew
 * together, so that one copy serves them where the way of copying leaves one. */
#include "config.h"

#include "reprovision_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

struct several {
    const struct options *options;
    const char *state_dir;
    struct answers *answers;
    const struct port *port;
    size_t count;
    bool *anew;              /* by slave: everything has to be set up */
    size_t anew_count;
    struct strings anew_hosts;
    struct outcome outcome;  /* of all, where no set-up follows that tells it */
    struct output output;
    bool pending;            /* --plan: something would be changed */
};

static void add_slave(struct several *all, size_t i, const char *state, const char *verdict)
{
    struct outcome *outcome = &all->outcome;
    outcome->slaves = mem_grow(outcome->slaves, outcome->slave_count + 1, sizeof *outcome->slaves);
    outcome->slaves[outcome->slave_count++] = (struct slave_outcome){
        .section = answers_slave_section(all->answers, i),
        .host = mem_dup(i == 0 ? all->answers->slave.host : all->answers->more_slaves[i - 1].host),
        .state = mem_dup(state), .verdict = mem_dup(verdict),
    };
}

static void name_slave(struct several *all, struct reprovisioning *session, size_t i, const char *what)
{
    char *section = answers_slave_section(all->answers, i);
    world_note(&session->care->world, SEVERITY_INFO, "slave %zu of %zu, %s ([%s]): %s", i + 1, all->count, session->answers->slave.host, section,
               what);
    free(section);
}

static void put_down(struct several *all, struct reprovisioning *session, size_t i, int rc, const struct err *err)
{
    static const char *const states[] = {
        [REPROVISION_NOTHING] = "there", [REPROVISION_TABLES] = "proven", [REPROVISION_ALL] = "anew", [REPROVISION_NOT] = "failed",
    };
    const bool planned = session->options->plan && session->job.way != REPROVISION_NOTHING;
    char *verdict = reprovisioning_verdict(session, err);
    if (rc >= 0 && session->job.way == REPROVISION_ALL) {
        free(verdict);
        verdict = mem_dup("everything has to be set up anew");
        all->anew[i] = true;
        all->anew_count++;
        strings_add(&all->anew_hosts, session->answers->slave.host);
    }
    if (rc < 0 && reprovision_reports_waiting(session->answers, session->state_dir))
        world_note(&session->care->world, SEVERITY_WARNING, "reports stay on the master; `dualserver billing` points them at the slave when it "
                   "is right");
    name_slave(all, session, i, verdict);
    add_slave(all, i, rc < 0 ? "failed" : planned ? "planned" : states[session->job.way], verdict);
    all->pending = all->pending || planned;
    all->outcome.shipped_bytes += session->care->world.shipped_bytes;
    for (size_t k = 0; k < session->outcome.carried.count; k++)
        strings_add(&all->outcome.carried, session->outcome.carried.items[k]);
    free(verdict);
}

static int one(struct several *all, size_t i, struct err *err)
{
    struct answers pair = answers_of_pair(all->answers, i);
    struct care care;
    bool told = false;
    care_begin(&care, &pair, all->port);
    struct reprovisioning session = reprovisioning(all->options, all->state_dir, &pair, &care);
    session.one_of_several = true;
    const int rc = reprovisioning_drive(&session, &told, err);
    if (rc >= 0)
        err_clear(err);
    put_down(all, &session, i, rc, err);
    reprovisioning_end(&session);
    care_end(&care);
    return rc < 0 ? err_wrap(err, "%s", pair.slave.host) : 0;
}

/* On one that is set up anew. */
static int on_slave(struct several *all, size_t i, int (*what)(struct several *all, struct reprovisioning *session, struct err *err),
                    struct err *err)
{
    struct answers pair = answers_of_pair(all->answers, i);
    struct care care;
    care_begin(&care, &pair, all->port);
    struct reprovisioning session = reprovisioning(all->options, all->state_dir, &pair, &care);
    const int rc = what(all, &session, err);
    reprovisioning_end(&session);
    care_end(&care);
    return rc;
}

static int choose_copy(struct several *all, struct reprovisioning *session, struct err *err)
{
    const int rc = reprovisioning_choose_copy(session, err);
    all->answers->copy = session->answers->copy;
    return rc;
}

static int reports_away(struct several *all, struct reprovisioning *session, struct err *err)
{
    return trouble_look(session->care, all->state_dir, &session->job.trouble, err) == 0 ? reprovisioning_reports_away(session, err) : -1;
}

static size_t first_anew(const struct several *all)
{
    size_t i = 0;
    while (i < all->count && !all->anew[i])
        i++;
    return i;
}

/* The set-up of all slaves leaves those as they are that are right. Each host was typed already, or given. */
static int set_up_anew(struct several *all, struct err *err)
{
    struct options options = *all->options;
    if (on_slave(all, first_anew(all), choose_copy, err) != 0)
        return -1;
    for (size_t i = 0; i < all->anew_hosts.count && i < CONFIRM_MOST; i++)
        options.confirm[i] = all->anew_hosts.items[i];
    options.plain = options.plain || !options.yes;
    if (!options.plan && all->anew[0] && on_slave(all, 0, reports_away, err) != 0) /* reports are read from the first */
        return -1;
    const int rc = headless_run_anew(all->answers, &options, &all->anew_hosts, err);
    if (rc != 0 && !options.json && !options.quiet && reprovision_reports_waiting(all->answers, all->state_dir))
        (void)printf("reports stay on the master; `dualserver billing` points them at the slave when it is right\n");
    return rc;
}

static int finish(struct several *all, int rc, struct err *err)
{
    struct outcome *outcome = &all->outcome;
    headless_signal_as_error(err);
    outcome->seen = outcome->ok = err->code == ERR_NONE;
    outcome->way = "tables";
    outcome->verdict = err->code != ERR_NONE ? mem_dup(err->text)
                       : all->pending        ? mem_dup("changes are pending; nothing was changed")
                                             : mem_printf("%zu slaves replicate, and all their tables hold the master's rows", all->count);
    if (all->options->json)
        output_json_end(outcome, err);
    else
        output_text_end(&all->output, outcome);
    return rc;
}

int headless_reprovision_slaves(const struct options *options, const char *state_dir, struct answers *answers, const struct port *port,
                                struct err *err)
{
    struct several all = { .options = options, .state_dir = state_dir, .answers = answers, .port = port, .count = answers->more_count + 1,
                           .output = { .color = options_color(options, STDOUT_FILENO), .verbose = options->verbose, .quiet = options->quiet } };
    int rc = 0;
    all.anew = mem_alloc(all.count * sizeof *all.anew);
    size_t done = 0;
    for (; rc == 0 && done < all.count; done++)
        rc = one(&all, done, err);
    for (size_t i = done; i < all.count; i++)
        add_slave(&all, i, "untouched", "it was not come to");
    if (rc == 0 && all.anew_count > 0)
        rc = set_up_anew(&all, err);
    else
        rc = finish(&all, rc != 0 ? -1 : all.pending ? 3 : 0, err);
    outcome_free(&all.outcome);
    strings_free(&all.anew_hosts);
    free(all.anew);
    return rc;
}
