/* Servers: every connection and every statement is a call. */
#include "faulty.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <mysql.h>

#define MOST 64
#define ANSWER_MS 60000

MYSQL *__real_mysql_real_connect(MYSQL *mysql, const char *host, const char *user, const char *password, const char *database,
                                 unsigned port, const char *socket, unsigned long flags);
MYSQL *__wrap_mysql_real_connect(MYSQL *mysql, const char *host, const char *user, const char *password, const char *database,
                                 unsigned port, const char *socket, unsigned long flags);
int __real_mysql_send_query(MYSQL *mysql, const char *sql, unsigned long len);
int __wrap_mysql_send_query(MYSQL *mysql, const char *sql, unsigned long len);
void __real_mysql_close(MYSQL *mysql);
void __wrap_mysql_close(MYSQL *mysql);

static struct {
    MYSQL *mysql;
    enum side side;
    unsigned generation;
} open_ones[MOST];
static struct {
    char path[120];
    enum side side;
} tunnels[MOST];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

void fault_tunnel(const char *path, enum side side)
{
    (void)pthread_mutex_lock(&table);
    for (size_t i = 0; i < MOST; i++)
        if (tunnels[i].path[0] == '\0' || strcmp(tunnels[i].path, path) == 0) {
            (void)snprintf(tunnels[i].path, sizeof tunnels[i].path, "%s", path);
            tunnels[i].side = side;
            break;
        }
    (void)pthread_mutex_unlock(&table);
}

static enum side side_of_path(const char *path)
{
    enum side side = SIDE_MASTER;
    (void)pthread_mutex_lock(&table);
    for (size_t i = 0; path != NULL && i < MOST; i++)
        if (strcmp(tunnels[i].path, path) == 0)
            side = tunnels[i].side;
    (void)pthread_mutex_unlock(&table);
    return side;
}

static void enter(MYSQL *mysql, enum side side)
{
    (void)pthread_mutex_lock(&table);
    for (size_t i = 0; i < MOST; i++)
        if (open_ones[i].mysql == NULL) {
            open_ones[i].mysql = mysql;
            open_ones[i].side = side;
            open_ones[i].generation = fault_generation(side);
            break;
        }
    (void)pthread_mutex_unlock(&table);
}

static enum side leave(MYSQL *mysql, bool remove, bool *broken)
{
    enum side side = SIDE_MASTER;
    (void)pthread_mutex_lock(&table);
    for (size_t i = 0; i < MOST; i++)
        if (open_ones[i].mysql == mysql) {
            side = open_ones[i].side;
            *broken = open_ones[i].generation != fault_generation(side);
            if (remove)
                open_ones[i].mysql = NULL;
            break;
        }
    (void)pthread_mutex_unlock(&table);
    return side;
}

static int socket_of(MYSQL *mysql)
{
#ifdef MARIADB_BASE_VERSION
    return (int)mysql_get_socket(mysql);
#else
    return (int)mysql->net.fd;
#endif
}

static void break_off(MYSQL *mysql)
{
    (void)shutdown(socket_of(mysql), SHUT_RDWR);
}

static void wait_for_answer(MYSQL *mysql)
{
    struct pollfd fd = { .fd = socket_of(mysql), .events = POLLIN };
    (void)poll(&fd, 1, ANSWER_MS);
}

/* The statement was executed, and its answer does not arrive. */
static void lose_answer(MYSQL *mysql)
{
    char bytes[4096];
    wait_for_answer(mysql);
    while (recv(socket_of(mysql), bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
    break_off(mysql);
}

/* Secrets stand behind these words. */
static void label_of(const char *sql, unsigned long len, char *label, size_t size)
{
    static const char *const ends[] = { " IDENTIFIED", "_PASSWORD", " VALUES", "0x" };
    (void)snprintf(label, size, "%.*s", len < size ? (int)len : (int)size - 1, sql);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *at = strstr(label, ends[i]);
        if (at != NULL)
            *at = '\0';
    }
    for (char *c = label; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
}

MYSQL *__wrap_mysql_real_connect(MYSQL *mysql, const char *host, const char *user, const char *password, const char *database,
                                 unsigned port, const char *socket, unsigned long flags)
{
    const enum side side = side_of_path(socket);
    struct err ignored = ERR_INIT;
    const struct fault *fault = NULL;
    bool fails = fault_gone(side, CALL_CONNECT, "server", &ignored) != 0;
    if (!fails) {
        fault = fault_at(side, CALL_CONNECT, user);
        fault_act(fault, BEFORE);
        fails = fault != NULL && fault->effect != EFFECT_PAUSE && fault->effect != EFFECT_KILL;
    }
    if (fails && fault != NULL && fault->effect != EFFECT_STATUS)
        (void)fault_fail(fault, side, "server", &ignored);
    /* what is not there cannot be connected to: the library's own error */
    MYSQL *made = __real_mysql_real_connect(mysql, host, user, password, database, port, fails ? "/nonexistent" : socket, flags);
    fault_act(fault, AFTER);
    if (made != NULL)
        enter(mysql, side);
    return made;
}

/* The server itself says that it failed. */
static int send_error(MYSQL *mysql, const struct fault *fault)
{
    char sql[160];
    const int len = snprintf(sql, sizeof sql, "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = %d, MESSAGE_TEXT = '%s'", fault->sql_error,
                             fault->said);
    return __real_mysql_send_query(mysql, sql, (unsigned long)len);
}

int __wrap_mysql_send_query(MYSQL *mysql, const char *sql, unsigned long len)
{
    char label[110];
    bool broken = false;
    struct err ignored = ERR_INIT;
    const enum side side = leave(mysql, false, &broken);
    label_of(sql, len, label, sizeof label);
    if (broken) {
        break_off(mysql);
        return __real_mysql_send_query(mysql, sql, len);
    }
    const struct fault *fault = fault_at(side, CALL_SQL, label);
    fault_act(fault, BEFORE);
    if (fault == NULL || fault->effect == EFFECT_PAUSE || fault->effect == EFFECT_KILL) {
        const int rc = __real_mysql_send_query(mysql, sql, len);
        if (fault != NULL)
            wait_for_answer(mysql);
        fault_act(fault, AFTER);
        return rc;
    }
    if (fault->effect == EFFECT_STATUS && fault->sql_error != 0)
        return send_error(mysql, fault);
    if (fault->effect != EFFECT_STATUS)
        (void)fault_fail(fault, side, "server", &ignored);
    if (fault->moment == BEFORE) {
        break_off(mysql);
        return __real_mysql_send_query(mysql, sql, len);
    }
    const int rc = __real_mysql_send_query(mysql, sql, len);
    lose_answer(mysql);
    return rc;
}

void __wrap_mysql_close(MYSQL *mysql)
{
    bool broken = false;
    (void)leave(mysql, true, &broken);
    __real_mysql_close(mysql);
}
