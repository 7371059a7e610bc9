#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "options.h"

/* Splits a line at spaces and parses it. */
static int parse(const char *line, struct options *options, struct err *err)
{
    static char copy[400], *words[40];
    int count = 0;
    char *at = copy;
    strncpy(copy, line, sizeof copy - 1);
    for (char *word; count < 39 && (word = strtok_r(at, " ", &at)) != NULL;)
        words[count++] = word;
    words[count] = NULL;
    err_clear(err);
    return options_parse(options, count, words, err);
}

static void test_none_is_the_wizard(void **state)
{
    (void)state;
    struct options options;
    struct err err = ERR_INIT;
    assert_int_equal(parse("dualserver", &options, &err), 0);
    assert_int_equal(options.command, COMMAND_WIZARD);
    assert_int_equal(parse("dualserver -a x", &options, &err), 0);
    assert_int_equal(options.command, COMMAND_WIZARD);
    assert_string_equal(options.answers, "x");
}

static void test_options_before_and_after(void **state)
{
    (void)state;
    struct options options;
    struct err err = ERR_INIT;
    assert_int_equal(parse("dualserver --json -a f setup -yn --confirm db2 --state-dir=/s --color never -v --ascii --no-mouse",
                           &options, &err),
                     0);
    assert_int_equal(options.command, COMMAND_SETUP);
    assert_true(options.json && options.yes && options.plan && options.verbose && options.ascii && options.no_mouse);
    assert_false(options.quiet || options.plain || options.help);
    assert_string_equal(options.answers, "f");
    assert_string_equal(options.confirm[0], "db2");
    assert_null(options.confirm[1]);
    assert_string_equal(options.state_dir, "/s");
    assert_int_equal(options.color, COLOR_NEVER);
}

static void test_billing_and_maintain(void **state)
{
    (void)state;
    struct options options;
    struct err err = ERR_INIT;
    assert_int_equal(parse("dualserver billing --off --errors on -y", &options, &err), 0);
    assert_true(options_care(&options) && options.command == COMMAND_BILLING && options.off && options.yes && !options.test);
    assert_string_equal(options.errors, "on");
    assert_int_equal(parse("dualserver maintain -n", &options, &err), 0);
    assert_true(options_care(&options) && options.plan && options.keep == 2 && options.outage_days == 7);
    assert_int_equal(parse("dualserver maintain --keep 5 --outage 30", &options, &err), 0);
    assert_true(options.keep == 5 && options.outage_days == 30);
}

static void test_lab_words_are_untouched(void **state)
{
    (void)state;
    struct options options;
    struct err err = ERR_INIT;
    assert_int_equal(parse("dualserver -q lab up --size 1G --bogus -y", &options, &err), 0);
    assert_int_equal(options.command, COMMAND_LAB);
    assert_int_equal(options.word_count, 5);
    assert_string_equal(options.words[0], "up");
    assert_string_equal(options.words[1], "--size");
    assert_string_equal(options.words[4], "-y");
    assert_false(options.yes);
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *error;
    } wrong[] = {
        { "dualserver train", "unknown command 'train'" },
        { "dualserver check --plan", "--plan: check changes nothing" },
        { "dualserver setup --deep", "--deep belongs to the command check" },
        { "dualserver monitor --json", "monitor is a screen: `check` has --json and lines" },
        { "dualserver monitor --yes", "monitor changes nothing: no --plan, --yes or --confirm" },
        { "dualserver check --off", "--off, --test and --errors belong to the command billing" },
        { "dualserver billing --test --off", "--test tries and changes nothing: alone" },
        { "dualserver billing --errors maybe", "--errors takes on or off" },
        { "dualserver billing --keep 3", "--keep and --outage belong to the command maintain" },
        { "dualserver maintain --keep 1", "--keep takes a number, at least 2" },
        { "dualserver maintain --keep -3", "--keep takes a number, at least 2" },
        { "dualserver maintain --keep 3x", "--keep takes a number, at least 2" },
        { "dualserver maintain --outage 0", "--outage takes a number of days, at least 1" },
        { "dualserver maintain --confirm db2", "--confirm belongs to the command setup" },
        { "dualserver setup --fix skip", "--fix belongs to the command troubleshoot" },
        { "dualserver troubleshoot --yes", "--yes: which fix? --fix names it" },
        { "dualserver troubleshoot --fix", "option --fix needs a value: ID" },
        { "dualserver setup again", "unexpected word 'again'" },
        { "dualserver setup --bogus", "unknown or ambiguous option --bogus" },
        { "dualserver setup --bogus=3", "unknown or ambiguous option --bogus=3" },
        { "dualserver -yZ setup", "unknown option -Z" },
        { "dualserver setup -a", "option --answers needs a value: FILE" },
        { "dualserver setup --confirm", "option --confirm needs a value: HOST" },
        { "dualserver setup --json=1", "option --json takes no value" },
        { "dualserver setup --color red", "--color takes auto, always or never, not 'red'" },
        { "dualserver setup -vq", "--verbose and --quiet contradict each other" },
        { "dualserver setup --json --plain", "--json and --plain contradict each other" },
        { "dualserver --yes", "--yes belongs to the command setup" },
        { "dualserver wizard --plan", "--plan belongs to the command setup" },
        { "dualserver setup --answers=", "--answers names no file" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct options options;
        struct err err = ERR_INIT;
        assert_int_equal(parse(wrong[i].line, &options, &err), -1);
        assert_string_equal(err.text, wrong[i].error);
        assert_int_equal(err_exit_code(&err), 2);
    }
}

static void test_help_lists_all(void **state)
{
    (void)state;
    static const char *const words[] = {
        "wizard", "setup", "lab", "-a, --answers FILE", "-y, --yes", "--confirm HOST", "-n, --plan", "--json", "--plain",
        "--state-dir DIR", "--color WHEN", "--ascii", "--no-mouse", "-v, --verbose", "-q, --quiet", "-h, --help", "-V, --version",
    };
    struct buf text = BUF_INIT;
    options_usage(&text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_non_null(strstr(buf_str(&text), words[i]));
    buf_free(&text);
}

static void test_color(void **state)
{
    (void)state;
    struct options options = { .color = COLOR_ALWAYS };
    setenv("NO_COLOR", "1", 1);
    assert_true(options_color(&options, -1)); /* a person's --color is above the environment */
    options.color = COLOR_AUTO;
    assert_false(options_color(&options, 1));
    options.color = COLOR_NEVER;
    assert_false(options_color(&options, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_is_the_wizard), cmocka_unit_test(test_options_before_and_after),
        cmocka_unit_test(test_billing_and_maintain), cmocka_unit_test(test_lab_words_are_untouched), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_help_lists_all), cmocka_unit_test(test_color),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
