// The line editor inside the full screen: readline's callback interface, fed with bytes, drawn by the caller.
#define _GNU_SOURCE
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>

static const uint8_t *waiting;
static int waiting_count;
static bool is_active;
static enum creadline_result outcome;

static char *kept_text;
static size_t kept_length;

void creadline_keep_text(char *line, size_t length) {
  free(kept_text);
  kept_text = line;
  kept_length = line ? length : 0;
}
size_t creadline_text_length(void) { return is_active ? (size_t)rl_end : kept_length; }

int creadline_next_byte(void) {
  if (waiting_count == 0) return -1;
  waiting_count--;
  return *waiting++;
}
bool creadline_has_byte(void) { return waiting_count > 0; }

static void on_line(char *line) {
  outcome = line ? creadline_accepted : creadline_ended;
  creadline_keep_text(line, line ? strlen(line) : 0);
  is_active = false;
  rl_callback_handler_remove();
}

void creadline_begin(const char *prompt, const char *text) {
  creadline_cancel();
  creadline_use_in_screen();
  creadline_forget_shown();
  creadline_renew_history();
  is_active = true;
  rl_callback_handler_install(prompt, on_line);
  rl_insert_text(text);
}

static void read_bytes(const uint8_t *bytes, int count) {
  waiting = bytes;
  waiting_count = count;
  // Bytes after the one that ends the line have no line to go to.
  while (waiting_count > 0 && is_active) rl_callback_read_char();
  waiting_count = 0;
}

enum creadline_result creadline_feed(
  const uint8_t *bytes, int count, creadline_completer completer, void *context) {
  if (!is_active) return creadline_ended;
  creadline_forget_shown();
  creadline_set_completer(completer, context);
  outcome = creadline_editing;
  read_bytes(bytes, count);
  creadline_set_completer(NULL, NULL);
  return outcome;
}

void creadline_cancel(void) {
  if (!is_active) return;
  // The half of a longer key sequence ends by ctrl-G; searches, arguments and the like by their clean-up.
  for (int tries = 0; tries < 3 && is_active && RL_ISSTATE(RL_STATE_MULTIKEY); tries++) read_bytes((uint8_t[]){7}, 1);
  if (is_active) rl_callback_sigcleanup();
  // The line ends as any line does, only that nobody takes it: readline's own way of giving up (rl_free_line_state) leaves
  // history lines that were changed on the way with undo lists that it has freed (8.2).
  if (is_active) read_bytes((uint8_t[]){13}, 1);
  if (is_active) {
    is_active = false;
    rl_callback_handler_remove();
  }
  creadline_keep_text(NULL, 0);
  creadline_forget_shown();
}

void creadline_insert(const char *text) {
  if (!is_active) return;
  creadline_forget_shown();
  rl_insert_text(text);
}

bool creadline_is_searching(void) { return is_active && RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH); }
const char *creadline_prompt(void) { return is_active && rl_display_prompt ? rl_display_prompt : ""; }
const char *creadline_text(void) {
  if (is_active) return rl_line_buffer ? rl_line_buffer : "";
  return kept_text ? kept_text : "";
}
int creadline_cursor(void) { return is_active ? rl_point : 0; }
