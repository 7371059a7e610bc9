/* facts.h - all that was found out about the two servers, by looking only. Steps and checks read it; nothing writes to
 * it after facts_gather() but another facts_gather(). Strings are owned; NULL or "" means not known.
 */
#ifndef DUALSERVER_PLAN_FACTS_H
#define DUALSERVER_PLAN_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include "host/service.h"
#include "mysql/cnf.h"
#include "mysql/inventory.h"
#include "mysql/status.h"
#include "plan/answers.h"
#include "plan/event.h"
#include "plan/port.h"

struct setting {
    char *name, *value;
};

struct server_facts {
    enum side side;
    /* identity of the machine and of the way there */
    char *host;             /* as in the answers */
    char *machine_id, *hostname, *os, *fingerprint;
    bool superuser;         /* commands run as root */
    bool address_given;
    char *address;          /* by which the other server reaches this one: as answered, or found */
    char *source_address;   /* numeric: the address this server uses towards the other one (ip route get) */
    double clock_offset;    /* seconds ahead of the admin's machine */
    /* the service */
    struct service service;
    char *datadir;          /* without a slash at its end */
    char *socket, *version, *server_uuid, *mysql_user, *mysql_group;
    unsigned port, version_number;
    const struct dialect *dialect;
    char *database_path;    /* DATADIR/billing as the file system spells it */
    char *binlog_index;     /* path of the existing or coming index: DATADIR/mysql-bin.index */
    bool database_exists;
    /* configuration */
    struct setting *settings; /* SHOW GLOBAL VARIABLES */
    size_t setting_count;
    struct cnf_set options;
    bool options_accepted;  /* the server's own check of its option files */
    char *options_said;
    /* replication */
    bool log_bin;
    struct strings binlogs; /* names in SHOW BINARY LOGS, empty when off */
    struct slave_status slave_status;
    unsigned attached_slaves; /* SHOW SLAVE HOSTS plus Binlog Dump threads */
    struct strings databases; /* all but the server's own */
    struct inventory inventory; /* of the database; on the slave what would be moved aside */
    struct strings definers;  /* of the database's objects on the master: "user@host" */
    struct strings missing_definers; /* on the slave: those of the master's that do not exist there */
    /* space and tools, on the file system of the datadir's parent */
    char *filesystem;       /* "ext2/ext3", "xfs", "btrfs" */
    uint64_t disk_free, inodes_free;
    uint64_t datadir_disk_free; /* of the datadir itself, if it is a file system of its own */
    bool parent_same_filesystem; /* the datadir's parent is on the datadir's file system: rename works */
    bool reflink, zstd, openssl, tar;
    bool read_only_filesystem;
    uint64_t copy_rate;     /* bytes per second, measured by copying a sample there; 0: not measured */
    char *dump_tool, *client_tool; /* paths of mariadb-dump or mysqldump, mariadb or mysql */
};

struct facts {
    struct server_facts master, slave;
    bool same_machine;      /* the slave is the master under another name (machine-id, or the same server answers) */
    const char *same_because; /* "machine-id", "server uuid", "a marker set on one is seen on the other"; NULL */
    /* tried from the right end, while nothing was changed */
    bool slave_reaches_master; /* a TCP connection from the slave to the master's port (or, when mysqld is bound to the
                                  loopback only, to the master's ssh port: see reach_text) */
    char *reach_text;       /* what was tried and what came of it */
};

struct world;
/* Fills facts from connected hosts (world->hosts). Emits EVENT_PHASE lines. */
int facts_gather(struct world *world, struct facts *facts, struct err *err);
void facts_free(struct facts *facts);
const struct server_facts *facts_of(const struct facts *facts, enum side side);
/* Value of a server variable; "" when the server has none of that name. */
const char *facts_setting(const struct server_facts *server, const char *name);

#endif
