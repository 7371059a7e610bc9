/* sudo.c - commands of root for a login that is not root. */
#include "driver.h"

#include "base/mem.h"
#include "base/secret.h"

/* sudo -S takes the first line of its input, but only where its rules want a password; where they do not, that line must
 * not reach the command. So the input goes on with a mark, and everything before the mark is skipped. `read` takes a
 * pipe byte by byte, so nothing behind the mark is lost. */
static const char input_mark[] = "dualserver-input-begins-here";
static const char skip_to_mark[] =
    "while IFS= read -r line; do [ \"$line\" != \"$0\" ] || exec \"$@\"; done; exit 1";

const char **sudo_words(const struct host *host, const char *const *argv)
{
    static const char *const free_of_password[] = { "sudo", "-n", "--" };
    static const char *const asking[] = { "sudo",   "-k", "-S", "-p",         "",
                                          "--", "sh", "-c", skip_to_mark, input_mark };
    bool asks = host->sudo_password != NULL;
    const char *const *prefix = asks ? asking : free_of_password;
    size_t extra = asks ? sizeof asking / sizeof asking[0] : sizeof free_of_password / sizeof free_of_password[0];
    size_t count = 0;
    const char **words;

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
