/* term_lost.h - the terminal given back when memory is exhausted: from whatever thread that happens on, without memory, and
 * without curses, which belongs to the screens' thread.
 *
 *     term_lost_keep()     before curses is opened: how the terminal was
 *     term_lost_ready()    after it: what it has to be sent
 *     term_lost_begin(), term_lost_end()    around all that writes to the terminal; begin() does not return any more once it is lost
 */
#ifndef DUALSERVER_UI_TERM_LOST_H
#define DUALSERVER_UI_TERM_LOST_H

void term_lost_keep(void);
void term_lost_ready(void);
void term_lost_begin(void);
void term_lost_end(void);
void term_lost(void); /* for mem_on_exhausted(): the program ends right after it */

#endif
