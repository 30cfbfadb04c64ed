// Giving the terminal back when the program dies of a trap or a fatal signal.
//
// A Swift trap (index out of range, overflow, fatalError) is SIGILL or SIGTRAP: no defer runs. Left alone it leaves the
// alternate screen on, the tty raw, mouse reports on, and its message smeared over the picture. The handler here does
// only what is async-signal-safe: it writes bytes prepared beforehand, restores the tty modes, prints what standard error
// held back (the "Fatal error: ..." line comes before the trap), puts the previous handler back and lets the signal
// happen again, so that the exit status and Swift's own backtrace stay what they were.
#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const int fatal[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS, SIGQUIT};
enum { fatal_count = sizeof fatal / sizeof *fatal };
static struct sigaction previous[fatal_count];

static struct termios modes;
// Two buffers, so that the handler always finds a whole one.
static struct { size_t count; char bytes[512]; } sequences[2];
static atomic_int current_sequence;
static atomic_bool armed;

static atomic_bool painting, crashed;
static pthread_t painter;

// Standard error held back: the file that gathers it and the real one. -1 when it is not held back.
static int captured = -1, real_error = -1;

static void write_all(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

/// Prints the end of what was held back; the modes are the shell's again. Async-signal-safe.
static void replay(void) {
  if (captured < 0) return;
  dup2(real_error, STDERR_FILENO);
  off_t size = lseek(captured, 0, SEEK_END);
  off_t place = size > 65536 ? size - 65536 : 0;
  char buffer[4096];
  ssize_t got;
  while ((got = pread(captured, buffer, sizeof buffer, place)) > 0) {
    write_all(real_error, buffer, (size_t)got);
    place += got;
  }
}

static void on_crash(int number, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  if (!atomic_exchange(&crashed, true) && atomic_load(&armed)) {
    // A frame on its way from another thread would land on the shell's screen: let it end, but not for long.
    for (int tries = 0; tries < 100 && atomic_load(&painting) && !pthread_equal(painter, pthread_self()); tries++)
      poll(NULL, 0, 1);
    int index = atomic_load(&current_sequence);
    write_all(STDOUT_FILENO, sequences[index].bytes, sequences[index].count);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    replay();
  }
  for (int i = 0; i < fatal_count; i++)
    if (fatal[i] == number) sigaction(number, &previous[i], NULL);
  errno = error;
  // A fault of this very instruction repeats itself on return, with its address intact for the backtrace. A breakpoint
  // does not (it lies behind us), nor does a signal that somebody sent: those are sent again, for after the return.
  bool repeats = info && info->si_code > 0 && number != SIGTRAP && number != SIGABRT && number != SIGQUIT;
  if (!repeats) raise(number);
}

void ccurses_guard_thread(void) {
  stack_t now;
  if (sigaltstack(NULL, &now) < 0 || !(now.ss_flags & SS_DISABLE)) return;
  size_t size = 64 * 1024;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t stack = {.ss_sp = memory, .ss_size = size};
  sigaltstack(&stack, NULL);
}

void ccurses_crash_start(const struct termios *shell_modes) {
  modes = *shell_modes;
  ccurses_guard_thread();
  for (int i = 0; i < fatal_count; i++) {
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(fatal[i], &action, &previous[i]);
    if (previous[i].sa_handler == SIG_IGN) sigaction(fatal[i], &previous[i], NULL);
  }
}

void ccurses_crash_stop(void) {
  ccurses_crash_arm(false);
  for (int i = 0; i < fatal_count; i++) {
    struct sigaction now;
    sigaction(fatal[i], NULL, &now);
    // Only what is still ours: somebody may have put a handler on top since.
    if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_crash) sigaction(fatal[i], &previous[i], NULL);
  }
}

void ccurses_crash_sequence(const char *bytes, size_t count) {
  int next = 1 - atomic_load(&current_sequence);
  if (count > sizeof sequences[next].bytes) count = sizeof sequences[next].bytes;
  memcpy(sequences[next].bytes, bytes, count);
  sequences[next].count = count;
  atomic_store(&current_sequence, next);
}

void ccurses_crash_arm(bool on) { atomic_store(&armed, on); }

void ccurses_crash_painting(bool on) {
  if (on) painter = pthread_self();
  atomic_store(&painting, on);
  // The process is about to die by another thread's hand; this one must not write any more.
  while (on && atomic_load(&crashed)) {
    atomic_store(&painting, false);
    poll(NULL, 0, 1000);
  }
}

void ccurses_capture_start(void) {
#ifdef __linux__
  if (captured >= 0 || !isatty(STDERR_FILENO)) return;
  int file = memfd_create("standard error", MFD_CLOEXEC);
  if (file < 0) return;
  real_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (real_error < 0 || dup2(file, STDERR_FILENO) < 0) {
    close(file);
    return;
  }
  captured = file;
#endif
}

void ccurses_capture_stop(void) {
  if (captured < 0) return;
  replay();
  close(captured);
  close(real_error);
  captured = real_error = -1;
}
