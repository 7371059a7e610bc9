#include "alike_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/compare.h"
#include "plan/facts.h"

enum { ROUNDS = 3, VALUE_SHOWN = 120 };

const char *alike_word(int owner)
{
    static const char *const words[] = {
        [OBJECT_VIEW] = "view",         [OBJECT_TRIGGER] = "trigger", [OBJECT_PROCEDURE] = "procedure", [OBJECT_FUNCTION] = "function",
        [OBJECT_EVENT] = "event",       [OBJECT_SEQUENCE] = "sequence", [OBJECT_PACKAGE] = "package",
        [OBJECT_PACKAGE_BODY] = "package body",
    };
    return owner == PART_DATABASE ? "database" : owner == PART_TABLE ? "table" : words[owner];
}

void alike_free(struct alike_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        free(result->items[i].name);
        free(result->items[i].how);
    }
    free(result->items);
    strings_free(&result->extra);
    *result = (struct alike_result){ .compared = 0 };
}

bool alike_differs(const struct alike_result *result, int owner, const char *name)
{
    for (size_t i = 0; i < result->count; i++)
        if (result->items[i].owner == owner && strcmp(result->items[i].name, name) == 0)
            return true;
    return false;
}

static int by_owner(const struct part *a, const struct part *b)
{
    return a->owner != b->owner ? (a->owner < b->owner ? -1 : 1) : strcmp(a->name, b->name);
}

static int by_part(const void *one, const void *other)
{
    const struct part *a = one, *b = other;
    const int owner = by_owner(a, b);
    return owner != 0 ? owner : strcmp(a->part, b->part);
}

/* The parts of one table or object, itself the first of them. */
struct group {
    const struct part *parts;
    size_t count;
};

/* Parts of what is no table are left out. */
static struct group next_group(const struct parts *parts, size_t *at)
{
    while (*at < parts->count) {
        const struct group group = { .parts = &parts->items[*at] };
        size_t count = 1;
        while (*at + count < parts->count && by_owner(group.parts, &group.parts[count]) == 0)
            count++;
        *at += count;
        if (group.parts->part[0] == '\0')
            return (struct group){ .parts = group.parts, .count = count };
    }
    return (struct group){ .parts = NULL };
}

static void add_shown(struct buf *to, const char *text)
{
    const size_t len = strlen(text);
    quote_printable(to, text, len < VALUE_SHOWN ? len : VALUE_SHOWN, 0);
    if (len >= VALUE_SHOWN)
        buf_adds(to, "...");
}

static void add_kind(struct buf *to, const struct part *part)
{
    buf_addf(to, "%s ", alike_word(part->owner));
    add_shown(to, part->name);
}

static void add_extra(struct alike_result *result, const struct part *part)
{
    struct buf text = BUF_INIT;
    if (part->part[0] != '\0') {
        add_shown(&text, part->part);
        buf_adds(&text, " of ");
    }
    add_kind(&text, part);
    strings_add(&result->extra, buf_str(&text));
    buf_free(&text);
}

static void add_unlike(struct alike_result *result, const struct part *part, bool missing, struct buf *how)
{
    result->items = mem_grow(result->items, result->count + 1, sizeof *result->items);
    result->items[result->count++] = (struct unlike){ .owner = part->owner, .missing = missing, .name = mem_dup(part->name),
                                                      .how = buf_steal(how) };
}

/* ours: of the master; theirs NULL: the slave has no such part. */
static void add_how(struct buf *how, const struct part *ours, const struct part *theirs)
{
    if (ours->part[0] == '\0') {
        buf_adds(how, theirs == NULL ? "is missing on the slave" : "is another on the slave");
        return;
    }
    buf_adds(how, "its ");
    add_shown(how, ours->part);
    if (theirs == NULL) {
        buf_adds(how, " is missing on the slave");
        return;
    }
    buf_adds(how, " is ");
    add_shown(how, ours->value);
    buf_adds(how, " on the master, ");
    add_shown(how, theirs->value);
    buf_adds(how, " on the slave");
}

static void judge_group(const struct group *ours, const struct group *theirs, struct alike_result *result)
{
    struct buf how = BUF_INIT;
    size_t differences = 0;
    for (size_t i = 0, k = 0; i < ours->count || k < theirs->count;) {
        const int order = i == ours->count ? 1 : k == theirs->count ? -1 : strcmp(ours->parts[i].part, theirs->parts[k].part);
        const bool differs = order < 0 || (order == 0 && strcmp(ours->parts[i].value, theirs->parts[k].value) != 0);
        if (differs && differences++ == 0)
            add_how(&how, &ours->parts[i], order < 0 ? NULL : &theirs->parts[k]);
        if (order > 0)
            add_extra(result, &theirs->parts[k]);
        i += order <= 0;
        k += order >= 0;
    }
    if (differences > 1)
        buf_addf(&how, " (and %zu more)", differences - 1);
    if (differences > 0)
        add_unlike(result, ours->parts, false, &how);
    buf_free(&how);
}

void alike_judge(struct parts *master, struct parts *slave, struct alike_result *result)
{
    size_t at = 0, beside = 0;
    if (master->count > 0)
        qsort(master->items, master->count, sizeof *master->items, by_part);
    if (slave->count > 0)
        qsort(slave->items, slave->count, sizeof *slave->items, by_part);
    struct group ours = next_group(master, &at), theirs = next_group(slave, &beside);
    while (ours.parts != NULL || theirs.parts != NULL) {
        const int order = ours.parts == NULL ? 1 : theirs.parts == NULL ? -1 : by_owner(ours.parts, theirs.parts);
        if (order == 0) {
            judge_group(&ours, &theirs, result);
        } else if (order < 0) {
            struct buf how = BUF_INIT;
            add_how(&how, ours.parts, NULL);
            add_unlike(result, ours.parts, true, &how);
        } else {
            add_extra(result, theirs.parts);
        }
        result->compared += order <= 0;
        if (order <= 0)
            ours = next_group(master, &at);
        if (order >= 0)
            theirs = next_group(slave, &beside);
    }
}

static int one_round(struct world *world, struct db *master, struct db *slave, struct alike_result *result, struct err *err)
{
    const char *database = world->answers->database;
    const bool texts = series_same(facts_kind(&world->facts.master), facts_kind(&world->facts.slave));
    struct parts ours = { .count = 0 }, theirs = { .count = 0 };
    int rc = alike_read(master, database, texts, &ours, err);
    if (rc == 0)
        rc = alike_read(slave, database, texts, &theirs, err);
    alike_free(result);
    if (rc == 0)
        alike_judge(&ours, &theirs, result);
    parts_free(&ours);
    parts_free(&theirs);
    return rc;
}

/* rounds: again, when the slave has executed all that is under way, while something differs. */
static int compare(struct world *world, int rounds, struct alike_result *result, struct err *err)
{
    *result = (struct alike_result){ .compared = 0 };
    world_phase(world, PHASE_CHECK, "comparing the definitions of tables, views, triggers, routines and events");
    struct db *master = world_db_open(world, SIDE_MASTER, err), *slave = master != NULL ? world_db_open(world, SIDE_SLAVE, err) : NULL;
    int rc = slave != NULL ? one_round(world, master, slave, result, err) : -1;
    for (int round = 1; rc == 0 && result->count > 0 && round < rounds; round++) {
        rc = compare_level(world, master, slave, err);
        if (rc == 0)
            rc = one_round(world, master, slave, result, err);
    }
    db_close(master);
    db_close(slave);
    if (rc != 0)
        alike_free(result);
    return rc;
}

int alike_look(struct world *world, struct alike_result *result, struct err *err) { return compare(world, 1, result, err); }

int alike_compare(struct world *world, struct alike_result *result, struct err *err) { return compare(world, ROUNDS, result, err); }
