/* gate.h - the least that sudo has to allow: a gate on the host that knows this program's scripts, and this host's paths.
 *
 *     struct gate_rules rules = { .host = "db1", .user = "deploy" };
 *     gate_allow(&rules, "file", "/etc/mysql/my.cnf");
 *     gate_write(&rules, &script);                   /usr/local/sbin/dualserver-gate, for root to install
 *     gate_sudoers(&rules, &line);                   deploy ALL=(root) NOPASSWD: /usr/local/sbin/dualserver-gate
 *
 * The gate is a script of POSIX sh that root owns. It takes `sh -c SCRIPT dualserver ARG...` and executes that, with an
 * environment of its own and the standard input as it is, when SCRIPT's SHA-256 is in its list and each argument is what the
 * script's first line says: a line "#: run leaf file? unit*" names a kind for each argument; with ? it may be empty or absent,
 * with * any number may follow. Anything else is refused, with exit status 126 and a line in the host's log.
 *
 * Kinds that hold for every host: word (letters, digits and . _ : @ % + , = -), leaf (a name without slash), below (a path that
 * leads nowhere but down), text (anything: the script takes it as data), and mark, part, probe: the few words of one script.
 * never: nobody may. Kinds made of `base` and `room`: lock (BASE/.dualserver-lock), run (ROOM/.dualserver-RUN), in (the run's
 * folder or below it), sdi (SDIROOM/.dualserver-RUN). log: a name in one of `logs`, or a name alone. file: what was allowed, or a
 * run's backup of it. database: what was allowed, or what the slave's old one is called aside, in a `data`. All other kinds are
 * literals of the host's. And of what comes on standard input: <client, a [client] group with the way into one of the two
 * servers; <names and <paths, names that lead nowhere but down, parted by NULs or a line each; <lines, a new content for the file
 * $1, of which each line stands in it or its backups, is a comment or was allowed as `line`. */
#ifndef DUALSERVER_HOST_GATE_H
#define DUALSERVER_HOST_GATE_H

#include "base/buf.h"

#define GATE_PATH "/usr/local/sbin/dualserver-gate"
#define GATE_AFTER_MARK "--after-mark" /* the input begins after the line GATE_INPUT_MARK: see sudo.c */
#define GATE_INPUT_MARK "dualserver-input-begins-here"
#define GATE_REFUSED 126

struct gate_rules {
    const char *host, *user; /* for the comment and the sudo rule; borrowed */
    bool password;           /* sudo asks for it */
    struct strings kinds, values; /* pairs: use gate_allow() */
};

/* NULL and "" allow nothing. The same twice is the same as once. */
void gate_allow(struct gate_rules *rules, const char *kind, const char *value);
void gate_write(const struct gate_rules *rules, struct buf *to);
void gate_sudoers(const struct gate_rules *rules, struct buf *to);
void gate_rules_free(struct gate_rules *rules);

/* Every script of this program that is meant for a host (HOST_SCRIPT in host/host.h), in no order; a script may come twice. */
const char *const *gate_scripts(size_t *count);
/* NULL when the script's first line is one that the gate can go by, else what is wrong with it. */
const char *gate_script_fault(const char *script);

#endif
