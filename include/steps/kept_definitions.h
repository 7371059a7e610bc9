/* kept_definitions.h - definitions of tables and other objects in the run's folder on a host, for a run that is resumed or taken
 * back. They may hold what only the server should know (a FEDERATED table's login), so they stay on the servers. */
#ifndef DUALSERVER_STEPS_KEPT_DEFINITIONS_H
#define DUALSERVER_STEPS_KEPT_DEFINITIONS_H

#include "plan/world.h"

/* RUN/definitions, on disk when it returns. On the master they are those of the copy: world->definitions_kept is set. */
int kept_definitions_write(struct world *world, enum side side, const struct definitions *definitions, struct err *err);
/* *definitions is empty when none are kept. */
int kept_definitions_read(struct world *world, enum side side, struct definitions *definitions, struct err *err);
/* The same as text: pure. */
void kept_definitions_render(const struct definitions *definitions, struct buf *to);
int kept_definitions_parse(const char *text, size_t len, struct definitions *definitions, struct err *err);

#endif
