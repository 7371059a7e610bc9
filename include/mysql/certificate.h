/* certificate.h - what a server's certificate is worth to the other server: who vouches for it, and for which name. Pure:
 * texts in PEM form in, words out. */
#ifndef DUALSERVER_MYSQL_CERTIFICATE_H
#define DUALSERVER_MYSQL_CERTIFICATE_H

#include <stdbool.h>
#include "base/buf.h"

struct certificate {
    char *subject;    /* "CN = db1.example.com"; NULL: there is no certificate in the text */
    char *ca;         /* the certificates that vouch for it, in PEM form: what the other side must hold; NULL: none do */
    char *ca_subject; /* of the first of them */
    char *trouble;    /* why nobody vouches for it: "certificate has expired"; NULL */
    bool itself;      /* it vouches for itself (self-signed) */
    bool names;       /* it is made out to the name or address asked for */
};

/* cert: the server's own certificate, chain behind it; ca: what the server names as its CA (NULL: nothing); name: by which the
 * other server connects (NULL: not known). Candidates for ca are first those in `ca`, then the server's own chain. Other
 * things in the texts (keys!) are left out. */
void certificate_look(const char *cert, const char *ca, const char *name, struct certificate *certificate);
void certificate_free(struct certificate *certificate);

#endif
