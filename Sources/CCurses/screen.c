// The screen itself: curses started so that it never exits the process, cells put into it by colour number instead of
// colour pair, and the terminal given back.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "internal.h"
#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;  // made once; kept after stop because readline may share its terminal description
static bool up;         // between enter and leave
static bool started;
static struct ccurses_options options;
static struct ccurses_abilities abilities;
static bool own_colors;  // -1 (the terminal's own colour) is a colour
static int cursor_shown = -1;

static void send(const char *text) {
  size_t count = strlen(text);
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, text, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    count -= (size_t)written;
  }
}

void ccurses_size(int *rows, int *columns) {
  struct winsize window;
  *rows = *columns = 0;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0) {
    *rows = window.ws_row;
    *columns = window.ws_col;
  } else if (screen) {
    *rows = LINES;
    *columns = COLS;
  }
}

// ---- Coming and going ----

static bool use_colors(void) {
  static bool in_use;
  if (!in_use && has_colors() && start_color() == OK) {
    own_colors = use_default_colors() == OK;
    in_use = true;
  }
  return in_use;
}

static void at_exit(void) { ccurses_stop(); }

enum ccurses_problem ccurses_start(struct ccurses_options wanted, struct ccurses_abilities *found) {
  if (!isatty(STDIN_FILENO)) return ccurses_input_is_no_terminal;
  if (!isatty(STDOUT_FILENO)) return ccurses_output_is_no_terminal;
  enum ccurses_problem problem = ccurses_describe(&abilities);
  if (problem != ccurses_no_problem) return problem;
  options = wanted;
  options.mouse = wanted.mouse && abilities.mouse;
  struct termios shell_modes;
  if (tcgetattr(STDIN_FILENO, &shell_modes) < 0) return ccurses_input_is_no_terminal;
  fflush(stdout);
  // Before newterm, which leaves alone what is not the default any more.
  if (!ccurses_signals_start()) return ccurses_system_problem;
  if (!screen) {
    screen = newterm(NULL, stdout, stdin);
    if (!screen) {
      ccurses_signals_stop();
      return ccurses_terminal_unknown;
    }
    raw();
    noecho();
    nonl();
    // Input is read and decoded outside of curses; it only needs the terminal to be in its keypad mode.
    keypad(stdscr, TRUE);
    typeahead(-1);
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    atexit(at_exit);
  }
  if (!wanted.color || !use_colors()) abilities.colors = 0;
  *found = abilities;
  if (wanted.capture_errors) ccurses_capture_start();
  ccurses_crash_start(&shell_modes);
  started = true;
  ccurses_enter();
  return ccurses_no_problem;
}

void ccurses_enter(void) {
  if (!started || up) return;
  int rows, columns;
  ccurses_size(&rows, &columns);
  up = true;
  ccurses_resize(rows, columns);
  ccurses_describe_restoration(options.mouse, abilities.bracketed_paste, LINES);
  ccurses_crash_arm(true);
  ccurses_crash_painting(true);
  clearok(curscr, TRUE);
  cursor_shown = -1;
  wnoutrefresh(stdscr);
  doupdate();
  if (options.mouse) send(MOUSE_ON);
  if (abilities.bracketed_paste) send(PASTE_ON);
  ccurses_crash_painting(false);
}

void ccurses_leave(void) {
  if (!up) return;
  ccurses_crash_painting(true);
  if (options.mouse) send(MOUSE_OFF);
  if (abilities.bracketed_paste) send(PASTE_OFF);
  if (cursor_shown == 0) curs_set(1);
  endwin();
  up = false;
  ccurses_crash_arm(false);
  ccurses_crash_painting(false);
}

void ccurses_stop(void) {
  if (!started) return;
  ccurses_leave();
  started = false;
  ccurses_crash_stop();
  ccurses_signals_stop();
  ccurses_capture_stop();
}

void ccurses_resize(int rows, int columns) {
  if (!up || rows <= 0 || columns <= 0) return;
  if (rows != LINES || columns != COLS) resize_term(rows, columns);
  clearok(curscr, TRUE);
  ccurses_describe_restoration(options.mouse, abilities.bracketed_paste, LINES);
}

void ccurses_invalidate(void) {
  if (up) clearok(curscr, TRUE);
}

void ccurses_rewrite(void) {
  if (up) redrawwin(stdscr);
}

void ccurses_bell(void) {
  if (up) beep();
}

// ---- Colour pairs ----
// Curses paints with numbered pairs of colours. The table gives the pair of two colours, making it at first sight:
// open addressing, a key of 0 is an empty place (colour numbers are stored plus 2).

enum { table_size = 1 << 17, most_pairs = 1 << 16 };
static uint64_t keys[table_size];
static int32_t pairs[table_size];
static int pair_count;
static bool forgot_just_now;

static int pair_of(int32_t foreground, int32_t background) {
  if (foreground < 0 && background < 0) return 0;
  if (!own_colors) {
    if (foreground < 0) foreground = COLOR_WHITE;
    if (background < 0) background = COLOR_BLACK;
  }
  uint64_t key = ((uint64_t)(uint32_t)(foreground + 2) << 32) | (uint32_t)(background + 2);
  size_t place = (size_t)((key * 0x9e3779b97f4a7c15u) >> 47);
  while (keys[place] && keys[place] != key) place = (place + 1) & (table_size - 1);
  if (keys[place]) return pairs[place];
  int limit = COLOR_PAIRS < most_pairs ? COLOR_PAIRS : most_pairs;
  if (pair_count + 1 >= limit) return -1;
  if (init_extended_pair(pair_count + 1, foreground, background) == ERR) return 0;
  keys[place] = key;
  pairs[place] = ++pair_count;
  return pair_count;
}

static void forget_pairs(void) {
  memset(keys, 0, sizeof keys);
  pair_count = 0;
  forgot_just_now = true;
  reset_color_pairs();
  werase(stdscr);
  clearok(curscr, TRUE);
}

// ---- Painting ----

static attr_t attributes(uint32_t style) {
  attr_t result = WA_NORMAL;
  if (style & ccurses_bold) result |= WA_BOLD;
  if (style & ccurses_dim) result |= WA_DIM;
  if (style & ccurses_underline) result |= WA_UNDERLINE;
  if (style & ccurses_reverse) result |= WA_REVERSE;
  return result;
}

bool ccurses_paint(int row, int column, const struct ccurses_cell *cells, int count) {
  if (!up || row < 0 || row >= LINES || column < 0) return true;
  if (count > COLS - column) count = COLS - column;
  enum { chunk = 256 };
  cchar_t buffer[chunk];
  int filled = 0, start = column;
  int32_t foreground = -1, background = -1;
  int pair = 0;
  for (int i = 0; i < count; i++) {
    const struct ccurses_cell *cell = &cells[i];
    if (cell->character == 0) {
      // The right half of a wide character came with its left half.
      if (filled == 0) start = column + i + 1;
      continue;
    }
    if (cell->foreground != foreground || cell->background != background) {
      foreground = cell->foreground;
      background = cell->background;
      pair = abilities.colors > 0 ? pair_of(foreground, background) : 0;
      if (pair < 0) {
        if (!forgot_just_now) {
          forget_pairs();
          return false;
        }
        pair = 0;  // more colours in one frame than the terminal has pairs: the rest goes without
      }
    }
    wchar_t text[2] = {(wchar_t)cell->character, 0};
    if (setcchar(&buffer[filled], text, attributes(cell->style), (short)(pair > 32767 ? 32767 : pair), &pair) == ERR)
      continue;
    bool wide = i + 1 < count && cells[i + 1].character == 0;
    filled++;
    if (wide || filled == chunk) {
      mvadd_wchnstr(row, start, buffer, filled);
      filled = 0;
      start = column + i + 1;
    }
  }
  if (filled > 0) mvadd_wchnstr(row, start, buffer, filled);
  return true;
}

void ccurses_show(int cursor_row, int cursor_column) {
  if (!up) return;
  forgot_just_now = false;
  ccurses_crash_painting(true);
  int shown = cursor_row >= 0 && cursor_column >= 0;
  if (shown != cursor_shown) {
    // A terminal that cannot hide its cursor gets it parked in the corner, below.
    curs_set(shown);
    cursor_shown = shown;
  }
  if (shown)
    move(cursor_row < LINES ? cursor_row : LINES - 1, cursor_column < COLS ? cursor_column : COLS - 1);
  else
    move(LINES - 1, 0);
  wnoutrefresh(stdscr);
  doupdate();
  ccurses_crash_painting(false);
}
