#include "ui/waits.h"

#include <string.h>

#include "engine/runs.h"

static const struct {
    unsigned when;
    enum job job;
    const char *text;
} ways[] = {
    { WHEN_RESUME, JOB_RESUME, "Go on with it: it ends in the same proven state" },
    { WHEN_UNDO, JOB_UNDO, "Take it back: both servers are then as before it" },
    { WHEN_ACCEPT, JOB_ACCEPT, "Accept it: the slave's old data is let go of, for good" },
    { 0, JOB_NONE, "Leave it as it is, and look at the hosts" },
};

#define WAYS (sizeof ways / sizeof ways[0])

static bool offered(const struct state *state, size_t way)
{
    return ways[way].when == 0 || (ways[way].when & screen_ways(state)) != 0;
}

/* Where going on is possible the cursor begins at it; a run that is proven may stay as it is. */
void waits_ask(const struct state *state, struct dialog *dialog)
{
    struct buf text = BUF_INIT;
    const bool unfinished = (screen_ways(state) & WHEN_RESUME) != 0;
    past_describe(&state->past, &text);
    buf_adds(&text, "\nWhat shall become of it?");
    dialog_open(dialog, DIALOG_CHOICE, "A run waits", buf_str(&text), NULL);
    for (size_t i = 0; i < WAYS; i++)
        if (offered(state, i))
            dialog_add(dialog, ways[i].text, true, unfinished ? ways[i].job == JOB_RESUME : ways[i].job == JOB_NONE);
    buf_free(&text);
}

enum job waits_job(const struct state *state, size_t at)
{
    for (size_t i = 0; i < WAYS; i++)
        if (offered(state, i) && at-- == 0)
            return ways[i].job;
    return JOB_NONE;
}

int waits_answers(const struct past *past, struct answers *answers, struct err *err)
{
    answers_init(answers);
    if (answers_parse(answers, past->run, past->answers, strlen(past->answers), err) == 0)
        return 0;
    answers_free(answers);
    return -1;
}

static const struct {
    const char *title, *cancel;
} texts[] = {
    [JOB_RUN] = { "Question", "The current change is brought to a safe end, the master's mysqld is running afterwards, and nothing is lost. "
                              "The run can be resumed or undone later." },
    [JOB_RESUME] = { "Go on with the run?", "The current change is brought to a safe end, the master's mysqld is running afterwards, and "
                                            "nothing is lost. The run can be resumed or undone later." },
    [JOB_UNDO] = { "Take the run back?", "Before its first change nothing is done. Once it has begun, it is brought to its end, so that "
                                         "the servers are not left half-way." },
    [JOB_ACCEPT] = { "The old data", "What is deleted already is gone; accepting goes on later. Replication is not touched by it." },
};

/* After the result there is but one thing left to ask. */
static enum job asked_by(enum job job, bool ended)
{
    return ended || job < JOB_RUN ? JOB_ACCEPT : job;
}

const char *waits_title(enum job job, bool ended)
{
    return job < JOB_RUN ? "Question" : texts[asked_by(job, ended)].title;
}

const char *waits_cancel_text(enum job job, bool ended)
{
    return texts[asked_by(job, ended)].cancel;
}
