/* "Reports Server is unavailable", walked from the master: what billing.ini says, tried as the web interface does. */
#include "trouble_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/file.h"

#define LOGIN_TIMEOUT_MS 30000u

/* The options come on standard input: no password is in an argument. */
static const char login_script[] = "#: never\n# the reports' tables at $2, from here\n" CLIENT_WITHOUT_HOME
                                   "exec \"$1\" --defaults-extra-file=/dev/stdin --local-infile=0 --protocol=tcp --connect-timeout=10 --batch "
                                   "--execute='SHOW TABLES' 2>&1";

static void add_option(struct buf *to, const char *key, const char *value)
{
    buf_addf(to, "%s=\"", key);
    for (; value != NULL && *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            buf_addc(to, '\\');
        buf_addc(to, *value);
    }
    buf_adds(to, "\"\n");
}

static void try_login(struct trouble *trouble, const char *client)
{
    const struct report_login *billing = &trouble->billing;
    struct buf options = BUF_INIT, said = BUF_INIT;
    struct err ignored = ERR_INIT;
    int status = 0;
    const char *host = billing->host != NULL ? billing->host : "";
    buf_adds(&options, "[client]\nloose-get-server-public-key=1\n");
    add_option(&options, "user", billing->user);
    add_option(&options, "password", billing->password != NULL ? secret_text(billing->password) : "");
    add_option(&options, "host", host);
    buf_adds(&options, "[mysql]\n");
    add_option(&options, "database", billing->name);
    if (host_script_with(trouble->care->world.hosts[SIDE_MASTER], buf_str(&options), options.len, LOGIN_TIMEOUT_MS, &status, &said, &ignored,
                         login_script, client, host, NULL) == 0) {
        const char *at = strstr(buf_str(&said), "ERROR ");
        trouble->login.tried = status == 0 || at != NULL;
        trouble->login.error = status != 0 && at != NULL ? (unsigned)strtoul(at + strlen("ERROR "), NULL, 10) : 0;
        struct buf shown = BUF_INIT;
        quote_printable(&shown, at != NULL ? at : "", at != NULL ? strcspn(at, "\n") : 0, 0);
        trouble->login.said = buf_steal(&shown);
    }
    buf_wipe(&options);
    buf_free(&said);
}

/* An account for who comes from where the master does; a new one is made for its address. */
static void look_account(struct trouble *trouble, struct db *slave)
{
    struct trouble_login *login = &trouble->login;
    struct rows rows = ROWS_INIT;
    char *name = trouble_host_in(login->said), *source = trouble_source(trouble, SIDE_MASTER, trouble->billing.host);
    if (slave != NULL && trouble->billing.user != NULL && trouble_accounts(slave, trouble->billing.user, name, source, &rows) == 0)
        login->exists = rows.count > 0;
    login->user_host = mem_dup(login->exists ? row_str(&rows, 0, "host") : source != NULL ? source : name);
    rows_free(&rows);
    free(name);
    free(source);
}

void trouble_look_reports(struct trouble *trouble, struct db *slave)
{
    struct world *world = &trouble->care->world;
    const char *path = world->answers->reports.billing_ini, *client = world->facts.master.client_tool;
    struct buf text = BUF_INIT;
    struct err ignored = ERR_INIT;
    if (path == NULL || !trouble->care->sides[SIDE_MASTER].host || file_read(world->hosts[SIDE_MASTER], path, &text, &ignored) != 0)
        return;
    report_login_read(&trouble->billing, buf_str(&text), text.len);
    buf_wipe(&text);
    if (!trouble->billing.use_slave || client == NULL)
        return;
    try_login(trouble, client);
    look_account(trouble, slave);
}
