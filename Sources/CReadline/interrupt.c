// SIGINT as a flag: ctrl-C stops what the program does, not the program.
#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_bool raised;
static atomic_int depth;
static struct sigaction before;
// A byte in here ends a poll. Open for the rest of the process once made.
static int ends[2] = {-1, -1};

void creadline_raise_interrupt(void) {
  int error = errno;
  atomic_store(&raised, true);
  if (ends[1] >= 0 && write(ends[1], "!", 1) < 0) { /* full: a byte is already there */
  }
  errno = error;
}

static void on_interrupt(int number) {
  (void)number;
  creadline_raise_interrupt();
}

void creadline_interrupts_begin(void) {
  if (atomic_fetch_add(&depth, 1) > 0) return;
  if (ends[0] < 0 && pipe(ends) == 0)
    for (int i = 0; i < 2; i++) {
      fcntl(ends[i], F_SETFL, O_NONBLOCK);
      fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
  atomic_store(&raised, false);
  // No SA_RESTART: a read that waits for input shall end.
  struct sigaction action = {.sa_handler = on_interrupt};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before);
}

void creadline_interrupts_end(void) {
  if (atomic_fetch_sub(&depth, 1) != 1) return;
  sigaction(SIGINT, &before, NULL);
}

bool creadline_take_interrupt(void) {
  if (!atomic_load_explicit(&raised, memory_order_relaxed)) return false;
  char drained[64];
  while (ends[0] >= 0 && read(ends[0], drained, sizeof drained) > 0) {}
  return atomic_exchange(&raised, false);
}

int creadline_interrupt_file(void) { return atomic_load(&depth) > 0 ? ends[0] : -1; }
