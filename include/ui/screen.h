/* screen.h - one page of the wizard: a file screen_NAME.c that ends in one table entry. Screens read the model, keep what
 * belongs to the person (cursor, scrolling, form) in struct state, and return intents; app.c carries them out.
 */
#ifndef DUALSERVER_UI_SCREEN_H
#define DUALSERVER_UI_SCREEN_H

#include "base/err.h"
#include "engine/model.h"
#include "engine/past.h"
#include "plan/answers.h"
#include "ui/canvas.h"
#include "ui/widgets.h"

struct care_action; /* ui/care.h */

/* A set-up's pages come first, in its order. */
enum page { PAGE_HOSTS, PAGE_CHECKS, PAGE_PLAN, PAGE_RUN, PAGE_RESULT, PAGE_START, PAGE_CARE, PAGE_COUNT };

/* From JOB_RUN on they change servers and belong to the pages Run and Result; those after it are about a run begun earlier.
 * The last two are those of the page that shows a command after set-up. */
enum job { JOB_NONE, JOB_LOOK, JOB_PLAN, JOB_RUN, JOB_RESUME, JOB_UNDO, JOB_ACCEPT, JOB_SHOW, JOB_APPLY };

enum job_state { JOB_NOT_YET, JOB_BUSY, JOB_GOOD, JOB_BAD };

/* What a key means; each screen has its table. */
enum action {
    ACT_NONE, ACT_NEXT, ACT_BACK, ACT_HELP, ACT_QUIT, ACT_UP, ACT_DOWN, ACT_LEFT, ACT_RIGHT, ACT_PAGE_UP, ACT_PAGE_DOWN,
    ACT_TOP, ACT_END, ACT_AGAIN, ACT_CANCEL, ACT_SWITCH, ACT_SEARCH, ACT_SEARCH_NEXT, ACT_METHOD, ACT_RESUME, ACT_UNDO,
    ACT_ACCEPT, ACT_START,
    ACT_WAY, /* and those after it: the ways of an action of care */
};

enum intent_kind {
    INTENT_NONE,
    INTENT_LOOK,   /* take the form's answers over and look at the hosts */
    INTENT_PLAN,
    INTENT_RUN,
    INTENT_PAGE,   /* go to `page` */
    INTENT_CANCEL, /* ask whether to stop the job */
    INTENT_STOP,   /* stop the job without asking */
    INTENT_HELP,
    INTENT_QUIT,   /* ask, then leave */
    INTENT_METHOD, /* choose another way of copying, then plan again */
    INTENT_LATER,  /* `job` with the run that waits */
    INTENT_LEAVE,
    INTENT_START,   /* the start page, or where its action was begun */
    INTENT_FORM,    /* the form, for a set-up */
    INTENT_PAIR,    /* the form, for other servers to care for */
    INTENT_CARE,    /* `care`, showing `what` */
    INTENT_CHOOSE,  /* one of what the page offers */
    INTENT_APPLY,   /* what the page shows */
};

struct intent {
    enum intent_kind kind;
    enum page page;
    enum job job;
    const struct care_action *care; /* INTENT_CARE */
    const char *what;
};

/* When a key counts: any of these; 0: always. */
enum when {
    WHEN_BUSY = 1, WHEN_GOOD = 2, WHEN_BAD = 4, WHEN_IDLE = 8,
    WHEN_RESUME = 16, WHEN_UNDO = 32, WHEN_ACCEPT = 64, /* the run that waits can be gone on with, ... */
    WHEN_START = 128, WHEN_ALONE = 256, /* there is a start page to go back to; there is none */
    WHEN_SETUP = 512, WHEN_PAIR = 1024, /* the form is for a set-up; for servers to care for */
    WHEN_PENDING = 2048, WHEN_OFFERS = 4096, /* on the page of care: what it shows can be done; there is something to choose from */
    WHEN_FIRST = 8192, WHEN_FURTHER = 16384, /* ... it shows its first look; something else */
    WHEN_CALM = 32768,                       /* ... no job runs, and nothing is to be done */
};

struct binding {
    int key;
    enum action action;
    const char *label; /* in the bottom line; NULL: not shown there */
    unsigned when;
};

/* The form: one field for each line of answers_keys(). */
struct form {
    struct field *fields;
    size_t count;
    size_t at;    /* index into answers_keys() */
    bool all;     /* all keys, not only the most important ones */
    size_t top;
    struct err err; /* what was wrong with the answers; code ERR_NONE: nothing */
};

enum { CARE_KEYS = 32 };

/* The page of a command after set-up. */
struct care_page {
    const struct care_action *action;
    char *what;                    /* what it shows: "" the first look */
    char *asked;                   /* what it is to show when the job has ended */
    char *text;                    /* lines; NULL: nothing yet */
    struct care_offer {
        char *what, *text;
    } *offers;
    size_t offer_count;
    bool pending;                  /* what it shows can be done */
    bool done;                     /* ... was done */
    bool fresh;                    /* nothing of the job that runs has come yet */
    enum job job;
    bool cancelling;
    uint64_t since_ms;
    char *doing;                   /* what the job does just now */
    uint64_t progress, total;      /* of it, in bytes; total 0: not known */
    struct err err;                /* of the last job */
    char *notes;                   /* what it has noted on its way, lines; NULL: nothing */
    size_t top;
    bool from_monitor;             /* it goes back there */
    struct binding keys[CARE_KEYS]; /* of this action: care_page_keys() */
    size_t key_count;
};

/* The servers that the commands after set-up are about. */
struct pair_known {
    bool known, made;              /* made: by a run of this machine */
    const struct answers *answers;
    char *origin;                  /* one line: from where it is known */
};

struct state {
    enum page page;
    enum job job;                  /* running; JOB_NONE: the engine waits */
    enum job_state done[JOB_RUN + 1]; /* how each job went last; [JOB_RUN]: also those after it */
    enum job ran;                  /* the last of JOB_RUN and those after it; JOB_NONE: none yet */
    struct past past;              /* the run that waits for something, as its journal tells */
    bool waits;                    /* there is one */
    struct err err;                /* of the last job that failed */
    bool cancelling;
    uint64_t now_ms, job_since_ms;
    unsigned tick;                 /* counts drawings: the spinner */
    struct form form;
    size_t check_at, check_top, plan_top, result_top;
    int cols;                      /* width of the text, as drawn last */
    int rows;                      /* that scroll on the page, as drawn last: for page up and down */
    size_t lines;                  /* ... and how many lines there are */
    struct field search;
    bool searching;
    char *report;                  /* path of the run's report, NULL before it is known */
    const struct answers *answers;
    bool start;                    /* there is a start page */
    size_t start_at;               /* its line with the cursor */
    struct pair_known pair;
    bool pair_form;                /* the form asks for a pair, to go on with `wanted` (NULL: the start page) */
    const struct care_action *wanted;
    struct care_page care;
};

struct screen {
    const char *title;             /* on the top line */
    const char *help;              /* id of its help text */
    const struct binding *bindings;
    size_t binding_count;
    size_t (*keys)(const struct state *, const struct binding **bindings); /* instead of them, how many; NULL: they never change */
    void (*draw)(const struct model *, struct state *, struct canvas *);
    struct intent (*act)(const struct model *, struct state *, enum action);
    bool (*text)(struct state *, int key); /* NULL: the page has no text fields; true: it took the key */
    const char *(*topic)(const struct model *, const struct state *); /* id of a closer help text, NULL: none */
};

extern const struct screen screen_hosts, screen_checks, screen_plan, screen_run, screen_result, screen_start, screen_care;
extern const struct screen *const screens[PAGE_COUNT];

/* The keys that scroll, but for the one that the page's last line names. */
#define SCROLL_KEYS                                                                                                    \
    { K_PAGE_UP, ACT_PAGE_UP, NULL, 0 }, { K_SPACE, ACT_PAGE_DOWN, NULL, 0 }, { K_UP, ACT_UP, NULL, 0 },               \
        { K_DOWN, ACT_DOWN, NULL, 0 }, { 'k', ACT_UP, NULL, 0 }, { 'j', ACT_DOWN, NULL, 0 },                           \
        { K_WHEEL_UP, ACT_UP, NULL, 0 }, { K_WHEEL_DOWN, ACT_DOWN, NULL, 0 }, { K_HOME, ACT_TOP, NULL, 0 },            \
    {                                                                                                                  \
        K_END, ACT_END, NULL, 0                                                                                        \
    }
#define BINDINGS(table) .bindings = (table), .binding_count = sizeof(table) / sizeof(table)[0]

enum job_state screen_job(const struct state *state, enum job job);
unsigned screen_ways(const struct state *state); /* WHEN_RESUME, WHEN_UNDO, WHEN_ACCEPT: what can be done with the run that waits */
/* Moves a list's or a text's position by an action that scrolls; false when it is none. */
bool screen_scroll(size_t *at, enum action action, int page, size_t count);
const char *screen_spinner(const struct state *state, const struct canvas *canvas);
/* Title on the first line, keys on the last. */
void screen_frame(const struct screen *screen, const struct state *state, struct canvas *canvas);
const char *screen_title(const struct screen *screen, const struct state *state);
const struct binding *screen_binding(const struct screen *screen, const struct state *state, int key);
enum glyph verdict_glyph(enum check_verdict verdict);
enum style verdict_style(enum check_verdict verdict);
const char *verdict_word(enum check_verdict verdict);

void care_page_keys(struct care_page *page); /* makes those of its action */
/* The style of a line of a plan, as plan_render() begins it. */
enum style plan_line_style(const char *line);

/* The form's own calls. */
void form_init(struct form *form, const struct answers *answers);
int form_apply(struct form *form, struct answers *answers, struct err *err); /* -1: the field that is wrong has the cursor */
void form_free(struct form *form);

#endif
