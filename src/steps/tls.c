#include "steps/tls.h"

#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/settings.h"

static const struct server_facts *other_of(const struct facts *facts, enum side server)
{
    return facts_of(facts, server == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER);
}

enum trust tls_trust(const struct facts *facts, const struct answers *answers, enum side server)
{
    const struct tls_facts *tls = &facts_of(facts, server)->tls;
    const struct dialect *client = other_of(facts, server)->dialect;
    if (answers->replication.tls == TLS_OFF || !tls->offered)
        return TRUST_PLAIN;
    if (tls->certificate.subject == NULL)
        return client->ssl_by_password ? TRUST_PASSWORD : TRUST_NOBODY;
    if (tls->certificate.ca == NULL)
        return TRUST_NOBODY;
    return tls->certificate.names && client->ssl_names ? TRUST_NAME : TRUST_CA;
}

static bool carried(enum trust trust)
{
    return trust == TRUST_CA || trust == TRUST_NAME;
}

static void explain_plain(const struct facts *facts, const struct answers *answers, enum side server, struct buf *to)
{
    buf_addf(to, "not encrypted (%s): what crosses the network can be read there",
             answers->replication.tls == TLS_OFF ? "tls = off" : "no TLS is offered");
    if (server == SIDE_MASTER && settings_replication_plugin(facts) == ACCOUNT_SHA2)
        buf_adds(to, "; the login is protected by the master's public key, which the slave asks for: that keeps the password from "
                     "who listens, not from who answers in the master's place");
}

void tls_explain(const struct facts *facts, const struct answers *answers, enum side server, struct buf *to)
{
    const struct server_facts *who = facts_of(facts, server), *other = other_of(facts, server);
    const struct certificate *certificate = &who->tls.certificate;
    switch (tls_trust(facts, answers, server)) {
    case TRUST_PLAIN:
        explain_plain(facts, answers, server, to);
        break;
    case TRUST_NOBODY:
        buf_addf(to, "encrypted, but who answers is not verified: nobody vouches for the certificate (%s)",
                 certificate->trouble != NULL ? certificate->trouble : "its file cannot be read");
        break;
    case TRUST_CA:
        buf_addf(to, "encrypted; verified: the certificate is signed by '%s', which is carried over to %s; not verified: the name, "
                 "%s", certificate->ca_subject, other->tls.other_ca,
                 certificate->names ? "which this version cannot check" : "for the certificate ");
        if (!certificate->names)
            buf_addf(to, "('%s') is not made out to %s", certificate->subject, who->address);
        break;
    case TRUST_NAME:
        buf_addf(to, "encrypted; verified: the certificate is signed by '%s', which is carried over to %s, and made out to %s",
                 certificate->ca_subject, other->tls.other_ca, who->address);
        break;
    case TRUST_PASSWORD:
        buf_addf(to, "encrypted; verified: by the account's password, for the server makes its certificate in memory at each start%s",
                 server == SIDE_SLAVE ? " (by clients of MariaDB 11.4 and later; others cannot verify it)" : "");
        break;
    }
}

void tls_plan_ca(const struct facts *facts, const struct answers *answers, enum side server, struct plan *plan)
{
    const struct server_facts *other = other_of(facts, server);
    const char *ca = facts_of(facts, server)->tls.certificate.ca, *now = other->tls.other_ca_now;
    if (!carried(tls_trust(facts, answers, server)) || (now != NULL && strcmp(now, ca) == 0))
        return;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_FILE,
                       .server = other->side,
                       .what = mem_printf("carry the %s's CA over to %s", server == SIDE_MASTER ? "master" : "slave", other->tls.other_ca),
                       .why = mem_dup("by it the certificate of the other server is recognised"),
                       .path = mem_dup(other->tls.other_ca),
                       .before = mem_dup(now),
                       .after = mem_dup(ca),
                       .undo = now != NULL ? mem_printf("write the dated backup of %s back", other->tls.other_ca)
                                           : mem_printf("remove %s", other->tls.other_ca),
                   });
}

/* Both are always said: a slave that has followed a master before keeps what is not. */
void tls_add_options(const struct facts *facts, const struct answers *answers, struct buf *to)
{
    const struct dialect *dialect = facts->slave.dialect;
    const enum trust trust = tls_trust(facts, answers, SIDE_MASTER);
    const char *ca = carried(trust) ? facts->slave.tls.other_ca : "";
    buf_addf(to, ", %s_SSL = %d, %s_SSL_CA = ", dialect->key, trust != TRUST_PLAIN, dialect->key);
    quote_sql(to, ca, strlen(ca));
    if (dialect->ssl_verify)
        buf_addf(to, ", %s_SSL_VERIFY_SERVER_CERT = %d", dialect->key, trust == TRUST_NAME || trust == TRUST_PASSWORD);
}

/* Each client takes what it knows; `loose` lets it pass over the other vendor's. */
void tls_add_client_options(const struct facts *facts, const struct answers *answers, enum side server, struct buf *to)
{
    static const struct {
        const char *mysql;
        bool on, verify;
    } words[] = {
        [TRUST_PLAIN] = { "DISABLED", false, false },
        [TRUST_NOBODY] = { "REQUIRED", true, false },
        [TRUST_CA] = { "VERIFY_CA", true, false },
        [TRUST_NAME] = { "VERIFY_IDENTITY", true, true },
        [TRUST_PASSWORD] = { "REQUIRED", true, true },
    };
    const enum trust trust = tls_trust(facts, answers, server);
    if (other_of(facts, server)->dialect->mariadb)
        buf_addf(to, "ssl=%d\nssl-verify-server-cert=%d\n", words[trust].on, words[trust].verify);
    else
        buf_addf(to, "loose-ssl-mode=%s\nloose-get-server-public-key=1\n", words[trust].mysql);
    if (carried(trust))
        buf_addf(to, "ssl-ca=%s\n", other_of(facts, server)->tls.other_ca);
}
