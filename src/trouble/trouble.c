/* The look: each part leaves empty what it could not see, for a sick pair is seen in part only. */
#include "trouble/trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "care/doubt.h"
#include "engine/connect.h"
#include "host/file.h"
#include "mysql/optionfiles.h"
#include "trouble_room.h"

uint64_t trouble_status_number(const struct trouble *trouble, const char *column)
{
    return trouble->status != NULL && trouble->status->configured ? row_u64(&trouble->status->rows, 0, column) : 0;
}

bool trouble_by_gtid(const struct trouble *trouble)
{
    const struct rows *rows = &trouble->status->rows;
    if (!trouble->status->configured)
        return false;
    if (row_has(rows, "Using_Gtid"))
        return strcasecmp(row_str(rows, 0, "Using_Gtid"), "No") != 0;
    return row_u64(rows, 0, "Auto_Position") == 1;
}

char *trouble_host_in(const char *message)
{
    const char *at = message != NULL ? strstr(message, "'@'") : NULL;
    if (at != NULL)
        return mem_dup_n(at + 3, strcspn(at + 3, "'"));
    at = message != NULL ? strstr(message, "Host '") : NULL; /* 1130: "Host '10.0.0.2' is not allowed to connect" */
    return at != NULL ? mem_dup_n(at + 6, strcspn(at + 6, "'")) : NULL;
}

static bool keep_thread(const struct trouble_process *process, uint64_t own)
{
    static const char *const users[] = { "system user", "event_scheduler" };
    static const char *const commands[] = { "Binlog Dump", "Binlog Dump GTID", "Daemon", "Slave_IO", "Slave_SQL", "Slave_worker" };
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
        if (strcmp(process->user, users[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcasecmp(process->command, commands[i]) == 0)
            return true;
    return process->id == own;
}

void trouble_take_processes(struct trouble *trouble, const struct rows *rows, uint64_t own)
{
    trouble->processes = mem_alloc((rows->count + 1) * sizeof *trouble->processes);
    for (size_t i = 0; i < rows->count; i++) {
        struct trouble_process *process = &trouble->processes[trouble->process_count++];
        *process = (struct trouble_process){
            .id = row_u64(rows, i, "Id"),
            .seconds = row_u64(rows, i, "Time"),
            .user = mem_dup(row_str(rows, i, "User")),
            .host = mem_dup(row_str(rows, i, "Host")),
            .command = mem_dup(row_str(rows, i, "Command")),
            .state = mem_dup(row_str(rows, i, "State")),
            .info = mem_dup(row_str(rows, i, "Info")),
        };
        process->keep = keep_thread(process, own);
    }
}

const struct trouble_process *trouble_longest(const struct trouble *trouble)
{
    const struct trouble_process *longest = NULL;
    for (size_t i = 0; i < trouble->process_count; i++) {
        const struct trouble_process *process = &trouble->processes[i];
        if (process->keep || process->info[0] == '\0')
            continue;
        if (longest == NULL || process->seconds > longest->seconds)
            longest = process;
    }
    return longest;
}

static void look_threads(struct trouble *trouble, struct db *db)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    if (db_query(db, &rows, &ignored, "SHOW FULL PROCESSLIST") == 0)
        trouble_take_processes(trouble, &rows, db_connection_id(db));
    rows_free(&rows);
    trouble->sql_errno = trouble->status->last_sql_errno;
    trouble->sql_error = mem_dup(trouble->status->last_sql_error != NULL ? trouble->status->last_sql_error : "");
    if (trouble->sql_errno == 0 || db_dialect(db)->worker_errors == NULL)
        return;
    if (db_query(db, &rows, &ignored, db_dialect(db)->worker_errors) == 0 && rows.count > 0) {
        trouble->sql_errno = (unsigned)row_u64(&rows, 0, "number");
        free(trouble->sql_error);
        trouble->sql_error = mem_dup(row_str(&rows, 0, "message"));
    }
    rows_free(&rows);
}

static void look_events(struct trouble *trouble, struct db *db)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    struct buf name = BUF_INIT;
    const char *database = trouble->care->world.answers->database;
    if (!db_dialect(db)->events || !facts_setting_on(&trouble->care->world.facts.slave, "event_scheduler"))
        return;
    quote_sql(&name, database, strlen(database));
    if (db_queryf(db, &rows, &ignored, "SELECT EVENT_NAME AS name, DEFINER AS definer FROM information_schema.events WHERE EVENT_SCHEMA = %s AND STATUS = "
                  "'ENABLED' ORDER BY 1", buf_str(&name)) == 0)
        for (size_t i = 0; i < rows.count; i++) {
            strings_add(&trouble->events, row_str(&rows, i, "name"));
            strings_add(&trouble->event_definers, row_str(&rows, i, "definer"));
        }
    rows_free(&rows);
    buf_free(&name);
}

bool trouble_skips_start(const struct cnf_line *line)
{
    static const char *const keys[] = { "skip_slave_start", "skip_replica_start" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (line->kind == CNF_OPTION && strcmp(line->key, keys[i]) == 0)
            return line->value == NULL || (strcmp(line->value, "0") != 0 && strcasecmp(line->value, "OFF") != 0);
    return false;
}

/* The option files of the slave, also for what a fix writes into them. */
static void look_options(struct trouble *trouble)
{
    struct server_facts *slave = &trouble->care->world.facts.slave;
    struct err ignored = ERR_INIT;
    if (optionfiles_read(trouble->care->world.hosts[SIDE_SLAVE], trouble->care->world.answers->slave.cnf, slave->dialect,
                         slave->version_number, &slave->options, &ignored) != 0)
        return;
    for (size_t i = 0; i < slave->options.count; i++) {
        const struct cnf *file = &slave->options.files[i];
        for (size_t k = 0; k < file->count; k++)
            if (trouble_skips_start(&file->lines[k]) && cnf_set_reads(&slave->options, file->lines[k].group) &&
                !strings_has(&trouble->skip_files, file->path))
                strings_add(&trouble->skip_files, file->path);
    }
}

/* $1 the data directory; empty: the running server's, which it works in. KiB free for mysqld; where that is little, the largest
 * files on that file system. */
static const char disk_script[] = "#: data?\n# how full is the disk of the server's data?\n"
                                  "dir=$1\n"
                                  "if [ -z \"$dir\" ]; then\n"
                                  "  comm=$(grep -lxE 'mariadbd|mysqld' /proc/[0-9]*/comm 2>/dev/null | head -n 1)\n"
                                  "  dir=$(readlink \"${comm%/comm}/cwd\")\n"
                                  "fi\n"
                                  "[ -n \"$dir\" ] && [ -d \"$dir\" ] || exit 0\n"
                                  "set -- $(df -P -k -- \"$dir\" | awk 'NR == 2 { print $4, $6 }')\n"
                                  "echo \"$1\"\n"
                                  "[ \"$1\" -lt 16384 ] || exit 0\n"
                                  "{ timeout 10 find \"$dir\" \"${2%/}/var/log\" -xdev -type f -size +1024k -printf '%k %p\\n' 2>/dev/null || :; } |\n"
                                  "  sort -rn | uniq | head -n 5\n";

static void look_disk(struct trouble *trouble)
{
    struct world *world = &trouble->care->world;
    const char *datadir = world->answers->slave.datadir;
    struct buf out = BUF_INIT, eaters = BUF_INIT;
    struct err ignored = ERR_INIT;
    if ((world->hosts[SIDE_SLAVE] == NULL && world_connect_side(world, SIDE_SLAVE, &ignored) != 0) ||
        host_script(world->hosts[SIDE_SLAVE], &out, &ignored, disk_script, datadir != NULL ? datadir : "", NULL) != 0) {
        buf_free(&out);
        return;
    }
    char *text = buf_steal(&out), *at = text, *line = text_line(&at), *end = NULL;
    const uint64_t kib = line != NULL ? strtoull(line, &end, 10) : 0;
    if (line != NULL && end != line)
        trouble->disk_free = kib << 10;
    while ((line = text_line(&at)) != NULL) {
        const uint64_t size = strtoull(line, &end, 10);
        buf_adds(&eaters, eaters.len > 0 ? ", " : "");
        quote_printable(&eaters, end + strspn(end, " "), strlen(end + strspn(end, " ")), 0);
        buf_adds(&eaters, " (");
        quote_size(&eaters, size << 10);
        buf_addc(&eaters, ')');
    }
    trouble->disk_eaters = buf_steal(&eaters);
    free(text);
}

/* $1 the data directory, $2 the index of the relay logs: the first one that is not there. */
static const char relay_script[] = "#: data log\n# which relay log of $2 is not there?\n"
                                   "cd -- \"$1\" || exit 0\n"
                                   "[ -f \"$2\" ] || { printf '%s\\n' \"$2\"; exit 0; }\n"
                                   "while IFS= read -r name; do [ -e \"$name\" ] || { printf '%s\\n' \"$name\"; exit 0; }; done <\"$2\"\n";

/* A server that misses one starts nothing, and its status names no error. */
static void look_relay_logs(struct trouble *trouble)
{
    const struct server_facts *slave = &trouble->care->world.facts.slave;
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    const char *index = facts_setting(slave, "relay_log_index");
    if (slave->datadir == NULL || index[0] == '\0' || slave_status_running(trouble->status))
        return;
    if (host_script(trouble->care->world.hosts[SIDE_SLAVE], &out, &ignored, relay_script, slave->datadir, index, NULL) == 0 && out.len > 0) {
        buf_trim(&out);
        trouble->relay_missing = buf_steal(&out);
    }
    buf_free(&out);
}

static void look_reach(struct trouble *trouble)
{
    struct buf text = BUF_INIT;
    struct err ignored = ERR_INIT;
    const struct slave_status *status = trouble->status;
    if (strcasecmp(status->io_running, "Yes") == 0 || status->master_host == NULL || status->master_host[0] == '\0')
        return;
    if (facts_try_port(&trouble->care->world, SIDE_SLAVE, status->master_host, status->master_port, &trouble->reach, &text, &ignored) == 0)
        trouble->reach_text = buf_steal(&text);
    buf_free(&text);
}

/* $1: name or address of the other server. */
static const char source_script[] = "#: word\n# from which address is $1 reached from here?\n"
                                    "for address in $(getent ahosts \"$1\" 2>/dev/null | awk '{ print $1 }') \"$1\"; do\n"
                                    "  source=$(ip -o route get \"$address\" 2>/dev/null | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')\n"
                                    "  [ -z \"$source\" ] || { echo \"$source\"; exit 0; }\n"
                                    "done\n";

char *trouble_source(struct trouble *trouble, enum side side, const char *towards)
{
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    if (towards == NULL || host_script(trouble->care->world.hosts[side], &out, &ignored, source_script, towards, NULL) != 0)
        buf_clear(&out);
    buf_trim(&out);
    char *source = out.len > 0 ? mem_dup(buf_str(&out)) : NULL;
    buf_free(&out);
    return source;
}

int trouble_accounts(struct db *db, const char *user, const char *name, const char *address, struct rows *rows)
{
    struct buf quoted[3] = { BUF_INIT, BUF_INIT, BUF_INIT };
    const char *const texts[3] = { user, name != NULL ? name : "", address != NULL ? address : "" };
    struct err ignored = ERR_INIT;
    for (size_t i = 0; i < 3; i++)
        quote_sql(&quoted[i], texts[i], strlen(texts[i]));
    const int rc = db_queryf(db, rows, &ignored, "SELECT Host AS host, Repl_slave_priv AS granted FROM mysql.user WHERE User = %s AND "
                             "(%s LIKE Host OR %s LIKE Host) ORDER BY LENGTH(Host) DESC", buf_str(&quoted[0]), buf_str(&quoted[1]),
                             buf_str(&quoted[2]));
    for (size_t i = 0; i < 3; i++)
        buf_free(&quoted[i]);
    return rc;
}

/* A new one is made for the address: a name has to be looked up by the server. */
static void look_account(struct trouble *trouble, struct db *master)
{
    struct rows rows = ROWS_INIT;
    struct trouble_account *account = &trouble->account;
    char *name = trouble_host_in(trouble->status->last_io_error), *source = trouble_source(trouble, SIDE_SLAVE, trouble->address);
    account->seen = trouble_accounts(master, trouble->status->master_user, name, source, &rows) == 0;
    account->exists = account->seen && rows.count > 0;
    account->granted = account->exists && strcmp(row_str(&rows, 0, "granted"), "Y") == 0;
    account->host = mem_dup(account->exists ? row_str(&rows, 0, "host") : source != NULL ? source : name);
    free(name);
    free(source);
    rows_free(&rows);
}

static const char *address_of(const struct answers_host *answers)
{
    return answers->address != NULL ? answers->address : strcmp(answers->host, "local") != 0 ? answers->host : NULL;
}

static void look_slave(struct trouble *trouble, struct db *db)
{
    look_threads(trouble, db);
    look_events(trouble, db);
    look_options(trouble);
    if (trouble->status->configured)
        look_reach(trouble);
    if (trouble->status->configured)
        look_relay_logs(trouble);
}

/* A server that waits for room on its disk does not tell its status: MariaDB's SHOW SLAVE STATUS then waits with it (reproduced on
 * 10.11). It is not asked. */
static int look_sides(struct trouble *trouble, struct err *err)
{
    struct care *care = trouble->care;
    look_disk(trouble);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        if (side == SIDE_SLAVE && trouble->disk_free < TROUBLE_DISK_LITTLE) {
            care->sides[side] = (struct care_side){ .looked = true, .host = true };
            err_set(&care->sides[side].why, ERR_WORLD, "its server was not asked, because its disk is full");
            continue;
        }
        care_look(care, side);
        if (care->sides[side].why.code == ERR_CANCELLED) {
            *err = care->sides[side].why;
            return -1;
        }
    }
    return 0;
}

int trouble_look(struct care *care, const char *state_dir, struct trouble *trouble, struct err *err)
{
    struct err ignored = ERR_INIT;
    struct world *world = &care->world;
    *trouble = (struct trouble){ .care = care, .status = &world->facts.slave.slave_status, .disk_free = UINT64_MAX };
    if (look_sides(trouble, err) != 0)
        return -1;
    trouble->address = mem_dup(address_of(&world->answers->master));
    struct db *slave = care->sides[SIDE_SLAVE].server ? world_db(world, SIDE_SLAVE, &ignored) : NULL;
    struct db *master = care->sides[SIDE_MASTER].server ? world_db(world, SIDE_MASTER, &ignored) : NULL;
    if (slave != NULL)
        look_slave(trouble, slave);
    if (master != NULL && slave != NULL && trouble->status->configured)
        look_account(trouble, master);
    if (slave != NULL && trouble->sql_errno != 0)
        trouble_look_failing(trouble, master, slave);
    trouble_look_reports(trouble, slave);
    doubt_read(state_dir, world->answers, &trouble->doubts);
    return world_cancelled(world, err) ? -1 : 0;
}

void trouble_free(struct trouble *trouble)
{
    for (size_t i = 0; i < trouble->process_count; i++) {
        struct trouble_process *process = &trouble->processes[i];
        char *const texts[] = { process->user, process->host, process->command, process->state, process->info };
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            free(texts[k]);
    }
    free(trouble->processes);
    char *const texts[] = { trouble->sql_error, trouble->row_where, trouble->row_table, trouble->row_trigger, trouble->reach_text,
                            trouble->address, trouble->account.host, trouble->disk_eaters, trouble->login.said, trouble->login.user_host,
                            trouble->relay_missing };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    struct strings *const lists[] = { &trouble->skip_files, &trouble->events, &trouble->event_definers, &trouble->doubts };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        strings_free(lists[i]);
    failing_free(&trouble->failing);
    rows_free(&trouble->master_row);
    rows_free(&trouble->slave_row);
    report_login_free(&trouble->billing);
    *trouble = (struct trouble){ .care = NULL };
}
