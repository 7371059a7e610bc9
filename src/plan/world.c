#include "plan/world.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>

#include "base/clock.h"
#include "base/quote.h"
#include "mysql/account.h"
#include "plan/change.h"

/* An import or a checksum of a large table is silent for that long; a host that is gone is noticed by its ssh session. */
#define QUERY_LIMIT_S (4 * 60 * 60u)

const char *side_name(enum side side)
{
    return side == SIDE_MASTER ? "master" : "slave";
}

static const struct answers_host *answers_of(const struct world *world, enum side side)
{
    return side == SIDE_MASTER ? &world->answers->master : &world->answers->slave;
}

/* An account with a port and no socket is one that logs in over TCP: root's own way is the socket. */
static bool over_tcp(const struct answers_host *answers)
{
    return answers->db_user != NULL && answers->db_port > 0 && answers->socket == NULL;
}

struct db *world_db_open(struct world *world, enum side side, struct err *err)
{
    const struct answers_host *answers = answers_of(world, side);
    const struct server_facts *server = facts_of(&world->facts, side);
    struct db_where where = {
        .host = world->hosts[side],
        .socket = over_tcp(answers) ? NULL : server->socket,
        .port = (int)server->port,
        .user = answers->db_user,
        .password = world->db_passwords[side],
        .query_timeout_s = QUERY_LIMIT_S,
    };
    struct db *db = db_open(&where, err);
    if (db == NULL)
        err_wrap(err, "%s: cannot log in to its database server", side_name(side));
    return db;
}

struct db *world_db(struct world *world, enum side side, struct err *err)
{
    if (world->dbs[side] != NULL && db_alive(world->dbs[side]))
        return world->dbs[side];
    world_db_close(world, side);
    world->dbs[side] = world_db_open(world, side, err);
    return world->dbs[side];
}

void world_db_close(struct world *world, enum side side)
{
    db_close(world->dbs[side]);
    world->dbs[side] = NULL;
}

/* All that leaves for a screen, a log or a journal comes through here: whatever a server or a host has put into a text does not
 * steer a terminal. */
void world_emit(struct world *world, const struct event *event)
{
    struct event filled = *event;
    const char **texts[] = { &filled.id, &filled.text, &filled.why, &filled.fix };
    struct buf shown[sizeof texts / sizeof texts[0]] = { BUF_INIT };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (*texts[i] != NULL) {
            quote_printable(&shown[i], *texts[i], strlen(*texts[i]), 1);
            *texts[i] = buf_str(&shown[i]);
        }
    if (filled.step == 0)
        filled.step = world->step;
    world->port->emit(world->port->context, &filled);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_free(&shown[i]);
}

static void emit_text(struct world *world, struct event event, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void emit_text(struct world *world, struct event event, const char *format, va_list args)
{
    char raw[2048];
    event.text = vsnprintf(raw, sizeof raw, format, args) < 0 ? "" : raw;
    world_emit(world, &event);
}

void world_note(struct world *world, enum severity severity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit_text(world, (struct event){ .kind = EVENT_NOTE, .severity = severity }, format, args);
    va_end(args);
}

void world_phase(struct world *world, enum phase phase, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit_text(world, (struct event){ .kind = EVENT_PHASE, .phase = phase }, format, args);
    va_end(args);
}

bool world_cancelled(struct world *world, struct err *err)
{
    struct pollfd fd = { .fd = world->port->cancel_fd, .events = POLLIN };
    if (fd.fd < 0 || poll(&fd, 1, 0) <= 0)
        return false;
    err_set(err, ERR_CANCELLED, "cancelled");
    return true;
}

void world_client_option(struct buf *to, const char *key, const char *value)
{
    buf_addf(to, "%s=\"", key);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            buf_addc(to, '\\');
        buf_addc(to, *value);
    }
    buf_adds(to, "\"\n");
}

void world_client_options(const struct world *world, enum side side, struct buf *to)
{
    const struct answers_host *answers = answers_of(world, side);
    const struct server_facts *server = facts_of(&world->facts, side);
    buf_adds(to, "[client]\n");
    world_client_option(to, "user", answers->db_user != NULL ? answers->db_user : "root");
    if (world->db_passwords[side] != NULL)
        world_client_option(to, "password", secret_text(world->db_passwords[side]));
    if (over_tcp(answers))
        buf_addf(to, "protocol=tcp\nhost=127.0.0.1\nport=%u\n", server->port);
    else if (server->socket != NULL)
        world_client_option(to, "socket", server->socket);
}

/* What the marks stand for. A hash is made with the rounds of the server on whose side the account lives. */
static const struct {
    const char *mark;
    bool reports;
    enum { AS_TEXT, AS_NATIVE, AS_SHA2 } form;
    enum side side;
} marks[] = {
    { SECRET_REPLICATION, false, AS_TEXT, SIDE_MASTER },
    { SECRET_REPLICATION_NATIVE, false, AS_NATIVE, SIDE_MASTER },
    { SECRET_REPLICATION_SHA2, false, AS_SHA2, SIDE_MASTER },
    { SECRET_REPORTS_NATIVE, true, AS_NATIVE, SIDE_SLAVE },
    { SECRET_REPORTS_SHA2, true, AS_SHA2, SIDE_SLAVE },
};

static struct secret *secret_of_mark(const struct world *world, const char *at, struct err *err)
{
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (strncmp(at, marks[i].mark, strlen(marks[i].mark)) != 0)
            continue;
        const struct secret *password = marks[i].reports ? world->reports_password : world->replication_password;
        const char *rounds = facts_setting(facts_of(&world->facts, marks[i].side), "caching_sha2_password_digest_rounds");
        return marks[i].form == AS_TEXT     ? secret_copy(password)
               : marks[i].form == AS_NATIVE ? account_native_hash(password, err)
                                            : account_sha2_hash(password, NULL, (unsigned)strtoul(rounds, NULL, 10), err);
    }
    err_set(err, ERR_WORLD, "a statement names a secret that is not there");
    return NULL;
}

int world_fill_secrets(const struct world *world, const char *statement, struct buf *to, struct err *err)
{
    for (const char *at = statement; *at != '\0';) {
        if (*at != SECRET_MARK[0]) {
            buf_addc(to, *at++);
            continue;
        }
        struct secret *secret = secret_of_mark(world, at, err);
        if (secret == NULL)
            return -1;
        quote_sql(to, secret_text(secret), secret_len(secret));
        secret_free(secret);
        at = strchr(at + 1, SECRET_MARK[0]) + 1;
    }
    return 0;
}

void world_unlock(struct world *world)
{
    for (size_t i = 0; i < sizeof world->locks / sizeof world->locks[0]; i++) {
        db_close(world->locks[i]);
        world->locks[i] = NULL;
    }
}

static void set_limit(struct world *world, unsigned seconds)
{
    const struct itimerspec in = { .it_value = { .tv_sec = (time_t)seconds } };
    if (world->limit_fd > 0)
        (void)timerfd_settime(world->limit_fd, 0, &in, NULL);
}

void world_limit_off(struct world *world)
{
    set_limit(world, 0);
}

bool world_over_limit(struct world *world)
{
    struct pollfd fd = { .fd = world->limit_fd, .events = POLLIN };
    if (fd.fd > 0 && poll(&fd, 1, 0) > 0)
        world->over_limit = true;
    return world->over_limit;
}

void world_downtime_begin(struct world *world)
{
    if (world->stopped_at_ms != 0)
        return;
    world->stopped_at_ms = clock_ms();
    set_limit(world, world->answers->limit_downtime);
    world_emit(world, &(struct event){ .kind = EVENT_DOWNTIME, .done = 1 });
}

void world_downtime_end(struct world *world)
{
    if (world->stopped_at_ms == 0)
        return;
    (void)world_over_limit(world); /* the timer will not tell any more */
    set_limit(world, 0);
    world->downtime_ms += clock_ms() - world->stopped_at_ms;
    world->stopped_at_ms = 0;
    world_emit(world, &(struct event){ .kind = EVENT_DOWNTIME, .ms = world->downtime_ms });
}
