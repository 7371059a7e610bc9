/* What takes both servers: how tables can travel between them, whether they are one and the same, and whether the one
 * reaches the other. */
#include "facts_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

/* $1: name or address of the other server. The first of its addresses to which there is a way counts; a name that leads
 * back to this machine itself (127.0.1.1 in /etc/hosts) says `own`. */
static const char towards_script[] = "#: word?\n# which way to $1?\n" LOOK_PROLOGUE
    "addresses=$(getent ahosts \"$1\" 2>/dev/null | awk '!seen[$1]++ { print $1 }')\n"
    "for address in $addresses; do\n"
    "  route=$(ip -o route get \"$address\" 2>/dev/null) || route=\n"
    "  source=$(printf '%s\\n' \"$route\" | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')\n"
    "  [ -z \"$source\" ] && command -v ip >/dev/null 2>&1 && continue\n"
    "  say numeric \"$address\"; say source \"$source\"\n"
    "  case $route in 'local '*) say own yes ;; esac\n"
    "  break\n"
    "done\n"
    "set -- $SSH_CONNECTION\n"
    "say ssh_address \"$3\"; say ssh_port \"$4\"\n"
    "exit 0\n";

/* $1: address, $2: port, $3: the client tool or empty. Seven bytes are enough to tell a database server's greeting, or
 * its refusal, from anything else. Without bash the server's own client tries. */
static const char reach_script[] = "#: word word tool?\n# does $1 answer on port $2?\n" LOOK_PROLOGUE
    "if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then\n"
    "  said=$(timeout 5 bash -c 'exec 3<>\"/dev/tcp/$1/$2\" && echo connected && head -c 7 <&3 | od -An -v -tu1' "
    "reach \"$1\" \"$2\" 2>&1)\n"
    "  say status $?\n"
    "elif [ -n \"$3\" ]; then\n"
    "  said=$(\"$3\" --no-defaults --protocol=tcp --connect-timeout=5 -h \"$1\" -P \"$2\" -u dualserver-reach -e '' 2>&1)\n"
    "  say client $?\n"
    "else\n"
    "  exit 0\n"
    "fi\n"
    "printf '%s\\n' \"$said\" | sed -n '/^connected/d; s/^ *\\([0-9][0-9 ]*\\)$/bytes \\1/p; t; s/^/said /p'\n"
    "case $said in connected*) echo 'connected yes' ;; esac\n"
    "exit 0\n";

/* Words of bash and of the client for why there was no connection. */
static const struct {
    const char *words;
    enum reach reach;
} reach_words[] = {
    { "Connection refused", REACH_REFUSED },
    { "(111", REACH_REFUSED },
    { "ERROR 1129", REACH_BLOCKED },
    { "is blocked because of", REACH_BLOCKED },
    { "ERROR 2002", REACH_SILENT },
    { "ERROR 2003", REACH_SILENT },
    { "ERROR 2005", REACH_SILENT },
    { "ERROR 1", REACH_SERVER }, /* any other answer of the server: it was reached */
    { "ERROR 2059", REACH_SERVER },
};

/* The first bytes: a packet's length (3) and number (1), then the protocol's 10, or 255 and an error number. */
static enum reach greeting_meaning(const char *bytes)
{
    unsigned byte[7] = { 0 };
    int count = 0;
    for (char *end; count < 7; bytes = end) {
        byte[count] = (unsigned)strtoul(bytes, &end, 10);
        if (end == bytes)
            break;
        count++;
    }
    if (count >= 5 && byte[4] == 10)
        return REACH_SERVER;
    if (count == 7 && byte[4] == 255)
        return byte[5] + 256 * byte[6] == 1129 ? REACH_BLOCKED : REACH_SERVER;
    return REACH_OTHER;
}

enum reach facts_reach_meaning(const struct look *look)
{
    enum reach reach = REACH_UNKNOWN;
    if (look_has(look, "connected"))
        return look_has(look, "bytes") ? greeting_meaning(look_get(look, "bytes")) : REACH_OTHER;
    if (look_has(look, "status") || look_has(look, "client"))
        reach = REACH_SILENT;
    if (look_has(look, "client") && look_number(look, "client") == 0)
        reach = REACH_SERVER;
    for (size_t line = 0; line < look->count; line++)
        for (size_t i = 0; reach == REACH_SILENT && i < sizeof reach_words / sizeof *reach_words; i++)
            if (strcmp(look->lines[line].key, "said") == 0 && strstr(look->lines[line].value, reach_words[i].words)) {
                reach = reach_words[i].reach;
                break;
            }
    return reach;
}

struct way {
    char *numeric;   /* the other's address as this side resolves it */
    char *source;
    char *ssh_address;
    int ssh_port;
    bool own;        /* the name leads back to this side itself */
};

static void way_free(struct way *way)
{
    free(way->numeric);
    free(way->source);
    free(way->ssh_address);
    *way = (struct way){ .numeric = NULL };
}

static int look_towards(struct world *world, enum side from, const char *name, struct way *way, struct err *err)
{
    struct buf out = BUF_INIT;
    struct look look;
    way_free(way);
    if (host_script(world->hosts[from], &out, err, towards_script, name, NULL) != 0) {
        buf_free(&out);
        return err_wrap(err, "%s: cannot look up the way to %s", side_name(from), name);
    }
    look_parse(&look, &out);
    way->numeric = look_dup(&look, "numeric");
    way->source = look_dup(&look, "source");
    way->ssh_address = look_dup(&look, "ssh_address");
    way->ssh_port = (int)look_number(&look, "ssh_port");
    way->own = look_has(&look, "own");
    look_free(&look);
    return 0;
}

/* The name that the answers give a side, if it can be a name for the other side too. */
static const char *told_name(const struct answers_host *answers)
{
    if (answers->address != NULL)
        return answers->address;
    return answers->host != NULL && strcmp(answers->host, "local") != 0 ? answers->host : "";
}

/* Addresses: as answered; else the host's name where the other side can resolve it; else the address with which that
 * side sets out towards the other; else the one at which its sshd was reached. */
static int find_addresses(struct world *world, struct facts *facts, struct way ways[2], struct err *err)
{
    struct server_facts *servers[2] = { &facts->master, &facts->slave };
    for (int from = 0; from < 2; from++)
        if (look_towards(world, (enum side)from, told_name(facts_answers(world, (enum side)!from)), &ways[from], err) != 0)
            return -1;
    for (int i = 0; i < 2; i++) {
        const struct answers_host *answers = facts_answers(world, (enum side)i);
        const struct way *theirs = &ways[!i];
        servers[i]->address_given = answers->address != NULL;
        if (answers->address != NULL)
            fact_set(&servers[i]->address, answers->address);
        else if (theirs->numeric != NULL && !theirs->own)
            fact_set(&servers[i]->address, answers->host);
    }
    for (int i = 0; i < 2; i++)
        if (servers[i]->address == NULL) {
            bool routed = ways[i].source != NULL && !ways[i].own;
            fact_set(&servers[i]->address, routed ? ways[i].source : ways[i].ssh_address);
            if (servers[i]->address != NULL &&
                look_towards(world, (enum side)!i, servers[i]->address, &ways[!i], err) != 0)
                return -1;
        }
    for (int i = 0; i < 2; i++)
        fact_set(&servers[i]->source_address, ways[i].source);
    return 0;
}

int facts_addresses(struct world *world, struct err *err)
{
    struct way ways[2] = { { .numeric = NULL }, { .numeric = NULL } };
    const int rc = find_addresses(world, &world->facts, ways, err);
    way_free(&ways[0]);
    way_free(&ways[1]);
    return rc;
}

static void reach_say(struct buf *text, enum reach reach, const char *said)
{
    static const char *const words[] = {
        [REACH_UNKNOWN] = "could not be tried (neither bash nor a client tool there)",
        [REACH_SERVER] = "answered",
        [REACH_MACHINE] = "answered",
        [REACH_REFUSED] = "refused the connection",
        [REACH_SILENT] = "did not answer",
        [REACH_BLOCKED] = "answered that it has blocked this client",
        [REACH_OTHER] = "took the connection, but did not greet as a database server",
    };
    buf_adds(text, words[reach]);
    if (reach == REACH_SILENT && said[0] != '\0') {
        const char *reason = strrchr(said, ':');
        buf_adds(text, " (");
        reason = reason != NULL ? reason + 1 + strspn(reason + 1, " ") : said;
        quote_printable(text, reason, strlen(reason), 0);
        buf_addc(text, ')');
    }
}

int facts_try_port(struct world *world, enum side side, const char *address, unsigned port, enum reach *reach, struct buf *text,
                   struct err *err)
{
    const struct server_facts *from = facts_of(&world->facts, side);
    char number[16];
    struct buf out = BUF_INIT;
    struct look look;
    snprintf(number, sizeof number, "%u", port);
    if (host_script(world->hosts[from->side], &out, err, reach_script, address, number,
                    from->client_tool != NULL ? from->client_tool : "", NULL) != 0) {
        buf_free(&out);
        return err_wrap(err, "%s: cannot try to connect to %s:%s", side_name(from->side), address, number);
    }
    look_parse(&look, &out);
    *reach = facts_reach_meaning(&look);
    buf_addf(text, "%s:%s ", address, number);
    reach_say(text, *reach, look_get(&look, "said"));
    look_free(&look);
    return 0;
}

/* Where the database port answers nobody from outside yet, a refusal is what a free way there looks like: the machine
 * itself says that nobody listens. Its sshd is tried too, to tell the route from the port. */
static int try_closed(struct world *world, const struct server_facts *from, const struct server_facts *to, int ssh_port,
                      enum reach *reach, struct buf *said, struct err *err)
{
    enum reach ssh = REACH_UNKNOWN;
    struct buf ignored = BUF_INIT;
    int rc = facts_try_port(world, from->side, to->address, (unsigned)ssh_port, &ssh, &ignored, err);
    buf_free(&ignored);
    if (rc != 0)
        return -1;
    const char *why = facts_loopback_only(to) ? ", since mysqld listens to its own machine only"
                                              : ", since mysqld listens on IPv4 addresses only";
    bool answers = ssh == REACH_OTHER || ssh == REACH_SERVER;
    buf_addf(said, "%s; its sshd on port %d %s",
             *reach == REACH_REFUSED ? why : "", ssh_port,
             answers ? "answers" : "does not answer from there either");
    if (*reach == REACH_REFUSED)
        *reach = REACH_MACHINE;
    return 0;
}

static int try_reach(struct world *world, const struct server_facts *from, const struct server_facts *to,
                     const struct way *to_way, enum reach *reach, char **text, struct err *err)
{
    struct buf said = BUF_INIT;
    const struct answers_host *answers = facts_answers(world, to->side);
    int ssh_port = to_way->ssh_port > 0 ? to_way->ssh_port : answers->port > 0 ? answers->port : 22;
    int rc = 0;
    *reach = REACH_UNKNOWN;
    if (to->address == NULL)
        buf_addf(&said, "no address is known by which the %s reaches the %s", side_name(from->side), side_name(to->side));
    else
        rc = facts_try_port(world, from->side, to->address, to->port, reach, &said, err);
    if (rc == 0 && (facts_loopback_only(to) || facts_deaf_to_ipv6(&world->facts, to->side)) && (*reach == REACH_REFUSED || *reach == REACH_SILENT))
        rc = try_closed(world, from, to, ssh_port, reach, &said, err);
    free(*text);
    *text = buf_steal(&said);
    return rc;
}

/* A lock taken by name on the master is seen on the slave only when both are the same server. It leaves no trace: not in
 * the data, not in a binary log. A server that knows no such locks (a cluster node) decides nothing. */
static bool same_server(struct world *world)
{
    struct err ignored = ERR_INIT;
    struct db *master = world_db(world, SIDE_MASTER, &ignored), *slave = world_db(world, SIDE_SLAVE, &ignored);
    struct secret *name = secret_random(20, &ignored);
    struct buf take = BUF_INIT, look = BUF_INIT, drop = BUF_INIT;
    bool same = false;
    if (master != NULL && slave != NULL && name != NULL) {
        buf_addf(&take, "SELECT GET_LOCK('dualserver-%s', 0)", secret_text(name));
        buf_addf(&look, "SELECT IS_USED_LOCK('dualserver-%s')", secret_text(name));
        buf_addf(&drop, "SELECT RELEASE_LOCK('dualserver-%s')", secret_text(name));
        char *taken = db_value(master, &ignored, buf_str(&take));
        char *holder = taken != NULL && strcmp(taken, "1") == 0 ? db_value(slave, &ignored, buf_str(&look)) : NULL;
        same = holder != NULL;
        free(db_value(master, &ignored, buf_str(&drop)));
        free(holder);
        free(taken);
    }
    secret_free(name);
    buf_free(&take);
    buf_free(&look);
    buf_free(&drop);
    return same;
}

static bool equal(const char *one, const char *other)
{
    return one != NULL && other != NULL && one[0] != '\0' && strcmp(one, other) == 0;
}

/* An equal machine-id alone proves nothing: cloned images and containers share it. The same kernel's boot under the same
 * host name is the same machine. */
static void find_same(struct world *world, struct facts *facts)
{
    const struct server_facts *master = &facts->master, *slave = &facts->slave;
    facts->same_because = NULL;
    if (same_server(world))
        facts->same_because = "a marker set on one is seen on the other";
    else if (equal(master->machine_id, slave->machine_id) && equal(master->boot_id, slave->boot_id) &&
             equal(master->hostname, slave->hostname))
        facts->same_because = "machine-id";
    facts->same_machine = facts->same_because != NULL;
}

/* Hosts of accounts compare without case, names with. */
static bool account_listed(const struct rows *rows, const char *definer)
{
    const char *at = strrchr(definer, '@');
    size_t len = at != NULL ? (size_t)(at - definer) : strlen(definer);
    for (size_t i = 0; i < rows->count; i++) {
        const char *user = row_str(rows, i, "User");
        if (strlen(user) == len && memcmp(user, definer, len) == 0 &&
            strcasecmp(row_str(rows, i, "Host"), at != NULL ? at + 1 : "") == 0)
            return true;
    }
    return false;
}

static int find_accounts(struct world *world, struct facts *facts, struct err *err)
{
    struct db *db = world_db(world, SIDE_SLAVE, err);
    struct rows rows = ROWS_INIT;
    if (db == NULL || db_query(db, &rows, err, "SELECT User, Host FROM mysql.user") != 0)
        return err_wrap(err, "cannot list the slave's accounts");
    for (size_t i = 0; i < rows.count; i++) {
        char *account = mem_printf("%s@%s", row_str(&rows, i, "User"), row_str(&rows, i, "Host"));
        strings_add(&facts->slave.accounts, account);
        free(account);
    }
    for (size_t i = 0; i < facts->master.definers.count; i++)
        if (!account_listed(&rows, facts->master.definers.items[i]))
            strings_add(&facts->slave.missing_definers, facts->master.definers.items[i]);
    rows_free(&rows);
    return 0;
}

int facts_cross(struct world *world, struct facts *facts, struct err *err)
{
    struct way ways[2] = { { .numeric = NULL }, { .numeric = NULL } };
    inventory_choose(&facts->master.inventory, facts_kind(&facts->master), facts_kind(&facts->slave),
                     strcasecmp(facts_setting(&facts->slave, "secure_file_priv"), "NULL") != 0);
    find_same(world, facts);
    int rc = find_accounts(world, facts, err);
    if (rc == 0)
        rc = facts_needs(world, facts, err);
    if (rc == 0)
        rc = find_addresses(world, facts, ways, err);
    if (rc == 0)
        rc = facts_tls(world, facts, err);
    if (rc == 0)
        rc = facts_gtid(world, facts, err);
    if (rc == 0 && world_cancelled(world, err))
        rc = -1;
    if (rc == 0)
        rc = try_reach(world, &facts->slave, &facts->master, &ways[SIDE_MASTER], &facts->reach, &facts->reach_text, err);
    if (rc == 0)
        rc = try_reach(world, &facts->master, &facts->slave, &ways[SIDE_SLAVE], &facts->reports_reach,
                       &facts->reports_text, err);
    facts->slave_reaches_master = facts->reach == REACH_SERVER || facts->reach == REACH_MACHINE;
    way_free(&ways[0]);
    way_free(&ways[1]);
    return rc;
}
