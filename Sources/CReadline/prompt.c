// A prompt on a plain terminal, or lines from a file or a pipe. SIGINT gives up the line, never the program.
#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <readline/readline.h>

// Set when ctrl-C gave up the line; readline then finds only errors to read until it comes back.
static bool gave_up;
static atomic_bool continued;

static void on_continue(int number) {
  (void)number;
  atomic_store(&continued, true);
}

/// Reads one byte for readline; waits for a signal at the same time.
static int get_byte(FILE *file) {
  (void)file;
  while (!gave_up) {
    struct pollfd files[2] = {
      {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = creadline_interrupt_file(), .events = POLLIN}};
    // Readline's own handlers only note a signal; the short wait sees the one that came just before it began.
    int ready = poll(files, 2, 100);
    rl_check_signals();
    if (atomic_exchange(&continued, false)) {
      // Stopped and continued: the shell has written meanwhile.
      rl_on_new_line();
      rl_forced_update_display();
    }
    if (creadline_take_interrupt()) {
      gave_up = true;
    } else if (ready > 0 && files[0].revents) {
      unsigned char byte;
      ssize_t got = read(STDIN_FILENO, &byte, 1);
      if (got == 1) return byte;
      if (got == 0 || (errno != EINTR && errno != EAGAIN)) return EOF;
    }
  }
  return READERR;
}

// Not readline's callback interface, although it would fit the poll: in readline 8.2 that one crashes when, in a search
// of the history, the first key of a longer sequence is followed by one that does not belong to it.
static enum creadline_result ask_with_readline(const char *prompt, creadline_completer completer, void *context) {
  creadline_use_on_terminal();
  rl_getc_function = get_byte;
  creadline_renew_history();
  creadline_set_completer(completer, context);
  fflush(stdout);
  gave_up = false;
  struct sigaction action = {.sa_handler = on_continue, .sa_flags = SA_RESTART}, before;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCONT, &action, &before);
  char *line = readline(prompt);
  sigaction(SIGCONT, &before, NULL);
  creadline_set_completer(NULL, NULL);
  if (gave_up) {
    free(line);
    line = NULL;
  }
  creadline_keep_text(line, line ? strlen(line) : 0);
  if (line) return creadline_accepted;
  fputc('\n', stdout);
  fflush(stdout);
  return gave_up ? creadline_interrupted : creadline_ended;
}

// What was read beyond the last line.
static char *ahead;
static size_t ahead_count, ahead_capacity;
static bool input_has_ended;

/// The first line of what is ahead, of the given length; its line end goes too.
static enum creadline_result hand_out(size_t length, size_t with_line_end) {
  char *line = malloc(length + 1);
  if (!line) return creadline_ended;
  memcpy(line, ahead, length);
  if (length > 0 && with_line_end > length && line[length - 1] == '\r') length--;
  line[length] = 0;
  ahead_count -= with_line_end;
  memmove(ahead, ahead + with_line_end, ahead_count);
  creadline_keep_text(line, length);
  return creadline_accepted;
}

static enum creadline_result read_plainly(const char *prompt, bool *is_whole) {
  if (isatty(STDIN_FILENO) && write(STDERR_FILENO, prompt, strlen(prompt)) < 0) { /* nobody to ask */
  }
  size_t searched = 0;
  for (;;) {
    char *end = ahead_count > searched ? memchr(ahead + searched, '\n', ahead_count - searched) : NULL;
    if (end) return hand_out((size_t)(end - ahead), (size_t)(end - ahead) + 1);
    searched = ahead_count;
    if (ahead_count >= creadline_longest_line) {
      *is_whole = false;
      return hand_out(ahead_count, ahead_count);
    }
    if (input_has_ended) {
      if (ahead_count > 0) return hand_out(ahead_count, ahead_count);
      // A terminal may go on after ctrl-D.
      input_has_ended = false;
      return creadline_ended;
    }
    if (ahead_capacity - ahead_count < 4096) {
      size_t capacity = ahead_capacity ? 2 * ahead_capacity : 16384;
      char *more = realloc(ahead, capacity);
      if (!more) return creadline_ended;
      ahead = more;
      ahead_capacity = capacity;
    }
    struct pollfd files[2] = {
      {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = creadline_interrupt_file(), .events = POLLIN}};
    int ready = poll(files, 2, -1);
    if (creadline_take_interrupt()) {
      ahead_count = 0;
      return creadline_interrupted;
    }
    if (ready <= 0 || !files[0].revents) continue;
    ssize_t got = read(STDIN_FILENO, ahead + ahead_count, 4096);
    if (got > 0) ahead_count += (size_t)got;
    else if (got == 0 || errno != EINTR) input_has_ended = true;
  }
}

enum creadline_result creadline_ask(
  const char *prompt, creadline_completer completer, void *context, bool *is_whole) {
  *is_whole = true;
  creadline_interrupts_begin();
  enum creadline_result result = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)
                                   ? ask_with_readline(prompt, completer, context)
                                   : read_plainly(prompt, is_whole);
  creadline_interrupts_end();
  return result;
}
