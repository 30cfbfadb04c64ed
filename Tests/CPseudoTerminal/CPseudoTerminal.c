#define _GNU_SOURCE
#include "CPseudoTerminal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#ifdef __linux__
#include <pty.h>
#else
#include <util.h>
#endif

int cpt_start(
  const char *path, char *const arguments[], char *const environment[], int rows, int columns, struct cpt_child *child) {
  struct winsize window = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  int terminal;
  pid_t process = forkpty(&terminal, NULL, NULL, &window);
  if (process < 0) return errno;
  if (process == 0) {
    // The threads of a test runner block signals and ignore some; a program inherits both.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 1; i < 32; i++) signal(i, SIG_DFL);
    execve(path, arguments, environment);
    _exit(127);
  }
  fcntl(terminal, F_SETFD, FD_CLOEXEC);
  child->terminal = terminal;
  child->process = process;
  child->line = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  return 0;
}

int cpt_read(const struct cpt_child *child, uint8_t *bytes, int capacity, int milliseconds) {
  struct pollfd file = {.fd = child->terminal, .events = POLLIN};
  if (poll(&file, 1, milliseconds) <= 0) return 0;
  ssize_t count = read(child->terminal, bytes, (size_t)capacity);
  return count > 0 ? (int)count : 0;
}

bool cpt_write(const struct cpt_child *child, const uint8_t *bytes, int count) {
  while (count > 0) {
    ssize_t written = write(child->terminal, bytes, (size_t)count);
    if (written <= 0) return false;
    bytes += written;
    count -= (int)written;
  }
  return true;
}

void cpt_resize(const struct cpt_child *child, int rows, int columns) {
  struct winsize window = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  ioctl(child->terminal, TIOCSWINSZ, &window);
}

bool cpt_modes_are_sane(const struct cpt_child *child) {
  struct termios modes;
  if (tcgetattr(child->line, &modes) < 0) return false;
  return (modes.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG) && (modes.c_iflag & ICRNL) &&
         (modes.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR);
}

bool cpt_has_ended(const struct cpt_child *child, int *status) {
  return waitpid(child->process, status, WNOHANG) == child->process;
}

void cpt_send_signal(const struct cpt_child *child, int number) { kill(child->process, number); }

void cpt_hang_up(struct cpt_child *child) {
  if (child->line >= 0) close(child->line);
  if (child->terminal >= 0) close(child->terminal);
  child->line = child->terminal = -1;
}

void cpt_end(struct cpt_child *child) {
  if (child->process > 0) {
    kill(child->process, SIGKILL);
    waitpid(child->process, NULL, 0);
  }
  // Children that the program left behind get the hang-up.
  cpt_hang_up(child);
  child->process = -1;
}
