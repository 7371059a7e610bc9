#include "ui/help.h"

#include <string.h>

/* In the order of the fourteen steps. */
static const char *const step_ids[] = {
    "master-config", "master-stop", "copy",  "master-start", "grant-replication", "ship",
    "slave-stop",    "unpack",      "ownership", "slave-config", "slave-start", "change-master",
    "running",       "grant-reports",
};

const struct help *help_find(const char *id)
{
    for (size_t i = 0; id != NULL && i < help_count; i++)
        if (strcmp(help_texts[i].id, id) == 0)
            return &help_texts[i];
    return NULL;
}

const char *help_step_id(int step)
{
    return step >= 1 && step <= (int)(sizeof step_ids / sizeof step_ids[0]) ? step_ids[step - 1] : NULL;
}
