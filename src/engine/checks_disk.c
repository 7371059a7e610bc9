/* Room and shape of the file systems. */
#include "checks.h"

#include <string.h>

#include "base/quote.h"
#include "steps/copy_way.h"

#define MARGIN_LEAST (64ull << 20)
#define BINLOG_ROOM (1ull << 30)
#define INODE_MARGIN 1000u

/* What the copy takes. The files' real size counts where it is known: the server's own numbers leave out what is free
 * inside the files. */
static uint64_t copy_size(const struct facts *facts, const struct answers *answers)
{
    const struct server_facts *master = &facts->master;
    if (copy_way_wanted(facts, answers)->whole)
        return master->datadir_bytes;
    return master->database_bytes > master->inventory.bytes ? master->database_bytes : master->inventory.bytes;
}

static uint64_t with_margin(uint64_t bytes)
{
    uint64_t margin = bytes / 20;
    return bytes + (margin > MARGIN_LEAST ? margin : MARGIN_LEAST);
}

static void say_room(struct buf *text, const struct server_facts *server, const char *where, uint64_t have,
                     uint64_t need, const char *word)
{
    struct buf free_size = BUF_INIT, need_size = BUF_INIT, short_by = BUF_INIT;
    quote_size(&free_size, have);
    quote_size(&need_size, need);
    if (have < need) {
        buf_adds(&short_by, "; it is short by ");
        quote_size(&short_by, need - have);
    }
    check_say(text, "%s of the " SERVER_FORMAT " has %s free, %s %s%s", where, SERVER_ARGS(server), buf_str(&free_size),
              buf_str(&need_size), word, buf_str(&short_by));
    buf_free(&free_size);
    buf_free(&need_size);
    buf_free(&short_by);
}

enum check_verdict check_disk_master(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *master = &facts->master;
    /* shared blocks cost nothing, but mysqld's first writes after the copy begin to part them */
    const bool leaves = copy_way_leaves_copy(copy_way_wanted(facts, answers));
    uint64_t need = master->reflink || !leaves ? MARGIN_LEAST : with_margin(copy_size(facts, answers));
    say_room(text, master, "the file system", master->disk_free, need,
             !leaves           ? "is needed (no copy lies on it)"
             : master->reflink ? "is needed (the copy shares its blocks)"
                               : "is needed");
    if (master->disk_free < need)
        return CHECK_REFUSED;
    if (master->datadir_disk_free < BINLOG_ROOM) {
        say_room(text, master, "the data directory", master->datadir_disk_free, BINLOG_ROOM,
                 "is advisable for binary logs");
        return CHECK_WARNING;
    }
    return CHECK_OK;
}

/* Once for what arrives; tables that come as rows, or across file systems, are there twice for a while. */
enum check_verdict check_disk_slave(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *slave = &facts->slave;
    uint64_t copy = copy_size(facts, answers), once = with_margin(copy), twice = with_margin(2 * copy);
    say_room(text, slave, "the file system", slave->disk_free, once, "is needed at least");
    if (slave->disk_free < once)
        return CHECK_REFUSED;
    if (!slave->parent_same_filesystem && slave->datadir_disk_free < once) {
        say_room(text, slave, "the data directory", slave->datadir_disk_free, once, "is needed");
        return CHECK_REFUSED;
    }
    if (slave->disk_free < twice) {
        say_room(text, slave, "it", slave->disk_free, twice, "is better while tables are loaded");
        return CHECK_WARNING;
    }
    return CHECK_OK;
}

enum check_verdict check_inodes(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    (void)answers;
    uint64_t need = facts->master.database_files + facts->master.inventory.table_count + INODE_MARGIN;
    const struct server_facts *servers[] = { &facts->master, &facts->slave };
    enum check_verdict verdict = CHECK_OK;
    for (int i = 0; i < 2; i++)
        if (servers[i]->inodes_free < need) {
            check_say(text, "the file system of the " SERVER_FORMAT " has room for %llu files, %llu are needed",
                      SERVER_ARGS(servers[i]), (unsigned long long)servers[i]->inodes_free, (unsigned long long)need);
            verdict = CHECK_REFUSED;
        }
    if (verdict == CHECK_OK)
        check_say(text, "room for %llu files is on both", (unsigned long long)need);
    return verdict;
}

static enum check_verdict read_only(const struct server_facts *server, const struct answers *answers, struct buf *text)
{
    (void)answers;
    if (!server->read_only_filesystem)
        return CHECK_OK;
    check_say(text, "%s of the " SERVER_FORMAT ", or the folder around it, cannot be written to", server->datadir,
              SERVER_ARGS(server));
    return CHECK_REFUSED;
}

enum check_verdict check_read_only(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, read_only, text);
    if (verdict == CHECK_OK)
        check_say(text, "both data directories can be written to");
    return verdict;
}

static enum check_verdict file_systems(const struct server_facts *server, const struct answers *answers,
                                       struct buf *text)
{
    (void)answers;
    if (server->parent_same_filesystem)
        return CHECK_OK;
    check_say(text, "%s of the " SERVER_FORMAT " is a file system of its own: the run's folder goes inside it", server->datadir, SERVER_ARGS(server));
    return CHECK_WARNING;
}

enum check_verdict check_file_systems(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    enum check_verdict verdict = check_both(facts, answers, file_systems, text);
    if (verdict == CHECK_OK)
        check_say(text, "folders beside the data directories are on their file systems");
    return verdict;
}

/* A link to a table's file matters only when that file travels as a file; rows do not care where they lie. */
static bool link_travels(const struct inventory *inventory, const char *link)
{
    const char *name = strrchr(link, '/');
    name = name != NULL ? name + 1 : link;
    size_t len = strcspn(name, ".#");
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        if (table->file != NULL && strlen(table->file) == len && strncmp(table->file, name, len) == 0)
            return carry_as_files(table->carry);
    }
    return false;
}

enum check_verdict check_links(const struct facts *facts, const struct answers *answers, struct buf *text)
{
    const struct server_facts *master = &facts->master;
    struct strings travelling = { .items = NULL };
    struct buf names = BUF_INIT;
    enum check_verdict verdict = CHECK_OK;
    const bool files = copy_way_takes_files(copy_way_wanted(facts, answers));
    for (size_t i = 0; i < master->links.count && files; i++)
        if (link_travels(&master->inventory, master->links.items[i]))
            strings_add(&travelling, master->links.items[i]);
    if (travelling.count > 0) {
        check_list(&names, &travelling, 3);
        check_say(text, "on the " SERVER_FORMAT " table files are symbolic links: %s", SERVER_ARGS(master),
                  buf_str(&names));
        verdict = CHECK_REFUSED;
    } else if (master->links.count > 0 || facts->slave.links.count > 0) {
        const struct server_facts *server = master->links.count > 0 ? master : &facts->slave;
        check_list(&names, &server->links, 3);
        check_say(text, "symbolic links on the " SERVER_FORMAT ", which are not followed: %s", SERVER_ARGS(server),
                  buf_str(&names));
        verdict = CHECK_WARNING;
    } else {
        check_say(text, "no symbolic links among the database's files");
    }
    strings_free(&travelling);
    buf_free(&names);
    return verdict;
}
