/* facts.h - all that was found out about the two servers, by looking only. Steps and checks read it; nothing writes to
 * it after facts_gather() but another facts_gather(). Strings are owned; NULL or "" means not known.
 */
#ifndef DUALSERVER_PLAN_FACTS_H
#define DUALSERVER_PLAN_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include "host/service.h"
#include "mysql/certificate.h"
#include "mysql/cnf.h"
#include "mysql/inventory.h"
#include "mysql/status.h"
#include "plan/answers.h"
#include "plan/event.h"
#include "plan/port.h"

struct setting {
    char *name, *value;
};

/* What a try to connect from one server to the other came to. */
enum reach {
    REACH_UNKNOWN, /* could not be tried */
    REACH_SERVER,  /* a database server answered */
    REACH_MACHINE, /* the server's port answers nobody from outside yet, but the machine behind it does answer */
    REACH_REFUSED, /* the connection was refused although the server listens on all addresses: a firewall */
    REACH_SILENT,  /* no answer, no route or no such name */
    REACH_BLOCKED, /* the server answered that it has blocked this client (1129) */
    REACH_OTHER,   /* something answered that is no database server */
};

/* What the other server needs to know to speak to this one over TLS. */
struct tls_facts {
    bool offered;           /* the server takes TLS connections */
    struct certificate certificate; /* of its option files' ssl_cert; MariaDB 11.4 and later may make one in memory: no subject */
    char *other_ca;         /* where the OTHER server's CA is kept on this one, beside the option files */
    char *other_ca_now;     /* what that file holds already; NULL: there is none */
};

struct server_facts {
    enum side side;
    /* identity of the machine and of the way there */
    char *host;             /* as in the answers */
    char *machine_id, *hostname, *os, *fingerprint;
    char *boot_id;          /* of the running kernel, or of the container */
    char *confinement;      /* "AppArmor: mariadbd (enforce)", "SELinux: enforcing"; NULL: none */
    bool superuser;         /* commands run as root */
    bool gated;             /* but only those that the gate knows (host/gate.h) */
    bool address_given;
    char *address;          /* by which the other server reaches this one: as answered, or found */
    char *source_address;   /* numeric: the address this server uses towards the other one (ip route get) */
    double clock_offset;    /* seconds ahead of the admin's machine */
    /* the service */
    struct service service;
    char *datadir;          /* without a slash at its end */
    char *datadir_inode;    /* its number: another data directory under the same name is another server */
    char *socket, *version, *server_uuid, *mysql_user, *mysql_group;
    unsigned port, version_number;
    const struct dialect *dialect;
    bool native_password;   /* accounts with mysql_native_password can log in */
    char *database_path;    /* DATADIR/billing as the file system spells it */
    char *binlog_index;     /* path of the existing or coming index: DATADIR/mysql-bin.index */
    bool database_exists;
    /* configuration */
    struct setting *settings; /* SHOW GLOBAL VARIABLES */
    size_t setting_count;
    struct cnf_set options;
    bool options_accepted;  /* the server's own check of its option files */
    char *options_said;
    struct strings persisted;    /* MySQL 8: "name=value" kept by SET PERSIST, which beats the option files */
    struct strings command_line; /* options on mysqld's own command line, which beat them too */
    struct strings lacking;      /* privileges that our login has not */
    struct tls_facts tls;
    /* replication */
    bool log_bin;
    struct strings binlogs; /* names in SHOW BINARY LOGS, empty when off */
    struct slave_status slave_status;
    struct strings channels; /* of the slave: replication connections that have a name */
    unsigned attached_slaves; /* SHOW SLAVE HOSTS or Binlog Dump threads, whichever shows more: most slaves show in both */
    struct strings attached_ids; /* their server ids */
    struct strings binlog_do_db, binlog_ignore_db; /* in force, or coming into force when log_bin is switched on */
    unsigned prepared_xa;     /* XA transactions that are prepared and wait for their commit */
    uint64_t oldest_transaction; /* seconds since the oldest open InnoDB transaction began; 0: none */
    struct strings databases; /* all but the server's own */
    struct strings engines;   /* storage engines that it can make tables of; empty: not known */
    struct inventory inventory; /* of the database; on the slave what would be moved aside */
    char *uncloneable;        /* of a master that has CLONE: what a clone of it would lack (mysql/clone.h); NULL: nothing */
    struct strings definers;  /* of the database's objects on the master: "user@host" */
    struct strings accounts;  /* on the slave: all of them, "user@host" */
    struct strings missing_definers; /* on the slave: those of the master's that do not exist there */
    /* space and tools, on the datadir's file system: beside it, or inside it where it begins there */
    char *filesystem;       /* "ext2/ext3", "xfs", "btrfs" */
    uint64_t disk_free, inodes_free; /* for mysqld, not root; inodes UINT64_MAX where they are not counted */
    uint64_t datadir_disk_free; /* of the datadir itself, if it is a file system of its own */
    bool parent_same_filesystem; /* the datadir's parent is on the datadir's file system: rename works */
    uint64_t datadir_bytes, database_bytes, database_files; /* on disk; 0: not known */
    uint64_t database_recent_bytes; /* of the database's files those that changed within the last hour */
    struct strings links;   /* symbolic links in the database's folder, or the folder itself; at most 20 */
    struct strings leftovers; /* folders of earlier runs (.dualserver-*) */
    bool reflink, zstd, openssl, tar, sha256sum;
    bool read_only_filesystem;
    uint64_t copy_rate;     /* bytes per second, measured by copying a sample there; 0: not measured */
    char *dump_tool, *client_tool; /* paths of mariadb-dump or mysqldump, mariadb or mysql */
    char *backup_tool;      /* path of mariadb-backup or xtrabackup; NULL: none */
};

/* What the master's database needs beyond itself. */
struct needs {
    struct strings foreign_keys; /* that lead to other databases: "invoices -> crm.accounts" */
    struct strings views;        /* that cannot be made on the slave, and are left out; views_why: "v (crm.accounts is not on the slave)" */
    struct strings views_why;
    bool encryption;             /* the slave has keys to encrypt tables with; asked only when some definition wants that */
};

/* A copy that an earlier run has left on the master, and that this run is served from. */
struct shared_copy {
    char *run;       /* that run; NULL: this run takes a copy of its own */
    char *slave;     /* the host it was taken for */
    char *folder;    /* that run's folder on the master */
    char *way;       /* in which it was taken: a copy_way's id */
    char *start;     /* where replication begins, "FILE:POSITION"; NULL: that run has not come so far */
    char *boot_id;   /* of the master when it was taken */
};

struct facts {
    struct needs needs;
    char *first_slave;      /* of a further slave, one of several that are set up together: the host of the first; NULL: it is no such */
    struct strings taken_ids; /* and the server ids that the others have or get */
    struct shared_copy copy;
    struct server_facts master, slave;
    bool same_machine;      /* the slave is the master under another name (machine-id, or the same server answers) */
    char *gtid_extra;       /* MySQL: what the slave has executed and the master has not; NULL: the slave keeps no GTIDs */
    const char *same_because; /* "machine-id", "server uuid", "a marker set on one is seen on the other"; NULL */
    /* tried from the right end, while nothing was changed */
    bool slave_reaches_master; /* the slave got an answer from the master's port; while mysqld is bound to the loopback
                                  only, a refusal by the machine counts as one (its sshd is tried too: see reach_text) */
    char *reach_text;       /* what was tried and what came of it */
    enum reach reach;       /* the same, told apart */
    enum reach reports_reach; /* the way back, for the reports of step 14: from the master to the slave's port */
    char *reports_text;
};

struct world;
/* Fills facts, which must be &world->facts (world_db() finds the servers there), from connected hosts (world->hosts).
 * May be called again; what was known before is freed. Nothing is changed on the hosts, but for a sample of at most
 * 64 MiB, written beside the data directory to measure how fast it copies and removed at once. Emits EVENT_PHASE lines.
 * Both servers must be up. */
int facts_gather(struct world *world, struct facts *facts, struct err *err);
/* One side only, quickly, writing nothing: machine, service, settings, identity, databases, replication, free disk. Not: option files,
 * what is in the database, sizes, speeds, the way to the other server. After an error what was seen until then is there: the service
 * when it does not run (ERR_WORLD), the machine when its server lets nobody in. */
int facts_glance(struct world *world, enum side side, struct err *err);
/* After a glance at both: address and source_address of either, as facts_gather() finds them. */
int facts_addresses(struct world *world, struct err *err);
/* Tries from that side's host whether a database server answers at address and port: REACH_*, and a sentence of what was tried. */
int facts_try_port(struct world *world, enum side from, const char *address, unsigned port, enum reach *reach, struct buf *text,
                   struct err *err);
void facts_free(struct facts *facts);
void facts_forget_copy(struct facts *facts); /* facts->copy: this run takes a copy of its own */
const struct server_facts *facts_of(const struct facts *facts, enum side side);
/* Value of a server variable; "" when the server has none of that name. */
const char *facts_setting(const struct server_facts *server, const char *name);
bool facts_setting_on(const struct server_facts *server, const char *name); /* ON, 1 or YES */
/* The server answers nobody from outside: skip_networking, port 0, or bound to loopback addresses only. */
bool facts_loopback_only(const struct server_facts *server);
/* The other server comes over IPv6. */
bool facts_over_ipv6(const struct facts *facts, enum side side);
/* It listens on IPv4 addresses only, and the other server comes over IPv6. */
bool facts_deaf_to_ipv6(const struct facts *facts, enum side side);
struct server_kind facts_kind(const struct server_facts *server);
/* Release series: 1011 for MariaDB 10.11, 800 for MySQL 8.0, 907 for MySQL 9.7. */
unsigned facts_series(const struct server_facts *server);

#endif
