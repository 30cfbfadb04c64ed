// Readline's global settings for its two uses. They may alternate in one process, so each use sets all of them.
#define _GNU_SOURCE
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <readline/readline.h>

char **creadline_complete(const char *text, int start, int end);
void creadline_show_matches(char **matches, int count, int longest);

static FILE *nowhere;

static int screen_getc(FILE *file) {
  (void)file;
  int byte = creadline_next_byte();
  return byte < 0 ? EOF : byte;
}
static int screen_has_input(void) { return creadline_has_byte(); }
static void redisplay_nothing(void) {}

// Commands that crash readline 8.2 when random keys come together in its callback interface (found by feeding it random
// keys): a character to search for that turns out to be an escape sequence, a line accepted together with the fetching of
// the next from a history that is renewed in between, a keyboard macro that calls itself, and vi's way of editing.
static void unbind_unsafe_commands(void) {
  static const char *const commands[] = {
    "character-search", "character-search-backward", "operate-and-get-next", "start-kbd-macro", "end-kbd-macro",
    "call-last-kbd-macro", "vi-editing-mode"};
  static const char *const maps[] = {"emacs-standard", "emacs-meta", "emacs-ctlx"};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    for (size_t j = 0; j < sizeof maps / sizeof *maps; j++) {
      Keymap map = rl_get_keymap_by_name(maps[j]);
      if (map) rl_unbind_command_in_map(commands[i], map);
    }
}

static bool user_wants_vi;

static void initialize_once(void) {
  static bool done;
  if (done) return;
  done = true;
  rl_readline_name = "strata";
  // Before anything else: readline would export LINES and COLUMNS, and curses would then ignore the terminal's size.
  rl_change_environment = 0;
  rl_initialize();
  rl_variable_bind("bell-style", "none");
  rl_variable_bind("show-all-if-ambiguous", "on");
  static const struct { const char *keys, *function; } keys[] = {
    {"\\e[1;5D", "backward-word"}, {"\\e[1;5C", "forward-word"}, {"\\e[3~", "delete-char"},
    {"\\e[3;5~", "kill-word"}, {"\\e[5~", "history-search-backward"}, {"\\e[6~", "history-search-forward"},
    {"\\e[H", "beginning-of-line"}, {"\\e[F", "end-of-line"}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    rl_bind_keyseq_if_unbound(keys[i].keys, rl_named_function(keys[i].function));
  user_wants_vi = rl_editing_mode == 0;
  rl_attempted_completion_function = creadline_complete;
  rl_completer_word_break_characters = " \t\n";
  rl_basic_word_break_characters = " \t\n";
  rl_completer_quote_characters = "\"";
  rl_filename_quote_characters = " \t";
  // The caller's order says more than the alphabet.
  rl_sort_completion_matches = 0;
  nowhere = fopen("/dev/null", "w");
}

void creadline_use_in_screen(void) {
  initialize_once();
  unbind_unsafe_commands();
  rl_variable_bind("editing-mode", "emacs");
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_prep_term_function = NULL;
  rl_deprep_term_function = NULL;
  rl_getc_function = screen_getc;
  rl_input_available_hook = screen_has_input;
  rl_redisplay_function = redisplay_nothing;
  rl_completion_display_matches_hook = creadline_show_matches;
  rl_completion_query_items = 0;
  rl_outstream = nowhere ? nowhere : stdout;
}

void creadline_use_on_terminal(void) {
  initialize_once();
  if (user_wants_vi) rl_variable_bind("editing-mode", "vi");
  // Readline restores the terminal before it lets a signal stop or end the program.
  rl_catch_signals = 1;
  rl_catch_sigwinch = 1;
#if RL_READLINE_VERSION >= 0x0802
  // Also between two keys, not only while one is being read.
  rl_persistent_signal_handlers = 1;
#endif
  rl_prep_term_function = rl_prep_terminal;
  rl_deprep_term_function = rl_deprep_terminal;
  rl_getc_function = rl_getc;
  rl_input_available_hook = NULL;
  rl_redisplay_function = rl_redisplay;
  rl_completion_display_matches_hook = NULL;
  rl_completion_query_items = 100;
  rl_outstream = stdout;
}
