/* further.h - several slaves of one master: a run for each, and the master is held up for the first one only.
 *
 * Where the first run takes a copy that lies on the master for a while (the ways directory and whole), its folder stays there until
 * the last slave was served: engine_keep_copy(). A further run takes the same files over as a copy of its own, and its replication
 * begins where the first one's did; what was written since comes by the binary log. That holds only while the tables are those of
 * the copy and the log is there: else, and in the ways that stream, each run takes its own.
 *
 *     struct further further;                        of every slave but a single one
 *     further_begin(&further, first_slave);          NULL: this is the first
 *     further.lead = lead;                           before the first run: planned for the master as that one will leave it
 *     further.source = mem_dup(run); lead = NULL     after it: its copy is looked for
 *     engine_further(engine, &further)               borrowed; before engine_look()
 *     engine_settle(engine, &past, err)              after the last one: the copy of `past` goes. Changes nothing else.
 */
#ifndef DUALSERVER_ENGINE_FURTHER_H
#define DUALSERVER_ENGINE_FURTHER_H

#include "engine/engine.h"
#include "engine/past.h"
#include "plan/facts.h"

struct further {
    char *first_slave;           /* host; NULL: this is the first */
    char *source;                /* the run whose copy may serve this one; NULL: none */
    struct strings taken_ids;    /* server ids of the other slaves */
    const struct engine *lead;   /* borrowed: planned, not run yet; NULL: what is there counts */
};

void further_begin(struct further *further, const char *first_slave);
void further_free(struct further *further);

void engine_further(struct engine *engine, const struct further *further);
void engine_keep_copy(struct engine *engine); /* of the next engine_run(): it ends without asking what becomes of what it has kept */
void engine_confirmed(struct engine *engine); /* the host was typed already, for a plan that asked for no less */
int engine_settle(struct engine *engine, const struct past *past, struct err *err);
/* What engine_look() found; valid until the next one. */
const struct facts *engine_facts(const struct engine *engine);

/* Why the slaves of the two cannot be set up beside each other; NULL: they can. */
const char *further_clash(const struct facts *one, const struct facts *other);

/* Within the engine. After facts were gathered: adds what the others mean for this run. */
int further_look(struct engine *engine, struct err *err);
/* Is world->facts.copy still on the master, and has that not been rebooted since? */
int further_is_there(struct world *world, bool *there, struct err *err);

#endif
