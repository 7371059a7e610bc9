#include "steps/take_back.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/account.h"

static void add_name(struct buf *to, const struct change *change)
{
    quote_sql(to, change->user, strlen(change->user));
    buf_addc(to, '@');
    quote_sql(to, change->user_host, strlen(change->user_host));
}

/* "account-repl@192.0.2.12", as a file's name. */
static char *file_name(const struct change *change)
{
    char *name = mem_printf("account-%s@%s", change->user, change->user_host);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '/' || *c == '%')
            *c = '_';
    return name;
}

/* First columns of what the statement answers, a line each; nothing when the account is not there (1141, 1396, 1269) or the
 * server does not know the statement (1064). */
static int ask(struct db *db, const char *show, const struct change *change, struct buf *to, struct err *err)
{
    static const int not_there[] = { 1141, 1396, 1269, 1064, 1131, 1133 };
    struct buf sql = BUF_INIT;
    struct rows rows = ROWS_INIT;
    buf_addf(&sql, "%s ", show);
    add_name(&sql, change);
    int rc = db_query(db, &rows, err, buf_str(&sql));
    for (size_t i = 0; rc == 0 && i < rows.count; i++)
        if (rows.cells[i * rows.columns] != NULL)
            buf_addf(to, "%s\n", rows.cells[i * rows.columns]);
    for (size_t i = 0; rc != 0 && err->code == ERR_SQL && i < sizeof not_there / sizeof not_there[0]; i++)
        if (err->detail == not_there[i])
            rc = 0;
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

int account_keep(struct world *world, const struct change *change, struct err *err)
{
    struct db *db = world_db_open(world, change->server, err);
    struct buf statements = BUF_INIT;
    struct err ignored = ERR_INIT;
    if (db == NULL)
        return -1;
    /* salts of caching_sha2_password are bytes of any kind (MySQL 8.0.17) */
    (void)db_exec(db, &ignored, "SET SESSION print_identified_with_as_hex = 1");
    int rc = ask(db, "SHOW CREATE USER", change, &statements, err);
    if (rc == 0)
        rc = ask(db, "SHOW GRANTS FOR", change, &statements, err);
    if (rc == 0) {
        char *name = file_name(change);
        /* what an earlier try has kept is the older truth; an empty file says that there was none */
        rc = host_script_with(world->hosts[change->server], buf_str(&statements), statements.len, 0, NULL, NULL, err,
                              "#: run leaf\n# keep the account as it is in $1/$2\n"
                              "set -eu; umask 077; mkdir -p -- \"$1\"; [ ! -e \"$1/$2\" ] || exit 0\n"
                              "cat >\"$1/$2.new\"; sync -- \"$1/$2.new\"; mv -T -- \"$1/$2.new\" \"$1/$2\"",
                              world->run_dir[change->server], name, NULL);
        free(name);
    }
    buf_wipe(&statements);
    db_close(db);
    return rc == 0 ? 0 : err_wrap(err, "cannot keep the account %s@%s as it is", change->user, change->user_host);
}

static int drop(struct db *db, const struct change *change, struct err *err)
{
    struct buf sql = BUF_INIT;
    const bool role = change->user_host[0] == '\0' && db_dialect(db)->role != NULL;
    buf_adds(&sql, role ? "DROP ROLE " : "DROP USER ");
    if (role)
        quote_name(&sql, change->user);
    else
        add_name(&sql, change);
    int rc = db_exec(db, err, buf_str(&sql));
    if (rc != 0 && err->code == ERR_SQL && err->detail == 1396) /* ER_CANNOT_USER: it is not there */
        rc = 0;
    buf_free(&sql);
    return rc;
}

int account_revert(struct world *world, const struct change *change, struct err *err)
{
    struct db *db = world_db_open(world, change->server, err);
    char *name = file_name(change);
    struct buf kept = BUF_INIT;
    int rc = db == NULL ? -1 : db_exec(db, err, ACCOUNT_UNLOGGED);
    if (rc == 0)
        rc = host_script(world->hosts[change->server], &kept, err, "#: run leaf\n# read $1/$2\n[ ! -e \"$1/$2\" ] || cat -- \"$1/$2\"",
                         world->run_dir[change->server], name, NULL);
    if (rc == 0)
        rc = drop(db, change, err);
    char *text = buf_steal(&kept), *at = text;
    for (char *line; rc == 0 && (line = text_line(&at)) != NULL;)
        rc = db_exec_secret(db, err, line, "the account as it was");
    wipe(text, strlen(text));
    free(text);
    free(name);
    db_close(db);
    return rc == 0 ? 0 : err_wrap(err, "cannot take the account %s@%s back", change->user, change->user_host);
}
