/* Events as lines for a person. */
#include "config.h"

#include "headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/quote.h"

#define PROGRESS_TERMINAL_MS 250
#define PROGRESS_LINES_MS 5000

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARNING, TONE_BAD };

/* A mark of eight columns, coloured where colour is wanted. */
static void print_mark(const struct output *output, enum tone tone, const char *word)
{
    static const char *const colors[] = { "", "\033[32m", "\033[33m", "\033[31m" };
    if (output->color && tone != TONE_PLAIN)
        (void)printf("%s%-8s\033[0m", colors[tone], word);
    else
        (void)printf("%-8s", word);
}

static void end_progress(struct output *output)
{
    if (output->unfinished_line)
        (void)fputs("\r\033[K", stdout);
    output->unfinished_line = false;
}

static void print_duration(uint64_t ms)
{
    struct buf text = BUF_INIT;
    quote_duration(&text, ms);
    (void)fputs(buf_str(&text), stdout);
    buf_free(&text);
}

static void print_size(uint64_t bytes)
{
    struct buf text = BUF_INIT;
    quote_size(&text, bytes);
    (void)fputs(buf_str(&text), stdout);
    buf_free(&text);
}

/* A text of several lines, indented. */
static void print_block(const char *indent, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;)
        (void)printf("%s%s\n", indent, line);
    free(copy);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void show_check(struct output *output, const struct event *event)
{
    static const char *const words[] = { "ok", "warning", "refused" };
    static const enum tone tones[] = { TONE_GOOD, TONE_WARNING, TONE_BAD };
    if (output->quiet && event->verdict == CHECK_OK)
        return;
    (void)fputs("  ", stdout);
    print_mark(output, tones[event->verdict], words[event->verdict]);
    (void)printf(" %s: %s\n", or_empty(event->id), or_empty(event->text));
    if (event->verdict == CHECK_OK)
        return;
    if (event->why != NULL)
        (void)printf("           why: %s\n", event->why);
    if (event->fix != NULL)
        (void)printf("           do:  %s\n", event->fix);
}

static void show_plan(struct output *output, const struct event *event)
{
    if (output->whole_plan) {
        (void)puts(or_empty(event->text));
    } else if (!output->quiet) {
        (void)printf("plan: %llu changes, forecast of the master's downtime: ", (unsigned long long)event->ms);
        print_duration(event->done);
        (void)putchar('\n');
    }
}

static void show_step_end(struct output *output, const struct event *event)
{
    static const char *const words[] = { "", "", "done", "skipped", "failed", "undone" };
    static const enum tone tones[] = { TONE_PLAIN, TONE_PLAIN, TONE_GOOD, TONE_PLAIN, TONE_BAD, TONE_WARNING };
    bool failed = event->state == STEP_FAILED;
    if (output->quiet && !failed)
        return;
    (void)printf("  [%2d/14] ", event->step);
    print_mark(output, tones[event->state], words[event->state]);
    (void)printf(" %s", output->title != NULL ? output->title : failed ? or_empty(event->id) : or_empty(event->text));
    if (event->state == STEP_DONE || failed) {
        (void)fputs(" (", stdout);
        print_duration(event->ms);
        (void)putchar(')');
    }
    (void)putchar('\n');
    if (failed && event->text != NULL)
        print_block("          ", event->text);
}

static void show_step(struct output *output, const struct event *event)
{
    if (event->state == STEP_PENDING)
        return;
    if (event->state != STEP_BEGIN) {
        show_step_end(output, event);
        free(output->title);
        output->title = NULL;
        return;
    }
    free(output->title);
    output->title = mem_dup(event->text);
    output->progress_shown_ms = 0;
    if (output->terminal && !output->quiet) {
        (void)printf("  [%2d/14] ...      %s", event->step, or_empty(event->text));
        output->unfinished_line = true;
    }
}

static void show_progress(struct output *output, const struct event *event, uint64_t now_ms)
{
    uint64_t interval = output->terminal ? PROGRESS_TERMINAL_MS : PROGRESS_LINES_MS;
    if (output->quiet || event->total == 0)
        return;
    /* without a terminal, what takes less than the interval gives no line at all */
    if (output->progress_shown_ms == 0 && !output->terminal)
        output->progress_shown_ms = now_ms;
    if (now_ms - output->progress_shown_ms < interval)
        return;
    output->progress_shown_ms = now_ms;
    end_progress(output);
    (void)printf("  [%2d/14] %3llu%%     ", event->step, (unsigned long long)(event->done * 100 / event->total));
    print_size(event->done);
    (void)fputs(" of ", stdout);
    print_size(event->total);
    (void)fputs(", ", stdout);
    print_size(event->rate);
    (void)fputs("/s", stdout);
    output->unfinished_line = output->terminal;
    if (!output->terminal)
        (void)putchar('\n');
}

static void show_downtime(const struct output *output, const struct event *event)
{
    if (output->quiet)
        return;
    if (event->done != 0) {
        (void)puts("          the master's mysqld is stopped");
        return;
    }
    (void)fputs("          the master's mysqld answers again after ", stdout);
    print_duration(event->ms);
    (void)putchar('\n');
}

static void show_note(const struct output *output, const struct event *event)
{
    static const char *const words[] = { "note", "warning", "error" };
    static const enum tone tones[] = { TONE_PLAIN, TONE_WARNING, TONE_BAD };
    if (output->quiet && event->severity == SEVERITY_INFO)
        return;
    (void)fputs("  ", stdout);
    print_mark(output, tones[event->severity], words[event->severity]);
    (void)printf(" %s\n", or_empty(event->text));
    if (event->fix != NULL)
        (void)printf("           do:  %s\n", event->fix);
}

static void show_proof(const struct output *output, const struct event *event)
{
    static const char *const words[] = { "proven", "warning", "FAILED" };
    static const enum tone tones[] = { TONE_GOOD, TONE_WARNING, TONE_BAD };
    if (output->quiet && event->verdict == CHECK_OK)
        return;
    (void)fputs("  ", stdout);
    print_mark(output, tones[event->verdict], words[event->verdict]);
    (void)printf(" %s: %s\n", or_empty(event->id), or_empty(event->text));
}

static void show_plain(const struct output *output, const struct event *event)
{
    if (event->kind == EVENT_PHASE && !output->quiet)
        (void)printf("%s\n", or_empty(event->text));
    if (event->kind == EVENT_CHANGE && output->verbose)
        (void)printf("          %s\n", or_empty(event->text));
    if (event->kind == EVENT_COMMAND && output->verbose)
        (void)printf("          %s> %s\n", event->side == SIDE_MASTER ? "master" : "slave", or_empty(event->text));
    if (event->kind == EVENT_STATUS && !output->quiet)
        print_block("  ", or_empty(event->text));
}

/* Does this event write something? Then a progress line has to go first. */
static bool writes(const struct output *output, const struct event *event)
{
    switch (event->kind) {
    case EVENT_RESULT:
    case EVENT_PROGRESS:
    case EVENT_METHOD: /* stands in the plan */
        return false;
    case EVENT_CHANGE:
    case EVENT_COMMAND:
        return output->verbose;
    default:
        return true;
    }
}

void output_text(struct output *output, const struct event *event, uint64_t now_ms)
{
    if (writes(output, event))
        end_progress(output);
    switch (event->kind) {
    case EVENT_CHECK:
        show_check(output, event);
        break;
    case EVENT_PLAN:
        show_plan(output, event);
        break;
    case EVENT_STEP:
        show_step(output, event);
        break;
    case EVENT_PROGRESS:
        show_progress(output, event, now_ms);
        break;
    case EVENT_DOWNTIME:
        show_downtime(output, event);
        break;
    case EVENT_NOTE:
        show_note(output, event);
        break;
    case EVENT_PROOF:
        show_proof(output, event);
        break;
    default:
        show_plain(output, event);
    }
    (void)fflush(stdout);
}

/* The verdict. Nothing when the engine gave none: the error says it all then. */
void output_text_end(struct output *output, const struct outcome *outcome)
{
    end_progress(output);
    free(output->title);
    output->title = NULL;
    if (outcome->seen) {
        print_mark(output, outcome->ok ? TONE_GOOD : TONE_BAD, outcome->ok ? "OK" : "FAILED");
        (void)printf(" %s\n", or_empty(outcome->verdict));
        (void)fputs("  master away for ", stdout);
        print_duration(outcome->downtime_ms);
        (void)fputs(", shipped ", stdout);
        print_size(outcome->shipped_bytes);
        (void)fputs(", took ", stdout);
        print_duration(outcome->total_ms);
        (void)putchar('\n');
        if (outcome->advice != NULL && outcome->advice[0] != '\0')
            print_block("  next: ", outcome->advice);
        if (outcome->report != NULL && strstr(or_empty(outcome->advice), outcome->report) == NULL)
            (void)printf("  report: %s\n", outcome->report);
    }
    (void)fflush(stdout);
}
