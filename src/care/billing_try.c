/* billing.ini tried from the master, in the way in which the report program uses it. */
#include "care/billing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"

/* What the file says, and what is tried with it. */
struct trying {
    struct care *care;
    struct billing_trial *trial;
    struct buf host, user, database, options;
    char *address;
    struct secret *password;
    struct login login;
    char table[64]; /* of our own: made and dropped again */
};

static void tell(struct trying *trying, const char *id, bool ok, const char *format, ...) __attribute__((format(printf, 4, 5)));

static void tell(struct trying *trying, const char *id, bool ok, const char *format, ...)
{
    struct billing_trial *trial = trying->trial;
    char text[1024];
    struct buf shown = BUF_INIT;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    quote_printable(&shown, text, strlen(text), 0);
    trial->items = mem_grow(trial->items, trial->count + 1, sizeof *trial->items);
    trial->items[trial->count++] = (struct billing_tried){ .id = id, .ok = ok, .text = buf_steal(&shown) };
    trial->ok = trial->ok && ok;
}

/* "db2", "db2:3307", "fd00::12", "[fd00::12]:3307" */
static void split_host(struct trying *trying)
{
    const char *host = buf_str(&trying->host), *colon = strrchr(host, ':'), *bracket = strchr(host, ']');
    const bool several = colon != NULL && strchr(host, ':') != colon;
    const bool port = colon != NULL && (bracket != NULL ? colon > bracket : !several);
    size_t len = port ? (size_t)(colon - host) : strlen(host);
    if (host[0] == '[' && bracket != NULL) {
        len = (size_t)(bracket - host) - 1;
        host++;
    }
    trying->address = mem_dup_n(host, len);
    trying->login.host = trying->address;
    trying->login.port = port ? (unsigned)strtoul(colon + 1, NULL, 10) : 3306;
}

static int read_file(struct trying *trying, struct err *err)
{
    struct buf use = BUF_INIT, password = BUF_INIT;
    struct {
        const char *name;
        struct buf *value;
    } wanted[] = { { "slavedbhost", &trying->host }, { "slavedbuser", &trying->user }, { "slavedbpass", &password },
                   { "slavedbname", &trying->database } };
    struct billing_ini ini;
    int rc = billing_read(trying->care, &ini, err);
    for (size_t i = 0; rc == 0 && i < sizeof wanted / sizeof *wanted; i++) {
        const enum billing_ini_state state = billing_ini_get(&ini, wanted[i].name, wanted[i].value);
        if (state == BILLING_INI_KNOWN && wanted[i].value->len > 0)
            continue;
        rc = err_set(err, ERR_WORLD, "%s: $%s is %s", trying->care->world.answers->reports.billing_ini, wanted[i].name,
                     state == BILLING_INI_RUNTIME ? "known only when PHP runs" : state == BILLING_INI_ABSENT ? "not set" : "empty");
        err_hint(err, "`dualserver billing` fills it in");
    }
    if (rc == 0) {
        const bool used = billing_ini_get(&ini, "use_slave_db", &use) == BILLING_INI_KNOWN && strcmp(buf_str(&use), "1") == 0;
        trying->password = secret_new(buf_str(&password), password.len);
        split_host(trying);
        tell(trying, "file", true, "billing.ini names %s at %s:%u, database %s; reports are read from the %s at present",
             buf_str(&trying->user), trying->login.host, trying->login.port, buf_str(&trying->database), used ? "slave" : "master");
    }
    billing_ini_free(&ini);
    buf_free(&use);
    buf_wipe(&password);
    return rc;
}

/* One statement with the file's login. False: it failed, and that is told. */
static bool run(struct trying *trying, const char *id, const char *sql, struct buf *out)
{
    struct err said = ERR_INIT;
    bool tried = false;
    const int rc = login_run(&trying->care->world, SIDE_MASTER, &trying->login, sql, out, &tried, &said);
    if (rc == 0 && tried)
        return true;
    const char *reason = strstr(said.text, ": ");
    if (!tried)
        tell(trying, id, false, "the master's host has no client: nothing could be tried");
    else
        tell(trying, id, false, "%s: %s", sql, reason != NULL ? reason + 2 : said.text);
    return false;
}

/* A write belongs on no other server, so it must be the slave that answers. */
static bool try_server(struct trying *trying)
{
    const struct care *care = trying->care;
    const char *master = facts_setting(&care->world.facts.master, "server_id");
    const char *slave = care->sides[SIDE_SLAVE].server ? facts_setting(&care->world.facts.slave, "server_id") : "";
    struct buf id = BUF_INIT;
    if (!run(trying, "login", "SELECT @@server_id", &id)) {
        buf_free(&id);
        return false;
    }
    buf_trim(&id);
    tell(trying, "login", true, "%s logs in%s", buf_str(&trying->user),
         care->world.answers->replication.tls == TLS_REQUIRE ? " over TLS, as tls = require has it: the report program must ask for it too" : "");
    const bool is_slave = slave[0] != '\0' ? strcmp(buf_str(&id), slave) == 0 : strcmp(buf_str(&id), master) != 0;
    if (!is_slave)
        tell(trying, "server", false, "who answers there has server_id %s: it is %s", buf_str(&id),
             strcmp(buf_str(&id), master) == 0 ? "the master itself" : "not the slave");
    else if (slave[0] != '\0')
        tell(trying, "server", true, "who answers there is the slave, %s", care->world.facts.slave.host);
    else
        tell(trying, "server", true, "who answers there is not the master; the slave itself could not be asked");
    buf_free(&id);
    return is_slave;
}

static bool try_read(struct trying *trying)
{
    struct buf names = BUF_INIT, sql = BUF_INIT, rows = BUF_INIT;
    bool ok = run(trying, "read", "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", &names);
    size_t count = 0;
    char *text = buf_steal(&names), *at = text;
    for (char *line; ok && (line = text_line(&at)) != NULL; count++)
        if (count == 0) {
            line[strcspn(line, "\t")] = '\0';
            buf_adds(&sql, "SELECT * FROM ");
            quote_name(&sql, line);
            buf_adds(&sql, " LIMIT 1");
        }
    if (ok && count == 0)
        tell(trying, "read", false, "it sees no table in %s", buf_str(&trying->database));
    ok = ok && count > 0 && run(trying, "read", buf_str(&sql), &rows);
    if (ok)
        tell(trying, "read", true, "it sees %zu tables and reads from them", count);
    free(text);
    buf_free(&sql);
    buf_wipe(&rows);
    return ok;
}

/* The report program makes tables for its results and drops them. A DROP of a table that the master has would break replication. */
static bool try_write(struct trying *trying)
{
    struct buf out = BUF_INIT;
    char *create = mem_printf("CREATE TABLE %s (a INT)", trying->table), *drop = mem_printf("DROP TABLE %s", trying->table);
    bool ok = run(trying, "create", create, &out);
    if (ok)
        tell(trying, "create", true, "it makes a table, as reports do");
    if (ok && (ok = run(trying, "drop", drop, &out)))
        tell(trying, "drop", true, "it drops that table again");
    free(create);
    free(drop);
    buf_free(&out);
    return ok;
}

static int master_has(struct trying *trying, bool *has, struct err *err)
{
    struct care *care = trying->care;
    struct rows rows = ROWS_INIT;
    struct buf database = BUF_INIT;
    *has = false;
    if (!care->sides[SIDE_MASTER].server)
        return 0;
    struct db *db = world_db(&care->world, SIDE_MASTER, err);
    quote_name(&database, care->world.answers->database);
    const int rc = db == NULL ? -1 : db_queryf(db, &rows, err, "SHOW TABLES FROM %s LIKE '%s'", buf_str(&database), trying->table);
    *has = rc == 0 && rows.count > 0;
    rows_free(&rows);
    buf_free(&database);
    return rc;
}

static int try_all(struct trying *trying, struct err *err)
{
    char stamp[32];
    bool has = false;
    clock_stamp(stamp, sizeof stamp);
    snprintf(trying->table, sizeof trying->table, "dualserver_trial_%.8s_%.6s_%ld", stamp, stamp + 9, (long)getpid());
    if (read_file(trying, err) != 0 || master_has(trying, &has, err) != 0)
        return -1;
    if (has)
        return err_set(err, ERR_WORLD, "the master has a table %s", trying->table);
    billing_login_options(&trying->care->world, &trying->options);
    trying->login.user = buf_str(&trying->user);
    trying->login.password = trying->password;
    trying->login.database = NULL;
    trying->login.options = buf_str(&trying->options);
    if (!try_server(trying))
        return 0;
    trying->login.database = buf_str(&trying->database);
    (void)(try_read(trying) && try_write(trying));
    return 0;
}

int billing_try(struct care *care, struct billing_trial *trial, struct err *err)
{
    struct trying trying = { .care = care, .trial = trial };
    *trial = (struct billing_trial){ .ok = true };
    if (care->world.answers->reports.billing_ini == NULL) {
        err_set(err, ERR_ANSWERS, "there is no billing_ini in [reports] of the answers: nothing is known to try");
        return err_hint(err, "give the path of the report program's configuration on the master");
    }
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (!care->sides[side].looked)
            care_look(care, side);
    int rc = 0;
    if (!care->sides[SIDE_MASTER].host) {
        *err = care->sides[SIDE_MASTER].why;
        rc = -1;
    } else {
        rc = try_all(&trying, err);
    }
    buf_free(&trying.host);
    buf_free(&trying.user);
    buf_free(&trying.database);
    buf_free(&trying.options);
    free(trying.address);
    secret_free(trying.password);
    return rc;
}

void billing_trial_free(struct billing_trial *trial)
{
    for (size_t i = 0; i < trial->count; i++)
        free(trial->items[i].text);
    free(trial->items);
    *trial = (struct billing_trial){ .items = NULL };
}
