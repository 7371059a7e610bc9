/* What the report program's file says now. */
#include "care/billing.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

/* A value is shown where it is no password. */
static const struct {
    const char *name, *means;
    bool secret;
} settings[] = {
    { "use_slave_db", "1: reports read the slave", false },
    { "slavedbhost", "where the slave is", false },
    { "slavedbuser", "the reports' account", false },
    { "slavedbpass", "its password", true },
    { "slavedbname", "the database", false },
    { "report_sql_errors", "1: SQL errors are shown", false },
    { "report_php_errors", "1: PHP errors are shown", false },
};

static void add_setting(const struct billing_ini *ini, size_t at, struct buf *to)
{
    struct buf value = BUF_INIT, shown = BUF_INIT;
    const enum billing_ini_state state = billing_ini_get(ini, settings[at].name, &value);
    if (state == BILLING_INI_ABSENT)
        buf_adds(&shown, "(not there)");
    else if (state == BILLING_INI_RUNTIME)
        buf_adds(&shown, "(made when it runs)");
    else if (value.len == 0)
        buf_adds(&shown, "(empty)");
    else if (settings[at].secret)
        buf_adds(&shown, "********");
    else
        quote_printable(&shown, buf_str(&value), value.len, 0);
    buf_addf(to, "  $%-19s %-24s %s\n", settings[at].name, buf_str(&shown), settings[at].means);
    buf_wipe(&value);
    buf_free(&shown);
}

static void add_where(const struct billing_ini *ini, struct buf *to)
{
    struct buf value = BUF_INIT;
    const bool known = billing_ini_get(ini, "use_slave_db", &value) == BILLING_INI_KNOWN;
    const bool slave = known && value.len > 0 && strcmp(buf_str(&value), "0") != 0;
    buf_addf(to, "%s\n", slave ? "Reports are read from the slave." : known ? "Reports are read from the master." :
             "Where reports are read is not said in a way that can be known.");
    buf_free(&value);
}

int billing_describe(struct care *care, struct buf *to, struct err *err)
{
    const char *path = care->world.answers->reports.billing_ini;
    struct billing_ini ini = { .count = 0 };
    if (path == NULL) {
        buf_adds(to, "The answers name no billing_ini: there is no file to be shown or edited. What belongs into it can be shown.\n");
        return 0;
    }
    if (!care->sides[SIDE_MASTER].looked)
        care_look(care, SIDE_MASTER);
    if (!care->sides[SIDE_MASTER].host) {
        *err = care->sides[SIDE_MASTER].why;
        return -1;
    }
    const int rc = billing_read(care, &ini, err);
    if (rc == 0) {
        add_where(&ini, to);
        buf_addf(to, "\n%s on the master\n", path);
        for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
            add_setting(&ini, i, to);
        buf_adds(to, "\nThe file, secrets masked\n");
        billing_ini_masked(&ini, "********", to);
    }
    billing_ini_free(&ini);
    return rc;
}
