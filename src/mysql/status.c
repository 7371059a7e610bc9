#include "mysql/status.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

/* The first of the names that the answer has: MySQL 8.0.22 renamed the columns, MariaDB kept them. */
static const char *column(const struct rows *rows, const char *old_name, const char *new_name)
{
    return row_has(rows, old_name) ? old_name : new_name;
}

static char *text_of(const struct rows *rows, const char *old_name, const char *new_name)
{
    return mem_dup(row_str(rows, 0, column(rows, old_name, new_name)));
}

static uint64_t number_of(const struct rows *rows, const char *old_name, const char *new_name)
{
    return row_u64(rows, 0, column(rows, old_name, new_name));
}

void slave_status_from_rows(struct slave_status *status, struct rows *rows)
{
    const char *behind = row_get(rows, 0, column(rows, "Seconds_Behind_Master", "Seconds_Behind_Source"));
    const char *io = row_str(rows, 0, column(rows, "Slave_IO_Running", "Replica_IO_Running"));
    *status = (struct slave_status){
        .configured = rows->count > 0,
        .master_host = text_of(rows, "Master_Host", "Source_Host"),
        .master_user = text_of(rows, "Master_User", "Source_User"),
        .io_state = text_of(rows, "Slave_IO_State", "Replica_IO_State"),
        .sql_state = text_of(rows, "Slave_SQL_Running_State", "Replica_SQL_Running_State"),
        .master_port = (unsigned)number_of(rows, "Master_Port", "Source_Port"),
        .io_running = text_of(rows, "Slave_IO_Running", "Replica_IO_Running"),
        .sql_running = text_of(rows, "Slave_SQL_Running", "Replica_SQL_Running"),
        /* MySQL 9.7 says 0 while it is Connecting, when nothing is left to execute (reproduced) */
        .seconds_behind = behind != NULL && strcasecmp(io, "Yes") == 0 ? atoll(behind) : -1,
        .master_log_file = text_of(rows, "Master_Log_File", "Source_Log_File"),
        .read_master_log_pos = number_of(rows, "Read_Master_Log_Pos", "Read_Source_Log_Pos"),
        .relay_master_log_file = text_of(rows, "Relay_Master_Log_File", "Relay_Source_Log_File"),
        .exec_master_log_pos = number_of(rows, "Exec_Master_Log_Pos", "Exec_Source_Log_Pos"),
        /* servers before 5.1 have Last_Errno and Last_Error only: they speak of the SQL thread */
        .last_io_errno = (unsigned)row_u64(rows, 0, "Last_IO_Errno"),
        .last_sql_errno = (unsigned)number_of(rows, "Last_SQL_Errno", "Last_Errno"),
        .last_io_error = mem_dup(row_str(rows, 0, "Last_IO_Error")),
        .last_sql_error = text_of(rows, "Last_SQL_Error", "Last_Error"),
        .gtid_io_pos = text_of(rows, "Gtid_IO_Pos", "Executed_Gtid_Set"),
        .rows = *rows,
    };
    *rows = (struct rows)ROWS_INIT;
}

int slave_status_read(struct db *db, struct slave_status *status, struct err *err)
{
    struct rows rows = ROWS_INIT;
    *status = (struct slave_status){ .configured = false };
    if (db_query(db, &rows, err, db_dialect(db)->slave_status) != 0)
        return err_wrap(err, "cannot read the slave's status");
    slave_status_from_rows(status, &rows);
    return 0;
}

void slave_status_free(struct slave_status *status)
{
    char *const texts[] = { status->master_host, status->master_user, status->io_state, status->sql_state,
                            status->io_running, status->sql_running, status->master_log_file,
                            status->relay_master_log_file, status->last_io_error, status->last_sql_error,
                            status->gtid_io_pos };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    rows_free(&status->rows);
    *status = (struct slave_status){ .configured = false };
}

static bool is_yes(const char *text)
{
    return text != NULL && strcasecmp(text, "Yes") == 0;
}

bool slave_status_running(const struct slave_status *status)
{
    return status->configured && is_yes(status->io_running) && is_yes(status->sql_running) &&
           status->seconds_behind >= 0;
}

/* "Connecting", and MariaDB's "Preparing": it tries by itself. Seconds behind says nothing of it: MySQL 9.7 goes on with 0. */
int slave_link_judge(struct slave_link *link, const struct slave_status *status, uint64_t now_ms, struct err *err)
{
    const char *io = status->io_running != NULL && *status->io_running != '\0' ? status->io_running : "not there";
    const bool seeks = status->configured && strcasecmp(io, "No") != 0;
    if (seeks && is_yes(io)) {
        link->lost_ms = 0;
        return 0;
    }
    if (link->lost_ms == 0)
        link->lost_ms = now_ms;
    if (seeks && now_ms - link->lost_ms < SLAVE_SEEKS_MS)
        return 0;
    struct buf said = BUF_INIT;
    if (status->last_io_error != NULL)
        quote_printable(&said, status->last_io_error, strlen(status->last_io_error), 0);
    err_set_detail(err, ERR_WORLD, (int)status->last_io_errno, "nothing comes from the master to the slave any more: IO thread %s%s%.300s", io,
                   said.len > 0 ? ", " : seeks ? ", without an error so far" : "", buf_str(&said));
    buf_free(&said);
    return seeks ? err_hint(err, "the slave goes on trying by itself: see to the way between the two, the firewall and the master's server, "
                                 "and go on when its IO thread says Yes")
                 : err_hint(err, "when the cause is gone, START SLAVE on the slave goes on from the right position");
}

int slave_let_run(struct db *slave, struct err *err)
{
    struct slave_status status;
    int rc = slave_status_read(slave, &status, err);
    const bool stands = status.io_running != NULL && status.sql_running != NULL &&
                        (strcasecmp(status.io_running, "No") == 0 || strcasecmp(status.sql_running, "No") == 0);
    if (rc == 0 && status.configured && stands && status.last_io_errno == 0 && status.last_sql_errno == 0)
        rc = db_exec(slave, err, db_dialect(slave)->start);
    slave_status_free(&status);
    return rc;
}

/* A word on a line that matters; NULL: it is a line like the others. */
static char *word_on(const struct slave_status *status, const char *name)
{
    if (strcasecmp(name, "Slave_IO_Running") == 0 || strcasecmp(name, "Replica_IO_Running") == 0) {
        if (is_yes(status->io_running))
            return mem_dup("good: it fetches from the master");
        return mem_dup(strcasecmp(status->io_running, "Connecting") == 0 ? "bad: it cannot reach the master, or not log in"
                                                                         : "bad: nothing is fetched from the master");
    }
    if (strcasecmp(name, "Slave_SQL_Running") == 0 || strcasecmp(name, "Replica_SQL_Running") == 0)
        return mem_dup(is_yes(status->sql_running) ? "good: it executes what was fetched"
                                                   : "bad: what was fetched is not executed");
    if (strcasecmp(name, "Seconds_Behind_Master") != 0 && strcasecmp(name, "Seconds_Behind_Source") != 0)
        return NULL;
    if (status->seconds_behind < 0)
        return mem_dup("bad: not known while a thread stands still");
    return mem_dup(status->seconds_behind == 0 ? "good: level with the master" : "it is behind, and catching up");
}

/* Names are set right-aligned as by the client's \G; the widest one decides. */
void slave_status_render(const struct slave_status *status, struct buf *to)
{
    const struct rows *rows = &status->rows;
    size_t widest = 0;
    for (size_t i = 0; i < rows->columns; i++)
        if (strlen(rows->names[i]) > widest)
            widest = strlen(rows->names[i]);
    for (size_t row = 0; row < rows->count; row++) {
        buf_addf(to, "*************************** %zu. row ***************************\n", row + 1);
        for (size_t i = 0; i < rows->columns; i++) {
            const char *cell = rows->cells[row * rows->columns + i];
            char *word = row == 0 ? word_on(status, rows->names[i]) : NULL;
            buf_addf(to, "%s%*s: ", word != NULL ? "-> " : "   ", (int)widest, rows->names[i]);
            if (cell != NULL)
                quote_printable(to, cell, rows->lengths[row * rows->columns + i], 0);
            else
                buf_adds(to, "NULL");
            if (word != NULL)
                buf_addf(to, "   <- %s", word);
            buf_trim(to);
            buf_addc(to, '\n');
            free(word);
        }
    }
    if (rows->count == 0)
        buf_adds(to, "Empty set: this server is nobody's slave\n");
    else
        buf_addf(to, "%zu row%s in set\n", rows->count, rows->count == 1 ? "" : "s");
}

int binlog_position_read(struct db *db, struct binlog_position *position, struct err *err)
{
    struct rows rows = ROWS_INIT;
    *position = (struct binlog_position){ .position = 0 };
    if (db_query(db, &rows, err, db_dialect(db)->master_status) != 0)
        return err_wrap(err, "cannot read the master's binlog position");
    const char *file = row_str(&rows, 0, "File");
    const size_t len = strlen(file);
    int rc = 0;
    if (len < sizeof position->file) {
        memcpy(position->file, file, len + 1);
        position->position = row_u64(&rows, 0, "Position");
    } else {
        rc = err_set(err, ERR_DATA, "the name of the master's binlog is %zu bytes long", len);
    }
    rows_free(&rows);
    return rc;
}

/* The wait is cut into rounds of a few seconds, so that no statement comes near the session's time-out. */
#define WAIT_ROUND_S 5

/* Logs of one server have names of one length, until their numbers grow by a digit. */
static int compare_logs(const char *one, const char *other)
{
    const size_t a = strlen(one), b = strlen(other);
    return a != b ? (a < b ? -1 : 1) : strcmp(one, other);
}

bool slave_status_reached(const struct slave_status *status, const struct binlog_position *position)
{
    const int order = status->relay_master_log_file != NULL ? compare_logs(status->relay_master_log_file, position->file) : -1;
    return order > 0 || (order == 0 && status->exec_master_log_pos >= position->position);
}

int binlog_position_wait(struct db *slave, const struct binlog_position *position, unsigned seconds, struct err *err)
{
    struct buf file = BUF_INIT;
    int rc = 1;
    quote_sql(&file, position->file, strlen(position->file));
    for (unsigned left = seconds; rc == 1;) {
        const unsigned round = left < WAIT_ROUND_S ? left : WAIT_ROUND_S;
        struct rows rows = ROWS_INIT;
        /* a time-out of 0 would mean for ever */
        if (db_queryf(slave, &rows, err, "SELECT %s(%s, %llu, %u)", db_dialect(slave)->wait_position, buf_str(&file),
                      (unsigned long long)position->position, round > 0 ? round : 1) != 0)
            rc = -1;
        else if (rows.count == 0 || rows.cells[0] == NULL) /* no SQL thread, or it stopped meanwhile */
            rc = err_set(err, ERR_WORLD, "the slave's SQL thread does not run");
        else if (strcmp(rows.cells[0], "-1") != 0)
            rc = 0;
        else if (left <= round)
            rc = err_set(err, ERR_TIMEOUT, "the slave has not executed up to %s:%llu within %u s", position->file,
                         (unsigned long long)position->position, seconds);
        left -= round;
        rows_free(&rows);
    }
    buf_free(&file);
    return rc;
}
