/* Is what is required there, and can the files be read? */
#include "plan/answers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, "replication") == 0 || strcmp(keys[i].section, "reports") == 0)
            if (check_file(answers, keys[i].section, &keys[i], 0, err) != 0)
                return -1;
    return 0;
}
