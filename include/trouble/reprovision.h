/* reprovision.h - a broken or outdated slave made right again with the least disturbance of the master.
 *
 *     struct reprovision job;
 *     reprovision_look(&care, &wish, &job, err)    what is wrong, what of it has to be carried: changes nothing; job.way, job.plan
 *     reprovision_carry_out(&care, &job, err)      REPROVISION_TABLES: does it, and proves it; job.way may become REPROVISION_ALL
 *     reprovision_free(&job)
 *
 * Where replication runs, or can be made to run, all tables are compared while both servers run, and only those that differ, by their rows
 * or by their definition, are brought anew (care/bring_table.h); views, triggers, routines, events and sequences are made as the master has them. Where that is not sound, everything is set up anew, by the engine: the caller's part, with
 * reprovision_copy() saying in which way. Reports are the caller's part too: reprovision_reports_away() before, ..._back() after; after the
 * engine's work reprovision_conclude().
 */
#ifndef DUALSERVER_TROUBLE_REPROVISION_H
#define DUALSERVER_TROUBLE_REPROVISION_H

#include "care/alike.h"
#include "care/bring_table.h"
#include "care/compare.h"
#include "trouble/troubleshoot.h"

enum reprovision_way {
    REPROVISION_NOTHING, /* replication runs, and all tables agree */
    REPROVISION_TABLES,
    REPROVISION_ALL,
    REPROVISION_NOT,     /* nothing that can be done from here: job.refusal */
};

struct reprovision_wish {
    const char *table;     /* this one only; NULL: whatever differs */
    const char *state_dir; /* NULL: none is known */
};

enum { REPROVISION_MENDS_MOST = 8 };

/* From what is wrong to what is done. Pure. */
struct reprovision_decision {
    enum reprovision_way way;
    struct strings why;        /* reasons, a line each */
    const struct symptom *mends[REPROVISION_MENDS_MOST]; /* symptoms that their first fix takes away, before all else */
    size_t mend_count;
    char *stuck;               /* the table at which the SQL thread stopped; NULL: none */
    bool filter_left;          /* a run that broke off has left its filter */
};

struct reprovision {
    struct reprovision_wish wish;
    struct trouble trouble;
    struct diagnosis diagnosis;
    struct reprovision_decision decision;
    struct bring_left left;    /* of a run that broke off */
    enum reprovision_way way;
    struct strings stuck;      /* tables whose events the slave cannot execute: brought first, together */
    struct strings differ;     /* tables that were seen to differ */
    struct alike_result unlike; /* what is defined otherwise on the slave */
    struct strings carried, stayed; /* what became of them, at the end */
    bool compared;             /* differ is known */
    size_t compared_count;
    struct plan plan;          /* to be shown; nothing in it can be applied */
    struct err refusal;
};

int reprovision_look(struct care *care, const struct reprovision_wish *wish, struct reprovision *job, struct err *err);
int reprovision_carry_out(struct care *care, struct reprovision *job, struct err *err);
void reprovision_free(struct reprovision *job);

/* fresh: tables that a run which broke off was bringing. */
void reprovision_decide(const struct trouble *trouble, const struct diagnosis *diagnosis, const struct strings *fresh,
                        struct reprovision_decision *decision);
void reprovision_decision_free(struct reprovision_decision *decision);
/* So many of so many bytes differ: are they better carried table by table? Pure. */
bool reprovision_worth(uint64_t differing, uint64_t all);
/* The answer for [run] copy that keeps the master running, from the ways of a plan that was made with `auto`; COPY_AUTO: none does. Pure. */
enum copy_method reprovision_copy(const struct plan_option *options, size_t count);

/* Are reports read from the slave? As it was looked at; false where no billing.ini is known. */
bool reprovision_reports_there(const struct reprovision *job);
/* Reports that are read from the slave go to the master. That they did is kept in the state folder, so that a run that broke off does
 * not leave them there: *away tells. Nothing to switch: 0. */
int reprovision_reports_away(struct care *care, const struct trouble *trouble, const char *state_dir, bool *away, struct err *err);
/* Back to the slave, if they were switched. */
int reprovision_reports_back(struct care *care, const char *state_dir, bool *back, struct err *err);
/* Were they switched by a run that broke off? */
bool reprovision_reports_waiting(const struct answers *answers, const char *state_dir);
/* After the engine has made the whole slave anew: what tables brought singly have left there goes, doubts about them too, and reports that were
 * switched go back. Where there is nothing of that kind nobody is connected to. On connections of its own. */
int reprovision_conclude(const struct answers *answers, const struct port *port, const char *state_dir, struct err *err);
/* After an undo, with which the slave is again what it was: a note, where reports were switched. */
void reprovision_remind(const struct answers *answers, const struct port *port, const char *state_dir);

#endif
