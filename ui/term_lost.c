#include "ui/term_lost.h"

/* clang-format off */
#include <curses.h>
#include <term.h> /* after curses.h; its macros are why this is a file of its own */
/* clang-format on */
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define WAIT_MS 500 /* for a drawing that is under way */

static struct termios before;
static bool known;
static char sequence[128]; /* leaves the alternate screen, shows the cursor, ends all attributes */
static size_t sequence_len;
static atomic_bool drawing, lost;

static int put(int c)
{
    if (sequence_len < sizeof sequence)
        sequence[sequence_len++] = (char)c;
    return c;
}

void term_lost_keep(void)
{
    known = tcgetattr(STDIN_FILENO, &before) == 0;
}

void term_lost_ready(void)
{
    static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };
    sequence_len = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = tigetstr((char *)names[i]);
        if (text != NULL && text != (char *)-1)
            tputs(text, 1, put);
    }
    char *mouse = tigetstr((char *)"XM"); /* an extension that ncurses knows: 1 on, 0 off */
    if (mouse != NULL && mouse != (char *)-1)
        tputs(tparm(mouse, 0L), 1, put);
}

void term_lost_begin(void)
{
    atomic_store(&drawing, true);
    while (atomic_load(&lost)) {
        atomic_store(&drawing, false);
        poll(NULL, 0, WAIT_MS);
    }
}

void term_lost_end(void)
{
    atomic_store(&drawing, false);
}

void term_lost(void)
{
    static const char said[] = "dualserver: out of memory; a run that was begun can be resumed\n";
    atomic_store(&lost, true);
    for (int ms = 0; atomic_load(&drawing) && ms < WAIT_MS; ms++)
        poll(NULL, 0, 1);
    if (known)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    if (write(STDOUT_FILENO, sequence, sequence_len) < 0 || write(STDERR_FILENO, said, sizeof said - 1) < 0)
        return; /* nobody is left to tell */
}
