#include "mysql/series.h"

#include <stddef.h>

/* MySQL's releases in the order in which one may follow the other; 8.1 to 8.3 and 9.x are the way to the next LTS series. */
static const unsigned mysql_lines[] = { 0, 50100, 50500, 50600, 50700, 80000, 80100, 90000, 1000000 };

static size_t mysql_line(unsigned version)
{
    size_t line = 0;
    while (mysql_lines[line + 1] <= version)
        line++;
    return line;
}

bool series_same(struct server_kind master, struct server_kind slave)
{
    return master.dialect->mariadb == slave.dialect->mariadb && master.version / 100 == slave.version / 100;
}

const char *series_refuse(struct server_kind master, struct server_kind slave, const char **way_out)
{
    if (master.dialect->mariadb != slave.dialect->mariadb) {
        *way_out = "install the master's server on the slave; or move the data once with a dump, without replication";
        return "MySQL and MariaDB share neither data files nor GTIDs, and their binary logs have parted";
    }
    if (master.version / 100 > slave.version / 100) {
        *way_out = "upgrade the slave's server to the master's series or a later one first";
        return "a newer master feeding an older slave is not supported by the vendor";
    }
    if (!master.dialect->mariadb && mysql_line(slave.version) > mysql_line(master.version) + 1) {
        *way_out = "install a MySQL of the master's series, or of the next one, on the slave";
        return "MySQL replicates from one series to the next only";
    }
    return NULL;
}

/* MariaDB 10.5 writes the page checksums that later series expect; what is older has not been tried. */
bool series_files(struct server_kind master, struct server_kind slave)
{
    return series_same(master, slave) ||
           (master.dialect->mariadb && slave.dialect->mariadb && master.version >= 100500 && master.version < slave.version);
}

bool series_same_end_of_time(struct server_kind master, struct server_kind slave)
{
    return (master.version < 110500) == (slave.version < 110500);
}
