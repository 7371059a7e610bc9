/* Questions without screens. */
#include "config.h"

#include "headless.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "base/mem.h"

#define LINE_BYTES 1024

static int write_all(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t put = write(fd, text, len);
        if (put < 0 && errno != EINTR)
            return -1;
        if (put > 0) {
            text += put;
            len -= (size_t)put;
        }
    }
    return 0;
}

/* The terminal's line discipline hands over whole lines, so that one read() is one line. */
static int read_line(const struct asker *asker, int tty, struct buf *to, struct err *err)
{
    char line[LINE_BYTES];
    struct pollfd waits[] = { { .fd = tty, .events = POLLIN }, { .fd = asker->cancel_fd, .events = POLLIN } };
    while (poll(waits, 2, -1) < 0)
        if (errno != EINTR)
            return err_set_detail(err, ERR_IO, errno, "cannot wait for the terminal: %s", strerror(errno));
    if (waits[1].revents != 0)
        return err_set(err, ERR_CANCELLED, "stopped while a question was open");
    ssize_t got = read(tty, line, sizeof line);
    if (got <= 0)
        return err_set(err, ERR_CANCELLED, "the terminal gave no answer");
    if (line[got - 1] != '\n') {
        wipe(line, sizeof line);
        return err_set(err, ERR_CANCELLED, "the answer was ended before its line was");
    }
    buf_add(to, line, (size_t)got - 1);
    wipe(line, sizeof line);
    return 0;
}

int asker_line(const struct asker *asker, const char *prompt, bool secret, struct buf *to, struct err *err)
{
    struct termios before, quiet;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        return err_set_detail(err, ERR_IO, errno, "there is no terminal to ask on: %s", strerror(errno));
    int rc = -1;
    bool hidden = false;
    if (secret && tcgetattr(tty, &before) == 0) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        quiet.c_lflag |= ECHONL;
        hidden = tcsetattr(tty, TCSAFLUSH, &quiet) == 0;
    }
    if (secret && !hidden)
        err_set(err, ERR_IO, "the terminal cannot hide what is typed");
    else if (write_all(tty, prompt) != 0)
        err_set_detail(err, ERR_IO, errno, "cannot write to the terminal: %s", strerror(errno));
    else
        rc = read_line(asker, tty, to, err);
    if (hidden)
        (void)tcsetattr(tty, TCSAFLUSH, &before);
    (void)close(tty);
    return rc;
}

static bool person_there(const struct asker *asker)
{
    return asker->terminal && !asker->yes;
}

static int ask_yes_no(const struct asker *asker, const char *text, struct answer *answer, struct err *err)
{
    struct buf prompt = BUF_INIT, line = BUF_INIT;
    buf_addf(&prompt, "%s [yes/no] ", text);
    int rc = asker_line(asker, buf_str(&prompt), false, &line, err);
    answer->yes = strcmp(buf_str(&line), "yes") == 0 || strcmp(buf_str(&line), "y") == 0;
    buf_free(&prompt);
    buf_free(&line);
    return rc;
}

static char *one_line(const char *text)
{
    char *copy = mem_dup(text);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\n')
            *at = ' ';
    return copy;
}

static int ask_host_key(const struct asker *asker, const struct question *question, struct answer *answer,
                        struct err *err)
{
    if (person_there(asker))
        return ask_yes_no(asker, question->text, answer, err);
    char *text = one_line(question->text);
    err_set(err, ERR_HOSTKEY, "an unknown host key is not trusted without a person: %s", text);
    free(text);
    return err_hint(err, "connect once with ssh and compare the fingerprint, name a known_hosts file in the answers, "
                         "or use --plain");
}

static int ask_secret(const struct asker *asker, const struct question *question, struct answer *answer,
                      struct err *err)
{
    struct buf line = BUF_INIT, prompt = BUF_INIT;
    if (!person_there(asker)) {
        err_set(err, ERR_AUTH, "a secret is asked for and nobody is there: %s", question->text);
        return err_hint(err, "load the key into the agent, or name ssh_password_file or sudo_password_file in the answers");
    }
    buf_adds(&prompt, question->text);
    buf_trim(&prompt);
    buf_adds(&prompt, prompt.len > 0 && prompt.data[prompt.len - 1] == ':' ? " " : ": ");
    int rc = asker_line(asker, buf_str(&prompt), true, &line, err);
    if (rc == 0 && (answer->secret = secret_typed(buf_str(&line), line.len, err)) == NULL)
        rc = -1;
    buf_free(&prompt);
    buf_wipe(&line);
    return rc;
}

static int confirm_by_option(const struct asker *asker, const struct question *question, struct answer *answer,
                             struct err *err)
{
    for (size_t i = 0; i < CONFIRM_MOST; i++)
        if (asker->confirm[i] != NULL && strcmp(asker->confirm[i], question->expected) == 0) {
            answer->yes = true;
            return 0;
        }
    if (asker->confirm[0] == NULL || question->further) {
        char *text = one_line(question->text);
        err_set(err, ERR_REFUSED, "a confirmation is needed: %s", text);
        free(text);
        return err_hint(err, "when that is what you want, add --confirm %s", question->expected);
    }
    err_set(err, ERR_REFUSED, "--confirm names '%s', but the slave's host is '%s'", asker->confirm[0], question->expected);
    return err_hint(err, "make sure which server is meant before you repeat it");
}

static int ask_confirm(const struct asker *asker, const struct question *question, struct answer *answer,
                       struct err *err)
{
    struct buf prompt = BUF_INIT, line = BUF_INIT;
    if (!person_there(asker) || (asker->confirm[0] != NULL && !question->further))
        return confirm_by_option(asker, question, answer, err);
    buf_addf(&prompt, "%s\n> ", question->text);
    int rc = asker_line(asker, buf_str(&prompt), false, &line, err);
    answer->yes = strcmp(buf_str(&line), question->expected) == 0;
    if (rc == 0 && !answer->yes)
        rc = err_set(err, ERR_REFUSED, "not confirmed: '%s' was not typed", question->expected);
    buf_free(&prompt);
    buf_free(&line);
    return rc;
}

static int ask_go_on(const struct asker *asker, const struct question *question, struct answer *answer,
                     struct err *err)
{
    if (asker->yes) {
        answer->yes = true;
        return 0;
    }
    if (person_there(asker))
        return ask_yes_no(asker, question->text, answer, err);
    err_set(err, ERR_REFUSED, "nobody is there to answer: %s", question->text);
    return err_hint(err, "--yes answers it, --plain asks on the terminal");
}

int asker_ask(const struct asker *asker, const struct question *question, struct answer *answer, struct err *err)
{
    *answer = (struct answer){ .yes = false };
    switch (question->kind) {
    case QUESTION_HOST_KEY:
        return ask_host_key(asker, question, answer, err);
    case QUESTION_SECRET:
        return ask_secret(asker, question, answer, err);
    case QUESTION_CONFIRM:
        return ask_confirm(asker, question, answer, err);
    default:
        return ask_go_on(asker, question, answer, err);
    }
}
