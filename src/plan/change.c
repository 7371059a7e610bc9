#include "plan/change.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "base/secret.h"
#include "mysql/cnf.h"
#include "plan/world.h"

struct change *plan_add(struct plan *plan, const struct change *change)
{
    plan->changes = mem_grow(plan->changes, plan->count + 1, sizeof *plan->changes);
    plan->changes[plan->count] = *change;
    return &plan->changes[plan->count++];
}

void plan_note(struct plan *plan, int step, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0)
        text[0] = '\0';
    va_end(args);
    plan->notes = mem_grow(plan->notes, plan->note_count + 1, sizeof *plan->notes);
    plan->notes[plan->note_count++] = (struct plan_note){ .step = step, .text = mem_dup(text) };
}

bool plan_destroys(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].destroys)
            return true;
    return false;
}

void change_mask(struct buf *to, const char *text)
{
    while (*text != '\0') {
        const char *mark = *text == SECRET_MARK[0] ? strchr(text + 1, SECRET_MARK[0]) : NULL;
        if (mark != NULL) {
            buf_adds(to, "'********'");
            text = mark + 1;
        } else {
            buf_addc(to, *text++);
        }
    }
}

/* Every line of a text, indented. */
static void render_lines(struct buf *to, const char *indent, const char *text)
{
    struct buf shown = BUF_INIT;
    change_mask(&shown, text);
    char *copy = buf_steal(&shown), *at = copy;
    for (char *line; (line = text_line(&at)) != NULL;) {
        buf_adds(to, indent);
        quote_printable(to, line, strlen(line), 0);
        buf_addc(to, '\n');
    }
    free(copy);
}

/* An option file may hold a password of somebody: its value is never shown, not even as a diff's context. */
static void mask_passwords(struct buf *diff)
{
    struct buf masked = BUF_INIT;
    char *text = buf_steal(diff), *at = text;
    for (char *line; (line = text_line(&at)) != NULL;) {
        const char *word = strcasestr(line, "password"), *equals = word != NULL ? strchr(word, '=') : NULL;
        if (equals != NULL)
            buf_addf(&masked, "%.*s= ********\n", (int)(equals - line), line);
        else
            buf_addf(&masked, "%s\n", line);
    }
    wipe(text, strlen(text));
    free(text);
    *diff = masked;
}

static void render_file(const struct change *change, struct buf *to)
{
    struct buf diff = BUF_INIT;
    if (change->shown != NULL) {
        render_lines(to, "      ", change->shown);
        return;
    }
    const char *before = change->before != NULL ? change->before : "";
    cnf_diff(&diff, change->path, before, strlen(before), change->after, strlen(change->after));
    mask_passwords(&diff);
    render_lines(to, "      ", buf_str(&diff));
    buf_free(&diff);
}

void change_render(const struct change *change, struct buf *to)
{
    buf_addf(to, "  %c %s: ", change->destroys ? '!' : '*', side_name(change->server));
    quote_printable(to, change->what, strlen(change->what), 0);
    buf_addc(to, '\n');
    if (change->why != NULL)
        render_lines(to, "    why: ", change->why);
    if (change->kind == CHANGE_FILE)
        render_file(change, to);
    else if (change->after != NULL)
        render_lines(to, change->kind == CHANGE_SQL ? "      sql> " : "      $ ", change->after);
    if (change->undo != NULL)
        render_lines(to, "    undo: ", change->undo);
}

static void wipe_text(char *text)
{
    if (text != NULL)
        wipe(text, strlen(text));
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct change *change = &plan->changes[i];
        if (change->shown != NULL) {
            wipe_text(change->before);
            wipe_text(change->after);
        }
        free(change->shown);
        free(change->what);
        free(change->why);
        free(change->path);
        free(change->before);
        free(change->after);
        free(change->undo);
        free(change->user);
        free(change->user_host);
    }
    for (size_t i = 0; i < plan->note_count; i++)
        free(plan->notes[i].text);
    free(plan->changes);
    free(plan->notes);
    for (size_t i = 0; i < plan->option_count; i++)
        free(plan->options[i].why_not);
    free(plan->options);
    free(plan->way_because);
    free(plan->forecast_text);
    *plan = (struct plan){ .count = 0 };
}
