/* The machine: who it is, what it has, where its server listens; and, once the server has said where its files are, the
 * disk they lie on. One script each, because every round trip costs. */
#include "facts_room.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

/* $1: an answered option file, or empty */
static const char machine_script[] = "#: file?\n# look at the machine and its tools\n" LOOK_PROLOGUE
    "say clock \"$(date +%s.%N)\"\n"
    "say uid \"$(id -u)\"\n"
    "say machine_id \"$(cat /etc/machine-id 2>/dev/null || cat /var/lib/dbus/machine-id 2>/dev/null)\"\n"
    "say boot_id \"$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)\"\n"
    "say hostname \"$(uname -n)\"\n"
    "say os \"$(. /etc/os-release 2>/dev/null; printf %s \"$PRETTY_NAME\")\"\n"
    "for tool in tar zstd openssl sha256sum mariadb-dump mysqldump mariadb mysql mariadb-backup mariabackup xtrabackup; do\n"
    "  say \"$tool\" \"$(command -v \"$tool\" 2>/dev/null)\"\n"
    "done\n"
    "for server in mariadbd mysqld /usr/libexec/mariadbd /usr/libexec/mysqld; do\n"
    "  command -v \"$server\" >/dev/null 2>&1 || continue\n"
    "  say printed \"$(\"$server\" ${1:+\"--defaults-file=$1\"} --print-defaults 2>/dev/null | tail -n 1)\"\n"
    "  break\n"
    "done\n"
    "for socket in /run/mysqld/mysqld.sock /var/run/mysqld/mysqld.sock /var/lib/mysql/mysql.sock /tmp/mysql.sock; do\n"
    "  [ -S \"$socket\" ] && say socket \"$socket\"\n"
    "done\n"
    "exit 0\n";

/* $1: the data directory, $2: the database's folder in it, $3: the data directory as answered, or empty, $4: what is left out: "" nothing,
 * "measures" all that reads or writes much. The room for a run's folder is beside the data directory, or
 * inside it where it is a file system of its own: everything there can be renamed in and out. The sample is random, so that no file system packs it, and
 * written only where there is much room; the folder around it gets its time stamp back. What is free counts for an
 * ordinary user. */
static const char place_script[] = "#: data name data? word?\n# look at $1: space, file system, speed of a copy\n" LOOK_PROLOGUE
    "datadir=$(readlink -f -- \"$1\") && [ -d \"$datadir\" ] || { echo \"no such directory: $1\" >&2; exit 1; }\n"
    "[ -z \"$3\" ] || [ \"$(readlink -f -- \"$3\")\" = \"$datadir\" ] || { say datadir \"$datadir\"; say elsewhere yes; exit 0; }\n"
    "parent=$(dirname -- \"$datadir\"); folder=$datadir/$2; room=$datadir\n"
    "[ \"$(stat -c '%d %m' -- \"$parent\")\" = \"$(stat -c '%d %m' -- \"$datadir\")\" ] && room=$parent && say same_filesystem yes\n"
    "say datadir \"$datadir\"\n"
    "say datadir_inode \"$(stat -c %i -- \"$datadir\")\"\n"
    "say user \"$(stat -c %U -- \"$datadir\")\"\n"
    "say group \"$(stat -c %G -- \"$datadir\")\"\n"
    "say filesystem \"$(stat -f -c %T -- \"$room\")\"\n"
    "set -- $(stat -f -c '%a %S %d %c' -- \"$room\") && free=$(($1 * $2 / 1048576))\n"
    "say blocks \"$1\"; say block_size \"$2\"; say inodes_free \"$3\"; say inodes \"$4\"\n"
    "set -- \"$3\" $(stat -f -c '%a %S' -- \"$datadir\")\n"
    "say datadir_blocks \"$2\"; say datadir_block_size \"$3\"\n"
    "[ -w \"$room\" ] && [ -w \"$datadir\" ] && say writable yes\n"
    "[ \"$4\" != measures ] || exit 0\n"
    "say datadir_bytes \"$(du -s -B1 -- \"$datadir\" 2>/dev/null | cut -f1)\"\n"
    "if [ -d \"$folder\" ]; then\n"
    "  say database_bytes \"$(du -s -B1 -- \"$folder/\" 2>/dev/null | cut -f1)\"\n"
    "  say recent_bytes \"$(find \"$folder/\" -type f -cmin -60 -printf '%s\\n' 2>/dev/null | awk '{ n += $1 } END { printf \"%.0f\", n }')\"\n"
    "  say database_files \"$(find \"$folder/\" -type f 2>/dev/null | wc -l)\"\n"
    "  [ -L \"$folder\" ] && say link \"$folder\"\n"
    "  find \"$folder/\" -type l 2>/dev/null | head -n 20 | while IFS= read -r link; do say link \"$link\"; done\n"
    "fi\n"
    "for old in \"$room\"/.dualserver-* /var/lib/dualserver/.dualserver-*; do\n"
    "  case $old in */.dualserver-lock*) continue ;; esac\n"
    "  [ -d \"$old\" ] && say leftover \"$old\"\n"
    "done\n"
    "[ \"$(cat /sys/fs/selinux/enforce 2>/dev/null)\" = 1 ] && say confinement 'SELinux: enforcing'\n"
    "[ \"$(id -u)\" = 0 ] && [ \"${free:-0}\" -ge 1024 ] || exit 0\n"
    "stamp=$(stat -c %y -- \"$room\")\n"
    "work=$(mktemp -d \"$room/.dualserver-look-XXXXXX\" 2>/dev/null) || { say unwritable yes; exit 0; }\n"
    "trap 'rm -rf -- \"$work\"; touch -c -m -d \"$stamp\" -- \"$room\"' EXIT\n"
    "trap 'exit 1' HUP INT TERM PIPE\n"
    "sample=$((free >= 8192 ? 16 : 8))\n"
    "dd if=/dev/urandom of=\"$work/a\" bs=1M count=$sample iflag=fullblock conv=fsync 2>/dev/null || exit 0\n"
    "cp --reflink=always -- \"$work/a\" \"$work/b\" 2>/dev/null && say reflink yes\n"
    "rm -f -- \"$work/b\"\n"
    "begin=$(date +%s%N)\n"
    "dd if=\"$work/a\" of=\"$work/b\" bs=1M conv=fsync 2>/dev/null || exit 0\n"
    "end=$(date +%s%N)\n"
    "say sample_ns \"$((end - begin))\"; say sample_bytes \"$((sample * 1048576))\"\n"
    "exit 0\n";

/* $1: mysqld's pid file, $2: its data directory, from which a relative name counts */
static const char process_script[] = "#: seen? data\n# look at the process of mysqld\n" LOOK_PROLOGUE
    "file=$1; case $file in /*) ;; *) file=$2/$file ;; esac\n"
    "pid=$(cat -- \"$file\" 2>/dev/null) && [ -r \"/proc/$pid/cmdline\" ] || exit 0\n"
    "label=$(tr -d '\\0' <\"/proc/$pid/attr/current\" 2>/dev/null)\n"
    "case $label in *'(enforce)') say confinement \"AppArmor: $label\" ;; esac\n"
    "tr '\\0' '\\n' <\"/proc/$pid/cmdline\" | sed -n 's/^--/argument &/p'\n"
    "exit 0\n";

char *facts_printed_option(const char *printed, const char *name)
{
    char *wanted = mem_printf("--%s=", name);
    char *found = NULL;
    /* the last one wins, as for the server; an option's value ends where the next option begins */
    for (const char *at = printed; (at = strstr(at, wanted)) != NULL;) {
        if (at != printed && at[-1] != ' ') {
            at++;
            continue;
        }
        at += strlen(wanted);
        const char *end = strstr(at, " --");
        size_t len = end == NULL ? strlen(at) : (size_t)(end - at);
        while (len > 0 && at[len - 1] == ' ')
            len--;
        free(found);
        found = mem_dup_n(at, len);
    }
    free(wanted);
    return found;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The first of the names that is there. */
static char *tool(const struct look *look, const char *first, const char *second, const char *third)
{
    if (look_has(look, first))
        return look_dup(look, first);
    return look_has(look, second) ? look_dup(look, second) : look_dup(look, third);
}

static void read_machine(const struct look *look, struct server_facts *server)
{
    server->superuser = look_has(look, "uid") && look_number(look, "uid") == 0;
    server->machine_id = look_dup(look, "machine_id");
    server->boot_id = look_dup(look, "boot_id");
    server->hostname = look_dup(look, "hostname");
    server->os = look_dup(look, "os");
    server->tar = look_has(look, "tar");
    server->zstd = look_has(look, "zstd");
    server->openssl = look_has(look, "openssl");
    server->sha256sum = look_has(look, "sha256sum");
    server->dump_tool = tool(look, "mariadb-dump", "mysqldump", "mysqldump");
    server->client_tool = tool(look, "mariadb", "mysql", "mysql");
    server->backup_tool = tool(look, "mariadb-backup", "mariabackup", "xtrabackup");
}

/* Where the server listens, as well as it can be known before it is asked. An answer beats the option files; those beat
 * the usual places. */
static void guess_socket(const struct look *look, const struct answers_host *answers, struct server_facts *server)
{
    const char *printed = look_get(look, "printed");
    char *socket = facts_printed_option(printed, "socket");
    char *port = facts_printed_option(printed, "port");
    if (answers->socket != NULL)
        fact_set(&server->socket, answers->socket);
    else if (socket != NULL && socket[0] == '/')
        fact_set(&server->socket, socket);
    else
        fact_set(&server->socket, look_get(look, "socket"));
    server->port = port != NULL ? (unsigned)strtoul(port, NULL, 10) : 0;
    if (answers->db_port > 0)
        server->port = (unsigned)answers->db_port;
    if (server->port == 0)
        server->port = 3306;
    free(socket);
    free(port);
}

/* An ordinary user sees neither the service nor its files, so that all that follows would only mislead. */
static int need_root(const struct server_facts *server, struct err *err)
{
    if (server->superuser)
        return 0;
    err_set(err, ERR_REFUSED, "commands run as an ordinary user, root is needed");
    return err_hint(err, "log in as root, or set sudo = yes in [%s] (and sudo_password_file, if sudo asks)",
                    side_name(server->side));
}

static int find_service(struct host *host, const char *name, struct server_facts *server, struct err *err)
{
    if (service_find(host, name, &server->service, err) != 0)
        return err_wrap(err, "cannot find its database service");
    if (server->service.active)
        return 0;
    err_set(err, ERR_WORLD, "its database server is not running (%s)", server->service.unit);
    return err_hint(err, "both servers must be up while they are looked at: start %s on %s, then look again",
                    server->service.unit, server->host);
}

int facts_machine(struct world *world, struct server_facts *server, struct err *err)
{
    struct host *host = world->hosts[server->side];
    const struct answers_host *answers = facts_answers(world, server->side);
    struct buf out = BUF_INIT;
    struct look look;
    fact_set(&server->fingerprint, host_fingerprint(host));
    server->gated = host_gated(host);
    double begin = now();
    int rc = host_script(host, &out, err, machine_script, answers->cnf != NULL ? answers->cnf : "", NULL);
    double end = now();
    if (rc != 0) {
        buf_free(&out);
        return -1;
    }
    look_parse(&look, &out);
    read_machine(&look, server);
    guess_socket(&look, answers, server);
    /* the clock is read first thing in the script, but how long the way there took is not known */
    if (look_has(&look, "clock"))
        server->clock_offset = strtod(look_get(&look, "clock"), NULL) - (begin + end) / 2;
    look_free(&look);
    return need_root(server, err) != 0 ? -1 : find_service(host, answers->service, server, err);
}

/* bytes = blocks x size, without wrapping round on a file system that reports nonsense */
static uint64_t product(uint64_t blocks, uint64_t size)
{
    uint64_t bytes;
    return __builtin_mul_overflow(blocks, size, &bytes) ? UINT64_MAX : bytes;
}

static void read_place(const struct look *look, struct server_facts *server)
{
    server->filesystem = look_dup(look, "filesystem");
    server->disk_free = product(look_number(look, "blocks"), look_number(look, "block_size"));
    server->datadir_disk_free = product(look_number(look, "datadir_blocks"), look_number(look, "datadir_block_size"));
    server->inodes_free = look_number(look, "inodes") == 0 ? UINT64_MAX : look_number(look, "inodes_free");
    server->parent_same_filesystem = look_has(look, "same_filesystem");
    server->read_only_filesystem = look_has(look, "unwritable") || (server->superuser && !look_has(look, "writable"));
    server->datadir_bytes = look_number(look, "datadir_bytes");
    server->database_bytes = look_number(look, "database_bytes");
    server->database_recent_bytes = look_number(look, "recent_bytes");
    server->database_files = look_number(look, "database_files");
    server->reflink = look_has(look, "reflink");
    look_list(look, "link", &server->links);
    look_list(look, "leftover", &server->leftovers);
    uint64_t ns = look_number(look, "sample_ns");
    if (ns > 0 && look_has(look, "sample_bytes"))
        server->copy_rate = (uint64_t)((double)look_number(look, "sample_bytes") * 1e9 / (double)ns);
    fact_set(&server->confinement, look_get(look, "confinement"));
    fact_set(&server->datadir, look_get(look, "datadir"));
    fact_set(&server->datadir_inode, look_get(look, "datadir_inode"));
    if (server->mysql_user == NULL)
        server->mysql_user = look_dup(look, "user");
    if (server->mysql_group == NULL)
        server->mysql_group = look_dup(look, "group");
}

/* mysqld's own process: what confines it, and options that stand on its command line. */
static int look_at_process(struct host *host, struct server_facts *server, struct err *err)
{
    struct buf out = BUF_INIT;
    struct look look;
    if (host_script(host, &out, err, process_script, facts_setting(server, "pid_file"), server->datadir, NULL) != 0) {
        buf_free(&out);
        return -1;
    }
    look_parse(&look, &out);
    if (look_has(&look, "confinement"))
        fact_set(&server->confinement, look_get(&look, "confinement"));
    look_list(&look, "argument", &server->command_line);
    look_free(&look);
    return 0;
}

static int look_at_place(struct world *world, struct server_facts *server, const char *without, struct err *err)
{
    struct host *host = world->hosts[server->side];
    const struct answers_host *answers = facts_answers(world, server->side);
    struct buf out = BUF_INIT;
    struct look look;
    fact_set(&server->mysql_user, answers->mysql_user);
    fact_set(&server->mysql_group, answers->mysql_group);
    const char *folder = strrchr(server->database_path, '/') + 1;
    if (host_script(host, &out, err, place_script, server->datadir, folder, answers->datadir != NULL ? answers->datadir : "",
                    without, NULL) != 0) {
        buf_free(&out);
        return err_wrap(err, "cannot look at its data directory %s", server->datadir);
    }
    look_parse(&look, &out);
    read_place(&look, server);
    if (look_has(&look, "elsewhere")) {
        look_free(&look);
        return err_set(err, ERR_WORLD, "the server that answers keeps its data in %s, the answers say datadir = %s",
                       server->datadir, answers->datadir);
    }
    char *path = mem_printf("%s/%s", server->datadir, folder);
    free(server->database_path);
    server->database_path = path;
    look_free(&look);
    return look_at_process(host, server, err);
}

int facts_place(struct world *world, struct server_facts *server, struct err *err)
{
    return look_at_place(world, server, "", err);
}

int facts_place_glance(struct world *world, struct server_facts *server, struct err *err)
{
    return look_at_place(world, server, "measures", err);
}
