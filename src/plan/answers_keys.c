/* The table of keys of the answers file. */
#include "plan/answers.h"

#define AT(member) offsetof(struct answers, member)

/* clang-format off */
#define HOST_KEYS(section, member) \
    { section, "host", "text", NULL, "a name or address as ssh takes it; `local` is this machine", ANSWER_HOST, AT(member.host) }, \
    { section, "port", "number", NULL, "of ssh; default: what `ssh -G` names", ANSWER_PORT, AT(member.port) }, \
    { section, "user", "text", NULL, "to log in as; default: what `ssh -G` names", ANSWER_NAME, AT(member.user) }, \
    { section, "identity", "file", NULL, "private key; default: the agent, then what `ssh -G` names", ANSWER_FILE, AT(member.identity) }, \
    { section, "ssh_password_file", "file", NULL, "file that holds the login's password", ANSWER_FILE, AT(member.ssh_password_file) }, \
    { section, "known_hosts", "file", NULL, "file of known host keys; default: what `ssh -G` names", ANSWER_FILE, AT(member.known_hosts) }, \
    { section, "sudo", "yes|no", "no", "yes: root's commands go through sudo", ANSWER_YES_NO, AT(member.sudo) }, \
    { section, "sudo_password_file", "file", NULL, "file that holds the password sudo asks for", ANSWER_FILE, AT(member.sudo_password_file) }, \
    { section, "address", "text", NULL, "by which the other server reaches this one; default: found", ANSWER_HOST, AT(member.address) }, \
    { section, "db_user", "text", NULL, "database account; default: root over the server's own socket", ANSWER_NAME, AT(member.db_user) }, \
    { section, "db_password_file", "file", NULL, "file that holds that account's password", ANSWER_FILE, AT(member.db_password_file) }, \
    { section, "server_id", "number", NULL, "default: 1 and 2, or a free one", ANSWER_ID, AT(member.server_id) }, \
    { section, "db_port", "number", NULL, "of the database server; default: found; with db_user and no socket: log in over TCP", ANSWER_PORT, AT(member.db_port) }, \
    { section, "socket", "text", NULL, "of the database server; default: found", ANSWER_PATH, AT(member.socket) }, \
    { section, "datadir", "text", NULL, "data directory; default: found", ANSWER_PATH, AT(member.datadir) }, \
    { section, "cnf", "text", NULL, "option file to edit; default: found", ANSWER_PATH, AT(member.cnf) }, \
    { section, "service", "text", NULL, "the service's name; default: found", ANSWER_NAME, AT(member.service) }, \
    { section, "mysql_user", "text", NULL, "owner of the data directory; default: found", ANSWER_NAME, AT(member.mysql_user) }, \
    { section, "mysql_group", "text", NULL, "group of the data directory; default: found", ANSWER_NAME, AT(member.mysql_group) }

static const struct answers_key keys[] = {
    { "run", "database", "text", "billing", "the database to replicate", ANSWER_DATABASE, AT(database) },
    { "run", "copy", "auto|directory|whole|rows|hot", "auto", "how the data travels: files, rows, a hot backup, or all of it", ANSWER_CHOICE, AT(copy) },
    { "run", "as_written", "yes|no", "no", "yes: the how-to's letter (grants, filters) where it is possible", ANSWER_YES_NO, AT(as_written) },
    { "run", "verify", "full|quick", "full", "how deep the data is compared at the end", ANSWER_CHOICE, AT(verify) },
    { "run", "limit_downtime", "number", "0", "seconds; refuse before stopping when the forecast is above (0: no limit)", ANSWER_SECONDS, AT(limit_downtime) },
    HOST_KEYS("master", master),
    HOST_KEYS("slave", slave),
    { "replication", "user", "text", "repl", "account by which the slave reads from the master", ANSWER_NAME, AT(replication.user) },
    { "replication", "password_file", "file", NULL, "its password; default: a strong one is made", ANSWER_FILE, AT(replication.password_file) },
    { "replication", "tls", "auto|require|off", "auto", "TLS: auto where a server offers it; require: refuse without", ANSWER_CHOICE, AT(replication.tls) },
    { "replication", "gtid", "auto|off", "auto", "auto: by GTID where both servers keep them; off: by file and position", ANSWER_GTID, AT(replication.gtid_off) },
    { "reports", "user", "text", "reportreader", "account of the report program on the slave", ANSWER_NAME, AT(reports.user) },
    { "reports", "password_file", "file", NULL, "its password; default: a strong one is made", ANSWER_FILE, AT(reports.password_file) },
    { "reports", "billing_ini", "text", NULL, "billing.ini on the master; default: the lines to paste are printed", ANSWER_PATH, AT(reports.billing_ini) },
};
/* clang-format on */

const struct answers_key *answers_keys(size_t *count)
{
    *count = sizeof keys / sizeof keys[0];
    return keys;
}
