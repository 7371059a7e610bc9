/* sudo.c - commands of root for a login that is not root. */
#include "driver.h"

#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "host/gate.h"

/* sudo -S takes the first line of its input, but only where its rules want a password; where they do not, that line must
 * not reach the command. So the input goes on with a mark, and everything before the mark is skipped. `read` takes a
 * pipe byte by byte, so nothing behind the mark is lost. */
static const char input_mark[] = GATE_INPUT_MARK;
static const char skip_to_mark[] =
    "while IFS= read -r line; do [ \"$line\" != \"$0\" ] || exec \"$@\"; done; exit 1";

const char **sudo_words(const struct host *host, const char *const *argv)
{
    static const char *const free_of_password[] = { "sudo", "-n", "--", NULL };
    static const char *const asking[] = { "sudo",   "-k", "-S", "-p",         "",
                                          "--", "sh", "-c", skip_to_mark, input_mark, NULL };
    static const char *const gate[] = { "sudo", "-n", "--", GATE_PATH, NULL };
    static const char *const asking_gate[] = { "sudo", "-k", "-S", "-p", "", "--", GATE_PATH, GATE_AFTER_MARK, NULL };
    static const char *const *const prefixes[2][2] = { { free_of_password, asking }, { gate, asking_gate } };
    const char *const *prefix = prefixes[host->gate][host->sudo_password != NULL];
    size_t extra = 0, count = 0;
    const char **words;

    if (host->gate && strcmp(argv[0], "env") == 0) /* env LC_ALL=C sh -c ...: the gate sets that itself */
        argv += 2;
    while (prefix[extra] != NULL)
        extra++;
    while (argv[count] != NULL)
        count++;
    words = mem_grow(NULL, extra + count + 1, sizeof *words);
    for (size_t i = 0; i < extra; i++)
        words[i] = prefix[i];
    for (size_t i = 0; i <= count; i++)
        words[extra + i] = argv[i];
    return words;
}

void sudo_lines(const struct host *host, size_t more, struct buf *to)
{
    /* Grown once: a buffer that moves would leave the password in freed memory. */
    to->cap = secret_len(host->sudo_password) + sizeof input_mark + more + 64;
    to->data = mem_grow(NULL, to->cap, 1);
    buf_add(to, secret_text(host->sudo_password), secret_len(host->sudo_password));
    buf_addf(to, "\n%s\n", input_mark);
}
