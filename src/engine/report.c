/* The run's report, in Markdown. It is made of what the plan and the events said, which holds no secret. */
#include "config.h"

#include "engine/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "steps/step.h"

/* Text from outside, so that Markdown does not take it for its own. */
static void add_text(struct buf *to, const char *text)
{
    struct buf shown = BUF_INIT;
    if (text == NULL || text[0] == '\0')
        text = "not known";
    quote_printable(&shown, text, strlen(text), 0);
    for (const char *at = buf_str(&shown); *at != '\0'; at++) {
        if (strchr("\\`*_[]<>|#", *at) != NULL)
            buf_addc(to, '\\');
        buf_addc(to, *at);
    }
    buf_free(&shown);
}

/* Many lines as they are: a block of indented ones. */
static void add_block(struct buf *to, const char *text)
{
    char *copy = mem_dup(text), *at = copy;
    buf_addc(to, '\n');
    for (char *line; (line = text_line(&at)) != NULL;) {
        buf_adds(to, "    ");
        quote_printable(to, line, strlen(line), 0);
        buf_addc(to, '\n');
    }
    buf_addc(to, '\n');
    free(copy);
}

static void add_item(struct buf *to, const char *name, const char *value)
{
    buf_addf(to, "- %s: ", name);
    add_text(to, value);
    buf_addc(to, '\n');
}

static void add_head(struct buf *to, const struct world *world, const struct model *model)
{
    char now[40];
    clock_iso(now, sizeof now);
    buf_adds(to, "# ");
    add_text(to, world->answers->database);
    buf_addf(to, ": %s\n\n", model->ok ? "replicates, and this was proven" : "the set-up failed");
    add_item(to, "verdict", model->verdict);
    add_item(to, "run", world->run_id);
    add_item(to, "written", now);
    buf_adds(to, "- downtime of the master: ");
    quote_duration(to, world->downtime_ms);
    buf_adds(to, "\n- shipped: ");
    quote_size(to, world->shipped_bytes);
    buf_adds(to, "\n- whole run: ");
    quote_duration(to, model->total_ms);
    buf_adds(to, "\n");
    if (world->start.file[0] != '\0') {
        char *start = mem_printf("%s, position %llu", world->start.file, (unsigned long long)world->start.position);
        add_item(to, "replication began at", start);
        free(start);
    }
    buf_adds(to, "\n");
}

static void add_server(struct buf *to, const struct server_facts *server)
{
    buf_addf(to, "## The %s\n\n", side_name(server->side));
    add_item(to, "host", server->host);
    add_item(to, "host name", server->hostname);
    add_item(to, "system", server->os);
    add_item(to, "server", server->version);
    add_item(to, "service", server->service.unit);
    add_item(to, "data directory", server->datadir);
    add_item(to, "address for the other server", server->address);
    if (server->fingerprint != NULL)
        add_item(to, "host key", server->fingerprint);
    buf_addc(to, '\n');
}

static void add_inventory(struct buf *to, const struct inventory *inventory)
{
    buf_adds(to, "## What was carried\n\n");
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        buf_adds(to, "- ");
        add_text(to, table->name);
        buf_adds(to, " (");
        add_text(to, table->engine);
        buf_adds(to, ", ");
        quote_size(to, table->bytes);
        buf_addf(to, "): %s", carry_name(table->carry));
        if (table->because != NULL) {
            buf_adds(to, ", because ");
            add_text(to, table->because);
        }
        buf_addc(to, '\n');
    }
    buf_addf(to, "\n%zu tables and %zu views, triggers, routines, events and sequences.\n\n", inventory->table_count,
             inventory->object_count);
}

static const char *state_word(enum step_state state)
{
    static const char *const words[] = { "not reached", "begun", "done", "nothing to do", "failed", "undone" };
    return words[state];
}

static void add_steps(struct buf *to, const struct model *model)
{
    buf_adds(to, "## The steps\n\n");
    for (size_t i = 0; i < STEP_COUNT; i++) {
        enum step_state state = model->steps[i].state;
        buf_addf(to, "%zu. ", i + 1);
        add_text(to, steps[i]->title);
        buf_addf(to, ": %s", state_word(state));
        if (state == STEP_DONE || state == STEP_FAILED) {
            buf_adds(to, ", ");
            quote_duration(to, model->steps[i].ms);
        }
        if (state == STEP_FAILED) {
            buf_adds(to, ": ");
            add_text(to, model->steps[i].text);
        }
        buf_addc(to, '\n');
    }
    buf_addc(to, '\n');
}

static void add_checks(struct buf *to, const char *heading, const struct model_check *checks, size_t count)
{
    static const char *const words[] = { "ok", "WARNING", "NOT SO" };
    if (count == 0)
        return;
    buf_addf(to, "## %s\n\n", heading);
    for (size_t i = 0; i < count; i++) {
        buf_addf(to, "- %s, ", words[checks[i].verdict]);
        add_text(to, checks[i].id);
        buf_adds(to, ": ");
        add_text(to, checks[i].text);
        buf_addc(to, '\n');
    }
    buf_addc(to, '\n');
}

static void add_notes(struct buf *to, const struct strings *notes)
{
    if (notes->count == 0)
        return;
    buf_adds(to, "## Notes\n\n");
    for (size_t i = 0; i < notes->count; i++) {
        buf_adds(to, "- ");
        add_text(to, notes->items[i]);
        buf_addc(to, '\n');
    }
    buf_addc(to, '\n');
}

/* The changes of the steps that were begun, latest first: the order in which they are taken back. */
static void add_way_back(struct buf *to, const struct world *world, const struct plan *plan, const struct model *model)
{
    size_t shown = 0;
    buf_adds(to, "## The way back\n\n");
    if (world->accepted) {
        buf_adds(to, "The run is accepted: what it had kept is gone, and it cannot be undone.\n\n");
        return;
    }
    for (size_t i = plan->count; i-- > 0;) {
        const struct change *change = &plan->changes[i];
        if (change->undo == NULL || change->step < 1 || change->step > STEP_COUNT ||
            model->steps[change->step - 1].state == STEP_PENDING)
            continue;
        buf_addf(to, "- step %d, %s: ", change->step, side_name(change->server));
        add_text(to, change->undo);
        buf_addc(to, '\n');
        shown++;
    }
    buf_adds(to, shown == 0 ? "Nothing has to be taken back.\n" : "\nIn this order, from the last change to the first.\n");
    if (model->advice != NULL && model->advice[0] != '\0') {
        buf_adds(to, "\nNext: ");
        add_text(to, model->advice);
        buf_addc(to, '\n');
    }
    buf_addc(to, '\n');
}

static void add_all(struct buf *to, const struct world *world, const struct plan *plan, const struct model *model)
{
    add_head(to, world, model);
    add_steps(to, model);
    add_checks(to, "The proof", model->proofs, model->proof_count);
    if (model->status != NULL) {
        buf_adds(to, "## The slave's status\n");
        add_block(to, model->status);
    }
    add_notes(to, &model->notes);
    add_way_back(to, world, plan, model);
    add_server(to, &world->facts.master);
    add_server(to, &world->facts.slave);
    add_inventory(to, &world->facts.master.inventory);
    add_checks(to, "Checks before the start", model->checks, model->check_count);
    if (model->plan != NULL) {
        buf_adds(to, "## The plan\n");
        add_block(to, model->plan);
    }
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put < 0 && errno != EINTR)
            return -1;
        if (put > 0) {
            bytes += put;
            len -= (size_t)put;
        }
    }
    return 0;
}

/* Beside its place first, so that nobody reads half a report. */
static int save(const char *path, const struct buf *text, struct err *err)
{
    char *fresh = mem_printf("%s.new", path);
    int rc = -1;
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || write_all(fd, buf_str(text), text->len) != 0 || fsync(fd) != 0)
        err_set_detail(err, ERR_IO, errno, "cannot write %s: %s", fresh, strerror(errno));
    else if (rename(fresh, path) != 0)
        err_set_detail(err, ERR_IO, errno, "cannot rename %s: %s", fresh, strerror(errno));
    else
        rc = 0;
    if (fd >= 0)
        (void)close(fd);
    if (rc != 0)
        (void)unlink(fresh);
    free(fresh);
    return rc;
}

int report_write(const char *path, const struct world *world, const struct plan *plan, const struct model *model,
                 struct err *err)
{
    struct buf text = BUF_INIT;
    add_all(&text, world, plan, model);
    int rc = save(path, &text, err);
    buf_free(&text);
    return rc;
}

int report_amend(const char *path, const char *line, struct err *err)
{
    char now[40];
    struct buf text = BUF_INIT;
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_set_detail(err, ERR_IO, errno, "cannot open %s: %s", path, strerror(errno));
    clock_iso(now, sizeof now);
    buf_addf(&text, "## Afterwards, %s\n\n", now);
    add_text(&text, line);
    buf_adds(&text, "\n\n");
    int rc = write_all(fd, buf_str(&text), text.len) == 0 && fsync(fd) == 0
                 ? 0
                 : err_set_detail(err, ERR_IO, errno, "cannot write %s: %s", path, strerror(errno));
    (void)close(fd);
    buf_free(&text);
    return rc;
}
