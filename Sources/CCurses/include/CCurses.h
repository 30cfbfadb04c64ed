// The full screen of a character terminal, as much of it as Strata needs. The header mentions no curses type, so that
// Swift sees plain structs and functions; the files of this target each say how.
//
// All functions belong to one thread (the painter's), except ccurses_wake and ccurses_guard_thread.
#ifndef CCURSES_H
#define CCURSES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Locale (locale.c) ----

/// Takes the locale from the environment (numbers stay in the C locale) and falls back to C.UTF-8 where the environment
/// asks for UTF-8 in a locale that this system does not have. Returns whether text is UTF-8. Idempotent.
bool ccurses_use_locale(void);

/// Columns that a character takes in this locale: 0, 1 or 2; -1 where it cannot be printed.
int ccurses_width(uint32_t character);

// ---- What the terminal can do (description.c) ----

enum ccurses_problem {
  ccurses_no_problem,
  ccurses_input_is_no_terminal,
  ccurses_output_is_no_terminal,
  ccurses_terminal_unnamed,  // TERM is not set
  ccurses_terminal_unknown,  // no terminfo entry
  ccurses_terminal_poor,     // cannot place the cursor or clear the screen
  ccurses_system_problem     // out of memory or descriptors
};

struct ccurses_abilities {
  int colors;           // 0, 8, 16, 88, 256, 1 << 24
  bool direct;          // colour numbers are 0xRRGGBB (below 8: the palette)
  bool mouse;           // sends xterm mouse reports
  bool bracketed_paste;
};

/// What the terminal on standard output can do, without starting the screen.
enum ccurses_problem ccurses_probe(struct ccurses_abilities *abilities);

/// A string capability by its terminfo name ("kcuu1"), NULL when absent. After ccurses_start or ccurses_probe.
const char *ccurses_capability(const char *name);

// ---- The screen (screen.c) ----

struct ccurses_options {
  bool color;
  bool mouse;
  bool capture_errors;  // hold back what is written to standard error while the screen is up, if that is a terminal
};

/// Takes over the terminal. On failure nothing has changed.
enum ccurses_problem ccurses_start(struct ccurses_options options, struct ccurses_abilities *abilities);
/// Gives the terminal back as it was and prints what standard error held back. Harmless when not started.
void ccurses_stop(void);
/// Gives the terminal back for a while (another program, the shell), and takes it again; the next show sends everything.
void ccurses_leave(void);
void ccurses_enter(void);

/// Size of the terminal on standard output, 0 x 0 when unknown. Works without the screen.
void ccurses_size(int *rows, int *columns);

enum ccurses_style { ccurses_bold = 1, ccurses_dim = 2, ccurses_underline = 4, ccurses_reverse = 8 };

struct ccurses_cell {
  uint32_t character;  // 0 to the right of a wide one
  int32_t foreground;  // a colour number; -1 is the terminal's own
  int32_t background;
  uint32_t style;      // of ccurses_style
};

/// Puts cells into the next frame. Cells outside the screen are dropped. Returns false where the terminal ran out of colour
/// pairs: all pairs are then forgotten and the whole frame must be painted again (a second time it always succeeds).
bool ccurses_paint(int row, int column, const struct ccurses_cell *cells, int count);
/// Sends what changed since the last frame. A negative cursor row hides the cursor.
void ccurses_show(int cursor_row, int cursor_column);
/// The next show sends every cell.
void ccurses_invalidate(void);
/// The next show writes every cell again, without clearing first.
void ccurses_rewrite(void);
/// Follows the terminal's size; the next show sends every cell.
void ccurses_resize(int rows, int columns);
void ccurses_bell(void);

// ---- Input, signals, other threads (signals.c) ----

enum ccurses_happening { ccurses_input = 1, ccurses_woken = 2, ccurses_signaled = 4, ccurses_closed = 8 };

/// Waits until there is input, a wake-up or a signal, at most the given time (-1: for ever). Reads input into bytes
/// and says how many. Returns a set of ccurses_happening; 0 when the time is over.
int ccurses_wait(int milliseconds, uint8_t *bytes, int capacity, int *count);
/// Ends a wait, now or the next one. From any thread.
void ccurses_wake(void);

enum ccurses_signal {
  ccurses_interrupt, ccurses_terminate, ccurses_hangup, ccurses_window_change, ccurses_stop_request, ccurses_continue,
  ccurses_signal_count
};
/// Whether this signal has arrived since the last call.
bool ccurses_take_signal(enum ccurses_signal signal);
/// Stops this process (or its whole job, as ctrl-Z does) until it is continued. Call between leave and enter.
/// Returns at once where nobody could continue it.
void ccurses_stop_process(bool whole_job);

// ---- Crashes (crash.c) ----

/// Gives the calling thread a stack of its own for the crash handler, so that running out of stack is survived too.
/// ccurses_start does it for its own thread.
void ccurses_guard_thread(void);

#endif
