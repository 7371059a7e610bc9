/* Does a server take TLS connections, and can the other one know that it is this server which answers? The certificate is read
 * from the files that the server itself read; a CA that is its own goes on to the other server in step 5 or 14. */
#include "facts_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "host/file.h"

/* $1: the server's certificate, $2: its CA, either may be empty; $3: the file with the other server's CA. Of what is in them
 * only certificates leave the host. */
static const char script[] =
    "#: seen? seen? file\n# certificates in $1 and $2\n"
    LOOK_PROLOGUE
    "blocks() { awk -v key=\"$1\" '{ sub(/\\r$/, \"\") } /^-----BEGIN CERTIFICATE-----/ { on = 1 } on { print key, $0 } "
    "/^-----END CERTIFICATE-----/ { on = 0 }' <\"$2\"; }\n"
    "if [ -n \"$1\" ] && [ -r \"$1\" ]; then blocks cert \"$1\"; fi\n"
    "if [ -n \"$2\" ] && [ -r \"$2\" ]; then blocks ca \"$2\"; fi\n"
    "if [ -e \"$3\" ]; then say there yes; fi\n"
    "exit 0\n";

/* MySQL says it in performance_schema since it dropped have_ssl (8.4). */
static bool takes_tls(struct db *db, const struct server_facts *server)
{
    static const char *const variables[] = { "have_ssl", "have_openssl" };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (facts_setting(server, variables[i])[0] != '\0')
            return strcasecmp(facts_setting(server, variables[i]), "YES") == 0;
    struct err ignored = ERR_INIT;
    char *enabled = db_value(db, &ignored,
                             "SELECT VALUE FROM performance_schema.tls_channel_status WHERE CHANNEL = 'mysql_main' AND "
                             "PROPERTY = 'Enabled'");
    const bool yes = enabled != NULL && strcasecmp(enabled, "Yes") == 0;
    free(enabled);
    return yes;
}

/* The folder of the first option file: a server that reads its options may read there, whatever confines it. */
static char *home_of_ca(const struct server_facts *server)
{
    const char *file = server->options.count > 0 ? server->options.files[0].path : "/etc/my.cnf";
    const char *slash = strrchr(file, '/');
    return mem_printf("%.*s/dualserver-%s-ca.pem", slash != NULL ? (int)(slash - file) : 0, file,
                      side_name(server->side == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER));
}

static char *absolute(const struct server_facts *server, const char *variable)
{
    const char *path = facts_setting(server, variable);
    return path[0] == '\0' || path[0] == '/' ? mem_dup(path) : mem_printf("%s/%s", server->datadir, path);
}

static void join(const struct look *look, const char *key, struct buf *to)
{
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->lines[i].key, key) == 0)
            buf_addf(to, "%s\n", look->lines[i].value);
}

static int read_other_ca(struct world *world, struct server_facts *server, struct err *err)
{
    struct buf now = BUF_INIT;
    if (file_read(world->hosts[server->side], server->tls.other_ca, &now, err) != 0)
        return -1;
    server->tls.other_ca_now = buf_steal(&now);
    return 0;
}

static int look_at(struct world *world, struct server_facts *server, struct err *err)
{
    struct db *db = world_db(world, server->side, err);
    struct buf out = BUF_INIT, cert = BUF_INIT, ca = BUF_INIT;
    struct look look;
    if (db == NULL)
        return -1;
    server->tls.offered = takes_tls(db, server);
    free(server->tls.other_ca);
    server->tls.other_ca = home_of_ca(server);
    char *cert_file = absolute(server, "ssl_cert"), *ca_file = absolute(server, "ssl_ca");
    int rc = host_script(world->hosts[server->side], &out, err, script, cert_file, ca_file, server->tls.other_ca, NULL);
    look_parse(&look, &out);
    if (rc == 0) {
        join(&look, "cert", &cert);
        join(&look, "ca", &ca);
        certificate_look(buf_str(&cert), buf_str(&ca), server->address, &server->tls.certificate);
        if (look_has(&look, "there"))
            rc = read_other_ca(world, server, err);
    }
    look_free(&look);
    buf_free(&cert);
    buf_free(&ca);
    free(cert_file);
    free(ca_file);
    return rc;
}

int facts_tls(struct world *world, struct facts *facts, struct err *err)
{
    struct server_facts *servers[] = { &facts->master, &facts->slave };
    for (size_t i = 0; i < 2; i++)
        if (look_at(world, servers[i], err) != 0)
            return err_wrap(err, "%s: cannot look at its certificate", side_name(servers[i]->side));
    return 0;
}
