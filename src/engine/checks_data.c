/* What is in the database, on either side. */
#include "config.h"

#include "checks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy_way.h"

#define LONG_TRANSACTION_S 60u

/* Appends the names of the tables that fit (names NULL: none); returns how many there are. */
static size_t tables_that(const struct inventory *inventory, bool (*fits)(const struct table *), struct buf *names)
{
    const char **found = mem_alloc((inventory->table_count + 1) * sizeof *found);
    size_t count = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        if (fits(&inventory->tables[i]))
            found[count++] = inventory->tables[i].name;
    if (names != NULL)
        check_names(names, found, count, 5);
    free(found);
    return count;
}

static bool own_database(const char *name)
{
    static const char *const own[] = { "mysql", "information_schema", "performance_schema", "sys" };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(name, own[i]) == 0)
            return true;
    return false;
}

/* What the server itself calls it: one that folds names finds it by others too, but its folder has only that one. */
static const char *name_at(const struct server_facts *server, const char *database)
{
    const char *folded = database;
    for (size_t i = 0; i < server->databases.count; i++) {
        if (strcmp(server->databases.items[i], database) == 0)
            return database;
        if (strcasecmp(server->databases.items[i], database) == 0)
            folded = server->databases.items[i];
    }
    return folded;
}

enum check_verdict check_database(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *master = &facts->master;
    struct buf names = BUF_INIT;
    enum check_verdict verdict = CHECK_REFUSED;
    if (answers->database == NULL || answers->database[0] == '\0' || own_database(answers->database)) {
        check_say(text, "'%s' is no database of yours", answers->database != NULL ? answers->database : "");
    } else if (!master->database_exists) {
        check_list(&names, &master->databases, 8);
        check_say(text, "the master %s has no database %s, it has: %s", master->host, answers->database,
                  names.len > 0 ? buf_str(&names) : "none");
    } else if (strcmp(name_at(master, answers->database), answers->database) != 0) {
        check_say(text, "the master %s folds names and knows %s as %s: the answer must be database = %s", master->host,
                  answers->database, name_at(master, answers->database), name_at(master, answers->database));
    } else {
        quote_size(&names, master->inventory.bytes);
        check_say(text, "%s on the master %s has %zu table%s, %s", answers->database, master->host,
                  master->inventory.table_count, master->inventory.table_count == 1 ? "" : "s", buf_str(&names));
        verdict = master->inventory.table_count == 0 ? CHECK_WARNING : CHECK_OK;
    }
    buf_free(&names);
    return verdict;
}

enum check_verdict check_slave_data(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *slave = &facts->slave;
    const struct inventory *inventory = &slave->inventory;
    if (!slave->database_exists) {
        check_say(text, "the slave %s has no %s yet", slave->host, answers->database);
        return CHECK_OK;
    }
    if (inventory->table_count == 0 && inventory->object_count == 0) {
        check_say(text, "%s on the slave %s is empty", answers->database, slave->host);
        return CHECK_OK;
    }
    struct buf size = BUF_INIT;
    quote_size(&size, inventory->bytes);
    check_say(text, "%s on the slave %s has %zu table%s and %zu other object%s, %s: they are moved aside, which wants the "
                    "typed host name", answers->database, slave->host, inventory->table_count,
              inventory->table_count == 1 ? "" : "s", inventory->object_count,
              inventory->object_count == 1 ? "" : "s", buf_str(&size));
    buf_free(&size);
    return CHECK_WARNING;
}

static bool carried_as_rows(const struct table *table)
{
    return table->carry == CARRY_ROWS;
}

enum check_verdict check_dump_tool(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    struct buf names = BUF_INIT;
    size_t count = tables_that(&facts->master.inventory, carried_as_rows, &names);
    const struct copy_way *way = copy_way_wanted(facts, answers);
    enum check_verdict verdict = CHECK_OK;
    if (count == 0 || !way->dump_tool) {
        check_say(text, count == 0 ? "no table has to travel as rows" : "rows travel without tools of the servers");
        goto out;
    }
    const struct {
        const struct server_facts *server;
        const char *path, *tool;
    } needed[] = { { &facts->master, facts->master.dump_tool, "mariadb-dump or mysqldump" },
                   { &facts->slave, facts->slave.client_tool, "mariadb or mysql" } };
    for (size_t i = 0; i < 2; i++)
        if (needed[i].path == NULL) {
            check_say(text, "the " SERVER_FORMAT " has no %s", SERVER_ARGS(needed[i].server), needed[i].tool);
            verdict = CHECK_REFUSED;
        }
    check_say(text, "%zu table%s as rows: %s", count, count == 1 ? " travels" : "s travel", buf_str(&names));
out:
    buf_free(&names);
    return verdict;
}

/* Engines compare without case; one that is switched off for new tables is as good as missing. */
static bool has_engine(const struct server_facts *server, const char *engine)
{
    bool found = server->engines.count == 0;
    if (strcasecmp(engine, "HEAP") == 0) /* as MySQL called it until 4.1 */
        engine = "MEMORY";
    for (size_t i = 0; i < server->engines.count && !found; i++)
        found = strcasecmp(server->engines.items[i], engine) == 0;
    const char *off = strcasestr(facts_setting(server, "disabled_storage_engines"), engine);
    const char end = off != NULL ? off[strlen(engine)] : '\0';
    return found && (off == NULL || (end != '\0' && end != ','));
}

enum check_verdict check_engines(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct inventory *inventory = &facts->master.inventory;
    enum check_verdict verdict = CHECK_OK;
    for (size_t i = 0; i < inventory->table_count && verdict == CHECK_OK; i++) {
        const struct table *table = &inventory->tables[i];
        if (table->engine == NULL || table->engine[0] == '\0' || has_engine(&facts->slave, table->engine))
            continue;
        check_say(text, "table %s is of the engine %s, which the slave %s has not", table->name, table->engine, facts->slave.host);
        verdict = CHECK_REFUSED;
    }
    if (verdict == CHECK_OK)
        check_say(text, "the slave %s has all engines of the master's tables", facts->slave.host);
    return verdict;
}

static enum check_verdict writable(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    static const char *const locks[] = { "super_read_only", "innodb_read_only", "offline_mode" };
    enum check_verdict verdict = CHECK_OK;
    for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
        if (!facts_setting_on(server, locks[i]))
            continue;
        check_say(text, "the " SERVER_FORMAT " runs with %s = ON", SERVER_ARGS(server), locks[i]);
        verdict = CHECK_REFUSED;
    }
    return verdict;
}

enum check_verdict check_writable(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, writable, text);
    if (verdict == CHECK_OK)
        check_say(text, "both servers can be written to by their administrator");
    return verdict;
}

/* A server with a dictionary refuses to make a database over a folder that it has not made (3678). */
enum check_verdict check_stray_folder(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct server_facts *slave = &facts->slave;
    if (slave->dialect == NULL || !slave->dialect->dictionary || slave->database_exists || slave->database_bytes == 0) {
        check_say(text, "no folder without a database is in the way on the slave %s", slave->host);
        return CHECK_OK;
    }
    check_say(text, "the slave %s has a folder %s, but its server knows no such database", slave->host, slave->database_path);
    return CHECK_REFUSED;
}

static bool without_key(const struct table *table)
{
    return !table->primary_key && table->carry != CARRY_DEFINITION;
}

enum check_verdict check_primary_keys(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    struct buf names = BUF_INIT;
    size_t count = tables_that(&facts->master.inventory, without_key, &names);
    if (count == 0)
        check_say(text, "every table has a primary key");
    else
        check_say(text, "%zu table%s without a primary key on the master %s: %s", count, count == 1 ? " is" : "s are",
                  facts->master.host, buf_str(&names));
    buf_free(&names);
    return count == 0 ? CHECK_OK : CHECK_WARNING;
}

static bool encrypted(const struct table *table)
{
    return table->encrypted;
}

static bool encrypted_file(const struct table *table)
{
    return table->encrypted && carry_as_files(table->carry);
}

static bool wants_key(const struct table *table)
{
    return table->wants_key;
}

/* An encrypted table that travels as rows is readable there; its encryption is the slave's own affair. */
enum check_verdict check_encrypted(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    struct buf names = BUF_INIT;
    bool whole = copy_way_wanted(facts, answers)->whole;
    enum check_verdict verdict = CHECK_OK;
    if (tables_that(&facts->master.inventory, encrypted, &names) == 0)
        check_say(text, "no table is encrypted");
    else if (whole || tables_that(&facts->master.inventory, encrypted_file, NULL) > 0) {
        check_say(text, "encrypted tables on the master %s would travel as files: %s", facts->master.host, buf_str(&names));
        verdict = CHECK_REFUSED;
    } else if (!facts->needs.encryption && tables_that(&facts->master.inventory, wants_key, NULL) > 0) {
        check_say(text, "the slave %s has no keys to encrypt tables with, and these ask for it: %s", facts->slave.host, buf_str(&names));
        verdict = CHECK_REFUSED;
    } else {
        check_say(text, "encrypted tables on the master %s travel as rows: %s", facts->master.host, buf_str(&names));
        verdict = CHECK_WARNING;
    }
    buf_free(&names);
    return verdict;
}

enum check_verdict check_definers(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    const struct strings *missing = &facts->slave.missing_definers;
    if (missing->count == 0) {
        check_say(text, "all definers exist on the slave %s", facts->slave.host);
        return CHECK_OK;
    }
    struct buf names = BUF_INIT;
    check_list(&names, missing, 5);
    check_say(text, "the slave %s has no account %s: step 11 makes it, locked", facts->slave.host, buf_str(&names));
    buf_free(&names);
    return CHECK_WARNING;
}

enum check_verdict check_events(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct inventory *inventory = &facts->master.inventory;
    size_t count = 0;
    for (size_t i = 0; i < inventory->object_count; i++)
        count += inventory->objects[i].kind == OBJECT_EVENT;
    if (count == 0) {
        check_say(text, "%s has no events", answers->database);
        return CHECK_OK;
    }
    bool runs = facts_setting_on(&facts->slave, "event_scheduler"), whole = copy_way_wanted(facts, answers)->whole;
    check_say(text, "%s has %zu event%s; the event scheduler of the slave %s is %s%s", answers->database, count,
              count == 1 ? "" : "s", facts->slave.host, runs ? "ON" : "off",
              whole ? "; a copy of the whole data directory brings them along enabled" : "");
    return runs && whole ? CHECK_WARNING : CHECK_OK;
}

enum check_verdict check_prepared(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    unsigned count = facts->master.prepared_xa;
    if (count == 0) {
        check_say(text, "no XA transaction is prepared on the master %s", facts->master.host);
        return CHECK_OK;
    }
    check_say(text, "%u XA transaction%s prepared on the master %s", count, count == 1 ? " is" : "s are",
              facts->master.host);
    return CHECK_REFUSED;
}

enum check_verdict check_transactions(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    uint64_t seconds = facts->master.oldest_transaction;
    struct buf span = BUF_INIT;
    quote_duration(&span, seconds * 1000);
    if (seconds < LONG_TRANSACTION_S)
        check_say(text, "no transaction is open for long on the master %s", facts->master.host);
    else
        check_say(text, "a transaction is open on the master %s for %s", facts->master.host, buf_str(&span));
    buf_free(&span);
    return seconds < LONG_TRANSACTION_S ? CHECK_OK : CHECK_WARNING;
}
