/* What an undo leaves as it is, because other slaves of the same master need it. */
#include "engine_room.h"

#include <stdlib.h>

#include "engine/runs.h"

/* What a run makes of the master is for each of its slaves: the option files of step 1, and that it runs with them. */
bool undo_stays(const struct engine *engine, enum side side, int step)
{
    return engine->leaves_master && side == SIDE_MASTER && step <= 4;
}

static bool made_the_master(const struct past *past)
{
    for (size_t i = 0; i < past->change_count; i++)
        if (past->changes[i].side == SIDE_MASTER && past->changes[i].path != NULL && past->changes[i].step == 1)
            return true;
    return false;
}

int undo_others_may_stay(struct engine *engine, const struct past *past, struct err *err)
{
    bool for_good = true;
    char *other = made_the_master(past) ? runs_of_same_master(engine->state_dir, past, &for_good) : NULL;
    int rc = 0;
    engine->leaves_master = other != NULL && for_good;
    if (other != NULL && !for_good) {
        rc = err_set(err, ERR_REFUSED, "run %s serves another slave of the same master, which this one has made ready for it", other);
        err_hint(err, "take that one back first: dualserver undo --run %s; or accept it: then this undo leaves the master as it is", other);
    }
    free(other);
    return rc;
}
