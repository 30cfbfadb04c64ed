// What the terminal's description (terminfo) says it can do, and which bytes bring it back to the shell.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "internal.h"
#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

const char *ccurses_capability(const char *name) {
  if (!cur_term) return NULL;
  const char *text = tigetstr(name);
  return text == (const char *)-1 ? NULL : text;
}

enum ccurses_problem ccurses_describe(struct ccurses_abilities *found) {
  memset(found, 0, sizeof *found);
  const char *name = getenv("TERM");
  if (!name || !*name) return ccurses_terminal_unnamed;
  if (!cur_term) {
    int reason;
    if (setupterm(NULL, STDOUT_FILENO, &reason) == ERR) {
      // 1: a terminal that prints on paper; 0: no such entry, or a generic one such as "dumb"; -1: no database at all.
      bool generic = strcmp(name, "dumb") == 0 || strcmp(name, "unknown") == 0;
      return reason == 1 || generic ? ccurses_terminal_poor : ccurses_terminal_unknown;
    }
  }
  int colors = tigetnum("colors");
  found->colors = colors > 0 ? colors : 0;
  const char *rgb = ccurses_capability("RGB");
  found->direct = (tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || rgb) && colors >= 1 << 24;
  const char *mouse = ccurses_capability("kmous");
  found->mouse = ccurses_capability("XM") || (mouse && (strcmp(mouse, "\033[M") == 0 || strcmp(mouse, "\033[<") == 0));
  // The console's description names mouse reports too, but only a separate service would send them.
  if (strncmp(name, "linux", 5) == 0) found->mouse = false;
  found->bracketed_paste = ccurses_capability("BE") || strncmp(name, "xterm", 5) == 0;
  if (!ccurses_capability("cup") || !ccurses_capability("clear")) return ccurses_terminal_poor;
  return ccurses_no_problem;
}

enum ccurses_problem ccurses_probe(struct ccurses_abilities *found) {
  memset(found, 0, sizeof *found);
  if (!isatty(STDOUT_FILENO)) return ccurses_output_is_no_terminal;
  return ccurses_describe(found);
}

static char gathered[512];
static size_t gathered_count;

static int gather(int byte) {
  if (gathered_count < sizeof gathered) gathered[gathered_count++] = (char)byte;
  return byte;
}

static void gather_text(const char *text) {
  while (*text) gather(*text++);
}

static void gather_capability(const char *name) {
  const char *text = ccurses_capability(name);
  if (text) tputs(text, 1, gather);
}

void ccurses_describe_restoration(bool mouse_is_on, bool paste_is_on, int rows) {
  gathered_count = 0;
  if (mouse_is_on) gather_text(MOUSE_OFF);
  if (paste_is_on) gather_text(PASTE_OFF);
  gather_capability("sgr0");
  gather_capability("op");
  const char *place = ccurses_capability("cup");
  if (place) tputs(tparm(place, rows - 1, 0), 1, gather);
  gather_capability("rmkx");
  gather_capability("cnorm");
  if (ccurses_capability("rmcup")) {
    gather_capability("rmcup");
  } else {
    // No second screen to leave: go on below the picture, as curses does.
    gather_capability("el");
    gather_text("\r\n");
  }
  ccurses_crash_sequence(gathered, gathered_count);
}
