/* What the database needs beyond itself. */
#include "checks.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"

/* A table whose rows are elsewhere asks for them when it is made. */
enum check_verdict check_rows_elsewhere(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    static const char *const engines[] = { "FEDERATED", "SPIDER", "CONNECT", "S3" };
    const struct inventory *inventory = &facts->master.inventory;
    (void)answers;
    struct buf names = BUF_INIT;
    const char **found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < inventory->table_count; i++)
        for (size_t e = 0; e < sizeof engines / sizeof engines[0]; e++)
            if (strcasecmp(inventory->tables[i].engine, engines[e]) == 0) {
                found = mem_grow(found, count + 1, sizeof *found);
                found[count++] = inventory->tables[i].name;
            }
    check_names(&names, found, count, 5);
    if (count == 0)
        check_say(text, "every table holds its rows itself");
    else
        check_say(text, "%zu table%s rows outside the master %s, and only the definition travels: %s", count,
                  count == 1 ? " shows" : "s show", facts->master.host, buf_str(&names));
    buf_free(&names);
    free(found);
    return count == 0 ? CHECK_OK : CHECK_WARNING;
}

enum check_verdict check_foreign_keys(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct strings *outside = &facts->needs.foreign_keys;
    if (outside->count == 0) {
        check_say(text, "no foreign key leads out of %s", answers->database);
        return CHECK_OK;
    }
    struct buf names = BUF_INIT;
    check_list(&names, outside, 5);
    check_say(text, "foreign keys lead out of %s: %s", answers->database, buf_str(&names));
    buf_free(&names);
    return CHECK_REFUSED;
}

enum check_verdict check_views(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct strings *left_out = &facts->needs.views_why;
    if (left_out->count == 0) {
        check_say(text, "every view of %s can be made on the slave", answers->database);
        return CHECK_OK;
    }
    struct buf names = BUF_INIT;
    check_list(&names, left_out, 5);
    check_say(text, "%zu view%s cannot be made on the slave %s and %s left out: %s", left_out->count, left_out->count == 1 ? "" : "s",
              facts->slave.host, left_out->count == 1 ? "is" : "are", buf_str(&names));
    buf_free(&names);
    return CHECK_WARNING;
}
