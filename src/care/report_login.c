#include "care/report_login.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "care/billing_ini.h"

/* NULL: there is no such value, or an empty one. Wipe what it was taken from. */
static char *take(const struct billing_ini *ini, const char *name)
{
    struct buf value = BUF_INIT;
    const bool known = billing_ini_get(ini, name, &value) == BILLING_INI_KNOWN && value.len > 0;
    char *text = known ? mem_dup_n(value.data, value.len) : NULL;
    buf_wipe(&value);
    return text;
}

static struct secret *take_password(const struct billing_ini *ini)
{
    struct buf value = BUF_INIT;
    const bool known = billing_ini_get(ini, "slavedbpass", &value) == BILLING_INI_KNOWN && value.len > 0;
    struct secret *password = known ? secret_new(value.data, value.len) : NULL;
    buf_wipe(&value);
    return password;
}

void report_login_read(struct report_login *login, const char *text, size_t len)
{
    struct billing_ini ini;
    billing_ini_parse(&ini, text, len);
    char *use = take(&ini, "use_slave_db");
    *login = (struct report_login){ .seen = true,
                                    .use_slave = use != NULL && strcmp(use, "1") == 0,
                                    .host = take(&ini, "slavedbhost"),
                                    .user = take(&ini, "slavedbuser"),
                                    .name = take(&ini, "slavedbname"),
                                    .password = take_password(&ini) };
    free(use);
    billing_ini_free(&ini);
}

void report_login_free(struct report_login *login)
{
    free(login->host);
    free(login->user);
    free(login->name);
    secret_free(login->password);
    *login = (struct report_login){ .seen = false };
}
