#include "engine/guard.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/lock.h"

/* $1 the data directory; two lines */
static const char identity_script[] =
    "#: data\n# who is this machine?\n"
    "printf '%s\\n' \"$(cat /etc/machine-id 2>/dev/null || cat /var/lib/dbus/machine-id 2>/dev/null)\"\n"
    "printf '%s\\n' \"$(stat -L -c %i -- \"$1\" 2>/dev/null)\"\n";

static bool differ(const char *bound, const char *now)
{
    return bound != NULL && bound[0] != '\0' && now != NULL && strcmp(bound, now) != 0;
}

static int refuse(const struct server_facts *bound, const char *what, const char *was, const char *is, struct err *err)
{
    struct buf shown = BUF_INIT;
    quote_printable(&shown, is, strlen(is), 0);
    err_set(err, ERR_REFUSED, "%s, the %s, is not what the plan was made for: its %s is %s, was %s", bound->host,
            side_name(bound->side), what, shown.len > 0 ? buf_str(&shown) : "not there", was);
    buf_free(&shown);
    return err_hint(err, "another machine or server answers behind that name now; nothing was changed on it: plan again if it is "
                         "meant");
}

/* The statement is one that every version has. A server that does not answer is not another server. */
static int same_server(struct world *world, const struct server_facts *bound, struct err *err)
{
    struct rows rows = ROWS_INIT;
    struct err ignored = ERR_INIT;
    int rc = 0;
    if (bound->server_uuid == NULL || bound->server_uuid[0] == '\0')
        return 0;
    struct db *db = world_db(world, bound->side, &ignored);
    if (db != NULL && db_query(db, &rows, &ignored, "SHOW GLOBAL VARIABLES LIKE 'server_uuid'") == 0 && rows.count > 0 &&
        differ(bound->server_uuid, row_str(&rows, 0, "Value")))
        rc = refuse(bound, "server_uuid", bound->server_uuid, row_str(&rows, 0, "Value"), err);
    rows_free(&rows);
    return rc;
}

int guard_roles(struct world *world, const struct server_facts *bound, bool data_too, struct err *err)
{
    struct host *host = world->hosts[bound->side];
    struct buf out = BUF_INIT;
    if (differ(bound->fingerprint, host_fingerprint(host)))
        return refuse(bound, "host key", bound->fingerprint, host_fingerprint(host), err);
    if (host_script(host, &out, err, identity_script, bound->datadir, NULL) != 0) {
        buf_free(&out);
        return -1;
    }
    char *text = buf_steal(&out), *at = text;
    const char *machine = text_line(&at), *inode = text_line(&at);
    int rc = 0;
    if (differ(bound->machine_id, machine))
        rc = refuse(bound, "machine-id", bound->machine_id, machine, err);
    else if (data_too && differ(bound->datadir_inode, inode))
        rc = refuse(bound, "data directory (inode)", bound->datadir_inode, inode, err);
    else if (data_too)
        rc = same_server(world, bound, err);
    free(text);
    return rc;
}

static int refuse_held(const struct host *host, enum side side, const struct lock_holder *holder, struct err *err)
{
    struct buf who = BUF_INIT;
    lock_describe(holder, &who);
    err_set(err, ERR_REFUSED, "somebody is at work on %s, the %s: %s", host_name(host), side_name(side), buf_str(&who));
    buf_free(&who);
    return err_hint(err, "nothing was touched; wait until that run has ended");
}

/* Said before anything else that may be odd about servers that somebody works on. */
int guard_look(struct world *world, struct err *err)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct lock_holder holder;
        if (lock_look(world->hosts[side], &holder, err) != 0)
            return -1;
        if (holder.state == LOCK_LIVE)
            return refuse_held(world->hosts[side], side, &holder, err);
    }
    return 0;
}

/* To break a stale lock is a person's decision: the run's id must be typed, or given as --confirm. */
static int ask_to_break(struct world *world, enum side side, const struct lock_holder *holder, struct err *err)
{
    struct buf text = BUF_INIT;
    struct answer answer = { .yes = false };
    buf_addf(&text, "%s, the %s, is locked by ", host_name(world->hosts[side]), side_name(side));
    lock_describe(holder, &text);
    buf_addf(&text, ".\nNothing has been heard of that program for ");
    quote_duration(&text, (unsigned long long)holder->quiet_s * 1000);
    buf_addf(&text, ". If you are sure that it is not at work any more, type the id of its run to break the lock: %s", holder->run);
    const struct question question = { .kind = QUESTION_CONFIRM, .text = buf_str(&text), .expected = holder->run,
                                       .further = true };
    int rc = world->port->ask(world->port->context, &question, &answer, err);
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_REFUSED, "the stale lock of run %s was not broken: nothing was touched", holder->run);
    buf_free(&text);
    return rc;
}

static char *room_of(const struct world *world, enum side side)
{
    const char *slash = strrchr(world->run_dir[side], '/');
    return mem_dup_n(world->run_dir[side], (size_t)(slash - world->run_dir[side]));
}

static int take_lock(struct world *world, enum side side, struct err *err)
{
    struct host *host = world->hosts[side];
    struct lock_holder holder;
    char *room = room_of(world, side), *broken = NULL;
    int rc = lock_take(host, &(struct lock_wish){ .room = room, .run = world->run_id }, &world->held[side], &holder, err);
    if (rc == 0 && world->held[side] == NULL && holder.state == LOCK_STALE) {
        rc = ask_to_break(world, side, &holder, err);
        broken = mem_dup(holder.run);
        if (rc == 0)
            rc = lock_take(host, &(struct lock_wish){ .room = room, .run = world->run_id, .broken = broken }, &world->held[side],
                           &holder, err);
        if (rc == 0 && world->held[side] != NULL)
            world_note(world, SEVERITY_WARNING, "the lock of run %s on the %s was broken", broken, side_name(side));
    }
    if (rc == 0 && world->held[side] == NULL)
        rc = refuse_held(host, side, &holder, err);
    free(broken);
    free(room);
    return rc;
}

int guard_begin(struct world *world, const struct facts *bound, struct err *err)
{
    const bool planned_now = bound == &world->facts;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (guard_roles(world, facts_of(bound, side), planned_now || side == SIDE_MASTER, err) != 0)
            return -1;
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (take_lock(world, side, err) != 0) {
            guard_end(world);
            return -1;
        }
    return 0;
}

int guard_kept(struct world *world, struct err *err)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++)
        if (lock_lost(world->held[side])) {
            err_set(err, ERR_WORLD, "the lock of the %s was broken by somebody else", side_name(side));
            return err_hint(err, "two programs must not work on the same servers: agree on one");
        }
    return 0;
}

void guard_end(struct world *world)
{
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        struct err err = ERR_INIT;
        struct host *host = world->unreached[side] ? NULL : world->hosts[side];
        const int cancel_fd = host != NULL ? host->cancel_fd : -1;
        if (world->unreached[side] && world->held[side] != NULL)
            world_note(world, SEVERITY_WARNING, "the lock on the %s stays until it can be reached: another run of this machine "
                                                "takes it over", side_name(side));
        if (host != NULL)
            host->cancel_fd = -1; /* who is told to stop lets go all the same */
        if (lock_release(host, world->held[side], &err) != 0)
            world_note(world, SEVERITY_WARNING, "the lock on the %s could not be removed: %s", side_name(side), err.text);
        if (host != NULL)
            host->cancel_fd = cancel_fd;
        world->held[side] = NULL;
    }
}
