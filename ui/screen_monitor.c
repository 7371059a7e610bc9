/* The live screen's view: samples into series, series into graphs. Pure. */
#define _GNU_SOURCE 1 /* strcasestr */

#include "ui/monitor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quote.h"
#include "ui/app.h"
#include "ui/care.h"

#define GRAPH_ROWS 2
#define STATEMENTS_ROW 15

static void push(struct monitor_series *series, double value)
{
    if (series->count == MONITOR_POINTS)
        memmove(series->values, series->values + 1, (MONITOR_POINTS - 1) * sizeof *series->values);
    else
        series->count++;
    series->values[series->count - 1] = value;
}

/* How much a counter grew a second; NAN when it began anew. */
static double rate(uint64_t now, uint64_t before, uint64_t ms)
{
    return ms == 0 || now < before ? NAN : (double)(now - before) * 1000.0 / (double)ms;
}

/* Of a place in the logs. A new file counts from its begin. */
static double rate_of_place(const struct monitor_sample *now, const struct monitor_sample *before, uint64_t ms)
{
    const bool same = strcmp(now->log_file, before->log_file) == 0;
    return now->log_file[0] == '\0' ? NAN : rate(now->log_pos, same ? before->log_pos : 0, ms);
}

void monitor_apply(struct monitor_view *view, enum side side, const char *sample, uint64_t at_ms)
{
    struct monitor_server *server = &view->servers[side];
    struct monitor_sample now;
    monitor_read(sample, &now);
    const uint64_t ms = at_ms - server->last_ms;
    const bool gap = !server->seen || server->lost != NULL;
    if (side == SIDE_MASTER)
        push(&server->first, gap ? NAN : rate(now.queries, server->last.queries, ms));
    else
        push(&server->first, now.behind >= 0 ? (double)now.behind : NAN);
    push(&server->second, gap ? NAN : rate_of_place(&now, &server->last, ms));
    monitor_sample_free(&server->last);
    server->last = now;
    server->last_ms = at_ms;
    server->seen = true;
    free(server->lost);
    server->lost = NULL;
}

void monitor_lost(struct monitor_view *view, enum side side, const char *why)
{
    struct monitor_server *server = &view->servers[side];
    push(&server->first, NAN);
    push(&server->second, NAN);
    free(server->lost);
    server->lost = mem_dup(why);
}

void monitor_view_free(struct monitor_view *view)
{
    for (size_t i = 0; i < 2; i++) {
        monitor_sample_free(&view->servers[i].last);
        free(view->servers[i].lost);
    }
    dialog_close(&view->dialog);
}

/* Drawing. */

static double highest(const struct monitor_series *series, size_t from)
{
    double most = 0;
    for (size_t i = from; i < series->count; i++)
        if (!isnan(series->values[i]) && series->values[i] > most)
            most = series->values[i];
    return most;
}

/* Eighths of a row, from the ground; what is above nothing shows at least one. */
static void draw_point(struct canvas *canvas, int row, int col, double value, double most)
{
    int eighths = most > 0 ? (int)(value / most * 8 * GRAPH_ROWS + 0.5) : 0;
    if (eighths == 0 && value > 0)
        eighths = 1;
    if (eighths == 0) {
        canvas_put(canvas, row + GRAPH_ROWS - 1, col, 1, STYLE_DIM, canvas_glyph(canvas, GLYPH_LEVEL_1));
        return;
    }
    for (int i = GRAPH_ROWS - 1; i >= 0 && eighths > 0; i--, eighths -= 8) {
        const enum glyph level = (enum glyph)(GLYPH_LEVEL_1 + (eighths > 8 ? 8 : eighths) - 1);
        canvas_put(canvas, row + i, col, 1, STYLE_BAR, canvas_glyph(canvas, level));
    }
}

enum unit { UNIT_NUMBER, UNIT_BYTES, UNIT_SECONDS };

static void add_value(struct buf *to, double value, enum unit unit)
{
    if (isnan(value))
        buf_addc(to, '-');
    else if (unit == UNIT_BYTES) {
        quote_size(to, (unsigned long long)value);
        buf_adds(to, "/s");
    } else {
        buf_addf(to, unit == UNIT_SECONDS ? "%.0f s" : value < 10 ? "%.1f/s" : "%.0f/s", value);
    }
}

static void draw_graph(struct canvas *canvas, int row, int col, int width, const char *title, enum unit unit,
                       const struct monitor_series *series)
{
    const size_t shown = series->count < (size_t)width ? series->count : (size_t)width, from = series->count - shown;
    const double most = highest(series, from);
    struct buf now = BUF_INIT, top = BUF_INIT;
    add_value(&now, series->count > 0 ? series->values[series->count - 1] : NAN, unit);
    const int used = canvas_put(canvas, row, col, width, STYLE_TEXT, title) + 1;
    canvas_put(canvas, row, col + used, width - used, STYLE_STRONG, buf_str(&now));
    if (most > 0) {
        buf_adds(&top, "most ");
        add_value(&top, most, unit);
        canvas_right(canvas, row, col, width, STYLE_DIM, buf_str(&top));
    }
    for (size_t i = 0; i < shown; i++)
        if (!isnan(series->values[from + i]))
            draw_point(canvas, row + 1, col + width - (int)shown + (int)i, series->values[from + i], most);
    buf_free(&now);
    buf_free(&top);
}

/* "3 h 02 min" of a server that was started then. */
static void add_uptime(struct buf *to, uint64_t seconds)
{
    if (seconds >= 86400)
        buf_addf(to, "%llu days", (unsigned long long)(seconds / 86400));
    else
        quote_duration(to, (unsigned long long)seconds * 1000);
}

/* The version without what a distribution adds. */
static void draw_version(struct canvas *canvas, int row, int col, int width, const struct monitor_sample *sample)
{
    struct buf text = BUF_INIT;
    const bool mariadb = strcasestr(sample->version, "mariadb") != NULL;
    buf_addf(&text, "%s %.*s, up ", mariadb ? "MariaDB" : "MySQL", (int)strcspn(sample->version, "-"), sample->version);
    add_uptime(&text, sample->uptime_s);
    canvas_put(canvas, row, col, width, STYLE_TEXT, buf_str(&text));
    buf_free(&text);
}

static void draw_room(struct canvas *canvas, int row, int col, int width, const struct monitor_sample *sample)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%llu connection%s, disk: ", (unsigned long long)sample->connections, sample->connections == 1 ? "" : "s");
    quote_size(&text, sample->disk_free);
    buf_adds(&text, " free");
    canvas_put(canvas, row, col, width, STYLE_TEXT, buf_str(&text));
    buf_free(&text);
}

static void draw_master(struct canvas *canvas, int row, int col, int width, const struct monitor_sample *sample)
{
    struct buf text = BUF_INIT;
    if (sample->log_file[0] == '\0') {
        canvas_put(canvas, row, col, width, STYLE_ERROR, "writes no binary log");
    } else {
        canvas_putf(canvas, row, col, width, STYLE_TEXT, "writes %s %llu", sample->log_file, (unsigned long long)sample->log_pos);
        buf_addf(&text, "%llu binary log%s: ", (unsigned long long)sample->log_count, sample->log_count == 1 ? "" : "s");
        quote_size(&text, sample->log_bytes);
        canvas_put(canvas, row + 1, col, width, STYLE_TEXT, buf_str(&text));
    }
    buf_free(&text);
}

static int draw_thread(struct canvas *canvas, int row, int col, const char *name, const char *state)
{
    const bool good = strcasecmp(state, "Yes") == 0;
    int used = canvas_putf(canvas, row, col, -1, STYLE_TEXT, "%s ", name);
    used += canvas_putf(canvas, row, col + used, -1, good ? STYLE_OK : STYLE_ERROR, "%s%s",
                        canvas_glyph(canvas, good ? GLYPH_OK : GLYPH_ERROR), state);
    return used + 2;
}

/* Bytes that the master has written and the slave has not executed, when both are in one file. */
static void add_behind(struct buf *to, const struct monitor_sample *slave, const struct monitor_sample *master)
{
    if (strcmp(slave->log_file, master->log_file) != 0 || master->log_pos <= slave->log_pos)
        return;
    buf_adds(to, ", ");
    quote_size(to, master->log_pos - slave->log_pos);
    buf_adds(to, " to go");
}

static void draw_slave(struct canvas *canvas, int row, int col, int width, const struct monitor_sample *sample,
                       const struct monitor_server *master)
{
    struct buf text = BUF_INIT;
    if (!sample->configured) {
        canvas_put(canvas, row, col, width, STYLE_ERROR, "is no slave of anybody");
        return;
    }
    int at = draw_thread(canvas, row, col, "IO", sample->io);
    at += draw_thread(canvas, row, col + at, "SQL", sample->sql);
    if (sample->behind >= 0)
        canvas_putf(canvas, row, col + at, width - at, sample->behind >= 60 ? STYLE_WARNING : STYLE_TEXT, "%lld s behind", sample->behind);
    else
        canvas_put(canvas, row, col + at, width - at, STYLE_ERROR, "delay unknown");
    if (sample->error[0] != '\0') {
        canvas_put(canvas, row + 1, col, width, STYLE_ERROR, sample->error);
        return;
    }
    buf_addf(&text, "relay logs: ");
    quote_size(&text, sample->log_bytes);
    if (master->seen)
        add_behind(&text, sample, &master->last);
    canvas_put(canvas, row + 1, col, width, STYLE_TEXT, buf_str(&text));
    buf_free(&text);
}

/* Lost, or silent for longer than a look takes: since when, and why. True: there is something to be said. */
static bool draw_silence(const struct monitor_view *view, enum side side, struct canvas *canvas, int row, int col, int width)
{
    const struct monitor_server *server = &view->servers[side];
    const bool away = server->seen && server->lost == NULL && server->last_ms < view->begun_ms; /* nobody looked since */
    const uint64_t since = server->seen && !away ? server->last_ms : view->begun_ms;
    const uint64_t silent = view->now_ms > since ? view->now_ms - since : 0;
    struct buf text = BUF_INIT;
    if (server->lost == NULL && (view->paused || silent < MONITOR_SILENT_MS))
        return false;
    buf_adds(&text, "no answer for ");
    quote_duration(&text, silent);
    canvas_put(canvas, row, col, width, STYLE_ERROR, buf_str(&text));
    if (server->lost != NULL) {
        struct lines lines = LINES_INIT;
        size_t top = 0;
        lines_wrap(&lines, STYLE_WARNING, width, 0, server->lost);
        lines_draw(canvas, row + 1, col, 3, width, &lines, &top);
        lines_free(&lines);
    }
    buf_free(&text);
    return true;
}

static void draw_server(const struct monitor_view *view, enum side side, struct canvas *canvas, int col, int width)
{
    const struct monitor_server *server = &view->servers[side];
    const bool master = side == SIDE_MASTER;
    char *title = mem_printf("%s %s", master ? "Master" : "Slave", view->hosts[side]);
    rule_draw(canvas, 2, col, width, title);
    free(title);
    if (!draw_silence(view, side, canvas, 3, col, width)) {
        if (!server->seen) {
            canvas_put(canvas, 3, col, width, STYLE_DIM, "connecting ...");
            return;
        }
        draw_version(canvas, 3, col, width, &server->last);
        if (master)
            draw_master(canvas, 4, col, width, &server->last);
        else
            draw_slave(canvas, 4, col, width, &server->last, &view->servers[SIDE_MASTER]);
        draw_room(canvas, 6, col, width, &server->last);
    }
    draw_graph(canvas, 8, col, width, master ? "queries" : "behind", master ? UNIT_NUMBER : UNIT_SECONDS, &server->first);
    draw_graph(canvas, 11, col, width, master ? "binlog" : "executed", UNIT_BYTES, &server->second);
}

static void draw_statements(struct monitor_view *view, struct canvas *canvas)
{
    const struct monitor_server *slave = &view->servers[SIDE_SLAVE];
    const int width = canvas->cols - 2, rows = canvas->rows - STATEMENTS_ROW - 2;
    rule_draw(canvas, STATEMENTS_ROW - 1, 1, width, "Statements on the slave");
    if (!slave->seen || slave->lost != NULL)
        return;
    if (slave->last.statement_count == 0)
        canvas_put(canvas, STATEMENTS_ROW, 1, width, STYLE_DIM, "none but replication's own");
    if (view->top >= slave->last.statement_count)
        view->top = slave->last.statement_count > 0 ? slave->last.statement_count - 1 : 0;
    for (size_t i = view->top; i < slave->last.statement_count && i - view->top < (size_t)rows; i++) {
        const struct monitor_statement *one = &slave->last.statements[i];
        const int row = STATEMENTS_ROW + (int)(i - view->top);
        canvas_putf(canvas, row, 1, 8, STYLE_DIM, "%7llu", (unsigned long long)one->id);
        canvas_putf(canvas, row, 9, 7, one->seconds >= 60 ? STYLE_WARNING : STYLE_TEXT, "%5llu s", (unsigned long long)one->seconds);
        canvas_put(canvas, row, 17, 12, STYLE_STRONG, one->user);
        canvas_put(canvas, row, 30, width - 29, STYLE_TEXT, one->text);
    }
    lines_where(canvas, canvas->rows - 2, 1, width, STYLE_DIM, view->top, (size_t)rows, slave->last.statement_count);
}

static void draw_frame(const struct monitor_view *view, struct canvas *canvas)
{
    static const struct {
        const char *key, *label;
    } own[] = { { "p", "pause" }, { "F1", "help" }, { "q", "quit" } };
    int col = 1;
    canvas_fill(canvas, 0, 0, 1, canvas->cols, STYLE_TITLE);
    canvas_put(canvas, 0, 1, -1, STYLE_TITLE, "dualserver");
    canvas_putf(canvas, 0, 13, -1, STYLE_TITLE, "Monitor  %s", view->database);
    canvas_right(canvas, 0, 0, canvas->cols - 1, STYLE_TITLE, view->paused ? "paused" : "every 2 s");
    canvas_fill(canvas, canvas->rows - 1, 0, 1, canvas->cols, STYLE_KEYS);
    for (size_t i = 0; i < care_action_count; i++) {
        if (care_actions[i]->show == NULL)
            continue;
        col += canvas_putf(canvas, canvas->rows - 1, col, -1, STYLE_STRONG, "%c", care_actions[i]->key) + 1;
        col += canvas_put(canvas, canvas->rows - 1, col, -1, STYLE_KEYS, care_actions[i]->label) + 2;
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        col += canvas_put(canvas, canvas->rows - 1, col, -1, STYLE_STRONG, own[i].key) + 1;
        col += canvas_put(canvas, canvas->rows - 1, col, -1, STYLE_KEYS, own[i].label) + 2;
    }
}

void monitor_draw(struct monitor_view *view, struct canvas *canvas)
{
    const int width = (canvas->cols - 4) / 2;
    canvas_clear(canvas);
    if (app_too_small(canvas))
        return;
    draw_frame(view, canvas);
    draw_server(view, SIDE_MASTER, canvas, 1, width);
    draw_server(view, SIDE_SLAVE, canvas, 3 + width, width);
    draw_statements(view, canvas);
    if (view->dialog.kind != DIALOG_NONE)
        dialog_draw(&view->dialog, canvas);
}
