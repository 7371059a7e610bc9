#include "care/sight.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "engine/kept.h"
#include "engine/runs.h"
#include "host/file.h"

/* $1: what the logs' names begin with, a path. */
static const char disk_script[] = "#: log\n# look at the logs and the disk under them\n"
    "echo \"now $(date +%s)\"\n"
    "set -- \"$1\" $(stat -f -c '%b %f %a %S' -- \"$(dirname -- \"$1\")\")\n"
    "echo \"disk $2 $3 $4 $5\"\n"
    "for log in \"$1\".[0-9]*; do [ ! -f \"$log\" ] || stat -c 'log %Y %s %n' -- \"$log\"; done\n"
    "exit 0\n";

static void add_log(struct sight_disk *disk, const char *line)
{
    char *end = NULL;
    const long long written = strtoll(line, &end, 10);
    const uint64_t bytes = strtoull(end, &end, 10);
    const char *name = strrchr(end, '/');
    if (name == NULL)
        return;
    disk->logs = mem_grow(disk->logs, disk->log_count + 1, sizeof *disk->logs);
    disk->logs[disk->log_count++] = (struct sight_log){ .name = mem_dup(name + 1), .bytes = bytes, .written = written };
}

void sight_read_disk(struct sight_disk *disk, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    for (const char *line; (line = text_line(&at)) != NULL;) {
        char *end = NULL;
        if (strncmp(line, "now ", 4) == 0)
            disk->now = strtoll(line + 4, NULL, 10);
        else if (strncmp(line, "log ", 4) == 0)
            add_log(disk, line + 4);
        else if (strncmp(line, "disk ", 5) == 0) {
            const uint64_t blocks = strtoull(line + 5, &end, 10), empty = strtoull(end, &end, 10);
            const uint64_t left = strtoull(end, &end, 10), size = strtoull(end, &end, 10);
            disk->total = (blocks - (empty - left)) * size; /* as df counts: without what is reserved for root */
            disk->free = left * size;
            disk->seen = disk->total > 0;
        }
    }
    free(copy);
}

uint64_t sight_log_bytes(const struct sight_disk *disk)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < disk->log_count; i++)
        bytes += disk->logs[i].bytes;
    return bytes;
}

uint64_t sight_growth(const struct sight_disk *disk)
{
    if (disk->log_count < 2 || disk->now - disk->logs[0].written < 600)
        return 0; /* too short a time to say anything for a day */
    const uint64_t bytes = sight_log_bytes(disk) - disk->logs[0].bytes;
    return (uint64_t)((double)bytes * 86400.0 / (double)(disk->now - disk->logs[0].written));
}

/* What the server says, else where its default puts them. */
static char *log_base(const struct server_facts *server)
{
    const bool master = server->side == SIDE_MASTER;
    const char *base = facts_setting(server, master ? "log_bin_basename" : "relay_log_basename");
    if (base[0] == '/')
        return mem_dup(base);
    const char *name = master ? "mysql-bin" : facts_setting(server, "relay_log");
    return name[0] == '/' ? mem_dup(name) : mem_printf("%s/%s", server->datadir, name[0] != '\0' ? name : "mysql-relay-bin");
}

static void look_at_disk(struct care *care, enum side side, struct sight *sight)
{
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    if (!care->sides[side].server)
        return;
    char *base = log_base(facts_of(&care->world.facts, side));
    if (host_script(care->world.hosts[side], &out, &ignored, disk_script, base, NULL) == 0)
        sight_read_disk(&sight->disks[side], buf_str(&out));
    buf_free(&out);
    free(base);
}

/* The account's lines in the grant tables of the privilege that it is for: `granted` is a column that says so. */
static void look_at_account(struct db *db, struct sight_account *account, const char *user, const char *granted)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct buf name = BUF_INIT;
    account->user = mem_dup(user);
    quote_sql(&name, user, strlen(user));
    if (db_queryf(db, &rows, &ignored, "SELECT Host, %s AS granted FROM mysql.user u WHERE User = %s", granted, buf_str(&name)) == 0)
        account->seen = true;
    for (size_t i = 0; i < rows.count; i++) {
        strings_add(&account->hosts, row_str(&rows, i, "Host"));
        account->granted = account->granted || row_u64(&rows, i, "granted") > 0;
    }
    rows_free(&rows);
    buf_free(&name);
}

/* One account that is locked among several is no hindrance; the only one is. */
static void look_at_lock(struct db *db, struct sight_account *account)
{
    struct buf sql = BUF_INIT;
    struct err ignored = ERR_INIT;
    if (account->hosts.count != 1 || db_dialect(db)->account_lock == NULL)
        return;
    buf_adds(&sql, "SHOW CREATE USER ");
    quote_sql(&sql, account->user, strlen(account->user));
    buf_addc(&sql, '@');
    quote_sql(&sql, account->hosts.items[0], strlen(account->hosts.items[0]));
    char *create = db_value(db, &ignored, buf_str(&sql));
    account->locked = create != NULL && strstr(create, "ACCOUNT LOCK") != NULL;
    if (create != NULL)
        wipe(create, strlen(create)); /* it holds the password's hash */
    free(create);
    buf_free(&sql);
}

static void look_at_accounts(struct care *care, struct sight *sight)
{
    struct err ignored = ERR_INIT;
    const struct answers *answers = care->world.answers;
    const struct slave_status *status = &care->world.facts.slave.slave_status;
    struct db *db = care->sides[SIDE_MASTER].server ? world_db(&care->world, SIDE_MASTER, &ignored) : NULL;
    if (db != NULL) {
        const bool told = status->master_user != NULL && status->master_user[0] != '\0';
        look_at_account(db, &sight->replication, told ? status->master_user : answers->replication.user, "Repl_slave_priv = 'Y'");
        look_at_lock(db, &sight->replication);
    }
    db = care->sides[SIDE_SLAVE].server ? world_db(&care->world, SIDE_SLAVE, &ignored) : NULL;
    if (db != NULL) {
        struct buf granted = BUF_INIT;
        /* what stands in Db is a pattern */
        buf_adds(&granted, "Select_priv = 'Y' OR EXISTS (SELECT 1 FROM mysql.db d WHERE d.User = u.User AND d.Host = u.Host AND "
                           "d.Select_priv = 'Y' AND ");
        quote_sql(&granted, answers->database, strlen(answers->database));
        buf_adds(&granted, " LIKE d.Db)");
        look_at_account(db, &sight->reports, answers->reports.user, buf_str(&granted));
        look_at_lock(db, &sight->reports);
        buf_free(&granted);
    }
}

/* A binary log's number grows longer after 999999. */
static bool before(const char *file, uint64_t place, const char *than, uint64_t than_place)
{
    const size_t len = strlen(file), than_len = strlen(than);
    const int order = len != than_len ? (len < than_len ? -1 : 1) : strcmp(file, than);
    return order < 0 || (order == 0 && place < than_place);
}

/* The second look, at a slave that was not there in time. */
static void look_again(struct db *slave, const struct slave_status *first, const struct binlog_position *position, struct sight *sight)
{
    struct slave_status second;
    struct err ignored = ERR_INIT;
    if (slave_status_read(slave, &second, &ignored) == 0 && second.configured) {
        sight->moves = before(first->relay_master_log_file, first->exec_master_log_pos, second.relay_master_log_file,
                              second.exec_master_log_pos) ||
                       before(first->master_log_file, first->read_master_log_pos, second.master_log_file, second.read_master_log_pos);
        sight->fetched = !before(second.master_log_file, second.read_master_log_pos, position->file, position->position);
    }
    slave_status_free(&second);
}

/* What the master has written until now: how long until the slave has executed it? Nothing needs to be written for that. */
static int measure_lag(struct care *care, struct sight *sight, struct err *err)
{
    struct world *world = &care->world;
    const struct slave_status *status = &world->facts.slave.slave_status;
    struct binlog_position position;
    struct err own = ERR_INIT;
    if (!care->sides[SIDE_MASTER].server || !care->sides[SIDE_SLAVE].server || !status->configured ||
        strcasecmp(status->io_running, "Yes") != 0 || strcasecmp(status->sql_running, "Yes") != 0)
        return 0;
    struct db *master = world_db(world, SIDE_MASTER, &own), *slave = world_db(world, SIDE_SLAVE, &own);
    const uint64_t begin = clock_ms();
    if (master == NULL || slave == NULL || binlog_position_read(master, &position, &own) != 0 || position.file[0] == '\0')
        return 0;
    int rc = -1;
    do {
        if (world_cancelled(world, err))
            return -1;
        rc = binlog_position_wait(slave, &position, 1, &own);
        sight->lag_ms = clock_ms() - begin;
    } while (rc != 0 && own.code == ERR_TIMEOUT && sight->lag_ms < SIGHT_WAIT_MS);
    sight->lag_seen = rc == 0 || own.code == ERR_TIMEOUT;
    sight->lag_over = rc != 0;
    if (sight->lag_seen && sight->lag_over)
        look_again(slave, status, &position, sight);
    return 0;
}

/* The server's list of threads tells for how long the IO thread has been at what it does. */
static void look_at_unreached(struct care *care, struct sight *sight)
{
    static const char *const states[] = { "Connecting to", "Reconnecting after", "Waiting to reconnect" };
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct db *slave = care->sides[SIDE_SLAVE].server ? world_db(&care->world, SIDE_SLAVE, &ignored) : NULL;
    sight->unreached_s = -1;
    if (slave == NULL || strcasecmp(care->world.facts.slave.slave_status.io_running != NULL
                                        ? care->world.facts.slave.slave_status.io_running : "", "Connecting") != 0)
        return;
    if (db_query(slave, &rows, &ignored, "SHOW PROCESSLIST") != 0)
        return;
    for (size_t i = 0; i < rows.count; i++)
        for (size_t k = 0; k < sizeof states / sizeof *states; k++)
            if (strncmp(row_str(&rows, i, "State"), states[k], strlen(states[k])) == 0)
                sight->unreached_s = (long long)row_u64(&rows, i, "Time");
    rows_free(&rows);
}

/* The last that the run has written of a file is what it should hold. */
static bool last_of_path(const struct past *past, size_t at)
{
    for (size_t i = at + 1; i < past->change_count; i++)
        if (past->changes[i].path != NULL && past->changes[i].done && past->changes[i].side == past->changes[at].side &&
            strcmp(past->changes[i].path, past->changes[at].path) == 0)
            return false;
    return true;
}

static void look_at_edited(struct care *care, const struct past *past, struct sight *sight)
{
    for (size_t i = 0; i < past->change_count; i++) {
        const struct past_change *change = &past->changes[i];
        if (change->path == NULL || change->after_sha256 == NULL || !change->done || !care->sides[change->side].server ||
            !last_of_path(past, i))
            continue;
        struct buf text = BUF_INIT, digest = BUF_INIT;
        struct err ignored = ERR_INIT;
        if (file_read(care->world.hosts[change->side], change->path, &text, &ignored) == 0)
            kept_sha256(buf_str(&text), text.len, &digest);
        if (strcmp(buf_str(&digest), change->after_sha256) != 0) {
            char *which = mem_printf("%s on the %s", change->path, side_name(change->side));
            strings_add(&sight->edited, which);
            free(which);
        }
        buf_wipe(&text);
        buf_free(&digest);
    }
}

static void look_at_run(struct care *care, const char *state_dir, struct sight *sight)
{
    struct past past;
    struct err ignored = ERR_INIT;
    if (!runs_made(state_dir, care->world.answers, &past))
        return;
    char *path = mem_printf("%s/facts", past.folder);
    sight->run = mem_dup(past.run);
    if (kept_read(path, &sight->then, &ignored) != 0)
        facts_free(&sight->then);
    look_at_edited(care, &past, sight);
    free(path);
    past_free(&past);
}

int sight_take(struct care *care, const char *state_dir, struct sight *sight, struct err *err)
{
    *sight = (struct sight){ .answers = care->world.answers, .facts = &care->world.facts, .sides = care->sides,
                             .then = { .master.side = SIDE_MASTER, .slave.side = SIDE_SLAVE }, .unreached_s = -1 };
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        care_look(care, side);
        if (care->sides[side].why.code == ERR_CANCELLED) {
            *err = care->sides[side].why;
            return -1;
        }
        look_at_disk(care, side, sight);
    }
    look_at_unreached(care, sight);
    look_at_accounts(care, sight);
    look_at_run(care, state_dir, sight);
    return measure_lag(care, sight, err);
}

static void free_account(struct sight_account *account)
{
    free(account->user);
    strings_free(&account->hosts);
}

void sight_free(struct sight *sight)
{
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < sight->disks[side].log_count; i++)
            free(sight->disks[side].logs[i].name);
        free(sight->disks[side].logs);
    }
    free_account(&sight->replication);
    free_account(&sight->reports);
    free(sight->run);
    facts_free(&sight->then);
    strings_free(&sight->edited);
    *sight = (struct sight){ .unreached_s = -1 };
}
