/* What several slaves are to each other. Pure. */
#include "engine/further.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "steps/settings.h"

void further_begin(struct further *further, const char *first_slave)
{
    *further = (struct further){ .first_slave = first_slave != NULL ? mem_dup(first_slave) : NULL };
}

void further_free(struct further *further)
{
    free(further->first_slave);
    free(further->source);
    strings_free(&further->taken_ids);
    *further = (struct further){ .first_slave = NULL };
}

static bool equal(const char *one, const char *other)
{
    return one != NULL && other != NULL && one[0] != '\0' && strcasecmp(one, other) == 0;
}

const char *further_clash(const struct facts *one, const struct facts *other)
{
    const struct server_facts *a = &one->slave, *b = &other->slave;
    /* an equal machine-id alone proves nothing: cloned images share it */
    if (equal(a->machine_id, b->machine_id) && equal(a->boot_id, b->boot_id) && equal(a->hostname, b->hostname))
        return "they are the same machine (machine-id)";
    if (equal(a->server_uuid, b->server_uuid))
        return "they have the same server_uuid";
    if (equal(settings_account_host(one, SIDE_SLAVE), settings_account_host(other, SIDE_SLAVE)))
        return "both come to the master from the same address, and the replication account is one for each address";
    return NULL;
}
