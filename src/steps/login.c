#include "steps/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/tls.h"

#define LOGIN_TIMEOUT_MS 30000u

/* $1 the client, $2 where (to be shown only), $3 the statement. The options come on standard input: no password is in an argument.
 * What the client writes to its standard error is said only when it fails: rows are not mixed with warnings. */
static const char script[] = "#: tool word probe <client\n# $3 at $2\n" CLIENT_WITHOUT_HOME
                             "exec 3>&1\n"
                             "said=$(\"$1\" --defaults-extra-file=/dev/stdin --local-infile=0 --protocol=tcp --connect-timeout=10 --batch "
                             "--skip-column-names --execute=\"$3\" 2>&1 >&3) || { printf '%s\\n' \"$said\"; exit 1; }";

/* "ERROR 1045 (28000): Access denied ...": the number and what follows it. */
static int refused(const char *said, const struct login *login, struct err *err)
{
    struct buf shown = BUF_INIT;
    const char *at = strstr(said, "ERROR "), *text = at != NULL ? strstr(at, ": ") : NULL;
    const int number = at != NULL ? atoi(at + strlen("ERROR ")) : 0;
    text = text != NULL ? text + 2 : said;
    quote_printable(&shown, text, strcspn(text, "\n"), 0);
    err_set_detail(err, number >= 2000 && number <= 2013 ? ERR_CONNECT : ERR_AUTH, number,
                   "%s cannot log in to %s:%u: %s (error %d)", login->user, login->host, login->port,
                   shown.len > 0 ? buf_str(&shown) : "the client said nothing", number);
    buf_free(&shown);
    return -1;
}

static void add_options(const struct login *login, struct buf *to)
{
    buf_adds(to, "[client]\n");
    world_client_option(to, "user", login->user);
    world_client_option(to, "password", secret_text(login->password));
    world_client_option(to, "host", login->host);
    buf_addf(to, "port=%u\n", login->port);
    if (login->database != NULL)
        world_client_option(to, "database", login->database);
    buf_adds(to, login->options);
}

int login_run(struct world *world, enum side from, const struct login *login, const char *sql, struct buf *out, bool *tried,
              struct err *err)
{
    const char *client = facts_of(&world->facts, from)->client_tool;
    *tried = client != NULL;
    if (client == NULL)
        return 0;
    struct buf options = BUF_INIT, said = BUF_INIT;
    char *where = mem_printf("%s:%u", login->host, login->port);
    int status = 0;
    add_options(login, &options);
    int rc = host_script_with(world->hosts[from], buf_str(&options), options.len, LOGIN_TIMEOUT_MS, &status, &said, err, script,
                              client, where, sql, NULL);
    if (rc == 0 && status != 0)
        rc = refused(buf_str(&said), login, err);
    else if (rc == 0)
        buf_add(out, buf_str(&said), said.len);
    buf_wipe(&options);
    buf_free(&said);
    free(where);
    return rc;
}

int login_try(struct world *world, enum side server, const char *user, const struct secret *password, bool *tried,
              struct err *err)
{
    const struct server_facts *to = facts_of(&world->facts, server);
    struct buf tls = BUF_INIT, out = BUF_INIT;
    tls_add_client_options(&world->facts, world->answers, server, &tls);
    const struct login login = { .host = to->address, .port = to->port, .user = user, .password = password,
                                 .options = buf_str(&tls) };
    int rc = login_run(world, server == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER, &login, "SELECT 1", &out, tried, err);
    buf_free(&tls);
    buf_free(&out);
    return rc;
}
