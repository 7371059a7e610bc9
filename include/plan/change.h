/* change.h - one change that a step makes: shown in the plan, journalled, applied, shown again by undo.
 *
 * A plan is the list of changes of all fourteen steps, made from facts and answers without any I/O. Rendering it is the
 * dry run; applying them in order is the run.
 */
#ifndef DUALSERVER_PLAN_CHANGE_H
#define DUALSERVER_PLAN_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "plan/event.h"

enum change_kind {
    CHANGE_FILE, /* a file's content is replaced: before and after; rendered as a diff */
    CHANGE_SQL,  /* statements, in `after`, one a line; secrets as SECRET_MARK names, rendered as ******** */
    CHANGE_RUN,  /* commands or an action; `after` shows them */
    CHANGE_SHIP, /* bytes from the master to the slave */
};

/* In CHANGE_SQL texts a secret stands as \x01NAME\x01, which no identifier may contain. */
#define SECRET_MARK "\x01"
#define SECRET_REPLICATION SECRET_MARK "replication" SECRET_MARK
#define SECRET_REPLICATION_NATIVE SECRET_MARK "replication-native" SECRET_MARK /* hashes: mysql/account.h */
#define SECRET_REPLICATION_SHA2 SECRET_MARK "replication-sha2" SECRET_MARK
#define SECRET_REPORTS_NATIVE SECRET_MARK "reports-native" SECRET_MARK
#define SECRET_REPORTS_SHA2 SECRET_MARK "reports-sha2" SECRET_MARK

struct world;
struct change;
typedef int change_apply_fn(struct world *world, const struct change *change, struct err *err);

struct change {
    enum change_kind kind;
    enum side server;
    int step;               /* 1..14: set by the engine */
    char *what;             /* one line: "set server-id, log-bin in /etc/mysql/..." */
    char *why;              /* one line; NULL */
    char *path;             /* CHANGE_FILE */
    char *before, *after;   /* see the kinds; before may be NULL */
    char *shown;            /* CHANGE_FILE whose content has secrets: the diff without them; NULL: made of before and after */
    char *undo;             /* how it is taken back: a line for the plan and the journal; NULL: nothing to take back */
    bool restarts;          /* mysqld stops or starts */
    bool destroys;          /* data on the slave is moved aside: wants the typed host name */
    change_apply_fn *apply; /* NULL: the generic one of the kind (file, SQL) */
    /* What undo needs and no facts hold is put into the run's folder on that server, before the first apply; NULL: nothing. */
    change_apply_fn *keep;
    /* Takes it back, also when it was done in part or not at all: repeatable. NULL: of a file its old content is written back by
     * undo itself, of anything else nothing has to be taken back, or what comes before it does that too. */
    change_apply_fn *revert;
    bool revert_last;       /* after the option files are back and the servers have been restarted */
    char *user, *user_host; /* of an account that the change makes or alters; NULL */
};

struct copy_way;

/* One of the ways in which the data could travel, for a person to see. */
struct plan_option {
    const char *id, *title; /* borrowed from the table of ways */
    const char *answer;     /* that asks for it: "rows" */
    bool chosen;
    char *why_not;          /* NULL: possible */
    uint64_t downtime_ms, total_ms, disk_master, disk_slave;
};

struct plan {
    struct change *changes;
    size_t count;
    struct plan_note {
        int step;
        char *text;         /* "the how-to writes X; here Y, because Z" */
    } *notes;
    size_t note_count;
    const struct copy_way *way; /* in which the data travels (steps/copy_way.h) */
    char *way_because;      /* why that one */
    struct plan_option *options;
    size_t option_count;
    uint64_t forecast_ms;   /* of the master's downtime */
    char *forecast_text;    /* how it was computed */
};

/* Takes the strings over (all must be from malloc); returns the stored change. */
struct change *plan_add(struct plan *plan, const struct change *change);
void plan_note(struct plan *plan, int step, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool plan_destroys(const struct plan *plan);
/* One change as text for a person: a diff, commands, or statements with the secrets masked. */
void change_render(const struct change *change, struct buf *to);
/* The text with '********' in place of each secret's mark. */
void change_mask(struct buf *to, const char *text);
void plan_free(struct plan *plan);

/* Generic ones. Both are repeatable: a file that already holds `after` is left alone, one that holds neither `before` nor
 * `after` was edited by somebody else and is not touched; statements run in a session of their own. */
int change_apply_file(struct world *world, const struct change *change, struct err *err);
int change_apply_sql(struct world *world, const struct change *change, struct err *err);
/* A revert: executes `undo`, statements divided by "; " or newlines, in a session without binary log. */
int change_revert_sql(struct world *world, const struct change *change, struct err *err);

#endif
