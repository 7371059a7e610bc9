/* The table of symptoms, in the order in which they are dealt with: what stops the whole comes before what stops a part. */
#include "symptoms_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

#define SICK CARE_CRITICAL
#define ODD CARE_WARNING
#define REPORTS CARE_CRITICAL

const struct symptom symptoms[] = {
    { "slave-unreachable", "The slave's host does not answer", sees_slave_unreachable,
      "nothing can be said of the slave: its host is off, cut off, or lets us not in",
      "look at the host itself; its server goes on by itself when it comes back", { NULL }, SICK, ANEW_NO },
    { "slave-down", "The slave's server does not run", sees_slave_down,
      "somebody stopped it, or it crashed: reports fail, and nothing arrives",
      "start it: replication goes on where it stopped", { "start-slave-server" }, SICK, ANEW_NO },
    { "slave-closed", "The slave's server lets us not in", sees_slave_closed,
      "it runs, but nothing can be asked: too many connections, another password of its root, or it is still recovering",
      "look at its error log; replication itself may be well", { NULL }, SICK, ANEW_NO },
    { "master-unreachable", "The master's host does not answer", sees_master_unreachable,
      "the slave has nothing to read from; what it has executed stays right", "look at the host itself", { NULL }, SICK, ANEW_NO },
    { "master-down", "The master's server does not run", sees_master_down,
      "somebody stopped it, or it crashed: the billing itself stands still",
      "start it; after a crash look whether the slave is ahead of it", { "start-master-server" }, SICK, ANEW_NO },
    { "master-closed", "The master's server lets us not in", sees_master_closed,
      "it runs, but nothing can be asked", "look at its error log", { NULL }, SICK, ANEW_NO },
    { "no-slave", "The slave follows nobody", sees_no_slave,
      "somebody told it RESET SLAVE ALL: where it had stopped reading is not known any more",
      "make it a slave anew: what it holds is old from that moment on", { NULL }, SICK, ANEW_ALL },
    { "disk-full", "The slave's disk is full", sees_disk_full,
      "nothing more can be fetched or executed; servers wait for room, or stop with an error",
      "make room with the server's own means (its binary logs: PURGE; relay logs go by themselves), never by removing files of the data "
      "directory; `dualserver accept` lets go of the old data that a set-up kept. Then wait a minute: the server goes on by itself, or "
      "it has stopped and can be started", { NULL }, SICK, ANEW_NO },
    { "filter", "The slave leaves something out", sees_filter,
      "a replication filter was changed after set-up: what it left out since then is not on the slave, and no error tells",
      "take the filter away before replication is started again, and compare", { "filters" }, SICK, ANEW_TABLE },
    { "skip-start", "The slave does not take replication up by itself", sees_skip_start,
      "skip-slave-start was left in an option file: after each restart of its server nothing is fetched until somebody says START",
      "take the line out", { "take-up" }, SICK, ANEW_NO },
    { "relay-log", "A relay log is corrupt or lost", sees_relay_log,
      "what was fetched from the master cannot be read any more; the master has it still",
      "fetch it again from where the SQL thread has executed to: nothing is lost", { "refetch" }, SICK, ANEW_NO },
    { "duplicate-key", "A row that the master wrote is on the slave already", sees_duplicate,
      "somebody wrote to the slave, or the position is older than the data: its data is not the master's",
      "replace the slave's row by the master's; to skip the change is right only when both rows are equal",
      { "repair-row", "skip" }, SICK, ANEW_TABLE },
    { "missing-row", "A row that the master changed or deleted is not on the slave", sees_missing_row,
      "somebody deleted on the slave, or something was skipped earlier: its data is not the master's",
      "bring the master's row; where the master has deleted it too, nothing is lost by skipping", { "repair-row", "skip" }, SICK, ANEW_TABLE },
    { "missing-table", "A table that the master writes to is not on the slave", sees_missing_table,
      "it was dropped or renamed there (a report program's DROP does that), or it was made where no binary log saw it",
      "carry the table over anew with all its rows; skipping leaves it out, and the next change of it stops the slave again",
      { "bring-table", "skip" }, SICK, ANEW_TABLE },
    { "sql-error", "A statement of the master fails on the slave", sees_sql_error,
      "the two differ in what the statement needs: a table, a column, a setting",
      "make the slave as the statement wants it, or skip it when what it does is done already", { "skip" }, SICK, ANEW_TABLE },
    { "sql-stopped", "The SQL thread was stopped or killed", sees_sql_stopped,
      "nothing is wrong with the data: somebody said STOP, or killed the thread as if it were a report",
      "start it", { "start" }, SICK, ANEW_NO },
    { "same-server-uuid", "Both servers have the same UUID", sees_same_uuid,
      "the slave's data directory was copied with its auto.cnf", "the slave makes itself a new one when that file is gone and it restarts",
      { "new-uuid" }, SICK, ANEW_NO },
    { "same-server-id", "Both servers have the same server id", sees_same_id,
      "a slave leaves out what carries its own id, so it refuses", "give the slave another one", { "new-id" }, SICK, ANEW_NO },
    { "wrong-address", "The slave looks for its master in the wrong place", sees_wrong_address,
      "the host or port it was told is not the master's", "tell it the right one, and with it the position that it is at", { "re-point" }, SICK, ANEW_NO },
    { "bind-address", "The master listens to its own machine only", sees_bind_address,
      "its option files bind it to the loopback, so no other machine can connect", "let it listen; that takes a restart of the master",
      { "listen" }, SICK, ANEW_NO },
    { "master-silent", "The slave's host gets no answer from the master's port", sees_silent,
      "a firewall, a route, a cable: the master's server runs and listens",
      "look at the firewalls of both and at the network between them; the slave tries again by itself", { NULL }, SICK, ANEW_NO },
    { "blocked", "The master has blocked the slave's host", sees_blocked,
      "too many connections from there broke off (error 1129)", "find out what breaks them, then FLUSH HOSTS on the master", { NULL }, SICK, ANEW_NO },
    { "account-missing", "The slave's account is not on the master", sees_account_missing,
      "it was dropped, or made for another host", "make it anew, with a new password", { "new-password" }, SICK, ANEW_NO },
    { "account-password", "The master refuses the slave's password", sees_account_password,
      "it was changed on one side only", "set a new one on both sides", { "new-password" }, SICK, ANEW_NO },
    { "account-grant", "The slave's account may not replicate", sees_account_grant,
      "REPLICATION SLAVE was revoked", "grant it", { "grant" }, SICK, ANEW_NO },
    { "public-key", "The slave may not send its password in clear", sees_public_key,
      "caching_sha2_password wants TLS or the master's public key, and the slave uses neither",
      "let it speak TLS where the master offers it, else ask the master for its key", { "tls" }, SICK, ANEW_NO },
    { "tls", "The slave and the master do not agree on TLS", sees_tls,
      "a certificate, its CA's file, or TLS itself is not there or not valid any more",
      "set the slave's TLS options as both servers are now", { "tls" }, SICK, ANEW_NO },
    { "packet", "An event of the master is larger than the slave takes", sees_packet,
      "a row is larger than max_allowed_packet of the replication threads", "raise the limit on the slave", { "raise-packet" }, SICK, ANEW_NO },
    { "binlog-off", "The master writes no binary log", sees_binlog_off,
      "it was restarted without log-bin: what it writes since then is nowhere", "switch it on and set the slave up anew", { NULL }, SICK, ANEW_ALL },
    { "binlog-purged", "The master has purged what the slave has not read", sees_purged,
      "the slave was away for longer than binary logs are kept: what was written between is gone from them",
      "set the slave up anew; to go on from the oldest log leaves the changes between out", { "from-oldest" }, SICK, ANEW_ALL },
    { "binlog-beyond", "The slave has read further than the master has written", sees_beyond,
      "the master crashed and lost the end of its binary log (sync_binlog = 0), or was restored",
      "the slave may hold changes that the master lost: compare, or set it up anew; it can go on from the next log", { "next-binlog" }, SICK, ANEW_ALL },
    { "binlog-corrupt", "A binary log of the master cannot be read", sees_binlog_corrupt,
      "its file is damaged, by a loss of power most often: what stands behind the damage is lost to the slave",
      "set the slave up anew; to go on with the next log leaves out what the damaged one still held", { "next-binlog" }, SICK, ANEW_ALL },
    { "io-stopped", "The IO thread was stopped", sees_io_stopped,
      "nothing is wrong: somebody said STOP", "start it", { "start" }, SICK, ANEW_NO },
    { "io-error", "The IO thread fails", sees_io_error, "see its error", "when its cause is gone, start it", { "start" }, SICK, ANEW_NO },
    { "lag", "The slave lags behind", sees_lag,
      "a report runs so long that the slave's own work waits for it, or there is more to do than it manages",
      "kill the report by its id; never a thread of the replication", { "kill" }, SICK, ANEW_NO },
    { "delayed", "The slave was told to stay behind", sees_delayed,
      "reports show old data on purpose: MASTER_DELAY was set", "take the delay away, unless it is wanted", { "no-delay" }, ODD, ANEW_NO },
    { "events", "The slave runs the master's events itself", sees_events,
      "what they do is done twice: once by the slave, once by replication", "disable them on the slave", { "disable-events" }, ODD, ANEW_NO },
    { "master-read-only", "The master takes no writes", sees_master_read_only,
      "read_only was left on: the billing program's writes fail", "switch it off when no other server is the master", { "writable" }, ODD, ANEW_NO },
    { "reports-host", "billing.ini names a host that the master does not know", sees_reports_host,
      "\"Reports Server is unavailable\": $slavedbhost is wrong, or the name cannot be looked up",
      "`dualserver billing` writes the slave's address into it", { NULL }, REPORTS, ANEW_NO },
    { "reports-port", "The master gets no answer from the reports' server", sees_reports_port,
      "\"Reports Server is unavailable\": the slave's server is down, listens elsewhere, or a firewall is between",
      "look at the slave's server, its bind-address and the firewalls; `dualserver billing` writes the slave's address into billing.ini",
      { NULL }, REPORTS, ANEW_NO },
    { "reports-account", "The account of billing.ini is not on the slave", sees_reports_account,
      "\"Reports Server is unavailable\": it was dropped, or is for another host", "make it, with the password that billing.ini has",
      { "reports-login" }, REPORTS, ANEW_NO },
    { "reports-password", "The slave refuses the password of billing.ini", sees_reports_password,
      "\"Reports Server is unavailable\": it was changed on one side only", "give the account the password that billing.ini has",
      { "reports-login" }, REPORTS, ANEW_NO },
    { "reports-plugin", "The account's password is of a kind that the client does not speak", sees_reports_plugin,
      "\"Client does not support authentication protocol\": yesterday's OLD_PASSWORD, or today's caching_sha2_password without TLS",
      "keep it in the way that every client speaks, where the slave's server has that", { "reports-login" }, REPORTS, ANEW_NO },
    { "reports-grant", "The account of billing.ini may not read the database", sees_reports_grant,
      "it logs in, but its rights are gone, or $slavedbname is wrong", "grant what reports need", { "reports-login" }, REPORTS, ANEW_NO },
    { "reports-other", "The reports' login fails", sees_reports_other, "see the error",
      "$report_sql_errors = 1 and $report_php_errors = 1 in billing.ini show what the web interface gets", { NULL }, REPORTS, ANEW_NO },
    { "doubtful", "The slave may lack something", sees_doubtful,
      "a change was skipped or lost: it counts as doubtful until its checksums agree",
      "compare the tables with the master's", { "compare" }, SICK, ANEW_TABLE },
};
const size_t symptom_count = sizeof symptoms / sizeof symptoms[0];

static const struct fix *fix_by_id(const char *id)
{
    for (size_t i = 0; i < fix_count; i++)
        if (strcmp(fixes[i].id, id) == 0)
            return &fixes[i];
    return NULL;
}

static void add_found(const struct trouble *trouble, struct diagnosis *diagnosis, const struct symptom *symptom, struct buf *evidence)
{
    struct buf shown = BUF_INIT;
    diagnosis->found = mem_grow(diagnosis->found, diagnosis->count + 1, sizeof *diagnosis->found);
    struct diagnosed *found = &diagnosis->found[diagnosis->count++];
    quote_printable(&shown, buf_str(evidence), evidence->len, 1);
    *found = (struct diagnosed){ .symptom = symptom, .evidence = buf_steal(&shown) };
    for (size_t i = 0; i < FIXES_MOST && symptom->fixes[i] != NULL; i++) {
        const struct fix *fix = fix_by_id(symptom->fixes[i]);
        if (fix != NULL && (fix->possible == NULL || fix->possible(trouble)))
            found->fixes[found->fix_count++] = fix;
    }
    diagnosis->sick = diagnosis->sick || symptom->severity == CARE_CRITICAL;
}

void troubleshoot_diagnose(const struct trouble *trouble, struct diagnosis *diagnosis)
{
    *diagnosis = (struct diagnosis){ .count = 0 };
    for (size_t i = 0; i < symptom_count; i++) {
        struct buf evidence = BUF_INIT;
        if (symptoms[i].seen(trouble, &evidence))
            add_found(trouble, diagnosis, &symptoms[i], &evidence);
        buf_free(&evidence);
    }
}

const struct fix *diagnosis_fix(const struct diagnosis *diagnosis, const char *id, const struct symptom **symptom, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < diagnosis->count; i++)
        for (size_t k = 0; k < diagnosis->found[i].fix_count; k++) {
            const struct fix *fix = diagnosis->found[i].fixes[k];
            const size_t len = strlen(fix->id);
            char *end = NULL;
            *symptom = diagnosis->found[i].symptom;
            if (strcmp(fix->id, id) == 0)
                return fix;
            if (strcmp(fix->id, "kill") == 0 && strncmp(id, "kill-", len + 1) == 0 && (*number = strtoull(id + len + 1, &end, 10)) != 0 &&
                *end == '\0')
                return fix;
        }
    return NULL;
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->count; i++)
        free(diagnosis->found[i].evidence);
    free(diagnosis->found);
    *diagnosis = (struct diagnosis){ .count = 0 };
}
