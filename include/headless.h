/* headless.h - the main job without screens: events become lines or JSON, questions are answered by options or, with
 * --plain, by a person at the terminal.
 *
 *     return headless_run(&answers, &options, &err);      the exit code of CONTRACT; err says why when something failed
 *
 * SIGINT, SIGTERM and SIGHUP make the engine stop safely; the exit code is then 128 + the signal.
 */
#ifndef DUALSERVER_HEADLESS_H
#define DUALSERVER_HEADLESS_H

#include <stdint.h>
#include "care/billing.h"
#include "care/check.h"
#include "care/maintain.h"
#include "trouble/troubleshoot.h"
#include "engine/past.h"
#include "options.h"
#include "plan/answers.h"
#include "plan/event.h"
#include "plan/port.h"

/* Edits the answers only with --plain: what is required and absent is asked for. */
int headless_run(struct answers *answers, const struct options *options, struct err *err);
/* The same for reprovision, where everything is needed. anew: the hosts of the slaves that are set up; others in the answers stay as they are. */
int headless_run_anew(struct answers *answers, const struct options *options, const struct strings *anew, struct err *err);
/* resume, undo, accept, status: about a run begun earlier, with its own answers. */
int headless_later(const struct options *options, struct err *err);

/* check, ...: about a pair that was set up. The answers come from --answers, or from the last run that made a pair. */
int headless_care(const struct options *options, struct err *err);

/* The pair that these commands are about, from --answers or else from the state folder. */
int headless_pair(const struct options *options, const char *state_dir, struct answers *answers, struct err *err);

/* Its parts. */

/* Two of its commands: the exit code, or -1 with err. */
int headless_billing(const struct options *options, struct care *care, struct err *err);
int headless_maintain(const struct options *options, struct care *care, struct err *err);
/* troubleshoot: 0 nothing is wrong, or fixed; 1 something is; 3 --plan: fixes are pending. */
int headless_troubleshoot(const struct options *options, struct care *care, struct err *err);

/* reprovision: 0 done, or nothing to do; 3 --plan: changes are pending. The answers are those of the care; `copy` may be chosen in them. */
int headless_reprovision(const struct options *options, const char *state_dir, struct answers *answers, struct care *care, struct err *err);

/* SIGINT, SIGTERM, SIGHUP: fds[0] becomes readable at the first and stays so; then an error is one of that signal. */
int headless_watch_signals(int fds[2], struct err *err);
void headless_signal_as_error(struct err *err);

/* What the last line or object tells. Strings are owned. */
struct outcome {
    bool seen;              /* the engine gave its verdict */
    bool ok;
    char *run, *verdict, *advice, *report; /* NULL: none */
    char *plan;             /* rendered; NULL: it did not come to that */
    uint64_t changes, forecast_ms, downtime_ms, shipped_bytes, total_ms;
    struct outcome_check {
        char *id, *text;
        bool ok;
    } *checks;              /* preflight checks and proofs, in the order they came */
    size_t check_count;
    const char *way;        /* of reprovision: "nothing", "tables", "everything"; NULL: of something else */
    struct strings carried, stayed; /* then: tables */
    struct slave_outcome {  /* of each slave, where the answers have several */
        char *section, *host, *state, *run, *verdict; /* state: proven, there, failed, untouched, planned; run NULL: none */
        uint64_t downtime_ms, shipped_bytes, total_ms;
    } *slaves;
    size_t slave_count;
};
void outcome_take(struct outcome *outcome, const struct event *event);
void outcome_free(struct outcome *outcome);

/* One way of showing events. */
struct output {
    bool color, terminal, verbose, quiet;
    bool whole_plan;        /* the plan is shown in full, not in one line */
    char *title;            /* of the step that runs; owned */
    bool unfinished_line;   /* a progress line that the next line overwrites */
    uint64_t progress_shown_ms;
};
void output_text(struct output *output, const struct event *event, uint64_t now_ms);
void output_text_end(struct output *output, const struct outcome *outcome);
void output_json(const struct output *output, const struct event *event);
void output_json_past(const struct past *past); /* NULL: there is none */
/* first: the advice that comes before all; "". */
void output_json_diagnosis(const struct diagnosis *diagnosis, const char *first);
/* The last object of a fix. plan: as text; failed: why, NULL: it was done (or, pending, only planned). */
void output_json_fix(const char *symptom, const char *fix, const char *plan, const struct err *failed, bool pending);
void output_json_check(const struct check_report *report);
/* What a command after set-up did or would do; what it is not about is NULL. */
struct care_outcome {
    const char *state; /* "planned", "done", "nothing", "failed", "tried" */
    bool ok;
    const struct plan *plan;
    const struct billing *billing;
    const struct billing_trial *trial;
    const struct maintain *maintain;
    const struct err *err; /* why not */
};
void output_json_care(const struct care_outcome *outcome);
/* err: why the run failed; code ERR_NONE: it did not. */
void output_json_end(const struct outcome *outcome, const struct err *err);

/* Who answers questions. */
struct asker {
    bool yes;               /* --yes */
    const char *confirm[CONFIRM_MOST]; /* --confirm */
    bool terminal;          /* --plain: a person may be asked on /dev/tty */
    int cancel_fd;
};
int asker_ask(const struct asker *asker, const struct question *question, struct answer *answer, struct err *err);
/* One line from the terminal, without its newline, appended to `to`; not echoed when secret. */
int asker_line(const struct asker *asker, const char *prompt, bool secret, struct buf *to, struct err *err);

#endif
