/* report.h - the run's report for people: STATE/runs/RUN/report.md, secrets redacted. */
#ifndef DUALSERVER_ENGINE_REPORT_H
#define DUALSERVER_ENGINE_REPORT_H

#include "engine/model.h"
#include "plan/change.h"
#include "plan/world.h"

int report_write(const char *path, const struct world *world, const struct plan *plan, const struct model *model,
                 struct err *err);

/* What became of the run later: one more line at the end. No report, no line. */
int report_amend(const char *path, const char *line, struct err *err);

#endif
