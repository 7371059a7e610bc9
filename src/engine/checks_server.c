/* Versions and settings of the two servers. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy_way.h"
#include "steps/settings.h"

static const char *vendor(const struct server_facts *server)
{
    return server->dialect == NULL ? "an unknown server" : server->dialect->mariadb ? "MariaDB" : "MySQL";
}

enum check_verdict check_versions(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct server_facts *master = &facts->master, *slave = &facts->slave;
    check_say(text, "the master %s runs %s %s, the slave %s %s %s", master->host, vendor(master), master->version,
              slave->host, vendor(slave), slave->version);
    if (master->dialect == NULL || slave->dialect == NULL) {
        check_say(text, "a version that is not known here");
        return CHECK_REFUSED;
    }
    const char *way_out = NULL, *refused = series_refuse(facts_kind(master), facts_kind(slave), &way_out);
    if (refused != NULL) {
        check_say(text, "%s: %s", refused, way_out);
        return CHECK_REFUSED;
    }
    const bool other_series = !series_same(facts_kind(master), facts_kind(slave));
    if (other_series)
        check_say(text, "the slave is of a newer series: it can follow this master, but this master could not follow it");
    const bool older_patch = master->version_number > slave->version_number;
    if (older_patch)
        check_say(text, "the slave's patch level is older than the master's");
    return older_patch || other_series ? CHECK_WARNING : CHECK_OK;
}

static enum check_verdict privileges(const struct server_facts *server, const struct answers *answers,
                                     struct buf *text)
{
    (void)answers;
    if (server->lacking.count == 0)
        return CHECK_OK;
    struct buf names = BUF_INIT;
    check_list(&names, &server->lacking, 10);
    check_say(text, "the login on the " SERVER_FORMAT " lacks %s", SERVER_ARGS(server), buf_str(&names));
    buf_free(&names);
    return CHECK_REFUSED;
}

enum check_verdict check_privileges(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, privileges, text);
    if (verdict == CHECK_OK)
        check_say(text, "the logins have the privileges that are needed");
    return verdict;
}

static enum check_verdict cluster(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const char *kind = facts_setting_on(server, "wsrep_on")                    ? "a Galera cluster (wsrep_on)"
                       : facts_setting(server, "group_replication_group_name")[0] ? "a replication group"
                                                                               : NULL;
    if (kind == NULL)
        return CHECK_OK;
    check_say(text, "the " SERVER_FORMAT " is part of %s", SERVER_ARGS(server), kind);
    return CHECK_REFUSED;
}

enum check_verdict check_cluster(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, cluster, text);
    if (verdict == CHECK_OK)
        check_say(text, "both servers stand by themselves");
    return verdict;
}

static bool id_attached(const struct server_facts *server, unsigned id)
{
    char *number = mem_printf("%u", id);
    bool attached = strings_has(&server->attached_ids, number);
    free(number);
    return attached;
}

enum check_verdict check_server_ids(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    unsigned master = settings_server_id(facts, answers, SIDE_MASTER);
    unsigned slave = settings_server_id(facts, answers, SIDE_SLAVE);
    const char *running_master = facts_setting(&facts->master, "server_id");
    const char *running_slave = facts_setting(&facts->slave, "server_id");
    bool already = facts->slave.slave_status.configured && strtoul(running_slave, NULL, 10) == slave;
    check_say(text, "server_id is %s on the master %s and %s on the slave %s, and becomes %u and %u", running_master,
              facts->master.host, running_slave, facts->slave.host, master, slave);
    if (master == slave || (answers->slave.server_id != 0 && answers->slave.server_id != slave)) {
        check_say(text, "the answers give the slave %u, it must differ from the master's %u", answers->slave.server_id,
                  master);
        return CHECK_REFUSED;
    }
    /* the slave itself shows among the attached when it follows this master already */
    if (!already && id_attached(&facts->master, slave)) {
        check_say(text, "another slave of the master has %u already", slave);
        return CHECK_REFUSED;
    }
    return CHECK_OK;
}

enum check_verdict check_server_uuid(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const char *master = facts->master.server_uuid, *slave = facts->slave.server_uuid;
    if (master != NULL && slave != NULL && master[0] != '\0' && strcasecmp(master, slave) == 0) {
        check_say(text, "%s and %s have the same server_uuid %s", facts->master.host, facts->slave.host, master);
        return CHECK_REFUSED;
    }
    check_say(text, master != NULL ? "the server uuids differ" : "these servers have no uuid");
    return CHECK_OK;
}

static enum check_verdict listening(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    if (!facts_loopback_only(server))
        return CHECK_OK;
    if (facts_setting_on(server, "skip_networking"))
        check_say(text, "the " SERVER_FORMAT " runs with skip_networking, step %d changes it", SERVER_ARGS(server),
                  server->side == SIDE_MASTER ? 1 : 10);
    else if (strcmp(facts_setting(server, "port"), "0") == 0) {
        check_say(text, "the " SERVER_FORMAT " runs with port = 0, which no step changes", SERVER_ARGS(server));
        return CHECK_REFUSED;
    } else
        check_say(text, "the " SERVER_FORMAT " has bind_address = %s, step %d changes it", SERVER_ARGS(server),
                  facts_setting(server, "bind_address"), server->side == SIDE_MASTER ? 1 : 10);
    return CHECK_WARNING;
}

enum check_verdict check_listening(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, listening, text);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (facts_deaf_to_ipv6(facts, side)) {
            check_say(text, "the " SERVER_FORMAT " has bind_address = 0.0.0.0, which is IPv4 only, step %d changes it",
                      SERVER_ARGS(facts_of(facts, side)), side == SIDE_MASTER ? 1 : 10);
            verdict = check_worse(verdict, CHECK_WARNING);
        }
    if (verdict == CHECK_OK)
        check_say(text, "both servers listen on the network");
    return verdict;
}

/* The line of the server's words that tells the error: the others are warnings and time stamps. */
static char *telling_line(const char *said)
{
    static const char *const words[] = { "unknown ", "[ERROR]", "rror" };
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        char *copy = mem_dup(said), *at = copy;
        for (char *line; (line = text_line(&at)) != NULL;)
            if (strstr(line, words[w]) != NULL) {
                char *found = mem_dup(line);
                free(copy);
                return found;
            }
        free(copy);
    }
    return mem_dup_n(said, strcspn(said, "\n"));
}

/* Where the option stands that the line names in quotes: "unknown variable 'slow-log=1'", "unknown option '--slow-log'". */
static const struct cnf_line *named_option(const struct server_facts *server, const char *line, const struct cnf **file)
{
    const char *quote = strchr(line, '\'');
    if (quote == NULL)
        return NULL;
    quote += 1 + strspn(quote + 1, "-");
    char *key = mem_dup_n(quote, strcspn(quote, "='"));
    for (char *c = key; *c != '\0'; c++)
        *c = *c == '-' ? '_' : *c;
    const struct cnf_line *winner = cnf_winner(&server->options, key, file);
    free(key);
    return winner;
}

static enum check_verdict option_files(const struct server_facts *server, const struct answers *answers,
                                       struct buf *text)
{
    (void)answers;
    if (server->options_accepted)
        return CHECK_OK;
    char *line = telling_line(server->options_said != NULL ? server->options_said : "no reason given");
    const struct cnf *file = NULL;
    const struct cnf_line *option = named_option(server, line, &file);
    check_say(text, "the " SERVER_FORMAT " would not start again with its option files: %s", SERVER_ARGS(server), line);
    if (option != NULL && file != NULL)
        check_say(text, "see %s:%zu", file->path, cnf_line_number(file, option));
    free(line);
    return CHECK_REFUSED;
}

enum check_verdict check_option_files(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, option_files, text);
    if (verdict == CHECK_OK)
        check_say(text, "both servers accept their option files");
    return verdict;
}

/* Settings that the steps write into option files. */
static const char *const steps_write[] = { "server_id", "log_bin",       "binlog_format",      "bind_address",
                                           "port",      "skip_networking", "skip_slave_start", "skip_replica_start" };

/* "--server-id=7" or "server_id=7" sets one of them. */
static bool is_written(const char *option)
{
    option += strspn(option, "-");
    for (size_t i = 0; i < sizeof steps_write / sizeof *steps_write; i++) {
        size_t k = 0;
        while (option[k] != '\0' && option[k] != '=' && (option[k] == '-' ? '_' : option[k]) == steps_write[i][k])
            k++;
        if (steps_write[i][k] == '\0' && (option[k] == '\0' || option[k] == '='))
            return true;
    }
    return false;
}

static enum check_verdict overrides(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct {
        const struct strings *list;
        const char *how;
    } kinds[] = { { &server->persisted, "keeps by SET PERSIST" }, { &server->command_line, "has on its command line" } };
    enum check_verdict verdict = CHECK_OK;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < kinds[k].list->count; i++) {
            const char *option = kinds[k].list->items[i];
            if (!is_written(option))
                continue;
            check_say(text, "the " SERVER_FORMAT " %s %s", SERVER_ARGS(server), kinds[k].how, option);
            verdict = CHECK_REFUSED;
        }
    if (verdict == CHECK_OK && server->persisted.count > 0) {
        struct buf names = BUF_INIT;
        check_list(&names, &server->persisted, 5);
        check_say(text, "the " SERVER_FORMAT " keeps by SET PERSIST: %s", SERVER_ARGS(server), buf_str(&names));
        buf_free(&names);
        verdict = CHECK_WARNING;
    }
    return verdict;
}

enum check_verdict check_overrides(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, overrides, text);
    if (verdict == CHECK_OK)
        check_say(text, "the option files have the last word on both");
    return verdict;
}

static bool has_capitals(const char *name)
{
    return strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

enum check_verdict check_case(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_equal_setting(facts, "lower_case_table_names", CHECK_WARNING, text);
    if (verdict == CHECK_OK)
        return verdict;
    const struct inventory *inventory = &facts->master.inventory;
    const char *found = has_capitals(answers->database) ? answers->database : NULL;
    for (size_t i = 0; i < inventory->table_count && found == NULL; i++)
        if (has_capitals(inventory->tables[i].name))
            found = inventory->tables[i].name;
    if (found == NULL)
        return CHECK_WARNING;
    check_say(text, "%s would not be found on the slave", found);
    return CHECK_REFUSED;
}

/* Pages matter only where a table's file is taken over as it is. */
enum check_verdict check_page_size(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct copy_way *way = copy_way_wanted(facts, answers);
    const bool files = copy_way_takes_files(way);
    enum check_verdict differing = way->whole ? CHECK_REFUSED : CHECK_WARNING;
    const struct inventory *inventory = &facts->master.inventory;
    for (size_t i = 0; i < inventory->table_count && files; i++)
        if (inventory->tables[i].carry == CARRY_IMPORT)
            differing = CHECK_REFUSED;
    return check_equal_setting(facts, "innodb_page_size", differing, text);
}

enum check_verdict check_charset(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    enum check_verdict charset = check_equal_setting(facts, "character_set_server", CHECK_WARNING, text);
    return check_worse(charset, check_equal_setting(facts, "collation_server", CHECK_WARNING, text));
}

enum check_verdict check_sql_mode(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    return check_equal_setting(facts, "sql_mode", CHECK_WARNING, text);
}

enum check_verdict check_packet(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    static const char *const slave_names[] = { "max_allowed_packet", "slave_max_allowed_packet",
                                               "replica_max_allowed_packet" };
    unsigned long long master = strtoull(facts_setting(&facts->master, "max_allowed_packet"), NULL, 10);
    enum check_verdict verdict = CHECK_OK;
    for (size_t i = 0; i < sizeof slave_names / sizeof *slave_names; i++) {
        const char *value = facts_setting(&facts->slave, slave_names[i]);
        if (value[0] == '\0' || strtoull(value, NULL, 10) >= master)
            continue;
        check_say(text, "%s of the " SERVER_FORMAT " is %s, max_allowed_packet of the " SERVER_FORMAT " is %llu",
                  slave_names[i], SERVER_ARGS(&facts->slave), value, SERVER_ARGS(&facts->master), master);
        verdict = CHECK_WARNING;
    }
    if (verdict == CHECK_OK)
        check_say(text, "the slave takes packets of %llu bytes as the master does", master);
    return verdict;
}

static enum check_verdict recovery(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const char *level = facts_setting(server, "innodb_force_recovery");
    if (level[0] == '\0' || strcmp(level, "0") == 0)
        return CHECK_OK;
    check_say(text, "the " SERVER_FORMAT " runs with innodb_force_recovery = %s", SERVER_ARGS(server), level);
    return CHECK_REFUSED;
}

enum check_verdict check_recovery(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, recovery, text);
    if (verdict == CHECK_OK)
        check_say(text, "InnoDB runs normally on both");
    return verdict;
}
