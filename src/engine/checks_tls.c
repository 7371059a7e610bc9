/* Encryption of replication, from slave to master, and of the reports, from master to slave. */
#include "checks.h"

#include "steps/tls.h"

static enum check_verdict one_way(const struct facts *facts, const struct answers *answers, enum side server, struct buf *text)
{
    const struct server_facts *who = facts_of(facts, server);
    const enum trust trust = tls_trust(facts, answers, server);
    struct buf said = BUF_INIT;
    tls_explain(facts, answers, server, &said);
    check_say(text, "%s, to the " SERVER_FORMAT ": %s", server == SIDE_MASTER ? "replication" : "reports", SERVER_ARGS(who),
              buf_str(&said));
    buf_free(&said);
    if (trust == TRUST_PLAIN && facts_setting_on(who, "require_secure_transport")) {
        check_say(text, "but require_secure_transport is ON there");
        return CHECK_REFUSED;
    }
    return answers->replication.tls == TLS_REQUIRE && (trust == TRUST_PLAIN || trust == TRUST_NOBODY) ? CHECK_REFUSED : CHECK_OK;
}

enum check_verdict check_tls(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const enum check_verdict replication = one_way(facts, answers, SIDE_MASTER, text);
    return check_worse(replication, one_way(facts, answers, SIDE_SLAVE, text));
}
