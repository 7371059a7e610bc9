/* call_bench.h - the real engine on two machines that are written down, and a fault at the nth remote call.
 *
 *     begin_bench(&pairs[0]); look();           once: what the servers are like
 *     set_paths(); start_servers();             in a process of its own for each case: bench.number tells them apart
 *     play(planned_engine(), RUN, NULL, LOST_AFTER, 17)
 *     play(new_engine(), RESUME, &past, NOTHING, 0)
 *     end_bench();
 *
 * Linked with --wrap for poll, clock_ms, mysql_send_query, host_open and ship_run: time that is slept passes at once, and every
 * statement is counted where it is sent. A program that dies is a jump out of it. */
#ifndef DUALSERVER_TESTS_CALL_BENCH_H
#define DUALSERVER_TESTS_CALL_BENCH_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "engine/past.h"
#include "fake_world.h"
#include "plan/facts.h"

#define SECRET "hush-hush" /* both passwords begin so */

enum kind {
    NOTHING, LOST_BEFORE, LOST_AFTER, GONE, TIMED_OUT, STATUS_1, KILLED, NO_SPACE, DENIED, CANCELLED, DIES_BEFORE, DIES_AFTER, REBOOTED, KINDS
};

/* What a command, and a statement, ends with. `after`: it was carried out all the same. */
extern const struct kind_words {
    const char *name, *complaint;
    enum err_code code;
    int status;
    unsigned sql_error;
    bool after;
} kinds[KINDS];

#define PAIRS 4
extern const struct pair {
    const char *name, *server;
    enum copy_method copy;
    bool mariadb, old_master, generated; /* the slave has followed another; the program makes the password */
} pairs[PAIRS];

/* One a process. */
extern struct bench {
    const struct pair *pair;
    pthread_t thread;
    size_t number;        /* of the case */
    struct fake_world *world;
    struct server_text texts[2];
    struct history history;
    struct tape tape;
    struct fake_server *servers[2];
    char folder[48], sockets[2][64], state_dir[64], passwords[2][64];
    struct answers answers;
    struct port port;
    int cancel[2];
    struct facts facts; /* as looked at once */
    /* the fault */
    enum kind kind;
    size_t at, calls;
    bool struck, due, counting;
    atomic_int fate;      /* of the statement that is sent now */
    atomic_bool gone_too; /* and its machine with it */
    atomic_uint acted;
    bool silent;
    atomic_ullong slept;  /* ms that were not waited */
    jmp_buf dead;
    /* what was told */
    bool result, result_ok, told_more, told_of_leftovers;
    char advice[1024];
    const char *stage;
    bool loud;
} bench;

enum action { RUN, RESUME, UNDO };
extern const char *const actions[];

struct outcome {
    bool died;
    int rc;
    struct err err;
};

/* A case that fails ends its process; the parent says which it was. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void begin_bench(const struct pair *pair);
void look(void);
void end_bench(void);
void set_paths(void);
void start_servers(void);
void remove_tree(const char *path);
struct engine *planned_engine(void); /* it has looked, and planned */
struct engine *new_engine(void);
/* past: of what is resumed or undone. The engine is freed. Time passes behind it: locks go stale, the watchdog acts. */
struct outcome play(struct engine *engine, enum action action, const struct past *past, enum kind kind, size_t at);

#endif
