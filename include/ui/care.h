/* care.h - the commands after set-up as pages of the wizard: a table of actions, and one page (screen_care.c) for all of them.
 *
 * An action shows something: what it found, or what it would do. When that can be done, Enter asks for a yes (agree) and does it
 * (apply); what has become of it is shown then. All three run on the engine's thread, as jobs of a bridge that is opened with
 * care_engine; what they say comes as events.
 *
 * One more command is one line in care_actions[] (ui/care.c) and these functions.
 */
#ifndef DUALSERVER_UI_CARE_H
#define DUALSERVER_UI_CARE_H

#include "care/care.h"
#include "ui/bridge.h"

enum { CARE_WAYS = 5 };

/* On the engine's thread. */
struct care_work {
    struct care care;
    const struct port *port;
    const char *state_dir;            /* NULL: none is known */
    const struct care_action *action; /* the one that `kept` belongs to */
    void *kept;                       /* what show() leaves for agree() and apply(); let go of by forget() */
    struct buf said;                  /* lines for the page */
    bool pending;                     /* what is said can be done */
};

/* A key on the page. */
struct care_way {
    int key;
    const char *label; /* in the bottom line */
    const char *what;  /* for show(); CARE_CHOOSE: one of the offers, which a person chooses */
};
#define CARE_CHOOSE "?"

struct care_action {
    const char *id;    /* "check" */
    const char *help;  /* id of its help text */
    int key;           /* on the start page and in the monitor */
    const char *label; /* there, in the bottom line */
    const char *title;
    const char *means; /* one line on the start page */
    /* what "": the first look; else one of the ways, or of the offers. NULL: it is the live screen. */
    int (*show)(struct care_work *work, const char *what, struct err *err);
    int (*agree)(struct care_work *work, struct err *err);
    int (*apply)(struct care_work *work, struct err *err);
    void (*forget)(void *kept);
    struct care_way ways[CARE_WAYS];
};
extern const struct care_action *const care_actions[];
extern const size_t care_action_count;
extern const struct care_action care_check_action, care_billing_action, care_maintain_action, care_trouble_action,
    care_reprovision_action;

extern const struct bridge_engine care_engine;

/* What show() may say beside its lines: something that can be chosen. */
void care_offer(const struct care_work *work, const char *what, const char *text);

/* The ids of the events (EVENT_STATUS) in which it comes. */
#define CARE_SAID "care-said"       /* text: the lines */
#define CARE_OFFER "care-offer"     /* why: what, text: its label */
#define CARE_PENDING "care-pending" /* what is said can be done */

#endif
