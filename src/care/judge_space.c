/* Disks, logs, and for how long the master keeps what the slave has not read. */
#include "care/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

enum { DISK_WARNING = 90, DISK_CRITICAL = 95 }; /* per cent in use */
#define DAY_S 86400

static const char *const disk_ids[2] = { "disk-master", "disk-slave" };

static void judge_disk(struct check_report *report, const struct sight_disk *disk, enum side side)
{
    static const char *const labels[2] = { "disk_master", "disk_slave" };
    const unsigned used = (unsigned)(100.0 - 100.0 * (double)disk->free / (double)disk->total);
    const uint64_t growth = sight_growth(disk);
    struct buf left = BUF_INIT, a_day = BUF_INIT;
    char number[16];
    quote_size(&left, disk->free);
    quote_size(&a_day, growth);
    (void)snprintf(number, sizeof number, "%u", used);
    check_measure(report, labels[side], number, "%", "90", "95");
    if (used >= DISK_WARNING)
        check_find(report, disk_ids[side], used >= DISK_CRITICAL ? CARE_CRITICAL : CARE_WARNING,
                   "make room; dualserver maintain purges logs that no slave needs any more",
                   "the %s's disk is %u %% full, %s are left; a full disk stops the server", side_name(side), used, buf_str(&left));
    else if (growth > 0 && disk->free / growth < 1)
        check_find(report, disk_ids[side], CARE_WARNING, "dualserver maintain purges logs that no slave needs any more",
                   "the logs on the %s grow by %s a day, and %s are left", side_name(side), buf_str(&a_day), buf_str(&left));
    else
        check_find(report, disk_ids[side], CARE_OK, "", "the %s's disk is %u %% full, %s are left", side_name(side), used, buf_str(&left));
    buf_free(&left);
    buf_free(&a_day);
}

void judge_disks(struct check_report *report, const struct sight *sight)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (sight->disks[side].seen)
            judge_disk(report, &sight->disks[side], side);
}

/* Logs are worth a word when they fill as much of the disk as is left. */
void judge_logs(struct check_report *report, const struct sight *sight)
{
    static const struct {
        const char *id, *label, *name, *fix;
    } kinds[2] = {
        { "binlogs", "binlogs", "binary log", "dualserver maintain purges what no slave needs any more" },
        { "relay-logs", "relay_logs", "relay log", "the slave fetches faster than it executes: look at what runs on it" },
    };
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        const struct sight_disk *disk = &sight->disks[side];
        const uint64_t bytes = sight_log_bytes(disk), growth = sight_growth(disk);
        struct buf size = BUF_INIT, a_day = BUF_INIT;
        char *number = mem_printf("%llu", (unsigned long long)bytes);
        quote_size(&size, bytes);
        if (growth > 0) {
            buf_adds(&a_day, ", ");
            quote_size(&a_day, growth);
            buf_adds(&a_day, " a day");
        }
        check_measure(report, kinds[side].label, disk->seen ? number : NULL, "B", "", "");
        if (disk->seen)
            check_find(report, kinds[side].id, bytes > disk->free ? CARE_WARNING : CARE_OK, bytes > disk->free ? kinds[side].fix : "",
                       "%zu %s%s on the %s: %s%s", disk->log_count, kinds[side].name, disk->log_count == 1 ? "" : "s", side_name(side),
                       buf_str(&size), buf_str(&a_day));
        buf_free(&size);
        buf_free(&a_day);
        free(number);
    }
}

/* Seconds after which the master deletes a binary log; 0: never. */
static uint64_t expiry_of(const struct server_facts *master)
{
    const struct dialect *dialect = master->dialect;
    uint64_t seconds = dialect->expire_seconds != NULL ? strtoull(facts_setting(master, dialect->expire_seconds), NULL, 10) : 0;
    if (seconds == 0 && dialect->expire_days != NULL)
        seconds = (uint64_t)(strtod(facts_setting(master, dialect->expire_days), NULL) * DAY_S);
    /* MySQL has a switch for it beside the number (8.0.29) */
    const char *automatic = facts_setting(master, "binlog_expire_logs_auto_purge");
    return automatic[0] != '\0' && !facts_setting_on(master, "binlog_expire_logs_auto_purge") ? 0 : seconds;
}

/* The log that the slave still reads: how long until it is deleted? The newest one never is. */
static void judge_needed(struct check_report *report, const struct sight *sight, const struct slave_status *status, uint64_t expiry)
{
    const struct sight_disk *disk = &sight->disks[SIDE_MASTER];
    const char *needed = status->master_log_file;
    struct buf left = BUF_INIT;
    for (size_t i = 0; i + 1 < disk->log_count; i++) {
        const long long age = disk->now - disk->logs[i].written;
        if (strcmp(disk->logs[i].name, needed) != 0 || age < 0)
            continue;
        const uint64_t remaining = (uint64_t)age < expiry ? expiry - (uint64_t)age : 0;
        quote_duration(&left, remaining * 1000);
        if (remaining < expiry / 4)
            check_find(report, "expiry", CARE_WARNING, "raise the expiry on the master now (SET GLOBAL), then mend the slave",
                       "the slave still reads %s, which the master deletes in %s", needed, buf_str(&left));
    }
    buf_free(&left);
}

/* By GTID the slave asks for what it lacks, which may all be there still: then the IO thread tells, not the name of a file. */
static bool by_gtid(const struct slave_status *status)
{
    const char *mariadb = row_str(&status->rows, 0, "Using_Gtid");
    return (mariadb[0] != '\0' && strcasecmp(mariadb, "No") != 0) || row_u64(&status->rows, 0, "Auto_Position") == 1;
}

static void judge_purged(struct check_report *report, const struct slave_status *status)
{
    if (by_gtid(status))
        check_find(report, "purged", CARE_WARNING, "START SLAVE tells: error 1236 means that the slave has to be built anew",
                   "the slave read %s last, and the master has that binary log no more", status->master_log_file);
    else
        check_find(report, "purged", CARE_CRITICAL, "the slave has to be built anew: dualserver reprovision",
                   "the slave reads %s next, and the master has that binary log no more", status->master_log_file);
}

void judge_expiry(struct check_report *report, const struct sight *sight)
{
    const struct server_facts *master = &sight->facts->master;
    const struct slave_status *status = &sight->facts->slave.slave_status;
    if (!sight->sides[SIDE_MASTER].server || !master->log_bin || master->dialect == NULL)
        return;
    const bool slave = sight->sides[SIDE_SLAVE].server && status->configured && status->master_log_file[0] != '\0';
    const size_t before = report->count;
    const uint64_t expiry = expiry_of(master);
    struct buf kept = BUF_INIT;
    quote_duration(&kept, expiry * 1000);
    if (slave && master->binlogs.count > 0 && !strings_has(&master->binlogs, status->master_log_file))
        judge_purged(report, status);
    else if (slave && expiry > 0)
        judge_needed(report, sight, status, expiry);
    if (expiry > 0 && expiry < DAY_S)
        check_find(report, "expiry", CARE_WARNING, "let binary logs expire after a week: a slave that is away longer than that has to be "
                   "built anew", "the master deletes binary logs after %s", buf_str(&kept));
    if (report->count == before)
        check_find(report, "expiry", CARE_OK, "", expiry > 0 ? "the master keeps binary logs for %s" : "the master keeps all binary logs%s",
                   expiry > 0 ? buf_str(&kept) : "");
    buf_free(&kept);
}
