/* Every statement of a run, for servers of many versions: the real discovery, plan and steps against a server that is written
 * down (servers/NAME.txt), compared with golden/statements/NAME.txt. `UPDATE=1` writes those anew: read the difference, line
 * by line, with the manual of that version beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/check.h"
#include "rig.h"
#include "steps/copy_way.h"
#include "steps/step.h"

/* What stands between quotes behind these words is different in every run, or a secret. */
static const char *const hidden[] = { "IDENTIFIED BY '", "IDENTIFIED BY PASSWORD '", " USING '", " AS '", "_PASSWORD = '",
                                      "PASSWORD('", "' = '", "_LOCK('dualserver-" };

static void add_masked(struct buf *to, const char *sql)
{
    while (*sql != '\0') {
        size_t skip = 0;
        for (size_t i = 0; i < sizeof hidden / sizeof hidden[0] && skip == 0; i++)
            if (strncmp(sql, hidden[i], strlen(hidden[i])) == 0)
                skip = strlen(hidden[i]);
        if (skip == 0) {
            buf_addc(to, *sql++);
            continue;
        }
        buf_add(to, sql, skip);
        buf_adds(to, "********");
        sql += skip + strcspn(sql + skip, "'");
    }
}

/* What was told since: what changes something once a section, what only reads once at all, for each server. */
static void write_told(struct rig *rig)
{
    for (; rig->from < rig->tape.count; rig->from++) {
        const struct tape_line *told = &rig->tape.lines[rig->from];
        struct buf line = BUF_INIT;
        buf_adds(&line, told->side == SIDE_MASTER ? "master  " : "slave   ");
        add_masked(&line, told->sql);
        if (told->code != 0)
            buf_addf(&line, "  -> error %u", told->code);
        struct strings *said = reads(told->sql) ? &rig->read : &rig->said;
        if (!strings_has(said, buf_str(&line))) {
            strings_add(said, buf_str(&line));
            buf_addf(&rig->golden, "%s\n", buf_str(&line));
        }
        buf_free(&line);
    }
}

static void begin_section(struct rig *rig, const char *title)
{
    write_told(rig);
    strings_free(&rig->said);
    buf_addf(&rig->golden, "\n== %s\n", title);
}

static void must(struct rig *rig, int rc, const struct err *err, const char *what)
{
    if (rc == 0)
        return;
    write_told(rig);
    fputs(buf_str(&rig->golden), stderr); /* cmocka cuts what is long */
    fail_msg("%s: %s: %s", rig->texts[SIDE_SLAVE].version, what, err->text);
}

static void write_tables(struct rig *rig)
{
    const struct inventory *inventory = &rig->world.facts.master.inventory;
    begin_section(rig, "how the tables travel");
    for (size_t i = 0; i < inventory->table_count; i++) {
        const struct table *table = &inventory->tables[i];
        buf_addf(&rig->golden, "%s, %s: %s%s%s\n", table->name, table->engine, carry_name(table->carry),
                 table->because != NULL ? ": " : "", table->because != NULL ? table->because : "");
    }
    for (size_t i = 0; i < inventory->object_count; i++)
        buf_addf(&rig->golden, "%s\n", inventory->objects[i].name);
}

static void write_checks(struct rig *rig)
{
    begin_section(rig, "checks that warn or refuse");
    for (size_t i = 0; i < check_count; i++) {
        struct buf text = BUF_INIT;
        const enum check_verdict verdict = checks[i].test(&rig->world.facts, &rig->answers, &text);
        if (verdict != CHECK_OK)
            buf_addf(&rig->golden, "%s %s: %s\n", verdict == CHECK_REFUSED ? "refused" : "warned ", checks[i].id, buf_str(&text));
        buf_free(&text);
    }
}

/* The lines that an edit of an option file adds and takes away. */
static void write_edit(struct rig *rig, const struct change *change)
{
    struct buf diff = BUF_INIT;
    cnf_diff(&diff, change->path, change->before, strlen(change->before), change->after, strlen(change->after));
    char *text = buf_steal(&diff), *at = text;
    for (char *line; (line = text_line(&at)) != NULL;)
        if ((*line == '+' || *line == '-') && line[1] != *line) {
            char *edit = mem_printf("%s %s", change->path, line);
            tape_add(&rig->tape, change->server, edit, 0);
            free(edit);
        }
    free(text);
}

/* Rows are sent from server to server; files are not, because there are none. */
static void ship(struct rig *rig, const struct change *change)
{
    struct err err = ERR_INIT;
    const int rc = change->apply(&rig->world, change, &err);
    must(rig, rc != 0 && err.code == ERR_UNSUPPORTED ? 0 : rc, &err, change->what);
}

static void apply(struct rig *rig, const struct change *change)
{
    struct err err = ERR_INIT;
    if (change->kind == CHANGE_FILE)
        write_edit(rig, change);
    else if (change->kind == CHANGE_SHIP)
        ship(rig, change);
    else if (change->apply != NULL)
        must(rig, change->apply(&rig->world, change, &err), &err, change->what);
    else if (change->kind == CHANGE_SQL)
        must(rig, change_apply_sql(&rig->world, change, &err), &err, change->what);
    write_told(rig);
}

static void run_steps(struct rig *rig)
{
    struct err err = ERR_INIT;
    must(rig, steps_plan(&rig->world.facts, &rig->answers, &rig->plan, &err), &err, "plan");
    rig->world.plan = &rig->plan;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        char *title = mem_printf("step %d, %s", steps[i]->number, steps[i]->title);
        begin_section(rig, title);
        for (size_t c = 0; c < rig->plan.count; c++)
            if (rig->plan.changes[c].step == steps[i]->number)
                apply(rig, &rig->plan.changes[c]);
        if (steps[i]->verify != NULL)
            must(rig, steps[i]->verify(&rig->world, &err), &err, title);
        free(title);
    }
    write_told(rig);
}

/* What no server of that version knows is a defect, also where its refusal does no harm. */
static void all_known(const struct rig *rig)
{
    size_t unknown = 0;
    for (size_t i = 0; i < rig->tape.count; i++) {
        const struct tape_line *told = &rig->tape.lines[i];
        const char *version = rig->texts[told->side].version;
        const struct history_line *line = history_refuses(&rig->history, version, told->sql);
        if (line == NULL)
            continue;
        fprintf(stderr, "%s: %s\n    %s: MySQL %s, MariaDB %s (%s)\n", version, told->sql, line->pattern, line->ranges[0],
                line->ranges[1], line->source);
        unknown++;
    }
    if (unknown > 0)
        fail_msg("%zu statements that their server's version does not know", unknown);
}

static void compare(struct rig *rig, const char *name)
{
    char *path = mem_printf(UNIT_FOLDER "/golden/statements/%s.txt", name), *line = NULL;
    struct buf golden = BUF_INIT;
    size_t room = 0;
    if (getenv("UPDATE") != NULL) {
        FILE *stream = fopen(path, "w");
        assert_non_null(stream);
        fputs(buf_str(&rig->golden), stream);
        assert_int_equal(fclose(stream), 0);
    }
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        fail_msg("there is no %s: UPDATE=1 writes it", path);
    while (getline(&line, &room, stream) >= 0)
        buf_adds(&golden, line);
    fclose(stream);
    if (strcmp(buf_str(&golden), buf_str(&rig->golden)) != 0) {
        struct buf diff = BUF_INIT;
        cnf_diff(&diff, path, golden.data, golden.len, rig->golden.data, rig->golden.len);
        fputs(buf_str(&diff), stderr);
        fail_msg("%s: other statements than the golden ones; UPDATE=1 takes them over, if they are right", name);
    }
    free(line);
    free(path);
    buf_free(&golden);
}

static void write_head(struct rig *rig)
{
    const char *master = rig->texts[SIDE_MASTER].version, *slave = rig->texts[SIDE_SLAVE].version;
    const bool pair = strcmp(master, slave) != 0;
    buf_addf(&rig->golden, "# What a run says to %s%s%s. A statement that only reads stands where it comes first.\n",
             pair ? "" : "two servers ", master, pair ? ", master, and " : "");
    if (pair)
        buf_addf(&rig->golden, "# the slave %s.\n", slave);
}

static void try_run(const char *master, const char *slave, const char *golden, enum copy_method copy)
{
    struct rig rig;
    struct err err = ERR_INIT;
    rig_open(&rig, master, slave);
    rig_lock(&rig);
    rig.answers.copy = copy;
    write_head(&rig);
    begin_section(&rig, "looking");
    must(&rig, facts_gather(&rig.world, &rig.world.facts, &err), &err, "looking");
    write_told(&rig);
    copy_way_carry(copy_way_wanted(&rig.world.facts, &rig.answers), &rig.world.facts.master.inventory);
    write_checks(&rig);
    write_tables(&rig);
    run_steps(&rig);
    all_known(&rig);
    compare(&rig, golden);
    rig_close(&rig);
}

/* The database's files. The state is the name of a description, or "MASTER to SLAVE". */
static void statements_of_a_run(void **state)
{
    static const char between[] = " to ";
    const char *names = *state, *to = strstr(names, between);
    char *master = to != NULL ? mem_dup_n(names, (size_t)(to - names)) : mem_dup(names);
    const char *slave = to != NULL ? to + sizeof between - 1 : master;
    char *golden = to != NULL ? mem_printf("%s_%s", master, slave) : mem_dup(master);
    try_run(master, slave, golden, COPY_DIRECTORY);
    free(golden);
    free(master);
}

/* All tables as rows of a snapshot. */
static void statements_of_rows(void **state)
{
    char *golden = mem_printf("%s.rows", (const char *)*state);
    try_run(*state, *state, golden, COPY_ROWS);
    free(golden);
}

/* The plan of a further slave, which is served from the copy that was taken for the first one. */
static void plan_of_a_further_slave(void **state)
{
    struct rig rig;
    struct err err = ERR_INIT;
    char *golden = mem_printf("%s.further", (const char *)*state);
    rig_open(&rig, *state, *state);
    rig_lock(&rig);
    must(&rig, facts_gather(&rig.world, &rig.world.facts, &err), &err, "looking");
    strings_free(&rig.said);
    buf_clear(&rig.golden);
    struct facts *facts = &rig.world.facts;
    facts->first_slave = mem_dup("db2.example.com");
    strings_add(&facts->taken_ids, "2");
    facts->copy = (struct shared_copy){ .run = mem_dup("20260102-030405-abcd"), .slave = mem_dup("db2.example.com"),
                                        .folder = mem_dup("/var/lib/.dualserver-20260102-030405-abcd"), .way = mem_dup("directory"),
                                        .start = mem_dup("mysql-bin.000002:4") };
    copy_way_carry(copy_way_wanted(facts, &rig.answers), &facts->master.inventory);
    must(&rig, steps_plan(facts, &rig.answers, &rig.plan, &err), &err, "plan");
    assert_int_equal(rig.plan.forecast_ms, 0);
    for (size_t i = 0; i < rig.plan.count; i++)
        assert_false(rig.plan.changes[i].restarts && rig.plan.changes[i].server == SIDE_MASTER);
    buf_addf(&rig.golden, "# The plan of a further slave, on two servers %s.\n", rig.texts[SIDE_MASTER].version);
    plan_render(&rig.plan, &rig.golden);
    compare(&rig, golden);
    rig_close(&rig);
    free(golden);
}

#define RUN(names) { "statements " names, statements_of_a_run, NULL, NULL, (void *)(names) }
#define SERVER(name) RUN(name), { "statements " name ", rows", statements_of_rows, NULL, NULL, (void *)(name) }

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER("mysql-4.1"),
        SERVER("mysql-5.0"),
        SERVER("mysql-5.5"),
        SERVER("mysql-5.7"),
        SERVER("mysql-8.0"),
        SERVER("mysql-8.4"),
        SERVER("mysql-9.7"),
        SERVER("mariadb-5.5"),
        SERVER("mariadb-10.1"),
        SERVER("mariadb-10.6"),
        SERVER("mariadb-10.11"),
        SERVER("mariadb-11.4"),
        { "plan mariadb-10.11, further", plan_of_a_further_slave, NULL, NULL, (void *)"mariadb-10.11" },
        { "plan mysql-9.7, further", plan_of_a_further_slave, NULL, NULL, (void *)"mysql-9.7" },
        RUN("mysql-5.7 to mysql-8.0"),
        RUN("mysql-8.0 to mysql-8.4"),
        RUN("mysql-8.4 to mysql-9.7"),
        RUN("mariadb-5.5 to mariadb-10.1"),
        RUN("mariadb-10.6 to mariadb-11.4"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
