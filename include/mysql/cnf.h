/* cnf.h - MySQL option files, edited without losing a byte.
 *
 * A file is kept as its bytes plus a list of lines with byte ranges, so writing back an unedited file gives the same
 * bytes, and an edit changes only the line it names. Nothing here does I/O: the includes (!include, !includedir) are
 * read by the caller and handed in as further files of a set, in reading order.
 * Source: MySQL 8.0 manual 4.2.2.2 "Using Option Files"; MariaDB KB "Configuring MariaDB with Option Files".
 */
#ifndef DUALSERVER_MYSQL_CNF_H
#define DUALSERVER_MYSQL_CNF_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

enum cnf_kind { CNF_BLANK, CNF_COMMENT, CNF_GROUP, CNF_OPTION, CNF_INCLUDE, CNF_INCLUDEDIR, CNF_OTHER };

struct cnf_line {
    size_t start, end;  /* byte range in the text, the line's end included */
    enum cnf_kind kind;
    char *group;        /* group it stands in (for CNF_GROUP: its own name) */
    char *key;          /* dashes as underscores, else as written (the server minds case); path for includes */
    char *value;        /* unquoted, unescaped, comment cut; NULL: a bare option such as `log-bin` */
};

struct cnf {
    char *path;
    struct buf text;
    struct cnf_line *lines;
    size_t count;
};

/* Always succeeds on any bytes; what the server's reader would refuse is CNF_OTHER. Groups compare without case, as there.
 * A line longer than the reader's buffer (4094 bytes) is several lines here too. */
void cnf_parse(struct cnf *cnf, const char *path, const char *text, size_t len);
void cnf_free(struct cnf *cnf);

/* Sets key = value in the group: the last line that sets it there is changed in place (its indentation, spelling of the
 * key and trailing comment stay), else a line is added at the end of the last such group, else the group is added at the
 * end of the file. value NULL writes a bare option. Setting twice equals setting once. Lines of this cnf handed out before
 * an edit are gone after it. */
void cnf_set(struct cnf *cnf, const char *group, const char *key, const char *value);
/* Takes every line of that key in the group away. */
void cnf_remove(struct cnf *cnf, const char *group, const char *key);
/* The last line of the file that sets key in that group, under any of its spellings (see cnf_winner); NULL: none. */
const struct cnf_line *cnf_find(const struct cnf *cnf, const char *group, const char *key);
/* Does this line switch the option off (skip_KEY, disable_KEY)? Its value says nothing then. */
bool cnf_negated(const struct cnf_line *line, const char *key);
size_t cnf_line_number(const struct cnf *cnf, const struct cnf_line *line); /* from 1 */

/* The files a server reads, in the order it opens them; each path once. Owned. Includes take effect at the line where
 * they stand, so the functions below walk from the top files down through the include lines. */
struct cnf_set {
    struct cnf *files;
    size_t count;
    char **groups;      /* groups this server reads: "mysqld", "server", "mariadb", "mariadb-10.11", ... */
    size_t group_count;
    bool mariadb;
};
void cnf_set_groups(struct cnf_set *set, bool mariadb, unsigned version); /* fills groups */
bool cnf_set_reads(const struct cnf_set *set, const char *group);
/* Which file and line wins for a key (also under its aliases: log_bin / log-bin, skip_/disable_/loose_ prefixes);
 * NULL: nobody sets it. */
const struct cnf_line *cnf_winner(const struct cnf_set *set, const char *key, const struct cnf **file);
/* The file into which a new server setting goes so that it wins: the last one with a group the server reads, and that group. */
struct cnf *cnf_home(const struct cnf_set *set, const char **group);
/* Changes the line that wins for key, else adds to cnf_home, so that this value wins. Returns the file changed or already
 * right; NULL when the set is empty. */
struct cnf *cnf_set_put(struct cnf_set *set, const char *key, const char *value);
void cnf_set_free(struct cnf_set *set);

/* Unified diff of two texts, three lines of context: "--- a\n+++ b\n@@ ...". Appends nothing when they are equal. */
void cnf_diff(struct buf *to, const char *path, const char *before, size_t before_len, const char *after, size_t after_len);

#endif
