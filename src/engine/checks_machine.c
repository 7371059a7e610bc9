/* The two machines and the way between them. */
#include "checks.h"

#include <math.h>
#include <string.h>

#define CLOCK_SKEW_S 5.0

static enum check_verdict root_rights(const struct server_facts *server, const struct answers *answers,
                                      struct buf *text)
{
    (void)answers;
    if (server->superuser)
        return CHECK_OK;
    check_say(text, "commands on the " SERVER_FORMAT " run as an ordinary user, root is needed", SERVER_ARGS(server));
    return CHECK_REFUSED;
}

enum check_verdict check_root_rights(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, root_rights, text);
    if (verdict == CHECK_OK)
        check_say(text, "commands run as root on %s and %s", facts->master.host, facts->slave.host);
    return verdict;
}

static bool equal(const char *one, const char *other)
{
    return one != NULL && other != NULL && one[0] != '\0' && strcmp(one, other) == 0;
}

enum check_verdict check_same_machine(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct server_facts *master = &facts->master, *slave = &facts->slave;
    if (facts->same_machine) {
        check_say(text, "%s and %s are the same machine (%s)", master->host, slave->host,
                  facts->same_because != NULL ? facts->same_because : "they answer alike");
        return CHECK_REFUSED;
    }
    if (equal(master->machine_id, slave->machine_id)) {
        check_say(text, "%s and %s have the same machine-id %s, but are two machines: one is a clone of the other",
                  master->host, slave->host, slave->machine_id);
        return CHECK_WARNING;
    }
    check_say(text, "%s and %s are two machines", master->host, slave->host);
    return CHECK_OK;
}

/* The verdict of each outcome; what cannot be tried is found out in step 12, when nothing is lost by it. */
static const enum check_verdict reach_verdicts[] = {
    [REACH_UNKNOWN] = CHECK_WARNING, [REACH_SERVER] = CHECK_OK,       [REACH_MACHINE] = CHECK_OK,
    [REACH_REFUSED] = CHECK_REFUSED, [REACH_SILENT] = CHECK_REFUSED, [REACH_BLOCKED] = CHECK_REFUSED,
    [REACH_OTHER] = CHECK_REFUSED,
};

enum check_verdict check_reach(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    check_say(text, "from %s: %s", facts->slave.host, facts->reach_text != NULL ? facts->reach_text : "not tried");
    return reach_verdicts[facts->reach];
}

/* Replication does not need the way back, only the reports do. */
enum check_verdict check_reports_reach(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    check_say(text, "from %s: %s", facts->master.host, facts->reports_text != NULL ? facts->reports_text : "not tried");
    return reach_verdicts[facts->reports_reach] == CHECK_OK ? CHECK_OK : CHECK_WARNING;
}

enum check_verdict check_clock(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    double ahead = facts->slave.clock_offset - facts->master.clock_offset;
    if (fabs(ahead) <= CLOCK_SKEW_S) {
        check_say(text, "the clocks of %s and %s agree", facts->master.host, facts->slave.host);
        return CHECK_OK;
    }
    check_say(text, "the clock of %s is %.0f s %s that of %s, at most %.0f s is right", facts->slave.host, fabs(ahead),
              ahead > 0 ? "ahead of" : "behind", facts->master.host, CLOCK_SKEW_S);
    return CHECK_WARNING;
}

static enum check_verdict tools(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    enum check_verdict verdict = CHECK_OK;
    if (!server->tar) {
        check_say(text, "the " SERVER_FORMAT " has no tar", SERVER_ARGS(server));
        verdict = CHECK_REFUSED;
    }
    if (!server->openssl && !server->sha256sum) {
        check_say(text, "the " SERVER_FORMAT " has neither openssl nor sha256sum", SERVER_ARGS(server));
        verdict = CHECK_REFUSED;
    }
    return verdict;
}

enum check_verdict check_tools(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, tools, text);
    if (verdict == CHECK_OK)
        check_say(text, "tar and a SHA-256 tool are on both; %s",
                  facts->master.zstd && facts->slave.zstd ? "zstd too" : "no zstd on both: the copy travels unpacked");
    return verdict;
}

static enum check_verdict confinement(const struct server_facts *server, const struct answers *answers,
                                      struct buf *text)
{
    (void)answers;
    if (server->confinement == NULL)
        return CHECK_OK;
    check_say(text, "mysqld on the " SERVER_FORMAT " is confined by %s", SERVER_ARGS(server), server->confinement);
    /* files are taken from the master by root; only on the slave does mysqld meet files that came from elsewhere */
    return server->side == SIDE_SLAVE ? CHECK_WARNING : CHECK_OK;
}

enum check_verdict check_confinement(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, confinement, text);
    if (text->len == 0)
        check_say(text, "mysqld is confined on neither server");
    return verdict;
}

static enum check_verdict leftovers(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    if (server->leftovers.count == 0)
        return CHECK_OK;
    struct buf names = BUF_INIT;
    check_list(&names, &server->leftovers, 3);
    check_say(text, "on the " SERVER_FORMAT " lies %s", SERVER_ARGS(server), buf_str(&names));
    buf_free(&names);
    return CHECK_WARNING;
}

enum check_verdict check_leftovers(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, leftovers, text);
    if (verdict == CHECK_OK)
        check_say(text, "no folder of an earlier run is on either server");
    return verdict;
}
