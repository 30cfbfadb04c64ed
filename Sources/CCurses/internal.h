// What the files of this target share.
#ifndef CCURSES_INTERNAL_H
#define CCURSES_INTERNAL_H
#include "CCurses.h"
#include <termios.h>

// xterm's reports: buttons and wheel, motion while a button is held, coordinates in decimal (SGR); pastes in brackets.
#define MOUSE_ON "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l\033[?1000l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

// description.c
enum ccurses_problem ccurses_describe(struct ccurses_abilities *found);
/// Tells crash.c the bytes that restore this terminal.
void ccurses_describe_restoration(bool mouse, bool bracketed_paste, int rows);

// signals.c
bool ccurses_signals_start(void);
void ccurses_signals_stop(void);

// crash.c: what brings the terminal back, in bytes, since a crash handler may not call curses.
void ccurses_crash_start(const struct termios *shell_modes);
void ccurses_crash_stop(void);
/// Replaces the bytes that the handler writes.
void ccurses_crash_sequence(const char *bytes, size_t count);
/// While off, a crash leaves the terminal alone (the shell has it).
void ccurses_crash_arm(bool armed);
/// Brackets writing to the terminal: a crash elsewhere waits for it to end, and nothing is written after a crash.
void ccurses_crash_painting(bool painting);

// crash.c: standard error held back.
void ccurses_capture_start(void);
void ccurses_capture_stop(void);

#endif
