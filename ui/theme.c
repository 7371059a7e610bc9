#include "ui/theme.h"

#include <curses.h>

/* Few colours: they say how something is, never where it is. Without colours the attributes alone must do. */
static const struct {
    short front, back;     /* -1: the terminal's own */
    attr_t colored, plain; /* attributes with and without colours */
} looks[STYLE_COUNT] = {
    [STYLE_TEXT] = { -1, -1, A_NORMAL, A_NORMAL },
    [STYLE_DIM] = { -1, -1, A_DIM, A_DIM },
    [STYLE_STRONG] = { -1, -1, A_BOLD, A_BOLD },
    [STYLE_TITLE] = { COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE },
    [STYLE_KEYS] = { -1, -1, A_DIM, A_NORMAL },
    [STYLE_HEADING] = { COLOR_CYAN, -1, A_BOLD, A_BOLD },
    [STYLE_OK] = { COLOR_GREEN, -1, A_NORMAL, A_NORMAL },
    [STYLE_WARNING] = { COLOR_YELLOW, -1, A_NORMAL, A_BOLD },
    [STYLE_ERROR] = { COLOR_RED, -1, A_BOLD, A_BOLD },
    [STYLE_FIELD] = { -1, -1, A_UNDERLINE, A_UNDERLINE },
    [STYLE_FIELD_ON] = { COLOR_CYAN, -1, A_UNDERLINE | A_BOLD, A_UNDERLINE | A_BOLD },
    [STYLE_SELECTED] = { -1, -1, A_REVERSE, A_REVERSE },
    [STYLE_ADDED] = { COLOR_GREEN, -1, A_NORMAL, A_BOLD },
    [STYLE_REMOVED] = { COLOR_RED, -1, A_NORMAL, A_DIM },
    [STYLE_BAR] = { COLOR_CYAN, -1, A_NORMAL, A_NORMAL },
    [STYLE_DIALOG] = { -1, -1, A_NORMAL, A_NORMAL },
};

static bool colored;

void theme_init(bool color)
{
    colored = color && has_colors() && start_color() == OK && use_default_colors() == OK;
    if (!colored)
        return;
    for (int style = 0; style < STYLE_COUNT; style++)
        init_pair((short)(style + 1), looks[style].front, looks[style].back);
}

void theme_of(enum style style, unsigned long *attributes, short *pair)
{
    *attributes = colored ? looks[style].colored : looks[style].plain;
    *pair = colored ? (short)(style + 1) : 0;
}
