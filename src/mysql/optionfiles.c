#include "mysql/optionfiles.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

#define INCLUDE_DEPTH 10

/* The server is not on every account's PATH. */
#define SERVER_PATH "PATH=$PATH:/usr/sbin:/sbin:/usr/libexec:/usr/local/sbin:/usr/local/mysql/bin; "

enum { ABSENT = 44, NOT_FOUND = 127 }; /* exit statuses of our scripts; 127 is the shell's own */

/* A regular file that everybody may write is skipped by the server, with a warning on standard error. */
static const char read_script[] = "#: file\n# cat $1\n"
                                  "[ -e \"$1\" ] || exit 44\n"
                                  "[ -z \"$(find -L \"$1\" -maxdepth 0 -type f -perm -002)\" ] || exit 44\n"
                                  "exec cat -- \"$1\"";

static const char list_script[] = "#: folder\n# ls $1/*.cnf\n"
                                  "cd -- \"$1\" 2>/dev/null || exit 0\n"
                                  "for f in *.cnf .*.cnf; do [ ! -f \"$f\" ] || printf '%s\\n' \"$f\"; done | LC_ALL=C sort";

struct reading {
    struct host *host;
    struct cnf_set *set;
    struct err *err;
};

static int read_one(struct reading *reading, const char *path, int depth);

static int read_folder(struct reading *reading, const char *folder, int depth)
{
    struct buf out = BUF_INIT;
    int rc = host_script(reading->host, &out, reading->err, list_script, folder, NULL);
    char *names = buf_steal(&out), *at = names;
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    for (char *name; rc == 0 && (name = text_line(&at)) != NULL;) {
        char *path = mem_printf("%.*s/%s", len == 1 ? 0 : (int)len, folder, name);
        rc = read_one(reading, path, depth);
        free(path);
    }
    free(names);
    return rc;
}

static int follow(struct reading *reading, size_t index, int depth)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < reading->set->files[index].count; i++) {
        const struct cnf_line *line = &reading->set->files[index].lines[i];
        if (line->kind != CNF_INCLUDE && line->kind != CNF_INCLUDEDIR)
            continue;
        char *path = mem_dup(line->key); /* the list of files moves while it grows */
        rc = line->kind == CNF_INCLUDE ? read_one(reading, path, depth) : read_folder(reading, path, depth);
        free(path);
    }
    return rc;
}

static bool known(const struct cnf_set *set, const char *path)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->files[i].path, path) == 0)
            return true;
    return false;
}

static int read_one(struct reading *reading, const char *path, int depth)
{
    struct cnf_set *set = reading->set;
    struct buf content = BUF_INIT;
    int status = 0;
    if (depth > INCLUDE_DEPTH || known(set, path))
        return 0;
    if (host_script_with(reading->host, NULL, 0, 0, &status, &content, reading->err, read_script, path, NULL) != 0) {
        buf_free(&content);
        return err_wrap(reading->err, "cannot read %s", path);
    }
    if (status == 0) {
        set->files = mem_grow(set->files, set->count + 1, sizeof *set->files);
        cnf_parse(&set->files[set->count++], path, buf_str(&content), content.len);
    }
    buf_free(&content);
    if (status == 0)
        return follow(reading, set->count - 1, depth + 1);
    return status == ABSENT ? 0 : err_set_detail(reading->err, ERR_COMMAND, status, "cannot read %s", path);
}

/* The server names its own list, `~` being the home of the account it runs under. */
static int default_files(struct host *host, const struct dialect *dialect, struct buf *paths, struct err *err)
{
    static const char script[] =
        "#: tool\n# which option files does mysqld read?\n" SERVER_PATH
        "server=$1; command -v \"$server\" >/dev/null || server=mysqld\n"
        "list=$(\"$server\" --no-defaults --help --verbose 2>/dev/null | grep -A1 '^Default options are read' | sed 1d)\n"
        "home=$(getent passwd mysql | cut -d: -f6)\n"
        "seen=' '\n"
        "for f in ${list:-/etc/my.cnf /etc/mysql/my.cnf}; do\n"
        "case $f in '~/'*) [ -n \"$home\" ] || continue; f=$home/${f#'~/'} ;; esac\n"
        "[ -e \"$f\" ] || continue\n"
        "real=$(readlink -f -- \"$f\")\n"
        "case $seen in *\" $real \"*) continue ;; esac\n"
        "seen=\"$seen$real \"; printf '%s\\n' \"$f\"\n"
        "done";
    return host_script(host, paths, err, script, dialect->server_binary, NULL);
}

int optionfiles_read(struct host *host, const char *cnf, const struct dialect *dialect, unsigned version,
                     struct cnf_set *set, struct err *err)
{
    struct buf paths = BUF_INIT;
    struct reading reading = { .host = host, .set = set, .err = err };
    int rc = 0;
    *set = (struct cnf_set){ .count = 0 };
    if (cnf != NULL)
        buf_adds(&paths, cnf);
    else
        rc = default_files(host, dialect, &paths, err);
    char *list = buf_steal(&paths), *at = list;
    for (char *path; rc == 0 && (path = text_line(&at)) != NULL;)
        rc = *path != '\0' ? read_one(&reading, path, 0) : 0;
    free(list);
    if (rc == 0 && set->count == 0) {
        rc = err_set(err, ERR_WORLD, "found no option file of the server on %s", host_name(host));
        err_hint(err, "name it as cnf in the answers");
    }
    if (rc != 0) {
        cnf_set_free(set);
        return rc;
    }
    cnf_set_groups(set, dialect->mariadb, version);
    return 0;
}

int optionfiles_validate(struct host *host, const struct dialect *dialect, const char *cnf, bool *ok, struct buf *said,
                         struct err *err)
{
    /* $3 is a fixed list of words of the dialect's; the server's words come on standard error */
    static const char script[] = "#: tool file? options\n# $1 $3\n" SERVER_PATH
        "server=$1; command -v \"$server\" >/dev/null || server=mysqld\n"
        "if [ -n \"$2\" ]; then set -- \"--defaults-file=$2\" $3; else set -- $3; fi\n"
        "\"$server\" \"$@\" 2>&1 >/dev/null";
    int status = 0;
    *ok = false;
    if (host_script_with(host, NULL, 0, 0, &status, said, err, script, dialect->server_binary, cnf != NULL ? cnf : "",
                         dialect->validate, NULL) != 0)
        return err_wrap(err, "cannot have the server check its option files");
    if (status == NOT_FOUND)
        return err_set_detail(err, ERR_COMMAND, status, "there is no %s on %s", dialect->server_binary, host_name(host));
    *ok = status == 0;
    return 0;
}
