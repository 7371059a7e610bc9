#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *script_word(char **at)
{
    char *from = *at, *to;
    bool quoted = false;
    while (isspace((unsigned char)*from))
        from++;
    if (*from == '\0')
        return NULL;
    char *word = to = from;
    for (; *from != '\0' && (quoted || !isspace((unsigned char)*from)); from++) {
        if (*from == '"')
            quoted = !quoted;
        else if (*from == '\\' && from[1] != '\0')
            *to++ = *++from == 'n' ? '\n' : *from == 'e' ? 27 : *from;
        else
            *to++ = *from;
    }
    *at = *from != '\0' ? from + 1 : from;
    *to = '\0';
    return word;
}

int script_index(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    fprintf(stderr, "script: unknown word %s\n", word);
    exit(2);
}

static const char *const kinds[] = { "phase", "check", "plan", "method", "step", "change", "command", "progress", "downtime", "note",
                                     "proof", "status", "result", NULL };
static const char *const sides[] = { "master", "slave", NULL };
static const char *const phases[] = { "start", "connect", "discover", "check", "plan", "run", "prove", "end", NULL };
static const char *const states[] = { "pending", "begin", "done", "skipped", "failed", "undone", NULL };
static const char *const severities[] = { "info", "warning", "error", NULL };
static const char *const verdicts[] = { "ok", "warning", "refused", NULL };

static bool set_text(struct event *event, const char *name, const char *value)
{
    const char **to = strcmp(name, "id") == 0     ? &event->id
                      : strcmp(name, "text") == 0 ? &event->text
                      : strcmp(name, "why") == 0  ? &event->why
                      : strcmp(name, "fix") == 0  ? &event->fix
                                                  : NULL;
    if (to != NULL)
        *to = value;
    return to != NULL;
}

static bool set_word(struct event *event, const char *name, const char *value)
{
    if (strcmp(name, "side") == 0)
        event->side = (enum side)script_index(sides, value);
    else if (strcmp(name, "phase") == 0)
        event->phase = (enum phase)script_index(phases, value);
    else if (strcmp(name, "state") == 0)
        event->state = (enum step_state)script_index(states, value);
    else if (strcmp(name, "severity") == 0)
        event->severity = (enum severity)script_index(severities, value);
    else if (strcmp(name, "verdict") == 0)
        event->verdict = (enum check_verdict)script_index(verdicts, value);
    else
        return false;
    return true;
}

static bool set_number(struct event *event, const char *name, uint64_t value)
{
    if (strcmp(name, "step") == 0)
        event->step = (int)value;
    else if (strcmp(name, "ok") == 0)
        event->ok = value != 0;
    else if (strcmp(name, "done") == 0)
        event->done = value;
    else if (strcmp(name, "total") == 0)
        event->total = value;
    else if (strcmp(name, "rate") == 0)
        event->rate = value;
    else if (strcmp(name, "ms") == 0)
        event->ms = value;
    else if (strcmp(name, "downtime_ms") == 0)
        event->downtime_ms = value;
    else
        return false;
    return true;
}

struct event script_event(char *line)
{
    struct event event = { .kind = EVENT_PHASE };
    char *word = script_word(&line);
    event.kind = (enum event_kind)script_index(kinds, word != NULL ? word : "");
    while ((word = script_word(&line)) != NULL) {
        char *value = strchr(word, '=');
        if (value == NULL) {
            fprintf(stderr, "script: %s has no value\n", word);
            exit(2);
        }
        *value++ = '\0';
        if (!set_text(&event, word, value) && !set_word(&event, word, value) &&
            !set_number(&event, word, strtoull(value, NULL, 10))) {
            fprintf(stderr, "script: unknown name %s\n", word);
            exit(2);
        }
    }
    return event;
}
