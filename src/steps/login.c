#include "steps/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "steps/tls.h"

#define LOGIN_TIMEOUT_MS 30000u

/* The options come on standard input: no password is in an argument. */
static const char script[] = "#: tool word <client\n# SELECT 1 at $2\n" CLIENT_WITHOUT_HOME
                             "exec \"$1\" --defaults-extra-file=/dev/stdin --local-infile=0 --protocol=tcp --connect-timeout=10 --execute='SELECT 1' 2>&1";

static void add_quoted(struct buf *to, const char *key, const char *value)
{
    buf_addf(to, "%s=\"", key);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            buf_addc(to, '\\');
        buf_addc(to, *value);
    }
    buf_adds(to, "\"\n");
}

/* "ERROR 1045 (28000): Access denied ...": the number and what follows it. */
static int refused(const char *said, const struct server_facts *server, const char *user, struct err *err)
{
    struct buf shown = BUF_INIT;
    const char *at = strstr(said, "ERROR "), *text = at != NULL ? strstr(at, ": ") : NULL;
    const int number = at != NULL ? atoi(at + strlen("ERROR ")) : 0;
    text = text != NULL ? text + 2 : said;
    quote_printable(&shown, text, strcspn(text, "\n"), 0);
    err_set_detail(err, number >= 2000 && number <= 2013 ? ERR_CONNECT : ERR_AUTH, number,
                   "%s cannot log in to %s:%u: %s (error %d)", user, server->address, server->port,
                   shown.len > 0 ? buf_str(&shown) : "the client said nothing", number);
    buf_free(&shown);
    return -1;
}

int login_try(struct world *world, enum side server, const char *user, const struct secret *password, bool *tried,
              struct err *err)
{
    const enum side from = server == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER;
    const struct server_facts *to = facts_of(&world->facts, server);
    const char *client = facts_of(&world->facts, from)->client_tool;
    struct buf options = BUF_INIT, said = BUF_INIT;
    int status = 0;
    *tried = client != NULL;
    if (client == NULL)
        return 0;
    buf_adds(&options, "[client]\n");
    add_quoted(&options, "user", user);
    add_quoted(&options, "password", secret_text(password));
    add_quoted(&options, "host", to->address);
    buf_addf(&options, "port=%u\n", to->port);
    tls_add_client_options(&world->facts, world->answers, server, &options);
    int rc = host_script_with(world->hosts[from], buf_str(&options), options.len, LOGIN_TIMEOUT_MS, &status, &said, err, script,
                              client, to->address, NULL);
    if (rc == 0 && status != 0)
        rc = refused(buf_str(&said), to, user, err);
    buf_wipe(&options);
    buf_free(&said);
    return rc;
}
