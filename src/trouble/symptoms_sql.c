/* The SQL thread executes nothing, or is held up; and what is wrong with the slave beside that. */
#include "symptoms_room.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/settings.h"

#include <stdlib.h>

enum { LAG_S = CHECK_DELAY_WARNING_S };

bool symptom_sql_bad(const struct trouble *trouble)
{
    return trouble->care->sides[SIDE_SLAVE].server && trouble->status->configured && trouble->status->sql_running != NULL &&
           strcasecmp(trouble->status->sql_running, "Yes") != 0;
}

static void sql_words(const struct trouble *trouble, struct buf *evidence)
{
    const char *text = trouble->sql_error != NULL ? trouble->sql_error : "";
    buf_addf(evidence, "the SQL thread stopped with error %u: ", trouble->sql_errno);
    quote_printable(evidence, text, strlen(text), 0);
    if (trouble->failing.seen)
        buf_addf(evidence, "\nThe transaction%s%s has %zu change%s:\n%s", trouble->failing.gtid != NULL ? " " : "",
                 trouble->failing.gtid != NULL ? trouble->failing.gtid : "", trouble->failing.changes,
                 trouble->failing.changes == 1 ? "" : "s", trouble->failing.text);
    trouble_show_rows(trouble, evidence);
}

static bool sql_is(const struct trouble *trouble, const unsigned *numbers, size_t count)
{
    for (size_t i = 0; symptom_sql_bad(trouble) && i < count; i++)
        if (numbers[i] == trouble->sql_errno)
            return true;
    return false;
}
#define SQL_IS(trouble, ...)                                                                                           \
    sql_is(trouble, (const unsigned[]){ __VA_ARGS__ }, sizeof(const unsigned[]){ __VA_ARGS__ } / sizeof(unsigned))

/* 1927, 1317, 3024: it was killed, or a statement of it; 1756: its workers were, which is all that is known. */
bool sees_sql_stopped(const struct trouble *trouble, struct buf *evidence)
{
    if (trouble->relay_missing != NULL || !SQL_IS(trouble, 0, 1317, 1756, 1927, 3024))
        return false;
    if (trouble->sql_errno == 0)
        buf_adds(evidence, "the SQL thread is No, without an error");
    else
        sql_words(trouble, evidence);
    return true;
}

bool sees_duplicate(const struct trouble *trouble, struct buf *evidence)
{
    if (!SQL_IS(trouble, 1022, 1062, 1169, 1586))
        return false;
    sql_words(trouble, evidence);
    return true;
}

bool sees_missing_row(const struct trouble *trouble, struct buf *evidence)
{
    if (!SQL_IS(trouble, 1032))
        return false;
    sql_words(trouble, evidence);
    return true;
}

bool sees_missing_table(const struct trouble *trouble, struct buf *evidence)
{
    if (!SQL_IS(trouble, 1051, 1146, 1932))
        return false;
    sql_words(trouble, evidence);
    return true;
}

bool sees_relay_log(const struct trouble *trouble, struct buf *evidence)
{
    if (trouble->relay_missing != NULL && (symptom_sql_bad(trouble) || symptom_io_bad(trouble))) {
        buf_addf(evidence, "the index of the relay logs names %s, which is not there; SQL thread %s, IO thread %s", trouble->relay_missing,
                 trouble->status->sql_running, trouble->status->io_running);
        return true;
    }
    static const char words[] = "relay log read failure|relay-log|relay log file|relay log|Could not initialize";
    if (SQL_IS(trouble, 1594, 1872, 13117, 13121, 13124) || (symptom_sql_bad(trouble) && symptom_says(trouble->sql_error, words))) {
        sql_words(trouble, evidence);
        return true;
    }
    if (symptom_io_bad(trouble) && trouble->status->last_io_errno != 0 && !symptom_io_queue(trouble) && symptom_says(trouble->status->last_io_error, words) &&
        !symptom_seen(sees_disk_full, trouble)) {
        symptom_io_words(trouble, evidence);
        return true;
    }
    return false;
}

bool sees_sql_error(const struct trouble *trouble, struct buf *evidence)
{
    static symptom_fn *const others[] = { sees_sql_stopped, sees_duplicate, sees_missing_row, sees_missing_table, sees_relay_log,
                                          sees_disk_full };
    if (!symptom_sql_bad(trouble) || trouble->sql_errno == 0)
        return false;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (symptom_seen(others[i], trouble))
            return false;
    sql_words(trouble, evidence);
    return true;
}

bool sees_disk_full(const struct trouble *trouble, struct buf *evidence)
{
    static const char words[] = "no space left|disk full|disk is full|Errcode: 28|free enough|errno: 28|table is full";
    const struct slave_status *status = trouble->status;
    const bool said = trouble->care->sides[SIDE_SLAVE].server && status->configured &&
                      (symptom_says(trouble->sql_error, words) || symptom_says(status->last_io_error, words) ||
                       symptom_says(status->io_state, words) || symptom_says(status->sql_state, words));
    if (!said && trouble->disk_free >= TROUBLE_DISK_LITTLE)
        return false;
    buf_adds(evidence, "free on the disk of the slave's data: ");
    if (trouble->disk_free != UINT64_MAX)
        quote_size(evidence, trouble->disk_free);
    else
        buf_adds(evidence, "not known");
    if (trouble->disk_eaters != NULL && trouble->disk_eaters[0] != '\0')
        buf_addf(evidence, "; the largest files there: %s", trouble->disk_eaters);
    return true;
}

bool sees_skip_start(const struct trouble *trouble, struct buf *evidence)
{
    if (trouble->skip_files.count == 0)
        return false;
    buf_addf(evidence, "skip-slave-start stands in %s of the slave", trouble->skip_files.items[0]);
    return true;
}

bool sees_delayed(const struct trouble *trouble, struct buf *evidence)
{
    const uint64_t seconds = trouble_status_number(trouble, "SQL_Delay");
    if (seconds == 0)
        return false;
    buf_addf(evidence, "SQL_Delay is %llu: every change is executed so many seconds later", (unsigned long long)seconds);
    return true;
}

const char *symptom_filter(const struct trouble *trouble, const char **value)
{
    static const char *const leave_out[] = { "Replicate_Ignore_DB", "Replicate_Do_Table", "Replicate_Ignore_Table", "Replicate_Wild_Ignore_Table" };
    const struct rows *rows = &trouble->status->rows;
    if (!trouble->status->configured)
        return NULL;
    for (size_t i = 0; i < sizeof leave_out / sizeof leave_out[0]; i++)
        if ((*value = row_str(rows, 0, leave_out[i]))[0] != '\0')
            return leave_out[i];
    char *pattern = settings_wild_pattern(trouble->care->world.answers->database);
    *value = row_str(rows, 0, "Replicate_Wild_Do_Table");
    const bool other = (*value)[0] != '\0' && strstr(*value, pattern) == NULL;
    free(pattern);
    return other ? "Replicate_Wild_Do_Table" : NULL;
}

bool sees_filter(const struct trouble *trouble, struct buf *evidence)
{
    const char *value, *name = symptom_filter(trouble, &value);
    if (name == NULL)
        return false;
    buf_addf(evidence, "%s of the slave is ", name);
    quote_printable(evidence, value, strlen(value), 0);
    return true;
}

/* It waits for somebody: the state says for what. */
static const char *waiting(const struct trouble *trouble)
{
    for (size_t i = 0; i < trouble->process_count; i++) {
        const struct trouble_process *process = &trouble->processes[i];
        if (strcmp(process->user, "system user") == 0 &&
            symptom_says(process->state, "Waiting for table|Waiting for global read lock|Waiting for backup lock|Waiting for stored"))
            return process->state;
    }
    return NULL;
}

bool sees_lag(const struct trouble *trouble, struct buf *evidence)
{
    const char *state = waiting(trouble);
    const long long behind = trouble->status->seconds_behind;
    if (!trouble->care->sides[SIDE_SLAVE].server || !trouble->status->configured || symptom_sql_bad(trouble) || symptom_seen(sees_delayed, trouble))
        return false;
    if (state == NULL && behind < LAG_S)
        return false;
    buf_addf(evidence, "the slave is %lld s behind", behind);
    if (state != NULL)
        buf_addf(evidence, "; its SQL thread waits: %s", state);
    for (size_t i = 0; i < trouble->process_count; i++) {
        const struct trouble_process *process = &trouble->processes[i];
        if (process->keep || process->info[0] == '\0')
            continue;
        buf_addf(evidence, "\nthread %llu, %s, %llu s: ", (unsigned long long)process->id, process->user, (unsigned long long)process->seconds);
        quote_printable(evidence, process->info, strnlen(process->info, 120), 0);
    }
    return true;
}

bool sees_events(const struct trouble *trouble, struct buf *evidence)
{
    if (trouble->events.count == 0)
        return false;
    buf_adds(evidence, "the event scheduler of the slave is on, and enabled there are:");
    for (size_t i = 0; i < trouble->events.count; i++) {
        buf_adds(evidence, i == 0 ? " " : ", ");
        quote_printable(evidence, trouble->events.items[i], strlen(trouble->events.items[i]), 0);
    }
    return true;
}

bool sees_doubtful(const struct trouble *trouble, struct buf *evidence)
{
    if (trouble->doubts.count == 0)
        return false;
    buf_adds(evidence, "since a change was skipped or lost nobody has compared:");
    for (size_t i = 0; i < trouble->doubts.count; i++)
        buf_addf(evidence, "%s%s", i == 0 ? " " : ", ", strcmp(trouble->doubts.items[i], "*") == 0 ? "all tables" : trouble->doubts.items[i]);
    return true;
}
