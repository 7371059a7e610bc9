/* loop.h - the wizard on a terminal, with any engine: waits for keys, the engine's thread, signals and the clock's tick. */
#ifndef DUALSERVER_UI_LOOP_H
#define DUALSERVER_UI_LOOP_H

#include "ui/bridge.h"
#include "ui/wizard.h"

int loop_run(const struct answers *answers, const struct bridge_engine *engine, const struct wizard_options *options,
             struct err *err);

#endif
