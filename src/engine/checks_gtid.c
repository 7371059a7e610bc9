/* Global transaction ids: do the modes fit, and what does the slave hold from before? */
#include "checks.h"

#include <string.h>
#include <strings.h>

#include "mysql/gtid.h"
#include "steps/gtid.h"

static bool is(const char *value, const char *word)
{
    return strcasecmp(value, word) == 0;
}

static enum check_verdict modes(const struct facts *facts, struct buf *text)
{
    const char *master = facts_setting(&facts->master, "gtid_mode"), *slave = facts_setting(&facts->slave, "gtid_mode");
    if (master[0] == '\0' || slave[0] == '\0')
        return CHECK_OK;
    check_say(text, "gtid_mode is %s on the master %s, %s on the slave %s", master, facts->master.host, slave,
              facts->slave.host);
    if ((is(master, "ON") && is(slave, "OFF")) || (is(master, "OFF") && is(slave, "ON")))
        return CHECK_REFUSED;
    return is(master, slave) ? CHECK_OK : CHECK_WARNING;
}

/* In strict mode a slave that writes a binary log of its own stops at the first number that is not above all in it (1950). */
static enum check_verdict strict(const struct facts *facts, struct buf *text)
{
    const struct server_facts *slave = &facts->slave;
    const char *own = facts_setting(slave, "gtid_binlog_pos");
    unsigned long domain = 0;
    if (!facts_setting_on(slave, "gtid_strict_mode") || !facts_setting_on(slave, "log_slave_updates") ||
        !gtid_ahead(own, facts_setting(&facts->master, "gtid_binlog_pos"), &domain))
        return CHECK_OK;
    check_say(text, "gtid_strict_mode is ON on the slave %s, and its own binary log ('%s') is ahead of the master's in domain %lu: "
                    "it would stop (error 1950)", slave->host, own, domain);
    return CHECK_REFUSED;
}

static enum check_verdict left_over(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *slave = &facts->slave;
    if (gtid_collides(facts) && !gtid_used(facts, answers)) {
        check_say(text, "gtid_executed of the slave %s has '%s', which carries this master's ids but is not in its history: it would "
                        "skip the master's own transactions of these numbers", slave->host, facts->gtid_extra);
        return CHECK_REFUSED;
    }
    const bool some = slave->dialect->mariadb ? facts_setting(slave, "gtid_slave_pos")[0] != '\0'
                                              : facts->gtid_extra != NULL && facts->gtid_extra[0] != '\0';
    return some && gtid_used(facts, answers) ? CHECK_WARNING : CHECK_OK;
}

enum check_verdict check_gtid(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    struct buf said = BUF_INIT;
    enum check_verdict verdict = modes(facts, text);
    gtid_explain(facts, answers, &said);
    check_say(text, "%s", buf_str(&said));
    buf_free(&said);
    verdict = check_worse(verdict, strict(facts, text));
    return check_worse(verdict, left_over(facts, answers, text));
}
