/* The journal read again, kept facts and definitions, and from where a run goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/engine/resume_from.h"
#include "base/mem.h"
#include "engine/kept.h"
#include "engine/past.h"
#include "engine/runs.h"
#include "steps/copy_way.h"
#include "steps/kept_definitions.h"

#define BEGIN                                                                                                            \
    "{\"t\":\"T0\",\"kind\":\"begin\",\"run\":\"R1\",\"answers\":\"[run]\\ndatabase = billing\\n\",\"database\":\"billing\"," \
    "\"plan_sha256\":\"ab\",\"master\":{\"host\":\"m\"},\"slave\":{\"host\":\"s\"},\"master_folder\":\"/m\",\"slave_folder\":\"/s\"}\n"
#define INTENT(index, step, what) "{\"kind\":\"intent\",\"step\":" step ",\"change\":" index ",\"server\":\"slave\",\"what\":\"" what "\"}\n"
#define DONE(index) "{\"kind\":\"done\",\"change\":" index "}\n"

static struct past parse(const char *text)
{
    struct past past;
    struct err err = ERR_INIT;
    assert_int_equal(past_parse("/state/runs/R1", text, strlen(text), &past, &err), 0);
    return past;
}

static void torn_lines_are_passed_over(void **state)
{
    (void)state;
    struct past past = parse(BEGIN INTENT("0", "1", "edit") "{\"kind\":\"done\",\"cha\n" "\x01\x02garbage\n" INTENT("1", "2", "stop")
                             "{\"kind\":\"learnt\",\"name\":\"coordinates\",\"value\":\"bin.1:4\"}\n{\"kind\":\"do");
    assert_string_equal(past.run, "R1");
    assert_int_equal(past.spoilt, 3);
    assert_int_equal(past.change_count, 2);
    assert_true(past.changes[0].done); /* its line is spoilt, but the next one was begun */
    assert_false(past.changes[1].done); /* and nothing tells of this one's end: taken for not done */
    assert_string_equal(past_word(&past, "coordinates"), "bin.1:4");
    assert_null(past_word(&past, "binlogs_before"));
    assert_int_equal(past_state(&past), PAST_UNFINISHED);
    past_free(&past);
}

static void without_a_beginning_it_is_no_journal(void **state)
{
    (void)state;
    struct past past;
    struct err err = ERR_INIT;
    assert_int_equal(past_parse("/f", DONE("0"), strlen(DONE("0")), &past, &err), -1);
    assert_int_equal(err.code, ERR_DATA);
}

static void states_of_a_run(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum past_state state;
        const char *says;
    } cases[] = {
        { BEGIN, PAST_UNTOUCHED, "changed nothing" },
        { BEGIN INTENT("0", "1", "a"), PAST_UNFINISHED, "`dualserver resume`" },
        { BEGIN "garbage\n", PAST_UNFINISHED, "`dualserver resume`" }, /* it may have told of a change */
        { BEGIN INTENT("0", "1", "a") DONE("0") "{\"kind\":\"end\",\"ok\":true}\n", PAST_PROVEN, "`dualserver accept`" },
        { BEGIN INTENT("0", "1", "a") "{\"kind\":\"end\",\"ok\":false}\n", PAST_UNFINISHED, "`dualserver undo`" },
        { BEGIN INTENT("0", "1", "a") "{\"kind\":\"end\",\"ok\":false,\"nothing_left\":true}\n", PAST_UNTOUCHED, "taken back" },
        { BEGIN INTENT("0", "1", "a") "{\"kind\":\"end\",\"ok\":false,\"nothing_left\":true}\n{\"kind\":\"resume\"}\n", PAST_UNFINISHED, "resume" },
        { BEGIN INTENT("0", "1", "a") "{\"kind\":\"undo\"}\n", PAST_UNDOING, "goes on with it" },
        { BEGIN INTENT("0", "1", "a") "{\"kind\":\"undo\"}\n{\"kind\":\"undone\"}\n", PAST_UNDONE, "taken back" },
        { BEGIN INTENT("0", "1", "a") DONE("0") "{\"kind\":\"end\",\"ok\":true}\n{\"kind\":\"accepting\"}\n", PAST_ACCEPTING, "`dualserver accept` goes on" },
        { BEGIN INTENT("0", "1", "a") DONE("0") "{\"kind\":\"end\",\"ok\":true}\n{\"kind\":\"accepting\"}\n{\"kind\":\"accepted\"}\n", PAST_ACCEPTED, "gone" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct past past = parse(cases[i].text);
        struct buf text = BUF_INIT;
        assert_int_equal(past_state(&past), cases[i].state);
        past_describe(&past, &text);
        if (strstr(buf_str(&text), cases[i].says) == NULL)
            fail_msg("case %zu does not say '%s': %s", i, cases[i].says, buf_str(&text));
        buf_free(&text);
        past_free(&past);
    }
}

/* A plan of a directory run in small: one change a step, and its journal up to a point. */
static const char *const whats[] = { "1", "2", "3", "4", "5", "6", "7 aside", "7 stop", "8", "9", "10", "11", "12 point", "12 start", "13", "14" };
static const int at_step[] = { 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 12, 12, 13, 14 };
#define CHANGES (sizeof whats / sizeof whats[0])

static void plan_of(struct plan *plan, struct copy_way *way, int again)
{
    *way = (struct copy_way){ .id = "test", .again = again };
    *plan = (struct plan){ .way = way };
    for (size_t i = 0; i < CHANGES; i++)
        plan_add(plan, &(struct change){ .kind = CHANGE_RUN, .server = SIDE_SLAVE, .step = at_step[i], .what = mem_dup(whats[i]),
                                         .destroys = i == 6, .restarts = i == 7 || i == 1,
                                         .after = i == 4    ? mem_dup("x " SECRET_REPLICATION_NATIVE)
                                                  : i == 12 ? mem_dup("y " SECRET_REPLICATION)
                                                  : i == 15 ? mem_dup("z " SECRET_REPORTS_SHA2)
                                                            : NULL });
}

/* The first `done` changes are done, the next one was begun. */
static struct past journal_of(size_t done, const char *more)
{
    struct buf text = BUF_INIT;
    buf_adds(&text, BEGIN);
    for (size_t i = 0; i <= done && i < CHANGES; i++) {
        buf_addf(&text, "{\"kind\":\"intent\",\"step\":%d,\"change\":%zu,\"server\":\"slave\",\"what\":\"%s\"}\n", at_step[i], i, whats[i]);
        if (i < done)
            buf_addf(&text, "{\"kind\":\"done\",\"change\":%zu}\n", i);
    }
    buf_adds(&text, more);
    struct past past = parse(buf_str(&text));
    buf_free(&text);
    return past;
}

static void where_a_run_goes_on(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t done;
        int again;
        struct resume_probe probe;
        const char *more;
        int step, back;
        bool discard;
        const char *left; /* by change */
    } cases[] = {
        { "nothing done", 0, 0, { 0 }, "", 1, 0, false, "xxxxxxxxxxxxxxxx" },
        { "copy half done", 2, 0, { .copy_usable = true }, "", 3, 2, false, ".xxxxxxxxxxxxxxx" },
        { "copy done", 3, 0, { .copy_usable = true }, "", 4, 0, false, "...xxxxxxxxxxxxx" },
        { "the master started without its new options", 3, 0, { .copy_usable = true, .master_as_before = true }, "", 4, 2, false, ".xxxxxxxxxxxxxxx" },
        { "likewise, and the data is taken later", 3, 6, { .master_as_before = true }, "", 4, 2, false, ".xxxxxxxxxxxxxxx" },
        { "not stopped yet", 1, 6, { .master_as_before = true }, "", 2, 0, false, ".xxxxxxxxxxxxxxx" },
        { "started as wanted", 3, 6, { 0 }, "", 4, 0, false, "...xxxxxxxxxxxxx" },
        { "later its settings are those of before", 4, 6, { .master_as_before = true }, "", 5, 0, false, "....xxxxxxxxxxxx" },
        { "copy lost", 3, 0, { .copy_usable = false }, "", 4, 2, false, ".xxxxxxxxxxxxxxx" },
        { "shipping", 5, 0, { .copy_usable = true }, "", 6, 0, false, ".....xxxxxxxxxxx" },
        { "aside half done", 6, 0, { .copy_usable = true }, "", 7, 0, false, "......xxxxxxxxxx" },
        { "swap: the slave is stopped again", 8, 0, { .copy_usable = true }, "", 8, 0, false, ".......xxxxxxxxx" },
        { "adopting, password made anew", 11, 0, { .copy_usable = true, .generated = true }, "", 11, 0, false, "....x......xxxxx" },
        { "adopting, slave rebooted: never the aside again", 11, 0, { .copy_usable = true, .slave_rebooted = true }, "", 11, 6, true,
          ".....x.xxxxxxxxx" },
        { "adopting failed by itself", 11, 0, { .copy_usable = true }, "{\"kind\":\"failed\",\"change\":11,\"code\":12}\n", 11, 6, true,
          ".....x.xxxxxxxxx" },
        { "adopting, connection lost", 11, 0, { .copy_usable = true }, "{\"kind\":\"failed\",\"change\":11,\"code\":7}\n", 11, 0, false,
          "...........xxxxx" },
        { "pointed, not started", 13, 0, { .generated = true }, "", 12, 0, false, ".............xxx" },
        { "pointing: again, with a new password", 12, 0, { .generated = true }, "", 12, 0, false, "....x.......xxxx" },
        { "pointing, and an earlier resume broke off while it renewed the password", 12, 0, { .generated = true },
          "{\"kind\":\"intent\",\"step\":5,\"change\":4,\"server\":\"slave\",\"what\":\"5\"}\n", 12, 0, false, "....x.......xxxx" },
        { "sent again, and broken off before it arrived: what was in place is not", 5, 0, { .copy_usable = true },
          INTENT("5", "6", "6") DONE("5") INTENT("6", "7", "7 aside") DONE("6") INTENT("8", "8", "8") DONE("8")
          "{\"kind\":\"again\",\"change\":5}\n{\"kind\":\"again\",\"change\":8}\n{\"kind\":\"discard\"}\n", 6, 0, true,
          ".....x.xxxxxxxxx" },
        { "proof differs", 14, 0, { .copy_usable = true }, "{\"kind\":\"failed\",\"change\":14,\"code\":13}\n", 13, 2, true,
          ".xxxxx.xxxxxxxxx" },
        { "granting: the proof again", 15, 0, { 0 }, "", 14, 0, false, "..............xx" },
        { "all done, no verdict: the reports' password is made anew", 16, 0, { 0 }, "", 13, 0, false, "..............xx" },
        { "a spoilt line among them", 0, 0, { .copy_usable = true }, "garbage\n" INTENT("3", "4", "4"), 4, 0, false, "...xxxxxxxxxxxxx" },
        { "rows: streaming", 5, 6, { .copy_usable = true }, "", 6, 6, false, ".....xxxxxxxxxxx" },
        { "rows: restart", 2, 6, { 0 }, "", 3, 0, false, "..xxxxxxxxxxxxxx" },
    };
    assert_int_equal(ERR_UNSUPPORTED - 1, ERR_DATA);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct plan plan;
        struct copy_way way;
        struct resume_from from;
        bool left[CHANGES];
        char shown[CHANGES + 1] = "";
        plan_of(&plan, &way, cases[i].again);
        struct past past = journal_of(cases[i].done, cases[i].more);
        resume_decide(&past, &plan, &cases[i].probe, left, &from);
        assert_int_equal(past_differs(&past), strcmp(cases[i].name, "proof differs") == 0);
        for (size_t c = 0; c < CHANGES; c++)
            shown[c] = left[c] ? 'x' : '.';
        if (strcmp(shown, cases[i].left) != 0 || from.step != cases[i].step || from.back != cases[i].back || from.discard != cases[i].discard)
            fail_msg("%s: step %d, back %d, discard %d, %s", cases[i].name, from.step, from.back, from.discard, shown);
        past_free(&past);
        plan_free(&plan);
    }
}

static void definitions_come_back(void **state)
{
    (void)state;
    struct definition items[] = {
        { .kind = DEFINE_TABLE, .name = "t 1\n2", .sql = "CREATE TABLE `t` (\n  a INT\n)" },
        { .kind = DEFINE_EVENT, .name = "e", .sql_mode = "", .charset = "latin1", .sql = "12:CREATE $$ -\n" },
    };
    const struct definitions definitions = { .items = items, .count = 2 };
    struct definitions back;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    kept_definitions_render(&definitions, &text);
    assert_int_equal(kept_definitions_parse(buf_str(&text), text.len, &back, &err), 0);
    assert_int_equal(back.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(back.items[i].kind, items[i].kind);
        assert_string_equal(back.items[i].name, items[i].name);
        assert_string_equal(back.items[i].sql, items[i].sql);
    }
    assert_null(back.items[0].charset);
    assert_string_equal(back.items[1].sql_mode, "");
    definitions_free(&back);
    for (size_t len = 1; len < text.len; len++) { /* every cut is noticed, but one between two definitions */
        char *cut = mem_dup_n(buf_str(&text), len);
        if (kept_definitions_parse(cut, len, &back, &err) == 0) {
            assert_int_equal(back.count, 1);
            definitions_free(&back);
        }
        free(cut);
    }
    buf_free(&text);
}

static void secrets_are_not_kept(void **state)
{
    (void)state;
    static struct setting settings[] = { { "report_password", "hush-hush" }, { "port", "3306" },
                                         { "caching_sha2_password_digest_rounds", "5000" }, { "default_authentication_plugin", "x" } };
    char *line[] = { "report_password=hush-hush", "port=3306" };
    struct facts facts = { .master.version = "10.11.14-MariaDB", .slave.version = "10.11.14-MariaDB", .slave.side = SIDE_SLAVE };
    struct buf text = BUF_INIT;
    facts.master.settings = settings;
    facts.master.setting_count = 4;
    static char run[] = "r1", start[] = "mysql-bin.000007:4";
    facts.copy = (struct shared_copy){ .run = run, .start = start };
    facts.master.command_line = (struct strings){ .items = line, .count = 2 };
    kept_render(&facts, &text);
    assert_null(strstr(buf_str(&text), "hush"));
    struct facts back = { .master.side = SIDE_MASTER, .slave.side = SIDE_SLAVE };
    struct err err = ERR_INIT;
    assert_int_equal(kept_parse(buf_str(&text), &back, &err), 0);
    assert_string_equal(facts_setting(&back.master, "caching_sha2_password_digest_rounds"), "5000");
    assert_string_equal(facts_setting(&back.master, "default_authentication_plugin"), "x");
    assert_string_equal(facts_setting(&back.master, "report_password"), "");
    assert_string_equal(back.copy.run, "r1");
    assert_string_equal(back.copy.start, "mysql-bin.000007:4");
    assert_null(back.first_slave);
    assert_non_null(back.master.dialect);
    assert_int_equal(kept_parse("{\"master\":{}}", &back, &err), -1);
    assert_int_equal(kept_parse("{\"mast", &back, &err), -1);
    facts_free(&back);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torn_lines_are_passed_over), cmocka_unit_test(without_a_beginning_it_is_no_journal),
        cmocka_unit_test(states_of_a_run),            cmocka_unit_test(where_a_run_goes_on),
        cmocka_unit_test(definitions_come_back),      cmocka_unit_test(secrets_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
