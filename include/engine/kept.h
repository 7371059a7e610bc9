/* kept.h - the facts that a run was planned with, kept in its state folder so that resume and undo make the same plan again.
 *
 * What may be a secret is left out: the option files' text (their digests are kept; the text is read again, of a file that this
 * run has edited from its dated backup) and settings whose names speak of passwords.
 */
#ifndef DUALSERVER_ENGINE_KEPT_H
#define DUALSERVER_ENGINE_KEPT_H

#include "plan/change.h"
#include "plan/world.h"

int kept_write(const char *path, const struct facts *facts, struct err *err); /* 0600, on disk when it returns */
/* Fills facts from the file; the option files have their paths but no text yet. */
int kept_read(const char *path, struct facts *facts, struct err *err);
/* The same from texts. */
void kept_render(const struct facts *facts, struct buf *to);
int kept_parse(const char *text, struct facts *facts, struct err *err);
/* Reads the option files' text from the hosts. *drifted: the first file that is not what it was when the run was planned; owned
 * by the caller, NULL: none. */
int kept_read_options(struct world *world, char **drifted, struct err *err);
/* One digest over all changes of a plan, in hex: the same plan, the same digest. Owned. */
char *kept_plan_sha256(const struct plan *plan);
/* 64 hex digits of a text. Appends. */
void kept_sha256(const void *text, size_t len, struct buf *to);

#endif
