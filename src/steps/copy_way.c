/* The table of ways, and the choice between them. Pure. */
#include "steps/copy_way.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

extern const struct copy_way way_directory, way_backup, way_clone, way_rows, way_whole;

/* In the order in which an answer that several serve takes them. */
static const struct copy_way *const ways[] = { &way_directory, &way_backup, &way_clone, &way_rows, &way_whole };
#define WAY_COUNT (sizeof ways / sizeof ways[0])
_Static_assert(WAY_COUNT <= COPY_WAYS_MOST, "struct copy_choice has too little room");

/* A second in which the master's writers wait counts as much as so many in which only the slave is being filled. */
#define WAITING_COUNTS 10u

static bool serves(const struct copy_way *way, enum copy_method method)
{
    return (way->serves & (1u << method)) != 0;
}

static void say_disk(struct buf *why, const struct server_facts *server, uint64_t need)
{
    quote_size(why, need);
    buf_addf(why, " are needed on the %s's disk, ", side_name(server->side));
    quote_size(why, server->disk_free);
    buf_adds(why, " are free");
}

bool copy_way_shares(const struct copy_way *way, const struct facts *facts)
{
    return facts->copy.run != NULL && strcmp(way->id, facts->copy.way) == 0;
}

/* What is left of the cost when the copy is there already: the same files once more take no room and no stop. */
static void share_cost(struct copy_cost *cost)
{
    cost->total_ms -= cost->downtime_ms < cost->total_ms ? cost->downtime_ms : cost->total_ms;
    cost->downtime_ms = cost->disk_master = 0;
    buf_clear(&cost->text);
    buf_adds(&cost->text, "no stop: the copy of an earlier run serves this slave, too");
}

static void judge(const struct facts *facts, const struct answers *answers, struct copy_option *option)
{
    struct buf why = BUF_INIT;
    option->way->cost(facts, answers, &option->cost);
    if (copy_way_shares(option->way, facts))
        share_cost(&option->cost);
    if (option->way->why_not != NULL)
        option->way->why_not(facts, answers, &why);
    if (why.len == 0 && option->cost.disk_master > facts->master.disk_free)
        say_disk(&why, &facts->master, option->cost.disk_master);
    if (why.len == 0 && option->cost.disk_slave > facts->slave.disk_free)
        say_disk(&why, &facts->slave, option->cost.disk_slave);
    option->why_not = why.len > 0 ? buf_steal(&why) : NULL;
    buf_free(&why);
}

static uint64_t disturbance(const struct copy_option *option)
{
    return option->cost.downtime_ms * WAITING_COUNTS + option->cost.total_ms;
}

/* The least disturbance among those that leave the rest of the slave alone; the others only where there is nothing else. */
static const struct copy_option *least(const struct copy_choice *choice)
{
    const struct copy_option *best = NULL;
    for (size_t i = 0; i < choice->count; i++) {
        const struct copy_option *option = &choice->options[i];
        if (option->why_not != NULL)
            continue;
        if (best == NULL || (best->way->whole && !option->way->whole) ||
            (best->way->whole == option->way->whole && disturbance(option) < disturbance(best)))
            best = option;
    }
    return best;
}

static const struct copy_option *first_served(const struct copy_choice *choice, enum copy_method method, bool possible)
{
    for (size_t i = 0; i < choice->count; i++)
        if (serves(choice->options[i].way, method) && (!possible || choice->options[i].why_not == NULL))
            return &choice->options[i];
    return NULL;
}

/* The way of the copy that is there already, where this slave can take it. */
static const struct copy_option *shared(const struct copy_choice *choice, const struct facts *facts)
{
    for (size_t i = 0; i < choice->count; i++)
        if (copy_way_shares(choice->options[i].way, facts) && choice->options[i].why_not == NULL)
            return &choice->options[i];
    return NULL;
}

static void say_cost(struct buf *to, const struct copy_option *option)
{
    quote_duration(to, option->cost.downtime_ms);
    buf_adds(to, " of ");
    quote_duration(to, option->cost.total_ms);
}

static void say_auto(const struct copy_choice *choice, struct buf *to)
{
    buf_adds(to, "copy = auto takes the way that disturbs the master least: its writers wait for about ");
    say_cost(to, choice->chosen);
    for (size_t i = 0; i < choice->count; i++) {
        const struct copy_option *option = &choice->options[i];
        if (option == choice->chosen || option->why_not != NULL)
            continue;
        buf_addf(to, "; by %s ", option->way->id);
        say_cost(to, option);
        if (option->way->whole)
            buf_adds(to, " and it replaces the slave's accounts");
    }
}

const char *copy_method_name(enum copy_method method)
{
    static const char *const names[] = {
        [COPY_AUTO] = "auto", [COPY_DIRECTORY] = "directory", [COPY_WHOLE] = "whole", [COPY_ROWS] = "rows", [COPY_HOT] = "hot",
    };
    return names[method];
}

/* What was asked for by another name, or not at all. */
static void say_asked(const struct copy_choice *choice, enum copy_method method, struct buf *to)
{
    const char *name = copy_method_name(method);
    buf_addf(to, "copy = %s", name);
    if (strcmp(choice->chosen->way->id, name) != 0)
        buf_addf(to, " comes to %s here", choice->chosen->way->id);
    for (const struct copy_option *option = choice->options; option < choice->chosen; option++)
        if (serves(option->way, method) && option->why_not != NULL)
            buf_addf(to, "; %s: %s", option->way->id, option->why_not);
}

static void say_none(const struct copy_choice *choice, enum copy_method method, struct buf *to)
{
    buf_addf(to, "copy = %s is not possible here", copy_method_name(method));
    for (size_t i = 0; i < choice->count; i++) {
        const struct copy_option *option = &choice->options[i];
        if (method == COPY_AUTO || serves(option->way, method))
            buf_addf(to, "; %s: %s", option->way->id, option->why_not);
    }
    const struct copy_option *other = least(choice);
    if (method != COPY_AUTO && other != NULL)
        buf_addf(to, "; copy = %s is", copy_method_name(other->way->method));
}

void copy_choose(const struct facts *facts, const struct answers *answers, struct copy_choice *choice)
{
    struct buf because = BUF_INIT;
    *choice = (struct copy_choice){ .count = WAY_COUNT };
    for (size_t i = 0; i < WAY_COUNT; i++) {
        choice->options[i].way = ways[i];
        judge(facts, answers, &choice->options[i]);
    }
    const struct copy_option *there = shared(choice, facts);
    choice->chosen = there != NULL ? there : answers->copy == COPY_AUTO ? least(choice) : first_served(choice, answers->copy, true);
    if (there != NULL)
        buf_addf(&because, "%s, because the copy that run %s took for the slave %s serves this one, too: the master is not held up again",
                 there->way->id, facts->copy.run, facts->copy.slave);
    else if (choice->chosen == NULL)
        say_none(choice, answers->copy, &because);
    else if (answers->copy == COPY_AUTO)
        say_auto(choice, &because);
    else
        say_asked(choice, answers->copy, &because);
    choice->because = buf_steal(&because);
}

void copy_choice_free(struct copy_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        free(choice->options[i].why_not);
        buf_free(&choice->options[i].cost.text);
    }
    free(choice->because);
    *choice = (struct copy_choice){ .count = 0 };
}

const struct copy_way *copy_way_wanted(const struct facts *facts, const struct answers *answers)
{
    struct copy_choice choice;
    copy_choose(facts, answers, &choice);
    const struct copy_option *option = choice.chosen != NULL ? choice.chosen
                                                             : first_served(&choice, answers->copy, false);
    const struct copy_way *way = option != NULL ? option->way : ways[0];
    copy_choice_free(&choice);
    return way;
}

bool copy_way_leaves_copy(const struct copy_way *way)
{
    return way->plan[3] != NULL;
}

bool copy_way_takes_files(const struct copy_way *way)
{
    return way->plan[8] != NULL;
}

void copy_way_carry(const struct copy_way *way, struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->table_count; i++) {
        struct table *table = &inventory->tables[i];
        table->carry = way->carry != NULL ? way->carry(table) : table->natural;
    }
}

int copy_way_plan(int step, const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    const struct copy_way *way = plan->way;
    if (step >= 2 && step <= 4 && copy_way_shares(way, facts))
        return step == 3 ? shared_copy_plan(facts, answers, plan, err) : 0;
    return way->plan[step] != NULL ? way->plan[step](facts, answers, plan, err) : 0;
}

int copy_way_verify(int step, struct world *world, struct err *err)
{
    const struct copy_way *way = world->plan->way;
    return way->verify[step] != NULL ? way->verify[step](world, err) : 0;
}

/* What step 1 writes into the option files, and a running server cannot take over. A session that is open keeps the
 * binlog_format it began with: from MIXED it logs nothing that a slave would take wrongly, from STATEMENT it may. */
const char *master_restart_why(const struct facts *facts)
{
    const struct server_facts *master = &facts->master;
    if (!master->log_bin)
        return "binary logging is off and can be switched on by a restart only";
    if (facts_loopback_only(master))
        return "it listens to its own machine only, which a restart can change only";
    if (strcasecmp(facts_setting(master, "binlog_format"), "STATEMENT") == 0)
        return "its open sessions log statements (binlog_format = STATEMENT) until they are closed";
    return NULL;
}
