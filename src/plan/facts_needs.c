/* What the master's database needs beyond itself, and whether the slave has it: keys for encryption, tables
 * and functions of other databases. */
#include "facts_room.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"

static void needs_free(struct needs *needs)
{
    strings_free(&needs->foreign_keys);
    strings_free(&needs->views);
    strings_free(&needs->views_why);
}

void facts_needs_free(struct facts *facts)
{
    needs_free(&facts->needs);
    facts->needs = (struct needs){ .encryption = false };
}

/* A plugin or, in MySQL since 8.0.24, a component, which is no plugin and shows in a table of its own. */
static void find_encryption(struct db *slave, struct facts *facts)
{
    static const char *const asked[] = {
        "SELECT COUNT(*) FROM INFORMATION_SCHEMA.PLUGINS WHERE PLUGIN_STATUS = 'ACTIVE' AND (PLUGIN_TYPE = 'ENCRYPTION' OR "
        "PLUGIN_NAME LIKE 'keyring%')",
        "SELECT COUNT(*) FROM performance_schema.keyring_component_status WHERE STATUS_KEY = 'Component_status' AND "
        "STATUS_VALUE = 'Active'",
    };
    const struct inventory *inventory = &facts->master.inventory;
    bool wanted = false;
    for (size_t i = 0; i < inventory->table_count; i++)
        wanted = wanted || inventory->tables[i].wants_key;
    for (size_t i = 0; wanted && i < sizeof asked / sizeof asked[0] && !facts->needs.encryption; i++) {
        struct err ignored = ERR_INIT;
        char *count = db_value(slave, &ignored, asked[i]);
        facts->needs.encryption = count != NULL && strcmp(count, "0") != 0;
        free(count);
    }
}

static void find_foreign_keys(struct facts *facts)
{
    const struct inventory *inventory = &facts->master.inventory;
    for (size_t i = 0; i < inventory->table_count; i++) {
        if (inventory->tables[i].parent_outside == NULL)
            continue;
        char *text = mem_printf("%s -> %s", inventory->tables[i].name, inventory->tables[i].parent_outside);
        strings_add(&facts->needs.foreign_keys, text);
        free(text);
    }
}

/* The view's text names things as `database`.`name`; columns are `table`.`column`, and a table may be called as a database is. */
static const char *next_name(const char *at, char **text)
{
    struct buf name = BUF_INIT;
    for (at++; *at != '\0' && (*at != '`' || at[1] == '`'); at++) {
        buf_addc(&name, *at);
        at += *at == '`';
    }
    *text = buf_steal(&name);
    return *at == '`' ? at + 1 : at;
}

/* Quoted strings may hold what looks like a name. */
static const char *skip_string(const char *at)
{
    const char quote = *at++;
    while (*at != '\0' && *at != quote)
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    return *at != '\0' ? at + 1 : at;
}

typedef bool named_fn(void *context, const char *database, const char *name);

/* Calls `named` for each pair until it says true. */
static bool each_pair(const char *text, named_fn *named, void *context)
{
    bool done = false;
    for (const char *at = text; *at != '\0' && !done;) {
        char *database = NULL, *name = NULL;
        if (*at != '`') {
            at = *at == '\'' || *at == '"' ? skip_string(at) : at + 1;
            continue;
        }
        at = next_name(at, &database);
        if (at[0] == '.' && at[1] == '`') {
            (void)next_name(at + 1, &name); /* it may itself be followed by a column: it is looked at again */
            done = named(context, database, name);
            at++;
        }
        free(database);
        free(name);
    }
    return done;
}

struct looking {
    struct facts *facts;
    const struct rows *there; /* what of the other databases the slave has */
    struct buf *sql;          /* collects pairs to be asked for */
    char *missing;
};

static bool is_other(const struct facts *facts, const char *database)
{
    return strcmp(database, facts->master.inventory.database) != 0 && strings_has(&facts->master.databases, database);
}

static bool collect(void *context, const char *database, const char *name)
{
    struct looking *looking = context;
    if (is_other(looking->facts, database)) {
        buf_adds(looking->sql, looking->sql->len > 0 ? ", (" : "(");
        quote_sql(looking->sql, database, strlen(database));
        buf_adds(looking->sql, ", ");
        quote_sql(looking->sql, name, strlen(name));
        buf_addc(looking->sql, ')');
    }
    return false;
}

static bool lacks(void *context, const char *database, const char *name)
{
    struct looking *looking = context;
    const struct facts *facts = looking->facts;
    if (strcmp(database, facts->master.inventory.database) == 0) {
        if (!strings_has(&facts->needs.views, name))
            return false;
        looking->missing = mem_printf("the view %s is left out", name);
        return true;
    }
    if (!is_other(facts, database))
        return false;
    for (size_t i = 0; i < looking->there->count; i++)
        if (strcasecmp(row_str(looking->there, i, "other"), database) == 0 &&
            strcasecmp(row_str(looking->there, i, "name"), name) == 0)
            return false;
    looking->missing = mem_printf("%s.%s is not on the slave", database, name);
    return true;
}

static void leave_out(struct needs *needs, const char *view, const char *why)
{
    char *text = mem_printf("%s (%s)", view, why);
    strings_add(&needs->views, view);
    strings_add(&needs->views_why, text);
    free(text);
}

/* Again and again, because a view over one that is left out cannot be made either. */
static void judge_views(struct looking *looking, const struct rows *views)
{
    struct needs *needs = &looking->facts->needs;
    for (size_t before = needs->views.count + 1; before != needs->views.count;) {
        before = needs->views.count;
        for (size_t i = 0; i < views->count; i++) {
            const char *name = row_str(views, i, "name");
            if (strings_has(&needs->views, name))
                continue;
            looking->missing = NULL;
            if (strstr(row_str(views, i, "remark"), "references invalid") != NULL)
                leave_out(needs, name, "invalid on the master too");
            else if (each_pair(row_str(views, i, "text"), lacks, looking))
                leave_out(needs, name, looking->missing);
            free(looking->missing);
        }
    }
}

static int find_views(struct db *master, struct db *slave, struct facts *facts, struct err *err)
{
    struct rows views = ROWS_INIT, there = ROWS_INIT;
    struct buf name = BUF_INIT, sql = BUF_INIT;
    struct looking looking = { .facts = facts, .there = &there, .sql = &sql };
    quote_sql(&name, facts->master.inventory.database, strlen(facts->master.inventory.database));
    int rc = db_queryf(master, &views, err,
                       "SELECT v.TABLE_NAME AS name, v.VIEW_DEFINITION AS text, t.TABLE_COMMENT AS remark "
                       "FROM INFORMATION_SCHEMA.VIEWS v JOIN INFORMATION_SCHEMA.TABLES t ON t.TABLE_SCHEMA = %s "
                       "AND t.TABLE_NAME = v.TABLE_NAME WHERE v.TABLE_SCHEMA = %s", buf_str(&name), buf_str(&name));
    for (size_t i = 0; rc == 0 && i < views.count; i++)
        (void)each_pair(row_str(&views, i, "text"), collect, &looking);
    if (rc == 0 && sql.len > 0)
        rc = db_queryf(slave, &there, err,
                       "SELECT TABLE_SCHEMA AS other, TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES "
                       "WHERE (TABLE_SCHEMA, TABLE_NAME) IN (%s) UNION ALL SELECT ROUTINE_SCHEMA, ROUTINE_NAME FROM "
                       "INFORMATION_SCHEMA.ROUTINES WHERE (ROUTINE_SCHEMA, ROUTINE_NAME) IN (%s)", buf_str(&sql), buf_str(&sql));
    if (rc == 0)
        judge_views(&looking, &views);
    rows_free(&views);
    rows_free(&there);
    buf_free(&name);
    buf_free(&sql);
    return rc;
}

static bool has_views(const struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->object_count; i++)
        if (inventory->objects[i].kind == OBJECT_VIEW)
            return true;
    return false;
}

int facts_needs(struct world *world, struct facts *facts, struct err *err)
{
    facts_needs_free(facts);
    if (!facts->master.database_exists)
        return 0;
    struct db *master = world_db(world, SIDE_MASTER, err), *slave = master != NULL ? world_db(world, SIDE_SLAVE, err) : NULL;
    if (slave == NULL)
        return -1;
    find_encryption(slave, facts);
    find_foreign_keys(facts);
    if (!facts->master.dialect->information_schema || !has_views(&facts->master.inventory) ||
        find_views(master, slave, facts, err) == 0)
        return 0;
    return err_wrap(err, "cannot find out what %s needs of the slave", facts->master.inventory.database);
}
