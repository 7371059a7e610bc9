/* cnf_scan.h - one line of an option file as the server's reader sees it; shared by parser and editor.
 * Source: mysys/my_default.c of MariaDB 10.11 (search_default_file_with_ext, remove_end_comment), the same in
 * MySQL 5.0 to 9.x (mysys/default.cc); compared with my_print_defaults by tests/unit/cnf_reader.sh.
 */
#ifndef DUALSERVER_MYSQL_CNF_SCAN_H
#define DUALSERVER_MYSQL_CNF_SCAN_H

#include "mysql/cnf.h"

/* The server reads into a buffer of 4096 bytes: a longer line falls into pieces, each read as a line. */
#define CNF_PIECE 4094

/* Byte offsets into the text. */
struct cnf_scan {
    enum cnf_kind kind;
    size_t name_start, name_end;   /* group, key, or path of an include */
    size_t value_start, value_end; /* with its quotes; both at the place for it when there is none */
    size_t equals;                 /* of the '=' */
    bool has_value;
};

void cnf_scan(struct cnf_scan *scan, const char *text, size_t start, size_t end);
bool cnf_space(char c);

enum cnf_match { CNF_NO_MATCH, CNF_SAME, CNF_PREFIXED };
/* Does a line's (normalised) key speak of this option? PREFIXED: as skip_KEY, disable_KEY or enable_KEY. */
enum cnf_match cnf_key_match(const char *line_key, const char *key);

#endif
