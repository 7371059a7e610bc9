#include "mysql/session.h"

#include <string.h>
#include <strings.h>

int session_set_known(struct db *db, const struct session_setting *settings, size_t count, struct err *err)
{
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    if (!db_dialect(db)->information_schema) /* nothing that was new in the last twenty years, nor SHOW ... WHERE */
        return 0;
    buf_adds(&sql, "SHOW VARIABLES WHERE Variable_name IN (");
    for (size_t i = 0; i < count; i++)
        buf_addf(&sql, "%s'%s'", i == 0 ? "" : ", ", settings[i].name);
    buf_addc(&sql, ')');
    int rc = db_query(db, &rows, err, buf_str(&sql));
    buf_clear(&sql);
    for (size_t row = 0; row < rows.count; row++)
        for (size_t i = 0; i < count; i++)
            if (strcasecmp(row_str(&rows, row, "Variable_name"), settings[i].name) == 0)
                buf_addf(&sql, "%s %s = %s", sql.len == 0 ? "SET SESSION" : ", SESSION", settings[i].name, settings[i].value);
    if (rc == 0 && sql.len > 0)
        rc = db_exec(db, err, buf_str(&sql));
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

int session_limit_lock_wait(struct db *db, unsigned seconds, struct err *err)
{
    const char *name = db_dialect(db)->lock_wait;
    return name != NULL ? db_execf(db, err, "SET SESSION %s = %u", name, seconds) : 0;
}

static bool is_gone(const struct dialect *dialect, const char *mode, size_t len)
{
    const char *at = dialect->gone_sql_modes;
    while (at != NULL && *at == ',' && at[1] != '\0') {
        const size_t word = strcspn(at + 1, ",");
        if (word == len && strncasecmp(at + 1, mode, len) == 0)
            return true;
        at += 1 + word;
    }
    return false;
}

void session_sql_modes(const struct dialect *dialect, const char *modes, struct buf *to)
{
    const size_t begin = to->len;
    while (*modes != '\0') {
        const size_t len = strcspn(modes, ",");
        if (len > 0 && !is_gone(dialect, modes, len)) {
            buf_adds(to, to->len > begin ? "," : "");
            buf_add(to, modes, len);
        }
        modes += len + (modes[len] == ',');
    }
}
