/* tls.h - encryption between the two servers: what is used, what of it is verified, and how that is said. Pure but for
 * tls_plan_ca's change.
 *
 * `server` is the side that is connected to: SIDE_MASTER for replication, SIDE_SLAVE for the reports.
 */
#ifndef DUALSERVER_STEPS_TLS_H
#define DUALSERVER_STEPS_TLS_H

#include "plan/change.h"
#include "plan/facts.h"

enum trust {
    TRUST_PLAIN,    /* no TLS */
    TRUST_NOBODY,   /* encrypted; who answers cannot be verified */
    TRUST_CA,       /* the certificate is signed by the server's own CA */
    TRUST_NAME,     /* and made out to the address that is connected to */
    TRUST_PASSWORD, /* a certificate made in memory, verified by the account's password (MariaDB 11.4) */
};
enum trust tls_trust(const struct facts *facts, const struct answers *answers, enum side server);
/* One sentence of what is encrypted and verified, what not, and why. Appends. */
void tls_explain(const struct facts *facts, const struct answers *answers, enum side server, struct buf *to);
/* Carries the server's CA to the other side, where it is used. */
void tls_plan_ca(const struct facts *facts, const struct answers *answers, enum side server, struct plan *plan);
/* ", MASTER_SSL = 1, ..." for CHANGE MASTER. Appends. */
void tls_add_options(const struct facts *facts, const struct answers *answers, struct buf *to);
/* Lines of a [client] group for a client on the other side. Appends. */
void tls_add_client_options(const struct facts *facts, const struct answers *answers, enum side server, struct buf *to);

#endif
