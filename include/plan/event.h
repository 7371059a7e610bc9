/* event.h - the one stream that the wizard, the headless output, the journal and the tests read.
 *
 * Strings are borrowed for the time of the call; a reader that keeps them copies them. Everything that came from outside
 * has been made printable, and no secret is ever in an event.
 */
#ifndef DUALSERVER_PLAN_EVENT_H
#define DUALSERVER_PLAN_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum side { SIDE_MASTER, SIDE_SLAVE };

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

enum step_state { STEP_PENDING, STEP_BEGIN, STEP_DONE, STEP_SKIPPED, STEP_FAILED, STEP_UNDONE };

enum check_verdict { CHECK_OK, CHECK_WARNING, CHECK_REFUSED };

enum phase { PHASE_START, PHASE_CONNECT, PHASE_DISCOVER, PHASE_CHECK, PHASE_PLAN, PHASE_RUN, PHASE_PROVE, PHASE_END };

enum event_kind {
    EVENT_PHASE,    /* phase: what the engine does now; text: one line about it ("connecting to db1") */
    EVENT_CHECK,    /* id, verdict, text; why and fix in `why`, `fix` */
    EVENT_PLAN,     /* text: the whole rendered plan, many lines; done: downtime forecast in ms; ms: number of changes */
    EVENT_METHOD,   /* a way of copying: id, why: the answer that asks for it, verdict ok or refused, ok: chosen, text: what it
                       costs or why it is not possible; downtime_ms, ms: total, done and total: bytes of disk, master and slave */
    EVENT_STEP,     /* step 1..14, id, state, ms (how long it took); text: its title, or the error for STEP_FAILED */
    EVENT_CHANGE,   /* step, text: one line, the change that begins now */
    EVENT_COMMAND,  /* side, text: a command or statement as it is sent, secrets masked: for the log */
    EVENT_PROGRESS, /* step, done, total, rate: bytes and bytes per second */
    EVENT_DOWNTIME, /* done 1: the master's mysqld has stopped now; 0: it answers again, ms: how long it was away */
    EVENT_NOTE,     /* severity, text, fix (may be NULL) */
    EVENT_PROOF,    /* id, verdict, text: one thing proven or not (canary, position, checksums, ...) */
    EVENT_STATUS,   /* text: the slave's status in the \G form, lines that matter marked */
    EVENT_RESULT,   /* ok, text: verdict; id: run id; downtime_ms, done: shipped bytes, ms: total; fix: what to do next */
};

struct event {
    enum event_kind kind;
    int step;                   /* 1..14, 0: none */
    enum side side;
    enum phase phase;
    enum step_state state;
    enum severity severity;
    enum check_verdict verdict;
    bool ok;
    const char *id, *text, *why, *fix;
    uint64_t done, total, rate, ms, downtime_ms;
};

#endif
