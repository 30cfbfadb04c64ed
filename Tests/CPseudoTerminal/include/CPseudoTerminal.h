// A program in a pseudo-terminal, for tests. In C because only async-signal-safe code may run between fork and exec.
#ifndef CPSEUDOTERMINAL_H
#define CPSEUDOTERMINAL_H
#include <stdbool.h>
#include <stdint.h>

struct cpt_child {
  int terminal;  // our end: what is written is typed, what is read is shown
  int line;      // the program's end, held open so that its modes can be asked after the program has gone
  int process;
};

/// Starts a program in a new terminal of this size. Returns 0 or errno.
int cpt_start(
  const char *path, char *const arguments[], char *const environment[], int rows, int columns, struct cpt_child *child);
/// Waits at most this long for output; the number of bytes read, 0 when there were none.
int cpt_read(const struct cpt_child *child, uint8_t *bytes, int capacity, int milliseconds);
/// Types. False when not everything was taken.
bool cpt_write(const struct cpt_child *child, const uint8_t *bytes, int count);
void cpt_resize(const struct cpt_child *child, int rows, int columns);
/// Whether the terminal is as a shell leaves it: line by line, with echo, with signals from keys, newlines translated.
bool cpt_modes_are_sane(const struct cpt_child *child);
/// Whether the program has ended; its wait status then. Does not wait.
bool cpt_has_ended(const struct cpt_child *child, int *status);
void cpt_send_signal(const struct cpt_child *child, int signal);
/// Closes both ends while the program runs, as a terminal's window does when it is closed.
void cpt_hang_up(struct cpt_child *child);
/// Kills what still runs and closes both ends.
void cpt_end(struct cpt_child *child);

#endif
