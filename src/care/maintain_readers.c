/* Who reads the master's binary logs, or may come back for them. */
#include "care/maintain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "engine/runs.h"

/* What is gathered on the way: which slaves have been asked, so that the master's own lists can be told apart from them. */
struct search {
    struct care *care;
    const struct maintain_wish *wish;
    struct log_readers *readers;
    struct strings ids;       /* server ids of the servers that were asked */
    size_t registered;        /* at the master, at this moment */
    struct strings reading, reading_at; /* those of them that do read, and their hosts */
    struct strings addresses; /* and every name and address by which the master may know them */
};

static void unknown(struct search *search, char *name, char *why, char *advice)
{
    log_readers_add(search->readers, &(struct log_reader){ .name = name, .why = why, .advice = advice });
}

static void add_address(struct search *search, const char *address)
{
    if (address != NULL && address[0] != '\0' && !strings_has(&search->addresses, address))
        strings_add(&search->addresses, address);
}

static const char *cell(const struct rows *rows, size_t row, const char *old_name, const char *new_name)
{
    return row_str(rows, row, row_has(rows, old_name) ? old_name : new_name);
}

/* One of the connections of a server to a master. Another master's slave does not need our logs; one that does not say whose it is counts
 * as ours. */
static void take_connection(struct search *search, const char *host, const char *id, const struct rows *rows, size_t row)
{
    const char *master = cell(rows, row, "Master_Server_Id", "Source_Server_Id"), *file = cell(rows, row, "Relay_Master_Log_File", "Relay_Source_Log_File");
    const char *channel = cell(rows, row, "Connection_name", "Channel_Name");
    if (master[0] != '\0' && strcmp(master, "0") != 0 && strcmp(master, facts_setting(&search->care->world.facts.master, "server_id")) != 0)
        return;
    char *name = mem_printf("the slave %s (server_id %s%s%s)", host, id, channel[0] != '\0' ? ", " : "", channel);
    strings_add(&search->reading, id);
    strings_add(&search->reading_at, host);
    if (file[0] == '\0')
        unknown(search, name, mem_dup("it has executed nothing yet"), mem_dup("start it, and look again"));
    else
        log_readers_add(search->readers, &(struct log_reader){ .name = name, .file = mem_dup(file) });
}

static int take_slave(struct search *search, struct care *care, const struct answers_host *answers, struct err *err)
{
    const struct server_facts *slave = &care->world.facts.slave;
    struct rows rows = ROWS_INIT;
    add_address(search, answers->host);
    add_address(search, answers->address);
    if (!care->sides[SIDE_SLAVE].server) {
        unknown(search, mem_printf("the slave %s", answers->host), mem_dup(care->sides[SIDE_SLAVE].why.text),
                mem_dup("bring it up again; if it is no slave any more, take its section out of the answers, or its run's folder out of "
                        "the state folder's runs/, and drop its replication account on the master"));
        return 0;
    }
    const char *id = facts_setting(slave, "server_id");
    strings_add(&search->ids, id);
    add_address(search, slave->hostname);
    add_address(search, slave->address);
    add_address(search, slave->source_address);
    struct db *db = world_db(&care->world, SIDE_SLAVE, err);
    const int rc = db == NULL ? -1 : db_query(db, &rows, err, slave->dialect->all_slaves != NULL ? slave->dialect->all_slaves : slave->dialect->slave_status);
    for (size_t i = 0; rc == 0 && i < rows.count; i++)
        take_connection(search, answers->host, id, &rows, i);
    rows_free(&rows);
    return rc == 0 ? 0 : err_wrap(err, "the slave %s", answers->host);
}

/* A slave that is not the one of the pair: asked in the same way, over a connection of its own. */
static int ask(struct search *search, const struct answers *base, const struct answers_host *host, struct err *err)
{
    struct answers answers = *base;
    struct care other;
    answers.slave = *host;
    care_begin(&other, &answers, search->care->world.port);
    care_look(&other, SIDE_SLAVE);
    if (other.sides[SIDE_SLAVE].server) {
        struct err ignored = ERR_INIT;
        care_look(&other, SIDE_MASTER);
        if (other.sides[SIDE_MASTER].server)
            (void)facts_addresses(&other.world, &ignored); /* without them its account may seem to be a stranger's */
    }
    int rc = 0;
    if (other.sides[SIDE_SLAVE].why.code == ERR_CANCELLED) {
        *err = other.sides[SIDE_SLAVE].why;
        rc = -1;
    } else {
        rc = take_slave(search, &other, host, err);
    }
    care_end(&other);
    return rc;
}

static int ask_further(struct search *search, struct err *err)
{
    const struct answers *answers = search->care->world.answers;
    struct strings texts = { .count = 0 };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < answers->more_count; i++)
        rc = ask(search, answers, &answers->more_slaves[i], err);
    runs_other_slaves(search->wish->state_dir, answers, &texts);
    for (size_t i = 0; rc == 0 && i < texts.count; i++) {
        struct answers one;
        answers_init(&one);
        rc = answers_parse(&one, "run", texts.items[i], strlen(texts.items[i]), err);
        if (rc == 0 && one.slave.host != NULL && !strings_has(&search->addresses, one.slave.host))
            rc = ask(search, &one, &one.slave, err);
        answers_free(&one);
    }
    strings_free(&texts);
    return rc;
}

static const char to_be_asked[] = "add its section [slave NAME] to the answers, so that it is asked how far it is; if it is no slave any "
                                  "more, make it forget its master";

/* Those that are registered now, and those that were. */
static int compare_registered(struct search *search, struct err *err)
{
    struct care *care = search->care;
    struct rows rows = ROWS_INIT;
    struct seen seen;
    struct db *db = world_db(&care->world, SIDE_MASTER, err);
    if (db == NULL || db_query(db, &rows, err, db_dialect(db)->slave_hosts) != 0)
        return -1;
    int rc = seen_read(search->wish->state_dir, care->world.facts.master.machine_id, &seen, err);
    struct strings now = { .count = 0 };
    search->registered = rows.count;
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        const char *id = row_str(&rows, i, "Server_id"), *host = row_str(&rows, i, "Host");
        seen_note(&seen, strtoul(id, NULL, 10), host);
        strings_add(&now, id);
        if (!strings_has(&search->ids, id))
            unknown(search, mem_printf("server_id %s%s%s", id, host[0] != '\0' ? " at " : "", host),
                    mem_dup("it is registered at the master, and nothing says where it is or how far"), mem_dup(to_be_asked));
    }
    for (size_t i = 0; rc == 0 && i < seen.count; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "%lu", seen.items[i].id);
        if (!strings_has(&search->ids, id) && !strings_has(&now, id))
            unknown(search, mem_printf("server_id %s%s%s", id, seen.items[i].host[0] != '\0' ? " at " : "", seen.items[i].host),
                    mem_printf("it was registered at the master on %s, and is not connected now", seen.items[i].last),
                    mem_printf("add its section [slave NAME] to the answers; if it is gone for good, take its line out of %s", seen.path));
    }
    for (size_t i = 0; i < search->reading.count; i++)
        seen_note(&seen, strtoul(search->reading.items[i], NULL, 10), search->reading_at.items[i]);
    rc = rc == 0 ? seen_write(&seen, err) : rc;
    strings_free(&now);
    rows_free(&rows);
    seen_free(&seen);
    return rc;
}

/* Does the name lead to the address of one that was asked? As the master resolves it. */
static bool leads_to_known(struct search *search, const char *name)
{
    static const char script[] = "#: word\n# getent ahosts $1\ngetent ahosts \"$1\" 2>/dev/null | awk '{ print $1 }' | sort -u";
    struct buf out = BUF_INIT;
    struct err ignored = ERR_INIT;
    bool known = strings_has(&search->addresses, name);
    if (!known && host_script(search->care->world.hosts[SIDE_MASTER], &out, &ignored, script, name, NULL) == 0) {
        char *text = buf_steal(&out), *at = text;
        for (const char *line; (line = text_line(&at)) != NULL;)
            known = known || strings_has(&search->addresses, line);
        free(text);
    }
    buf_free(&out);
    return known;
}

/* "198.18.3.12:40312", "db2:40312": a reader that does not register (mysqlbinlog) shows here only. */
static int compare_threads(struct search *search, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct db *db = world_db(&search->care->world, SIDE_MASTER, err);
    if (db == NULL || db_query(db, &rows, err, "SHOW PROCESSLIST") != 0)
        return -1;
    size_t strangers = 0, threads = 0;
    char *first = NULL;
    for (size_t i = 0; i < rows.count; i++) {
        if (strncmp(row_str(&rows, i, "Command"), "Binlog Dump", 11) != 0)
            continue;
        threads++;
        const char *from = row_str(&rows, i, "Host"), *colon = strrchr(from, ':');
        char *host = mem_dup_n(from, colon != NULL ? (size_t)(colon - from) : strlen(from));
        if (!leads_to_known(search, host) && strangers++ == 0)
            first = mem_dup(host);
        free(host);
    }
    if (strangers == 0 && threads > search->registered)
        unknown(search, mem_dup("a reader of the binary log that is not registered"),
                mem_printf("%zu read from the master now (Binlog Dump threads), and %zu are registered there", threads, search->registered),
                mem_dup("end it (mysqlbinlog --stop-never, perhaps), or wait until the master has noticed that it is gone"));
    else if (strangers > 0)
        unknown(search, mem_printf("a reader of the binary log at %s", first),
                mem_dup("it reads from the master now (a Binlog Dump thread), and nothing says where it is or how far"), mem_dup(to_be_asked));
    free(first);
    rows_free(&rows);
    return 0;
}

/* The replication account of a slave outlives its connection: the only thing on the master that does. */
static int compare_accounts(struct search *search, struct err *err)
{
    const char *user = search->care->world.answers->replication.user;
    struct rows rows = ROWS_INIT;
    struct buf sql = BUF_INIT;
    struct db *db = world_db(&search->care->world, SIDE_MASTER, err);
    buf_adds(&sql, "SELECT Host FROM mysql.user WHERE User = ");
    quote_sql(&sql, user, strlen(user));
    const int rc = db == NULL ? -1 : db_query(db, &rows, err, buf_str(&sql));
    for (size_t i = 0; rc == 0 && i < rows.count; i++) {
        const char *host = row_str(&rows, i, "Host");
        if (host[0] == '\0' || strpbrk(host, "%_/") != NULL || leads_to_known(search, host))
            continue; /* a pattern names nobody */
        unknown(search, mem_printf("the slave at %s", host),
                mem_printf("the account %s@%s lets it replicate, and nothing says whether it is still there or how far", user, host),
                mem_printf("add its section [slave NAME] to the answers; if it is gone for good: DROP USER '%s'@'%s' on the master", user, host));
    }
    rows_free(&rows);
    buf_free(&sql);
    return rc;
}

int maintain_find_readers(struct care *care, const struct maintain_wish *wish, struct log_readers *readers, struct err *err)
{
    struct search search = { .care = care, .wish = wish, .readers = readers };
    int rc = facts_addresses(&care->world, err);
    if (rc == 0)
        rc = take_slave(&search, care, &care->world.answers->slave, err);
    if (rc == 0)
        rc = ask_further(&search, err);
    if (rc == 0)
        rc = compare_registered(&search, err);
    if (rc == 0)
        rc = compare_threads(&search, err);
    if (rc == 0)
        rc = compare_accounts(&search, err);
    strings_free(&search.ids);
    strings_free(&search.reading);
    strings_free(&search.reading_at);
    strings_free(&search.addresses);
    return rc;
}
