/* Is what is required there, and can the files be read? */
#include "plan/answers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "base/mem.h"

static int check_file(const struct answers *answers, const char *section, const struct answers_key *key, int line,
                      struct err *err)
{
    struct buf path = BUF_INIT;
    int rc = 0;
    if (key->type == ANSWER_FILE)
        answers_get(answers, section, key->key, &path);
    if (path.len > 0 && access(buf_str(&path), R_OK) != 0)
        rc = answers_complain(answers, section, key->key, line, err, "cannot read '%.160s': %s", buf_str(&path),
                              strerror(errno));
    buf_free(&path);
    return rc;
}

/* One host's section: the host is there, its files can be read. */
static int check_host(const struct answers *answers, const struct answers_host *host, const char *section,
                      struct err *err)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    int line = host->line > 0 ? host->line : answers->lines;
    if (host->host == NULL) {
        answers_complain(answers, section, "host", line, err, "is required");
        return err_hint(err, "give the name or address under which ssh reaches this server");
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, answers_family(section)) == 0 && check_file(answers, section, &keys[i], host->line, err) != 0)
            return -1;
    return 0;
}

static int check_ids(const struct answers *answers, struct err *err)
{
    if (answers->master.server_id == 0 || answers->master.server_id != answers->slave.server_id)
        return 0;
    answers_complain(answers, "slave", "server_id", answers->slave.line, err, "%u is the master's too",
                     answers->slave.server_id);
    return err_hint(err, "every server needs a number of its own; leave both out to have free ones chosen");
}

struct answers answers_of_pair(const struct answers *of, size_t slave)
{
    struct answers pair = *of;
    if (slave > 0)
        pair.slave = of->more_slaves[slave - 1];
    pair.slave.name = NULL;
    pair.more_slaves = NULL;
    pair.more_count = 0;
    return pair;
}

char *answers_slave_section(const struct answers *answers, size_t slave)
{
    return slave == 0 ? mem_dup("slave") : mem_printf(ANSWERS_SLAVE_PREFIX "%s", answers->more_slaves[slave - 1].name);
}

static const struct answers_host *slave_of(const struct answers *answers, size_t slave)
{
    return slave == 0 ? &answers->slave : &answers->more_slaves[slave - 1];
}

/* A port of its own may lead to another machine. */
static bool same_way(const struct answers_host *one, const struct answers_host *other)
{
    return strcasecmp(one->host, other->host) == 0 && (one->port != 0 ? one->port : 22) == (other->port != 0 ? other->port : 22);
}

static int check_against(const struct answers *answers, size_t slave, const struct answers_host *other, const char *whose, struct err *err)
{
    const struct answers_host *host = slave_of(answers, slave);
    const bool id = host->server_id != 0 && host->server_id == other->server_id;
    if (!id && !same_way(host, other))
        return 0;
    char *section = answers_slave_section(answers, slave);
    if (id)
        answers_complain(answers, section, "server_id", host->line, err, "%u is that of [%s], too", host->server_id, whose);
    else
        answers_complain(answers, section, "host", host->line, err, "'%.100s' is the host of [%s], too", host->host, whose);
    free(section);
    return err_hint(err, id ? "every server needs a number of its own; leave them out to have free ones chosen"
                            : "each slave is a server of its own; leave one of the two sections out");
}

/* Of further slaves, against the master and all before them. */
static int check_apart(const struct answers *answers, struct err *err)
{
    for (size_t slave = 1; slave <= answers->more_count; slave++) {
        if (check_against(answers, slave, &answers->master, "master", err) != 0)
            return -1;
        for (size_t before = 0; before < slave; before++) {
            char *whose = answers_slave_section(answers, before);
            const int rc = check_against(answers, slave, slave_of(answers, before), whose, err);
            free(whose);
            if (rc != 0)
                return -1;
        }
    }
    return 0;
}

int answers_check(const struct answers *answers, struct err *err)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    if (check_host(answers, &answers->master, "master", err) != 0 ||
        check_host(answers, &answers->slave, "slave", err) != 0 || check_ids(answers, err) != 0)
        return -1;
    for (size_t i = 0; i < answers->more_count; i++) {
        char section[64];
        (void)snprintf(section, sizeof section, ANSWERS_SLAVE_PREFIX "%.40s", answers->more_slaves[i].name);
        if (check_host(answers, &answers->more_slaves[i], section, err) != 0)
            return -1;
    }
    if (check_apart(answers, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, "replication") == 0 || strcmp(keys[i].section, "reports") == 0)
            if (check_file(answers, keys[i].section, &keys[i], 0, err) != 0)
                return -1;
    return 0;
}
