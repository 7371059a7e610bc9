/* The two servers, and the way of the reports. */
#include "symptoms_room.h"

#include <string.h>

#include "base/quote.h"

static bool side_is(const struct trouble *trouble, enum side side, bool host, bool service, struct buf *evidence)
{
    const struct care_side *of = &trouble->care->sides[side];
    const struct server_facts *server = facts_of(&trouble->care->world.facts, side);
    const bool runs = server->service.unit == NULL || server->service.active;
    if (!of->looked || of->server || of->host != host || (host && runs != service))
        return false;
    buf_adds(evidence, of->why.text);
    return true;
}

bool sees_slave_unreachable(const struct trouble *trouble, struct buf *evidence)
{
    return side_is(trouble, SIDE_SLAVE, false, false, evidence);
}

bool sees_slave_down(const struct trouble *trouble, struct buf *evidence)
{
    return trouble->disk_free >= TROUBLE_DISK_LITTLE && side_is(trouble, SIDE_SLAVE, true, false, evidence);
}

bool sees_slave_closed(const struct trouble *trouble, struct buf *evidence)
{
    return trouble->disk_free >= TROUBLE_DISK_LITTLE && side_is(trouble, SIDE_SLAVE, true, true, evidence);
}

bool sees_master_unreachable(const struct trouble *trouble, struct buf *evidence)
{
    return side_is(trouble, SIDE_MASTER, false, false, evidence);
}

bool sees_master_down(const struct trouble *trouble, struct buf *evidence)
{
    return side_is(trouble, SIDE_MASTER, true, false, evidence);
}

bool sees_master_closed(const struct trouble *trouble, struct buf *evidence)
{
    return side_is(trouble, SIDE_MASTER, true, true, evidence);
}

bool sees_no_slave(const struct trouble *trouble, struct buf *evidence)
{
    if (!trouble->care->sides[SIDE_SLAVE].server || trouble->status->configured)
        return false;
    buf_addf(evidence, "%s is no slave of anybody", trouble->care->world.facts.slave.host);
    return true;
}

bool sees_master_read_only(const struct trouble *trouble, struct buf *evidence)
{
    if (!trouble->care->sides[SIDE_MASTER].server || !facts_setting_on(&trouble->care->world.facts.master, "read_only"))
        return false;
    buf_adds(evidence, "read_only of the master is ON");
    return true;
}

/* The client's and the server's words for why there was no login. */
static bool login_is(const struct trouble *trouble, const unsigned *numbers, size_t count, struct buf *evidence)
{
    for (size_t i = 0; trouble->login.tried && i < count; i++)
        if (numbers[i] == trouble->login.error) {
            buf_addf(evidence, "tried from the master with what billing.ini says (%s at %s): %s",
                     trouble->billing.user != NULL ? trouble->billing.user : "no user",
                     trouble->billing.host != NULL ? trouble->billing.host : "no host", trouble->login.said);
            return true;
        }
    return false;
}
#define LOGIN_IS(trouble, evidence, ...)                                                                               \
    login_is(trouble, (const unsigned[]){ __VA_ARGS__ }, sizeof(const unsigned[]){ __VA_ARGS__ } / sizeof(unsigned), evidence)

bool sees_reports_host(const struct trouble *trouble, struct buf *evidence)
{
    return LOGIN_IS(trouble, evidence, 2005);
}

bool sees_reports_port(const struct trouble *trouble, struct buf *evidence)
{
    return LOGIN_IS(trouble, evidence, 2002, 2003, 2013, 1129);
}

bool sees_reports_account(const struct trouble *trouble, struct buf *evidence)
{
    return !trouble->login.exists && LOGIN_IS(trouble, evidence, 1045, 1130, 1698);
}

bool sees_reports_password(const struct trouble *trouble, struct buf *evidence)
{
    return trouble->login.exists && LOGIN_IS(trouble, evidence, 1045, 1698, 1862, 3118);
}

/* 1251 "Client does not support authentication protocol", 1275 "server requested old protocol": OLD_PASSWORD() of today. */
bool sees_reports_plugin(const struct trouble *trouble, struct buf *evidence)
{
    return LOGIN_IS(trouble, evidence, 1251, 1275, 1524, 2049, 2054, 2058, 2059, 2061);
}

bool sees_reports_grant(const struct trouble *trouble, struct buf *evidence)
{
    return LOGIN_IS(trouble, evidence, 1044, 1046, 1049, 1142, 1227);
}

bool sees_reports_other(const struct trouble *trouble, struct buf *evidence)
{
    static symptom_fn *const others[] = { sees_reports_host, sees_reports_port, sees_reports_account, sees_reports_password,
                                          sees_reports_plugin, sees_reports_grant };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (symptom_seen(others[i], trouble))
            return false;
    return trouble->login.tried && trouble->login.error != 0 && LOGIN_IS(trouble, evidence, trouble->login.error);
}
