/* keys.h - keys as the screens know them: a character is its code point, the others are these. */
#ifndef DUALSERVER_UI_KEYS_H
#define DUALSERVER_UI_KEYS_H

enum key {
    K_NONE = 0,
    K_CTRL_A = 1,
    K_CTRL_C = 3,
    K_CTRL_E = 5,
    K_TAB = 9,
    K_CTRL_L = 12,
    K_CTRL_U = 21,
    K_CTRL_W = 23,
    K_CTRL_Z = 26,
    K_SPACE = 32,
    K_ENTER = 0x200000, /* above every code point */
    K_ESC,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_BACKSPACE,
    K_DELETE,
    K_BACK_TAB,
    K_WHEEL_UP,
    K_WHEEL_DOWN,
    K_RESIZE,
    K_F1,
    K_F2,
    K_F10,
    K_SIGINT, /* asked to stop by a signal: as Ctrl-C */
};

#endif
