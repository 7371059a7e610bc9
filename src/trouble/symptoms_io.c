/* The IO thread fetches nothing. Numbers: mysqld_error of both vendors (their manuals' "Server Error Message Reference"); those
 * below 3000 are the client library's and the server's old ones, from 10000 on MySQL 8's own for its threads. */
#include "symptoms_room.h"

#include <string.h>
#include <strings.h>

#include "base/quote.h"

bool symptom_says(const char *text, const char *words)
{
    char word[64];
    while (text != NULL && *words != '\0') {
        const size_t len = strcspn(words, "|");
        if (len < sizeof word) {
            memcpy(word, words, len);
            word[len] = '\0';
            if (strcasestr(text, word) != NULL)
                return true;
        }
        words += len + (words[len] == '|');
    }
    return false;
}

bool symptom_seen(symptom_fn *seen, const struct trouble *trouble)
{
    struct buf unused = BUF_INIT;
    const bool is = seen(trouble, &unused);
    buf_free(&unused);
    return is;
}

bool symptom_io_bad(const struct trouble *trouble)
{
    return trouble->care->sides[SIDE_SLAVE].server && trouble->status->configured && trouble->status->io_running != NULL &&
           strcasecmp(trouble->status->io_running, "Yes") != 0;
}

void symptom_io_words(const struct trouble *trouble, struct buf *evidence)
{
    const char *text = trouble->status->last_io_error != NULL ? trouble->status->last_io_error : "";
    buf_addf(evidence, "the IO thread is %s: error %u: ", trouble->status->io_running, trouble->status->last_io_errno);
    quote_printable(evidence, text, strlen(text), 0);
}

static unsigned number(const struct trouble *trouble)
{
    return trouble->status->last_io_errno;
}

static bool io_says(const struct trouble *trouble, const char *words)
{
    return symptom_io_bad(trouble) && symptom_says(trouble->status->last_io_error, words);
}

static bool io_is(const struct trouble *trouble, const unsigned *numbers, size_t count)
{
    for (size_t i = 0; symptom_io_bad(trouble) && i < count; i++)
        if (numbers[i] == number(trouble))
            return true;
    return false;
}
#define IO_IS(trouble, ...)                                                                                            \
    io_is(trouble, (const unsigned[]){ __VA_ARGS__ }, sizeof(const unsigned[]){ __VA_ARGS__ } / sizeof(unsigned))

bool symptom_io_queue(const struct trouble *trouble)
{
    return IO_IS(trouble, 1595, 13122);
}

/* The error is one of the way there: nobody has answered as a database server would. */
static bool no_answer(const struct trouble *trouble)
{
    return IO_IS(trouble, 2002, 2003, 2005, 2013) && trouble->reach != REACH_SERVER;
}

static const struct server_facts *master(const struct trouble *trouble)
{
    return &trouble->care->world.facts.master;
}

static bool master_up(const struct trouble *trouble)
{
    return trouble->care->sides[SIDE_MASTER].server;
}

static void add_reach(const struct trouble *trouble, struct buf *evidence)
{
    symptom_io_words(trouble, evidence);
    if (trouble->reach_text != NULL)
        buf_addf(evidence, "; tried from the slave's host: %s", trouble->reach_text);
}

bool sees_wrong_address(const struct trouble *trouble, struct buf *evidence)
{
    const struct slave_status *status = trouble->status;
    if (!no_answer(trouble) || !master_up(trouble) || trouble->address == NULL)
        return false;
    if (strcasecmp(status->master_host, trouble->address) == 0 && status->master_port == master(trouble)->port)
        return false;
    add_reach(trouble, evidence);
    buf_addf(evidence, "; the slave was told %s:%u, the master is %s:%u", status->master_host, status->master_port, trouble->address,
             master(trouble)->port);
    return true;
}

bool sees_bind_address(const struct trouble *trouble, struct buf *evidence)
{
    if (!no_answer(trouble) || !master_up(trouble) || !facts_loopback_only(master(trouble)) ||
        symptom_seen(sees_wrong_address, trouble))
        return false;
    add_reach(trouble, evidence);
    buf_addf(evidence, "; bind_address of the master is '%s', skip_networking %s", facts_setting(master(trouble), "bind_address"),
             facts_setting(master(trouble), "skip_networking"));
    return true;
}

bool sees_silent(const struct trouble *trouble, struct buf *evidence)
{
    if (!no_answer(trouble) || !master_up(trouble) || symptom_seen(sees_wrong_address, trouble) ||
        symptom_seen(sees_bind_address, trouble))
        return false;
    add_reach(trouble, evidence);
    buf_addf(evidence, "; the master's server runs and listens on port %u", master(trouble)->port);
    return true;
}

bool sees_blocked(const struct trouble *trouble, struct buf *evidence)
{
    if (!IO_IS(trouble, 1129) && !(symptom_io_bad(trouble) && trouble->reach == REACH_BLOCKED))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

static bool refused(const struct trouble *trouble)
{
    return IO_IS(trouble, 1045, 1130, 1698, 3118) || io_says(trouble, "Access denied for user|is not allowed to connect");
}

static void add_account(const struct trouble *trouble, struct buf *evidence)
{
    symptom_io_words(trouble, evidence);
    buf_addf(evidence, "; account %s@%s on the master: ", trouble->status->master_user,
             trouble->account.host != NULL ? trouble->account.host : "?");
    buf_adds(evidence, !trouble->account.exists ? "there is none" : trouble->account.granted ? "it is there" : "it may not replicate");
}

bool sees_account_missing(const struct trouble *trouble, struct buf *evidence)
{
    if (!refused(trouble) || !trouble->account.seen || trouble->account.exists)
        return false;
    add_account(trouble, evidence);
    return true;
}

bool sees_account_password(const struct trouble *trouble, struct buf *evidence)
{
    if (!refused(trouble) || (trouble->account.seen && !trouble->account.granted))
        return false;
    add_account(trouble, evidence);
    return true;
}

bool sees_account_grant(const struct trouble *trouble, struct buf *evidence)
{
    if (!symptom_io_bad(trouble) || !trouble->account.exists || trouble->account.granted)
        return false;
    add_account(trouble, evidence);
    return true;
}

bool sees_public_key(const struct trouble *trouble, struct buf *evidence)
{
    if (!IO_IS(trouble, 2061) && !io_says(trouble, "requires secure connection"))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

bool sees_tls(const struct trouble *trouble, struct buf *evidence)
{
    if (symptom_seen(sees_public_key, trouble) || refused(trouble) ||
        (!IO_IS(trouble, 2026) && !io_says(trouble, "SSL connection error|TLS/SSL error|SSL error|certificate")))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

static bool equal(const struct trouble *trouble, const char *setting)
{
    const char *ours = facts_setting(&trouble->care->world.facts.slave, setting);
    return ours[0] != '\0' && strcmp(ours, facts_setting(master(trouble), setting)) == 0;
}

bool sees_same_uuid(const struct trouble *trouble, struct buf *evidence)
{
    if (!symptom_io_bad(trouble) || (!io_says(trouble, "UUIDs") && !equal(trouble, "server_uuid")))
        return false;
    symptom_io_words(trouble, evidence);
    buf_addf(evidence, "; server_uuid of the slave: %s", facts_setting(&trouble->care->world.facts.slave, "server_uuid"));
    return true;
}

bool sees_same_id(const struct trouble *trouble, struct buf *evidence)
{
    if (symptom_seen(sees_same_uuid, trouble) || !symptom_io_bad(trouble) ||
        (!io_says(trouble, "equal MySQL server ids|these ids must be different") && !equal(trouble, "server_id")))
        return false;
    symptom_io_words(trouble, evidence);
    buf_addf(evidence, "; server_id of both: %s", facts_setting(&trouble->care->world.facts.slave, "server_id"));
    return true;
}

bool sees_packet(const struct trouble *trouble, struct buf *evidence)
{
    if (!IO_IS(trouble, 1153) && !io_says(trouble, "max_allowed_packet|packet bigger|packet is too large|exceeds the maximum"))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

bool sees_binlog_off(const struct trouble *trouble, struct buf *evidence)
{
    if (!io_says(trouble, "Binary log is not open") && !(symptom_io_bad(trouble) && master_up(trouble) && !master(trouble)->log_bin))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

static bool reading_fails(const struct trouble *trouble)
{
    return (IO_IS(trouble, 1236, 13114) || symptom_io_queue(trouble)) && !symptom_seen(sees_disk_full, trouble) && !symptom_seen(sees_packet, trouble) &&
           !symptom_seen(sees_binlog_off, trouble);
}

bool sees_purged(const struct trouble *trouble, struct buf *evidence)
{
    const char *file = trouble->status->master_log_file;
    if (!reading_fails(trouble))
        return false;
    const bool gone = master_up(trouble) && file != NULL && file[0] != '\0' && !strings_has(&master(trouble)->binlogs, file);
    if (!gone && !symptom_says(trouble->status->last_io_error,
                               "first log file name|purged required|purged the required|could not find GTID|Could not find GTID state|not found in binary log|missing transactions"))
        return false;
    symptom_io_words(trouble, evidence);
    if (master(trouble)->binlogs.count > 0)
        buf_addf(evidence, "; the slave was at %s, the oldest binary log of the master is %s", file, master(trouble)->binlogs.items[0]);
    return true;
}

bool sees_beyond(const struct trouble *trouble, struct buf *evidence)
{
    if (!reading_fails(trouble) || symptom_seen(sees_purged, trouble) ||
        !symptom_says(trouble->status->last_io_error, "impossible position|from impossible|more GTIDs than|not in the master's binlog|diverged"))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

bool sees_binlog_corrupt(const struct trouble *trouble, struct buf *evidence)
{
    if (!reading_fails(trouble) || symptom_seen(sees_purged, trouble) || symptom_seen(sees_beyond, trouble))
        return false;
    symptom_io_words(trouble, evidence);
    return true;
}

bool sees_io_stopped(const struct trouble *trouble, struct buf *evidence)
{
    if (!symptom_io_bad(trouble) || trouble->relay_missing != NULL || number(trouble) != 0 || strcasecmp(trouble->status->io_running, "No") != 0)
        return false;
    buf_adds(evidence, "the IO thread is No, without an error");
    return true;
}

/* What none of the others explains. */
bool sees_io_error(const struct trouble *trouble, struct buf *evidence)
{
    static symptom_fn *const others[] = {
        sees_wrong_address, sees_bind_address, sees_silent, sees_blocked, sees_account_missing, sees_account_password,
        sees_account_grant, sees_public_key, sees_tls, sees_same_uuid, sees_same_id, sees_packet, sees_binlog_off, sees_purged,
        sees_beyond, sees_binlog_corrupt, sees_relay_log, sees_disk_full,
    };
    if (!symptom_io_bad(trouble) || number(trouble) == 0 || !master_up(trouble))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (symptom_seen(others[i], trouble))
            return false;
    symptom_io_words(trouble, evidence);
    return true;
}
