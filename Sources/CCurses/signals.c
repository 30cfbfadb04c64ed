// Waiting for input, for other threads and for signals in one place.
//
// A signal handler only raises a flag and writes a byte into a pipe; ccurses_wait polls that pipe beside standard input.
// The pipe's bytes mean nothing but "look at the flags", so a full pipe loses nothing.
#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static const int numbers[ccurses_signal_count] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
static atomic_bool arrived[ccurses_signal_count];
static struct sigaction previous[ccurses_signal_count];
static atomic_bool woken;
// Read end, write end; open for the rest of the process once made, so that a late wake-up hits no stranger's file.
static int pipe_ends[2] = {-1, -1};

static void poke(void) {
  int error = errno;
  if (pipe_ends[1] >= 0 && write(pipe_ends[1], "!", 1) < 0) { /* full: a byte is already there */
  }
  errno = error;
}

static void on_signal(int number) {
  for (int i = 0; i < ccurses_signal_count; i++)
    if (numbers[i] == number) atomic_store(&arrived[i], true);
  poke();
}

static void install(int index) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaction(numbers[index], &action, &previous[index]);
  // What the parent chose to ignore (nohup) stays ignored; the size and the way back must be followed always.
  bool ignored = previous[index].sa_handler == SIG_IGN;
  if (ignored && index != ccurses_window_change && index != ccurses_continue)
    sigaction(numbers[index], &previous[index], NULL);
}

bool ccurses_signals_start(void) {
  if (pipe_ends[0] < 0) {
    if (pipe(pipe_ends) < 0) return false;
    for (int i = 0; i < 2; i++) {
      fcntl(pipe_ends[i], F_SETFL, O_NONBLOCK);
      fcntl(pipe_ends[i], F_SETFD, FD_CLOEXEC);
    }
  }
  for (int i = 0; i < ccurses_signal_count; i++) {
    atomic_store(&arrived[i], false);
    install(i);
  }
  return true;
}

void ccurses_signals_stop(void) {
  for (int i = 0; i < ccurses_signal_count; i++) sigaction(numbers[i], &previous[i], NULL);
}

void ccurses_wake(void) {
  if (!atomic_exchange(&woken, true)) poke();
}

bool ccurses_take_signal(enum ccurses_signal signal) { return atomic_exchange(&arrived[signal], false); }

static int64_t now_milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int ccurses_wait(int milliseconds, uint8_t *bytes, int capacity, int *count) {
  *count = 0;
  int64_t deadline = milliseconds < 0 ? 0 : now_milliseconds() + milliseconds;
  for (;;) {
    int rest = -1;
    if (milliseconds >= 0) {
      int64_t left = deadline - now_milliseconds();
      rest = left > 0 ? (int)left : 0;
    }
    struct pollfd files[2] = {
      {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = pipe_ends[0], .events = POLLIN}};
    int ready = poll(files, 2, rest);
    if (ready < 0 && errno != EINTR) return ccurses_closed;
    int happened = 0;
    if (ready > 0 && files[1].revents) {
      char drained[64];
      while (read(pipe_ends[0], drained, sizeof drained) > 0) {}
    }
    if (atomic_exchange(&woken, false)) happened |= ccurses_woken;
    for (int i = 0; i < ccurses_signal_count; i++)
      if (atomic_load(&arrived[i])) happened |= ccurses_signaled;
    if (ready > 0 && files[0].revents) {
      ssize_t got = read(STDIN_FILENO, bytes, (size_t)capacity);
      if (got > 0) {
        *count = (int)got;
        happened |= ccurses_input;
      } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        happened |= ccurses_closed;
      }
    }
    if (happened) return happened;
    if (milliseconds >= 0 && now_milliseconds() >= deadline) return 0;
  }
}

void ccurses_stop_process(bool whole_job) {
  struct sigaction standard = {.sa_handler = SIG_DFL}, ours;
  sigemptyset(&standard.sa_mask);
  sigset_t only_stop, before;
  sigemptyset(&only_stop);
  sigaddset(&only_stop, SIGTSTP);
  atomic_store(&arrived[ccurses_continue], false);
  sigaction(SIGTSTP, &standard, &ours);
  pthread_sigmask(SIG_UNBLOCK, &only_stop, &before);
  kill(whole_job ? 0 : getpid(), SIGTSTP);
  // Another thread may be the one to take the signal, a moment from now. Where the job has no shell to continue it, the
  // kernel drops the signal and no SIGCONT will ever come; so the wait is short.
  for (int tries = 0; tries < 20 && !atomic_load(&arrived[ccurses_continue]); tries++) poll(NULL, 0, 5);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sigaction(SIGTSTP, &ours, NULL);
  atomic_store(&arrived[ccurses_continue], false);
  atomic_store(&arrived[ccurses_stop_request], false);
}
