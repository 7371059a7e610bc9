/* MyISAM tables of servers with a dictionary: their data and index files are put into the database's folder, and IMPORT TABLE
 * makes the table from its .sdi file, which has to lie where secure_file_priv lets the server read. A .sdi file's name does
 * not tell the table (its first 16 letters and a number), so the file itself is asked. */
#include "config.h"

#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

#define ER_IMP_TABLE_ALREADY_EXISTS 3610

static bool serves(const struct table *table, const struct dialect *slave)
{
    (void)slave;
    return table->carry == CARRY_SDI;
}

static unsigned hex4(const char *digits)
{
    char text[5] = { 0 };
    strncpy(text, digits, 4);
    return (unsigned)strtoul(text, NULL, 16);
}

/* Behind a backslash in a JSON string. Control characters alone are written as \u00XX, all else as UTF-8. */
static const char *unescape(const char *at, struct buf *to)
{
    static const char from[] = "bfnrt", as[] = "\b\f\n\r\t";
    const char *known = strchr(from, *at);
    if (*at == 'u' && strnlen(at, 5) == 5) {
        buf_addc(to, (char)hex4(at + 1));
        return at + 5;
    }
    buf_addc(to, known != NULL && *at != '\0' ? as[known - from] : *at);
    return *at != '\0' ? at + 1 : at;
}

char *import_sdi_table(const char *text)
{
    static const char mark[] = "\"dd_object\":{\"name\":\"";
    struct buf name = BUF_INIT;
    const char *at = strstr(text, mark);
    if (at == NULL)
        return NULL;
    for (at += sizeof mark - 1; *at != '\0' && *at != '"';) {
        if (*at == '\\')
            at = unescape(at + 1, &name);
        else
            buf_addc(&name, *at++);
    }
    if (*at != '"') {
        buf_free(&name);
        return NULL;
    }
    return buf_steal(&name);
}

/* "calls_2026_08_382.sdi": of two for the same table the one with the higher number is the later. */
static unsigned long number_of(const char *file)
{
    const char *dash = strrchr(file, '_');
    return dash != NULL ? strtoul(dash + 1, NULL, 10) : 0;
}

static void note_sdi(struct import_job *job, const char *file, const char *text)
{
    char *table = import_sdi_table(text);
    if (table == NULL)
        return;
    job->sdis = mem_grow(job->sdis, job->sdi_count + 1, sizeof *job->sdis);
    job->sdis[job->sdi_count++] = (struct sdi){ .table = table, .file = mem_dup(file), .number = number_of(file) };
}

/* The name stands within the first bytes; it is at most 64 letters long. A line each: the file, a tab, its beginning. */
static int read_sdis(struct import_job *job, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(job->world->hosts[SIDE_SLAVE], &out, err,
                         "#: in\n# read $1/*.sdi\n"
                         "set -eu; cd -- \"$1\"\n"
                         "find . -name '*.sdi' -printf '%P\\n' | while IFS= read -r f; do\n"
                         "  printf '%s\\t' \"$f\"; head -c 1000 -- \"$f\" | tr '\\n\\0' '  '; echo\n"
                         "done", job->folder, NULL);
    char *text = buf_steal(&out), *at = text;
    for (char *line; rc == 0 && (line = text_line(&at)) != NULL;) {
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            continue;
        *tab = '\0';
        note_sdi(job, line, tab + 1);
    }
    free(text);
    return rc;
}

/* An empty secure_file_priv means anywhere: the data directory is where the server can certainly read. */
static int begin(struct import_job *job, struct err *err)
{
    const struct world *world = job->world;
    const char *place = facts_setting(&world->facts.slave, "secure_file_priv");
    size_t len = strlen(place);
    while (len > 1 && place[len - 1] == '/')
        len--;
    free(job->sdi_folder);
    job->sdi_folder = *place != '\0' ? mem_printf("%.*s/.dualserver-%s", (int)len, place, world->run_id)
                                     : mem_printf("%s/.dualserver-%s", world->facts.slave.datadir, world->run_id);
    int rc = host_script(world->hosts[SIDE_SLAVE], NULL, err,
                         "#: sdi in owner owner\n# mkdir $1\n"
                         "set -eu; umask 077; rm -rf -- \"$1\"; mkdir -- \"$1\"; cp -t \"$1\" -- \"$2\"/*.sdi\n"
                         "chown -R -- \"$3:$4\" \"$1\"",
                         job->sdi_folder, job->folder, world->facts.slave.mysql_user, world->facts.slave.mysql_group, NULL);
    return rc == 0 ? read_sdis(job, err) : err_wrap(err, "cannot put the tables' .sdi files where mysqld may read them");
}

static const struct sdi *find_sdi(const struct import_job *job, const char *table)
{
    const struct sdi *found = NULL;
    for (size_t i = 0; i < job->sdi_count; i++)
        if (strcmp(job->sdis[i].table, table) == 0 && (found == NULL || job->sdis[i].number > found->number))
            found = &job->sdis[i];
    return found;
}

static int move_files(struct import_job *job, const struct table *table, struct err *err)
{
    static const char *const suffixes[] = { "MYD", "MYI" };
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *file = mem_printf("%s.%s", table->file, suffixes[i]);
        if (strings_has(&job->waiting, file))
            buf_add(&names, file, strlen(file) + 1);
        free(file);
    }
    int rc = import_move_in(job, &names, err);
    buf_free(&names);
    return rc;
}

static int import(struct import_job *job, const struct table *table, struct err *err)
{
    struct buf sql = BUF_INIT;
    const struct sdi *sdi = find_sdi(job, table->name);
    if (sdi == NULL)
        return err_set(err, ERR_DATA, "no .sdi file of table %s came from the master", table->name);
    if (move_files(job, table, err) != 0)
        return -1;
    char *path = mem_printf("%s/%s", job->sdi_folder, sdi->file);
    buf_adds(&sql, "IMPORT TABLE FROM ");
    quote_sql(&sql, path, strlen(path));
    int rc = db_exec(job->db, err, buf_str(&sql));
    if (rc != 0 && err->code == ERR_SQL && err->detail == ER_IMP_TABLE_ALREADY_EXISTS)
        rc = 0;
    free(path);
    buf_free(&sql);
    return rc == 0 ? 0 : err_wrap(err, "table %s, IMPORT TABLE", table->name);
}

static void end(struct import_job *job)
{
    struct err ignored = ERR_INIT;
    if (job->sdi_folder != NULL)
        (void)host_script(job->world->hosts[SIDE_SLAVE], NULL, &ignored,
                          "#: sdi\n# rm -r $1\n"
                          "case $1 in */.dualserver-*) rm -rf -- \"$1\" ;; esac", job->sdi_folder, NULL);
}

const struct import_way import_sdi = {
    .what = "put .MYD and .MYI in place, IMPORT TABLE from the .sdi file",
    .makes_table = true,
    .serves = serves,
    .begin = begin,
    .table = import,
    .end = end,
};
