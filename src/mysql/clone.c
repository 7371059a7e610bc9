#include "mysql/clone.h"

const char *clone_refuse(struct server_kind master, struct server_kind slave)
{
    if (!master.dialect->clone || !slave.dialect->clone)
        return "it takes the CLONE plugin, which is MySQL's from 8.0.17";
    if (master.version == slave.version)
        return NULL;
    if (!series_same(master, slave))
        return "CLONE works within one release series only";
    return master.dialect->clone_series && slave.dialect->clone_series ? NULL : "CLONE wants equal releases in these versions";
}

/* The server's own tables of another engine are its logs, which stay empty. A name of a file begins with "./" inside the data
 * directory. */
int clone_hindrance(struct db *db, char **hindrance, struct err *err)
{
    err_clear(err);
    *hindrance = db_value(db, err,
                          "SELECT what FROM (SELECT CONCAT('table ', TABLE_SCHEMA, '.', TABLE_NAME, ' is of engine ', COALESCE(ENGINE, '?')) "
                          "AS what FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND COALESCE(ENGINE, '?') <> 'InnoDB' "
                          "AND TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') "
                          "UNION ALL SELECT CONCAT('the tablespace file ', FILE_NAME, ' lies outside the data directory') FROM "
                          "information_schema.FILES WHERE FILE_NAME LIKE '/%' AND LEFT(FILE_NAME, CHAR_LENGTH(@@datadir)) <> @@datadir"
                          ") AS hindrances ORDER BY what LIMIT 1");
    return err->code == ERR_NONE ? 0 : -1;
}
