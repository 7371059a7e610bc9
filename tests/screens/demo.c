/* demo - the real loop in a terminal, with an engine that plays a script: for looking at the screens by hand.
 *
 *     demo SCRIPT
 *
 * A script's sections are [look] [plan] [run] [cancelled]; lines: event ... | wait MS | ask host-key|secret|confirm|yes-no TEXT
 * EXPECTED | fail CODE TEXT HINT. A cancelled job plays [cancelled] and fails.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "script.h"
#include "ui/loop.h"

static const char *script_path;

struct demo {
    const struct port *port;
};

static const char *const questions[] = { "host-key", "secret", "confirm", "yes-no", NULL };

static const char *want(char **at)
{
    const char *word = script_word(at);
    return word != NULL ? word : "";
}

static bool cancelled(const struct demo *demo, int ms)
{
    struct pollfd wait = { .fd = demo->port->cancel_fd, .events = POLLIN };
    return poll(&wait, 1, ms) > 0;
}

static int ask(struct demo *demo, char **at, struct err *err)
{
    struct question question = { .kind = (enum question_kind)script_index(questions, want(at)) };
    struct answer answer = { .yes = false };
    question.text = want(at);
    question.expected = want(at);
    if (demo->port->ask(demo->port->context, &question, &answer, err) != 0)
        return -1;
    if (question.kind == QUESTION_SECRET)
        secret_free(answer.secret);
    else if (!answer.yes)
        return err_set(err, ERR_REFUSED, "declined");
    return 0;
}

static int play_line(struct demo *demo, char *line, struct err *err)
{
    char *at = line, *verb = script_word(&at);
    if (verb == NULL || *verb == '#')
        return 0;
    if (strcmp(verb, "event") == 0) {
        struct event event = script_event(at);
        demo->port->emit(demo->port->context, &event);
    } else if (strcmp(verb, "wait") == 0) {
        cancelled(demo, atoi(want(&at)));
    } else if (strcmp(verb, "ask") == 0) {
        return ask(demo, &at, err);
    } else if (strcmp(verb, "fail") == 0) {
        int code = atoi(want(&at));
        err_set(err, (enum err_code)code, "%s", want(&at));
        return err_hint(err, "%s", want(&at));
    }
    return 0;
}

static int play(struct demo *demo, const char *section, struct err *err)
{
    char line[8192];
    bool inside = false;
    int rc = 0;
    FILE *file = fopen(script_path, "r");
    if (file == NULL)
        return err_set(err, ERR_IO, "cannot read %s", script_path);
    while (rc == 0 && fgets(line, sizeof line, file) != NULL) {
        if (*line == '[')
            inside = strncmp(line, section, strlen(section)) == 0;
        else if (inside)
            rc = play_line(demo, line, err);
        if (rc == 0 && inside && strcmp(section, "[cancelled]") != 0 && cancelled(demo, 0)) {
            play(demo, "[cancelled]", err);
            rc = err_set(err, ERR_CANCELLED, "cancelled as asked");
        }
    }
    fclose(file);
    return rc;
}

static void *open_demo(const struct answers *answers, const struct port *port, const char *state_dir)
{
    struct demo *demo = mem_alloc(sizeof *demo);
    (void)answers;
    (void)state_dir;
    demo->port = port;
    return demo;
}

static int look(void *demo, struct err *err)
{
    return play(demo, "[look]", err);
}

static int plan(void *demo, struct err *err)
{
    return play(demo, "[plan]", err);
}

static int run(void *demo, struct err *err)
{
    return play(demo, "[run]", err);
}

int main(int argc, char **argv)
{
    static const struct bridge_engine engine = { .open = open_demo, .look = look, .plan = plan, .run = run, .close = free };
    struct wizard_options options = { .state_dir = "/tmp/state", .color = getenv("NO_COLOR") == NULL, .mouse = true };
    struct answers answers;
    struct err err = ERR_INIT;
    if (argc < 2)
        return 2;
    script_path = argv[1];
    options.ascii = argc > 2;
    answers_init(&answers);
    answers_set(&answers, "master", "host", "db1.example.com", 0, &err);
    answers_set(&answers, "slave", "host", "db2.example.com", 0, &err);
    int code = loop_run(&answers, &engine, &options, &err);
    answers_free(&answers);
    printf("exit %d: %s (%s)\n", code, err.text, err.hint);
    return code;
}
